//! What writers see of a graph.

use std::fmt;

use super::super::Graph;
use super::{Format, GraphFile};

/// Something to write: a graph on numbers, or what a file held.
pub struct Source<'a> {
    from: From<'a>,
    /// Only some files have a place for a name with a space in it.
    with_names: bool,
    with_lone_nodes: bool,
    with_supernodes: bool,
}

enum From<'a> {
    Graph(&'a Graph),
    File(&'a GraphFile),
}

impl<'a> std::convert::From<&'a Graph> for Source<'a> {
    fn from(graph: &'a Graph) -> Source<'a> {
        Source { from: From::Graph(graph), with_names: true, with_lone_nodes: true, with_supernodes: true }
    }
}

impl<'a> std::convert::From<&'a GraphFile> for Source<'a> {
    fn from(file: &'a GraphFile) -> Source<'a> {
        Source { from: From::File(file), with_names: true, with_lone_nodes: true, with_supernodes: true }
    }
}

/// What of a graph reached a file: not every format has a place for everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Nodes that are not in the file, as they have no links.
    pub lone_nodes_lost: u32,
    /// Whether nodes had names that their numbers, from 0, stand for now.
    pub names_lost: bool,
    /// Whether it was known who is a supernode, and is no more.
    pub supernodes_lost: bool,
}

/// What a node is called in a file.
#[derive(Clone, Copy)]
pub(super) enum Label<'a> {
    Number(u64),
    Name(&'a str),
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Label::Number(number) => number.fmt(f),
            Label::Name(name) => f.write_str(name),
        }
    }
}

impl<'a> Source<'a> {
    /// The same without what `format` has no place for.
    pub(super) fn fitted(mut self, format: Format) -> Source<'a> {
        let fits = |name: &String| {
            let plain = !name.is_empty() && name.trim() == name && !name.contains(char::is_control);
            plain
                && match format {
                    Format::Snap => false,
                    Format::Csv | Format::GraphMl | Format::Gexf => true,
                    Format::Adjacency => !name.contains(|c: char| c == '#' || c.is_whitespace()),
                    Format::Dot => !name.contains('\\'),
                    Format::Pajek => !name.contains('"'),
                }
        };
        self.with_names = match self.from {
            From::Graph(_) => true,
            From::File(file) => file.names.iter().all(fits),
        };
        self.with_lone_nodes = !matches!(format, Format::Snap | Format::Csv);
        self.with_supernodes = matches!(format, Format::GraphMl | Format::Gexf | Format::Dot);
        self
    }

    /// What is left after [`Source::fitted`].
    pub(super) fn kept(&self) -> Kept {
        let file = match self.from {
            From::Graph(_) => None,
            From::File(file) => Some(file),
        };
        Kept {
            lone_nodes_lost: if self.with_lone_nodes { 0 } else { self.lone_nodes() },
            names_lost: !self.with_names && file.is_some_and(|file| !file.names.is_empty()),
            supernodes_lost: !self.with_supernodes && file.is_some_and(|file| !file.supernodes.is_empty()),
        }
    }

    fn lone_nodes(&self) -> u32 {
        match self.from {
            From::Graph(graph) => graph.degrees().filter(|&degree| degree == 0).count() as u32,
            From::File(file) => {
                let mut linked = vec![false; file.nodes() as usize];
                for &(from, to) in &file.list.edges {
                    linked[from as usize] = true;
                    linked[to as usize] = true;
                }
                linked.into_iter().filter(|linked| !linked).count() as u32
            }
        }
    }

    pub(super) fn directed(&self) -> bool {
        match self.from {
            From::Graph(_) => false,
            From::File(file) => file.directed,
        }
    }

    pub(super) fn nodes(&self) -> u32 {
        match self.from {
            From::Graph(graph) => graph.nodes(),
            From::File(file) => file.nodes(),
        }
    }

    /// How many rows there are.
    pub(super) fn edges(&self) -> u64 {
        match self.from {
            From::Graph(graph) => graph.edges(),
            From::File(file) => file.list.edges.len() as u64,
        }
    }

    /// The rows, by node number: each edge of a graph once, from its lower end.
    pub(super) fn rows(&self) -> Box<dyn Iterator<Item = (u32, u32)> + '_> {
        match self.from {
            From::Graph(graph) => Box::new(graph.edge_list()),
            From::File(file) => Box::new(file.list.edges.iter().copied()),
        }
    }

    /// The rows by their first end: `targets[starts[v]..starts[v + 1]]` are those of `v`, given as `(starts, targets)`.
    pub(super) fn rows_by_first_end(&self) -> (Vec<usize>, Vec<u32>) {
        let mut starts = vec![0; self.nodes() as usize + 1];
        self.rows().for_each(|(from, _)| starts[from as usize + 1] += 1);
        for node in 0..self.nodes() as usize {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; self.edges() as usize];
        for (from, to) in self.rows() {
            targets[next[from as usize]] = to;
            next[from as usize] += 1;
        }
        (starts, targets)
    }

    pub(super) fn label(&self, node: u32) -> Label<'_> {
        match self.from {
            From::Graph(_) => Label::Number(u64::from(node)),
            From::File(file) => match file.names.get(node as usize) {
                Some(name) if self.with_names => Label::Name(name),
                Some(_) => Label::Number(u64::from(node)),
                None => Label::Number(file.list.ids[node as usize]),
            },
        }
    }

    /// Whether a node is a supernode; `None` if nobody said.
    pub(super) fn supernode(&self, node: u32) -> Option<bool> {
        match self.from {
            From::Graph(_) => None,
            From::File(file) => file.supernodes.get(node as usize).copied(),
        }
    }
}
