//! Other laws on the same tail: what a power law has to be compared with.

use std::f64::consts::PI;

use super::Kind;
use super::special::{integrate, ln_erfcx};

/// A law that a power law is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// The logarithm is normal.
    LogNormal,
    /// e^−λx.
    Exponential,
    /// x^(β−1) e^−λx^β, a Weibull law.
    StretchedExponential,
    /// A power law with exponential cut-off, x^−α e^−λx; holds the power law inside (λ = 0).
    TruncatedPowerLaw,
    /// μˣ / x!, of discrete data only.
    Poisson,
}

impl Alternative {
    /// All of them.
    pub const ALL: [Alternative; 5] = [
        Alternative::LogNormal,
        Alternative::Exponential,
        Alternative::StretchedExponential,
        Alternative::TruncatedPowerLaw,
        Alternative::Poisson,
    ];

    /// As in CSV files and options: `log-normal`.
    pub fn name(self) -> &'static str {
        match self {
            Alternative::LogNormal => "log-normal",
            Alternative::Exponential => "exponential",
            Alternative::StretchedExponential => "stretched-exponential",
            Alternative::TruncatedPowerLaw => "truncated-power-law",
            Alternative::Poisson => "poisson",
        }
    }

    /// As in running text and figures.
    pub fn title(self) -> &'static str {
        match self {
            Alternative::LogNormal => "log-normal",
            Alternative::Exponential => "exponential",
            Alternative::StretchedExponential => "stretched exponential",
            Alternative::TruncatedPowerLaw => "power law with cut-off",
            Alternative::Poisson => "Poisson",
        }
    }

    /// Whether the power law is a special case, so that the likelihood alone always prefers the alternative.
    pub fn is_nested(self) -> bool {
        self == Alternative::TruncatedPowerLaw
    }
}

/// The tail that a law lives on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Support {
    pub(super) kind: Kind,
    pub(super) x_min: f64,
    pub(super) x_max: Option<f64>,
}

impl Support {
    /// The lower end of what rounds to x_min; x_min itself in a continuous law.
    fn low(&self) -> f64 {
        self.x_min - self.margin()
    }

    /// ln of upper end over lower end.
    fn length(&self) -> Option<f64> {
        self.x_max.map(|x_max| libm::log((x_max + self.margin()) / self.low()))
    }

    fn margin(&self) -> f64 {
        match self.kind {
            Kind::Discrete => 0.5,
            Kind::Continuous => 0.0,
        }
    }
}

/// An alternative with its parameters, in the coordinates that the fit takes; normalised on its support.
///
/// Log-normal and stretched exponential of discrete data are continuous laws rounded to whole numbers, as in the
/// paper and the package `powerlaw`; the others have exact sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) alternative: Alternative,
    pub(super) support: Support,
    /// See [`Shape::ln_weight`].
    pub(super) at: [f64; 2],
    /// ln of what the weights sum to.
    ln_sum: f64,
}

impl Shape {
    pub(super) fn new(alternative: Alternative, support: Support, at: [f64; 2]) -> Shape {
        let mut shape = Shape { alternative, support, at, ln_sum: 0.0 };
        shape.ln_sum = shape.ln_above(support.x_min);
        shape
    }

    /// ln of the probability (density) at `x`.
    pub(super) fn ln_density(&self, x: f64) -> f64 {
        self.ln_weight(x) - self.ln_sum
    }

    /// The share at or above `x`.
    pub(super) fn survival(&self, x: f64) -> f64 {
        if self.support.x_max.is_some_and(|x_max| x > x_max) {
            return 0.0;
        }
        libm::exp(self.ln_above(x) - self.ln_sum).min(1.0)
    }

    /// The lower end of what rounds to x_min; x_min itself in a continuous law.
    pub(super) fn low(&self) -> f64 {
        self.support.low()
    }

    /// ln of what the weights sum to.
    pub(super) fn ln_sum(&self) -> f64 {
        self.ln_sum
    }

    /// ln of the weight of `x` before normalisation, with y = ln(x/low), z = x − x_min:
    ///
    /// - log-normal: the integral of e^(−k y − c y²) dy, at = (k, c);
    /// - exponential: e^−λz, at = (λ, –);
    /// - stretched exponential: the integral of e^(−k B(y)) dB(y), B(y) = (e^βy − 1)/β, at = (k, β): for β → 0
    ///   it becomes a power law, as does the log-normal for c → 0;
    /// - truncated power law: (x/x_min)^−α e^−λz, at = (α, λ);
    /// - Poisson: μ^z x_min!/x!, at = (μ, –).
    fn ln_weight(&self, x: f64) -> f64 {
        let Support { kind, x_min, .. } = self.support;
        let [first, second] = self.at;
        let low = self.support.low();
        match self.alternative {
            Alternative::LogNormal => {
                let height = |y: f64| -first * y - second * y * y;
                match kind {
                    Kind::Continuous => {
                        let y = libm::log(x / low);
                        height(y) - libm::log(x)
                    }
                    Kind::Discrete => {
                        let (from, to) = (libm::log((x - 0.5) / low), libm::log((x + 0.5) / low));
                        let top = height(0.5 * (from + to));
                        if x > 1000.0 {
                            // So short a piece is straight, to eight digits.
                            let rise = 0.5 * (first + second * (from + to)) * (to - from);
                            return top + libm::log(to - from) + rise * rise / 6.0;
                        }
                        top + libm::log(integrate(|y| libm::exp(height(y) - top), from, to, 1))
                    }
                }
            }
            Alternative::StretchedExponential => match kind {
                Kind::Continuous => {
                    let y = libm::log(x / low);
                    libm::log(first) - first * box_cox(y, second) + second * y - libm::log(x)
                }
                Kind::Discrete => {
                    let from = box_cox(libm::log((x - 0.5) / low), second);
                    let to = box_cox(libm::log((x + 0.5) / low), second);
                    -first * from + libm::log(-libm::expm1(-first * (to - from)))
                }
            },
            Alternative::Exponential => -first * (x - x_min),
            Alternative::TruncatedPowerLaw => -first * libm::log(x / x_min) - second * (x - x_min),
            Alternative::Poisson => {
                (x - x_min) * libm::log(first) - libm::lgamma(x + 1.0) + libm::lgamma(x_min + 1.0)
            }
        }
    }

    /// ln of the sum (integral) of weights from `x` on.
    fn ln_above(&self, x: f64) -> f64 {
        let Support { kind, x_min, x_max } = self.support;
        let [first, second] = self.at;
        let y = libm::log((x - self.support.margin()) / self.support.low());
        match self.alternative {
            Alternative::LogNormal => ln_gauss_tail(first, second, y, self.support.length()),
            Alternative::StretchedExponential => {
                let from = box_cox(y, second);
                let to = self.support.length().map(|length| box_cox(length, second));
                let cut = to.map_or(0.0, |to| libm::log(-libm::expm1(-first * (to - from))));
                -first * from + cut
            }
            Alternative::Exponential => {
                let (unit, end) = match kind {
                    Kind::Continuous => (first, x_max),
                    Kind::Discrete => (-libm::expm1(-first), x_max.map(|x_max| x_max + 1.0)),
                };
                let cut = end.map_or(0.0, |end| libm::log(-libm::expm1(-first * (end - x))));
                -first * (x - x_min) - libm::log(unit) + cut
            }
            Alternative::TruncatedPowerLaw => {
                let start = self.ln_weight(x);
                let sum = match kind {
                    Kind::Continuous => cut_off_integral(first, second, x, x_max),
                    Kind::Discrete => cut_off_sum(first, second, x, x_max),
                };
                start + libm::log(sum)
            }
            Alternative::Poisson => ln_poisson_tail(first, x_min, x, x_max),
        }
    }
}

/// (e^βy − 1)/β.
pub(super) fn box_cox(y: f64, beta: f64) -> f64 {
    if beta == 0.0 { y } else { libm::expm1(beta * y) / beta }
}

/// ln of the integral of e^(−kt − ct²) over t from `y` to `end`.
fn ln_gauss_tail(k: f64, c: f64, y: f64, end: Option<f64>) -> f64 {
    let start = -k * y - c * y * y;
    let slope = k + 2.0 * c * y;
    match end {
        None => {
            let root = c.sqrt();
            start + ln_erfcx(0.5 * slope / root) + 0.5 * libm::log(PI) - libm::log(2.0 * root)
        }
        Some(end) => {
            let length = end - y;
            let exponent = |t: f64| -slope * t - c * t * t;
            let top = (-0.5 * slope / c).clamp(0.0, length);
            let top = exponent(top).max(exponent(0.0)).max(exponent(length));
            let panels = panels(slope.abs().max(c.sqrt()).max((slope + 2.0 * c * length).abs()) * length);
            start + top + libm::log(integrate(|t| libm::exp(exponent(t) - top), 0.0, length, panels))
        }
    }
}

/// Enough panels for a function that changes by this many e-folds.
fn panels(e_folds: f64) -> u32 {
    (4.0 + e_folds / 3.0).min(400.0) as u32
}

/// The integral of (v/x)^−α e^−λ(v − x) over v from x to `end`, by quadrature over ln v.
fn cut_off_integral(alpha: f64, lambda: f64, x: f64, end: Option<f64>) -> f64 {
    let exponent = |t: f64| (1.0 - alpha) * t - lambda * x * libm::expm1(t);
    // Below e^−45 of the peak nothing adds up.
    let peak = if alpha < 1.0 { libm::log((1.0 - alpha) / (lambda * x)).max(0.0) } else { 0.0 };
    let top = exponent(peak);
    let mut reach = 1e-3;
    while exponent(peak + reach) > top - 45.0 && reach < 700.0 {
        reach *= 1.25;
    }
    let length = end.map_or(f64::INFINITY, |end| libm::log(end / x)).min(peak + reach);
    let top = if peak > length { exponent(length) } else { top };
    x * libm::exp(top) * integrate(|t| libm::exp(exponent(t) - top), 0.0, length, panels(45.0 + 4.0 * length))
}

/// The sum of (v/x)^−α e^−λ(v − x) over v = x, x + 1, …, `end`: direct terms, then Euler–Maclaurin.
fn cut_off_sum(alpha: f64, lambda: f64, x: f64, end: Option<f64>) -> f64 {
    const DIRECT: u32 = 128;
    let term = |v: f64| libm::exp(-alpha * libm::log(v / x) - lambda * (v - x));
    let mut sum = 0.0;
    for k in 0..DIRECT {
        let v = x + f64::from(k);
        if end.is_some_and(|end| v > end) {
            return sum;
        }
        let value = term(v);
        sum += value;
        if alpha >= 0.0 && value < 1e-17 * sum {
            return sum;
        }
    }
    let from = x + f64::from(DIRECT);
    if end.is_some_and(|end| from > end) {
        return sum;
    }
    let edge = |v: f64, sign: f64| {
        let g = -alpha / v - lambda;
        let (g1, g2) = (alpha / (v * v), -2.0 * alpha / (v * v * v));
        let third = g * g * g + 3.0 * g * g1 + g2;
        0.5 + sign * (-g / 12.0 + third / 720.0)
    };
    sum += term(from) * (cut_off_integral(alpha, lambda, from, end) + edge(from, 1.0));
    sum + end.map_or(0.0, |end| term(end) * edge(end, -1.0))
}

/// ln of the sum of μ^(v − x_min) x_min!/v! over v = x, x + 1, …, `end`.
fn ln_poisson_tail(mu: f64, x_min: f64, x: f64, end: Option<f64>) -> f64 {
    let ln_term = |v: f64| (v - x_min) * libm::log(mu) - libm::lgamma(v + 1.0) + libm::lgamma(x_min + 1.0);
    let last = end.unwrap_or(f64::INFINITY);
    // From the largest term outwards, upwards and downwards.
    let top = libm::floor(mu).clamp(x, last);
    let mut sum = 1.0;
    let (mut v, mut term) = (top, 1.0);
    while v < last && term > 1e-18 * sum {
        v += 1.0;
        term *= mu / v;
        sum += term;
    }
    (v, term) = (top, 1.0);
    while v > x && term > 1e-18 * sum {
        term *= v / mu;
        v -= 1.0;
        sum += term;
    }
    ln_term(top) + libm::log(sum)
}
