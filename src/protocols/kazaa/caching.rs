//! Query caching: a supernode remembers what other supernodes answered, and does not ask them again for what its own peers
//! want.
//!
//! What it answers to other supernodes comes from its index alone, so that nothing is cached twice over and no answer is older
//! than `cache_life`.

use super::supernode::Supernode;
use super::{Kazaa, Query};
use crate::protocols::cache::Cache;
use crate::sim::{Context, PeerId};

impl Kazaa {
    /// Another supernode's hits pass, or have arrived.
    #[cold]
    pub(super) fn remember_hits(&mut self, ctx: &Context<'_, Self>, providers: &[PeerId]) {
        let (Some(supernode), Some(object)) = (&mut self.supernode, ctx.wanted()) else { return };
        let params = &ctx.shared().params;
        let cache = supernode.cache.get_or_insert_with(|| Cache::new(params.cache));
        // The first named is to be the first again.
        for &provider in providers.iter().rev() {
            cache.learn(object, provider, ctx.now() + params.cache_life);
        }
    }
}

impl Supernode {
    /// Adds those who are remembered to the providers of its own cluster: whether there are any.
    #[cold]
    pub(super) fn add_cached(
        &mut self,
        ctx: &Context<'_, Kazaa>,
        query: Query,
        providers: &mut Vec<PeerId>,
    ) -> bool {
        let remembered = self.cache.as_mut().map(|cache| cache.recall(query.object, ctx.now()));
        let remembered = remembered.unwrap_or_default();
        let origin = { query.guid.origin };
        let known = providers.len();
        for (peer, _) in remembered.into_iter().filter(|&(peer, _)| peer != origin) {
            if !providers.contains(&peer) {
                providers.push(peer);
            }
        }
        let found = providers.len() > known;
        providers.truncate(usize::from(ctx.shared().params.max_results));
        found
    }
}
