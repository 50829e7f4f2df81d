//! Gnutella 0.4: an overlay without structure, in which questions are flooded.
//!
//! Clip2, *The Gnutella Protocol Specification v0.4*, document revision 1.2, 2001. What the network looked like: Ripeanu,
//! Foster, Iamnitchi, *Mapping the Gnutella Network*, IEEE Internet Computing 6(1), 2002. The other searches: Lv, Cao,
//! Cohen, Li, Shenker, *Search and Replication in Unstructured Peer-to-Peer Networks*, ICS 2002.
//!
//! | here | there |
//! | --- | --- |
//! | [`Message`], `wire_size` | Clip2, "Descriptors" and their payloads |
//! | `on_query`, `on_hit`, `on_ping`, `on_pong` | Clip2, "Descriptor Routing", rules 1 to 7 |
//! | `links`: `on_connect`, `on_accept`, `on_busy` | Clip2, "Protocol Definition": GNUTELLA CONNECT and OK |
//! | `links`: `keep_alive`, `seek` | Ripeanu et al., "Gnutella Protocol: Node's life" |
//! | `links`: `pong_cache` | Rohrs, *LimeWire's pong caching scheme*, 2001 |
//! | `caching` | Sripanidkulchai, *The Popularity of Gnutella Queries*, 2001: query caching |
//! | `search`: `widen` | Lv et al., section 4.1, expanding ring |
//! | `search`: `walk`, `on_check` | Lv et al., section 4.2, k-walker random walk with checking |
//! | `search`: `probe` | Cohen, Shenker, *Replication Strategies in Unstructured Peer-to-Peer Networks*, SIGCOMM 2002, section 2 |
//! | `hubs` | Adamic, Lukose, Puniyani, Huberman, *Search in Power-Law Networks*, 2001: the best connected first |
//! | `push`: `ask_to_connect`, `on_push` | Clip2, "Firewalled servents", rule 6: PUSH goes back the way the hit came |
//! | `unstructured::seen` | Clip2, rules 2, 4 and 7: the descriptor table of a servent |
//!
//! A servent behind a firewall answers no CONNECT; connections that the settled overlay gives it stand. Left out: minimum
//! speed. A query is for an object or, where the workload asks so, for words, which every peer looks for in the names of its own
//! objects. A GUID is the
//! origin's address and count, which no peer reads but to recognise its own. Added, as servents of the day did: a BYE when
//! a connection is closed, and a full servent's naming of other hosts (in 0.4, PONGs before hanging up).

mod caching;
mod hubs;
mod links;
#[cfg(test)]
mod papers_tests;
mod params;
mod push;
mod search;
#[cfg(test)]
#[path = "test_world.rs"]
pub(in crate::protocols) mod test_world;
#[cfg(test)]
mod tests;

pub use self::hubs::{Card, Trail};
pub use self::params::{
    Bootstrap, HighDegreeWalk, Hits, Params, RandomProbes, RandomWalk, Ring, Search, Shared, Steps, Ttl,
    Walkers,
};
pub use super::unstructured::{Guid, Serial};

use std::ops::Range;

use self::hubs::Known;
use self::links::Plan;
use self::search::Quest;
use super::cache::Cache;
use super::unstructured::{HostCache, Neighbours, PushRoutes, Seen};
use crate::sim::{
    Context, Lookup, ObjectId, Online, Parcel, PeerId, Protocol, Routine, Setup, Span, Textbook, Violation,
    query_text,
};

/// A servent. In the order of the fields, so that what a query needs lies together at the beginning.
#[derive(Debug)]
#[repr(C)]
pub struct Gnutella {
    /// Descriptors that passed lately, and from whom.
    seen: Seen,
    neighbours: Neighbours,
    /// How many neighbours it keeps at.
    wanted: u16,
    /// With how many it refuses more.
    room: u16,
    /// What a peer that only forwards does without.
    cold: Option<Box<Cold>>,
}

/// What is seldom needed.
#[derive(Debug, Default)]
struct Cold {
    /// How many descriptors it has named.
    count: u32,
    /// The host cache.
    hosts: HostCache,
    /// Hosts that have been asked to connect.
    connecting: Vec<PeerId>,
    /// Handshakes begun since the last keep-alive.
    attempts: u16,
    /// It has sent the PING that fills the host cache.
    discovered: bool,
    /// Its own searches of late.
    quests: Vec<Quest>,
    /// Answers that passed.
    cache: Option<Cache<ObjectId>>,
    /// Where hits of providers behind firewalls came from.
    pushes: PushRoutes,
    /// What neighbours have said of themselves, where searches ask for it.
    known: Vec<Known>,
}

/// What servents say.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each variant says what its fields are")]
pub enum Message {
    /// QUERY.
    Query(Query),
    /// QUERYHIT, with one result.
    QueryHit { guid: Guid, holder: PeerId, left: Left },
    /// The same of somebody who remembers who said so.
    CachedHit { guid: Guid, holder: PeerId, left: Left },
    /// A QUERY that walks.
    Walk { guid: Guid, object: ObjectId, left: Left },
    /// May this walker, which came to the sender from `last`, go on?
    Check { guid: Guid, left: Left, last: PeerId },
    /// It may.
    GoOn { serial: Serial, object: ObjectId, left: Left, last: PeerId },
    /// It may not.
    Stop,
    /// A QUERY to somebody picked at random.
    Probe { serial: Serial, object: ObjectId },
    /// It is not here.
    Nothing(Serial),
    /// PING.
    Ping { guid: Guid, ttl: u8 },
    /// PONG.
    Pong { guid: Guid, host: PeerId },
    /// The handshake: GNUTELLA CONNECT,
    Connect,
    /// GNUTELLA OK,
    Accept,
    /// or no room here, try these.
    Busy(Hosts),
    /// The sender is no neighbour (any more).
    Bye,
    /// PUSH: `holder` is asked to connect to `to`, with the object.
    Push { holder: PeerId, to: PeerId, object: ObjectId, left: Left },
    /// A QUERY that goes to the best connected.
    Seek(Parcel<Trail>),
    /// How many neighbours the sender has, and what it holds.
    Card(Parcel<Card>),
}

/// A question. In the order of the fields, so that none lies across two words of the event that brings it: that alone
/// made floods slower by a fifth.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Query {
    guid: Guid,
    object: ObjectId,
    ttl: u8,
}

/// A few other hosts.
#[derive(Clone, Copy, Debug)]
pub struct Hosts {
    len: u8,
    hosts: [PeerId; 4],
}

/// How many hops a descriptor has left. Alignment 1.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed)]
pub struct Left(u16);

/// What servents wait for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// PING the neighbours and look for more, if some are missing.
    KeepAlive,
    /// No answer from a ring: widen it.
    Widen(Serial),
}

impl Protocol for Gnutella {
    const NAME: &'static str = "gnutella";
    const PAPER: &'static str = "Clip2, The Gnutella Protocol Specification v0.4 (2001)";
    const TITLE: &'static str = "flooding an overlay without structure";
    const TEXTBOOK: Textbook = Textbook { messages: "O(n)", hops: "O(n)", state: "O(1)" };
    const OVERLAY: bool = true;
    const WORDS: bool = true;
    type Params = Params;
    type Shared = Shared;
    type Message = Message;
    type Timer = Timer;
    type Plan = Plan;

    fn shared(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        Ok(Shared {
            query_text: query_text(setup.world.keywords().map(|words| &**words)),
            ..Shared::new(params)?
        })
    }

    fn new(_me: PeerId, shared: &Shared) -> Gnutella {
        let Params { wanted_degree: wanted, max_degree: room, .. } = shared.params;
        Gnutella { neighbours: Neighbours::EMPTY, seen: Seen::EMPTY, wanted, room, cold: None }
    }

    fn plan(setup: &Setup<'_>, shared: &Shared) -> Plan {
        Plan::new(setup, &shared.params)
    }

    /// The overlay that the scenario gives, whatever its degrees, among those who are online; without one, a random
    /// regular graph.
    fn settled(plan: &Plan, shared: &Shared, me: PeerId) -> Gnutella {
        plan.settle(me, Gnutella::new(me, shared), &shared.params)
    }

    fn routines(shared: &Shared) -> Vec<Routine<Timer>> {
        let period = shared.params.ping_interval;
        if period == Span::ZERO { Vec::new() } else { vec![Routine { timer: Timer::KeepAlive, period }] }
    }

    fn on_join(&mut self, ctx: &mut Context<'_, Self>, contact: Option<PeerId>) {
        self.join(ctx, contact);
    }

    fn on_leave(&mut self, ctx: &mut Context<'_, Self>) {
        for &neighbour in self.neighbours.as_slice() {
            ctx.send(neighbour, Message::Bye);
        }
    }

    /// With a peer cache, the hosts it knew are still on its disk.
    fn on_return(&self, me: PeerId, shared: &Shared) -> Gnutella {
        let mut fresh = Gnutella::new(me, shared);
        match shared.params.bootstrap {
            Bootstrap::PeerCache => fresh.cold().hosts = HostCache::of(self.known_hosts(&shared.params)),
            Bootstrap::HostList | Bootstrap::WellKnown => {}
        }
        fresh
    }

    fn on_lookup(&mut self, ctx: &mut Context<'_, Self>, lookup: Lookup) {
        self.search(ctx, lookup.object);
    }

    #[inline]
    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, message: Message) {
        match message {
            Message::Query(query) => self.on_query(ctx, from, query),
            Message::QueryHit { guid, holder, left } => self.on_hit(ctx, from, guid, holder, left),
            Message::CachedHit { guid, holder, left } => self.on_cached_hit(ctx, from, guid, holder, left),
            Message::Walk { guid, object, left } => self.on_walk(ctx, from, guid, object, left),
            Message::Check { guid, left, last } => self.on_check(ctx, from, guid, left, last),
            Message::GoOn { serial, object, left, last } => {
                self.walk(ctx, Guid { origin: from, serial }, object, left, Some(last));
            }
            Message::Stop => {}
            Message::Probe { serial, object } => self.on_probe(ctx, from, serial, object),
            Message::Nothing(serial) => self.probe(ctx, serial),
            Message::Ping { guid, ttl } => self.on_ping(ctx, from, guid, ttl),
            Message::Pong { guid, host } => self.on_pong(ctx, guid, host),
            Message::Connect => self.on_connect(ctx, from),
            Message::Accept => self.on_accept(ctx, from),
            Message::Busy(hosts) => self.on_busy(ctx, from, hosts),
            Message::Bye => self.on_bye(ctx, from),
            Message::Push { holder, to, object, left } => self.on_push(ctx, holder, to, object, left),
            Message::Seek(trail) => self.on_seek(ctx, from, trail),
            Message::Card(card) => self.on_card(from, card),
        }
    }

    fn on_silence(&mut self, ctx: &mut Context<'_, Self>, to: PeerId, asked: Message) {
        match asked {
            Message::Connect => self.on_no_answer(ctx, to),
            Message::Ping { guid, ttl: _ } => self.on_no_pong(ctx, to, guid.serial),
            Message::Probe { serial, .. } => self.probe(ctx, serial),
            Message::Query(_)
            | Message::QueryHit { .. }
            | Message::CachedHit { .. }
            | Message::Walk { .. }
            | Message::Check { .. }
            | Message::GoOn { .. }
            | Message::Stop
            | Message::Nothing(_)
            | Message::Pong { .. }
            | Message::Accept
            | Message::Busy(_)
            | Message::Bye
            | Message::Push { .. }
            | Message::Seek(_)
            | Message::Card(_) => {}
        }
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, timer: Timer) {
        match timer {
            Timer::KeepAlive => self.keep_alive(ctx),
            Timer::Widen(serial) => self.widen(ctx, serial),
        }
    }

    fn links(&self) -> impl Iterator<Item = PeerId> {
        self.neighbours.as_slice().iter().copied()
    }

    /// Neighbours and hosts it keeps in mind, and cached answers. What it remembers of passing descriptors is transient and does not count.
    fn entries(&self) -> usize {
        let cached = |cold: &Cold| cold.cache.as_ref().map_or(0, Cache::references);
        let indexed = |cold: &Cold| cold.known.iter().map(Known::references).sum::<usize>();
        let known = |cold: &Cold| cold.hosts.as_slice().len() + cached(cold) + indexed(cold);
        self.neighbours.as_slice().len() + self.cold.as_deref().map_or(0, known)
    }

    fn kind(message: &Message) -> &'static str {
        match message {
            Message::Query(_) | Message::Walk { .. } | Message::Seek(_) | Message::Probe { .. } => "query",
            Message::QueryHit { .. } | Message::CachedHit { .. } => "hit",
            Message::Ping { .. } => "ping",
            Message::Pong { .. } => "pong",
            Message::Push { .. } => "push",
            Message::Check { .. }
            | Message::GoOn { .. }
            | Message::Stop
            | Message::Nothing(_)
            | Message::Connect
            | Message::Accept
            | Message::Busy(_)
            | Message::Bye
            | Message::Card(_) => "other",
        }
    }

    /// The specification's descriptors, without the TCP and IP headers below. For texts, the means that Yang and
    /// Garcia-Molina (*Designing a Super-Peer Network*, 2003) measured in this network.
    #[inline(always)]
    fn wire_size(shared: &Shared, message: &Message) -> u32 {
        /// GUID, function, TTL, hops, payload length.
        const HEADER: u32 = 16 + 1 + 1 + 1 + 4;
        const FILE_NAME: u32 = 66;
        /// Port, address, number and size of the files shared.
        const PONG: u32 = HEADER + 14;
        match message {
            // Minimum speed, the text and its end.
            Message::Query(_) | Message::Walk { .. } | Message::Probe { .. } => {
                HEADER + 2 + shared.query_text + 1
            }
            // Number of hits, port, address, speed; index, size and name of one file; the servent's identifier.
            Message::QueryHit { .. } | Message::CachedHit { .. } => HEADER + 11 + (8 + FILE_NAME + 2) + 16,
            Message::Check { .. }
            | Message::GoOn { .. }
            | Message::Stop
            | Message::Nothing(_)
            | Message::Ping { .. } => HEADER,
            Message::Pong { .. } => PONG,
            Message::Connect => "GNUTELLA CONNECT/0.4\n\n".len() as u32,
            Message::Accept => "GNUTELLA OK\n\n".len() as u32,
            Message::Busy(hosts) => u32::from(hosts.len) * PONG,
            // As in 0.6: a code and an empty text.
            Message::Bye => HEADER + 2 + 1,
            // The servent's identifier, index of the file, address and port.
            Message::Push { .. } => HEADER + 16 + 4 + 4 + 2,
            // As a QUERY, and the addresses of those who have had it.
            Message::Seek(trail) => {
                let been: usize = trail.as_slice().iter().map(Trail::len).sum();
                HEADER + 2 + shared.query_text + 1 + 4 * been as u32
            }
            // A number, and index, size and name of each file.
            Message::Card(card) => {
                let objects = card.as_slice().iter().filter_map(|card| card.objects.as_ref());
                HEADER + 4 + (8 + FILE_NAME + 2) * objects.map(|list| list.len() as u32).sum::<u32>()
            }
        }
    }

    /// Connections are mutual, with peers that are online, and not too many.
    fn invariants(network: &[&Gnutella], online: &Online<'_>, _shared: &Shared) -> Result<(), Violation> {
        for (&me, peer) in online.addresses().iter().zip(network) {
            let neighbours = peer.neighbours.as_slice();
            if neighbours.len() > usize::from(peer.room) {
                return Err(Violation::at(
                    me,
                    format!("{} neighbours, room for {}", neighbours.len(), peer.room),
                ));
            }
            let mut numbers: Vec<u32> = neighbours.iter().map(|n| n.number()).collect();
            numbers.sort_unstable();
            if numbers.windows(2).any(|pair| pair[0] == pair[1])
                || numbers.binary_search(&me.number()).is_ok()
            {
                return Err(Violation::at(
                    me,
                    format!("itself or a peer twice among its neighbours {neighbours:?}"),
                ));
            }
            for &neighbour in neighbours {
                let Some(position) = online.position(neighbour) else {
                    return Err(Violation::at(me, format!("its neighbour {neighbour} is gone")));
                };
                if !network[position].neighbours.contains(me) {
                    return Err(Violation::at(me, format!("its neighbour {neighbour} does not know it")));
                }
            }
        }
        Ok(())
    }

    /// Where it remembers descriptors and, if the query will be passed on, where its neighbours are: all of it.
    #[inline]
    fn touches(&self, _shared: &Shared, message: &Message) -> Range<usize> {
        let goes_on = matches!(message, Message::Query(query) if query.ttl > 1);
        0..if goes_on { size_of::<Gnutella>() } else { std::mem::offset_of!(Gnutella, neighbours) }
    }

    const FORESEES: bool = true;

    #[inline]
    fn follows(&self, _shared: &Shared, message: &Message, mut fetch: impl FnMut(*const u8)) {
        if let Message::Query(query) = message {
            fetch(self.seen.address(query.guid));
        }
    }
}

impl Gnutella {
    fn cold(&mut self) -> &mut Cold {
        self.cold.get_or_insert_default()
    }

    /// A name that none of this peer's descriptors of late has.
    fn fresh_guid(&mut self, me: PeerId) -> Guid {
        let cold = self.cold();
        cold.count = cold.count.wrapping_add(1);
        Guid { origin: me, serial: Serial::new(cold.count) }
    }

    /// A query is looked up among the peer's own objects and passed on, the first time (rules 2, 5 and 7).
    #[inline]
    fn on_query(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, query: Query) {
        let Query { guid, object, ttl } = query;
        let memory = ctx.shared().memory;
        if !self.seen.remember(ctx.now(), memory, guid, from) {
            return;
        }
        ctx.visited();
        if ctx.holds(object) {
            self.hit(ctx, guid, from);
        } else if ctx.shared().params.cache > 0 && self.hit_from_cache(ctx, guid, object, from) {
            return;
        }
        self.flood(ctx, Some(from), ttl, |ttl| Message::Query(Query { guid, object, ttl }));
    }

    /// Passes a descriptor that arrived with `ttl` on to all neighbours but the one it came from.
    #[inline]
    fn flood(
        &self,
        ctx: &mut Context<'_, Self>,
        from: Option<PeerId>,
        ttl: u8,
        message: impl Fn(u8) -> Message,
    ) {
        let ttl = if ttl == Ttl::EDGE { ttl } else { ttl.saturating_sub(1) };
        if ttl > 0 {
            for &neighbour in self.neighbours.as_slice().iter().filter(|&&n| Some(n) != from) {
                ctx.send(neighbour, message(ttl));
            }
        }
    }
}
