//! How properties are tested: by the same cases every time, so that a test that has passed passes again.

use proptest::test_runner::{Config, RngSeed};

/// So many cases, drawn from a fixed seed; nothing is remembered in files.
pub(crate) fn fixed_cases(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(2001), failure_persistence: None, ..Config::default() }
}
