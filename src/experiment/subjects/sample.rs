//! The subject `sample`: a list of numbers, of which the tail is fitted.

use std::path::{Path, PathBuf};

use super::super::diagnostic::Diagnostic;
use super::super::plan::{Job, Plan, blame};
use super::super::record::Record;
use super::super::run::{Options, Stop};
use super::super::scenario::FigureKind;
use super::Asked;
use super::graph::{heed, stop};
use super::measures::Report;
use super::measures::tail::{law_curve, measure_tail};
use super::numbers::read_numbers;
use crate::sim::random::mix;
use crate::stats::tail::{Kind, Sample};
use crate::world::{Remark, find_input};

/// The most points of a distribution that are kept.
const POINTS: usize = 2000;

/// The file that the job reads.
///
/// # Errors
/// It is missing or malformed, or its numbers do not suit.
pub(super) fn preflight(plan: &Plan, job: &Job, folder: Option<&Path>) -> Result<Vec<PathBuf>, Diagnostic> {
    let (path, _) = read(plan, job, folder)?;
    Ok(vec![path])
}

/// Reads the numbers and fits them.
pub(super) fn run(plan: &Plan, job: &Job, options: &Options, note: impl Fn(Remark)) -> Result<Record, Stop> {
    let (_, sample) = read(plan, job, options.folder.as_deref()).map_err(Stop::Failed)?;
    let asked = Asked::of(plan);
    let mut report = Report::default();
    let go_on = |_: f64| !options.interrupt.requested();
    let found = measure_tail(&sample, &asked, &job.scenario.fit, job.seed, &go_on, &mut report)
        .map_err(|stopped| stop(plan, job, stopped))?;
    heed(&report, note);
    if asked.draws(FigureKind::Degrees) {
        report.curves.tail = thinned(sample.ccdf());
        report.curves.law = thinned(found.map_or_else(Vec::new, |found| law_curve(&sample, &found)));
    }
    let fingerprint = sample
        .values()
        .iter()
        .zip(sample.counts())
        .fold(0, |hash, (value, count)| mix(hash ^ value.to_bits().wrapping_add(mix(*count))));
    Ok(Record::of_subject(0, report.values, fingerprint, report.curves))
}

fn read(plan: &Plan, job: &Job, folder: Option<&Path>) -> Result<(PathBuf, Sample), Diagnostic> {
    let settings = &job.scenario.sample;
    let path = find_input("sample.path", &settings.path, folder)
        .map_err(|error| blame(&plan.sweep, &job.point, &error))?;
    let numbers: Vec<f64> = read_numbers(&path)?.into_iter().map(|number| number * settings.scale).collect();
    let kind = if settings.continuous { Kind::Continuous } else { Kind::Discrete };
    let sample = Sample::new(&numbers, kind).map_err(|error| {
        let message = format!("`{}`: {error}", path.display());
        let diagnostic = plan.sweep.diagnose(&job.point, "sample.path", message);
        match kind {
            Kind::Discrete => {
                diagnostic.with_hint("numbers that are not whole need sample.continuous = true")
            }
            Kind::Continuous => diagnostic,
        }
    })?;
    Ok((path, sample))
}

/// At most so many of the points that lie evenly on a logarithmic axis of shares, both ends among them.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else { return points };
    if points.len() <= POINTS {
        return points;
    }
    let step = libm::log(first.1 / last.1) / POINTS as f64;
    let mut next = f64::INFINITY;
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in points {
        let place = libm::log(point.1);
        if place <= next || point == last {
            kept.push(point);
            next = place - step;
        }
    }
    kept
}
