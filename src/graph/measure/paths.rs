//! Path lengths: the hop plot, its mean and the effective diameter.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rand::Rng;
use rand::seq::index;

use super::super::Graph;
use super::wave::{Wave, workers};
use super::{Stopped, Watch};

/// From where to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sources {
    /// From every node: exact.
    All,
    /// From so many nodes, drawn without repetition; exact if there are no more.
    Sample(u32),
}

/// A figure, and how far it may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Its standard error; `None` if it is exact.
    pub error: Option<f64>,
}

/// How far the nodes of a connected graph are apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Paths {
    /// The hop plot: `hops[h]` pairs (source, other node) are h links apart; `hops[0]` is 0.
    pub hops: Vec<u64>,
    /// From how many nodes was searched.
    pub sources: u32,
    /// Whether those were all.
    pub exact: bool,
    /// The mean distance of two different nodes, in hops; `None` for a lone node.
    pub mean: Option<Estimate>,
    /// Within how many hops 90 % of the pairs lie, interpolated between whole hops; `None` for a lone node.
    pub effective_diameter: Option<Estimate>,
}

impl Paths {
    /// The largest distance met: the diameter if the figures are exact, else a lower bound of it.
    pub fn longest(&self) -> u32 {
        self.hops.len() as u32 - 1
    }

    /// The share of pairs within each number of hops, from 0 on; empty for a lone node.
    pub fn cumulative(&self) -> Vec<f64> {
        cumulative(&self.hops)
    }
}

/// The share of pairs that the effective diameter spans.
const SPANNED: f64 = 0.9;

/// Measures distances on a *connected* graph, best a [`Giant`](super::Giant)'s, by searches from many sources at
/// once. A sample draws its sources from `rng`; exact figures draw nothing.
///
/// Standard errors are those of sampling sources without replacement: of the mean, from the spread of the sources'
/// own means; of the effective diameter, by the jackknife over sources.
///
/// # Errors
///
/// [`Stopped`] by `watch`.
pub fn paths<R: Rng + ?Sized>(
    graph: &Graph,
    sources: Sources,
    rng: &mut R,
    watch: &Watch,
) -> Result<Paths, Stopped> {
    let nodes = graph.nodes();
    match sources {
        Sources::Sample(wanted) if wanted < nodes => {
            let mut drawn: Vec<u32> = index::sample(rng, nodes as usize, wanted as usize)
                .into_iter()
                .map(|node| node as u32)
                .collect();
            drawn.sort_unstable(); // Neighbours in number are neighbours in a giant: their waves overlap.
            sampled(graph, &drawn, watch)
        }
        Sources::All | Sources::Sample(_) => {
            let all: Vec<u32> = (0..nodes).collect();
            let hops = hop_plot(graph, &all, watch)?;
            let mean = mean(&hops).map(|value| Estimate { value, error: None });
            let effective = spanning(&hops).map(|value| Estimate { value, error: None });
            Ok(Paths { hops, sources: nodes, exact: true, mean, effective_diameter: effective })
        }
    }
}

/// The figures from some sources, with their errors.
fn sampled(graph: &Graph, sources: &[u32], watch: &Watch) -> Result<Paths, Stopped> {
    let plots = hop_plots(graph, sources, watch)?;
    let longest = plots.iter().map(Vec::len).max().unwrap_or(1);
    let mut hops = vec![0; longest];
    for plot in &plots {
        hops.iter_mut().zip(plot).for_each(|(sum, pairs)| *sum += pairs);
    }
    let unseen = 1.0 - sources.len() as f64 / f64::from(graph.nodes());
    let means: Vec<f64> = plots.iter().filter_map(|plot| mean(plot)).collect();
    let mean_error = spread(&means).map(|variance| (variance / means.len() as f64 * unseen).sqrt());
    // What the figure becomes without each source in turn.
    let without: Vec<f64> = plots.iter().filter_map(|plot| spanning(&difference(&hops, plot))).collect();
    let count = without.len() as f64;
    let jackknife =
        spread(&without).map(|variance| ((count - 1.0) * (count - 1.0) / count * variance * unseen).sqrt());
    Ok(Paths {
        mean: mean(&hops).map(|value| Estimate { value, error: mean_error }),
        effective_diameter: spanning(&hops).map(|value| Estimate { value, error: jackknife }),
        hops,
        sources: sources.len() as u32,
        exact: false,
    })
}

fn difference(all: &[u64], one: &[u64]) -> Vec<u64> {
    let one = one.iter().chain(std::iter::repeat(&0));
    all.iter().zip(one).map(|(all, one)| all - one).collect()
}

/// Sample variance; `None` of fewer than two.
fn spread(sample: &[f64]) -> Option<f64> {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    (sample.len() > 1)
        .then(|| sample.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0))
}

/// The mean distance of a hop plot's pairs.
fn mean(hops: &[u64]) -> Option<f64> {
    let pairs: u64 = hops.iter().sum();
    let sum: u128 = (0u128..).zip(hops).map(|(hop, &pairs)| hop * u128::from(pairs)).sum();
    (pairs > 0).then(|| sum as f64 / pairs as f64)
}

fn cumulative(hops: &[u64]) -> Vec<f64> {
    let pairs: u64 = hops.iter().sum();
    let mut met = 0;
    let share = |&here: &u64| {
        met += here;
        met as f64 / pairs as f64
    };
    if pairs == 0 { Vec::new() } else { hops.iter().map(share).collect() }
}

/// Where the hop plot's cumulative share crosses nine tenths.
fn spanning(hops: &[u64]) -> Option<f64> {
    let shares = cumulative(hops);
    let hop = shares.iter().position(|&share| share >= SPANNED)?;
    let (before, here) = (shares[hop - 1], shares[hop]);
    Some((hop - 1) as f64 + (SPANNED - before) / (here - before))
}

/// How many words of sources go through a graph of `nodes` nodes at once: what a thread holds of them shall stay
/// below some 100 MB up to half a million nodes, and grow slowly from there.
fn words(nodes: u32) -> usize {
    match nodes {
        0..500_000 => 8,
        500_000..2_000_000 => 4,
        _ => 1,
    }
}

/// The pairs (source, other node) at each distance, all sources together.
pub(super) fn hop_plot(graph: &Graph, sources: &[u32], watch: &Watch) -> Result<Vec<u64>, Stopped> {
    let parts = match words(graph.nodes()) {
        8 => by_batches::<8, _>(graph, sources, watch, pooled)?,
        4 => by_batches::<4, _>(graph, sources, watch, pooled)?,
        _ => by_batches::<1, _>(graph, sources, watch, pooled)?,
    };
    let longest = parts.iter().map(|(_, plot)| plot.len()).max().unwrap_or(1);
    let mut hops = vec![0; longest];
    for (_, plot) in parts {
        hops.iter_mut().zip(plot).for_each(|(sum, pairs)| *sum += pairs);
    }
    Ok(hops)
}

/// The nodes at each distance from each source, in the order of sources.
fn hop_plots(graph: &Graph, sources: &[u32], watch: &Watch) -> Result<Vec<Vec<u64>>, Stopped> {
    let mut parts = match words(graph.nodes()) {
        8 => by_batches::<8, _>(graph, sources, watch, one_by_one)?,
        4 => by_batches::<4, _>(graph, sources, watch, one_by_one)?,
        _ => by_batches::<1, _>(graph, sources, watch, one_by_one)?,
    };
    parts.sort_unstable_by_key(|&(batch, _)| batch);
    Ok(parts.into_iter().flat_map(|(_, plots)| plots).collect())
}

/// Runs `search` on batches of sources, in parallel; gives what each batch gave, with its number, in any order.
pub(super) fn by_batches<const WORDS: usize, T: Send>(
    graph: &Graph,
    sources: &[u32],
    watch: &Watch,
    search: impl Fn(&mut Wave<WORDS>, &Graph, &[u32]) -> T + Sync,
) -> Result<Vec<(usize, T)>, Stopped> {
    let batches: Vec<&[u32]> = sources.chunks(Wave::<WORDS>::WIDTH).collect();
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let parts = workers(batches.len().saturating_sub(1), || {
        let mut wave = Wave::new(graph.nodes());
        let mut found = Vec::new();
        loop {
            let batch = next.fetch_add(1, Ordering::Relaxed);
            if !watch(batch.min(batches.len()) as f64 / batches.len().max(1) as f64) {
                stopped.store(true, Ordering::Relaxed);
            }
            if batch >= batches.len() || stopped.load(Ordering::Relaxed) {
                break found;
            }
            found.push((batch, search(&mut wave, graph, batches[batch])));
        }
    });
    if stopped.into_inner() { Err(Stopped) } else { Ok(parts.into_iter().flatten().collect()) }
}

/// The pairs at each distance, all sources of the batch together.
fn pooled<const WORDS: usize>(wave: &mut Wave<WORDS>, graph: &Graph, sources: &[u32]) -> Vec<u64> {
    let mut plot = vec![0u64];
    wave.run(graph, sources, |hop, _, bits| {
        if plot.len() <= hop as usize {
            plot.push(0);
        }
        plot[hop as usize] += bits.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
    });
    plot
}

/// The nodes at each distance, for each source of the batch.
fn one_by_one<const WORDS: usize>(wave: &mut Wave<WORDS>, graph: &Graph, sources: &[u32]) -> Vec<Vec<u64>> {
    let mut plots = vec![vec![0u64]; sources.len()];
    let mut tally = Tally::<WORDS>::new();
    let longest = wave.run(graph, sources, |hop, _, bits| {
        if hop != tally.hop {
            tally.hand_out(&mut plots);
            tally.hop = hop;
        }
        tally.add(bits);
    });
    if longest > 0 {
        tally.hand_out(&mut plots);
    }
    plots
}

/// Counts for each of many bits how often it was set, in binary across `planes`: adding 64 bits costs a few
/// operations, and not one for each bit.
struct Tally<const WORDS: usize> {
    hop: u32,
    planes: Vec<[u64; WORDS]>,
}

impl<const WORDS: usize> Tally<WORDS> {
    fn new() -> Tally<WORDS> {
        Tally { hop: 0, planes: Vec::new() }
    }

    fn add(&mut self, bits: &[u64; WORDS]) {
        let mut carry = *bits;
        for plane in &mut self.planes {
            let mut left = 0;
            for word in 0..WORDS {
                let both = plane[word] & carry[word];
                plane[word] ^= carry[word];
                carry[word] = both;
                left |= both;
            }
            if left == 0 {
                return;
            }
        }
        if carry != [0; WORDS] {
            self.planes.push(carry);
        }
    }

    /// Appends each source's count, where there is one, to its plot, and starts again from nothing.
    fn hand_out(&mut self, plots: &mut [Vec<u64>]) {
        for (bit, plot) in plots.iter_mut().enumerate() {
            let digit = |plane: &[u64; WORDS]| plane[bit / 64] >> (bit % 64) & 1;
            let count =
                self.planes.iter().enumerate().map(|(place, plane)| digit(plane) << place).sum::<u64>();
            if count > 0 {
                plot.push(count); // A source that met nobody at one distance meets nobody farther away.
            }
        }
        self.planes.clear();
    }
}
