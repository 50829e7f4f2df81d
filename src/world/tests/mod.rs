//! The world as a whole, by law: fixed seeds, stated bounds, no retries.

mod churn;
mod classes;
mod content;
mod files;
mod laws;
mod overlay;
mod skew;
mod time;
mod underlay;

use super::{Settings, Terrain, WorldError};
use crate::sim::{Director, Happening, Time};

/// The settings that a scenario text means.
fn settings(text: &str) -> Settings {
    toml::from_str(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn world(text: &str, peers: u32, seed: u64) -> Terrain {
    Terrain::build(&settings(text), Some(peers), seed, None, true)
        .unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn refusal(text: &str, peers: Option<u32>) -> WorldError {
    Terrain::build(&settings(text), peers, 1, None, true).expect_err(text)
}

/// Everything that happens, with its time.
fn story(director: &mut dyn Director) -> Vec<(Time, Happening)> {
    let mut story = Vec::new();
    loop {
        let time = director.next_time();
        match director.next() {
            Some(happening) => story.push((time, happening)),
            None => return story,
        }
    }
}
