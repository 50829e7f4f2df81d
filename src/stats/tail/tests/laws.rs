//! Samples of known laws, and brute force; fixed seeds.

use std::sync::atomic::{AtomicU32, Ordering};

use rand::RngExt;

use super::super::law::Draws;
use super::super::*;
use crate::sim::random::{Purpose, Stream, stream};

fn rng(index: u64) -> Stream {
    stream(7, Purpose::Bootstrap, index)
}

fn sample_of(law: PowerLaw, kind: Kind, n: usize, index: u64) -> Sample {
    let (draws, rng) = (Draws::new(law), &mut rng(index));
    let data: Vec<f64> = (0..n).map(|_| draws.draw(rng)).collect();
    Sample::new(&data, kind).unwrap()
}

/// Twelve laws, every alpha within three of its own standard errors; with and without an upper end.
#[test]
fn a_known_alpha_is_found_again() {
    let mut index = 0;
    for kind in [Kind::Discrete, Kind::Continuous] {
        for (alpha, x_min, x_max) in [
            (1.4, 1.0, Some(7.0)),
            (1.8, 1.0, None),
            (2.5, 3.0, None),
            (3.2, 20.0, None),
            (0.5, 2.0, Some(90.0)),
            (2.5, 5.0, Some(500.0)),
        ] {
            index += 1;
            let law = PowerLaw::new(kind, alpha, x_min, x_max).unwrap();
            let sample = sample_of(law, kind, 20_000, index);
            let options = Options { x_min: Some(x_min), x_max, ..Options::default() };
            let fit = fit(&sample, &options).unwrap();
            assert_eq!(fit.n_tail, 20_000);
            let off = (fit.alpha - alpha).abs() / fit.sigma;
            assert!(off < 3.0, "{kind:?} {alpha} from {x_min} to {x_max:?}: {fit:?}");
            assert!(fit.ks < 0.012, "{fit:?}");
        }
    }
}

/// The standard error is what repetitions show: 200 fits scatter by it, within a tenth or so.
#[test]
fn the_standard_error_is_the_scatter() {
    let law = PowerLaw::new(Kind::Discrete, 2.2, 2.0, None).unwrap();
    let options = Options { x_min: Some(2.0), ..Options::default() };
    let fits: Vec<Fit> = (0..200)
        .map(|index| fit(&sample_of(law, Kind::Discrete, 500, 100 + index), &options).unwrap())
        .collect();
    let mean = fits.iter().map(|fit| fit.alpha).sum::<f64>() / 200.0;
    let variance = fits.iter().map(|fit| (fit.alpha - mean) * (fit.alpha - mean)).sum::<f64>() / 199.0;
    let sigma = fits.iter().map(|fit| fit.sigma).sum::<f64>() / 200.0;
    assert!((variance.sqrt() / sigma - 1.0).abs() < 0.15, "{} and {sigma}", variance.sqrt());
}

/// The search that skips what cannot win gives what trying everything gives.
#[test]
fn the_search_is_exhaustive() {
    for (index, kind) in (0..20).flat_map(|i| [(i, Kind::Discrete), (i, Kind::Continuous)]) {
        // A body that is no power law below a tail that is one.
        let rng = &mut rng(1000 + index);
        let law = PowerLaw::new(kind, 2.3, 12.0, None).unwrap();
        let draws = Draws::new(law);
        let data: Vec<f64> = (0..400)
            .map(|i| match (i % 3, kind) {
                (0, _) => draws.draw(rng),
                (_, Kind::Discrete) => f64::from(rng.random_range(1..14u32)),
                (_, Kind::Continuous) => 1.0 + 12.0 * rng.random::<f64>(),
            })
            .collect();
        let sample = Sample::new(&data, kind).unwrap();
        let found = fit(&sample, &Options::default()).unwrap();
        let every = sample.values()[..sample.values().len() - 1].iter().map(|&x_min| {
            let options = Options { x_min: Some(x_min), ..Options::default() };
            let fit = fit(&sample, &options).unwrap();
            (brute_ks(&sample, &fit), fit)
        });
        let (ks, best) = every.reduce(|best, next| if next.0 < best.0 { next } else { best }).unwrap();
        assert!((found.ks - ks).abs() < 1e-12, "{kind:?} {index}: {found:?}, but {best:?}");
        assert_eq!((found.x_min, found.n_tail), (best.x_min, best.n_tail), "{kind:?} {index}");
        assert!((found.alpha - best.alpha).abs() < 1e-8, "{kind:?} {index}: {found:?}, but {best:?}");
    }
}

/// The distance by its definition.
fn brute_ks(sample: &Sample, fit: &Fit) -> f64 {
    let tail: Vec<(f64, u64)> =
        sample.values().iter().copied().zip(sample.counts().iter().copied()).collect();
    let tail: Vec<(f64, u64)> = tail.into_iter().filter(|(x, _)| *x >= fit.x_min).collect();
    let total: u64 = tail.iter().map(|(_, count)| count).sum();
    let below = |x: f64| tail.iter().filter(|(y, _)| *y < x).map(|(_, count)| count).sum::<u64>();
    let distance = |x: f64| (below(x) as f64 / total as f64 - (1.0 - fit.law().survival(x))).abs();
    tail.iter().map(|(x, _)| distance(*x)).fold(0.0, f64::max)
}

/// No alpha nearby is likelier.
#[test]
fn the_likelihood_is_greatest() {
    let law = PowerLaw::new(Kind::Discrete, 1.9, 1.0, None).unwrap();
    let sample = sample_of(law, Kind::Discrete, 300, 5000);
    let fit = fit(&sample, &Options { x_min: Some(2.0), ..Options::default() }).unwrap();
    let likelihood = |alpha: f64| {
        let law = PowerLaw::new(Kind::Discrete, alpha, 2.0, None).unwrap();
        let pairs = sample.values().iter().zip(sample.counts()).filter(|(x, _)| **x >= 2.0);
        pairs.map(|(&x, &count)| count as f64 * law.ln_density(x)).sum::<f64>()
    };
    assert!((likelihood(fit.alpha) - fit.log_likelihood).abs() < 1e-8 * fit.log_likelihood.abs());
    for step in [-0.02, -0.001, 0.001, 0.02] {
        assert!(likelihood(fit.alpha + step) < fit.log_likelihood, "{step}");
    }
}

/// Of 60 samples that follow a power law, p-values are spread out; of exponentials with as many values, small.
#[test]
fn p_values_tell_power_laws_from_others() {
    let options = Options { x_min: Some(1.0), ..Options::default() };
    let law = PowerLaw::new(Kind::Continuous, 2.5, 1.0, None).unwrap();
    let mut true_ones = Vec::new();
    for index in 0..60 {
        let sample = sample_of(law, Kind::Continuous, 200, 6000 + index);
        let fit = fit(&sample, &options).unwrap();
        true_ones.push(p_value(&sample, &options, &fit, 100, index, &|| true).unwrap().p);
    }
    // Kolmogorov's distance from the uniform law; 60 values exceed .21 with probability .01.
    true_ones.sort_by(f64::total_cmp);
    let distance = |(i, p): (usize, &f64)| (p - (i as f64 + 0.5) / 60.0).abs();
    let greatest = true_ones.iter().enumerate().map(distance).fold(0.0, f64::max);
    assert!(greatest < 0.21, "{true_ones:?}");
    for index in 0..5 {
        let rng = &mut rng(7000 + index);
        let data: Vec<f64> = (0..500).map(|_| 1.0 - 3.0 * libm::log(1.0 - rng.random::<f64>())).collect();
        let sample = Sample::new(&data, Kind::Continuous).unwrap();
        let fit = fit(&sample, &options).unwrap();
        let p = p_value(&sample, &options, &fit, 100, index, &|| true).unwrap();
        assert!(p.p < 0.02, "{p:?}");
        let against = &compare(&sample, &fit)[1];
        assert_eq!(
            (against.other.alternative, against.verdict()),
            (Alternative::Exponential, Verdict::Other)
        );
    }
}

#[test]
fn p_values_do_not_depend_on_threads() {
    let law = PowerLaw::new(Kind::Discrete, 2.1, 1.0, None).unwrap();
    let sample = sample_of(law, Kind::Discrete, 300, 8000);
    let options = Options::default();
    let fit = fit(&sample, &options).unwrap();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| p_value(&sample, &options, &fit, 50, 3, &|| true).unwrap())
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn a_bootstrap_stops_when_told() {
    let law = PowerLaw::new(Kind::Discrete, 2.1, 1.0, None).unwrap();
    let sample = sample_of(law, Kind::Discrete, 300, 8001);
    let fit = fit(&sample, &Options::default()).unwrap();
    let calls = AtomicU32::new(0);
    let proceed = || calls.fetch_add(1, Ordering::Relaxed) < 3;
    let stopped = p_value(&sample, &Options::default(), &fit, 100_000, 3, &proceed);
    assert_eq!(stopped, Err(TailError::Interrupted));
    assert!(calls.into_inner() < 100, "it went on");
}

/// Draws of a discrete law, beyond the table too, have its survival.
#[test]
fn draws_follow_the_law() {
    for (kind, alpha, x_max) in [
        (Kind::Discrete, 1.5, None),
        (Kind::Discrete, 2.5, Some(40.0)),
        (Kind::Continuous, 2.5, Some(40.0)),
        (Kind::Continuous, 1.0, Some(40.0)),
    ] {
        let law = PowerLaw::new(kind, alpha, 3.0, x_max).unwrap();
        let (draws, rng) = (Draws::new(law), &mut rng(9000));
        let drawn: Vec<f64> = (0..40_000).map(|_| draws.draw(rng)).collect();
        for x in [4.0, 10.0, 37.0, 3000.0, 30_000.0] {
            let share = drawn.iter().filter(|y| **y >= x).count() as f64 / 40_000.0;
            let expected = law.survival(x);
            let error = (expected * (1.0 - expected) / 40_000.0).sqrt();
            assert!((share - expected).abs() <= 4.0 * error, "{law:?} above {x}: {share}, not {expected}");
        }
    }
}

/// Every alternative sums to one, on an open and on a closed tail, and its survival is that sum.
#[test]
fn alternatives_are_normalised() {
    let law = PowerLaw::new(Kind::Discrete, 2.0, 4.0, Some(300.0)).unwrap();
    let sample = sample_of(law, Kind::Discrete, 2000, 9100);
    for x_max in [None, Some(250.0)] {
        let options = Options { x_min: Some(4.0), x_max, ..Options::default() };
        let fit = fit(&sample, &options).unwrap();
        for Comparison { other, .. } in compare(&sample, &fit) {
            let end = x_max.unwrap_or(60_000.0) as u32;
            let mut sum = 0.0;
            for x in (4..=end).rev() {
                sum += libm::exp(other.ln_density(f64::from(x)));
                if [4, 5, 30, 240].contains(&x) {
                    let rest = if x_max.is_none() { other.survival(60_001.0) } else { 0.0 };
                    let expected = other.survival(f64::from(x));
                    let off = (sum + rest - expected).abs();
                    assert!(off < 1e-7, "{other:?} {x_max:?} at {x}: {sum} + {rest}, not {expected}");
                }
            }
            assert!((other.survival(4.0) - 1.0).abs() < 1e-12);
        }
    }
}

/// The same of continuous ones, by quadrature.
#[test]
fn continuous_alternatives_are_normalised() {
    let law = PowerLaw::new(Kind::Continuous, 2.0, 4.0, Some(300.0)).unwrap();
    let sample = sample_of(law, Kind::Continuous, 2000, 9200);
    for x_max in [None, Some(250.0)] {
        let options = Options { x_min: Some(4.0), x_max, ..Options::default() };
        let fit = fit(&sample, &options).unwrap();
        for Comparison { other, .. } in compare(&sample, &fit) {
            for (from, to) in [(4.0f64, 9.0f64), (9.0, 200.0)] {
                let mass = |y: f64| libm::exp(other.ln_density(libm::exp(y)) + y);
                let share = super::super::special::integrate(mass, libm::log(from), libm::log(to), 40);
                let expected = other.survival(from) - other.survival(to);
                assert!((share - expected).abs() < 1e-9, "{other:?} {x_max:?}: {share}, not {expected}");
            }
        }
    }
}

/// A law that is one of the alternatives is recognised, with its parameters.
#[test]
fn alternatives_find_their_own() {
    let rng = &mut rng(9300);
    let normal: Vec<f64> = (0..4000)
        .map(|_| {
            let sum: f64 = (0..12).map(|_| rng.random::<f64>()).sum();
            libm::exp(2.0 + 0.8 * (sum - 6.0))
        })
        .collect();
    let stretched: Vec<f64> =
        (0..4000).map(|_| libm::pow(-libm::log(1.0 - rng.random::<f64>()), 2.0)).collect();
    let fitted = |data: &[f64], x_min: f64, which: Alternative| {
        let sample = Sample::new(data, Kind::Continuous).unwrap();
        let fit = fit(&sample, &Options { x_min: Some(x_min), ..Options::default() }).unwrap();
        let found = compare(&sample, &fit).into_iter().find(|c| c.other.alternative == which).unwrap();
        assert_eq!(found.verdict(), Verdict::Other, "{found:?}");
        [found.other.parameters[0].1, found.other.parameters[1].1]
    };
    let [mu, sigma] = fitted(&normal, 1.0, Alternative::LogNormal);
    assert!((mu - 2.0).abs() < 0.06 && (sigma - 0.8).abs() < 0.04, "mu {mu}, sigma {sigma}");
    let [lambda, beta] = fitted(&stretched, 0.1, Alternative::StretchedExponential);
    assert!((lambda - 1.0).abs() < 0.1 && (beta - 0.5).abs() < 0.03, "lambda {lambda}, beta {beta}");
}

/// Where the best log-normal and the best stretched exponential are power laws, neither verdict favours anything, though
/// Vuong's ratio, small over smaller, may be large.
#[test]
fn laws_that_coincide_are_not_told_apart() {
    for index in 0..6 {
        // Two power laws mixed: heavier than one, so that both rivals run to their ends.
        let (steep, flat) = (
            PowerLaw::new(Kind::Discrete, 4.0, 11.0, None).unwrap(),
            PowerLaw::new(Kind::Discrete, 2.5, 11.0, None).unwrap(),
        );
        let rng = &mut rng(9400 + index);
        let (steep, flat) = (Draws::new(steep), Draws::new(flat));
        let data: Vec<f64> =
            (0..2000).map(|i| if i % 5 == 0 { flat.draw(rng) } else { steep.draw(rng) }).collect();
        let sample = Sample::new(&data, Kind::Discrete).unwrap();
        let fit = fit(&sample, &Options { x_min: Some(11.0), ..Options::default() }).unwrap();
        for rival in compare(&sample, &fit) {
            let coincides = matches!(
                rival.other.alternative,
                Alternative::LogNormal | Alternative::StretchedExponential | Alternative::TruncatedPowerLaw
            );
            if coincides {
                assert_eq!(rival.verdict(), Verdict::Undecided, "{index}: {rival:?}");
            } else {
                // A few huge values may make the spread so large that even a hundred thousand is not sure.
                assert!(rival.log_ratio > 100.0 && rival.verdict() != Verdict::Other, "{index}: {rival:?}");
            }
        }
    }
}

/// A small ratio of likelihoods decides nothing, however sure the test is, but where one law holds the other inside.
#[test]
fn laws_that_all_but_coincide_are_not_told_apart() {
    let law = PowerLaw::new(Kind::Discrete, 2.0, 4.0, None).unwrap();
    let sample = sample_of(law, Kind::Discrete, 500, 9300);
    let fit = fit(&sample, &Options { x_min: Some(4.0), ..Options::default() }).unwrap();
    let (mut nested, mut apart) = (0, 0);
    for mut comparison in compare(&sample, &fit) {
        comparison.other.degenerate = false;
        let mut verdict = |log_ratio, p| {
            (comparison.log_ratio, comparison.p) = (log_ratio, p);
            comparison.verdict()
        };
        assert_eq!((verdict(9.0, 0.0), verdict(-9.0, 0.0)), (Verdict::PowerLaw, Verdict::Other));
        assert_eq!(verdict(-9.0, 0.1), Verdict::Undecided);
        let small = (verdict(1.9, 0.0), verdict(-1.9, 0.0));
        if comparison.other.alternative.is_nested() {
            nested += 1;
            assert_eq!(small, (Verdict::PowerLaw, Verdict::Other));
        } else {
            apart += 1;
            assert_eq!(small, (Verdict::Undecided, Verdict::Undecided));
        }
    }
    assert!(nested > 0 && apart > 0, "{nested} and {apart}");
}
