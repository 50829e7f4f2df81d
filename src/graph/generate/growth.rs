//! Growth with preferential attachment to other exponents than Barabási and Albert's 3.

use std::collections::HashSet;

use rand::{Rng, RngExt};

use super::super::{Graph, GraphError};
use super::{at_least_one, below_nodes, fits, simple};

/// Preferential attachment with initial attractiveness (Dorogovtsev, Mendes, Samukhin, PRL 85, 2000): nodes come one by one,
/// each linking to `m` distinct earlier ones, chosen in proportion to their degree plus `attractiveness`. The exponent of the
/// degree law is 3 + `attractiveness`/`m`: between 2 and 3 for negative ones.
///
/// It starts from a *clique* of `m` + 1 nodes as [`barabasi_albert`](super::barabasi_albert), and has as many edges. With
/// `attractiveness` 0 it is the same model, though not the same draws.
///
/// # Errors
///
/// If `m` is 0 or not below `n`, `attractiveness` is not above −`m`, or the edges do not fit one graph.
pub fn attractive<R: Rng + ?Sized>(
    n: u32,
    m: u32,
    attractiveness: f64,
    rng: &mut R,
) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    if n == 1 {
        return Err(GraphError::parameter("n", 1, "at least 2 nodes").nearest(2));
    }
    if m == 0 {
        return Err(GraphError::parameter("m", 0, "at least 1").nearest(1));
    }
    below_nodes("m", m, n)?;
    check_attractiveness(m, attractiveness)?;
    let count = u64::from(m) * (u64::from(m) + 1) / 2 + u64::from(m) * u64::from(n - m - 1);
    fits("m", m, count, Graph::MAX_EDGES / u64::from(n))?;

    let mut edges: Vec<(u32, u32)> = Vec::with_capacity(count as usize);
    edges.extend((0..=m).flat_map(|u| (u + 1..=m).map(move |v| (u, v))));
    // Every node begins with m links and so with the weight m + attractiveness; each further link adds one. A random
    // target of a link that came later stands for these.
    let grown = edges.len();
    let born = f64::from(m) + attractiveness;
    // The newest node that chose each node, so that it does so once.
    let mut chosen_by = vec![0u32; n as usize];
    for node in m + 1..n {
        let later = (edges.len() - grown) as u64;
        let whole = later as f64 + born * f64::from(node);
        for _ in 0..m {
            let target = loop {
                let target = if rng.random::<f64>() * whole < later as f64 {
                    edges[grown + rng.random_range(0..later) as usize].0
                } else {
                    rng.random_range(0..node)
                };
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

/// Refuses an attractiveness that no number of nodes makes valid for `m` links.
///
/// # Errors
///
/// If it is not a finite number above −`m`.
pub fn check_attractiveness(m: u32, attractiveness: f64) -> Result<(), GraphError> {
    if attractiveness.is_finite() && attractiveness > -f64::from(m) {
        return Ok(());
    }
    let error =
        GraphError::parameter("attractiveness", attractiveness, format!("a finite number above -m = -{m}"));
    let nearest = 0.1 - f64::from(m);
    Err(if attractiveness <= nearest { error.nearest(nearest) } else { error })
}

/// Refuses parameters of [`glp`] that no number of nodes makes valid.
///
/// # Errors
///
/// If `m` is below 1, `p` is not within 0 and below 1, or `beta` is not below 1.
pub fn check_glp(m: f64, p: f64, beta: f64) -> Result<(), GraphError> {
    if !(m.is_finite() && m >= 1.0) {
        let error = GraphError::parameter("m", m, "a finite number, at least 1");
        return Err(if m < 1.0 { error.nearest(1) } else { error });
    }
    if !(0.0..1.0).contains(&p) {
        let error = GraphError::parameter("p", p, "a probability below 1");
        return Err(if p.is_nan() { error } else { error.nearest(if p < 0.0 { 0.0 } else { 0.99 }) });
    }
    if !(beta.is_finite() && beta < 1.0) {
        let error = GraphError::parameter("beta", beta, "a finite number below 1");
        return Err(if beta >= 1.0 { error.nearest(0.99) } else { error });
    }
    Ok(())
}

/// Generalised linear preference (Bu and Towsley, INFOCOM 2002), made for the Internet's autonomous systems: it begins with a
/// chain of some nodes; then, with probability `p`, `m` new links join nodes that are there, else a new node comes with
/// `m` links. All ends but a new node are chosen in proportion to degree − `beta`. The exponent of the degree law is
/// 1 + (2m − `beta`(1 − `p`))/((1 + `p`)m).
///
/// `m` may be a fraction: 1.13 is 2 links in 13 of 100 steps, else 1. The chain has as many nodes as the largest number of
/// links, plus one. Their parameters for 1999's Internet are m = 1.13, p = .4695, β = .6447. A link that is there is drawn
/// again; where a hundred draws find no new one, as may happen among the first few nodes, the step goes without.
///
/// # Errors
///
/// If `m` is below 1 or its chain needs more than `n` nodes, `p` is not within 0 and below 1, `beta` is not below 1, or the
/// edges would not fit one graph.
pub fn glp<R: Rng + ?Sized>(n: u32, m: f64, p: f64, beta: f64, rng: &mut R) -> Result<Graph, GraphError> {
    at_least_one(n)?;
    check_glp(m, p, beta)?;
    if libm::ceil(m) >= f64::from(n) {
        let expected = format!("below the number of nodes, {n}");
        let error = GraphError::parameter("m", m, expected);
        return Err(if n > 1 { error.nearest(n - 1) } else { error });
    }
    let mean = f64::from(n) * m / (1.0 - p);
    let room = 0.99 * Graph::MAX_EDGES as f64;
    if mean > room {
        let expected = format!("at most {room:.0} edges on average");
        return Err(GraphError::parameter("m", m, expected).nearest(room * (1.0 - p) / f64::from(n)));
    }

    let mut growth = Growth { edges: Vec::new(), known: HashSet::new(), further: Vec::new(), nodes: 1, beta };
    let chain = libm::ceil(m) as u32 + 1;
    while growth.nodes < chain {
        growth.nodes += 1;
        growth.link(growth.nodes - 2, growth.nodes - 1, false);
    }
    // The chain's inner nodes have a second link.
    growth.further.extend(1..chain - 1);
    while growth.nodes < n {
        let links = libm::floor(m) as u32 + u32::from(rng.random::<f64>() < m - libm::floor(m));
        if rng.random::<f64>() < p {
            for _ in 0..links {
                growth.link_old(rng);
            }
        } else {
            growth.add_node(links, rng);
        }
    }
    let Growth { edges, .. } = growth;
    Ok(simple(n, &edges))
}

/// A graph that grows by linear preference.
struct Growth {
    edges: Vec<(u32, u32)>,
    /// The edges again: asked for one, never gone through.
    known: HashSet<(u32, u32)>,
    /// Each node once for each of its links beyond the first: a random one of them is a node in proportion to degree − 1.
    further: Vec<u32>,
    nodes: u32,
    beta: f64,
}

impl Growth {
    /// A node below `nodes` in proportion to degree − β = (degree − 1) + (1 − β).
    fn preferred<R: Rng + ?Sized>(&self, nodes: u32, rng: &mut R) -> u32 {
        let further = self.further.len() as f64;
        if rng.random::<f64>() * (further + (1.0 - self.beta) * f64::from(nodes)) < further {
            self.further[rng.random_range(0..self.further.len() as u64) as usize]
        } else {
            rng.random_range(0..nodes)
        }
    }

    /// Makes a link, unless it is there; `count` says whether it is a further one of its first end.
    fn link(&mut self, u: u32, v: u32, count: bool) -> bool {
        let new = u != v && self.known.insert((u.min(v), u.max(v)));
        if new {
            self.edges.push((u, v));
            self.further.extend(count.then_some(u));
        }
        new
    }

    fn link_old<R: Rng + ?Sized>(&mut self, rng: &mut R) {
        for _ in 0..100 {
            let (u, v) = (self.preferred(self.nodes, rng), self.preferred(self.nodes, rng));
            if self.link(u, v, true) {
                self.further.push(v);
                return;
            }
        }
    }

    fn add_node<R: Rng + ?Sized>(&mut self, links: u32, rng: &mut R) {
        let (node, older) = (self.nodes, self.nodes);
        self.nodes += 1;
        // The new node's own further links count from the next step on, as it cannot choose itself.
        let (mut made, mut tries) = (0, 0);
        while made < links {
            // With β next to 1 hardly anyone else but those chosen already may be left.
            let target = if tries < 1000 { self.preferred(older, rng) } else { rng.random_range(0..older) };
            made += u32::from(self.link(target, node, true));
            tries += 1;
        }
        self.further.extend((1..links).map(|_| node));
    }
}
