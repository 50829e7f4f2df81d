//! What happens from outside, merged into one order.

use std::collections::VecDeque;
use std::sync::Arc;

use rand::RngExt;

use super::Settings;
use super::bits::Bits;
use super::churn::{Identity, Replay, Sessions, Strangers, newcomers};
use super::content::Content;
use super::faults::{cut, in_order, strike, victims};
use super::workload::{Arrival, Arrivals, Draws, Flooder, Origins};
use crate::sim::random::Stream;
use crate::sim::{Director, Happening, ObjectId, PlannedLookup, Span, Time};

/// When the parts of a run are, as far as the workload decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    /// The warm-up is over.
    pub(super) measure: Time,
    /// From there until the last lookup, or until the given duration is over.
    pub(super) active: Span,
    /// The run is over.
    pub(super) end: Time,
}

impl Schedule {
    pub(super) fn of(settings: &Settings, seed: u64) -> Schedule {
        let workload = &settings.workload;
        let measure = Time::ZERO + workload.warm_up;
        let last = Arrivals::new(workload, seed).last().map(|arrival| arrival.time);
        let asked = measure + workload.duration.unwrap_or_default();
        let until = last.unwrap_or(measure).max(asked);
        let end = last.map_or(measure, |last| last + workload.deadline.max(Span(1))).max(asked);
        Schedule { measure, active: until.since(measure), end }
    }
}

/// The world's director. Of happenings at one instant, the end of the warm-up comes first, then faults as listed, then
/// those who return from faults, sessions by peer, newcomers and the crowd, and lookups by number, the flooder's last.
#[derive(Debug)]
pub(super) struct Play {
    settings: Arc<Settings>,
    content: Arc<Content>,
    seed: u64,
    peers: u32,
    /// Peers and servers.
    participants: u32,
    schedule: Schedule,
    /// Who was online at the start: peers, then servers.
    starters: Bits,
    online: Bits,
    /// Struck by a fault that is not over.
    held: Bits,
    /// Peers in a session, seen or not.
    present: Bits,
    /// Who comes, where every session is somebody else's.
    strangers: Option<Strangers>,
    measured: bool,
    /// By time, the last one first.
    faults: Vec<(Time, usize)>,
    /// Faults that will be over, and whom they hold; by time, then as listed, the last one first.
    returns: Vec<(Time, usize, Vec<u32>)>,
    sessions: Sessions,
    newcomers: VecDeque<(Time, u32)>,
    arrivals: Arrivals,
    /// Who asks when, if everyone asks once.
    order: Vec<u32>,
    flooder: Option<Flooder>,
    /// The fault, with its time, of which only the engine can say whom it strikes; it has not said so yet.
    striking: Option<(Time, usize)>,
    /// Nothing but lookups of the workload is to come.
    only_lookups: bool,
    /// What happens next, and when; empty at the end only.
    ready: VecDeque<Happening>,
    due: Time,
}

impl Play {
    pub(super) fn new(
        settings: Arc<Settings>,
        content: Arc<Content>,
        replay: Option<&Arc<Replay>>,
        seed: u64,
        peers: u32,
        servers: u32,
        schedule: Schedule,
    ) -> Play {
        let late = newcomers(&settings.churn, peers, seed, schedule.measure, schedule.active);
        let mut exempt = Bits::none(peers);
        for &(_, peer) in &late {
            exempt.insert(peer);
        }
        let sessions = Sessions::new(&settings.churn, replay, peers, &exempt, seed, schedule.end);
        let participants = peers + servers;
        let mut online = Bits::none(participants);
        for number in sessions.online().iter().chain(peers..participants) {
            online.insert(number);
        }
        let present = sessions.online().clone();
        let starters: Vec<u32> = present.iter().collect();
        let strangers = (settings.churn.identity == Identity::New).then(|| {
            let absent = |&peer: &u32| !present.contains(peer) && !exempt.contains(peer);
            Strangers::new(peers, (0..peers).filter(absent).collect(), seed)
        });
        let mut faults = in_order(&settings.faults);
        faults.reverse();
        let mut play = Play {
            seed,
            peers,
            participants,
            schedule,
            starters: online.clone(),
            online,
            held: Bits::none(participants),
            present,
            strangers,
            measured: false,
            faults,
            returns: Vec::new(),
            sessions,
            newcomers: late.into(),
            arrivals: Arrivals::new(&settings.workload, seed),
            order: settings.workload.origins.order(peers, seed),
            flooder: Flooder::new(&settings.workload, &starters, seed),
            striking: None,
            only_lookups: false,
            ready: VecDeque::new(),
            due: Time::NEVER,
            settings,
            content,
        };
        play.prepare();
        play
    }

    /// Carries out changes until one of them is to be seen, or the run is over.
    fn prepare(&mut self) {
        while self.ready.is_empty() {
            if self.only_lookups {
                let next = self.arrivals.peek().map(|arrival| arrival.time);
                self.due = next.filter(|&time| time <= self.schedule.end).unwrap_or(Time::NEVER);
                if self.due == Time::NEVER {
                    return;
                }
                self.ask();
                continue;
            }
            let sources = [
                if self.measured { Time::NEVER } else { self.schedule.measure },
                self.faults.last().map_or(Time::NEVER, |&(time, _)| time),
                self.returns.last().map_or(Time::NEVER, |&(time, ..)| time),
                self.sessions.next_time(),
                self.newcomers.front().map_or(Time::NEVER, |&(time, _)| time),
                self.arrivals.peek().map_or(Time::NEVER, |arrival| arrival.time),
                self.flooder.as_ref().map_or(Time::NEVER, Flooder::next_time),
            ];
            let lookups = 5;
            self.only_lookups =
                (0..).zip(sources).all(|(source, time)| source == lookups || time == Time::NEVER);
            // The first of the earliest.
            let (source, time) = (0..).zip(sources).min_by_key(|&(_, time)| time).unwrap_or((0, Time::NEVER));
            self.due = time;
            if time == Time::NEVER || time > self.schedule.end {
                self.due = Time::NEVER;
                return;
            }
            match source {
                0 => {
                    self.measured = true;
                    self.ready.push_back(Happening::Measure);
                }
                1 => self.strike(),
                2 => self.let_return(),
                3 => self.toggle(),
                4 => self.welcome(),
                5 => self.ask(),
                _ => self.flood(),
            }
        }
    }

    fn strike(&mut self) {
        let Some((time, number)) = self.faults.pop() else { return };
        let fault = &self.settings.faults[number];
        if let Some(cut) = cut(fault, number, self.seed) {
            self.ready.push_back(Happening::Part(cut));
            self.hold(time, number, Vec::new());
            return;
        }
        if let Some(strike) = strike(fault, self.peers_online()) {
            self.striking = Some((time, number));
            self.ready.push_back(Happening::Strike(strike));
            return;
        }
        let holders = |object| self.content.holders(object);
        let struck = victims(fault, number, &self.online, self.peers, self.seed, holders);
        self.ready.extend(struck.iter().map(|&victim| Happening::Crash(victim)));
        self.hold(time, number, struck);
    }

    /// Fault `number` has struck them.
    fn hold(&mut self, time: Time, number: usize, struck: Vec<u32>) {
        for &victim in &struck {
            self.online.remove(victim);
            self.held.insert(victim);
        }
        if let Some(back) = self.settings.faults[number].back {
            let over = (time + back, number);
            let place = self.returns.partition_point(|&(time, number, _)| (time, number) > over);
            self.returns.insert(place, (over.0, number, struck));
        }
    }

    fn let_return(&mut self) {
        let Some((_, fault, struck)) = self.returns.pop() else { return };
        if self.settings.faults[fault].partition.is_some() {
            self.ready.push_back(Happening::Heal(fault as u32));
        }
        for number in struck {
            self.held.remove(number);
            if number >= self.peers || self.present.contains(number) {
                self.come(number, false);
            }
        }
    }

    fn toggle(&mut self) {
        let Some(toggle) = self.sessions.next() else { return };
        let peer = toggle.peer;
        if toggle.comes {
            let who = self.strangers.as_mut().map(|strangers| strangers.arrive(peer, toggle.change));
            self.present.insert(who.unwrap_or(peer));
            self.come(who.unwrap_or(peer), who.is_some());
            return;
        }
        let who = self.strangers.as_mut().map_or(peer, |strangers| strangers.depart(peer));
        self.present.remove(who);
        if self.online.remove(who) {
            let happening = if toggle.graceful { Happening::Leave(who) } else { Happening::Crash(who) };
            self.ready.push_back(happening);
        }
    }

    fn welcome(&mut self) {
        let Some((_, peer)) = self.newcomers.pop_front() else { return };
        self.present.insert(peer);
        self.come(peer, false);
    }

    /// `number` comes online, unless a fault holds it, as itself or `anew`.
    fn come(&mut self, number: u32, anew: bool) {
        if !self.held.contains(number) && self.online.insert(number) {
            self.ready.push_back(if anew { Happening::Arrive(number) } else { Happening::Join(number) });
        }
    }

    fn ask(&mut self) {
        let Some(Arrival { number, measured, .. }) = self.arrivals.next() else { return };
        let mut draws = Draws::of(self.seed, number);
        let origin = match self.settings.workload.origins {
            Origins::Random => self.origin(&mut draws.origins),
            Origins::Riders => self.rider(&mut draws.origins),
            Origins::EachOnce => {
                let turn = self.order.get(number as usize).copied();
                turn.filter(|&peer| self.online.contains(peer))
            }
        };
        let Some(origin) = origin else { return };
        self.look_up(number, origin, measured, draws);
    }

    /// The flooder asks, if it is online.
    fn flood(&mut self) {
        let Some(flooder) = &mut self.flooder else { return };
        let (number, origin) = (flooder.next(), flooder.peer);
        if self.online.contains(origin) {
            self.look_up(number, origin, false, Draws::of(self.seed, number));
        }
    }

    fn look_up(&mut self, number: u32, origin: u32, measured: bool, mut draws: Draws) {
        let object = if draws.miss < self.settings.workload.misses.0 {
            Some(self.content.missing(&mut draws.objects))
        } else {
            self.content.wanted(origin, &mut draws.objects)
        };
        let lookup = |object: ObjectId| PlannedLookup { number, origin, object, measured };
        self.ready.extend(object.map(lookup).map(Happening::Lookup));
    }

    /// How many peers are online.
    fn peers_online(&self) -> u32 {
        // Servers come last in the set.
        let servers = (self.peers..self.participants).filter(|&server| self.online.contains(server)).count();
        self.online.count() - servers as u32
    }

    /// A peer online, uniformly at random: the first in a random sequence of peers who is; `None` if nobody is.
    fn origin(&self, stream: &mut Stream) -> Option<u32> {
        const CANDIDATES: u32 = 64;
        for _ in 0..CANDIDATES {
            let candidate = stream.random_range(0..self.peers);
            if self.online.contains(candidate) {
                return Some(candidate);
            }
        }
        // Few are online.
        let peers = self.peers_online();
        if peers == 0 { None } else { self.online.nth(stream.random_range(0..peers)) }
    }

    /// Somebody online who shares nothing; none, if so many in a row share something.
    fn rider(&self, stream: &mut Stream) -> Option<u32> {
        const CANDIDATES: u32 = 4096;
        let candidates = (0..CANDIDATES).map_while(|_| self.origin(stream));
        candidates.into_iter().find(|&candidate| self.content.shares(candidate).is_empty())
    }
}

impl Director for Play {
    fn starts_online(&self, number: u32) -> bool {
        self.starters.contains(number)
    }

    fn next_time(&self) -> Time {
        self.due
    }

    fn next(&mut self) -> Option<Happening> {
        if self.striking.is_some() && self.ready.is_empty() {
            // Nobody has said whom the fault struck: nobody, then.
            self.struck(&[]);
        }
        let happening = self.ready.pop_front();
        // What follows a strike depends on whom it hits.
        if self.striking.is_none() {
            self.prepare();
        }
        happening
    }

    fn peek(&self) -> Option<Happening> {
        self.ready.front().copied()
    }

    fn struck(&mut self, victims: &[u32]) {
        if let Some((time, number)) = self.striking.take() {
            self.hold(time, number, victims.to_vec());
            self.prepare();
        }
    }

    fn deadline(&self) -> Span {
        self.settings.workload.deadline
    }

    fn end(&self) -> Time {
        self.schedule.end
    }
}
