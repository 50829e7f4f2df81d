//! Connections: the settled overlay, joining, handshakes, keep-alive and repair, and the host cache.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::hubs::Known;
use super::params::{Bootstrap, Params};
use super::{Gnutella, Guid, Hosts, Message, Neighbours, Serial, Ttl};
use crate::sim::random::{Purpose, stream};
use crate::sim::{Context, ObjectId, PeerId, Setup, Span};

/// So many handshakes a peer begins from one keep-alive to the next, so that a network without room comes to rest.
const ATTEMPTS: u16 = 32;
/// So often it asks the bootstrap service for somebody it does not know yet.
const DRAWS: u32 = 8;

/// The settled overlay.
#[derive(Debug)]
pub struct Plan {
    /// The neighbours of peer `n` that are online are `targets[starts[n]..starts[n + 1]]`.
    starts: Vec<u32>,
    targets: Vec<PeerId>,
    /// How many the scenario's overlay gives each peer, online or not; empty without one.
    given: Vec<u32>,
    online: Vec<PeerId>,
    /// What each peer holds, where neighbours know.
    shares: Vec<Box<[ObjectId]>>,
    seed: u64,
}

impl Plan {
    pub(super) fn new(setup: &Setup<'_>, params: &Params) -> Plan {
        let (online, seed) = (setup.online.to_vec(), setup.world.seed());
        let peers = setup.world.peers();
        let mut is_online = vec![false; peers as usize];
        online.iter().for_each(|peer| is_online[peer.index()] = true);
        let indexed = if params.search.has_index() { peers } else { 0 };
        let shares = (0..indexed).map(|number| setup.world.shares(number).into()).collect();
        let mut plan = Plan { starts: vec![0], targets: Vec::new(), given: Vec::new(), online, shares, seed };
        if peers == 0 || setup.world.neighbours(0).is_none() {
            plan.link_at_random(peers, params);
            return plan;
        }
        for number in 0..peers {
            let given = setup.world.neighbours(number).unwrap_or_default();
            if is_online[number as usize] {
                let present = given.iter().filter(|&&n| is_online[n as usize]);
                plan.targets.extend(present.map(|&n| PeerId::new(n)));
            }
            plan.given.push(given.len() as u32);
            plan.starts.push(plan.targets.len() as u32);
        }
        plan
    }

    /// Links those online by the union of random rings, which is connected and almost regular of the wanted degree (Law,
    /// Siu, *Distributed Construction of Random Expander Networks*, INFOCOM 2003).
    fn link_at_random(&mut self, peers: u32, params: &Params) {
        let mut rng = stream(self.seed, Purpose::Settled, 0);
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for _ in 0..(params.wanted_degree / 2).max(1) {
            let mut ring: Vec<u32> = self.online.iter().map(|peer| peer.number()).collect();
            ring.shuffle(&mut rng);
            let next = ring.iter().skip(1).chain(ring.first());
            pairs.extend(ring.iter().zip(next).flat_map(|(&a, &b)| [(a, b), (b, a)]));
        }
        pairs.retain(|(a, b)| a != b);
        pairs.sort_unstable();
        pairs.dedup();
        self.starts = (0..=peers).map(|n| pairs.partition_point(|&(a, _)| a < n) as u32).collect();
        self.targets = pairs.into_iter().map(|(_, b)| PeerId::new(b)).collect();
    }

    /// The peer as it would be, had it come online long ago.
    ///
    /// In an overlay that the scenario gives it keeps at the degree it has there. With keep-alives going, its host cache
    /// has filled.
    pub(super) fn settle(&self, me: PeerId, fresh: Gnutella, params: &Params) -> Gnutella {
        let row = self.starts[me.index()] as usize..self.starts[me.index() + 1] as usize;
        let neighbours = Neighbours::of(&self.targets[row]);
        let degree = neighbours.as_slice().len() as u16;
        let wanted = match self.given.get(me.index()) {
            Some(&given) => degree.max(given.min(u32::from(fresh.wanted)) as u16),
            None => fresh.wanted,
        };
        let mut peer = Gnutella { neighbours, wanted, room: fresh.room.max(degree), ..fresh };
        if params.search.needs_cards() {
            peer.cold().known = self.cards(me);
        }
        let others = self.online.len().saturating_sub(1);
        if params.ping_interval > Span::ZERO && others > 0 {
            let mut rng = stream(self.seed, Purpose::Settled, 1 + u64::from(me.number()));
            for _ in 0..usize::from(params.host_cache).min(others) {
                let host = self.online[rng.random_range(0..self.online.len())];
                peer.learn(me, host, params);
            }
        }
        peer
    }
}

impl Plan {
    /// What a settled peer knows of its neighbours.
    fn cards(&self, me: PeerId) -> Vec<Known> {
        let row = |peer: PeerId| self.starts[peer.index()] as usize..self.starts[peer.index() + 1] as usize;
        let objects = |peer: PeerId| self.shares.get(peer.index()).cloned().unwrap_or_default();
        let card = |&peer: &PeerId| Known::new(peer, row(peer).len() as u32, objects(peer));
        self.targets[row(me)].iter().map(card).collect()
    }
}

impl Hosts {
    /// Up to four of `known`, from a random one on.
    fn some(known: &[PeerId], start: usize) -> Hosts {
        let mut some = Hosts { len: known.len().min(4) as u8, hosts: [PeerId::new(0); 4] };
        for (index, host) in some.hosts.iter_mut().enumerate().take(known.len()) {
            *host = known[(start + index) % known.len()];
        }
        some
    }

    fn as_slice(&self) -> &[PeerId] {
        &self.hosts[..usize::from(self.len)]
    }
}

impl Gnutella {
    /// Comes online: learns of some hosts and connects.
    pub(super) fn join(&mut self, ctx: &mut Context<'_, Self>, contact: Option<PeerId>) {
        let first = match ctx.shared().params.bootstrap {
            Bootstrap::HostList => contact,
            Bootstrap::WellKnown => ctx.well_known(),
            Bootstrap::PeerCache => contact.filter(|_| self.cold().hosts.as_slice().is_empty()),
        };
        if let Some(host) = first {
            self.hear_of(ctx, host);
        }
        self.seek(ctx);
    }

    /// Asks further hosts to connect, until enough may say yes.
    fn seek(&mut self, ctx: &mut Context<'_, Self>) {
        let wanted = usize::from(self.wanted);
        let patience = ctx.shared().params.patience;
        while self.neighbours.as_slice().len() + self.cold().connecting.len() < wanted
            && self.cold().attempts < ATTEMPTS
        {
            let Some(host) = self.next_host(ctx) else { return };
            let cold = self.cold();
            cold.attempts += 1;
            cold.connecting.push(host);
            ctx.ask(host, Message::Connect, patience);
        }
    }

    /// Somebody to connect to: a random host from the cache, or else whom the bootstrap service names.
    fn next_host(&mut self, ctx: &mut Context<'_, Self>) -> Option<PeerId> {
        while let Some(host) = self.cold().hosts.take(ctx.rng()) {
            if self.is_new(ctx.me(), host) {
                return Some(host);
            }
        }
        let named = match ctx.shared().params.bootstrap {
            Bootstrap::WellKnown => ctx.well_known(),
            Bootstrap::HostList | Bootstrap::PeerCache => None,
        };
        named
            .filter(|&host| self.is_new(ctx.me(), host))
            .or_else(|| (0..DRAWS).find_map(|_| ctx.bootstrap().filter(|&host| self.is_new(ctx.me(), host))))
    }

    /// Whether `host` is neither this peer nor connected nor asked to connect.
    fn is_new(&mut self, me: PeerId, host: PeerId) -> bool {
        host.number() != me.number()
            && !self.neighbours.contains(host)
            && !self.cold().connecting.contains(&host)
    }

    fn has_room(&self) -> bool {
        self.neighbours.as_slice().len() < usize::from(self.room)
    }

    /// GNUTELLA CONNECT: welcome, if there is room; else here are others.
    pub(super) fn on_connect(&mut self, ctx: &mut Context<'_, Self>, from: PeerId) {
        if ctx.profile().firewalled {
            // It never arrives.
            return;
        }
        if self.neighbours.contains(from) || self.has_room() {
            self.neighbours.add(from);
            ctx.reply(from, Message::Accept);
            self.introduce(ctx, from);
        } else {
            let known = self.neighbours.as_slice();
            let start = ctx.rng().random_range(0..known.len());
            ctx.reply(from, Message::Busy(Hosts::some(known, start)));
        }
    }

    /// GNUTELLA OK. The first one of a session is asked who else there is.
    pub(super) fn on_accept(&mut self, ctx: &mut Context<'_, Self>, from: PeerId) {
        self.cold().connecting.retain(|&host| host != from);
        if !self.neighbours.contains(from) && !self.has_room() {
            ctx.reply(from, Message::Bye);
            return;
        }
        self.neighbours.add(from);
        if !std::mem::replace(&mut self.cold().discovered, true) {
            self.discover(ctx, from);
        }
        self.introduce(ctx, from);
    }

    /// Sends the PING whose PONGs fill the host cache.
    fn discover(&mut self, ctx: &mut Context<'_, Self>, neighbour: PeerId) {
        let Params { discovery_ttl: ttl, ping_interval, .. } = ctx.shared().params;
        if ttl > 0 && ping_interval > Span::ZERO {
            let guid = self.fresh_guid(ctx.me());
            ctx.send(neighbour, Message::Ping { guid, ttl });
        }
    }

    /// No room there, but it names others.
    pub(super) fn on_busy(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, hosts: Hosts) {
        self.cold().connecting.retain(|&host| host != from);
        for &host in hosts.as_slice() {
            self.hear_of(ctx, host);
        }
        self.seek(ctx);
    }

    /// Nobody there: try another.
    pub(super) fn on_no_answer(&mut self, ctx: &mut Context<'_, Self>, host: PeerId) {
        self.cold().connecting.retain(|&other| other != host);
        self.seek(ctx);
    }

    /// PINGs all neighbours, and looks for more if some are missing.
    pub(super) fn keep_alive(&mut self, ctx: &mut Context<'_, Self>) {
        let (ttl, patience) = (ctx.shared().params.ping_ttl, ctx.shared().params.patience);
        let me = ctx.me();
        for place in 0..self.neighbours.as_slice().len() {
            let guid = self.fresh_guid(me);
            ctx.ask(self.neighbours.as_slice()[place], Message::Ping { guid, ttl }, patience);
        }
        self.cold().attempts = 0;
        self.seek(ctx);
    }

    /// A neighbour that misses two PINGs in a row is gone.
    pub(super) fn on_no_pong(&mut self, ctx: &mut Context<'_, Self>, neighbour: PeerId, serial: Serial) {
        if !self.neighbours.contains(neighbour) {
            return;
        }
        if serial.round() == 0 {
            let (ttl, patience) = (ctx.shared().params.ping_ttl, ctx.shared().params.patience);
            let serial = serial.next_round().unwrap_or(serial);
            ctx.ask(neighbour, Message::Ping { guid: Guid { origin: ctx.me(), serial }, ttl }, patience);
        } else {
            // It may yet live, if the network loses messages: tell it.
            ctx.send(neighbour, Message::Bye);
            self.part(ctx, neighbour);
        }
    }

    /// A neighbour closes the connection, or knows of none.
    pub(super) fn on_bye(&mut self, ctx: &mut Context<'_, Self>, from: PeerId) {
        ctx.maintaining();
        self.part(ctx, from);
    }

    /// Does without a neighbour, and looks for another.
    fn part(&mut self, ctx: &mut Context<'_, Self>, neighbour: PeerId) {
        if self.neighbours.remove(neighbour) {
            let cold = self.cold();
            cold.attempts = cold.attempts.saturating_sub(1);
            self.seek(ctx);
            self.tell_degree(ctx, None);
        }
    }

    /// A PING is answered and, if it has hops left, passed on, the first time (rules 1, 5 and 7). One from somebody who is
    /// no neighbour shows that its sender has missed the end of a connection.
    pub(super) fn on_ping(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, guid: Guid, ttl: u8) {
        if !self.neighbours.contains(from) {
            if !self.cold().connecting.contains(&from) {
                ctx.maintaining();
                ctx.reply(from, Message::Bye);
            }
            return;
        }
        let flooded = ttl > 1 || guid.origin != from;
        let memory = ctx.shared().memory;
        if guid.origin == ctx.me() || (flooded && !self.seen.remember(ctx.now(), memory, guid, from)) {
            return;
        }
        ctx.reply(from, Message::Pong { guid, host: ctx.me() });
        if ctx.shared().params.pong_cache > 0 {
            self.answer_from_pong_cache(ctx, from, guid);
            return;
        }
        debug_assert!(ttl < Ttl::EDGE);
        self.flood(ctx, Some(from), ttl, |ttl| Message::Ping { guid, ttl });
    }

    /// Answers a PING with hosts that it knows, from a random one on, on behalf of those whom the PING does not reach.
    fn answer_from_pong_cache(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, guid: Guid) {
        let known = self.cold().hosts.as_slice().to_vec();
        if known.is_empty() {
            return;
        }
        let start = ctx.rng().random_range(0..known.len());
        let some = usize::from(ctx.shared().params.pong_cache).min(known.len());
        for host in (0..some).map(|index| known[(start + index) % known.len()]).filter(|&host| host != from) {
            ctx.reply(from, Message::Pong { guid, host });
        }
    }

    /// A PONG goes back where its PING came from (rule 3); whoever passes it on remembers the host.
    pub(super) fn on_pong(&mut self, ctx: &mut Context<'_, Self>, guid: Guid, host: PeerId) {
        self.hear_of(ctx, host);
        if guid.origin != ctx.me()
            && let Some(route) = self.seen.route(guid)
        {
            ctx.reply(route, Message::Pong { guid, host });
        }
    }

    fn hear_of(&mut self, ctx: &mut Context<'_, Self>, host: PeerId) {
        let me = ctx.me();
        self.learn(me, host, &ctx.shared().params);
    }

    /// Puts `host` into the host cache, unless it is connected; the host that has been there longest gives way.
    fn learn(&mut self, me: PeerId, host: PeerId, params: &Params) {
        let most = usize::from(params.host_cache.max(1));
        if host.number() == me.number() || self.neighbours.contains(host) {
            return;
        }
        self.cold().hosts.learn(host, most);
    }

    /// The hosts it knows, neighbours first: what its disk holds.
    pub(super) fn known_hosts(&self, params: &Params) -> Vec<PeerId> {
        let cached = self.cold.iter().flat_map(|cold| cold.hosts.as_slice());
        let known = self.neighbours.as_slice().iter().chain(cached);
        known.copied().take(usize::from(params.host_cache.max(1))).collect()
    }
}
