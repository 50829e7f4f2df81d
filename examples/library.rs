//! The library in twenty lines: what does a Chord lookup cost as the network grows?
//!
//! `cargo run --release --example library`

use peerlab::protocols::chord::{Chord, Params};
use peerlab::world::Settings;

fn main() -> Result<(), String> {
    let settings = Settings::default();
    println!("{:>6} {:>14} {:>6}", "peers", "messages/lookup", "hops");
    for peers in [64, 256, 1024, 4096] {
        let outcome = peerlab::simulate::<Chord>(&settings, peers, 1, &Params::default())?;
        let n = outcome.lookups.len() as f64;
        let messages: u64 = outcome.lookups.iter().map(|lookup| lookup.messages).sum();
        let hops: u64 =
            outcome.lookups.iter().filter_map(|l| l.answer).map(|answer| u64::from(answer.hops)).sum();
        println!("{peers:>6} {:>14.2} {:>6.2}", messages as f64 / n, hops as f64 / n);
    }
    Ok(())
}
