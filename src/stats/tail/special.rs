//! What the fits integrate and sum: powers over a range, the scaled complementary error function, quadrature.
//!
//! Own, because crates of special functions take `ln` and `exp` from the system (`statrs`, `puruspe`) or lack
//! the Hurwitz zeta function (`special`): results would differ between platforms.

use std::f64::consts::PI;
use std::ops::{Add, Mul};
use std::sync::LazyLock;

use super::Kind;

/// B₂ⱼ / (2j)! for j = 1, 2, …: the coefficients of the Euler–Maclaurin formula (DLMF 2.10.1).
const EULER_MACLAURIN: [f64; 9] = [
    1.0 / 12.0,
    -1.0 / 720.0,
    1.0 / 30_240.0,
    -1.0 / 1_209_600.0,
    1.0 / 47_900_160.0,
    -691.0 / 1_307_674_368_000.0,
    1.0 / 74_724_249_600.0,
    -3617.0 / 10_670_622_842_880_000.0,
    43867.0 / 5_109_094_217_170_944_000.0,
];

/// From where on the Euler–Maclaurin terms of x^−s fall fast enough for fifteen digits.
fn smooth_from(s: f64) -> f64 {
    12.0 + 0.5 * s.abs()
}

/// q^s · ζ(s, q), with ζ the Hurwitz zeta function: the sum of (1 + k/q)^−s over k = 0, 1, …; s > 1, q > 0.
///
/// Direct terms up to where the function is smooth, then Euler–Maclaurin. Accurate to 1e-13 relative.
pub(super) fn scaled_zeta(s: f64, q: f64) -> f64 {
    let mut sum = 0.0;
    let mut from = q;
    let smooth = smooth_from(s);
    while from < smooth {
        let term = libm::exp(-s * libm::log(from / q));
        sum += term;
        if term < 1e-17 * sum {
            return sum;
        }
        from += 1.0;
    }
    let weight = if from == q { 1.0 } else { libm::exp(-s * libm::log(from / q)) };
    let mut rest = from / (s - 1.0) + 0.5;
    let inverse = 1.0 / from;
    let mut power = s * inverse;
    for (j, coefficient) in EULER_MACLAURIN.iter().enumerate() {
        let term = coefficient * power;
        rest += term;
        if term.abs() < 1e-17 * rest {
            break;
        }
        let next = s + (2 * j + 1) as f64;
        power *= next * (next + 1.0) * inverse * inverse;
    }
    sum + weight * rest
}

/// A value with its first and second derivative by the exponent s.
#[derive(Clone, Copy)]
struct Jet([f64; 3]);

impl Add for Jet {
    type Output = Jet;

    fn add(self, other: Jet) -> Jet {
        Jet([self.0[0] + other.0[0], self.0[1] + other.0[1], self.0[2] + other.0[2]])
    }
}

impl Mul for Jet {
    type Output = Jet;

    fn mul(self, other: Jet) -> Jet {
        let ([a, da, dda], [b, db, ddb]) = (self.0, other.0);
        Jet([a * b, da * b + a * db, dda * b + 2.0 * da * db + a * ddb])
    }
}

impl Jet {
    fn constant(value: f64) -> Jet {
        Jet([value, 0.0, 0.0])
    }

    /// e^−su as a function of s.
    fn power(s: f64, u: f64) -> Jet {
        let value = libm::exp(-s * u);
        Jet([value, -u * value, u * u * value])
    }
}

/// The weights (x/a)^−s from x = a to b (or without end): their sum, and mean and variance of ln(x/a) under them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Powers {
    /// The sum over whole x, or the integral over x/a.
    pub(super) sum: f64,
    /// Mean of ln(x/a).
    pub(super) mean: f64,
    /// Variance of ln(x/a): minus the derivative of the mean by s.
    pub(super) variance: f64,
}

/// Sums (discrete) or integrates (continuous) the powers; s > 1 where there is no end.
pub(super) fn powers(kind: Kind, s: f64, a: f64, b: Option<f64>) -> Powers {
    let Jet([sum, slope, curve]) = match kind {
        Kind::Continuous => integral(s, b.map(|b| libm::log(b / a))),
        Kind::Discrete => power_sum(s, a, b),
    };
    let mean = -slope / sum;
    Powers { sum, mean, variance: curve / sum - mean * mean }
}

/// The integral of e^((1−s)y) over y from 0 to `length`.
fn integral(s: f64, length: Option<f64>) -> Jet {
    let tau = 1.0 - s;
    let Some(length) = length else {
        let mean = 1.0 / (s - 1.0);
        return Jet([mean, -mean * mean, 2.0 * mean * mean * mean]);
    };
    if (tau * length).abs() < 1.0 {
        let mut sums = [0.0; 3];
        let mut term = length;
        for m in 0..24 {
            let m = f64::from(m);
            sums[0] += term / (m + 1.0);
            sums[1] += term * length / (m + 2.0);
            sums[2] += term * length * length / (m + 3.0);
            term *= tau * length / (m + 1.0);
        }
        return Jet([sums[0], -sums[1], sums[2]]);
    }
    let end = libm::exp(tau * length);
    let zeroth = libm::expm1(tau * length) / tau;
    let first = (length * end - zeroth) / tau;
    Jet([zeroth, -first, (length * length * end - 2.0 * first) / tau])
}

/// The sum of (x/a)^−s over x = a, a + 1, …, b.
fn power_sum(s: f64, a: f64, b: Option<f64>) -> Jet {
    let mut sum = Jet::constant(0.0);
    let mut from = a;
    let smooth = smooth_from(s);
    while from < smooth {
        let term = Jet::power(s, libm::log(from / a));
        sum = sum + term;
        from += 1.0;
        let negligible = s > 1.0 && term.0[0] < 1e-17 * sum.0[0] && term.0[2] <= 1e-17 * sum.0[2];
        if negligible || b.is_some_and(|b| from > b) {
            return sum;
        }
    }
    let weight = Jet::power(s, libm::log(from / a));
    let whole = Jet::constant(from) * integral(s, b.map(|b| libm::log(b / from)));
    sum = sum + weight * (whole + edge(s, from, 1.0));
    match b {
        Some(b) => sum + Jet::power(s, libm::log(b / a)) * edge(s, b, -1.0),
        None => sum,
    }
}

/// The Euler–Maclaurin terms at the end `x` of a sum of x^−s, in units of x^−s; `sign` is 1 at the lower end.
fn edge(s: f64, x: f64, sign: f64) -> Jet {
    let mut sum = Jet::constant(0.5);
    let mut factor = Jet([s / x, 1.0 / x, 0.0]);
    for (j, coefficient) in EULER_MACLAURIN.iter().enumerate() {
        sum = sum + Jet::constant(sign * coefficient) * factor;
        let next = s + (2 * j + 1) as f64;
        factor = factor * Jet([next / x, 1.0 / x, 0.0]) * Jet([(next + 1.0) / x, 1.0 / x, 0.0]);
    }
    sum
}

/// ln of e^(z²) · erfc(z), for any z.
pub(super) fn ln_erfcx(z: f64) -> f64 {
    if z < 8.0 {
        return z * z + libm::log(libm::erfc(z));
    }
    // The continued fraction (DLMF 7.9.1) from its tail up.
    let mut fraction = z;
    for k in (1..=40).rev() {
        fraction = z + 0.5 * f64::from(k) / fraction;
    }
    -libm::log(fraction) - 0.5 * libm::log(PI)
}

/// The value and the weight of each point.
type Points = [(f64, f64); POINTS];
const POINTS: usize = 12;

/// Gauss–Legendre points on (0, 1), by Newton's method on the Legendre polynomial.
static LEGENDRE: LazyLock<Points> = LazyLock::new(|| {
    let n = POINTS as f64;
    std::array::from_fn(|i| {
        let mut x = libm::cos(PI * (i as f64 + 0.75) / (n + 0.5));
        let mut slope = 1.0;
        for _ in 0..20 {
            let (mut before, mut value) = (1.0, x);
            for k in 2..=POINTS {
                let k = k as f64;
                (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
            }
            slope = n * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        (0.5 - 0.5 * x, 1.0 / ((1.0 - x * x) * slope * slope))
    })
});

/// The integral of a smooth `f` from `from` to `to`, in `panels` equal parts of twelve points each.
pub(super) fn integrate(f: impl Fn(f64) -> f64, from: f64, to: f64, panels: u32) -> f64 {
    let width = (to - from) / f64::from(panels);
    let points = &*LEGENDRE;
    let mut sum = 0.0;
    for panel in 0..panels {
        let start = from + width * f64::from(panel);
        for (place, weight) in points {
            sum += weight * f(start + width * place);
        }
    }
    sum * width
}
