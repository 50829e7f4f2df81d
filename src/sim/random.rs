//! Randomness belongs to someone: every generator and every peer has a stream of its own, derived from the run's seed.
//!
//! Two algorithms, named because their values are part of every result: Xoshiro256++ for the generators of the world
//! (topology, placement, churn, workload, faults), and for peers a counter-based stream on SplitMix64's finaliser
//! (Steele, Lea, Flood, OOPSLA 2014, in Stafford's variant 13), which costs four bytes of state a peer.

use std::convert::Infallible;
use std::sync::LazyLock;

use rand::rand_core::TryRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// The stream of one generator of the world.
pub type Stream = Xoshiro256PlusPlus;

/// What a stream is for. Streams of different purposes are independent, so that changing one part of the world leaves
/// the others untouched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Overlay identifiers.
    Identifiers = 1,
    /// Overlay graphs given to unstructured protocols.
    Topology,
    /// Which peers hold which objects, and who is a free rider.
    Placement,
    /// Sessions of one peer.
    Churn,
    /// Which peers start offline and when they arrive.
    Newcomers,
    /// When lookups start, who asks and for what.
    Workload,
    /// Which peers a fault strikes.
    Faults,
    /// Latencies between pairs of peers, and coordinates.
    Latency,
    /// Jitter and loss of one message.
    Message,
    /// The order of simultaneous events.
    Precedence,
    /// The draws of one peer.
    Peer,
    /// What a settled network is built from.
    Settled,
    /// Which class of the population a peer belongs to, and who is behind a firewall.
    Population = 32,
    /// Who comes, where every session is somebody else's.
    Strangers,
    /// Which peers run a client that does not play by the rules.
    Clients,
    /// The words of one object.
    Words = 48,
    /// What measures of graphs draw: orders of removal, sources of searches.
    Graphs = 64,
    /// Where a crawl of the overlay begins.
    Crawl,
    /// Which peers and pairs are looked at, where a network is measured by a sample.
    Sample,
    /// One synthetic sample of a bootstrap.
    Bootstrap = 80,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64's finaliser, Stafford's variant 13: a bijection of `u64` that mixes well.
#[inline]
pub const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// One number from two, by the two halves of a product: mixes well enough for sums over many, at a third of the cost of
/// [`mix`].
#[inline]
pub(super) const fn fold(a: u64, b: u64) -> u64 {
    let product = (a ^ 0xa076_1d64_78bd_642f) as u128 * (b ^ 0xe703_7ed1_a0b4_28db) as u128;
    product as u64 ^ (product >> 64) as u64
}

/// The key of the stream (seed, purpose, index).
pub const fn derive(seed: u64, purpose: Purpose, index: u64) -> u64 {
    let keyed = mix(seed.wrapping_add(GOLDEN) ^ mix((purpose as u64).wrapping_mul(GOLDEN)));
    mix(keyed ^ mix(index.wrapping_add(GOLDEN)))
}

/// The stream (seed, purpose, index) of a generator of the world.
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> Stream {
    stream_of(derive(seed, purpose, index))
}

/// The stream with this key: its state is the first four numbers of SplitMix64. That is what `seed_from_u64` does, byte by
/// byte; every lookup has three streams.
#[inline]
pub(crate) fn stream_of(key: u64) -> Stream {
    let mut state = [0; 32];
    for (step, number) in (1..).zip(state.chunks_exact_mut(8)) {
        number.copy_from_slice(&mix(key.wrapping_add(GOLDEN.wrapping_mul(step))).to_le_bytes());
    }
    Stream::from_seed(state)
}

/// A number in [0, 1) with 53 random bits.
#[inline]
pub fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// An exponentially distributed number with mean 1, from 64 random bits.
///
/// The ziggurat of Marsaglia and Tsang (J. Stat. Software 5(8), 2000) with 256 layers: 99 % of draws cost one product and
/// one comparison; the others take further bits from a chain of [`mix`] and a logarithm or power from `libm`, so that
/// every platform agrees. Inversion by `libm::log` took 47 % of PHOLD's time in a profile, at 10^3 pending events.
#[inline]
pub fn exponential(bits: u64) -> f64 {
    let layer = (bits & 0xff) as usize;
    let ziggurat = &*ZIGGURAT;
    let x = unit(bits) * ziggurat.edge[layer];
    if x < ziggurat.edge[layer + 1] { x } else { exponential_slowly(bits) }
}

/// The rare part of [`exponential`]: the tail, the wedges beside the layers, and starting over.
#[cold]
fn exponential_slowly(mut bits: u64) -> f64 {
    let ziggurat = &*ZIGGURAT;
    loop {
        let layer = (bits & 0xff) as usize;
        let x = unit(bits) * ziggurat.edge[layer];
        if x < ziggurat.edge[layer + 1] {
            return x;
        }
        bits = mix(bits.wrapping_add(GOLDEN));
        if layer == 0 {
            // The tail beyond the last layer is an exponential law again. 1 - u lies in (0, 1].
            return ZIGGURAT_TAIL - libm::log(1.0 - unit(bits));
        }
        let height = ziggurat.density[layer + 1]
            + (ziggurat.density[layer] - ziggurat.density[layer + 1]) * unit(bits);
        if height < libm::exp(-x) {
            return x;
        }
        bits = mix(bits.wrapping_add(GOLDEN));
    }
}

/// Where the tail begins, for 256 layers of equal area.
const ZIGGURAT_TAIL: f64 = 7.697_117_470_131_05;

/// Layer i reaches from 0 to `edge[i]`, and lies wholly under the density up to `edge[i + 1]`.
struct Ziggurat {
    edge: [f64; 257],
    /// The density at each edge; that of the base layer, which is wider than the density, is a placeholder.
    density: [f64; 257],
}

static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(|| {
    let area = libm::exp(-ZIGGURAT_TAIL) * (ZIGGURAT_TAIL + 1.0);
    let mut edge = [0.0; 257];
    edge[0] = area / libm::exp(-ZIGGURAT_TAIL);
    edge[1] = ZIGGURAT_TAIL;
    for i in 2..256 {
        edge[i] = -libm::log(area / edge[i - 1] + libm::exp(-edge[i - 1]));
    }
    Ziggurat { edge, density: edge.map(|x| libm::exp(-x)) }
});

/// The key of one peer's stream, from the run's key for peers: streams start far apart on SplitMix64's one sequence (the
/// multiplier is unrelated to its step).
#[inline]
pub(super) fn derive_peer(run: u64, number: u32) -> u64 {
    run.wrapping_add(u64::from(number).wrapping_mul(0xd1b5_4a32_d192_ed03))
}

/// One peer's own stream: the `drawn`-th number is a pure function of (run key, peer number, drawn).
#[derive(Debug)]
pub struct PeerStream<'a> {
    pub(super) key: u64,
    pub(super) drawn: &'a mut u32,
}

impl PeerStream<'_> {
    #[inline]
    fn draw(&mut self) -> u64 {
        *self.drawn = self.drawn.wrapping_add(1);
        mix(self.key.wrapping_add(u64::from(*self.drawn).wrapping_mul(GOLDEN)))
    }
}

impl TryRng for PeerStream<'_> {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.draw() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.draw())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.draw().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, RngExt};

    #[test]
    fn streams_are_told_apart_by_seed_purpose_and_index() {
        let mut keys = Vec::new();
        for seed in 0..4 {
            for purpose in [Purpose::Topology, Purpose::Workload, Purpose::Peer] {
                for index in 0..4 {
                    keys.push(derive(seed, purpose, index));
                }
            }
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 4 * 3 * 4);
    }

    /// 64 peers, 4096 draws each, in 256 cells: chi-square with 255 degrees of freedom is below 330.5 with
    /// probability .999. The seed is fixed.
    #[test]
    fn a_peers_draws_are_uniform() {
        let mut cells = [0u32; 256];
        for peer in 0..64 {
            let mut drawn = 0;
            let mut stream = PeerStream { key: derive(1, Purpose::Peer, peer), drawn: &mut drawn };
            for _ in 0..4096 {
                cells[(stream.next_u64() & 255) as usize] += 1;
            }
        }
        let expected = 64.0 * 4096.0 / 256.0;
        let chi: f64 = cells.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
        assert!(chi < 330.5, "chi-square {chi}");
    }

    #[test]
    fn a_stream_of_a_key_is_what_the_library_makes_of_it() {
        for key in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(stream_of(key), Stream::seed_from_u64(key));
        }
    }

    #[test]
    fn ranges_come_from_the_stream_alone() {
        let draw = || {
            let mut drawn = 0;
            let mut stream = PeerStream { key: 42, drawn: &mut drawn };
            (0..8).map(|_| stream.random_range(0..1000u32)).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
    }

    /// A million draws in 64 cells of equal probability: chi-square with 63 degrees of freedom is below 103.4 with
    /// probability .999. The seed is fixed.
    #[test]
    fn exponential_follows_its_law() {
        let mut cells = [0u32; 64];
        for i in 0..1_000_000u64 {
            let x = exponential(mix(i.wrapping_mul(GOLDEN)));
            assert!(x >= 0.0 && x.is_finite());
            cells[((1.0 - libm::exp(-x)) * 64.0) as usize] += 1;
        }
        let expected = 1e6 / 64.0;
        let chi: f64 = cells.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
        assert!(chi < 103.4, "chi-square {chi}");
        let last = ZIGGURAT.edge[255];
        let area = last * (1.0 - libm::exp(-last));
        assert!(
            (area / (ZIGGURAT.edge[0] * libm::exp(-ZIGGURAT_TAIL)) - 1.0).abs() < 1e-6,
            "layers differ in area"
        );
    }

    #[test]
    fn exponential_has_mean_one() {
        let mean = (0..100_000u64).map(|i| exponential(mix(i.wrapping_mul(GOLDEN)))).sum::<f64>() / 1e5;
        assert!((mean - 1.0).abs() < 0.02, "mean {mean}"); // six standard errors
    }
}
