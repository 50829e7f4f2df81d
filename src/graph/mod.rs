//! Compact graphs: what the overlays of this simulator look like, before and after a run.
//!
//! [`Graph`] is a simple undirected graph on nodes `0..nodes`. Graphs come from three places: a model
//! ([`generate`]), a measured file ([`read_graph`]), or a run. Everything here is near-linear in nodes plus
//! edges, and a function of its arguments and the random stream alone: no hash order, no thread, no system
//! mathematics (the `libm` crate only), so the same seed gives the same graph on every platform.
//!
//! | here | what |
//! | --- | --- |
//! | [`Graph`], [`Simplification`] | the graph, and what making it simple erased |
//! | [`generate`], [`DegreeLaw`] | models: power law, Barabási–Albert, Erdős–Rényi, regular, small world, … |
//! | [`Digraph`] | a crawl with its directions, and its strong components |
//! | [`components`], [`apply`] | connected components, and what to do when there are several |
//! | [`distances`], [`flood`], [`Search`] | breadth-first search, and the exact cost of a flood |
//! | [`measure`] | degrees, clustering, paths, betweenness, small worlds, spectrum |
//! | [`resilience`] | what is left when nodes are taken away, and when it falls apart |
//! | [`read_graph`], [`write_graph_as`] | files in seven formats, plain or gzip |
//! | [`read_edge_list`], [`write_graph`] | SNAP edge lists alone, in their strictest form |
//!
//! ```
//! # use peerlab::graph::{Graph, flood};
//! let (path, erased) = Graph::from_edges(3, &[(0, 1), (1, 2), (2, 1)]);
//! assert_eq!((path.edges(), erased.duplicates), (2, 1));
//! assert_eq!(flood(&path, 0, 7).messages, 2);
//! ```

mod bridge;
mod compact;
mod components;
mod digraph;
mod error;
mod format;
pub mod generate;
mod law;
mod lines;
pub mod measure;
mod read;
pub mod resilience;
mod search;
mod write;

#[cfg(test)]
mod tests;

pub use compact::{Graph, Simplification};
pub use components::{Applied, ComponentPolicy, Components, apply, components};
pub use digraph::Digraph;
pub use error::GraphError;
pub use format::{Format, GraphFile, Kept, Source, read_degrees, read_graph, write_graph_as, write_graph_to};
pub use law::DegreeLaw;
pub use read::{EdgeList, read_edge_list};
pub use search::{Flood, Search, UNREACHED, distances, flood};
pub use write::{Compression, write_edge_list, write_graph};
