//! Query caching: ultrapeers on the way of a QUERYHIT remember it, and answer the same query without passing it on.
//!
//! As in Gnutella 0.4, only what a holder has said itself is remembered, and the holder heard of last is named. Leaves do not
//! cache: nobody asks them but for what they have.

use super::{Gnutella06, Guid, Message, Query, Search};
use crate::protocols::cache::Cache;
use crate::sim::{Context, ObjectId, PeerId};

impl Gnutella06 {
    /// A QUERYHIT passes, or has arrived.
    #[cold]
    pub(super) fn remember_hit(&mut self, ctx: &Context<'_, Self>, holder: PeerId) {
        let Some(object) = ctx.wanted().filter(|_| self.is_ultrapeer()) else { return };
        let params = &ctx.shared().params;
        let cache = self.cold.cache.get_or_insert_with(|| Cache::new(params.cache));
        cache.learn(object, holder, ctx.now() + params.cache_life);
    }

    /// Who was said last to have `object`, apart from the one that asks.
    fn remembered(&mut self, ctx: &Context<'_, Self>, object: ObjectId, origin: PeerId) -> Option<PeerId> {
        let cache = self.cold.cache.as_mut()?;
        cache.recall(object, ctx.now()).into_iter().map(|(holder, _)| holder).find(|&holder| holder != origin)
    }

    /// This ultrapeer asks for something of which it has heard who has it: whether it has.
    #[cold]
    pub(super) fn answer_from_cache(&mut self, ctx: &mut Context<'_, Self>, object: ObjectId) -> bool {
        let Some(holder) = self.remembered(ctx, object, ctx.me()) else { return false };
        self.on_answer(ctx, holder);
        true
    }

    /// Answers a query, if this ultrapeer remembers an answer: whether it does.
    #[cold]
    pub(super) fn hit_from_cache(&mut self, ctx: &mut Context<'_, Self>, query: Query, from: PeerId) -> bool {
        let Some(holder) = self.remembered(ctx, query.object, query.guid.origin) else { return false };
        ctx.reply(from, Message::CachedHit { guid: query.guid, holder });
        true
    }

    /// A hit out of a cache goes the way of any other, but is not remembered.
    pub(super) fn on_cached_hit(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        guid: Guid,
        holder: PeerId,
    ) {
        if ctx.needs_push(holder) {
            self.remember_way(ctx, holder, from);
        }
        if guid.origin == ctx.me() {
            self.on_answer(ctx, holder);
        } else if let Some(route) = self.seen.route(guid) {
            ctx.reply(route, Message::CachedHit { guid, holder });
        }
        if matches!(ctx.shared().params.search, Search::Dynamic(_)) {
            self.count_result(guid);
        }
    }
}
