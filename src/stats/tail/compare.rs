//! Fits of the other laws, and Vuong's test of which is closer (the paper's appendix C).

use super::law::PowerLaw;
use super::optimise::least;
use super::other::{Alternative, Shape, Support, box_cox};
use super::{Fit, Kind, Sample};

/// Another law, fitted to the tail of a power law by maximum likelihood.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// Which one.
    pub alternative: Alternative,
    /// Its parameters by name, in the paper's notation (table 2.1).
    pub parameters: Vec<(&'static str, f64)>,
    /// The natural logarithm of the likelihood of the tail.
    pub log_likelihood: f64,
    /// Whether the best of these laws is, to all intents, a power law itself: the comparison then says only that.
    pub degenerate: bool,
    shape: Shape,
}

impl Other {
    /// The share at or above `x`, for x from the tail's x_min.
    pub fn survival(&self, x: f64) -> f64 {
        self.shape.survival(x)
    }

    /// ln of the probability (density) at `x`.
    pub fn ln_density(&self, x: f64) -> f64 {
        self.shape.ln_density(x)
    }
}

/// A power law against another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The other law.
    pub other: Other,
    /// ln of the ratio of the likelihoods: above zero, the power law's is greater.
    pub log_ratio: f64,
    /// The ratio divided by its standard deviation, n_tail^½ times that of one value's; 0 if nothing differs.
    pub normalised: f64,
    /// How probable so large a ratio, of either sign, would be if both laws were equally good: Vuong's test, and for
    /// the law that holds the power law inside, the chi-square test with one degree of freedom.
    pub p: f64,
}

/// Which law a comparison favours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The power law.
    PowerLaw,
    /// The other one.
    Other,
    /// The data do not say.
    Undecided,
}

impl Verdict {
    /// A p of this or more means that the data do not say (the paper's choice).
    pub const LEVEL: f64 = 0.1;
    /// So does a ratio of likelihoods whose logarithm is less than this, half the 95 % point of chi-square with one degree
    /// of freedom: two laws that all but coincide differ by a small ratio of a still smaller spread, which Vuong's test
    /// is not made for.
    pub const LEAST: f64 = 1.92;

    /// `power-law`, `other` or `undecided`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::PowerLaw => "power-law",
            Verdict::Other => "other",
            Verdict::Undecided => "undecided",
        }
    }
}

impl Comparison {
    /// Which law is favoured, at [`Verdict::LEVEL`] and [`Verdict::LEAST`]; none if the other is degenerate.
    pub fn verdict(&self) -> Verdict {
        let alike = self.other.degenerate || self.log_ratio.abs() < Verdict::LEAST;
        match () {
            () if self.p >= Verdict::LEVEL => Verdict::Undecided,
            () if alike && !self.other.alternative.is_nested() => Verdict::Undecided,
            () if self.log_ratio > 0.0 => Verdict::PowerLaw,
            () => Verdict::Other,
        }
    }
}

/// Compares the fit of `sample` with every other law that its kind of data has. Continuous data have no Poisson law, nor have
/// values above 10⁹, whose sums would take too long; a law whose likelihood is beyond an `f64` is left out.
pub fn compare(sample: &Sample, fit: &Fit) -> Vec<Comparison> {
    let tail = Tail::of(sample, fit);
    let poisson = fit.kind == Kind::Discrete && tail.values.last().is_some_and(|&x| x <= 1e9);
    let suits = |alternative: &Alternative| poisson || *alternative != Alternative::Poisson;
    let compared = Alternative::ALL.into_iter().filter(suits).map(|alternative| tail.compare(alternative));
    compared.filter(|comparison| comparison.log_ratio.is_finite() && comparison.p.is_finite()).collect()
}

/// The data of the tail, and their power law.
struct Tail<'a> {
    values: &'a [f64],
    counts: &'a [u64],
    n: f64,
    law: PowerLaw,
    support: Support,
    /// Means over the tail: of x/x_min − 1, and of ln(x/x_min) and its square.
    mean_excess: f64,
    mean_log: f64,
    mean_square: f64,
    /// Mean of ln x!, of discrete data.
    mean_ln_factorial: f64,
}

/// A log-normal whose mean of ln x lies more than this many of its standard deviations below the tail is not looked at:
/// the tail would be 10^−197 of it. The likelihood of a tail that a power law fits better rises without end that way,
/// ever more slowly, so that a search must stop somewhere; with this bound the ratio for the words of *Moby Dick* is near the
/// published one (.40; .44 to .49 with 12 to 28, .30 with 35, .06 without any), which therefore is no independent check.
const FARTHEST: f64 = 30.0;

/// A stretched exponential with a β below this, times the tail's mean of ln(x/x_min), counts as a power law.
const DEGENERATE: f64 = 1e-3;

impl<'a> Tail<'a> {
    fn of(sample: &'a Sample, fit: &Fit) -> Tail<'a> {
        let from = sample.values.partition_point(|&x| x < fit.x_min);
        let to =
            fit.x_max.map_or(sample.values.len(), |x_max| sample.values.partition_point(|&x| x <= x_max));
        let support = Support { kind: fit.kind, x_min: fit.x_min, x_max: fit.x_max };
        let mut tail = Tail {
            values: &sample.values[from..to],
            counts: &sample.counts[from..to],
            n: fit.n_tail as f64,
            law: fit.law(),
            support,
            mean_excess: 0.0,
            mean_log: 0.0,
            mean_square: 0.0,
            mean_ln_factorial: 0.0,
        };
        tail.mean_excess = tail.mean(|x| (x - fit.x_min) / fit.x_min);
        tail.mean_log = tail.mean(|x| libm::log(x / support.x_min));
        tail.mean_square = tail.mean(|x| libm::log(x / support.x_min) * libm::log(x / support.x_min));
        if fit.kind == Kind::Discrete {
            tail.mean_ln_factorial = tail.mean(|x| libm::lgamma(x + 1.0));
        }
        tail
    }

    fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        let terms = self.values.iter().zip(self.counts).map(|(&x, &count)| count as f64 * f(x));
        terms.sum::<f64>() / self.n
    }

    fn compare(&self, alternative: Alternative) -> Comparison {
        let other = self.fit(alternative);
        let difference = |x: f64| self.law.ln_density(x) - other.shape.ln_density(x);
        let mean = self.mean(difference);
        let variance = self.mean(|x| (difference(x) - mean) * (difference(x) - mean));
        let log_ratio = mean * self.n;
        let spread = (self.n * variance).sqrt();
        let normalised = if spread > 0.0 { log_ratio / spread } else { 0.0 };
        let p = if alternative.is_nested() {
            libm::erfc(log_ratio.abs().sqrt())
        } else {
            libm::erfc(normalised.abs() * std::f64::consts::FRAC_1_SQRT_2)
        };
        Comparison { other, log_ratio, normalised, p }
    }

    /// The other law of greatest likelihood.
    fn fit(&self, alternative: Alternative) -> Other {
        let x_min = self.support.x_min;
        let alpha = self.law.alpha();
        let steepness = (alpha - 1.0).max(0.05);
        // The rate of an exponential of the same mean: rates are searched for in this unit.
        let rate = 1.0 / (x_min * self.mean_excess);
        // Coordinates of the search: all that is positive as its logarithm, in units of the tail.
        let positive = |value: f64| libm::log(value);
        type Place = Box<dyn Fn([f64; 2]) -> [f64; 2]>;
        let exp = |v: f64| libm::exp(v.clamp(-40.0, 40.0));
        let (starts, place): (Vec<[f64; 2]>, Place) = match alternative {
            Alternative::LogNormal => {
                let wide = 1.0 / self.mean_square;
                let starts = vec![
                    [steepness, positive(1e-3 * wide)],
                    [0.5 * steepness, positive(0.1 * wide)],
                    [0.0, positive(0.5 * wide)],
                ];
                let place = move |[k, c]: [f64; 2]| {
                    let farthest = k.max(0.0) * k.max(0.0) / (2.0 * FARTHEST * FARTHEST);
                    [k, farthest + exp(c)]
                };
                (starts, Box::new(place))
            }
            Alternative::StretchedExponential => {
                let starts = [1e-3, 0.3, 1.0].map(|beta| {
                    let mean = self.mean(|x| box_cox(libm::log(x / x_min), beta));
                    [positive(1.0 / mean), positive(beta)]
                });
                (starts.to_vec(), Box::new(move |at: [f64; 2]| at.map(exp)))
            }
            Alternative::TruncatedPowerLaw => {
                let starts =
                    vec![[alpha, positive(1e-4)], [0.5 * alpha, positive(0.3)], [0.0, positive(1.0)]];
                (starts, Box::new(move |[alpha, lambda]: [f64; 2]| [alpha, rate * exp(lambda)]))
            }
            Alternative::Exponential => {
                (vec![[positive(1.0), 0.0]], Box::new(move |[lambda, _]: [f64; 2]| [rate * exp(lambda), 0.0]))
            }
            Alternative::Poisson => {
                let mean = x_min * (1.0 + self.mean_excess);
                (vec![[positive(1.0), 0.0]], Box::new(move |[mu, _]: [f64; 2]| [mean * exp(mu), 0.0]))
            }
        };
        let misfit = |at: [f64; 2]| -self.likelihood(&Shape::new(alternative, self.support, place(at)));
        let (at, misfit) = least(misfit, &starts, 0.4);
        let shape = Shape::new(alternative, self.support, place(at));
        Other {
            alternative,
            parameters: self.parameters(&shape),
            log_likelihood: -misfit,
            degenerate: self.is_degenerate(&shape),
            shape,
        }
    }

    /// ln of the likelihood of the tail, from its means where they suffice.
    fn likelihood(&self, shape: &Shape) -> f64 {
        let x_min = self.support.x_min;
        let [first, second] = shape.at;
        let excess = x_min * self.mean_excess;
        let mean = match (shape.alternative, self.support.kind) {
            (Alternative::LogNormal, Kind::Continuous) => {
                -first * self.mean_log - second * self.mean_square - self.mean_log - libm::log(x_min)
            }
            (Alternative::Exponential, _) => -first * excess,
            (Alternative::TruncatedPowerLaw, _) => -first * self.mean_log - second * excess,
            (Alternative::Poisson, _) => {
                excess * libm::log(first) - self.mean_ln_factorial + libm::lgamma(x_min + 1.0)
            }
            (Alternative::LogNormal, Kind::Discrete) | (Alternative::StretchedExponential, _) => {
                return self.n * self.mean(|x| shape.ln_density(x));
            }
        };
        self.n * (mean - shape.ln_sum())
    }

    fn is_degenerate(&self, shape: &Shape) -> bool {
        let [first, second] = shape.at;
        match shape.alternative {
            // At the end of its range, within a fifth of the distance.
            Alternative::LogNormal => first > 0.8 * FARTHEST * (2.0 * second).sqrt(),
            Alternative::StretchedExponential => second * self.mean_log < DEGENERATE,
            // Its likelihood is never the smaller one: that there is no cut-off shows in the chi-square test.
            Alternative::TruncatedPowerLaw | Alternative::Exponential | Alternative::Poisson => false,
        }
    }

    fn parameters(&self, shape: &Shape) -> Vec<(&'static str, f64)> {
        let [first, second] = shape.at;
        let low = shape.low();
        match shape.alternative {
            Alternative::LogNormal => {
                let mu = libm::log(low) - first / (2.0 * second);
                vec![("mu", mu), ("sigma", (0.5 / second).sqrt())]
            }
            Alternative::Exponential => vec![("lambda", first)],
            Alternative::StretchedExponential => {
                vec![("lambda", first / second * libm::pow(low, -second)), ("beta", second)]
            }
            Alternative::TruncatedPowerLaw => vec![("alpha", first), ("lambda", second)],
            Alternative::Poisson => vec![("mu", first)],
        }
    }
}
