//! Growth with preferential attachment.

use rand::{Rng, RngExt};

use super::super::{Graph, GraphError};
use super::{at_least_one, below_nodes, fits, simple};

/// Barabási and Albert's growing graph (Science 286, 1999): nodes come one by one, each linking to `m` distinct
/// earlier ones, chosen in proportion to their degree.
///
/// It starts from a *clique* of `m` + 1 nodes, so every node has at least `m` links from the first on, and there are
/// `m`(`m` + 1)/2 + `m`(`n` − `m` − 1) edges. A target drawn twice is drawn again.
///
/// # Errors
///
/// If `m` is 0 or not below `n`, or the edges do not fit one graph.
pub fn barabasi_albert<R: Rng + ?Sized>(n: u32, m: u32, rng: &mut R) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    if n == 1 {
        return Err(GraphError::parameter("n", 1, "at least 2 nodes").nearest(2));
    }
    if m == 0 {
        return Err(GraphError::parameter("m", 0, "at least 1").nearest(1));
    }
    below_nodes("m", m, n)?;
    let count = u64::from(m) * (u64::from(m) + 1) / 2 + u64::from(m) * u64::from(n - m - 1);
    fits("m", m, count, Graph::MAX_EDGES / u64::from(n))?;

    let mut edges: Vec<(u32, u32)> = Vec::with_capacity(count as usize);
    edges.extend((0..=m).flat_map(|u| (u + 1..=m).map(move |v| (u, v))));
    // The newest node that chose each node, so that it does so once.
    let mut chosen_by = vec![0u32; n as usize];
    for node in m + 1..n {
        // A random end of a random edge is a node in proportion to its degree.
        let ends = 2 * edges.len() as u64;
        for _ in 0..m {
            let target = loop {
                let end = rng.random_range(0..ends);
                let (older, newer) = edges[(end / 2) as usize];
                let target = if end % 2 == 0 { older } else { newer };
                if chosen_by[target as usize] != node {
                    break target;
                }
            };
            chosen_by[target as usize] = node;
            edges.push((target, node));
        }
    }
    Ok(simple(n, &edges))
}
