//! What is known of a model's degrees before a graph is drawn.

use super::GraphModel;
use super::draw::power_law;
use crate::graph::DegreeLaw;

/// The law of degrees that a model aims at.
#[derive(Clone, Debug, PartialEq)]
pub struct DegreeTheory {
    /// The law.
    pub law: DegreeLaw,
    /// Whether its moments are those of networks of this size; else it holds in the limit of large ones alone.
    pub moments: bool,
}

impl GraphModel {
    /// The law of degrees in a network of `n` peers; `None` where the model states none, and for networks so small that
    /// another graph takes its place.
    pub fn theory(&self, n: u32) -> Option<DegreeTheory> {
        if n <= 2 {
            return None;
        }
        let most = n - 1;
        let exactly = |degree: u32| DegreeLaw::from_weights(&[(degree, 1.0)]).ok();
        let (law, moments) = match *self {
            GraphModel::PowerLaw { exponent, min_degree, max_degree, cutoff, .. } => {
                (power_law(exponent, cutoff, min_degree.min(most), max_degree.min(most)).ok()?, true)
            }
            GraphModel::CoursePure { .. } => (DegreeLaw::course_pure().below(n).ok()?, true),
            GraphModel::CourseHybrid { .. } => (DegreeLaw::course_hybrid().below(n).ok()?, true),
            GraphModel::Exponential { mean_degree, min_degree, .. } => {
                (DegreeLaw::exponential(mean_degree, min_degree.min(most), most).ok()?, true)
            }
            GraphModel::Poisson { mean_degree, .. } => (DegreeLaw::poisson(mean_degree, most).ok()?, true),
            GraphModel::ErdosRenyi { mean_degree } => (binomial(most, mean_degree)?, true),
            GraphModel::RandomRegular { degree } => (exactly(degree.min(most))?, true),
            GraphModel::BarabasiAlbert { links, attractiveness: 0.0 } => {
                (growth(links.min(most), most)?, false)
            }
            GraphModel::Ring {} => (exactly(2)?, true),
            GraphModel::Complete {} => (exactly(most)?, true),
            GraphModel::WattsStrogatz { .. }
            | GraphModel::RandomPicks { .. }
            | GraphModel::Empirical { .. }
            | GraphModel::ChungLu { .. }
            | GraphModel::BarabasiAlbert { .. }
            | GraphModel::Glp { .. }
            | GraphModel::StochasticBlock { .. }
            | GraphModel::Torus { .. }
            | GraphModel::Star {}
            | GraphModel::Tree { .. }
            | GraphModel::RandomTree {}
            | GraphModel::File { .. } => return None,
        };
        Some(DegreeTheory { law, moments })
    }
}

/// Degrees of G(n, p): each of `others` pairs is linked with p = `mean` / `others`.
fn binomial(others: u32, mean: f64) -> Option<DegreeLaw> {
    let p = (mean / f64::from(others)).min(1.0);
    if p <= 0.0 || p >= 1.0 {
        return DegreeLaw::from_weights(&[(if p > 0.0 { others } else { 0 }, 1.0)]).ok();
    }
    // From the mode to both sides, by the ratio of neighbours, as far as a double can tell from zero.
    let odds = p / (1.0 - p);
    let mode = (libm::floor(f64::from(others) * p) as u32).min(others);
    let up = |degree: u32| f64::from(others - degree) / f64::from(degree + 1) * odds;
    let mut weights = vec![(mode, 1.0)];
    let mut weight = 1.0;
    for degree in mode..others {
        weight *= up(degree);
        if weight < NEGLIGIBLE {
            break;
        }
        weights.push((degree + 1, weight));
    }
    weight = 1.0;
    for degree in (0..mode).rev() {
        weight /= up(degree);
        if weight < NEGLIGIBLE {
            break;
        }
        weights.push((degree, weight));
    }
    DegreeLaw::from_weights(&weights).ok()
}

/// A weight beside that of the mode that changes no sum of doubles.
const NEGLIGIBLE: f64 = 1e-20;

/// Degrees of Barabási and Albert's model in the limit, p(d) = 2m(m + 1) / (d (d + 1)(d + 2)) from m on (Dorogovtsev,
/// Mendes, Samukhin; Bollobás et al.), up to a degree beyond which less than one of a million peers lies.
fn growth(m: u32, most: u32) -> Option<DegreeLaw> {
    let end = most.min(m.saturating_mul(1_000));
    let p = |d: u32| {
        let d = f64::from(d);
        2.0 * f64::from(m) * f64::from(m + 1) / (d * (d + 1.0) * (d + 2.0))
    };
    DegreeLaw::from_weights(&(m..=end).map(|d| (d, p(d))).collect::<Vec<_>>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::generate::Multiplicity;

    #[test]
    fn laws_have_the_moments_of_their_models() {
        let moments = |model: GraphModel| {
            let theory = model.theory(10_000).expect("a law");
            (theory.law.mean(), theory.law.variance())
        };
        let (mean, variance) = moments(GraphModel::ErdosRenyi { mean_degree: 4.0 });
        // A binomial law: n p and n p (1 − p).
        assert!((mean - 4.0).abs() < 1e-9 && (variance - 4.0 * (1.0 - 4.0 / 9_999.0)).abs() < 1e-9);
        let (mean, variance) = moments(GraphModel::CoursePure { multiplicity: Multiplicity::Erase });
        assert!((mean - 2.237).abs() < 5e-4 && (variance - 2.798).abs() < 5e-4);
        assert_eq!(moments(GraphModel::RandomRegular { degree: 4 }), (4.0, 0.0));
        assert_eq!(moments(GraphModel::Ring {}), (2.0, 0.0));
    }

    #[test]
    fn growth_s_law_sums_to_its_closed_form() {
        let law =
            GraphModel::BarabasiAlbert { links: 2, attractiveness: 0.0 }.theory(1_000_000).expect("a law");
        assert!(!law.moments);
        // P(D ≥ d) = m (m + 1) / (d (d + 1)), but for the cut at 2000.
        for d in [2u32, 5, 20, 100] {
            let tail: f64 = law.law.iter().filter(|&(k, _)| k >= d).map(|(_, p)| p).sum();
            let exact = 6.0 / f64::from(d * (d + 1));
            assert!((tail - exact).abs() < 2e-6, "{d}: {tail} {exact}");
        }
    }

    #[test]
    fn tiny_and_empty_networks_have_their_laws() {
        assert_eq!(GraphModel::CourseHybrid { multiplicity: Multiplicity::Erase }.theory(2), None);
        let hybrid = GraphModel::CourseHybrid { multiplicity: Multiplicity::Erase }.theory(5).expect("a law");
        assert_eq!(hybrid.law.max_degree(), 4);
        let none = GraphModel::ErdosRenyi { mean_degree: 0.0 }.theory(5).expect("a law");
        assert_eq!((none.law.mean(), none.law.max_degree()), (0.0, 0));
        let all = GraphModel::ErdosRenyi { mean_degree: 9.0 }.theory(5).expect("a law");
        assert_eq!(all.law.mean(), 4.0);
    }
}
