//! An event: 30 bytes that the engine needs, and what the protocol says, at most 48 bytes for hot message kinds.

use super::ledger::Cause;
use super::peer::{ObjectId, PeerId};
use super::protocol::Protocol;
use super::queue::{Key, Keyed};
use super::time::Time;

/// A pending event. Its sender is `rank`, unpermuted.
///
/// In an order that puts the first 16 bytes of a message on a 16-byte boundary, and what follows it on boundaries of its
/// own: a field that lies across two of the words in which events are copied costs a stall on every delivery.
#[repr(C)]
pub(super) struct Event<P: Protocol> {
    pub(super) time: u64,
    pub(super) rank: u32,
    pub(super) seq: u32,
    pub(super) body: Body<P>,
    pub(super) hops: Hops,
    pub(super) cause: Cause,
    /// Names the request (`ask`) that this event helps to answer, 0 for none; or completes a [`Since`].
    pub(super) token: u32,
    pub(super) to: PeerId,
}

/// What happens when an event's time has come.
pub(super) enum Body<P: Protocol> {
    /// A message of the protocol.
    Message(P::Message),
    /// A timer that the protocol set.
    Timer(P::Timer),
    /// A periodic duty, by its index in `Protocol::routines`.
    Routine(u8),
    /// The deadline of a request, or a timer that can be cancelled: what it is lies with the peer's waiting list.
    Alarm,
    /// The engine's own: a request to download an object, made at that time, and the download.
    Get(ObjectId, Since),
    Gift(ObjectId, Since),
    /// The engine's own: a provider behind a firewall that was asked to connect does, and offers the object.
    Giv(ObjectId),
    /// The engine's own, where access links are limited: the sender's uplink is free again; so many bytes of a longer
    /// message have come to the receiver's downlink.
    Uplink,
    Fragment([u8; 4]),
}

/// The high part of a time of which the event's token, which downloads have no use for, holds the low one: so that no event
/// grows for it. Times from 2^56 ns on, some two years, count as that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Since([u8; 3]);

impl Since {
    /// `time` as what the body and what the token holds.
    pub(super) fn split(time: Time) -> (Since, u32) {
        let [a, b, c, d, high @ .., _] = time.nanos().min((1 << 56) - 1).to_le_bytes();
        (Since(high), u32::from_le_bytes([a, b, c, d]))
    }

    pub(super) fn joined_with(self, token: u32) -> Time {
        let ([a, b, c, d], Since([e, f, g])) = (token.to_le_bytes(), self);
        Time(u64::from_le_bytes([a, b, c, d, e, f, g, 0]))
    }
}

/// Hops so far, whether the message answers a request, and whether it has yet to pass the receiver's downlink.
#[derive(Clone, Copy)]
pub(super) struct Hops(u16);

impl Hops {
    const ANSWER: u16 = 1 << 15;
    const ARRIVING: u16 = 1 << 14;
    const MOST: u16 = Hops::ARRIVING - 1;

    pub(super) fn new(hops: u16, answer: bool) -> Hops {
        Hops(hops.min(Hops::MOST) | if answer { Hops::ANSWER } else { 0 })
    }

    pub(super) fn count(self) -> u16 {
        self.0 & Hops::MOST
    }

    pub(super) fn is_answer(self) -> bool {
        self.0 & Hops::ANSWER != 0
    }

    #[inline]
    pub(super) fn is_arriving(self) -> bool {
        self.0 & Hops::ARRIVING != 0
    }

    pub(super) fn arriving(self) -> Hops {
        Hops(self.0 | Hops::ARRIVING)
    }

    pub(super) fn arrived(self) -> Hops {
        Hops(self.0 & !Hops::ARRIVING)
    }
}

impl<P: Protocol> Event<P> {
    /// An event of nobody's account.
    pub(super) fn own(rank: u32, seq: u32, to: PeerId) -> Event<P> {
        let (cause, hops) = (Cause::MAINTENANCE, Hops::new(0, false));
        Event { time: 0, rank, seq, body: Body::Uplink, hops, to, token: 0, cause }
    }

    /// Whether it is a message, of the protocol's or the engine's, and no timer.
    pub(super) fn is_message(&self) -> bool {
        match self.body {
            Body::Message(_) | Body::Get(..) | Body::Gift(..) | Body::Giv(_) => true,
            Body::Timer(_) | Body::Routine(_) | Body::Alarm | Body::Uplink | Body::Fragment(_) => false,
        }
    }
}

// SAFETY: the key is made of fields that nobody changes while the event waits.
unsafe impl<P: Protocol> Keyed for Event<P> {
    #[inline]
    fn key(&self) -> Key {
        Key { time: self.time, rank: self.rank, seq: self.seq }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_what_it_was_split_from() {
        for nanos in [0, 1, u64::from(u32::MAX), 1 << 32, (1 << 56) - 1] {
            let (since, token) = Since::split(Time(nanos));
            assert_eq!(since.joined_with(token), Time(nanos));
        }
        let (since, token) = Since::split(Time::NEVER);
        assert_eq!(since.joined_with(token), Time((1 << 56) - 1));
    }
}
