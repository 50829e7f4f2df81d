//! `peerlab graph convert`.

use std::path::PathBuf;

use clap::Args;

use super::super::{Failure, tell};
use super::files::{FormatName, counted, read, tell_lost, write};
use super::patience::patiently;
use crate::graph::GraphFile;

/// Write a graph in another format.
///
/// Formats are told by the endings of the names, before a `.gz`: .txt .tsv .edges .edgelist .el .snap (SNAP's edge list), .csv,
/// .adj .adjlist (lists of neighbours), .graphml, .gexf, .dot .gv, .net (Pajek). Gzip is told by content when read, by `.gz` when
/// written.
#[derive(Debug, Args)]
pub(super) struct Convert {
    /// The file to read
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The file to write; standard output if not given
    #[arg(value_name = "OUT")]
    output: Option<PathBuf>,
    /// What the file to read is written in, whatever its name says
    #[arg(long, value_enum, value_name = "FORMAT")]
    from: Option<FormatName>,
    /// What to write it in, whatever its name says; SNAP's edge list on standard output
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<FormatName>,
    /// Take the directions away: each link once, and no self-loops
    #[arg(long)]
    undirected: bool,
}

impl Convert {
    pub(super) fn execute(self) -> Result<(), Failure> {
        patiently(format!("converting {}", self.input.display()), move |stop| {
            let mut file = read(&self.input, self.from)?;
            if self.undirected {
                file = file.into_undirected().0;
            }
            let kept = write(self.output.as_deref(), &file, self.to, stop)?;
            tell(&summary(&file));
            tell_lost(kept);
            Ok(())
        })
    }
}

/// How much there is.
fn summary(file: &GraphFile) -> String {
    let kind = if file.directed { "directed" } else { "undirected" };
    let links = counted(file.list.edges.len() as u64, &format!("{kind} link"));
    format!("{}, {links}", counted(u64::from(file.nodes()), "node"))
}
