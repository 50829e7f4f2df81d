//! Small worlds: a ring lattice with some links rewired.

use rand::{Rng, RngExt};

use super::super::{Graph, GraphError};
use super::{at_least_one, fits, simple};

/// Watts and Strogatz's small world (Nature 393, 1998): a ring in which each node is linked to its `k` nearest,
/// `k`/2 on either side; then each link is moved with probability `p`, keeping its first end.
///
/// Links are visited as in the paper: those to the next node around the whole ring, then those to the second next,
/// and so on. A moved link goes to a node chosen uniformly among those that its first end has no link to; if there
/// is none, the link stays. There are always `n`·`k`/2 links.
///
/// # Errors
///
/// If `n` is 0, `k` is odd or not below `n`, `p` is not within 0 and 1, or the links do not fit one graph.
pub fn watts_strogatz<R: Rng + ?Sized>(n: u32, k: u32, p: f64, rng: &mut R) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    if k >= n {
        let expected = format!("an even number below the number of nodes, {n}");
        return Err(GraphError::parameter("k", k, expected).nearest((n - 1) / 2 * 2));
    }
    if k % 2 == 1 {
        return Err(GraphError::parameter("k", k, "an even number").nearest(k - 1));
    }
    if !(0.0..=1.0).contains(&p) {
        let error = GraphError::parameter("p", p, "a probability, within 0 and 1");
        return Err(if p.is_nan() { error } else { error.nearest(p.clamp(0.0, 1.0)) });
    }
    fits("k", k, u64::from(n) * u64::from(k / 2), 2 * (Graph::MAX_EDGES / u64::from(n)))?;
    let mut lattice = Lattice::new(n, k);
    for lap in 0..k / 2 {
        for node in 0..n {
            if rng.random_bool(p) {
                lattice.rewire(node, lap, rng);
            }
        }
    }
    Ok(lattice.into_graph())
}

/// Every link belongs to its first end, which owns `half` = `k`/2 of them. So u and v are linked exactly if one of
/// them is among the other's own, and no set of links is needed.
struct Lattice {
    half: usize,
    /// The far ends of each node's own links, node by node.
    own: Vec<u32>,
    /// Links of each node, its own and others'.
    degree: Vec<u32>,
}

impl Lattice {
    fn new(n: u32, k: u32) -> Lattice {
        let ahead = |node: u32, step: u32| ((u64::from(node) + u64::from(step)) % u64::from(n)) as u32;
        let own = (0..n).flat_map(|node| (1..=k / 2).map(move |step| ahead(node, step))).collect();
        Lattice { half: (k / 2) as usize, own, degree: vec![k; n as usize] }
    }

    /// Moves the far end of `node`'s own link number `lap` to a node that it has no link to.
    fn rewire<R: Rng + ?Sized>(&mut self, node: u32, lap: u32, rng: &mut R) {
        let n = self.degree.len() as u32;
        if self.degree[node as usize] == n - 1 {
            return;
        }
        let target = loop {
            let target = rng.random_range(0..n);
            if target != node && !self.row(node).contains(&target) && !self.row(target).contains(&node) {
                break target;
            }
        };
        let slot = node as usize * self.half + lap as usize;
        self.degree[self.own[slot] as usize] -= 1;
        self.degree[target as usize] += 1;
        self.own[slot] = target;
    }

    fn row(&self, node: u32) -> &[u32] {
        &self.own[node as usize * self.half..][..self.half]
    }

    fn into_graph(self) -> Graph {
        let n = self.degree.len() as u32;
        let edges: Vec<_> =
            (0..n).flat_map(|node| self.row(node).iter().map(move |&far| (node, far))).collect();
        simple(n, &edges)
    }
}
