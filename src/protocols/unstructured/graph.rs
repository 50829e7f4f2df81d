//! Settled graphs: connected, simple and almost regular.

use rand::Rng;
use rand::seq::SliceRandom;

/// How often as many rings as the degree are tried before what is still missing is left out.
const ROUNDS: usize = 4;

/// The neighbours of each of `nodes` in a random graph: complete if `degree` allows it, else the union of random rings,
/// from which links are left out that exist already or whose ends have enough (after Law, Siu, *Distributed Construction of
/// Random Expander Networks*, INFOCOM 2003). The first ring is whole, so the graph is connected.
pub(in crate::protocols) fn near_regular(mut rng: impl Rng, nodes: u32, degree: u32) -> Vec<Vec<u32>> {
    if nodes <= degree.saturating_add(1) {
        return (0..nodes).map(|node| (0..nodes).filter(|&other| other != node).collect()).collect();
    }
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); nodes as usize];
    let mut ring: Vec<u32> = (0..nodes).collect();
    let enough = degree as usize;
    for round in 0..ROUNDS * enough.max(1) {
        ring.shuffle(&mut rng);
        for place in 0..ring.len() {
            let (a, b) = (ring[place], ring[(place + 1) % ring.len()]);
            let room = rows[a as usize].len() < enough && rows[b as usize].len() < enough;
            if a != b && (room || round == 0) && !rows[a as usize].contains(&b) {
                rows[a as usize].push(b);
                rows[b as usize].push(a);
            }
        }
        if rows.iter().all(|row| row.len() >= enough) {
            break;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::{Purpose, stream};

    #[test]
    fn graphs_are_simple_connected_and_almost_regular() {
        for (nodes, degree) in [(0, 3), (1, 3), (2, 1), (4, 3), (5, 3), (77, 45), (400, 6)] {
            let rows = near_regular(stream(1, Purpose::Settled, 0), nodes, degree);
            let mut missing = 0;
            for (node, row) in rows.iter().enumerate() {
                let mut sorted = row.clone();
                sorted.sort_unstable();
                sorted.dedup();
                assert_eq!(sorted.len(), row.len());
                assert!(row.iter().all(|&other| rows[other as usize].contains(&(node as u32))));
                assert!(!row.contains(&(node as u32)));
                assert!(row.len() <= degree.max(2) as usize);
                missing += (degree as usize).min(nodes as usize - 1).saturating_sub(row.len());
            }
            assert!(missing <= 1 + nodes as usize / 10, "{nodes}, {degree}: {missing} missing");
            let mut seen = vec![false; nodes as usize];
            let mut open: Vec<u32> = (0..nodes.min(1)).collect();
            while let Some(node) = open.pop() {
                if !std::mem::replace(&mut seen[node as usize], true) {
                    open.extend(&rows[node as usize]);
                }
            }
            assert!(seen.iter().all(|&seen| seen), "{nodes}, {degree}");
        }
    }
}
