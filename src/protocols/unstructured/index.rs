//! What a super-peer knows of the ordinary peers that it serves: who they are, and by which keys they are to be found.

use std::collections::BTreeMap;

use rand::{Rng, RngExt};

use super::Claim;
use crate::sim::{PeerId, Span, Time};

/// The index of one super-peer. A key is an object, or a hashed keyword.
#[derive(Clone, Debug)]
pub(in crate::protocols) struct Index<K> {
    /// By number, whatever the session.
    children: BTreeMap<u32, Child>,
    /// Who is listed under what: key and address, ascending.
    listed: Vec<(K, PeerId)>,
}

/// An ordinary peer.
#[derive(Clone, Copy, Debug)]
pub(in crate::protocols) struct Child {
    pub(in crate::protocols) address: PeerId,
    heard: Time,
    pub(in crate::protocols) claim: Claim,
    /// How many of its files are listed.
    pub(in crate::protocols) files: u32,
}

impl<K: Copy + Ord> Index<K> {
    pub(in crate::protocols) const fn new() -> Index<K> {
        Index { children: BTreeMap::new(), listed: Vec::new() }
    }

    /// Connects `peer`, in place of an earlier session; what was listed of the same session stays.
    pub(in crate::protocols) fn admit(&mut self, peer: PeerId, claim: Claim, now: Time) {
        if let Some(child) = self.child(peer) {
            (child.heard, child.claim) = (now, claim);
            return;
        }
        if let Some(earlier) = self.children.get(&peer.number()) {
            self.forget(earlier.address);
        }
        self.children.insert(peer.number(), Child { address: peer, heard: now, claim, files: 0 });
    }

    pub(in crate::protocols) fn child(&mut self, peer: PeerId) -> Option<&mut Child> {
        self.children.get_mut(&peer.number()).filter(|child| child.address == peer)
    }

    pub(in crate::protocols) fn contains(&self, peer: PeerId) -> bool {
        self.children.get(&peer.number()).is_some_and(|child| child.address == peer)
    }

    /// How many files of a child are listed, if it is one.
    pub(in crate::protocols) fn listed(&self, peer: PeerId) -> Option<u32> {
        self.children.get(&peer.number()).filter(|child| child.address == peer).map(|child| child.files)
    }

    /// Notes a sign of life; how many files are listed, if it is a child.
    pub(in crate::protocols) fn hear(&mut self, peer: PeerId, claim: Claim, now: Time) -> Option<u32> {
        let child = self.child(peer)?;
        (child.heard, child.claim) = (now, claim);
        Some(child.files)
    }

    /// Lists the files of a child, in place of what was listed before; whether it is one.
    pub(in crate::protocols) fn list(&mut self, peer: PeerId, files: &[K]) -> bool {
        let Some(child) = self.child(peer) else { return false };
        if std::mem::replace(&mut child.files, files.len() as u32) > 0 {
            self.listed.retain(|&(_, provider)| provider != peer);
        }
        self.listed.extend(files.iter().map(|&key| (key, peer)));
        // Two sorted runs: this merges them.
        self.listed.sort();
        true
    }

    /// Forgets a child; whether it was one.
    pub(in crate::protocols) fn forget(&mut self, peer: PeerId) -> bool {
        let Some(child) = self.child(peer).copied() else { return false };
        self.children.remove(&peer.number());
        if child.files > 0 {
            self.listed.retain(|&(_, provider)| provider != peer);
        }
        true
    }

    /// Who is listed under `key`.
    pub(in crate::protocols) fn providers(&self, key: K) -> impl ExactSizeIterator<Item = PeerId> + Clone {
        let start = self.listed.partition_point(|&(listed, _)| listed < key);
        let length = self.listed[start..].iter().take_while(|&&(listed, _)| listed == key).count();
        self.listed[start..start + length].iter().map(|&(_, provider)| provider)
    }

    /// Forgets those from whom nothing has been heard for longer than `expiry`.
    pub(in crate::protocols) fn expire(&mut self, now: Time, expiry: Span) {
        let silent = self.children.values().filter(|child| now.since(child.heard) > expiry);
        let gone: Vec<PeerId> = silent.map(|child| child.address).collect();
        gone.into_iter().for_each(|peer| {
            self.forget(peer);
        });
    }

    /// A random one of the fittest ordinary peers, if any is fit.
    pub(in crate::protocols) fn fittest(&self, mut rng: impl Rng) -> Option<PeerId> {
        let best = self.children().map(|child| child.claim).max().filter(|claim| claim.is_fit())?;
        let fit = self.children().filter(|child| child.claim == best);
        let equals: Vec<PeerId> = fit.map(|child| child.address).collect();
        Some(equals[rng.random_range(0..equals.len())])
    }

    /// Under which keys somebody is listed, ascending, once for each.
    pub(in crate::protocols) fn keys(&self) -> impl Iterator<Item = K> {
        self.listed.iter().map(|&(key, _)| key)
    }

    /// The ordinary peers, by number.
    pub(in crate::protocols) fn children(&self) -> impl Iterator<Item = &Child> {
        self.children.values()
    }

    /// How many ordinary peers it has.
    pub(in crate::protocols) fn len(&self) -> usize {
        self.children.len()
    }

    /// The files listed of one child, ascending.
    pub(in crate::protocols) fn files_of(&self, peer: PeerId) -> Vec<K> {
        self.listed.iter().filter(|&&(_, provider)| provider == peer).map(|&(key, _)| key).collect()
    }

    /// Ordinary peers, and every replica listed.
    pub(in crate::protocols) fn entries(&self) -> usize {
        self.children.len() + self.listed.len()
    }

    /// How many replicas are listed.
    pub(in crate::protocols) fn replicas(&self) -> usize {
        self.listed.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ObjectId;

    #[test]
    fn lists_and_forgets() {
        let mut index = Index::new();
        let [a, b] = [PeerId::new(3), PeerId::new(5)];
        let object = ObjectId::new;
        assert!(!index.list(a, &[object(1)]), "a stranger");
        for peer in [a, b] {
            index.admit(peer, Claim::NONE, Time::ZERO);
        }
        assert!(index.list(b, &[object(1), object(7)]) && index.list(a, &[object(1), object(2)]));
        assert_eq!(index.providers(object(1)).collect::<Vec<_>>(), [a, b]);
        assert_eq!(index.providers(object(3)).len(), 0);
        assert!(index.list(a, &[object(7)]), "in place of the others");
        assert_eq!(index.providers(object(7)).collect::<Vec<_>>(), [a, b]);
        assert_eq!((index.providers(object(1)).len(), index.files_of(a)), (1, vec![object(7)]));
        // A new session, of which nothing is listed yet.
        index.admit(b.next_session(), Claim::NONE, Time::ZERO + Span::secs(100));
        assert_eq!(index.providers(object(7)).collect::<Vec<_>>(), [a]);
        assert!(!index.forget(b));
        index.expire(Time::ZERO + Span::secs(101), Span::secs(50));
        assert_eq!((index.len(), index.replicas()), (1, 0));
    }
}
