//! Files of graphs, in the formats that people exchange.
//!
//! | format | endings | says the direction | lone nodes | names | supernodes |
//! | --- | --- | --- | --- | --- | --- |
//! | [`Format::Snap`], an edge list | `.txt`, `.tsv`, `.edges`, `.edgelist`, `.el`, `.snap` | in a comment | – | – | – |
//! | [`Format::Csv`], an edge list | `.csv` | in a column `type` | – | yes | – |
//! | [`Format::Adjacency`], a list | `.adj`, `.adjlist` | in a comment | yes | without spaces | – |
//! | [`Format::GraphMl`] | `.graphml` | yes | yes | yes | yes |
//! | [`Format::Gexf`] | `.gexf` | yes | yes | yes | yes |
//! | [`Format::Dot`] | `.dot`, `.gv` | yes | yes | yes | yes |
//! | [`Format::Pajek`] | `.net` | yes | yes | yes | – |
//!
//! Each may be packed with gzip: told by its content when read, by a further `.gz` when written. A file that does not
//! say whether its links have a direction is read as it stands: directed. Where some links have one and others not,
//! those without become two.

mod adjacency;
mod collect;
mod csv;
mod degrees;
mod dot;
mod gexf;
mod graphml;
mod pajek;
mod snap;
mod source;
mod xml;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::EdgeList;
use super::lines::open;
use super::write::{Compression, written};
use super::{Graph, GraphError, Simplification};
pub use degrees::read_degrees;
pub use source::{Kept, Source};

/// The language of a file of graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// SNAP's edge list: `#` comments, then lines of two numbers.
    Snap,
    /// Comma-separated edges, with a header or without.
    Csv,
    /// Lines of a node and its neighbours.
    Adjacency,
    /// GraphML (Brandes et al. 2002).
    GraphMl,
    /// GEXF, as Gephi writes it.
    Gexf,
    /// The language of Graphviz.
    Dot,
    /// Pajek's `.net`.
    Pajek,
}

impl Format {
    /// Every format, with the name that the command line knows it by and the endings of its files.
    pub const LISTED: &[(Format, &str, &[&str])] = &[
        (Format::Snap, "snap", &["txt", "tsv", "edges", "edgelist", "el", "snap"]),
        (Format::Csv, "csv", &["csv"]),
        (Format::Adjacency, "adjacency", &["adj", "adjlist"]),
        (Format::GraphMl, "graphml", &["graphml"]),
        (Format::Gexf, "gexf", &["gexf"]),
        (Format::Dot, "dot", &["dot", "gv"]),
        (Format::Pajek, "pajek", &["net"]),
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        Format::LISTED.iter().find(|(format, ..)| *format == self).map_or("", |(_, name, _)| name)
    }

    /// What a file's name promises by its ending, before a `.gz`; `None` if that says nothing.
    pub fn of_name(path: impl AsRef<Path>) -> Option<Format> {
        let name = path.as_ref().file_name()?.to_str()?.to_ascii_lowercase();
        let (_, ending) = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?;
        let known = Format::LISTED.iter().find(|(_, _, endings)| endings.contains(&ending));
        known.map(|&(format, ..)| format)
    }
}

/// A graph as a file has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphFile {
    /// Whether a row leads from its first node to its second, and not back.
    pub directed: bool,
    /// Nodes and rows, self-loops and repetitions included.
    pub list: EdgeList,
    /// What the nodes are called, in order of first appearance, by node number; empty where they are called by
    /// numbers, which `list.ids` has.
    pub names: Vec<String>,
    /// Which nodes are supernodes, by node number; empty where the file does not say.
    pub supernodes: Vec<bool>,
}

impl GraphFile {
    /// How many nodes there are.
    pub fn nodes(&self) -> u32 {
        self.list.nodes()
    }

    /// The simple undirected graph below it; says how many rows were erased.
    ///
    /// # Panics
    ///
    /// If rows name other nodes than there are, which no reader makes.
    pub fn undirected(&self) -> (Graph, Simplification) {
        self.list.undirected()
    }

    /// The same nodes with the simple undirected graph as rows, each edge once; says how many rows were erased.
    ///
    /// # Panics
    ///
    /// As [`GraphFile::undirected`].
    pub fn into_undirected(mut self) -> (GraphFile, Simplification) {
        let (graph, erased) = self.undirected();
        self.list.edges = graph.edge_list().collect();
        self.directed = false;
        (self, erased)
    }
}

/// Reads a graph in any format, plain or gzip. Without `format` the name's ending decides; with an ending that is not
/// known the file is taken for an edge list of SNAP's.
///
/// Nodes whose ids are whole numbers are numbered by ascending id; if one id is no number, all are names, numbered in
/// order of first appearance.
///
/// # Errors
///
/// Names the file and the line of what cannot be read, what stands there and what was expected; also a gzip stream that
/// breaks, a file without a node, no such file (with the nearest name in that folder), a folder.
pub fn read_graph(path: impl AsRef<Path>, format: Option<Format>) -> Result<GraphFile, GraphError> {
    let path = path.as_ref();
    let format = format.or_else(|| Format::of_name(path)).unwrap_or(Format::Snap);
    let file = match format {
        Format::Snap => snap::read(path)?,
        Format::Csv => csv::read(path, open(path)?)?,
        Format::Adjacency => adjacency::read(path)?,
        Format::GraphMl => graphml::read(path, open(path)?)?,
        Format::Gexf => gexf::read(path, open(path)?)?,
        Format::Dot => dot::read(path, open(path)?)?,
        Format::Pajek => pajek::read(path)?,
    };
    if file.nodes() == 0 {
        return Err(match format {
            Format::Snap => GraphError::Empty { path: path.to_path_buf() },
            _ => GraphError::NoNode {
                path: path.to_path_buf(),
                format: format!("a graph in the format {}", format.name()),
            },
        });
    }
    Ok(file)
}

/// Writes a graph in the format that the name's ending stands for, or in `format`; packed if the name ends in `.gz`. The
/// file appears under its name when it is complete, or not at all.
///
/// What the format has no place for is left out; the answer says what was kept. `stop` is asked now and then.
///
/// # Errors
///
/// [`GraphError::Ending`] for a name that says no format, [`GraphError::Stopped`] if `stop` says so, [`GraphError::Io`] if
/// the folder is missing or cannot be written, or the disk is full.
pub fn write_graph_as<'a>(
    path: impl AsRef<Path>,
    graph: impl Into<Source<'a>>,
    format: Option<Format>,
    stop: &dyn Fn() -> bool,
) -> Result<Kept, GraphError> {
    let path = path.as_ref();
    let Some(format) = format.or_else(|| Format::of_name(path)) else {
        return Err(GraphError::Ending { path: path.to_path_buf() });
    };
    let source = graph.into().fitted(format);
    written(path, Compression::of_name(path), stop, |to| write_text(to, &source, format))?;
    Ok(source.kept())
}

/// Writes a graph as text to `to`, such as standard output.
///
/// # Errors
///
/// What `to` refuses.
pub fn write_graph_to<'a>(to: impl Write, graph: impl Into<Source<'a>>, format: Format) -> io::Result<Kept> {
    let source = graph.into().fitted(format);
    let mut text = BufWriter::with_capacity(1 << 16, to);
    write_text(&mut text, &source, format)?;
    text.flush()?;
    Ok(source.kept())
}

fn write_text(to: &mut dyn Write, source: &Source<'_>, format: Format) -> io::Result<()> {
    match format {
        Format::Snap => snap::write(to, source),
        Format::Csv => csv::write(to, source),
        Format::Adjacency => adjacency::write(to, source),
        Format::GraphMl => graphml::write(to, source),
        Format::Gexf => gexf::write(to, source),
        Format::Dot => dot::write(to, source),
        Format::Pajek => pajek::write(to, source),
    }
}
