//! The data of a fit, sorted and counted.

use super::TailError;

/// Up to here every whole number is an `f64`: 2⁵³.
pub(super) const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Whether a value is one that can be computed with: powers of it must not leave the range of an `f64`.
fn is_usable(value: f64) -> bool {
    value == 0.0 || (1e-100..=1e100).contains(&value)
}

/// What numbers the law is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers, such as degrees.
    Discrete,
    /// Any positive numbers.
    Continuous,
}

impl Kind {
    /// `discrete` or `continuous`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Discrete => "discrete",
            Kind::Continuous => "continuous",
        }
    }
}

/// A sample: its different values, ascending, and how often each occurs. Zeros are counted and left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub(super) kind: Kind,
    pub(super) values: Vec<f64>,
    pub(super) counts: Vec<u64>,
    pub(super) zeros: u64,
}

impl Sample {
    /// A sample of these numbers, in any order.
    ///
    /// # Errors
    ///
    /// [`TailError::Value`] for numbers below zero, NaN, or not between 1e-100 and 1e100; [`TailError::Fraction`] for
    /// fractions in discrete data; [`TailError::Empty`] if nothing is above zero.
    pub fn new(data: &[f64], kind: Kind) -> Result<Sample, TailError> {
        if let Some(&wrong) = data.iter().find(|&&value| !is_usable(value)) {
            return Err(TailError::Value(wrong));
        }
        let mut sorted = data.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Sample::from_counts(sorted.into_iter().map(|value| (value, 1)), kind)
    }

    /// A sample of whole numbers such as degrees, in any order.
    ///
    /// # Errors
    ///
    /// [`TailError::Empty`] if nothing is above zero.
    pub fn of_degrees(degrees: impl IntoIterator<Item = u32>) -> Result<Sample, TailError> {
        // Most degrees are small: those are counted in a table, the others sorted.
        const TABLE: u32 = 1 << 16;
        let mut table = vec![0; TABLE as usize];
        let mut large = Vec::new();
        for degree in degrees {
            if degree < TABLE {
                table[degree as usize] += 1;
            } else {
                large.push(degree);
            }
        }
        large.sort_unstable();
        let small = (0u32..).zip(table).map(|(degree, count)| (f64::from(degree), count));
        let large = large.into_iter().map(|degree| (f64::from(degree), 1));
        Sample::from_counts(small.chain(large), Kind::Discrete)
    }

    /// A sample of pairs (value, how often it occurs); values ascend, and may repeat.
    ///
    /// # Errors
    ///
    /// As [`Sample::new`]; a value that does not ascend is a [`TailError::Value`].
    pub fn from_counts(pairs: impl IntoIterator<Item = (f64, u64)>, kind: Kind) -> Result<Sample, TailError> {
        let mut sample = Sample { kind, values: Vec::new(), counts: Vec::new(), zeros: 0 };
        for (value, count) in pairs.into_iter().filter(|&(_, count)| count > 0) {
            let last = sample.values.last().copied().unwrap_or(0.0);
            if !is_usable(value) || value < last {
                return Err(TailError::Value(value));
            }
            if kind == Kind::Discrete && (value.fract() != 0.0 || value > LARGEST_WHOLE) {
                return Err(TailError::Fraction(value));
            }
            match sample.counts.last_mut() {
                _ if value == 0.0 => sample.zeros += count,
                Some(counted) if value == last => *counted += count,
                _ => {
                    sample.values.push(value);
                    sample.counts.push(count);
                }
            }
        }
        if sample.values.is_empty() { Err(TailError::Empty) } else { Ok(sample) }
    }

    /// What numbers the law is on.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The different values above zero, ascending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// How often each value occurs.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many numbers above zero there are.
    pub fn len(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Never: a sample has a value above zero.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many zeros were left out.
    pub fn zeros(&self) -> u64 {
        self.zeros
    }

    /// Points (value, share of the sample at or above it), ascending.
    pub fn ccdf(&self) -> Vec<(f64, f64)> {
        let total = self.len();
        let mut above = total;
        let share = |(&value, &count): (&f64, &u64)| {
            let point = (value, above as f64 / total as f64);
            above -= count;
            point
        };
        self.values.iter().zip(&self.counts).map(share).collect()
    }
}
