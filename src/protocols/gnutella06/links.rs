//! Connections: handshakes, keep-alive and repair, and the cache of hosts.

use rand::RngExt;

use super::{Count, Gnutella06, Hosts, Message, Timer};
use crate::protocols::unstructured::Claim;
use crate::sim::{Context, Parcel, PeerId, Span};

/// So many handshakes a peer begins at once, before it pauses.
const ATTEMPTS: u16 = 8;
/// So often it asks the bootstrap service for somebody it does not know yet.
const DRAWS: u32 = 4;
/// After so many handshakes in vain a peer without any ultrapeer becomes one: the well-known host, where others look for
/// ultrapeers; one that is able; one that is not.
const FAILURES: [u16; 3] = [3, 12, 24];

impl Hosts {
    /// Up to four of `known`, from a random one on.
    fn some(ctx: &mut Context<'_, Gnutella06>, known: &[PeerId]) -> Hosts {
        let mut some = Hosts { len: known.len().min(4) as u8, hosts: [PeerId::new(0); 4] };
        let start = if known.is_empty() { 0 } else { ctx.rng().random_range(0..known.len()) };
        for (index, host) in some.hosts.iter_mut().enumerate().take(known.len()) {
            *host = known[(start + index) % known.len()];
        }
        some
    }

    fn as_slice(&self) -> &[PeerId] {
        &self.hosts[..usize::from(self.len)]
    }
}

impl Gnutella06 {
    /// Comes online, as a leaf; alone, as an ultrapeer.
    pub(super) fn join(&mut self, ctx: &mut Context<'_, Self>, contact: Option<PeerId>) {
        self.cold.since = ctx.now();
        self.cold.uplink = ctx.shared().fitness.uplink(ctx.me().number(), ctx.profile());
        match contact {
            Some(host) => {
                self.hear_of(ctx, host);
                self.seek(ctx);
            }
            None => self.become_ultrapeer(ctx),
        }
    }

    /// How many ultrapeers it looks for, and how many it has room for.
    fn wanted(&self, ctx: &Context<'_, Self>) -> (usize, usize) {
        let params = &ctx.shared().params;
        match self.is_ultrapeer() {
            true => (usize::from(params.wanted_degree), usize::from(params.max_degree)),
            false => (usize::from(params.leaf_degree), usize::from(params.leaf_degree)),
        }
    }

    /// Asks further hosts to connect, until enough may say yes.
    pub(super) fn seek(&mut self, ctx: &mut Context<'_, Self>) {
        let (wanted, patience) = (self.wanted(ctx).0, ctx.shared().params.patience);
        while self.neighbours.as_slice().len() + self.cold.connecting.len() < wanted
            && self.cold.attempts < ATTEMPTS
        {
            let Some(host) = self.next_host(ctx) else { break };
            self.cold.attempts += 1;
            self.cold.connecting.push(host);
            let (ultrapeer, claim) = (self.is_ultrapeer(), self.claim(ctx));
            ctx.ask(host, Message::Connect { ultrapeer, claim }, patience);
        }
        let lonely = self.neighbours.as_slice().is_empty() && self.cold.connecting.is_empty();
        if lonely && !self.is_ultrapeer() {
            match ctx.bootstrap() {
                None => self.become_ultrapeer(ctx),
                Some(_) => self.rest(ctx),
            }
        }
    }

    /// Nobody left to ask: goes on a little later.
    fn rest(&mut self, ctx: &mut Context<'_, Self>) {
        if !std::mem::replace(&mut self.cold.resting, true) {
            let pause = Span::millis(ctx.rng().random_range(1000..3000));
            ctx.after(pause, Timer::Seek);
        }
    }

    pub(super) fn seek_again(&mut self, ctx: &mut Context<'_, Self>) {
        self.cold.resting = false;
        self.cold.attempts = 0;
        self.seek(ctx);
    }

    /// Somebody to connect to: a random host from the cache, the well-known host, whom the bootstrap service names.
    fn next_host(&mut self, ctx: &mut Context<'_, Self>) -> Option<PeerId> {
        while let Some(host) = self.cold.hosts.take(ctx.rng()) {
            if self.is_new(ctx.me(), host) {
                return Some(host);
            }
        }
        let named = ctx.well_known().filter(|&host| self.is_new(ctx.me(), host));
        named.or_else(|| (0..DRAWS).find_map(|_| ctx.bootstrap().filter(|&host| self.is_new(ctx.me(), host))))
    }

    /// Whether `host` is neither this peer nor connected nor asked to connect.
    fn is_new(&self, me: PeerId, host: PeerId) -> bool {
        let leaf = self.leaves.as_ref().is_some_and(|leaves| leaves.index.contains(host));
        host.number() != me.number()
            && !leaf
            && !self.neighbours.contains(host)
            && !self.cold.connecting.contains(&host)
    }

    pub(super) fn hear_of(&mut self, ctx: &Context<'_, Self>, host: PeerId) {
        if host.number() != ctx.me().number() && !self.neighbours.contains(host) {
            self.cold.hosts.learn(host, usize::from(ctx.shared().params.host_cache));
        }
    }

    /// GNUTELLA CONNECT: an ultrapeer has room for some leaves and some ultrapeers. Whoever cannot say yes names others.
    pub(super) fn on_connect(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        ultrapeer: bool,
        claim: Claim,
    ) {
        let (most, now) = (usize::from(ctx.shared().params.max_leaves), ctx.now());
        let room = self.neighbours.as_slice().len() < self.wanted(ctx).1;
        let accepted = match &mut self.leaves {
            Some(leaves) if ultrapeer && (self.neighbours.contains(from) || room) => {
                leaves.forget(from);
                self.neighbours.add(from);
                true
            }
            Some(leaves) if !ultrapeer && (leaves.index.contains(from) || leaves.index.len() < most) => {
                self.neighbours.remove(from);
                leaves.admit(from, claim, now);
                true
            }
            Some(leaves) => {
                if !ultrapeer {
                    leaves.full = true;
                }
                false
            }
            None => false,
        };
        if accepted {
            ctx.reply(from, Message::Accept { ultrapeer });
        } else {
            let known: Vec<PeerId> =
                self.neighbours.as_slice().iter().copied().filter(|&peer| peer != from).collect();
            let hosts = Hosts::some(ctx, &known);
            ctx.reply(from, Message::Busy(hosts));
        }
    }

    /// 200 OK. A leaf sends its table. The first ultrapeer of a session is asked who else there is.
    pub(super) fn on_accept(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, ultrapeer: bool) {
        self.cold.connecting.retain(|&host| host != from);
        let room = self.neighbours.as_slice().len() < self.wanted(ctx).1;
        if ultrapeer != self.is_ultrapeer() || !self.neighbours.contains(from) && !room {
            ctx.reply(from, Message::Bye);
            return;
        }
        let first = self.neighbours.as_slice().is_empty();
        self.neighbours.add(from);
        self.cold.hosts.forget(from);
        self.cold.failures = 0;
        if first {
            let claim = self.claim(ctx);
            ctx.send(from, Message::Ping { retry: 0, discover: true, claim });
        }
        if !ultrapeer {
            self.publish(ctx, from);
        }
    }

    /// A leaf tells an ultrapeer what it may be asked for. The first of its ultrapeers: publishing; later ones: repair.
    fn publish(&mut self, ctx: &mut Context<'_, Self>, to: PeerId) {
        let replicas = ctx.shares().len() as u32;
        match self.cold.published {
            0 => ctx.publishing(replicas),
            again if again < ctx.shared().params.leaf_degree => ctx.publishing(0),
            _ => ctx.maintaining(),
        }
        self.cold.published = self.cold.published.saturating_add(1);
        if replicas > 0 {
            let table = ctx.shared().table(ctx.shares());
            ctx.send(to, Message::Table(Parcel::new(table)));
        }
    }

    /// 503: no room there, or no ultrapeer, but it names others.
    pub(super) fn on_busy(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, hosts: Hosts) {
        hosts.as_slice().iter().for_each(|&host| self.hear_of(ctx, host));
        self.on_failure(ctx, from);
    }

    /// Nobody there.
    pub(super) fn on_no_answer(&mut self, ctx: &mut Context<'_, Self>, host: PeerId) {
        self.cold.hosts.forget(host);
        self.on_failure(ctx, host);
    }

    /// Tries another; or, having found no ultrapeer for long, becomes one.
    fn on_failure(&mut self, ctx: &mut Context<'_, Self>, host: PeerId) {
        self.cold.connecting.retain(|&other| other != host);
        if self.neighbours.as_slice().is_empty() && !self.is_ultrapeer() {
            self.cold.failures += 1;
            let kind = if ctx.well_known().is_none() { 0 } else { 1 + usize::from(!self.cold.uplink.able) };
            if self.cold.failures >= FAILURES[kind] {
                self.become_ultrapeer(ctx);
                return;
            }
        }
        self.seek(ctx);
    }

    /// PINGs all ultrapeers, does without silent leaves, and looks for more ultrapeers, if some are missing.
    pub(super) fn keep_alive(&mut self, ctx: &mut Context<'_, Self>) {
        let (now, expiry) = (ctx.now(), ctx.shared().params.expiry);
        if let Some(leaves) = &mut self.leaves {
            leaves.index.expire(now, expiry);
            leaves.summarise();
        }
        self.look_after(ctx);
        for neighbour in self.neighbours.as_slice().to_vec() {
            self.ping(ctx, neighbour, 0);
        }
        self.cold.attempts = 0;
        self.seek(ctx);
    }

    fn ping(&self, ctx: &mut Context<'_, Self>, neighbour: PeerId, retry: u8) {
        let (claim, patience) = (self.claim(ctx), ctx.shared().params.patience);
        ctx.ask(neighbour, Message::Ping { retry, discover: false, claim }, patience);
    }

    /// A neighbour that misses two PINGs in a row is gone. It may yet live, if the network loses messages: tell it.
    pub(super) fn on_no_pong(&mut self, ctx: &mut Context<'_, Self>, neighbour: PeerId, retry: u8) {
        if !self.neighbours.contains(neighbour) {
        } else if retry == 0 {
            self.ping(ctx, neighbour, 1);
        } else {
            ctx.send(neighbour, Message::Bye);
            self.part(ctx, neighbour);
        }
    }

    /// A neighbour closes the connection, or knows of none.
    pub(super) fn on_bye(&mut self, ctx: &mut Context<'_, Self>, from: PeerId) {
        ctx.maintaining();
        if let Some(leaves) = &mut self.leaves {
            leaves.forget(from);
        }
        self.part(ctx, from);
    }

    /// Does without an ultrapeer, and looks for another.
    fn part(&mut self, ctx: &mut Context<'_, Self>, neighbour: PeerId) {
        if self.neighbours.remove(neighbour) {
            self.cold.attempts = self.cold.attempts.saturating_sub(1);
            self.seek(ctx);
        }
    }

    /// A PING is answered, and never passed on; if its sender looks for hosts, from the cache. One from somebody who is not
    /// connected shows that its sender has missed the end of a connection.
    pub(super) fn on_ping(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        discover: bool,
        claim: Claim,
    ) {
        let (me, now) = (ctx.me(), ctx.now());
        let slots = match &mut self.leaves {
            Some(leaves) if self.neighbours.contains(from) => {
                leaves.fitter |= claim.is_fit();
                Some(0)
            }
            Some(leaves) => leaves.index.hear(from, claim, now),
            None => None,
        };
        let Some(slots) = slots else {
            if !self.cold.connecting.contains(&from) {
                ctx.maintaining();
                ctx.reply(from, Message::Bye);
            }
            return;
        };
        let leaves = Count(self.leaves.as_ref().map_or(0, |leaves| leaves.index.len()) as u32);
        ctx.reply(from, Message::Pong { host: me, leaves, slots: Count(slots) });
        if discover {
            let cached = self.neighbours.as_slice().iter().chain(self.cold.hosts.as_slice());
            let others = cached.copied().filter(|&host| host != from);
            let nothing = Count(0);
            for host in others.take(usize::from(ctx.shared().params.pongs)) {
                ctx.reply(from, Message::Pong { host, leaves: nothing, slots: nothing });
            }
        }
    }

    /// A PONG: of a host to remember, or of the ultrapeer at the other end, who says how busy it is and what it has of a
    /// leaf's table.
    pub(super) fn on_pong(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        host: PeerId,
        Count(busy): Count,
        Count(slots): Count,
    ) {
        if host != from {
            self.hear_of(ctx, host);
            return;
        }
        let (me, neighbour) = (ctx.me(), self.neighbours.contains(from));
        let most = usize::from(ctx.shared().params.max_leaves);
        match &mut self.leaves {
            Some(leaves) if neighbour => {
                let (busy, own) = (busy as usize, leaves.index.len());
                leaves.busier |= (busy, from) > (own, me);
                leaves.room += most.saturating_sub(busy);
            }
            None if neighbour => {
                let table = ctx.shared().table(ctx.shares());
                if slots as usize != table.len() {
                    ctx.maintaining();
                    ctx.send(from, Message::Table(Parcel::new(table)));
                }
            }
            Some(_) | None => {}
        }
    }
}
