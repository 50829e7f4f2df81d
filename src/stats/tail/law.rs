//! The power law itself: moments, survival, density and draws.

use rand::{Rng, RngExt};

use super::Kind;
use super::sample::LARGEST_WHOLE;
use super::special::{powers, scaled_zeta};

/// A power law p(x) ∝ x^−alpha on x_min ≤ x (≤ x_max).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    kind: Kind,
    alpha: f64,
    x_min: f64,
    x_max: Option<f64>,
    /// The sum (integral) of (x/x_min)^−alpha over whole x (over x/x_min).
    sum: f64,
}

impl PowerLaw {
    /// `None` if there is no such law: x_min not above zero, x_max not above x_min, alpha not finite, or not above 1
    /// where there is no x_max. The ends of a discrete law are whole numbers.
    pub fn new(kind: Kind, alpha: f64, x_min: f64, x_max: Option<f64>) -> Option<PowerLaw> {
        let whole = |x: f64| kind == Kind::Continuous || x.fract() == 0.0;
        let ends = x_min > 0.0 && x_min.is_finite() && whole(x_min);
        let end = x_max.map_or(alpha > 1.0, |x_max| x_max > x_min && x_max.is_finite() && whole(x_max));
        (ends && end && alpha.is_finite()).then(|| PowerLaw::valid(kind, alpha, x_min, x_max))
    }

    pub(super) fn valid(kind: Kind, alpha: f64, x_min: f64, x_max: Option<f64>) -> PowerLaw {
        let sum = match (kind, x_max) {
            (Kind::Discrete, None) => scaled_zeta(alpha, x_min),
            (Kind::Continuous, None) => 1.0 / (alpha - 1.0),
            (Kind::Discrete | Kind::Continuous, Some(_)) => powers(kind, alpha, x_min, x_max).sum,
        };
        PowerLaw { kind, alpha, x_min, x_max, sum }
    }

    /// The exponent.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The share at or above `x`, for x from x_min (to x_max).
    pub fn survival(&self, x: f64) -> f64 {
        self.survival_at(x, libm::log(x / self.x_min))
    }

    /// The same, where ln(x/x_min) is at hand.
    pub(super) fn survival_at(&self, x: f64, log_ratio: f64) -> f64 {
        match (self.kind, self.x_max) {
            (Kind::Continuous, None) => libm::exp((1.0 - self.alpha) * log_ratio),
            (Kind::Discrete, None) => {
                libm::exp(-self.alpha * log_ratio) * scaled_zeta(self.alpha, x) / self.sum
            }
            (_, Some(x_max)) if x > x_max => 0.0,
            // A discrete law has x_max itself left; a continuous one has nothing, and its formula says so.
            (Kind::Discrete, Some(_)) => {
                libm::exp(-self.alpha * log_ratio) * powers(self.kind, self.alpha, x, self.x_max).sum
                    / self.sum
            }
            (Kind::Continuous, Some(_)) => {
                libm::exp((1.0 - self.alpha) * log_ratio) * powers(self.kind, self.alpha, x, self.x_max).sum
                    / self.sum
            }
        }
    }

    /// ln of the probability (density) at `x`.
    pub fn ln_density(&self, x: f64) -> f64 {
        let unit = if self.kind == Kind::Continuous { libm::log(self.x_min) } else { 0.0 };
        -self.alpha * libm::log(x / self.x_min) - libm::log(self.sum) - unit
    }
}

/// Draws from a power law; a discrete one from a table of its survival, searched beyond it.
pub(super) struct Draws {
    law: PowerLaw,
    /// Survival at x_min, x_min + 1, …; empty for a continuous law.
    table: Vec<f64>,
}

impl Draws {
    pub(super) fn new(law: PowerLaw) -> Draws {
        let wanted = if law.kind == Kind::Discrete { 2048 } else { 0 };
        let places = (0..wanted).map(|k| law.x_min + f64::from(k));
        let inside = places.take_while(|&x| law.x_max.is_none_or(|x_max| x <= x_max));
        Draws { law, table: inside.map(|x| law.survival(x)).collect() }
    }

    /// One value: the largest x whose survival is at least a uniform draw from (0, 1].
    ///
    /// Whole numbers stop at 2⁵³, beyond which an `f64` skips some.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> f64 {
        let uniform = 1.0 - rng.random::<f64>();
        let law = &self.law;
        match law.kind {
            Kind::Continuous => {
                let steepness = law.alpha - 1.0;
                let log_ratio = match law.x_max {
                    None => -libm::log(uniform) / steepness,
                    Some(x_max) => {
                        let length = libm::log(x_max / law.x_min);
                        if (steepness * length).abs() < 1e-9 {
                            (1.0 - uniform) * length
                        } else {
                            -libm::log1p((1.0 - uniform) * libm::expm1(-steepness * length)) / steepness
                        }
                    }
                };
                law.x_min * libm::exp(log_ratio)
            }
            Kind::Discrete => {
                let within = self.table.partition_point(|&survival| survival >= uniform);
                if within < self.table.len() {
                    return law.x_min + within.saturating_sub(1) as f64;
                }
                self.beyond(uniform)
            }
        }
    }

    /// The search beyond the table, by doubling and halving.
    fn beyond(&self, uniform: f64) -> f64 {
        let limit = self.law.x_max.unwrap_or(LARGEST_WHOLE);
        let mut low = self.law.x_min + (self.table.len() as f64 - 1.0);
        let mut high = 2.0 * low + 1.0;
        while high < limit && self.law.survival(high) >= uniform {
            low = high;
            high = 2.0 * low;
        }
        high = high.min(limit + 1.0);
        while high - low > 1.0 {
            let middle = libm::floor(0.5 * (low + high));
            if self.law.survival(middle) >= uniform {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// The alpha of greatest likelihood for a tail whose mean of ln(x/x_min) is `target` > 0; `start` is
/// near it if the caller knows.
///
/// Newton's method on ln(mean), which is all but linear in alpha for both a slow and a steep law; on the mean itself
/// where the range ends.
pub(super) fn solve_alpha(
    kind: Kind,
    target: f64,
    x_min: f64,
    x_max: Option<f64>,
    start: Option<f64>,
) -> f64 {
    if let (Kind::Continuous, None) = (kind, x_max) {
        return 1.0 + 1.0 / target;
    }
    let rough = if kind == Kind::Discrete { libm::log(x_min / (x_min - 0.5)) } else { 0.0 };
    let mut alpha = start.unwrap_or(1.0 + 1.0 / (target + rough));
    for _ in 0..200 {
        let at = powers(kind, alpha, x_min, x_max);
        let next = match x_max {
            None => {
                let next = alpha + libm::log(at.mean / target) * at.mean / at.variance;
                next.max(1.0 + 0.25 * (alpha - 1.0))
            }
            Some(x_max) => {
                let step = (at.mean - target) / at.variance;
                // A step of a few e-folds over the range: the mean saturates at its ends.
                let most = 4.0 / libm::log(x_max / x_min);
                alpha + step.clamp(-most, most)
            }
        };
        let step = next - alpha;
        alpha = next;
        if step.abs() <= 1e-11 * alpha.abs().max(1.0) {
            break;
        }
    }
    alpha
}
