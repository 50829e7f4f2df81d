//! The index entries that a node keeps for others.

use super::message::Entry;
use crate::sim::{PeerId, Span, Time};
use crate::space::ring::Id;

/// References from keys to providers, each with the time until which it is good: one flat list in order of keys, so that a
/// node without references costs next to nothing and a look is one jump in memory.
#[derive(Clone, Debug, Default)]
pub struct Index {
    references: Vec<Reference>,
}

#[derive(Clone, Copy, Debug)]
struct Reference {
    key: Id,
    provider: PeerId,
    good_until: Time,
}

impl Index {
    /// Keeps entries that arrive at `now`; one for the same provider is renewed.
    pub fn store(&mut self, entries: impl Iterator<Item = Entry>, now: Time) {
        for Entry { key, provider, left, .. } in entries {
            let good_until = if left == Span::ZERO { Time::NEVER } else { now + left };
            let new = Reference { key, provider, good_until };
            let range = self.range(key);
            let same = |old: &&mut Reference| old.provider.number() == provider.number();
            if let Some(old) = self.references[range.clone()].iter_mut().find(same) {
                *old = new;
            } else if let Some(old) =
                self.references[range.clone()].iter_mut().find(|old| old.good_until <= now)
            {
                *old = new;
            } else {
                if self.references.is_empty() {
                    // Most nodes of a large ring keep one reference or none: no room for more than that.
                    self.references.reserve_exact(1);
                }
                self.references.insert(range.end, new);
            }
        }
    }

    /// Who provides `key`, in order of publication.
    pub fn providers(&self, key: Id, now: Time) -> impl Iterator<Item = PeerId> + '_ {
        let references = self.references[self.range(key)].iter();
        references.filter(move |reference| reference.good_until > now).map(|reference| reference.provider)
    }

    /// The entries for the wanted keys, as messages carry them; removed from here unless they are to be kept as copies.
    pub fn hand_over(&mut self, wanted: impl Fn(Id) -> bool, keep: bool, now: Time) -> Vec<Entry> {
        let mut handed = Vec::new();
        self.references.retain(|&Reference { key, provider, good_until }| {
            if !wanted(key) {
                return true;
            }
            if good_until > now {
                let left = if good_until == Time::NEVER { Span::ZERO } else { good_until.since(now) };
                handed.push(Entry { key, provider, left, copies: 0 });
            }
            keep
        });
        handed
    }

    /// Forgets references that have aged.
    pub fn expire(&mut self, now: Time) {
        self.references.retain(|reference| reference.good_until > now);
    }

    /// The keys it has references for, ascending.
    pub fn keys(&self) -> impl Iterator<Item = Id> + '_ {
        self.references.chunk_by(|a, b| a.key == b.key).map(|same| same[0].key)
    }

    /// How many references it keeps.
    pub fn len(&self) -> usize {
        self.references.len()
    }

    /// Where the list lies in memory: for prefetching.
    #[inline]
    pub fn address(&self) -> *const u8 {
        self.references.as_ptr().cast()
    }

    /// The places of the references for `key`.
    fn range(&self, key: Id) -> std::ops::Range<usize> {
        let start = self.references.partition_point(|reference| reference.key < key);
        let same = self.references[start..].iter().take_while(|reference| reference.key == key).count();
        start..start + same
    }
}
