//! Tests of the graph module: against `petgraph` and a message-by-message flood, against published figures, and
//! against damaged files.

mod files;
mod formats;
mod growth;
mod measures;
mod models;
mod oracle;
mod refusals;
mod resilience;
mod seeds;
mod worlds;

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// A random stream of its own for every test.
fn stream(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}
