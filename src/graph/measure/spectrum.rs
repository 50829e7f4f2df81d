//! The spectral gap: how fast a walk forgets where it began.

use rand::{Rng, RngExt};
use rayon::prelude::*;

use super::super::Graph;
use super::{Stopped, Watch};

/// The gap of the *normalised Laplacian* 1 − D^−½ A D^−½ (A the adjacency matrix, D the degrees).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectralGap {
    /// Its second smallest eigenvalue, 0 to 2: 1 less the second largest eigenvalue of a random walk's transition
    /// matrix. Wide in expanders, near 0 where the graph has a bottleneck.
    pub gap: f64,
    /// How far the figure is off at most: some eigenvalue lies within, and short of a start vector that misses it, the
    /// one that is meant.
    pub error: f64,
    /// How many products with the matrix it took.
    pub steps: u32,
}

/// Steps after which to look whether the figure is good, and at most.
const LOOK: usize = 10;
const MOST: usize = 2000;
/// Good is what is known to this residual.
const TOLERANCE: f64 = 1e-6;

/// The spectral gap of a *connected* graph, best a [`Giant`](super::Giant)'s, by the method of Lanczos from a random
/// vector, the known first eigenvector taken out at every step (Paige: lost orthogonality repeats eigenvalues, and does
/// not falsify them). Ends at a residual of 10⁻⁶, or after 2000 steps with the residual reached. `None` for fewer than
/// two nodes.
///
/// # Errors
///
/// [`Stopped`] by `watch`.
pub fn spectral_gap<R: Rng + ?Sized>(
    graph: &Graph,
    rng: &mut R,
    watch: &Watch,
) -> Result<Option<SpectralGap>, Stopped> {
    if graph.nodes() < 2 {
        return Ok(None);
    }
    let weights: Vec<f64> = graph.degrees().map(|degree| 1.0 / f64::from(degree.max(1)).sqrt()).collect();
    let ends = 2.0 * graph.edges() as f64;
    let first: Vec<f64> = graph.degrees().map(|degree| (f64::from(degree) / ends).sqrt()).collect();

    let mut now: Vec<f64> = first.iter().map(|_| rng.random::<f64>() - 0.5).collect();
    take_out(&mut now, &first);
    let length = dot(&now, &now).sqrt();
    scale(&mut now, 1.0 / length);
    let mut before = vec![0.0; now.len()];
    let (mut diagonal, mut beside): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    loop {
        let mut next = product(graph, &weights, &now);
        let along = dot(&next, &now);
        let back = beside.last().copied().unwrap_or(0.0);
        next.par_iter_mut().zip(&now).zip(&before).for_each(|((next, now), before)| {
            *next -= along * now + back * before;
        });
        take_out(&mut next, &first);
        let length = dot(&next, &next).sqrt();
        diagonal.push(along);
        let steps = diagonal.len();
        let ended = length < 1e-12 || steps == MOST;
        if ended || steps.is_multiple_of(LOOK) {
            let (value, last) = largest(&diagonal, &beside);
            let residual = length * last;
            if ended || residual <= TOLERANCE {
                return Ok(Some(SpectralGap { gap: 1.0 - value, error: residual, steps: steps as u32 }));
            }
            if !watch(steps as f64 / MOST as f64) {
                return Err(Stopped);
            }
        }
        beside.push(length);
        scale(&mut next, 1.0 / length);
        before = std::mem::replace(&mut now, next);
    }
}

/// D^−½ A D^−½ times `vector`, with `weights` = D^−½.
fn product(graph: &Graph, weights: &[f64], vector: &[f64]) -> Vec<f64> {
    let weighted: Vec<f64> = weights.par_iter().zip(vector).map(|(weight, x)| weight * x).collect();
    let row = |node: u32| graph.neighbours(node).iter().map(|&to| weighted[to as usize]).sum::<f64>();
    (0..graph.nodes())
        .into_par_iter()
        .with_min_len(BLOCK)
        .map(|node| weights[node as usize] * row(node))
        .collect()
}

const BLOCK: usize = 4096;

/// The inner product, by blocks of fixed size that are summed in order.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let blocks: Vec<f64> = one
        .par_chunks(BLOCK)
        .zip(other.par_chunks(BLOCK))
        .map(|(one, other)| one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>())
        .collect();
    blocks.iter().sum()
}

fn scale(vector: &mut [f64], factor: f64) {
    vector.iter_mut().for_each(|x| *x *= factor);
}

/// Makes `vector` orthogonal to the unit vector `unit`.
fn take_out(vector: &mut [f64], unit: &[f64]) {
    let along = dot(vector, unit);
    vector.iter_mut().zip(unit).for_each(|(x, unit)| *x -= along * unit);
}

/// The largest eigenvalue of a symmetric tridiagonal matrix, by bisection to the last digit, and the size of the last
/// component of its unit eigenvector. Eigenvalues lie within −1 and 1.
fn largest(diagonal: &[f64], beside: &[f64]) -> (f64, f64) {
    let (mut low, mut high) = (-1.1, 1.1);
    while low < high {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if is_above(diagonal, beside, middle) { high = middle } else { low = middle }
    }
    // Solve (T − high)z ∝ the last unit vector, from the last component, 1, upwards: all pivots are negative.
    let mut pivots = Vec::with_capacity(diagonal.len());
    for (index, &entry) in diagonal.iter().enumerate() {
        let above = if index == 0 { 0.0 } else { beside[index - 1] * beside[index - 1] / pivots[index - 1] };
        pivots.push(entry - high - above);
    }
    let (mut component, mut squares) = (1.0f64, 1.0f64);
    for index in (0..diagonal.len() - 1).rev() {
        component *= -beside[index] / pivots[index];
        squares += component * component;
        if !squares.is_finite() {
            return (high, 0.0);
        }
    }
    (high, 1.0 / squares.sqrt())
}

/// Whether all eigenvalues lie below `value`: all pivots of the matrix less `value` are negative.
fn is_above(diagonal: &[f64], beside: &[f64], value: f64) -> bool {
    let mut pivot = -1.0;
    for (index, &entry) in diagonal.iter().enumerate() {
        let above = if index == 0 { 0.0 } else { beside[index - 1] * beside[index - 1] / pivot };
        pivot = entry - value - above;
        if pivot >= 0.0 {
            return false;
        }
    }
    true
}
