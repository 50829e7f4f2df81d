//! The conformance suite: what every protocol must do, driven by the registry.
//!
//! A protocol is tested by being registered. Each case runs for every name in `NAMES`, with the protocol's default
//! parameters, in a world made from a scenario's tables. A protocol that is too slow to come to rest fails
//! [`REST`](cases::REST), which is the suite's to set, not the protocol's.

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
