//! Gathering nodes and rows as a file names them.

use std::collections::HashMap;

use super::super::{EdgeList, Graph, GraphError};
use super::GraphFile;

/// What has been read. As long as every id is a whole number, numbers are kept; the first other word turns all into names.
pub(super) struct Collector {
    nodes: Nodes,
    /// Whether the rows so far have a direction; `None` before the first.
    directed: Option<bool>,
    /// Whether rows of both kinds came, so that those without a direction are two rows.
    mixed: bool,
    /// Whether the file says who is a supernode.
    supernodes_told: bool,
}

enum Nodes {
    Numbers {
        rows: Vec<(u64, u64)>,
        /// Nodes that the file lists, and how many rows came before.
        listed: Vec<(u64, usize)>,
        supernodes: Vec<u64>,
    },
    Names {
        rows: Vec<(u32, u32)>,
        names: Names,
        supernodes: Vec<u32>,
    },
}

/// Words, numbered in order of first appearance.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    /// Only ever asked for one name: its order decides nothing.
    numbers: HashMap<String, u32>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

/// The number that `id` is the usual way to write of.
fn number(id: &str) -> Option<u64> {
    let usual = id == "0" || (id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0'));
    if usual { id.parse().ok() } else { None }
}

impl Collector {
    pub(super) fn new() -> Collector {
        let nodes = Nodes::Numbers { rows: Vec::new(), listed: Vec::new(), supernodes: Vec::new() };
        Collector { nodes, directed: None, mixed: false, supernodes_told: false }
    }

    /// A node that the file lists.
    pub(super) fn node(&mut self, id: &str) {
        match (&mut self.nodes, number(id)) {
            (Nodes::Numbers { rows, listed, .. }, Some(id)) => listed.push((id, rows.len())),
            (Nodes::Numbers { .. }, None) => {
                self.turn_into_names();
                self.node(id);
            }
            (Nodes::Names { names, .. }, _) => {
                names.number(id);
            }
        }
    }

    /// A node that the file says is a supernode, or not.
    pub(super) fn supernode(&mut self, id: &str, is: bool) {
        self.supernodes_told = true;
        self.node(id);
        if !is {
            return;
        }
        match &mut self.nodes {
            Nodes::Numbers { supernodes, .. } => supernodes.extend(number(id)),
            Nodes::Names { names, supernodes, .. } => supernodes.push(names.number(id)),
        }
    }

    /// A row, with a direction or without.
    pub(super) fn edge(&mut self, from: &str, to: &str, directed: bool) {
        match (&mut self.nodes, number(from), number(to)) {
            (Nodes::Numbers { .. }, Some(from), Some(to)) => self.number_edge(from, to, directed),
            (Nodes::Numbers { .. }, _, _) => {
                self.turn_into_names();
                self.edge(from, to, directed);
            }
            (Nodes::Names { names, .. }, _, _) => {
                let (from, to) = (names.number(from), names.number(to));
                let doubled = self.doubled(directed);
                if let Nodes::Names { rows, .. } = &mut self.nodes {
                    rows.push((from, to));
                    rows.extend((doubled && from != to).then_some((to, from)));
                }
            }
        }
    }

    /// A row between numbers, where all ids are.
    pub(super) fn number_edge(&mut self, from: u64, to: u64, directed: bool) {
        let doubled = self.doubled(directed);
        match &mut self.nodes {
            Nodes::Numbers { rows, .. } => {
                rows.push((from, to));
                rows.extend((doubled && from != to).then_some((to, from)));
            }
            Nodes::Names { .. } => self.edge(&from.to_string(), &to.to_string(), directed),
        }
    }

    /// Whether a row of this kind becomes two. Before the first with a direction, those without are one row each; it
    /// makes them two.
    fn doubled(&mut self, directed: bool) -> bool {
        let before = *self.directed.get_or_insert(directed);
        if before != directed && !self.mixed {
            self.mixed = true;
            if directed {
                match &mut self.nodes {
                    Nodes::Numbers { rows, listed, .. } => {
                        let mut moved = Vec::with_capacity(rows.len());
                        let mut places = Vec::with_capacity(rows.len() + 1);
                        for &(from, to) in rows.iter() {
                            places.push(moved.len());
                            moved.push((from, to));
                            moved.extend((from != to).then_some((to, from)));
                        }
                        places.push(moved.len());
                        *rows = moved;
                        listed.iter_mut().for_each(|(_, before)| *before = places[*before]);
                    }
                    Nodes::Names { rows, .. } => {
                        let both = |&(from, to): &(u32, u32)| {
                            [Some((from, to)), (from != to).then_some((to, from))].into_iter().flatten()
                        };
                        *rows = rows.iter().flat_map(both).collect();
                    }
                }
            }
        }
        self.mixed && !directed
    }

    fn turn_into_names(&mut self) {
        let nodes = Nodes::Names { rows: Vec::new(), names: Names::default(), supernodes: Vec::new() };
        let Nodes::Numbers { rows, listed, supernodes } = std::mem::replace(&mut self.nodes, nodes) else {
            return;
        };
        let Nodes::Names { rows: named, names, supernodes: marked } = &mut self.nodes else { return };
        let mut listed = listed.into_iter().peekable();
        for (at, (from, to)) in rows.into_iter().enumerate() {
            while let Some((id, _)) = listed.next_if(|&(_, before)| before <= at) {
                names.number(&id.to_string());
            }
            named.push((names.number(&from.to_string()), names.number(&to.to_string())));
        }
        listed.for_each(|(id, _)| {
            names.number(&id.to_string());
        });
        marked.extend(supernodes.into_iter().map(|id| names.number(&id.to_string())));
    }

    /// The file. Without a row it is directed if `directed`.
    ///
    /// # Errors
    ///
    /// [`GraphError::TooLarge`] for more rows or nodes than a graph holds.
    pub(super) fn finish(self, directed: bool) -> Result<GraphFile, GraphError> {
        let directed = self.mixed || self.directed.unwrap_or(directed);
        let told = self.supernodes_told;
        let (list, names, marked) = match self.nodes {
            Nodes::Numbers { rows, listed, supernodes } => {
                let listed: Vec<u64> = listed.into_iter().map(|(id, _)| id).collect();
                let list = EdgeList::with_nodes(&rows, &listed)?;
                let number = |id: u64| list.ids.partition_point(|&other| other < id) as u32;
                let marked: Vec<u32> = supernodes.into_iter().map(number).collect();
                (list, Vec::new(), marked)
            }
            Nodes::Names { rows, names, supernodes } => {
                if rows.len() as u64 > Graph::MAX_EDGES {
                    let what = "rows of an edge list".to_owned();
                    let (found, limit) = (rows.len() as u64, Graph::MAX_EDGES);
                    return Err(GraphError::TooLarge { what, found, limit });
                }
                let ids = (0..names.names.len() as u64).collect();
                (EdgeList { ids, edges: rows }, names.names, supernodes)
            }
        };
        let mut supernodes = vec![false; if told { list.ids.len() } else { 0 }];
        marked.into_iter().for_each(|node| supernodes[node as usize] = true);
        Ok(GraphFile { directed, list, names, supernodes })
    }
}
