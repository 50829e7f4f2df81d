//! The figures that a scenario asks for, drawn from its results.

use std::collections::BTreeMap;

use super::columns;
use super::crossover::crossover;
use super::diagnostic::Diagnostic;
use super::graph_figures;
use super::groups::{Group, Groups};
use super::live_figures;
use super::published;
use super::record::Record;
use super::scenario::{FigureKind, FigureSettings};
use super::series;
use super::subjects::Subject;
use crate::protocols::NAMES;
use crate::report::{Axis, Figure, Point, ReportError, Series, TickFormat, render_svg, svg_to_png};
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
        FigureKind::Relative => graph_figures::relative(groups, settings)?,
        FigureKind::Degrees => graph_figures::degrees(groups, settings),
        FigureKind::Hops => graph_figures::hops(groups, settings),
        FigureKind::Removal => graph_figures::removal(groups, settings),
        FigureKind::Bars => live_figures::bars(groups, settings),
        FigureKind::Overlay => live_figures::overlay(groups, settings),
        FigureKind::Crawl => live_figures::crawl(groups, settings),
    };
    let ours = |error: ReportError| Diagnostic::new(format!("figure `{}`: {error}", settings.name));
    let svg = render_svg(&figure).map_err(ours)?;
    let png = svg_to_png(&svg).map_err(ours)?;
    Ok(Drawn { svg, png })
}

/// What a series is called: the variant, and the shared swept values where the figure has several.
pub(super) fn label(
    groups: &Groups<'_>,
    group: &Group<'_>,
    settings: &FigureSettings,
    without: &str,
) -> String {
    let variant = &groups.variants[group.variant];
    let name = variant.name_without(without);
    let varies = |key: &str| {
        let passing = groups.groups.iter().filter(|other| other.setting.matches(&settings.only));
        let mut values: Vec<&str> = passing.filter_map(|other| value_of(other, key)).collect();
        values.sort_unstable();
        values.dedup();
        values.len() > 1
    };
    if groups.variants.len() == 1 && Subject::find(&variant.protocol).is_some() {
        // Of graphs it goes without saying that they are graphs.
        let passing = groups.groups.iter().filter(|other| other.setting.matches(&settings.only));
        return graph_figures::label(&passing.collect::<Vec<_>>(), group, without);
    }
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
pub(super) fn subtitle(groups: &Groups<'_>, settings: &FigureSettings, peers: Option<u32>) -> String {
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
    let mut series: Vec<(usize, String, Vec<Point>)> = Vec::new();
    let mut ticks = Vec::new();
    let own = groups.variants.iter().any(|variant| variant.value(&settings.x).is_some());
    // Variants that differ in what is drawn along the axis lie on one line, that of the first of them.
    let family = |variant: usize| {
        let name = groups.variants[variant].name_without(&settings.x);
        groups.variants.iter().position(|other| other.name_without(&settings.x) == name).unwrap_or(variant)
    };
    for group in groups.groups.iter().filter(|group| groups.passes(group, &settings.only)) {
        let (Some(x), Some(summary)) = (x_of(groups, group, &settings.x), group.summary(&settings.y)) else {
            continue;
        };
        let label = if own {
            line_label(groups, group, settings)
        } else {
            label(groups, group, settings, &settings.x)
        };
        let point = Point::with_half(x, summary.mean, summary.ci95.unwrap_or(0.0));
        let variant = family(group.variant);
        ticks.push(x);
        match series.iter_mut().find(|(known, name, _)| *known == variant && *name == label) {
            Some((_, _, points)) => points.push(point),
            None => series.push((variant, label, vec![point])),
        }
    }
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    let x_label = if settings.x_label.is_empty() { settings.x.clone() } else { settings.x_label.clone() };
    // A sweep from zero needs a scale that has a zero.
    let linear = settings.x_log.map_or(ticks.iter().any(|&x| x <= 0.0), |log| !log);
    ticks.retain(|&x| linear || x > 0.0);
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
    let lines = series.into_iter().map(|(variant, label, points)| (variant, Series::line(label, points)));
    if own {
        // One protocol's variants, of which there are as many as lines and points together.
        let coloured = lines.enumerate().map(|(slot, (_, series))| series.slot(slot));
        return Ok(coloured.fold(figure, Figure::series));
    }
    Ok(dressed(groups, figure, lines.collect()))
}

/// What a line of a figure over one of a protocol's own swept keys is called: what tells it from the other lines.
pub(super) fn line_label(groups: &Groups<'_>, group: &Group<'_>, settings: &FigureSettings) -> String {
    let shown = || groups.groups.iter().filter(|other| groups.passes(other, &settings.only));
    let variant = &groups.variants[group.variant];
    let own = variant.own.iter().map(|(key, value)| (format!("protocol.{}.{key}", variant.protocol), value));
    let shared = group.setting.shared.iter().map(|(key, value)| (key.clone(), value));
    let of = |other: &Group<'_>, key: &str| -> Option<String> {
        let own = groups.variants[other.variant].value(key);
        own.or_else(|| value_of(other, key)).map(String::from)
    };
    let varies = |key: &str| shown().any(|other| of(other, key) != of(group, key));
    let parts = own.chain(shared).filter(|(key, _)| *key != settings.x && varies(key));
    let parts: Vec<String> = parts.map(|(key, value)| published::brief(&key, value)).collect();
    if parts.is_empty() { variant.protocol.clone() } else { parts.join(", ") }
}

/// The number that `key` stands for in a group.
pub(super) fn x_of(groups: &Groups<'_>, group: &Group<'_>, key: &str) -> Option<f64> {
    if key == "peers" {
        return Some(f64::from(group.setting.peers));
    }
    let own = groups.variants[group.variant].value(key);
    let value = own.or_else(|| value_of(group, key))?;
    // Of a variant's settings, such as `exponential(online=5 min, offline=1 min)`, the first.
    let first = value.split_once('=').map_or(value, |(_, rest)| rest);
    first.split(|c: char| c.is_whitespace() || ",)".contains(c)).next()?.parse().ok()
}

/// Whether any point has several seeds.
fn several(groups: &Groups<'_>) -> bool {
    groups.groups.iter().any(|group| group.records.len() > 1)
}

/// The groups at the largest size that the figure is about, one a variant.
pub(super) fn at_largest<'g, 'a>(groups: &'g Groups<'a>, settings: &FigureSettings) -> Vec<&'g Group<'a>> {
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
    let series = shown.into_iter().map(|group| {
        let label = label(groups, group, settings, "");
        (group.variant, Series::steps(label, within(&group.records)))
    });
    dressed(groups, figure, series.collect())
}

/// The share of lookups answered within a time, pooled over replicates, at some 400 of the latencies.
fn within(records: &[&Record]) -> Vec<Point> {
    // A record keeps all latencies or evenly thinned ones, each of which stands for as many lookups.
    let weight = |record: &Record| record.found as f64 / record.latencies_us.len() as f64;
    let weighted = |record: &&Record| {
        let weight = weight(record);
        record.latencies_us.iter().map(move |&us| (us, weight)).collect::<Vec<_>>()
    };
    let mut latencies: Vec<(u64, f64)> = records.iter().flat_map(weighted).collect();
    latencies.sort_by_key(|&(us, _)| us); // Stable: of equal ones the first replicate's comes first.
    let lookups: u64 = records.iter().map(|record| record.lookups).sum();
    let mut answered = 0.0;
    let mut all: Vec<Point> = Vec::new();
    for chunk in latencies.chunk_by(|one, other| one.0 == other.0) {
        answered += chunk.iter().map(|&(_, weight)| weight).sum::<f64>();
        all.push(Point::new(chunk[0].0 as f64 / 1000.0, 100.0 * answered / lookups.max(1) as f64));
    }
    let step = all.len().div_ceil(400).max(1);
    let last = all.last().copied();
    all.into_iter().step_by(step).chain(last).collect()
}

fn load(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest(groups, settings);
    let x = Axis::log10("messages handled by one participant");
    let y = Axis::log10("participants that handle at least as many").format(TickFormat::Percent);
    let figure = Figure::new(&settings.title, x, y)
        .subtitle(subtitle(groups, settings, shown.first().map(|group| group.setting.peers)))
        .caption("the run with the first of these seeds; participants that handle nothing are not drawn");
    let series = shown.into_iter().map(|group| {
        let loads = group.records.first().map_or(&[][..], |record| record.loads.as_slice());
        let points = loads.iter().filter(|&&(load, _)| load > 0);
        let points: Vec<Point> =
            points.map(|&(load, share)| Point::new(load as f64, share * 100.0)).collect();
        (group.variant, Series::tail(label(groups, group, settings, ""), points))
    });
    dressed(groups, figure, series.collect())
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
    let series = shown.into_iter().map(|group| {
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
        (group.variant, Series::line(label(groups, group, settings, ""), points))
    });
    Ok(dressed(groups, figure, series.collect()))
}

/// Gives every series the looks of its protocol, so that an architecture looks alike in all figures; variants of a
/// protocol differ in markers and dashes. Where only one protocol is shown, its variants differ in colour too.
pub(super) fn dressed(groups: &Groups<'_>, figure: Figure, series: Vec<(usize, Series)>) -> Figure {
    let protocol = |variant: usize| groups.variants[variant].protocol.as_str();
    let alone = series.iter().all(|&(variant, _)| protocol(variant) == protocol(series[0].0));
    let variants_of = |name: &str| groups.variants.iter().filter(|variant| variant.protocol == name).count();
    let rank = |variant: usize| (0..variant).filter(|&other| protocol(other) == protocol(variant)).count();
    let mut seen: Vec<usize> = Vec::new();
    series.into_iter().fold(figure, |figure, (variant, series)| {
        // The same variant again, at another value of what all protocols share.
        let again = seen.iter().filter(|&&other| other == variant).count();
        let number = rank(variant) + again * variants_of(protocol(variant));
        seen.push(variant);
        let colour = NAMES.iter().position(|&name| name == protocol(variant)).unwrap_or(NAMES.len());
        figure.series(if alone { series.slot(number) } else { series.slot(colour).variant(number) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(lookups: u64, found: u64, latencies_us: &[u64]) -> Record {
        let empty = r#"{"peers":1,"values":{},"fingerprint":0,"lookups":0,"latencies_us":[],"found":0,"loads":[],"rows":[],"events":0}"#;
        let record: Record = serde_json::from_str(empty).expect("a record");
        Record { lookups, found, latencies_us: latencies_us.to_vec(), ..record }
    }

    #[test]
    fn a_thinned_record_counts_for_all_its_lookups() {
        // One found all of its 1000 and kept two of them, the other found two of four and kept both.
        let (thinned, whole) = (record(1000, 1000, &[1000, 3000]), record(4, 2, &[2000, 3000]));
        let shares: Vec<(f64, f64)> = within(&[&thinned, &whole]).iter().map(|p| (p.x, p.y)).collect();
        let of = |n: f64| 100.0 * n / 1004.0;
        assert_eq!(shares, [(1.0, of(500.0)), (2.0, of(501.0)), (3.0, of(1002.0)), (3.0, of(1002.0))]);
        assert!(within(&[&record(0, 0, &[])]).is_empty());
    }
}
