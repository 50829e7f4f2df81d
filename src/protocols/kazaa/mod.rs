//! KaZaA, on the FastTrack overlay: ordinary peers, and supernodes that keep their index and ask each other.
//!
//! J. Liang, R. Kumar, K. W. Ross, *The FastTrack overlay: A measurement study*, Computer Networks 50(6), 2006, and
//! *Understanding KaZaA*, 2004. Redundant supernodes: B. Yang, H. Garcia-Molina, *Designing a Super-Peer Network*, ICDE 2003.
//!
//! | here | there |
//! | --- | --- |
//! | `ordinary`: `seek`, `probe`, `on_load`, `attach` | Liang et al., section 2: a joining peer probes some supernodes of its list and keeps one connection |
//! | `ordinary`: `upload`; `unstructured::index` | section 2: metadata of the files shared, kept by the supernode, forgotten when the peer leaves |
//! | `supernode`: `refresh_list` | section 2: lists of up to 200 supernodes |
//! | `links` | section 3: 40 to 50 connections from a supernode to others |
//! | `caching` | Sripanidkulchai, *The Popularity of Gnutella Queries*, 2001: query caching, by supernodes |
//! | `search`: `on_query`, `on_hits` | section 2: a supernode answers for its own peers and forwards to others |
//! | `push`: `pass_push`, `on_push` | section 2: a supernode passes on to a peer behind a firewall that somebody waits for it |
//! | `supernode`: `split`, `merge`, `hand_over` | not published; ours, see below |
//! | `Circle`, `supernode`: `recruit` | Yang, Garcia-Molina, section 3.2: k partners, to each of which clients and neighbouring partners connect |
//!
//! How a client becomes a supernode was never published but for bandwidth, uptime and reachability. Here a cluster that has
//! grown too large has its fittest ordinary peer found another with half of its peers; one that has become too small joins
//! a larger one; a supernode that is not fit, and is one for lack of others, hands over to a peer that is. The list of supernodes
//! that clients were shipped with is played by the well-known host.
//!
//! Of k partners, a query goes to the one whose turn it is by the query's own number at its origin: so they take turns, and all
//! copies of one query meet at the same partner, which recognises duplicates.
//!
//! With [`Params::chunk`] a peer downloads in chunks from several providers at once (`transfer`): section 2 says that it
//! does, the rest is ours. Participation levels are those of the client (100 for as much uploaded as downloaded, 10 at first,
//! at most 1000). Without, the engine fetches a whole file from the first provider.
//!
//! The modified client ([`Params::modified`]) always claims to be fit, which decides who becomes a supernode, and the highest
//! participation level, which decides who is served first.
//!
//! A query is for an object or, where the workload asks so, for words: a supernode intersects its lists of the files with each
//! word.
//!
//! Left out: encryption. Whoever looks for a supernode reaches those who know some, be they behind a firewall or not.

mod caching;
mod links;
mod ordinary;
mod params;
mod plan;
mod push;
mod search;
mod supernode;
#[cfg(test)]
mod tests;
mod transfer;
mod wire;

pub use self::params::{Params, Shared};
pub use self::plan::Plan;
pub use self::transfer::{Chunk, Level, Order, Seconds};
pub use super::unstructured::{Claim, Guid};

use self::ordinary::{Cold, Step};
use self::params::MOST_PARTNERS;
use self::supernode::Supernode;
use super::unstructured::{HostCache, Neighbours, Serial};
use crate::sim::{
    Context, Lookup, ObjectId, Online, Parcel, PeerId, Protocol, Role, Routine, Setup, Textbook, Violation,
};

/// A peer: an ordinary one, or a supernode.
#[derive(Debug)]
pub struct Kazaa {
    /// What it is if it is a supernode.
    supernode: Option<Box<Supernode>>,
    /// The supernodes to which it is connected, if it is none itself.
    parents: Neighbours,
    /// What is seldom needed.
    cold: Box<Cold>,
}

/// What peers say.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each variant says what its fields are")]
pub enum Message {
    /// Who has this object?
    Query(Query),
    /// These have it: supernodes answer their own peers always, others only if somebody has it.
    Hits { guid: Guid, providers: Parcel<PeerId> },

    /// Which supernodes do you know?
    WhoIs,
    /// These: the refresh list.
    Supers(Parcel<PeerId>),
    /// Are you a supernode, and how busy?
    Probe,
    /// One with so many peers in its cluster.
    Busy(Load),
    /// May I be one of your ordinary peers?
    Attach(Claim),
    /// You are, and these are my partners.
    Welcome(Circle),
    /// No: I am no supernode, or have no room.
    Refused,
    /// This is what I share.
    Files(Parcel<ObjectId>),
    /// I am still here; the `retry`-th time I say so.
    Ping { claim: Claim, retry: u8 },
    /// So am I, these are my partners, and so many files of yours are listed.
    Pong { circle: Circle, files: Files },
    /// You are not connected to me (any more).
    Detach,

    /// To an ordinary peer, or a partner: connect to this supernode instead.
    Move { to: PeerId },
    /// To an ordinary peer: found a cluster.
    Promote,
    /// To an ordinary peer: become my partner in this cluster.
    Recruit { cluster: PeerId },

    /// Between supernodes: may we be linked?
    Link(Status),
    /// We are.
    Linked(Status),
    /// I am still here; are you?
    Alive(Status),
    /// I am.
    AliveToo(Status),
    /// We are not linked (any more).
    Unlink,
    /// Between partners: so many files I share myself.
    Own(Files),
    /// I do not list them: which?
    Which,

    /// This provider, behind a firewall, is to connect to `to`, which wants the object.
    Push { provider: PeerId, to: PeerId, object: ObjectId },
    /// To a supernode: of these files I have a part.
    Parts(Parcel<ObjectId>),
    /// I was asked to connect, with this object.
    Knock { object: ObjectId },
    /// May I fetch a chunk? I queue up, or still wait.
    Ask { object: ObjectId, level: Level },
    /// You may when it is your turn.
    Queued,
    /// It is: this is what I have, and so long I shall need for a chunk.
    Ready { object: ObjectId, has: Parcel<u64>, seconds: Seconds },
    /// I want this one.
    Get { object: ObjectId, chunk: Chunk },
    /// Here it is.
    Chunk { object: ObjectId, chunk: Chunk },
    /// I need nothing more for now.
    Done { object: ObjectId },
    /// I go, or have nothing of it.
    Gone { object: ObjectId },
}

/// A question.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Query {
    guid: Guid,
    object: ObjectId,
    /// Links that it may still go; one more while it comes from an ordinary peer.
    ttl: u8,
}

/// What a supernode says of itself. Alignment 1.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// The cluster's name: the address of its founder.
    cluster: PeerId,
    load: Load,
    circle: Circle,
}

/// The other supernodes of a cluster. Alignment 1.
#[derive(Clone, Copy, Debug)]
pub struct Circle {
    len: u8,
    partners: [PeerId; MOST_PARTNERS - 1],
}

/// How many peers a cluster has. Alignment 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(Rust, packed)]
pub struct Load(u16);

/// How many files are listed. Alignment 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(Rust, packed)]
pub struct Files(u32);

impl Load {
    fn new(peers: usize) -> Load {
        Load(u16::try_from(peers).unwrap_or(u16::MAX))
    }
}

impl Circle {
    fn of(partners: impl Iterator<Item = PeerId>) -> Circle {
        let mut circle = Circle { len: 0, partners: [PeerId::new(0); MOST_PARTNERS - 1] };
        for partner in partners.take(MOST_PARTNERS - 1) {
            circle.partners[usize::from(circle.len)] = partner;
            circle.len += 1;
        }
        circle
    }

    fn as_slice(&self) -> &[PeerId] {
        &self.partners[..usize::from(self.len)]
    }
}

/// What peers wait for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// Signs of life, and whatever else is due now and then.
    Tick,
    /// Look for a supernode again.
    Seek,
    /// Ask again, for the `retry`-th time: there was no supernode to ask.
    Again { retry: u8 },
    /// Look after downloads and uploads.
    Transfers,
}

impl Protocol for Kazaa {
    const NAME: &'static str = "kazaa";
    const PAPER: &'static str = "Liang, Kumar, Ross, The FastTrack Overlay (2006)";
    const TITLE: &'static str = "supernodes that index their peers and ask each other";
    const TEXTBOOK: Textbook = Textbook { messages: "O(n)", hops: "O(1)", state: "O(1)" };
    const WORDS: bool = true;
    type Params = Params;
    type Shared = Shared;
    type Message = Message;
    type Timer = Timer;
    type Plan = Plan;

    fn shared(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        Shared::new(setup, params)
    }

    /// In chunks, if they are to be.
    fn downloads(shared: &Shared) -> bool {
        !shared.shapes.is_empty()
    }

    fn new(_me: PeerId, _shared: &Shared) -> Kazaa {
        Kazaa { supernode: None, parents: Neighbours::EMPTY, cold: Box::default() }
    }

    fn plan(setup: &Setup<'_>, shared: &Shared) -> Plan {
        Plan::new(setup, shared)
    }

    fn settled(plan: &Plan, shared: &Shared, me: PeerId) -> Kazaa {
        plan.settle(me, Kazaa::new(me, shared), shared)
    }

    fn routines(shared: &Shared) -> Vec<Routine<Timer>> {
        vec![Routine { timer: Timer::Tick, period: shared.params.keepalive }]
    }

    fn on_join(&mut self, ctx: &mut Context<'_, Self>, contact: Option<PeerId>) {
        self.join(ctx, contact);
        self.resume(ctx);
    }

    fn on_leave(&mut self, ctx: &mut Context<'_, Self>) {
        self.leave(ctx);
    }

    /// The list of supernodes is still on its disk, and what it has downloaded.
    fn on_return(&self, me: PeerId, shared: &Shared) -> Kazaa {
        let mut fresh = Kazaa::new(me, shared);
        fresh.cold.supers = HostCache::of(self.refresh_list(None, usize::from(shared.params.refresh_list)));
        fresh.cold.transfers = self.cold.transfers.as_ref().map(|transfers| Box::new(transfers.on_disk()));
        fresh
    }

    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, lookup: Lookup) {
        self.search(ctx, lookup.object);
    }

    #[inline]
    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, message: Message) {
        match message {
            Message::Query(query) => self.on_query(ctx, from, query),
            Message::Hits { guid, providers } => self.on_hits(ctx, from, guid, providers),
            Message::WhoIs => self.on_who_is(ctx, from),
            Message::Supers(list) => self.on_supers(ctx, list.as_slice()),
            Message::Probe => self.on_probe(ctx, from),
            Message::Busy(load) => self.on_busy(ctx, from, load),
            Message::Attach(claim) => self.on_attach(ctx, from, claim),
            Message::Welcome(circle) => self.on_welcome(ctx, from, circle),
            Message::Refused => self.on_refused(ctx, from),
            Message::Files(files) => self.on_files(ctx, from, files.as_slice()),
            Message::Ping { claim, retry: _ } => self.on_ping(ctx, from, claim),
            Message::Pong { circle, files } => self.on_pong(ctx, from, circle, files),
            Message::Detach => self.on_detach(ctx, from),
            Message::Move { to } => self.on_move(ctx, from, to),
            Message::Promote => self.on_promote(ctx, from, None),
            Message::Recruit { cluster } => self.on_promote(ctx, from, Some(cluster)),
            Message::Link(status) => self.on_link(ctx, from, status),
            Message::Linked(status) => self.on_linked(ctx, from, status),
            Message::Alive(status) => self.on_alive(ctx, from, status),
            Message::AliveToo(status) => self.on_alive_too(ctx, from, status),
            Message::Unlink => self.on_unlink(from),
            Message::Own(files) => self.on_own(ctx, from, files),
            Message::Which => self.tell_own_files(ctx, from),
            Message::Push { provider, to, object } => self.on_push(ctx, provider, to, object),
            Message::Parts(files) => self.on_parts(from, files.as_slice()),
            Message::Knock { object } => self.on_knock(ctx, from, object),
            Message::Ask { object, level } => self.on_ask(ctx, from, object, level),
            // What was asked has been answered.
            Message::Queued => {}
            Message::Ready { object, has, seconds } => {
                self.on_ready(ctx, from, object, has.as_slice(), seconds);
            }
            Message::Get { object, chunk } => self.on_get(ctx, from, object, chunk),
            Message::Chunk { object, chunk } => self.on_chunk(ctx, from, object, chunk),
            Message::Done { object } => self.on_done(ctx, from, object),
            Message::Gone { object } => self.on_gone(ctx, from, object),
        }
    }

    fn on_silence(&mut self, ctx: &mut Context<'_, Self>, to: PeerId, asked: Message) {
        match asked {
            Message::Query(query) => self.on_no_hits(ctx, to, query),
            Message::WhoIs => self.on_nobody(ctx),
            Message::Probe => self.on_no_load(ctx, to),
            Message::Attach(_) => self.on_refused(ctx, to),
            Message::Ping { claim: _, retry } => self.on_no_pong(ctx, to, retry),
            Message::Link(_) => self.on_no_link(to),
            Message::Alive(_) => self.on_no_sign(ctx, to),
            Message::Ask { object, level: _ } => self.on_gone(ctx, to, object),
            Message::Hits { .. }
            | Message::Supers(_)
            | Message::Busy(_)
            | Message::Welcome(_)
            | Message::Refused
            | Message::Files(_)
            | Message::Pong { .. }
            | Message::Detach
            | Message::Move { .. }
            | Message::Promote
            | Message::Recruit { .. }
            | Message::Linked(_)
            | Message::AliveToo(_)
            | Message::Unlink
            | Message::Own(_)
            | Message::Which
            | Message::Push { .. }
            | Message::Parts(_)
            | Message::Knock { .. }
            | Message::Queued
            | Message::Ready { .. }
            | Message::Get { .. }
            | Message::Chunk { .. }
            | Message::Done { .. }
            | Message::Gone { .. } => {}
        }
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, timer: Timer) {
        match timer {
            Timer::Tick => self.tick(ctx),
            Timer::Seek => self.seek_again(ctx),
            Timer::Again { retry } => self.search_again(ctx, retry),
            Timer::Transfers => self.look_after_transfers(ctx),
        }
    }

    /// An ordinary peer: its supernodes. A supernode: those it is linked with.
    fn links(&self) -> impl Iterator<Item = PeerId> {
        let links = self.supernode.iter().flat_map(|supernode| supernode.links());
        self.parents.as_slice().iter().copied().chain(links)
    }

    /// Connections, supernodes it has in mind, and, for a supernode, its ordinary peers, what they share, and cached answers.
    fn entries(&self) -> usize {
        let known = self.parents.as_slice().len() + self.cold.supers.as_slice().len();
        known + self.supernode.as_ref().map_or(0, |supernode| supernode.entries())
    }

    #[inline]
    fn wire_size(shared: &Shared, message: &Message) -> u32 {
        wire::size(shared, message)
    }

    fn invariants(network: &[&Kazaa], online: &Online<'_>, shared: &Shared) -> Result<(), Violation> {
        network.iter().zip(online.addresses()).try_for_each(|(peer, &me)| match &peer.supernode {
            Some(supernode) => supernode.agrees(me, network, online, shared),
            None => peer.agrees(me, network, online, shared),
        })
    }

    fn measures(network: &[&Kazaa], online: &Online<'_>, shared: &Shared) -> Vec<(&'static str, f64)> {
        let mut measures = supernode::measures(network, online);
        measures.extend(transfer::measures(network, online, shared));
        measures
    }

    const FORESEES: bool = true;

    #[inline]
    fn follows(&self, _shared: &Shared, message: &Message, mut fetch: impl FnMut(*const u8)) {
        if let (Some(supernode), Message::Query(query)) = (&self.supernode, message) {
            fetch(supernode.seen.address(query.guid));
        }
    }

    fn role(&self) -> Role {
        if self.supernode.is_some() { Role::Supernode } else { Role::Ordinary }
    }
}

impl Kazaa {
    /// What is due now and then.
    fn tick(&mut self, ctx: &mut Context<'_, Self>) {
        match self.supernode {
            Some(_) => self.supernode_s_duties(ctx),
            None => self.ordinary_peer_s_duties(ctx),
        }
    }

    fn leave(&mut self, ctx: &mut Context<'_, Self>) {
        for &parent in self.parents.as_slice() {
            ctx.send(parent, Message::Detach);
        }
        if let Some(supernode) = &self.supernode {
            supernode.index.children().for_each(|child| ctx.send(child.address, Message::Detach));
            supernode.links().for_each(|peer| ctx.send(peer, Message::Unlink));
        }
        if let Some(transfers) = &self.cold.transfers {
            transfers.say_goodbye(ctx);
        }
    }

    /// What this peer says of its fitness.
    fn claim(&self, ctx: &Context<'_, Self>) -> Claim {
        let uptime = ctx.now() + self.cold.uptime_before;
        ctx.shared().fitness.claim(self.cold.uplink, uptime.since(self.cold.since))
    }

    /// A name that none of this peer's queries of late has.
    fn fresh_guid(&mut self, me: PeerId) -> Guid {
        self.cold.count = self.cold.count.wrapping_add(1);
        Guid { origin: me, serial: Serial::new(self.cold.count) }
    }

    fn is_seeking(&self) -> bool {
        self.cold.step != Step::Idle
    }
}
