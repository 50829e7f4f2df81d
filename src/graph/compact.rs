//! The graph itself, as compressed sparse rows.

use std::fmt;

/// A simple undirected graph on the nodes `0..nodes`, in compressed sparse rows.
///
/// Every edge is stored from both ends; the neighbours of a node lie side by side in ascending order. Four bytes a
/// node and eight bytes an edge. Two graphs are equal when they have the same nodes and the same edges.
///
/// ```
/// # use peerlab::graph::Graph;
/// let (triangle, _) = Graph::from_edges(3, &[(0, 1), (1, 2), (2, 0)]);
/// assert_eq!(triangle.neighbours(2), [0, 1]);
/// assert_eq!(triangle.edge_list().collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 2)]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Graph {
    /// `targets[offsets[v]..offsets[v + 1]]` are the neighbours of `v`; one entry more than there are nodes.
    offsets: Vec<u32>,
    /// Sorted and without repetition inside each row.
    targets: Vec<u32>,
}

/// What [`Graph::from_edges`] erased to make the graph simple, in rows of its input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Simplification {
    /// Rows that joined a node with itself.
    pub self_loops: u64,
    /// Rows that repeated an earlier edge, in either direction.
    pub duplicates: u64,
}

impl Graph {
    /// The most rows that a graph is built from: offsets are 32-bit, and every edge is stored twice.
    pub const MAX_EDGES: u64 = (u32::MAX / 2) as u64;

    /// Builds the graph on `0..nodes` from undirected edges in any order and direction, erasing self-loops and
    /// repetitions, which are counted.
    ///
    /// Linear, but for sorting each row: count the degrees, scatter the ends, sort each row and close the gaps.
    ///
    /// # Panics
    ///
    /// If an end is not below `nodes`, or there are more than [`Graph::MAX_EDGES`] rows. Readers and generators of
    /// this module report both as errors beforehand.
    pub fn from_edges(nodes: u32, edges: &[(u32, u32)]) -> (Graph, Simplification) {
        assert!(edges.len() as u64 <= Graph::MAX_EDGES, "{} edges do not fit one graph", edges.len());
        Graph::from_rows(nodes, edges.iter().copied())
    }

    /// [`Graph::from_edges`] of rows that need not lie in one piece, of which there must not be more than
    /// [`Graph::MAX_EDGES`]; they are gone through twice.
    pub(super) fn from_rows(
        nodes: u32,
        edges: impl Iterator<Item = (u32, u32)> + Clone,
    ) -> (Graph, Simplification) {
        let (mut cursor, self_loops) = row_starts(nodes, edges.clone());
        let mut targets = vec![0u32; cursor[nodes as usize] as usize];
        for (u, v) in edges.filter(|(u, v)| u != v) {
            for (from, to) in [(u, v), (v, u)] {
                let slot = &mut cursor[from as usize];
                targets[*slot as usize] = to;
                *slot += 1;
            }
        }
        // Each cursor now stands at the end of its row, which is where the next row begins.
        let (offsets, erased) = sort_rows(cursor, &mut targets);
        let simplification = Simplification { self_loops, duplicates: erased / 2 };
        (Graph { offsets, targets }, simplification)
    }

    /// The graph of rows that are already sorted, without repetition, self-loop or missing end.
    pub(super) fn from_sorted_rows(offsets: Vec<u32>, targets: Vec<u32>) -> Graph {
        debug_assert_eq!(offsets.last().copied(), Some(targets.len() as u32));
        Graph { offsets, targets }
    }

    /// The graph of `nodes` nodes without any edge.
    pub fn edgeless(nodes: u32) -> Graph {
        Graph { offsets: vec![0; nodes as usize + 1], targets: Vec::new() }
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> u32 {
        (self.offsets.len() - 1) as u32
    }

    /// How many undirected edges there are.
    pub fn edges(&self) -> u64 {
        self.targets.len() as u64 / 2
    }

    /// The neighbours of `node`, ascending.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn neighbours(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.targets[self.offsets[node] as usize..self.offsets[node + 1] as usize]
    }

    /// How many neighbours `node` has.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn degree(&self, node: u32) -> u32 {
        self.offsets[node as usize + 1] - self.offsets[node as usize]
    }

    /// The degree of every node, in node order.
    pub fn degrees(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.offsets.windows(2).map(|row| row[1] - row[0])
    }

    /// Whether `u` and `v` are neighbours; logarithmic in the degree of `u`.
    ///
    /// # Panics
    ///
    /// If there is no node `u`.
    pub fn has_edge(&self, u: u32, v: u32) -> bool {
        self.neighbours(u).binary_search(&v).is_ok()
    }

    /// The graph among the nodes of `order` alone, numbered in that order: its node `i` is `order[i]` here. Linear,
    /// but for sorting each row.
    ///
    /// # Panics
    ///
    /// If `order` names a node that there is not, or one twice.
    pub fn induced(&self, order: &[u32]) -> Graph {
        const LEFT_OUT: u32 = u32::MAX;
        let mut number = vec![LEFT_OUT; self.nodes() as usize];
        for (new, &old) in order.iter().enumerate() {
            let number = &mut number[old as usize];
            assert!(*number == LEFT_OUT, "node {old} is named twice");
            *number = new as u32;
        }
        let room: usize = order.iter().map(|&node| self.degree(node) as usize).sum();
        let mut offsets = Vec::with_capacity(order.len() + 1);
        let mut targets = Vec::with_capacity(room);
        offsets.push(0);
        for &old in order {
            let row = targets.len();
            let renumbered = self.neighbours(old).iter().map(|&to| number[to as usize]);
            targets.extend(renumbered.filter(|&to| to != LEFT_OUT));
            targets[row..].sort_unstable();
            offsets.push(targets.len() as u32);
        }
        targets.shrink_to_fit();
        Graph { offsets, targets }
    }

    /// Every edge once, as `(u, v)` with `u < v`, ascending.
    pub fn edge_list(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.nodes()).flat_map(move |u| {
            let row = self.neighbours(u);
            row[row.partition_point(|&v| v < u)..].iter().map(move |&v| (u, v))
        })
    }
}

impl Default for Graph {
    /// The graph without nodes.
    fn default() -> Graph {
        Graph::edgeless(0)
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Graph({} nodes, {} edges)", self.nodes(), self.edges())
    }
}

/// Where each row starts when nothing but self-loops is erased, and the number of self-loops.
fn row_starts(nodes: u32, edges: impl Iterator<Item = (u32, u32)>) -> (Vec<u32>, u64) {
    let mut starts = vec![0u32; nodes as usize + 1];
    let mut self_loops = 0;
    for (u, v) in edges {
        assert!(u < nodes && v < nodes, "edge ({u}, {v}) leaves the graph of {nodes} nodes");
        if u == v {
            self_loops += 1;
        } else {
            starts[u as usize] += 1;
            starts[v as usize] += 1;
        }
    }
    let mut next = 0;
    for start in &mut starts {
        let degree = *start;
        *start = next;
        next += degree;
    }
    (starts, self_loops)
}

/// Sorts each row of `targets` and closes the gaps that repetitions leave. `ends[v]` is where row `v` ends; the
/// last entry, where all end. Gives the final offsets and the number of targets erased.
fn sort_rows(ends: Vec<u32>, targets: &mut Vec<u32>) -> (Vec<u32>, u64) {
    let mut offsets = Vec::with_capacity(ends.len());
    let (mut start, mut kept) = (0usize, 0usize);
    offsets.push(0);
    for &end in &ends[..ends.len() - 1] {
        let end = end as usize;
        targets[start..end].sort_unstable();
        let row = kept;
        for slot in start..end {
            let target = targets[slot];
            if kept == row || targets[kept - 1] != target {
                targets[kept] = target;
                kept += 1;
            }
        }
        start = end;
        offsets.push(kept as u32);
    }
    let erased = (targets.len() - kept) as u64;
    targets.truncate(kept);
    targets.shrink_to_fit();
    (offsets, erased)
}
