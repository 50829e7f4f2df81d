//! Peerlab
pub mod bench;
pub mod cli;
pub mod experiment;
pub mod graph;
pub mod protocols;
pub mod report;
pub mod sim;
pub mod space;
pub mod stats;
pub mod units;
pub mod world;
