//! Lab 9: fits done right and wrong, failure and attack, the slow crawler.

use crate::lab::{Bench, Found, Lab, Question, Rule, Trap};

const FILE: &str = "power-law.toml";
const CRAWL: &str = "crawler.toml";
const POWER: &str = "overlay.graph={power-law={exponent=2.5,min_degree=2,max_degree=500}}";
const RANDOM: &str = "overlay.graph={erdos-renyi={mean_degree=4.0}}";
const SPEEDS: &[f64] = &[0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0];
/// So far may the law seen be from the law that is.
const DISTANCE: f64 = 0.05;

fn of(bench: &mut Bench<'_>, graph: &str, column: &str) -> Found<f64> {
    bench.mean(FILE, &[graph], "graph", column)
}

fn crawl(bench: &mut Bench<'_>, speed: f64, column: &str) -> Found<f64> {
    bench.mean(CRAWL, &[&format!("crawl.speed=\"{speed} /s\"")], "gnutella", column)
}

pub(super) const LAB: Lab = Lab {
    name: "9-power-law",
    title: "fits done wrong and right, failure and attack, the slow crawler",
    handout: page!("9-power-law"),
    files: scenarios!["power-law", "crawler"],
    questions: &[
        Question {
            key: "alpha",
            ask: "The exponent of the graph that was made with 2.5, fitted by maximum likelihood: mean over the replicates.",
            points: 1,
            rule: Rule::Near { within: 0.01, slack: 0.0, model: |b| of(b, POWER, "alpha") },
            hint: "column `alpha`, rows of the power-law graph; is the seed yours?",
            traps: &[],
        },
        Question {
            key: "alpha_from_1",
            ask: "What the fit says of the random graph, if it is forced to begin at 1 (--set fit.x_min=1).",
            points: 1,
            rule: Rule::Near {
                within: 0.01,
                slack: 0.0,
                model: |b| b.mean(FILE, &[RANDOM, "fit.x_min=1"], "graph", "alpha"),
            },
            hint: "run power-law.toml with --set fit.x_min=1 and read `alpha` of erdos-renyi: an exponent comes out of anything",
            traps: &[],
        },
        Question {
            key: "p_from_1",
            ask: "And the p-value of that fit (`fit_p`).",
            points: 1,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.05,
                model: |b| b.mean(FILE, &[RANDOM, "fit.x_min=1"], "graph", "fit_p"),
            },
            hint: "column `fit_p`, rows of erdos-renyi, with fit.x_min=1",
            traps: &[],
        },
        Question {
            key: "rejected",
            ask: "Forced to begin at 1: which of the two is no power law by its p-value (below 0.1)?",
            points: 1,
            rule: Rule::Word(&["power-law", "erdos-renyi"], |bench| {
                let random = bench.mean(FILE, &[RANDOM, "fit.x_min=1"], "graph", "fit_p")?;
                let power = bench.mean(FILE, &[POWER, "fit.x_min=2"], "graph", "fit_p")?;
                Ok(if random < power { "erdos-renyi" } else { "power-law" })
            }),
            hint: "compare `fit_p` of both: a large p says that the law is plausible, not that it is true",
            traps: &[],
        },
        Question {
            key: "random_tail",
            ask: "Left free, how many peers are in the tail that the fit of the random graph uses (`n_tail`)?",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.5, model: |b| of(b, RANDOM, "n_tail") },
            hint: "column `n_tail`, rows of erdos-renyi, mean over the replicates: so few values fit anything",
            traps: &[],
        },
        Question {
            key: "power_random",
            ask: "The power-law graph: the share of peers to remove at random until nothing large is left (`random_threshold`).",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.02, model: |b| of(b, POWER, "random_threshold") },
            hint: "column `random_threshold`, rows of the power-law graph",
            traps: &[Trap {
                value: |b| of(b, POWER, "percolation_threshold"),
                hint: "that is Cohen's formula: ask what was measured",
            }],
        },
        Question {
            key: "power_attack",
            ask: "The same if the best connected are removed first (`attack_threshold`).",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.02, model: |b| of(b, POWER, "attack_threshold") },
            hint: "column `attack_threshold`, rows of the power-law graph",
            traps: &[],
        },
        Question {
            key: "advantage",
            ask: "How many times more peers must chance remove than an attacker, in the random graph?",
            points: 2,
            rule: Rule::Near {
                within: 0.05,
                slack: 0.0,
                model: |b| Ok(of(b, RANDOM, "random_threshold")? / of(b, RANDOM, "attack_threshold")?),
            },
            hint: "divide `random_threshold` by `attack_threshold`, rows of erdos-renyi",
            traps: &[Trap {
                value: |b| Ok(of(b, POWER, "random_threshold")? / of(b, POWER, "attack_threshold")?),
                hint: "that is the power-law graph",
            }],
        },
        Question {
            key: "cohen",
            ask: "By hand: Cohen's threshold 1 - 1/(kappa - 1) of a random graph with four links on average, where kappa = 5.",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.02, model: |b| of(b, RANDOM, "percolation_threshold") },
            hint: "put kappa = 5 into the formula; column `percolation_threshold` says the same of the graphs drawn",
            traps: &[Trap { value: |_| Ok(0.8), hint: "kappa - 1 stands below the line, not kappa" }],
        },
        Question {
            key: "ghosts",
            ask: "The crawler that asks one peer every five seconds: how many peers does it hear of, over those that are there?\n(crawl_nodes / crawl_true_nodes, means over the replicates)",
            points: 2,
            rule: Rule::Near {
                within: 0.03,
                slack: 0.0,
                model: |b| Ok(crawl(b, 0.2, "crawl_nodes")? / crawl(b, 0.2, "crawl_true_nodes")?),
            },
            hint: "rows with crawl.speed 0.2 /s: divide one mean by the other; while it asks, people come and go",
            traps: &[Trap {
                value: |b| Ok(crawl(b, 1000.0, "crawl_nodes")? / crawl(b, 1000.0, "crawl_true_nodes")?),
                hint: "that is the quick crawler",
            }],
        },
        Question {
            key: "speed",
            ask: "How quick must a crawler be, so that the law it sees is within 0.05 of the law that is (crawl_ks)? The slowest\nspeed of the list that is, in peers per second: --set 'crawl.speed=\"1 /s\"'.",
            points: 3,
            rule: Rule::Choice {
                of: SPEEDS,
                holds: |bench, speed| {
                    let slower = SPEEDS.iter().copied().rev().find(|&other| other < speed);
                    let enough = crawl(bench, speed, "crawl_ks")? <= DISTANCE;
                    let slowest = match slower {
                        Some(other) => crawl(bench, other, "crawl_ks")? > DISTANCE,
                        None => true,
                    };
                    Ok(enough && slowest)
                },
            },
            hint: "run crawler.toml with that speed and with the next slower one: `crawl_ks` must be at most 0.05, and above it when slower",
            traps: &[],
        },
    ],
};
