//! Providers behind firewalls: their supernode, to which they keep a connection, passes on who waits for them to connect.

use super::{Kazaa, Message};
use crate::sim::{Context, ObjectId, PeerId, Push};

impl Kazaa {
    /// Remembers where hits came from that name providers behind firewalls.
    pub(super) fn remember_ways(&mut self, ctx: &Context<'_, Self>, providers: &[PeerId], from: PeerId) {
        let (now, memory) = (ctx.now(), ctx.shared().params.memory);
        for &provider in providers.iter().filter(|&&provider| ctx.needs_push(provider)) {
            self.cold.pushes.remember(now, memory, provider, from);
        }
    }

    /// Has the provider of a download connect to this peer, if it must be asked.
    pub(super) fn ask_to_connect(&self, ctx: &mut Context<'_, Self>, push: Option<Push>) {
        if let Some(Push { provider, object }) = push {
            self.pass_push(ctx, provider, ctx.me(), object);
        }
    }

    /// Connects, if it is meant; else passes it on towards the provider.
    #[cold]
    pub(super) fn on_push(
        &mut self,
        ctx: &mut Context<'_, Self>,
        provider: PeerId,
        to: PeerId,
        object: ObjectId,
    ) {
        if provider == ctx.me() && !ctx.shared().shapes.is_empty() {
            ctx.send(to, Message::Knock { object });
        } else if provider == ctx.me() {
            ctx.give(to, object);
        } else if self.supernode.is_some() {
            self.pass_push(ctx, provider, to, object);
        }
    }

    /// To the provider itself, by its supernode; else the way that its hit came.
    #[cold]
    pub(super) fn pass_push(
        &self,
        ctx: &mut Context<'_, Self>,
        provider: PeerId,
        to: PeerId,
        object: ObjectId,
    ) {
        let serves =
            |sn: &super::supernode::Supernode| sn.index.contains(provider) || sn.own.contains(provider);
        let next = if self.supernode.as_deref().is_some_and(serves) {
            Some(provider)
        } else {
            self.cold.pushes.towards(ctx.now(), ctx.shared().params.memory, provider)
        };
        if let Some(next) = next {
            ctx.pushing();
            ctx.send(next, Message::Push { provider, to, object });
        }
    }
}
