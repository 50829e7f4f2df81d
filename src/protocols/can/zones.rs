//! How zones change hands: joining, splitting, handing over, and telling the neighbours.

use rand::RngExt;

use super::message::{Claim, Gift, Message, Owned, Stamp};
use super::params::Shared;
use super::table::Contact;
use super::{Can, Ctx, Timer};
use crate::sim::{Parcel, PeerId, Span};
use crate::space::ring::Id;
use crate::space::torus::Zone;

impl Can {
    /// Asks for a zone in `reality` at a random point, by way of `contact`; alone, it owns everything.
    pub(super) fn join(&mut self, ctx: &mut Ctx<'_>, reality: u8, contact: Option<PeerId>) {
        let Some(contact) = contact else {
            self.care().wary = true;
            let own = self.table.own().chain([Claim { reality, zone: Zone::WHOLE }]).collect();
            self.set_own(ctx, own);
            self.now_joined(ctx);
            return;
        };
        let key = Id::from_aligned(ctx.rng().random());
        let newcomer = self.me;
        ctx.send(contact, Message::Join { reality, found: false, key, newcomer });
        // The way may be long; how long, a newcomer cannot know.
        let patience = Span(ctx.shared().params.timeout.nanos().saturating_mul(4));
        ctx.deadline(patience, Timer::Join { reality });
    }

    /// A newcomer's request on its way to the zone that is to be split.
    pub(super) fn admit(&mut self, ctx: &mut Ctx<'_>, reality: u8, found: bool, key: Id, newcomer: PeerId) {
        if newcomer == self.me {
            return;
        }
        self.notice_return(ctx, newcomer);
        let here = self.table.own_in(reality).find(|claim| found || claim.zone.contains(key));
        let Some(mut claim) = here else {
            if let Some(next) = self.forward(ctx, Some(reality), key, 0) {
                ctx.send(next, Message::Join { reality, found, key, newcomer });
            }
            return;
        };
        for own in self.table.own_in(reality).filter(|_| found) {
            if own.zone.depth() < claim.zone.depth() {
                claim = own;
            }
        }
        if ctx.shared().params.volume_check && !found {
            let others = self.table.others().filter(|owned| owned.claim.reality == reality);
            let largest = others.min_by_key(|owned| (owned.claim.zone.depth(), owned.peer));
            if let Some(larger) = largest.filter(|owned| owned.claim.zone.depth() < claim.zone.depth()) {
                ctx.send(larger.peer, Message::Join { reality, found: true, key, newcomer });
                return;
            }
        }
        self.split_for(ctx, claim, key, newcomer);
    }

    /// Gives a newcomer half of the zone, or all of it if the peer has others, or lets it share the zone.
    fn split_for(&mut self, ctx: &mut Ctx<'_>, claim: Claim, key: Id, newcomer: PeerId) {
        let most = ctx.shared().params.peers_per_zone;
        let mut members = self.mates(claim);
        if members.contains(&newcomer) {
            // It has asked again: it has got nothing, or not yet.
            members.retain(|&mate| mate != newcomer);
        }
        if members.len() + 1 < most {
            self.share(ctx, claim, newcomer);
            return;
        }
        if let Some(&first) = members.iter().min_by_key(|mate| mate.number())
            && first.number() < self.me.number()
        {
            // One of them decides, so that the zone is not split twice.
            ctx.send(first, Message::Join { reality: claim.reality, found: true, key, newcomer });
            return;
        }
        if members.is_empty() && self.table.own_in(claim.reality).count() > 1 {
            self.hand_over(ctx, newcomer, &[claim]);
            return;
        }
        let shared = ctx.shared();
        let Some(halves) = shared.torus.halves(claim.zone, &shared.extent(claim)) else { return };
        let upper = halves[1].0.contains(key);
        let half = |upper: bool| Claim { zone: halves[usize::from(upper)].0, ..claim };
        // The first half of the members keeps the half without the point.
        members.push(self.me);
        members.sort_unstable_by_key(|mate| mate.number());
        let staying = members.len().div_ceil(2);
        for (i, &mate) in members.iter().enumerate().filter(|&(_, &mate)| mate != self.me) {
            ctx.send(mate, Message::Split { claim, upper: upper == (i >= staying) });
        }
        // The one who decides has the lowest number.
        let own: Vec<Claim> =
            self.table.own().map(|own| if own == claim { half(!upper) } else { own }).collect();
        let now = ctx.now();
        let theirs = half(upper);
        let entries = self.index.hand_over(|key| theirs.zone.contains(key), false, now);
        self.give(ctx, newcomer, own, vec![theirs], entries);
    }

    /// Lets a newcomer share the zone.
    fn share(&mut self, ctx: &mut Ctx<'_>, claim: Claim, newcomer: PeerId) {
        let now = ctx.now();
        let entries = self.index.hand_over(|key| claim.zone.contains(key), true, now);
        let own = self.table.own().collect();
        self.give(ctx, newcomer, own, vec![claim], entries);
    }

    /// Hands zones over to another peer, with their part of the index.
    pub(super) fn hand_over(&mut self, ctx: &mut Ctx<'_>, to: PeerId, claims: &[Claim]) {
        let own = self.table.own().filter(|own| !claims.contains(own)).collect();
        let now = ctx.now();
        let inside = |key: Id| claims.iter().any(|claim| claim.zone.contains(key));
        let entries = self.index.hand_over(inside, false, now);
        self.give(ctx, to, own, claims.to_vec(), entries);
    }

    /// Sends `claims` to their new owner, keeps `own`, and tells the neighbours.
    fn give(
        &mut self,
        ctx: &mut Ctx<'_>,
        to: PeerId,
        own: Vec<Claim>,
        claims: Vec<Claim>,
        entries: Vec<crate::protocols::index::Entry>,
    ) {
        let mut theirs: Vec<Claim> = self.table.of(to).collect();
        theirs.extend(claims.iter().filter(|claim| !theirs.contains(claim)).copied().collect::<Vec<_>>());
        let before: Vec<Owned> = self.table.others().filter(|owned| owned.peer != to).collect();
        let gone = self.replace_own(ctx, own);
        let known = self.table.own().map(|claim| Owned { peer: self.me, claim }).chain(before).collect();
        let gift = Gift { claims, entries, known };
        ctx.send(to, Message::Give { stamp: self.stamp(), gift: Parcel::new(vec![gift]) });
        // Should it never get there, its new owner will be found silent.
        self.note(ctx, to, Stamp(0), &theirs, None);
        self.announce(ctx, gone.into_iter().filter(|&peer| peer != to));
    }

    /// Zones that are this peer's from now on.
    pub(super) fn given(&mut self, ctx: &mut Ctx<'_>, from: PeerId, stamp: Stamp, gift: Gift) {
        let mut own: Vec<Claim> = self.table.own().collect();
        for claim in gift.claims {
            if !own.iter().any(|mine| mine.reality == claim.reality && mine.zone.overlaps(claim.zone)) {
                own.push(claim);
            }
        }
        self.store(ctx, gift.entries);
        let gone = self.replace_own(ctx, own);
        let mut givers: Vec<Claim> = Vec::new();
        let mut known = gift.known;
        known.sort_by_key(|owned| owned.peer);
        for owned in known.chunk_by(|a, b| a.peer == b.peer) {
            let (peer, claims) = (owned[0].peer, owned.iter().map(|o| o.claim).collect::<Vec<_>>());
            if peer == from {
                givers = claims;
            } else if self.table.contact(peer).is_none() && self.is_welcome(peer) {
                self.note(ctx, peer, Stamp(0), &claims, None);
            }
        }
        self.note(ctx, from, stamp, &givers, None);
        self.announce(ctx, gone);
        self.now_joined(ctx);
        self.tidy(ctx);
    }

    /// Publishes once there is a zone in every reality.
    fn now_joined(&mut self, ctx: &mut Ctx<'_>) {
        let realities = ctx.shared().params.realities;
        if !self.joined && (0..realities).all(|reality| self.table.own_in(reality).next().is_some()) {
            self.joined = true;
            self.publish_all(ctx);
        }
    }

    /// The zone that this peer shares has been split.
    pub(super) fn halved(&mut self, ctx: &mut Ctx<'_>, claim: Claim, upper: bool) {
        let Some(halves) = claim.zone.halves().filter(|_| self.table.own().any(|own| own == claim)) else {
            return;
        };
        let half = Claim { zone: halves[usize::from(upper)], ..claim };
        let own = self.table.own().map(|own| if own == claim { half } else { own }).collect();
        let now = ctx.now();
        // Others keep them.
        self.index.hand_over(|key| claim.zone.contains(key) && !half.zone.contains(key), false, now);
        self.set_own(ctx, own);
    }

    /// Other peers with the very same zone.
    pub(super) fn mates(&self, claim: Claim) -> Vec<PeerId> {
        self.table.others().filter(|owned| owned.claim == claim).map(|owned| owned.peer).collect()
    }

    /// Exchanges the peer's own zones, halves that belong together made one, and tells everybody concerned.
    pub(super) fn set_own(&mut self, ctx: &mut Ctx<'_>, own: Vec<Claim>) {
        let gone = self.replace_own(ctx, own);
        self.announce(ctx, gone);
    }

    /// Exchanges the peer's own zones, and returns who is a neighbour no longer.
    fn replace_own(&mut self, ctx: &mut Ctx<'_>, mut own: Vec<Claim>) -> Vec<PeerId> {
        own.sort_unstable();
        own.dedup();
        // Halves that belong together follow one another.
        while let Some(at) = (1..own.len())
            .find(|&i| own[i - 1].reality == own[i].reality && own[i - 1].zone.sibling() == Some(own[i].zone))
        {
            let whole = own[at].zone.parent().unwrap_or(Zone::WHOLE);
            own[at - 1].zone = whole;
            own.remove(at);
        }
        let stamp = self.stamp();
        self.care().stamp = Stamp(stamp.0.wrapping_add(1));
        self.table.set_own(own, ctx.shared())
    }

    /// What the peer knows of zones, its own first.
    fn news(&self) -> Vec<Owned> {
        let own = self.table.own().map(|claim| Owned { peer: self.me, claim });
        own.chain(self.table.others()).collect()
    }

    /// Tells all neighbours, and `more`, what the peer knows.
    pub(super) fn announce(&mut self, ctx: &mut Ctx<'_>, more: impl IntoIterator<Item = PeerId>) {
        let news = Parcel::new(self.news());
        let mut everybody: Vec<PeerId> = self.table.contacts().iter().map(|contact| contact.peer).collect();
        everybody.extend(more);
        for peer in everybody {
            ctx.send(peer, Message::Update { stamp: self.stamp(), known: news.clone() });
        }
    }

    /// Tells one peer what this one knows.
    pub(super) fn tell(&self, ctx: &mut Ctx<'_>, peer: PeerId) {
        if peer != self.me {
            let known = Parcel::new(self.news());
            ctx.send(peer, Message::Update { stamp: self.stamp(), known });
        }
    }

    /// A peer says what its zones are, and what it knows of others'.
    pub(super) fn update(&mut self, ctx: &mut Ctx<'_>, from: PeerId, stamp: Stamp, known: &[Owned]) {
        if self.table.own().len() == 0 {
            return;
        }
        let old = self.table.contact(from).map_or(Stamp(0), |contact| contact.stamp);
        if old != Stamp(0) && (stamp.0.wrapping_sub(old.0) as i32) < 0 {
            return;
        }
        self.welcome(from);
        self.notice_return(ctx, from);
        let theirs: Vec<Claim> = known.iter().filter(|o| o.peer == from).map(|o| o.claim).collect();
        let settled = self.settle(ctx, from, &theirs);
        self.share_index(ctx, from, &theirs);
        let mut peers: Vec<PeerId> = known.iter().map(|owned| owned.peer).collect();
        peers.dedup();
        peers.retain(|&peer| peer != from && peer != self.me);
        let is_neighbour = self.note(ctx, from, stamp, &theirs, Some(peers));
        let listed = || known.iter().filter(|o| o.peer == self.me).map(|o| o.claim);
        let knows_us = if is_neighbour { listed().eq(self.table.own()) } else { listed().next().is_none() };
        if !knows_us && !settled {
            self.tell(ctx, from);
        }
        self.introduce(ctx, from, known);
        self.forget_orphans();
    }

    /// One that has come to share a zone gets what this peer keeps for it: what was published while it came, not everybody
    /// knew that it was to have as well.
    fn share_index(&mut self, ctx: &mut Ctx<'_>, from: PeerId, theirs: &[Claim]) {
        let known: Vec<Claim> = self.table.of(from).collect();
        let new = |claim: &Claim| theirs.contains(claim) && !known.contains(claim);
        let shared: Vec<Claim> = self.table.own().filter(new).collect();
        let now = ctx.now();
        let inside = |key| shared.iter().any(|claim| claim.zone.contains(key));
        let entries = self.index.hand_over(inside, true, now);
        if !entries.is_empty() {
            ctx.send(from, Message::Store(Parcel::new(entries)));
        }
    }

    /// Turns to neighbours that a neighbour knows and this peer does not.
    fn introduce(&mut self, ctx: &mut Ctx<'_>, from: PeerId, known: &[Owned]) {
        let shared = ctx.shared();
        let mut strangers: Vec<PeerId> = Vec::new();
        for owned in
            known.iter().filter(|owned| owned.peer != from && owned.peer.number() != self.me.number())
        {
            if strangers.last() != Some(&owned.peer)
                && self.is_welcome(owned.peer)
                && !self.table.contacts().iter().any(|c| c.peer.number() == owned.peer.number())
                && self.is_related(owned.claim, shared)
            {
                strangers.push(owned.peer);
            }
        }
        strangers.into_iter().for_each(|stranger| self.tell(ctx, stranger));
    }

    /// Whether the owner of `claim` is to be known.
    pub(super) fn is_related(&self, claim: Claim, shared: &Shared) -> bool {
        self.table.own().any(|own| shared.related(own, claim))
    }

    /// Notes what a peer owns, if that makes it a neighbour, which is returned; forgets it otherwise. What it tells of itself
    /// comes with `peers`, whom it knows; else it is hearsay.
    pub(super) fn note(
        &mut self,
        ctx: &mut Ctx<'_>,
        peer: PeerId,
        stamp: Stamp,
        claims: &[Claim],
        peers: Option<Vec<PeerId>>,
    ) -> bool {
        if peer == self.me {
            return false;
        }
        let shared = ctx.shared();
        if !claims.iter().any(|&claim| self.is_related(claim, shared)) {
            if self.table.contact(peer).is_some() {
                self.table.remove(peer, shared);
            }
            return false;
        }
        let now = ctx.now();
        let old = self.table.contact(peer);
        let rtt = old.map_or(0, |old| old.rtt);
        if let Some(old) = old
            && old.stamp == stamp
            && stamp != Stamp(0)
            && self.table.of(peer).eq(claims.iter().copied())
        {
            // Nothing new: it lives.
            if let (Some(contact), Some(peers)) = (self.table.contact_mut(peer), peers) {
                contact.heard = now;
                contact.known = peers.into_boxed_slice();
            }
        } else {
            let known = match peers {
                Some(peers) => peers.into_boxed_slice(),
                None => old.map_or_else(Box::default, |old| old.known.clone()),
            };
            let contact = Contact { peer, stamp, heard: now, rtt, known };
            self.table.set(contact, claims, shared);
        }
        if rtt == 0 && self.minds_distance(ctx.shared()) {
            self.ping(ctx, peer);
        }
        true
    }
}
