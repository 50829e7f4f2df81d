//! Small worlds: clustering and paths against a random graph and a lattice of the same degrees.

use rand::{Rng, RngExt};

use super::super::Graph;
use super::{Estimate, Giant, Sources, Stopped, Watch, paths, triangles};

/// How much of a small world a graph is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmallWorld {
    /// σ = (C/C_random)/(L/L_random) of Humphries and Gurney (PLoS ONE 3, 2008): well above 1 in a small world. `None`
    /// where the random graphs have no triangle.
    pub sigma: Option<Estimate>,
    /// ω = L_random/L − C/C_lattice of Telesford et al. (Brain Connectivity 1, 2011): near 0 in a small world, towards
    /// −1 in a lattice, towards 1 in a random graph. `None` where the lattice has no triangle.
    pub omega: Option<Estimate>,
    /// C_random, the mean over the random graphs.
    pub clustering_random: f64,
    /// L_random, the mean over the random graphs, in hops.
    pub path_random: f64,
    /// C_lattice.
    pub clustering_lattice: f64,
    /// How many random graphs it is compared with.
    pub references: u32,
}

/// Compares a *connected* graph, best a [`Giant`]'s, with `references` [rewired](rewire) ones and with a
/// [`latticed`] one. C is the mean local clustering, L the mean path, both of the largest component; L is measured from
/// `sources` in every graph, the given one included. Errors are those of the mean over the random graphs. `None` where
/// there is no path, or no reference.
///
/// # Errors
///
/// [`Stopped`] by `watch`.
pub fn small_world<R: Rng + ?Sized>(
    graph: &Graph,
    references: u32,
    sources: Sources,
    rng: &mut R,
    watch: &Watch,
) -> Result<Option<SmallWorld>, Stopped> {
    let parts = f64::from(references) + 1.0;
    let Some((clustering, length)) = figures(graph, sources, rng, &|share| watch(share / parts))? else {
        return Ok(None);
    };
    let (mut clusterings, mut lengths) = (Vec::new(), Vec::new());
    for reference in 0..references {
        let random = Giant::of(&rewire(graph, SWAPS, rng)).graph;
        let share = |part: f64| watch((f64::from(reference) + 1.0 + part) / parts);
        if let Some((clustering, length)) = figures(&random, sources, rng, &share)? {
            clusterings.push(clustering);
            lengths.push(length);
        }
    }
    let (Some(clustering_random), Some(path_random)) = (mean(&clusterings), mean(&lengths)) else {
        return Ok(None);
    };
    let clustering_lattice = local_clustering(&latticed(graph));
    let over = |of: &dyn Fn(f64, f64) -> f64| {
        let each: Vec<f64> = clusterings.iter().zip(&lengths).map(|(&c, &l)| of(c, l)).collect();
        standard_error(&each)
    };
    // Ratios of means, as a mean of ratios is thrown off by a random graph with hardly a triangle.
    let sigma = |c: f64, l: f64| (clustering / c) / (length / l);
    let omega = |_: f64, l: f64| l / length - clustering / clustering_lattice;
    let is_clustered = clusterings.iter().all(|&c| c > 0.0);
    Ok(Some(SmallWorld {
        sigma: (clustering_random > 0.0).then(|| Estimate {
            value: sigma(clustering_random, path_random),
            error: if is_clustered { over(&sigma) } else { None },
        }),
        omega: (clustering_lattice > 0.0)
            .then(|| Estimate { value: omega(clustering_random, path_random), error: over(&omega) }),
        clustering_random,
        path_random,
        clustering_lattice,
        references: clusterings.len() as u32,
    }))
}

/// Swaps per edge that make a graph forget all but its degrees.
const SWAPS: f64 = 10.0;

/// Mean local clustering and mean path.
fn figures<R: Rng + ?Sized>(
    graph: &Graph,
    sources: Sources,
    rng: &mut R,
    watch: &Watch,
) -> Result<Option<(f64, f64)>, Stopped> {
    let mean = paths(graph, sources, rng, watch)?.mean;
    Ok(mean.map(|mean| (local_clustering(graph), mean.value)))
}

fn local_clustering(graph: &Graph) -> f64 {
    triangles(graph).clustering(graph).map_or(0.0, |clustering| clustering.local)
}

fn mean(sample: &[f64]) -> Option<f64> {
    (!sample.is_empty()).then(|| sample.iter().sum::<f64>() / sample.len() as f64)
}

fn standard_error(sample: &[f64]) -> Option<f64> {
    let (count, mean) = (sample.len() as f64, mean(sample)?);
    let squares: f64 = sample.iter().map(|value| (value - mean) * (value - mean)).sum();
    (sample.len() > 1).then(|| (squares / (count - 1.0) / count).sqrt())
}

/// A random simple graph of the same degrees, node by node: tries `per_edge` times as many double edge swaps as there
/// are edges (Maslov and Sneppen, Science 296, 2002). Two random edges a–b and c–d become a–d and c–b, unless that
/// makes a self-loop or repeats an edge.
pub fn rewire<R: Rng + ?Sized>(graph: &Graph, per_edge: f64, rng: &mut R) -> Graph {
    if graph.edges() < 2 {
        return graph.clone();
    }
    let mut arcs = Arcs::of(graph);
    let slots = arcs.to.len() as u32;
    let tries = libm::ceil(per_edge.max(0.0) * graph.edges() as f64) as u64;
    for _ in 0..tries {
        arcs.swap(rng.random_range(0..slots) as usize, rng.random_range(0..slots) as usize);
    }
    let edges: Vec<(u32, u32)> =
        (0..arcs.to.len()).map(|arc| (arcs.from[arc], arcs.to[arc])).filter(|(u, v)| u < v).collect();
    Graph::from_edges(graph.nodes(), &edges).0
}

/// The edges from both their ends, rows side by side; each knows where its other end is stored.
struct Arcs {
    starts: Vec<u32>,
    from: Vec<u32>,
    to: Vec<u32>,
    twin: Vec<u32>,
}

impl Arcs {
    fn of(graph: &Graph) -> Arcs {
        let mut starts = vec![0u32];
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for node in 0..graph.nodes() {
            to.extend(graph.neighbours(node));
            from.resize(to.len(), node);
            starts.push(to.len() as u32);
        }
        // Rows ascend: the arcs into a node come in the order of its own row.
        let mut cursor = starts.clone();
        let mut twin = vec![0; to.len()];
        for (arc, &node) in to.iter().enumerate() {
            twin[arc] = cursor[node as usize];
            cursor[node as usize] += 1;
        }
        Arcs { starts, from, to, twin }
    }

    /// Lets two edges, a–b and c–d, swap their second ends, if that leaves the graph simple.
    fn swap(&mut self, one: usize, other: usize) {
        let [(a, b), (c, d)] = [one, other].map(|arc| (self.from[arc], self.to[arc]));
        if a == c || b == d || a == d || b == c || self.has(a, d) || self.has(c, b) {
            return;
        }
        let [back_one, back_other] = [one, other].map(|arc| self.twin[arc] as usize);
        (self.to[one], self.to[other]) = (d, b);
        (self.to[back_one], self.to[back_other]) = (c, a);
        (self.twin[one], self.twin[back_other]) = (back_other as u32, one as u32);
        (self.twin[other], self.twin[back_one]) = (back_one as u32, other as u32);
    }

    /// Whether there is an edge: looks through the shorter row.
    fn has(&self, u: u32, v: u32) -> bool {
        let row = |node: u32| {
            &self.to[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
        };
        let (near, far) = (row(u), row(v));
        if near.len() <= far.len() { near.contains(&v) } else { far.contains(&u) }
    }
}

/// A ring lattice of the same degrees, as nearly as they allow: the nodes stand on a ring with like degrees side by
/// side, and in turns each links to the next one behind its last that has a link to spare. Of equal, even degrees it
/// makes the ring lattice of Watts and Strogatz; where hubs go round the ring, a few percent of the links find no end.
/// Draws nothing.
pub fn latticed(graph: &Graph) -> Graph {
    let nodes = graph.nodes() as usize;
    let ring = ring_by_degree(graph);
    let mut spare: Vec<u32> = ring.iter().map(|&node| graph.degree(node)).collect();
    let mut edges = Vec::with_capacity(graph.edges() as usize);
    // The ring is laid out twice, so that it closes. From each place on, the next with links to spare; joined past those
    // without.
    let mut onward: Vec<u32> = (0..=2 * nodes as u32).collect();
    // Places that still link onwards, and behind whom.
    let mut active: Vec<(usize, usize)> = (0..nodes).map(|place| (place, place + 1)).collect();
    while !active.is_empty() {
        active.retain_mut(|(place, behind)| {
            let end = *place + nodes;
            let mut at = next_with_spare(&mut onward, *behind);
            while at < end && spare[at % nodes] == 0 {
                onward[at] = at as u32 + 1;
                at = next_with_spare(&mut onward, at);
            }
            if spare[*place] == 0 || at >= end {
                return false;
            }
            spare[*place] -= 1;
            spare[at % nodes] -= 1;
            edges.push((ring[*place], ring[at % nodes]));
            *behind = at + 1;
            true
        });
    }
    Graph::from_edges(graph.nodes(), &edges).0
}

fn next_with_spare(onward: &mut [u32], from: usize) -> usize {
    let mut at = from;
    while onward[at] as usize != at {
        let further = onward[onward[at] as usize];
        onward[at] = further;
        at = further as usize;
    }
    at
}

/// The nodes on a ring, degrees ascending on the one side and descending on the other; equal ones by number.
fn ring_by_degree(graph: &Graph) -> Vec<u32> {
    let ascending = super::triangles::counting_sort(graph);
    let side = |first: usize| ascending.iter().skip(first).step_by(2).copied();
    let mut ring: Vec<u32> = side(0).collect();
    let mut back: Vec<u32> = side(1).collect();
    back.reverse();
    ring.extend(back);
    ring
}
