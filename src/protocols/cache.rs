//! A cache of answers: who is said to have what was asked for lately.
//!
//! K. Sripanidkulchai, *The Popularity of Gnutella Queries and Its Implications on Scalability*, 2001, for flooding; F. Dabek,
//! M. F. Kaashoek, D. Karger, R. Morris, I. Stoica, *Wide-area cooperative storage with CFS*, SOSP 2001, for rings.
//!
//! An answer is kept for its life, whatever becomes of the provider meanwhile: what is cached may be stale. Where there is no
//! room, the answer goes that has not been used for longest.

use std::collections::BTreeMap;

use crate::sim::{PeerId, Span, Time};

/// So many providers an answer keeps: the latest.
const MOST_PROVIDERS: usize = 8;

/// How long an answer is kept, if nothing else is said.
pub(in crate::protocols) const LIFE: Span = Span::secs(600);

/// Answers by what was asked for.
#[derive(Clone, Debug)]
pub(in crate::protocols) struct Cache<K> {
    room: usize,
    answers: BTreeMap<K, Answer>,
    /// What was asked for, by its last use.
    by_use: BTreeMap<u64, K>,
    uses: u64,
    /// References to providers in all answers.
    references: usize,
}

#[derive(Clone, Debug)]
struct Answer {
    last_use: u64,
    /// The latest first, each with the time until which it is good.
    providers: Vec<(PeerId, Time)>,
}

impl<K: Copy + Ord> Cache<K> {
    /// One with room for so many answers.
    pub(in crate::protocols) fn new(room: u16) -> Cache<K> {
        let (answers, by_use) = (BTreeMap::new(), BTreeMap::new());
        Cache { room: usize::from(room), answers, by_use, uses: 0, references: 0 }
    }

    /// Remembers that `provider` is said to have what `key` asks for.
    pub(in crate::protocols) fn learn(&mut self, key: K, provider: PeerId, good_until: Time) {
        let mut providers = self.take(key);
        providers.retain(|(known, _)| known.number() != provider.number());
        providers.insert(0, (provider, good_until));
        providers.truncate(MOST_PROVIDERS);
        if self.answers.len() >= self.room
            && let Some((_, oldest)) = self.by_use.pop_first()
            && let Some(gone) = self.answers.remove(&oldest)
        {
            self.references -= gone.providers.len();
        }
        self.keep(key, providers);
    }

    /// Who is said to have what `key` asks for, the latest first, with the time until which each is good. Nobody, if it is not
    /// known (any more).
    pub(in crate::protocols) fn recall(&mut self, key: K, now: Time) -> Vec<(PeerId, Time)> {
        let mut providers = self.take(key);
        providers.retain(|&(_, good_until)| good_until > now);
        if !providers.is_empty() {
            self.keep(key, providers.clone());
        }
        providers
    }

    /// How many references to providers it keeps, those that have aged unseen included.
    pub(in crate::protocols) fn references(&self) -> usize {
        self.references
    }

    fn take(&mut self, key: K) -> Vec<(PeerId, Time)> {
        let Some(answer) = self.answers.remove(&key) else { return Vec::new() };
        self.by_use.remove(&answer.last_use);
        self.references -= answer.providers.len();
        answer.providers
    }

    fn keep(&mut self, key: K, providers: Vec<(PeerId, Time)>) {
        self.uses += 1;
        self.references += providers.len();
        self.by_use.insert(self.uses, key);
        self.answers.insert(key, Answer { last_use: self.uses, providers });
    }
}

/// Checks the parameters `cache` and `cache_life`.
///
/// # Errors
/// A life of 0 s.
pub(in crate::protocols) fn check(life: Span) -> Result<(), String> {
    if life == Span::ZERO {
        return Err("cache_life is 0 s, expected more; nearest: 1 ns; no cache at all: cache = 0".to_owned());
    }
    Ok(())
}

/// Whether `cache` has its default: for leaving it out of what is written.
pub(in crate::protocols) fn is_off(room: &u16) -> bool {
    *room == 0
}

/// Whether `cache_life` has its default: for leaving it out of what is written.
pub(in crate::protocols) fn is_usual(life: &Span) -> bool {
    *life == LIFE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::secs(seconds)
    }

    fn numbers(providers: &[(PeerId, Time)]) -> Vec<u32> {
        providers.iter().map(|(peer, _)| peer.number()).collect()
    }

    #[test]
    fn answers_age_and_make_room() {
        let mut cache = Cache::new(2);
        let peer = PeerId::new;
        cache.learn('a', peer(1), at(10));
        cache.learn('a', peer(2), at(20));
        cache.learn('a', peer(1).next_session(), at(15));
        assert_eq!(numbers(&cache.recall('a', at(5))), [1, 2], "the latest first, each peer once");
        assert_eq!(cache.recall('a', at(15)), [(peer(2), at(20))], "what has aged is gone");
        cache.learn('b', peer(3), at(100));
        assert_eq!(numbers(&cache.recall('a', at(16))), [2]);
        cache.learn('c', peer(4), at(100));
        assert!(cache.recall('b', at(16)).is_empty(), "not used for longest");
        assert_eq!((numbers(&cache.recall('a', at(16))), cache.references()), (vec![2], 2));
        assert!(cache.recall('a', at(20)).is_empty());
        assert_eq!(cache.references(), 1);
        for number in 10..30 {
            cache.learn('c', peer(number), at(100));
        }
        assert_eq!(cache.references(), MOST_PROVIDERS);
    }

    proptest! {
        /// Against a plain list in order of use.
        #[test]
        fn keeps_what_was_used_last(steps in prop::collection::vec((0u8..12, 0u32..4, any::<bool>()), 1..200)) {
            let mut cache = Cache::new(5);
            let mut known: Vec<u8> = Vec::new();
            for (key, provider, learns) in steps {
                if learns {
                    cache.learn(key, PeerId::new(provider), Time::NEVER);
                } else {
                    prop_assert_eq!(!cache.recall(key, Time::ZERO).is_empty(), known.contains(&key));
                }
                if learns || known.contains(&key) {
                    known.retain(|&other| other != key);
                    known.push(key);
                    if known.len() > 5 {
                        known.remove(0);
                    }
                }
                prop_assert_eq!(cache.answers.len(), known.len());
                let references: usize = cache.answers.values().map(|answer| answer.providers.len()).sum();
                prop_assert_eq!(cache.references(), references);
                prop_assert_eq!(cache.by_use.values().copied().collect::<Vec<_>>(), known.clone());
            }
        }
    }
}
