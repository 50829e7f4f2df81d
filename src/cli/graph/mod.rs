//! `peerlab graph`: graphs in files, one file per subcommand.

mod attack;
mod convert;
mod draw;
mod files;
mod fit;
mod generate;
mod measure;
mod patience;
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
    /// Draw a graph from a model and write it to a file or to standard output
    Generate(generate::Generate),
    /// Measure a graph: degrees, components, clustering, paths, small world, betweenness, spectrum
    Measure(measure::Measure),
    /// Fit a power law to the degrees of a graph, or to a list of numbers
    Fit(Box<fit::Fit>),
    /// Take a graph's nodes away, at random or the best placed first: what is left, as CSV and figure
    Attack(attack::AttackGraph),
    /// Write a graph in another format
    Convert(convert::Convert),
    /// Draw a small graph as an SVG
    Draw(draw::Draw),
}

impl Graph {
    pub(super) fn execute(self) -> Result<(), Failure> {
        match self.command {
            Command::Generate(generate) => generate.execute(),
            Command::Measure(measure) => measure.execute(),
            Command::Fit(fit) => fit.execute(),
            Command::Attack(attack) => attack.execute(),
            Command::Convert(convert) => convert.execute(),
            Command::Draw(draw) => draw.execute(),
        }
    }
}
