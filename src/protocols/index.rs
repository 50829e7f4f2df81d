//! The index of a structured overlay: what a node keeps for others, and what all of them keep when the network has settled.

use smallvec::SmallVec;

use crate::sim::{ObjectId, PeerId, Setup, Span, Time};
use crate::space::places::Places;
use crate::space::ring::Id;

/// One reference from a key to a provider, and how much longer it is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Id,
    /// The object, where a key stands for many, as a word does; else the first one.
    pub object: ObjectId,
    /// Who holds the object.
    pub provider: PeerId,
    /// Until when, counted from the sending of the message; zero for ever.
    pub left: Span,
    /// How many more nodes after the receiver are to keep a copy.
    pub copies: u8,
}

/// References from keys to providers, each with the time until which it is good: one flat list in order of keys. Most
/// nodes of a large ring keep one reference or none: one lies inline, so that a look does not leave the node.
#[derive(Clone, Debug, Default)]
pub struct Index {
    references: SmallVec<[Reference; 1]>,
}

#[derive(Clone, Copy, Debug)]
struct Reference {
    key: Id,
    object: ObjectId,
    provider: PeerId,
    good_until: Time,
}

impl Index {
    /// Keeps entries that arrive at `now`; one for the same provider is renewed.
    pub fn store(&mut self, entries: impl Iterator<Item = Entry>, now: Time) {
        for Entry { key, object, provider, left, copies: _ } in entries {
            let good_until = if left == Span::ZERO { Time::NEVER } else { now + left };
            let new = Reference { key, object, provider, good_until };
            let range = self.range(key);
            let same =
                |old: &&mut Reference| old.provider.number() == provider.number() && old.object == object;
            if let Some(old) = self.references[range.clone()].iter_mut().find(same) {
                *old = new;
            } else if let Some(old) =
                self.references[range.clone()].iter_mut().find(|old| old.good_until <= now)
            {
                *old = new;
            } else {
                self.references.insert(range.end, new);
            }
        }
    }

    /// Who provides `key`, in order of publication.
    pub fn providers(&self, key: Id, now: Time) -> impl Iterator<Item = PeerId> + '_ {
        let references = self.references[self.range(key)].iter();
        references.filter(move |reference| reference.good_until > now).map(|reference| reference.provider)
    }

    /// Keeps many entries at once where there are none yet, each once.
    pub fn fill(&mut self, mut entries: Vec<Entry>, now: Time) {
        entries.sort_by_key(|entry| entry.key);
        let reference = |Entry { key, object, provider, left, copies: _ }: Entry| {
            let good_until = if left == Span::ZERO { Time::NEVER } else { now + left };
            Reference { key, object, provider, good_until }
        };
        self.references = entries.into_iter().map(reference).collect();
    }

    /// What is listed under `key`: objects with their providers.
    pub fn postings(&self, key: Id, now: Time) -> impl Iterator<Item = (ObjectId, PeerId)> + '_ {
        let references = self.references[self.range(key)].iter();
        references.filter(move |reference| reference.good_until > now).map(|r| (r.object, r.provider))
    }

    /// The entries for the wanted keys, as messages carry them; removed from here unless they are to be kept as copies.
    pub fn hand_over(&mut self, wanted: impl Fn(Id) -> bool, keep: bool, now: Time) -> Vec<Entry> {
        let mut handed = Vec::new();
        self.references.retain(|&mut Reference { key, object, provider, good_until }| {
            if !wanted(key) {
                return true;
            }
            if good_until > now {
                let left = if good_until == Time::NEVER { Span::ZERO } else { good_until.since(now) };
                handed.push(Entry { key, object, provider, left, copies: 0 });
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

/// What everybody shares, in order of keys: the objects, and those of their holders that are online.
#[derive(Debug)]
pub struct Published {
    keys: Vec<(Id, ObjectId)>,
    places: Places,
    /// The holders of key i that are online: `holders[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    holders: Vec<PeerId>,
}

impl Published {
    /// Sorts the objects by `key`.
    pub fn new(setup: &Setup<'_>, key: impl Fn(ObjectId) -> Id) -> Published {
        use rayon::prelude::*;
        let objects = (0..setup.world.objects()).map(ObjectId::new);
        let mut keys: Vec<(Id, ObjectId)> = objects.map(|object| (key(object), object)).collect();
        keys.par_sort_unstable();
        let everyone = setup.online.len() == setup.participants as usize;
        let online = |peer: PeerId| everyone || setup.online.binary_search(&peer).is_ok();
        let (mut starts, mut holders) = (vec![0], Vec::new());
        for &(_, object) in &keys {
            let all = setup.world.holders(object).iter().map(|&number| PeerId::new(number));
            holders.extend(all.filter(|&peer| online(peer)));
            starts.push(holders.len() as u32);
        }
        let places = Places::of(keys.iter().map(|&(key, _)| key));
        Published { keys, places, starts, holders }
    }

    /// The keys in (`from`, `to`] with their providers online, going round the ring.
    pub fn after(&self, from: Id, to: Id) -> impl Iterator<Item = (Id, &[PeerId])> {
        let below = self.places.below(from, |place| self.keys[place].0);
        let start = below + self.keys[below..].iter().take_while(|&&(key, _)| key == from).count();
        let n = self.keys.len();
        let within =
            (0..n).map(move |i| (start + i) % n).take_while(move |&i| self.keys[i].0.in_half_open(from, to));
        within.map(|i| self.entry(i))
    }

    /// The keys from `first` to `last`, both included, with their providers online.
    pub fn between(&self, first: Id, last: Id) -> impl Iterator<Item = (Id, &[PeerId])> {
        let start = self.places.below(first, |place| self.keys[place].0);
        (start..self.keys.len()).take_while(move |&i| self.keys[i].0 <= last).map(|i| self.entry(i))
    }

    fn entry(&self, i: usize) -> (Id, &[PeerId]) {
        (self.keys[i].0, &self.holders[self.starts[i] as usize..self.starts[i + 1] as usize])
    }
}
