//! Graphs whose links fall anywhere: G(n, p), and peers that pick neighbours at random.

use rand::{Rng, RngExt};

use super::super::{Graph, GraphError};
use super::{at_least_one, below_nodes, fits, simple};

/// The random graph G(n, p) of Gilbert, Erdős and Rényi: each pair is linked with probability
/// p = `mean_degree` / (`n` − 1).
///
/// Draws the gaps between linked pairs, which are geometric (Batagelj and Brandes, Phys. Rev. E 71, 2005), so it
/// costs nodes plus edges, not pairs.
///
/// # Errors
///
/// If `n` is 0, or `mean_degree` is not within 0 ..= `n` − 1, or the edges would not fit one graph.
pub fn erdos_renyi<R: Rng + ?Sized>(n: u32, mean_degree: f64, rng: &mut R) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    let others = f64::from(n - 1);
    if !(0.0..=others).contains(&mean_degree) {
        let error =
            GraphError::parameter("mean_degree", mean_degree, format!("within 0 and n - 1 = {others}"));
        return Err(if mean_degree.is_nan() { error } else { error.nearest(mean_degree.clamp(0.0, others)) });
    }
    // The number of edges is random: leave room for some fifty standard deviations.
    let room = 0.999 * Graph::MAX_EDGES as f64;
    if f64::from(n) * mean_degree / 2.0 > room {
        let expected = format!("at most {room:.0} edges on average");
        let nearest = libm::floor(2.0 * room / f64::from(n));
        return Err(GraphError::parameter("mean_degree", mean_degree, expected).nearest(nearest));
    }
    let p = mean_degree / others;
    // The lone node has no pair (0/0), and a subnormal mean may vanish in the division.
    if n == 1 || p == 0.0 {
        return Ok(Graph::edgeless(n));
    }
    Ok(simple(n, &linked_pairs(n, p, rng)))
}

/// The pairs `(v, w)`, `w < v`, that are linked, row by row.
fn linked_pairs<R: Rng + ?Sized>(n: u32, p: f64, rng: &mut R) -> Vec<(u32, u32)> {
    let n = u64::from(n);
    let log_missing = libm::log1p(-p); // −∞ for p = 1, where every gap becomes 0.
    let mut edges = Vec::new();
    let (mut v, mut w) = (1u64, 0u64);
    loop {
        let uniform: f64 = rng.random();
        let gap = libm::floor(libm::log1p(-uniform) / log_missing);
        w = w.saturating_add(gap as u64); // Saturates: a gap beyond all pairs ends the graph.
        while v < n && w >= v {
            w -= v;
            v += 1;
        }
        if v >= n {
            return edges;
        }
        edges.push((v as u32, w as u32));
        w += 1;
    }
}

/// Every node picks `k` distinct others at random, and links to them, undirected: what a bootstrap server gives.
/// The mean degree is 2`k` less the pairs that picked each other, some `k`²/`n` a node; the least degree is `k`.
///
/// # Errors
///
/// If `n` is 0, `k` is not below `n`, or the picks do not fit one graph.
pub fn random_picks<R: Rng + ?Sized>(n: u32, k: u32, rng: &mut R) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    below_nodes("k", k, n)?;
    fits("k", k, u64::from(n) * u64::from(k), Graph::MAX_EDGES / u64::from(n))?;
    const NOBODY: u32 = u32::MAX;
    let mut edges = Vec::with_capacity(n as usize * k as usize);
    let mut picked_by = vec![NOBODY; n as usize];
    for node in 0..n {
        // Floyd's sampling of k from the n − 1 others: k draws, whatever they are.
        for last in n - 1 - k..n - 1 {
            let skip_self = |other: u32| if other >= node { other + 1 } else { other };
            let drawn = skip_self(rng.random_range(0..=last));
            let pick = if picked_by[drawn as usize] == node { skip_self(last) } else { drawn };
            picked_by[pick as usize] = node;
            edges.push((node, pick));
        }
    }
    let (graph, _) = Graph::from_edges(n, &edges); // Erases what two nodes both picked.
    Ok(graph)
}
