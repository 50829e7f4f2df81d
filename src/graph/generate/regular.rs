//! Graphs in which everyone has the same number of neighbours.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::super::{Graph, GraphError};
use super::{at_least_one, below_nodes, fits, simple};

/// A random graph in which every node has exactly `k` neighbours.
///
/// Stubs are paired at random, as in the configuration model; then each self-loop or repeated link is switched with
/// a random other link, if both links that result are new. Only some `k`²/4 links need it, whatever `n`, so the
/// graph is uniform among the regular ones but for that. With more than half of all pairs linked, the complement is
/// drawn.
///
/// # Errors
///
/// If `n` is 0, `k` is not below `n`, `n`·`k` is odd, or the links do not fit one graph.
pub fn random_regular<R: Rng + ?Sized>(n: u32, k: u32, rng: &mut R) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    below_nodes("k", k, n)?;
    if n % 2 == 1 && k % 2 == 1 {
        return Err(
            GraphError::parameter("k", k, format!("an even number, as n = {n} is odd")).nearest(k - 1)
        );
    }
    fits("k", k, u64::from(n) * u64::from(k) / 2, 2 * (Graph::MAX_EDGES / u64::from(n)))?;
    if k > (n - 1) / 2 {
        let others = Stubs::paired(n, n - 1 - k, rng).switched(rng).into_graph();
        return Ok(complement(&others));
    }
    Ok(Stubs::paired(n, k, rng).switched(rng).into_graph())
}

/// `k` stubs a node; stub `s` belongs to node `s / k`.
struct Stubs {
    n: u32,
    k: u32,
    /// The stub at the other end of each stub's link.
    mate: Vec<u32>,
    /// Whose stub that is.
    neighbour: Vec<u32>,
}

impl Stubs {
    /// Pairs all stubs at random.
    fn paired<R: Rng + ?Sized>(n: u32, k: u32, rng: &mut R) -> Stubs {
        let count = n as usize * k as usize; // At most twice the edges that fit: stubs are numbered by 32 bits.
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.shuffle(rng);
        let mut stubs = Stubs { n, k, mate: vec![0; count], neighbour: vec![0; count] };
        for pair in order.chunks_exact(2) {
            stubs.link(pair[0], pair[1]);
        }
        stubs
    }

    /// Switches every self-loop and every repeated link away.
    ///
    /// It ends. Some other link can always be switched: of all n·k directed ones at most 2·k² have their first end at
    /// or next to `u`, or their second at or next to `v`, and k ≤ (n − 1)/2. And no switch makes a fault, but one: two
    /// self-loops become a link and its repetition, which is switched next.
    fn switched<R: Rng + ?Sized>(mut self, rng: &mut R) -> Stubs {
        for stub in self.faults() {
            while self.is_fault(stub) {
                let (u, v) = (self.node(stub), self.neighbour[stub as usize]);
                let other = rng.random_range(0..self.mate.len() as u32);
                let (x, y) = (self.node(other), self.neighbour[other as usize]);
                if u != x && v != y && !self.linked(u, x) && !self.linked(v, y) {
                    let (mate, other_mate) = (self.mate[stub as usize], self.mate[other as usize]);
                    self.link(stub, other);
                    self.link(mate, other_mate);
                }
            }
        }
        self
    }

    /// One stub at least of each link that is a self-loop or a repetition.
    fn faults(&self) -> Vec<u32> {
        const NOBODY: u32 = u32::MAX;
        let mut met_by = vec![NOBODY; self.n as usize];
        let mut faults = Vec::new();
        for stub in 0..self.mate.len() as u32 {
            let (node, neighbour) = (self.node(stub), self.neighbour[stub as usize]);
            if node == neighbour || met_by[neighbour as usize] == node {
                faults.push(stub);
            }
            met_by[neighbour as usize] = node;
        }
        faults
    }

    fn is_fault(&self, stub: u32) -> bool {
        let (node, neighbour) = (self.node(stub), self.neighbour[stub as usize]);
        node == neighbour || self.row(node).iter().filter(|&&other| other == neighbour).count() > 1
    }

    fn link(&mut self, one: u32, other: u32) {
        self.mate[one as usize] = other;
        self.mate[other as usize] = one;
        self.neighbour[one as usize] = self.node(other);
        self.neighbour[other as usize] = self.node(one);
    }

    fn node(&self, stub: u32) -> u32 {
        stub / self.k
    }

    fn row(&self, node: u32) -> &[u32] {
        let start = node as usize * self.k as usize;
        &self.neighbour[start..start + self.k as usize]
    }

    fn linked(&self, u: u32, v: u32) -> bool {
        self.row(u).contains(&v)
    }

    fn into_graph(self) -> Graph {
        let ends = (0..self.mate.len() as u32).map(|stub| (self.node(stub), self.neighbour[stub as usize]));
        let edges: Vec<_> = ends.filter(|(u, v)| u < v).collect();
        simple(self.n, &edges)
    }
}

/// The graph of all pairs that `graph` does not link.
fn complement(graph: &Graph) -> Graph {
    let n = graph.nodes();
    let mut edges = Vec::new();
    for u in 0..n {
        let mut row = graph.neighbours(u).iter().copied().peekable();
        for v in 0..n {
            let linked = row.next_if_eq(&v).is_some();
            if u < v && !linked {
                edges.push((u, v));
            }
        }
    }
    simple(n, &edges)
}
