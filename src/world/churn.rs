//! Sessions: who is online when, by the peers' own choice.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::WorldError;
use super::bits::Bits;
use super::population::{sample, share_of};
use crate::sim::random::{Purpose, derive, exponential, mix, stream, unit};
use crate::sim::{Span, Time};
use crate::units::Share;

/// The table `[churn]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChurnSettings {
    /// How long peers stay and stay away; default `none`.
    pub sessions: SessionLaw,
    /// The share of departures that say goodbye, the others being crashes; default 50 %.
    pub graceful: Share,
    /// The share of peers (at least one, if it is not 0 and there are two) that start offline, come once, at random times
    /// spread over the first 80 % of the measured time, and stay; they have no sessions. Default 0 %.
    pub newcomers: Share,
}

impl Default for ChurnSettings {
    fn default() -> ChurnSettings {
        ChurnSettings { sessions: SessionLaw::default(), graceful: Share(0.5), newcomers: Share(0.0) }
    }
}

/// How long a session and the pause after it last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum SessionLaw {
    /// Everyone stays.
    None {},
    /// Exponential; the run starts in equilibrium, in the midst of sessions and pauses. Who returns is the same peer.
    Exponential {
        /// The mean session; default 1 h.
        #[serde(default = "minutes::<60>")]
        online: Span,
        /// The mean pause; default 10 min.
        #[serde(default = "minutes::<10>")]
        offline: Span,
    },
}

impl Default for SessionLaw {
    fn default() -> SessionLaw {
        SessionLaw::None {}
    }
}

fn minutes<const MINUTES: u64>() -> Span {
    Span::secs(60 * MINUTES)
}

impl ChurnSettings {
    /// # Errors
    /// Sessions without length.
    pub(super) fn check(&self) -> Result<(), WorldError> {
        match self.sessions {
            SessionLaw::Exponential { online: Span::ZERO, .. } => {
                let error = WorldError::new("churn.sessions.exponential.online", "got 0");
                Err(error.expected("a mean session above zero").nearest("\"1 s\""))
            }
            SessionLaw::None {} | SessionLaw::Exponential { .. } => Ok(()),
        }
    }
}

/// Where a peer's session changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Toggle {
    pub(super) time: Time,
    pub(super) peer: u32,
    /// If it goes: whether it says goodbye.
    pub(super) graceful: bool,
}

/// The sessions of all peers. Only the next change of each is kept, and of those only what lies in the run.
#[derive(Debug)]
pub(super) struct Sessions {
    /// Time, peer, and how many changes it has had: by time, then by peer.
    next: BinaryHeap<Reverse<(Time, u32, u32)>>,
    /// In a session now.
    online: Bits,
    /// Mean lengths in nanoseconds.
    means: (f64, f64),
    graceful: f64,
    seed: u64,
    end: Time,
}

impl Sessions {
    /// The sessions of `peers` peers, but for `exempt` ones, who are offline and have none, up to `end`.
    pub(super) fn new(settings: &ChurnSettings, peers: u32, exempt: &Bits, seed: u64, end: Time) -> Sessions {
        let mut sessions = Sessions {
            next: BinaryHeap::new(),
            online: Bits::all(peers),
            means: (0.0, 0.0),
            graceful: settings.graceful.0,
            seed,
            end,
        };
        for peer in exempt.iter() {
            sessions.online.remove(peer);
        }
        if let SessionLaw::Exponential { online, offline } = settings.sessions {
            let (online, offline) = (online.nanos() as f64, offline.nanos() as f64);
            sessions.means = (online, offline);
            let share = online / (online + offline);
            let mut first = Vec::new();
            for peer in (0..peers).filter(|&peer| !exempt.contains(peer)) {
                let key = derive(seed, Purpose::Churn, u64::from(peer));
                if unit(draw(key, 0)) >= share {
                    sessions.online.remove(peer);
                }
                // What is left of an exponential time is as long as a whole one.
                let time = Time::ZERO + sessions.length(key, 1, sessions.online.contains(peer));
                first.extend((time <= end).then_some(Reverse((time, peer, 0))));
            }
            sessions.next = BinaryHeap::from(first);
        }
        sessions
    }

    /// Who is in a session.
    pub(super) fn online(&self) -> &Bits {
        &self.online
    }

    /// `peer` comes and stays.
    pub(super) fn arrive(&mut self, peer: u32) {
        self.online.insert(peer);
    }

    /// When the next change is due.
    pub(super) fn next_time(&self) -> Time {
        self.next.peek().map_or(Time::NEVER, |Reverse((time, ..))| *time)
    }

    /// Carries out the next change.
    pub(super) fn next(&mut self) -> Option<Toggle> {
        let Reverse((time, peer, changes)) = self.next.pop()?;
        let key = derive(self.seed, Purpose::Churn, u64::from(peer));
        let changes = changes + 1;
        let comes = self.online.insert(peer);
        if !comes {
            self.online.remove(peer);
        }
        // Draws 0 and 1 were for the start; each change takes two more.
        let index = 2 * u64::from(changes);
        let graceful = unit(draw(key, index)) < self.graceful;
        let due = time + self.length(key, index + 1, comes);
        if due <= self.end {
            self.next.push(Reverse((due, peer, changes)));
        }
        Some(Toggle { time, peer, graceful })
    }

    /// The length of a session, or of a pause.
    fn length(&self, key: u64, index: u64, online: bool) -> Span {
        let mean = if online { self.means.0 } else { self.means.1 };
        Span((exponential(draw(key, index)) * mean + 0.5) as u64)
    }
}

/// The `index`-th 64 random bits of the stream `key`: SplitMix64.
fn draw(key: u64, index: u64) -> u64 {
    mix(key.wrapping_add((index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// Who comes late, and when, in order of time: each of them somewhere in its own equal part of the first 80 % of the
/// `active` time after `from`.
pub(super) fn newcomers(
    settings: &ChurnSettings,
    peers: u32,
    seed: u64,
    from: Time,
    active: Span,
) -> Vec<(Time, u32)> {
    let share = settings.newcomers;
    let least = u32::from(share.0 > 0.0 && peers > 1);
    let count = share_of(peers, share).max(least).min(peers);
    let mut stream = stream(seed, Purpose::Newcomers, 0);
    let chosen = sample(peers, count, &mut stream);
    let part = 0.8 * active.nanos() as f64 / f64::from(count.max(1));
    let arrive = |(place, peer): (u32, u32)| {
        let within = f64::from(place) + stream.random::<f64>();
        (from + Span((within * part) as u64), peer)
    };
    (0u32..).zip(chosen).map(arrive).collect()
}
