//! Random graphs with given expected degrees.

use rand::{Rng, RngExt};

use super::super::{Graph, GraphError};
use super::{at_least_one, simple};

/// Chung and Lu's graph (Ann. Combin. 6, 2002): nodes i and j are linked with probability min(1, w_i·w_j/Σw), so the expected
/// degree of i is w_i(1 − w_i/Σw), if no product is above Σw. There are no self-loops and no repetitions.
///
/// Drawn by Miller and Hagberg's method (WAW 2011): with the weights descending, gaps between partners are geometric, thinned
/// by what the probability has fallen meanwhile; it costs nodes plus edges and a sort.
///
/// # Errors
///
/// If there is no weight, one is negative or not finite, or the links would not fit one graph.
pub fn chung_lu<R: Rng + ?Sized>(weights: &[f64], rng: &mut R) -> Result<Graph, GraphError> {
    let too_many = |_| GraphError::parameter("weights", weights.len(), "at most 4294967295 nodes");
    let n = u32::try_from(weights.len()).map_err(too_many)?;
    if n == 0 {
        return Err(GraphError::parameter("weights", "none", "at least one node"));
    }
    if let Some((node, weight)) =
        weights.iter().enumerate().find(|(_, weight)| !(weight.is_finite() && **weight >= 0.0))
    {
        let found = format!("{weight} for node {node}");
        return Err(GraphError::parameter("weights", found, "finite numbers, at least 0"));
    }
    let sum: f64 = weights.iter().sum();
    // The number of edges is random: leave room for some fifty standard deviations.
    let room = 0.999 * Graph::MAX_EDGES as f64;
    if sum / 2.0 > room {
        let expected = format!("at most {:.0}, or the links do not fit", 2.0 * room);
        return Err(GraphError::parameter("weights", format!("a sum of {sum}"), expected));
    }
    let mut order: Vec<u32> = (0..n).collect();
    order.sort_by(|&a, &b| weights[b as usize].total_cmp(&weights[a as usize]));
    let sorted: Vec<f64> = order.iter().map(|&node| weights[node as usize]).collect();
    let mut edges = Vec::with_capacity((sum / 2.0) as usize);
    for (i, &weight) in sorted.iter().enumerate() {
        let chance = |j: usize| (weight * sorted[j] / sum).min(1.0);
        let mut j = i + 1;
        if weight == 0.0 || j >= sorted.len() {
            break;
        }
        let mut p = chance(j);
        while j < sorted.len() && p > 0.0 {
            if p < 1.0 {
                let uniform: f64 = rng.random();
                let gap = libm::floor(libm::log1p(-uniform) / libm::log1p(-p));
                j = j.saturating_add(gap as usize); // Saturates: a gap beyond all nodes ends the row.
            }
            if j < sorted.len() {
                let q = chance(j);
                if rng.random::<f64>() < q / p {
                    edges.push((order[i], order[j]));
                }
                p = q;
                j += 1;
            }
        }
    }
    Ok(simple(n, &edges))
}

/// The weights that Chung and Lu give a power law: w_i = `max_degree`·(i₀/(i + i₀))^(1/(`exponent` − 1)) for i from 0, with i₀ such
/// that the mean is `mean_degree` (to some thousandths: the sum is taken for an integral).
///
/// # Errors
///
/// If `n` is 0, `exponent` is not above 1, `mean_degree` is not above 0 and below `n`, or `max_degree` is not between
/// the mean and the square root of `n`·`mean_degree`, above which probabilities would pass 1.
pub fn power_law_weights(
    n: u32,
    exponent: f64,
    mean_degree: f64,
    max_degree: f64,
) -> Result<Vec<f64>, GraphError> {
    at_least_one(n)?;
    if !(exponent.is_finite() && exponent > 1.0) {
        return Err(GraphError::parameter("exponent", exponent, "a finite number above 1"));
    }
    let others = f64::from(n - 1);
    if !(mean_degree > 0.0 && mean_degree <= others) {
        let error = GraphError::parameter(
            "mean_degree",
            mean_degree,
            format!("above 0 and at most n - 1 = {others}"),
        );
        return Err(if mean_degree > others { error.nearest(others) } else { error });
    }
    let most = libm::sqrt(f64::from(n) * mean_degree);
    if !(max_degree >= mean_degree && max_degree <= most) {
        let expected = format!("within the mean, {mean_degree}, and the root of nodes times mean, {most:.1}");
        let error = GraphError::parameter("max_degree", max_degree, expected);
        let nearest = if most < mean_degree { mean_degree } else { max_degree.clamp(mean_degree, most) };
        return Err(if max_degree.is_nan() {
            error
        } else {
            error.nearest(libm::floor(nearest * 10.0) / 10.0)
        });
    }
    let slope = 1.0 / (exponent - 1.0);
    let weight = |i: f64, first: f64| max_degree * libm::pow(first / (i + first), slope);
    let sum = |first: f64| {
        // The first weight, and of the others the integral from 1/2 to n − 1/2; its kernel may be 1/x.
        let (from, to) = (first + 0.5, first + f64::from(n) - 0.5);
        let rest = match 1.0 - slope {
            0.0 => first * libm::log(to / from),
            rise => first * (libm::pow(to / first, rise) - libm::pow(from / first, rise)) / rise,
        };
        max_degree * (1.0 + rest)
    };
    // The mean grows with i₀, from a single hub to all alike.
    let (mut low, mut high) = (1e-9f64, 1e12f64);
    for _ in 0..200 {
        let middle = libm::sqrt(low * high);
        if sum(middle) < mean_degree * f64::from(n) { low = middle } else { high = middle }
    }
    Ok((0..n).map(|i| weight(f64::from(i), high)).collect())
}
