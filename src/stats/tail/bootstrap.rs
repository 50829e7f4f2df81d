//! How plausible the power law is: the semi-parametric bootstrap of the paper's section 4.1.

use std::sync::atomic::{AtomicBool, Ordering};

use rand::RngExt;
use rayon::prelude::*;

use super::fit::Tails;
use super::law::Draws;
use super::{Fit, Options, Sample, TailError};
use crate::sim::random::{Purpose, stream};

/// A p-value by simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PValue {
    /// The share of synthetic samples that lie at least as far from their fit as the data from theirs. Below .1 the
    /// paper rules the power law out; a large one does not prove it.
    pub p: f64,
    /// Standard error of that share.
    pub error: f64,
    /// How many samples were drawn.
    pub replicates: u32,
}

/// Draws samples that look like the data below x_min and follow the fitted law from there on, fits each as the data were
/// fitted (with the search for x_min, unless `options` fix it), and compares the distances.
///
/// `fit` is the fit of `sample` with `options`. Replicate i has the stream (`seed`, bootstrap, i), so neither the number of
/// threads nor that of replicates changes it. `proceed` is called after every replicate, from any thread: it may
/// show progress, and stops the work by saying `false`. About .25/ε² replicates give p within ε: 1,000 for .015.
///
/// # Errors
///
/// [`TailError::Interrupted`] if `proceed` said `false`; [`TailError::Replicates`] for none; those of
/// [`fit`](super::fit) for options that do not suit the sample.
pub fn p_value(
    sample: &Sample,
    options: &Options,
    fit: &Fit,
    replicates: u32,
    seed: u64,
    proceed: &(dyn Fn() -> bool + Sync),
) -> Result<PValue, TailError> {
    if replicates == 0 {
        return Err(TailError::Replicates);
    }
    Tails::new(sample, options)?;
    let body = Body::below(sample, fit);
    let draws = Draws::new(fit.law());
    let stopped = AtomicBool::new(false);
    let beyond: u32 = (0..replicates)
        .into_par_iter()
        .map(|index| {
            if stopped.load(Ordering::Relaxed) {
                return 0;
            }
            let synthetic = body.replicate(&draws, fit, seed, index);
            // A synthetic tail without two different values has no fit, and lies as far off as can be.
            let ks = Tails::new(&synthetic, options).map_or(1.0, |tails| tails.least_distance());
            if !proceed() {
                stopped.store(true, Ordering::Relaxed);
            }
            u32::from(ks >= fit.ks)
        })
        .sum();
    if stopped.into_inner() {
        return Err(TailError::Interrupted);
    }
    let p = f64::from(beyond) / f64::from(replicates);
    Ok(PValue { p, error: (p * (1.0 - p) / f64::from(replicates)).sqrt(), replicates })
}

/// The data below x_min.
struct Body<'a> {
    values: &'a [f64],
    /// The place among `values` of each number below x_min.
    places: Vec<u32>,
}

impl Body<'_> {
    fn below<'a>(sample: &'a Sample, fit: &Fit) -> Body<'a> {
        let end = sample.values.partition_point(|&x| x < fit.x_min);
        let counted = sample.counts[..end].iter().enumerate();
        let places = counted.flat_map(|(i, &count)| std::iter::repeat_n(i as u32, count as usize)).collect();
        Body { values: &sample.values[..end], places }
    }

    /// A sample as large as the data: each number from the tail's law with the tail's share, else from the body.
    fn replicate(&self, draws: &Draws, fit: &Fit, seed: u64, index: u32) -> Sample {
        let rng = &mut stream(seed, Purpose::Bootstrap, u64::from(index));
        let mut counts = vec![0; self.values.len()];
        let mut tail = Vec::with_capacity(fit.n_tail as usize + 64);
        for _ in 0..fit.n {
            if self.places.is_empty() || rng.random_range(0..fit.n) < fit.n_tail {
                tail.push(draws.draw(rng));
            } else {
                counts[self.places[rng.random_range(0..self.places.len())] as usize] += 1;
            }
        }
        tail.sort_unstable_by(f64::total_cmp);
        let mut values = Vec::with_capacity(self.values.len() + tail.len());
        let mut kept: Vec<u64> = Vec::with_capacity(values.capacity());
        for (&value, &count) in self.values.iter().zip(&counts).filter(|&(_, &count)| count > 0) {
            values.push(value);
            kept.push(count);
        }
        for value in tail {
            if values.last() == Some(&value) {
                kept[values.len() - 1] += 1;
            } else {
                values.push(value);
                kept.push(1);
            }
        }
        Sample { kind: fit.kind, values, counts: kept, zeros: 0 }
    }
}
