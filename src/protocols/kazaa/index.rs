//! What a supernode knows of the ordinary peers of its cluster: who they are, and what they share.

use std::collections::BTreeMap;

use super::params::Claim;
use crate::sim::{ObjectId, PeerId, Span, Time};

/// The index of one supernode.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// By number, whatever the session.
    children: BTreeMap<u32, Child>,
    /// Who shares what: object and address, ascending.
    listed: Vec<(ObjectId, PeerId)>,
}

/// An ordinary peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    pub(super) address: PeerId,
    heard: Time,
    pub(super) claim: Claim,
    /// How many of its files are listed.
    pub(super) files: u32,
}

impl Index {
    /// Connects `peer`, in place of an earlier session; what was listed of the same session stays.
    pub(super) fn admit(&mut self, peer: PeerId, claim: Claim, now: Time) {
        if let Some(child) = self.child(peer) {
            (child.heard, child.claim) = (now, claim);
            return;
        }
        if let Some(earlier) = self.children.get(&peer.number()) {
            self.forget(earlier.address);
        }
        self.children.insert(peer.number(), Child { address: peer, heard: now, claim, files: 0 });
    }

    pub(super) fn child(&mut self, peer: PeerId) -> Option<&mut Child> {
        self.children.get_mut(&peer.number()).filter(|child| child.address == peer)
    }

    pub(super) fn contains(&self, peer: PeerId) -> bool {
        self.children.get(&peer.number()).is_some_and(|child| child.address == peer)
    }

    /// Notes a sign of life; how many files are listed, if it is a child.
    pub(super) fn hear(&mut self, peer: PeerId, claim: Claim, now: Time) -> Option<u32> {
        let child = self.child(peer)?;
        (child.heard, child.claim) = (now, claim);
        Some(child.files)
    }

    /// Lists the files of a child, in place of what was listed before; whether it is one.
    pub(super) fn list(&mut self, peer: PeerId, files: &[ObjectId]) -> bool {
        let Some(child) = self.child(peer) else { return false };
        if std::mem::replace(&mut child.files, files.len() as u32) > 0 {
            self.listed.retain(|&(_, provider)| provider != peer);
        }
        self.listed.extend(files.iter().map(|&object| (object, peer)));
        // Two sorted runs: this merges them.
        self.listed.sort();
        true
    }

    /// Forgets a child; whether it was one.
    pub(super) fn forget(&mut self, peer: PeerId) -> bool {
        let Some(child) = self.child(peer).copied() else { return false };
        self.children.remove(&peer.number());
        if child.files > 0 {
            self.listed.retain(|&(_, provider)| provider != peer);
        }
        true
    }

    /// Who shares `object`.
    pub(super) fn providers(&self, object: ObjectId) -> impl ExactSizeIterator<Item = PeerId> + Clone {
        let start = self.listed.partition_point(|&(listed, _)| listed < object);
        let length = self.listed[start..].iter().take_while(|&&(listed, _)| listed == object).count();
        self.listed[start..start + length].iter().map(|&(_, provider)| provider)
    }

    /// Forgets those from whom nothing has been heard for longer than `expiry`.
    pub(super) fn expire(&mut self, now: Time, expiry: Span) {
        let silent = self.children.values().filter(|child| now.since(child.heard) > expiry);
        let gone: Vec<PeerId> = silent.map(|child| child.address).collect();
        gone.into_iter().for_each(|peer| {
            self.forget(peer);
        });
    }

    /// The ordinary peers, by number.
    pub(super) fn children(&self) -> impl Iterator<Item = &Child> {
        self.children.values()
    }

    /// How many ordinary peers it has.
    pub(super) fn len(&self) -> usize {
        self.children.len()
    }

    /// The files listed of one child, ascending.
    pub(super) fn files_of(&self, peer: PeerId) -> Vec<ObjectId> {
        self.listed.iter().filter(|&&(_, provider)| provider == peer).map(|&(object, _)| object).collect()
    }

    /// Ordinary peers, and every replica listed.
    pub(super) fn entries(&self) -> usize {
        self.children.len() + self.listed.len()
    }

    /// How many replicas are listed.
    pub(super) fn replicas(&self) -> usize {
        self.listed.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_forgets() {
        let mut index = Index::default();
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
