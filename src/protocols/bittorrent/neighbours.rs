//! How peers become neighbours in a swarm, and cease to be.

use std::cell::Cell;

use super::message::{Message, Place, Wire};
use super::pieces::{count, count_without};
use super::swarm::{Link, Neighbour, Phase, Swarm};
use super::{BitTorrent, Context};
use crate::sim::{Parcel, PeerId};

/// The most peers that a peer remembers without being their neighbour.
const MOST_KNOWN: usize = 200;

impl Swarm {
    /// These peers are in the swarm, too.
    pub(super) fn meet(&mut self, ctx: &mut Context<'_, BitTorrent>, peers: &[PeerId]) {
        for &peer in peers {
            let strange = peer.number() != ctx.me().number() && !self.known.contains(&peer);
            if strange && self.known.len() < MOST_KNOWN && self.place_of(peer).is_none() {
                self.known.push(peer);
            }
        }
        self.call(ctx);
    }

    pub(super) fn place_of(&self, peer: PeerId) -> Option<usize> {
        self.neighbours.iter().position(|n| n.peer == peer && n.link != Link::Free)
    }

    /// Calls known peers until there are neighbours enough.
    pub(super) fn call(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        let (initiate, timeout) = (usize::from(ctx.shared().params.initiate), ctx.shared().params.timeout);
        let mut missing = initiate.saturating_sub(self.engaged());
        while missing > 0 && self.phase == Phase::Leeching && !self.known.is_empty() {
            let peer = self.known.remove(0);
            if self.place_of(peer).is_none() {
                let at = self.settle(Neighbour::new(peer, Link::Knocking, Place::new(0), ctx.now()));
                ctx.ask(peer, Message::Handshake { object: self.object, at: Place::new(at) }, timeout);
                missing -= 1;
            }
        }
    }

    /// Gives a neighbour a place.
    pub(super) fn settle(&mut self, neighbour: Neighbour) -> usize {
        match self.neighbours.iter().position(|n| n.link == Link::Free) {
            Some(at) => {
                self.neighbours[at] = neighbour;
                at
            }
            None => {
                self.neighbours.push(neighbour);
                self.has.resize(self.neighbours.len() * self.pieces.shape().words(), 0);
                self.neighbours.len() - 1
            }
        }
    }

    /// Somebody wants to be a neighbour, whose place for us is `there`.
    pub(super) fn on_handshake(&mut self, ctx: &mut Context<'_, BitTorrent>, from: PeerId, there: Place) {
        let at = self.place_of(from);
        let full = self.engaged() >= usize::from(ctx.shared().params.max_neighbours);
        if matches!(self.phase, Phase::Asking | Phase::Left) || at.is_none() && full {
            ctx.reply(from, Message::Close { object: self.object });
            return;
        }
        let neighbour = Neighbour::new(from, Link::Wired, there, ctx.now());
        let at = match at {
            // It has forgotten us; or it calls us while we call it.
            Some(at) => {
                self.forget(ctx, at);
                self.neighbours[at] = neighbour;
                at
            }
            None => self.settle(neighbour),
        };
        let wire = Wire { object: self.object, at: there };
        let has = Parcel::new(self.shown(ctx));
        ctx.reply(from, Message::Welcome { wire, at: Place::new(at), has });
        self.tick_from_now(ctx);
        ctx.transferring();
        if self.is_super(ctx) {
            self.offer(ctx, at);
        }
    }

    /// The pieces that it admits to have.
    pub(super) fn shown(&self, ctx: &Context<'_, BitTorrent>) -> Vec<u64> {
        let none = self.pieces.got() == 0 || self.is_super(ctx);
        if none { Vec::new() } else { self.pieces.have().to_vec() }
    }

    /// It takes us as a neighbour; its place for us is `there`.
    pub(super) fn on_welcome(
        &mut self,
        ctx: &mut Context<'_, BitTorrent>,
        from: PeerId,
        at: usize,
        there: Place,
        has: &[u64],
    ) {
        let Some(n) = self.neighbours.get_mut(at).filter(|n| n.peer == from && n.link != Link::Free) else {
            ctx.send(from, Message::Close { object: self.object });
            return;
        };
        if n.link == Link::Knocking {
            *n = Neighbour::new(from, Link::Wired, there, ctx.now());
            self.tick_from_now(ctx);
        }
        let shown = self.shown(ctx);
        if !shown.is_empty() {
            self.say(ctx, at, |wire| Message::Bitfield { wire, has: Parcel::new(shown) });
        }
        self.on_bitfield(ctx, at, has);
    }

    pub(super) fn on_bitfield(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, has: &[u64]) {
        let words = self.pieces.shape().words();
        if has.len() != words || self.neighbours[at].got > 0 {
            return;
        }
        self.has[at * words..(at + 1) * words].copy_from_slice(has);
        self.pieces.count_bitfield(has, true);
        let n = &mut self.neighbours[at];
        n.heard = ctx.now();
        n.got = count(has);
        n.wanted = count_without(has, self.pieces.have());
        if n.wanted > 0 {
            self.be_interested(ctx, at);
        }
        self.part_if_both_seed(ctx, at);
    }

    /// Two seeds have nothing to say to each other.
    pub(super) fn part_if_both_seed(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        if self.pieces.is_complete() && self.neighbours[at].got == self.pieces.shape().pieces() {
            self.hang_up(ctx, at);
        }
    }

    /// Ends a connection.
    pub(super) fn hang_up(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        ctx.send(self.neighbours[at].peer, Message::Close { object: self.object });
        self.lose(ctx, at);
    }

    /// The other side has ended the connection, or refused it.
    pub(super) fn on_close(&mut self, ctx: &mut Context<'_, BitTorrent>, from: PeerId) {
        if let Some(at) = self.place_of(from) {
            self.lose(ctx, at);
        }
    }

    /// Nobody answered the handshake.
    pub(super) fn on_no_answer(&mut self, ctx: &mut Context<'_, BitTorrent>, peer: PeerId, at: usize) {
        if self.neighbours.get(at).is_some_and(|n| n.peer == peer && n.link == Link::Knocking) {
            self.lose(ctx, at);
        }
    }

    /// The neighbour is none any more: others take its place, and are asked for what it was asked for.
    pub(super) fn lose(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let uploaded = !self.neighbours[at].choked;
        self.forget(ctx, at);
        self.neighbours[at].link = Link::Free;
        self.call(ctx);
        if self.phase == Phase::Leeching {
            self.request_all(ctx);
        }
        if uploaded {
            self.fill_slots(ctx);
        }
    }

    /// Undoes everything that was between the neighbour and us.
    pub(super) fn forget(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        if self.optimistic == Some(at) {
            self.optimistic = None;
        }
        self.take_back(ctx, at);
        self.release(at);
        let words = self.pieces.shape().words();
        if self.neighbours[at].got > 0 {
            self.pieces.count_bitfield(&self.has[at * words..(at + 1) * words], false);
        }
        self.has[at * words..(at + 1) * words].fill(0);
    }

    /// Blocks that wait on our uplink for the neighbour are not sent.
    pub(super) fn take_back(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let (object, shape) = (self.object, self.pieces.shape());
        let bytes = Cell::new(0);
        let n = &mut self.neighbours[at];
        let withdrawn = ctx.withdraw(n.peer, |m| match m {
            Message::Piece { wire, block } if wire.object == object => {
                // The last block is shorter than others.
                bytes.set(bytes.get() + shape.bytes(block.piece.get(), block.block));
                true
            }
            _ => false,
        });
        n.sent = n.sent.saturating_sub(withdrawn as u32);
        self.story.up = self.story.up.saturating_sub(u64::from(bytes.get()));
        n.up[0] = n.up[0].saturating_sub(bytes.get());
    }
}
