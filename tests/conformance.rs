//! The conformance suite: what every protocol must do, driven by the registry.
//!
//! A protocol is tested by being registered. Each case runs for every name in `NAMES`, with the protocol's default
//! parameters, in a world made from a scenario's tables. How long a network may take to come to rest is one time for all
//! protocols, `cases::REST`.

mod worlds;

#[path = "conformance/cases.rs"]
mod cases;
#[path = "conformance/rest.rs"]
mod rest;
#[path = "conformance/same.rs"]
mod same;
#[path = "conformance/small.rs"]
mod small;
#[path = "conformance/unrest.rs"]
mod unrest;
