//! Figures of a degree law, or of any other heavy-tailed data: the CCDF with the fit and its rivals, the histogram with
//! growing bins, and the line that one must not draw.

use crate::report::{Axis, Figure, Point, Reference, Series, Style, count, significant};
use crate::stats::plus_minus;
use crate::stats::tail::{Comparison, Fit, Kind, Sample, WrongLine, log_bins, plain_histogram};

/// What the figures are of.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The data, in a few words: `p2p-Gnutella31`.
    pub data: &'a str,
    /// What is counted, for the axis, with its unit: `degree k`.
    pub quantity: &'a str,
    /// What the values belong to, in the plural: `peers`.
    pub items: &'a str,
}

/// Points of a CCDF that a figure shows at most: as many as stand side by side without hiding the curves below them.
const CCDF_POINTS: usize = 90;
/// Points of the plain histogram that a figure shows at most; more would only make it large.
const CLOUD_POINTS: usize = 2000;
/// Bins to a factor of ten.
const PER_DECADE: u32 = 8;
/// Looks by what is shown, the same in every figure: the fit, then each alternative.
const FIT_SLOT: usize = 1;

/// The share of items at or above each value, on logarithmic axes, with the fitted power law from x_min on and the other
/// laws of `rivals`.
pub fn ccdf(sample: &Sample, fit: &Fit, rivals: &[Comparison], words: Words<'_>) -> Figure {
    let points = thinned(sample.ccdf(), CCDF_POINTS);
    let share = sample.ccdf().iter().find(|(value, _)| *value >= fit.x_min).map_or(1.0, |point| point.1);
    let top = fit.x_max.unwrap_or(sample.values()[sample.values().len() - 1]);
    let places = places(fit, top);
    // A law that ends at x_max leaves the values beyond it above the curve: their share lies under the whole tail.
    let beyond = fit.x_max.map_or(0.0, |x_max| {
        sample.ccdf().iter().find(|(value, _)| *value > x_max).map_or(0.0, |point| point.1)
    });
    let floor = points.last().map_or(0.0, |point| point.1);
    let curve = |survival: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> {
        let shares = places.iter().map(|&x| (x, beyond + (share - beyond) * survival(x)));
        shares.filter(|&(_, y)| y >= 0.3 * floor).collect()
    };
    let title = format!(
        "{}: alpha = {} from x_min = {} on",
        words.data,
        plus_minus(fit.alpha, fit.sigma, 2),
        significant(fit.x_min, 4)
    );
    let law = fit.law();
    let mut figure = Figure::new(
        title,
        Axis::log10(words.quantity),
        Axis::log10(format!("share of {} at or above", words.items)),
    )
    .subtitle(format!(
        "{} {}, {} in the tail · {} maximum likelihood · Kolmogorov–Smirnov distance {}",
        count(sample.len()),
        words.items,
        count(fit.n_tail),
        fit.kind.name(),
        significant(fit.ks, 3)
    ))
    .caption("Complementary cumulative distribution. ± is one standard error at fixed x_min.")
    .series(Series::new("data", Style::Points, points).slot(0))
    .series(bare_line("power law", curve(&|x| law.survival(x)), FIT_SLOT))
    .reference(Reference::Vertical { x: fit.x_min, label: "x_min".to_owned() });
    for (index, rival) in rivals.iter().enumerate() {
        let curve = curve(&|x| rival.other.survival(x));
        figure = figure.series(bare_line(rival.other.alternative.title(), curve, FIT_SLOT + 1 + index));
    }
    figure
}

/// The histogram with bins that grow, as probability (density), with the fitted law from x_min on.
pub fn histogram(sample: &Sample, fit: &Fit, words: Words<'_>) -> Figure {
    let bins = log_bins(sample, PER_DECADE);
    let point = |bin: &crate::stats::tail::Bin| {
        let (middle, error) = (bin.middle(fit.kind), bin.error());
        // An error bar as long as the value would reach zero, off a logarithmic axis.
        Point::with_interval(
            middle,
            bin.density,
            bin.density - error.min(0.9 * bin.density),
            bin.density + error,
        )
    };
    let share = fit.n_tail as f64 / sample.len() as f64;
    let top = fit.x_max.unwrap_or(sample.values()[sample.values().len() - 1]);
    let law = fit.law();
    let curve: Vec<(f64, f64)> =
        places(fit, top).into_iter().map(|x| (x, share * libm::exp(law.ln_density(x)))).collect();
    let (alpha, x_min) = (significant(fit.alpha, 3), significant(fit.x_min, 4));
    Figure::new(
        format!("{}: from {x_min} on, the histogram falls like x^−{alpha}", words.data),
        Axis::log10(words.quantity),
        Axis::log10(per_unit(fit.kind)),
    )
    .subtitle(format!("{} {}, {PER_DECADE} bins to a factor of ten", count(sample.len()), words.items))
    .caption(
        "Each bin's share over its width, at its geometric middle; error bars are one standard error. \
         The law was fitted to the values, not to the bins.",
    )
    .series(Series::new("data", Style::Points, bins.iter().map(point)).slot(0))
    .series(bare_line("power law by likelihood", curve, FIT_SLOT))
    .reference(Reference::Vertical { x: fit.x_min, label: "x_min".to_owned() })
}

/// The counter-example: the plain histogram with the straight line by least squares through it, against the likelihood.
/// `None` with fewer than two points for the line.
pub fn counter_example(sample: &Sample, fit: &Fit, words: Words<'_>) -> Option<Figure> {
    let points = plain_histogram(sample, WIDE_BINS);
    let line = WrongLine::through(&points)?;
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let straight: Vec<(f64, f64)> = spaced(first, last).into_iter().map(|x| (x, line.at(x))).collect();
    let share = fit.n_tail as f64 / sample.len() as f64;
    let law = fit.law();
    let top = fit.x_max.unwrap_or(sample.values()[sample.values().len() - 1]);
    let curve: Vec<(f64, f64)> =
        places(fit, top).into_iter().map(|x| (x, share * libm::exp(law.ln_density(x)))).collect();
    let width = if fit.kind == Kind::Discrete { "every value" } else { "equally wide bins" };
    let figure = Figure::new(
        format!("How not to fit: the line says {}, the likelihood {}", significant(line.alpha, 3), significant(fit.alpha, 3)),
        Axis::log10(words.quantity),
        Axis::log10(per_unit(fit.kind)),
    )
    .subtitle(format!(
        "{} · off by {}, that is {} standard errors, yet R² = {}",
        words.data,
        signed(line.alpha - fit.alpha),
        significant((line.alpha - fit.alpha).abs() / fit.sigma, 2),
        significant(line.r_squared, 2)
    ))
    .caption(format!(
        "Least squares on the logarithms of {width} weigh a value seen once like one seen a thousand times, and leave out \
         what was never seen. A counter-example: use the likelihood."
    ))
    .series(Series::new("plain histogram", Style::Points, thinned(points, CLOUD_POINTS)).slot(0))
    .series(bare_line("WRONG: least squares", straight, 4))
    .series(bare_line("power law by likelihood", curve, FIT_SLOT));
    Some(figure)
}

/// Equally wide bins of the counter-example for continuous data.
pub const WIDE_BINS: u32 = 100;

fn per_unit(kind: Kind) -> &'static str {
    match kind {
        Kind::Discrete => "share of one value",
        Kind::Continuous => "share per unit",
    }
}

fn signed(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{}", significant(value.abs(), 2))
}

/// A line without markers.
fn bare_line(label: &str, points: Vec<(f64, f64)>, slot: usize) -> Series {
    Series::new(label, Style::Band, points).slot(slot)
}

/// Where a curve is drawn: evenly on the logarithmic axis from x_min to `top`; a discrete law at whole numbers.
fn places(fit: &Fit, top: f64) -> Vec<f64> {
    let mut places = spaced(fit.x_min, top.max(fit.x_min * 1.001));
    if fit.kind == Kind::Discrete {
        places.iter_mut().for_each(|x| *x = x.round());
        places.dedup();
    }
    places
}

fn spaced(from: f64, to: f64) -> Vec<f64> {
    const PLACES: u32 = 160;
    let step = libm::log(to / from) / f64::from(PLACES);
    let mut places: Vec<f64> = (0..PLACES).map(|i| from * libm::exp(step * f64::from(i))).collect();
    places.push(to);
    places
}

/// At most about `most` points, evenly over the logarithm of x, with both ends.
fn thinned(points: Vec<(f64, f64)>, most: usize) -> Vec<(f64, f64)> {
    if points.len() <= most {
        return points;
    }
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let step = libm::log(last / first) / most as f64;
    let mut next = f64::NEG_INFINITY;
    let end = points.len() - 1;
    let mut index = 0;
    let mut kept = points;
    kept.retain(|&(x, _)| {
        let place = libm::log(x / first);
        let keep = place >= next || index == end;
        if keep {
            next = place + step;
        }
        index += 1;
        keep
    });
    kept
}
