//! The table `[churn]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::law::Law;
use super::trace;
use crate::sim::Span;
use crate::units::{CountOrShare, Share};
use crate::world::WorldError;

/// The table `[churn]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChurnSettings {
    /// How long peers stay and stay away; default `none`.
    pub sessions: SessionLaw,
    /// The law of pauses, whose mean is the `offline` of the sessions' law; default `exponential`.
    #[serde(skip_serializing_if = "PauseLaw::is_default")]
    pub pauses: PauseLaw,
    /// Who comes when a pause is over; default `same`.
    #[serde(skip_serializing_if = "Identity::is_default")]
    pub identity: Identity,
    /// Who is there when the run begins; default `equilibrium`.
    #[serde(skip_serializing_if = "Start::is_default")]
    pub start: Start,
    /// The share of departures that say goodbye, the others being crashes; default 50 %.
    pub graceful: Share,
    /// The share of peers (at least one, if it is not 0 and there are two) that start offline, come once, at random times
    /// spread over the first 80 % of the measured time, and stay; they have no sessions. Default 0 %.
    pub newcomers: Share,
    /// A flash crowd; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crowd: Option<CrowdSettings>,
}

impl Default for ChurnSettings {
    fn default() -> ChurnSettings {
        ChurnSettings {
            sessions: SessionLaw::default(),
            pauses: PauseLaw::default(),
            identity: Identity::default(),
            start: Start::default(),
            graceful: Share(0.5),
            newcomers: Share(0.0),
            crowd: None,
        }
    }
}

/// The table `[churn.crowd]`: peers that start offline, come all within a short time, and stay; they have no sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrowdSettings {
    /// How many peers, or which share of all, rounded to whole peers; drawn at random from those who are no newcomers.
    /// Default 50 %.
    pub peers: CountOrShare,
    /// When the first of them may come, counted from the start of the run (the warm-up included); default 0 s.
    pub at: Span,
    /// How long after that the last of them has come, each at a time of its own, uniformly at random; default 10 s.
    pub within: Span,
}

impl Default for CrowdSettings {
    fn default() -> CrowdSettings {
        CrowdSettings { peers: CountOrShare::Share(Share(0.5)), at: Span::ZERO, within: Span::secs(10) }
    }
}

/// Who comes online when a pause is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// The peer that left: with the same number, identifier and content, and what was left on its disk.
    #[default]
    Same,
    /// Somebody else: a peer drawn at random from those who are away, who remembers nothing. Numbers, identifiers and
    /// content belong to a finite population, so that over time a number returns; the more peers are away, the later.
    New,
}

impl Identity {
    fn is_default(&self) -> bool {
        *self == Identity::default()
    }
}

/// Who is there when the run begins, where sessions follow a law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// As many as there always are, in the midst of their sessions, in a settled overlay.
    #[default]
    Equilibrium,
    /// Nobody: all are in the midst of a pause, and the overlay grows from nothing as they come.
    Empty,
}

impl Start {
    fn is_default(&self) -> bool {
        *self == Start::default()
    }
}

/// How long a session lasts, and a pause on average. Every law starts in equilibrium, in the midst of sessions and pauses:
/// a peer is online with probability mean session / (mean session + mean pause), and what is left of the session or the
/// pause under way follows the law of the rest, P(rest ≤ x) = ∫₀ˣ P(length > t) dt / mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum SessionLaw {
    /// Everyone stays.
    None {},
    /// Exponential.
    Exponential {
        /// The mean session; default 1 h.
        #[serde(default = "minutes::<60>")]
        online: Span,
        /// The mean pause; default 10 min.
        #[serde(default = "minutes::<10>")]
        offline: Span,
    },
    /// Pareto: P(length > x) = (least / x)^shape from the least length on.
    Pareto {
        /// The mean session; default 1 h.
        #[serde(default = "minutes::<60>")]
        online: Span,
        /// Above 1, up to 100, so that there is a mean; default 2.
        #[serde(default = "two")]
        shape: f64,
        /// The mean pause; default 10 min.
        #[serde(default = "minutes::<10>")]
        offline: Span,
    },
    /// Weibull: P(length > x) = exp(−(x / scale)^shape).
    Weibull {
        /// 0.1 to 20; below 1, who has stayed for long stays for longer. Default 0.5.
        #[serde(default = "half")]
        shape: f64,
        /// Default 30 min: with shape 0.5, the mean is 1 h.
        #[serde(default = "minutes::<30>")]
        scale: Span,
        /// The mean pause; default 10 min.
        #[serde(default = "minutes::<10>")]
        offline: Span,
    },
    /// Log-normal.
    LogNormal {
        /// Default 30 min.
        #[serde(default = "minutes::<30>")]
        median: Span,
        /// Standard deviation of the natural logarithm, 0 to 4; default 1.
        #[serde(default = "one")]
        sigma: f64,
        /// The mean pause; default 10 min.
        #[serde(default = "minutes::<10>")]
        offline: Span,
    },
    /// All alike.
    Fixed {
        /// Default 1 h.
        #[serde(default = "minutes::<60>")]
        online: Span,
        /// The mean pause; default 10 min.
        #[serde(default = "minutes::<10>")]
        offline: Span,
    },
    /// Sessions of BitTorrent peers sharing Red Hat: Weibull .34, 21.3 min (Stutzbach and Rejaie, IMC 2006).
    StutzbachRedHat {
        /// The mean pause; default 10 min.
        #[serde(default = "minutes::<10>")]
        offline: Span,
    },
    /// The same for Debian: Weibull .38, 42.4 min.
    StutzbachDebian {
        /// The mean pause; default 10 min.
        #[serde(default = "minutes::<10>")]
        offline: Span,
    },
    /// The same for FlatOut: Weibull .59, 41.9 min.
    StutzbachFlatout {
        /// The mean pause; default 10 min.
        #[serde(default = "minutes::<10>")]
        offline: Span,
    },
    /// Sessions as measured: a CSV file with a header and a line a session, plain or gzip, times in seconds. Columns:
    /// `peer` (or `id`), `start` (or `first_seen`), `end` (or `last_seen`); others are ignored. A session without end or
    /// length is left out. Of more peers than take part, as many are drawn at random.
    Trace {
        /// Looked for as given, beside the scenario, and where measured data lie.
        #[serde(default)]
        file: PathBuf,
        /// How long after the first session's start the run begins; default 0 s.
        #[serde(default)]
        from: Span,
    },
}

impl Default for SessionLaw {
    fn default() -> SessionLaw {
        SessionLaw::None {}
    }
}

/// The law of pauses, apart from their mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum PauseLaw {
    /// Exponential.
    Exponential {},
    /// Pareto.
    Pareto {
        /// As for sessions; default 2.
        #[serde(default = "two")]
        shape: f64,
    },
    /// Weibull.
    Weibull {
        /// As for sessions; default 0.5.
        #[serde(default = "half")]
        shape: f64,
    },
    /// Log-normal.
    LogNormal {
        /// As for sessions; default 1.
        #[serde(default = "one")]
        sigma: f64,
    },
    /// All alike.
    Fixed {},
}

impl Default for PauseLaw {
    fn default() -> PauseLaw {
        PauseLaw::Exponential {}
    }
}

impl PauseLaw {
    fn is_default(&self) -> bool {
        *self == PauseLaw::default()
    }

    fn of_mean(self, mean: f64) -> Law {
        match self {
            PauseLaw::Exponential {} => Law::Exponential { mean },
            PauseLaw::Pareto { shape } => Law::pareto(mean, shape),
            PauseLaw::Weibull { shape } => {
                Law::Weibull { shape, scale: mean / libm::tgamma(1.0 + 1.0 / shape) }
            }
            PauseLaw::LogNormal { sigma } => {
                Law::LogNormal { median: mean * libm::exp(-0.5 * sigma * sigma), sigma }
            }
            PauseLaw::Fixed {} => Law::Fixed { length: mean },
        }
    }
}

impl SessionLaw {
    /// The laws by the names that scenarios use, each with what it is and where it comes from.
    pub const LISTED: &[(&str, &str)] = &[
        ("none", "everyone stays"),
        ("exponential", "memoryless"),
        ("pareto", "heavy tail above a least length"),
        ("weibull", "stretched exponential: with a shape below 1, who has stayed stays"),
        ("log-normal", "by median and sigma"),
        ("fixed", "all alike"),
        ("stutzbach-red-hat", "Weibull .34, 21.3 min: BitTorrent, Red Hat (Stutzbach, Rejaie 2006)"),
        ("stutzbach-debian", "Weibull .38, 42.4 min: BitTorrent, Debian (Stutzbach, Rejaie 2006)"),
        ("stutzbach-flatout", "Weibull .59, 41.9 min: BitTorrent, FlatOut (Stutzbach, Rejaie 2006)"),
        ("trace", "sessions as measured: a CSV file of peer, start and end"),
    ];

    /// The laws of sessions and pauses in nanoseconds; `None` if sessions do not follow one.
    pub(super) fn laws(&self, pauses: PauseLaw) -> Option<(Law, Law)> {
        let nanos = |span: Span| span.nanos() as f64;
        let minutes = |minutes: f64| minutes * 60e9;
        let (sessions, offline) = match *self {
            SessionLaw::None {} | SessionLaw::Trace { .. } => return None,
            SessionLaw::Exponential { online, offline } => {
                (Law::Exponential { mean: nanos(online) }, offline)
            }
            SessionLaw::Pareto { online, shape, offline } => (Law::pareto(nanos(online), shape), offline),
            SessionLaw::Weibull { shape, scale, offline } => {
                (Law::Weibull { shape, scale: nanos(scale) }, offline)
            }
            SessionLaw::LogNormal { median, sigma, offline } => {
                (Law::LogNormal { median: nanos(median), sigma }, offline)
            }
            SessionLaw::Fixed { online, offline } => (Law::Fixed { length: nanos(online) }, offline),
            SessionLaw::StutzbachRedHat { offline } => {
                (Law::Weibull { shape: 0.34, scale: minutes(21.3) }, offline)
            }
            SessionLaw::StutzbachDebian { offline } => {
                (Law::Weibull { shape: 0.38, scale: minutes(42.4) }, offline)
            }
            SessionLaw::StutzbachFlatout { offline } => {
                (Law::Weibull { shape: 0.59, scale: minutes(41.9) }, offline)
            }
        };
        Some((sessions, pauses.of_mean(nanos(offline))))
    }
}

impl ChurnSettings {
    /// # Errors
    /// Sessions without length, a shape that gives no mean, a crowd larger than the network.
    pub(in crate::world) fn check(&self, peers: Option<u32>) -> Result<(), WorldError> {
        let long = |law: &str, key: &str, span: Span| match span {
            Span::ZERO => Err(WorldError::new(format!("churn.sessions.{law}.{key}"), "got 0")
                .expected(format!("a {} session above zero", if key == "online" { "mean" } else { key }))
                .nearest("\"1 s\"")),
            _ => Ok(()),
        };
        match self.sessions {
            SessionLaw::Exponential { online, .. } => long("exponential", "online", online)?,
            SessionLaw::Fixed { online, .. } => long("fixed", "online", online)?,
            SessionLaw::Pareto { online, shape, .. } => {
                long("pareto", "online", online)?;
                check_shape("churn.sessions.pareto.shape", shape)?;
            }
            SessionLaw::Weibull { shape, scale, .. } => {
                long("weibull", "scale", scale)?;
                within("churn.sessions.weibull.shape", shape, 0.1, 20.0)?;
            }
            SessionLaw::LogNormal { median, sigma, .. } => {
                long("log-normal", "median", median)?;
                within("churn.sessions.log-normal.sigma", sigma, 0.0, 4.0)?;
            }
            SessionLaw::None {}
            | SessionLaw::StutzbachRedHat { .. }
            | SessionLaw::StutzbachDebian { .. }
            | SessionLaw::StutzbachFlatout { .. }
            | SessionLaw::Trace { .. } => {}
        }
        match self.pauses {
            PauseLaw::Pareto { shape } => check_shape("churn.pauses.pareto.shape", shape)?,
            PauseLaw::Weibull { shape } => within("churn.pauses.weibull.shape", shape, 0.1, 20.0)?,
            PauseLaw::LogNormal { sigma } => within("churn.pauses.log-normal.sigma", sigma, 0.0, 4.0)?,
            PauseLaw::Exponential {} | PauseLaw::Fixed {} => {}
        }
        if self.start == Start::Empty && matches!(self.sessions, SessionLaw::None {}) {
            let error =
                WorldError::new("churn.start", "got \"empty\", but without sessions nobody would come");
            return Err(error.expected("a law of sessions beside it").nearest("\"equilibrium\""));
        }
        if let SessionLaw::Trace { .. } = self.sessions {
            let stray = |key: &str| {
                let error = WorldError::new(key, "stands beside a trace, which says when peers are away");
                Err(error.expected("no such key with `churn.sessions.trace`"))
            };
            if !self.pauses.is_default() {
                return stray("churn.pauses");
            }
            if !self.identity.is_default() {
                return stray("churn.identity");
            }
            if !self.start.is_default() {
                return stray("churn.start");
            }
        }
        if let (Some(crowd), Some(peers)) = (&self.crowd, peers) {
            let wanted = crowd.peers.of(u64::from(peers));
            let most = u64::from(peers - super::newcomers_among(self, peers));
            if wanted > most {
                return Err(WorldError::new("churn.crowd.peers", format!("got {wanted}"))
                    .expected(format!("at most the {most} peers that are no newcomers"))
                    .nearest(most));
            }
        }
        Ok(())
    }

    /// The file of the trace, if there is one, and from when on it is played.
    pub(in crate::world) fn trace(&self) -> Option<(&PathBuf, Span)> {
        match &self.sessions {
            SessionLaw::Trace { file, from } => Some((file, *from)),
            _ => None,
        }
    }
}

/// Where the trace's file is named.
pub(in crate::world) const TRACE_FILE: &str = trace::KEY;

fn check_shape(key: &str, shape: f64) -> Result<(), WorldError> {
    if shape > 1.0 && shape <= 100.0 {
        return Ok(());
    }
    let error = WorldError::new(key, format!("got {shape}"));
    let error = error.expected("a number above 1, so that there is a mean, up to 100");
    Err(if shape.is_nan() { error } else { error.nearest(shape.clamp(1.1, 100.0)) })
}

fn within(key: &str, value: f64, least: f64, most: f64) -> Result<(), WorldError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let error = WorldError::new(key, format!("got {value}"));
    let error = error.expected(format!("a number from {least} to {most}"));
    Err(if value.is_nan() { error } else { error.nearest(value.clamp(least, most)) })
}

fn minutes<const MINUTES: u64>() -> Span {
    Span::secs(60 * MINUTES)
}

fn half() -> f64 {
    0.5
}

fn one() -> f64 {
    1.0
}

fn two() -> f64 {
    2.0
}
