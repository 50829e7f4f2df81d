//! Which degrees a simple graph can have, and one that has them.

use super::super::{Graph, GraphError};

/// Why no simple graph has these degrees, each of which is below their number and whose sum is even: the condition of
/// Erdős and Gallai (Mat. Lapok 11, 1960). The k best connected nodes have at most k(k − 1) ends of links among themselves, and
/// each other node gives them at most k and at most its degree.
pub(super) fn impossible(degrees: &[u32]) -> Option<GraphError> {
    let mut sorted = degrees.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    // Nodes from `split` on have less than k links; `below` is the sum of theirs.
    let (mut asked, mut split, mut below) = (0u64, sorted.len(), 0u64);
    for (k, &degree) in (1u64..).zip(&sorted) {
        if u64::from(degree) < k {
            return None; // Holds from here on.
        }
        asked += u64::from(degree);
        while split > 0 && u64::from(sorted[split - 1]) < k {
            split -= 1;
            below += u64::from(sorted[split]);
        }
        // Degree ≥ k for all of the first k, so `split` is at least k.
        let possible = k * (k - 1) + k * (split as u64 - k) + below;
        if asked > possible {
            let found = format!("{asked} ends of links for the {k} best connected nodes");
            let expected = format!("at most {possible}, as no link may be repeated (or links erased)");
            return Some(GraphError::parameter("degrees", found, expected).nearest(possible));
        }
    }
    None
}

/// A simple graph with degrees that allow one: the node that lacks most links is joined to those that lack most after it
/// (Havel 1955, Hakimi 1962). Near-linear: nodes lie in a list ordered by what they lack, and a row of equals gives its last
/// ones, so that the order holds.
pub(super) fn havel_hakimi(degrees: &[u32]) -> Graph {
    let n = degrees.len();
    let mut nodes: Vec<u32> = (0..n as u32).collect();
    nodes.sort_by(|&a, &b| degrees[b as usize].cmp(&degrees[a as usize]));
    let mut lacks: Vec<u32> = nodes.iter().map(|&node| degrees[node as usize]).collect();
    let mut edges = Vec::new();
    for first in 0..n {
        let wanted = lacks[first] as usize;
        if wanted == 0 {
            break;
        }
        // The `wanted` places after `first`, but of the row of equals in which they end its last places instead.
        let last = lacks[first + wanted];
        let row = first + 1 + lacks[first + 1..].partition_point(|&lack| lack > last);
        let end = first + 1 + lacks[first + 1..].partition_point(|&lack| lack >= last);
        let of_row = first + wanted + 1 - row;
        for place in (first + 1..row).chain(end - of_row..end) {
            edges.push((nodes[first], nodes[place]));
            lacks[place] -= 1;
        }
    }
    Graph::from_edges(n as u32, &edges).0
}
