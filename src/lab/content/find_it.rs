//! Lab 1: the three answers to "where is what I want?".

use crate::experiment::network_view::Kind;
use crate::lab::bench::{Ring, steps};
use crate::lab::{Bench, Found, Lab, Question, Rule, Trap};

const FILE: &str = "find-it.toml";
const ALL: &[&str] = &["napster", "gnutella", "chord"];
const SIZES: &[f64] = &[64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0];
/// The textbook's ring.
const RING: Ring = Ring { ids: &[1, 8, 14, 21, 32, 38, 42, 48, 51, 56], bits: 6 };
/// As many messages a search may cost.
const BUDGET: f64 = 200.0;

fn at(bench: &mut Bench<'_>, peers: f64, protocol: &str, column: &str) -> Found<f64> {
    bench.mean(FILE, &[&format!("peers={peers}")], protocol, column)
}

fn flood(bench: &Bench<'_>, kinds: &[Kind]) -> Found<f64> {
    Ok(steps(&bench.network("gnutella", 12, &[])?, kinds))
}

fn ring_hops(bench: &Bench<'_>, successors: bool) -> Found<f64> {
    let route = bench.ring(&RING, 8, Some(54), successors)?.route;
    Ok(route.map_or(0, |route| route.len() - 1) as f64)
}

pub(super) const LAB: Lab = Lab {
    name: "1-find-it",
    title: "an index, a flood, a ring: what one lookup costs",
    handout: page!("1-find-it"),
    files: scenarios!["find-it"],
    questions: &[
        Question {
            key: "index_messages",
            ask: "By hand: how many messages does one lookup at an index server take?",
            points: 1,
            rule: Rule::Count(|bench| {
                Ok(steps(
                    &bench.network("napster", 12, &[])?,
                    &[Kind::Request, Kind::Duplicate, Kind::Answer],
                ))
            }),
            hint: "look at `peerlab show napster --peers 12 --lookup 0`: what goes to the server, and what comes back",
            traps: &[Trap { value: |_| Ok(1.0), hint: "the answer is a message, too" }],
        },
        Question {
            key: "flood_requests",
            ask: "On your network of twelve peers: how many requests does the flood for object 0 send, repeated ones included?",
            points: 2,
            rule: Rule::Count(|bench| flood(bench, &[Kind::Request, Kind::Duplicate])),
            hint: "every peer passes the first request on to all its neighbours but the one it came from; use your own --seed",
            traps: &[
                Trap {
                    value: |bench| flood(bench, &[Kind::Request]),
                    hint: "requests to somebody who has had one were sent, too: nobody can know that before",
                },
                Trap {
                    value: |bench| flood(bench, &[Kind::Request, Kind::Duplicate, Kind::Answer]),
                    hint: "answers are no requests",
                },
            ],
        },
        Question {
            key: "flood_wasted",
            ask: "How many of these came to a peer that had the request already?",
            points: 1,
            rule: Rule::Count(|bench| flood(bench, &[Kind::Duplicate])),
            hint: "in the list of events these lines say `again`",
            traps: &[],
        },
        Question {
            key: "ring_hops",
            ask: "On the textbook's ring: how many hops does the lookup of key 54 from node 8 take?",
            points: 1,
            rule: Rule::Count(|bench| ring_hops(bench, false)),
            hint: "count the arrows between nodes, not the nodes; the last arrow leads to the key's owner",
            traps: &[
                Trap {
                    value: |bench| ring_hops(bench, true),
                    hint: "that is the way along successors: use the farthest finger that is not past the key",
                },
                Trap {
                    value: |bench| Ok(ring_hops(bench, false)? + 1.0),
                    hint: "you have counted nodes: hops are the arrows between them",
                },
            ],
        },
        Question {
            key: "index_512",
            ask: "Measured: messages per lookup at 512 peers, Napster.",
            points: 1,
            rule: Rule::Near {
                within: 0.05,
                slack: 0.0,
                model: |b| at(b, 512.0, "napster", "messages_mean"),
            },
            hint: "column `messages_mean`, rows of napster with 512 peers, mean over the replicates; is the seed yours?",
            traps: &[],
        },
        Question {
            key: "flood_512",
            ask: "The same of Gnutella.",
            points: 1,
            rule: Rule::Near {
                within: 0.05,
                slack: 0.0,
                model: |b| at(b, 512.0, "gnutella", "messages_mean"),
            },
            hint: "column `messages_mean`, rows of gnutella with 512 peers, mean over the replicates; is the seed yours?",
            traps: &[Trap {
                value: |b| at(b, 64.0, "gnutella", "messages_mean"),
                hint: "that is the network of 64 peers",
            }],
        },
        Question {
            key: "ring_512",
            ask: "The same of Chord.",
            points: 1,
            rule: Rule::Near { within: 0.05, slack: 0.0, model: |b| at(b, 512.0, "chord", "messages_mean") },
            hint: "column `messages_mean`, rows of chord with 512 peers, mean over the replicates; is the seed yours?",
            traps: &[Trap {
                value: |b| at(b, 512.0, "chord", "hops_mean"),
                hint: "those are hops: in Chord the origin asks node after node, and each of them answers",
            }],
        },
        Question {
            key: "grows_fastest",
            ask: "Whose lookups cost most more when the network has eight times as many peers?",
            points: 1,
            rule: Rule::Word(ALL, |bench| {
                let mut best = (0.0, ALL[0]);
                for &protocol in ALL {
                    let large = at(bench, 512.0, protocol, "messages_mean")?;
                    let growth = large / at(bench, 64.0, protocol, "messages_mean")?;
                    if growth > best.0 {
                        best = (growth, protocol);
                    }
                }
                Ok(best.1)
            }),
            hint: "divide the messages at 512 peers by those at 64, for each",
            traps: &[],
        },
        Question {
            key: "ring_doubling",
            ask: "How many messages more does a lookup in Chord take per doubling of the peers, from 64 to 512?",
            points: 2,
            rule: Rule::Near {
                within: 0.05,
                slack: 0.02,
                model: |b| {
                    let large = at(b, 512.0, "chord", "messages_mean")?;
                    Ok((large - at(b, 64.0, "chord", "messages_mean")?) / 3.0)
                },
            },
            hint: "512 is 64 doubled three times: take the difference and divide",
            traps: &[Trap {
                value: |b| {
                    let large = at(b, 512.0, "chord", "messages_mean")?;
                    Ok(large - at(b, 64.0, "chord", "messages_mean")?)
                },
                hint: "from 64 to 512 there are several doublings: divide by their number",
            }],
        },
        Question {
            key: "busiest",
            ask: "In which architecture does one participant handle the greatest share of all messages, at 512 peers?",
            points: 1,
            rule: Rule::Word(ALL, |bench| bench.most(FILE, &["peers=512"], ALL, "load_max_share")),
            hint: "column `load_max_share`",
            traps: &[],
        },
        Question {
            key: "index_state",
            ask: "How many entries does Napster's server keep at 512 peers?",
            points: 1,
            rule: Rule::Near { within: 0.05, slack: 0.0, model: |b| at(b, 512.0, "napster", "entries_max") },
            hint: "column `entries_max`: it knows every peer, and every replica",
            traps: &[Trap {
                value: |b| at(b, 512.0, "napster", "entries_mean"),
                hint: "that is the mean over the peers: the server is not among them",
            }],
        },
        Question {
            key: "flood_budget",
            ask: "A search may cost 200 messages. Choose a size at which a flood still keeps to that, while at the next\nlarger one of the list it does not: peerlab run find-it.toml --set peers=...",
            points: 2,
            rule: Rule::Choice {
                of: SIZES,
                holds: |bench, peers| {
                    let here = at(bench, peers, "gnutella", "messages_mean")?;
                    let larger = SIZES.iter().copied().find(|&size| size > peers);
                    let beyond = match larger {
                        Some(size) => at(bench, size, "gnutella", "messages_mean")? > BUDGET,
                        None => true,
                    };
                    Ok(here <= BUDGET && beyond)
                },
            },
            hint: "run the model with that size, and with the next one of the list; one must keep to 200 messages, the other not",
            traps: &[],
        },
    ],
};
