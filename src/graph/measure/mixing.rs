//! Who is linked with whom: assortativity and the rich club.

use super::super::Graph;

/// Newman's degree assortativity (Physical Review Letters 89, 2002): the correlation of the degrees at the two ends of
/// a link, −1 to 1. `None` where all ends have one degree. Sums are of integers, so nothing is rounded before the end.
pub fn assortativity(graph: &Graph) -> Option<f64> {
    let mut sums = [0u128; 3]; // Σ k, Σ k², Σ k³ over nodes: 1, k and k² over ends of links.
    let mut across = 0u128; // Σ k·k′ over ends of links.
    for node in 0..graph.nodes() {
        let degree = u128::from(graph.degree(node));
        let ends = graph.neighbours(node).iter().map(|&to| u128::from(graph.degree(to)));
        across += degree * ends.sum::<u128>();
        sums[0] += degree;
        sums[1] += degree * degree;
        sums[2] += degree * degree * degree;
    }
    let [ends, first, second] = sums.map(|sum| sum as i128);
    let variance = ends * second - first * first;
    (variance > 0).then(|| (ends * across as i128 - first * first) as f64 / variance as f64)
}

/// How densely the best connected are linked among themselves (Zhou and Mondragón, IEEE Communications Letters 8,
/// 2004).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RichClub {
    /// The club: nodes with more links than this.
    pub above: u32,
    /// How many they are.
    pub nodes: u64,
    /// The links among them.
    pub edges: u64,
    /// The share of linked pairs, 0 to 1.
    pub density: f64,
}

/// The rich club above every degree, from 0 on, as long as it has two members. Not normalised: divide by the density
/// in a [rewired](super::rewire) graph to see what is more than the degrees enforce.
pub fn rich_club(graph: &Graph) -> Vec<RichClub> {
    let largest = graph.degrees().max().unwrap_or(0) as usize;
    let (mut nodes, mut edges) = (vec![0u64; largest + 1], vec![0u64; largest + 1]);
    for (node, degree) in (0..).zip(graph.degrees()) {
        nodes[degree as usize] += 1;
        let poorer = |&&to: &&u32| (graph.degree(to), to) > (degree, node);
        edges[degree as usize] += graph.neighbours(node).iter().filter(poorer).count() as u64;
    }
    for degree in (0..largest).rev() {
        nodes[degree] += nodes[degree + 1];
        edges[degree] += edges[degree + 1];
    }
    let club = |above: usize| {
        let (nodes, edges) = (nodes[above + 1], edges[above + 1]);
        let pairs = nodes as f64 * (nodes as f64 - 1.0) / 2.0;
        RichClub { above: above as u32, nodes, edges, density: edges as f64 / pairs }
    };
    (0..largest).map(club).take_while(|club| club.nodes > 1).collect()
}
