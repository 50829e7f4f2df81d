//! Columns of `summary.csv` that single papers measure: asked for, like the other extra ones.

use super::table::{mean, ratio};
use super::{Column, Measured, extra, measured};
use crate::sim::UNTOLD;

/// The columns, in the order in which they are written.
pub(super) const PAPERS: &[Column] = &[
    extra(
        "path_length_tv",
        "",
        "Chord: total variation between the path lengths of found lookups and the law that ToN 2003, fig. 10 (b), prints for \
         4,096 nodes",
        |m| {
            let found = m.hops.len() as f64;
            let share = |k: u64| m.hops.iter().filter(|&&h| path_length(h) == k).count() as f64 / found;
            let printed: f64 = PRINTED.iter().sum();
            let within: f64 = (1..).zip(PRINTED).map(|(k, &law)| (share(k) - law).abs()).sum();
            let ours = (1..).zip(PRINTED).map(|(k, _)| share(k)).sum::<f64>();
            let beyond = ((1.0 - ours) - (1.0 - printed)).abs();
            (found > 0.0).then_some(0.5 * (within + beyond))
        },
    ),
    extra("not_found", "fraction", "lookups without an answer before the deadline", |m| {
        m.share(|r| r.answer.is_none())
    }),
    extra(
        "timeouts_mean",
        "",
        "requests of a lookup that got no answer in time, as of nodes that have gone; mean over found lookups",
        |m| {
            let found = || m.outcome.lookups.iter().filter(|r| r.answer.is_some());
            ratio(found().map(|r| u64::from(r.timeouts)).sum(), found().count() as u64)
        },
    ),
    measured(
        "keys_p1",
        "",
        "Chord: keys that a peer keeps references for, all its virtual nodes together; 1st percentile of peers online",
    ),
    measured("keys_p99", "", "Chord: the same; 99th percentile"),
    measured("keys_max_over_mean", "", "Chord: the same; the most over the mean"),
    extra(
        "probes_mean",
        "",
        "peers that looked for the object, the origin not counted; one that did so twice counts twice; mean over found lookups",
        |m| {
            let found = || m.outcome.lookups.iter().filter(|r| r.answer.is_some());
            let probes = found().map(|r| u64::from(r.visited.saturating_sub(1)));
            ratio(probes.sum(), found().count() as u64)
        },
    ),
    extra(
        "query_share",
        "fraction",
        "Gnutella: of all messages that arrived, those that are queries, or walkers that carry one",
        |m| kind_share(m, &["query"]),
    ),
    extra("hit_share", "fraction", "Gnutella: the same, those that are query hits", |m| {
        kind_share(m, &["hit"])
    }),
    extra("ping_pong_share", "fraction", "Gnutella: the same, those that are pings and pongs", |m| {
        kind_share(m, &["ping", "pong"])
    }),
    extra("pong_share", "fraction", "Gnutella: the same, those that are pongs", |m| kind_share(m, &["pong"])),
    extra(
        "flood_messages_ratio",
        "",
        "messages of lookups over those of a flood by the identity over degrees, from the same origins",
        |m| {
            let identity = m.flood.as_ref()?.messages_mean;
            (identity > 0.0).then_some(mean(&m.messages)? / identity)
        },
    ),
];

/// The shares of path lengths 1 to 10 among 4,096 nodes: Stoica et al., ToN 2003, fig. 10 (b).
const PRINTED: &[f64] = &[0.0033, 0.0180, 0.0571, 0.1288, 0.2124, 0.2254, 0.1938, 0.1094, 0.0412, 0.0092];

/// Chord's path length: to the key's predecessor, at least 1.
fn path_length(hops: u64) -> u64 {
    hops.saturating_sub(1).max(1)
}

/// Messages of these kinds over all that arrived, where kinds are counted and the protocol tells them apart.
fn kind_share(m: &Measured<'_>, kinds: &[&str]) -> Option<f64> {
    if m.outcome.kinds.contains_key(UNTOLD) {
        return None;
    }
    let of = |kind: &&str| m.outcome.kinds.get(*kind).copied().unwrap_or(0);
    ratio(kinds.iter().map(of).sum(), m.outcome.kinds.values().sum())
}
