//! Gnutella 0.6: ultrapeers flood questions among themselves, and shield the leaves that hang on them.
//!
//! T. Klingberg, R. Manfredi, *The Gnutella Protocol Specification v0.6* (RFC draft), 2002. A. Singla, C. Rohrs, *Ultrapeers:
//! Another Step Towards Gnutella Scalability*, 2002. C. Rohrs, *Query Routing for the Gnutella Network*, 2002. What the
//! network looked like: D. Stutzbach, R. Rejaie, *Characterizing the Two-Tier Gnutella Topology*, SIGMETRICS 2005.
//!
//! | here | there |
//! | --- | --- |
//! | `on_query`, `on_hit` | draft, "Message routing": flooding by TTL, the way back |
//! | `links`: `on_connect`, `on_accept`, `on_busy` | draft, "Handshake": `X-Ultrapeer`, `X-Try-Ultrapeers`, 503 |
//! | `tiers`: `on_needed`, `look_after` | Singla, Rohrs, section 3: election, `X-Ultrapeer-Needed`, leaf guidance |
//! | `leaves`: `Leaves`, `on_table` | Rohrs: the table of hashed keywords, RESET and PATCH; the last hop to leaves |
//! | `dynamic`: `steer`, `widen` | Fisk, *Gnutella Dynamic Query Protocol*, 2003, instead of flooding |
//! | `caching` | Sripanidkulchai, *The Popularity of Gnutella Queries*, 2001: query caching, by ultrapeers |
//! | `push`: `pass_push`, `on_push` | draft, "Push": it goes back the way the hit came |
//! | `links`: `on_ping`, `on_pong` | draft, "Ping and Pong", pong caching |
//!
//! A peer comes as a leaf. It becomes an ultrapeer if it finds none, or if one that has no room for more leaves and knows it
//! to be fit (uplink, firewall, uptime) asks it to; an ultrapeer with few leaves becomes a leaf where there is a busier one.
//! One keyword stands for an object; leaves that share it get the question, and those that share another with the same hash.
//! Where the workload asks by words, tables have all words of what a leaf shares, and a leaf gets the question if all of its words
//! are there, be it in names of different files.
//!
//! Left out: tables exchanged between ultrapeers, compression of links.

mod caching;
mod dynamic;
mod leaves;
mod links;
mod params;
mod plan;
mod push;
#[cfg(test)]
mod tests;
mod tiers;

pub use self::dynamic::{Dynamic, Search};
pub use self::params::{Params, Shared, Slot};
pub use self::plan::Plan;
pub use super::unstructured::{Claim, Guid};

use std::ops::Range;

use self::dynamic::Quest;
use self::leaves::Leaves;
use self::push::MOST_HOPS;
use super::cache::Cache;
use super::unstructured::{HostCache, Neighbours, PushRoutes, Seen, Serial, Uplink};
use crate::sim::{
    Context, Lookup, ObjectId, Online, Parcel, PeerId, Protocol, Push, Role, Routine, Setup, Span, Textbook,
    Time, Violation,
};

/// A servent: a leaf, or an ultrapeer. In the order of the fields, so that what a query needs lies together.
#[derive(Debug)]
#[repr(C)]
pub struct Gnutella06 {
    /// Descriptors that passed lately, and from whom.
    seen: Seen,
    /// Ultrapeers to which it is connected.
    neighbours: Neighbours,
    /// What it is if it is an ultrapeer: who its leaves are.
    leaves: Option<Box<Leaves>>,
    cold: Box<Cold>,
}

/// What is seldom needed.
#[derive(Debug, Default)]
struct Cold {
    /// How many descriptors it has named.
    count: u32,
    /// Ultrapeers it has heard of.
    hosts: HostCache,
    /// Hosts that have been asked to connect.
    connecting: Vec<PeerId>,
    /// Handshakes begun since the last keep-alive,
    attempts: u16,
    /// and those in vain since it last had an ultrapeer.
    failures: u16,
    /// To how many ultrapeers it has sent its table.
    published: u8,
    /// It waits for a while before it looks further.
    resting: bool,
    since: Time,
    /// For how long it had been online then, where it began in a settled network.
    uptime_before: Span,
    uplink: Uplink,
    /// Answers that passed.
    cache: Option<Cache<ObjectId>>,
    /// Where hits of providers behind firewalls came from.
    pushes: PushRoutes,
    /// Searches that it steers.
    quests: Vec<Quest>,
}

/// What servents say.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each variant says what its fields are")]
pub enum Message {
    /// QUERY.
    Query(Query),
    /// QUERYHIT, with one result.
    QueryHit { guid: Guid, holder: PeerId },
    /// The same of an ultrapeer that remembers who said so.
    CachedHit { guid: Guid, holder: PeerId },
    /// The table of hashed keywords: RESET and PATCH.
    Table(Parcel<Slot>),
    /// PING; does its sender look for hosts?
    Ping { retry: u8, discover: bool, claim: Claim },
    /// PONG: a host, how many leaves it has, and, at the other end of a connection, how many places of the sender's table are
    /// known.
    Pong { host: PeerId, leaves: Count, slots: Count },
    /// GNUTELLA CONNECT/0.6, with `X-Ultrapeer`.
    Connect { ultrapeer: bool, claim: Claim },
    /// 200 OK.
    Accept { ultrapeer: bool },
    /// 503, with `X-Try-Ultrapeers`.
    Busy(Hosts),
    /// `X-Ultrapeer-Needed`: become one, because there are too few, or instead of one that is not fit.
    Needed { instead: bool },
    /// BYE.
    Bye,
    /// PUSH: `holder` is asked to connect to `to`, with the object.
    Push { holder: PeerId, to: PeerId, object: ObjectId, ttl: u8 },
}

/// A question.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Query {
    guid: Guid,
    object: ObjectId,
    /// Ultrapeers that it may still reach, in a row; 0 on the last hop, to a leaf.
    ttl: u8,
}

/// A few other hosts. Alignment 1.
#[derive(Clone, Copy, Debug)]
pub struct Hosts {
    len: u8,
    hosts: [PeerId; 4],
}

/// A number of leaves or places. Alignment 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(Rust, packed)]
pub struct Count(u32);

/// What servents wait for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// PING, look for more neighbours, see who is gone.
    KeepAlive,
    /// Look for neighbours again.
    Seek,
    /// See whether a dynamic query has found enough.
    Widen(Guid),
}

impl Protocol for Gnutella06 {
    const NAME: &'static str = "gnutella06";
    const PAPER: &'static str = "Klingberg, Manfredi, Gnutella Protocol Specification v0.6 (2002)";
    const TITLE: &'static str = "ultrapeers flood, leaves are asked what they may have";
    const TEXTBOOK: Textbook = Textbook { messages: "O(n)", hops: "O(n)", state: "O(1)" };
    const WORDS: bool = true;
    type Params = Params;
    type Shared = Shared;
    type Message = Message;
    type Timer = Timer;
    type Plan = Plan;

    fn shared(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        Shared::new(setup, params)
    }

    fn new(_me: PeerId, _shared: &Shared) -> Gnutella06 {
        let (seen, neighbours) = (Seen::EMPTY, Neighbours::EMPTY);
        Gnutella06 { seen, neighbours, leaves: None, cold: Box::default() }
    }

    fn plan(setup: &Setup<'_>, shared: &Shared) -> Plan {
        Plan::new(setup, shared)
    }

    fn settled(plan: &Plan, shared: &Shared, me: PeerId) -> Gnutella06 {
        plan.settle(me, Gnutella06::new(me, shared), shared)
    }

    fn routines(shared: &Shared) -> Vec<Routine<Timer>> {
        vec![Routine { timer: Timer::KeepAlive, period: shared.params.ping_interval }]
    }

    fn on_join(&mut self, ctx: &mut Context<'_, Self>, contact: Option<PeerId>) {
        self.join(ctx, contact);
    }

    fn on_leave(&mut self, ctx: &mut Context<'_, Self>) {
        self.say_bye(ctx);
    }

    /// The hosts it knew are still on its disk.
    fn on_return(&self, me: PeerId, shared: &Shared) -> Gnutella06 {
        let mut fresh = Gnutella06::new(me, shared);
        let known = self.neighbours.as_slice().iter().chain(self.cold.hosts.as_slice());
        let hosts = known.copied().take(usize::from(shared.params.host_cache)).collect();
        fresh.cold.hosts = HostCache::of(hosts);
        fresh
    }

    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, lookup: Lookup) {
        self.search(ctx, lookup.object);
    }

    #[inline]
    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, message: Message) {
        match message {
            Message::Query(query) => self.on_query(ctx, from, query),
            Message::QueryHit { guid, holder } => self.on_hit(ctx, from, guid, holder),
            Message::CachedHit { guid, holder } => self.on_cached_hit(ctx, from, guid, holder),
            Message::Table(slots) => self.on_table(ctx, from, slots.as_slice()),
            Message::Ping { retry: _, discover, claim } => self.on_ping(ctx, from, discover, claim),
            Message::Pong { host, leaves, slots } => self.on_pong(ctx, from, host, leaves, slots),
            Message::Connect { ultrapeer, claim } => self.on_connect(ctx, from, ultrapeer, claim),
            Message::Accept { ultrapeer } => self.on_accept(ctx, from, ultrapeer),
            Message::Busy(hosts) => self.on_busy(ctx, from, hosts),
            Message::Needed { instead } => self.on_needed(ctx, from, instead),
            Message::Bye => self.on_bye(ctx, from),
            Message::Push { holder, to, object, ttl } => self.on_push(ctx, holder, to, object, ttl),
        }
    }

    fn on_silence(&mut self, ctx: &mut Context<'_, Self>, to: PeerId, asked: Message) {
        match asked {
            Message::Connect { .. } => self.on_no_answer(ctx, to),
            Message::Ping { retry, .. } => self.on_no_pong(ctx, to, retry),
            Message::Query(_)
            | Message::QueryHit { .. }
            | Message::CachedHit { .. }
            | Message::Table(_)
            | Message::Pong { .. }
            | Message::Accept { .. }
            | Message::Busy(_)
            | Message::Needed { .. }
            | Message::Bye
            | Message::Push { .. } => {}
        }
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, timer: Timer) {
        match timer {
            Timer::KeepAlive => self.keep_alive(ctx),
            Timer::Seek => self.seek_again(ctx),
            Timer::Widen(guid) => self.widen(ctx, guid),
        }
    }

    /// Ultrapeers, and the leaves to which an ultrapeer may pass questions on.
    fn links(&self) -> impl Iterator<Item = PeerId> {
        let leaves = self.leaves.iter().flat_map(|leaves| leaves.index.children());
        self.neighbours.as_slice().iter().copied().chain(leaves.map(|leaf| leaf.address))
    }

    /// Neighbours, hosts it keeps in mind, and, for an ultrapeer, the places set in its leaves' tables and cached answers.
    fn entries(&self) -> usize {
        let cached = self.cold.cache.as_ref().map_or(0, Cache::references);
        let known = self.neighbours.as_slice().len() + self.cold.hosts.as_slice().len() + cached;
        known + self.leaves.as_ref().map_or(0, |leaves| leaves.index.entries())
    }

    /// As in Gnutella 0.4; handshakes with their headers, as the draft's examples have them. Of a table with few places set,
    /// deflate leaves some two bytes a place.
    #[inline]
    fn wire_size(shared: &Shared, message: &Message) -> u32 {
        /// GUID, function, TTL, hops, payload length.
        const HEADER: u32 = 16 + 1 + 1 + 1 + 4;
        const FILE_NAME: u32 = 66;
        /// Port, address, number and size of the files shared.
        const PONG: u32 = HEADER + 14;
        /// "Address:port,".
        const TRY: u32 = 22;
        match message {
            Message::Query(_) => HEADER + 2 + shared.query_text + 1,
            Message::QueryHit { .. } | Message::CachedHit { .. } => HEADER + 11 + (8 + FILE_NAME + 2) + 16,
            // RESET: variant, length, infinity; PATCH: variant, number, count, compression, bits.
            Message::Table(slots) => HEADER + 6 + HEADER + 5 + 2 * slots.as_slice().len() as u32,
            Message::Ping { .. } => HEADER,
            Message::Pong { .. } => PONG,
            Message::Connect { .. } => {
                "GNUTELLA CONNECT/0.6\r\nUser-Agent: Peerlab/1.0\r\nX-Ultrapeer: False\r\nX-Query-Routing: 0.1\r\n\r\n"
                    .len() as u32
            }
            // The third step of the handshake is its end's, and counted here.
            Message::Accept { .. } => {
                ("GNUTELLA/0.6 200 OK\r\nUser-Agent: Peerlab/1.0\r\nX-Ultrapeer: True\r\nX-Query-Routing: 0.1\r\n\r\n"
                    .len()
                    + "GNUTELLA/0.6 200 OK\r\n\r\n".len()) as u32
            }
            Message::Busy(hosts) => {
                "GNUTELLA/0.6 503 Busy\r\nX-Try-Ultrapeers: \r\n\r\n".len() as u32 + u32::from(hosts.len) * TRY
            }
            Message::Needed { .. } => HEADER + 8,
            Message::Bye => HEADER + 2 + 1,
            // The servent's identifier, index of the file, address and port.
            Message::Push { .. } => HEADER + 16 + 4 + 4 + 2,
        }
    }

    fn invariants(network: &[&Gnutella06], online: &Online<'_>, shared: &Shared) -> Result<(), Violation> {
        network
            .iter()
            .zip(online.addresses())
            .try_for_each(|(peer, &me)| peer.agrees(me, network, online, shared))
    }

    fn measures(network: &[&Gnutella06], online: &Online<'_>, _shared: &Shared) -> Vec<(&'static str, f64)> {
        tiers::measures(network, online)
    }

    /// Where it remembers descriptors and, if the query may be passed on, where its neighbours are: all of it.
    #[inline]
    fn touches(&self, _shared: &Shared, message: &Message) -> Range<usize> {
        let goes_on = matches!(message, Message::Query(query) if query.ttl > 0);
        0..if goes_on { size_of::<Gnutella06>() } else { std::mem::offset_of!(Gnutella06, neighbours) }
    }

    const FORESEES: bool = true;

    #[inline]
    fn follows(&self, shared: &Shared, message: &Message, mut fetch: impl FnMut(*const u8)) {
        if let Message::Query(query) = message {
            fetch(self.seen.address(query.guid));
            if let (1.., Some(leaves)) = (query.ttl, &self.leaves) {
                fetch(leaves.address(shared.slot(query.object)));
            }
        }
    }

    fn role(&self) -> Role {
        if self.is_ultrapeer() { Role::Supernode } else { Role::Ordinary }
    }
}

impl Gnutella06 {
    fn is_ultrapeer(&self) -> bool {
        self.leaves.is_some()
    }

    /// Looks for `object`: asks all ultrapeers to which it is connected and, as an ultrapeer, its leaves.
    fn search(&mut self, ctx: &mut Context<'_, Self>, object: ObjectId) {
        ctx.visited();
        if ctx.shared().params.cache > 0 && self.answer_from_cache(ctx, object) {
            return;
        }
        self.cold.count = self.cold.count.wrapping_add(1);
        let (me, memory) = (ctx.me(), ctx.shared().memory);
        let guid = Guid { origin: me, serial: Serial::new(self.cold.count) };
        self.seen.remember(ctx.now(), memory, guid, me);
        // An ultrapeer is the first of those in a row.
        let ttl = if self.is_ultrapeer() { ctx.shared().params.ttl - 1 } else { ctx.shared().params.ttl };
        let query = Query { guid, object, ttl };
        if self.is_ultrapeer() && ctx.shared().params.search != (Search::Flooding {}) {
            return self.steer(ctx, me, query, 0);
        }
        self.ask_leaves(ctx, me, query);
        self.flood(ctx, me, query);
    }

    /// A query is looked up among the peer's own objects, and an ultrapeer passes it on: to leaves that may have it, and to
    /// other ultrapeers, the first time.
    #[inline]
    fn on_query(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, query: Query) {
        let memory = ctx.shared().memory;
        if !self.seen.remember(ctx.now(), memory, query.guid, from) {
            return;
        }
        ctx.visited();
        let holds = ctx.holds(query.object);
        if holds {
            ctx.reply(from, Message::QueryHit { guid: query.guid, holder: ctx.me() });
        } else if ctx.shared().params.cache > 0 && self.hit_from_cache(ctx, query, from) {
            return;
        }
        if let (1.., Some(leaves)) = (query.ttl, &self.leaves) {
            if matches!(ctx.shared().params.search, Search::Dynamic(_))
                && from == query.guid.origin
                && leaves.index.contains(from)
            {
                return self.steer(ctx, from, query, u32::from(holds));
            }
            // Looked up before the flood and used after it: what lies far away in memory arrives meanwhile.
            let last_hop = match &ctx.shared().words {
                None => leaves.may_have(ctx.shared().slot(query.object)),
                // The whole tables are looked at.
                Some(_) => true,
            };
            self.flood(ctx, from, Query { ttl: query.ttl - 1, ..query });
            if last_hop {
                self.ask_leaves(ctx, from, query);
            }
        }
    }

    /// Passes a query on to other ultrapeers.
    #[inline]
    fn flood(&self, ctx: &mut Context<'_, Self>, from: PeerId, query: Query) {
        if query.ttl > 0 {
            for &neighbour in self.neighbours.as_slice().iter().filter(|&&neighbour| neighbour != from) {
                ctx.send(neighbour, Message::Query(query));
            }
        }
    }

    /// A hit is an answer at the origin, and elsewhere goes back where its query came from.
    fn on_hit(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, guid: Guid, holder: PeerId) {
        if ctx.shared().params.cache > 0 {
            self.remember_hit(ctx, holder);
        }
        if ctx.needs_push(holder) {
            self.remember_way(ctx, holder, from);
        }
        if guid.origin == ctx.me() {
            self.on_answer(ctx, holder);
        } else if let Some(route) = self.seen.route(guid) {
            ctx.reply(route, Message::QueryHit { guid, holder });
        }
        if matches!(ctx.shared().params.search, Search::Dynamic(_)) {
            self.count_result(guid);
        }
    }

    /// Somebody has it.
    fn on_answer(&mut self, ctx: &mut Context<'_, Self>, holder: PeerId) {
        if let Some(Push { provider, object }) = ctx.answer_or_push(&[holder]) {
            self.pass_push(ctx, provider, ctx.me(), object, MOST_HOPS);
        }
    }
}
