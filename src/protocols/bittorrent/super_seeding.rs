//! Super-seeding: a seed shows each neighbour one piece at a time, and the next when somebody else has got that (BEP 16).

use rand::RngExt;

use super::message::{Message, Piece};
use super::pieces::contains;
use super::swarm::{Link, Phase, Swarm};
use super::{BitTorrent, Context};

impl Swarm {
    pub(super) fn is_super(&self, ctx: &Context<'_, BitTorrent>) -> bool {
        self.phase == Phase::Seeding && ctx.shared().params.super_seeding
    }

    /// Offers the neighbour a piece that it does not have: one that has been offered least.
    pub(super) fn offer(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        let pieces = self.pieces.shape().pieces();
        self.offers.resize(pieces as usize, 0);
        let lacks = |&piece: &u32| !contains(self.has(at), piece);
        let Some(least) = (0..pieces).filter(lacks).map(|piece| self.offers[piece as usize]).min() else {
            return;
        };
        let alike: Vec<u32> =
            (0..pieces).filter(lacks).filter(|&piece| self.offers[piece as usize] == least).collect();
        let piece = alike[ctx.rng().random_range(0..alike.len())];
        self.offers[piece as usize] += 1;
        self.neighbours[at].offered = Some(piece);
        self.say(ctx, at, |wire| Message::Have { wire, piece: Piece::new(piece) });
    }

    /// `at` has a piece: who was offered it has passed it on, and is offered another. Alone, a neighbour is offered the next
    /// when it has the first.
    pub(super) fn offer_after(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, piece: u32) {
        let alone = self.wired().count() == 1;
        for other in 0..self.neighbours.len() {
            let n = &self.neighbours[other];
            let passed_on = n.link == Link::Wired && n.offered == Some(piece) && (other != at || alone);
            if passed_on {
                self.offer(ctx, other);
            }
        }
    }
}
