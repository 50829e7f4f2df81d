//! The bridge to `petgraph`, for its algorithms and as an oracle in tests.

use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::visit::EdgeRef;

use super::{Graph, Simplification};

impl Graph {
    /// The same graph as a `petgraph` one: node `v` is `NodeIndex::new(v)`, and edges are added in the order of
    /// [`Graph::edge_list`] (mind that `petgraph` lists neighbours in reverse order of insertion).
    pub fn to_petgraph(&self) -> UnGraph<(), (), u32> {
        let mut graph = UnGraph::with_capacity(self.nodes() as usize, self.edges() as usize);
        for _ in 0..self.nodes() {
            graph.add_node(());
        }
        for (u, v) in self.edge_list() {
            graph.add_edge(NodeIndex::from(u), NodeIndex::from(v), ());
        }
        graph
    }

    /// The simple graph below a `petgraph` one, which may hold self-loops and parallel edges; says what was erased.
    ///
    /// # Panics
    ///
    /// If it has more than [`Graph::MAX_EDGES`] edges.
    pub fn from_petgraph<N, E>(graph: &UnGraph<N, E, u32>) -> (Graph, Simplification) {
        let end = |node: NodeIndex<u32>| node.index() as u32;
        let edges: Vec<_> =
            graph.edge_references().map(|edge| (end(edge.source()), end(edge.target()))).collect();
        Graph::from_edges(graph.node_count() as u32, &edges)
    }
}
