//! Messages over access links: what the links say becomes events. Out of the way of runs without limits.

use crate::sim::event::{Body, Event};
use crate::sim::links::{Access, Links, SMALL, Turn};
use crate::sim::peer::PeerId;
use crate::sim::protocol::Protocol;
use crate::sim::time::{Span, Time};
use crate::sim::walls::GIV_BYTES;
use crate::sim::world::World;

use super::core::{Core, Head, next};

/// A message that is being sent.
pub(in crate::sim) struct Outgoing<P: Protocol> {
    /// What will arrive; its time is not yet known.
    pub(in crate::sim) event: Event<P>,
    /// It will get lost, though its bits are sent.
    pub(in crate::sim) lost: bool,
}

/// Bytes of a download request: a short HTTP GET, as Napster's and Gnutella's peers send it.
pub(in crate::sim) const GET_BYTES: u32 = 100;

/// What would come at the end of time comes just before it, so that it can be counted.
const LAST: Time = Time(u64::MAX - 1);

/// The access links of the world's participants; `None` if there is no limit.
pub(super) fn links<P: Protocol>(world: &dyn World, participants: u32) -> Option<Box<Links<Outgoing<P>>>> {
    let access = |number| {
        let profile = world.profile(number);
        Access { up: profile.up, down: profile.down, service: profile.service }
    };
    Links::new((0..participants).map(access)).map(Box::new)
}

impl<P: Protocol> Core<P> {
    /// Sends a message over the sender's uplink.
    #[cold]
    #[inline(never)]
    pub(super) fn send_over_link(&mut self, head: &mut Head, now: Time, size: u32, outgoing: Outgoing<P>) {
        let Some(links) = self.links.as_mut() else { return };
        let turn = links.send(head.me.number(), outgoing.event.to, size, now, outgoing);
        self.carry(head, turn);
    }

    /// The uplink is free again.
    #[cold]
    pub(super) fn uplink_free(&mut self, head: &mut Head, now: Time) {
        let Some(links) = self.links.as_mut() else { return };
        let turn = links.next(head.me.number(), now);
        self.carry(head, turn);
    }

    /// Makes events of what the uplink sends, and of when it is free again.
    fn carry(&mut self, head: &mut Head, turn: Turn<Outgoing<P>>) {
        if let Some(wake) = turn.wake {
            self.schedule(head, wake, Body::Uplink);
        }
        let (Some(gone), Some(links)) = (turn.gone, self.links.as_ref()) else { return };
        let (from, to) = (head.me.number(), gone.to.number());
        let waits = links.waits(to, gone.bytes);
        // What takes its turn at the receiver is looked at when it comes there; the rest is received without waiting.
        let reception = if waits { Span::ZERO } else { links.reception(to, gone.bytes) };
        let mut event = match gone.what {
            Some(outgoing) if outgoing.lost => return,
            Some(outgoing) => outgoing.event,
            // The last block brings the message; those before it take their time at the downlink, if that has a limit.
            None if !waits => return,
            None => {
                let seq = head.seq;
                head.seq = next(seq);
                let body = Body::Fragment(gone.bytes.to_le_bytes());
                Event { body, ..Event::own(head.rank, seq, gone.to) }
            }
        };
        let stamp = u64::from(event.rank) << 32 | u64::from(event.seq);
        let time = gone.at + self.world.latency(from, to, stamp) + reception;
        let time = time.min(LAST);
        event.time = time.nanos();
        if waits {
            event.hops = event.hops.arriving();
        }
        self.queue.push_with(time.nanos(), || event);
    }

    /// Something has come through the network to an access link with limits. Gives it back if it is through that, too; else
    /// it is queued until then. A block that does not bring its message is gone when it has taken its turn.
    #[cold]
    #[inline(never)]
    pub(super) fn receive_over_link(&mut self, mut event: Event<P>) -> Option<Event<P>> {
        let (to, now) = (event.to.number(), Time(event.time));
        let from = self.precedence.peer(event.rank).number();
        let size = match &event.body {
            Body::Fragment(bytes) => u32::from_le_bytes(*bytes),
            body => self.size_of(body),
        };
        let Some(links) = self.links.as_mut() else { return Some(event) };
        if !event.hops.is_arriving() {
            if size < SMALL && !links.waits(to, size) {
                links.receive_small(to, size, now);
            }
            return Some(event);
        }
        event.hops = event.hops.arrived();
        let bytes = links.last_block(from, size);
        let through = links.receive(to, bytes, now).min(LAST);
        if event.is_message() {
            event.time = through.nanos();
            self.queue.push_with(through.nanos(), || event);
            return None;
        }
        Some(event)
    }

    /// Bytes on the wire.
    fn size_of(&self, body: &Body<P>) -> u32 {
        match body {
            Body::Message(message) => P::wire_size(&self.shared, message),
            Body::Get(..) => GET_BYTES,
            Body::Giv(_) => GIV_BYTES,
            Body::Gift(object, _) => u32::try_from(self.world.object_size(*object)).unwrap_or(u32::MAX),
            Body::Fragment(_) | Body::Uplink | Body::Timer(_) | Body::Routine(_) | Body::Alarm => 0,
        }
    }

    /// Takes back what waits for `to` and is `unwanted`.
    pub(in crate::sim) fn withdraw(
        &mut self,
        head: &mut Head,
        to: PeerId,
        unwanted: impl Fn(&P::Message) -> bool,
    ) -> usize {
        let Some(links) = self.links.as_mut() else { return 0 };
        let unwanted = |outgoing: &Outgoing<P>| match &outgoing.event.body {
            Body::Message(message) => unwanted(message),
            _ => false,
        };
        let withdrawn = links.withdraw(head.me.number(), to, unwanted);
        let count = withdrawn.len();
        self.never_sent(withdrawn);
        count
    }

    /// A participant has gone offline: what waits on its uplink is never sent.
    pub(super) fn clear_uplink(&mut self, number: u32) {
        if let Some(links) = self.links.as_mut() {
            let withdrawn = links.clear(number);
            self.never_sent(withdrawn);
        }
    }

    fn never_sent(&mut self, withdrawn: Vec<Outgoing<P>>) {
        for outgoing in withdrawn.into_iter().filter(|outgoing| !outgoing.lost) {
            self.tally.withdrawn += 1;
            if let Some(slot) = outgoing.event.cause.slot() {
                self.ledger.handled(slot);
            }
        }
    }

    /// Messages that still wait on uplinks.
    pub(super) fn waiting_on_links(&self) -> u64 {
        let mut waiting = 0;
        if let Some(links) = self.links.as_ref() {
            links.for_each_waiting(|outgoing| {
                if !outgoing.lost {
                    waiting += 1;
                }
            });
        }
        waiting
    }
}
