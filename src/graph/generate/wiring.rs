//! The configuration model with a choice of what becomes of self-loops and repeated links.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::super::{Graph, GraphError};
use super::configuration::{check_degrees, sum};
use super::graphic::{havel_hakimi, impossible};

/// What becomes of links that join a node with itself, or two nodes a second time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Multiplicity {
    /// They vanish, and some nodes end below their degree.
    #[default]
    Erase,
    /// They are swapped with random other links until there is none: every node gets its degree.
    Rewire,
}

/// What the degrees became.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DegreeReport {
    /// Nodes.
    pub nodes: u32,
    /// Links that the degrees asked for.
    pub links_asked: u64,
    /// Links that there are.
    pub links_got: u64,
    /// Self-loops that the pairing made.
    pub self_loops: u64,
    /// Repetitions that the pairing made.
    pub repetitions: u64,
    /// Nodes with fewer links than asked for.
    pub nodes_short: u32,
    /// The largest degree that was asked for, and the one there is.
    pub max_asked: u32,
    /// The largest degree there is.
    pub max_got: u32,
    /// Swaps that made the graph simple; 0 if links were erased.
    pub swaps: u64,
}

impl DegreeReport {
    /// The mean degree that was asked for.
    pub fn mean_asked(&self) -> f64 {
        2.0 * self.links_asked as f64 / f64::from(self.nodes)
    }

    /// The mean degree that there is.
    pub fn mean_got(&self) -> f64 {
        2.0 * self.links_got as f64 / f64::from(self.nodes)
    }
}

/// The configuration model of the given degrees as [`configuration`](super::configuration), with what becomes of self-loops
/// and repetitions as a choice. With [`Multiplicity::Erase`] it is the same graph.
///
/// With [`Multiplicity::Rewire`] each faulty link (u, v) is swapped with a random other (x, y) into (u, x) and (v, y), if both
/// are new. Only some (κ − 1)²/4 + (κ − 1)/2 links need it, with κ = ⟨k²⟩/⟨k⟩, so the graph is uniform among the simple ones
/// but for that. Where hubs leave no such swap, the graph is built by Havel and Hakimi's rule instead and shuffled by ten
/// random swaps a link.
///
/// # Errors
///
/// Those of [`configuration`](super::configuration); and with [`Multiplicity::Rewire`], if no simple graph has these degrees
/// (Erdős and Gallai 1960): how many nodes ask for how many links, and how many there can be.
pub fn wire<R: Rng + ?Sized>(
    degrees: &[u32],
    multiplicity: Multiplicity,
    rng: &mut R,
) -> Result<(Graph, DegreeReport), GraphError> {
    let n = check_degrees(degrees)?;
    if multiplicity == Multiplicity::Rewire
        && let Some(error) = impossible(degrees)
    {
        return Err(error);
    }
    let mut report = DegreeReport {
        nodes: n,
        links_asked: sum(degrees) / 2,
        links_got: 0,
        self_loops: 0,
        repetitions: 0,
        nodes_short: 0,
        max_asked: degrees.iter().copied().max().unwrap_or(0),
        max_got: 0,
        swaps: 0,
    };
    let graph = match multiplicity {
        Multiplicity::Erase => {
            let stubs = shuffled(degrees, rng);
            let (pairs, _) = stubs.as_chunks::<2>();
            let (graph, erased) = Graph::from_rows(n, pairs.iter().map(|&[u, v]| (u, v)));
            (report.self_loops, report.repetitions) = (erased.self_loops, erased.duplicates);
            graph
        }
        Multiplicity::Rewire => {
            let mut stubs = Stubs::paired(degrees, rng);
            (report.self_loops, report.repetitions) = stubs.count_faults();
            match stubs.repair(rng) {
                Some(swaps) => report.swaps = swaps,
                None => {
                    stubs = Stubs::of_graph(&havel_hakimi(degrees));
                    report.swaps = stubs.mix(10, rng);
                }
            }
            stubs.into_graph()
        }
    };
    report.links_got = graph.edges();
    report.max_got = graph.degrees().max().unwrap_or(0);
    report.nodes_short = graph.degrees().zip(degrees).filter(|&(got, &asked)| got < asked).count() as u32;
    Ok((graph, report))
}

/// Every node as often as its degree, in random order.
fn shuffled<R: Rng + ?Sized>(degrees: &[u32], rng: &mut R) -> Vec<u32> {
    let mut stubs = Vec::with_capacity(sum(degrees) as usize);
    for (node, &degree) in degrees.iter().enumerate() {
        stubs.extend(std::iter::repeat_n(node as u32, degree as usize));
    }
    stubs.shuffle(rng);
    stubs
}

/// The ends of links, node by node.
struct Stubs {
    /// `starts[v]..starts[v + 1]` are the stubs of node `v`.
    starts: Vec<u32>,
    /// Whose each stub is.
    owner: Vec<u32>,
    /// The stub at the other end of each stub's link.
    mate: Vec<u32>,
}

impl Stubs {
    fn unpaired(degrees: impl Iterator<Item = u32>) -> Stubs {
        let mut starts = vec![0u32];
        let mut owner = Vec::new();
        for (node, degree) in degrees.enumerate() {
            owner.extend(std::iter::repeat_n(node as u32, degree as usize));
            starts.push(owner.len() as u32);
        }
        let mate = vec![0; owner.len()];
        Stubs { starts, owner, mate }
    }

    /// All stubs paired at random.
    fn paired<R: Rng + ?Sized>(degrees: &[u32], rng: &mut R) -> Stubs {
        let mut stubs = Stubs::unpaired(degrees.iter().copied());
        let mut order: Vec<u32> = (0..stubs.owner.len() as u32).collect();
        order.shuffle(rng);
        let (pairs, _) = order.as_chunks::<2>();
        pairs.iter().for_each(|&[one, other]| stubs.link(one, other));
        stubs
    }

    /// The links of a graph.
    fn of_graph(graph: &Graph) -> Stubs {
        let mut stubs = Stubs::unpaired(graph.degrees());
        let mut next = stubs.starts.clone();
        for (u, v) in graph.edge_list() {
            stubs.link(next[u as usize], next[v as usize]);
            next[u as usize] += 1;
            next[v as usize] += 1;
        }
        stubs
    }

    fn link(&mut self, one: u32, other: u32) {
        self.mate[one as usize] = other;
        self.mate[other as usize] = one;
    }

    fn stubs_of(&self, node: u32) -> std::ops::Range<u32> {
        self.starts[node as usize]..self.starts[node as usize + 1]
    }

    /// Whom the link of a stub leads to.
    fn neighbour(&self, stub: u32) -> u32 {
        self.owner[self.mate[stub as usize] as usize]
    }

    /// How many links join two nodes, seen from the one with fewer.
    fn links(&self, u: u32, v: u32) -> usize {
        let (few, many) = if self.stubs_of(u).len() <= self.stubs_of(v).len() { (u, v) } else { (v, u) };
        self.stubs_of(few).filter(|&stub| self.neighbour(stub) == many).count()
    }

    /// One stub of each link that is a self-loop or a repetition.
    fn faults(&self) -> Vec<u32> {
        const NOBODY: u32 = u32::MAX;
        let mut met_by = vec![NOBODY; self.starts.len() - 1];
        let mut faults = Vec::new();
        for stub in 0..self.mate.len() as u32 {
            let (node, neighbour) = (self.owner[stub as usize], self.neighbour(stub));
            let once = stub < self.mate[stub as usize];
            if node == neighbour {
                faults.extend(once.then_some(stub));
            } else if node < neighbour {
                if met_by[neighbour as usize] == node {
                    faults.push(stub);
                }
                met_by[neighbour as usize] = node;
            }
        }
        faults
    }

    /// How many links are self-loops, and how many repetitions.
    fn count_faults(&self) -> (u64, u64) {
        let faults = self.faults();
        let loops = faults.iter().filter(|&&stub| self.owner[stub as usize] == self.neighbour(stub)).count();
        (loops as u64, (faults.len() - loops) as u64)
    }

    fn is_fault(&self, stub: u32) -> bool {
        let (node, neighbour) = (self.owner[stub as usize], self.neighbour(stub));
        node == neighbour || self.links(node, neighbour) > 1
    }

    /// Swaps every fault away; how many swaps that took, or `None` if a fault found no partner in many tries.
    fn repair<R: Rng + ?Sized>(&mut self, rng: &mut R) -> Option<u64> {
        const TRIES: u32 = 10_000;
        let mut swaps = 0;
        for stub in self.faults() {
            let mut tries = 0;
            while self.is_fault(stub) {
                if tries == TRIES {
                    return None;
                }
                tries += 1;
                swaps += u64::from(self.swap(stub, rng));
            }
        }
        Some(swaps)
    }

    /// Swaps the link of a stub, (u, v), with a random other one, (x, y), into (u, x) and (v, y), if both are new.
    fn swap<R: Rng + ?Sized>(&mut self, stub: u32, rng: &mut R) -> bool {
        let other = rng.random_range(0..self.mate.len() as u32);
        let (mate, other_mate) = (self.mate[stub as usize], self.mate[other as usize]);
        let (u, v) = (self.owner[stub as usize], self.owner[mate as usize]);
        let (x, y) = (self.owner[other as usize], self.owner[other_mate as usize]);
        // Also refused: a link with itself, and two faults that would become one link twice.
        let same = other == stub || other == mate || (u == y && v == x) || (u == v && x == y);
        if same || u == x || v == y || self.links(u, x) > 0 || self.links(v, y) > 0 {
            return false;
        }
        self.link(stub, other);
        self.link(mate, other_mate);
        true
    }

    /// Tries `laps` random swaps for each link; how many came about.
    fn mix<R: Rng + ?Sized>(&mut self, laps: u32, rng: &mut R) -> u64 {
        let stubs = self.mate.len() as u64;
        let mut swaps = 0;
        for _ in 0..stubs / 2 * u64::from(laps) {
            let stub = rng.random_range(0..stubs) as u32;
            swaps += u64::from(self.swap(stub, rng));
        }
        swaps
    }

    fn into_graph(self) -> Graph {
        let Stubs { starts, owner, mate: mut targets } = self;
        targets.iter_mut().for_each(|mate| *mate = owner[*mate as usize]);
        for row in starts.windows(2) {
            targets[row[0] as usize..row[1] as usize].sort_unstable();
        }
        Graph::from_sorted_rows(starts, targets)
    }
}
