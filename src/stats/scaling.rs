//! How a measure grows with the number of peers: constant, logarithmic, or a power of N.
//!
//! All three models see the same response, ln y with normal errors (so an error is a share of the value, and
//! the models compare), and the corrected Akaike criterion chooses (Hurvich & Tsai 1989; Burnham & Anderson
//! 2002, ch. 2). A constant is kept unless another model beats it by more than 2, Burnham & Anderson's mark
//! of "substantial support".

use std::fmt;

use super::number::{plus_minus, plus_minus_parts};
use super::student::student_t_quantile;

/// Relative residuals below 1e-10 are rounding: without this floor, data without noise would have an AICc of
/// −∞.
const VARIANCE_FLOOR: f64 = 1e-20;
/// How much better than a constant a growing law must be, in units of AICc.
const PARSIMONY: f64 = 2.0;

/// An estimate with the half-width of its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Half-width of the 95 % interval, by Student's t; 0 for data without scatter.
    pub half: f64,
}

/// The law that was chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// y = value, in the unit of y: the textbook's O(1).
    Constant {
        /// The geometric mean of y.
        value: Interval,
    },
    /// y = offset + slope · log2 N: the textbook's O(log n).
    Log {
        /// y at N = 1, in the unit of y.
        offset: f64,
        /// What one doubling of N adds, in the unit of y.
        slope: Interval,
    },
    /// y = factor · N^exponent: the textbook's O(n) where the exponent is 1.
    Power {
        /// y at N = 1, in the unit of y.
        factor: f64,
        /// The exponent of N.
        exponent: Interval,
    },
}

/// Akaike weights of the three models: how probable each is, given that one of them is right. They sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Weight of [`Law::Constant`].
    pub constant: f64,
    /// Weight of [`Law::Log`].
    pub log: f64,
    /// Weight of [`Law::Power`].
    pub power: f64,
}

/// A scaling law with the evidence for it.
///
/// Displayed as `2 (constant)`, `0.50·log2 N ± 0.01` or `N^0.98 ± 0.01`; the half-width is rounded up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaling {
    /// The law chosen.
    pub law: Law,
    /// AICc weights of all three; a constant may be chosen with less than the greatest weight, see the
    /// module's page.
    pub weights: Weights,
    /// Number of points fitted.
    pub points: usize,
}

impl Scaling {
    /// What the law predicts for `n` peers, in the unit of y.
    pub fn predict(&self, n: f64) -> f64 {
        match self.law {
            Law::Constant { value } => value.estimate,
            Law::Log { offset, slope } => offset + slope.estimate * libm::log2(n),
            Law::Power { factor, exponent } => factor * libm::pow(n, exponent.estimate),
        }
    }

    /// `constant`, `log` or `power`, for a CSV column.
    pub fn name(&self) -> &'static str {
        match self.law {
            Law::Constant { .. } => "constant",
            Law::Log { .. } => "log",
            Law::Power { .. } => "power",
        }
    }

    /// The parameter that the law is about: value, slope or exponent.
    pub fn parameter(&self) -> Interval {
        match self.law {
            Law::Constant { value } => value,
            Law::Log { slope, .. } => slope,
            Law::Power { exponent, .. } => exponent,
        }
    }
}

impl fmt::Display for Scaling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Interval { estimate, half } = self.parameter();
        let half = half.max(0.005);
        let text = match self.law {
            Law::Constant { .. } => format!("{} (constant)", three_digits(estimate)),
            Law::Log { .. } => {
                let (slope, half) = plus_minus_parts(estimate, half, 2);
                format!("{slope}·log2 N ± {half}")
            }
            Law::Power { .. } => format!("N^{}", plus_minus(estimate, half, 2)),
        };
        f.pad(&text)
    }
}

/// Three significant digits, plainly: `2`, `12.3`, `0.0456`, `1230`.
fn three_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let decimals = (2.0 - libm::floor(libm::log10(value.abs()))).clamp(0.0, 12.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Fit a measure y against the number of peers N, one point (N, y) a run; replicates at one N are separate
/// points.
///
/// `None` with fewer than 5 points or 3 different N (AICc of a model with two coefficients needs 5), or when
/// an N is below 1 or a value is not finite. As ln y needs y > 0: if every y is 0 the law is the constant 0;
/// if only some are zero, or any is negative, `None`, for then no multiplicative law describes the data.
pub fn fit_scaling(points: &[(f64, f64)]) -> Option<Scaling> {
    let usable = points.iter().all(|&(n, y)| n.is_finite() && n >= 1.0 && y.is_finite() && y >= 0.0);
    if !usable || points.len() < 5 || distinct_sizes(points) < 3 {
        return None;
    }
    if points.iter().all(|&(_, y)| y == 0.0) {
        let law = Law::Constant { value: Interval { estimate: 0.0, half: 0.0 } };
        return Some(Scaling {
            law,
            weights: Weights { constant: 1.0, log: 0.0, power: 0.0 },
            points: points.len(),
        });
    }
    if points.iter().any(|&(_, y)| y == 0.0) {
        return None;
    }
    let sample = Sample {
        doublings: points.iter().map(|&(n, _)| libm::log2(n)).collect(),
        response: points.iter().map(|&(_, y)| libm::log(y)).collect(),
    };
    Some(sample.choose())
}

fn distinct_sizes(points: &[(f64, f64)]) -> usize {
    let mut sizes: Vec<f64> = points.iter().map(|&(n, _)| n).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    sizes.len()
}

/// The points in the coordinates of the fits: log2 N and ln y.
struct Sample {
    doublings: Vec<f64>,
    response: Vec<f64>,
}

/// A fitted law with its sum of squared residuals of ln y.
struct Fit {
    law: Law,
    squares: f64,
}

impl Sample {
    fn choose(&self) -> Scaling {
        let fits = [Some(self.constant()), self.log(), Some(self.power())];
        let scores = [0, 1, 2].map(|model| {
            let coefficients = if model == 0 { 1.0 } else { 2.0 };
            fits[model].as_ref().map_or(f64::INFINITY, |fit| self.aicc(fit.squares, coefficients))
        });
        let best = scores.iter().copied().fold(f64::INFINITY, f64::min);
        let likelihoods = scores.map(|score| libm::exp(-0.5 * (score - best)));
        let sum: f64 = likelihoods.iter().sum();
        let [constant, log, power] = likelihoods.map(|likelihood| likelihood / sum);
        let chosen = if scores[0] - best <= PARSIMONY {
            0
        } else if scores[1] <= scores[2] {
            1
        } else {
            2
        };
        let law = fits.into_iter().nth(chosen).flatten().map_or_else(|| self.constant().law, |fit| fit.law);
        Scaling { law, weights: Weights { constant, log, power }, points: self.response.len() }
    }

    /// Corrected Akaike criterion; the variance counts as one more parameter.
    fn aicc(&self, squares: f64, coefficients: f64) -> f64 {
        let n = self.response.len() as f64;
        let k = coefficients + 1.0;
        n * libm::log((squares / n).max(VARIANCE_FLOOR)) + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0)
    }

    /// Half-width of a coefficient's interval: `leverage` is its variance in units of the residual variance.
    fn half(&self, squares: f64, coefficients: usize, leverage: f64) -> f64 {
        let freedom = (self.response.len() - coefficients) as f64;
        student_t_quantile(0.975, freedom) * (squares / freedom * leverage).sqrt()
    }

    fn constant(&self) -> Fit {
        let n = self.response.len() as f64;
        let mean = mean(&self.response);
        let squares: f64 = self.response.iter().map(|y| (y - mean) * (y - mean)).sum();
        let value = libm::exp(mean);
        // The delta method takes the interval of ln y back to y.
        let half = value * self.half(squares, 1, 1.0 / n);
        Fit { law: Law::Constant { value: Interval { estimate: value, half } }, squares }
    }

    fn power(&self) -> Fit {
        // A doubling of N multiplies y by 2^exponent.
        let (x_mean, y_mean) = (mean(&self.doublings), mean(&self.response));
        let pairs = || self.doublings.iter().zip(&self.response).map(|(x, y)| (x - x_mean, y - y_mean));
        let spread: f64 = pairs().map(|(x, _)| x * x).sum();
        let slope = pairs().map(|(x, y)| x * y).sum::<f64>() / spread;
        let squares: f64 = pairs().map(|(x, y)| (y - slope * x) * (y - slope * x)).sum();
        let per_doubling = std::f64::consts::LN_2;
        let exponent = Interval {
            estimate: slope / per_doubling,
            half: self.half(squares, 2, 1.0 / spread) / per_doubling,
        };
        Fit { law: Law::Power { factor: libm::exp(y_mean - slope * x_mean), exponent }, squares }
    }

    /// y = a + b·log2 N with multiplicative error, by Gauss–Newton on ln y. `None` if no positive line starts
    /// it.
    fn log(&self) -> Option<Fit> {
        let (mut a, mut b) = self.positive_start()?;
        let mut squares = self.log_squares(a, b)?;
        for _ in 0..100 {
            let (normal, gradient) = self.log_normal_equations(a, b);
            let (step_a, step_b) = solve(normal, gradient)?;
            let mut scale = 1.0;
            let mut improved = false;
            for _ in 0..40 {
                let (next_a, next_b) = (a + scale * step_a, b + scale * step_b);
                if let Some(next) = self.log_squares(next_a, next_b).filter(|&next| next < squares) {
                    (a, b, improved) = (next_a, next_b, squares - next > 1e-14 * squares);
                    squares = next;
                    break;
                }
                scale *= 0.5;
            }
            if !improved {
                break;
            }
        }
        let ([saa, sab, sbb], _) = self.log_normal_equations(a, b);
        let leverage = saa / (saa * sbb - sab * sab);
        let slope = Interval { estimate: b, half: self.half(squares, 2, leverage) };
        Some(Fit { law: Law::Log { offset: a, slope }, squares })
    }

    /// The straight line through y weighted by 1/y² if it is positive everywhere, else the flat one.
    fn positive_start(&self) -> Option<(f64, f64)> {
        let mut normal = [0.0; 3];
        let mut right = [0.0; 2];
        for (x, ln_y) in self.doublings.iter().zip(&self.response) {
            let y = libm::exp(*ln_y);
            let weight = 1.0 / (y * y);
            normal = [normal[0] + weight, normal[1] + weight * x, normal[2] + weight * x * x];
            right = [right[0] + weight * y, right[1] + weight * x * y];
        }
        let (a, b) = solve(normal, right)?;
        self.log_squares(a, b).map(|_| (a, b)).or_else(|| Some((libm::exp(mean(&self.response)), 0.0)))
    }

    /// Sum of squared residuals of ln(a + b·x); `None` where the line is not positive.
    fn log_squares(&self, a: f64, b: f64) -> Option<f64> {
        let mut squares = 0.0;
        for (x, y) in self.doublings.iter().zip(&self.response) {
            let line = a + b * x;
            if line.is_nan() || line <= 0.0 {
                return None;
            }
            let residual = y - libm::log(line);
            squares += residual * residual;
        }
        Some(squares)
    }

    /// JᵀJ (upper triangle) and Jᵀr of the model ln(a + b·x).
    fn log_normal_equations(&self, a: f64, b: f64) -> ([f64; 3], [f64; 2]) {
        let mut normal = [0.0; 3];
        let mut right = [0.0; 2];
        for (x, y) in self.doublings.iter().zip(&self.response) {
            let line = a + b * x;
            let (da, db) = (1.0 / line, x / line);
            let residual = y - libm::log(line);
            normal = [normal[0] + da * da, normal[1] + da * db, normal[2] + db * db];
            right = [right[0] + da * residual, right[1] + db * residual];
        }
        (normal, right)
    }
}

fn mean(values: &[f64]) -> f64 {
    let rough = values.iter().sum::<f64>() / values.len() as f64;
    rough + values.iter().map(|value| value - rough).sum::<f64>() / values.len() as f64
}

/// Solve a symmetric 2 × 2 system given as [s11, s12, s22]; `None` if it is singular.
fn solve([s11, s12, s22]: [f64; 3], [r1, r2]: [f64; 2]) -> Option<(f64, f64)> {
    let determinant = s11 * s22 - s12 * s12;
    let solution = ((s22 * r1 - s12 * r2) / determinant, (s11 * r2 - s12 * r1) / determinant);
    (determinant > 0.0 && solution.0.is_finite() && solution.1.is_finite()).then_some(solution)
}
