//! Every column of `summary.csv` about runs, once: its name, its unit, what it means, and how it is computed.

use super::super::series::Series;
use super::{Column, Measured, extra, measured, of_class, own, shared};
use crate::sim::{Account, LookupRecord};
use crate::stats::{gini, max_share, quantile_sorted, top_share};

/// All columns about runs, in the order in which they are written.
pub(super) const RUN: &[Column] = &[
    shared("lookups", "", "lookups issued after the warm-up", |m| Some(m.lookups() as f64)),
    shared("found", "fraction", "lookups answered before the deadline", |m| m.share(|r| r.answer.is_some())),
    shared(
        "correct",
        "fraction",
        "lookups whose first answer named a provider that was online and held the object",
        |m| m.share(|r| r.answer.is_some_and(|a| a.correct)),
    ),
    shared(
        "recall",
        "fraction",
        "of the holders online at issue, those that answers named; mean over lookups",
        |m| {
            m.mean_ratio(|r| {
                (r.online_holders > 0)
                    .then(|| (f64::from(r.providers) / f64::from(r.online_holders)).min(1.0))
            })
        },
    ),
    shared(
        "hops_mean",
        "",
        "forwards on the way to the peer that answered first; mean over found lookups",
        |m| mean(&m.hops),
    ),
    shared("hops_p50", "", "median of the same", |m| quantile(&m.hops, 0.5)),
    shared("hops_p99", "", "99th percentile of the same", |m| quantile(&m.hops, 0.99)),
    shared(
        "messages_mean",
        "",
        "messages sent on the lookup's account, lost ones included; mean over all lookups",
        |m| mean(&m.messages),
    ),
    shared("messages_p99", "", "99th percentile of the same", |m| quantile(&m.messages, 0.99)),
    shared("bytes_mean", "B", "bytes of these messages; mean over all lookups", |m| {
        ratio(m.outcome.lookups.iter().map(|r| r.bytes).sum(), m.lookups())
    }),
    shared("latency_ms_mean", "ms", "from issue to first answer; mean over found lookups", |m| {
        mean(&m.latency_ns).map(|ns| ns * 1e-6)
    }),
    shared("latency_ms_p50", "ms", "median of the same", |m| {
        quantile(&m.latency_ns, 0.5).map(|ns| ns * 1e-6)
    }),
    shared("latency_ms_p99", "ms", "99th percentile of the same", |m| {
        quantile(&m.latency_ns, 0.99).map(|ns| ns * 1e-6)
    }),
    shared("stretch_mean", "", "latency over the round trip to the provider; mean over found lookups", |m| {
        m.mean_ratio(|r| {
            let round_trip = 2.0 * r.direct.nanos() as f64;
            r.answer.filter(|_| round_trip > 0.0).map(|a| a.latency.nanos() as f64 / round_trip)
        })
    }),
    shared("publish_messages_per_replica", "", "messages to publish one replica's reference", |m| {
        ratio(m.outcome.tally.on(Account::Publish).messages, m.outcome.tally.published)
    }),
    shared("publish_bytes_per_replica", "B", "bytes of the same", |m| {
        ratio(m.outcome.tally.on(Account::Publish).bytes, m.outcome.tally.published)
    }),
    shared("join_messages_mean", "", "messages to join, per peer that came online", |m| {
        ratio(m.outcome.tally.on(Account::Join).messages, m.outcome.tally.joins)
    }),
    shared(
        "maintenance_messages_per_peer_s",
        "1/s",
        "messages of maintenance per peer online and second",
        |m| m.per_peer_second(m.outcome.tally.on(Account::Maintenance).messages),
    ),
    shared("maintenance_bytes_per_peer_s", "B/s", "bytes of the same", |m| {
        m.per_peer_second(m.outcome.tally.on(Account::Maintenance).bytes)
    }),
    shared(
        "entries_mean",
        "",
        "state entries at the end of the run; mean over peers online, servers not counted",
        |m| {
            let peers = m.outcome.entries.iter().filter(|&&(number, _)| number < m.outcome.peers);
            let (n, sum) = peers.fold((0u64, 0u64), |(n, sum), &(_, entries)| (n + 1, sum + entries));
            ratio(sum, n)
        },
    ),
    shared("entries_max", "", "state entries of the participant that keeps most, servers included", |m| {
        m.outcome.entries.iter().map(|&(_, entries)| entries as f64).reduce(f64::max)
    }),
    shared("load_max_share", "fraction", "the busiest participant's share of all messages handled", |m| {
        max_share(&m.loads())
    }),
    shared("load_gini", "", "Gini coefficient of messages handled, over all participants", |m| {
        gini(&mut m.loads())
    }),
    extra(
        "path_length_mean",
        "",
        "Chord's path length: to the key's predecessor, at least 1; mean over found lookups",
        |m| ratio(m.hops.iter().map(|&h| h.saturating_sub(1).max(1)).sum(), m.hops.len() as u64),
    ),
    extra(
        "messages_popular_mean",
        "",
        "messages of lookups for the most popular hundredth of the objects, at least one; mean over these",
        |m| mean(&popular(m).map(|r| r.messages).collect::<Vec<u64>>()),
    ),
    extra("hops_popular_mean", "", "hops of the same; mean over found ones", |m| {
        let hops = popular(m).filter_map(|r| r.answer.map(|answer| u64::from(answer.hops)));
        mean(&hops.collect::<Vec<u64>>())
    }),
    extra("popular", "fraction", "lookups for the most popular hundredth of the objects", |m| {
        (m.objects > 0).then(|| popular(m).count() as u64).and_then(|count| ratio(count, m.lookups()))
    }),
    extra(
        "stale",
        "fraction",
        "answered lookups whose first answer named somebody who did not have it",
        |m| {
            let answers = || m.outcome.lookups.iter().filter_map(|r| r.answer);
            ratio(answers().filter(|answer| !answer.correct).count() as u64, answers().count() as u64)
        },
    ),
    extra(
        "reach_mean",
        "",
        "peers that looked for the object, the origin included; mean over all lookups",
        |m| ratio(m.outcome.lookups.iter().map(|r| u64::from(r.visited)).sum(), m.lookups()),
    ),
    extra(
        "reach_share_mean",
        "fraction",
        "peers reached over the largest component of the overlay; mean over lookups from inside it",
        |m| m.flood.as_ref().and_then(|f| f.reach_share_mean),
    ),
    extra("reach_share_min", "fraction", "the same; the least of these lookups", |m| {
        m.flood.as_ref().and_then(|f| f.reach_share_min)
    }),
    extra(
        "flood_messages_mean",
        "",
        "messages of a flood by the identity over degrees, from the same origins",
        |m| m.flood.as_ref().map(|f| f.messages_mean),
    ),
    extra("flood_reach_mean", "", "peers reached by breadth-first search from the same origins", |m| {
        m.flood.as_ref().map(|f| f.reach_mean)
    }),
    extra("online_mean", "", "peers online; mean over the measured time", |m| {
        (m.outcome.measured_s > 0.0).then(|| m.outcome.tally.peer_nanos as f64 * 1e-9 / m.outcome.measured_s)
    }),
    extra("published", "", "replicas whose publishing began", |m| Some(m.outcome.tally.published as f64)),
    extra("peer_seconds", "s", "time that peers were online, summed over peers", |m| {
        Some(m.outcome.tally.peer_nanos as f64 * 1e-9)
    }),
    extra("joins", "", "peers that came online", |m| Some(m.outcome.tally.joins as f64)),
    extra("fetched", "fraction", "downloads begun that were completed, over the whole run", |m| {
        ratio(m.outcome.tally.fetched, m.outcome.tally.fetches)
    }),
    extra(
        "unreachable",
        "fraction",
        "downloads begun of which nobody named could be reached past firewalls, over the whole run",
        |m| ratio(m.outcome.tally.unreachable, m.outcome.tally.fetches),
    ),
    extra(
        "push_messages_mean",
        "",
        "messages that ask a provider behind a firewall to connect, per download begun, over the whole run",
        |m| ratio(m.outcome.tally.pushes, m.outcome.tally.fetches),
    ),
    extra(
        "served_top1",
        "fraction",
        "of requests for a whole file, those that went to the 1 % of peers that had most, over the whole run",
        |m| {
            let mut served: Vec<u64> = m.outcome.tally.served.values().copied().collect();
            top_share(&mut served, m.outcome.peers, 0.01)
        },
    ),
    extra("share_nothing", "fraction", "peers that hold nothing", |m| {
        m.skew.as_ref().map(|skew| skew.share_nothing)
    }),
    extra(
        "answers_top1",
        "fraction",
        "of answers to the lookups, those that the top 1 % of peers give, if everyone who holds what is asked for answers",
        |m| m.skew.as_ref()?.answers_top,
    ),
    extra("download_s_mean", "s", "from the question to the complete download; mean over downloads", |m| {
        let tally = &m.outcome.tally;
        (tally.timed > 0).then(|| tally.fetch_nanos as f64 * 1e-9 / tally.timed as f64)
    }),
    extra("download_s_max", "s", "the longest of these", |m| {
        let tally = &m.outcome.tally;
        (tally.timed > 0).then(|| tally.fetch_longest.as_secs_f64())
    }),
    extra("last_download_s", "s", "when the last download was complete, from the start of the run", |m| {
        let tally = &m.outcome.tally;
        (tally.timed > 0).then(|| tally.fetch_last.as_secs_f64())
    }),
    measured(
        "uplink_utilisation",
        "fraction",
        "bytes received while a swarm's downloads went from 10 % to 90 %, over what its members could have sent",
    ),
    measured("first_piece_s_mean", "s", "from the question to the first whole piece; mean over downloads"),
    measured("last_piece_s_mean", "s", "from the last piece but one to the last one; mean over downloads"),
    measured(
        "piece_entropy_mean",
        "fraction",
        "entropy of how common pieces are among a peer's neighbours when it has half of them, over its maximum; mean",
    ),
    measured(
        "first_copy_s_mean",
        "s",
        "from the first question to the first complete download; mean over swarms",
    ),
    measured(
        "swarm_lifespan_s_mean",
        "s",
        "from the first question to the last departure; mean over swarms that nobody is left in but their owners",
    ),
    of_class(0, 0),
    of_class(0, 1),
    of_class(0, 2),
    of_class(0, 3),
    of_class(1, 0),
    of_class(1, 1),
    of_class(1, 2),
    of_class(1, 3),
    of_class(2, 0),
    of_class(2, 1),
    of_class(2, 2),
    of_class(2, 3),
    measured("download_s_mean_honest", "s", "mean download time of peers that offer what they download"),
    measured("download_s_mean_riders", "s", "mean download time of free riders"),
    measured(
        "download_s_mean_modified",
        "s",
        "KaZaA: mean download time of peers with a modified client, free riders or not",
    ),
    extra(
        "riders_over_honest",
        "",
        "mean download time of free riders over that of peers that offer what they download",
        |m| Some(own(m, "download_s_mean_riders")? / own(m, "download_s_mean_honest")?),
    ),
    extra(
        "modified_over_honest",
        "",
        "KaZaA: mean download time of peers with a modified client over that of honest ones",
        |m| Some(own(m, "download_s_mean_modified")? / own(m, "download_s_mean_honest")?),
    ),
    measured(
        "fetched_honest",
        "fraction",
        "KaZaA: downloads in chunks that were completed, of those begun by peers that offer what they download",
    ),
    measured("fetched_riders", "fraction", "KaZaA: the same, of those begun by free riders"),
    measured(
        "fetched_modified",
        "fraction",
        "KaZaA: the same, of those begun by peers with a modified client",
    ),
    measured(
        "missing_chunks_mean",
        "",
        "KaZaA: chunks that nobody online offers at the end of the run; mean over files that somebody online still lacks",
    ),
    measured(
        "stuck_downloads",
        "fraction",
        "KaZaA: downloads begun that wait at the end of the run for a chunk that nobody online offers",
    ),
    measured("neighbours_mean", "", "CAN: neighbours per peer; mean over peers online at the end"),
    measured("volume_half", "fraction", "CAN: peers whose zone has about half of an equal share"),
    measured("volume_equal", "fraction", "CAN: peers whose zone has about an equal share"),
    measured("volume_double", "fraction", "CAN: peers whose zone has about twice an equal share"),
    measured("volume_other", "fraction", "CAN: peers whose zone is smaller or larger than these"),
    extra(
        "hop_latency_ms_mean",
        "ms",
        "latency per hop on the way of requests that peers forward: of all found lookups together, less as much for the \
         answers, straight from one peer to another, as it takes one way to the providers",
        |m| hop_latency(m).map(|(hop, _)| hop * 1e-6),
    ),
    extra(
        "hop_latency_share",
        "",
        "the same over the one-way latency to the providers: 1 if forwarding goes to peers as near as any",
        |m| hop_latency(m).map(|(hop, direct)| hop / direct),
    ),
    extra("lost", "fraction", "messages lost on the way", |m| {
        ratio(m.outcome.tally.lost, m.outcome.tally.sent)
    }),
    extra(
        "correct_before",
        "fraction",
        "lookups answered right, of those issued before the first fault (needs `series.every`)",
        |m| m.series.as_ref().and_then(Series::correct_before),
    ),
    extra(
        "correct_worst",
        "fraction",
        "lookups answered right in the worst span of the time series after the first fault",
        |m| m.series.as_ref().and_then(Series::correct_worst),
    ),
    extra(
        "correct_after",
        "fraction",
        "lookups answered right in the later half of the time series after the first fault",
        |m| m.series.as_ref().and_then(Series::correct_after),
    ),
    extra(
        "recovery_s",
        "s",
        "from the first fault until two spans of the time series in a row answer as many right as before (`series.recovered`); \
         missing if they never do",
        |m| m.series.as_ref().and_then(Series::recovery_s),
    ),
    extra(
        "repair_s",
        "s",
        "from the first fault to the first instant of the time series at which the protocol's invariants hold",
        |m| m.series.as_ref().and_then(Series::repair_s),
    ),
    extra("session_min_mean", "min", "sessions as their law draws them, a million of them; mean", |m| {
        m.sessions.as_ref().map(|sample| sample.mean_min)
    }),
    extra("session_min_p50", "min", "median of the same", |m| {
        m.sessions.as_ref().map(|sample| sample.median_min)
    }),
    extra(
        "session_rest_ratio",
        "",
        "what is left of a session under way at a random time, over a whole one; ratio of the means of a million each",
        |m| m.sessions.as_ref().map(|sample| sample.rest_mean_min / sample.mean_min),
    ),
    extra(
        "little_ratio",
        "",
        "Little's law: peers that came online a second, times the mean session of the law, over the mean number online",
        |m| {
            let tally = &m.outcome.tally;
            let session_s = m.sessions.as_ref()?.mean_min * 60.0;
            let online_s = tally.peer_nanos as f64 * 1e-9;
            (online_s > 0.0).then(|| tally.joins as f64 * session_s / online_s)
        },
    ),
    extra("dropped", "fraction", "messages that reached a peer which had gone", |m| {
        ratio(m.outcome.tally.dropped, m.outcome.tally.sent)
    }),
    extra("messages_per_peer_s", "1/s", "messages of all accounts per peer online and second", |m| {
        let on = |account| m.outcome.tally.on(account).messages;
        m.per_peer_second(Account::ALL.iter().map(|&account| on(account)).sum())
    }),
    measured("super_peers", "", "supernodes or ultrapeers online at the end"),
    measured("children_mean", "", "ordinary peers or leaves connected to one; mean over super-peers"),
    measured(
        "super_links_mean",
        "",
        "connections of one super-peer with super-peers of other clusters; mean over super-peers",
    ),
    measured("clusters", "", "KaZaA: clusters, each of as many supernodes as are to share its work"),
    measured(
        "cluster_connections_mean",
        "",
        "KaZaA: connections between two linked clusters; mean over pairs, with all partners in place",
    ),
    measured("unfit_super_peers", "fraction", "super-peers whose uplink or firewall is not fit for it"),
    extra(
        "super_load_per_s",
        "1/s",
        "messages handled per second by one super-peer; mean over the busiest participants, as many as there are \
         super-peers at the end",
        |m| {
            let count = own(m, "super_peers")? as usize;
            let mut loads = m.loads();
            loads.sort_unstable_by(|a, b| b.cmp(a));
            let sum: u64 = loads.iter().take(count).sum();
            (m.outcome.measured_s > 0.0).then(|| sum as f64 / count as f64 / m.outcome.measured_s)
        },
    ),
];

/// Lookups for the most popular hundredth of the objects, rounded up: objects are numbered by popularity.
fn popular<'m>(m: &'m Measured<'_>) -> impl Iterator<Item = &'m LookupRecord> {
    let few = m.objects.div_ceil(100);
    m.outcome.lookups.iter().filter(move |record| record.object.rank() < few)
}

/// Latency per hop on the way of forwarded requests, and one way to the providers, in nanoseconds.
fn hop_latency(m: &Measured<'_>) -> Option<(f64, f64)> {
    let answered = || m.outcome.lookups.iter().filter_map(|r| Some((r, r.answer?)));
    let hops: u64 = answered().map(|(_, answer)| u64::from(answer.hops)).sum();
    let latency: u128 = answered().map(|(_, answer)| u128::from(answer.latency.nanos())).sum();
    let direct: u128 = answered().map(|(record, _)| u128::from(record.direct.nanos())).sum();
    let found = answered().count();
    (hops > 0 && direct > 0)
        .then(|| (latency.saturating_sub(direct) as f64 / hops as f64, direct as f64 / found as f64))
}

/// The mean of whole numbers; summed exactly.
pub(super) fn mean(values: &[u64]) -> Option<f64> {
    let sum: u128 = values.iter().map(|&v| u128::from(v)).sum();
    (!values.is_empty()).then(|| sum as f64 / values.len() as f64)
}

fn quantile(sorted: &[u64], p: f64) -> Option<f64> {
    quantile_sorted(sorted, p).map(|value| value as f64)
}

pub(super) fn ratio(numerator: u64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}
