//! The table `[underlay]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::units::{Share, Span};
use crate::world::WorldError;

/// The table `[underlay]`: latency and loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UnderlaySettings {
    /// How long messages take; default `planetlab`, whose median is 67.5 ms one way.
    pub latency: LatencyModel,
    /// No message takes less, not even one to the sender itself; default 1 ms. Above zero: it is the engine's lookahead.
    pub floor: Span,
    /// Each message takes up to this much longer, uniformly at random; default 0.
    pub jitter: Span,
    /// The probability that a message is lost; default 0 %.
    pub loss: Share,
}

impl Default for UnderlaySettings {
    fn default() -> UnderlaySettings {
        UnderlaySettings {
            latency: LatencyModel::default(),
            floor: Span::millis(1),
            jitter: Span::ZERO,
            loss: Share(0.0),
        }
    }
}

/// One-way latency between two participants, symmetric, the same for every architecture on one seed.
///
/// What has a geometry ([`has_geometry`](Self::has_geometry)) can tell near from far; the others draw each pair by
/// itself, so proximity and stretch mean little on them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum LatencyModel {
    /// Every pair alike.
    Constant {
        /// One way; default 50 ms.
        #[serde(default = "ms::<50>")]
        delay: Span,
    },
    /// Peers at random points of a square; latency is their distance.
    Plane {
        /// One-way latency from one side of the square to the other; default 100 ms. The mean is 0.521 of it.
        #[serde(default = "ms::<100>")]
        width: Span,
    },
    /// The two-level Internet of Zegura, Calvert and Bhattacharjee (INFOCOM 1996) with the delays that the papers on
    /// structured overlays use (CAN, SIGCOMM 2001, section 4): each peer in a random stub of a random transit domain.
    /// Within a stub one local hop; else local + stub + (hops of the core) × transit + stub + local.
    TransitStub {
        /// Default 4.
        #[serde(default = "number::<4>")]
        transit_domains: u32,
        /// Default 8.
        #[serde(default = "number::<8>")]
        stubs_per_domain: u32,
        /// How transit domains are linked; default `ring`.
        #[serde(default)]
        core: Core,
        /// Between neighbouring transit domains, one way; default 100 ms.
        #[serde(default = "ms::<100>")]
        transit: Span,
        /// Between a stub and its transit domain, one way; default 10 ms.
        #[serde(default = "ms::<10>")]
        stub: Span,
        /// Inside a stub, one way; default 1 ms.
        #[serde(default = "ms::<1>")]
        local: Span,
    },
    /// A measured matrix of round-trip times: a line a node, in ms, separated by white space; plain or gzip. Each peer
    /// sits at a random row; one way is half the mean of both directions' times. A node is next to itself: the floor.
    Matrix {
        /// Looked for as given, beside the scenario, and where measured data lie.
        #[serde(default)]
        file: PathBuf,
    },
    /// Independent pairs by the embedded quantiles of 119,805 round-trip times between 490 PlanetLab nodes (Zhu et al.
    /// 2017), halved: mean 73.4 ms, median 67.5 ms one way.
    Planetlab {},
    /// Independent pairs, uniform.
    Uniform {
        /// The least, one way; default 20 ms.
        #[serde(default = "ms::<20>")]
        low: Span,
        /// The greatest, one way; default 80 ms.
        #[serde(default = "ms::<80>")]
        high: Span,
    },
    /// Independent pairs, log-normal, by its quantiles at the middles of 4,096 equal parts.
    LogNormal {
        /// One way; default 50 ms.
        #[serde(default = "ms::<50>")]
        median: Span,
        /// Standard deviation of the natural logarithm, 0 to 4; default 0.5.
        #[serde(default = "half")]
        sigma: f64,
    },
}

impl Default for LatencyModel {
    fn default() -> LatencyModel {
        LatencyModel::Planetlab {}
    }
}

/// How the transit domains of [`LatencyModel::TransitStub`] are linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Core {
    /// Each to the next and the last to the first: up to half of them hops away.
    #[default]
    Ring,
    /// Each to each: one hop.
    Complete,
}

impl LatencyModel {
    /// The models by the names that scenarios use, each with what it is and where it comes from.
    pub const LISTED: &[(&str, &str)] = &[
        ("constant", "every pair alike"),
        ("plane", "peers at random points of a square; latency is their distance"),
        ("transit-stub", "two-level Internet of domains (Zegura, Calvert, Bhattacharjee 1996)"),
        ("matrix", "a measured matrix of round-trip times, plain or gzip"),
        ("planetlab", "pairs by quantiles of PlanetLab's round-trip times (Zhu et al. 2017); no geometry"),
        ("uniform", "independent pairs, uniform (PeerSim's); no geometry"),
        ("log-normal", "independent pairs, log-normal; no geometry"),
    ];

    /// Whether latencies come from places, so that near and far, and detours, mean something.
    pub fn has_geometry(&self) -> bool {
        match self {
            LatencyModel::Constant { .. }
            | LatencyModel::Plane { .. }
            | LatencyModel::TransitStub { .. }
            | LatencyModel::Matrix { .. } => true,
            LatencyModel::Planetlab {} | LatencyModel::Uniform { .. } | LatencyModel::LogNormal { .. } => {
                false
            }
        }
    }
}

impl UnderlaySettings {
    /// Checks what can be checked without reading a file.
    ///
    /// # Errors
    /// The first value that fits nothing.
    pub(in crate::world) fn check(&self) -> Result<(), WorldError> {
        if self.floor == Span::ZERO {
            let error = WorldError::new("underlay.floor", "got 0");
            return Err(error
                .expected("a span above zero, as it is the engine's lookahead")
                .nearest("\"1 us\""));
        }
        match self.latency {
            LatencyModel::TransitStub { transit_domains, stubs_per_domain, .. } => {
                at_least_one("underlay.latency.transit-stub.transit_domains", transit_domains)?;
                at_least_one("underlay.latency.transit-stub.stubs_per_domain", stubs_per_domain)
            }
            LatencyModel::Uniform { low, high } if high < low => {
                let error = WorldError::new("underlay.latency.uniform.high", format!("got \"{high}\""));
                Err(error.expected(format!("at least low = \"{low}\"")).nearest(format!("\"{low}\"")))
            }
            LatencyModel::LogNormal { sigma, .. } if !(0.0..=4.0).contains(&sigma) => {
                let error = WorldError::new("underlay.latency.log-normal.sigma", format!("got {sigma}"));
                let error = error.expected("a number from 0 to 4");
                Err(if sigma.is_nan() { error } else { error.nearest(sigma.clamp(0.0, 4.0)) })
            }
            LatencyModel::Constant { .. }
            | LatencyModel::Plane { .. }
            | LatencyModel::Matrix { .. }
            | LatencyModel::Planetlab {}
            | LatencyModel::Uniform { .. }
            | LatencyModel::LogNormal { .. } => Ok(()),
        }
    }
}

fn at_least_one(key: &str, value: u32) -> Result<(), WorldError> {
    match value {
        0 => Err(WorldError::new(key, "got 0").expected("at least 1").nearest(1)),
        _ => Ok(()),
    }
}

fn ms<const MILLIS: u64>() -> Span {
    Span::millis(MILLIS)
}

fn number<const NUMBER: u32>() -> u32 {
    NUMBER
}

fn half() -> f64 {
    0.5
}
