//! Figures of live overlays: degree laws at snapshots, and what a crawler saw beside the truth.

use std::collections::BTreeMap;

use super::figures::{at_largest, dressed, label, line_label, subtitle};
use super::groups::Groups;
use super::live::Degrees;
use super::published;
use super::scenario::FigureSettings;
use crate::report::{Axis, Figure, Point, Series, Style, TickFormat};
use crate::units::Span;

/// One column at the largest size, by variant: side by side what all variants share.
pub(super) fn bars(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest(groups, settings);
    let with_value = shown.iter().filter(|group| group.summary(&settings.y).is_some());
    let mut variants: Vec<usize> = with_value.map(|group| group.variant).collect();
    variants.sort_unstable();
    variants.dedup();
    let names = variants.iter().map(|&variant| groups.variants[variant].name());
    let or = |label: &String, usual: &str| if label.is_empty() { usual.to_owned() } else { label.clone() };
    let y = or(&settings.y_label, &settings.y.replace('_', " "));
    let y = if settings.log { Axis::log10(y) } else { Axis::linear(y) };
    let mut series: Vec<(String, Vec<Point>)> = Vec::new();
    for group in &shown {
        let place = variants.iter().position(|&variant| variant == group.variant);
        let (Some(place), Some(summary)) = (place, group.summary(&settings.y)) else { continue };
        let shared = group.setting.shared.iter().map(|(key, value)| published::brief(key, value));
        let name = shared.collect::<Vec<_>>().join(", ");
        let point = Point::with_half(place as f64, summary.mean, summary.ci95.unwrap_or(0.0));
        match series.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(point),
            None => series.push((name, vec![point])),
        }
    }
    let figure = Figure::new(&settings.title, Axis::categories("", names), y)
        .subtitle(subtitle(groups, settings, shown.first().map(|group| group.setting.peers)))
        .caption("error bars: 95 % confidence interval over seeds");
    let bars = series.into_iter().map(|(name, points)| Series::new(name, Style::Bars, points));
    bars.enumerate().fold(figure, |figure, (slot, bars)| figure.series(bars.slot(slot)))
}

/// The degree law of each variant's overlay, a line for each time of a snapshot.
pub(super) fn overlay(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest(groups, settings);
    let figure = empty(settings, "participants online with at least as many")
        .subtitle(subtitle(groups, settings, shown.first().map(|group| group.setting.peers)))
        .caption("all replicates together; participants without neighbours are not drawn");
    let mut series = Vec::new();
    for group in shown {
        let mut at: BTreeMap<u64, Vec<&Degrees>> = BTreeMap::new();
        for snapshot in group.records.iter().flat_map(|record| &record.snapshots) {
            at.entry(snapshot.at_ns).or_default().push(&snapshot.degrees);
        }
        let several = at.len() > 1;
        for (ns, laws) in at {
            let name = label(groups, group, settings, "");
            let name = if several { format!("{name}, {}", Span(ns)) } else { name };
            series.push((group.variant, Series::tail(name, pooled(&laws))));
        }
    }
    dressed(groups, figure, series)
}

/// What crawlers saw, a line for each variant and setting, and the truth behind the fastest of them.
pub(super) fn crawl(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let mut shown = at_largest(groups, settings);
    let seconds = |group: &&super::groups::Group<'_>| {
        let lasted = group.records.iter().filter_map(|record| record.crawl.as_ref());
        lasted.map(|crawl| crawl.lasted_ns).max().unwrap_or(u64::MAX)
    };
    shown.sort_by_key(|group| std::cmp::Reverse(seconds(group)));
    let figure = empty(settings, "peers with at least as many")
        .subtitle(subtitle(groups, settings, shown.first().map(|group| group.setting.peers)))
        .caption(
            "all replicates together; seen: neighbours of all that the crawler heard of, whoever said so",
        );
    let laws = |group: &super::groups::Group<'_>, of: fn(&super::live::Crawl) -> &Degrees| {
        let crawls = group.records.iter().filter_map(|record| record.crawl.as_ref());
        pooled(&crawls.map(of).collect::<Vec<_>>())
    };
    let mut figure = figure;
    for (slot, group) in shown.iter().enumerate() {
        let name = format!("seen: {}", line_label(groups, group, settings));
        figure = figure.series(Series::tail(name, laws(group, |crawl| &crawl.seen)).slot(slot));
    }
    match shown.last() {
        Some(fastest) => {
            let truth = laws(fastest, |crawl| &crawl.truth);
            figure.series(Series::tail("the truth, amid the fastest", truth).slot(shown.len()))
        }
        None => figure,
    }
}

fn empty(settings: &FigureSettings, y: &str) -> Figure {
    let or = |label: &String, usual: &str| if label.is_empty() { usual.to_owned() } else { label.clone() };
    let x = Axis::log10(or(&settings.x_label, "neighbours"));
    let y = Axis::log10(or(&settings.y_label, y)).format(TickFormat::Percent);
    Figure::new(&settings.title, x, y)
}

/// The law of all nodes together, in percent; nodes without neighbours count, but cannot be drawn.
fn pooled(laws: &[&Degrees]) -> Vec<Point> {
    let mut degrees: Vec<u64> = laws.iter().flat_map(|law| &law.ccdf).map(|&(k, _)| k).collect();
    degrees.sort_unstable();
    degrees.dedup();
    let nodes: f64 = laws.iter().map(|law| f64::from(law.nodes)).sum();
    let share = |k: u64| laws.iter().map(|law| law.at_least(k) * f64::from(law.nodes)).sum::<f64>() / nodes;
    degrees.into_iter().filter(|&k| k > 0).map(|k| Point::new(k as f64, 100.0 * share(k))).collect()
}
