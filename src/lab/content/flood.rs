//! Lab 3: reach, messages, copies and separate networks.

use crate::lab::{Bench, Found, Lab, Question, Rule, Trap};

const FLOOD: &str = "flood.toml";
const COPIES_FILE: &str = "copies.toml";
const PARTS: &str = "sub-networks.toml";
const LIVES: &[f64] = &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
const COPIES: &[f64] = &[1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 75.0, 100.0, 150.0, 200.0];
const PEERS: f64 = 500.0;

fn at(bench: &mut Bench<'_>, ttl: f64, column: &str) -> Found<f64> {
    bench.mean(FLOOD, &[&format!("protocol.gnutella.ttl={ttl}")], "gnutella", column)
}

fn ended(bench: &mut Bench<'_>, copies: f64) -> Found<f64> {
    bench.mean(COPIES_FILE, &[&format!("content.replicas={copies}")], "gnutella", "found")
}

fn part(bench: &mut Bench<'_>, law: &str, column: &str) -> Found<f64> {
    bench.mean(PARTS, &[&format!("overlay.graph={law}")], "graph", column)
}

pub(super) const LAB: Lab = Lab {
    name: "3-flood",
    title: "how far does a flood go, and what does it cost?",
    handout: page!("3-flood"),
    files: scenarios!["flood", "copies", "sub-networks"],
    questions: &[
        Question {
            key: "reach_1",
            ask: "Peers reached with a time to live of 1, the one that asks included.",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| at(b, 1.0, "reach_mean") },
            hint: "column `reach_mean` where the TTL is 1, mean over the replicates; is the seed yours?",
            traps: &[Trap {
                value: |b| Ok(at(b, 1.0, "reach_mean")? - 1.0),
                hint: "the one that asks looks among its own files, too, and counts",
            }],
        },
        Question {
            key: "reach_4",
            ask: "The same with a time to live of 4.",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| at(b, 4.0, "reach_mean") },
            hint: "column `reach_mean` where the TTL is 4, mean over the replicates",
            traps: &[],
        },
        Question {
            key: "messages_4",
            ask: "Messages of a search with a time to live of 4.",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| at(b, 4.0, "messages_mean") },
            hint: "column `messages_mean` where the TTL is 4",
            traps: &[Trap {
                value: |b| at(b, 4.0, "reach_mean"),
                hint: "those are the peers that were reached",
            }],
        },
        Question {
            key: "wasted_7",
            ask: "With a time to live of 7: which share of the messages came to somebody who had the question already?",
            points: 2,
            rule: Rule::Near {
                within: 0.0,
                slack: 0.02,
                model: |b| Ok(1.0 - (at(b, 7.0, "reach_mean")? - 1.0) / at(b, 7.0, "messages_mean")?),
            },
            hint: "everybody but the origin needs one message to hear of it; all others are repeated; answer as a share from 0 to 1",
            traps: &[Trap {
                value: |b| Ok((at(b, 7.0, "reach_mean")? - 1.0) / at(b, 7.0, "messages_mean")?),
                hint: "that is the share that was useful",
            }],
        },
        Question {
            key: "ttl_90",
            ask: "The least time to live that reaches 90 % of the 500 peers.",
            points: 1,
            rule: Rule::Choice {
                of: LIVES,
                holds: |bench, ttl| {
                    let reaches =
                        |bench: &mut Bench<'_>, ttl| Ok(at(bench, ttl, "reach_mean")? >= 0.9 * PEERS);
                    Ok(reaches(bench, ttl)? && (ttl <= 1.0 || !reaches(bench, ttl - 1.0)?))
                },
            },
            hint: "it must reach 450 peers on average, and one less must not",
            traps: &[],
        },
        Question {
            key: "last_step",
            ask: "From TTL 7 to TTL 8: messages more, per peer reached more.",
            points: 2,
            rule: Rule::Near {
                within: 0.05,
                slack: 0.0,
                model: |b| {
                    let more = at(b, 8.0, "messages_mean")? - at(b, 7.0, "messages_mean")?;
                    Ok(more / (at(b, 8.0, "reach_mean")? - at(b, 7.0, "reach_mean")?))
                },
            },
            hint: "divide the difference of `messages_mean` by the difference of `reach_mean`",
            traps: &[Trap {
                value: |b| Ok(at(b, 8.0, "messages_mean")? / at(b, 8.0, "reach_mean")?),
                hint: "that is the mean over the whole search: ask for the last step alone",
            }],
        },
        Question {
            key: "copies",
            ask: "Searches go two hops. How many copies does each object need so that half of them end? The fewest of the list\nthat do: copies.toml, content.replicas.",
            points: 3,
            rule: Rule::Choice {
                of: COPIES,
                holds: |bench, copies| {
                    let fewer = COPIES.iter().copied().rev().find(|&few| few < copies);
                    let enough = ended(bench, copies)? >= 0.5;
                    let needed = match fewer {
                        Some(few) => ended(bench, few)? < 0.5,
                        None => true,
                    };
                    Ok(enough && needed)
                },
            },
            hint: "run copies.toml with that many and with the next fewer of the list: half of the searches must be answered, and with fewer not",
            traps: &[],
        },
        Question {
            key: "law_mean",
            ask: "By hand: the mean number of links under the course's law, p(d) in proportion to d^-1.4 for d from 1 to 7.",
            points: 1,
            rule: Rule::Near { within: 0.01, slack: 0.0, model: |b| part(b, "course-pure", "law_mean") },
            hint: "the weights are 1, 2^-1.4, ..., 7^-1.4: divide by their sum; columns `law_mean` and `degree_mean` say the same",
            traps: &[Trap {
                value: |_| Ok(4.0),
                hint: "small degrees are likelier: weigh each by its probability",
            }],
        },
        Question {
            key: "pure_parts",
            ask: "Into how many separate networks do 2,000 peers under this law fall? (sub-networks.toml, course-pure)",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| part(b, "course-pure", "components") },
            hint: "column `components`, rows of course-pure, mean over the replicates",
            traps: &[Trap {
                value: |b| part(b, "course-hybrid", "components"),
                hint: "that is the hybrid law, in which some have twenty links",
            }],
        },
        Question {
            key: "pure_giant",
            ask: "Which share of the peers is in the largest of them?",
            points: 1,
            rule: Rule::Near { within: 0.0, slack: 0.01, model: |b| part(b, "course-pure", "giant_share") },
            hint: "column `giant_share`, rows of course-pure, as a share from 0 to 1",
            traps: &[],
        },
        Question {
            key: "hybrid_parts",
            ask: "Into how many do they fall if one peer in forty has twenty links? (course-hybrid)",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| part(b, "course-hybrid", "components") },
            hint: "column `components`, rows of course-hybrid, mean over the replicates",
            traps: &[],
        },
    ],
};
