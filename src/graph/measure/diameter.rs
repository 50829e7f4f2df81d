//! The diameter by bounding.

use super::super::{Graph, Search};
use super::paths::by_batches;
use super::{Stopped, Watch};

/// The diameter of a connected graph, or as much as the allowed searches told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diameter {
    /// Some two nodes are so many hops apart.
    pub lower: u32,
    /// No two nodes are farther apart; the diameter is known when it equals `lower`.
    pub upper: u32,
    /// How many searches it took.
    pub searches: u32,
}

impl Diameter {
    /// The diameter, if it is known.
    pub fn exact(&self) -> Option<u32> {
        (self.lower == self.upper).then_some(self.lower)
    }
}

/// The longest shortest path of a *connected* graph, in hops, by iFUB (Crescenzi, Grossi, Habib, Lanzi, Marino,
/// Theoretical Computer Science 514, 2013): four sweeps find a node in the middle and a long path; then the nodes
/// farthest from the middle are searched from, farthest first, until no pair of those left can be farther apart than
/// what was found. Of the leaves at one node only the first is searched from, and many searches go at once.
///
/// Gives up after `at_most` searches, with bounds: some graphs (rings, grids) need nearly a search a node. A graph
/// without nodes has diameter 0.
///
/// # Errors
///
/// [`Stopped`] by `watch`.
pub fn diameter(graph: &Graph, at_most: u32, watch: &Watch) -> Result<Diameter, Stopped> {
    if graph.nodes() == 0 {
        return Ok(Diameter { lower: 0, upper: 0, searches: 0 });
    }
    let mut sweeps = Sweeps::new(graph);
    let middle = sweeps.middle();
    let mut search = Search::new();
    let distance = search.distances(graph, middle, u32::MAX).to_vec();
    let by_distance = search.visited().to_vec(); // Ascending.
    let radius = by_distance.last().map_or(0, |&last| distance[last as usize]);
    let mut found =
        Diameter { lower: sweeps.longest.max(radius), upper: 2 * radius, searches: sweeps.count + 1 };

    let mut end = by_distance.len();
    let mut asked_about = vec![u32::MAX; graph.nodes() as usize];
    while found.lower < found.upper {
        // Every pair of nodes nearer to the middle than this shell is at most `upper` apart.
        let shell = found.upper / 2;
        let start = by_distance.partition_point(|&node| distance[node as usize] < shell);
        let ends = representatives(graph, &by_distance[start..end], &mut asked_about, shell);
        for some in ends.chunks(ROUND) {
            if found.lower >= found.upper {
                break;
            }
            let left = at_most.saturating_sub(found.searches) as usize;
            if left == 0 || !watch(f64::from(found.lower) / f64::from(found.upper)) {
                return if left == 0 { Ok(found) } else { Err(Stopped) };
            }
            let some = &some[..some.len().min(left)];
            let quiet = |_: f64| watch(f64::from(found.lower) / f64::from(found.upper));
            let farthest = eccentricity(graph, some, &quiet)?;
            found.lower = found.lower.max(farthest);
            found.searches += some.len() as u32;
        }
        if found.searches >= at_most && found.lower < found.upper {
            return Ok(found);
        }
        end = start;
        found.upper = found.lower.max(2 * (shell - 1));
    }
    Ok(found)
}

/// Sources between two looks at whether they are still needed.
const ROUND: usize = 4096;

/// The nodes of a shell, but of the leaves at one node only the first: the others are as far from everyone else, and
/// two hops from it.
fn representatives(graph: &Graph, shell: &[u32], asked_about: &mut [u32], number: u32) -> Vec<u32> {
    let mut is_needed = |node: u32| match graph.neighbours(node) {
        &[hub] => std::mem::replace(&mut asked_about[hub as usize], number) != number,
        _ => true,
    };
    shell.iter().copied().filter(|&node| is_needed(node)).collect()
}

/// The largest distance of any node from any of `sources`.
fn eccentricity(graph: &Graph, sources: &[u32], watch: &Watch) -> Result<u32, Stopped> {
    let farthest = |parts: Vec<(usize, u32)>| parts.into_iter().map(|(_, hops)| hops).max().unwrap_or(0);
    // Few sources in few words; on large graphs all go through in narrow batches, to save memory.
    if sources.len() <= 64 || graph.nodes() > 500_000 {
        by_batches::<1, _>(graph, sources, watch, |wave, graph, some| wave.run(graph, some, |_, _, _| ()))
            .map(farthest)
    } else {
        by_batches::<4, _>(graph, sources, watch, |wave, graph, some| wave.run(graph, some, |_, _, _| ()))
            .map(farthest)
    }
}

/// Searches that look for a long path and for its middle.
struct Sweeps<'a> {
    graph: &'a Graph,
    search: Search,
    longest: u32,
    count: u32,
}

impl<'a> Sweeps<'a> {
    fn new(graph: &'a Graph) -> Sweeps<'a> {
        Sweeps { graph, search: Search::new(), longest: 0, count: 0 }
    }

    /// Four sweeps: from the best connected node to the farthest, back across, from the middle of that path to the
    /// farthest, back across; the middle of the second path.
    fn middle(&mut self) -> u32 {
        let hub = (0..self.graph.nodes()).rev().max_by_key(|&node| self.graph.degree(node)).unwrap_or(0);
        let first = self.across(hub);
        self.across(first)
    }

    /// From `start` to the node farthest from it, and from there to the farthest again: the middle of that path.
    fn across(&mut self, start: u32) -> u32 {
        let one = self.farthest(start);
        let other = self.farthest(one);
        let distance = self.search.distances(self.graph, one, u32::MAX);
        let length = distance[other as usize];
        let mut node = other;
        for _ in 0..length / 2 {
            let nearer = |&&next: &&u32| distance[next as usize] + 1 == distance[node as usize];
            node = self.graph.neighbours(node).iter().find(nearer).copied().unwrap_or(node);
        }
        node
    }

    fn farthest(&mut self, from: u32) -> u32 {
        let distance = self.search.distances(self.graph, from, u32::MAX);
        let mut farthest = (0, from);
        for (node, &hops) in (0u32..).zip(distance) {
            if hops > farthest.0 && hops != super::super::UNREACHED {
                farthest = (hops, node);
            }
        }
        self.longest = self.longest.max(farthest.0);
        self.count += 1;
        farthest.1
    }
}
