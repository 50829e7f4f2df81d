//! What the engine asks of the world: facts that hold for a whole run, and what happens from outside, in order.

use std::sync::Arc;

use super::keywords::Keywords;
use super::peer::ObjectId;
use super::random::mix;
use super::time::{Span, Time};

/// What a participant is like, as it knows itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The class of the population that it belongs to, by its place in the scenario; 0 where there is only one.
    pub class: u8,
    /// Bits per second that it can send; 0 for no limit.
    pub up: u64,
    /// Bits per second that it can receive; 0 for no limit.
    pub down: u64,
    /// Bits per second that it says it can send, which others may be told: its `up`, unless it lies; 0 for no limit.
    pub claim: u64,
    /// Accepts no connection from outside.
    pub firewalled: bool,
    /// How long it takes to handle one message; servers may, for peers it is zero.
    pub service: Span,
}

/// Facts about the world, read-only for the run. Numbers are participants': peers first, then servers.
pub trait World: Send + Sync {
    /// How many peers take part, not counting servers.
    fn peers(&self) -> u32;

    /// The seed of the run.
    fn seed(&self) -> u64;

    /// One-way latency from one participant to another; never below [`floor`](Self::floor). `stamp` is unique to the
    /// message, for jitter.
    fn latency(&self, from: u32, to: u32, stamp: u64) -> Span;

    /// The least latency between any two participants: the lookahead.
    fn floor(&self) -> Span;

    /// The probability that a message is lost, 0 to 1.
    fn loss(&self) -> f64 {
        0.0
    }

    /// What participant `number` is like.
    fn profile(&self, _number: u32) -> Profile {
        Profile::default()
    }

    /// How many objects exist.
    fn objects(&self) -> u32;

    /// Whether the objects are the peers themselves: object i is peer i, which alone holds it.
    fn identities(&self) -> bool {
        false
    }

    /// Who holds `object`: participants' numbers, ascending. Empty for objects that do not exist.
    fn holders(&self, object: ObjectId) -> &[u32];

    /// Who can answer the question for `object`: its holders, or, where questions are asked by words, whoever holds anything that
    /// matches. Ascending.
    fn answerers(&self, object: ObjectId) -> &[u32] {
        self.holders(object)
    }

    /// Whether participant `number` is among the [`answerers`](Self::answerers) of `object`.
    fn answers(&self, number: u32, object: ObjectId) -> bool {
        self.answerers(object).binary_search(&number).is_ok()
    }

    /// The words of objects, where questions are asked by words.
    fn keywords(&self) -> Option<&Arc<Keywords>> {
        None
    }

    /// What participant `number` holds, ascending.
    fn shares(&self, number: u32) -> &[ObjectId];

    /// The size of `object` in bytes.
    fn object_size(&self, object: ObjectId) -> u64;

    /// Whether a peer that has found an object downloads it.
    fn fetches(&self) -> bool {
        false
    }

    /// The neighbours of `number` in the overlay that the scenario gives, ascending; `None` if it gives none.
    fn neighbours(&self, number: u32) -> Option<&[u32]>;
}

/// A lookup as the workload drew it, before any protocol has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedLookup {
    /// Its number in the workload.
    pub number: u32,
    /// The peer that asks.
    pub origin: u32,
    /// What it asks for.
    pub object: ObjectId,
    /// Whether it counts (and does not belong to the warm-up).
    pub measured: bool,
}

/// Something that happens to the network from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A peer comes online, for the first time or again.
    Join(u32),
    /// A peer comes online as somebody who has never been there: what was on its disk is gone.
    Arrive(u32),
    /// A peer says goodbye and goes.
    Leave(u32),
    /// A participant is gone without a word.
    Crash(u32),
    /// Peers crash whom only the overlay of this moment can name; the director is told who they were
    /// ([`Director::struck`]).
    Strike(Strike),
    /// The network falls apart: from now on messages between the two sides are lost.
    Part(Cut),
    /// The partition of this number is over.
    Heal(u32),
    /// A peer asks for an object. It is online.
    Lookup(PlannedLookup),
    /// The warm-up is over: from here on costs are counted.
    Measure,
}

/// Peers that a fault strikes for their place in the overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// So many of the peers online: those with most neighbours.
    BestConnected(u32),
    /// All peers online whose role is [`Role::Supernode`].
    Supernodes,
}

/// A partition: which participants are on which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The partition's number, unique in the run.
    pub number: u32,
    /// What sides are hashed with.
    pub key: u64,
    /// Of 2^64, how much belongs to the one side.
    pub part: u64,
}

impl Cut {
    /// The side of participant `number`: by a coin of its own.
    fn side(&self, number: u32) -> bool {
        mix(self.key ^ mix(u64::from(number))) < self.part
    }

    /// Whether these participants are on different sides.
    pub fn separates(&self, one: u32, other: u32) -> bool {
        self.side(one) != self.side(other)
    }
}

/// What a peer is to the others, where an architecture makes differences among its peers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// One among equals, or one that others work for.
    #[default]
    Ordinary,
    /// One that works for others: a supernode, an ultrapeer.
    Supernode,
}

/// What happens from outside, drawn beforehand and independent of what the protocol does, but for whom a [`Strike`] hits.
pub trait Director: Send {
    /// Whether participant `number` is online when the run starts. Servers are.
    fn starts_online(&self, number: u32) -> bool;

    /// When the next happening is due, [`Time::NEVER`] if there is none.
    fn next_time(&self) -> Time;

    /// The next happening. Happenings come in order of time, and before events of the same instant.
    fn next(&mut self) -> Option<Happening>;

    /// The next happening, if it is known already. A hint for prefetching.
    fn peek(&self) -> Option<Happening> {
        None
    }

    /// Whom the [`Strike`] that [`next`](Self::next) has just given hit, by number: they are offline now. Called before
    /// anything else is asked of the director.
    fn struck(&mut self, _victims: &[u32]) {}

    /// How long after its issue an answer still counts.
    fn deadline(&self) -> Span;

    /// When the run ends.
    fn end(&self) -> Time;
}
