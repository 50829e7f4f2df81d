//! Searching by hubs: a query goes to the best connected neighbour that it has not been to, and peers answer for their
//! neighbours.
//!
//! Adamic, Lukose, Puniyani, Huberman, *Search in Power-Law Networks*, Physical Review E 64, 046135 (2001). As there, a peer
//! knows how many neighbours each of its neighbours has, and what they hold (their first variant, an index of one hop; in
//! their simulations of Gnutella the index held second neighbours too), and a query is not passed to whom it has been. Here
//! that knowledge is told in messages: a card when a connection is made, and a new degree whenever it changes; and the query
//! carries the list of those it has been to, which grows by an address a step. Where all neighbours have been asked, it goes
//! to a random one of them.

use rand::RngExt;

use super::params::{Search, Steps};
use super::{Gnutella, Guid, Left, Message};
use crate::sim::{Context, ObjectId, Parcel, PeerId};

/// A query that remembers where it has been.
#[derive(Clone, Debug)]
pub struct Trail {
    guid: Guid,
    object: ObjectId,
    left: Left,
    /// Who has had it, in order.
    been: Vec<PeerId>,
}

impl Trail {
    /// How many addresses it carries.
    pub(super) fn len(&self) -> usize {
        self.been.len()
    }
}

/// What a peer tells a neighbour of itself.
#[derive(Clone, Debug)]
pub struct Card {
    /// How many neighbours it has.
    degree: u32,
    /// What it holds, ascending, if the neighbour is new and is to know.
    pub(super) objects: Option<Box<[ObjectId]>>,
}

/// What a peer knows of a neighbour.
#[derive(Clone, Debug)]
pub(super) struct Known {
    peer: PeerId,
    degree: u32,
    objects: Box<[ObjectId]>,
}

impl Known {
    pub(super) fn new(peer: PeerId, degree: u32, objects: Box<[ObjectId]>) -> Known {
        Known { peer, degree, objects }
    }

    /// How many references to content it is.
    pub(super) fn references(&self) -> usize {
        self.objects.len()
    }
}

impl Gnutella {
    /// Sends a query of this peer's own to its best connected neighbour.
    pub(super) fn ask_hubs(&mut self, ctx: &mut Context<'_, Self>, guid: Guid, object: ObjectId, steps: u16) {
        let memory = ctx.shared().memory;
        self.seen.remember(ctx.now(), memory, guid, ctx.me());
        self.seek_on(ctx, Trail { guid, object, left: Left(steps), been: Vec::new() }, None);
    }

    /// A query arrives that looks for hubs. It ends where the object is, or at a neighbour of whoever has it.
    pub(super) fn on_seek(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, trail: Parcel<Trail>) {
        let Some(mut trail) = trail.into_vec().pop() else { return };
        let guid = trail.guid;
        let memory = ctx.shared().memory;
        if self.seen.remember(ctx.now(), memory, guid, from) {
            ctx.visited();
        }
        trail.left = Left(trail.left.0.saturating_sub(1));
        if guid.origin != ctx.me()
            && let Some(holder) = self.answerer(ctx, trail.object, guid.origin)
        {
            let route = self.seen.route(guid).unwrap_or(from);
            self.hit_of(ctx, guid, route, holder);
        } else {
            self.seek_on(ctx, trail, Some(from));
        }
    }

    /// Passes a query on to the best connected neighbour that it has not been to; of equals, to the one connected first.
    fn seek_on(&mut self, ctx: &mut Context<'_, Self>, mut trail: Trail, last: Option<PeerId>) {
        let neighbours = self.neighbours.as_slice();
        if trail.left.0 == 0 || neighbours.is_empty() {
            return;
        }
        if !trail.been.contains(&ctx.me()) {
            trail.been.push(ctx.me());
        }
        let fresh = neighbours.iter().copied().filter(|neighbour| !trail.been.contains(neighbour));
        // Of equals the first: `max_by_key` would take the last.
        let best = fresh.min_by_key(|&neighbour| std::cmp::Reverse(self.degree_of(neighbour)));
        let next = match best {
            Some(best) => best,
            None => {
                let others: Vec<PeerId> = neighbours.iter().copied().filter(|&n| Some(n) != last).collect();
                let choice = if others.is_empty() { neighbours } else { &others };
                choice[ctx.rng().random_range(0..choice.len())]
            }
        };
        ctx.send(next, Message::Seek(Parcel::new(vec![trail])));
    }

    /// How many neighbours a neighbour has said that it has; 0 if it has said nothing yet.
    fn degree_of(&self, neighbour: PeerId) -> u32 {
        let known = self.cold.iter().flat_map(|cold| &cold.known).find(|known| known.peer == neighbour);
        known.map_or(0, |known| known.degree)
    }

    /// Who has `object`, as far as this peer knows: itself, or a neighbour whose objects it lists; the origin does not ask
    /// for what it has.
    pub(super) fn answerer(
        &self,
        ctx: &Context<'_, Self>,
        object: ObjectId,
        origin: PeerId,
    ) -> Option<PeerId> {
        if origin != ctx.me() && ctx.holds(object) {
            return Some(ctx.me());
        }
        let known = self.cold.iter().flat_map(|cold| &cold.known);
        let holders = known.filter(|known| known.objects.binary_search(&object).is_ok());
        let mut holders = holders.map(|known| known.peer);
        holders.find(|&peer| peer != origin && self.neighbours.contains(peer))
    }

    /// Tells a new neighbour who this peer is, and the others how many neighbours it has now.
    pub(super) fn introduce(&mut self, ctx: &mut Context<'_, Self>, to: PeerId) {
        if !ctx.shared().params.search.needs_cards() {
            return;
        }
        self.tell_degree(ctx, Some(to));
        let degree = self.neighbours.as_slice().len() as u32;
        let objects: Option<Box<[ObjectId]>> =
            ctx.shared().params.search.has_index().then(|| ctx.shares().into());
        ctx.publishing(objects.as_ref().map_or(0, |objects| objects.len() as u32));
        ctx.send(to, Message::Card(Parcel::new(vec![Card { degree, objects }])));
    }

    /// Tells the neighbours, but for one, how many there are of them.
    pub(super) fn tell_degree(&mut self, ctx: &mut Context<'_, Self>, but: Option<PeerId>) {
        if !ctx.shared().params.search.needs_cards() {
            return;
        }
        ctx.maintaining();
        let degree = self.neighbours.as_slice().len() as u32;
        for &neighbour in self.neighbours.as_slice().iter().filter(|&&n| Some(n) != but) {
            ctx.send(neighbour, Message::Card(Parcel::new(vec![Card { degree, objects: None }])));
        }
    }

    /// A neighbour, or somebody who is about to be one, says who it is. What is known of others is forgotten.
    pub(super) fn on_card(&mut self, from: PeerId, card: Parcel<Card>) {
        let Some(Card { degree, objects }) = card.into_vec().pop() else { return };
        let neighbours = self.neighbours.clone();
        let cold = self.cold();
        let (known, connecting) = (&mut cold.known, &cold.connecting);
        known.retain(|known| neighbours.contains(known.peer) || connecting.contains(&known.peer));
        if !neighbours.contains(from) && !connecting.contains(&from) {
            return;
        }
        match known.iter_mut().find(|known| known.peer == from) {
            Some(known) => {
                known.degree = degree;
                known.objects = objects.unwrap_or(std::mem::take(&mut known.objects));
            }
            None => known.push(Known::new(from, degree, objects.unwrap_or_default())),
        }
    }
}

impl Search {
    /// Whether peers answer for their neighbours.
    pub(super) fn has_index(&self) -> bool {
        match self {
            Search::RandomWalk(walk) => walk.index,
            Search::HighDegreeWalk(walk) => walk.index,
            Search::Flooding {} | Search::ExpandingRing(_) | Search::Walkers(_) | Search::RandomProbes(_) => {
                false
            }
        }
    }

    /// Whether peers tell their neighbours who they are.
    pub(super) fn needs_cards(&self) -> bool {
        self.has_index() || matches!(self, Search::HighDegreeWalk(_))
    }

    /// How many steps a walk makes at most, where a query goes `ttl` hops; `None` if it is no single walk.
    pub(super) fn steps(&self, ttl: super::Ttl) -> Option<u16> {
        let steps = match self {
            Search::RandomWalk(walk) => walk.max_steps,
            Search::HighDegreeWalk(walk) => walk.max_steps,
            Search::Flooding {} | Search::ExpandingRing(_) | Search::Walkers(_) | Search::RandomProbes(_) => {
                return None;
            }
        };
        Some(match (steps, ttl) {
            (Steps::Number(steps), _) => steps,
            (Steps::Ttl, super::Ttl::Hops(hops)) => u16::from(hops),
            (Steps::Ttl, super::Ttl::Edge) => u16::MAX,
        })
    }
}

#[cfg(test)]
#[path = "hubs_tests.rs"]
mod tests;
