//! Which blocks a peer asks its neighbours for, and what it does with them.

use rand::RngExt;

use super::message::{Block, Message, Piece};
use super::pieces::{Came, contains, insert};
use super::swarm::{Link, Neighbour, Phase, Swarm, packed};
use super::{BitTorrent, Context};
use crate::sim::Time;

impl Swarm {
    pub(super) fn be_interested(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        if self.phase == Phase::Leeching && !self.neighbours[at].interested {
            self.neighbours[at].interested = true;
            self.say(ctx, at, |wire| Message::Interested { wire });
        }
    }

    #[inline]
    pub(super) fn on_have(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, piece: u32) {
        let words = self.pieces.shape().words();
        let has = &mut self.has[at * words..(at + 1) * words];
        if piece >= self.pieces.shape().pieces() || contains(has, piece) {
            return;
        }
        insert(has, piece);
        self.pieces.count_have(piece);
        let n = &mut self.neighbours[at];
        n.heard = ctx.now();
        n.got += 1;
        if !contains(self.pieces.have(), piece) {
            n.wanted += 1;
            let idle = !n.chokes && usize::from(n.asked_len) < usize::from(ctx.shared().params.pipeline);
            self.be_interested(ctx, at);
            if idle {
                self.request(ctx, at);
            }
        } else if self.pieces.is_complete() {
            if self.is_super(ctx) {
                self.offer_after(ctx, at, piece);
            }
            self.part_if_both_seed(ctx, at);
        }
    }

    /// The neighbour uploads nothing more after so many blocks. Those that are still on their way come; the others are asked
    /// of others, once it is known which.
    pub(super) fn on_choke(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, after: u32) {
        let n = &mut self.neighbours[at];
        (n.chokes, n.chokes_after, n.heard) = (true, Some(after), ctx.now());
        self.see_choke(ctx, at);
    }

    /// If nothing is on its way any more from a neighbour that has choked us, others are asked for what it owes.
    fn see_choke(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let n = &mut self.neighbours[at];
        if n.chokes_after.is_some_and(|after| n.came >= after) {
            n.chokes_after = None;
            self.release(at);
            self.request_all(ctx);
        }
    }

    pub(super) fn on_unchoke(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let n = &mut self.neighbours[at];
        (n.chokes, n.snubs, n.heard, n.delivered) = (false, false, ctx.now(), ctx.now());
        if n.chokes_after.take().is_some() {
            self.release(at);
        }
        self.request(ctx, at);
    }

    /// Asks the neighbour for blocks, as many as may be under way.
    pub(super) fn request(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        self.fill(ctx, at);
        // Once everything has been asked for, all are asked for what is missing.
        if !self.endgame && self.pieces.is_endgame() {
            self.endgame = true;
            self.request_all(ctx);
        }
    }

    pub(super) fn request_all(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        for at in 0..self.neighbours.len() {
            let n = &self.neighbours[at];
            if n.link == Link::Wired && !n.chokes && n.interested {
                self.fill(ctx, at);
            }
        }
    }

    pub(super) fn fill(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let (pipeline, random_first) = (ctx.shared().params.pipeline, ctx.shared().params.random_first);
        let words = self.pieces.shape().words();
        loop {
            let n = &self.neighbours[at];
            if n.chokes || n.snubs || !n.interested || n.asked_len >= pipeline {
                return;
            }
            let has = &self.has[at * words..(at + 1) * words];
            let next = self.pieces.pick(has, random_first, |below| ctx.rng().random_range(0..below));
            let next = next.or_else(|| self.again(ctx, at));
            let Some((piece, block)) = next else { return };
            let now = ctx.now();
            let n = &mut self.neighbours[at];
            if n.asked_len == 0 {
                n.delivered = now;
            }
            n.asked[usize::from(n.asked_len)] = packed(piece, block);
            n.asked_len += 1;
            self.say(ctx, at, |wire| Message::Request { wire, block: Block::new(piece, block) });
        }
    }

    /// In the endgame: a random block that others, but not this neighbour, have been asked for.
    pub(super) fn again(&self, ctx: &mut Context<'_, BitTorrent>, at: usize) -> Option<(u32, u8)> {
        if !self.pieces.is_endgame() {
            return None;
        }
        let asked = self.neighbours[at].asked();
        let others = self.pieces.outstanding(self.has(at));
        let others: Vec<_> =
            others.filter(|&(piece, block)| !asked.contains(&packed(piece, block))).collect();
        (!others.is_empty()).then(|| others[ctx.rng().random_range(0..others.len())])
    }

    /// The neighbour owes nothing any more: others may be asked for it.
    pub(super) fn release(&mut self, at: usize) {
        let Neighbour { asked, asked_len, .. } = self.neighbours[at];
        self.neighbours[at].asked_len = 0;
        for &what in &asked[..usize::from(asked_len)] {
            let elsewhere = self.endgame && self.wired().any(|n| self.neighbours[n].asked().contains(&what));
            if !elsewhere {
                self.pieces.release(what >> 6, (what & 63) as u8);
            }
        }
        self.endgame &= self.pieces.is_endgame();
    }

    /// A block has come, perhaps on a connection that is no more.
    pub(super) fn count_block(&mut self, now: Time, piece: u32, block: u8) {
        self.story.receive(now, self.pieces.shape().bytes(piece, block));
    }

    /// A block has come from a neighbour.
    pub(super) fn on_piece(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, piece: u32, block: u8) {
        let now = ctx.now();
        let bytes = self.pieces.shape().bytes(piece, block);
        let what = packed(piece, block);
        let n = &mut self.neighbours[at];
        (n.heard, n.delivered, n.snubs) = (now, now, false);
        n.down[0] += bytes;
        n.came += 1;
        n.take(what);
        let came = self.pieces.receive(piece, block);
        if self.endgame && came != Came::Twice {
            for other in 0..self.neighbours.len() {
                if self.neighbours[other].take(what) {
                    self.say(ctx, other, |wire| Message::Cancel { wire, block: Block::new(piece, block) });
                }
            }
        }
        if came == Came::Whole {
            self.on_whole(ctx, piece);
        }
        if self.phase == Phase::Leeching {
            self.see_choke(ctx, at);
            self.request(ctx, at);
        }
    }

    /// A piece is whole: everybody is told.
    pub(super) fn on_whole(&mut self, ctx: &mut Context<'_, BitTorrent>, piece: u32) {
        let words = self.pieces.shape().words();
        for at in 0..self.neighbours.len() {
            if self.neighbours[at].link != Link::Wired {
                continue;
            }
            self.say(ctx, at, |wire| Message::Have { wire, piece: Piece::new(piece) });
            if contains(&self.has[at * words..(at + 1) * words], piece) {
                let n = &mut self.neighbours[at];
                n.wanted -= 1;
                if n.wanted == 0 && n.interested {
                    n.interested = false;
                    self.say(ctx, at, |wire| Message::NotInterested { wire });
                }
            }
        }
        let (got, all) = (self.pieces.got(), self.pieces.shape().pieces());
        if got == 1 {
            self.story.first_piece = Some(ctx.now());
        }
        if got == all / 2 {
            self.story.entropy = self.pieces.entropy();
        }
        if got + 1 == all {
            self.story.last_but_one = Some(ctx.now());
        }
        if got == all {
            self.complete(ctx);
        }
    }
}
