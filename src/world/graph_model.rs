//! The models that overlays are drawn from, by the names and parameters that scenarios and the command line use.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::WorldError;
use super::draw::{key, power_law};
use crate::graph::generate::{self, Multiplicity};
use crate::graph::{DegreeLaw, GraphError};
use crate::units::Share;

/// A model of overlays, or a measured one.
///
/// One peer stands alone and two share one link, whatever the model. A degree (or number of links or picks) above
/// N − 1 is taken for N − 1, and degree laws are cut there, so tiny networks need no settings of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum GraphModel {
    /// Degrees by p(d) ∝ d^−exponent, joined at random (configuration model).
    PowerLaw {
        /// Default 1.4.
        #[serde(default = "exponent")]
        exponent: f64,
        /// Default 1.
        #[serde(default = "number::<1>")]
        min_degree: u32,
        /// Default 7.
        #[serde(default = "number::<7>")]
        max_degree: u32,
        /// Where an exponential factor e^(−d/cutoff) cuts the law; none if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cutoff: Option<f64>,
        /// What becomes of self-loops and repeated links; default `erase`.
        #[serde(default, skip_serializing_if = "erased")]
        multiplicity: Multiplicity,
    },
    /// The pure peer-to-peer model of Eberspächer and Schollmeier's course: d^−1.4 on 1 to 7.
    CoursePure {
        /// As in the power law.
        #[serde(default, skip_serializing_if = "erased")]
        multiplicity: Multiplicity,
    },
    /// The hybrid model of the same course: as the pure one, and one peer in forty with 20 links.
    CourseHybrid {
        /// As in the power law.
        #[serde(default, skip_serializing_if = "erased")]
        multiplicity: Multiplicity,
    },
    /// Degrees by p(d) ∝ q^d from a smallest one on.
    Exponential {
        /// Default 4.
        #[serde(default = "four")]
        mean_degree: f64,
        /// Default 1.
        #[serde(default = "number::<1>")]
        min_degree: u32,
        /// As in the power law.
        #[serde(default, skip_serializing_if = "erased")]
        multiplicity: Multiplicity,
    },
    /// Degrees by Poisson's law.
    Poisson {
        /// Default 4.
        #[serde(default = "four")]
        mean_degree: f64,
        /// As in the power law.
        #[serde(default, skip_serializing_if = "erased")]
        multiplicity: Multiplicity,
    },
    /// The degrees of a file, peer by peer; for another number of peers they are drawn from it.
    Empirical {
        /// One degree a line, or a graph in any format. Looked for as given, beside the scenario, and where measured data lie.
        #[serde(default)]
        path: PathBuf,
        /// As in the power law.
        #[serde(default, skip_serializing_if = "erased")]
        multiplicity: Multiplicity,
    },
    /// Expected degrees by a power law (Chung and Lu 2002).
    ChungLu {
        /// Above 1; default 2.5.
        #[serde(default = "two_and_a_half")]
        exponent: f64,
        /// Default 4.
        #[serde(default = "four")]
        mean_degree: f64,
        /// Of the best connected peer, expected, and at most the root of peers times mean; default 100.
        #[serde(default = "hundred")]
        max_degree: f64,
    },
    /// Growth with preferential attachment (Barabási and Albert 1999).
    BarabasiAlbert {
        /// Links that each new peer makes; default 2.
        #[serde(default = "number::<2>")]
        links: u32,
        /// Added to every degree when it attracts links: the law's exponent is 3 + attractiveness/links; default 0, above −links
        /// (Dorogovtsev, Mendes and Samukhin 2000).
        #[serde(default, skip_serializing_if = "zero")]
        attractiveness: f64,
    },
    /// Growth by generalised linear preference (Bu and Towsley 2002), by default as the Internet of 1999.
    Glp {
        /// Links a step, on average, at least 1; default 1.13.
        #[serde(default = "glp_links")]
        links: f64,
        /// The share of steps that add links between peers that are there; default 46.95 %.
        #[serde(default = "glp_inner")]
        inner: Share,
        /// Taken off every degree when it attracts links, below 1; default .6447.
        #[serde(default = "glp_beta")]
        beta: f64,
    },
    /// Each pair linked with the same probability (Gilbert; Erdős and Rényi 1959).
    ErdosRenyi {
        /// Default 6.
        #[serde(default = "six")]
        mean_degree: f64,
    },
    /// Every peer with the same number of random neighbours.
    RandomRegular {
        /// Default 4.
        #[serde(default = "number::<4>")]
        degree: u32,
    },
    /// The small world of Watts and Strogatz (1998).
    WattsStrogatz {
        /// Even; default 4.
        #[serde(default = "number::<4>")]
        degree: u32,
        /// The share of links moved at random; default 10 %.
        #[serde(default = "tenth")]
        rewired: Share,
    },
    /// Each peer links to so many random others, as a bootstrap server would have it.
    RandomPicks {
        /// Default 3.
        #[serde(default = "number::<3>")]
        picks: u32,
    },
    /// Communities of equal size (Holland, Laskey, Leinhardt 1983).
    StochasticBlock {
        /// Default 4.
        #[serde(default = "number::<4>")]
        blocks: u32,
        /// Neighbours in a peer's own block, on average; default 5.
        #[serde(default = "five")]
        inside: f64,
        /// Neighbours in all other blocks, on average; default 1.
        #[serde(default = "one")]
        outside: f64,
    },
    /// Each peer linked to the next.
    Ring {},
    /// A lattice that is closed in every dimension; the number of peers must be a power.
    Torus {
        /// Default 2.
        #[serde(default = "number::<2>")]
        dimensions: u32,
    },
    /// Everyone linked to peer 0.
    Star {},
    /// A tree, level by level.
    Tree {
        /// Default 2.
        #[serde(default = "number::<2>")]
        children: u32,
    },
    /// Each peer linked to a random earlier one.
    RandomTree {},
    /// Everyone linked to everyone; up to 65,536 peers.
    Complete {},
    /// A measured overlay in any format that is read, plain or gzip; links count in both directions. It decides the number
    /// of peers.
    File {
        /// Looked for as given, beside the scenario, and where measured data lie.
        #[serde(default)]
        path: PathBuf,
    },
}

impl Default for GraphModel {
    fn default() -> GraphModel {
        GraphModel::PowerLaw {
            exponent: exponent(),
            min_degree: 1,
            max_degree: 7,
            cutoff: None,
            multiplicity: Multiplicity::Erase,
        }
    }
}

impl GraphModel {
    /// Checks the parameters that are wrong at every size.
    ///
    /// # Errors
    /// The first of them.
    pub fn check(&self) -> Result<(), WorldError> {
        let refuse = |key: &str, found: &dyn fmt::Display, expected: &str, nearest: &dyn fmt::Display| {
            let error = WorldError::new(format!("overlay.graph.{key}"), format!("got {found}"));
            Err(error.expected(expected).nearest(nearest))
        };
        let named = |error: GraphError| WorldError::graph(key(self, &error), error);
        let mean = |key: &str, mean_degree: f64| {
            if mean_degree.is_finite() && mean_degree >= 0.0 {
                return Ok(());
            }
            refuse(key, &mean_degree, "a finite number, at least 0", &0)
        };
        match *self {
            GraphModel::PowerLaw { exponent, min_degree, max_degree, cutoff, .. } => {
                // Two degrees show what is wrong as well as all of them.
                let max_degree = max_degree.min(min_degree.saturating_add(1));
                power_law(exponent, cutoff, min_degree, max_degree).map(|_| ()).map_err(named)
            }
            GraphModel::Exponential { mean_degree, min_degree, .. } => {
                DegreeLaw::exponential(mean_degree, min_degree, min_degree).map(|_| ()).map_err(named)
            }
            GraphModel::Poisson { mean_degree, .. } => {
                DegreeLaw::poisson(mean_degree, 0).map(|_| ()).map_err(named)
            }
            GraphModel::ChungLu { exponent, .. } if !(exponent.is_finite() && exponent > 1.0) => {
                refuse("chung-lu.exponent", &exponent, "a finite number above 1", &1.1)
            }
            GraphModel::ChungLu { mean_degree, .. } if !(mean_degree.is_finite() && mean_degree > 0.0) => {
                refuse("chung-lu.mean_degree", &mean_degree, "a finite number above 0", &1)
            }
            GraphModel::ChungLu { mean_degree, max_degree, .. }
                if max_degree.is_nan() || max_degree < mean_degree =>
            {
                refuse("chung-lu.max_degree", &max_degree, "at least the mean degree", &mean_degree)
            }
            GraphModel::BarabasiAlbert { links: 0, .. } => {
                refuse("barabasi-albert.links", &0, "at least 1", &1)
            }
            GraphModel::BarabasiAlbert { links, attractiveness } => {
                generate::check_attractiveness(links, attractiveness).map_err(named)
            }
            GraphModel::Glp { links, inner, beta } => {
                generate::check_glp(links, inner.0, beta).map_err(named)
            }
            GraphModel::ErdosRenyi { mean_degree } => mean("erdos-renyi.mean_degree", mean_degree),
            GraphModel::StochasticBlock { blocks: 0, .. } => {
                refuse("stochastic-block.blocks", &0, "at least 1", &1)
            }
            GraphModel::StochasticBlock { blocks, .. } if blocks > generate::MAX_BLOCKS => {
                refuse("stochastic-block.blocks", &blocks, "few blocks", &generate::MAX_BLOCKS)
            }
            GraphModel::StochasticBlock { inside, outside, .. } => mean("stochastic-block.inside", inside)
                .and_then(|()| mean("stochastic-block.outside", outside)),
            GraphModel::WattsStrogatz { degree, .. } if degree % 2 == 1 => {
                refuse("watts-strogatz.degree", &degree, "an even number", &(degree - 1))
            }
            GraphModel::Torus { dimensions } if !(1..=32).contains(&dimensions) => {
                refuse("torus.dimensions", &dimensions, "within 1 and 32", &dimensions.clamp(1, 32))
            }
            GraphModel::Tree { children: 0 } => refuse("tree.children", &0, "at least 1", &1),
            GraphModel::WattsStrogatz { .. }
            | GraphModel::ChungLu { .. }
            | GraphModel::CoursePure { .. }
            | GraphModel::CourseHybrid { .. }
            | GraphModel::Empirical { .. }
            | GraphModel::RandomRegular { .. }
            | GraphModel::RandomPicks { .. }
            | GraphModel::Ring {}
            | GraphModel::Torus { .. }
            | GraphModel::Star {}
            | GraphModel::Tree { .. }
            | GraphModel::RandomTree {}
            | GraphModel::Complete {}
            | GraphModel::File { .. } => Ok(()),
        }
    }
}

fn erased(multiplicity: &Multiplicity) -> bool {
    *multiplicity == Multiplicity::Erase
}

fn zero(number: &f64) -> bool {
    *number == 0.0
}

fn exponent() -> f64 {
    1.4
}

fn one() -> f64 {
    1.0
}

fn two_and_a_half() -> f64 {
    2.5
}

fn four() -> f64 {
    4.0
}

fn five() -> f64 {
    5.0
}

fn six() -> f64 {
    6.0
}

fn hundred() -> f64 {
    100.0
}

fn tenth() -> Share {
    Share(0.1)
}

fn glp_links() -> f64 {
    1.13
}

fn glp_inner() -> Share {
    Share(0.4695)
}

fn glp_beta() -> f64 {
    0.6447
}

fn number<const NUMBER: u32>() -> u32 {
    NUMBER
}
