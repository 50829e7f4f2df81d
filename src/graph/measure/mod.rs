//! What a graph looks like in numbers.
//!
//! | here | what | cost |
//! | --- | --- | --- |
//! | [`DegreeCounts`] | moments, κ, distribution functions, log-binned histogram | linear |
//! | [`triangles`] | triangles, clustering local, global and SNAP's | near-linear on sparse graphs |
//! | [`assortativity`], [`rich_club`], [`cores`] | who is linked with whom | linear |
//! | [`Giant`] | the largest component, ready for searches | linear |
//! | [`paths`], [`diameter`] | hop plot, mean path, effective diameter; diameter by bounding | many searches at once |
//! | [`betweenness`] | Brandes, exact or sampled | one search a source |
//! | [`small_world`], [`rewire`] | σ and ω against graphs of the same degrees | a few times [`paths`] |
//! | [`spectral_gap`] | of the normalised Laplacian | some hundred products |
//! | [`summarise`] | all of it, as `peerlab graph measure` shows it | |
//!
//! Conventions: degrees are of the whole undirected graph; paths, effective diameter and clustering are of its
//! largest component. A figure that was sampled carries its standard error, and one that does not exist (the mean
//! path of a lone node) is `None`. Nothing depends on the number of threads: counts are integers, and sums of
//! fractions run in a fixed order.

mod betweenness;
mod cores;
mod degrees;
mod diameter;
mod fields;
mod giant;
mod mixing;
mod paths;
mod small_world;
mod spectrum;
mod summary;
mod triangles;
mod wave;

pub use betweenness::{Betweenness, betweenness};
pub use cores::{Cores, cores};
pub use degrees::{Bin, DegreeCounts};
pub use diameter::{Diameter, diameter};
pub use fields::Figure;
pub use giant::Giant;
pub use mixing::{RichClub, assortativity, rich_club};
pub use paths::{Estimate, Paths, Sources, paths};
pub use small_world::{SmallWorld, latticed, rewire, small_world};
pub use spectrum::{SpectralGap, spectral_gap};
pub use summary::{Largest, Measures, Options, Part, summarise};
pub use triangles::{Clustering, Triangles, triangles};

/// What long work tells and asks now and then: the share of it that is done, 0 to 1, and whether to go on. It is
/// called from any thread.
///
/// ```
/// # use peerlab::graph::measure::{Stopped, Watch};
/// let impatient: &Watch = &|share| share < 0.5;
/// assert!(!impatient(0.9));
/// ```
pub type Watch<'a> = dyn Fn(f64) -> bool + Sync + 'a;

/// A [`Watch`] that never stops anything.
pub fn unwatched(_: f64) -> bool {
    true
}

/// Its [`Watch`] ended the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped before the end")]
pub struct Stopped;
