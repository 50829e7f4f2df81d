//! From a model to a graph.

use rand::Rng;

use super::{GraphModel, WorldError};
use crate::graph::generate::{self, DegreeReport, Multiplicity};
use crate::graph::{DegreeLaw, Graph, GraphError};
use crate::sim::random::{Purpose, Stream, stream};

/// A graph that [`GraphModel::draw`] made.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The graph, of as many components as it happens to have.
    pub graph: Graph,
    /// What the degrees became, if the model gives every peer a degree of its own.
    pub report: Option<DegreeReport>,
}

impl From<Graph> for Drawn {
    fn from(graph: Graph) -> Drawn {
        Drawn { graph, report: None }
    }
}

impl GraphModel {
    /// Draws the graph that a run with this seed has, before anything is done about its components. `degrees` are those of
    /// the file that [`GraphModel::Empirical`] names.
    ///
    /// # Errors
    /// The parameter that is wrong, at every size or at this one, by its key.
    ///
    /// # Panics
    /// For [`GraphModel::File`], which is read; for [`GraphModel::Empirical`] without `degrees`.
    pub fn draw(&self, peers: u32, degrees: Option<&[u32]>, seed: u64) -> Result<Drawn, WorldError> {
        self.check()?;
        let rng = &mut stream(seed, Purpose::Topology, 0);
        if peers <= 2 && degrees.is_none_or(|degrees| degrees.len() != peers as usize) {
            return generate::ring(peers).map(Drawn::from).map_err(|error| WorldError::graph("peers", error));
        }
        self.draw_many(peers, degrees, rng).map_err(|error| WorldError::graph(key(self, &error), error))
    }

    /// A graph of a model that has passed its check, on `n` > 2 nodes, or on those of a file of degrees.
    fn draw_many(&self, n: u32, degrees: Option<&[u32]>, rng: &mut Stream) -> Result<Drawn, GraphError> {
        let most = n - 1;
        let graph = match *self {
            GraphModel::PowerLaw { exponent, min_degree, max_degree, cutoff, multiplicity } => {
                let law = power_law(exponent, cutoff, min_degree.min(most), max_degree.min(most))?;
                return from_law(n, &law, multiplicity, rng);
            }
            GraphModel::CoursePure { multiplicity } => {
                return from_law(n, &DegreeLaw::course_pure().below(n)?, multiplicity, rng);
            }
            GraphModel::CourseHybrid { multiplicity } => {
                return from_law(n, &DegreeLaw::course_hybrid().below(n)?, multiplicity, rng);
            }
            GraphModel::Exponential { mean_degree, min_degree, multiplicity } => {
                let law = DegreeLaw::exponential(mean_degree, min_degree.min(most), most)?;
                return from_law(n, &law, multiplicity, rng);
            }
            GraphModel::Poisson { mean_degree, multiplicity } => {
                return from_law(n, &DegreeLaw::poisson(mean_degree, most)?, multiplicity, rng);
            }
            GraphModel::Empirical { multiplicity, .. } => {
                let degrees = degrees.unwrap_or_else(|| unreachable!("the file is read first"));
                if degrees.len() == n as usize {
                    let (graph, report) = generate::wire(degrees, multiplicity, rng)?;
                    return Ok(Drawn { graph, report: Some(report) });
                }
                return from_law(n, &DegreeLaw::empirical(degrees)?.below(n)?, multiplicity, rng);
            }
            GraphModel::ChungLu { exponent, mean_degree, max_degree } => {
                let mean_degree = mean_degree.min(f64::from(most));
                let limit = libm::sqrt(f64::from(n) * mean_degree);
                let max_degree = max_degree.min(limit).max(mean_degree);
                let weights = generate::power_law_weights(n, exponent, mean_degree, max_degree)?;
                generate::chung_lu(&weights, rng)
            }
            GraphModel::BarabasiAlbert { links, attractiveness: 0.0 } => {
                generate::barabasi_albert(n, links.min(most), rng)
            }
            GraphModel::BarabasiAlbert { links, attractiveness } => {
                let fewer = links.min(most);
                // The exponent is what was asked for, and with it the share of the links that attractiveness is.
                let attractiveness = attractiveness * f64::from(fewer) / f64::from(links);
                generate::attractive(n, fewer, attractiveness, rng)
            }
            GraphModel::Glp { links, inner, beta } => {
                generate::glp(n, links.min(f64::from(most)), inner.0, beta, rng)
            }
            GraphModel::ErdosRenyi { mean_degree } => {
                generate::erdos_renyi(n, mean_degree.min(f64::from(most)), rng)
            }
            GraphModel::RandomRegular { degree } => generate::random_regular(n, degree.min(most), rng),
            GraphModel::WattsStrogatz { degree, rewired } => {
                let degree = if degree > most { most / 2 * 2 } else { degree };
                generate::watts_strogatz(n, degree, rewired.0, rng)
            }
            GraphModel::RandomPicks { picks } => generate::random_picks(n, picks.min(most), rng),
            GraphModel::StochasticBlock { blocks, inside, outside } => {
                let blocks = blocks.min(n);
                let size = f64::from(n) / f64::from(blocks);
                let (inside, outside) = (inside.min((size - 1.0).max(0.0)), outside.min(f64::from(n) - size));
                generate::planted_partition(n, blocks, inside, outside, rng)
            }
            GraphModel::Ring {} => generate::ring(n),
            GraphModel::Torus { dimensions } => generate::cubic_torus(n, dimensions),
            GraphModel::Star {} => generate::star(n),
            GraphModel::Tree { children } => generate::tree(n, children),
            GraphModel::RandomTree {} => generate::recursive_tree(n, rng),
            GraphModel::Complete {} => generate::complete(n),
            GraphModel::File { .. } => unreachable!("a file is read, not generated"),
        };
        graph.map(Drawn::from)
    }
}

pub(super) fn power_law(
    exponent: f64,
    cutoff: Option<f64>,
    min_degree: u32,
    max_degree: u32,
) -> Result<DegreeLaw, GraphError> {
    match cutoff {
        None => DegreeLaw::power_law(exponent, min_degree, max_degree),
        Some(cutoff) => DegreeLaw::power_law_with_cutoff(exponent, cutoff, min_degree, max_degree),
    }
}

fn from_law<R: Rng>(
    n: u32,
    law: &DegreeLaw,
    multiplicity: Multiplicity,
    rng: &mut R,
) -> Result<Drawn, GraphError> {
    let degrees = generate::degrees_from_law(n, law, rng)?;
    let (graph, report) = generate::wire(&degrees, multiplicity, rng)?;
    Ok(Drawn { graph, report: Some(report) })
}

/// The scenario's key for what a generator complains of.
pub(super) fn key(model: &GraphModel, error: &GraphError) -> String {
    let name = match error {
        GraphError::Parameter { name, .. } => *name,
        _ => "n",
    };
    let (word, only) = match model {
        GraphModel::PowerLaw { .. } if name == "degrees" => ("power-law", "multiplicity"),
        GraphModel::PowerLaw { .. } => ("power-law", name),
        GraphModel::CoursePure { .. } if name == "degrees" => ("course-pure", "multiplicity"),
        GraphModel::CourseHybrid { .. } if name == "degrees" => ("course-hybrid", "multiplicity"),
        GraphModel::Exponential { .. } if name == "degrees" => ("exponential", "multiplicity"),
        GraphModel::Exponential { .. } => ("exponential", name),
        GraphModel::Poisson { .. } if name == "degrees" => ("poisson", "multiplicity"),
        GraphModel::Poisson { .. } => ("poisson", name),
        GraphModel::Empirical { .. } if name == "degrees" => ("empirical", "path"),
        GraphModel::ChungLu { .. } if name == "weights" => ("chung-lu", "mean_degree"),
        GraphModel::ChungLu { .. } => ("chung-lu", name),
        GraphModel::BarabasiAlbert { .. } if name == "attractiveness" => ("barabasi-albert", name),
        GraphModel::BarabasiAlbert { .. } => ("barabasi-albert", "links"),
        GraphModel::Glp { .. } if name == "p" => ("glp", "inner"),
        GraphModel::Glp { .. } if name == "m" => ("glp", "links"),
        GraphModel::Glp { .. } => ("glp", name),
        GraphModel::ErdosRenyi { .. } => ("erdos-renyi", "mean_degree"),
        GraphModel::RandomRegular { .. } => ("random-regular", "degree"),
        GraphModel::WattsStrogatz { .. } if name == "p" => ("watts-strogatz", "rewired"),
        GraphModel::WattsStrogatz { .. } => ("watts-strogatz", "degree"),
        GraphModel::RandomPicks { .. } => ("random-picks", "picks"),
        GraphModel::StochasticBlock { .. } if name == "probabilities" => ("stochastic-block", "inside"),
        GraphModel::StochasticBlock { .. } => ("stochastic-block", name),
        GraphModel::Torus { .. } if name == "dimensions" => ("torus", name),
        GraphModel::Tree { .. } if name == "children" => ("tree", name),
        GraphModel::CoursePure { .. }
        | GraphModel::CourseHybrid { .. }
        | GraphModel::Empirical { .. }
        | GraphModel::Ring {}
        | GraphModel::Torus { .. }
        | GraphModel::Star {}
        | GraphModel::Tree { .. }
        | GraphModel::RandomTree {}
        | GraphModel::Complete {}
        | GraphModel::File { .. } => return "peers".to_owned(),
    };
    if name == "n" { "peers".to_owned() } else { format!("overlay.graph.{word}.{only}") }
}
