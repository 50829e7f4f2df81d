//! The loop: what happens next, to whom, and on whose account.

mod census;
pub(in crate::sim) mod core;
mod foresight;
mod outside;
pub(in crate::sim) mod transport;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use self::core::{Core, Head};
use self::foresight::{Foreseen, STEP};
use super::context::Context;
use super::event::{Body, Event, Hops};
use super::ledger::Ledger;
use super::memory;
use super::outcome::{Outcome, Tally};
use super::peer::{MAX_PEERS, PeerId, Precedence};
use super::presence::Presence;
use super::protocol::{Online, Protocol, Routine, Setup, Violation};
use super::queue::{EventQueue, QueueKind};
use super::random::{Purpose, derive};
use super::time::{Span, Time};
use super::trace::{Happened, Trace};
use super::waiting::{Chain, Waiting, WaitingRoom};
use super::world::{Director, World};

/// How often the bootstrap service looks at who is online.
const LISTING: Span = Span::secs(1);

/// One peer and what the engine keeps beside it, from the start of a cache line, so that no more lines are fetched than
/// it takes.
#[repr(C, align(64))]
struct Cell<P> {
    head: Head,
    peer: P,
}

/// One run of a protocol in a world.
pub struct Engine<P: Protocol> {
    cells: Vec<Cell<P>>,
    core: Core<P>,
    director: Box<dyn Director>,
    routines: Vec<Routine<P::Timer>>,
    foreseen: Foreseen,
    now: Time,
    next_listing: Time,
    /// The bootstrap service's list is out of date.
    changed: bool,
    measured_since: Time,
    /// Until when `Tally::peer_nanos` has been summed.
    counted_until: Time,
}

impl<P: Protocol> Engine<P> {
    /// Builds the network in its settled state: the peers that the director says are online know each other as if they
    /// had joined long ago, and their periodic duties are at random phases.
    ///
    /// # Errors
    /// What the protocol says about its parameters, or that there are too many participants.
    pub fn new(
        world: Arc<dyn World>,
        director: Box<dyn Director>,
        params: &P::Params,
        queue: QueueKind,
    ) -> Result<Engine<P>, String> {
        let peers = world.peers();
        let participants = peers
            .checked_add(P::servers(params))
            .filter(|&n| n < MAX_PEERS)
            .ok_or_else(|| format!("{peers} peers are too many: a run holds at most {}", MAX_PEERS - 1))?;
        let mut presence = Presence::new(participants, peers);
        for number in (0..participants).filter(|&number| director.starts_online(number)) {
            presence.arrive(PeerId::new(number));
        }
        let setup = Setup { world: &*world, online: presence.roster(), participants };
        let shared = Arc::new(P::shared(&setup, params)?);
        let plan = P::plan(&setup, &shared);

        let seed = world.seed();
        let precedence = Precedence::new(derive(seed, Purpose::Precedence, 0));
        let mut cells: Vec<Cell<P>> = memory::table(participants as usize);
        let born = |number: u32| {
            let me = PeerId::new(number);
            let online = presence.contains(me);
            let peer = if online { P::settled(&plan, &shared, me) } else { P::new(me, &shared) };
            let rank = precedence.rank(me);
            Cell {
                head: Head {
                    me,
                    rank,
                    seq: 0,
                    drawn: 0,
                    handled: 0,
                    waiting: Chain::EMPTY,
                    since: 0,
                    online,
                },
                peer,
            }
        };
        (0..participants).into_par_iter().map(born).collect_into_vec(&mut cells);
        drop(plan);

        let loss = (world.loss().clamp(0.0, 1.0) * u64::MAX as f64) as u64;
        let routines = P::routines(&shared);
        let servers = (peers..participants).map(PeerId::new).collect();
        let links = transport::links(&*world, participants);
        let walls = Core::<P>::walls(&*world, peers);
        let core = Core {
            queue: EventQueue::new(queue),
            ledger: Ledger::default(),
            waiting: WaitingRoom::new(),
            shared,
            world,
            peers,
            precedence,
            peer_key: derive(seed, Purpose::Peer, 0),
            message_key: derive(seed, Purpose::Message, 0),
            loss,
            cuts: Vec::new(),
            unreliable: loss > 0,
            presence,
            listed: Vec::new(),
            well_known: None,
            servers,
            tally: Tally::default(),
            links,
            gained: BTreeSet::new(),
            trace: None,
            kinds: None,
            watched: false,
            walls,
        };
        let mut engine = Engine {
            foreseen: Foreseen::new(size_of_val(&*cells)),
            cells,
            core,
            director,
            routines,
            now: Time::ZERO,
            next_listing: Time::ZERO,
            changed: true,
            measured_since: Time::ZERO,
            counted_until: Time::ZERO,
        };
        for number in 0..participants {
            engine.start_routines(number);
        }
        Ok(engine)
    }

    /// Follows one lookup.
    pub fn trace(&mut self, trace: Trace) {
        self.core.trace = Some(trace);
        self.core.watched = true;
    }

    /// Counts messages by kind ([`Protocol::kind`]) while costs are measured.
    pub fn count_kinds(&mut self) {
        self.core.kinds = Some(BTreeMap::new());
        self.core.watched = true;
    }

    /// Runs to the end of the experiment and takes stock.
    ///
    /// # Panics
    /// If messages sent are not those delivered, lost, dropped and in flight: a fault of the engine.
    pub fn run(mut self) -> Outcome {
        let end = self.director.end();
        self.run_until(end);
        self.finish()
    }

    /// When the experiment ends.
    pub fn end(&self) -> Time {
        self.director.end()
    }

    /// Handles everything that happens before `end`.
    pub fn run_until(&mut self, end: Time) {
        loop {
            let stop = self.director.next_time().min(self.next_listing).min(end);
            let mut handled = 0u32;
            loop {
                let place = self.core.queue.pop_place(stop.nanos());
                if place.is_null() {
                    break;
                }
                self.prefetch();
                // SAFETY: the queue has just given the event away, and pushes leave its place alone.
                unsafe { self.handle(place) };
                if P::FORESEES {
                    handled = handled.wrapping_add(1);
                    if handled == STEP || handled == 2 * STEP {
                        self.foresee(handled / STEP);
                    }
                }
            }
            self.now = stop;
            if stop >= end {
                return;
            }
            if stop == self.next_listing {
                self.next_listing += LISTING;
                if std::mem::take(&mut self.changed) {
                    self.core.refresh_list();
                }
            }
            while self.director.next_time() <= stop {
                let Some(happening) = self.director.next() else { break };
                self.foresee(0);
                self.happen(happening);
            }
        }
    }

    /// The time up to which everything has been handled.
    pub fn now(&self) -> Time {
        self.now
    }

    /// What has been counted so far.
    pub fn tally(&self) -> &Tally {
        &self.core.tally
    }

    /// What the peers share.
    pub fn shared(&self) -> &P::Shared {
        &self.core.shared
    }

    /// Participant `number`, online or not.
    pub fn peer(&self, number: u32) -> &P {
        &self.cells[number as usize].peer
    }

    /// Participant `number`, to meddle with: for tests that corrupt state.
    pub fn peer_mut(&mut self, number: u32) -> &mut P {
        &mut self.cells[number as usize].peer
    }

    /// The addresses of the participants that are online, by number.
    pub fn online(&self) -> Vec<PeerId> {
        self.core.presence.addresses()
    }

    /// How many lookups are under way.
    pub fn lookups_under_way(&self) -> usize {
        self.core.ledger.open_entries()
    }

    /// Checks the protocol's invariants over the peers that are online.
    ///
    /// # Errors
    /// The first violation.
    pub fn check_invariants(&self) -> Result<(), Violation> {
        let addresses = self.online();
        let network: Vec<&P> = addresses.iter().map(|peer| &self.cells[peer.index()].peer).collect();
        let online = Online {
            addresses: &addresses,
            presence: &self.core.presence,
            world: &*self.core.world,
            measured_since: self.measured_since,
        };
        P::invariants(&network, &online, &self.core.shared)
    }

    /// Ends the run and takes stock.
    ///
    /// # Panics
    /// As [`run`](Self::run).
    pub fn finish(mut self) -> Outcome {
        self.count_presence();
        self.core.tally.in_flight += self.core.waiting_on_links();
        while let Some(event) = self.core.queue.pop_before(u64::MAX) {
            self.core.tally.in_flight += u64::from(event.is_message());
        }
        let tally = &self.core.tally;
        assert_eq!(
            tally.sent,
            tally.delivered + tally.lost + tally.dropped + tally.in_flight + tally.withdrawn,
            "messages sent = delivered + lost + dropped + in flight + withdrawn"
        );
        let cells = &self.cells;
        let addresses = self.online();
        let network: Vec<&P> = cells.iter().map(|cell| &cell.peer).collect();
        let online = Online {
            addresses: &addresses,
            presence: &self.core.presence,
            world: &*self.core.world,
            measured_since: self.measured_since,
        };
        let measures = P::measures(&network, &online, &self.core.shared);
        let entries_of = |peer: PeerId| (peer.number(), cells[peer.index()].peer.entries() as u64);
        Outcome {
            peers: self.core.peers,
            measures,
            kinds: self.core.kinds.clone().unwrap_or_default(),
            entries: addresses.par_iter().copied().map(entries_of).collect(),
            lookups: self.core.ledger.finish(),
            tally: self.core.tally.clone(),
            loads: self.cells.iter().map(|cell| cell.head.handled).collect(),
            measured_s: self.now.since(self.measured_since).as_secs_f64(),
        }
    }

    /// Handles one event, in its place: of the fields, only what is said is copied.
    ///
    /// # Safety
    /// `place` must hold an event, which is moved out, and stay as it is until this returns.
    #[inline(always)]
    unsafe fn handle(&mut self, place: *mut Event<P>) {
        // SAFETY: by the contract.
        if self.core.links.is_some() && !unsafe { self.passes_link(place) } {
            return;
        }
        // SAFETY: by the contract.
        let event = unsafe { &*place };
        if self.core.watched {
            self.trace_event(event);
        }
        let Event { time, rank, seq, cause, token, to, hops, ref body } = *event;
        self.core.tally.events += 1;
        let Cell { head, peer } = &mut self.cells[to.index()];
        let core = &mut self.core;
        if let Body::Message(message) = body
            && head.online
            && head.me == to
        {
            // SAFETY: by the contract; this is the one time that it is moved out.
            let message = unsafe { std::ptr::read(message) };
            core.delivered(head, Time(time), rank, seq, to, hops, token);
            let from = core.precedence.peer(rank);
            let mut ctx = Context { core, head, now: Time(time), cause, hops: hops.count(), token };
            peer.on_message(&mut ctx, from, message);
        } else {
            // SAFETY: by the contract.
            self.handle_rest(unsafe { std::ptr::read(place) });
        }
        if let Some(slot) = cause.slot() {
            self.core.ledger.handled(slot);
        }
    }

    /// Tells the trace what comes of an event, and counts it by kind.
    #[cold]
    #[inline(never)]
    fn trace_event(&mut self, event: &Event<P>) {
        let Event { time, rank, cause, to, hops, ref body, .. } = *event;
        if let (Some(kinds), Body::Message(message)) = (self.core.kinds.as_mut(), body) {
            *kinds.entry(P::kind(message)).or_default() += 1;
        }
        let happened = match (body, self.arrives(event)) {
            (Body::Message(_), true) => Happened::Delivered,
            (Body::Message(_), false) => Happened::Dropped,
            (Body::Timer(_) | Body::Alarm, true) => Happened::Alarm,
            _ => return,
        };
        let from = self.core.precedence.peer(rank);
        self.core.trace_message(Time(time), happened, from, to, cause, hops, body);
    }

    /// Whether an event finds the session that it is meant for.
    fn arrives(&self, event: &Event<P>) -> bool {
        let head = &self.cells[event.to.index()].head;
        // The stamp counts sessions modulo 32; a peer's own timers are told apart for good by its counter.
        let is_timer = !event.is_message() && !matches!(event.body, Body::Fragment(_));
        head.online && head.me == event.to && (!is_timer || event.seq >= head.since)
    }

    /// Handles an event that is no message of the protocol's, or finds nobody.
    #[inline(never)]
    fn handle_rest(&mut self, event: Event<P>) {
        if !self.arrives(&event) {
            self.core.tally.dropped += u64::from(event.is_message());
            return;
        }
        let Event { time, rank, seq, cause, token, to, hops, body } = event;
        let now = Time(time);
        let Cell { head, peer } = &mut self.cells[to.index()];
        let core = &mut self.core;
        match body {
            // Arrived ones are handled at once.
            Body::Message(_) => {}
            Body::Timer(timer) => {
                let mut ctx = Context { core, head, now, cause, hops: 0, token: 0 };
                peer.on_timer(&mut ctx, timer);
            }
            Body::Routine(index) => {
                let Routine { timer, period } = &self.routines[index as usize];
                core.schedule(head, now + *period, Body::Routine(index));
                let mut ctx = Context { core, head, now, cause, hops: 0, token: 0 };
                peer.on_timer(&mut ctx, timer.clone());
            }
            Body::Alarm => {
                let waiting = core.waiting.take_alarm(&mut head.waiting, seq);
                if let (Some(Waiting::Request { .. }), Some(slot)) = (&waiting, cause.slot()) {
                    core.ledger.entry(slot).record.timeouts += 1;
                }
                let mut ctx = Context { core, head, now, cause, hops: hops.count(), token: 0 };
                match waiting {
                    Some(Waiting::Request { to, message }) => peer.on_silence(&mut ctx, to, message),
                    Some(Waiting::Timer(timer)) => peer.on_timer(&mut ctx, timer),
                    None => {}
                }
            }
            Body::Get(object, since) => {
                core.tally.delivered += 1;
                head.handled += 1;
                if core.has(to.number(), object) {
                    *core.tally.served.entry(to.number()).or_default() += 1;
                    let size = u32::try_from(core.world.object_size(object)).unwrap_or(u32::MAX);
                    let from = core.precedence.peer(rank);
                    let hops = Hops::new(hops.count(), true);
                    core.transmit(head, now, from, Body::Gift(object, since), size, cause, hops, token);
                }
            }
            Body::Giv(object) => {
                core.tally.delivered += 1;
                head.handled += 1;
                let from = core.precedence.peer(rank);
                core.connected(head, now, from, object);
            }
            Body::Gift(_, since) => {
                core.tally.delivered += 1;
                core.tally.fetched(since.joined_with(token), now);
                head.handled += 1;
            }
            Body::Uplink => core.uplink_free(head, now),
            // Its bytes have been received.
            Body::Fragment(_) => {}
        }
    }

    /// Lets the event at `place` pass the receiver's access link, if that is there to receive it: whether it is to be handled
    /// now.
    ///
    /// # Safety
    /// `place` must hold an event. If it is not to be handled, it has been moved out.
    #[cold]
    #[inline(never)]
    unsafe fn passes_link(&mut self, place: *mut Event<P>) -> bool {
        // SAFETY: by the contract; it is put back unless it is moved out for good.
        let event = unsafe { place.read() };
        let head = &self.cells[event.to.index()].head;
        let received = event.is_message() || matches!(event.body, Body::Fragment(_));
        let passed = if received && head.online && head.me == event.to {
            self.core.receive_over_link(event)
        } else {
            Some(event)
        };
        let Some(event) = passed else { return false };
        // SAFETY: the place has just been emptied.
        unsafe { place.write(event) };
        true
    }
}

impl<P: Protocol> std::fmt::Debug for Engine<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("protocol", &P::NAME).field("now", &self.now).finish_non_exhaustive()
    }
}
