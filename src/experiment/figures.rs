//! The figures that a scenario asks for, drawn from its results.

use std::collections::BTreeMap;

use super::columns;
use super::diagnostic::Diagnostic;
use super::groups::{Group, Groups};
use super::scenario::{FigureKind, FigureSettings};
use super::series;
use crate::report::{
    Axis, Figure, Mark, Point, ReportError, Series, TickFormat, crossings, render_svg, short, svg_to_png,
};
use crate::stats::ecdf_at;
use crate::units::Span;

/// A figure in both formats.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// As SVG.
    pub svg: String,
    /// As PNG.
    pub png: Vec<u8>,
}

/// Draws one figure.
///
/// # Errors
/// A column that there is not; a fault in drawing, which is ours.
pub fn draw(groups: &Groups<'_>, settings: &FigureSettings) -> Result<Drawn, Diagnostic> {
    let figure = match settings.kind {
        FigureKind::Against => against(groups, settings)?,
        FigureKind::Deadline => deadline(groups, settings),
        FigureKind::Load => load(groups, settings),
        FigureKind::Crossover => crossover(groups, settings),
        FigureKind::OverTime => over_time(groups, settings)?,
    };
    let ours = |error: ReportError| Diagnostic::new(format!("figure `{}`: {error}", settings.name));
    let svg = render_svg(&figure).map_err(ours)?;
    let png = svg_to_png(&svg).map_err(ours)?;
    Ok(Drawn { svg, png })
}

/// What a series is called: the variant, and the shared swept values where the figure has several.
fn label(groups: &Groups<'_>, group: &Group<'_>, settings: &FigureSettings, without: &str) -> String {
    let name = groups.variants[group.variant].name();
    let varies = |key: &str| {
        let passing = groups.groups.iter().filter(|other| other.setting.matches(&settings.only));
        let mut values: Vec<&str> = passing.filter_map(|other| value_of(other, key)).collect();
        values.sort_unstable();
        values.dedup();
        values.len() > 1
    };
    let shared = group.setting.shared.iter().filter(|(key, _)| key != without && varies(key));
    let shared: Vec<String> = shared.map(|(key, value)| format!("{} {value}", last_part(key))).collect();
    if shared.is_empty() { name } else { format!("{name}, {}", shared.join(", ")) }
}

fn last_part(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

fn value_of<'a>(group: &'a Group<'_>, key: &str) -> Option<&'a str> {
    group.setting.shared.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
}

/// What all runs behind a figure have in common.
fn subtitle(groups: &Groups<'_>, settings: &FigureSettings, peers: Option<u32>) -> String {
    let only: Vec<String> =
        settings.only.iter().map(|(key, value)| format!("{} {value}", key.replace('.', " "))).collect();
    let replicates = groups.groups.iter().map(|group| group.records.len()).max().unwrap_or(0);
    let runs = if replicates == 1 { "1 seed".to_string() } else { format!("{replicates} seeds") };
    let peers = peers.map(|peers| format!("{peers} peers"));
    let parts: Vec<String> = peers.into_iter().chain(only).chain([runs]).collect();
    parts.join(" · ")
}

fn against(groups: &Groups<'_>, settings: &FigureSettings) -> Result<Figure, Diagnostic> {
    let column = columns::find(&settings.y).ok_or_else(|| {
        Diagnostic::new(format!("figure `{}`: there is no column `{}`", settings.name, settings.y))
    })?;
    let x_of = |group: &Group<'_>| -> Option<f64> {
        if settings.x == "peers" {
            return Some(f64::from(group.setting.peers));
        }
        let value = value_of(group, &settings.x)?;
        // Of a variant's settings, such as `exponential(online=5 min, offline=1 min)`, the first.
        let first = value.split_once('=').map_or(value, |(_, rest)| rest);
        first.split(|c: char| c.is_whitespace() || ",)".contains(c)).next()?.parse().ok()
    };
    let mut series: Vec<(usize, String, Vec<Point>)> = Vec::new();
    let mut ticks = Vec::new();
    for group in groups.groups.iter().filter(|group| group.setting.matches(&settings.only)) {
        let (Some(x), Some(summary)) = (x_of(group), group.summary(&settings.y)) else { continue };
        let label = label(groups, group, settings, &settings.x);
        let point = Point::with_half(x, summary.mean, summary.ci95.unwrap_or(0.0));
        ticks.push(x);
        match series.iter_mut().find(|(variant, known, _)| *variant == group.variant && *known == label) {
            Some((_, _, points)) => points.push(point),
            None => series.push((group.variant, label, vec![point])),
        }
    }
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    let x_label = if settings.x_label.is_empty() { settings.x.clone() } else { settings.x_label.clone() };
    // A sweep from zero needs a scale that has a zero.
    let linear = ticks.iter().any(|&x| x <= 0.0);
    let x = if linear { Axis::linear(x_label) } else { Axis::log2(x_label) }.ticks(ticks);
    let y_label = match &settings.y_label {
        label if !label.is_empty() => label.clone(),
        _ if column.unit.is_empty() => column.name.replace('_', " "),
        _ => format!("{} [{}]", column.name.replace('_', " "), column.unit),
    };
    let y = if settings.log { Axis::log10(y_label) } else { Axis::linear(y_label) };
    let figure = Figure::new(&settings.title, x, y)
        .subtitle(subtitle(groups, settings, None))
        .caption(if several(groups) { "error bars: 95 % confidence interval over seeds" } else { "" });
    let add = |figure: Figure, (variant, label, points): (usize, String, Vec<Point>)| {
        figure.series(Series::line(label, points).slot(variant))
    };
    Ok(series.into_iter().fold(figure, add))
}

/// Whether any point has several seeds.
fn several(groups: &Groups<'_>) -> bool {
    groups.groups.iter().any(|group| group.records.len() > 1)
}

/// The groups at the largest size that the figure is about, one a variant.
fn at_largest<'g, 'a>(groups: &'g Groups<'a>, settings: &FigureSettings) -> Vec<&'g Group<'a>> {
    let largest = groups.largest(&settings.only);
    let passing = groups.groups.iter().filter(|group| group.setting.matches(&settings.only));
    passing.filter(|group| Some(group.setting.peers) == largest).collect()
}

fn deadline(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest(groups, settings);
    let x = Axis::log10("deadline").format(TickFormat::Milliseconds);
    let y = Axis::linear("lookups answered in time").range(0.0, 100.0).format(TickFormat::Percent);
    let figure = Figure::new(&settings.title, x, y)
        .subtitle(subtitle(groups, settings, shown.first().map(|group| group.setting.peers)))
        .caption("a curve ends at the share of lookups that are answered at all");
    shown.into_iter().fold(figure, |figure, group| {
        let mut latencies: Vec<u64> =
            group.records.iter().flat_map(|r| r.latencies_us.iter().copied()).collect();
        latencies.sort_unstable();
        // A record keeps all latencies or evenly thinned ones: each stands for as many lookups.
        let kept: u64 = group.records.iter().map(|r| r.latencies_us.len() as u64).sum();
        let found: u64 = group.records.iter().map(|r| r.found).sum();
        let lookups: u64 = group.records.iter().map(|r| r.lookups).sum();
        let total = if found == 0 { 0.0 } else { kept as f64 * lookups as f64 / found as f64 };
        let mut at = latencies.clone();
        at.dedup();
        let step = at.len().div_ceil(400).max(1);
        let last = at.last().copied();
        let at: Vec<u64> = at.into_iter().step_by(step).chain(last).collect();
        let shares = ecdf_at(&latencies, total.round() as u64, &at);
        let points = at.iter().zip(shares).map(|(&us, share)| Point::new(us as f64 / 1000.0, share * 100.0));
        let label = label(groups, group, settings, "");
        figure.series(Series::steps(label, points.collect::<Vec<_>>()).slot(group.variant))
    })
}

fn load(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest(groups, settings);
    let x = Axis::log10("messages handled by one participant");
    let y = Axis::log10("participants that handle at least as many").format(TickFormat::Percent);
    let figure = Figure::new(&settings.title, x, y)
        .subtitle(subtitle(groups, settings, shown.first().map(|group| group.setting.peers)))
        .caption("the run with the first of these seeds; participants that handle nothing are not drawn");
    shown.into_iter().fold(figure, |figure, group| {
        let loads = group.records.first().map_or(&[][..], |record| record.loads.as_slice());
        let points = loads.iter().filter(|&&(load, _)| load > 0);
        let points: Vec<Point> =
            points.map(|&(load, share)| Point::new(load as f64, share * 100.0)).collect();
        figure.series(Series::tail(label(groups, group, settings, ""), points).slot(group.variant))
    })
}

fn over_time(groups: &Groups<'_>, settings: &FigureSettings) -> Result<Figure, Diagnostic> {
    let column = series::find(&settings.y).ok_or_else(|| {
        let (name, y) = (&settings.name, &settings.y);
        Diagnostic::new(format!("figure `{name}`: there is no column `{y}` of the time series"))
    })?;
    let shown = at_largest(groups, settings);
    let x = Axis::linear("time [s]");
    let y_label = match &settings.y_label {
        label if !label.is_empty() => label.clone(),
        _ if column.unit.is_empty() => column.name.replace('_', " "),
        _ => format!("{} [{}]", column.name.replace('_', " "), column.unit),
    };
    let y = if settings.log { Axis::log10(y_label) } else { Axis::linear(y_label) };
    let faults = shown.first().map_or(&[][..], |group| group.job.scenario.faults.as_slice());
    let mut at: Vec<Span> = faults.iter().map(|fault| fault.at).collect();
    at.sort_unstable();
    at.dedup();
    let at: Vec<String> = at.iter().map(Span::to_string).collect();
    let caption = if at.is_empty() { String::new() } else { format!("faults at {}", at.join(", ")) };
    let figure = Figure::new(&settings.title, x, y)
        .subtitle(subtitle(groups, settings, shown.first().map(|group| group.setting.peers)))
        .caption(caption);
    Ok(shown.into_iter().fold(figure, |figure, group| {
        // By instant: the values of all replicates, in their order.
        let mut at: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        // The last span may be shorter, and end with each seed at a time of its own.
        let whole = group.job.scenario.series.every.map_or(0, Span::nanos);
        let moments = group.records.iter().flat_map(|record| &record.series);
        for moment in moments.filter(|moment| moment.width_ns == whole) {
            at.entry(moment.at_ns).or_default().extend((column.value)(moment));
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let drawn = at.iter().filter(|(_, values)| !values.is_empty());
        let points = drawn.map(|(&ns, values)| Point::new(ns as f64 * 1e-9, mean(values)));
        let points: Vec<Point> = points.filter(|point| !settings.log || point.y > 0.0).collect();
        figure.series(Series::line(label(groups, group, settings, ""), points).slot(group.variant))
    }))
}

/// Total messages per lookup when there are r lookups for each arrival of a peer, which stays for one session:
/// L + (J + k P + M S) / r, with L messages a lookup, J a join, P a published replica of which a peer has k, and M a second
/// of upkeep and republishing over the session S.
fn crossover(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest(groups, settings);
    let session = settings.session.unwrap_or(Span::secs(3600));
    let x = Axis::log10("lookups per arrival of a peer");
    let y = Axis::log10("messages per lookup, everything included");
    let mut figure = Figure::new(&settings.title, x.clone(), y.clone())
        .subtitle(subtitle(groups, settings, shown.first().map(|group| group.setting.peers)))
        .caption(format!(
            "lookup + (join + publishing + upkeep and republishing over a session of {session}) ÷ lookups per arrival; \
             departures and their repair not included"
        ));
    let mut curves: Vec<Series> = Vec::new();
    for group in shown {
        let mean = |column: &str| group.summary(column).map(|summary| summary.mean);
        let Some(lookup) = mean("messages_mean") else { continue };
        let replicas = group.job.scenario.content.replicas_per_peer(group.setting.peers);
        let publishing = mean("publish_messages_per_replica").unwrap_or(0.0);
        let joins = mean("joins").unwrap_or(0.0);
        // What is published beyond the newcomers' first publications is republished by those who are there.
        let republished = (mean("published").unwrap_or(0.0) - joins * replicas).max(0.0);
        let republishing =
            mean("peer_seconds").filter(|&s| s > 0.0).map_or(0.0, |s| republished * publishing / s);
        let upkeep = mean("maintenance_messages_per_peer_s").unwrap_or(0.0) + republishing;
        let arrival = mean("join_messages_mean").unwrap_or(0.0)
            + replicas * publishing
            + upkeep * session.as_secs_f64();
        let points = (-8..=16).map(|step| {
            let ratio = libm::pow(10.0, f64::from(step) / 4.0);
            Point::new(ratio, lookup + arrival / ratio)
        });
        let points: Vec<Point> = points.collect();
        curves.push(Series::line(label(groups, group, settings, ""), points).slot(group.variant));
    }
    for (number, first) in curves.iter().enumerate() {
        for second in &curves[number + 1..] {
            for (x_at, y_at) in crossings(first, second, &x, &y) {
                figure = figure.mark(Mark::new(x_at, y_at, format!("at {}", short(x_at))));
            }
        }
    }
    curves.into_iter().fold(figure, Figure::series)
}
