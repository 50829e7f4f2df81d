//! Lab 5: kill the index, the hubs, anybody; and restless networks.

use crate::lab::{Bench, Found, Lab, Question, Rule, Trap};

const FILE: &str = "unplugged.toml";
const RESTLESS: &str = "restless.toml";
const SERVERS: &str = "faults.0.crash=servers";
const HUBS: &str = "faults.0.crash={best-connected=\"10 %\"}";
const RANDOM: &str = "faults.0.crash={share=\"30 %\"}";
const ALL: &[&str] = &["napster", "gnutella", "chord"];
/// Seconds from one publication to the next.
const REPUBLISH: &[f64] = &[30.0, 60.0, 120.0, 300.0, 600.0];
const PROMISE: f64 = 0.95;

fn after(bench: &mut Bench<'_>, blow: &str, protocol: &str, column: &str) -> Found<f64> {
    bench.mean(FILE, &[blow], protocol, column)
}

fn kept_up(bench: &mut Bench<'_>, seconds: f64) -> Found<f64> {
    let (again, life) = (
        format!("protocol.chord.republish=\"{seconds} s\""),
        format!("protocol.chord.lifetime=\"{} s\"", 2.0 * seconds),
    );
    bench.mean(FILE, &["protocols=chord", RANDOM, &again, &life], "chord", "correct_after")
}

fn restless(bench: &mut Bench<'_>, online: &str, protocol: &str, column: &str) -> Found<f64> {
    bench.mean(RESTLESS, &[&format!("churn.sessions.exponential.online=\"{online}\"")], protocol, column)
}

fn price(bench: &mut Bench<'_>, protocol: &str) -> Found<f64> {
    let column = "messages_per_peer_s";
    Ok(restless(bench, "10 min", protocol, column)? / restless(bench, "600 min", protocol, column)?)
}

pub(super) const LAB: Lab = Lab {
    name: "5-pull-the-plug",
    title: "the server, the hubs, anybody: who still answers?",
    handout: page!("5-pull-the-plug"),
    files: scenarios!["unplugged", "restless"],
    questions: &[
        Question {
            key: "index_without_server",
            ask: "The server crashes: the share of lookups that Napster answers right in its worst 20 s afterwards.",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.01,
                model: |b| after(b, SERVERS, "napster", "correct_worst"),
            },
            hint: "column `correct_worst`, rows of napster with the blow `servers`",
            traps: &[],
        },
        Question {
            key: "flood_without_server",
            ask: "The same of Gnutella.",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.02,
                model: |b| after(b, SERVERS, "gnutella", "correct_worst"),
            },
            hint: "there is no server to crash: compare with `correct_before`",
            traps: &[],
        },
        Question {
            key: "flood_without_hubs",
            ask: "The best connected tenth crashes: Gnutella's share of right answers in its worst 20 s.",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.02,
                model: |b| after(b, HUBS, "gnutella", "correct_worst"),
            },
            hint: "column `correct_worst`, rows of gnutella with the blow `best-connected`, mean over the replicates",
            traps: &[Trap {
                value: |b| after(b, HUBS, "gnutella", "correct_after"),
                hint: "that is the later half, when it has mended: ask for the worst 20 s",
            }],
        },
        Question {
            key: "flood_at_random",
            ask: "30 % crash at random: Gnutella's share of right answers in the later half of the time after.",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.02,
                model: |b| after(b, RANDOM, "gnutella", "correct_after"),
            },
            hint: "column `correct_after`, rows of gnutella with the blow `share=30 %`",
            traps: &[Trap {
                value: |b| after(b, RANDOM, "gnutella", "correct_worst"),
                hint: "that is the worst 20 s: ask for the later half",
            }],
        },
        Question {
            key: "ring_at_random",
            ask: "The same of Chord.",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.02,
                model: |b| after(b, RANDOM, "chord", "correct_after"),
            },
            hint: "column `correct_after`, rows of chord with the blow `share=30 %`",
            traps: &[Trap {
                value: |b| after(b, RANDOM, "chord", "correct_worst"),
                hint: "that is the worst 20 s: ask for the later half",
            }],
        },
        Question {
            key: "worst_off",
            ask: "Who is worst off in the later half after 30 % have crashed at random?",
            points: 1,
            rule: Rule::Word(ALL, |bench| {
                let mut least = (f64::INFINITY, ALL[0]);
                for &protocol in ALL {
                    let share = after(bench, RANDOM, protocol, "correct_after")?;
                    if share < least.0 {
                        least = (share, protocol);
                    }
                }
                Ok(least.1)
            }),
            hint: "the least `correct_after` with the blow `share=30 %`: who remembers what the dead had said?",
            traps: &[],
        },
        Question {
            key: "republish",
            ask: "How often must everybody publish again, so that Chord answers 95 % right in the later half? The longest interval\nof the list that does, in seconds; set protocol.chord.republish to it and protocol.chord.lifetime to twice as much.",
            points: 3,
            rule: Rule::Choice {
                of: REPUBLISH,
                holds: |bench, seconds| {
                    let longer = REPUBLISH.iter().copied().find(|&other| other > seconds);
                    let enough = kept_up(bench, seconds)? >= PROMISE;
                    let longest = match longer {
                        Some(other) => kept_up(bench, other)? < PROMISE,
                        None => true,
                    };
                    Ok(enough && longest)
                },
            },
            hint: "run unplugged.toml with that interval and with the next longer one: the first must reach 95 % (`correct_after`), the second not; a reference of somebody dead is kept for its lifetime",
            traps: &[],
        },
        Question {
            key: "quiet_cheapest",
            ask: "Sessions of ten hours: who of the two without a server sends fewer messages per peer and second in all?",
            points: 1,
            rule: Rule::Word(&["gnutella", "chord"], |bench| {
                let flood = restless(bench, "600 min", "gnutella", "messages_per_peer_s")?;
                let ring = restless(bench, "600 min", "chord", "messages_per_peer_s")?;
                Ok(if flood < ring { "gnutella" } else { "chord" })
            }),
            hint: "column `messages_per_peer_s` of restless.toml, rows with `600 min`",
            traps: &[],
        },
        Question {
            key: "ring_price",
            ask: "Chord: messages per peer and second with sessions of 10 min, over those with sessions of 10 h.",
            points: 2,
            rule: Rule::Near { within: 0.05, slack: 0.0, model: |b| price(b, "chord") },
            hint: "column `messages_per_peer_s` of restless.toml: all accounts, for moving what was published costs, too",
            traps: &[Trap {
                value: |b| {
                    let column = "maintenance_messages_per_peer_s";
                    Ok(restless(b, "10 min", "chord", column)? / restless(b, "600 min", "chord", column)?)
                },
                hint: "that is maintenance alone: whoever comes publishes what it has, and that is most of it",
            }],
        },
        Question {
            key: "index_price",
            ask: "The same of Napster.",
            points: 1,
            rule: Rule::Near { within: 0.05, slack: 0.0, model: |b| price(b, "napster") },
            hint: "column `messages_per_peer_s` of restless.toml, rows of napster",
            traps: &[],
        },
        Question {
            key: "ring_restless",
            ask: "Chord with sessions of ten minutes: the share of lookups answered right.",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.02,
                model: |b| restless(b, "10 min", "chord", "correct"),
            },
            hint: "column `correct`, rows of chord with `10 min`, mean over the replicates",
            traps: &[Trap {
                value: |b| restless(b, "10 min", "chord", "found"),
                hint: "found is not right: some answers name peers that have gone",
            }],
        },
    ],
};
