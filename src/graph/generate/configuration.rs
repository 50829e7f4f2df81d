//! The configuration model: given degrees, random partners.

use rand::{Rng, RngExt};

use super::super::{DegreeLaw, Graph, GraphError};
use super::at_least_one;
use super::wiring::{Multiplicity, wire};

/// The configuration model of the truncated power law p(d) ∝ d^−`exponent` on `min_degree..=max_degree`;
/// [`from_law`] says how.
///
/// # Errors
///
/// Those of [`DegreeLaw::power_law`] and [`from_law`].
pub fn power_law<R: Rng + ?Sized>(
    n: u32,
    exponent: f64,
    min_degree: u32,
    max_degree: u32,
    rng: &mut R,
) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    from_law(n, &DegreeLaw::power_law(exponent, min_degree, max_degree)?, rng)
}

/// The configuration model of any degree law: draws each node's degree, then pairs the stubs as [`configuration`].
///
/// If the degrees sum to an odd number, one random node draws again, from the degrees of the other parity. Erasing
/// self-loops and repetitions takes a few links: some (κ − 1)²/4 + (κ − 1)/2 in all, with κ = ⟨k²⟩/⟨k⟩, whatever `n`.
///
/// # Errors
///
/// If `n` is 0, the law has degrees of `n` or more, `n` is odd and every degree too, or the links do not fit one
/// graph.
pub fn from_law<R: Rng + ?Sized>(n: u32, law: &DegreeLaw, rng: &mut R) -> Result<Graph, GraphError> {
    let degrees = degrees_from_law(n, law, rng)?;
    configuration(&degrees, rng)
}

/// `n` degrees drawn from a law, with an even sum: the first half of [`from_law`]. [`wire`] is the second, with a choice.
///
/// # Errors
///
/// If `n` is 0, the law has degrees of `n` or more, or `n` is odd and every degree too.
pub fn degrees_from_law<R: Rng + ?Sized>(
    n: u32,
    law: &DegreeLaw,
    rng: &mut R,
) -> Result<Vec<u32>, GraphError> {
    at_least_one(n)?;
    if law.max_degree() >= n {
        let expected = format!("below the number of nodes, {n}");
        return Err(GraphError::parameter("max_degree", law.max_degree(), expected).nearest(n - 1));
    }
    let mut degrees: Vec<u32> = (0..n).map(|_| law.sample(rng)).collect();
    if sum(&degrees) % 2 == 1 {
        let node = &mut degrees[rng.random_range(0..n) as usize];
        let Some(other) = law.sample_of_parity(node.is_multiple_of(2), rng) else {
            let expected = "an even number of nodes, as all degrees of the law are odd";
            return Err(GraphError::parameter("n", n, expected).nearest(n - 1));
        };
        *node = other;
    }
    Ok(degrees)
}

/// The configuration model of the given degrees, node by node: each node gets as many stubs as its degree, all
/// stubs are shuffled and joined pair by pair.
///
/// Self-loops and repeated links are *erased*, so some nodes end below their degree; see [`Graph::degrees`] for what
/// they got. ([`random_regular`](super::random_regular) repairs instead.)
///
/// # Errors
///
/// If there is no degree, one is not below the number of nodes, they sum to an odd number, or the links do not fit
/// one graph.
pub fn configuration<R: Rng + ?Sized>(degrees: &[u32], rng: &mut R) -> Result<Graph, GraphError> {
    let (graph, _) = wire(degrees, Multiplicity::Erase, rng)?;
    Ok(graph)
}

/// Refuses degrees that no graph has, even with self-loops and repetitions; gives the number of nodes.
pub(super) fn check_degrees(degrees: &[u32]) -> Result<u32, GraphError> {
    let too_many = |_| GraphError::parameter("degrees", degrees.len(), "at most 4294967295 nodes");
    let n = u32::try_from(degrees.len()).map_err(too_many)?;
    if n == 0 {
        return Err(GraphError::parameter("degrees", "none", "at least one node"));
    }
    if let Some((node, degree)) = degrees.iter().enumerate().find(|(_, degree)| **degree >= n) {
        let found = format!("{degree} for node {node}");
        let expected = format!("degrees below the number of nodes, {n}");
        return Err(GraphError::parameter("degrees", found, expected).nearest(n - 1));
    }
    let stub_count = sum(degrees);
    if stub_count % 2 == 1 {
        let found = format!("a sum of {stub_count}");
        return Err(GraphError::parameter("degrees", found, "an even sum").nearest(stub_count - 1));
    }
    if stub_count / 2 > Graph::MAX_EDGES {
        let what = "links that the degrees ask for".to_owned();
        return Err(GraphError::TooLarge { what, found: stub_count / 2, limit: Graph::MAX_EDGES });
    }
    Ok(n)
}

pub(super) fn sum(degrees: &[u32]) -> u64 {
    degrees.iter().map(|&degree| u64::from(degree)).sum()
}
