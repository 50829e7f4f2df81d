//! Maximum likelihood on a tail, and the search for where the tail begins.

use super::law::{PowerLaw, solve_alpha};
use super::special::powers;
use super::{Kind, Remark, Sample, TailError};

/// The part of the data to fit, and how; what is `None` is free.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// Where the tail begins; searched for if free.
    pub x_min: Option<f64>,
    /// Where it ends: larger values are left out, and the law ends there; without end if free.
    pub x_max: Option<f64>,
    /// Which alpha of a discrete law.
    pub estimator: Estimator,
}

/// Which alpha of a discrete law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Estimator {
    /// The alpha of greatest likelihood.
    #[default]
    Exact,
    /// From [`Estimator::SHORT_FROM`] on the paper's short form (equation 3.7), alpha = 1 + n / Σ ln(x / (x_min − ½)),
    /// where no x_max is given, and the alpha of greatest likelihood else: what the package `powerlaw` 2.0 does.
    Short,
}

impl Estimator {
    /// The least x_min from which on [`Estimator::Short`] takes the short form.
    pub const SHORT_FROM: f64 = 10.0;
}

/// A power law fitted to a tail.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// What numbers the law is on.
    pub kind: Kind,
    /// The exponent of p(x) ∝ x^−alpha.
    pub alpha: f64,
    /// Standard error of alpha, from the curvature of the likelihood at fixed x_min (the paper's equations 3.2 and
    /// 3.6).
    pub sigma: f64,
    /// Where the tail begins.
    pub x_min: f64,
    /// Where the caller let it end.
    pub x_max: Option<f64>,
    /// The Kolmogorov–Smirnov distance, see [`fit`].
    pub ks: f64,
    /// How many values above zero there are (up to x_max).
    pub n: u64,
    /// How many of them are in the tail.
    pub n_tail: u64,
    /// How many different ones of them.
    pub distinct: usize,
    /// The natural logarithm of the likelihood of the tail.
    pub log_likelihood: f64,
    /// What to mind.
    pub remarks: Vec<Remark>,
}

impl Fit {
    /// The law fitted.
    pub fn law(&self) -> PowerLaw {
        PowerLaw::valid(self.kind, self.alpha, self.x_min, self.x_max)
    }
}

/// Fits a power law by maximum likelihood: of the exact zeta law to discrete data, of the Pareto law to continuous.
///
/// Unless `options` fixes it, x_min is the value of the sample (any but the largest) whose fit has the least
/// Kolmogorov–Smirnov distance; of equal ones the smallest. The distance is as the paper's authors and the package
/// `powerlaw` take it: the greatest difference, over the values of the tail, between the share of the tail *below*
/// the value and what the law says.
///
/// # Errors
///
/// [`TailError::AllEqual`] if the options leave fewer than two different values, [`TailError::Range`] if its ends make
/// no sense or leave nothing.
pub fn fit(sample: &Sample, options: &Options) -> Result<Fit, TailError> {
    let tails = Tails::new(sample, options)?;
    let found = match tails.fixed {
        Some(_) => tails.only(),
        None => tails.search(),
    };
    Ok(tails.finish(found))
}

/// Every tail of a sample at once: sums from each value up.
pub(super) struct Tails<'a> {
    kind: Kind,
    values: &'a [f64],
    /// ln of each value.
    logs: Vec<f64>,
    /// How many values there are from each on.
    number: Vec<u64>,
    /// The sum of their logarithms.
    log_sum: Vec<f64>,
    x_max: Option<f64>,
    estimator: Estimator,
    /// The first value of the tail, where the caller fixed x_min.
    fixed: Option<(usize, f64)>,
    n: u64,
    zeros: u64,
}

/// A tail with its fit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    first: usize,
    x_min: f64,
    alpha: f64,
    pub(super) ks: f64,
}

impl<'a> Tails<'a> {
    pub(super) fn new(sample: &'a Sample, options: &Options) -> Result<Tails<'a>, TailError> {
        let x_max = check_end("x_max", sample.kind, options.x_max)?;
        let x_min = check_end("x_min", sample.kind, options.x_min)?;
        let end = x_max.map_or(sample.values.len(), |x_max| sample.values.partition_point(|&x| x <= x_max));
        let values = &sample.values[..end];
        let fixed = x_min.map(|x_min| (values.partition_point(|&x| x < x_min), x_min));
        let first = fixed.map_or(0, |(first, _)| first);
        if values.len() < first + 2 {
            return Err(too_few(sample, first, end, options));
        }
        let mut number = vec![0; end];
        let mut log_sum = vec![0.0; end];
        let logs: Vec<f64> = values.iter().map(|&x| libm::log(x)).collect();
        let (mut count, mut sum) = (0, 0.0);
        for i in (0..end).rev() {
            count += sample.counts[i];
            sum += sample.counts[i] as f64 * logs[i];
            (number[i], log_sum[i]) = (count, sum);
        }
        Ok(Tails {
            kind: sample.kind,
            values,
            logs,
            number,
            log_sum,
            x_max,
            estimator: options.estimator,
            fixed,
            n: count,
            zeros: sample.zeros,
        })
    }

    /// Mean of ln(x/x_min) over the tail from `first` on.
    fn mean_log(&self, first: usize, x_min: f64) -> f64 {
        self.log_sum[first] / self.number[first] as f64 - libm::log(x_min)
    }

    /// The exponent of the tail from `first` on; `start` is near it if known.
    fn alpha(&self, first: usize, x_min: f64, start: Option<f64>) -> f64 {
        let mean = self.mean_log(first, x_min);
        let short = self.estimator == Estimator::Short && self.kind == Kind::Discrete;
        if short && self.x_max.is_none() && x_min >= Estimator::SHORT_FROM {
            return 1.0 + 1.0 / (mean + libm::log(x_min / (x_min - 0.5)));
        }
        solve_alpha(self.kind, mean, x_min, self.x_max, start)
    }

    fn only(&self) -> Found {
        let (first, x_min) = self.fixed.unwrap_or((0, self.values[0]));
        let alpha = self.alpha(first, x_min, None);
        let ks = self.distance(first, x_min, alpha, f64::INFINITY);
        Found { first, x_min, alpha, ks: ks.unwrap_or(1.0) }
    }

    /// The tail of least distance among all but the last value's.
    ///
    /// Candidates come in an order from coarse to fine, so that a good one is known early and the others need only
    /// show one point that is further off.
    pub(super) fn search(&self) -> Found {
        let candidates = self.values.len() - 1;
        let mut alphas: Vec<f64> = Vec::with_capacity(candidates);
        for (first, &x_min) in self.values[..candidates].iter().enumerate() {
            let start = alphas.last().copied();
            alphas.push(self.alpha(first, x_min, start));
        }
        let mut best = Found { first: 0, x_min: self.values[0], alpha: alphas[0], ks: f64::INFINITY };
        let mut stride = candidates.next_power_of_two();
        let mut done_stride = 0;
        while stride > 0 {
            for first in (0..candidates).step_by(stride) {
                if done_stride > 0 && first % done_stride == 0 {
                    continue;
                }
                let (x_min, alpha) = (self.values[first], alphas[first]);
                if let Some(ks) = self.distance(first, x_min, alpha, best.ks)
                    && (ks < best.ks || first < best.first)
                {
                    best = Found { first, x_min, alpha, ks };
                }
            }
            done_stride = stride;
            stride /= 2;
        }
        best
    }

    /// The Kolmogorov–Smirnov distance of the tail from `first` on, or `None` as soon as it is more than `limit`.
    ///
    /// Both distribution functions rise, so between two points the difference is bounded by the values at both: parts
    /// that cannot hold the greatest one are not looked into.
    fn distance(&self, first: usize, x_min: f64, alpha: f64, limit: f64) -> Option<f64> {
        let law = PowerLaw::valid(self.kind, alpha, x_min, self.x_max);
        let log_min = libm::log(x_min);
        let total = self.number[first] as f64;
        let empirical = |i: usize| self.number[i] as f64 / total;
        let last = self.values.len() - 1;
        let mut greatest: f64 = 0.0;
        // Survival of the law at the ends of each part still open.
        let survival = |i: usize| law.survival_at(self.values[i], self.logs[i] - log_min);
        let ends = (survival(first), survival(last));
        for (i, value) in [(first, ends.0), (last, ends.1)] {
            greatest = greatest.max((value - empirical(i)).abs());
        }
        let mut open = vec![(first, ends.0, last, ends.1)];
        while let Some((from, at_from, to, at_to)) = open.pop() {
            if greatest > limit {
                return None;
            }
            if to - from < 2 {
                continue;
            }
            let bound = (at_from - empirical(to - 1)).max(empirical(from + 1) - at_to);
            if bound <= greatest {
                continue;
            }
            let middle = from + (to - from) / 2;
            let at_middle = survival(middle);
            greatest = greatest.max((at_middle - empirical(middle)).abs());
            open.push((from, at_from, middle, at_middle));
            open.push((middle, at_middle, to, at_to));
        }
        (greatest <= limit).then_some(greatest)
    }

    /// The distance of the best fit alone, which is all that a replicate of the bootstrap needs.
    pub(super) fn least_distance(&self) -> f64 {
        if self.fixed.is_some() { self.only().ks } else { self.search().ks }
    }

    fn finish(&self, found: Found) -> Fit {
        let Found { first, x_min, alpha, ks } = found;
        let n_tail = self.number[first];
        let mean = self.mean_log(first, x_min);
        let variance = powers(self.kind, alpha, x_min, self.x_max).variance;
        let sigma = 1.0 / (n_tail as f64 * variance).sqrt();
        let law = PowerLaw::valid(self.kind, alpha, x_min, self.x_max);
        let log_likelihood = n_tail as f64 * (law.ln_density(x_min) - alpha * mean);
        let distinct = self.values.len() - first;
        let mut remarks = Vec::new();
        remarks.extend((n_tail < Remark::SMALL_TAIL).then_some(Remark::SmallTail { n_tail }));
        remarks.extend((distinct < Remark::FEW_DISTINCT).then_some(Remark::FewDistinct { distinct }));
        remarks.extend((sigma > Remark::LOOSE_ALPHA).then_some(Remark::LooseAlpha { sigma }));
        remarks.extend((self.zeros > 0).then_some(Remark::Zeros { count: self.zeros }));
        Fit {
            kind: self.kind,
            alpha,
            sigma,
            x_min,
            x_max: self.x_max,
            ks,
            n: self.n,
            n_tail,
            distinct,
            log_likelihood,
            remarks,
        }
    }
}

/// An end of the range that is above zero, and whole in a discrete law.
fn check_end(name: &'static str, kind: Kind, end: Option<f64>) -> Result<Option<f64>, TailError> {
    let Some(found) = end else { return Ok(None) };
    let whole = kind == Kind::Continuous || found.fract() == 0.0;
    if found.is_finite() && found > 0.0 && whole {
        return Ok(Some(found));
    }
    let least = if kind == Kind::Discrete { 1.0 } else { f64::MIN_POSITIVE };
    let nearest = match kind {
        _ if found.is_nan() || found <= 0.0 => least,
        _ if !found.is_finite() => f64::MAX,
        Kind::Discrete => found.round().max(1.0),
        Kind::Continuous => found,
    };
    let expected = match kind {
        Kind::Discrete => "a whole number from 1 on, as the data are discrete",
        Kind::Continuous => "a number above 0",
    };
    Err(TailError::Range { name, found, expected, nearest })
}

/// Why the values from `first` to before `end` are not two different ones.
fn too_few(sample: &Sample, first: usize, end: usize, options: &Options) -> TailError {
    let values = &sample.values;
    let all_equal = |index: usize| TailError::AllEqual { value: values[index], count: sample.counts[index] };
    let two = "an end that leaves at least two different values";
    match (values.len(), options.x_min, options.x_max) {
        (1, ..) => all_equal(0),
        (_, Some(found), None) => {
            TailError::Range { name: "x_min", found, expected: two, nearest: values[values.len() - 2] }
        }
        (_, None, Some(found)) => {
            TailError::Range { name: "x_max", found, expected: two, nearest: values[1] }
        }
        (..) if end == first + 1 => all_equal(first),
        (_, x_min, x_max) => {
            // With both given, the upper one moves, unless nothing lies above the lower one.
            match (values.get(first + 1), x_min, x_max) {
                (Some(&nearest), _, Some(found)) => {
                    TailError::Range { name: "x_max", found, expected: two, nearest }
                }
                (_, x_min, _) => TailError::Range {
                    name: "x_min",
                    found: x_min.unwrap_or(0.0),
                    expected: two,
                    nearest: values[values.len() - 2],
                },
            }
        }
    }
}
