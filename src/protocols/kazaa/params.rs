//! The `[protocol.kazaa]` table.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::protocols::cache;
use crate::protocols::unstructured::{Fitness, Ticks};
use crate::sim::{Keywords, Setup, Span, query_text};
use crate::units::{BitRate, Share};

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
    /// The share of peers that run a modified client, which always claims to be fit to be a supernode.
    pub modified: Share,
    /// How many answers a supernode keeps, to answer the same question by; 0: none.
    #[serde(skip_serializing_if = "cache::is_off")]
    pub cache: u16,
    /// How long it keeps one.
    #[serde(skip_serializing_if = "cache::is_usual")]
    pub cache_life: Span,
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
        Ok(Shared { params: p.clone(), memory: Ticks::of(p.memory), fitness, words, query_text })
    }
}
