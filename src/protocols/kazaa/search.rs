//! Queries: from an ordinary peer to its supernode, and among supernodes.

use rand::RngExt;

use super::supernode::Supernode;
use super::{Guid, Kazaa, Message, Query, Timer};
use crate::sim::{Context, Lookup, ObjectId, Parcel, PeerId};

impl Kazaa {
    /// Looks for `object`.
    pub(super) fn search(&mut self, ctx: &mut Context<'_, Self>, object: ObjectId) {
        self.ask_for(ctx, object, 0);
    }

    /// Asks a supernode, whose turn it is by the query's number; or its own index.
    fn ask_for(&mut self, ctx: &mut Context<'_, Self>, object: ObjectId, retry: u8) {
        let guid = self.fresh_guid(ctx.me());
        let (ttl, patience) = (ctx.shared().params.ttl, ctx.shared().params.patience);
        let query = Query { guid, object, ttl };
        let keeps = self.keeps(ctx, object);
        if let Some(supernode) = &mut self.supernode {
            let (memory, me) = (ctx.shared().memory, ctx.me());
            supernode.seen.remember(ctx.now(), memory, guid, me);
            ctx.visited();
            let mut own: Vec<PeerId> = supernode.providers(ctx, query, keeps);
            let cached = ctx.shared().params.cache > 0 && supernode.add_cached(ctx, query, &mut own);
            let lookup = ctx.lookup();
            let push = ctx.answer_or_push(&own);
            if !cached {
                supernode.forward(ctx, None, query);
            }
            self.ask_to_connect(ctx, push);
            self.follow_up(ctx, lookup, guid.serial.count(), &own);
            return;
        }
        let parents = self.parents.as_slice();
        if parents.is_empty() {
            ctx.deadline(patience, Timer::Again { retry });
        } else {
            let parent = in_turn(parents, guid);
            ctx.ask(parent, Message::Query(Query { ttl: ttl + 1, ..query }), patience);
        }
    }

    /// Asks for more sources of a download: once, since it will do so again.
    pub(super) fn ask_again(&mut self, ctx: &mut Context<'_, Self>, query: Query) {
        let (guid, object, ttl) = (query.guid, query.object, query.ttl);
        let keeps = self.keeps(ctx, object);
        if let Some(supernode) = &mut self.supernode {
            let (memory, me) = (ctx.shared().memory, ctx.me());
            supernode.seen.remember(ctx.now(), memory, guid, me);
            let own = supernode.providers(ctx, query, keeps);
            supernode.forward(ctx, None, query);
            self.follow_up(ctx, None, guid.serial.count(), &own);
        } else if let parents @ [_, ..] = self.parents.as_slice() {
            ctx.send(in_turn(parents, guid), Message::Query(Query { ttl: ttl + 1, ..query }));
        }
    }

    /// There was no supernode to ask; is there one now?
    pub(super) fn search_again(&mut self, ctx: &mut Context<'_, Self>, retry: u8) {
        let Some(Lookup { object, .. }) = ctx.lookup() else { return };
        if retry < ctx.shared().params.retries {
            self.ask_for(ctx, object, retry + 1);
        }
    }

    /// The supernode does not answer: is it still there? Asks again, a few times.
    pub(super) fn on_no_hits(&mut self, ctx: &mut Context<'_, Self>, parent: PeerId, query: Query) {
        let retry = query.guid.serial.round();
        if retry < ctx.shared().params.retries
            && let Some(serial) = query.guid.serial.next_round()
        {
            let patience = ctx.shared().params.patience;
            let other = match (&self.supernode, self.parents.as_slice()) {
                (None, parents @ [_, ..]) => parents[usize::from(serial.round()) % parents.len()],
                (Some(_), _) | (None, []) => {
                    ctx.deadline(patience, Timer::Again { retry });
                    return;
                }
            };
            let guid = Guid { serial, ..query.guid };
            ctx.ask(other, Message::Query(Query { guid, ..query }), patience);
        }
        if self.parents.contains(parent) {
            ctx.maintaining();
            self.ping(ctx, parent, 0);
        }
    }

    /// A query is looked up in the index and passed on, the first time. Only supernodes are asked.
    #[inline]
    pub(super) fn on_query(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, query: Query) {
        let own = query.ttl > ctx.shared().params.ttl;
        let memory = ctx.shared().memory;
        let keeps = self.keeps(ctx, query.object);
        let Some(supernode) = self.supernode.as_mut().filter(|sn| !own || sn.index.contains(from)) else {
            ctx.maintaining();
            ctx.reply(from, if own { Message::Detach } else { Message::Unlink });
            return;
        };
        if !supernode.seen.remember(ctx.now(), memory, query.guid, from) {
            return;
        }
        ctx.visited();
        let mut providers = supernode.providers(ctx, query, keeps);
        let cached = own && ctx.shared().params.cache > 0 && supernode.add_cached(ctx, query, &mut providers);
        if own || !providers.is_empty() {
            ctx.reply(from, Message::Hits { guid: query.guid, providers: Parcel::new(providers) });
        }
        if cached {
            return;
        }
        // What its own peer asks may go all the way.
        let ttl = query.ttl - 1;
        if own {
            supernode.forward(ctx, None, Query { ttl, ..query });
        } else {
            supernode.forward(ctx, Some(from), Query { ttl, ..query });
        }
    }

    /// Hits are an answer at the origin, and elsewhere go back where their query came from.
    pub(super) fn on_hits(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        guid: Guid,
        providers: Parcel<PeerId>,
    ) {
        if ctx.shared().params.cache > 0 {
            self.remember_hits(ctx, providers.as_slice());
        }
        self.remember_ways(ctx, providers.as_slice(), from);
        if guid.origin == ctx.me() {
            let lookup = ctx.lookup();
            let push = ctx.answer_or_push(providers.as_slice());
            self.ask_to_connect(ctx, push);
            self.follow_up(ctx, lookup, guid.serial.count(), providers.as_slice());
        } else if let Some(supernode) = &self.supernode
            && let Some(route) = supernode.seen.route(guid)
        {
            ctx.reply(route, Message::Hits { guid, providers });
        }
    }
}

impl Supernode {
    /// Who of its cluster has it: some of them, from a random one on, so that none is always the first.
    /// This peer `keeps` all of it, or a part, beside what it had from the start. Those who have a part come last.
    fn providers(&self, ctx: &mut Context<'_, Kazaa>, query: Query, keeps: (bool, bool)) -> Vec<PeerId> {
        let (whole, part) = keeps;
        let mut providers = self.owners(ctx, query, whole);
        let (me, origin, object) = (ctx.me(), { query.guid.origin }, { query.object });
        let most = usize::from(ctx.shared().params.max_results);
        let first = self.parts.partition_point(|&(listed, _)| listed < object);
        let length = self.parts[first..].iter().take_while(|&&(listed, _)| listed == object).count();
        let parts = &self.parts[first..first + length];
        // Likewise from a random one on.
        let start = if parts.is_empty() { 0 } else { ctx.rng().random_range(0..parts.len()) };
        let turn = parts[start..].iter().chain(&parts[..start]).map(|&(_, peer)| peer);
        let turn = turn.filter(|&peer| peer != origin && self.index.contains(peer));
        let own = (part && me != origin).then_some(me);
        let room = most.saturating_sub(providers.len());
        providers.extend(turn.chain(own).take(room));
        providers
    }

    /// Those who have all of it.
    fn owners(&self, ctx: &mut Context<'_, Kazaa>, query: Query, kept: bool) -> Vec<PeerId> {
        let (me, origin) = (ctx.me(), { query.guid.origin });
        if let Some(words) = &ctx.shared().words {
            let matching = self.matching(words.matching(query.object), origin);
            return some_of(ctx, matching, query);
        }
        let (children, partners) = (self.index.providers(query.object), self.own.providers(query.object));
        let count = children.len() + partners.len();
        let listed = children.chain(partners);
        let own = (kept || ctx.holds(query.object)) && me != origin;
        if count == 0 {
            return if own { vec![me] } else { Vec::new() };
        }
        let start = ctx.rng().random_range(0..count);
        let turn = listed.clone().skip(start).chain(listed.take(start)).filter(|&peer| peer != origin);
        let most = usize::from(ctx.shared().params.max_results);
        turn.chain(own.then_some(me)).take(most).collect()
    }

    /// Who but `origin` has any of these objects, each once.
    #[cold]
    fn matching(&self, objects: &[ObjectId], origin: PeerId) -> Vec<PeerId> {
        let listed = |&object: &ObjectId| self.index.providers(object).chain(self.own.providers(object));
        let mut peers: Vec<PeerId> = objects.iter().flat_map(listed).filter(|&peer| peer != origin).collect();
        peers.sort_unstable();
        peers.dedup();
        peers
    }

    /// Asks one supernode of each linked cluster, but not of the one that the query came from.
    #[inline]
    fn forward(&self, ctx: &mut Context<'_, Kazaa>, from: Option<PeerId>, query: Query) {
        if query.ttl == 0 {
            return;
        }
        let asked = from.and_then(|from| self.link(from)).map(|link| link.cluster);
        for cluster in self.clusters() {
            if Some(cluster[0].cluster) != asked && cluster[0].cluster != self.cluster {
                let turn = query.guid.serial.count() as usize % cluster.len();
                ctx.send(cluster[turn].peer, Message::Query(query));
            }
        }
    }
}

/// So many of those who match a question by words as an answer names, from a random one on; this supernode is the last.
#[cold]
fn some_of(ctx: &mut Context<'_, Kazaa>, matching: Vec<PeerId>, query: Query) -> Vec<PeerId> {
    let (me, origin, most) = (ctx.me(), { query.guid.origin }, usize::from(ctx.shared().params.max_results));
    let own = (ctx.holds(query.object) && me != origin).then_some(me);
    if matching.is_empty() {
        return own.into_iter().collect();
    }
    let start = ctx.rng().random_range(0..matching.len());
    let (last, first) = matching.split_at(start);
    first.iter().chain(last).copied().chain(own).take(most).collect()
}

/// The one whose turn it is.
fn in_turn(peers: &[PeerId], guid: Guid) -> PeerId {
    peers[guid.serial.count() as usize % peers.len()]
}
