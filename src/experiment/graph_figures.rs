//! Figures of graphs and samples: distributions of degrees, hops, removal, and several columns on one axis.

use super::diagnostic::Diagnostic;
use super::figures::{dressed, subtitle, x_of};
use super::groups::{Group, Groups};
use super::published;
use super::scenario::FigureSettings;
use super::subjects::measures::Curves;
use crate::report::{Axis, Figure, Point, Reference, Series, TickFormat};
use crate::stats::Summary;

/// What a group is called beside the others of its figure: the swept values that tell it from them, a model without its
/// parameters where its name is enough.
pub(super) fn label(shown: &[&Group<'_>], group: &Group<'_>, without: &str) -> String {
    let value = |group: &Group<'_>, key: &str| {
        group.setting.shared.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    };
    let varies = |key: &str| shown.iter().any(|other| value(other, key) != value(group, key));
    let part = |(key, own): &(String, String)| {
        let others = shown.iter().filter_map(|other| value(other, key)).filter(|other| other != own);
        let (whole, word) = (published::brief(key, own), word(&published::brief(key, own)).to_string());
        let alike = others.map(|other| published::brief(key, &other)).any(|other| self::word(&other) == word);
        if alike { whole } else { word }
    };
    let keys = group.setting.shared.iter().filter(|(key, _)| key != without && varies(key));
    let several = shown.iter().any(|other| other.job.protocol != group.job.protocol);
    let name = several.then(|| group.job.protocol.clone());
    let parts: Vec<String> = name.into_iter().chain(keys.map(part)).collect();
    if parts.is_empty() { group.job.protocol.clone() } else { parts.join(", ") }
}

/// A model without its parameters, a file without its endings.
fn word(value: &str) -> &str {
    let model = value.split('(').next().unwrap_or(value);
    model.strip_suffix(".gz").unwrap_or(model).strip_suffix(".txt").unwrap_or(model)
}

/// The groups that a figure is about, each kind of graph at its largest size.
fn at_largest_each<'g, 'a>(groups: &'g Groups<'a>, settings: &FigureSettings) -> Vec<&'g Group<'a>> {
    let passing = || groups.groups.iter().filter(|group| group.setting.matches(&settings.only));
    let largest = |group: &&Group<'_>| {
        let alike = passing()
            .filter(|other| (other.variant, &other.setting.shared) == (group.variant, &group.setting.shared));
        alike.map(|other| other.setting.peers).max() == Some(group.setting.peers)
    };
    passing().filter(largest).collect()
}

/// How many peers, if all have as many.
fn size(shown: &[&Group<'_>]) -> Option<u32> {
    let first = shown.first()?.setting.peers;
    (first > 0 && shown.iter().all(|group| group.setting.peers == first)).then_some(first)
}

fn curves<'g>(group: &'g Group<'_>) -> impl Iterator<Item = &'g Curves> {
    group.records.iter().filter_map(|record| record.curves.as_deref())
}

/// The share of nodes with at least so many neighbours, with the law as a thin line where one is known.
pub(super) fn degrees(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest_each(groups, settings);
    let samples = shown.iter().all(|group| group.setting.peers == 0);
    let (x, y) = if samples {
        ("number x", "numbers of at least x")
    } else {
        ("neighbours k of a peer", "peers with at least k neighbours")
    };
    let figure = Figure::new(&settings.title, Axis::log10(x), Axis::log10(y).format(TickFormat::Percent))
        .subtitle(subtitle(groups, settings, size(&shown)));
    let percent = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
        points.iter().filter(|&&(x, _)| x > 0.0).map(|&(x, share)| (x, 100.0 * share)).collect()
    };
    let first = |group: &Group<'_>| curves(group).next().cloned().unwrap_or_default();
    let least = shown.iter().flat_map(|group| first(group).tail).map(|(_, share)| share).reduce(f64::min);
    // A law goes on where a finite network has no peer left.
    let visible = |&(_, share): &(f64, f64)| share >= 0.5 * least.unwrap_or(0.0);
    let laws: Vec<Vec<(f64, f64)>> =
        shown.iter().map(|group| first(group).law.into_iter().filter(visible).collect()).collect();
    let any = laws.iter().any(|law| law.len() > 1);
    let what = if samples { "the fitted tails" } else { "the laws that the models aim at" };
    let mut caption = Vec::new();
    if shown.iter().any(|group| group.records.len() > 1) {
        caption.push("the run with the first of these seeds".to_string());
    }
    if any {
        caption.push(format!("dashed and grey: {what}"));
    }
    let figure = laws.iter().filter(|law| law.len() > 1).fold(figure, |figure, law| {
        figure.reference(Reference::Curve { points: percent(law), label: String::new() })
    });
    let series = shown.iter().map(|group| {
        (group.variant, Series::tail(label(&shown, group, "graph.removed"), percent(&first(group).tail)))
    });
    dressed(groups, figure.caption(caption.join("; ")), series.collect())
}

/// The share of pairs within so many hops.
pub(super) fn hops(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest_each(groups, settings);
    let y = Axis::linear("pairs of peers within so many hops").range(0.0, 100.0).format(TickFormat::Percent);
    let figure = Figure::new(&settings.title, Axis::linear("hops"), y)
        .subtitle(subtitle(groups, settings, size(&shown)))
        .caption("pairs of the largest component; means over seeds; a line ends where 99.9 % are reached");
    let series = shown.iter().map(|group| {
        let most = curves(group).map(|curve| curve.hops.len()).max().unwrap_or(0);
        let at = |hops: usize| {
            // Beyond the last hop everybody is reached.
            let shares: Vec<f64> = curves(group)
                .filter(|curve| !curve.hops.is_empty())
                .map(|curve| 100.0 * curve.hops.get(hops).copied().unwrap_or(1.0))
                .collect();
            Summary::of(&shares).map(|mean| Point::new(hops as f64, mean.mean))
        };
        let mut points: Vec<Point> = (0..most).filter_map(at).collect();
        // Where all but one pair in a thousand are reached the line has arrived.
        let arrived = points.iter().position(|point| point.y > 99.9).map_or(points.len(), |last| last + 1);
        points.truncate(arrived);
        (group.variant, Series::line(label(&shown, group, "graph.removed"), points))
    });
    dressed(groups, figure, series.collect())
}

/// The largest component against the share removed.
pub(super) fn removal(groups: &Groups<'_>, settings: &FigureSettings) -> Figure {
    let shown = at_largest_each(groups, settings);
    let mut series: Vec<(usize, Series)> = Vec::new();
    for group in &shown {
        let label = label(&shown, group, "graph.removed");
        // What is removed for a column does not matter to the curve, which removes everybody.
        if series.iter().any(|(_, known)| known.label == label) {
            continue;
        }
        let most = curves(group).map(|curve| curve.removal.len()).max().unwrap_or(0);
        let at = |place: usize| {
            let points: Vec<(f64, f64)> =
                curves(group).filter_map(|curve| curve.removal.get(place).copied()).collect();
            let shares: Vec<f64> = points.iter().map(|&(_, share)| 100.0 * share).collect();
            Some(Point::new(100.0 * points.first()?.0, Summary::of(&shares)?.mean))
        };
        let points: Vec<Point> = (0..most).filter_map(at).collect();
        series.push((group.variant, Series::line(label, points)));
    }
    // Beyond the last that holds together there is nothing to see.
    let alive = series.iter().flat_map(|(_, line)| &line.points).filter(|point| point.y >= 1.0);
    let last = alive.map(|point| point.x).reduce(f64::max).map_or(100.0, |last| (last + 5.0).min(100.0));
    for (_, line) in &mut series {
        line.points.retain(|point| point.x <= last);
    }
    let x = Axis::linear("peers removed").range(0.0, last).format(TickFormat::Percent);
    let y = Axis::linear("largest component, of all peers").range(0.0, 100.0).format(TickFormat::Percent);
    let figure = Figure::new(&settings.title, x, y)
        .subtitle(subtitle(groups, settings, size(&shown)))
        .caption("means over seeds");
    dressed(groups, figure, series)
}

/// Several columns, each over its value at the least x.
///
/// # Errors
/// Several kinds of runs, of which one figure cannot tell.
pub(super) fn relative(groups: &Groups<'_>, settings: &FigureSettings) -> Result<Figure, Diagnostic> {
    let passing = groups.groups.iter().filter(|group| group.setting.matches(&settings.only));
    let mut shown: Vec<(f64, &Group<'_>)> =
        passing.filter_map(|group| Some((x_of(groups, group, &settings.x)?, group))).collect();
    shown.sort_by(|one, other| one.0.total_cmp(&other.0));
    if let Some(pair) = shown.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let message = format!(
            "figure `{}`: several kinds of runs have {} = {}; tell them apart by `only`",
            settings.name, settings.x, pair[0].0
        );
        return Err(Diagnostic::new(message));
    }
    let log = settings.x_log.unwrap_or(shown.first().is_some_and(|&(x, _)| x > 0.0));
    let ticks: Vec<f64> = shown.iter().map(|&(x, _)| x).filter(|&x| !log || x > 0.0).collect();
    let x_label = if settings.x_label.is_empty() { settings.x.clone() } else { settings.x_label.clone() };
    let x = if log { Axis::log10(x_label) } else { Axis::linear(x_label).ticks(ticks) };
    let y_label = match shown.first() {
        _ if !settings.y_label.is_empty() => settings.y_label.clone(),
        Some((least, _)) => format!("over the value at {} = {least}", settings.x),
        None => String::new(),
    };
    let y = if settings.log { Axis::log10(y_label) } else { Axis::linear(y_label) };
    let figure = Figure::new(&settings.title, x, y)
        .subtitle(subtitle(
            groups,
            settings,
            size(&shown.iter().map(|&(_, group)| group).collect::<Vec<_>>()),
        ))
        .caption("error bars: 95 % confidence interval over seeds");
    Ok(settings.columns.iter().enumerate().fold(figure, |figure, (number, column)| {
        let base = shown.first().and_then(|(_, group)| group.summary(column)).map(|mean| mean.mean);
        let points = shown.iter().filter(|&&(x, _)| !log || x > 0.0).filter_map(|&(x, group)| {
            let (mean, base) = (group.summary(column)?, base.filter(|&base| base != 0.0)?);
            Some(Point::with_half(x, mean.mean / base, mean.ci95.unwrap_or(0.0) / base))
        });
        let points: Vec<Point> = points.collect();
        figure.series(Series::line(column.replace('_', " "), points).slot(number))
    }))
}
