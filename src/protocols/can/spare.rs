//! In the background: zones too many find other owners, and parts of the space without owner find one.

use rand::RngExt;

use super::message::{Claim, Message};
use super::params::Shared;
use super::{Can, Ctx};
use crate::sim::PeerId;
use crate::space::ring::Id;
use crate::space::torus::{Extent, Zone};

/// For so many updates a hole is left to those who know whose it was; from then on, its owner is asked for.
const PATIENT: u8 = 2;
/// For so many updates it is asked for; from then on it is filled.
const ASKED: u8 = 4;

impl Can {
    /// Repair may leave a zone with more peers than may share it: those with the highest numbers look for another one.
    pub(super) fn make_room(&mut self, ctx: &mut Ctx<'_>) {
        let most = ctx.shared().params.peers_per_zone;
        for claim in self.table.own().collect::<Vec<_>>() {
            let mates = self.mates(claim);
            let before = mates.iter().filter(|mate| mate.number() < self.me.number()).count();
            if before < most {
                continue;
            }
            let own: Vec<Claim> = self.table.own().filter(|&own| own != claim).collect();
            let now = ctx.now();
            let kept = |key| own.iter().any(|claim| claim.zone.contains(key));
            // The others keep it.
            self.index.hand_over(|key| claim.zone.contains(key) && !kept(key), false, now);
            self.set_own(ctx, own);
            if self.table.own_in(claim.reality).next().is_none() {
                self.join(ctx, claim.reality, mates.first().copied());
            }
        }
    }

    /// A zone too many whose other half belongs to one neighbour goes to it.
    pub(super) fn tidy(&mut self, ctx: &mut Ctx<'_>) {
        for claim in self.extra() {
            let Some(zone) = claim.zone.sibling() else { continue };
            let sibling = Claim { zone, ..claim };
            let heir = self.table.others().find(|owned| owned.claim == sibling).map(|owned| owned.peer);
            let only = |peer| self.table.of(peer).filter(|other| other.reality == claim.reality).count() == 1;
            if let Some(heir) = heir.filter(|&heir| only(heir)) {
                self.hand_over(ctx, heir, &[claim]);
                return;
            }
        }
    }

    /// Its zones in realities where it has several that it does not share, the smallest first.
    fn extra(&self) -> Vec<Claim> {
        let several = |claim: &Claim| self.table.own_in(claim.reality).nth(1).is_some();
        let mut extra: Vec<Claim> =
            self.table.own().filter(several).filter(|&claim| self.mates(claim).is_empty()).collect();
        extra.sort_by_key(|claim| std::cmp::Reverse(claim.zone.depth()));
        extra
    }

    /// Offers a zone too many to somebody deeper in the tree, where two zones can become one (appendix A).
    pub(super) fn reduce(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(&claim) = self.extra().first() {
            let origin = self.me;
            self.reassign(ctx, claim, origin);
        }
    }

    /// Somebody's zone too many on its way to two zones that can become one.
    pub(super) fn reassign(&mut self, ctx: &mut Ctx<'_>, claim: Claim, origin: PeerId) {
        let Some(other_half) = claim.zone.sibling() else { return };
        let inside = |other: &Claim| other.reality == claim.reality && other_half.covers(other.zone);
        let deepest = self.table.own().filter(inside).max_by_key(|own| own.zone.depth());
        let Some(own) = deepest else {
            let point = other_half.point(ctx.rng().random());
            if let Some(next) = self.forward(ctx, Some(claim.reality), point, 0) {
                ctx.send(next, Message::Reassign { claim, origin });
            }
            return;
        };
        let Some(beside) = own.zone.sibling() else { return };
        let deeper = self.table.others().filter(|owned| {
            inside(&owned.claim)
                && beside.covers(owned.claim.zone)
                && owned.claim.zone.depth() > own.zone.depth()
        });
        let deeper =
            deeper.max_by_key(|owned| (owned.claim.zone.depth(), owned.peer)).map(|owned| owned.peer);
        let pair = own.zone == other_half
            || self.table.others().any(|owned| owned.claim == Claim { zone: beside, ..own });
        if let Some(next) = deeper {
            ctx.send(next, Message::Reassign { claim, origin });
        } else if pair && origin != self.me {
            ctx.send(origin, Message::Wanted { claim });
        }
    }

    /// Somebody takes a zone that this peer has too many.
    pub(super) fn wanted(&mut self, ctx: &mut Ctx<'_>, from: PeerId, claim: Claim) {
        if self.extra().contains(&claim) {
            self.hand_over(ctx, from, &[claim]);
        }
    }

    /// Looks for parts of the space beside its own zones that nobody seems to own, asks for their owners, and fills them if
    /// there are none.
    pub(super) fn mind_holes(&mut self, ctx: &mut Ctx<'_>) {
        let gaps = self.gaps(ctx.shared());
        let seen = std::mem::take(&mut self.care().holes);
        for gap in gaps {
            let before =
                seen.iter().filter(|(hole, _)| hole.reality == gap.reality && hole.zone.overlaps(gap.zone));
            let age = before.map(|&(_, age)| age).max().unwrap_or(0).saturating_add(1);
            self.care().holes.push((gap, age));
            let pending =
                self.care().orphans.iter().any(|orphan| {
                    orphan.claim.reality == gap.reality && orphan.claim.zone.overlaps(gap.zone)
                });
            if age <= PATIENT || pending || self.is_owned(gap) {
                continue;
            }
            if age <= ASKED || ctx.rng().random::<bool>() {
                let key = gap.zone.point(ctx.rng().random());
                let message = Message::Who { reality: gap.reality, key, origin: self.me };
                if let Some(next) = self.forward(ctx, Some(gap.reality), key, 0) {
                    ctx.send(next, message.clone());
                }
                if let Some(next) = ctx.bootstrap() {
                    ctx.send(next, message);
                }
            } else {
                self.claim(ctx, gap, self.me, &[]);
            }
        }
    }

    /// The parts of the space next to its own zones whose owner it does not know: as large as possible, but not larger than
    /// the zone that they are next to.
    fn gaps(&self, shared: &Shared) -> Vec<Claim> {
        let mut gaps: Vec<Claim> = Vec::new();
        for own in self.table.own() {
            let others = self.table.others().map(|owned| owned.claim);
            let known = self.table.own().chain(others).filter(|claim| claim.reality == own.reality);
            let known: Vec<Zone> = known.map(|claim| claim.zone).collect();
            for layer in shared.torus.shell(&shared.extent(own)) {
                let mut open = vec![shared.torus.whole()];
                while let Some((zone, extent)) = open.pop() {
                    let covered = |zone: Zone| known.iter().any(|known| known.covers(zone));
                    if !shared.torus.intersect(&extent, &layer) || covered(zone) {
                        continue;
                    }
                    let unknown = !known.iter().any(|known| zone.covers(*known));
                    if zone.depth() >= own.zone.depth() && unknown {
                        let gap = Claim { zone, ..own };
                        if !gaps.contains(&gap) {
                            gaps.push(gap);
                        }
                    } else {
                        let halves: Option<[(Zone, Extent); 2]> = shared.torus.halves(zone, &extent);
                        open.extend(halves.into_iter().flatten());
                    }
                }
            }
        }
        gaps
    }

    /// Asks, by way of the bootstrap service, whether somebody else owns what this peer thinks is its own: now and then
    /// where it has taken something over, always where it has no neighbours.
    pub(super) fn look_beyond(&mut self, ctx: &mut Ctx<'_>) {
        let alone = self.table.contacts().is_empty();
        let wary = self.care.as_ref().is_some_and(|care| care.wary);
        let asks = alone || wary && ctx.rng().random_range(0..8) == 0;
        if !asks {
            return;
        }
        let own: Vec<Claim> = self.table.own().collect();
        let claim = own[ctx.rng().random_range(0..own.len())];
        if let Some(stranger) = ctx.bootstrap() {
            let key = claim.zone.point(ctx.rng().random());
            ctx.send(stranger, Message::Who { reality: claim.reality, key, origin: self.me });
        }
    }

    /// Somebody asks for the owner of a point; whoever is closest answers if there is none.
    pub(super) fn who(&mut self, ctx: &mut Ctx<'_>, reality: u8, key: Id, origin: PeerId) {
        if self.table.own().len() == 0 {
            return;
        }
        let next =
            if self.owns(Some(reality), key) { None } else { self.forward(ctx, Some(reality), key, 0) };
        match next {
            Some(next) => ctx.send(next, Message::Who { reality, key, origin }),
            None => self.tell(ctx, origin),
        }
    }
}
