//! Lists of neighbours: each line a node and those that it is linked with, parted by blanks.

use std::io::{self, Write};
use std::path::Path;

use super::super::GraphError;
use super::super::lines::{Lines, utf8};
use super::collect::Collector;
use super::snap::says_direction;
use super::{GraphFile, Source};

/// The best connected of ten million nodes may know all others.
const LINE_LIMIT: u64 = 1 << 28;

/// Reads lines of words. What follows a `#` is a comment; one that says "undirected" is believed.
pub(super) fn read(path: &Path) -> Result<GraphFile, GraphError> {
    let mut lines = Lines::open(path, LINE_LIMIT)?;
    let mut rows = Collector::new();
    let mut directed = true;
    while let Some(text) = lines.next("a line of a node and its neighbours")? {
        if text.starts_with(b"#") {
            directed = says_direction(text).unwrap_or(directed);
            continue; // In whatever encoding.
        }
        let line = match utf8(text) {
            Ok(line) => line,
            Err(mistake) => return Err(lines.refuse(mistake)),
        };
        let listed = line.split_once('#').map_or(line, |(listed, _)| listed);
        let mut words = listed.split_whitespace();
        let Some(node) = words.next() else { continue };
        rows.node(node);
        words.for_each(|neighbour| rows.edge(node, neighbour, directed));
    }
    rows.finish(directed)
}

pub(super) fn write(to: &mut dyn Write, source: &Source<'_>) -> io::Result<()> {
    let (kind, how) = match source.directed() {
        true => ("Directed", "those that it leads to"),
        false => ("Undirected", "its neighbours, each edge once"),
    };
    writeln!(to, "# {kind} graph: a node and {how}")?;
    let (starts, targets) = source.rows_by_first_end();
    for node in 0..source.nodes() {
        write!(to, "{}", source.label(node))?;
        for &target in &targets[starts[node as usize]..starts[node as usize + 1]] {
            write!(to, " {}", source.label(target))?;
        }
        writeln!(to)?;
    }
    Ok(())
}
