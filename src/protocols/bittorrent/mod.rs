//! BitTorrent: B. Cohen, *Incentives Build Robustness in BitTorrent*, Workshop on Economics of Peer-to-Peer Systems, 2003;
//! and *The BitTorrent Protocol Specification* (BEP 3), 2008.
//!
//! | here | there |
//! | --- | --- |
//! | `tracker` | Cohen, section 2.3; BEP 3, "trackers" |
//! | `neighbours`: `on_handshake`, `on_bitfield`; `trade`: `on_have`, `be_interested` | BEP 3, "peer protocol", "peer messages" |
//! | `fill`: requests under way | Cohen, section 2.4.1, pipelining |
//! | `Pieces::pick`: strict priority, random first pieces, rarest first | Cohen, sections 2.4.2–2.4.4 |
//! | `again`, the cancels in `on_piece` | Cohen, section 2.4.5, endgame mode |
//! | `choke`: `best`, `newcomer_or_somebody` | Cohen, sections 3.2–3.3, choking, optimistic unchoking |
//! | `round`: who owes and does not deliver | Cohen, section 3.4, anti-snubbing |
//! | `best` for seeds | Cohen, section 3.5, upload only |
//! | `offer`, `offer_after` | BEP 16, super-seeding |
//! | `exchange` | BEP 11, peer exchange |
//!
//! An object is a torrent. A lookup asks the tracker who is in the swarm, which is its whole cost; the tracker's list is the
//! answer. Where the workload wants downloads, the peer then joins the swarm, downloads, and seeds. What it has downloaded
//! lasts: it comes back with it, and goes on with what is unfinished.
//!
//! The tracker names a seed first, if it knows one (peers tell it what they lack). Hash checks of pieces succeed. Connections
//! are set up without TCP's handshake, and lost messages are not repeated, but silent connections are closed and blocks that
//! do not come are asked of others. Left out: metainfo files (their content is known), several trackers, encryption, the
//! distributed tracker, and the limits on upload that users set.

mod choke;
mod client;
mod measures;
mod message;
mod neighbours;
mod params;
pub(in crate::protocols) mod pieces;
mod super_seeding;
mod swarm;
#[cfg(test)]
mod tests;
mod tracker;
mod trade;

pub use self::client::Client;
pub use self::measures::{BY_CLASS, CLASSES};
pub use self::message::Message;
pub use self::params::{Params, SeedChoking, Seeding, Shared};
pub use self::tracker::Tracker;
use crate::sim::{
    Context, Lookup, ObjectId, Online, PeerId, Protocol, Routine, Setup, Textbook, Time, Violation,
};

/// A participant: a peer (or a server that seeds everything), or the tracker.
#[derive(Debug)]
pub enum BitTorrent {
    /// A peer.
    Peer(Client),
    /// The tracker.
    Tracker(Box<Tracker>),
}

/// What is waited for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The next announcement; for the tracker, the next look at who has been silent.
    Announce,
    /// The next round in a swarm.
    Round(ObjectId),
    /// The end of seeding.
    Leave(ObjectId),
}

impl Protocol for BitTorrent {
    const NAME: &'static str = "bittorrent";
    const PAPER: &'static str = "Cohen, P2PEcon 2003; BEP 3";
    const TITLE: &'static str = "swarms that trade pieces, found by a tracker";
    const TEXTBOOK: Textbook = Textbook { messages: "O(1)", hops: "O(1)", state: "O(n)" };
    type Params = Params;
    type Shared = Shared;
    type Message = Message;
    type Timer = Timer;
    type Plan = Tracker;

    fn servers(params: &Params) -> u32 {
        1 + params.origin_seeds
    }

    fn shared(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        Shared::new(setup, params)
    }

    fn downloads(_shared: &Shared) -> bool {
        true
    }

    fn stocks(shared: &Shared, server: u32, object: ObjectId) -> bool {
        shared.is_origin(server) && shared.shape(object).is_some()
    }

    fn new(me: PeerId, shared: &Shared) -> BitTorrent {
        if shared.is_tracker(me.number()) {
            BitTorrent::Tracker(Box::default())
        } else {
            BitTorrent::Peer(Client::default())
        }
    }

    fn plan(setup: &Setup<'_>, shared: &Shared) -> Tracker {
        let mut tracker = Tracker::default();
        for &peer in setup.online {
            for &object in setup.world.shares(peer.number()) {
                tracker.insert(object, peer, true, Time::ZERO);
            }
        }
        for server in (shared.peers + 1)..setup.participants {
            for object in shared.catalogue() {
                tracker.insert(object, PeerId::new(server), true, Time::ZERO);
            }
        }
        tracker
    }

    fn settled(plan: &Tracker, shared: &Shared, me: PeerId) -> BitTorrent {
        if shared.is_tracker(me.number()) {
            BitTorrent::Tracker(Box::new(plan.clone()))
        } else {
            let tracker = Some(PeerId::new(shared.peers));
            BitTorrent::Peer(Client { tracker, ..Client::default() })
        }
    }

    fn routines(shared: &Shared) -> Vec<Routine<Timer>> {
        vec![Routine { timer: Timer::Announce, period: shared.params.announce_interval }]
    }

    fn on_join(&mut self, ctx: &mut Context<'_, Self>, _contact: Option<PeerId>) {
        match self {
            BitTorrent::Peer(peer) => peer.join(ctx),
            BitTorrent::Tracker(_) => {}
        }
    }

    fn on_leave(&mut self, ctx: &mut Context<'_, Self>) {
        match self {
            BitTorrent::Peer(peer) => peer.leave(ctx),
            BitTorrent::Tracker(_) => {}
        }
    }

    fn on_return(&self, me: PeerId, shared: &Shared) -> BitTorrent {
        match self {
            BitTorrent::Peer(peer) => BitTorrent::Peer(peer.on_disk()),
            BitTorrent::Tracker(_) => BitTorrent::new(me, shared),
        }
    }

    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, lookup: Lookup) {
        match self {
            BitTorrent::Peer(peer) => peer.look_up(ctx, lookup),
            BitTorrent::Tracker(_) => {}
        }
    }

    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, message: Message) {
        match self {
            BitTorrent::Peer(peer) => peer.on_message(ctx, from, message),
            BitTorrent::Tracker(tracker) => tracker.on_announce(ctx, from, &message),
        }
    }

    fn on_silence(&mut self, ctx: &mut Context<'_, Self>, to: PeerId, asked: Message) {
        match self {
            BitTorrent::Peer(peer) => peer.on_silence(ctx, to, &asked),
            BitTorrent::Tracker(_) => {}
        }
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, timer: Timer) {
        match self {
            BitTorrent::Peer(peer) => peer.on_timer(ctx, timer),
            BitTorrent::Tracker(tracker) => tracker.expire(ctx),
        }
    }

    /// A peer knows the tracker and its neighbours. The tracker sends to nobody unasked.
    fn links(&self) -> impl Iterator<Item = PeerId> {
        let client = match self {
            BitTorrent::Peer(peer) => Some(peer),
            BitTorrent::Tracker(_) => None,
        };
        client.into_iter().flat_map(|client| {
            let wired = |swarm| swarm::Swarm::wired(swarm).map(|at| swarm.neighbours[at].peer);
            client.tracker.into_iter().chain(client.swarms.iter().flat_map(wired))
        })
    }

    /// A peer: the tracker, and its neighbours in every swarm. The tracker: everyone in every swarm.
    fn entries(&self) -> usize {
        match self {
            BitTorrent::Peer(peer) => {
                1 + peer.swarms.iter().map(|swarm| swarm.wired().count()).sum::<usize>()
            }
            BitTorrent::Tracker(tracker) => tracker.entries(),
        }
    }

    fn wire_size(shared: &Shared, message: &Message) -> u32 {
        message::wire_size(shared, message)
    }

    /// Neighbours are online, and neighbours of each other. With the tracker online: it lists exactly those online, in the
    /// swarms in which they are.
    fn invariants(network: &[&BitTorrent], online: &Online<'_>, shared: &Shared) -> Result<(), Violation> {
        measures::check(network, online, shared)
    }

    fn measures(network: &[&BitTorrent], online: &Online<'_>, shared: &Shared) -> Vec<(&'static str, f64)> {
        measures::measures(network, online, shared)
    }
}
