//! Zipf's law of popularity.

/// Popularity by rank: q(r) ∝ (r + 1)^−exponent for ranks from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Zipf {
    exponent: f64,
    total: f64,
    /// Sums of the probabilities; the last is exactly 1.
    cumulative: Vec<f64>,
}

impl Zipf {
    /// The law on `ranks` ranks.
    pub(super) fn new(ranks: u32, exponent: f64) -> Zipf {
        let mut total = 0.0;
        let mut cumulative: Vec<f64> = (0..ranks)
            .map(|rank| {
                total += weight(rank, exponent);
                total
            })
            .collect();
        for sum in &mut cumulative {
            *sum /= total;
        }
        if let Some(last) = cumulative.last_mut() {
            *last = 1.0;
        }
        Zipf { exponent, total, cumulative }
    }

    /// How many ranks there are.
    pub fn ranks(&self) -> u32 {
        self.cumulative.len() as u32
    }

    /// The probability of `rank`, 0 outside the law.
    pub fn probability(&self, rank: u32) -> f64 {
        if rank < self.ranks() { weight(rank, self.exponent) / self.total } else { 0.0 }
    }

    /// The probabilities of all ranks, in order.
    pub fn probabilities(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        (0..self.ranks() as usize).map(|rank| weight(rank as u32, self.exponent) / self.total)
    }

    /// The rank at `uniform`, which is at least 0 and below 1; `None` if there are no ranks.
    ///
    /// By inversion, so that the same number means a similar rank under similar exponents.
    pub(super) fn rank(&self, uniform: f64) -> Option<u32> {
        let last = self.ranks().checked_sub(1)?;
        Some((self.cumulative.partition_point(|&sum| sum <= uniform) as u32).min(last))
    }
}

fn weight(rank: u32, exponent: f64) -> f64 {
    libm::pow(f64::from(rank) + 1.0, -exponent)
}
