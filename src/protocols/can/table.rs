//! What a CAN peer knows of zones: its own, and its neighbours' with their owners, flat and with their extents beside them.

use super::message::{Claim, Owned, Stamp};
use super::params::Shared;
use crate::sim::{PeerId, Time};
use crate::space::torus::Point;

/// A neighbour: a peer one of whose zones abuts one of ours, or is ours as well.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Who.
    pub peer: PeerId,
    /// The state of its zones that we know; 0 if we have it from others only.
    pub stamp: Stamp,
    /// When it last told us of itself.
    pub heard: Time,
    /// The round trip to it in microseconds; 0 until it is measured.
    pub rtt: u32,
    /// Its neighbours, as it told us: who competes for its zones if it is silent.
    pub known: Box<[PeerId]>,
}

/// A zone that we know, and whose it is.
#[derive(Clone, Copy, Debug)]
struct Held {
    claim: Claim,
    /// Place in `contacts`; [`OWN`] for our own.
    by: u32,
}

const OWN: u32 = u32::MAX;

/// Zones and contacts of one peer. Own zones come first in `held`.
#[derive(Clone, Debug, Default)]
pub struct Table {
    held: Vec<Held>,
    /// For each of `held`: the least coordinates, then the greatest ones.
    bounds: Vec<u32>,
    contacts: Vec<Contact>,
    own: u32,
}

/// A neighbour's zone on the way to a point.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Whose it is.
    pub peer: PeerId,
    /// How far it still is from there, for comparing.
    pub distance: f64,
    /// Our round trip to it in microseconds, at least 1.
    pub rtt: u32,
}

impl Table {
    /// The peer's own zones.
    #[inline]
    pub fn own(&self) -> impl ExactSizeIterator<Item = Claim> + '_ {
        self.held[..self.own as usize].iter().map(|held| held.claim)
    }

    /// The peer's own zones in `reality`.
    pub fn own_in(&self, reality: u8) -> impl Iterator<Item = Claim> + '_ {
        self.own().filter(move |claim| claim.reality == reality)
    }

    /// Neighbours.
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// A neighbour.
    pub fn contact_mut(&mut self, peer: PeerId) -> Option<&mut Contact> {
        self.contacts.iter_mut().find(|contact| contact.peer == peer)
    }

    /// A neighbour.
    pub fn contact(&self, peer: PeerId) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.peer == peer)
    }

    /// The neighbours' zones and their owners.
    pub fn others(&self) -> impl Iterator<Item = Owned> + '_ {
        let owned = |held: &Held| Owned { peer: self.contacts[held.by as usize].peer, claim: held.claim };
        self.held[self.own as usize..].iter().map(owned)
    }

    /// The zones of one neighbour.
    pub fn of(&self, peer: PeerId) -> impl Iterator<Item = Claim> + '_ {
        self.others().filter(move |owned| owned.peer == peer).map(|owned| owned.claim)
    }

    /// Exchanges the peer's own zones, and forgets neighbours that are none any more; those are returned.
    pub fn set_own(&mut self, mut own: Vec<Claim>, shared: &Shared) -> Vec<PeerId> {
        own.sort_unstable();
        let others: Vec<Owned> = self.others().collect();
        let gone: Vec<PeerId> = self
            .contacts
            .iter()
            .map(|contact| contact.peer)
            .filter(|&peer| {
                !others
                    .iter()
                    .any(|o| o.peer == peer && own.iter().any(|&mine| shared.related(mine, o.claim)))
            })
            .collect();
        self.contacts.retain(|contact| !gone.contains(&contact.peer));
        self.rebuild(&own, &others, shared);
        gone
    }

    /// Notes a neighbour's zones, in place of what was known of it, or a new neighbour.
    pub fn set(&mut self, contact: Contact, claims: &[Claim], shared: &Shared) {
        let peer = contact.peer;
        let own: Vec<Claim> = self.own().collect();
        let mut others: Vec<Owned> = self.others().filter(|owned| owned.peer != peer).collect();
        others.extend(claims.iter().map(|&claim| Owned { peer, claim }));
        match self.contact_mut(peer) {
            Some(old) => *old = contact,
            None => {
                let place = self.contacts.partition_point(|other| other.peer < peer);
                self.contacts.insert(place, contact);
            }
        }
        self.rebuild(&own, &others, shared);
    }

    /// Forgets a neighbour; what it owned is returned.
    pub fn remove(&mut self, peer: PeerId, shared: &Shared) -> Vec<Claim> {
        let own: Vec<Claim> = self.own().collect();
        let (removed, others): (Vec<Owned>, Vec<Owned>) = self.others().partition(|owned| owned.peer == peer);
        self.contacts.retain(|contact| contact.peer != peer);
        self.rebuild(&own, &others, shared);
        removed.into_iter().map(|owned| owned.claim).collect()
    }

    /// Fills the table at once: contacts in order of their addresses, each with its zones.
    pub fn fill(&mut self, own: &[Claim], contacts: Vec<Contact>, others: &[Owned], shared: &Shared) {
        self.contacts = contacts;
        self.rebuild(own, others, shared);
    }

    fn rebuild(&mut self, own: &[Claim], others: &[Owned], shared: &Shared) {
        let d = shared.torus.dimensions();
        let n = own.len() + others.len();
        self.own = own.len() as u32;
        let place = |peer: PeerId| self.contacts.binary_search_by_key(&peer, |contact| contact.peer);
        let theirs = others
            .iter()
            .filter_map(|owned| Some(Held { claim: owned.claim, by: place(owned.peer).ok()? as u32 }));
        let mut held = Vec::with_capacity(n);
        held.extend(own.iter().map(|&claim| Held { claim, by: OWN }).chain(theirs));
        let mut bounds = Vec::with_capacity(2 * d * n);
        for held in &held {
            let extent = shared.extent(held.claim);
            bounds.extend_from_slice(&extent.low[..d]);
            bounds.extend_from_slice(&extent.high[..d]);
        }
        (self.held, self.bounds) = (held, bounds);
    }

    /// How far it is from each known zone in `reality`, or in any, to `point`: first the least over our own zones, then
    /// the neighbours' that are closer.
    #[inline]
    fn closer(
        &self,
        reality: Option<u8>,
        point: &Point,
        shared: &Shared,
        mut each: impl FnMut(usize, f64),
    ) -> f64 {
        let d = shared.torus.dimensions();
        let mut nearest = f64::INFINITY;
        for (i, (held, bounds)) in self.held.iter().zip(self.bounds.chunks_exact(2 * d)).enumerate() {
            if reality.is_some_and(|reality| reality != held.claim.reality) {
                continue;
            }
            let (low, high) = bounds.split_at(d);
            let distance = shared.distance(low, high, point);
            if held.by == OWN {
                nearest = nearest.min(distance);
            } else if distance < nearest {
                each(i, distance);
            }
        }
        nearest
    }

    /// Greedy forwarding: the neighbour closest to `point` in `reality`, or in any; of those equally close the one with
    /// the shortest round trip. `None` if nobody is closer than we are.
    #[inline]
    pub fn next(&self, reality: Option<u8>, point: &Point, shared: &Shared) -> Option<PeerId> {
        let mut best: Option<(f64, u32)> = None;
        self.closer(reality, point, shared, |i, distance| {
            let by = self.held[i].by;
            let better = match best {
                None => true,
                Some((least, other)) if distance == least => {
                    let rtt = |by: u32| self.contacts[by as usize].rtt.wrapping_sub(1);
                    rtt(by) < rtt(other)
                }
                Some((least, _)) => distance < least,
            };
            if better {
                best = Some((distance, by));
            }
        });
        best.map(|(_, by)| self.contacts[by as usize].peer)
    }

    /// Everybody closer to `point` than we are, with our own distance.
    pub fn steps(&self, reality: Option<u8>, point: &Point, shared: &Shared) -> (f64, Vec<Step>) {
        let mut steps = Vec::new();
        let own = self.closer(reality, point, shared, |i, distance| {
            let contact = &self.contacts[self.held[i].by as usize];
            steps.push(Step { peer: contact.peer, distance, rtt: contact.rtt.max(1) });
        });
        (own, steps)
    }

    /// Where the extents lie in memory: for prefetching.
    #[inline]
    pub fn address(&self) -> *const u8 {
        self.bounds.as_ptr().cast()
    }
}
