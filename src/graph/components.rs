//! Connected components, and what to do when a generated graph has several.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::{Graph, GraphError};

/// The connected components of a graph, numbered by their smallest node: node 0 is in component 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// The component of each node.
    pub label: Vec<u32>,
    /// The number of nodes in each component.
    pub sizes: Vec<u32>,
}

impl Components {
    /// How many components there are.
    pub fn count(&self) -> u32 {
        self.sizes.len() as u32
    }

    /// The component with the most nodes, the first of them on a tie; `None` in a graph without nodes.
    pub fn largest(&self) -> Option<u32> {
        // `max_by_key` would take the last on a tie.
        let largest = self.sizes.iter().enumerate().rev().max_by_key(|&(_, size)| size);
        largest.map(|(label, _)| label as u32)
    }

    /// The nodes of each component, ascending: the members of component `c` are
    /// `members[starts[c]..starts[c + 1]]`, given as `(starts, members)`.
    fn members(&self) -> (Vec<u32>, Vec<u32>) {
        let mut starts = Vec::with_capacity(self.sizes.len() + 1);
        let mut next = 0;
        starts.push(0);
        for size in &self.sizes {
            next += size;
            starts.push(next);
        }
        let mut cursor = starts.clone();
        let mut members = vec![0; self.label.len()];
        for (node, &label) in self.label.iter().enumerate() {
            let slot = &mut cursor[label as usize];
            members[*slot as usize] = node as u32;
            *slot += 1;
        }
        (starts, members)
    }
}

/// What becomes of a graph that is not connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentPolicy {
    /// Leave it as it is.
    Keep,
    /// Keep the largest component alone (the first of them on a tie), its nodes renumbered in order.
    Largest,
    /// Link each smaller component, by one edge between random members, to the largest one.
    #[default]
    Join,
}

/// What [`apply`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many components the graph had.
    pub components_before: u32,
    /// How many edges were added to join them.
    pub links_added: u32,
    /// How many nodes went with the smaller components.
    pub nodes_dropped: u32,
    /// For each node of the new graph its number in the old one, ascending; `None` when no node was dropped.
    pub original: Option<Vec<u32>>,
}

/// Finds the connected components, in linear time.
pub fn components(graph: &Graph) -> Components {
    const UNSEEN: u32 = u32::MAX;
    let mut label = vec![UNSEEN; graph.nodes() as usize];
    let mut sizes = Vec::new();
    let mut stack = Vec::new();
    for first in 0..graph.nodes() {
        if label[first as usize] != UNSEEN {
            continue;
        }
        let this = sizes.len() as u32;
        let mut size = 0;
        label[first as usize] = this;
        stack.push(first);
        while let Some(node) = stack.pop() {
            size += 1;
            for &next in graph.neighbours(node) {
                if label[next as usize] == UNSEEN {
                    label[next as usize] = this;
                    stack.push(next);
                }
            }
        }
        sizes.push(size);
    }
    Components { label, sizes }
}

/// Applies `policy` to `graph`, says what it did, and draws from `rng` only where it joins.
///
/// # Errors
///
/// [`GraphError::TooLarge`] if joining makes more than [`Graph::MAX_EDGES`] edges.
pub fn apply<R: Rng + ?Sized>(
    policy: ComponentPolicy,
    graph: Graph,
    rng: &mut R,
) -> Result<(Graph, Applied), GraphError> {
    let components = components(&graph);
    let untouched = Applied { components_before: components.count(), ..Applied::default() };
    match components.largest() {
        Some(largest) if components.count() > 1 => match policy {
            ComponentPolicy::Keep => Ok((graph, untouched)),
            ComponentPolicy::Largest => Ok(keep_only(largest, &graph, &components)),
            ComponentPolicy::Join => join_to(largest, &graph, &components, rng),
        },
        Some(_) | None => Ok((graph, untouched)),
    }
}

fn keep_only(largest: u32, graph: &Graph, components: &Components) -> (Graph, Applied) {
    let mut renumbered = vec![0u32; graph.nodes() as usize];
    let mut original = Vec::with_capacity(components.sizes[largest as usize] as usize);
    for node in (0..graph.nodes()).filter(|&node| components.label[node as usize] == largest) {
        renumbered[node as usize] = original.len() as u32;
        original.push(node);
    }
    let edges: Vec<_> = graph
        .edge_list()
        .filter(|&(u, _)| components.label[u as usize] == largest)
        .map(|(u, v)| (renumbered[u as usize], renumbered[v as usize]))
        .collect();
    let (kept, _) = Graph::from_edges(original.len() as u32, &edges);
    let applied = Applied {
        components_before: components.count(),
        links_added: 0,
        nodes_dropped: graph.nodes() - kept.nodes(),
        original: Some(original),
    };
    (kept, applied)
}

fn join_to<R: Rng + ?Sized>(
    largest: u32,
    graph: &Graph,
    components: &Components,
    rng: &mut R,
) -> Result<(Graph, Applied), GraphError> {
    let links_added = components.count() - 1;
    let wanted = graph.edges() + u64::from(links_added);
    if wanted > Graph::MAX_EDGES {
        return Err(GraphError::TooLarge {
            what: "edges after joining the components".to_owned(),
            found: wanted,
            limit: Graph::MAX_EDGES,
        });
    }
    let (starts, members) = components.members();
    let mut someone_of = |component: u32| {
        let row = starts[component as usize]..starts[component as usize + 1];
        members[rng.random_range(row) as usize]
    };
    let mut edges = Vec::with_capacity(wanted as usize);
    edges.extend(graph.edge_list());
    for smaller in (0..components.count()).filter(|&component| component != largest) {
        edges.push((someone_of(smaller), someone_of(largest)));
    }
    let (joined, _) = Graph::from_edges(graph.nodes(), &edges);
    let applied =
        Applied { components_before: components.count(), links_added, nodes_dropped: 0, original: None };
    Ok((joined, applied))
}
