//! The Internet below: how long a message takes between two participants, and whether it arrives.

mod latency;
mod matrix;
mod normal;
mod planetlab;
mod settings;

use latency::Model;
pub(super) use matrix::KEY as MATRIX_FILE;
#[cfg(test)]
pub(super) use planetlab::RTT_US;
pub use settings::{Core, LatencyModel, UnderlaySettings};

use super::WorldError;
use super::locate::Places;
use crate::sim::Span;
use crate::sim::random::{Purpose, derive, mix};

/// The latencies and the loss of one run: a function of the seed, without any state per pair or per peer.
#[derive(Clone, Debug)]
pub(super) struct Underlay {
    model: Model,
    /// Nanoseconds below which nothing arrives, the lookahead.
    least: u64,
    jitter: u64,
    jitter_key: u64,
    loss: f64,
}

impl Underlay {
    /// # Errors
    /// Values that fit nothing, a matrix file that is missing or malformed.
    pub(super) fn build(
        settings: &UnderlaySettings,
        seed: u64,
        places: &Places,
    ) -> Result<Underlay, WorldError> {
        settings.check()?;
        let (model, minimum) = Model::build(&settings.latency, derive(seed, Purpose::Latency, 0), places)?;
        Ok(Underlay {
            model,
            least: minimum.max(settings.floor.nanos()),
            jitter: settings.jitter.nanos(),
            jitter_key: derive(seed, Purpose::Message, 1),
            loss: settings.loss.0,
        })
    }

    /// One-way latency. Stamp 0 asks for the pair's own, without jitter.
    #[inline]
    pub(super) fn latency(&self, from: u32, to: u32, stamp: u64) -> Span {
        let steady = self.model.nanos(from, to).max(self.least);
        if self.jitter == 0 || stamp == 0 {
            return Span(steady);
        }
        let random = mix(self.jitter_key ^ mix(stamp));
        Span(steady.saturating_add(scaled(random, self.jitter)))
    }

    /// The least latency there can be.
    #[inline]
    pub(super) fn floor(&self) -> Span {
        Span(self.least)
    }

    #[inline]
    pub(super) fn loss(&self) -> f64 {
        self.loss
    }
}

/// A number in `0..bound` from 64 random bits, by multiplication; biased by less than `bound` / 2^64.
#[inline]
fn scaled(random: u64, bound: u64) -> u64 {
    ((u128::from(random) * u128::from(bound)) >> 64) as u64
}
