//! A small world for the tests of protocols: everything in it is written down by hand.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::graph::Graph;
use crate::sim::random::mix;
use crate::sim::{
    Director, Engine, Happening, ObjectId, Outcome, PlannedLookup, Profile, Protocol, QueueKind, Span, Time,
    World,
};

#[derive(Clone, Debug)]
pub(in crate::protocols) struct TestWorld {
    pub peers: u32,
    pub seed: u64,
    /// The least and the greatest latency, in milliseconds; a pair's own, the same both ways, lies between.
    pub latency_ms: (u64, u64),
    pub loss: f64,
    pub graph: Option<Graph>,
    /// Bytes of each object.
    pub size: u64,
    /// What participant `number` is like.
    pub profile: fn(u32) -> Profile,
    pub holders: Vec<Vec<u32>>,
    pub shares: Vec<Vec<ObjectId>>,
}

impl TestWorld {
    pub(in crate::protocols) fn new(peers: u32) -> TestWorld {
        TestWorld {
            peers,
            seed: 1,
            latency_ms: (50, 50),
            loss: 0.0,
            graph: None,
            size: 1000,
            profile: |_| Profile::default(),
            holders: Vec::new(),
            shares: vec![Vec::new(); peers as usize],
        }
    }

    pub(in crate::protocols) fn on(graph: Graph) -> TestWorld {
        TestWorld { graph: Some(graph.clone()), ..TestWorld::new(graph.nodes()) }
    }

    /// One more object, with these holders.
    pub(in crate::protocols) fn object(&mut self, mut holders: Vec<u32>) -> ObjectId {
        let object = ObjectId::new(self.holders.len() as u32);
        holders.sort_unstable();
        holders.dedup();
        for &holder in &holders {
            self.shares[holder as usize].push(object);
        }
        self.holders.push(holders);
        object
    }
}

impl World for TestWorld {
    fn peers(&self) -> u32 {
        self.peers
    }

    fn seed(&self) -> u64 {
        self.seed
    }

    fn latency(&self, from: u32, to: u32, _stamp: u64) -> Span {
        let (least, most) = self.latency_ms;
        let pair = u64::from(from.min(to)) << 32 | u64::from(from.max(to));
        let spread = (most - least) * 1_000_000 + 1;
        let beyond = (u128::from(mix(pair ^ mix(self.seed))) * u128::from(spread)) >> 64;
        Span(least * 1_000_000 + beyond as u64)
    }

    fn floor(&self) -> Span {
        Span::millis(self.latency_ms.0)
    }

    fn loss(&self) -> f64 {
        self.loss
    }

    fn objects(&self) -> u32 {
        self.holders.len() as u32
    }

    fn holders(&self, object: ObjectId) -> &[u32] {
        self.holders.get(object.index()).map_or(&[], Vec::as_slice)
    }

    fn shares(&self, number: u32) -> &[ObjectId] {
        self.shares.get(number as usize).map_or(&[], Vec::as_slice)
    }

    fn object_size(&self, _object: ObjectId) -> u64 {
        self.size
    }

    fn profile(&self, number: u32) -> Profile {
        (self.profile)(number)
    }

    fn fetches(&self) -> bool {
        true
    }

    fn neighbours(&self, number: u32) -> Option<&[u32]> {
        self.graph.as_ref().map(|graph| graph.neighbours(number))
    }
}

/// What happens, written down in any order.
#[derive(Clone, Debug, Default)]
pub(in crate::protocols) struct Script {
    events: VecDeque<(Time, Happening)>,
    /// Who starts offline.
    pub offline: Vec<u32>,
    lookups: u32,
    pub end_s: u64,
}

impl Script {
    pub(in crate::protocols) fn until(end_s: u64) -> Script {
        Script { end_s, ..Script::default() }
    }

    pub(in crate::protocols) fn at(mut self, ms: u64, happening: Happening) -> Script {
        self.events.push_back((Time(ms * 1_000_000), happening));
        self
    }

    pub(in crate::protocols) fn lookup(mut self, ms: u64, origin: u32, object: ObjectId) -> Script {
        let number = self.lookups;
        self.lookups += 1;
        self.at(ms, Happening::Lookup(PlannedLookup { number, origin, object, measured: true }))
    }

    /// Every peer for itself: exponential sessions and absences of mean `mean_s` until `until_s`, half of the departures
    /// crashes; who is away at the end comes back.
    pub(in crate::protocols) fn churn(mut self, peers: u32, seed: u64, mean_s: u64, until_s: u64) -> Script {
        for peer in 0..peers {
            let (mut now, mut online) = (0, true);
            for step in 1.. {
                let draw = mix(mix(seed + 1) ^ mix(u64::from(peer) << 32 | step));
                now += (crate::sim::random::exponential(draw) * mean_s as f64 * 1000.0) as u64;
                if now >= until_s * 1000 {
                    break;
                }
                self = self.at(
                    now,
                    match (online, draw & 1) {
                        (false, _) => Happening::Join(peer),
                        (true, 0) => Happening::Leave(peer),
                        (true, _) => Happening::Crash(peer),
                    },
                );
                online = !online;
            }
            if !online {
                self = self.at(until_s * 1000, Happening::Join(peer));
            }
        }
        self
    }

    /// Takes these peers out of the churn.
    pub(in crate::protocols) fn keep(&mut self, peers: &[u32]) {
        self.events.retain(|(_, happening)| match happening {
            Happening::Join(peer)
            | Happening::Arrive(peer)
            | Happening::Leave(peer)
            | Happening::Crash(peer) => !peers.contains(peer),
            Happening::Strike(_)
            | Happening::Part(_)
            | Happening::Heal(_)
            | Happening::Lookup(_)
            | Happening::Measure => true,
        });
    }

    pub(in crate::protocols) fn without_lookups(mut self) -> Script {
        self.events.retain(|(_, happening)| !matches!(happening, Happening::Lookup(_)));
        self
    }

    fn ready(mut self) -> Script {
        self.events.make_contiguous().sort_by_key(|&(time, _)| time);
        self
    }
}

impl Director for Script {
    fn starts_online(&self, number: u32) -> bool {
        !self.offline.contains(&number)
    }

    fn next_time(&self) -> Time {
        self.events.front().map_or(Time::NEVER, |&(time, _)| time)
    }

    fn next(&mut self) -> Option<Happening> {
        self.events.pop_front().map(|(_, happening)| happening)
    }

    fn deadline(&self) -> Span {
        Span::secs(60)
    }

    fn end(&self) -> Time {
        Time::ZERO + Span::secs(self.end_s)
    }
}

/// The engine of one run.
pub(in crate::protocols) fn engine<P: Protocol>(
    world: &TestWorld,
    script: Script,
    params: &P::Params,
    queue: QueueKind,
) -> Engine<P> {
    let script = Box::new(script.ready());
    Engine::new(Arc::new(world.clone()), script, params, queue).expect("the parameters of the test are valid")
}

/// One run.
pub(in crate::protocols) fn run<P: Protocol>(
    world: &TestWorld,
    script: Script,
    params: &P::Params,
) -> Outcome {
    engine::<P>(world, script, params, QueueKind::Wheel).run()
}

/// One run that ends at rest: the invariants must hold, and a second run, on the other queue, must agree.
pub(in crate::protocols) fn run_to_rest<P: Protocol>(
    world: &TestWorld,
    script: Script,
    params: &P::Params,
) -> Outcome {
    let mut wheel = engine::<P>(world, script.clone(), params, QueueKind::Wheel);
    wheel.run_until(script.end());
    if let Err(violation) = wheel.check_invariants() {
        panic!("{violation}");
    }
    let outcome = wheel.run();
    let heap = engine::<P>(world, script, params, QueueKind::Heap).run();
    assert_eq!(outcome, heap, "wheel and heap disagree");
    outcome
}
