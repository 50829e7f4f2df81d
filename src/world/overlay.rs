//! The graph that an unstructured overlay starts from.

use std::fmt;
use std::path::{Path, PathBuf};

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::WorldError;
use super::locate::Places;
use super::population::check_peers;
use crate::graph::{
    Applied, ComponentPolicy, DegreeLaw, EdgeList, Graph, GraphError, apply, generate, read_edge_list,
};
use crate::sim::random::{Purpose, stream};
use crate::units::Share;

/// The table `[overlay]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OverlaySettings {
    /// Where the graph comes from; default the course's pure power law.
    pub graph: GraphModel,
    /// What becomes of a graph in several components; default `join`.
    pub components: ComponentPolicy,
}

/// The key that names a measured overlay.
pub(super) const FILE: &str = "overlay.graph.file.path";

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
    },
    /// The pure peer-to-peer model of Eberspächer and Schollmeier's course: d^−1.4 on 1 to 7.
    CoursePure {},
    /// The hybrid model of the same course: as the pure one, and one peer in forty with 20 links.
    CourseHybrid {},
    /// Growth with preferential attachment (Barabási and Albert 1999).
    BarabasiAlbert {
        /// Links that each new peer makes; default 2.
        #[serde(default = "number::<2>")]
        links: u32,
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
    /// Each peer linked to the next.
    Ring {},
    /// Everyone linked to peer 0.
    Star {},
    /// Everyone linked to everyone; up to 65,536 peers.
    Complete {},
    /// A measured overlay, an edge list in SNAP's format, plain or gzip; links count in both directions. It decides the
    /// number of peers.
    File {
        /// Looked for as given, beside the scenario, and where measured data lie.
        #[serde(default)]
        path: PathBuf,
    },
}

impl Default for GraphModel {
    fn default() -> GraphModel {
        GraphModel::PowerLaw { exponent: exponent(), min_degree: 1, max_degree: 7 }
    }
}

impl GraphModel {
    /// The models by the names that scenarios use, each with what it is and where it comes from.
    pub const LISTED: &[(&str, &str)] = &[
        ("power-law", "degrees p(d) ∝ d^-exponent, configuration model (Molloy, Reed 1995)"),
        ("course-pure", "d^-1.4 on 1 to 7: the course's pure P2P (Eberspächer, Schollmeier 2005)"),
        ("course-hybrid", "the same with one hub of 20 links in forty: the course's hybrid P2P"),
        ("barabasi-albert", "growth with preferential attachment (Barabási, Albert 1999)"),
        ("erdos-renyi", "each pair linked with the same probability (Gilbert; Erdős, Rényi 1959)"),
        ("random-regular", "every peer with the same number of random neighbours"),
        ("watts-strogatz", "small world: a rewired lattice (Watts, Strogatz 1998)"),
        ("random-picks", "every peer links to so many random others (PeerSim's random wiring)"),
        ("ring", "each peer linked to the next"),
        ("star", "everyone linked to peer 0"),
        ("complete", "everyone linked to everyone"),
        ("file", "a measured edge list in SNAP's format, plain or gzip"),
    ];

    /// Whether the graph decides how many peers there are, so that a scenario need not say so.
    pub fn decides_peers(&self) -> bool {
        matches!(self, GraphModel::File { .. })
    }

    /// Checks the parameters that are wrong at every size.
    ///
    /// # Errors
    /// The first of them.
    pub(super) fn check(&self) -> Result<(), WorldError> {
        let refuse = |key: &str, found: &dyn fmt::Display, expected: &str, nearest: &dyn fmt::Display| {
            let error = WorldError::new(format!("overlay.graph.{key}"), format!("got {found}"));
            Err(error.expected(expected).nearest(nearest))
        };
        match *self {
            GraphModel::PowerLaw { exponent, min_degree, max_degree } => {
                // Two degrees show what is wrong as well as all of them.
                DegreeLaw::power_law(exponent, min_degree, max_degree.min(min_degree.saturating_add(1)))
                    .map(|_| ())
                    .map_err(|error| WorldError::graph(key(self, &error), error))
            }
            GraphModel::BarabasiAlbert { links: 0 } => refuse("barabasi-albert.links", &0, "at least 1", &1),
            GraphModel::ErdosRenyi { mean_degree } if !(mean_degree.is_finite() && mean_degree >= 0.0) => {
                refuse("erdos-renyi.mean_degree", &mean_degree, "a finite number, at least 0", &0)
            }
            GraphModel::WattsStrogatz { degree, .. } if degree % 2 == 1 => {
                refuse("watts-strogatz.degree", &degree, "an even number", &(degree - 1))
            }
            GraphModel::BarabasiAlbert { .. }
            | GraphModel::ErdosRenyi { .. }
            | GraphModel::WattsStrogatz { .. }
            | GraphModel::CoursePure {}
            | GraphModel::CourseHybrid {}
            | GraphModel::RandomRegular { .. }
            | GraphModel::RandomPicks { .. }
            | GraphModel::Ring {}
            | GraphModel::Star {}
            | GraphModel::Complete {}
            | GraphModel::File { .. } => Ok(()),
        }
    }
}

/// What [`build`] found.
#[derive(Debug)]
pub(super) struct Overlay {
    pub(super) peers: u32,
    /// Only if it was asked for.
    pub(super) graph: Option<Graph>,
    /// What was done about components, if there is a graph or if that decided the number of peers.
    pub(super) applied: Option<Applied>,
}

/// Decides the number of peers and, if `needed`, builds the graph.
///
/// # Errors
/// See [`Terrain::build`](super::Terrain::build).
pub(super) fn build(
    settings: &OverlaySettings,
    peers: Option<u32>,
    seed: u64,
    places: &Places,
    needed: bool,
) -> Result<Overlay, WorldError> {
    peers.map_or(Ok(()), check_peers)?;
    let full = match (&settings.graph, peers) {
        (GraphModel::File { path }, _) => read(path, places)?.undirected().0,
        (_, None) => {
            return Err(WorldError::new("peers", "is missing")
                .expected("the number of peers, as no overlay file decides it"));
        }
        // Only the largest component's size must be known beforehand.
        (_, Some(peers)) if !needed && settings.components != ComponentPolicy::Largest => {
            return Ok(Overlay { peers, graph: None, applied: None });
        }
        (model, Some(peers)) => draw(model, peers, &mut stream(seed, Purpose::Topology, 0))?,
    };
    let nodes = full.nodes();
    let (graph, applied) = apply(settings.components, full, &mut stream(seed, Purpose::Topology, 1))
        .map_err(|error| WorldError::graph("overlay.components", error))?;
    let kept = graph.nodes();
    check_peers(kept)?;
    if let Some(peers) = peers.filter(|&peers| peers != nodes && peers != kept) {
        return Err(WorldError::new("peers", format!("got {peers}"))
            .expected(format!("{kept}, which the overlay's file decides, or no such key"))
            .nearest(kept));
    }
    Ok(Overlay { peers: kept, graph: needed.then_some(graph), applied: Some(applied) })
}

/// The rows of a measured overlay.
pub(super) fn read(path: &Path, places: &Places) -> Result<EdgeList, WorldError> {
    let path = places.find(FILE, path)?;
    read_edge_list(path).map_err(|error| WorldError::graph(FILE, error))
}

/// A graph of the model, which has passed its check, on `n` > 0 nodes.
pub(super) fn draw<R: Rng>(model: &GraphModel, n: u32, rng: &mut R) -> Result<Graph, WorldError> {
    if n <= 2 {
        return generate::ring(n).map_err(|error| WorldError::graph("peers", error));
    }
    let most = n - 1;
    let graph = match *model {
        GraphModel::PowerLaw { exponent, min_degree, max_degree } => {
            DegreeLaw::power_law(exponent, min_degree.min(most), max_degree.min(most))
                .and_then(|law| generate::from_law(n, &law, rng))
        }
        GraphModel::CoursePure {} => from_cut_law(n, &DegreeLaw::course_pure(), rng),
        GraphModel::CourseHybrid {} => from_cut_law(n, &DegreeLaw::course_hybrid(), rng),
        GraphModel::BarabasiAlbert { links } => generate::barabasi_albert(n, links.min(most), rng),
        GraphModel::ErdosRenyi { mean_degree } => {
            generate::erdos_renyi(n, mean_degree.min(f64::from(most)), rng)
        }
        GraphModel::RandomRegular { degree } => generate::random_regular(n, degree.min(most), rng),
        GraphModel::WattsStrogatz { degree, rewired } => {
            let degree = if degree > most { most / 2 * 2 } else { degree };
            generate::watts_strogatz(n, degree, rewired.0, rng)
        }
        GraphModel::RandomPicks { picks } => generate::random_picks(n, picks.min(most), rng),
        GraphModel::Ring {} => generate::ring(n),
        GraphModel::Star {} => generate::star(n),
        GraphModel::Complete {} => generate::complete(n),
        GraphModel::File { .. } => unreachable!("a file is read, not generated"),
    };
    graph.map_err(|error| WorldError::graph(key(model, &error), error))
}

fn from_cut_law<R: Rng>(n: u32, law: &DegreeLaw, rng: &mut R) -> Result<Graph, GraphError> {
    generate::from_law(n, &cut(n, law)?, rng)
}

/// The law without the degrees that `n` nodes cannot have.
pub(super) fn cut(n: u32, law: &DegreeLaw) -> Result<DegreeLaw, GraphError> {
    let weights: Vec<_> = law.iter().filter(|&(degree, _)| degree < n).collect();
    DegreeLaw::from_weights(&weights)
}

/// The scenario's key for what a generator complains of.
fn key(model: &GraphModel, error: &GraphError) -> String {
    let name = match error {
        GraphError::Parameter { name, .. } => *name,
        _ => "n",
    };
    let (word, only) = match model {
        GraphModel::PowerLaw { .. } => ("power-law", name),
        GraphModel::BarabasiAlbert { .. } => ("barabasi-albert", "links"),
        GraphModel::ErdosRenyi { .. } => ("erdos-renyi", "mean_degree"),
        GraphModel::RandomRegular { .. } => ("random-regular", "degree"),
        GraphModel::WattsStrogatz { .. } if name == "p" => ("watts-strogatz", "rewired"),
        GraphModel::WattsStrogatz { .. } => ("watts-strogatz", "degree"),
        GraphModel::RandomPicks { .. } => ("random-picks", "picks"),
        GraphModel::CoursePure {}
        | GraphModel::CourseHybrid {}
        | GraphModel::Ring {}
        | GraphModel::Star {}
        | GraphModel::Complete {}
        | GraphModel::File { .. } => return "peers".to_owned(),
    };
    if name == "n" { "peers".to_owned() } else { format!("overlay.graph.{word}.{only}") }
}

fn exponent() -> f64 {
    1.4
}

fn six() -> f64 {
    6.0
}

fn tenth() -> Share {
    Share(0.1)
}

fn number<const NUMBER: u32>() -> u32 {
    NUMBER
}
