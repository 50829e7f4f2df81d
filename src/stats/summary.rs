//! Mean, standard deviation and confidence interval of replicates.

use super::student::student_t_quantile;

/// What a sample of replicates says about its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Sample size, at least 1.
    pub n: usize,
    /// Arithmetic mean, in the unit of the sample.
    pub mean: f64,
    /// Sample standard deviation (divisor n − 1); `None` for a single value.
    pub sd: Option<f64>,
    /// Half-width of the 95 % confidence interval of the mean, by Student's t; `None` for a single value.
    pub ci95: Option<f64>,
}

impl Summary {
    /// Summarise a sample; two passes, summed in the order given. `None` if it is empty or holds a value that
    /// is not finite.
    pub fn of(sample: &[f64]) -> Option<Summary> {
        if sample.is_empty() || sample.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let n = sample.len();
        let rough = sample.iter().sum::<f64>() / n as f64;
        // The second term takes out the rounding error of the first: a constant sample has its value as mean.
        let mean = rough + sample.iter().map(|value| value - rough).sum::<f64>() / n as f64;
        if n < 2 {
            return Some(Summary { n, mean, sd: None, ci95: None });
        }
        let squares: f64 = sample.iter().map(|value| (value - mean) * (value - mean)).sum();
        let freedom = (n - 1) as f64;
        let sd = (squares / freedom).sqrt();
        let ci95 = student_t_quantile(0.975, freedom) * sd / (n as f64).sqrt();
        Some(Summary { n, mean, sd: Some(sd), ci95: Some(ci95) })
    }

    /// Lower and upper end of the 95 % interval; both the mean itself when there is no interval.
    pub fn bounds(&self) -> (f64, f64) {
        let half = self.ci95.unwrap_or(0.0);
        (self.mean - half, self.mean + half)
    }

    /// Whether the 95 % interval leaves out zero: for paired differences, whether they are significant.
    pub fn excludes_zero(&self) -> bool {
        self.ci95.is_some_and(|half| self.mean.abs() > half)
    }
}

/// Summary of the paired differences `left[i] − right[i]`, for replicates that share seeds. `None` if the
/// lengths differ or [`Summary::of`] gives none.
pub fn paired(left: &[f64], right: &[f64]) -> Option<Summary> {
    if left.len() != right.len() {
        return None;
    }
    let differences: Vec<f64> = left.iter().zip(right).map(|(l, r)| l - r).collect();
    Summary::of(&differences)
}
