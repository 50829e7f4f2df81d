//! Looking after the neighbourhood: who is silent, who takes over, and who owns what several claim.

use super::message::{Claim, Message, Moment, Owned, Stamp};
use super::params::{Forwarding, Shared};
use super::{Can, Ctx, Timer};
use crate::sim::{Parcel, PeerId, Span};

/// What a peer minds while its network changes.
#[derive(Clone, Debug)]
pub(super) struct Care {
    /// Names the state of its own zones.
    pub(super) stamp: Stamp,
    /// It owns something that others might think is theirs: what it took over, or founded.
    pub(super) wary: bool,
    /// Zones of dead neighbours that it takes over unless somebody else does.
    pub(super) orphans: Vec<Orphan>,
    /// What nobody seems to own, and for how many updates now.
    pub(super) holes: Vec<(Claim, u8)>,
    /// Who was silent of late: hearsay does not bring them back.
    dead: Vec<PeerId>,
}

impl Default for Care {
    fn default() -> Care {
        Care { stamp: Stamp(1), wary: false, orphans: Vec::new(), holes: Vec::new(), dead: Vec::new() }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Orphan {
    pub(super) claim: Claim,
    dead: PeerId,
    /// Who else may take it over.
    known: Vec<PeerId>,
}

/// So many dead are remembered.
const MOST_DEAD: usize = 32;
/// A neighbour's zone may be so many times smaller than the peer's own before the timer grows no longer.
const MOST_RATIO: f64 = 16.0;
impl Can {
    /// The periodic duty: neighbours are told, and looked after.
    pub(super) fn look_after(&mut self, ctx: &mut Ctx<'_>) {
        if self.table.own().len() == 0 {
            return;
        }
        let (now, silence) = (ctx.now(), ctx.shared().params.silence);
        let silent = |heard: crate::sim::Time| now.since(heard) > silence;
        let contacts = self.table.contacts().iter();
        let dead: Vec<PeerId> = contacts.filter(|c| silent(c.heard)).map(|c| c.peer).collect();
        for peer in dead {
            self.silent(ctx, peer);
        }
        self.make_room(ctx);
        if self.table.own().len() == 0 {
            return;
        }
        self.tidy(ctx);
        self.reduce(ctx);
        self.mind_holes(ctx);
        self.look_beyond(ctx);
        if self.minds_distance(ctx.shared()) {
            let far = self.table.contacts().iter().filter(|contact| contact.rtt == 0);
            for peer in far.map(|contact| contact.peer).collect::<Vec<_>>() {
                self.ping(ctx, peer);
            }
        }
        self.announce(ctx, []);
    }

    /// A neighbour is dead: its zones are taken over in a while, unless others own them by then.
    fn silent(&mut self, ctx: &mut Ctx<'_>, dead: PeerId) {
        let known = self.table.contact(dead).map_or_else(Vec::new, |contact| contact.known.to_vec());
        let care = self.care();
        care.dead.retain(|&other| other != dead);
        if care.dead.len() >= MOST_DEAD {
            care.dead.remove(0);
        }
        care.dead.push(dead);
        let shared = ctx.shared();
        let claims = self.table.remove(dead, shared);
        let mut waits = Vec::new();
        for claim in claims {
            if !self.is_related(claim, shared) || self.is_owned(claim) {
                continue;
            }
            // In proportion to the peer's own volume (section 2.3).
            let ratio = self.volume(claim.reality) / claim.zone.volume();
            let wait = shared.params.takeover.nanos() as f64 * ratio.min(MOST_RATIO);
            waits.push((claim, Span(wait as u64)));
        }
        for (claim, wait) in waits {
            self.care().orphans.push(Orphan { claim, dead, known: known.clone() });
            ctx.after(wait, Timer::TakeOver(claim));
        }
    }

    /// The peer's share of `reality`.
    fn volume(&self, reality: u8) -> f64 {
        self.table.own_in(reality).map(|claim| claim.zone.volume()).sum()
    }

    /// Its logarithm, as it is compared: greater for smaller volumes.
    fn smallness(&self, reality: u8) -> u8 {
        let volume = self.volume(reality);
        if volume > 0.0 { -libm::ilogb(volume) as u8 } else { u8::MAX }
    }

    /// Whether somebody is known to own any of it.
    pub(super) fn is_owned(&self, claim: Claim) -> bool {
        let overlaps = |other: Claim| other.reality == claim.reality && other.zone.overlaps(claim.zone);
        self.table.own().any(overlaps) || self.table.others().any(|owned| overlaps(owned.claim))
    }

    /// Zones that have found an owner need nobody's care.
    pub(super) fn forget_orphans(&mut self) {
        let Some(mut care) = self.care.take() else { return };
        care.orphans.retain(|orphan| !self.is_owned(orphan.claim));
        self.care = Some(care);
    }

    /// The timer for a dead neighbour's zone goes off.
    pub(super) fn take_over(&mut self, ctx: &mut Ctx<'_>, claim: Claim) {
        let care = self.care();
        let Some(at) = care.orphans.iter().position(|orphan| orphan.claim == claim) else { return };
        let orphan = care.orphans.remove(at);
        if !self.is_owned(claim) {
            self.claim(ctx, claim, orphan.dead, &orphan.known);
        }
    }

    /// Takes a zone, and says so to everybody who might.
    pub(super) fn claim(&mut self, ctx: &mut Ctx<'_>, claim: Claim, dead: PeerId, known: &[PeerId]) {
        self.care().wary = true;
        let smallness = self.smallness(claim.reality);
        let own: Vec<Claim> = self.table.own().chain([claim]).collect();
        for &peer in known.iter().filter(|&&peer| peer != self.me) {
            ctx.send(peer, Message::Takeover { dead, claim, smallness });
        }
        let more: Vec<PeerId> = known
            .iter()
            .copied()
            .filter(|&peer| peer != self.me && self.table.contact(peer).is_none())
            .collect();
        self.set_own(ctx, own);
        more.into_iter().for_each(|peer| self.tell(ctx, peer));
    }

    /// Another neighbour takes over. A smaller one takes over in its stead.
    pub(super) fn taken_over(
        &mut self,
        ctx: &mut Ctx<'_>,
        from: PeerId,
        dead: PeerId,
        claim: Claim,
        smallness: u8,
    ) {
        if dead == self.me {
            // Not quite.
            self.tell(ctx, from);
            return;
        }
        let Some(known) = self.table.contact(dead).map(|contact| contact.known.to_vec()).or_else(|| {
            let orphans = &self.care.as_ref()?.orphans;
            Some(orphans.iter().find(|orphan| orphan.claim == claim)?.known.clone())
        }) else {
            return;
        };
        let smaller = self.smallness(claim.reality) > smallness && self.is_related(claim, ctx.shared());
        self.table.remove(dead, ctx.shared());
        let care = self.care();
        care.orphans.retain(|orphan| orphan.claim != claim);
        if smaller && !self.is_owned(claim) {
            self.claim(ctx, claim, dead, &known);
        }
    }

    /// A neighbour says goodbye.
    pub(super) fn leaving(&mut self, ctx: &mut Ctx<'_>, from: PeerId, heirs: &[Owned]) {
        self.table.remove(from, ctx.shared());
        let me = self.me;
        for heir in heirs.iter().filter(|heir| heir.peer != me) {
            let mut claims: Vec<Claim> = self.table.of(heir.peer).collect();
            if self.is_related(heir.claim, ctx.shared()) && !claims.contains(&heir.claim) {
                claims.push(heir.claim);
                let stamp = self.table.contact(heir.peer).map_or(Stamp(0), |contact| contact.stamp);
                self.note(ctx, heir.peer, stamp, &claims, None);
            }
        }
    }

    /// Says goodbye: each zone goes to the neighbour with which it makes a valid one, or else to the smallest neighbour.
    pub(super) fn leave(&mut self, ctx: &mut Ctx<'_>) {
        let mut heirs: Vec<Owned> = Vec::new();
        for claim in self.table.own().collect::<Vec<_>>() {
            if !self.mates(claim).is_empty() {
                continue;
            }
            let sibling = claim.zone.sibling();
            let shared = ctx.shared();
            let neighbours = self.table.others().filter(|owned| shared.related(owned.claim, claim));
            let volume = |peer: PeerId| -> f64 {
                let theirs = self.table.of(peer).filter(|other| other.reality == claim.reality);
                theirs.map(|other| other.zone.volume()).sum()
            };
            let heir = neighbours.min_by(|a, b| {
                let rank =
                    |owned: &Owned| (Some(owned.claim.zone) != sibling, volume(owned.peer), owned.peer);
                let ((a0, a1, a2), (b0, b1, b2)) = (rank(a), rank(b));
                a0.cmp(&b0).then(a1.total_cmp(&b1)).then(a2.cmp(&b2))
            });
            heirs.extend(heir.map(|heir| Owned { peer: heir.peer, claim }));
        }
        heirs.sort_unstable();
        let others: Vec<Owned> = self.table.others().collect();
        let now = ctx.now();
        for heir in heirs.chunk_by(|a, b| a.peer == b.peer) {
            let claims: Vec<Claim> = heir.iter().map(|owned| owned.claim).collect();
            let inside = |key| claims.iter().any(|claim| claim.zone.contains(key));
            let entries = self.index.hand_over(inside, false, now);
            let known = others.iter().copied().filter(|owned| owned.peer != heir[0].peer).collect();
            let gift = super::message::Gift { claims, entries, known };
            let stamp = Stamp(self.stamp().0.wrapping_add(1));
            ctx.send(heir[0].peer, Message::Give { stamp, gift: Parcel::new(vec![gift]) });
        }
        for contact in self.table.contacts() {
            ctx.send(contact.peer, Message::Leaving { heirs: Parcel::new(heirs.clone()) });
        }
    }

    /// Settles with `from` what both claim: the smaller zone wins, and of two claims to the same zone the one by the peer
    /// that has less besides. Whether this peer has given anything up, and so told everybody.
    pub(super) fn settle(&mut self, ctx: &mut Ctx<'_>, from: PeerId, theirs: &[Claim]) -> bool {
        let own: Vec<Claim> = self.table.own().collect();
        let besides = |all: &[Claim], but: Claim| -> f64 {
            let others = all.iter().filter(|&&claim| claim != but && claim.reality == but.reality);
            others.map(|claim| claim.zone.volume()).sum()
        };
        let may_share = ctx.shared().params.peers_per_zone > 1;
        let mut left = own.clone();
        for &their in theirs {
            let loses = |mine: Claim| match mine.zone == their.zone {
                true if may_share => false,
                true => {
                    let (ours, others) = (besides(&own, mine), besides(theirs, their));
                    ours > others || ours == others && self.me.number() > from.number()
                }
                false => mine.zone.covers(their.zone),
            };
            left = left
                .into_iter()
                .flat_map(|mine| {
                    match mine.reality == their.reality && loses(mine) {
                        true => mine.zone.without(their.zone),
                        false => vec![mine.zone],
                    }
                    .into_iter()
                    .map(move |zone| Claim { zone, ..mine })
                })
                .collect();
        }
        if left == own {
            return false;
        }
        let now = ctx.now();
        let kept = |key| left.iter().any(|claim| claim.zone.contains(key));
        let entries = self.index.hand_over(|key| !kept(key), false, now);
        if !entries.is_empty() {
            ctx.send(from, Message::Store(Parcel::new(entries)));
        }
        self.set_own(ctx, left);
        self.tell(ctx, from);
        for reality in 0..ctx.shared().params.realities {
            if self.table.own_in(reality).next().is_none() {
                self.join(ctx, reality, Some(from));
            }
        }
        true
    }

    /// Whoever is back in a new session is gone as who it was.
    pub(super) fn notice_return(&mut self, ctx: &mut Ctx<'_>, peer: PeerId) {
        let same = |other: PeerId| other.number() == peer.number() && other != peer;
        if let Some(old) = self.table.contacts().iter().map(|c| c.peer).find(|&other| same(other)) {
            self.silent(ctx, old);
        }
    }

    /// Whether hearsay of a peer is believed.
    pub(super) fn is_welcome(&self, peer: PeerId) -> bool {
        self.care.as_ref().is_none_or(|care| !care.dead.contains(&peer))
    }

    /// A peer lives.
    pub(super) fn welcome(&mut self, peer: PeerId) {
        if let Some(care) = &mut self.care {
            care.dead.retain(|&dead| dead != peer);
        }
    }

    /// Whether round-trip times matter.
    pub(super) fn minds_distance(&self, shared: &Shared) -> bool {
        shared.params.forwarding == Forwarding::Rtt || shared.params.peers_per_zone > 1
    }

    pub(super) fn ping(&self, ctx: &mut Ctx<'_>, peer: PeerId) {
        ctx.send(peer, Message::Ping { sent: Moment(ctx.now().nanos()) });
    }

    /// A neighbour has answered a ping.
    pub(super) fn measured(&mut self, ctx: &Ctx<'_>, from: PeerId, sent: Moment) {
        let nanos = ctx.now().nanos().saturating_sub(sent.0);
        if let Some(contact) = self.table.contact_mut(from) {
            contact.rtt = (nanos / 1000).clamp(1, u64::from(u32::MAX)) as u32;
        }
    }
}
