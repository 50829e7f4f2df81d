//! `peerlab graph`: graphs in files.

mod attack;
mod measure;
mod watched;

use clap::{Args, Subcommand};

use super::Failure;

/// Work on graphs in files: what they look like, and what is left of them under attack.
#[derive(Debug, Args)]
pub(super) struct Graph {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Measure a graph: degrees, components, clustering, paths, small world, betweenness, spectrum
    Measure(measure::Measure),
    /// Take a graph's nodes away, at random or the best placed first: what is left, as CSV and figure
    Attack(attack::AttackGraph),
}

impl Graph {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        match &self.what {
            What::Measure(measure) => measure.execute(),
            What::Attack(attack) => attack.execute(),
        }
    }
}
