//! Time series: how a run goes, instant by instant, and how long it takes to recover from what has struck it.

use serde::{Deserialize, Serialize};

use crate::graph::{Graph, components};
use crate::sim::{Engine, LookupRecord, Protocol, Span, Time};
use crate::units::Share;
use crate::world::FaultSettings;

/// The table `[series]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeriesSettings {
    /// From one instant to the next; no time series by default. Looking at a network changes nothing in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// Lookups have recovered from a fault when the share of them that is answered right is back at this share of what it
    /// was before; default 95 %.
    pub recovered: Share,
}

impl Default for SeriesSettings {
    fn default() -> SeriesSettings {
        SeriesSettings { every: None, recovered: Share(0.95) }
    }
}

impl SeriesSettings {
    /// Whether nothing is asked for.
    pub fn is_default(&self) -> bool {
        *self == SeriesSettings::default()
    }

    /// # Errors
    /// Instants without time between them: the key to blame and what is wrong.
    pub fn check(&self) -> Result<(), (String, String)> {
        match self.every {
            Some(Span::ZERO) => {
                let what = "got 0, expected a span above zero, or no such key for no time series";
                Err(("series.every".to_owned(), what.to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// One instant, and what has happened since the instant before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// When, in nanoseconds from the start of the run.
    pub at_ns: u64,
    /// How long after the instant before.
    pub width_ns: u64,
    /// Peers online, servers not counted.
    pub online: u32,
    /// Components of the overlay, over participants online.
    pub components: u32,
    /// Participants online in the largest of them, over all participants online.
    pub largest: Option<f64>,
    /// Whether the protocol's invariants hold.
    pub holds: bool,
    /// Messages sent since the instant before.
    pub sent: u64,
    /// Measured lookups issued since then.
    pub lookups: u64,
    /// Of these, those that were answered before their deadline, whenever that was.
    pub found: u64,
    /// Of these, those whose first answer was right.
    pub correct: u64,
    /// Messages on these lookups' account.
    pub messages: u64,
    /// The latencies of those found, summed.
    pub latency_ns: u64,
}

/// A column of `series.csv`.
#[derive(Clone, Copy)]
pub struct SeriesColumn {
    /// Its name, with its unit at the end where it has one.
    pub name: &'static str,
    /// Its unit; empty for pure numbers.
    pub unit: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Its value at one instant; `None` where it has none.
    pub value: fn(&Moment) -> Option<f64>,
}

const fn column(
    name: &'static str,
    unit: &'static str,
    doc: &'static str,
    value: fn(&Moment) -> Option<f64>,
) -> SeriesColumn {
    SeriesColumn { name, unit, doc, value }
}

/// The columns of `series.csv` with a number, beside `time_s`, in the order in which they are written.
pub const SERIES: &[SeriesColumn] = &[
    column("online", "", "peers online at that time", |m| Some(f64::from(m.online))),
    column("lookups", "", "measured lookups issued since the time before", |m| Some(m.lookups as f64)),
    column("found", "fraction", "of these, those answered before their deadline", |m| {
        ratio(m.found, m.lookups)
    }),
    column(
        "correct",
        "fraction",
        "of these, those whose first answer named a provider that was online and held the object",
        |m| ratio(m.correct, m.lookups),
    ),
    column("messages_mean", "", "messages on these lookups' account; mean over all of them", |m| {
        ratio(m.messages, m.lookups)
    }),
    column("latency_ms_mean", "ms", "from issue to first answer; mean over those found", |m| {
        ratio(m.latency_ns, m.found).map(|ns| ns * 1e-6)
    }),
    column("messages_per_s", "1/s", "messages sent since the time before, on any account", |m| {
        (m.width_ns > 0).then(|| m.sent as f64 / (m.width_ns as f64 * 1e-9))
    }),
    column("components", "", "components of the overlay over participants online, servers included", |m| {
        Some(f64::from(m.components))
    }),
    column("largest_component", "fraction", "participants online that are in the largest of them", |m| {
        m.largest
    }),
    column(
        "invariants_hold",
        "",
        "1 if the protocol's invariants hold (a correct ring, zones without gap, ...), else 0",
        |m| Some(f64::from(u8::from(m.holds))),
    ),
];

/// The column of `series.csv` called `name`.
pub fn find(name: &str) -> Option<&'static SeriesColumn> {
    SERIES.iter().find(|column| column.name == name)
}

impl std::fmt::Debug for SeriesColumn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SeriesColumn").field(&self.name).finish()
    }
}

fn ratio(numerator: u64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}

/// Looks at a run at its instants, while every peer is at rest.
#[derive(Debug)]
pub struct Sampler {
    every: Span,
    next: Time,
    last: Time,
    sent: u64,
    moments: Vec<Moment>,
}

impl Sampler {
    /// A first look is due after the first span.
    pub fn new(every: Span) -> Sampler {
        Sampler { every, next: Time::ZERO + every, last: Time::ZERO, sent: 0, moments: Vec::new() }
    }

    /// When the next look is due.
    pub fn next(&self) -> Time {
        self.next
    }

    /// Looks, if it is due or the run is at its end.
    pub fn look<P: Protocol>(&mut self, engine: &Engine<P>, peers: u32) {
        let now = engine.now();
        if now < self.next && (now < engine.end() || now == self.last) {
            return;
        }
        self.next = now + self.every;
        let online: Vec<u32> = engine.online().iter().map(|peer| peer.number()).collect();
        let overlay = engine.overlay();
        let (components, largest) = connectivity(&online, &overlay);
        let sent = engine.tally().sent;
        self.moments.push(Moment {
            at_ns: now.nanos(),
            width_ns: now.since(self.last).nanos(),
            online: online.partition_point(|&number| number < peers) as u32,
            components,
            largest: ratio(largest, online.len() as u64),
            holds: engine.check_invariants().is_ok(),
            sent: sent - self.sent,
            ..Moment::default()
        });
        (self.last, self.sent) = (now, sent);
    }

    /// The series, with each lookup in the span in which it was issued.
    pub fn finish(
        mut self,
        lookups: &[LookupRecord],
        faults: &[FaultSettings],
        settings: &SeriesSettings,
    ) -> Series {
        for lookup in lookups {
            let place = self.moments.partition_point(|moment| moment.at_ns <= lookup.issued.nanos());
            // What is issued at the very end belongs to the last span.
            let place = place.min(self.moments.len().saturating_sub(1));
            let Some(moment) = self.moments.get_mut(place) else { break };
            moment.lookups += 1;
            moment.messages += lookup.messages;
            if let Some(answer) = lookup.answer {
                moment.found += 1;
                moment.correct += u64::from(answer.correct);
                moment.latency_ns += answer.latency.nanos();
            }
        }
        let struck = faults.iter().map(|fault| fault.at.nanos()).min();
        Series { moments: self.moments, struck, recovered: settings.recovered.0 }
    }
}

/// How many components participants online form, and how many are in the largest.
fn connectivity(online: &[u32], overlay: &[(u32, u32)]) -> (u32, u64) {
    // By place in the list of those online, so that nobody else counts.
    let place = |number: u32| online.partition_point(|&other| other < number) as u32;
    let edges: Vec<(u32, u32)> = overlay.iter().map(|&(one, other)| (place(one), place(other))).collect();
    let (graph, _) = Graph::from_edges(online.len() as u32, &edges);
    let components = components(&graph);
    let largest = components.largest().map_or(0, |largest| u64::from(components.sizes[largest as usize]));
    (components.count(), largest)
}

/// How a run went.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its instants, in order.
    pub moments: Vec<Moment>,
    /// When the first fault struck, in nanoseconds.
    pub struck: Option<u64>,
    /// The share of what was answered right before at which lookups have recovered.
    pub recovered: f64,
}

impl Series {
    /// Of the spans that pass, the share of lookups that were answered right.
    fn correct<'a>(moments: impl Iterator<Item = &'a Moment>) -> Option<f64> {
        let add = |(correct, lookups): (u64, u64), m: &Moment| (correct + m.correct, lookups + m.lookups);
        let (correct, lookups) = moments.fold((0, 0), add);
        ratio(correct, lookups)
    }

    /// The spans that lie wholly after the fault and had lookups, in order.
    fn after(&self) -> Option<Vec<&Moment>> {
        let struck = self.struck?;
        let after = |m: &&Moment| m.at_ns - m.width_ns >= struck && m.lookups > 0;
        Some(self.moments.iter().filter(after).collect())
    }

    /// The share of lookups answered right, of those issued before the first fault.
    pub fn correct_before(&self) -> Option<f64> {
        let struck = self.struck?;
        Series::correct(self.moments.iter().filter(|m| m.at_ns <= struck))
    }

    /// The least share of lookups answered right in any span after the first fault.
    pub fn correct_worst(&self) -> Option<f64> {
        self.after()?.iter().filter_map(|m| ratio(m.correct, m.lookups)).reduce(f64::min)
    }

    /// The share of lookups answered right in the later half of the spans after the first fault.
    pub fn correct_after(&self) -> Option<f64> {
        let after = self.after()?;
        Series::correct(after[after.len() / 2..].iter().copied())
    }

    /// From the first fault to the start of the first span from which on two spans in a row (or the last) answer as
    /// many right as before, or nearly; in seconds. `None` if that does not happen, or if nothing struck.
    pub fn recovery_s(&self) -> Option<f64> {
        let (struck, wanted) = (self.struck?, self.recovered * self.correct_before()?);
        let after = self.after()?;
        let well = |m: &&&Moment| ratio(m.correct, m.lookups).is_some_and(|correct| correct >= wanted);
        let back = (0..after.len()).find(|&start| after[start..].iter().take(2).all(|m| well(&m)))?;
        Some(Span(after[back].at_ns - after[back].width_ns - struck).as_secs_f64())
    }

    /// From the first fault to the first instant at which the protocol's invariants hold, in seconds.
    pub fn repair_s(&self) -> Option<f64> {
        let struck = self.struck?;
        let held = self.moments.iter().find(|m| m.at_ns > struck && m.holds)?;
        Some(Span(held.at_ns - struck).as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spans of 10 s with 100 lookups each, of which these are answered right; a fault at `struck_s`.
    fn series(found: &[u64], struck_s: u64) -> Series {
        let moment = |(place, &found): (u64, &u64)| Moment {
            at_ns: (place + 1) * 10_000_000_000,
            width_ns: 10_000_000_000,
            lookups: 100,
            found: 100,
            correct: found,
            holds: found > 90,
            ..Moment::default()
        };
        Series {
            moments: (0..).zip(found).map(moment).collect(),
            struck: Some(struck_s * 1_000_000_000),
            recovered: 0.95,
        }
    }

    #[test]
    fn recovery_is_counted_from_the_fault() {
        let one = series(&[100, 98, 10, 50, 96, 60, 95, 97, 99, 100], 20);
        assert_eq!(one.correct_before(), Some(0.99));
        assert_eq!(one.correct_worst(), Some(0.1));
        // A single good span is luck.
        assert_eq!(one.recovery_s(), Some(40.0));
        assert_eq!(one.correct_after(), Some((0.95 + 0.97 + 0.99 + 1.0) / 4.0));
        assert_eq!(one.repair_s(), Some(30.0));
        assert_eq!(series(&[100, 100, 10, 20], 20).recovery_s(), None);
        assert_eq!(series(&[100, 100, 100, 100], 20).recovery_s(), Some(0.0));
        assert_eq!(series(&[100, 100, 0, 100], 20).recovery_s(), Some(10.0), "the last span");
        // A span in which the fault strikes is neither before nor after it.
        let amid = series(&[100, 50, 100, 100], 15);
        assert_eq!(
            (amid.correct_before(), amid.correct_worst(), amid.recovery_s()),
            (Some(1.0), Some(1.0), Some(5.0))
        );
        let calm = Series { struck: None, ..one };
        assert_eq!((calm.recovery_s(), calm.correct_before(), calm.repair_s()), (None, None, None));
    }

    #[test]
    fn only_those_online_form_components() {
        assert_eq!(connectivity(&[2, 5, 7, 9], &[(2, 7), (5, 9)]), (2, 2));
        assert_eq!(connectivity(&[2, 5, 7, 9], &[(2, 5), (2, 7)]), (2, 3));
        assert_eq!(connectivity(&[], &[]), (0, 0));
    }
}
