//! How many replicas each object gets.

/// Splits `total` replicas among objects in proportion to `weights`, which descend: each object gets at least one and at
/// most `most`, and what rounding leaves goes to the largest remainders, the earlier object first.
///
/// The sum is exactly `total` wherever the bounds allow it: objects ≤ `total` ≤ objects × `most`.
pub(super) fn in_proportion(weights: &[f64], total: u64, most: u32) -> Vec<u32> {
    let ideal = within_bounds(weights, total as f64, f64::from(most));
    let mut counts: Vec<u32> = ideal.iter().map(|&share| (share as u32).clamp(1, most)).collect();
    let mut order: Vec<u32> = (0..counts.len() as u32).collect();
    let remainder = |object: u32| ideal[object as usize] - f64::from(counts[object as usize]);
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b)));
    let sum: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    let (mut missing, mut surplus) = (total.saturating_sub(sum), sum.saturating_sub(total));
    // One round does it but for rounding errors; each round changes something or ends the loop.
    while missing > 0 && counts.iter().any(|&count| count < most) {
        for &object in &order {
            let count = &mut counts[object as usize];
            if missing > 0 && *count < most {
                *count += 1;
                missing -= 1;
            }
        }
    }
    while surplus > 0 && counts.iter().any(|&count| count > 1) {
        for &object in order.iter().rev() {
            let count = &mut counts[object as usize];
            if surplus > 0 && *count > 1 {
                *count -= 1;
                surplus -= 1;
            }
        }
    }
    counts
}

/// λ·weight, cut to 1 ..= `most`, with λ such that it sums to `total`.
///
/// As weights descend, those cut at the top come first and those cut at the bottom last; so the sum for a given λ costs
/// two binary searches, and λ is found by bisection.
fn within_bounds(weights: &[f64], total: f64, most: f64) -> Vec<f64> {
    let Some(&lightest) = weights.last() else { return Vec::new() };
    let mut sums = vec![0.0];
    sums.extend(weights.iter().scan(0.0, |sum, weight| {
        *sum += weight;
        Some(*sum)
    }));
    let split = |scale: f64| {
        let top = weights.partition_point(|&weight| scale * weight >= most);
        let bottom = weights.partition_point(|&weight| scale * weight > 1.0).max(top);
        (top, bottom)
    };
    let sum = |scale: f64| {
        let (top, bottom) = split(scale);
        top as f64 * most + scale * (sums[bottom] - sums[top]) + (weights.len() - bottom) as f64
    };
    let (mut low, mut high) = (0.0, most / lightest);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if sum(middle) < total {
            low = middle;
        } else {
            high = middle;
        }
    }
    let (top, bottom) = split(high);
    let mut ideal: Vec<f64> = weights.iter().map(|weight| high * weight).collect();
    ideal[..top].fill(most);
    ideal[bottom..].fill(1.0);
    ideal
}
