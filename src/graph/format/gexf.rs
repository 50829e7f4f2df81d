//! GEXF, the format of Gephi (gexf.net, versions 1.1 to 1.3): nodes, edges with or without a direction, and the boolean
//! attribute `supernode` of nodes. Ids count, not labels; nested nodes are read as nodes; weights, times, colours and other
//! attributes are passed over.

use std::io::{self, Write};
use std::path::Path;

use super::super::GraphError;
use super::super::lines::Opened;
use super::collect::Collector;
use super::graphml::truth;
use super::xml::{Piece, Tags, quoted};
use super::{GraphFile, Source};

pub(super) fn read(path: &Path, opened: Opened) -> Result<GraphFile, GraphError> {
    let mut tags = Tags::new(path, opened);
    let mut rows = Collector::new();
    let mut directed = false; // As the format has it.
    // Whether attributes of nodes are declared, the id that `supernode` has there, and the nodes at hand.
    let (mut of_nodes, mut key, mut nodes) = (false, None, Vec::new());
    while let Some(piece) = tags.next()? {
        match piece {
            Piece::Start(tag) => match tag.name.as_str() {
                "graph" => {
                    let kind = tag.get("defaultedgetype").unwrap_or("undirected");
                    directed = direction(kind).ok_or_else(|| {
                        tags.refuse(kind, "`directed`, `undirected` or `mutual` as `defaultedgetype`")
                    })?;
                }
                "attributes" => of_nodes = tag.get("class") == Some("node"),
                "attribute" if of_nodes && tag.get("title") == Some("supernode") => {
                    key = tag.get("id").map(str::to_owned);
                }
                "node" => {
                    let id = tags.must(&tag, "id", "a node with an `id`")?;
                    rows.node(&id);
                    nodes.push(id);
                }
                // Before version 1.2 the attribute was called `id`.
                "attvalue" if key.is_some() && tag.get("for").or(tag.get("id")) == key.as_deref() => {
                    if let (Some(node), Some(is)) = (nodes.last(), tag.get("value").and_then(truth)) {
                        rows.supernode(node, is);
                    }
                }
                "edge" => {
                    let expected = "an edge with `source` and `target`";
                    let (from, to) =
                        (tags.must(&tag, "source", expected)?, tags.must(&tag, "target", expected)?);
                    let directed = match tag.get("type") {
                        None => directed,
                        Some(kind) => direction(kind).ok_or_else(|| {
                            tags.refuse(kind, "`directed`, `undirected` or `mutual` as `type` of an edge")
                        })?,
                    };
                    rows.edge(&from, &to, directed);
                }
                _ => {}
            },
            Piece::End(name) if name == "node" => {
                nodes.pop();
            }
            Piece::End(_) | Piece::Text(_) => {}
        }
    }
    rows.finish(directed)
}

/// Whether edges of this type have a direction. A mutual one is a link in both.
fn direction(kind: &str) -> Option<bool> {
    match kind.to_ascii_lowercase().as_str() {
        "directed" => Some(true),
        "undirected" | "mutual" => Some(false),
        _ => None,
    }
}

pub(super) fn write(to: &mut dyn Write, source: &Source<'_>) -> io::Result<()> {
    let direction = if source.directed() { "directed" } else { "undirected" };
    writeln!(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(to, "<gexf xmlns=\"http://gexf.net/1.3\" version=\"1.3\">")?;
    writeln!(to, "  <graph mode=\"static\" defaultedgetype=\"{direction}\">")?;
    if source.nodes() > 0 && source.supernode(0).is_some() {
        let attribute = "<attribute id=\"0\" title=\"supernode\" type=\"boolean\"/>";
        writeln!(to, "    <attributes class=\"node\">{attribute}</attributes>")?;
    }
    writeln!(to, "    <nodes>")?;
    for node in 0..source.nodes() {
        let id = quoted(source.label(node));
        match source.supernode(node) {
            Some(is) => {
                let value = format!("<attvalues><attvalue for=\"0\" value=\"{is}\"/></attvalues>");
                writeln!(to, "      <node id=\"{id}\" label=\"{id}\">{value}</node>")?;
            }
            None => writeln!(to, "      <node id=\"{id}\" label=\"{id}\"/>")?,
        }
    }
    writeln!(to, "    </nodes>\n    <edges>")?;
    for (number, (from, target)) in source.rows().enumerate() {
        let (from, target) = (quoted(source.label(from)), quoted(source.label(target)));
        writeln!(to, "      <edge id=\"{number}\" source=\"{from}\" target=\"{target}\"/>")?;
    }
    writeln!(to, "    </edges>\n  </graph>\n</gexf>")
}
