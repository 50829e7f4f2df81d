//! The trait that a protocol implements: one peer of an overlay, and what it does when something reaches it.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use super::peer::{ObjectId, PeerId};
use super::presence::Presence;
use super::time::{Span, Time};
use super::world::{Role, World};

/// One peer of an overlay. `self` is the peer the paper calls `n`.
///
/// A handler has its own peer (`&mut self`), what messages bring, and the [`Context`]: there is no way to another peer's
/// state. Servers, where an architecture has them, are peers of the same type, numbered after the others.
pub trait Protocol: Sized + Send + Sync + 'static {
    /// The protocol's name in scenarios and results: lower case.
    const NAME: &'static str;
    /// The paper, as `peerlab list` prints it.
    const PAPER: &'static str;
    /// What it is, in a few words.
    const TITLE: &'static str;
    /// What textbooks say about its growth.
    const TEXTBOOK: Textbook;
    /// Whether it starts from the overlay graph that the scenario gives ([`World::neighbours`]).
    const OVERLAY: bool = false;
    /// Whether peers offer what the world says they hold; if not, all there is lies with servers ([`stocks`](Self::stocks)).
    const PEERS_SHARE: bool = true;
    /// Whether it can look for objects by words ([`World::keywords`]), and not only for one that is named.
    const WORDS: bool = false;
    /// The `[protocol.NAME]` table; its defaults are the paper's.
    type Params: DeserializeOwned + Serialize + Default + Clone + Send + Sync;
    /// Read-only for the run: parameters made ready, identifiers by peer number.
    type Shared: Send + Sync;
    /// What peers say.
    type Message: Clone + Send + fmt::Debug;
    /// What peers wait for.
    type Timer: Clone + Send + fmt::Debug;
    /// What a settled network shares: a sorted ring, the given graph.
    type Plan: Send + Sync;

    /// How many servers the architecture has beside its peers.
    fn servers(_params: &Self::Params) -> u32 {
        0
    }

    /// Makes the parameters ready.
    ///
    /// # Errors
    /// A sentence for the user if the parameters do not fit together or do not fit the world.
    fn shared(setup: &Setup<'_>, params: &Self::Params) -> Result<Self::Shared, String>;

    /// Whether it downloads by itself in this run, when a lookup is answered and the workload wants it; else the engine
    /// fetches the object from the first provider.
    #[inline]
    fn downloads(_shared: &Self::Shared) -> bool {
        false
    }

    /// Whether server number `server` holds `object`: ground truth, like that of the world about peers.
    fn stocks(_shared: &Self::Shared, _server: u32, _object: ObjectId) -> bool {
        false
    }

    /// A peer that knows nobody.
    fn new(me: PeerId, shared: &Self::Shared) -> Self;

    /// What [`settled`](Self::settled) needs: the network in its steady state.
    fn plan(setup: &Setup<'_>, shared: &Self::Shared) -> Self::Plan;

    /// The peer as it would be, had it joined long ago. Pure, so that set-up runs in parallel.
    fn settled(plan: &Self::Plan, shared: &Self::Shared, me: PeerId) -> Self;

    /// Periodic duties. The engine starts each at a random phase when a peer comes online, and repeats it.
    fn routines(_shared: &Self::Shared) -> Vec<Routine<Self::Timer>> {
        Vec::new()
    }

    /// Comes online knowing one contact, or none if nobody else is online.
    fn on_join(&mut self, ctx: &mut Context<'_, Self>, contact: Option<PeerId>);

    /// Says goodbye. A crash calls nothing.
    fn on_leave(&mut self, _ctx: &mut Context<'_, Self>) {}

    /// What is left on the peer's disk when it returns as the same peer: by default nothing.
    fn on_return(&self, me: PeerId, shared: &Self::Shared) -> Self {
        Self::new(me, shared)
    }

    /// The user asks for an object.
    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, lookup: Lookup);

    /// A message arrives.
    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, message: Self::Message);

    /// A request ([`Context::ask`]) got no answer in time.
    fn on_silence(&mut self, _ctx: &mut Context<'_, Self>, _to: PeerId, _asked: Self::Message) {}

    /// A timer goes off, or a periodic duty is due.
    fn on_timer(&mut self, _ctx: &mut Context<'_, Self>, _timer: Self::Timer) {}

    /// The overlay it has grown: whom it would send to.
    fn links(&self) -> impl Iterator<Item = PeerId>;

    /// What it is to the others now: for faults that strike all supernodes.
    fn role(&self) -> Role {
        Role::Ordinary
    }

    /// State per peer, counted in entries: other peers it knows, and references to objects that it keeps for others.
    fn entries(&self) -> usize;

    /// What kind of message it is, for shares of traffic by kind: by default all are alike.
    fn kind(_message: &Self::Message) -> &'static str {
        UNTOLD
    }

    /// Bytes on the wire.
    fn wire_size(shared: &Self::Shared, message: &Self::Message) -> u32;

    /// What must hold whenever the network has come to rest: without churn, faults or loss since the last repair.
    ///
    /// # Errors
    /// The first violation found.
    fn invariants(network: &[&Self], online: &Online<'_>, shared: &Self::Shared) -> Result<(), Violation>;

    /// What the paper measures of its network beyond what every result has, at the end of a run: by column, over all
    /// participants by number, online or not. Each column stands in the table of columns with its unit and meaning.
    fn measures(
        _network: &[&Self],
        _online: &Online<'_>,
        _shared: &Self::Shared,
    ) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// Where it stands in the space that its overlay has, if that is a ring or a square: for drawing it. More than one site
    /// where it has more than one.
    fn sites(&self, _shared: &Self::Shared) -> Vec<Site> {
        Vec::new()
    }

    /// Where in that space `object` belongs.
    fn site_of(_shared: &Self::Shared, _object: ObjectId) -> Option<Site> {
        None
    }

    /// Whether [`follows`](Self::follows) and [`resembles`](Self::resembles) say anything.
    const FORESEES: bool = false;

    /// What the handler of `message` will follow pointers to, outside the peer itself: calls `fetch` with each address.
    /// Called a few events ahead, when the peer is in cache. A hint.
    #[inline]
    fn follows(&self, _shared: &Self::Shared, _message: &Self::Message, _fetch: impl FnMut(*const u8)) {}

    /// What [`resembles`](Self::resembles) will read of the shared tables for a lookup of `object`. A hint.
    #[inline]
    fn consults_for(_shared: &Self::Shared, _object: ObjectId) -> *const u8 {
        std::ptr::null()
    }

    /// A message whose handler would look where [`on_lookup`](Self::on_lookup) will for a lookup of `object` by `me`: the
    /// hints for that message are then taken for the lookup. A hint.
    #[inline]
    fn resembles(_shared: &Self::Shared, _me: PeerId, _object: ObjectId) -> Option<Self::Message> {
        None
    }

    /// Where in `Self` the handler of `message` will look (a range of bytes), so that the engine can fetch these cache
    /// lines ahead of time. Called when the peer's first line is in cache, and nothing else of it. A hint for speed, without
    /// effect on results.
    #[inline]
    fn touches(&self, _shared: &Self::Shared, _message: &Self::Message) -> Range<usize> {
        0..size_of::<Self>().min(96)
    }
}

/// What textbooks say about how an architecture grows with the number n of its peers, as in `O(log n)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Textbook {
    /// Messages per lookup.
    pub messages: &'static str,
    /// Hops per lookup.
    pub hops: &'static str,
    /// State of the participant that keeps most.
    pub state: &'static str,
}

/// The kind of all messages of a protocol that does not tell them apart.
pub const UNTOLD: &str = "message";

/// A place in the space of an overlay.
#[derive(Clone, Debug, PartialEq)]
pub enum Site {
    /// A point of a ring.
    Ring {
        /// How far round it, as a share of a turn.
        turn: f64,
        /// The identifier.
        name: String,
    },
    /// A box of the unit square; a point, if both corners are the same.
    Square {
        /// The corner with the least coordinates.
        low: [f64; 2],
        /// The one with the greatest.
        high: [f64; 2],
    },
}

/// A question "who has this object?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Its number, unique in the run.
    pub number: u32,
    /// What is wanted.
    pub object: ObjectId,
}

/// A periodic duty.
#[derive(Clone, Debug)]
pub struct Routine<T> {
    /// What [`Protocol::on_timer`] is called with.
    pub timer: T,
    /// From one call to the next.
    pub period: Span,
}

/// What a protocol may know while the network is being set up.
pub struct Setup<'a> {
    /// The world.
    pub world: &'a dyn World,
    /// The addresses of the peers that are online at the start, ascending.
    pub online: &'a [PeerId],
    /// Participants: peers and servers.
    pub participants: u32,
}

/// Which participants are online, for checking invariants.
pub struct Online<'a> {
    pub(super) addresses: &'a [PeerId],
    pub(super) presence: &'a Presence,
    pub(super) world: &'a dyn World,
    pub(super) measured_since: Time,
}

impl Online<'_> {
    /// When the warm-up was over.
    pub fn measured_since(&self) -> Time {
        self.measured_since
    }

    /// The addresses of those online, servers included, in the order of `network`.
    pub fn addresses(&self) -> &[PeerId] {
        self.addresses
    }

    /// Whether `peer` is online, in the session that the address names.
    pub fn contains(&self, peer: PeerId) -> bool {
        self.presence.contains(peer)
    }

    /// The position in [`addresses`](Self::addresses), and so in `network`, of a participant that is online.
    pub fn position(&self, peer: PeerId) -> Option<usize> {
        if !self.contains(peer) {
            return None;
        }
        self.addresses.binary_search_by_key(&peer.number(), |p| p.number()).ok()
    }

    /// The world's facts.
    pub fn world(&self) -> &dyn World {
        self.world
    }
}

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The peer where it shows.
    pub peer: PeerId,
    /// What is wrong, in a sentence.
    pub what: String,
}

impl Violation {
    /// A violation at `peer`.
    pub fn at(peer: PeerId, what: impl Into<String>) -> Violation {
        Violation { peer, what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peer {}: {}", self.peer, self.what)
    }
}

impl std::error::Error for Violation {}
