//! Triangles and clustering.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::super::Graph;
use super::wave::workers;

/// How many triangles each node is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Triangles {
    /// For each node the links among its neighbours.
    pub at: Vec<u64>,
}

/// How clustered some nodes of a graph are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clustering {
    /// Watts and Strogatz's coefficient: the mean, over the nodes, of the share of linked pairs among a node's
    /// neighbours; nodes with fewer than two count as 0.
    pub local: f64,
    /// Transitivity: the share of paths of two links whose ends are linked, 3 × triangles / paths. `None` where there
    /// is no such path.
    pub global: Option<f64>,
    /// SNAP's "fraction of closed triangles": triangles / (triangles + open paths), so each triangle counts once and
    /// not, as in `global`, once for each of its corners. `None` where there is neither.
    pub closed_triads: Option<f64>,
}

impl Triangles {
    /// How many triangles there are.
    pub fn total(&self) -> u64 {
        self.at.iter().sum::<u64>() / 3
    }

    /// The clustering of all nodes of `graph`, the graph whose triangles these are.
    pub fn clustering(&self, graph: &Graph) -> Option<Clustering> {
        self.clustering_among(graph, 0..graph.nodes())
    }

    /// The clustering of `nodes`, which make up whole components of `graph`; `None` if there are none. Sums run in
    /// the order of `nodes`.
    pub fn clustering_among(
        &self,
        graph: &Graph,
        nodes: impl IntoIterator<Item = u32>,
    ) -> Option<Clustering> {
        let (mut count, mut shares, mut corners, mut pairs) = (0u64, 0.0, 0u64, 0u64);
        for node in nodes {
            let degree = u64::from(graph.degree(node));
            let (linked, possible) = (self.at[node as usize], degree * degree.saturating_sub(1) / 2);
            count += 1;
            corners += linked;
            pairs += possible;
            if possible > 0 {
                shares += linked as f64 / possible as f64;
            }
        }
        let triads = corners / 3 + (pairs - corners);
        (count > 0).then(|| Clustering {
            local: shares / count as f64,
            global: (pairs > 0).then(|| corners as f64 / pairs as f64),
            closed_triads: (triads > 0).then(|| (corners / 3) as f64 / triads as f64),
        })
    }
}

/// Counts the triangles at every node, by the forward algorithm (Schank and Wagner, WEA 2005; Latapy, Theoretical
/// Computer Science 407, 2008): every link points from the lesser to the larger degree, so no node has more than
/// √(2 × edges) onward links, and the cost is at most edges^1.5. In parallel.
pub fn triangles(graph: &Graph) -> Triangles {
    let (order, onward) = by_degree(graph);
    let nodes = order.len();
    let at: Vec<AtomicU64> = (0..nodes).map(|_| AtomicU64::new(0)).collect();
    let next = AtomicUsize::new(0);
    workers(nodes / BLOCK, || {
        let mut marked_by = vec![u32::MAX; nodes];
        loop {
            let first = next.fetch_add(BLOCK, Ordering::Relaxed);
            if first >= nodes {
                break;
            }
            for u in first..nodes.min(first + BLOCK) {
                at[u].fetch_add(close_from(u, &onward, &mut marked_by, &at), Ordering::Relaxed);
            }
        }
    });
    let mut by_node = vec![0; nodes];
    for (place, &node) in order.iter().enumerate() {
        by_node[node as usize] = at[place].load(Ordering::Relaxed);
    }
    Triangles { at: by_node }
}

/// Nodes that a thread takes at a time.
const BLOCK: usize = 1024;

/// Finds the triangles whose first node is `u`; adds them to the other two nodes and gives their number.
fn close_from(u: usize, onward: &Onward, marked_by: &mut [u32], at: &[AtomicU64]) -> u64 {
    let mut found = 0;
    if onward.row(u).len() < 2 {
        return 0;
    }
    for &v in onward.row(u) {
        marked_by[v as usize] = u as u32;
    }
    for &v in onward.row(u) {
        let mut with_v = 0;
        for &w in onward.row(v as usize) {
            if marked_by[w as usize] == u as u32 {
                with_v += 1;
                at[w as usize].fetch_add(1, Ordering::Relaxed);
            }
        }
        if with_v > 0 {
            at[v as usize].fetch_add(with_v, Ordering::Relaxed);
            found += with_v;
        }
    }
    found
}

/// The links of each node to those after it, in compressed sparse rows.
struct Onward {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Onward {
    fn row(&self, place: usize) -> &[u32] {
        &self.targets[self.starts[place] as usize..self.starts[place + 1] as usize]
    }
}

/// The nodes by ascending degree, and the onward links of each by its place there.
fn by_degree(graph: &Graph) -> (Vec<u32>, Onward) {
    let order = counting_sort(graph);
    let mut place = vec![0u32; order.len()];
    for (index, &node) in order.iter().enumerate() {
        place[node as usize] = index as u32;
    }
    let mut onward = Onward {
        starts: Vec::with_capacity(order.len() + 1),
        targets: Vec::with_capacity(graph.edges() as usize),
    };
    onward.starts.push(0);
    for (index, &node) in order.iter().enumerate() {
        let places = graph.neighbours(node).iter().map(|&to| place[to as usize]);
        onward.targets.extend(places.filter(|&to| to > index as u32));
        onward.starts.push(onward.targets.len() as u32);
    }
    (order, onward)
}

/// The nodes by ascending degree, those of equal degree by number.
pub(super) fn counting_sort(graph: &Graph) -> Vec<u32> {
    let largest = graph.degrees().max().unwrap_or(0) as usize;
    let mut starts = vec![0u32; largest + 2];
    for degree in graph.degrees() {
        starts[degree as usize + 1] += 1;
    }
    for degree in 0..=largest {
        starts[degree + 1] += starts[degree];
    }
    let mut order = vec![0; graph.nodes() as usize];
    for (node, degree) in (0u32..).zip(graph.degrees()) {
        let slot = &mut starts[degree as usize];
        order[*slot as usize] = node;
        *slot += 1;
    }
    order
}
