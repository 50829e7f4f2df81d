//! SNAP's edge list, and what looks like it: lines of two numbers, perhaps with a weight or a dictionary after them.

use std::io::{self, Write};
use std::path::Path;

use super::super::GraphError;
use super::super::lines::{Lines, Mistake, utf8};
use super::super::read::{LINE_LIMIT, parse_id};
use super::super::write::{Header, write_text};
use super::collect::Collector;
use super::{GraphFile, Source};

/// Reads lines of two ids, parted by blanks. Further columns, a weight or what networkx writes, are passed over, if every
/// row has as many; a list of neighbours is thereby told from rows. A comment that says "undirected" is believed.
pub(super) fn read(path: &Path) -> Result<GraphFile, GraphError> {
    let mut lines = Lines::open(path, LINE_LIMIT)?;
    let mut rows = Collector::new();
    let mut directed = true;
    let mut columns = None;
    while let Some(text) = lines.next("a line of two ids, `from<TAB>to`")? {
        if text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).starts_with(b"#") {
            directed = says_direction(text).unwrap_or(directed);
            continue; // In whatever encoding.
        }
        match row(text, &mut columns) {
            Ok(None) => {}
            Ok(Some((from, to))) => rows.number_edge(from, to, directed),
            Err(mistake) => return Err(lines.refuse(mistake)),
        }
    }
    rows.finish(directed)
}

/// What a comment says: `Some(false)` for an undirected graph.
pub(super) fn says_direction(comment: &[u8]) -> Option<bool> {
    let text = String::from_utf8_lossy(comment).to_ascii_lowercase();
    let undirected = text.contains("undirected");
    (undirected || text.contains("directed graph")).then_some(!undirected)
}

/// The row on a line, `None` for an empty one.
fn row(text: &[u8], columns: &mut Option<usize>) -> Result<Option<(u64, u64)>, Mistake> {
    let line = utf8(text)?;
    let (line, dictionary) = match line.split_once('{') {
        Some((line, _)) => (line, true),
        None => (line, false),
    };
    let mut words = line.split_ascii_whitespace();
    let (from, to) = match (words.next(), words.next()) {
        (None, _) if !dictionary => return Ok(None),
        (Some(from), Some(to)) => (parse_id(from)?, parse_id(to)?),
        _ => return Err(Mistake::new(text, "two ids, `from<TAB>to`, but there is one word")),
    };
    let count = 2 + words.count();
    if *columns.get_or_insert(count) != count {
        let expected = "as many columns as in the rows before (or is it a list of neighbours, `adjacency`?)";
        return Err(Mistake::new(text, expected));
    }
    Ok(Some((from, to)))
}

pub(super) fn write(to: &mut dyn Write, source: &Source<'_>) -> io::Result<()> {
    let kind =
        if source.directed() { "Directed graph: each row once" } else { "Undirected graph: each edge once" };
    let header = Header { kind, nodes: source.nodes(), edges: source.edges() };
    write_text(to, &header, source.rows().map(|(from, to)| (source.label(from), source.label(to))))
}
