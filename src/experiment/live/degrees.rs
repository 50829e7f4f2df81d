//! The degree law of an overlay, in a few numbers and as a curve.

use serde::{Deserialize, Serialize};

use crate::stats::ccdf;

/// The most points of a curve.
const POINTS: usize = 300;

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
}

impl Degrees {
    /// Of these degrees. Sums are exact, so their order does not matter.
    pub fn of(degrees: impl Iterator<Item = u32>) -> Degrees {
        let mut degrees: Vec<u64> = degrees.map(u64::from).collect();
        let (nodes, sum) = (degrees.len() as f64, degrees.iter().sum::<u64>() as f64);
        let squares = degrees.iter().map(|&k| u128::from(k) * u128::from(k)).sum::<u128>() as f64;
        if degrees.is_empty() {
            return Degrees::default();
        }
        let mean = sum / nodes;
        Degrees {
            nodes: degrees.len() as u32,
            mean,
            sd: libm::sqrt((squares / nodes - mean * mean).max(0.0)),
            max: degrees.iter().copied().max().unwrap_or(0),
            kappa: (sum > 0.0).then(|| squares / sum),
            ccdf: ccdf(&mut degrees, POINTS),
        }
    }

    /// The degrees of `nodes` nodes, by how often each stands at an end of `pairs`.
    pub fn of_pairs(nodes: usize, pairs: impl Iterator<Item = (u32, u32)>) -> Degrees {
        let mut degrees = vec![0u32; nodes];
        for (one, other) in pairs {
            degrees[one as usize] += 1;
            degrees[other as usize] += 1;
        }
        Degrees::of(degrees.into_iter())
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
