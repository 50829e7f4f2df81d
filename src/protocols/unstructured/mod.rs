//! What overlays without structure have in common, in one tier or two: the memory of descriptors that passed, connections,
//! the host cache, and settled graphs that are almost regular.

mod graph;
mod hosts;
mod neighbours;
mod seen;

pub(in crate::protocols) use self::graph::near_regular;
pub(in crate::protocols) use self::hosts::HostCache;
pub(in crate::protocols) use self::neighbours::Neighbours;
pub use self::seen::{Guid, Serial};
pub(in crate::protocols) use self::seen::{Seen, Ticks};
