//! The `[protocol.gnutella]` table.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::protocols::cache;
use crate::protocols::unstructured::Ticks;
use crate::sim::{Span, query_text};

/// The parameters of a servent. Where Clip2's specification is silent, what the servents of 2000 and 2001 did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// How far a query goes (specification: 7), or `"edge"`: as far as the network does.
    pub ttl: Ttl,
    /// How to look for an object.
    pub search: Search,
    /// How hits come back.
    pub hits: Hits,
    /// Whom a peer that comes online asks first.
    pub bootstrap: Bootstrap,
    /// How many neighbours a peer looks for. Ripeanu et al. measured 3.4 connections a peer; hence 4. A peer that starts
    /// with more or fewer, because the scenario gives an overlay, keeps at what it has.
    pub wanted_degree: u16,
    /// With how many neighbours a peer refuses further ones.
    pub max_degree: u16,
    /// From one keep-alive PING to the next. `"0 s"`: no PINGs at all, so that nobody notices a crash, or tries again who
    /// has found too few neighbours.
    pub ping_interval: Span,
    /// How far a keep-alive PING goes.
    pub ping_ttl: u8,
    /// How far the PING of a newcomer goes, whose PONGs fill its host cache; 0: none.
    pub discovery_ttl: u8,
    /// With how many hosts from its own cache, beside itself, a peer answers a PING, instead of passing it on (Rohrs 2001;
    /// 10 there); 0: PINGs are passed on as far as they go.
    #[serde(skip_serializing_if = "is_none")]
    pub pong_cache: u16,
    /// How long descriptors are remembered, at least; twice as long at most. From 10 s on, so that a flood never meets its
    /// own past.
    pub memory: Span,
    /// How many hosts a peer keeps in mind beside its neighbours.
    pub host_cache: u16,
    /// How long a peer waits for the answer to a handshake or a keep-alive.
    pub patience: Span,
    /// How many answers a peer keeps, to answer the same question by; 0: none.
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
            ttl: Ttl::Hops(7),
            search: Search::Flooding {},
            hits: Hits::Path,
            bootstrap: Bootstrap::HostList,
            wanted_degree: 4,
            max_degree: 12,
            ping_interval: Span::secs(30),
            ping_ttl: 1,
            discovery_ttl: 7,
            pong_cache: 0,
            memory: Span::secs(60),
            host_cache: 50,
            patience: Span::secs(3),
            cache: 0,
            cache_life: cache::LIFE,
        }
    }
}

fn is_none(count: &u16) -> bool {
    *count == 0
}

/// How to look for an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Search {
    /// Ask everybody within `ttl` hops.
    Flooding {},
    /// Flood wider and wider, until there is an answer or the ring is `ttl` wide (Lv et al. 2002).
    ExpandingRing(Ring),
    /// Several random walkers, which ask the source now and then whether to go on (Lv et al. 2002).
    Walkers(Walkers),
    /// One random walk.
    RandomWalk(RandomWalk),
    /// One walk to the best connected neighbour that it has not been to (Adamic et al. 2001).
    HighDegreeWalk(HighDegreeWalk),
    /// One peer after the other, each picked at random among those online (Cohen, Shenker 2002).
    RandomProbes(RandomProbes),
}

/// An expanding ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ring {
    /// The TTL of the first flood.
    pub first: u8,
    /// By how much each flood goes further than the one before.
    pub step: u8,
    /// How long to wait for answers, per hop of the ring.
    pub patience: Span,
}

impl Default for Ring {
    fn default() -> Ring {
        Ring { first: 1, step: 2, patience: Span::millis(400) }
    }
}

/// Random walkers that check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Walkers {
    /// How many set out.
    pub walkers: u16,
    /// After how many steps each asks the source whether to go on; 0: never.
    pub check_every: u16,
    /// How many steps each makes at most.
    pub max_steps: u16,
}

impl Default for Walkers {
    fn default() -> Walkers {
        Walkers { walkers: 32, check_every: 4, max_steps: 1024 }
    }
}

/// One random walk, which ends where it finds the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RandomWalk {
    /// How many steps it makes at most, or `"ttl"`: as many as the query's `ttl`.
    pub max_steps: Steps,
    /// Whether peers know what their neighbours hold, and answer for them; default no.
    #[serde(skip_serializing_if = "is_not")]
    pub index: bool,
}

impl Default for RandomWalk {
    fn default() -> RandomWalk {
        RandomWalk { max_steps: Steps::Number(1024), index: false }
    }
}

fn is_not(index: &bool) -> bool {
    !index
}

/// One walk to the best connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HighDegreeWalk {
    /// How many steps it makes at most, or `"ttl"`: as many as the query's `ttl`.
    pub max_steps: Steps,
    /// Whether peers know what their neighbours hold, and answer for them, as in the paper; default yes.
    pub index: bool,
}

impl Default for HighDegreeWalk {
    fn default() -> HighDegreeWalk {
        HighDegreeWalk { max_steps: Steps::Number(1024), index: true }
    }
}

/// Peers picked at random, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RandomProbes {
    /// How many are asked at most.
    pub max_probes: u16,
}

impl Default for RandomProbes {
    fn default() -> RandomProbes {
        RandomProbes { max_probes: u16::MAX }
    }
}

/// How many steps a walk makes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// So many.
    Number(u16),
    /// As many as the query's `ttl`.
    Ttl,
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Steps::Number(steps) => serializer.serialize_u16(*steps),
            Steps::Ttl => serializer.serialize_str("ttl"),
        }
    }
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Steps, D::Error> {
        struct Read;

        impl Visitor<'_> for Read {
            type Value = Steps;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of steps from 1 to 65535, or \"ttl\"")
            }

            fn visit_u64<E: de::Error>(self, steps: u64) -> Result<Steps, E> {
                u16::try_from(steps)
                    .map(Steps::Number)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(steps), &self))
            }

            fn visit_i64<E: de::Error>(self, steps: i64) -> Result<Steps, E> {
                match u64::try_from(steps) {
                    Ok(steps) => self.visit_u64(steps),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Signed(steps), &self)),
                }
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Steps, E> {
                match word {
                    "ttl" => Ok(Steps::Ttl),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(Read)
    }
}

/// How hits come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hits {
    /// Hop by hop along the query's way, as the specification says.
    Path,
    /// Straight to the origin, whose address the query carries.
    Direct,
}

/// Whom a peer that comes online asks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bootstrap {
    /// Hosts that a list on the web names.
    HostList,
    /// The one host that everybody knows.
    WellKnown,
    /// The hosts it knew when it was last online; the host list, when none of them is left.
    PeerCache,
}

/// How far a query goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ttl {
    /// So many hops, 1 to 254.
    Hops(u8),
    /// As far as the network goes.
    Edge,
}

impl Ttl {
    /// What the messages carry: 255 is never spent.
    pub(super) const EDGE: u8 = u8::MAX;

    pub(super) fn byte(self) -> u8 {
        match self {
            Ttl::Hops(hops) => hops,
            Ttl::Edge => Ttl::EDGE,
        }
    }
}

impl Serialize for Ttl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Ttl::Hops(hops) => serializer.serialize_u8(*hops),
            Ttl::Edge => serializer.serialize_str("edge"),
        }
    }
}

impl<'de> Deserialize<'de> for Ttl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ttl, D::Error> {
        struct Read;

        impl Visitor<'_> for Read {
            type Value = Ttl;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of hops from 1 to 254, or \"edge\"")
            }

            fn visit_u64<E: de::Error>(self, hops: u64) -> Result<Ttl, E> {
                match u8::try_from(hops) {
                    Ok(hops @ 1..=254) => Ok(Ttl::Hops(hops)),
                    Ok(_) | Err(_) => Err(E::invalid_value(de::Unexpected::Unsigned(hops), &self)),
                }
            }

            fn visit_i64<E: de::Error>(self, hops: i64) -> Result<Ttl, E> {
                match u64::try_from(hops) {
                    Ok(hops) => self.visit_u64(hops),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Signed(hops), &self)),
                }
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Ttl, E> {
                match word {
                    "edge" => Ok(Ttl::Edge),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(Read)
    }
}

/// Parameters made ready.
#[derive(Debug)]
pub struct Shared {
    pub(super) params: Params,
    /// How long descriptors are remembered.
    pub(super) memory: Ticks,
    /// After how many hops a hit that has lost its way is given up.
    pub(super) way_back: u16,
    /// Bytes of a query's text.
    pub(super) query_text: u32,
}

impl Shared {
    /// Checks the parameters.
    pub(super) fn new(params: &Params) -> Result<Shared, String> {
        let refuse = |wrong: bool, why: &str| if wrong { Err(why.to_owned()) } else { Ok(()) };
        refuse(params.max_degree < 2, "max_degree must be at least 2: with less there is no network")?;
        refuse(params.wanted_degree == 0, "wanted_degree must be at least 1")?;
        refuse(params.wanted_degree > params.max_degree, "wanted_degree must not exceed max_degree")?;
        refuse(params.ping_ttl == 0 || params.ping_ttl == Ttl::EDGE, "ping_ttl must be from 1 to 254")?;
        refuse(params.discovery_ttl == Ttl::EDGE, "discovery_ttl must be at most 254")?;
        refuse(params.memory < Span::secs(1), "memory must be at least 1 s")?;
        refuse(params.patience == Span::ZERO, "patience must be more than 0 s")?;
        cache::check(params.cache_life)?;
        let way_back = match params.search {
            Search::Flooding {} => way_of(params.ttl),
            Search::ExpandingRing(ring) => {
                refuse(
                    ring.first == 0 || ring.step == 0,
                    "first and step of an expanding ring must be at least 1",
                )?;
                refuse(ring.patience == Span::ZERO, "patience of an expanding ring must be more than 0 s")?;
                way_of(params.ttl)
            }
            Search::Walkers(walkers) => {
                refuse(
                    walkers.walkers == 0 || walkers.max_steps == 0,
                    "walkers and max_steps must be at least 1",
                )?;
                walkers.max_steps
            }
            Search::RandomProbes(probes) => {
                refuse(probes.max_probes == 0, "max_probes must be at least 1")?;
                1
            }
            Search::RandomWalk(_) | Search::HighDegreeWalk(_) => {
                let steps = params.search.steps(params.ttl).unwrap_or(0);
                refuse(steps == 0, "max_steps must be at least 1")?;
                steps
            }
        };
        Ok(Shared {
            params: params.clone(),
            memory: Ticks::of(params.memory),
            way_back,
            query_text: query_text(None),
        })
    }
}

/// The longest way that a query with this TTL comes.
fn way_of(ttl: Ttl) -> u16 {
    match ttl {
        Ttl::Hops(hops) => u16::from(hops),
        Ttl::Edge => u16::MAX,
    }
}
