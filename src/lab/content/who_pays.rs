//! Lab 4: load, state, upkeep and free riders.

use crate::lab::{Bench, Found, Lab, Question, Rule, Trap};

const FILE: &str = "who-pays.toml";
const RIDERS: &str = "free-riders.toml";
/// Without servers.
const EQUALS: &[&str] = &["gnutella", "kazaa", "chord"];
/// Lookups per second, of all peers together.
const RATES: &[f64] = &[0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];

fn of(bench: &mut Bench<'_>, protocol: &str, column: &str) -> Found<f64> {
    bench.mean(FILE, &[], protocol, column)
}

fn riders(bench: &mut Bench<'_>, share: &str, column: &str) -> Found<f64> {
    bench.mean(RIDERS, &[&format!("population.free_riders=\"{share}\"")], "gnutella", column)
}

/// Lookups per peer and second at which a ring and a flood cost the same.
fn crossing(bench: &mut Bench<'_>) -> Found<f64> {
    let upkeep = "maintenance_messages_per_peer_s";
    let dearer = of(bench, "chord", upkeep)? - of(bench, "gnutella", upkeep)?;
    Ok(dearer / (of(bench, "gnutella", "messages_mean")? - of(bench, "chord", "messages_mean")?))
}

/// Whether the ring sends less than the flood in all, at so many lookups a second.
fn ring_cheaper(bench: &mut Bench<'_>, rate: f64) -> Found<bool> {
    let rate = format!("workload.rate=\"{rate} /s\"");
    let mut all = |protocol: &str| {
        bench.mean(FILE, &["protocols=[\"gnutella\",\"chord\"]", &rate], protocol, "messages_per_peer_s")
    };
    Ok(all("chord")? < all("gnutella")?)
}

pub(super) const LAB: Lab = Lab {
    name: "4-who-pays",
    title: "load, state, upkeep and free riders: who carries the costs?",
    handout: page!("4-who-pays"),
    files: scenarios!["who-pays", "free-riders"],
    questions: &[
        Question {
            key: "server_load",
            ask: "The server's share of all messages handled, with everything on one server (client-server).",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.01,
                model: |b| of(b, "client-server", "load_max_share"),
            },
            hint: "column `load_max_share`: each message has two ends, but who handles it? As a share from 0 to 1",
            traps: &[Trap { value: |_| Ok(1.0), hint: "its answers are handled by those who asked" }],
        },
        Question {
            key: "super_load",
            ask: "The busiest participant's share in KaZaA.",
            points: 1,
            rule: Rule::Near { within: 0.05, slack: 0.0, model: |b| of(b, "kazaa", "load_max_share") },
            hint: "column `load_max_share`, rows of kazaa, mean over the replicates",
            traps: &[],
        },
        Question {
            key: "most_unequal",
            ask: "Of those without a server: where is the load spread most unequally, by the Gini coefficient?",
            points: 1,
            rule: Rule::Word(EQUALS, |bench| bench.most(FILE, &[], EQUALS, "load_gini")),
            hint: "column `load_gini`: 0 if all do the same, 1 if one does it all",
            traps: &[],
        },
        Question {
            key: "index_state",
            ask: "Entries that Napster's server keeps.",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| of(b, "napster", "entries_max") },
            hint: "column `entries_max`: peers, and copies of objects",
            traps: &[Trap { value: |_| Ok(3000.0), hint: "it keeps its users, too" }],
        },
        Question {
            key: "ring_state",
            ask: "Entries that a peer keeps in Chord, on average.",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| of(b, "chord", "entries_mean") },
            hint: "column `entries_mean`: fingers, successors, and references for others",
            traps: &[Trap {
                value: |b| of(b, "chord", "entries_max"),
                hint: "that is the one that keeps most",
            }],
        },
        Question {
            key: "dearest_upkeep",
            ask: "Of those without a server: whose upkeep takes most messages per peer and second?",
            points: 1,
            rule: Rule::Word(EQUALS, |bench| {
                bench.most(FILE, &[], EQUALS, "maintenance_messages_per_peer_s")
            }),
            hint: "column `maintenance_messages_per_peer_s`",
            traps: &[],
        },
        Question {
            key: "crossing_per_hour",
            ask: "By hand, from your table: at how many lookups per peer and hour do a flood and a ring cost the same number of messages?",
            points: 3,
            rule: Rule::Near { within: 0.05, slack: 0.0, model: |b| Ok(crossing(b)? * 3600.0) },
            hint: "upkeep + rate × messages per lookup, for both: set them equal, and solve for the rate",
            traps: &[
                Trap { value: crossing, hint: "that is per second" },
                Trap {
                    value: |b| Ok(crossing(b)? * 3600.0 * 300.0),
                    hint: "that is for all peers together: ask for one",
                },
            ],
        },
        Question {
            key: "ring_pays",
            ask: "By running it: the least rate of the list, in lookups per second of all 300 peers together, at which Chord sends fewer\nmessages in all than Gnutella (--set 'workload.rate=\"0.5 /s\"', column messages_per_peer_s).",
            points: 2,
            rule: Rule::Choice {
                of: RATES,
                holds: |bench, rate| {
                    let rarer = RATES.iter().copied().rev().find(|&other| other < rate);
                    let least = match rarer {
                        Some(other) => !ring_cheaper(bench, other)?,
                        None => true,
                    };
                    Ok(least && ring_cheaper(bench, rate)?)
                },
            },
            hint: "run who-pays.toml with that rate and with the next lower one: Chord must be cheaper with the first, and not with the second",
            traps: &[],
        },
        Question {
            key: "share_nothing",
            ask: "With `free_riders` at 70 %: the share of peers that share nothing.",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.01, model: |b| riders(b, "70 %", "share_nothing") },
            hint: "column `share_nothing`, rows with 70 %",
            traps: &[Trap {
                value: |b| riders(b, "0 %", "share_nothing"),
                hint: "these are the rows without free riders: some have nothing by chance",
            }],
        },
        Question {
            key: "served_top1",
            ask: "With 70 % free riders: the share of downloads that the busiest 1 % of the peers serve.",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.02, model: |b| riders(b, "70 %", "served_top1") },
            hint: "column `served_top1`, rows with 70 %, mean over the replicates",
            traps: &[Trap {
                value: |b| riders(b, "70 %", "answers_top1"),
                hint: "those are answers: who is asked for the file is whoever answers first",
            }],
        },
        Question {
            key: "wait",
            ask: "With 70 % free riders: the mean time of a download, in seconds.",
            points: 1,
            rule: Rule::Near { within: 0.05, slack: 0.0, model: |b| riders(b, "70 %", "download_s_mean") },
            hint: "column `download_s_mean`, rows with 70 %, mean over the replicates",
            traps: &[Trap {
                value: |b| riders(b, "0 %", "download_s_mean"),
                hint: "these are the rows without free riders",
            }],
        },
    ],
};
