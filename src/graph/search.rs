//! Breadth-first search, and what a flood costs.

use super::Graph;

/// The distance of a node that was not reached.
pub const UNREACHED: u32 = u32::MAX;

/// A breadth-first search that keeps its memory, for many sources on one graph: a search costs what it visits, not
/// what the graph holds.
///
/// ```
/// # use peerlab::graph::{Graph, Search};
/// let (path, _) = Graph::from_edges(4, &[(0, 1), (1, 2), (2, 3)]);
/// let mut search = Search::new();
/// let costs: Vec<u64> = (0..4).map(|source| search.flood(&path, source, 2).messages).collect();
/// assert_eq!(costs, [2, 3, 3, 2]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Hops from the last source, [`UNREACHED`] for all that the last search did not visit.
    distance: Vec<u32>,
    /// The nodes that the last search visited, in the order it met them.
    visited: Vec<u32>,
}

/// What a flood cost and whom it reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flood {
    /// Copies of the query sent, over all links.
    pub messages: u64,
    /// Peers that got it, the source among them.
    pub reached: u32,
}

impl Search {
    /// A workspace for graphs of any size; it grows with the largest one searched.
    pub fn new() -> Search {
        Search::default()
    }

    /// Visits all nodes within `max_depth` hops of `source` and gives every node's distance in hops
    /// ([`UNREACHED`] beyond). [`Search::visited`] lists the nodes met.
    ///
    /// # Panics
    ///
    /// If `source` is not a node.
    pub fn distances(&mut self, graph: &Graph, source: u32, max_depth: u32) -> &[u32] {
        assert!(source < graph.nodes(), "no node {source} in a graph of {} nodes", graph.nodes());
        self.forget(graph.nodes());
        self.distance[source as usize] = 0;
        self.visited.push(source);
        let mut turn = 0;
        while let Some(&node) = self.visited.get(turn) {
            turn += 1;
            let depth = self.distance[node as usize];
            if depth >= max_depth {
                break; // Nodes come by ascending distance: all that follow are as far.
            }
            for &next in graph.neighbours(node) {
                if self.distance[next as usize] == UNREACHED {
                    self.distance[next as usize] = depth + 1;
                    self.visited.push(next);
                }
            }
        }
        &self.distance
    }

    /// The nodes that the last search met, by ascending distance, the source first.
    pub fn visited(&self) -> &[u32] {
        &self.visited
    }

    /// What a flood from `source` costs that lives for `ttl` hops; see [`flood`].
    ///
    /// # Panics
    ///
    /// If `source` is not a node.
    pub fn flood(&mut self, graph: &Graph, source: u32, ttl: u32) -> Flood {
        self.distances(graph, source, ttl);
        let forwarding = self.visited.iter().take_while(|&&node| self.distance[node as usize] < ttl);
        let copies = |&node: &u32| u64::from(graph.degree(node)) - u64::from(node != source);
        Flood { messages: forwarding.map(copies).sum(), reached: self.visited.len() as u32 }
    }

    /// Undoes the last search, at its own cost, and makes room for `nodes`.
    fn forget(&mut self, nodes: u32) {
        for &node in &self.visited {
            self.distance[node as usize] = UNREACHED;
        }
        self.visited.clear();
        self.distance.resize(nodes as usize, UNREACHED);
    }
}

/// Every node's distance from `source` in hops, [`UNREACHED`] for those beyond `max_depth` (`u32::MAX`: no limit).
///
/// # Panics
///
/// If `source` is not a node.
pub fn distances(graph: &Graph, source: u32, max_depth: u32) -> Vec<u32> {
    let mut search = Search::new();
    search.distances(graph, source, max_depth);
    search.distance
}

/// What a flood from `source` costs when every link has the same latency and duplicates are suppressed: the source
/// asks all its neighbours, and whoever gets the query first at fewer than `ttl` hops passes it on to all but the
/// sender. So the messages are Σ over peers v reached at fewer than `ttl` hops of (degree(v) − [v is not the source]).
/// A `ttl` of 0 sends nothing. Under unequal latencies this is an upper bound: a copy that came first over a longer
/// path has spent its hops.
///
/// # Panics
///
/// If `source` is not a node.
pub fn flood(graph: &Graph, source: u32, ttl: u32) -> Flood {
    Search::new().flood(graph, source, ttl)
}
