//! Graphs without chance: ring, star, complete graph.

use super::super::{Graph, GraphError};
use super::{at_least_one, fits, simple};

/// A cycle through `n` nodes in order. One node stands alone, two share one edge.
///
/// # Errors
///
/// If `n` is 0 or above [`Graph::MAX_EDGES`].
pub fn ring(n: u32) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    fits("n", n, u64::from(n), Graph::MAX_EDGES)?;
    let mut edges: Vec<_> = (1..n).map(|v| (v - 1, v)).collect();
    if n > 2 {
        edges.push((0, n - 1));
    }
    Ok(simple(n, &edges))
}

/// Node 0 linked to each of the `n` − 1 others.
///
/// # Errors
///
/// If `n` is 0 or above [`Graph::MAX_EDGES`] + 1.
pub fn star(n: u32) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    fits("n", n, u64::from(n) - 1, Graph::MAX_EDGES + 1)?;
    let edges: Vec<_> = (1..n).map(|v| (0, v)).collect();
    Ok(simple(n, &edges))
}

/// Everyone linked to everyone.
///
/// # Errors
///
/// If `n` is 0 or above 65,536, where the edges no longer fit.
pub fn complete(n: u32) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    fits("n", n, u64::from(n) * u64::from(n - 1) / 2, 65_536)?;
    let edges: Vec<_> = (0..n).flat_map(|u| (u + 1..n).map(move |v| (u, v))).collect();
    Ok(simple(n, &edges))
}
