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

    /// The power law with an exponential cut-off, p(d) ∝ d^−`exponent`·e^(−d/`cutoff`) on `min_degree..=max_degree`: the truncated
    /// power law of Clauset, Shalizi and Newman.
    ///
    /// # Errors
    ///
    /// Those of [`DegreeLaw::power_law`], or if `cutoff` is not a finite number above 0.
    pub fn power_law_with_cutoff(
        exponent: f64,
        cutoff: f64,
        min_degree: u32,
        max_degree: u32,
    ) -> Result<DegreeLaw, GraphError> {
        if !(cutoff.is_finite() && cutoff > 0.0) {
            return Err(GraphError::parameter("cutoff", cutoff, "a finite number above 0"));
        }
        // Two degrees show what is wrong as well as all of them.
        DegreeLaw::power_law(exponent, min_degree, max_degree.min(min_degree.saturating_add(1)))?;
        let least = f64::from(min_degree);
        let weight = |d: f64| libm::pow(d / least, -exponent) * libm::exp((least - d) / cutoff);
        DegreeLaw::falling(min_degree, max_degree, weight)
    }

    /// The exponential law p(d) ∝ q^d on `min_degree..=max_degree`, with q such that without a largest degree the mean is
    /// `mean_degree`: q = (m − min)/(m − min + 1).
    ///
    /// # Errors
    ///
    /// If `mean_degree` is not finite or below `min_degree`, or `max_degree` is below `min_degree`.
    pub fn exponential(mean_degree: f64, min_degree: u32, max_degree: u32) -> Result<DegreeLaw, GraphError> {
        let least = f64::from(min_degree);
        if !(mean_degree.is_finite() && mean_degree >= least) {
            let expected = format!("a finite number, at least min_degree = {min_degree}");
            let error = GraphError::parameter("mean_degree", mean_degree, expected);
            return Err(if mean_degree < least { error.nearest(min_degree) } else { error });
        }
        let ratio = (mean_degree - least) / (mean_degree - least + 1.0);
        DegreeLaw::falling(min_degree, max_degree, |d| libm::pow(ratio, d - least))
    }

    /// The Poisson law p(d) ∝ λ^d/d! with λ = `mean_degree`, on 0..=`max_degree`.
    ///
    /// # Errors
    ///
    /// If `mean_degree` is negative, not finite, or above 10^6.
    pub fn poisson(mean_degree: f64, max_degree: u32) -> Result<DegreeLaw, GraphError> {
        if !(0.0..=1e6).contains(&mean_degree) {
            let error = GraphError::parameter("mean_degree", mean_degree, "within 0 and 1000000");
            return Err(if mean_degree.is_nan() {
                error
            } else {
                error.nearest(mean_degree.clamp(0.0, 1e6))
            });
        }
        if mean_degree == 0.0 {
            return Ok(DegreeLaw::normalised(vec![(0, 1.0)]));
        }
        // Relative to the likeliest degree, so that large means do not underflow altogether.
        let log = |d: f64| d * libm::log(mean_degree) - libm::lgamma(d + 1.0);
        let top = log(libm::floor(mean_degree).min(f64::from(max_degree)));
        DegreeLaw::falling(0, max_degree, |d| libm::exp(log(d) - top))
    }

    /// The law of given degrees: each is as likely as it is frequent.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn empirical(degrees: &[u32]) -> Result<DegreeLaw, GraphError> {
        if degrees.is_empty() {
            return Err(GraphError::parameter("degrees", "none", "at least one degree"));
        }
        let mut sorted = degrees.to_vec();
        sorted.sort_unstable();
        let counted = sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64));
        Ok(DegreeLaw::normalised(counted.collect()))
    }

    /// The same law without degrees of `n` or more, which `n` nodes cannot have.
    ///
    /// # Errors
    ///
    /// If no degree is left.
    pub fn below(&self, n: u32) -> Result<DegreeLaw, GraphError> {
        let kept: Vec<_> = self.iter().filter(|&(degree, _)| degree < n).collect();
        DegreeLaw::from_weights(&kept)
    }

    /// The law of `weight` on `min_degree..=max_degree`; it falls at last, and is cut where nothing is left of it.
    fn falling(
        min_degree: u32,
        max_degree: u32,
        weight: impl Fn(f64) -> f64,
    ) -> Result<DegreeLaw, GraphError> {
        /// No 2^53 draws meet a degree as unlikely as this.
        const NOTHING: f64 = 1e-20;
        if max_degree < min_degree {
            let expected = format!("at least min_degree = {min_degree}");
            return Err(GraphError::parameter("max_degree", max_degree, expected).nearest(min_degree));
        }
        let mut weights: Vec<(u32, f64)> = Vec::new();
        let mut largest = 0.0f64;
        for degree in min_degree..=max_degree {
            let weight = weight(f64::from(degree));
            let falls = weights.last().is_none_or(|&(_, before)| weight <= before);
            if falls && largest > 0.0 && weight < NOTHING * largest {
                break;
            }
            largest = largest.max(weight);
            weights.push((degree, weight));
        }
        DegreeLaw::from_weights(&weights)
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
