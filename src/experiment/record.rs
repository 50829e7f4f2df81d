//! What one run leaves for tables and figures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::columns::COLUMNS;
use super::live::{Below, Crawl, Snapshot};
use super::series::{Moment, Series};
use super::subjects::measures::Curves;
use crate::sim::{LookupRecord, Outcome};
use crate::stats::ccdf;
use crate::world::SessionSample;

/// The most points that a record keeps of a distribution.
const POINTS: usize = 500;

/// One run, summarised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Peers in the run.
    pub peers: u32,
    /// By column: its value, where it has one.
    pub values: BTreeMap<String, f64>,
    /// The kernel's hash over delivered messages.
    pub fingerprint: u64,
    /// Lookups measured.
    pub lookups: u64,
    /// Of the found ones, their latencies in microseconds, ascending, thinned to quantiles where there are many.
    pub latencies_us: Vec<u64>,
    /// How many were found.
    pub found: u64,
    /// Load in messages handled, and the share of participants with at least that load.
    pub loads: Vec<(u64, f64)>,
    /// The rows of `lookups.csv`, if wanted.
    pub rows: Vec<Row>,
    /// The run's time series, if wanted.
    #[serde(default)]
    pub series: Vec<Moment>,
    /// Snapshots of its overlay, if wanted.
    #[serde(default)]
    pub snapshots: Vec<Snapshot>,
    /// What a crawler saw, if one was wanted.
    #[serde(default)]
    pub crawl: Option<Crawl>,
    /// Events that the kernel handled, for the log.
    pub events: u64,
    /// The curves of a graph or a sample, if one was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curves: Option<Box<Curves>>,
}

impl Record {
    /// The record of a subject, which has no lookups: what was measured, and a hash over what was measured.
    pub(super) fn of_subject(
        peers: u32,
        values: BTreeMap<&'static str, f64>,
        fingerprint: u64,
        curves: Curves,
    ) -> Record {
        Record {
            peers,
            values: values.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
            fingerprint,
            lookups: 0,
            latencies_us: Vec::new(),
            found: 0,
            loads: Vec::new(),
            rows: Vec::new(),
            series: Vec::new(),
            snapshots: Vec::new(),
            crawl: None,
            events: 0,
            curves: Some(Box::new(curves)),
        }
    }
}

/// One row of `lookups.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The lookup's number in the workload.
    pub lookup: u32,
    /// Who asked.
    pub origin: u32,
    /// For which object.
    pub object: u32,
    /// When, in nanoseconds.
    pub issued_ns: u64,
    /// The first answer's latency, if one came in time.
    pub latency_ns: Option<u64>,
    /// Its hops.
    pub hops: Option<u16>,
    /// Whether the provider named was online and held the object.
    pub correct: Option<bool>,
    /// Messages and bytes on the lookup's account.
    pub messages: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Distinct holders named in time.
    pub providers: u32,
    /// Peers that looked for the object.
    pub visited: u32,
}

/// A run's outcome with its distributions sorted, for the columns to work on.
pub struct Measured<'a> {
    /// What the engine left.
    pub outcome: &'a Outcome,
    /// Hops of found lookups, ascending.
    pub hops: Vec<u64>,
    /// Messages of all lookups, ascending.
    pub messages: Vec<u64>,
    /// Latencies of found lookups in nanoseconds, ascending.
    pub latency_ns: Vec<u64>,
    /// What breadth-first search says of the same floods, if asked for.
    pub flood: Option<FloodOracle>,
    /// How many objects there are, where that is known: what is popular is a share of them.
    pub objects: u32,
    /// How it went over time, if asked for.
    pub series: Option<Series>,
    /// Lengths of sessions as their law draws them, if asked for and if they follow one.
    pub sessions: Option<SessionSample>,
    /// Who shares, and who would answer, if asked for.
    pub skew: Option<Skew>,
    /// Measures of the overlay that has grown, by column, if asked for.
    pub graph: Option<BTreeMap<&'static str, f64>>,
    /// Its curves.
    pub curves: Option<Box<Curves>>,
    /// What a crawler saw, if one was wanted.
    pub crawl: Option<Crawl>,
    /// How the overlay lay on the underlay at the end, if asked for.
    pub below: Option<Below>,
}

/// How unequal peers are in what they share.
#[derive(Clone, Debug, PartialEq)]
pub struct Skew {
    /// The share of peers that hold nothing.
    pub share_nothing: f64,
    /// The share of all answers that the top 1 % of peers give, if everyone who holds what a lookup asks for answers it.
    pub answers_top: Option<f64>,
}

/// What breadth-first search on the given overlay says about floods from the origins of a run's lookups.
#[derive(Clone, Debug, PartialEq)]
pub struct FloodOracle {
    /// Mean of the identity over degrees.
    pub messages_mean: f64,
    /// Mean number of peers within the flood's reach.
    pub reach_mean: f64,
    /// The mean measured reach over the size of the largest component, for origins inside it.
    pub reach_share_mean: Option<f64>,
    /// The smallest measured reach over the size of the largest component, for origins inside it.
    pub reach_share_min: Option<f64>,
}

impl<'a> Measured<'a> {
    /// Sorts the distributions.
    pub fn new(outcome: &'a Outcome, flood: Option<FloodOracle>) -> Measured<'a> {
        let sorted = |mut values: Vec<u64>| {
            values.sort_unstable();
            values
        };
        let answers = || outcome.lookups.iter().filter_map(|record| record.answer);
        Measured {
            outcome,
            hops: sorted(answers().map(|answer| u64::from(answer.hops)).collect()),
            messages: sorted(outcome.lookups.iter().map(|record| record.messages).collect()),
            latency_ns: sorted(answers().map(|answer| answer.latency.nanos()).collect()),
            flood,
            objects: 0,
            series: None,
            sessions: None,
            skew: None,
            graph: None,
            curves: None,
            crawl: None,
            below: None,
        }
    }

    /// How many lookups were measured.
    pub fn lookups(&self) -> u64 {
        self.outcome.lookups.len() as u64
    }

    /// The share of lookups that `counts`.
    pub fn share(&self, counts: impl Fn(&LookupRecord) -> bool) -> Option<f64> {
        let n = self.outcome.lookups.iter().filter(|record| counts(record)).count();
        (self.lookups() > 0).then(|| n as f64 / self.lookups() as f64)
    }

    /// The mean of a number that some lookups have, summed in the order of the workload.
    pub fn mean_ratio(&self, of: impl Fn(&LookupRecord) -> Option<f64>) -> Option<f64> {
        let (n, sum) = self
            .outcome
            .lookups
            .iter()
            .filter_map(of)
            .fold((0u64, 0.0), |(n, sum), value| (n + 1, sum + value));
        (n > 0).then(|| sum / n as f64)
    }

    /// `count` per peer online and second.
    pub fn per_peer_second(&self, count: u64) -> Option<f64> {
        let peer_seconds = self.outcome.tally.peer_nanos as f64 * 1e-9;
        (peer_seconds > 0.0).then(|| count as f64 / peer_seconds)
    }

    /// Messages handled, by participant.
    pub fn loads(&self) -> Vec<u64> {
        self.outcome.loads.iter().map(|&load| u64::from(load)).collect()
    }

    /// The record of the run, with all columns.
    pub fn record(&self, with_rows: bool) -> Record {
        let values = COLUMNS.iter().filter_map(|c| Some((c.name.to_string(), c.value(self)?))).collect();
        let rows = if with_rows { self.outcome.lookups.iter().map(Row::of).collect() } else { Vec::new() };
        Record {
            peers: self.outcome.peers,
            values,
            fingerprint: self.outcome.tally.fingerprint,
            lookups: self.lookups(),
            latencies_us: thin(&self.latency_ns),
            found: self.latency_ns.len() as u64,
            loads: ccdf(&mut self.loads(), POINTS),
            rows,
            series: self.series.as_ref().map_or_else(Vec::new, |series| series.moments.clone()),
            snapshots: Vec::new(),
            crawl: self.crawl.clone(),
            events: self.outcome.tally.events,
            curves: self.curves.clone(),
        }
    }
}

impl Row {
    fn of(record: &LookupRecord) -> Row {
        Row {
            lookup: record.number,
            origin: record.origin,
            object: record.object.rank(),
            issued_ns: record.issued.nanos(),
            latency_ns: record.answer.map(|answer| answer.latency.nanos()),
            hops: record.answer.map(|answer| answer.hops),
            correct: record.answer.map(|answer| answer.correct),
            messages: record.messages,
            bytes: record.bytes,
            providers: record.providers,
            visited: record.visited,
        }
    }
}

/// At most [`POINTS`] of the sorted values, at even steps of rank, in thousandths.
fn thin(sorted: &[u64]) -> Vec<u64> {
    let n = sorted.len();
    if n <= POINTS {
        return sorted.iter().map(|ns| ns / 1000).collect();
    }
    (1..=POINTS).map(|i| sorted[(i * n).div_ceil(POINTS) - 1] / 1000).collect()
}
