//! What overlays without structure have in common, in one tier or two: the memory of descriptors that passed, connections,
//! the host cache, who may become a super-peer and what it knows, and settled graphs that are almost regular.

mod fitness;
mod graph;
mod hosts;
mod index;
mod neighbours;
mod push;
mod seen;

pub use self::fitness::Claim;
pub(in crate::protocols) use self::fitness::{Fitness, Uplink};
pub(in crate::protocols) use self::graph::near_regular;
pub(in crate::protocols) use self::hosts::HostCache;
pub(in crate::protocols) use self::index::Index;
pub(in crate::protocols) use self::neighbours::Neighbours;
pub(in crate::protocols) use self::push::PushRoutes;
pub use self::seen::{Guid, Serial};
pub(in crate::protocols) use self::seen::{Seen, Ticks};
