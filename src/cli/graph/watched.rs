//! Reading a graph, and long work that shows how far it is and ends on Ctrl-C.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::{Failure, tell};
use super::files::failure;
use crate::experiment::interrupt::Interrupt;
use crate::graph::measure::Stopped;
use crate::graph::{Digraph, Format, Graph, GraphFile, read_graph};
use crate::units::nearest;

/// Which graph.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// A file of a graph, plain or gzip; its ending says the format, else it is an edge list
    pub(super) file: PathBuf,
    /// What the file is, whatever its ending: `graph` for an edge list, or the format: snap, csv, adjacency, graphml,
    /// gexf, dot, pajek
    #[arg(long = "as", value_name = "WHAT", value_parser = format)]
    format: Option<Format>,
    /// Take each row for a link both ways, whatever the file says
    #[arg(long)]
    undirected: bool,
}

impl Input {
    /// The simple undirected graph, and the crawl with its directions where it has any.
    pub(super) fn read(&self) -> Result<(Graph, Option<Digraph>), Failure> {
        let file: GraphFile = read_graph(&self.file, self.format).map_err(failure)?;
        let crawl = (file.directed && !self.undirected).then(|| file.list.directed());
        Ok((file.undirected().0, crawl))
    }

    /// The file's name without its endings.
    pub(super) fn name(&self) -> String {
        let name = self.file.file_name().unwrap_or(self.file.as_os_str()).to_string_lossy().into_owned();
        let bare = name.strip_suffix(".gz").unwrap_or(&name);
        Path::new(bare)
            .file_stem()
            .map_or_else(|| bare.to_owned(), |stem| stem.to_string_lossy().into_owned())
    }
}

/// The format that a word on the command line stands for.
fn format(word: &str) -> Result<Format, String> {
    let names: Vec<&str> =
        std::iter::once("graph").chain(Format::LISTED.iter().map(|(_, name, _)| *name)).collect();
    match Format::LISTED.iter().find(|(_, name, _)| *name == word) {
        Some(&(format, ..)) => Ok(format),
        None if word == "graph" => Ok(Format::Snap),
        None => {
            let near =
                nearest(word, &names).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
            Err(format!("{near}There are: {}", names.join(", ")))
        }
    }
}

/// Ctrl-C ended the work, and the user is told.
pub(super) fn interrupted(_: Stopped) -> Failure {
    tell("interrupted: nothing was written");
    Failure::Interrupted
}

/// Long work: a bar on a terminal, and an ear for Ctrl-C.
pub(super) struct Watched {
    interrupt: Interrupt,
    bar: Option<ProgressBar>,
}

/// Parts of the work that the bar can tell apart.
const PARTS: f64 = 1000.0;

impl Watched {
    pub(super) fn start(quiet: bool) -> Result<Watched, Failure> {
        let interrupt = Interrupt::install()?;
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(PARTS as u64), ProgressDrawTarget::stderr());
            let template = "{bar:30} {percent} % of {msg}, {elapsed} gone";
            let style = ProgressStyle::with_template(template);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        Ok(Watched { interrupt, bar })
    }

    /// Work on `what` begins.
    pub(super) fn begins(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
            bar.set_position(0);
        }
    }

    /// A share of it is done; whether to go on.
    pub(super) fn goes_on(&self, share: f64) -> bool {
        if let Some(bar) = &self.bar {
            bar.set_position((share * PARTS) as u64);
        }
        !self.interrupt.requested()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
