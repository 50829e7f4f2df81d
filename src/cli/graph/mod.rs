//! `peerlab graph`: graphs in files, one file per subcommand.

mod attack;
mod fit;
mod measure;
mod watched;

use clap::{Args, Subcommand};

use super::Failure;

/// Graphs in files: generated, measured, fitted, attacked, converted, drawn.
#[derive(Debug, Args)]
pub(super) struct Graph {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure a graph: degrees, components, clustering, paths, small world, betweenness, spectrum
    Measure(measure::Measure),
    /// Fit a power law to the degrees of a graph, or to a list of numbers
    Fit(Box<fit::Fit>),
    /// Take a graph's nodes away, at random or the best placed first: what is left, as CSV and figure
    Attack(attack::AttackGraph),
}

impl Graph {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        match &self.command {
            Command::Measure(measure) => measure.execute(),
            Command::Fit(fit) => fit.execute(),
            Command::Attack(attack) => attack.execute(),
        }
    }
}
