//! Lab 8: flash crowds, tit for tat, the order of pieces, the seed that leaves.

use crate::lab::{Bench, Found, Lab, Question, Rule, Trap};

const CROWD: &str = "crowd.toml";
const RIDERS: &str = "riders.toml";
const SEED: &str = "leaving-seed.toml";
const SIZES: &[f64] = &[4.0, 8.0, 16.0, 32.0, 64.0, 128.0];
const FOREVER: &str = "protocol.bittorrent.seeding=forever";
const STAYS: &[f64] = &[150.0, 200.0, 250.0, 300.0, 350.0, 400.0, 450.0, 500.0, 600.0];

fn crowd(bench: &mut Bench<'_>, peers: f64, protocol: &str, column: &str) -> Found<f64> {
    bench.mean(CROWD, &[&format!("peers={peers}")], protocol, column)
}

/// Whether the swarm is done before the server is.
fn swarm_wins(bench: &mut Bench<'_>, peers: f64) -> Found<bool> {
    let swarm = crowd(bench, peers, "bittorrent", "last_download_s")?;
    Ok(swarm < crowd(bench, peers, "client-server", "last_download_s")?)
}

fn price(bench: &mut Bench<'_>, set: &[&str]) -> Found<f64> {
    let riders = bench.mean(RIDERS, set, "bittorrent", "download_s_mean_riders")?;
    Ok(riders / bench.mean(RIDERS, set, "bittorrent", "download_s_mean_honest")?)
}

fn missing(bench: &mut Bench<'_>, order: &str) -> Found<f64> {
    let order = format!("protocol.kazaa.order={order}");
    bench.mean(SEED, &["protocols=kazaa", &order, "faults.0.at=400 s"], "kazaa", "missing_chunks_mean")
}

/// Whether every download is completed in every replicate, if the owner leaves after so long.
fn all_done(bench: &mut Bench<'_>, seconds: f64) -> Found<bool> {
    let at = format!("faults.0.at=\"{seconds} s\"");
    Ok(bench.mean(SEED, &["protocols=bittorrent", &at], "bittorrent", "fetched")? >= 1.0)
}

pub(super) const LAB: Lab = Lab {
    name: "8-swarms",
    title: "flash crowds, tit for tat, the order of pieces, the seed that leaves",
    handout: page!("8-swarms"),
    files: scenarios!["crowd", "riders", "leaving-seed"],
    questions: &[
        Question {
            key: "server_by_hand",
            ask: "By hand: 128 peers want 4 MiB each from one server of 4 Mbit/s. When has the last one got it, in seconds?",
            points: 1,
            rule: Rule::Near {
                within: 0.05,
                slack: 0.0,
                model: |b| crowd(b, 128.0, "client-server", "last_download_s"),
            },
            hint: "bytes to send, times eight, over the bits a second: 4 MiB is 4 × 2^20 bytes",
            traps: &[Trap {
                value: |_| Ok(128.0),
                hint: "4 MiB are bytes, 4 Mbit/s are bits: eight of them make a byte",
            }],
        },
        Question {
            key: "swarm_128",
            ask: "Measured: when has the last of 128 peers got it in the swarm?",
            points: 1,
            rule: Rule::Near {
                within: 0.03,
                slack: 0.0,
                model: |b| crowd(b, 128.0, "bittorrent", "last_download_s"),
            },
            hint: "column `last_download_s` of crowd.toml, rows of bittorrent with 128 peers, mean over the replicates",
            traps: &[Trap {
                value: |b| crowd(b, 128.0, "bittorrent", "download_s_mean"),
                hint: "that is the mean download: ask for the last",
            }],
        },
        Question {
            key: "server_growth",
            ask: "At the server: the time of the last of 128 over that of the last of 16.",
            points: 1,
            rule: Rule::Near {
                within: 0.03,
                slack: 0.0,
                model: |b| {
                    let few = crowd(b, 16.0, "client-server", "last_download_s")?;
                    Ok(crowd(b, 128.0, "client-server", "last_download_s")? / few)
                },
            },
            hint: "divide the two values of `last_download_s`",
            traps: &[],
        },
        Question {
            key: "swarm_growth",
            ask: "The same in the swarm.",
            points: 1,
            rule: Rule::Near {
                within: 0.03,
                slack: 0.0,
                model: |b| {
                    let few = crowd(b, 16.0, "bittorrent", "last_download_s")?;
                    Ok(crowd(b, 128.0, "bittorrent", "last_download_s")? / few)
                },
            },
            hint: "divide the two means of `last_download_s`, rows of bittorrent: the crowd brings its own capacity",
            traps: &[],
        },
        Question {
            key: "swarm_pays",
            ask: "The server sends ten times what a peer can. From which crowd on is the swarm quicker? The smallest size of the list:\ncrowd.toml, peers.",
            points: 2,
            rule: Rule::Choice {
                of: SIZES,
                holds: |bench, peers| {
                    let smaller = SIZES.iter().copied().rev().find(|&size| size < peers);
                    let first = match smaller {
                        Some(size) => !swarm_wins(bench, size)?,
                        None => true,
                    };
                    Ok(first && swarm_wins(bench, peers)?)
                },
            },
            hint: "compare `last_download_s` of bittorrent and client-server with that many peers, and with half as many",
            traps: &[],
        },
        Question {
            key: "riders_if_all_leave",
            ask: "30 % upload nothing, and who has everything leaves at once: mean download time of free riders over that of honest peers.",
            points: 2,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| price(b, &[]) },
            hint: "means over the replicates of `download_s_mean_riders` and of `download_s_mean_honest`, divided",
            traps: &[
                Trap { value: |b| price(b, &[FOREVER]), hint: "that is with seeds that stay" },
                Trap { value: |b| Ok(1.0 / price(b, &[])?), hint: "that is upside down" },
            ],
        },
        Question {
            key: "riders_if_all_stay",
            ask: "The same if who has everything stays (--set protocol.bittorrent.seeding=forever).",
            points: 1,
            rule: Rule::Near { within: 0.02, slack: 0.0, model: |b| price(b, &[FOREVER]) },
            hint: "run riders.toml with --set protocol.bittorrent.seeding=forever: seeds give to whoever is quick",
            traps: &[],
        },
        Question {
            key: "honest_gain",
            ask: "Honest peers: how many times quicker are they if nobody rides free? (mean time with 30 % free riders over that with 0 %,\nthose who are done leaving; with 0 % the column is download_s_mean)",
            points: 2,
            rule: Rule::Near {
                within: 0.03,
                slack: 0.0,
                model: |b| {
                    let with = b.mean(RIDERS, &[], "bittorrent", "download_s_mean_honest")?;
                    let none = ["protocol.bittorrent.free_riders=\"0 %\"", "columns=[\"download_s_mean\"]"];
                    Ok(with / b.mean(RIDERS, &none, "bittorrent", "download_s_mean")?)
                },
            },
            hint: "run riders.toml with --set 'protocol.bittorrent.free_riders=\"0 %\"' and --set 'columns=[\"download_s_mean\"]', and divide",
            traps: &[],
        },
        Question {
            key: "missing_in_order",
            ask: "The only owner leaves after 400 s, chunks were fetched in order (kazaa, sequential): how many of the 32 are missing for\ngood, on average?",
            points: 1,
            rule: Rule::Near { within: 0.03, slack: 0.0, model: |b| missing(b, "sequential") },
            hint: "column `missing_chunks_mean` of leaving-seed.toml, rows with 400 s and sequential",
            traps: &[Trap { value: |b| missing(b, "random"), hint: "that is with chunks at random" }],
        },
        Question {
            key: "missing_at_random",
            ask: "The same with chunks fetched at random.",
            points: 1,
            rule: Rule::Near { within: 0.03, slack: 0.0, model: |b| missing(b, "random") },
            hint: "column `missing_chunks_mean` of leaving-seed.toml, rows with 400 s and random",
            traps: &[],
        },
        Question {
            key: "stay",
            ask: "Rarest first (bittorrent): how long must the only owner stay, so that everybody completes the file in all replicates?\nThe least time of the list, in seconds: --set 'faults.0.at=\"300 s\"'.",
            points: 2,
            rule: Rule::Choice {
                of: STAYS,
                holds: |bench, seconds| {
                    let shorter = STAYS.iter().copied().rev().find(|&other| other < seconds);
                    let least = match shorter {
                        Some(other) => !all_done(bench, other)?,
                        None => true,
                    };
                    Ok(least && all_done(bench, seconds)?)
                },
            },
            hint: "`fetched` must be 1 in all rows of bittorrent with that time, and not with the next shorter one",
            traps: &[],
        },
    ],
};
