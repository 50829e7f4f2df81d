//! Models of overlays: graphs drawn from a random stream.
//!
//! Every generator is a function of its parameters and the numbers that it takes from `rng`, and near-linear in what
//! it makes. Impossible parameters are a [`GraphError::Parameter`] that names the
//! parameter, what was expected and the nearest valid value; nothing is clamped in silence. No graph has more than
//! [`Graph::MAX_EDGES`] edges.
//!
//! What the smallest sizes give:
//!
//! | | n = 0 | n = 1 | n = 2 |
//! | --- | --- | --- | --- |
//! | [`ring`], [`star`], [`complete`] | error | a lone node | one edge |
//! | [`erdos_renyi`] | error | a lone node, if `mean_degree` is 0 | one edge with probability `mean_degree` ≤ 1 |
//! | [`random_regular`], [`random_picks`] | error | a lone node, if `k` is 0 | one edge (`k` = 1) or none (`k` = 0) |
//! | [`watts_strogatz`] | error | a lone node, if `k` is 0 | two lone nodes, if `k` is 0 |
//! | [`barabasi_albert`] | error | error | one edge (`m` = 1) |
//! | [`power_law`], [`from_law`] | error | error, unless the law has degree 0 alone | one edge (all degrees 1) |
//! | [`attractive`] | error | error | one edge (`m` = 1) |
//! | [`glp`] | error | error | one edge (`m` = 1) |
//! | [`torus`], [`tree`], [`recursive_tree`] | error | a lone node | one edge |
//! | [`chung_lu`] | error | a lone node | one edge with probability min(1, w₀w₁/(w₀ + w₁)) |
//! | [`stochastic_block`] | error | a lone node | one edge with the probability given |
//! | [`configuration`], [`wire`] | error | a lone node, if its degree is 0 | one edge (degrees 1, 1) or none |

mod blocks;
mod chung_lu;
mod configuration;
mod fixed;
mod graphic;
mod growth;
mod lattice;
mod preferential;
mod regular;
mod small_world;
mod uniform;
mod wiring;

pub use blocks::{MAX_BLOCKS, planted_partition, stochastic_block};
pub use chung_lu::{chung_lu, power_law_weights};
pub use configuration::{configuration, degrees_from_law, from_law, power_law};
pub use fixed::{complete, ring, star};
pub use growth::{attractive, check_attractiveness, check_glp, glp};
pub use lattice::{cubic_torus, recursive_tree, torus, tree};
pub use preferential::barabasi_albert;
pub use regular::random_regular;
pub use small_world::watts_strogatz;
pub use uniform::{erdos_renyi, random_picks};
pub use wiring::{DegreeReport, Multiplicity, wire};

use super::{Graph, GraphError};

/// Refuses the graph without nodes.
fn at_least_one(n: u32) -> Result<(), GraphError> {
    if n == 0 { Err(GraphError::parameter("n", 0, "at least 1 node").nearest(1)) } else { Ok(()) }
}

/// Refuses a number of neighbours that `n` nodes cannot give.
fn below_nodes(name: &'static str, value: u32, n: u32) -> Result<(), GraphError> {
    if value < n {
        return Ok(());
    }
    Err(GraphError::parameter(name, value, format!("below the number of nodes, {n}")).nearest(n - 1))
}

/// Refuses more edges than a graph holds; `nearest` is the largest `name` that fits, 0 if none does.
fn fits(name: &'static str, value: u32, edges: u64, nearest: u64) -> Result<(), GraphError> {
    if edges <= Graph::MAX_EDGES {
        return Ok(());
    }
    let expected = format!("at most {} edges, not {edges}", Graph::MAX_EDGES);
    let error = GraphError::parameter(name, value, expected);
    Err(if nearest > 0 { error.nearest(nearest) } else { error })
}

/// The graph of edges that the generator knows to be distinct.
fn simple(n: u32, edges: &[(u32, u32)]) -> Graph {
    let (graph, erased) = Graph::from_edges(n, edges);
    debug_assert_eq!(erased, super::Simplification::default());
    graph
}
