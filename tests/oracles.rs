//! Protocols against oracles, in random small worlds: floods against breadth-first search, Chord against the sorted ring, CAN
//! against the points of its space.
//!
//! Cases are drawn from a fixed seed, so every run tests the same ones.

mod worlds;

#[path = "oracles/can.rs"]
mod can;
#[path = "oracles/chord.rs"]
mod chord;
#[path = "oracles/flood.rs"]
mod flood;
#[path = "oracles/textbook.rs"]
mod textbook;

use proptest::test_runner::{Config, RngSeed};

/// So many cases, the same ones every time.
fn cases(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(2003), failure_persistence: None, ..Config::default() }
}
