//! Lattices without a border, and trees.

use rand::{Rng, RngExt};

use super::super::{Graph, GraphError};
use super::{at_least_one, fits, simple};

/// A torus of the given side lengths: a lattice that is closed in every dimension. A side of 1 has no links, and one of 2 a single
/// link; with all sides at least 3 every node has two neighbours a dimension. Nodes are numbered along the first side, then
/// along the second, and so on.
///
/// # Errors
///
/// If there is no side, one is 0, or nodes or links do not fit one graph.
pub fn torus(sides: &[u32]) -> Result<Graph, GraphError> {
    if sides.is_empty() {
        return Err(GraphError::parameter("sides", "none", "at least one side"));
    }
    if sides.contains(&0) {
        return Err(GraphError::parameter("sides", 0, "at least 1").nearest(1));
    }
    let product = sides.iter().try_fold(1u32, |product, &side| product.checked_mul(side));
    let Some(n) = product else {
        return Err(GraphError::parameter("sides", "a product above 4294967295", "at most 4294967295 nodes"));
    };
    let links = |&side: &u32| match side {
        1 => 0,
        2 => u64::from(n) / 2,
        _ => u64::from(n),
    };
    let count = sides.iter().map(links).sum();
    fits("sides", n, count, 0)?;
    let mut edges = Vec::with_capacity(count as usize);
    let mut stride = 1;
    for &side in sides {
        for node in (0..n).filter(|_| side > 1) {
            let at = node / stride % side;
            if at + 1 < side {
                edges.push((node, node + stride));
            } else if side > 2 {
                edges.push((node - at * stride, node));
            }
        }
        stride = stride.wrapping_mul(side); // Wraps after the last side alone, if at all.
    }
    Ok(simple(n, &edges))
}

/// The torus of `n` nodes with `dimensions` sides of one length.
///
/// # Errors
///
/// If `n` is 0, `dimensions` is 0, or `n` is no such power; the nearest that is one is named. Those of [`torus`].
pub fn cubic_torus(n: u32, dimensions: u32) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    if !(1..=32).contains(&dimensions) {
        let error = GraphError::parameter("dimensions", dimensions, "within 1 and 32");
        return Err(error.nearest(dimensions.clamp(1, 32)));
    }
    let power = |side: u32| u64::from(side).saturating_pow(dimensions);
    let root = libm::round(libm::pow(f64::from(n), 1.0 / f64::from(dimensions))) as u32;
    let near = [root.saturating_sub(1), root, root.saturating_add(1)];
    if let Some(&side) = near.iter().find(|&&side| power(side) == u64::from(n)) {
        return torus(&vec![side; dimensions as usize]);
    }
    let nearest =
        near.into_iter().filter(|&side| side > 0).map(power).min_by_key(|&p| p.abs_diff(u64::from(n)));
    let expected = format!("a number to the power of the dimensions, {dimensions}");
    Err(GraphError::parameter("n", n, expected).nearest(nearest.unwrap_or(1)))
}

/// A tree in which node 0 is the root and every node has `children` children, level by level, until there are `n` nodes.
///
/// # Errors
///
/// If `n` is 0, or `children` is.
pub fn tree(n: u32, children: u32) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    if children == 0 {
        return Err(GraphError::parameter("children", 0, "at least 1").nearest(1));
    }
    fits("n", n, u64::from(n) - 1, Graph::MAX_EDGES + 1)?;
    let edges: Vec<_> = (1..n).map(|node| ((node - 1) / children, node)).collect();
    Ok(simple(n, &edges))
}

/// The random recursive tree: nodes come one by one, and each links to one of the earlier ones, all equally likely. The share of
/// nodes with degree d approaches 2^−d.
///
/// # Errors
///
/// If `n` is 0.
pub fn recursive_tree<R: Rng + ?Sized>(n: u32, rng: &mut R) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    fits("n", n, u64::from(n) - 1, Graph::MAX_EDGES + 1)?;
    let edges: Vec<_> = (1..n).map(|node| (rng.random_range(0..node), node)).collect();
    Ok(simple(n, &edges))
}
