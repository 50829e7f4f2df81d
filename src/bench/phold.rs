//! PHOLD (Fujimoto 1990): the usual yardstick of event engines, run through the real kernel.
//!
//! As many events are pending as there are peers. Each event reads and writes the 64 bytes of its peer's state and sends
//! one message to a random peer, due after a lookahead of 0.1 s and an exponentially distributed time of mean 1 s.

use std::sync::Arc;
use std::time::Instant;

use rand::RngExt;

use crate::sim::random::{Purpose, derive, exponential, mix};
use crate::sim::{
    Context, Director, Engine, Happening, Lookup, ObjectId, Online, PeerId, Protocol, QueueKind, Setup, Span,
    Textbook, Time, Violation, World,
};

/// A peer of PHOLD: 64 bytes of state.
#[derive(Debug)]
struct Phold {
    state: [u64; 8],
}

/// How many peers there are to send to.
#[derive(Debug)]
struct Population(u32);

impl Protocol for Phold {
    const NAME: &'static str = "phold";
    const PAPER: &'static str = "R. M. Fujimoto, Performance of Time Warp under synthetic workloads, 1990";
    const TITLE: &'static str = "hold model";
    const TEXTBOOK: Textbook = Textbook { messages: "-", hops: "-", state: "O(1)" };
    type Params = ();
    type Shared = Population;
    type Message = ();
    type Timer = ();
    type Plan = ();

    fn shared(setup: &Setup<'_>, _params: &()) -> Result<Population, String> {
        Ok(Population(setup.world.peers()))
    }

    fn new(me: PeerId, _shared: &Population) -> Phold {
        Phold { state: [u64::from(me.number()); 8] }
    }

    fn plan(_setup: &Setup<'_>, _shared: &Population) {}

    fn settled(_plan: &(), shared: &Population, me: PeerId) -> Phold {
        Phold::new(me, shared)
    }

    fn on_join(&mut self, ctx: &mut Context<'_, Self>, _contact: Option<PeerId>) {
        self.hold(ctx);
    }

    fn on_lookup(&mut self, _ctx: &mut Context<'_, Self>, _lookup: Lookup) {}

    #[inline]
    fn on_message(&mut self, ctx: &mut Context<'_, Self>, _from: PeerId, _message: ()) {
        for word in &mut self.state {
            *word = word.wrapping_add(1);
        }
        self.hold(ctx);
    }

    fn links(&self) -> impl Iterator<Item = PeerId> {
        std::iter::empty()
    }

    fn entries(&self) -> usize {
        0
    }

    fn wire_size(_shared: &Population, _message: &()) -> u32 {
        0
    }

    fn invariants(_network: &[&Self], _online: &Online<'_>, _shared: &Population) -> Result<(), Violation> {
        Ok(())
    }
}

impl Phold {
    #[inline]
    fn hold(&mut self, ctx: &mut Context<'_, Self>) {
        let peers = ctx.shared().0;
        let to = PeerId::new(ctx.rng().random_range(0..peers));
        ctx.send(to, ());
    }
}

/// Delays of a lookahead and an exponential time, drawn per message.
struct Delays {
    peers: u32,
    key: u64,
}

const LOOKAHEAD: Span = Span::millis(100);
const MEAN_NANOS: f64 = 1e9;

impl World for Delays {
    fn peers(&self) -> u32 {
        self.peers
    }

    fn seed(&self) -> u64 {
        1
    }

    #[inline]
    fn latency(&self, _from: u32, _to: u32, stamp: u64) -> Span {
        Span(LOOKAHEAD.nanos() + (exponential(mix(self.key ^ stamp)) * MEAN_NANOS) as i64 as u64)
    }

    fn floor(&self) -> Span {
        LOOKAHEAD
    }

    fn objects(&self) -> u32 {
        0
    }

    fn holders(&self, _object: ObjectId) -> &[u32] {
        &[]
    }

    fn shares(&self, _number: u32) -> &[ObjectId] {
        &[]
    }

    fn object_size(&self, _object: ObjectId) -> u64 {
        0
    }

    fn neighbours(&self, _number: u32) -> Option<&[u32]> {
        None
    }
}

/// Brings every peer online at time 0, which sends the first event of each.
struct Everyone {
    next: u32,
    peers: u32,
}

impl Director for Everyone {
    fn starts_online(&self, _number: u32) -> bool {
        false
    }

    fn next_time(&self) -> Time {
        if self.next < self.peers { Time::ZERO } else { Time::NEVER }
    }

    fn next(&mut self) -> Option<Happening> {
        let number = self.next;
        self.next += 1;
        (number < self.peers).then_some(Happening::Join(number))
    }

    fn deadline(&self) -> Span {
        Span::ZERO
    }

    fn end(&self) -> Time {
        Time::NEVER
    }
}

/// What PHOLD did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Events handled while the clock ran.
    pub events: u64,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// The kernel's hash over delivered messages: equal for both queues.
    pub fingerprint: u64,
}

impl Rate {
    /// Events per second.
    pub fn per_second(&self) -> f64 {
        self.events as f64 / self.seconds
    }
}

/// Runs PHOLD with `pending` events (at least 1) on the given queue: at least `events` events after a warm-up of two mean
/// delays.
pub fn run(pending: u32, events: u64, queue: QueueKind) -> Rate {
    let pending = pending.max(1);
    let world = Arc::new(Delays { peers: pending, key: derive(1, Purpose::Latency, 0) });
    let director = Box::new(Everyone { next: 0, peers: pending });
    let mut engine = Engine::<Phold>::new(world, director, &(), queue)
        .expect("PHOLD has no parameters that could be wrong");
    let mut until = Time::ZERO + Span::millis(2_200);
    engine.run_until(until);
    let before = engine.tally().events;
    let started = Instant::now();
    // In steps of simulated time that hold about a tenth of the events wanted.
    let step = Span(((events as f64 / f64::from(pending) * 1.1e9 / 10.0) as u64).max(1));
    while engine.tally().events - before < events {
        until += step;
        engine.run_until(until);
    }
    let seconds = started.elapsed().as_secs_f64();
    let tally = engine.tally();
    Rate { events: tally.events - before, seconds, fingerprint: tally.fingerprint }
}
