//! PUSH: a provider behind a firewall is asked to connect to whoever wants to download from it.

use super::{Gnutella, Left, Message};
use crate::sim::{Context, ObjectId, PeerId, Push};

impl Gnutella {
    /// Remembers where a hit of a provider behind a firewall came from.
    #[cold]
    pub(super) fn remember_way(&mut self, ctx: &Context<'_, Self>, holder: PeerId, from: PeerId) {
        let (now, memory) = (ctx.now(), ctx.shared().params.push_memory());
        self.cold().pushes.remember(now, memory, holder, from);
    }

    /// Has the provider of a download connect to this peer.
    #[cold]
    pub(super) fn ask_to_connect(&mut self, ctx: &mut Context<'_, Self>, push: Push) {
        let Push { provider: holder, object } = push;
        let left = Left(ctx.shared().way_back);
        self.pass_push(ctx, holder, ctx.me(), object, left);
    }

    /// Connects, if it is meant; else passes the PUSH on towards the provider. One whose way has been forgotten is dropped.
    #[cold]
    pub(super) fn on_push(
        &mut self,
        ctx: &mut Context<'_, Self>,
        holder: PeerId,
        to: PeerId,
        object: ObjectId,
        left: Left,
    ) {
        if holder == ctx.me() {
            ctx.give(to, object);
        } else if left.0 > 1 {
            self.pass_push(ctx, holder, to, object, Left(left.0 - 1));
        }
    }

    fn pass_push(
        &mut self,
        ctx: &mut Context<'_, Self>,
        holder: PeerId,
        to: PeerId,
        object: ObjectId,
        left: Left,
    ) {
        let (now, memory) = (ctx.now(), ctx.shared().params.push_memory());
        if let Some(next) = self.cold().pushes.towards(now, memory, holder) {
            ctx.pushing();
            ctx.send(next, Message::Push { holder, to, object, left });
        }
    }
}
