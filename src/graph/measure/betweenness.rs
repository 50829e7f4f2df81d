//! Betweenness: who lies on shortest paths.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rand::Rng;
use rand::seq::index;

use super::super::Graph;
use super::paths::Sources;
use super::wave::workers;
use super::{Stopped, Watch};

/// On how many shortest paths each node lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Betweenness {
    /// For each node the sum, over the pairs of other nodes (each pair once), of the share of the pair's shortest paths
    /// that go through it.
    pub at: Vec<f64>,
    /// The standard error of each; `None` if they are exact.
    pub error: Option<Vec<f64>>,
    /// From how many nodes was searched.
    pub sources: u32,
}

impl Betweenness {
    /// The node on most paths, the first of equal ones; `None` without nodes.
    pub fn most(&self) -> Option<u32> {
        let best = (0..self.at.len()).rev().max_by(|&one, &other| self.at[one].total_cmp(&self.at[other]));
        best.map(|node| node as u32)
    }

    /// The share of the pairs of other nodes, 0 to 1, that a node would lie between with this figure; 0 if there are no
    /// such pairs.
    pub fn share(&self, figure: f64) -> f64 {
        let nodes = self.at.len() as f64;
        if nodes < 3.0 { 0.0 } else { figure / ((nodes - 1.0) * (nodes - 2.0) / 2.0) }
    }
}

/// Brandes' algorithm (Journal of Mathematical Sociology 25, 2001): one search a source, paths counted outwards and
/// shares added up on the way back. From a sample of sources the sums are scaled up (Brandes and Pich, International
/// Journal of Bifurcation and Chaos 17, 2007) and carry the standard error of sampling without replacement. Sources are
/// drawn from `rng`; exact figures draw nothing.
///
/// In parallel, in blocks of sources that depend on the graph alone and are summed in order.
///
/// # Errors
///
/// [`Stopped`] by `watch`.
pub fn betweenness<R: Rng + ?Sized>(
    graph: &Graph,
    sources: Sources,
    rng: &mut R,
    watch: &Watch,
) -> Result<Betweenness, Stopped> {
    let nodes = graph.nodes();
    let (drawn, exact): (Vec<u32>, bool) = match sources {
        Sources::Sample(wanted) if wanted < nodes => {
            let drawn = index::sample(rng, nodes as usize, wanted as usize);
            (drawn.into_iter().map(|node| node as u32).collect(), false)
        }
        Sources::All | Sources::Sample(_) => ((0..nodes).collect(), true),
    };
    let (sums, squares) = add_up(graph, &drawn, !exact, watch)?;
    // Each pair is met from both its ends.
    let count = drawn.len() as f64;
    let scale = if exact { 0.5 } else { 0.5 * f64::from(nodes) / count };
    let error = |(&sum, &square): (&f64, &f64)| {
        let variance = ((square - sum * sum / count) / (count - 1.0)).max(0.0);
        scale * (count * variance * (1.0 - count / f64::from(nodes))).sqrt()
    };
    Ok(Betweenness {
        error: (!exact && drawn.len() > 1).then(|| sums.iter().zip(&squares).map(error).collect()),
        at: sums.iter().map(|sum| sum * scale).collect(),
        sources: drawn.len() as u32,
    })
}

/// Sums of what each source adds to each node and, if `squared`, sums of its squares.
type Sums = (Vec<f64>, Vec<f64>);

fn add_up(graph: &Graph, sources: &[u32], squared: bool, watch: &Watch) -> Result<Sums, Stopped> {
    let nodes = graph.nodes() as usize;
    let blocks = if nodes < 1_000_000 { 32 } else { 4 };
    let size = sources.len().div_ceil(blocks).max(1);
    let blocks: Vec<&[u32]> = sources.chunks(size).collect();
    let (next, done, stopped) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let parts = workers(blocks.len().saturating_sub(1), || {
        let mut search = Counting::new(nodes);
        let mut found = Vec::new();
        loop {
            let block = next.fetch_add(1, Ordering::Relaxed);
            let Some(sources) = blocks.get(block) else { break found };
            let mut sums = (vec![0.0; nodes], if squared { vec![0.0; nodes] } else { Vec::new() });
            for &source in *sources {
                let share = done.fetch_add(1, Ordering::Relaxed) as f64 / blocks.len() as f64 / size as f64;
                if stopped.load(Ordering::Relaxed) || !watch(share) {
                    stopped.store(true, Ordering::Relaxed);
                    return found;
                }
                search.from(graph, source, &mut sums);
            }
            found.push((block, sums));
        }
    });
    if stopped.into_inner() {
        return Err(Stopped);
    }
    let mut parts: Vec<(usize, Sums)> = parts.into_iter().flatten().collect();
    parts.sort_unstable_by_key(|&(block, _)| block);
    let mut all = (vec![0.0; nodes], vec![0.0; if squared { nodes } else { 0 }]);
    for (_, (sums, squares)) in parts {
        all.0.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
        all.1.iter_mut().zip(squares).for_each(|(all, sum)| *all += sum);
    }
    Ok(all)
}

/// A search that counts shortest paths; keeps its memory.
struct Counting {
    nodes: Vec<Place>,
    met: Vec<u32>,
}

/// What a search knows of a node, side by side: it is looked up neighbour by neighbour.
#[derive(Clone, Copy)]
struct Place {
    /// How many shortest paths lead here from the source.
    paths: f64,
    /// What the nodes behind and the node itself depend on it, per path that leads here.
    behind: f64,
    hops: u32,
}

const UNMET: u32 = u32::MAX;

impl Counting {
    fn new(nodes: usize) -> Counting {
        Counting { nodes: vec![Place { paths: 0.0, behind: 0.0, hops: UNMET }; nodes], met: Vec::new() }
    }

    /// Adds what the shortest paths from `source` give to each node between.
    fn from(&mut self, graph: &Graph, source: u32, sums: &mut Sums) {
        self.count(graph, source);
        for &node in self.met.iter().rev() {
            let index = node as usize;
            let (next, paths) = (self.nodes[index].hops + 1, self.nodes[index].paths);
            let mut behind = 0.0;
            for &to in graph.neighbours(node) {
                // A product, as the processor cannot guess who is farther away: a branch costs three times as much.
                let Place { hops, behind: beyond, .. } = self.nodes[to as usize];
                behind += f64::from(u8::from(hops == next)) * beyond;
            }
            let depends = behind * paths;
            self.nodes[index].behind = (1.0 + depends) / paths;
            if node != source {
                sums.0[index] += depends;
                if !sums.1.is_empty() {
                    sums.1[index] += depends * depends;
                }
            }
        }
        for &node in &self.met {
            self.nodes[node as usize] = Place { paths: 0.0, behind: 0.0, hops: UNMET };
        }
    }

    fn count(&mut self, graph: &Graph, source: u32) {
        self.met.clear();
        self.met.push(source);
        self.nodes[source as usize] = Place { paths: 1.0, behind: 0.0, hops: 0 };
        let mut turn = 0;
        while let Some(&node) = self.met.get(turn) {
            turn += 1;
            let Place { hops, paths, .. } = self.nodes[node as usize];
            for &to in graph.neighbours(node) {
                let place = &mut self.nodes[to as usize];
                if place.hops == UNMET {
                    place.hops = hops + 1;
                    self.met.push(to);
                }
                place.paths += f64::from(u8::from(place.hops == hops + 1)) * paths;
            }
        }
    }
}
