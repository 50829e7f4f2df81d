//! A crawler: it asks one peer after another for its neighbours, which takes time, while peers come and go.
//!
//! What a crawl shows of an overlay depends on its speed (Stutzbach, Rejaie, Sen, *Characterizing Unstructured Overlay
//! Topologies in Modern P2P File-Sharing Systems*, IMC 2005; ToN 16(2), 2008): a slow one adds up peers and links that
//! were never there together, and asks many that have gone, of whom it knows only what others said.
//!
//! The crawler is a host beside one of the peers, which the overlay does not know. It knows what it was told: an answer
//! is the asked peer's own list at the moment when the question reaches it, and arrives one latency later. Who has gone,
//! or is behind a firewall, does not answer; the crawler notices after a timeout. Whoever comes back is somebody new.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, VecDeque};

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::Degrees;
use crate::sim::random::{Purpose, stream};
use crate::sim::{Engine, PeerId, Protocol, Span, Time};
use crate::units::Frequency;

/// The table `[crawl]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrawlSettings {
    /// When it begins, from the start of the run; default at once.
    pub at: Span,
    /// How many peers it asks per second at most; default 1,000 /s.
    pub speed: Frequency,
    /// How many it waits for at a time at most; default 10,000.
    pub connections: u32,
    /// How long it waits for an answer; default 10 s.
    pub timeout: Span,
}

impl Default for CrawlSettings {
    fn default() -> CrawlSettings {
        CrawlSettings {
            at: Span::ZERO,
            speed: Frequency(1000.0),
            connections: 10_000,
            timeout: Span::secs(10),
        }
    }
}

impl CrawlSettings {
    /// # Errors
    /// A crawl that never asks, or never waits: the key to blame and what is wrong.
    pub fn check(&self) -> Result<(), (String, String)> {
        let wrong = |key: &str, what: &str| Err((format!("crawl.{key}"), what.to_owned()));
        let speed = self.speed.per_second();
        if !(1e-3..=1e9).contains(&speed) {
            let nearest = if speed < 1e-3 { "0.001 /s" } else { "1000000000 /s" };
            let what = format!(
                "got \"{}\", expected from 0.001 to 10^9 peers a second; the nearest valid value is \"{nearest}\"",
                self.speed
            );
            return wrong("speed", &what);
        }
        if self.connections == 0 {
            return wrong("connections", "got 0, expected at least 1");
        }
        if self.timeout == Span::ZERO {
            return wrong("timeout", "got 0, expected a span above zero, such as \"10 s\"");
        }
        Ok(())
    }
}

/// What a crawl has shown, beside the truth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Crawl {
    /// From its beginning to its end, in nanoseconds.
    pub lasted_ns: u64,
    /// Whether it has asked all that it has heard of; else the run ended first.
    pub finished: bool,
    /// Peers asked that answered.
    pub answered: u32,
    /// Of the peers that it has heard of, those that were online in the middle of the crawl.
    pub present: u32,
    /// The degrees that it sees: neighbours of all it has heard of, whoever said so.
    pub seen: Degrees,
    /// The same of those only that answered.
    pub seen_of_answered: Degrees,
    /// The true ones, over participants online in the middle of the crawl (to a thirty-second of its duration).
    pub truth: Degrees,
}

/// What happens to the crawler next, about which of those it has heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// A question reaches the peer.
    Reaches(usize),
    /// Its answer comes back.
    Answers(usize),
    /// None has come in time.
    GivesUp(usize),
}

/// Somebody it has heard of.
#[derive(Debug)]
struct Node {
    peer: PeerId,
    /// Whom it named, its answer being under way or arrived.
    named: Vec<PeerId>,
    answered: bool,
}

/// The overlay as it truly was at one time.
#[derive(Debug)]
struct Truth {
    at: Time,
    online: Vec<PeerId>,
    /// Of each of these.
    degrees: Vec<u32>,
}

/// So many looks at the truth are kept at most.
const TRUTHS: usize = 64;
/// From one to the next in the beginning.
const FIRST_TRUTHS: Span = Span::millis(50);

/// Crawls one run.
#[derive(Debug)]
pub struct Crawler {
    settings: CrawlSettings,
    starts: Time,
    /// From one question to the next.
    pace: Span,
    seed: u64,
    /// Beside which peer it lives; `None` before it begins.
    home: Option<u32>,
    /// The earliest time for the next question.
    may_ask: Time,
    /// All it has heard of, in that order, and where each stands.
    nodes: Vec<Node>,
    place: HashMap<PeerId, usize>,
    /// Heard of, not asked yet.
    waiting: VecDeque<usize>,
    /// In order of time, then as they were planned.
    steps: BinaryHeap<Reverse<(Time, u64, Step)>>,
    planned: u64,
    in_flight: u32,
    truths: Vec<Truth>,
    next_truth: Time,
    between_truths: Span,
    ended: Option<(Time, bool)>,
}

impl Crawler {
    /// A crawler for the run with this seed.
    pub fn new(settings: &CrawlSettings, seed: u64) -> Crawler {
        let starts = Time::ZERO + settings.at;
        Crawler {
            settings: settings.clone(),
            starts,
            pace: Span((1e9 / settings.speed.per_second()) as u64),
            seed,
            home: None,
            may_ask: starts,
            nodes: Vec::new(),
            place: HashMap::new(),
            waiting: VecDeque::new(),
            steps: BinaryHeap::new(),
            planned: 0,
            in_flight: 0,
            truths: Vec::new(),
            next_truth: starts,
            between_truths: FIRST_TRUTHS,
            ended: None,
        }
    }

    /// When it has to look next.
    pub fn next(&self) -> Time {
        if self.ended.is_some() {
            return Time::NEVER;
        }
        if self.home.is_none() {
            return self.starts;
        }
        let step = self.steps.peek().map_or(Time::NEVER, |Reverse((time, ..))| *time);
        let ask = if self.can_ask() { self.may_ask } else { Time::NEVER };
        step.min(ask).min(self.next_truth)
    }

    fn can_ask(&self) -> bool {
        !self.waiting.is_empty() && self.in_flight < self.settings.connections
    }

    /// Does what is due.
    pub fn look<P: Protocol>(&mut self, engine: &Engine<P>) {
        let now = engine.now();
        if self.ended.is_some() || now < self.starts {
            return;
        }
        if self.home.is_none() && !self.begin(engine) {
            return;
        }
        if now >= self.next_truth {
            self.note_truth(engine);
        }
        loop {
            let step = self.steps.peek().map_or(Time::NEVER, |Reverse((time, ..))| *time);
            let ask = if self.can_ask() { self.may_ask } else { Time::NEVER };
            if step <= now && step <= ask {
                let Some(Reverse((_, _, step))) = self.steps.pop() else { break };
                self.take(step, engine);
            } else if ask <= now {
                self.ask(now, engine);
            } else {
                break;
            }
        }
        if self.in_flight == 0 && self.waiting.is_empty() {
            self.end(engine, true);
        } else if now >= engine.end() {
            self.end(engine, false);
        }
    }

    /// Learns of a first peer, as from a list of hosts on the web; whether anybody is there.
    fn begin<P: Protocol>(&mut self, engine: &Engine<P>) -> bool {
        let peers = engine.world().peers();
        let online: Vec<PeerId> = engine.online().into_iter().filter(|peer| peer.number() < peers).collect();
        let now = engine.now();
        if online.is_empty() {
            // It tries again a second later, as its user would.
            self.starts = now + Span::secs(1);
            (self.may_ask, self.next_truth) = (self.starts, self.starts);
            return false;
        }
        let first = stream(self.seed, Purpose::Crawl, 0).random_range(0..online.len());
        self.home = Some(online[first].number());
        self.starts = now;
        self.hear_of(online[first]);
        true
    }

    /// The place of `peer` among those it has heard of.
    fn hear_of(&mut self, peer: PeerId) -> usize {
        let next = self.nodes.len();
        let place = *self.place.entry(peer).or_insert(next);
        if place == next {
            self.nodes.push(Node { peer, named: Vec::new(), answered: false });
            self.waiting.push_back(place);
        }
        place
    }

    fn plan(&mut self, at: Time, step: Step) {
        self.steps.push(Reverse((at, self.planned, step)));
        self.planned += 1;
    }

    /// Asks whom it has known of for longest.
    fn ask<P: Protocol>(&mut self, now: Time, engine: &Engine<P>) {
        let (Some(place), Some(home)) = (self.waiting.pop_front(), self.home) else { return };
        self.in_flight += 1;
        self.may_ask = now + self.pace;
        let latency = engine.world().latency(home, self.nodes[place].peer.number(), 0);
        // An answer that would come too late is none.
        if latency.saturating_add(latency) < self.settings.timeout {
            self.plan(now + latency, Step::Reaches(place));
        }
        self.plan(now + self.settings.timeout, Step::GivesUp(place));
    }

    fn take<P: Protocol>(&mut self, step: Step, engine: &Engine<P>) {
        match step {
            Step::Reaches(place) => {
                let peer = self.nodes[place].peer;
                let deaf = engine.world().profile(peer.number()).firewalled;
                let Some(named) = engine.named_by(peer).filter(|_| !deaf) else { return };
                self.nodes[place].named = named;
                let home = self.home.unwrap_or(peer.number());
                let latency = engine.world().latency(peer.number(), home, 0);
                self.plan(engine.now() + latency, Step::Answers(place));
            }
            Step::Answers(place) => {
                self.in_flight -= 1;
                self.nodes[place].answered = true;
                for peer in self.nodes[place].named.clone() {
                    self.hear_of(peer);
                }
            }
            Step::GivesUp(place) => {
                if !self.nodes[place].answered {
                    self.in_flight -= 1;
                }
            }
        }
    }

    /// Keeps the truth of this moment; of many, every other one is forgotten again, so that however long the crawl lasts
    /// one of them lies near its middle.
    fn note_truth<P: Protocol>(&mut self, engine: &Engine<P>) {
        let now = engine.now();
        let online = engine.online();
        let place = |number: u32| online.partition_point(|other| other.number() < number);
        let mut degrees = vec![0; online.len()];
        for (one, other) in engine.overlay() {
            degrees[place(one)] += 1;
            degrees[place(other)] += 1;
        }
        self.truths.push(Truth { at: now, online, degrees });
        if self.truths.len() > TRUTHS {
            let mut number = 0;
            self.truths.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.between_truths = self.between_truths.saturating_add(self.between_truths);
        }
        self.next_truth = now + self.between_truths;
    }

    fn end<P: Protocol>(&mut self, engine: &Engine<P>, finished: bool) {
        self.note_truth(engine);
        self.ended = Some((engine.now(), finished));
        (self.steps, self.waiting) = (BinaryHeap::new(), VecDeque::new());
    }

    /// What it has seen; `None` if it never began.
    pub fn finish(self) -> Option<Crawl> {
        self.home?;
        let (ended, finished) = self.ended?;
        let lasted = ended.since(self.starts);
        let middle = self.starts + Span(lasted.nanos() / 2);
        let distance = |truth: &&Truth| truth.at.nanos().abs_diff(middle.nanos());
        let truth = self.truths.iter().min_by_key(distance)?;
        // Whoever said so: a pair counts once.
        let arrived = (0..).zip(&self.nodes).filter(|(_, node)| node.answered);
        let place = &self.place;
        let said = arrived.flat_map(|(one, node)| node.named.iter().map(move |other| (one, place[other])));
        let seen: BTreeSet<(usize, usize)> =
            said.map(|(one, other)| (one.min(other), one.max(other))).collect();
        let mut degrees = vec![0u32; self.nodes.len()];
        for &(one, other) in &seen {
            degrees[one] += 1;
            degrees[other] += 1;
        }
        let present = |node: &&Node| {
            let place = truth.online.binary_search_by_key(&node.peer.number(), |peer| peer.number());
            place.is_ok_and(|place| truth.online[place] == node.peer)
        };
        let of_answered = self.nodes.iter().zip(&degrees).filter(|(node, _)| node.answered);
        let of_answered: Vec<u32> = of_answered.map(|(_, &degree)| degree).collect();
        Some(Crawl {
            lasted_ns: lasted.nanos(),
            finished,
            answered: self.nodes.iter().filter(|node| node.answered).count() as u32,
            present: self.nodes.iter().filter(present).count() as u32,
            seen_of_answered: Degrees::of(&of_answered),
            seen: Degrees::of(&degrees),
            truth: Degrees::of(&truth.degrees),
        })
    }
}
