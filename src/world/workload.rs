//! When lookups start; who asks, and for what, is drawn from streams that each lookup has of its own.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::WorldError;
use super::population::sample;
use crate::sim::random::{Purpose, Stream, exponential, stream, stream_of, unit};
use crate::sim::{Span, Time};
use crate::units::{Frequency, Share};

/// The table `[workload]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkloadSettings {
    /// Lookups that are measured; default 1,000. With 0 there are none in the warm-up either, and `duration`
    /// says how long the run lasts.
    pub lookups: u32,
    /// Lookups of the whole network per second; default 10 /s.
    pub rate: Frequency,
    /// Default `poisson`.
    pub arrivals: ArrivalLaw,
    /// Who asks; default `random`.
    #[serde(skip_serializing_if = "Origins::is_default")]
    pub origins: Origins,
    /// How long lookups come without being measured, in addition to `lookups`; default 0 s.
    pub warm_up: Span,
    /// How long after its issue an answer still counts; default 30 s.
    pub deadline: Span,
    /// The share of lookups that ask for something that does not exist; default 0 %.
    pub misses: Share,
    /// How many words of the wanted object's name a question holds, instead of naming the object; whatever has all of them answers
    /// it. Needs `[content.words]`; default 0: questions name the object.
    #[serde(skip_serializing_if = "names_objects")]
    pub words: u32,
    /// Whether the origin then fetches the object from the first provider; default no.
    pub fetch: bool,
    /// One peer that floods the network with questions of its own; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flooder: Option<FlooderSettings>,
    /// If given, the run lasts at least this long after the warm-up; without lookups, exactly that long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
}

impl Default for WorkloadSettings {
    fn default() -> WorkloadSettings {
        WorkloadSettings {
            lookups: 1000,
            rate: Frequency(10.0),
            arrivals: ArrivalLaw::Poisson,
            origins: Origins::Random,
            warm_up: Span::ZERO,
            deadline: Span::secs(30),
            misses: Share(0.0),
            words: 0,
            fetch: false,
            flooder: None,
            duration: None,
        }
    }
}

/// The table `[workload.flooder]`: one peer, drawn at random from those online at the start, asks far more than its share,
/// evenly spaced, while it is online. Its lookups are not measured: what they cost the others shows in loads and traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FlooderSettings {
    /// How often it asks; default 100 /s.
    pub rate: Frequency,
    /// When it begins, counted from the start of the run (the warm-up included); default 0 s.
    pub at: Span,
    /// How long it goes on; to the end of the run, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
}

impl Default for FlooderSettings {
    fn default() -> FlooderSettings {
        FlooderSettings { rate: Frequency(100.0), at: Span::ZERO, lasts: None }
    }
}

fn names_objects(words: &u32) -> bool {
    *words == 0
}

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origins {
    /// Each lookup comes from any peer online, uniformly at random.
    #[default]
    Random,
    /// Every peer asks once, in random order, as when all want the latest release. Whose turn it is while it is offline, or
    /// who has everything that there is, does not ask; and nobody does when all have had their turn.
    EachOnce,
    /// Each lookup comes from any peer online that shares nothing, uniformly at random, as where models have nobody ask for what
    /// it holds itself; needs `population.free_riders`.
    Riders,
}

impl Origins {
    fn is_default(&self) -> bool {
        *self == Origins::default()
    }

    /// The order in which peers ask, if each asks once.
    pub(super) fn order(self, peers: u32, seed: u64) -> Vec<u32> {
        /// No lookup has this number.
        const INDEX: u64 = 1 << 32;
        match self {
            Origins::Random | Origins::Riders => Vec::new(),
            Origins::EachOnce => sample(peers, peers, &mut stream(seed, Purpose::Workload, INDEX)),
        }
    }
}

/// How lookups follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArrivalLaw {
    /// At random: exponential gaps.
    #[default]
    Poisson,
    /// Evenly spaced, the first one gap after the start.
    Even,
}

impl WorkloadSettings {
    /// # Errors
    /// A rate of 0 with lookups to come, or so slow or so many that the run has no end; no lookups and no duration.
    pub(super) fn check(&self) -> Result<(), WorldError> {
        const MOST_SECONDS: f64 = 1e9;
        const KEY: &str = "workload.rate";
        if let Some(flooder) = &self.flooder {
            const FLOODER: &str = "workload.flooder.rate";
            let error = WorldError::new(FLOODER, format!("got \"{}\"", flooder.rate));
            if flooder.rate.per_second() == 0.0 {
                return Err(error.expected("a rate above zero, or no flooder").nearest("\"1 /s\""));
            }
            if flooder.rate.per_second() > 1e6 {
                return Err(error.expected("at most a million a second").nearest("\"1000000 /s\""));
            }
        }
        let rate = self.rate.per_second();
        if self.lookups == 0 {
            // Without either, the run would be over before anything is measured.
            return match self.duration {
                Some(_) => Ok(()),
                None => Err(WorldError::new("workload.lookups", "got 0, and no `duration`")
                    .expected("at least 1 lookup, or how long the run lasts without any")
                    .nearest("1")),
            };
        }
        let needed = f64::from(self.lookups) / MOST_SECONDS;
        if rate < needed {
            return Err(WorldError::new(KEY, format!("got \"{}\" for {} lookups", self.rate, self.lookups))
                .expected("a rate at which they take less than 30 years")
                .nearest(format!("\"{}\"", Frequency(needed))));
        }
        let warming = self.warm_up.as_secs_f64();
        if warming * rate + f64::from(self.lookups) > f64::from(i32::MAX) {
            return Err(WorldError::new(
                "workload.warm_up",
                format!("got \"{}\" at \"{}\"", self.warm_up, self.rate),
            )
            .expected("at most 2147483647 lookups in all"));
        }
        Ok(())
    }
}

/// The times of lookups, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Arrivals {
    seed: u64,
    law: ArrivalLaw,
    /// Nanoseconds between two, on average.
    gap: f64,
    measured_from: Time,
    /// Measured ones still to come.
    left: u32,
    next: Arrival,
}

/// One lookup to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) time: Time,
    pub(super) number: u32,
    pub(super) measured: bool,
}

impl Arrivals {
    /// Settings must have passed their check.
    pub(super) fn new(settings: &WorkloadSettings, seed: u64) -> Arrivals {
        let mut arrivals = Arrivals {
            seed,
            law: settings.arrivals,
            gap: 1e9 / settings.rate.per_second(),
            measured_from: Time::ZERO + settings.warm_up,
            left: settings.lookups,
            next: Arrival { time: Time::ZERO, number: 0, measured: false },
        };
        if arrivals.left > 0 {
            arrivals.draw(Time::ZERO, 0);
        }
        arrivals
    }

    /// The next one, without taking it.
    pub(super) fn peek(&self) -> Option<Arrival> {
        (self.left > 0).then_some(self.next)
    }

    fn draw(&mut self, before: Time, number: u32) {
        let time = match self.law {
            ArrivalLaw::Poisson => {
                let bits = stream(self.seed, Purpose::Workload, u64::from(number)).next_u64();
                before + Span((exponential(bits) * self.gap + 0.5) as u64)
            }
            ArrivalLaw::Even => Time(((f64::from(number) + 1.0) * self.gap + 0.5) as u64),
        };
        self.next = Arrival { time, number, measured: time >= self.measured_from };
    }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let arrival = self.peek()?;
        if arrival.measured {
            self.left -= 1;
        }
        if self.left > 0 {
            self.draw(arrival.time, arrival.number + 1);
        }
        Some(arrival)
    }
}

/// The flooder's lookups are numbered from here on, beyond all others.
const FLOOD: u32 = 1 << 31;

/// The stream that draws who floods; lookups' own come before it.
const FLOODER: u64 = u64::MAX;

/// The lookups of the peer that floods the network.
#[derive(Clone, Debug)]
pub(super) struct Flooder {
    pub(super) peer: u32,
    start: Time,
    end: Time,
    /// Nanoseconds between two.
    gap: f64,
    issued: u32,
}

impl Flooder {
    /// `None` without a flooder, or if no peer is online at the start; these are `starters`, ascending.
    pub(super) fn new(settings: &WorkloadSettings, starters: &[u32], seed: u64) -> Option<Flooder> {
        let flooder = settings.flooder.as_ref().filter(|_| !starters.is_empty())?;
        let mut stream = stream(seed, Purpose::Workload, FLOODER);
        let start = Time::ZERO + flooder.at;
        Some(Flooder {
            peer: starters[stream.random_range(0..starters.len())],
            start,
            end: flooder.lasts.map_or(Time::NEVER, |lasts| start + lasts),
            gap: 1e9 / flooder.rate.per_second(),
            issued: 0,
        })
    }

    /// When the next one is due.
    pub(super) fn next_time(&self) -> Time {
        let time = self.start + Span((f64::from(self.issued) * self.gap + 0.5) as u64);
        if time < self.end && self.issued < FLOOD { time } else { Time::NEVER }
    }

    /// The number of the next one, which is taken.
    pub(super) fn next(&mut self) -> u32 {
        self.issued += 1;
        FLOOD + (self.issued - 1)
    }
}

/// What the lookup `number` draws, apart from its time: the streams of who asks and of what for do not touch, so that
/// another population asks for the same, and other content is asked for by the same.
#[derive(Debug)]
pub(super) struct Draws {
    pub(super) origins: Stream,
    pub(super) objects: Stream,
    /// Below the share of misses, it asks for something that does not exist.
    pub(super) miss: f64,
}

impl Draws {
    pub(super) fn of(seed: u64, number: u32) -> Draws {
        let mut stream = stream(seed, Purpose::Workload, u64::from(number));
        let _gap = stream.next_u64();
        let miss = unit(stream.next_u64());
        let origins = stream_of(stream.next_u64());
        let objects = stream_of(stream.next_u64());
        Draws { origins, objects, miss }
    }
}
