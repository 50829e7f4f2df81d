//! Figures of live overlays: degree laws at snapshots, and what a crawler saw beside the truth.

use std::collections::BTreeMap;

use super::figures::{at_largest, dressed, label, subtitle};
use super::groups::Groups;
use super::live::Degrees;
use super::scenario::FigureSettings;
use crate::report::{Axis, Figure, Point, Series, TickFormat};
use crate::units::Span;

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
        let name = format!("seen: {}", label(groups, group, settings, ""));
        figure = figure.series(Series::tail(name, laws(group, |crawl| &crawl.seen)).slot(slot));
    }
    match shown.last() {
        Some(fastest) => {
            let truth = laws(fastest, |crawl| &crawl.truth);
            figure.series(
                Series::tail("the truth, in the middle of the fastest crawl", truth).slot(shown.len()),
            )
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
