//! To whom a peer uploads: tit for tat, and one optimistic neighbour (Cohen 2003, section 3).

use std::cmp::Reverse;

use rand::RngExt;

use super::message::{Block, Blocks, Message};
use super::params::SeedChoking;
use super::pieces::contains;
use super::swarm::{Link, Phase, Swarm};
use super::{BitTorrent, Context};
use crate::sim::PeerId;
use crate::sim::random::mix;

impl Swarm {
    pub(super) fn on_interested(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        self.neighbours[at].wants = true;
        self.fill_slots(ctx);
    }

    pub(super) fn on_not_interested(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        self.neighbours[at].wants = false;
        if !self.neighbours[at].choked {
            self.choke(ctx, at);
            self.fill_slots(ctx);
        }
    }

    /// Somebody asks for a block.
    pub(super) fn on_request(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, block: Block) {
        let n = &mut self.neighbours[at];
        if n.choked || !contains(self.pieces.have(), block.piece.get()) {
            return;
        }
        let bytes = self.pieces.shape().bytes(block.piece.get(), block.block);
        n.up[0] += bytes;
        n.sent += 1;
        self.story.up += u64::from(bytes);
        self.say(ctx, at, |wire| Message::Piece { wire, block });
    }

    /// Somebody has got a block elsewhere.
    pub(super) fn on_cancel(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize, block: Block) {
        let object = self.object;
        let this = |m: &Message| matches!(m, Message::Piece { wire, block: b } if wire.object == object && *b == block);
        let withdrawn = ctx.withdraw(self.neighbours[at].peer, this) as u32;
        let n = &mut self.neighbours[at];
        n.sent = n.sent.saturating_sub(withdrawn);
        let bytes =
            u64::from(withdrawn) * u64::from(self.pieces.shape().bytes(block.piece.get(), block.block));
        self.story.up = self.story.up.saturating_sub(bytes);
    }

    fn choke(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        self.neighbours[at].choked = true;
        self.neighbours[at].since = ctx.now();
        self.take_back(ctx, at);
        let after = Blocks::new(self.neighbours[at].sent);
        self.say(ctx, at, |wire| Message::Choke { wire, after });
    }

    fn unchoke(&mut self, ctx: &mut Context<'_, BitTorrent>, at: usize) {
        self.neighbours[at].choked = false;
        self.neighbours[at].is_new = false;
        self.neighbours[at].since = ctx.now();
        self.say(ctx, at, |wire| Message::Unchoke { wire });
    }

    /// Whether it uploads at all.
    fn serves(&self, ctx: &Context<'_, BitTorrent>) -> bool {
        let rides_free = ctx.shared().rides_free(ctx.me().number());
        matches!(self.phase, Phase::Leeching | Phase::Seeding) && !rides_free
    }

    /// Uploads to others, at random, while there are slots.
    pub(super) fn fill_slots(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        if !self.serves(ctx) {
            return;
        }
        let slots = usize::from(ctx.shared().params.upload_slots);
        let mut used = self.wired().filter(|&at| !self.neighbours[at].choked).count();
        while used < slots {
            let Some(at) = self.somebody(ctx, |_| true) else { return };
            self.unchoke(ctx, at);
            used += 1;
        }
    }

    /// One of those who are choked and want something, at random.
    fn somebody(&self, ctx: &mut Context<'_, BitTorrent>, suits: impl Fn(usize) -> bool) -> Option<usize> {
        let waits = |&at: &usize| self.neighbours[at].choked && self.neighbours[at].wants && suits(at);
        let waiting: Vec<usize> = self.wired().filter(waits).collect();
        (!waiting.is_empty()).then(|| waiting[ctx.rng().random_range(0..waiting.len())])
    }

    /// Chooses again: the best, and an optimistic one.
    pub(super) fn rechoke(&mut self, ctx: &mut Context<'_, BitTorrent>) {
        if self.serves(ctx) {
            let chosen = self.chosen(ctx);
            for at in 0..self.neighbours.len() {
                if self.neighbours[at].link != Link::Wired {
                    continue;
                }
                match (self.neighbours[at].choked, chosen.contains(&at)) {
                    (false, false) => self.choke(ctx, at),
                    (true, true) => self.unchoke(ctx, at),
                    (true, false) | (false, true) => {}
                }
            }
        }
        for n in &mut self.neighbours {
            n.down = [0, n.down[0]];
            n.up = [0, n.up[0]];
        }
    }

    fn chosen(&mut self, ctx: &mut Context<'_, BitTorrent>) -> Vec<usize> {
        let (slots, optimistic_rounds, seed_choking) = {
            let params = &ctx.shared().params;
            (usize::from(params.upload_slots), params.optimistic_rounds, params.seed_choking)
        };
        let mut chosen = self.best(ctx.me(), slots - 1, seed_choking);
        // The optimistic one stays for some rounds, unless it has become one of the best.
        let stays = |at: usize| self.neighbours[at].link == Link::Wired && self.neighbours[at].wants;
        let kept = self.optimistic.filter(|&at| stays(at) && !chosen.contains(&at));
        let due = self.rounds.is_multiple_of(optimistic_rounds);
        self.optimistic = match kept {
            Some(at) if !due => Some(at),
            kept => self.newcomer_or_somebody(ctx, &chosen).or(kept),
        };
        chosen.extend(self.optimistic);
        // Slots that are left over go to those who have one, then to others.
        let wants = |at: &usize| self.neighbours[*at].wants;
        let mut more: Vec<usize> =
            self.wired().filter(wants).filter(|&at| !self.neighbours[at].choked).collect();
        more.sort_by_key(|&at| self.order(ctx.me(), at));
        for at in more {
            if chosen.len() < slots && !chosen.contains(&at) {
                chosen.push(at);
            }
        }
        while chosen.len() < slots {
            let Some(at) = self.somebody(ctx, |at| !chosen.contains(&at)) else { break };
            chosen.push(at);
        }
        chosen
    }

    /// The best of those who want something: for a leecher those that deliver fastest, if they deliver at all; for a seed
    /// those that take fastest, or that have waited longest.
    fn best(&self, me: PeerId, most: usize, seed_choking: SeedChoking) -> Vec<usize> {
        let leeches = self.phase == Phase::Leeching;
        let rate = |at: usize| {
            let n = &self.neighbours[at];
            let [now, before] = if leeches { n.down } else { n.up };
            u64::from(now) + u64::from(before)
        };
        let mut best: Vec<usize> = self.wired().filter(|&at| self.neighbours[at].wants).collect();
        if !leeches && seed_choking == SeedChoking::RoundRobin {
            // Every round those go in whose state is oldest: a turn lasts a round.
            let turn = |at: &usize| (self.neighbours[*at].since, self.order(me, *at));
            best.sort_by_key(turn);
        } else {
            best.retain(|&at| rate(at) > 0);
            best.sort_by_key(|&at| (Reverse(rate(at)), self.order(me, at)));
        }
        best.truncate(most);
        best
    }

    /// Who comes first among equals: another one at every peer. By place, it would be those who came early, everywhere.
    fn order(&self, me: PeerId, at: usize) -> u64 {
        mix(u64::from(me.number()) << 32 | u64::from(self.neighbours[at].peer.number()))
    }

    /// The next optimistic one. Who has never been let in is three times as likely as others.
    fn newcomer_or_somebody(&self, ctx: &mut Context<'_, BitTorrent>, chosen: &[usize]) -> Option<usize> {
        let new = |at: usize| self.neighbours[at].is_new;
        let waits =
            |at: &usize| self.neighbours[*at].choked && self.neighbours[*at].wants && !chosen.contains(at);
        let waiting: Vec<usize> = self.wired().filter(waits).collect();
        let weigh = |at: usize| if new(at) { 3 } else { 1 };
        let total: u32 = waiting.iter().map(|&at| weigh(at)).sum();
        let mut left = (total > 0).then(|| ctx.rng().random_range(0..total))?;
        for at in waiting {
            if left < weigh(at) {
                return Some(at);
            }
            left -= weigh(at);
        }
        None
    }
}
