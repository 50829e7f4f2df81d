//! The stochastic block model: communities.

use rand::{Rng, RngExt};

use super::super::{Graph, GraphError};
use super::{at_least_one, simple};

/// The stochastic block model (Holland, Laskey, Leinhardt, Social Networks 5, 1983): nodes belong to blocks, and two of them are
/// linked with a probability that their blocks decide, `probabilities[a][b]`. Block 0 has the first `sizes[0]` nodes, and so
/// on.
///
/// Draws the gaps between linked pairs, which are geometric, so it costs nodes, edges and pairs of *blocks*.
///
/// # Errors
///
/// If there is no node, the table is not as wide and high as there are blocks, not symmetric, or holds something else than
/// probabilities, or the links would not fit one graph.
pub fn stochastic_block<R: Rng + ?Sized>(
    sizes: &[u32],
    probabilities: &[Vec<f64>],
    rng: &mut R,
) -> Result<Graph, GraphError> {
    let nodes: u64 = sizes.iter().map(|&size| u64::from(size)).sum();
    if nodes == 0 {
        return Err(GraphError::parameter("sizes", "no node", "at least 1 node"));
    }
    let n = u32::try_from(nodes)
        .map_err(|_| GraphError::parameter("sizes", nodes, "at most 4294967295 nodes"))?;
    check_table(sizes, probabilities)?;
    let mut edges = Vec::new();
    let mut start = 0;
    for (a, &size) in sizes.iter().enumerate() {
        inside(start, size, probabilities[a][a], &mut edges, rng);
        let mut other = start + size;
        for (b, &other_size) in sizes.iter().enumerate().skip(a + 1) {
            between((start, size), (other, other_size), probabilities[a][b], &mut edges, rng);
            other += other_size;
        }
        start += size;
    }
    Ok(simple(n, &edges))
}

fn check_table(sizes: &[u32], probabilities: &[Vec<f64>]) -> Result<(), GraphError> {
    let blocks = sizes.len();
    let wrong = |found: String, expected: &str| Err(GraphError::parameter("probabilities", found, expected));
    if probabilities.len() != blocks || probabilities.iter().any(|row| row.len() != blocks) {
        return wrong("another shape".to_owned(), &format!("{blocks} rows of {blocks}, one for each block"));
    }
    let mut links = 0.0;
    for (a, row) in probabilities.iter().enumerate() {
        for (b, &p) in row.iter().enumerate() {
            if !(0.0..=1.0).contains(&p) {
                return wrong(format!("{p} for blocks {a} and {b}"), "probabilities, within 0 and 1");
            }
            if p != probabilities[b][a] {
                return wrong(
                    format!("{p} and {} for blocks {a} and {b}", probabilities[b][a]),
                    "a symmetric table",
                );
            }
            let (one, other) = (f64::from(sizes[a]), f64::from(sizes[b]));
            links += p * if a == b { one * (one - 1.0) / 2.0 } else { one * other / 2.0 };
        }
    }
    // The number of edges is random: leave room for some fifty standard deviations.
    let room = 0.999 * Graph::MAX_EDGES as f64;
    if links > room {
        return wrong(format!("{links:.0} links on average"), &format!("at most {room:.0}"));
    }
    Ok(())
}

/// The most blocks of [`planted_partition`], whose pairs are gone through one by one.
pub const MAX_BLOCKS: u32 = 4096;

/// `blocks` blocks of `n`/`blocks` nodes, the first ones one more if need be, in which a node has `inside` neighbours in its own
/// block and `outside` in all others, on average: the planted partition.
///
/// # Errors
///
/// If `n` is 0, `blocks` is 0 or above `n`, or a mean is negative or more than there are nodes.
pub fn planted_partition<R: Rng + ?Sized>(
    n: u32,
    blocks: u32,
    inside: f64,
    outside: f64,
    rng: &mut R,
) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    let most = n.min(MAX_BLOCKS);
    if !(1..=most).contains(&blocks) {
        let expected = format!("within 1 and {most}");
        return Err(GraphError::parameter("blocks", blocks, expected).nearest(blocks.clamp(1, most)));
    }
    let size = f64::from(n) / f64::from(blocks);
    let probability = |name: &'static str, mean: f64, others: f64| {
        if !(0.0..=others).contains(&mean) {
            let expected = format!("within 0 and {others}, of whom there are as many");
            let error = GraphError::parameter(name, mean, expected);
            return Err(if mean.is_nan() { error } else { error.nearest(mean.clamp(0.0, others)) });
        }
        Ok(if mean == 0.0 { 0.0 } else { (mean / others).min(1.0) })
    };
    let p_inside = probability("inside", inside, (size - 1.0).max(0.0))?;
    let p_outside = probability("outside", outside, f64::from(n) - size)?;
    let sizes: Vec<u32> = (0..blocks).map(|block| n / blocks + u32::from(block < n % blocks)).collect();
    let row = |a: u32| (0..blocks).map(|b| if a == b { p_inside } else { p_outside }).collect();
    let table: Vec<Vec<f64>> = (0..blocks).map(row).collect();
    stochastic_block(&sizes, &table, rng)
}

/// Numbers below `pairs`, each with probability `p`, ascending.
fn chosen<R: Rng + ?Sized>(pairs: u64, p: f64, rng: &mut R, mut each: impl FnMut(u64)) {
    if p == 0.0 {
        return;
    }
    let log_missing = libm::log1p(-p); // −∞ for p = 1, where every gap becomes 0.
    let mut at = 0u64;
    loop {
        let uniform: f64 = rng.random();
        let gap = libm::floor(libm::log1p(-uniform) / log_missing);
        at = at.saturating_add(gap as u64); // Saturates: a gap beyond all pairs ends the block.
        if at >= pairs {
            return;
        }
        each(at);
        at += 1;
    }
}

/// Links inside a block.
fn inside<R: Rng + ?Sized>(start: u32, size: u32, p: f64, edges: &mut Vec<(u32, u32)>, rng: &mut R) {
    let pairs = u64::from(size) * u64::from(size.saturating_sub(1)) / 2;
    // Pairs (v, w), w < v, row by row: row v ends before v(v + 1)/2.
    let (mut v, mut row) = (1u64, 0u64);
    chosen(pairs, p, rng, |at| {
        while at >= row + v {
            row += v;
            v += 1;
        }
        edges.push((start + (at - row) as u32, start + v as u32));
    });
}

/// Links between two blocks, given as their first nodes and sizes.
fn between<R: Rng + ?Sized>(
    one: (u32, u32),
    other: (u32, u32),
    p: f64,
    edges: &mut Vec<(u32, u32)>,
    rng: &mut R,
) {
    let width = u64::from(other.1);
    chosen(u64::from(one.1) * width, p, rng, |at| {
        edges.push((one.0 + (at / width) as u32, other.0 + (at % width) as u32));
    });
}
