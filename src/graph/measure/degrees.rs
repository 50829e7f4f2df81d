//! Degree moments and degree distributions.

use super::super::Graph;

/// How many nodes have each degree; everything that is said about degrees follows from it.
///
/// ```
/// # use peerlab::graph::{generate, measure::DegreeCounts};
/// let star = DegreeCounts::of(&generate::star(5).unwrap());
/// assert_eq!((star.mean(), star.variance(), star.kappa()), (Some(1.6), Some(1.44), Some(2.5)));
/// assert_eq!(star.ccdf(), [(1, 1.0), (4, 0.2)]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DegreeCounts {
    /// `counts[k]` nodes have degree k.
    counts: Vec<u64>,
}

/// A cell of a histogram over degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// The least degree in it.
    pub from: u32,
    /// The largest degree in it.
    pub to: u32,
    /// How many nodes have such a degree.
    pub nodes: u64,
    /// The share of nodes, per degree of the cell.
    pub density: f64,
}

impl DegreeCounts {
    /// The degrees of a graph.
    pub fn of(graph: &Graph) -> DegreeCounts {
        graph.degrees().collect()
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Σ k^`power` over all nodes, exactly.
    fn power_sum(&self, power: u32) -> u128 {
        let terms = (0u128..).zip(&self.counts);
        terms.map(|(degree, &nodes)| degree.pow(power) * u128::from(nodes)).sum()
    }

    /// ⟨k^`power`⟩; `None` without nodes.
    pub fn moment(&self, power: u32) -> Option<f64> {
        let nodes = self.nodes();
        (nodes > 0).then(|| self.power_sum(power) as f64 / nodes as f64)
    }

    /// ⟨k⟩; `None` without nodes.
    pub fn mean(&self) -> Option<f64> {
        self.moment(1)
    }

    /// ⟨k²⟩ − ⟨k⟩², over all nodes (divisor n, as of a law, not of a sample); `None` without nodes.
    pub fn variance(&self) -> Option<f64> {
        let (nodes, first, second) = (u128::from(self.nodes()), self.power_sum(1), self.power_sum(2));
        // The difference of integers loses no digits.
        (nodes > 0).then(|| (nodes * second - first * first) as f64 / (nodes * nodes) as f64)
    }

    /// The square root of the variance: what the course's slides call "var(d)".
    pub fn sd(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// κ = ⟨k²⟩/⟨k⟩, the mean degree at the end of a random link; `None` without links.
    pub fn kappa(&self) -> Option<f64> {
        let first = self.power_sum(1);
        (first > 0).then(|| self.power_sum(2) as f64 / first as f64)
    }

    /// The least degree; `None` without nodes.
    pub fn min(&self) -> Option<u32> {
        self.counts.iter().position(|&nodes| nodes > 0).map(|degree| degree as u32)
    }

    /// The largest degree; `None` without nodes.
    pub fn max(&self) -> Option<u32> {
        self.counts.len().checked_sub(1).map(|degree| degree as u32)
    }

    /// The degrees that occur, ascending, each with its number of nodes.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        (0u32..).zip(&self.counts).filter(|(_, nodes)| **nodes > 0).map(|(degree, &nodes)| (degree, nodes))
    }

    /// P(K ≥ k) for each degree k that occurs, ascending in k, the first of them 1.
    pub fn ccdf(&self) -> Vec<(u32, f64)> {
        let all = self.nodes();
        let mut left = all;
        let share = |(degree, nodes)| {
            let point = (degree, left as f64 / all as f64);
            left -= nodes;
            point
        };
        self.iter().map(share).collect()
    }

    /// P(K ≤ k) for each degree k that occurs, ascending in k, the last of them 1.
    pub fn cumulative(&self) -> Vec<(u32, f64)> {
        let all = self.nodes();
        let mut met = 0;
        let share = |(degree, nodes)| {
            met += nodes;
            (degree, met as f64 / all as f64)
        };
        self.iter().map(share).collect()
    }

    /// The histogram on cells that double in width: 0, 1, 2–3, 4–7, … up to the largest degree, empty ones
    /// included.
    pub fn log_binned(&self) -> Vec<Bin> {
        let all = self.nodes();
        let mut bins = Vec::new();
        let (mut from, mut width) = (0usize, 1usize);
        while from < self.counts.len() {
            let nodes = self.counts[from..self.counts.len().min(from + width)].iter().sum();
            let density = nodes as f64 / (all as f64 * width as f64);
            bins.push(Bin { from: from as u32, to: (from + width - 1) as u32, nodes, density });
            from += width;
            width = from;
        }
        bins
    }
}

impl FromIterator<u32> for DegreeCounts {
    fn from_iter<I: IntoIterator<Item = u32>>(degrees: I) -> DegreeCounts {
        let mut counts = Vec::new();
        for degree in degrees {
            let degree = degree as usize;
            if degree >= counts.len() {
                counts.resize(degree + 1, 0);
            }
            counts[degree] += 1;
        }
        DegreeCounts { counts }
    }
}
