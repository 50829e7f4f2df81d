//! Laws of lengths: of a whole session or pause, and of what is left of one that is under way.

use crate::sim::random::{exponential, mix, unit};

/// A law of lengths in nanoseconds, with a mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Law {
    Exponential {
        mean: f64,
    },
    /// P(length > x) = (least / x)^shape.
    Pareto {
        least: f64,
        shape: f64,
    },
    /// P(length > x) = exp(−(x / scale)^shape).
    Weibull {
        shape: f64,
        scale: f64,
    },
    LogNormal {
        median: f64,
        sigma: f64,
    },
    Fixed {
        length: f64,
    },
}

impl Law {
    /// The Pareto law of this mean; the shape is above 1.
    pub(super) fn pareto(mean: f64, shape: f64) -> Law {
        Law::Pareto { least: mean * (shape - 1.0) / shape, shape }
    }

    pub(super) fn mean(self) -> f64 {
        match self {
            Law::Exponential { mean } => mean,
            Law::Pareto { least, shape } => least * shape / (shape - 1.0),
            Law::Weibull { shape, scale } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Law::LogNormal { median, sigma } => median * libm::exp(0.5 * sigma * sigma),
            Law::Fixed { length } => length,
        }
    }

    /// A whole length, from 64 random bits.
    pub(super) fn whole(self, bits: u64) -> f64 {
        match self {
            Law::Exponential { mean } => exponential(bits) * mean,
            Law::Pareto { least, shape } => least * libm::exp(exponential(bits) / shape),
            Law::Weibull { shape, scale } => scale * libm::pow(exponential(bits), 1.0 / shape),
            Law::LogNormal { median, sigma } => median * libm::exp(sigma * Chain(bits).normal()),
            Law::Fixed { length } => length,
        }
    }

    /// What is left of a length that is under way at a random time, from 64 random bits. Its density is
    /// P(length > x) / mean.
    pub(super) fn rest(self, bits: u64) -> f64 {
        match self {
            // As long as a whole one.
            Law::Exponential { .. } => self.whole(bits),
            // By inversion: up to the least length the density is constant, beyond it falls by the power `shape`.
            Law::Pareto { least, shape } => {
                let left = 1.0 - unit(bits);
                if left * shape >= 1.0 {
                    (1.0 - left) * self.mean()
                } else {
                    least * libm::pow(left * shape, -1.0 / (shape - 1.0))
                }
            }
            // With y = (x / scale)^shape, the density exp(−y) dx becomes exp(−y) y^(1/shape − 1) dy: a gamma law.
            Law::Weibull { shape, scale } => scale * libm::pow(Chain(bits).gamma(1.0 / shape), 1.0 / shape),
            // A random time lies in a length with probability in proportion to it, which makes another log-normal law,
            // and anywhere in it.
            Law::LogNormal { median, sigma } => {
                let mut chain = Chain(bits);
                let met = median * libm::exp(sigma * (sigma + chain.normal()));
                unit(chain.next()) * met
            }
            Law::Fixed { length } => unit(bits) * length,
        }
    }
}

/// Random bits that follow from the first ones: SplitMix64.
struct Chain(u64);

impl Chain {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A standard normal number (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - unit(self.next())));
        radius * libm::cos(std::f64::consts::TAU * unit(self.next()))
    }

    /// A number of the gamma law with this shape and scale 1 (Marsaglia and Tsang, ACM TOMS 26(3), 2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let above = self.gamma(shape + 1.0);
            return above * libm::pow(1.0 - unit(self.next()), 1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = 1.0 - unit(self.next());
            if libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: f64 = 60e9;

    fn draws(n: u64, of: impl Fn(u64) -> f64) -> Vec<f64> {
        let mut draws: Vec<f64> =
            (0..n).map(|i| of(mix(i.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 7))).collect();
        draws.sort_by(f64::total_cmp);
        draws
    }

    fn mean(draws: &[f64]) -> f64 {
        draws.iter().sum::<f64>() / draws.len() as f64
    }

    const LAWS: [Law; 8] = [
        Law::Exponential { mean: 1e9 },
        Law::Pareto { least: 5e8, shape: 2.0 },
        Law::Pareto { least: 1e8, shape: 3.5 },
        Law::Weibull { shape: 0.59, scale: 1e9 },
        Law::Weibull { shape: 1.0, scale: 1e9 },
        Law::Weibull { shape: 2.5, scale: 1e9 },
        Law::LogNormal { median: 1e9, sigma: 0.8 },
        Law::Fixed { length: 3e9 },
    ];

    /// PAPERS.md: the sampler of Stutzbach and Rejaie's first law, at 10^6 samples.
    #[test]
    fn the_red_hat_sessions_have_their_mean_and_median() {
        let law = Law::Weibull { shape: 0.34, scale: 21.3 * MINUTE };
        assert!((law.mean() / MINUTE - 118.76).abs() < 0.3, "{}", law.mean() / MINUTE);
        let draws = draws(1_000_000, |bits| law.whole(bits));
        let (mean, median) = (mean(&draws) / MINUTE, draws[500_000] / MINUTE);
        assert!((mean / 118.76 - 1.0).abs() < 0.02, "mean {mean}");
        assert!((median / 7.25 - 1.0).abs() < 0.02, "median {median}");
    }

    /// PAPERS.md: its rest is 9.3 times as long. The rest's standard deviation is some four times its mean, so that of
    /// the mean of 10^6 is 0.4 %.
    #[test]
    fn the_red_hat_rest_is_nine_times_as_long() {
        let law = Law::Weibull { shape: 0.34, scale: 21.3 * MINUTE };
        let exact = libm::tgamma(1.0 + 2.0 / 0.34)
            / (2.0 * libm::tgamma(1.0 + 1.0 / 0.34))
            / libm::tgamma(1.0 + 1.0 / 0.34);
        let ratio = mean(&draws(1_000_000, |bits| law.rest(bits))) / law.mean();
        assert!((exact - 9.3).abs() < 0.1, "{exact}");
        assert!((ratio / exact - 1.0).abs() < 0.02, "{ratio} for {exact}");
    }

    /// The rest's distribution function is the integral of P(length > t) over the mean: compared with fresh draws, of
    /// which min(draw, x) has that integral for its mean. Both sides come from 200,000 draws: six standard errors.
    #[test]
    fn rests_follow_from_whole_lengths() {
        for law in LAWS {
            let (whole, rest) =
                (draws(200_000, |bits| law.whole(bits)), draws(200_000, |bits| law.rest(bits)));
            assert!((mean(&whole) / law.mean() - 1.0).abs() < 0.03, "{law:?}: mean {}", mean(&whole));
            for times in [0.1, 0.3, 0.7, 1.0, 2.0, 5.0] {
                let x = times * law.mean();
                let expected =
                    whole.iter().map(|&length| length.min(x)).sum::<f64>() / 200_000.0 / law.mean();
                let found = rest.partition_point(|&rest| rest <= x) as f64 / 200_000.0;
                assert!((found - expected).abs() < 0.012, "{law:?} at {times}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn pareto_keeps_its_mean_and_least_length() {
        let law = Law::pareto(6e9, 3.0);
        assert_eq!(law, Law::Pareto { least: 4e9, shape: 3.0 });
        let draws = draws(100_000, |bits| law.whole(bits));
        assert!(draws[0] >= 4e9);
        let beyond = draws.iter().filter(|&&length| length > 8e9).count();
        assert!(
            beyond.abs_diff(12_500) < 630,
            "an eighth beyond twice the least, six standard deviations: {beyond}"
        );
    }
}
