//! Peerlab: a deterministic discrete-event simulator of peer-to-peer networks.
//!
//! It compares what a lookup costs across architectures, on the same peers, content and links; it is right where it can be
//! checked, fast, and reproducible to the bit.
//!
//! The modules in reading order:
//!
//! | module | what |
//! | --- | --- |
//! | [`sim`] | the kernel: time, events, peers' streams, the [`Protocol`](sim::Protocol) trait, who pays for what |
//! | [`protocols`] | one file per paper, and the registry |
//! | [`space`] | identifier spaces that protocols share |
//! | [`world`] | what protocols live in: population, overlay, underlay, content, workload, churn, faults |
//! | [`graph`] | compact graphs: generators, files, components, floods |
//! | [`experiment`] | scenarios, sweeps, records, results |
//! | [`lab`] | labs for students: questions that the model answers |
//! | [`conformance`] | cases that a protocol of one's own can be tested with |
//! | [`stats`], [`report`] | summaries and scaling laws; tables and figures |
//! | [`bench`](mod@bench), [`cli`] | speed, measured; the command line |
//!
//! A protocol in a world, in a few lines:
//!
//! ```
//! use peerlab::protocols::chord::{Chord, Params};
//! use peerlab::world::Settings;
//!
//! let mut settings = Settings::default();
//! settings.workload.lookups = 200;
//! let outcome = peerlab::simulate::<Chord>(&settings, 64, 1, &Params::default())?;
//!
//! assert_eq!(outcome.lookups.len(), 200);
//! assert!(outcome.lookups.iter().all(|lookup| lookup.answer.is_some_and(|answer| answer.correct)));
//! # Ok::<(), String>(())
//! ```

#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod bench;
pub mod cli;
pub mod conformance;
pub mod experiment;
pub mod graph;
pub mod lab;
#[cfg(test)]
mod properties;
pub mod protocols;
pub mod report;
pub mod sim;
pub mod space;
pub mod stats;
pub mod units;
pub mod world;

use std::sync::Arc;

/// Runs protocol `P`, which may be your own, among `peers` peers in the world that `settings` describe.
///
/// # Errors
/// What is wrong with the settings or the parameters, in a sentence.
pub fn simulate<P: sim::Protocol>(
    settings: &world::Settings,
    peers: u32,
    seed: u64,
    params: &P::Params,
) -> Result<sim::Outcome, String> {
    let terrain = world::Terrain::build(settings, Some(peers), seed, None, P::OVERLAY);
    let terrain = terrain.map_err(|error| error.to_string())?;
    let director = terrain.director(P::servers(params));
    let engine = sim::Engine::<P>::new(Arc::new(terrain), director, params, sim::QueueKind::Wheel)?;
    Ok(engine.run())
}
