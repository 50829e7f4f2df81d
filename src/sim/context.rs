//! Everything a peer may do while it handles something.

use rand::{Rng, RngExt};

use super::engine::core::{Core, Head};
use super::event::{Body, Hops};
use super::ledger::Cause;
use super::peer::{ObjectId, PeerId};
use super::protocol::{Lookup, Protocol};
use super::random::{PeerStream, derive_peer, mix};
use super::time::{Span, Time};
use super::waiting::{TimerId, Waiting};
use super::walls::Push;
use super::world::Profile;

/// What a peer has at hand: the clock, its own profile and random stream, its correspondence, and its timers.
///
/// What it sends is charged to the account of what it is handling, and counted by the engine.
pub struct Context<'a, P: Protocol> {
    pub(super) core: &'a mut Core<P>,
    pub(super) head: &'a mut Head,
    pub(super) now: Time,
    pub(super) cause: Cause,
    pub(super) hops: u16,
    pub(super) token: u32,
}

impl<P: Protocol> Context<'_, P> {
    /// The time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// This peer's own address.
    pub fn me(&self) -> PeerId {
        self.head.me
    }

    /// What all peers of the run share, read-only.
    pub fn shared(&self) -> &P::Shared {
        &self.core.shared
    }

    /// How many peers the run has, not counting servers. For roles by number only: a peer does not know the size of the
    /// network it is in.
    pub fn is_server(&self) -> bool {
        self.head.me.number() >= self.core.peers
    }

    /// The well-known address of server `index` (0 for the first), as the directory lists it: a server that has come
    /// back is listed within a second.
    pub fn server(&self, index: u32) -> PeerId {
        self.core.servers[index as usize]
    }

    /// This peer's own random stream.
    pub fn rng(&mut self) -> impl Rng + '_ {
        let number = self.head.me.number();
        PeerStream { key: derive_peer(self.core.peer_key, number), drawn: &mut self.head.drawn }
    }

    /// What this peer is like: its class, its access link.
    pub fn profile(&self) -> Profile {
        self.core.world.profile(self.head.me.number())
    }

    /// The objects that this peer shares, ascending.
    pub fn shares(&self) -> &[ObjectId] {
        self.core.world.shares(self.head.me.number())
    }

    /// Whether this peer holds `object`; where questions are asked by words, whether any object of its own matches the question
    /// for it.
    #[inline]
    pub fn holds(&self, object: ObjectId) -> bool {
        self.core.world.answers(self.head.me.number(), object)
    }

    /// Somebody else who is (or was, within the last second) online, from the bootstrap service.
    pub fn bootstrap(&mut self) -> Option<PeerId> {
        let listed = self.core.listed.len();
        let me = self.head.me;
        if listed == 0 {
            return None;
        }
        let start = self.rng().random_range(0..listed);
        let found = self.core.listed[start];
        let found =
            if found.number() == me.number() { self.core.listed[(start + 1) % listed] } else { found };
        (found.number() != me.number()).then_some(found)
    }

    /// The well-known host: of those the bootstrap service lists, the one with the lowest number. `None` if there is
    /// nobody else.
    pub fn well_known(&self) -> Option<PeerId> {
        self.core.well_known.filter(|host| host.number() != self.head.me.number())
    }

    /// Sends a request, or forwards one: one hop more.
    ///
    /// Inlined, so that the message is made where it will lie, without a copy: put together byte by byte and then copied in
    /// words, it would stall on its way.
    #[inline(always)]
    pub fn send(&mut self, to: PeerId, message: P::Message) {
        let hops = Hops::new(self.hops.saturating_add(1), false);
        self.post_inline(to, message, hops, self.token);
    }

    /// Answers, straight back or hop by hop along the path: no hop more.
    #[inline]
    pub fn reply(&mut self, to: PeerId, message: P::Message) {
        let hops = Hops::new(self.hops, true);
        self.post(to, message, hops, self.token);
    }

    /// Sends a request that wants an answer within `patience`: if none comes, [`Protocol::on_silence`] is called with
    /// what was asked. Any [`reply`](Self::reply) to it, or to a forward of it, that reaches this peer counts.
    pub fn ask(&mut self, to: PeerId, message: P::Message, patience: Span) {
        let token = request_token(self.head.me, self.head.seq);
        let asked = message.clone();
        self.post(to, message, Hops::new(self.hops.saturating_add(1), false), token);
        self.core.alarm(
            self.head,
            self.now + patience,
            self.cause,
            self.hops,
            token,
            Waiting::Request { to, message: asked },
        );
    }

    /// Sets a timer. It belongs to maintenance, whatever is being handled.
    pub fn after(&mut self, span: Span, timer: P::Timer) {
        self.core.schedule(self.head, self.now + span, Body::Timer(timer));
    }

    /// Sets a timer that can be cancelled. It belongs to maintenance.
    pub fn alarm(&mut self, span: Span, timer: P::Timer) -> TimerId {
        let cause = Cause::MAINTENANCE;
        self.core.alarm(self.head, self.now + span, cause, 0, 0, Waiting::Timer(timer))
    }

    /// Sets the deadline of a request that has no single addressee: a timer on the account of what is being handled.
    /// It can be cancelled.
    pub fn deadline(&mut self, span: Span, timer: P::Timer) -> TimerId {
        self.core.alarm(self.head, self.now + span, self.cause, self.hops, 0, Waiting::Timer(timer))
    }

    /// Cancels a timer; without effect if it has gone off.
    pub fn cancel(&mut self, timer: TimerId) {
        self.core.waiting.take_alarm(&mut self.head.waiting, timer.0);
    }

    /// The lookup being handled, if it is this peer's own.
    pub fn lookup(&mut self) -> Option<Lookup> {
        let record = &self.core.ledger.entry(self.cause.slot()?).record;
        let lookup = Lookup { number: record.number, object: record.object };
        (record.origin == self.head.me.number()).then_some(lookup)
    }

    /// What the lookup being handled asks for, whoever asks: hits on the wire name the file, ours leave it out.
    pub fn wanted(&self) -> Option<ObjectId> {
        self.cause.slot().map(|slot| self.core.ledger.question(slot).1)
    }

    /// The lookup being handled has an answer: these peers hold the object. The first call before the deadline makes the
    /// lookup found, by its first provider; later ones count towards recall. For the origin only; does nothing if no
    /// lookup is being handled or no provider is named.
    ///
    /// Where the workload wants it, the peer then downloads the object from the first provider.
    /// A provider behind a firewall is passed over: see [`answer_or_push`](Self::answer_or_push).
    #[inline]
    pub fn answer(&mut self, providers: &[PeerId]) {
        self.answered(providers, false);
    }

    /// The same, where `pushes` says that providers behind firewalls can be asked to connect.
    pub(super) fn answered(&mut self, providers: &[PeerId], pushes: bool) -> Option<Push> {
        let slot = self.cause.slot()?;
        let first = self.core.answer(slot, self.head.me, self.now, self.hops, providers);
        let &provider = providers.first()?;
        if P::downloads(&self.core.shared) {
            return None;
        }
        if self.core.walls.is_some() {
            return self.past_walls(slot, first, providers, pushes);
        }
        if first && self.core.world.fetches() {
            let object = self.core.ledger.entry(slot).record.object;
            self.fetch(provider, object);
        }
        None
    }

    /// This peer has looked for the object of the lookup being handled among its own: counted as reached.
    #[inline]
    pub fn visited(&mut self) {
        if let Some(slot) = self.cause.slot() {
            self.core.ledger.visited(slot);
        }
    }

    /// Downloads `object` from `provider`: a request and the object itself, on the account of transfers.
    fn fetch(&mut self, provider: PeerId, object: ObjectId) {
        self.core.tally.fetches += 1;
        self.core.get(self.head, self.now, provider, object, self.now);
    }

    /// Whether the workload wants peers to download what they have found. For protocols that download by themselves.
    pub fn wants_downloads(&self) -> bool {
        self.core.world.fetches()
    }

    /// This peer begins to download something by itself.
    pub fn downloading(&mut self) {
        self.core.tally.fetches += 1;
    }

    /// This peer has downloaded all of `object`, having begun at `since`. From now on it is known to hold it.
    pub fn downloaded(&mut self, object: ObjectId, since: Time) {
        self.core.tally.fetched(since, self.now);
        self.core.gained.insert((object, self.head.me.number()));
    }

    /// Takes back what waits on this peer's uplink for `to` and is `unwanted`; says how many messages that were. A
    /// block that is being sent goes on. Without limits nothing waits.
    pub fn withdraw(&mut self, to: PeerId, unwanted: impl Fn(&P::Message) -> bool) -> usize {
        self.core.withdraw(self.head, to, unwanted)
    }

    /// From here to the end of the handler, what is sent publishes `replicas` replicas of this peer's objects.
    pub fn publishing(&mut self, replicas: u32) {
        self.core.tally.published += u64::from(replicas);
        self.charge(Cause::PUBLISH);
    }

    /// From here to the end of the handler, what is sent serves a download: on the account of transfers.
    pub fn transferring(&mut self) {
        self.charge(Cause::TRANSFER);
    }

    /// From here to the end of the handler, what is sent is repair: maintenance, whoever noticed the damage.
    pub fn maintaining(&mut self) {
        self.charge(Cause::MAINTENANCE);
    }

    fn charge(&mut self, cause: Cause) {
        self.cause = cause;
        self.hops = 0;
        self.token = 0;
    }

    #[inline(never)]
    fn post(&mut self, to: PeerId, message: P::Message, hops: Hops, token: u32) {
        self.post_inline(to, message, hops, token);
    }

    #[inline(always)]
    fn post_inline(&mut self, to: PeerId, message: P::Message, hops: Hops, token: u32) {
        let size = P::wire_size(&self.core.shared, &message);
        self.core.transmit(self.head, self.now, to, Body::Message(message), size, self.cause, hops, token);
    }
}

/// Names a request: derived from who asks and its counter, so that no allocation order shows. Never 0.
fn request_token(asker: PeerId, seq: u32) -> u32 {
    mix(u64::from(asker.bits()) << 32 | u64::from(seq)) as u32 | 1
}
