//! Peerlab
pub mod bench;
pub mod sim;
pub mod units;
pub mod graph;
