//! Quantiles of the log-normal law.

/// Into how many equal parts the law is cut.
pub(super) const CELLS: usize = 4096;

/// The quantiles of the log-normal law at the middles of [`CELLS`] equal parts, rounded to whole numbers, ascending.
pub(super) fn log_normal(median: f64, sigma: f64) -> Box<[u64; CELLS]> {
    let mut quantiles = Box::new([0; CELLS]);
    let mut z = 0.0;
    // From the median down: each normal quantile is the start for the next.
    for cell in (0..CELLS / 2).rev() {
        z = lower_quantile((cell as f64 + 0.5) / CELLS as f64, z);
        let factor = libm::exp(sigma * z);
        quantiles[cell] = (median * factor + 0.5) as u64;
        quantiles[CELLS - 1 - cell] = (median / factor + 0.5) as u64;
    }
    quantiles
}

/// The standard normal quantile of `p` < 1/2, by Newton's iteration from a `start` at or right of it, up to 0.
///
/// Left of 0 the distribution function is convex, so the iteration comes down on the root and never passes it.
fn lower_quantile(p: f64, start: f64) -> f64 {
    let mut z = start;
    for _ in 0..16 {
        let excess = 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) - p;
        let density = libm::exp(-0.5 * z * z) * 0.398_942_280_401_432_7;
        let step = excess / density;
        z -= step;
        if step < 1e-14 {
            break;
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        for (p, z) in [
            (0.25, -0.674_489_750_196_081_7),
            (0.025, -1.959_963_984_540_054),
            (0.001, -3.090_232_306_167_813),
        ] {
            assert!((lower_quantile(p, 0.0) - z).abs() < 1e-12, "{p}");
        }
        assert!((lower_quantile(0.5 / CELLS as f64, 0.0) + 3.669).abs() < 1e-3);
    }

    #[test]
    fn the_law_has_its_median_and_nearly_its_mean() {
        let law = log_normal(50e6, 0.5);
        assert!(law.is_sorted());
        let median = (law[CELLS / 2 - 1] + law[CELLS / 2]) as f64 / 2.0;
        assert!((median / 50e6 - 1.0).abs() < 1e-4);
        let mean = law.iter().map(|&nanos| nanos as f64).sum::<f64>() / CELLS as f64;
        assert!((mean / (50e6 * libm::exp(0.125)) - 1.0).abs() < 1e-3, "mean {mean}");
        assert!(log_normal(7.0, 0.0).iter().all(|&nanos| nanos == 7));
    }
}
