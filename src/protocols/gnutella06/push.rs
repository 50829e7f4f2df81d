//! PUSH, as in 0.4: a provider behind a firewall is asked to connect to whoever wants to download from it.

use super::{Gnutella06, Message};
use crate::sim::{Context, ObjectId, PeerId};

/// So far a PUSH goes: the specification's TTL.
pub(super) const MOST_HOPS: u8 = 7;

impl Gnutella06 {
    /// Remembers where a hit of a provider behind a firewall came from.
    #[cold]
    pub(super) fn remember_way(&mut self, ctx: &Context<'_, Self>, holder: PeerId, from: PeerId) {
        let (now, memory) = (ctx.now(), ctx.shared().params.push_memory());
        self.cold.pushes.remember(now, memory, holder, from);
    }

    /// Connects, if it is meant; else passes the PUSH on towards the provider.
    #[cold]
    pub(super) fn on_push(
        &mut self,
        ctx: &mut Context<'_, Self>,
        holder: PeerId,
        to: PeerId,
        object: ObjectId,
        ttl: u8,
    ) {
        if holder == ctx.me() {
            ctx.give(to, object);
        } else if ttl > 1 {
            self.pass_push(ctx, holder, to, object, ttl - 1);
        }
    }

    /// Sends a PUSH the way that the provider's hit came. One whose way has been forgotten is dropped.
    #[cold]
    pub(super) fn pass_push(
        &self,
        ctx: &mut Context<'_, Self>,
        holder: PeerId,
        to: PeerId,
        object: ObjectId,
        ttl: u8,
    ) {
        let (now, memory) = (ctx.now(), ctx.shared().params.push_memory());
        if let Some(next) = self.cold.pushes.towards(now, memory, holder) {
            ctx.pushing();
            ctx.send(next, Message::Push { holder, to, object, ttl });
        }
    }
}
