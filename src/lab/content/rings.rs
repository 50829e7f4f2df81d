//! Lab 2: finger tables and routes by hand, fifty lookups, and broken fingers.

use crate::lab::bench::Ring;
use crate::lab::{Bench, Found, Lab, Question, Rule, Trap};

const RINGS: &str = "rings.toml";
const BROKEN: &str = "broken-ring.toml";
const COPIES: &[f64] = &[1.0, 2.0, 3.0, 4.0, 6.0, 8.0];
/// So many lookups are to be answered.
const PROMISE: f64 = 0.95;
/// The handout's ring.
const RING: Ring = Ring { ids: &[3, 9, 17, 22, 30, 41, 45, 58], bits: 6 };

fn route(bench: &Bench<'_>, from: u64, key: u64, successors: bool) -> Found<Vec<u64>> {
    Ok(bench.ring(&RING, from, Some(key), successors)?.route.unwrap_or_default())
}

fn fingers(bench: &Bench<'_>, node: u64) -> Found<Vec<u64>> {
    let nodes = bench.ring(&RING, node, None, false)?.nodes;
    Ok(nodes.into_iter().find(|one| one.id == node).map_or_else(Vec::new, |one| one.fingers))
}

/// Hops of the fifty lookups.
fn hops(bench: &mut Bench<'_>) -> Found<Vec<f64>> {
    let runs = bench.run(RINGS, &[])?;
    let rows = runs.iter().flat_map(|run| &run.record.rows);
    Ok(rows.filter_map(|row| row.hops).map(f64::from).collect())
}

fn found(bench: &mut Bench<'_>, copies: f64) -> Found<f64> {
    bench.mean(BROKEN, &[&format!("protocol.chord.replication={copies}")], "chord", "found")
}

const SUCCESSORS: &str = "protocol.chord.routing=successors";

pub(super) const LAB: Lab = Lab {
    name: "2-rings",
    title: "finger tables and routes by hand, fifty lookups, broken fingers",
    handout: page!("2-rings"),
    files: scenarios!["rings", "broken-ring"],
    questions: &[
        Question {
            key: "fingers_9",
            ask: "By hand: the fingers of node 9, to 9 + 1, 9 + 2, 9 + 4, 9 + 8, 9 + 16, 9 + 32.",
            points: 2,
            rule: Rule::List(|bench| fingers(bench, 9)),
            hint: "a finger points to the first node at or after its start: six of them, in this order",
            traps: &[],
        },
        Question {
            key: "fingers_45",
            ask: "The fingers of node 45.",
            points: 2,
            rule: Rule::List(|bench| fingers(bench, 45)),
            hint: "starts are taken modulo 64: 45 + 32 = 77 lies at 13, and after the last node comes the first",
            traps: &[],
        },
        Question {
            key: "owner_60",
            ask: "Which node owns key 60?",
            points: 1,
            rule: Rule::Count(|bench| Ok(route(bench, 9, 60, false)?.last().copied().unwrap_or(0) as f64)),
            hint: "the first node at or after the key, going clockwise",
            traps: &[Trap {
                value: |_| Ok(58.0),
                hint: "that is the node before the key: a key belongs to the first node at or after it",
            }],
        },
        Question {
            key: "route_44",
            ask: "The route of a lookup of key 44 from node 9: every node on it, the first and the last included.",
            points: 2,
            rule: Rule::List(|bench| route(bench, 9, 44, false)),
            hint: "at each node take the farthest finger that lies before the key; the one before the key names its successor",
            traps: &[],
        },
        Question {
            key: "route_8",
            ask: "The route of a lookup of key 8 from node 22.",
            points: 2,
            rule: Rule::List(|bench| route(bench, 22, 8, false)),
            hint: "the way leads past 0: 58 and 3 lie between 22 and 8",
            traps: &[],
        },
        Question {
            key: "slow_hops_44",
            ask: "How many hops has the way from 9 to the owner of 44 if nobody has fingers?",
            points: 1,
            rule: Rule::Count(|bench| Ok(route(bench, 9, 44, true)?.len() as f64 - 1.0)),
            hint: "from successor to successor, up to the owner: count the arrows",
            traps: &[Trap {
                value: |bench| Ok(route(bench, 9, 44, true)?.len() as f64),
                hint: "you have counted nodes: hops are the arrows between them",
            }],
        },
        Question {
            key: "hops_mean",
            ask: "Fifty lookups on 1,024 peers: the mean of `hops` in lookups.csv.",
            points: 1,
            rule: Rule::Near {
                within: 0.02,
                slack: 0.0,
                model: |b| b.mean(RINGS, &[], "chord", "hops_mean"),
            },
            hint: "sum the column `hops` of results/rings/lookups.csv and divide by fifty; is the seed yours?",
            traps: &[Trap {
                value: |b| b.mean(RINGS, &[], "chord", "messages_mean"),
                hint: "those are messages: the answer is one, but no hop",
            }],
        },
        Question {
            key: "hops_max",
            ask: "The most hops of any of them.",
            points: 1,
            rule: Rule::Count(|bench| Ok(hops(bench)?.into_iter().fold(0.0, f64::max))),
            hint: "the largest number in the column `hops`",
            traps: &[],
        },
        Question {
            key: "hops_short",
            ask: "How many of the fifty took at most half of log2 1,024 hops?",
            points: 1,
            rule: Rule::Count(|bench| Ok(hops(bench)?.iter().filter(|&&hops| hops <= 5.0).count() as f64)),
            hint: "log2 1,024 is 10; count the lookups with at most 5 hops",
            traps: &[Trap {
                value: |bench| Ok(hops(bench)?.iter().filter(|&&hops| hops < 5.0).count() as f64),
                hint: "at most five: five itself counts",
            }],
        },
        Question {
            key: "slow_hops_mean",
            ask: "The mean hops of the fifty lookups if no finger is used (--set protocol.chord.routing=successors).",
            points: 1,
            rule: Rule::Near {
                within: 0.02,
                slack: 0.0,
                model: |b| b.mean(RINGS, &[SUCCESSORS], "chord", "hops_mean"),
            },
            hint: "run rings.toml again with --set protocol.chord.routing=successors, and read `hops_mean`",
            traps: &[],
        },
        Question {
            key: "slow_found",
            ask: "The share of lookups that are answered right then, from 0 to 1.",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.01,
                model: |b| b.mean(RINGS, &[SUCCESSORS], "chord", "correct"),
            },
            hint: "column `correct`; fingers make a ring quick; is it successors that make it right?",
            traps: &[],
        },
        Question {
            key: "unrepaired_found",
            ask: "30 % of the peers crash, and nobody ever repairs a finger (broken-ring.toml with\n--set 'protocol.chord.fix_fingers=\"0 s\"'): the share of lookups that are answered.",
            points: 2,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.01,
                model: |b| b.mean(BROKEN, &["protocol.chord.fix_fingers=\"0 s\""], "chord", "found"),
            },
            hint: "column `found` of broken-ring.toml, mean over the replicates, with fix_fingers = \"0 s\" and all else as it is",
            traps: &[],
        },
        Question {
            key: "copies",
            ask: "With fingers repaired: on how many nodes must each reference be kept (protocol.chord.replication), so that\n95 % of the lookups are answered? The fewest that do.",
            points: 2,
            rule: Rule::Choice {
                of: COPIES,
                holds: |bench, copies| {
                    let fewer = COPIES.iter().copied().rev().find(|&few| few < copies);
                    let enough = found(bench, copies)? >= PROMISE;
                    let needed = match fewer {
                        Some(few) => found(bench, few)? < PROMISE,
                        None => true,
                    };
                    Ok(enough && needed)
                },
            },
            hint: "run broken-ring.toml with that replication and with the next smaller one; one must answer 95 %, the other not",
            traps: &[],
        },
    ],
};
