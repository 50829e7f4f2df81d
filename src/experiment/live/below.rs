//! Overlay against underlay: how long links are below, and what a way through the overlay costs beside the direct one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::RngExt;
use rand::seq::index;

use crate::sim::random::{Purpose, stream};
use crate::sim::{Engine, Protocol, World};

/// So many random pairs stand for all.
const PAIRS: u32 = 100_000;
/// From so many random peers ways through the overlay are looked for.
const SOURCES: usize = 32;

/// How an overlay lies on its underlay. Latencies are one way, in milliseconds, without jitter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Below {
    /// Of links between participants online, each as often as one of its ends would use it; mean.
    pub link_ms: Option<f64>,
    /// Of random pairs of peers online; mean over a sample of 100,000.
    pub pair_ms: Option<f64>,
    /// Of ways through the overlay.
    pub stretch: Option<Stretch>,
}

/// What ways through the overlay cost, from some peers to all that they lead to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Latency along the quickest way through the overlay over the direct latency, the one mean over the other.
    pub ratio: f64,
    /// Its standard error, by the spread over sources; 0 if all peers were sources, `None` if there was but one.
    pub error: Option<f64>,
}

impl Below {
    /// As it is now.
    pub fn of<P: Protocol>(engine: &Engine<P>, seed: u64) -> Below {
        let world = engine.world();
        let links = engine.links();
        let total: u128 =
            links.iter().map(|&(from, to)| u128::from(world.latency(from, to, 0).nanos())).sum();
        let peers: Vec<u32> =
            engine.online().iter().map(|peer| peer.number()).filter(|&n| n < world.peers()).collect();
        Below {
            link_ms: mean_ms(total, links.len() as u64),
            pair_ms: pairs(&peers, world, seed),
            stretch: Stretch::of(&Ways::new(&links), &peers, world, seed),
        }
    }
}

fn mean_ms(nanos: u128, count: u64) -> Option<f64> {
    (count > 0).then(|| nanos as f64 * 1e-6 / count as f64)
}

/// The mean latency between two different peers.
fn pairs(peers: &[u32], world: &dyn World, seed: u64) -> Option<f64> {
    if peers.len() < 2 {
        return None;
    }
    let mut rng = stream(seed, Purpose::Sample, 0);
    let mut total = 0u128;
    for _ in 0..PAIRS {
        let one = rng.random_range(0..peers.len());
        let other = rng.random_range(0..peers.len() - 1);
        let other = other + usize::from(other >= one);
        total += u128::from(world.latency(peers[one], peers[other], 0).nanos());
    }
    mean_ms(total, u64::from(PAIRS))
}

/// The links, by whom they lead away from.
struct Ways {
    /// Where the links of each participant begin; one more than there are.
    starts: Vec<usize>,
    targets: Vec<u32>,
}

impl Ways {
    /// Of links in ascending order.
    fn new(links: &[(u32, u32)]) -> Ways {
        let participants = links.iter().map(|&(from, to)| from.max(to) + 1).max().unwrap_or(0);
        let starts = (0..=participants).map(|n| links.partition_point(|&(from, _)| from < n)).collect();
        Ways { starts, targets: links.iter().map(|&(_, to)| to).collect() }
    }

    fn from(&self, number: u32) -> &[u32] {
        match self.starts.get(number as usize..number as usize + 2) {
            Some(row) => &self.targets[row[0]..row[1]],
            None => &[],
        }
    }

    /// By number: nanoseconds along the quickest way from `source` (Dijkstra); `None` where no way leads.
    fn quickest(&self, source: u32, world: &dyn World) -> Vec<Option<u64>> {
        let mut best: Vec<Option<u64>> = vec![None; self.starts.len().max(source as usize + 1)];
        let mut open = BinaryHeap::from([Reverse((0u64, source))]);
        best[source as usize] = Some(0);
        while let Some(Reverse((nanos, at))) = open.pop() {
            if best[at as usize].is_some_and(|known| known < nanos) {
                continue;
            }
            for &next in self.from(at) {
                let there = nanos.saturating_add(world.latency(at, next, 0).nanos());
                if best[next as usize].is_none_or(|known| there < known) {
                    best[next as usize] = Some(there);
                    open.push(Reverse((there, next)));
                }
            }
        }
        best
    }
}

impl Stretch {
    /// From a sample of `peers`, ascending, to all others that ways lead to; `None` if none leads anywhere.
    fn of(ways: &Ways, peers: &[u32], world: &dyn World, seed: u64) -> Option<Stretch> {
        let mut rng = stream(seed, Purpose::Sample, 1);
        let sources = index::sample(&mut rng, peers.len(), SOURCES.min(peers.len()));
        let sums = |place: usize| {
            let source = peers[place];
            let best = ways.quickest(source, world);
            let others = peers.iter().filter(|&&peer| peer != source);
            let led = others.filter_map(|&peer| Some((peer, (*best.get(peer as usize)?)?)));
            led.fold((0u128, 0u128), |(through, direct), (peer, nanos)| {
                (through + u128::from(nanos), direct + u128::from(world.latency(source, peer, 0).nanos()))
            })
        };
        let sums: Vec<(f64, f64)> =
            sources.iter().map(sums).map(|(through, direct)| (through as f64, direct as f64)).collect();
        let (through, direct) = sums.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
        if direct <= 0.0 {
            return None;
        }
        let ratio = through / direct;
        let (n, whole) = (sums.len() as f64, peers.len() as f64);
        // The ratio estimator's variance, with the correction for a finite population.
        let spread: f64 = sums.iter().map(|(x, y)| (x - ratio * y) * (x - ratio * y)).sum();
        let error = (n > 1.0).then(|| libm::sqrt((1.0 - n / whole) * n / (n - 1.0) * spread) / direct);
        Some(Stretch { ratio, error })
    }
}

#[cfg(test)]
#[path = "below_tests.rs"]
mod tests;
