//! Lab 7: why two tiers, redundancy, election and lies.

use crate::lab::{Bench, Found, Lab, Question, Rule, Trap};

const FILE: &str = "two-tiers.toml";
const ELECTION: &str = "election.toml";
const PARTNERS: &[f64] = &[1.0, 2.0, 3.0];
/// Messages a second that a supernode can stand.
const BEARABLE: f64 = 12.0;

fn of(bench: &mut Bench<'_>, partners: f64, column: &str) -> Found<f64> {
    bench.mean(FILE, &[&format!("protocol.kazaa.redundancy={partners}")], "kazaa", column)
}

fn flood(bench: &mut Bench<'_>, column: &str) -> Found<f64> {
    bench.mean(FILE, &["protocols=gnutella"], "gnutella", column)
}

fn elected(bench: &mut Bench<'_>, liars: &str, column: &str) -> Found<f64> {
    bench.mean(ELECTION, &[&format!("protocol.kazaa.modified=\"{liars}\"")], "kazaa", column)
}

pub(super) const LAB: Lab = Lab {
    name: "7-supernodes",
    title: "why two tiers, what partners cost, and what lying does",
    handout: page!("7-supernodes"),
    files: scenarios!["two-tiers", "election"],
    questions: &[
        Question {
            key: "flood_messages",
            ask: "Messages per lookup when everybody floods (gnutella).",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| flood(b, "messages_mean") },
            hint: "column `messages_mean` of two-tiers.toml, rows of gnutella, mean over the replicates; is the seed yours?",
            traps: &[],
        },
        Question {
            key: "tiers_messages",
            ask: "The same when only supernodes do (kazaa, redundancy 1).",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| of(b, 1.0, "messages_mean") },
            hint: "column `messages_mean`, rows of kazaa with redundancy 1",
            traps: &[],
        },
        Question {
            key: "nearer",
            ask: "How many hops fewer does an answer take in two tiers?",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.05,
                model: |b| Ok(flood(b, "hops_mean")? - of(b, 1.0, "hops_mean")?),
            },
            hint: "the difference of `hops_mean`: a supernode answers for all its children",
            traps: &[],
        },
        Question {
            key: "supernodes",
            ask: "How many supernodes are there for the 400 peers, with redundancy 1 (mean)?",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.5, model: |b| of(b, 1.0, "super_peers") },
            hint: "column `super_peers`: those online at the end, and a tenth of all peers has crashed",
            traps: &[Trap { value: |_| Ok(20.0), hint: "a tenth of the peers has crashed by then" }],
        },
        Question {
            key: "load_1",
            ask: "Messages that one supernode handles per second, with redundancy 1.",
            points: 1,
            rule: Rule::Near { within: 0.05, slack: 0.0, model: |b| of(b, 1.0, "super_load_per_s") },
            hint: "column `super_load_per_s`, rows with redundancy 1",
            traps: &[],
        },
        Question {
            key: "load_falls",
            ask: "Its load with redundancy 1 over that with redundancy 3.",
            points: 2,
            rule: Rule::Near {
                within: 0.05,
                slack: 0.0,
                model: |b| Ok(of(b, 1.0, "super_load_per_s")? / of(b, 3.0, "super_load_per_s")?),
            },
            hint: "divide the two means of `super_load_per_s`; by the book it is 3, measured it is less",
            traps: &[],
        },
        Question {
            key: "connections_3",
            ask: "Connections between two linked clusters, with redundancy 3.",
            points: 1,
            rule: Rule::Near { within: 0.03, slack: 0.0, model: |b| of(b, 3.0, "cluster_connections_mean") },
            hint: "column `cluster_connections_mean`, rows with redundancy 3: measured, after a tenth of the peers has crashed",
            traps: &[Trap {
                value: |_| Ok(9.0),
                hint: "that is the book's k squared: ask what is left after the crash",
            }],
        },
        Question {
            key: "partners",
            ask: "A supernode can stand 12 messages a second. How many partners to a cluster does that take? The fewest.",
            points: 2,
            rule: Rule::Choice {
                of: PARTNERS,
                holds: |bench, partners| {
                    let bearable = of(bench, partners, "super_load_per_s")? <= BEARABLE;
                    let needed = partners <= 1.0 || of(bench, partners - 1.0, "super_load_per_s")? > BEARABLE;
                    Ok(bearable && needed)
                },
            },
            hint: "`super_load_per_s` must be at most 12 with that many partners, and above it with one fewer",
            traps: &[],
        },
        Question {
            key: "worst_1",
            ask: "Right answers in the worst 20 s after a tenth of the peers has crashed, with redundancy 1, as a share.",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.02, model: |b| of(b, 1.0, "correct_worst") },
            hint: "column `correct_worst`, rows of kazaa with redundancy 1, mean over the replicates",
            traps: &[Trap { value: |b| of(b, 3.0, "correct_worst"), hint: "that is with three partners" }],
        },
        Question {
            key: "unfit_honest",
            ask: "If nobody lies: the share of supernodes that are not fit for it.",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.01, model: |b| elected(b, "0 %", "unfit_super_peers") },
            hint: "column `unfit_super_peers` of election.toml, rows with `modified` 0 %",
            traps: &[],
        },
        Question {
            key: "unfit_lying",
            ask: "The same if 30 % of the peers say that they are fit, whether they are or not.",
            points: 2,
            rule: Rule::Near { within: 0.0, slack: 0.02, model: |b| elected(b, "30 %", "unfit_super_peers") },
            hint: "column `unfit_super_peers` of election.toml, rows with `modified` 30 %, mean over the replicates",
            traps: &[Trap {
                value: |b| elected(b, "60 %", "unfit_super_peers"),
                hint: "these are the rows with 60 %",
            }],
        },
    ],
};
