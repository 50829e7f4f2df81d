//! What the subcommands say of files of graphs.

use std::fs;
use std::io::{self, stdout};
use std::path::Path;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::super::{Failure, tell};
use super::patience::Stop;
use crate::experiment::diagnostic::Diagnostic;
use crate::graph::{Format, GraphError, GraphFile, Kept, Source, read_graph, write_graph_as, write_graph_to};

/// A format by its name on the command line.
#[derive(Clone, Copy, Debug)]
pub(super) struct FormatName(pub(super) Format);

impl ValueEnum for FormatName {
    fn value_variants<'a>() -> &'a [FormatName] {
        const ALL: [FormatName; Format::LISTED.len()] = {
            let mut all = [FormatName(Format::Snap); Format::LISTED.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = FormatName(Format::LISTED[at].0);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// What a graph's file had to say.
pub(super) fn failure(error: GraphError) -> Failure {
    match error {
        GraphError::Stopped => Failure::Interrupted,
        error => Failure::User(Diagnostic::new(error.to_string())),
    }
}

/// Reads a file in any format.
pub(super) fn read(path: &Path, format: Option<FormatName>) -> Result<GraphFile, Failure> {
    read_graph(path, format.map(|name| name.0)).map_err(failure)
}

/// Writes a graph into a file, whose folder is made if need be, or to standard output, in SNAP's format unless another is
/// asked for.
pub(super) fn write<'a>(
    path: Option<&Path>,
    graph: impl Into<Source<'a>>,
    format: Option<FormatName>,
    stop: &Stop,
) -> Result<Kept, Failure> {
    let format = format.map(|name| name.0);
    let Some(path) = path else {
        return match write_graph_to(stdout().lock(), graph, format.unwrap_or(Format::Snap)) {
            Ok(kept) => Ok(kept),
            // A reader that has gone away (`| head`) ends the program quietly.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(Kept { lone_nodes_lost: 0, names_lost: false, supernodes_lost: false })
            }
            Err(error) => {
                Err(Failure::User(Diagnostic::new(format!("cannot write to standard output: {error}"))))
            }
        };
    };
    if format.or_else(|| Format::of_name(path)).is_none() {
        return Err(failure(GraphError::Ending { path: path.to_path_buf() }));
    }
    if !stop.begin_writing() {
        return Err(Failure::Interrupted);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Diagnostic::io("create", folder, &error))?;
    }
    write_graph_as(path, graph, format, &|| stop.asked()).map_err(failure)
}

/// So many things of a kind.
pub(super) fn counted(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Says what did not reach a file.
pub(super) fn tell_lost(kept: Kept) {
    match kept.lone_nodes_lost {
        0 => {}
        1 => tell("warning: 1 node without links is not in the file: the format has no place for it"),
        many => tell(&format!(
            "warning: {many} nodes without links are not in the file: the format has no place for them"
        )),
    }
    if kept.names_lost {
        tell("warning: the format has no place for the names of the nodes: they are numbered from 0");
    }
    if kept.supernodes_lost {
        tell("warning: the format has no place for who is a supernode");
    }
}
