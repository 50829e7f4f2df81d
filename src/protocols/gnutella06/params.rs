//! The `[protocol.gnutella06]` table.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::dynamic::{Dynamic, Search};
use crate::protocols::cache;
use crate::protocols::unstructured::{Fitness, Ticks};
use crate::sim::random::mix;
use crate::sim::{Keywords, ObjectId, Setup, Span, Word, query_text};
use crate::units::{BitRate, Share};

/// The parameters of a servent. Where the draft leaves them open, what the servents of 2002 and 2003 did; else ours, which
/// is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// How far a query goes among ultrapeers: so many of them in a row.
    pub ttl: u8,
    /// How an ultrapeer looks for an object, for itself and for its leaves.
    #[serde(skip_serializing_if = "Search::is_usual")]
    pub search: Search,
    /// How many ultrapeers a leaf looks for.
    pub leaf_degree: u8,
    /// How many other ultrapeers an ultrapeer looks for.
    pub wanted_degree: u8,
    /// With how many ultrapeers an ultrapeer refuses further ones.
    pub max_degree: u8,
    /// How many leaves an ultrapeer has room for (LimeWire: 30).
    pub max_leaves: u16,
    /// How many it has when the network has settled: two thirds of that (ours), which makes 13 % of all peers ultrapeers.
    /// Stutzbach and Rejaie counted some 15 % in 2004.
    pub leaves: u16,
    /// With fewer leaves than this, an ultrapeer that knows a busier one becomes a leaf (ours).
    pub min_leaves: u16,
    /// Bits of a hashed keyword: the table that a leaf sends to its ultrapeers has 2 to the power of that many places
    /// (LimeWire: 16).
    pub table_bits: u8,
    /// From one keep-alive PING to the next.
    pub ping_interval: Span,
    /// After how long a silence an ultrapeer does without a leaf (ours).
    pub expiry: Span,
    /// How many cached PONGs answer a PING that asks for hosts (LimeWire: 10).
    pub pongs: u8,
    /// How many ultrapeers a peer keeps in mind beside its neighbours.
    pub host_cache: u16,
    /// How long a peer waits for an answer to a handshake or a keep-alive.
    pub patience: Span,
    /// How long descriptors are remembered, at least; twice as long at most.
    pub memory: Span,
    /// The least uplink of an ultrapeer (ours; LimeWire asked for 10 kB/s both ways).
    pub min_up: BitRate,
    /// How long a peer has been online before it is fit to be an ultrapeer (ours).
    pub min_uptime: Span,
    /// The share of peers with `min_up` where the world gives no rates: uplinks then follow a Pareto law with exponent 1
    /// (ours).
    pub able: Share,
    /// How many answers an ultrapeer keeps, to answer the same question by; 0: none.
    #[serde(skip_serializing_if = "cache::is_off")]
    pub cache: u16,
    /// How long it keeps one.
    #[serde(skip_serializing_if = "cache::is_usual")]
    pub cache_life: Span,
}

impl Params {
    /// How long the way back to a provider behind a firewall is remembered: as long as answers that name it are given.
    pub(super) fn push_memory(&self) -> Span {
        if self.cache > 0 { self.memory.max(self.cache_life) } else { self.memory }
    }
}

impl Default for Params {
    fn default() -> Params {
        Params {
            ttl: 7,
            search: Search::default(),
            leaf_degree: 3,
            wanted_degree: 6,
            max_degree: 9,
            max_leaves: 30,
            leaves: 20,
            min_leaves: 4,
            table_bits: 16,
            ping_interval: Span::secs(30),
            expiry: Span::secs(90),
            pongs: 10,
            host_cache: 50,
            patience: Span::secs(3),
            memory: Span::secs(60),
            min_up: BitRate(80_000),
            min_uptime: Span::secs(600),
            able: Share(0.3),
            cache: 0,
            cache_life: cache::LIFE,
        }
    }
}

/// A hashed keyword: a place in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(pub(super) u32);

/// Parameters made ready.
#[derive(Debug)]
pub struct Shared {
    pub(super) params: Params,
    pub(super) memory: Ticks,
    pub(super) fitness: Fitness,
    /// Where questions are asked by words.
    pub(super) words: Option<Arc<Keywords>>,
    /// Bytes of a query's text.
    pub(super) query_text: u32,
}

impl Shared {
    /// Checks the parameters.
    pub(super) fn new(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        let p = params;
        let refuse = |wrong: bool, why: &str| if wrong { Err(why.to_owned()) } else { Ok(()) };
        refuse(p.ttl == 0, "ttl must be at least 1: the first ultrapeer")?;
        refuse(p.leaf_degree == 0, "leaf_degree must be at least 1")?;
        refuse(p.wanted_degree < 2, "wanted_degree must be at least 2: with less there is no network")?;
        refuse(p.max_degree < p.wanted_degree, "max_degree must be at least wanted_degree")?;
        refuse(p.leaves == 0, "leaves must be at least 1")?;
        refuse(p.leaves > p.max_leaves, "leaves must not exceed max_leaves")?;
        refuse(
            p.min_leaves > p.leaves / 2,
            "min_leaves must be at most half of leaves, so that what has settled stays",
        )?;
        if !(4..=24).contains(&p.table_bits) {
            let nearest = p.table_bits.clamp(4, 24);
            return Err(format!("table_bits is {}, expected from 4 to 24; nearest: {nearest}", p.table_bits));
        }
        refuse(p.patience == Span::ZERO, "patience must be more than 0 s")?;
        refuse(p.ping_interval <= p.patience, "ping_interval must be longer than patience")?;
        refuse(p.expiry <= p.ping_interval, "expiry must be longer than ping_interval")?;
        refuse(p.host_cache == 0, "host_cache must be at least 1")?;
        refuse(p.memory < Span::secs(10), "memory must be at least 10 s")?;
        refuse(p.min_up.0 < 1000, "min_up must be at least 1 kbit/s")?;
        if let Search::Dynamic(Dynamic { results, probes, patience, horizon: _ }) = p.search {
            refuse(results == 0, "search.dynamic.results must be at least 1")?;
            refuse(
                probes == 0,
                "search.dynamic.probes must be at least 1: results are reckoned from the probe's",
            )?;
            refuse(patience == Span::ZERO, "search.dynamic.patience must be more than 0 s")?;
        }
        cache::check(p.cache_life)?;
        let fitness = Fitness::new(setup.world.seed(), p.min_up, p.min_uptime, p.able, Share(0.0));
        let words = setup.world.keywords().cloned();
        let query_text = query_text(words.as_deref());
        Ok(Shared { params: p.clone(), memory: Ticks::of(p.memory), fitness, words, query_text })
    }

    /// The hashed keyword of an object: Rohrs' function (multiplication by 0x4F1BBCDC), of a word of four letters that
    /// stands for the object's name.
    #[inline]
    pub(super) fn slot(&self, object: ObjectId) -> Slot {
        self.hashed(mix(u64::from(object.rank())) as u32)
    }

    fn hashed(&self, letters: u32) -> Slot {
        Slot(letters.wrapping_mul(0x4F1B_BCDC | 1) >> (32 - u32::from(self.params.table_bits)))
    }

    /// The place of a word, where objects have words.
    pub(super) fn slot_of_word(&self, Word(word): Word) -> Slot {
        /// Words are no objects.
        const WORDS: u64 = 1 << 32;
        self.hashed(mix(WORDS | u64::from(word)) as u32)
    }

    /// The places of the question for `object`: of each of its words.
    pub(super) fn slots(&self, words: &Keywords, object: ObjectId) -> Vec<Slot> {
        words.question(object).into_iter().map(|word| self.slot_of_word(word)).collect()
    }

    /// The places in its table that a peer with these objects sets, ascending.
    pub(super) fn table(&self, objects: &[ObjectId]) -> Vec<Slot> {
        let words = |words: &Keywords, object: ObjectId| -> Vec<Slot> {
            words.of(object).iter().map(|&word| self.slot_of_word(word)).collect()
        };
        let mut slots: Vec<Slot> = match &self.words {
            None => objects.iter().map(|&object| self.slot(object)).collect(),
            Some(all) => objects.iter().flat_map(|&object| words(all, object)).collect(),
        };
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}
