//! Lab 6: a nearest-key table in a project of one's own, beside Chord.

use crate::lab::nearest::{Nearest, Params};
use crate::lab::{Bench, Found, Lab, Question, Rule, Trap};

const FILE: &str = "beside.toml";
/// The handout's line.
const IDS: &[u32] = &[152, 180, 201, 230];

/// Whom a lookup of `key` from the peer with key `from` visits, by their keys.
fn route(bench: &Bench<'_>, from: u32, key: u32) -> Found<Vec<u64>> {
    let params = Params { ids: IDS.to_vec(), keys: vec![key], far: false };
    bench.route::<Nearest>(IDS, from, &params)
}

fn owner(bench: &Bench<'_>, key: u32) -> Found<f64> {
    Ok(route(bench, 230, key)?.last().copied().unwrap_or(0) as f64)
}

/// The mean hops of five hundred lookups, and the share that is right.
fn measured(bench: &mut Bench<'_>, peers: u32, far: bool) -> Found<(f64, f64)> {
    let outcome = bench.simulate::<Nearest>(peers, 500, &Params { far, ..Params::default() })?;
    let answers: Vec<_> = outcome.lookups.iter().filter_map(|lookup| lookup.answer).collect();
    let hops: u64 = answers.iter().map(|answer| u64::from(answer.hops)).sum();
    let right = answers.iter().filter(|answer| answer.correct).count();
    Ok((hops as f64 / answers.len().max(1) as f64, right as f64 / outcome.lookups.len().max(1) as f64))
}

fn chord(bench: &mut Bench<'_>, peers: u32, column: &str) -> Found<f64> {
    bench.mean(FILE, &[&format!("peers={peers}")], "chord", column)
}

pub(super) const LAB: Lab = Lab {
    name: "6-your-own-protocol",
    title: "a nearest-key table in one file, tested and compared with Chord",
    handout: page!("6-your-own-protocol"),
    files: &[
        ("beside.toml", include_str!("../../../scenarios/labs/beside.toml")),
        ("Cargo.toml", include_str!("../../../docs/labs/6-your-own-protocol/Cargo.toml.txt")),
        ("src/main.rs", include_str!("../../../examples/nearest_key.rs")),
    ],
    questions: &[
        Question {
            key: "owner_37",
            ask: "By hand, peers 152, 180, 201 and 230 on the line from 0 to 255: which peer manages key 37?",
            points: 1,
            rule: Rule::Count(|bench| owner(bench, 37)),
            hint: "the nearest peer on the line: a line does not close to a ring",
            traps: &[Trap { value: |_| Ok(230.0), hint: "that is nearest on a ring: a line has two ends" }],
        },
        Question {
            key: "owner_133",
            ask: "Which peer manages key 133?",
            points: 1,
            rule: Rule::Count(|bench| owner(bench, 133)),
            hint: "the nearest peer, be it below or above",
            traps: &[],
        },
        Question {
            key: "owner_191",
            ask: "Which peer manages key 191?",
            points: 1,
            rule: Rule::Count(|bench| owner(bench, 191)),
            hint: "work out both distances",
            traps: &[Trap { value: |_| Ok(180.0), hint: "180 is 11 away; look at the other one" }],
        },
        Question {
            key: "owner_166",
            ask: "Which peer manages key 166, halfway between two? Of two equally near the lower one counts as nearer.",
            points: 1,
            rule: Rule::Count(|bench| owner(bench, 166)),
            hint: "both are 14 away: read the rule",
            traps: &[],
        },
        Question {
            key: "route_37",
            ask: "Each peer knows the next one on either side. The route of a lookup of key 37 from peer 230, both ends included.",
            points: 1,
            rule: Rule::List(|bench| route(bench, 230, 37)),
            hint: "at each peer go to the known one that is nearest to the key",
            traps: &[],
        },
        Question {
            key: "near_100",
            ask: "Your protocol, 100 peers, next ones only: the mean hops of 500 lookups.",
            points: 2,
            rule: Rule::Near { within: 0.03, slack: 0.0, model: |b| Ok(measured(b, 100, false)?.0) },
            hint: "as your program prints it with your seed; a forward is a hop, the reply is none (ctx.reply)",
            traps: &[Trap {
                value: |b| Ok(measured(b, 100, false)?.0 + 1.0),
                hint: "is the answer sent with ctx.send? It forwards, and counts as a hop; ctx.reply answers",
            }],
        },
        Question {
            key: "near_growth",
            ask: "The mean hops at 200 peers over those at 100, next ones only.",
            points: 1,
            rule: Rule::Near {
                within: 0.05,
                slack: 0.0,
                model: |b| Ok(measured(b, 200, false)?.0 / measured(b, 100, false)?.0),
            },
            hint: "divide the two means that your program prints",
            traps: &[],
        },
        Question {
            key: "far_200",
            ask: "With peers 1, 2, 4, 8, ... places away on either side: the mean hops at 200 peers.",
            points: 2,
            rule: Rule::Near { within: 0.05, slack: 0.0, model: |b| Ok(measured(b, 200, true)?.0) },
            hint: "places on the line, not keys: the neighbours of neighbours, doubled each time, to both sides",
            traps: &[Trap {
                value: |b| Ok(measured(b, 200, false)?.0),
                hint: "that is with the next ones only",
            }],
        },
        Question {
            key: "right",
            ask: "The share of these lookups that are answered right, from 0 to 1.",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.005, model: |b| Ok(measured(b, 200, true)?.1) },
            hint: "a share, from 0 to 1; in a network at rest nothing should be lost: does every route end at the manager?",
            traps: &[],
        },
        Question {
            key: "chord_200",
            ask: "Chord beside it (beside.toml): the mean hops at 200 peers.",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| chord(b, 200, "hops_mean") },
            hint: "column `hops_mean` of results/beside/summary.csv, rows with 200 peers, mean over the replicates",
            traps: &[Trap { value: |b| chord(b, 200, "messages_mean"), hint: "those are messages" }],
        },
        Question {
            key: "fewer_hops",
            ask: "Who takes fewer hops at 200 peers, your far table or Chord?",
            points: 1,
            rule: Rule::Word(&["mine", "chord"], |bench| {
                let mine = measured(bench, 200, true)?.0;
                Ok(if mine < chord(bench, 200, "hops_mean")? { "mine" } else { "chord" })
            }),
            hint: "compare the two means: a table that looks both ways has twice the entries",
            traps: &[],
        },
    ],
};
