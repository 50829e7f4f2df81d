//! The `[protocol.kazaa]` table.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::transfer::Order;
use crate::protocols::bittorrent::pieces::Shape;
use crate::protocols::cache;
use crate::protocols::unstructured::{Fitness, Ticks};
use crate::sim::random::{Purpose, derive, unit};
use crate::sim::{Keywords, ObjectId, Setup, Span, query_text};
use crate::units::{BitRate, Bytes, Share};

/// The parameters of a client. Where Liang, Kumar and Ross do not say, what the client was seen to do; whatever else is
/// needed is ours, and says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// How many supernodes share the work of one cluster (Yang, Garcia-Molina 2003: k-redundant super-peers), 1 to 3; an
    /// ordinary peer keeps a connection to each. KaZaA: 1.
    pub redundancy: u8,
    /// Peers of a cluster, its supernodes included, when the network has settled: the middle of 100 to 160 ordinary peers,
    /// and the supernode.
    pub cluster: u16,
    /// With more peers than this a cluster splits (ours; 160 ordinary peers were seen).
    pub split: u16,
    /// With fewer than this it joins a larger one that has room for it (ours).
    pub merge: u16,
    /// How many ordinary peers a supernode has at most, when nobody is fit to share its work. Up to 1000 were reported.
    pub max_children: u16,
    /// With how many other clusters a supernode keeps links: 40 to 50 were seen.
    pub links: u16,
    /// With how many it refuses further ones.
    pub max_links: u16,
    /// How many supernodes a peer that looks for one probes.
    pub probes: u8,
    /// How many supernodes a refresh list names at most.
    pub refresh_list: u16,
    /// How far a query goes among supernodes, in links (ours: the client's is not known). 0: no further than the first.
    pub ttl: u8,
    /// The most providers that one answer names (ours, after Napster's).
    pub max_results: u16,
    /// From one sign of life to the next (ours).
    pub keepalive: Span,
    /// After how long a silence a supernode takes a peer off its index (ours).
    pub expiry: Span,
    /// How long one waits for an answer (ours).
    pub patience: Span,
    /// How often a peer asks again when its supernode does not answer a query (ours).
    pub retries: u8,
    /// How long queries are remembered, at least; twice as long at most.
    pub memory: Span,
    /// The least uplink of a supernode (ours: the client's rule is not known, but for bandwidth, uptime and no NAT).
    pub min_up: BitRate,
    /// How long a peer has been online before it is fit to be a supernode (ours).
    pub min_uptime: Span,
    /// The share of peers with `min_up` where the world gives no rates: uplinks then follow a Pareto law with exponent 1
    /// (ours).
    pub able: Share,
    /// The share of peers that run a modified client, which always claims to be fit to be a supernode, and the highest
    /// participation level.
    pub modified: Share,
    /// How many answers a supernode keeps, to answer the same question by; 0: none.
    #[serde(skip_serializing_if = "cache::is_off")]
    pub cache: u16,
    /// How long it keeps one.
    #[serde(skip_serializing_if = "cache::is_usual")]
    pub cache_life: Span,
    /// The size of a chunk, of which a download fetches several at once: 16 KiB to 4 MiB, whole 16 KiB. Default 0 B: the
    /// engine fetches a whole file from the first provider, and what follows means nothing.
    #[serde(skip_serializing_if = "off")]
    pub chunk: Bytes,
    /// With how many providers a download queues, or fetches, at a time; default 4 (ours).
    #[serde(skip_serializing_if = "four")]
    pub sources: u16,
    /// In which order chunks are fetched; default random.
    #[serde(skip_serializing_if = "random")]
    pub order: Order,
    /// How many peers may fetch from one at a time; default 4 (ours).
    #[serde(skip_serializing_if = "four")]
    pub upload_slots: u16,
    /// Whether who claims a higher participation level is served first; default no: who came first.
    #[serde(skip_serializing_if = "no")]
    pub participation: bool,
    /// The share of peers that offer nothing of what they download; default 0 %.
    #[serde(skip_serializing_if = "nobody")]
    pub free_riders: Share,
    /// How often a download with too few providers looks for more; default 60 s (ours).
    #[serde(skip_serializing_if = "every_minute")]
    pub requery: Span,
}

fn off(chunk: &Bytes) -> bool {
    chunk.0 == 0
}

fn four(count: &u16) -> bool {
    *count == 4
}

fn random(order: &Order) -> bool {
    *order == Order::Random
}

fn no(flag: &bool) -> bool {
    !flag
}

fn nobody(share: &Share) -> bool {
    share.0 == 0.0
}

fn every_minute(span: &Span) -> bool {
    *span == Span::secs(60)
}

impl Default for Params {
    fn default() -> Params {
        Params {
            redundancy: 1,
            cluster: 131,
            split: 161,
            merge: 40,
            max_children: 1000,
            links: 45,
            max_links: 50,
            probes: 5,
            refresh_list: 200,
            ttl: 2,
            max_results: 100,
            keepalive: Span::secs(60),
            expiry: Span::secs(150),
            patience: Span::secs(3),
            retries: 3,
            memory: Span::secs(60),
            min_up: BitRate(256_000),
            min_uptime: Span::secs(600),
            able: Share(0.3),
            modified: Share(0.0),
            cache: 0,
            cache_life: cache::LIFE,
            chunk: Bytes(0),
            sources: 4,
            order: Order::Random,
            upload_slots: 4,
            participation: false,
            free_riders: Share(0.0),
            requery: Span::secs(60),
        }
    }
}

/// So many supernodes a cluster has at most.
pub(super) const MOST_PARTNERS: usize = 3;

/// Parameters made ready.
#[derive(Debug)]
pub struct Shared {
    pub(super) params: Params,
    /// How long queries are remembered.
    pub(super) memory: Ticks,
    /// Who may become a supernode.
    pub(super) fitness: Fitness,
    /// Where questions are asked by words.
    pub(super) words: Option<Arc<Keywords>>,
    /// Bytes of a query's text.
    pub(super) query_text: u32,
    /// How each object is cut; empty if downloads are the engine's.
    pub(super) shapes: Box<[Shape]>,
    seed: u64,
}

impl Shared {
    /// Checks the parameters.
    pub(super) fn new(setup: &Setup<'_>, params: &Params) -> Result<Shared, String> {
        let p = params;
        let refuse = |wrong: bool, why: &str| if wrong { Err(why.to_owned()) } else { Ok(()) };
        let partners = 1..=MOST_PARTNERS as u8;
        if !partners.contains(&p.redundancy) {
            let nearest = p.redundancy.clamp(1, MOST_PARTNERS as u8);
            return Err(format!("redundancy is {}, expected from 1 to 3; nearest: {nearest}", p.redundancy));
        }
        let least = u16::from(p.redundancy) + 1;
        if p.cluster < least {
            return Err(format!(
                "cluster is {}, expected at least {least}: a supernode more than redundancy; nearest: {least}",
                p.cluster
            ));
        }
        refuse(p.split <= p.cluster, "split must be more than cluster, so that what has settled stays")?;
        // The smallest settled clusters are half as large as asked for.
        refuse(
            p.merge > p.cluster / 2,
            "merge must be at most half of cluster, so that what has settled stays",
        )?;
        refuse(p.max_children < p.split, "max_children must be at least split")?;
        refuse(p.links < 2, "links must be at least 2: with less there is no network")?;
        refuse(p.max_links < p.links, "max_links must be at least links")?;
        refuse(p.probes == 0, "probes must be at least 1")?;
        refuse(p.refresh_list == 0, "refresh_list must be at least 1")?;
        refuse(p.ttl == u8::MAX, "ttl must be at most 254")?;
        refuse(p.max_results == 0, "max_results must be at least 1")?;
        refuse(p.patience == Span::ZERO, "patience must be more than 0 s")?;
        refuse(p.keepalive <= p.patience, "keepalive must be longer than patience")?;
        refuse(p.expiry <= p.keepalive, "expiry must be longer than keepalive")?;
        refuse(p.memory < Span::secs(10), "memory must be at least 10 s")?;
        refuse(p.min_up.0 < 1000, "min_up must be at least 1 kbit/s")?;
        cache::check(p.cache_life)?;
        let fitness = Fitness::new(setup.world.seed(), p.min_up, p.min_uptime, p.able, p.modified);
        let words = setup.world.keywords().cloned();
        let query_text = query_text(words.as_deref());
        let shapes = shapes(setup, p)?;
        let (seed, memory) = (setup.world.seed(), Ticks::of(p.memory));
        Ok(Shared { params: p.clone(), memory, fitness, words, query_text, shapes, seed })
    }

    /// How `object` is cut; `None` if downloads are the engine's, or there is no such object.
    pub(super) fn shape(&self, object: ObjectId) -> Option<Shape> {
        self.shapes.get(object.index()).copied()
    }

    /// Bytes of a chunk: fewer at the end of the file.
    pub(super) fn chunk_bytes(&self, object: ObjectId, chunk: u32) -> u32 {
        let Some(shape) = self.shape(object).filter(|shape| chunk < shape.pieces()) else { return 0 };
        let before = shape.blocks(chunk) - 1;
        before * Shape::BLOCK + shape.bytes(chunk, before as u8)
    }

    /// What a chunk takes when all slots of an uplink of `up` bits per second (0: no limit) are in use.
    pub(super) fn chunk_seconds(&self, up: u64) -> u16 {
        let bits = self.params.chunk.0 * 8 * u64::from(self.params.upload_slots);
        bits.checked_div(up).map_or(0, |seconds| u16::try_from(seconds).unwrap_or(u16::MAX))
    }

    /// Whether peer `number` offers nothing of what it downloads: drawn once for a run, as BitTorrent does.
    pub(super) fn rides_free(&self, number: u32) -> bool {
        self.params.free_riders.0 > 0.0
            && unit(derive(self.seed, Purpose::Clients, u64::from(number))) < self.params.free_riders.0
    }
}

/// How objects are cut into chunks, if they are; checks what belongs to that.
fn shapes(setup: &Setup<'_>, params: &Params) -> Result<Box<[Shape]>, String> {
    const BLOCK: u64 = Shape::BLOCK as u64;
    const MOST: u64 = 4 << 20;
    let refuse = |wrong: bool, why: &str| if wrong { Err(why.to_owned()) } else { Ok(()) };
    let chunk = params.chunk.0;
    if chunk == 0 {
        refuse(params.participation, "participation counts where peers queue for chunks: set chunk, too")?;
        refuse(params.free_riders.0 > 0.0, "free_riders keep chunks to themselves: set chunk, too")?;
        return Ok(Box::default());
    }
    refuse(
        setup.world.keywords().is_some(),
        "chunk cuts the object that was asked for: not where questions are asked by words",
    )?;
    if !chunk.is_multiple_of(BLOCK) || chunk > MOST {
        let nearest = (chunk.saturating_add(BLOCK / 2) / BLOCK * BLOCK).clamp(BLOCK, MOST) / 1024;
        return Err(format!(
            "chunk is {chunk} B, expected whole 16 KiB, up to 4 MiB, or 0 B for whole files; nearest: \"{nearest} KiB\""
        ));
    }
    refuse(params.sources == 0, "sources must be at least 1; nearest: 1")?;
    refuse(params.upload_slots == 0, "upload_slots must be at least 1; nearest: 1")?;
    refuse(params.requery < Span::secs(1), "requery must be at least 1 s; nearest: \"1 s\"")?;
    let sizes = (0..setup.world.objects()).map(|rank| setup.world.object_size(ObjectId::new(rank)));
    refuse(
        sizes.clone().any(|size| size.div_ceil(chunk) > 1 << 16),
        "chunk must be larger: an object has more than 65,536 of them",
    )?;
    Ok(sizes.map(|size| Shape::new(size, chunk)).collect())
}
