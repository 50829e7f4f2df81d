//! Query caching: peers on the way of a QUERYHIT remember it, and answer the same query without passing it on.
//!
//! Remembered is only what a holder has said itself: an answer out of a cache is not cached again, so that none is older than
//! `cache_life`. One holder is named, the one heard of last.

use super::{Gnutella, Guid, Left, Message};
use crate::protocols::cache::Cache;
use crate::sim::{Context, ObjectId, PeerId};

use super::params::Hits;

impl Gnutella {
    /// A QUERYHIT passes, or has arrived.
    #[cold]
    pub(super) fn remember_hit(&mut self, ctx: &Context<'_, Self>, holder: PeerId) {
        let Some(object) = ctx.wanted() else { return };
        let params = &ctx.shared().params;
        let cache = self.cold().cache.get_or_insert_with(|| Cache::new(params.cache));
        cache.learn(object, holder, ctx.now() + params.cache_life);
    }

    /// Who was said last to have `object`, apart from the one that asks.
    fn remembered(&mut self, ctx: &Context<'_, Self>, object: ObjectId, origin: PeerId) -> Option<PeerId> {
        let cache = self.cold.as_mut()?.cache.as_mut()?;
        cache.recall(object, ctx.now()).into_iter().map(|(holder, _)| holder).find(|&holder| holder != origin)
    }

    /// This peer asks for something of which it has heard who has it: whether it has.
    #[cold]
    pub(super) fn answer_from_cache(&mut self, ctx: &mut Context<'_, Self>, object: ObjectId) -> bool {
        let Some(holder) = self.remembered(ctx, object, ctx.me()) else { return false };
        if let Some(push) = ctx.answer_or_push(&[holder]) {
            self.ask_to_connect(ctx, push);
        }
        true
    }

    /// Answers a query that came by `route`, if this peer remembers an answer: whether it does.
    #[cold]
    pub(super) fn hit_from_cache(
        &mut self,
        ctx: &mut Context<'_, Self>,
        guid: Guid,
        object: ObjectId,
        route: PeerId,
    ) -> bool {
        let Some(holder) = self.remembered(ctx, object, guid.origin) else { return false };
        let left = Left(ctx.shared().way_back);
        let to = match ctx.shared().params.hits {
            Hits::Path => route,
            Hits::Direct => guid.origin,
        };
        ctx.reply(to, Message::CachedHit { guid, holder, left });
        true
    }

    /// A hit out of a cache goes the way of any other, but is not remembered.
    pub(super) fn on_cached_hit(
        &mut self,
        ctx: &mut Context<'_, Self>,
        from: PeerId,
        guid: Guid,
        holder: PeerId,
        left: Left,
    ) {
        if ctx.needs_push(holder) {
            self.remember_way(ctx, holder, from);
        }
        if guid.origin == ctx.me() {
            self.on_answer(ctx, guid.serial, holder);
        } else if left.0 > 1
            && let Some(route) = self.seen.route(guid)
        {
            ctx.reply(route, Message::CachedHit { guid, holder, left: Left(left.0 - 1) });
        }
    }
}
