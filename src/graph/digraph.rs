//! Directed graphs, as crawls have them.

use std::fmt;

use super::{Components, EdgeList, Graph};

/// A directed graph on the nodes `0..nodes`, in compressed sparse rows of out-neighbours: every row of a crawl as it
/// stands, self-loops and repetitions included, so that rows can be counted.
///
/// ```
/// # use peerlab::graph::Digraph;
/// let crawled = Digraph::from_edges(3, &[(0, 1), (1, 0), (1, 2)]);
/// assert_eq!((crawled.successors(1), crawled.edges()), (&[0, 2][..], 3));
/// assert_eq!(crawled.strong_components().sizes, [2, 1]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Digraph {
    /// `targets[offsets[v]..offsets[v + 1]]` are the successors of `v`; one entry more than there are nodes.
    offsets: Vec<u32>,
    /// In the order of the rows.
    targets: Vec<u32>,
}

impl Digraph {
    /// Builds the graph on `0..nodes` from directed edges in any order. Linear.
    ///
    /// # Panics
    ///
    /// If an end is not below `nodes`, or there are more than [`Graph::MAX_EDGES`] edges.
    pub fn from_edges(nodes: u32, edges: &[(u32, u32)]) -> Digraph {
        assert!(edges.len() as u64 <= Graph::MAX_EDGES, "{} edges do not fit one graph", edges.len());
        let mut offsets = vec![0u32; nodes as usize + 1];
        for &(from, to) in edges {
            assert!(from < nodes && to < nodes, "edge ({from}, {to}) leaves the graph of {nodes} nodes");
            offsets[from as usize + 1] += 1;
        }
        for node in 0..nodes as usize {
            offsets[node + 1] += offsets[node];
        }
        let mut cursor = offsets.clone();
        let mut targets = vec![0; edges.len()];
        for &(from, to) in edges {
            let slot = &mut cursor[from as usize];
            targets[*slot as usize] = to;
            *slot += 1;
        }
        Digraph { offsets, targets }
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> u32 {
        (self.offsets.len() - 1) as u32
    }

    /// How many directed edges there are.
    pub fn edges(&self) -> u64 {
        self.targets.len() as u64
    }

    /// To whom `node` points, in the order of the rows.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn successors(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.targets[self.offsets[node] as usize..self.offsets[node + 1] as usize]
    }

    /// The strongly connected components, in linear time and without recursion: Tarjan's algorithm in the form of
    /// Pearce (Information Processing Letters 116, 2016), with one number a node.
    pub fn strong_components(&self) -> Components {
        let nodes = self.nodes() as usize;
        // 0: not met. Below `component`: place in the order of the search, or the least such place that can be
        // reached. Above: the number of the finished component, counted downwards.
        let mut place = vec![0u32; nodes];
        let (mut next_place, mut component) = (1u32, u32::MAX);
        let mut open: Vec<Visit> = Vec::new();
        let mut finished: Vec<u32> = Vec::new(); // Left by the search, their component not yet complete.
        for first in 0..self.nodes() {
            if place[first as usize] != 0 {
                continue;
            }
            open.push(self.visit(first, &mut place, &mut next_place));
            while let Some(visit) = open.last_mut() {
                let node = visit.node as usize;
                if visit.arc < self.offsets[node + 1] {
                    let to = self.targets[visit.arc as usize];
                    if place[to as usize] == 0 {
                        let deeper = self.visit(to, &mut place, &mut next_place);
                        open.push(deeper); // Comes back to this arc when `to` has its place.
                    } else {
                        visit.arc += 1;
                        if place[to as usize] < place[node] {
                            place[node] = place[to as usize];
                            visit.root = false;
                        }
                    }
                } else if visit.root {
                    next_place -= 1;
                    while let Some(&top) = finished.last().filter(|&&top| place[node] <= place[top as usize])
                    {
                        finished.pop();
                        place[top as usize] = component;
                        next_place -= 1;
                    }
                    place[node] = component;
                    component -= 1;
                    open.pop();
                } else {
                    finished.push(visit.node);
                    open.pop();
                }
            }
        }
        numbered_by_first_node(place, (u32::MAX - component) as usize)
    }

    fn visit(&self, node: u32, place: &mut [u32], next_place: &mut u32) -> Visit {
        place[node as usize] = *next_place;
        *next_place += 1;
        Visit { node, arc: self.offsets[node as usize], root: true }
    }
}

/// A node that the search is inside of.
struct Visit {
    node: u32,
    /// The arc to look at next.
    arc: u32,
    /// Whether no earlier node could be reached so far.
    root: bool,
}

/// Components from labels `u32::MAX`, `u32::MAX` − 1, …
fn numbered_by_first_node(mut label: Vec<u32>, count: usize) -> Components {
    const UNNAMED: u32 = u32::MAX;
    let mut names = vec![UNNAMED; count];
    let mut sizes = Vec::with_capacity(count);
    for label in &mut label {
        let name = &mut names[(u32::MAX - *label) as usize];
        if *name == UNNAMED {
            *name = sizes.len() as u32;
            sizes.push(0);
        }
        *label = *name;
        sizes[*name as usize] += 1;
    }
    Components { label, sizes }
}

impl EdgeList {
    /// The graph as crawled: every row, in its direction.
    ///
    /// # Panics
    ///
    /// If the rows name other nodes than `ids` numbers, which no reader makes.
    pub fn directed(&self) -> Digraph {
        Digraph::from_edges(self.nodes(), &self.edges)
    }
}

impl fmt::Debug for Digraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digraph({} nodes, {} edges)", self.nodes(), self.edges())
    }
}
