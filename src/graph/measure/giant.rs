//! The largest component, numbered for searches.

use super::super::{Components, Graph, components};

/// The largest component of a graph (the first of them on a tie), as a graph of its own.
///
/// Its nodes are numbered as a breadth-first search from the best connected one meets them, so that nodes with close
/// numbers lie close together: searches from many sources at once gain a factor of two from it.
#[derive(Clone, Debug, Default)]
pub struct Giant {
    /// The component; connected. Without nodes if the whole graph is.
    pub graph: Graph,
    /// For each of its nodes the number in the whole graph.
    pub original: Vec<u32>,
}

impl Giant {
    /// Finds and numbers the largest component of `graph`.
    pub fn of(graph: &Graph) -> Giant {
        Giant::among(graph, &components(graph))
    }

    /// Likewise, where the components are known.
    pub fn among(graph: &Graph, components: &Components) -> Giant {
        let Some(largest) = components.largest() else { return Giant::default() };
        let inside = |node: &u32| components.label[*node as usize] == largest;
        // The first of the best connected.
        let start = (0..graph.nodes()).filter(inside).rev().max_by_key(|&node| graph.degree(node));
        let original = breadth_first(graph, start);
        Giant { graph: graph.induced(&original), original }
    }
}

/// The nodes of the component of `start`, as a breadth-first search meets them.
fn breadth_first(graph: &Graph, start: Option<u32>) -> Vec<u32> {
    let mut met = vec![false; graph.nodes() as usize];
    let mut order: Vec<u32> = start.into_iter().collect();
    order.iter().for_each(|&node| met[node as usize] = true);
    let mut turn = 0;
    while let Some(&node) = order.get(turn) {
        turn += 1;
        for &next in graph.neighbours(node) {
            if !met[next as usize] {
                met[next as usize] = true;
                order.push(next);
            }
        }
    }
    order
}
