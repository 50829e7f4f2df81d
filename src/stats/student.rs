//! Student's t distribution, through the incomplete beta function.
//!
//! Continued fraction of I_x(a, b): DLMF 8.17.22, evaluated by the modified Lentz method. The quantile is
//! found by bisection, which needs no derivative and cannot diverge.

use std::f64::consts::PI;

/// Quantile of Student's t distribution: the t with P(T ≤ t) = `p` for `df` degrees of freedom.
///
/// Accurate to 1e-8 relative. `p` = 0.5 gives 0; outside (0, 1), or without a positive finite `df`, the
/// answer is NaN.
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df > 0.0 && df.is_finite()) {
        return f64::NAN;
    }
    if p == 0.5 {
        return 0.0;
    }
    let tail = if p < 0.5 { p } else { 1.0 - p };
    let (mut low, mut high) = (0.0, 1.0);
    while upper_tail(high, df) > tail && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if upper_tail(middle, df) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    let t = 0.5 * (low + high);
    if p < 0.5 { -t } else { t }
}

/// P(T ≤ `t`) for Student's t with `df` > 0 degrees of freedom.
pub fn student_t_cdf(t: f64, df: f64) -> f64 {
    let tail = upper_tail(t.abs(), df);
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// P(T > t) for t ≥ 0: half of I_x(df/2, 1/2) at x = df / (df + t²).
fn upper_tail(t: f64, df: f64) -> f64 {
    let square = t * t;
    let x = df / (df + square);
    // 1 − x written so that a small t keeps its digits.
    0.5 * incomplete_beta(x, square / (df + square), 0.5 * df, 0.5)
}

/// The regularised incomplete beta function I_x(a, b), with `y` = 1 − x.
fn incomplete_beta(x: f64, y: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    // ln x from y where x is near one: df may be millions.
    let log_x = if y < 0.5 { libm::log1p(-y) } else { libm::log(x) };
    let log_y = if x < 0.5 { libm::log1p(-x) } else { libm::log(y) };
    let front = libm::exp(a * log_x + b * log_y - log_beta_half(a, b));
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(x, a, b) / a
    } else {
        1.0 - front * continued_fraction(y, b, a) / b
    }
}

/// ln B(a, b) where one of the two is 1/2.
fn log_beta_half(a: f64, b: f64) -> f64 {
    let large = a.max(b);
    let half_log_pi = 0.5 * libm::log(PI);
    if large > 1000.0 {
        // ln Γ(z) − ln Γ(z + 1/2) by its asymptotic series (DLMF 5.11.13): the difference of two lgammas
        // would lose the digits.
        let z = large;
        half_log_pi - 0.5 * libm::log(z) + 1.0 / (8.0 * z) - 1.0 / (192.0 * z * z * z)
    } else {
        half_log_pi + libm::lgamma(large) - libm::lgamma(large + 0.5)
    }
}

/// The continued fraction of the incomplete beta function; converges quickly for x < (a + 1) / (a + b + 2).
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..100_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let change = d * c;
        fraction *= change;
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}
