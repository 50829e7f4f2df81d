//! Sessions: who is online when, by the peers' own choice.

mod law;
mod settings;
mod strangers;
mod trace;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rand::RngExt;

use super::bits::Bits;
use super::population::{sample, share_of};
use crate::sim::random::{Purpose, derive, mix, stream, unit};
use crate::sim::{Span, Time};

pub(super) use self::settings::TRACE_FILE;
pub use self::settings::{ChurnSettings, CrowdSettings, Identity, PauseLaw, SessionLaw, Start};
pub(super) use self::strangers::Strangers;
pub(super) use self::trace::{Replay, Trace};

use self::law::Law;

/// Where a peer's session changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Toggle {
    pub(super) time: Time,
    pub(super) peer: u32,
    /// Whether it comes, or goes.
    pub(super) comes: bool,
    /// If it goes: whether it says goodbye.
    pub(super) graceful: bool,
    /// How many changes it has had before.
    pub(super) change: u32,
}

/// Where lengths come from.
#[derive(Debug)]
enum Source {
    /// Everyone stays.
    Stay,
    /// The laws of sessions and of pauses.
    Laws(Law, Law),
    /// As measured.
    Trace(Arc<Replay>),
}

/// The sessions of all peers. Only the next change of each is kept, and of those only what lies in the run.
#[derive(Debug)]
pub(super) struct Sessions {
    /// Time, peer, and how many changes it has had: by time, then by peer.
    next: BinaryHeap<Reverse<(Time, u32, u32)>>,
    /// In a session now.
    online: Bits,
    source: Source,
    graceful: f64,
    seed: u64,
    end: Time,
}

impl Sessions {
    /// The sessions of `peers` peers, but for `exempt` ones, who are offline and have none, up to `end`.
    pub(super) fn new(
        settings: &ChurnSettings,
        replay: Option<&Arc<Replay>>,
        peers: u32,
        exempt: &Bits,
        seed: u64,
        end: Time,
    ) -> Sessions {
        let source = match (settings.sessions.laws(settings.pauses), replay) {
            (Some((sessions, pauses)), _) => Source::Laws(sessions, pauses),
            (None, Some(replay)) => Source::Trace(Arc::clone(replay)),
            (None, None) => Source::Stay,
        };
        let graceful = settings.graceful.0;
        let (next, online) = (BinaryHeap::new(), Bits::all(peers));
        let mut sessions = Sessions { next, online, source, graceful, seed, end };
        for peer in exempt.iter() {
            sessions.online.remove(peer);
        }
        let churning = (0..peers).filter(|&peer| !exempt.contains(peer));
        sessions.next = BinaryHeap::from(sessions.start(settings.start, churning));
        sessions
    }

    /// Who is in a session at the start, and the first change of each.
    fn start(&mut self, start: Start, peers: impl Iterator<Item = u32>) -> Vec<Reverse<(Time, u32, u32)>> {
        let share = match &self.source {
            Source::Stay => return Vec::new(),
            Source::Trace(_) => 0.0,
            Source::Laws(sessions, pauses) => sessions.mean() / (sessions.mean() + pauses.mean()),
        };
        let mut first = Vec::new();
        for peer in peers {
            let key = derive(self.seed, Purpose::Churn, u64::from(peer));
            let (online, time) = match &self.source {
                Source::Trace(replay) => {
                    (replay.starts_online(peer), replay.time(peer, 0).unwrap_or(Time::NEVER))
                }
                Source::Laws(..) | Source::Stay => {
                    let online = unit(draw(key, 0)) < share && start == Start::Equilibrium;
                    let rest = self.law(online).map_or(0.0, |law| law.rest(draw(key, 1)));
                    (online, Time::ZERO + rounded(rest))
                }
            };
            if !online {
                self.online.remove(peer);
            }
            first.extend((time <= self.end).then_some(Reverse((time, peer, 0))));
        }
        first
    }

    /// Who is in a session.
    pub(super) fn online(&self) -> &Bits {
        &self.online
    }

    /// When the next change is due.
    pub(super) fn next_time(&self) -> Time {
        self.next.peek().map_or(Time::NEVER, |Reverse((time, ..))| *time)
    }

    /// Carries out the next change.
    pub(super) fn next(&mut self) -> Option<Toggle> {
        let Reverse((time, peer, change)) = self.next.pop()?;
        let key = derive(self.seed, Purpose::Churn, u64::from(peer));
        let changes = change + 1;
        let comes = self.online.insert(peer);
        if !comes {
            self.online.remove(peer);
        }
        // Draws 0 and 1 were for the start; each change takes two more.
        let index = 2 * u64::from(changes);
        let graceful = unit(draw(key, index)) < self.graceful;
        let due = match &self.source {
            Source::Trace(replay) => replay.time(peer, changes).unwrap_or(Time::NEVER),
            Source::Laws(..) | Source::Stay => {
                time + rounded(self.law(comes).map_or(0.0, |law| law.whole(draw(key, index + 1))))
            }
        };
        if due <= self.end {
            self.next.push(Reverse((due, peer, changes)));
        }
        Some(Toggle { time, peer, comes, graceful, change })
    }

    /// The law of sessions, or of pauses.
    fn law(&self, online: bool) -> Option<Law> {
        match self.source {
            Source::Laws(sessions, _) if online => Some(sessions),
            Source::Laws(_, pauses) => Some(pauses),
            Source::Stay | Source::Trace(_) => None,
        }
    }
}

/// The nearest whole span.
fn rounded(nanos: f64) -> Span {
    Span((nanos + 0.5) as u64)
}

/// Lengths of sessions, whole and left over, as the laws draw them.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionSample {
    /// The mean of whole sessions in minutes.
    pub mean_min: f64,
    /// Their median in minutes.
    pub median_min: f64,
    /// The mean of what is left of sessions under way at a random time, in minutes.
    pub rest_mean_min: f64,
}

impl SessionSample {
    /// `n` sessions and `n` rests of the settings' law; `None` if sessions follow no law.
    pub(super) fn draw(settings: &ChurnSettings, n: u32, seed: u64) -> Option<SessionSample> {
        const MINUTE: f64 = 60e9;
        let (law, _) = settings.sessions.laws(settings.pauses).filter(|_| n > 0)?;
        let key = derive(seed, Purpose::Churn, SAMPLE);
        let mut whole: Vec<f64> = (0..u64::from(n)).map(|i| law.whole(draw(key, 2 * i))).collect();
        let rests: f64 = (0..u64::from(n)).map(|i| law.rest(draw(key, 2 * i + 1))).sum();
        whole.sort_by(f64::total_cmp);
        Some(SessionSample {
            mean_min: whole.iter().sum::<f64>() / f64::from(n) / MINUTE,
            median_min: whole[whole.len() / 2] / MINUTE,
            rest_mean_min: rests / f64::from(n) / MINUTE,
        })
    }
}

/// The stream of [`SessionSample`]; peers' own come before it.
const SAMPLE: u64 = u64::MAX - 1;

/// The `index`-th 64 random bits of the stream `key`: SplitMix64.
fn draw(key: u64, index: u64) -> u64 {
    mix(key.wrapping_add((index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// How many of `peers` are newcomers.
fn newcomers_among(settings: &ChurnSettings, peers: u32) -> u32 {
    let share = settings.newcomers;
    let least = u32::from(share.0 > 0.0 && peers > 1);
    share_of(peers, share).max(least).min(peers)
}

/// Who comes late, and when, in order of time: each of the newcomers somewhere in its own equal part of the first 80 % of
/// the `active` time after `from`; and the crowd.
pub(super) fn newcomers(
    settings: &ChurnSettings,
    peers: u32,
    seed: u64,
    from: Time,
    active: Span,
) -> Vec<(Time, u32)> {
    let count = newcomers_among(settings, peers);
    let mut stream = stream(seed, Purpose::Newcomers, 0);
    let chosen = sample(peers, count, &mut stream);
    let part = 0.8 * active.nanos() as f64 / f64::from(count.max(1));
    let arrive = |(place, peer): (u32, u32)| {
        let within = f64::from(place) + stream.random::<f64>();
        (from + Span((within * part) as u64), peer)
    };
    let mut late: Vec<(Time, u32)> = (0u32..).zip(chosen).map(arrive).collect();
    if settings.crowd.is_some() {
        late.extend(crowd(settings, peers, seed, &late));
        late.sort_by_key(|&(time, _)| time);
    }
    late
}

/// The flash crowd: drawn from those who are not `late` already.
fn crowd(settings: &ChurnSettings, peers: u32, seed: u64, late: &[(Time, u32)]) -> Vec<(Time, u32)> {
    let Some(crowd) = &settings.crowd else { return Vec::new() };
    let mut free = Bits::all(peers);
    for &(_, peer) in late {
        free.remove(peer);
    }
    let free: Vec<u32> = free.iter().collect();
    let count = crowd.peers.of(u64::from(peers)).min(free.len() as u64) as u32;
    let mut stream = stream(seed, Purpose::Newcomers, 1);
    let chosen = sample(free.len() as u32, count, &mut stream);
    let mut arrive = |place: u32| {
        let after = stream.random::<f64>() * crowd.within.nanos() as f64;
        (Time::ZERO + crowd.at + Span(after as u64), free[place as usize])
    };
    chosen.into_iter().map(&mut arrive).collect()
}
