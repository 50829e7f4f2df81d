//! What can go wrong with a graph that a user asked for.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use super::Format;

/// Why there is no graph. Messages name the parameter or the file and line, what was found, what was expected and,
/// where there is one, the nearest valid choice.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// A model cannot be built with this parameter.
    #[error("{name}: got {found}, expected {expected}{}", nearest_value(.nearest))]
    Parameter {
        /// The parameter's name, as the generator spells it.
        name: &'static str,
        /// Its value.
        found: String,
        /// What would be valid.
        expected: String,
        /// The valid value next to `found`, when there is one.
        nearest: Option<String>,
    },

    /// More edges than [`Graph::MAX_EDGES`](super::Graph::MAX_EDGES) or more nodes than 32 bits number.
    #[error("{what}: {found}, but a graph holds at most {limit}")]
    TooLarge {
        /// What there is too much of, and where.
        what: String,
        /// How many there are.
        found: u64,
        /// How many would fit.
        limit: u64,
    },

    /// There is no such file.
    #[error("{}: no such file{}", .path.display(), nearest_file(.nearest))]
    Missing {
        /// The path as given.
        path: PathBuf,
        /// The file or folder whose name comes next to it.
        nearest: Option<PathBuf>,
    },

    /// The path leads to a folder.
    #[error("{}: this is a folder, expected an edge list (plain or gzip)", .path.display())]
    Folder {
        /// The path as given.
        path: PathBuf,
    },

    /// A line is no row of an edge list.
    #[error("{}:{line}: found `{found}`, expected {expected}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from one, in the file as unpacked.
        line: u64,
        /// The offending text, escaped, and cut if it is long.
        found: String,
        /// What should have stood there.
        expected: &'static str,
    },

    /// The file has no row at all.
    #[error("{}: no edge in it, expected at least one line `from<TAB>to`", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },

    /// The file has no node at all.
    #[error("{}: no node in it, expected {format}", .path.display())]
    NoNode {
        /// The file.
        path: PathBuf,
        /// What it was taken for.
        format: String,
    },

    /// A name says no format to write in.
    #[error("{}: the ending says no format, expected {}", .path.display(), endings())]
    Ending {
        /// The name.
        path: PathBuf,
    },

    /// Somebody asked to stop; no file was left behind.
    #[error("stopped")]
    Stopped,

    /// The gzip stream is cut short or damaged.
    #[error("{}: the gzip stream breaks after line {line} ({source}); fetch the file again", .path.display())]
    Gzip {
        /// The file.
        path: PathBuf,
        /// How many lines could be read.
        line: u64,
        /// What the decoder says.
        source: io::Error,
    },

    /// The operating system refused to read or write.
    #[error("{}: cannot {doing}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `write`.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

impl GraphError {
    /// A parameter without a valid value nearby.
    pub(super) fn parameter(
        name: &'static str,
        found: impl Display,
        expected: impl Into<String>,
    ) -> GraphError {
        GraphError::Parameter { name, found: found.to_string(), expected: expected.into(), nearest: None }
    }

    /// Adds the nearest valid value to a parameter's error.
    pub(super) fn nearest(mut self, value: impl Display) -> GraphError {
        if let GraphError::Parameter { nearest, .. } = &mut self {
            *nearest = Some(value.to_string());
        }
        self
    }

    pub(super) fn reading(path: &Path, source: io::Error) -> GraphError {
        GraphError::Io { path: path.to_path_buf(), doing: "read", source }
    }

    pub(super) fn writing(path: &Path, source: io::Error) -> GraphError {
        GraphError::Io { path: path.to_path_buf(), doing: "write", source }
    }
}

fn nearest_value(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|value| format!("; the nearest valid value is {value}")).unwrap_or_default()
}

fn nearest_file(nearest: &Option<PathBuf>) -> String {
    nearest.as_ref().map(|path| format!("; did you mean {}?", path.display())).unwrap_or_default()
}

fn endings() -> String {
    let known = Format::LISTED.iter().flat_map(|(_, _, endings)| endings.iter());
    let known: Vec<String> = known.map(|ending| format!(".{ending}")).collect();
    format!("one of {}, or that with .gz", known.join(" "))
}
