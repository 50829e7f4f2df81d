//! Why a tail cannot be fitted, and what to mind where it can.

use std::fmt;

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TailError {
    /// A value below zero, no number, or beyond what can be computed with.
    #[error("found the value {0}, expected 0 or numbers from 1e-100 to 1e100")]
    Value(f64),
    /// A fraction, or a whole number beyond 2⁵³, among discrete data.
    #[error("found the value {0} in discrete data, expected whole numbers up to 2^53; the nearest is {nearest}",
        nearest = .0.round().min(super::sample::LARGEST_WHOLE))]
    Fraction(f64),
    /// No value above zero.
    #[error("there is no value above zero")]
    Empty,
    /// Nothing varies.
    #[error("all {count} values are {value}: a law needs at least two different values")]
    AllEqual {
        /// The value.
        value: f64,
        /// How many there are.
        count: u64,
    },
    /// An end of the range makes no sense.
    #[error("`{name}` is {found}, expected {expected}; the nearest valid value is {nearest}")]
    Range {
        /// `x_min` or `x_max`.
        name: &'static str,
        /// What was given.
        found: f64,
        /// What is valid.
        expected: &'static str,
        /// The valid value nearest to it.
        nearest: f64,
    },
    /// More replicates than none are needed.
    #[error("`replicates` is 0, expected at least 1; the nearest valid value is 1")]
    Replicates,
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// What to mind about a fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Remark {
    /// Fewer than [`Remark::SMALL_TAIL`] values in the tail.
    SmallTail {
        /// How many there are.
        n_tail: u64,
    },
    /// Fewer than [`Remark::FEW_DISTINCT`] different values in the tail.
    FewDistinct {
        /// How many there are.
        distinct: usize,
    },
    /// A standard error above [`Remark::LOOSE_ALPHA`].
    LooseAlpha {
        /// The standard error.
        sigma: f64,
    },
    /// Values of zero, which no power law has: they were left out.
    Zeros {
        /// How many there were.
        count: u64,
    },
}

impl Remark {
    /// Clauset, Shalizi and Newman find estimates from fewer values biased by some per cent and more (section 3.5).
    pub const SMALL_TAIL: u64 = 50;
    /// With fewer different values nearly any falling law fits.
    pub const FEW_DISTINCT: usize = 10;
    /// Two of these either way span .8: from "the variance is finite" to "even the mean hardly is".
    pub const LOOSE_ALPHA: f64 = 0.2;
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::SmallTail { n_tail } => write!(
                f,
                "the tail has {n_tail} values only, fewer than {}: too few to tell one law from another",
                Remark::SMALL_TAIL
            ),
            Remark::FewDistinct { distinct } => write!(
                f,
                "the tail has {distinct} different values only, fewer than {}: nearly any falling law fits them",
                Remark::FEW_DISTINCT
            ),
            Remark::LooseAlpha { sigma } => {
                write!(f, "alpha is only known within ± {sigma:.2} (one standard error)")
            }
            Remark::Zeros { count: 1 } => write!(f, "one value of zero was left out: no power law has it"),
            Remark::Zeros { count } => {
                write!(f, "{count} values of zero were left out: no power law has them")
            }
        }
    }
}
