//! How unevenly load is spread over peers.

/// Gini coefficient of the loads: 0 if all carry the same, (n − 1)/n if one carries everything. Sorts in
/// place; the sums are exact integers. `None` if there is no peer or no load.
pub fn gini(loads: &mut [u64]) -> Option<f64> {
    loads.sort_unstable();
    let n = loads.len() as i128;
    let total: i128 = loads.iter().map(|&load| i128::from(load)).sum();
    if total == 0 {
        return None;
    }
    // Σ (2i − n − 1)·x_i over ascending x, i from 1: the mean absolute difference without its double sum.
    let spread: i128 =
        (1..).zip(loads.iter()).map(|(i, &load): (i128, _)| (2 * i - n - 1) * i128::from(load)).sum();
    Some(spread as f64 / (n as f64 * total as f64))
}

/// Share of the whole load that the busiest peer carries, in (0, 1]. `None` if there is no peer or no load.
pub fn max_share(loads: &[u64]) -> Option<f64> {
    let total: u128 = loads.iter().map(|&load| u128::from(load)).sum();
    let most = loads.iter().copied().max()?;
    (total > 0).then(|| most as f64 / total as f64)
}

/// Share of the whole load that the busiest of `peers` carry, so many of them as `part` is of all, rounded, at least one; of
/// those without load `loads` need not tell. Sorts in place. `None` if there is no load.
pub fn top_share(loads: &mut [u64], peers: u32, part: f64) -> Option<f64> {
    loads.sort_unstable_by(|a, b| b.cmp(a));
    let count = ((f64::from(peers) * part + 0.5) as usize).max(1);
    let total: u128 = loads.iter().map(|&load| u128::from(load)).sum();
    let top: u128 = loads.iter().take(count).map(|&load| u128::from(load)).sum();
    (total > 0).then(|| top as f64 / total as f64)
}

/// The Lorenz curve: pairs (share of the peers, least loaded first; share of the load they carry), from (0,
/// 0) to (1, 1), at about `points` evenly spaced shares of the peers. Sorts in place. Empty if there is no
/// peer or no load.
pub fn lorenz(loads: &mut [u64], points: usize) -> Vec<(f64, f64)> {
    loads.sort_unstable();
    let n = loads.len();
    let total: u128 = loads.iter().map(|&load| u128::from(load)).sum();
    if total == 0 {
        return Vec::new();
    }
    let steps = points.clamp(1, n);
    let mut curve = vec![(0.0, 0.0)];
    let mut carried: u128 = 0;
    let mut counted = 0;
    for step in 1..=steps {
        let until = (step as u128 * n as u128 / steps as u128) as usize;
        carried += loads[counted..until].iter().map(|&load| u128::from(load)).sum::<u128>();
        counted = until;
        curve.push((until as f64 / n as f64, carried as f64 / total as f64));
    }
    curve
}
