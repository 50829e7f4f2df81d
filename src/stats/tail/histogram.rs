//! Histograms with bins that grow, and the line through log-log points that one must not draw.

use super::{Kind, Sample};

/// One bin of a histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// The least value inside; of discrete data a whole number.
    pub low: f64,
    /// The least value beyond.
    pub high: f64,
    /// How many values lie inside.
    pub count: u64,
    /// The share of the sample inside, divided by the bin's width: the probability (density) at its middle.
    pub density: f64,
}

impl Bin {
    /// Where the bin is drawn on a logarithmic axis: the geometric middle of its values.
    pub fn middle(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Discrete => (self.low * (self.high - 1.0)).sqrt(),
            Kind::Continuous => (self.low * self.high).sqrt(),
        }
    }

    /// Standard error of the density, as counts of independent values have it.
    pub fn error(&self) -> f64 {
        self.density / (self.count as f64).sqrt()
    }
}

/// A histogram whose bins are `per_decade` to a factor of ten (discrete: at least one value wide), from the smallest
/// value up; empty bins are left out. `per_decade` of zero counts as one.
pub fn log_bins(sample: &Sample, per_decade: u32) -> Vec<Bin> {
    let total = sample.len() as f64;
    let ratio = libm::pow(10.0, 1.0 / f64::from(per_decade.max(1)));
    let mut bins = Vec::new();
    let mut low = sample.values[0];
    let mut at = 0;
    while at < sample.values.len() {
        let high = match sample.kind {
            Kind::Discrete => libm::ceil(low * ratio - 1e-9).max(low + 1.0),
            Kind::Continuous => low * ratio,
        };
        let end = sample.values.partition_point(|&x| x < high);
        let count: u64 = sample.counts[at..end].iter().sum();
        if count > 0 {
            bins.push(Bin { low, high, count, density: count as f64 / total / (high - low) });
        }
        // A long gap is crossed in one step.
        let next = sample.values.get(end).copied().unwrap_or(high);
        let steps = match sample.kind {
            Kind::Continuous => libm::floor(libm::log(next / high) / libm::log(ratio)).max(0.0),
            Kind::Discrete => 0.0,
        };
        low = high * libm::pow(ratio, steps);
        at = end;
    }
    bins
}

/// The plain histogram that the wrong method starts from: the share of each value (discrete), or of `bins` equally wide
/// bins over the range (continuous), as points (value, share or density); empty places are left out, as a logarithm
/// must.
pub fn plain_histogram(sample: &Sample, bins: u32) -> Vec<(f64, f64)> {
    let total = sample.len() as f64;
    let pairs = || sample.values.iter().zip(&sample.counts);
    if sample.kind == Kind::Discrete {
        return pairs().map(|(&value, &count)| (value, count as f64 / total)).collect();
    }
    let bins = bins.max(1);
    let (least, most) = (sample.values[0], sample.values[sample.values.len() - 1]);
    let width = (most - least) / f64::from(bins);
    if width <= 0.0 {
        return vec![(least, 1.0)];
    }
    let mut counts = vec![0u64; bins as usize];
    for (&value, &count) in pairs() {
        let bin = ((value - least) / width) as usize;
        counts[bin.min(bins as usize - 1)] += count;
    }
    let filled = counts.iter().enumerate().filter(|&(_, &count)| count > 0);
    let point =
        |(bin, &count): (usize, &u64)| (least + (bin as f64 + 0.5) * width, count as f64 / total / width);
    filled.map(point).collect()
}

/// The straight line by least squares through the logarithms of a [`plain_histogram`]: how a power law must *not* be
/// fitted.
///
/// The many values that occur once weigh as much as the few that occur often, those that do not occur weigh nothing, and
/// the errors are neither equal nor normal, so the slope is biased and its R² says nothing (the paper's appendix A).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WrongLine {
    /// Minus the slope: what the line takes alpha for.
    pub alpha: f64,
    /// The natural logarithm of the line at x = 1.
    pub ln_factor: f64,
    /// The share of the variance "explained", which impresses for data that are no power law too.
    pub r_squared: f64,
}

impl WrongLine {
    /// Through these points; `None` with fewer than two different x.
    pub fn through(points: &[(f64, f64)]) -> Option<WrongLine> {
        let logs: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (libm::log(x), libm::log(y))).collect();
        let n = logs.len() as f64;
        let x_mean = logs.iter().map(|p| p.0).sum::<f64>() / n;
        let y_mean = logs.iter().map(|p| p.1).sum::<f64>() / n;
        let sum = |f: fn(f64, f64) -> f64| logs.iter().map(|p| f(p.0 - x_mean, p.1 - y_mean)).sum::<f64>();
        let (xx, xy, yy) = (sum(|x, _| x * x), sum(|x, y| x * y), sum(|_, y| y * y));
        let slope = xy / xx;
        let r_squared = if yy > 0.0 { xy * xy / (xx * yy) } else { 1.0 };
        (xx > 0.0).then(|| WrongLine { alpha: -slope, ln_factor: y_mean - slope * x_mean, r_squared })
    }

    /// The height of the line.
    pub fn at(&self, x: f64) -> f64 {
        libm::exp(self.ln_factor - self.alpha * libm::log(x))
    }
}
