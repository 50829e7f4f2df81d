//! The models of latency, made ready: everything is hashed from the key and the numbers of the two participants.

use super::planetlab::RTT_US;
use super::{Core, LatencyModel, matrix, normal, scaled};
use crate::sim::Span;
use crate::sim::random::mix;
use crate::world::WorldError;
use crate::world::locate::Places;

/// A model of latency, ready for the hot path: matched once a message, a few multiplications, at most one load.
#[derive(Clone, Debug)]
pub(super) enum Model {
    Constant {
        nanos: u64,
    },
    Plane {
        key: u64,
        /// Nanoseconds for the 2^32nd part of a side.
        step: f64,
    },
    TransitStub {
        key: u64,
        domains: u64,
        stubs: u64,
        core: Core,
        transit: u64,
        /// Between two stubs, but for the transit.
        apart: u64,
        local: u64,
    },
    Matrix {
        key: u64,
        rows: u64,
        /// One way in nanoseconds, row by row.
        one_way: Box<[u32]>,
    },
    Planetlab {
        key: u64,
    },
    Uniform {
        key: u64,
        low: u64,
        width: u64,
    },
    LogNormal {
        key: u64,
        quantiles: Box<[u64; normal::CELLS]>,
    },
}

impl Model {
    /// The model, and the least latency it can give between any two participants.
    ///
    /// # Errors
    /// A matrix file that is missing or malformed.
    pub(super) fn build(
        settings: &LatencyModel,
        key: u64,
        places: &Places,
    ) -> Result<(Model, u64), WorldError> {
        Ok(match *settings {
            LatencyModel::Constant { delay: Span(nanos) } => (Model::Constant { nanos }, nanos),
            LatencyModel::Plane { width } => {
                (Model::Plane { key, step: width.nanos() as f64 / (1u64 << 32) as f64 }, 0)
            }
            LatencyModel::TransitStub { transit_domains, stubs_per_domain, core, transit, stub, local } => {
                let model = Model::TransitStub {
                    key,
                    domains: u64::from(transit_domains),
                    stubs: u64::from(stubs_per_domain),
                    core,
                    transit: transit.nanos(),
                    apart: stub.saturating_add(local).nanos().saturating_mul(2),
                    local: local.nanos(),
                };
                (model, local.nanos())
            }
            LatencyModel::Matrix { ref file } => {
                let path = places.find(matrix::KEY, file)?;
                let (rows, one_way) = matrix::read(&path)?;
                (Model::Matrix { key, rows, one_way }, 0)
            }
            LatencyModel::Planetlab {} => (Model::Planetlab { key }, 0),
            LatencyModel::Uniform { low: Span(low), high: Span(high) } => {
                (Model::Uniform { key, low, width: (high - low).saturating_add(1) }, low)
            }
            LatencyModel::LogNormal { median, sigma } => {
                let quantiles = normal::log_normal(median.nanos() as f64, sigma);
                let least = quantiles[0];
                (Model::LogNormal { key, quantiles }, least)
            }
        })
    }

    /// One-way latency in nanoseconds, before the floor. Nobody is far from itself: independent pairs give 0 there.
    #[inline]
    pub(super) fn nanos(&self, from: u32, to: u32) -> u64 {
        match *self {
            Model::Constant { nanos } => nanos,
            Model::Plane { key, step } => {
                let (a, b) = (place(key, from), place(key, to));
                let x = f64::from(a as u32) - f64::from(b as u32);
                let y = (a >> 32) as f64 - (b >> 32) as f64;
                // The square root is exact to the last bit by IEEE 754, on every platform.
                ((x * x + y * y).sqrt() * step) as u64
            }
            Model::TransitStub { key, domains, stubs, core, transit, apart, local } => {
                let site = |number| {
                    let random = place(key, number);
                    (((random >> 32) * domains) >> 32, ((random & 0xffff_ffff) * stubs) >> 32)
                };
                let ((domain_a, stub_a), (domain_b, stub_b)) = (site(from), site(to));
                if (domain_a, stub_a) == (domain_b, stub_b) {
                    return local;
                }
                let around = domain_a.abs_diff(domain_b);
                let hops = match core {
                    Core::Ring => around.min(domains - around),
                    Core::Complete => around.min(1),
                };
                hops.saturating_mul(transit).saturating_add(apart)
            }
            Model::Matrix { key, rows, ref one_way } => {
                let (a, b) = (scaled(place(key, from), rows), scaled(place(key, to), rows));
                u64::from(one_way[(a * rows + b) as usize])
            }
            Model::Planetlab { key } => match pair(key, from, to) {
                Some(random) => planetlab(random),
                None => 0,
            },
            Model::Uniform { key, low, width } => match pair(key, from, to) {
                Some(random) => low + scaled(random, width),
                None => 0,
            },
            Model::LogNormal { key, ref quantiles } => match pair(key, from, to) {
                Some(random) => quantiles[(random >> (64 - normal::CELLS.trailing_zeros())) as usize],
                None => 0,
            },
        }
    }
}

/// 64 random bits of one participant.
#[inline]
fn place(key: u64, number: u32) -> u64 {
    mix(key ^ u64::from(number))
}

/// 64 random bits of an unordered pair, unless both are the same.
#[inline]
fn pair(key: u64, a: u32, b: u32) -> Option<u64> {
    (a != b).then(|| mix(key ^ (u64::from(a.max(b)) << 32 | u64::from(a.min(b)))))
}

/// The quantile that 64 random bits name, one way in nanoseconds: a knot by the upper 8, between two by the next 32.
#[inline]
fn planetlab(random: u64) -> u64 {
    let knot = (random >> 56) as usize;
    let between = random >> 24 & 0xffff_ffff;
    // Half a microsecond of round-trip time is 500 ns one way.
    let (low, high) = (u64::from(RTT_US[knot]) * 500, u64::from(RTT_US[knot + 1]) * 500);
    low + (((high - low) * between) >> 32)
}
