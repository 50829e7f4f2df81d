//! What is left after each removal.

use rand::Rng;

use super::super::Graph;
use super::super::measure::{Giant, Paths, Sources, Stopped, Watch, paths};

/// What was left of a graph after each removal, from none to all: the entries at `i` are those after `i` removals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Nodes in the largest component left.
    pub giant: Vec<u32>,
    /// How many components were left.
    pub components: Vec<u32>,
}

impl Removal {
    /// How many nodes the whole graph has.
    pub fn nodes(&self) -> u32 {
        (self.giant.len() - 1) as u32
    }

    /// How many removals come nearest to a share of all nodes, from 0 to 1.
    pub fn step(&self, removed: f64) -> usize {
        let step = libm::round(removed.clamp(0.0, 1.0) * f64::from(self.nodes()));
        step as usize
    }

    /// The largest component after `step` removals, as a share of the nodes of the whole graph; 0 of an empty one.
    pub fn giant_share(&self, step: usize) -> f64 {
        f64::from(self.giant[step]) / f64::from(self.nodes().max(1))
    }

    /// The mean size of the other components after `step` removals, as Albert, Jeong and Barabási plot it (Nature
    /// 406, 2000); `None` where there is no other.
    pub fn rest_mean(&self, step: usize) -> Option<f64> {
        let others = self.components[step].checked_sub(1).filter(|&others| others > 0)?;
        let nodes = self.nodes() - step as u32 - self.giant[step];
        Some(f64::from(nodes) / f64::from(others))
    }

    /// The share of nodes whose removal leaves a largest component of less than `share` of the whole graph for the
    /// first time; `None` of an empty graph, or if `share` is 0.
    pub fn threshold(&self, share: f64) -> Option<f64> {
        let least = share * f64::from(self.nodes());
        let step = self.giant.iter().position(|&giant| f64::from(giant) < least)?;
        Some(step as f64 / f64::from(self.nodes()))
    }
}

/// What is left after each removal of `order`, in near-linear time: nodes come back in reverse order, and components
/// merge (Newman and Ziff, Physical Review Letters 85, 2000).
///
/// # Panics
///
/// If `order` is not every node once.
pub fn remove(graph: &Graph, order: &[u32]) -> Removal {
    let nodes = graph.nodes() as usize;
    assert_eq!(order.len(), nodes, "every node must go");
    let (mut giant, mut components) = (vec![0; nodes + 1], vec![0; nodes + 1]);
    let mut sets = Sets { parent: vec![ABSENT; nodes], size: vec![1; nodes] };
    let (mut largest, mut count) = (0, 0u32);
    for (step, &node) in order.iter().enumerate().rev() {
        assert!(sets.parent[node as usize] == ABSENT, "node {node} goes twice");
        sets.parent[node as usize] = node;
        count += 1;
        let mut root = node;
        for &to in graph.neighbours(node) {
            if sets.parent[to as usize] == ABSENT {
                continue;
            }
            let other = sets.root(to);
            if other != root {
                root = sets.join(root, other);
                count -= 1;
            }
        }
        largest = largest.max(sets.size[root as usize]);
        giant[step] = largest;
        components[step] = count;
    }
    Removal { giant, components }
}

const ABSENT: u32 = u32::MAX;

/// Disjoint sets: union by size, paths halved.
struct Sets {
    parent: Vec<u32>,
    size: Vec<u32>,
}

impl Sets {
    fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            let above = self.parent[node as usize];
            self.parent[node as usize] = self.parent[above as usize];
            node = self.parent[node as usize];
        }
        node
    }

    /// Joins two roots; gives the one that stays.
    fn join(&mut self, one: u32, other: u32) -> u32 {
        let (small, large) =
            if self.size[one as usize] < self.size[other as usize] { (one, other) } else { (other, one) };
        self.parent[small as usize] = large;
        self.size[large as usize] += self.size[small as usize];
        large
    }
}

/// Distances in the largest component left after each of `steps` removals of `order`, which ascend.
///
/// # Errors
///
/// [`Stopped`] by `watch`.
pub fn paths_along<R: Rng + ?Sized>(
    graph: &Graph,
    order: &[u32],
    steps: &[usize],
    sources: Sources,
    rng: &mut R,
    watch: &Watch,
) -> Result<Vec<Paths>, Stopped> {
    let mut measured = Vec::with_capacity(steps.len());
    for (index, &step) in steps.iter().enumerate() {
        let giant = Giant::of(&graph.induced(&order[step..]));
        let share = |part: f64| watch((index as f64 + part) / steps.len() as f64);
        measured.push(paths(&giant.graph, sources, rng, &share)?);
    }
    Ok(measured)
}
