//! Who goes first.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::super::Graph;
use super::super::measure::{Sources, Stopped, Watch, betweenness, cores};

/// In which order nodes are taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attack {
    /// At random: failures.
    Random,
    /// The best connected first, by the degrees of the whole graph; ties shuffled.
    Degree,
    /// The best connected of those left first, degrees counted anew after each; ties shuffled.
    DegreeRecomputed,
    /// Those on most shortest paths of the whole graph first.
    Betweenness,
    /// Those on most shortest paths of what is left first, counted anew after every few.
    BetweennessRecomputed,
    /// The deepest inside first, by the k-cores of the whole graph; ties shuffled.
    Core,
}

impl Attack {
    /// Every attack.
    pub const ALL: [Attack; 6] = [
        Attack::Random,
        Attack::Degree,
        Attack::DegreeRecomputed,
        Attack::Betweenness,
        Attack::BetweennessRecomputed,
        Attack::Core,
    ];

    /// As it is written in scenarios, CSV and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Attack::Random => "random",
            Attack::Degree => "degree",
            Attack::DegreeRecomputed => "degree-recomputed",
            Attack::Betweenness => "betweenness",
            Attack::BetweennessRecomputed => "betweenness-recomputed",
            Attack::Core => "core",
        }
    }
}

/// How much work attacks by betweenness may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// From where shortest paths are counted.
    pub sources: Sources,
    /// How many times betweenness is counted anew, at most: so a graph loses a 1/`rounds` of its nodes at a time.
    pub rounds: u32,
}

impl Default for Effort {
    /// 256 sources, a hundred rounds.
    fn default() -> Effort {
        Effort { sources: Sources::Sample(256), rounds: 100 }
    }
}

/// All nodes of `graph`, in the order in which `attack` takes them. Draws from `rng`: the order or the ties, and the
/// sources of a sampled betweenness. `effort` is of no matter to attacks that ask for no betweenness.
///
/// # Errors
///
/// [`Stopped`] by `watch`, which only attacks by betweenness ask.
pub fn order<R: Rng + ?Sized>(
    graph: &Graph,
    attack: Attack,
    effort: Effort,
    rng: &mut R,
    watch: &Watch,
) -> Result<Vec<u32>, Stopped> {
    let mut nodes: Vec<u32> = (0..graph.nodes()).collect();
    nodes.shuffle(rng);
    match attack {
        Attack::Random => {}
        Attack::Degree => nodes.sort_by_key(|&node| std::cmp::Reverse(graph.degree(node))),
        Attack::DegreeRecomputed => return Ok(by_degree_left(graph, &nodes, rng)),
        Attack::Betweenness => {
            let on_paths = betweenness(graph, effort.sources, rng, watch)?.at;
            nodes.sort_by(|&one, &other| on_paths[other as usize].total_cmp(&on_paths[one as usize]));
        }
        Attack::BetweennessRecomputed => return by_betweenness_left(graph, effort, rng, watch),
        Attack::Core => {
            let depth = cores(graph).number;
            nodes.sort_by_key(|&node| std::cmp::Reverse(depth[node as usize]));
        }
    }
    Ok(nodes)
}

/// Always takes one of the nodes with most links to those left. Linear: nodes lie in buckets by degree, and the fullest
/// degree only falls.
fn by_degree_left<R: Rng + ?Sized>(graph: &Graph, shuffled: &[u32], rng: &mut R) -> Vec<u32> {
    let mut degree: Vec<u32> = graph.degrees().collect();
    let largest = degree.iter().copied().max().unwrap_or(0) as usize;
    let mut buckets: Vec<Vec<u32>> = vec![Vec::new(); largest + 1];
    let mut place = vec![0u32; degree.len()]; // In its bucket.
    for &node in shuffled {
        let bucket = &mut buckets[degree[node as usize] as usize];
        place[node as usize] = bucket.len() as u32;
        bucket.push(node);
    }
    let mut taken = vec![false; degree.len()];
    let mut order = Vec::with_capacity(degree.len());
    let mut fullest = largest;
    while order.len() < degree.len() {
        while buckets[fullest].is_empty() {
            fullest -= 1;
        }
        let index = rng.random_range(0..buckets[fullest].len() as u32);
        let node = take_out(&mut buckets[fullest], &mut place, index);
        taken[node as usize] = true;
        order.push(node);
        for &to in graph.neighbours(node).iter().filter(|&&to| !taken[to as usize]) {
            let links = &mut degree[to as usize];
            let index = place[to as usize];
            take_out(&mut buckets[*links as usize], &mut place, index);
            *links -= 1;
            let bucket = &mut buckets[*links as usize];
            place[to as usize] = bucket.len() as u32;
            bucket.push(to);
        }
    }
    order
}

/// Takes the node at `index` out of a bucket; the last one takes its place.
fn take_out(bucket: &mut Vec<u32>, place: &mut [u32], index: u32) -> u32 {
    let node = bucket.swap_remove(index as usize);
    if let Some(&moved) = bucket.get(index as usize) {
        place[moved as usize] = index;
    }
    node
}

/// Takes the nodes on most shortest paths of what is left, an equal number in each round.
fn by_betweenness_left<R: Rng + ?Sized>(
    graph: &Graph,
    effort: Effort,
    rng: &mut R,
    watch: &Watch,
) -> Result<Vec<u32>, Stopped> {
    let nodes = graph.nodes() as usize;
    let at_a_time = nodes.div_ceil(effort.rounds.max(1) as usize).max(1);
    let mut left: Vec<u32> = (0..graph.nodes()).collect();
    let mut order = Vec::with_capacity(nodes);
    while !left.is_empty() {
        left.shuffle(rng); // Ties fall by chance.
        let rest = graph.induced(&left);
        let done = order.len() as f64 / nodes as f64;
        let step = at_a_time as f64 / nodes as f64;
        let on_paths = if rest.edges() == 0 {
            vec![0.0; left.len()]
        } else {
            betweenness(&rest, effort.sources, rng, &|share| watch(done + share * step))?.at
        };
        let mut ranked: Vec<u32> = (0..rest.nodes()).collect();
        ranked.sort_by(|&one, &other| on_paths[other as usize].total_cmp(&on_paths[one as usize]));
        let mut goes = vec![false; left.len()];
        for &index in &ranked[..at_a_time.min(left.len())] {
            order.push(left[index as usize]);
            goes[index as usize] = true;
        }
        let mut index = 0;
        left.retain(|_| {
            index += 1;
            !goes[index - 1]
        });
    }
    Ok(order)
}
