//! What handlers work on, apart from their own peer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::transport::Outgoing;
use crate::sim::event::{Body, Event, Hops};
use crate::sim::ledger::{Cause, FirstAnswer, Ledger, LookupRecord};
use crate::sim::links::Links;
use crate::sim::outcome::Tally;
use crate::sim::peer::{ObjectId, PeerId, Precedence};
use crate::sim::presence::Presence;
use crate::sim::protocol::Protocol;
use crate::sim::queue::EventQueue;
use crate::sim::random::{fold, mix};
use crate::sim::time::Time;
use crate::sim::trace::{Happened, Trace, TraceEvent};
use crate::sim::waiting::{Chain, TimerId, Waiting, WaitingRoom};
use crate::sim::walls::Walls;
use crate::sim::world::{Cut, World};

/// What the engine keeps beside each peer's own state, in the same cache line as its beginning.
#[derive(Debug)]
pub(in crate::sim) struct Head {
    pub(in crate::sim) me: PeerId,
    /// The place of `me` in the order of senders.
    pub(in crate::sim) rank: u32,
    /// The peer's own counter, of messages and timers; never resets.
    pub(in crate::sim) seq: u32,
    /// How many numbers its stream has given.
    pub(in crate::sim) drawn: u32,
    /// Messages handled while costs are measured.
    pub(in crate::sim) handled: u32,
    pub(in crate::sim) waiting: Chain,
    /// `seq` when the present session began: its timers count on from there.
    pub(in crate::sim) since: u32,
    pub(in crate::sim) online: bool,
}

/// The engine without the peers.
pub(in crate::sim) struct Core<P: Protocol> {
    pub(in crate::sim) queue: EventQueue<Event<P>>,
    pub(in crate::sim) ledger: Ledger,
    pub(in crate::sim) waiting: WaitingRoom<P>,
    pub(in crate::sim) shared: Arc<P::Shared>,
    pub(in crate::sim) world: Arc<dyn World>,
    pub(in crate::sim) peers: u32,
    pub(in crate::sim) precedence: Precedence,
    pub(in crate::sim) peer_key: u64,
    pub(in crate::sim) message_key: u64,
    /// A message is lost if its hash lies below this.
    pub(in crate::sim) loss: u64,
    /// The partitions of this moment.
    pub(in crate::sim) cuts: Vec<Cut>,
    /// Whether there is loss or a partition.
    pub(in crate::sim) unreliable: bool,
    pub(in crate::sim) presence: Presence,
    /// What the bootstrap service lists: those online at the last full second.
    pub(in crate::sim) listed: Vec<PeerId>,
    pub(in crate::sim) well_known: Option<PeerId>,
    pub(in crate::sim) servers: Vec<PeerId>,
    pub(in crate::sim) tally: Tally,
    /// Access links, if any are limited.
    pub(in crate::sim) links: Option<Box<Links<Outgoing<P>>>>,
    /// What peers have downloaded whole, by themselves.
    pub(in crate::sim) gained: BTreeSet<(ObjectId, u32)>,
    pub(in crate::sim) trace: Option<Trace>,
    /// Messages that have come to an end on their way, by kind, if they are counted.
    pub(in crate::sim) kinds: Option<BTreeMap<&'static str, u64>>,
    /// Whether there is a trace, or messages are counted by kind.
    pub(in crate::sim) watched: bool,
    /// Downloads past firewalls, if there are any in the way.
    pub(in crate::sim) walls: Option<Box<Walls>>,
}

impl<P: Protocol> Core<P> {
    /// Sends a message: counts it, lets it get lost, or queues it for delivery.
    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of one event; a struct in between would be copied twice"
    )]
    #[inline(always)]
    pub(in crate::sim) fn transmit(
        &mut self,
        head: &mut Head,
        now: Time,
        to: PeerId,
        body: Body<P>,
        size: u32,
        cause: Cause,
        hops: Hops,
        token: u32,
    ) {
        let (rank, seq) = (head.rank, head.seq);
        head.seq = next(seq);
        self.tally.sent += 1;
        let traffic = &mut self.tally.traffic[cause.number()];
        traffic.messages += 1;
        traffic.bytes += u64::from(size);
        let stamp = u64::from(rank) << 32 | u64::from(seq);
        let lost = self.unreliable && self.loses(head.me, to, stamp);
        if let Some(slot) = cause.slot() {
            self.ledger.sent(slot, size, lost);
        }
        if lost || self.links.is_some() {
            let event = Event { time: 0, rank, seq, cause, token, to, hops, body };
            self.transmit_slowly(head, now, size, Outgoing { event, lost });
            return;
        }
        let time = now + self.world.latency(head.me.number(), to.number(), stamp);
        let time = time.nanos();
        // SAFETY: all eight fields are written.
        unsafe {
            self.queue.push_raw(time, |place| {
                (&raw mut (*place).body).write(body);
                (&raw mut (*place).time).write(time);
                (&raw mut (*place).rank).write(rank);
                (&raw mut (*place).seq).write(seq);
                (&raw mut (*place).cause).write(cause);
                (&raw mut (*place).token).write(token);
                (&raw mut (*place).to).write(to);
                (&raw mut (*place).hops).write(hops);
            });
        }
    }

    /// The rest of [`transmit`](Self::transmit), where a message gets lost or has to pass an access link. The message comes by
    /// value: were it looked at where it was made, it could not be made where it will lie.
    #[cold]
    #[inline(never)]
    fn transmit_slowly(&mut self, head: &mut Head, now: Time, size: u32, outgoing: Outgoing<P>) {
        if outgoing.lost {
            let Event { to, cause, hops, ref body, .. } = outgoing.event;
            self.tally.lost += 1;
            self.trace_message(now, Happened::Lost, head.me, to, cause, hops, body);
        }
        if self.links.is_some() {
            self.send_over_link(head, now, size, outgoing);
        }
    }

    /// Counts a message of the protocol that reaches its addressee; if it answers a request, that waits no longer.
    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    #[inline(always)]
    pub(in crate::sim) fn delivered(
        &mut self,
        head: &mut Head,
        now: Time,
        rank: u32,
        seq: u32,
        to: PeerId,
        hops: Hops,
        token: u32,
    ) {
        self.tally.delivered += 1;
        head.handled += 1;
        let stamp = u64::from(rank) << 32 | u64::from(seq);
        let what = fold(stamp, now.nanos().rotate_left(32) ^ u64::from(to.bits()));
        self.tally.fingerprint = self.tally.fingerprint.wrapping_add(what);
        if hops.is_answer() && token != 0 {
            self.waiting.take_request(&mut head.waiting, token);
        }
    }

    /// Whether a message gets lost: by chance, or between the sides of a partition.
    fn loses(&self, from: PeerId, to: PeerId, stamp: u64) -> bool {
        mix(self.message_key ^ mix(stamp)) < self.loss
            || self.cuts.iter().any(|cut| cut.separates(from.number(), to.number()))
    }

    /// Queues a timer of maintenance that cannot be cancelled.
    pub(in crate::sim) fn schedule(&mut self, head: &mut Head, due: Time, body: Body<P>) {
        let (rank, seq) = (head.rank, head.seq);
        head.seq = next(seq);
        let (cause, hops) = (Cause::MAINTENANCE, Hops::new(0, false));
        let (time, to) = (due.nanos(), head.me);
        self.queue.push_with(time, move || Event { time, rank, seq, cause, token: 0, to, hops, body });
    }

    /// Queues an alarm that can be cancelled.
    pub(in crate::sim) fn alarm(
        &mut self,
        head: &mut Head,
        due: Time,
        cause: Cause,
        hops: u16,
        token: u32,
        what: Waiting<P>,
    ) -> TimerId {
        let (rank, seq) = (head.rank, head.seq);
        head.seq = next(seq);
        self.waiting.add(&mut head.waiting, seq, token, what);
        if let Some(slot) = cause.slot() {
            self.ledger.queued(slot);
        }
        let hops = Hops::new(hops, false);
        let (time, to, body) = (due.nanos(), head.me, Body::Alarm);
        self.queue.push_with(time, move || Event { time, rank, seq, cause, token: 0, to, hops, body });
        TimerId(seq)
    }

    /// Ground truth: whether participant `number` has `object`, or, where questions are asked by words, something that the
    /// question for it matches.
    pub(in crate::sim) fn has(&self, number: u32, object: ObjectId) -> bool {
        if number >= self.peers {
            return P::stocks(&self.shared, number, object);
        }
        P::PEERS_SHARE && self.world.answers(number, object) || self.gained.contains(&(object, number))
    }

    /// How many participants other than `origin` that held `object` from the start are online.
    pub(in crate::sim) fn online_holders(&self, object: ObjectId, origin: u32) -> u32 {
        let servers = self.peers..self.peers + self.servers.len() as u32;
        let stocked = servers.filter(|&server| {
            P::stocks(&self.shared, server, object) && self.presence.address(server).is_some()
        });
        let servers = stocked.count();
        if !P::PEERS_SHARE {
            return servers as u32;
        }
        let holders = self.world.answerers(object);
        let peers = if self.presence.roster().len() == self.peers as usize {
            holders.len() - usize::from(holders.binary_search(&origin).is_ok())
        } else {
            let online = |&&holder: &&u32| holder != origin && self.presence.address(holder).is_some();
            holders.iter().filter(online).count()
        };
        (peers + servers) as u32
    }

    /// Records an answer to the lookup in `slot`; true if it is the first in time.
    pub(in crate::sim) fn answer(
        &mut self,
        slot: u32,
        me: PeerId,
        now: Time,
        hops: u16,
        providers: &[PeerId],
    ) -> bool {
        let Some(&first) = providers.first() else { return false };
        let object = self.ledger.entry(slot).record.object;
        let has = self.has(first.number(), object);
        let entry = self.ledger.entry(slot);
        let record = &mut entry.record;
        assert_eq!(record.origin, me.number(), "only the origin of a lookup can say that it is answered");
        if now > entry.deadline {
            return false;
        }
        let holders = self.world.answerers(record.object);
        let is_first = record.answer.is_none();
        if is_first {
            let correct = self.presence.contains(first) && has;
            record.answer = Some(FirstAnswer { latency: now.since(record.issued), hops, correct });
            record.direct = self.world.latency(me.number(), first.number(), 0);
        }
        let number = record.number;
        for provider in providers {
            let number = provider.number();
            let stocks = number >= self.peers && P::stocks(&self.shared, number, object);
            let index = match holders.binary_search(&number) {
                Ok(index) => P::PEERS_SHARE.then_some(index),
                Err(_) => stocks.then(|| holders.len() + (number - self.peers) as usize),
            };
            if let Some(index) = index
                && self.presence.contains(*provider)
                && entry.name(index)
            {
                entry.record.providers += 1;
            }
        }
        if let Some(trace) = self.trace.as_mut().filter(|trace| trace.lookup == number) {
            (trace.sink)(TraceEvent {
                time: now,
                happened: Happened::Answered,
                from: first,
                to: me,
                object,
                account: Cause::lookup(slot).account(),
                hops,
                answer: true,
                message: String::new(),
            });
        }
        is_first
    }

    /// Tells the trace of a message or alarm, if it belongs to the lookup that is followed.
    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    #[inline]
    pub(in crate::sim) fn trace_message(
        &mut self,
        now: Time,
        happened: Happened,
        from: PeerId,
        to: PeerId,
        cause: Cause,
        hops: Hops,
        body: &Body<P>,
    ) {
        if self.trace.is_some() {
            self.trace_slowly(now, happened, from, to, cause, hops, body);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    #[cold]
    fn trace_slowly(
        &mut self,
        now: Time,
        happened: Happened,
        from: PeerId,
        to: PeerId,
        cause: Cause,
        hops: Hops,
        body: &Body<P>,
    ) {
        let Some(slot) = cause.slot() else { return };
        let LookupRecord { number, object, .. } = self.ledger.entry(slot).record;
        let Some(trace) = self.trace.as_mut().filter(|trace| trace.lookup == number) else { return };
        let message = match body {
            Body::Message(message) => format!("{message:?}"),
            Body::Timer(timer) => format!("{timer:?}"),
            Body::Routine(_)
            | Body::Alarm
            | Body::Get(..)
            | Body::Gift(..)
            | Body::Giv(_)
            | Body::Uplink
            | Body::Fragment(_) => String::new(),
        };
        let (account, answer) = (cause.account(), hops.is_answer());
        let hops = hops.count();
        (trace.sink)(TraceEvent { time: now, happened, from, to, object, account, hops, answer, message });
    }

    /// Lists those online with the bootstrap service.
    pub(in crate::sim) fn refresh_list(&mut self) {
        self.listed.clear();
        self.listed.extend_from_slice(self.presence.roster());
        self.well_known = self.listed.iter().copied().min_by_key(|peer| peer.number());
        for (index, server) in self.servers.iter_mut().enumerate() {
            if let Some(now) = self.presence.address(self.peers + index as u32) {
                *server = now;
            }
        }
    }
}

/// The counter after `seq`.
#[inline]
pub(super) fn next(seq: u32) -> u32 {
    seq.checked_add(1)
        .expect("a peer has sent more than four billion messages: the order of events would repeat")
}
