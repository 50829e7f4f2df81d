//! Dynamic querying: an ultrapeer asks neighbour after neighbour, as far as it takes to find enough, instead of everybody.
//!
//! A. Fisk, *Gnutella Dynamic Query Protocol v0.1*, LimeWire LLC, 2003. An ultrapeer steers its own searches and those of its
//! leaves. A *probe* asks some neighbours and their leaves. From then on one neighbour after another gets the query, with the
//! TTL that would bring the missing results if the rest of the network were like the part that has been asked: so many results
//! a host. All copies have one GUID, so that nobody answers twice; whom a probe has reached lets no wider copy pass.
//!
//! Left out: the tables that ultrapeers exchange to see beforehand where a probe is in vain, guidance by the leaf (each of
//! its ultrapeers counts for itself what passes), and shorter waits after six seconds.

use rand::RngExt;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Gnutella06, Guid, Message, Query, Timer};
use crate::sim::{Context, ObjectId, PeerId, Span, Time};

/// How an ultrapeer looks for an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Search {
    /// It asks all ultrapeers within `ttl` hops.
    Flooding {},
    /// It asks some, and more as long as there are not enough results.
    Dynamic(Dynamic),
}

impl Default for Search {
    fn default() -> Search {
        Search::Flooding {}
    }
}

impl Search {
    /// Whether it has its default: for leaving it out of what is written.
    pub(super) fn is_usual(&self) -> bool {
        *self == Search::default()
    }
}

/// A dynamic query. It goes as far as a flood at most: `ttl` ultrapeers in a row, that which steers it among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dynamic {
    /// How many results are enough (Fisk: 150).
    pub results: u32,
    /// How many neighbours the probe asks (Fisk: 3).
    pub probes: u8,
    /// How long to wait for results before more are asked, for each neighbour probed and for each hop of a wider query
    /// (LimeWire: 2.4 s).
    pub patience: Span,
    /// After how many ultrapeers, by reckoning, it is given up (Fisk: 200,000 hosts).
    pub horizon: u64,
}

impl Default for Dynamic {
    fn default() -> Dynamic {
        Dynamic { results: 150, probes: 3, patience: Span::millis(2400), horizon: 200_000 }
    }
}

/// A search that an ultrapeer steers.
#[derive(Debug)]
pub(super) struct Quest {
    guid: Guid,
    object: ObjectId,
    since: Time,
    /// Neighbours that have got it.
    asked: SmallVec<[PeerId; 8]>,
    /// How many ultrapeers it has reached, by reckoning.
    horizon: u64,
    results: u32,
}

/// How many ultrapeers a query reaches through one neighbour if each has so many and none is reached twice:
/// the sum of (degree − 1)^i for i from 0 to ttl − 1.
fn reach(degree: u8, ttl: u8) -> u64 {
    let ring = u64::from(degree).saturating_sub(1);
    (0..ttl).fold((0u64, 1u64), |(sum, last), _| (sum.saturating_add(last), last.saturating_mul(ring))).0
}

impl Quest {
    /// The TTL for the next of `open` neighbours, at most `most`: as far as the missing results need, where all neighbours
    /// that are left bear their share.
    fn next_ttl(&self, wanted: u32, degree: u8, open: usize, most: u8) -> u8 {
        let missing = u64::from(wanted.saturating_sub(self.results));
        let hosts = match self.results {
            0 => u64::MAX,
            results => missing.saturating_mul(self.horizon).div_ceil(u64::from(results)),
        };
        let each = hosts.div_ceil(open as u64);
        (1..most).find(|&ttl| reach(degree, ttl) >= each).unwrap_or(most)
    }
}

impl Gnutella06 {
    /// Takes a search of its own or of a leaf in hand, which has `results` so far: asks the leaves that may have the object,
    /// and probes.
    #[cold]
    pub(super) fn steer(&mut self, ctx: &mut Context<'_, Self>, from: PeerId, query: Query, results: u32) {
        let Search::Dynamic(dynamic) = ctx.shared().params.search else { return };
        let (now, memory) = (ctx.now(), ctx.shared().params.memory);
        self.cold.quests.retain(|quest| now.since(quest.since) < memory);
        self.ask_leaves(ctx, from, query);
        let Query { guid, object, .. } = query;
        let mut quest = Quest { guid, object, since: now, asked: SmallVec::new(), horizon: 1, results };
        let neighbours = self.neighbours.as_slice();
        let alone = ctx.shared().params.ttl == 1;
        let probes = if alone { 0 } else { neighbours.len().min(usize::from(dynamic.probes)) };
        if probes > 0 {
            let start = ctx.rng().random_range(0..neighbours.len());
            for probe in 0..probes {
                let neighbour = neighbours[(start + probe) % neighbours.len()];
                ctx.send(neighbour, Message::Query(Query { ttl: 1, ..query }));
                quest.asked.push(neighbour);
                quest.horizon += reach(ctx.shared().params.wanted_degree, 1);
            }
        }
        self.cold.quests.push(quest);
        ctx.deadline(times(dynamic.patience, probes), Timer::Widen(guid));
    }

    /// Time to see whether there are enough results: asks one more neighbour, if not.
    #[cold]
    pub(super) fn widen(&mut self, ctx: &mut Context<'_, Self>, guid: Guid) {
        let params = &ctx.shared().params;
        let Search::Dynamic(dynamic) = params.search else { return };
        // It is itself the first of those in a row.
        let (degree, most) = (params.wanted_degree, params.ttl - 1);
        let Some(place) = self.cold.quests.iter().position(|quest| quest.guid == guid) else { return };
        let quest = &mut self.cold.quests[place];
        let is_open = |neighbour: &&PeerId| !quest.asked.contains(neighbour) && guid.origin != **neighbour;
        let open: SmallVec<[PeerId; 16]> =
            self.neighbours.as_slice().iter().filter(is_open).copied().collect();
        let enough = quest.results >= dynamic.results || quest.horizon >= dynamic.horizon;
        if enough || most == 0 || open.is_empty() || self.leaves.is_none() {
            self.cold.quests.remove(place);
            return;
        }
        let neighbour = open[ctx.rng().random_range(0..open.len())];
        let ttl = quest.next_ttl(dynamic.results, degree, open.len(), most);
        quest.asked.push(neighbour);
        quest.horizon = quest.horizon.saturating_add(reach(degree, ttl));
        let object = quest.object;
        ctx.send(neighbour, Message::Query(Query { guid, object, ttl }));
        ctx.deadline(times(dynamic.patience, usize::from(ttl)), Timer::Widen(guid));
    }

    /// A result of a search passes that this ultrapeer may be steering.
    #[cold]
    pub(super) fn count_result(&mut self, guid: Guid) {
        if let Some(quest) = self.cold.quests.iter_mut().find(|quest| quest.guid == guid) {
            quest.results = quest.results.saturating_add(1);
        }
    }
}

fn times(span: Span, count: usize) -> Span {
    Span(span.nanos().saturating_mul(count as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocols::unstructured::Serial;

    #[test]
    fn the_ttl_follows_from_what_has_been_found() {
        assert_eq!([0, 1, 2, 3, 4].map(|ttl| reach(6, ttl)), [0, 1, 6, 31, 156]);
        assert_eq!([1, 2, 7].map(|ttl| reach(2, ttl)), [1, 2, 7]);
        let guid = Guid { origin: PeerId::new(0), serial: Serial::new(1) };
        let quest = |results, horizon| Quest {
            guid,
            object: ObjectId::new(0),
            since: Time::ZERO,
            asked: SmallVec::new(),
            horizon,
            results,
        };
        // Nothing found: as far as possible.
        assert_eq!(quest(0, 4).next_ttl(150, 6, 3, 7), 7);
        // Ten among four hosts: 140 more are to be had of 56, or 19 through each of three.
        assert_eq!(quest(10, 4).next_ttl(150, 6, 3, 7), 3);
        // Through the last one, all 56.
        assert_eq!(quest(10, 4).next_ttl(150, 6, 1, 7), 4);
        assert_eq!(quest(149, 1000).next_ttl(150, 6, 3, 7), 2);
        assert_eq!(quest(149, 1000).next_ttl(150, 6, 3, 1), 1);
    }
}
