//! Quantiles and distribution functions of integer samples (hops, messages, nanoseconds, load).

/// A percentile band, as in "median with 1st and 99th percentile".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The lower quantile.
    pub low: u64,
    /// The quantile at 0.5.
    pub median: u64,
    /// The upper quantile.
    pub high: u64,
}

/// Quantile of an ascending sample by nearest rank: the smallest value with at least a share `p` of the
/// sample at or below it (Hyndman–Fan type 1, the inverse of the empirical distribution function). Always a
/// value of the sample.
///
/// `p` is clamped to [0, 1]; a rank within 1e-9 of an integer counts as that integer, so that 0.07 of 100 is
/// the 7th. `None` for an empty sample or a NaN.
pub fn quantile_sorted(sorted: &[u64], p: f64) -> Option<u64> {
    debug_assert!(sorted.is_sorted(), "quantile_sorted needs an ascending sample");
    if p.is_nan() {
        return None;
    }
    let rank = libm::ceil(p.clamp(0.0, 1.0) * sorted.len() as f64 - 1e-9);
    let index = (rank as usize).saturating_sub(1);
    sorted.get(index).copied()
}

/// The band between the quantiles `low` and `high` of an ascending sample; `None` if it is empty.
pub fn percentile_band(sorted: &[u64], low: f64, high: f64) -> Option<Band> {
    Some(Band {
        low: quantile_sorted(sorted, low)?,
        median: quantile_sorted(sorted, 0.5)?,
        high: quantile_sorted(sorted, high)?,
    })
}

/// Share of `total` trials whose value is at most each of `at`: success by deadline, for latencies of the
/// found lookups (ascending) out of `total` issued. One value in [0, 1] for each of `at`; all zero if `total`
/// is.
pub fn ecdf_at(sorted: &[u64], total: u64, at: &[u64]) -> Vec<f64> {
    debug_assert!(sorted.is_sorted(), "ecdf_at needs an ascending sample");
    at.iter()
        .map(|limit| {
            let within = sorted.partition_point(|value| value <= limit);
            if total == 0 { 0.0 } else { within as f64 / total as f64 }
        })
        .collect()
}

/// The complementary distribution function of a sample, for log-log plots of load: pairs (value v, share of
/// the sample with a value of at least v), ascending in v, the first of them 1. Sorts in place.
///
/// At most about `points` pairs are kept, spread evenly over the *logarithm of the share*, always with both
/// ends, so a million peers make a small figure without losing the tail. Zeros are a value like any other.
pub fn ccdf(sample: &mut [u64], points: usize) -> Vec<(u64, f64)> {
    sample.sort_unstable();
    let n = sample.len();
    let mut all: Vec<(u64, usize)> = Vec::new();
    for (index, &value) in sample.iter().enumerate() {
        if all.last().is_none_or(|&(last, _)| last != value) {
            all.push((value, n - index));
        }
    }
    if all.len() > points.max(2) {
        let step = libm::log(n as f64) / points.max(2) as f64;
        let last = all.len() - 1;
        let mut next = f64::INFINITY;
        let mut index = 0;
        all.retain(|&(_, count)| {
            let place = libm::log(count as f64);
            let keep = place <= next || index == last;
            if keep {
                next = place - step;
            }
            index += 1;
            keep
        });
    }
    all.into_iter().map(|(value, count)| (value, count as f64 / n as f64)).collect()
}
