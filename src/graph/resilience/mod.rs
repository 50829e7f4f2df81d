//! What is left of a graph when its nodes are taken away.
//!
//! An [`Attack`] gives the [`order`] in which nodes go; [`remove`] says what is left after each of them, in near-linear
//! time for the whole curve: read backwards, removal is growth, and growing components merge. [`paths_along`] measures
//! distances at a few steps, and [`theory`] says where random graphs of the same degrees fall apart.
//!
//! ```
//! # use peerlab::graph::{generate, resilience::remove};
//! let star = generate::star(5).unwrap();
//! let curve = remove(&star, &[0, 1, 2, 3, 4]); // The hub first.
//! assert_eq!(curve.giant, [5, 1, 1, 1, 1, 0]);
//! assert_eq!(curve.threshold(0.5), Some(0.2));
//! ```

mod attack;
mod curve;
pub mod theory;

pub use attack::{Attack, Effort, order};
pub use curve::{Removal, paths_along, remove};
