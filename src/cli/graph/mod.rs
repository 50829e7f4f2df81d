//! `peerlab graph`: graphs in files, one file per subcommand.

mod fit;

use clap::{Args, Subcommand};

use super::Failure;

/// Graphs: generated, measured, fitted, attacked, converted, drawn.
#[derive(Debug, Args)]
pub(super) struct Graph {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fit a power law to the degrees of a graph, or to a list of numbers
    Fit(Box<fit::Fit>),
}

impl Graph {
    pub(super) fn execute(self) -> Result<(), Failure> {
        match self.command {
            Command::Fit(fit) => fit.execute(),
        }
    }
}
