//! The index entries that a node keeps for others.

use std::collections::BTreeMap;

use super::message::Entry;
use crate::sim::{PeerId, Span, Time};
use crate::space::ring::Id;

/// References from keys to providers, each with the time until which it is good.
#[derive(Clone, Debug, Default)]
pub struct Index {
    entries: BTreeMap<Id, Vec<(PeerId, Time)>>,
}

impl Index {
    /// Keeps entries that arrive at `now`; one for the same provider is renewed.
    pub fn store(&mut self, entries: impl Iterator<Item = Entry>, now: Time) {
        for entry in entries {
            let good_until = if entry.left == Span::ZERO { Time::NEVER } else { now + entry.left };
            let providers = self.entries.entry(entry.key).or_default();
            providers.retain(|&(provider, until)| {
                until > now && provider.number() != entry.provider.number()
            });
            providers.push((entry.provider, good_until));
        }
    }

    /// Who provides `key`, in order of publication.
    pub fn providers(&self, key: Id, now: Time) -> Vec<PeerId> {
        let Some(providers) = self.entries.get(&key) else { return Vec::new() };
        providers.iter().filter(|&&(_, until)| until > now).map(|&(provider, _)| provider).collect()
    }

    /// The entries for the wanted keys, as messages carry them; removed from here unless they are to be kept as copies.
    pub fn hand_over(&mut self, wanted: impl Fn(Id) -> bool, keep: bool, now: Time) -> Vec<Entry> {
        let mut handed = Vec::new();
        self.entries.retain(|&key, providers| {
            if !wanted(key) {
                return true;
            }
            for &(provider, until) in providers.iter().filter(|&&(_, until)| until > now) {
                let left = if until == Time::NEVER { Span::ZERO } else { until.since(now) };
                handed.push(Entry { key, provider, left, copies: 0 });
            }
            keep
        });
        handed
    }

    /// The keys it has entries for.
    pub fn keys(&self) -> impl Iterator<Item = Id> + '_ {
        self.entries.keys().copied()
    }

    /// How many entries it keeps.
    pub fn len(&self) -> usize {
        self.entries.values().map(Vec::len).sum()
    }
}
