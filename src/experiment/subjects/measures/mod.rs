//! What is measured of a graph, by column: also of an overlay that a protocol has grown.

mod removal;
mod structure;
pub(super) mod tail;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Asked, FitSettings, GraphSettings};
use crate::experiment::scenario::FigureKind;
use crate::graph::measure::DegreeCounts;
use crate::graph::{DegreeLaw, EdgeList, Graph};
use crate::world::DegreeTheory;

/// A graph, and what is known of it beside.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The graph, undirected.
    pub graph: &'a Graph,
    /// Its links as rows of a file or as a protocol has them, directed, by the same node numbers, if they are.
    pub rows: Option<&'a EdgeList>,
    /// The law of degrees that it should follow, if one is known.
    pub theory: Option<&'a DegreeTheory>,
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// By column: its value, where it has one.
    pub values: BTreeMap<&'static str, f64>,
    /// What figures need.
    pub curves: Curves,
    /// What to mind about a fit.
    pub remarks: Vec<String>,
}

/// Distributions and curves of one graph or sample, as far as figures ask for them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Degree or number, and the share of nodes or numbers with at least that, ascending.
    #[serde(default)]
    pub tail: Vec<(f64, f64)>,
    /// The same of the law that it should follow, or that was fitted.
    #[serde(default)]
    pub law: Vec<(f64, f64)>,
    /// The share of pairs of nodes of the largest component within 0, 1, 2, … hops.
    #[serde(default)]
    pub hops: Vec<f64>,
    /// The share of nodes removed, and the largest component over all nodes, ascending.
    #[serde(default)]
    pub removal: Vec<(f64, f64)>,
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The watch said so.
    Interrupted,
    /// A setting of `[fit]` that does not go with the numbers.
    Refused(String),
}

impl From<crate::graph::measure::Stopped> for Stopped {
    fn from(_: crate::graph::measure::Stopped) -> Stopped {
        Stopped::Interrupted
    }
}

/// Measures what is `asked`. Everything random comes from streams of `seed`; `watch` hears now and then which share of a
/// long piece of work is done, from any thread, and says whether to go on.
///
/// # Errors
/// The watch ended it, or a fit was asked for with bounds that leave no tail.
pub fn measure(
    subject: &Subject<'_>,
    asked: &Asked,
    settings: &GraphSettings,
    fit: &FitSettings,
    seed: u64,
    watch: &(dyn Fn(f64) -> bool + Sync),
) -> Result<Report, Stopped> {
    let mut work = Work { subject, asked, settings, fit, seed, watch, report: Report::default() };
    work.degrees();
    let weak = work.components();
    work.theory();
    work.triangles(&weak);
    work.mixing();
    work.paths(&weak)?;
    work.removal()?;
    work.tail()?;
    Ok(work.report)
}

/// Measuring under way.
struct Work<'a> {
    subject: &'a Subject<'a>,
    asked: &'a Asked,
    settings: &'a GraphSettings,
    fit: &'a FitSettings,
    seed: u64,
    watch: &'a (dyn Fn(f64) -> bool + Sync),
    report: Report,
}

impl Work<'_> {
    /// Notes a column's value, if it has one.
    fn put(&mut self, column: &'static str, value: impl Into<Option<f64>>) {
        if let Some(value) = value.into().filter(|value| value.is_finite()) {
            self.report.values.insert(column, value);
        }
    }

    fn degrees(&mut self) {
        let graph = self.subject.graph;
        let degrees = DegreeCounts::of(graph);
        self.put("nodes", f64::from(graph.nodes()));
        self.put("edges", self.subject.rows.map_or(graph.edges() as f64, |rows| rows.edges.len() as f64));
        self.put("degree_mean", degrees.mean());
        self.put("degree_variance", degrees.variance());
        self.put("degree_sd", degrees.sd());
        self.put("degree_max", degrees.max().map(f64::from));
        self.put("kappa", degrees.kappa());
        if self.asked.draws(FigureKind::Degrees) {
            let tail = degrees.ccdf();
            self.report.curves.tail =
                tail.into_iter().map(|(degree, share)| (f64::from(degree), share)).collect();
        }
    }

    fn theory(&mut self) {
        let Some(theory) = self.subject.theory else { return };
        if self.asked.draws(FigureKind::Degrees) {
            self.report.curves.law = tail_of(&theory.law);
        }
        if !theory.moments {
            return;
        }
        let law = &theory.law;
        let kappa = law.mean() + law.variance() / law.mean();
        self.put("law_mean", law.mean());
        self.put("law_variance", law.variance());
        self.put("law_sd", law.standard_deviation());
        self.put("law_kappa", kappa);
        self.put("law_threshold", Some(1.0 - 1.0 / (kappa - 1.0)).filter(|_| kappa > 2.0));
        if self.asked.any(&["law_giant"]) {
            self.put("law_giant", giant_of(law));
        }
    }

    fn tail(&mut self) -> Result<(), Stopped> {
        if !tail::wanted(self.asked) {
            return Ok(());
        }
        let Some(sample) = tail::degrees(self.subject.graph) else { return Ok(()) };
        tail::measure_tail(&sample, self.asked, self.fit, self.seed, self.watch, &mut self.report)?;
        Ok(())
    }
}

/// The share of a law's nodes with at least each degree.
fn tail_of(law: &DegreeLaw) -> Vec<(f64, f64)> {
    let mut at_least = 1.0;
    let point = |(degree, probability): (u32, f64)| {
        let point = (f64::from(degree), f64::max(at_least, 0.0));
        at_least -= probability;
        point
    };
    law.iter().filter(|&(_, probability)| probability > 0.0).map(point).collect()
}

/// The share of nodes in the giant component of a large random graph of this law: 1 − G₀(u) with u = G₁(u), the least
/// such u (Newman, Strogatz, Watts 2001).
fn giant_of(law: &DegreeLaw) -> f64 {
    let mean = law.mean();
    if mean == 0.0 {
        return 0.0;
    }
    // Links of a node reached over a link, its own not counted: the excess degree. Nobody comes to a node of degree 0.
    let reached = || law.iter().filter(|&(degree, _)| degree > 0);
    let excess = |u: f64| {
        let terms = reached().map(|(d, p)| f64::from(d) * p * libm::pow(u, f64::from(d - 1)));
        terms.sum::<f64>() / mean
    };
    let finite = |u: f64| law.iter().map(|(d, p)| p * libm::pow(u, f64::from(d))).sum::<f64>();
    let mut u = 0.0;
    // From below, the iteration rises to the least fixed point, slowly only where the giant component vanishes.
    for _ in 0..100_000 {
        let next = excess(u);
        if next - u < 1e-15 {
            break;
        }
        u = next;
    }
    1.0 - finite(u)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn giant_components_of_known_laws() {
        // Poisson: S = 1 − e^(−cS), .5828 for c = 1.5; none for c < 1.
        let poisson = |mean: f64| giant_of(&DegreeLaw::poisson(mean, 60).unwrap());
        assert!((poisson(1.5) - 0.582_811_643_866_4).abs() < 1e-9, "{}", poisson(1.5));
        assert!(poisson(0.8).abs() < 1e-9);
        // Degrees 1 and 3 alike: u = (1 + 3u²)/4, so u = 1/3, and S = 1 − (1/3 + 1/27)/2.
        let law = DegreeLaw::from_weights(&[(1, 1.0), (3, 1.0)]).unwrap();
        assert!((giant_of(&law) - (1.0 - (1.0 / 3.0 + 1.0 / 27.0) / 2.0)).abs() < 1e-12);
        // Everybody has three neighbours: one component, of all.
        assert_eq!(giant_of(&DegreeLaw::from_weights(&[(3, 1.0)]).unwrap()), 1.0);
        assert_eq!(giant_of(&DegreeLaw::from_weights(&[(0, 1.0)]).unwrap()), 0.0);
    }

    #[test]
    fn tails_of_laws_start_at_one() {
        let law = DegreeLaw::from_weights(&[(0, 1.0), (1, 0.0), (2, 3.0)]).unwrap();
        assert_eq!(tail_of(&law), [(0.0, 1.0), (2.0, 0.75)]);
    }
}
