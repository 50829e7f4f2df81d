//! `peerlab graph`: graphs generated, converted and drawn, one file per subcommand.

mod convert;
mod draw;
mod files;
mod generate;
mod patience;

use clap::{Args, Subcommand};

use super::Failure;

/// Graphs: generated, measured, converted, drawn.
#[derive(Debug, Args)]
pub(super) struct Graph {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Draw a graph from a model and write it to a file or to standard output
    Generate(generate::Generate),
    /// Write a graph in another format
    Convert(convert::Convert),
    /// Draw a small graph as an SVG
    Draw(draw::Draw),
}

impl Graph {
    pub(super) fn execute(self) -> Result<(), Failure> {
        match self.command {
            Command::Generate(generate) => generate.execute(),
            Command::Convert(convert) => convert.execute(),
            Command::Draw(draw) => draw.execute(),
        }
    }
}
