//! GraphML (Brandes, Eiglsperger, Herman, Himsolt, Marshall, Graph Drawing 2001): nodes, edges with or without a direction,
//! and the boolean attribute `supernode` of nodes. Of nested graphs all nodes and edges are read, as one graph; ports,
//! weights and other data are passed over; hyperedges are refused.

use std::io::{self, Write};
use std::path::Path;

use super::super::GraphError;
use super::super::lines::Opened;
use super::collect::Collector;
use super::xml::{Piece, Tag, Tags, quoted};
use super::{GraphFile, Source};

pub(super) fn read(path: &Path, opened: Opened) -> Result<GraphFile, GraphError> {
    let mut tags = Tags::new(path, opened);
    let mut rows = Collector::new();
    let mut directed = true;
    // The key that `supernode` has in this file, the node at hand, and whether its supernode is being told.
    let (mut key, mut node, mut telling) = (None, None, false);
    while let Some(piece) = tags.next()? {
        match piece {
            Piece::Start(tag) => match tag.name.as_str() {
                "key" if tag.get("attr.name") == Some("supernode") => key = tag.get("id").map(str::to_owned),
                "graph" => directed = edge_default(&tags, &tag)?,
                "node" => {
                    let id = tags.must(&tag, "id", "a node with an `id`")?;
                    rows.node(&id);
                    node = Some(id);
                }
                "edge" => {
                    let expected = "an edge with `source` and `target`";
                    let (from, to) =
                        (tags.must(&tag, "source", expected)?, tags.must(&tag, "target", expected)?);
                    let directed = match tag.get("directed") {
                        None => directed,
                        Some("true") => true,
                        Some("false") => false,
                        Some(other) => return Err(tags.refuse(other, "`true` or `false` as `directed`")),
                    };
                    rows.edge(&from, &to, directed);
                }
                "hyperedge" => return Err(tags.refuse("<hyperedge>", "edges between two nodes")),
                "data" => telling = key.is_some() && tag.get("key") == key.as_deref(),
                _ => {}
            },
            Piece::Text(text) if telling => {
                if let (Some(node), Some(is)) = (&node, truth(&text)) {
                    rows.supernode(node, is);
                }
            }
            Piece::Text(_) => {}
            Piece::End(name) => match name.as_str() {
                "node" => node = None,
                "data" => telling = false,
                _ => {}
            },
        }
    }
    rows.finish(directed)
}

fn edge_default(tags: &Tags<'_>, tag: &Tag) -> Result<bool, GraphError> {
    match tag.get("edgedefault") {
        Some("directed") | None => Ok(true),
        Some("undirected") => Ok(false),
        Some(other) => Err(tags.refuse(other, "`directed` or `undirected` as `edgedefault`")),
    }
}

/// A boolean, as files spell it.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

pub(super) fn write(to: &mut dyn Write, source: &Source<'_>) -> io::Result<()> {
    let direction = if source.directed() { "directed" } else { "undirected" };
    writeln!(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(to, "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">")?;
    let told = source.nodes() > 0 && source.supernode(0).is_some();
    if told {
        writeln!(to, "  <key id=\"d0\" for=\"node\" attr.name=\"supernode\" attr.type=\"boolean\"/>")?;
    }
    writeln!(to, "  <graph edgedefault=\"{direction}\">")?;
    for node in 0..source.nodes() {
        let id = quoted(source.label(node));
        match source.supernode(node) {
            Some(is) => writeln!(to, "    <node id=\"{id}\"><data key=\"d0\">{is}</data></node>")?,
            None => writeln!(to, "    <node id=\"{id}\"/>")?,
        }
    }
    for (from, target) in source.rows() {
        let (from, target) = (quoted(source.label(from)), quoted(source.label(target)));
        writeln!(to, "    <edge source=\"{from}\" target=\"{target}\"/>")?;
    }
    writeln!(to, "  </graph>\n</graphml>")
}
