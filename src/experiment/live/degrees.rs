//! The degree law of an overlay, in a few numbers and as a curve.

use serde::{Deserialize, Serialize};

use crate::stats::ccdf;
use crate::stats::tail::{Options, Sample, fit};

/// The most points of a curve.
const POINTS: usize = 1000;

/// How many neighbours the nodes of a graph have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Degrees {
    /// Nodes.
    pub nodes: u32,
    /// ⟨k⟩; 0 without nodes.
    pub mean: f64,
    /// The standard deviation, over all nodes.
    pub sd: f64,
    /// The largest.
    pub max: u64,
    /// ⟨k²⟩/⟨k⟩; `None` without links.
    pub kappa: Option<f64>,
    /// Degree k, and the share of nodes with at least k neighbours; ascending, thinned where there are many.
    pub ccdf: Vec<(u64, f64)>,
    /// The power law fitted to it, if there is anything to fit.
    #[serde(default)]
    pub tail: Option<Tail>,
}

/// A power law fitted to the tail of a degree law by maximum likelihood, from the degree on that fits best (Clauset,
/// Shalizi, Newman 2009). That there is a fit does not say that the law is one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// The exponent.
    pub alpha: f64,
    /// Its standard error.
    pub sigma: f64,
    /// The least degree of the tail.
    pub x_min: f64,
    /// The distance of the fit from the tail (Kolmogorov and Smirnov).
    pub ks: f64,
    /// How many nodes are in the tail.
    pub n_tail: u64,
}

impl Tail {
    /// `None` where no law can be fitted, as all degrees are equal or there are none.
    fn of(degrees: &[u32]) -> Option<Tail> {
        let sample = Sample::of_degrees(degrees.iter().copied()).ok()?;
        let found = fit(&sample, &Options::default()).ok()?;
        let finite = [found.alpha, found.sigma, found.ks].iter().all(|value| value.is_finite());
        let (alpha, sigma, x_min, ks, n_tail) =
            (found.alpha, found.sigma, found.x_min, found.ks, found.n_tail);
        finite.then_some(Tail { alpha, sigma, x_min, ks, n_tail })
    }
}

impl Degrees {
    /// Of these degrees, with the tail fitted. Sums are exact, so their order does not matter.
    pub fn of(given: &[u32]) -> Degrees {
        let mut degrees: Vec<u64> = given.iter().map(|&degree| u64::from(degree)).collect();
        if degrees.is_empty() {
            return Degrees::default();
        }
        let (nodes, sum) = (degrees.len() as f64, degrees.iter().sum::<u64>() as f64);
        let squares = degrees.iter().map(|&k| u128::from(k) * u128::from(k)).sum::<u128>() as f64;
        let mean = sum / nodes;
        Degrees {
            nodes: degrees.len() as u32,
            mean,
            sd: libm::sqrt((squares / nodes - mean * mean).max(0.0)),
            max: degrees.iter().copied().max().unwrap_or(0),
            kappa: (sum > 0.0).then(|| squares / sum),
            ccdf: ccdf(&mut degrees, POINTS),
            tail: Tail::of(given),
        }
    }

    /// The share of nodes with at least `k` neighbours.
    pub fn at_least(&self, k: u64) -> f64 {
        let place = self.ccdf.partition_point(|&(degree, _)| degree < k);
        self.ccdf.get(place).map_or(0.0, |&(_, share)| share)
    }

    /// The largest distance between the two distribution functions (Kolmogorov and Smirnov); `None` if one has no nodes.
    pub fn distance(&self, other: &Degrees) -> Option<f64> {
        if self.ccdf.is_empty() || other.ccdf.is_empty() {
            return None;
        }
        let both = self.ccdf.iter().chain(&other.ccdf);
        both.map(|&(k, _)| (self.at_least(k) - other.at_least(k)).abs()).reduce(f64::max)
    }
}
