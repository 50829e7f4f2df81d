//! The k-core decomposition.

use super::super::Graph;
use super::triangles::counting_sort;

/// How deep inside the graph each node lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cores {
    /// For each node the largest k whose k-core it belongs to: the nodes left when all with fewer than k links to
    /// those left are gone.
    pub number: Vec<u32>,
}

impl Cores {
    /// The largest k with a k-core; 0 without links.
    pub fn deepest(&self) -> u32 {
        self.number.iter().copied().max().unwrap_or(0)
    }

    /// How many nodes the k-core has.
    pub fn size(&self, k: u32) -> u64 {
        self.number.iter().filter(|&&number| number >= k).count() as u64
    }
}

/// Finds every node's core, in linear time (Batagelj and Zaveršnik, arXiv cs/0310049): takes the nodes by ascending
/// degree among those left, kept sorted in buckets.
pub fn cores(graph: &Graph) -> Cores {
    let mut number: Vec<u32> = graph.degrees().collect();
    let mut order = counting_sort(graph);
    let mut place = vec![0u32; order.len()];
    for (index, &node) in order.iter().enumerate() {
        place[node as usize] = index as u32;
    }
    // Where the nodes of each degree begin in `order`.
    let largest = number.iter().copied().max().unwrap_or(0);
    let mut starts: Vec<u32> = Vec::with_capacity(largest as usize + 1);
    for (index, &node) in order.iter().enumerate() {
        while starts.len() <= number[node as usize] as usize {
            starts.push(index as u32);
        }
    }
    for index in 0..order.len() {
        let node = order[index];
        let depth = number[node as usize];
        for &to in graph.neighbours(node) {
            let degree = number[to as usize];
            if degree > depth {
                // The neighbour swaps places with the first of its bucket, and the bucket begins behind it.
                let (here, start) = (place[to as usize] as usize, starts[degree as usize] as usize);
                let first = order[start];
                order.swap(here, start);
                place[first as usize] = here as u32;
                place[to as usize] = start as u32;
                starts[degree as usize] += 1;
                number[to as usize] -= 1;
            }
        }
    }
    Cores { number }
}
