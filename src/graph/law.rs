//! Degree laws: how many neighbours a random node has.

use rand::{Rng, RngExt};

use super::GraphError;

/// A probability for each of finitely many degrees.
///
/// ```
/// # use peerlab::graph::DegreeLaw;
/// let law = DegreeLaw::course_pure();
/// assert!((law.mean() - 2.237).abs() < 5e-4 && (law.variance() - 2.798).abs() < 5e-4);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DegreeLaw {
    /// Ascending, without repetition.
    degrees: Vec<u32>,
    /// Of each degree; they sum to one.
    probabilities: Vec<f64>,
    /// Sums of `probabilities`, with exactly 1 from the last possible degree on.
    cumulative: Vec<f64>,
}

impl DegreeLaw {
    /// The truncated power law p(d) ∝ d^−`exponent` on `min_degree..=max_degree`.
    ///
    /// # Errors
    ///
    /// If `exponent` is negative or not finite, or `min_degree` is 0 or above `max_degree`.
    pub fn power_law(exponent: f64, min_degree: u32, max_degree: u32) -> Result<DegreeLaw, GraphError> {
        if !(exponent.is_finite() && exponent >= 0.0) {
            let error = GraphError::parameter("exponent", exponent, "a finite number, at least 0");
            return Err(if exponent < 0.0 { error.nearest(0) } else { error });
        }
        if min_degree == 0 {
            return Err(GraphError::parameter("min_degree", 0, "at least 1").nearest(1));
        }
        if max_degree < min_degree {
            let expected = format!("at least min_degree = {min_degree}");
            return Err(GraphError::parameter("max_degree", max_degree, expected).nearest(min_degree));
        }
        // Relative to the smallest degree, so that steep laws do not underflow altogether.
        let weight = |d: u32| libm::pow(f64::from(d) / f64::from(min_degree), -exponent);
        Ok(DegreeLaw::normalised((min_degree..=max_degree).map(|d| (d, weight(d))).collect()))
    }

    /// Any law, from pairs of a degree and a weight; weights need not sum to one, order does not matter.
    ///
    /// # Errors
    ///
    /// If a weight is negative or not finite, all are zero or too large to sum, or a degree comes twice.
    pub fn from_weights(weights: &[(u32, f64)]) -> Result<DegreeLaw, GraphError> {
        let expected = "finite numbers, at least 0";
        if let Some((degree, weight)) =
            weights.iter().find(|(_, weight)| !(weight.is_finite() && *weight >= 0.0))
        {
            return Err(GraphError::parameter("weights", format!("{weight} for degree {degree}"), expected));
        }
        let mut sorted = weights.to_vec();
        sorted.sort_by_key(|&(degree, _)| degree);
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let found = format!("degree {} twice", pair[0].0);
            return Err(GraphError::parameter("weights", found, "each degree once"));
        }
        if sorted.is_empty() {
            return Err(GraphError::parameter("weights", "none", "at least one degree"));
        }
        let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
        if !(total.is_finite() && total > 0.0) {
            return Err(GraphError::parameter("weights", format!("a sum of {total}"), "a sum above 0"));
        }
        Ok(DegreeLaw::normalised(sorted))
    }

    /// Pure peer-to-peer in the course model of Eberspächer and Schollmeier: p(d) = c·d^−1.4 for 1 ≤ d ≤ 7.
    ///
    /// Mean 2.237 and variance 2.798; the course prints "average 2.2, var(d) 1.63", which is the standard deviation
    /// (exactly 1.673).
    pub fn course_pure() -> DegreeLaw {
        DegreeLaw::normalised((1..=7).map(|d| (d, course_weight(d))).collect())
    }

    /// Hybrid peer-to-peer in the course model of Eberspächer and Schollmeier: p(1) = c − .05, p(d) = c·d^−1.4 for
    /// 1 < d ≤ 7 and p(20) = .05·c, with c = .5149 from their sum.
    ///
    /// Mean 2.756 and variance 10.64; the course prints "average 2.8, var(d) 3.55", which neither the variance nor
    /// the standard deviation (exactly 3.262) is.
    pub fn course_hybrid() -> DegreeLaw {
        let to_seven: f64 = (1..=7).map(course_weight).sum();
        let c = 1.05 / (to_seven + 0.05);
        let mut law: Vec<_> = (1..=7).map(|d| (d, c * course_weight(d))).collect();
        law[0].1 -= 0.05;
        law.push((20, 0.05 * c));
        DegreeLaw::normalised(law)
    }

    /// Makes a law from ascending degrees and weights with a positive sum.
    fn normalised(weights: Vec<(u32, f64)>) -> DegreeLaw {
        let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let degrees: Vec<u32> = weights.iter().map(|&(degree, _)| degree).collect();
        let probabilities: Vec<f64> = weights.iter().map(|(_, weight)| weight / total).collect();
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = Vec::with_capacity(degrees.len());
        for probability in &probabilities {
            sum += probability;
            cumulative.push(sum);
        }
        // Rounding must not leave a gap below 1, nor give it to a degree that cannot occur.
        if let Some(last) = probabilities.iter().rposition(|&probability| probability > 0.0) {
            cumulative[last..].fill(1.0);
        }
        DegreeLaw { degrees, probabilities, cumulative }
    }

    /// Every degree with its probability, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        self.degrees.iter().copied().zip(self.probabilities.iter().copied())
    }

    /// The probability of `degree`, 0 outside the law.
    pub fn probability(&self, degree: u32) -> f64 {
        self.degrees.binary_search(&degree).map_or(0.0, |at| self.probabilities[at])
    }

    /// The largest degree that can occur.
    pub fn max_degree(&self) -> u32 {
        self.iter().filter(|&(_, probability)| probability > 0.0).last().map_or(0, |(degree, _)| degree)
    }

    /// ⟨k⟩.
    pub fn mean(&self) -> f64 {
        self.iter().map(|(degree, probability)| f64::from(degree) * probability).sum()
    }

    /// ⟨k²⟩ − ⟨k⟩², summed from deviations.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        let squared = |degree: u32| (f64::from(degree) - mean) * (f64::from(degree) - mean);
        self.iter().map(|(degree, probability)| squared(degree) * probability).sum()
    }

    /// The square root of the variance.
    pub fn standard_deviation(&self) -> f64 {
        libm::sqrt(self.variance())
    }

    /// Draws a degree: one number from `rng`, then a binary search.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> u32 {
        let uniform: f64 = rng.random();
        self.degrees[self.cumulative.partition_point(|&sum| sum <= uniform)]
    }

    /// Draws a degree from those that are odd (or even), in the law's proportions; `None` if none can occur.
    pub(super) fn sample_of_parity<R: Rng + ?Sized>(&self, odd: bool, rng: &mut R) -> Option<u32> {
        let fitting = || self.iter().filter(|&(degree, p)| (degree % 2 == 1) == odd && p > 0.0);
        let total: f64 = fitting().map(|(_, p)| p).sum();
        let mut left = rng.random::<f64>() * total;
        let mut drawn = None;
        for (degree, p) in fitting() {
            drawn = Some(degree);
            if left < p {
                break;
            }
            left -= p;
        }
        drawn
    }
}

fn course_weight(degree: u32) -> f64 {
    libm::pow(f64::from(degree), -1.4)
}
