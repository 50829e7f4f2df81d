//! Ours beside the published: what a paper printed, what we get, and whether that is within the tolerance.

use std::collections::BTreeMap;

use super::diagnostic::Diagnostic;
use super::groups::{Group, Groups, Setting};
use super::plan::Plan;
use super::record::Record;
use super::results::Csv;
use super::scenario::{Expected, Published, Trust};
use crate::stats::{Summary, six, six_or_missing};

/// One published figure with ours beside it.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The protocol and its own swept parameters.
    pub variant: String,
    /// The runs it is about.
    pub only: String,
    /// The same for a table: values without the keys that they speak for.
    pub shown: String,
    /// The column.
    pub column: String,
    /// Ours over the replicates.
    pub ours: Option<Summary>,
    /// The published value, or the mean of the other column.
    pub published: Option<f64>,
    /// How far ours may be from it.
    pub tolerance: f64,
    /// Whether it is a lower bound.
    pub at_least: bool,
    /// Whether it is an upper bound.
    pub at_most: bool,
    /// Whether ours is where it should be.
    pub holds: bool,
    /// Where the figure comes from.
    pub source: String,
    /// How far it can be relied on, if that is said.
    pub trust: Option<Trust>,
}

impl Comparison {
    /// How ours has to lie beside it.
    pub fn relation(&self) -> &'static str {
        match (self.at_least, self.at_most) {
            (true, _) => "at least",
            (false, true) => "at most",
            (false, false) => "equal",
        }
    }

    /// In a word, whether ours agrees; a figure that cannot be relied on is shown, and that is all.
    pub fn verdict(&self) -> &'static str {
        match (self.trust.is_none_or(Trust::gates), self.holds) {
            (true, true) => "holds",
            (true, false) => "differs",
            (false, true) => "shown: within",
            (false, false) => "shown: outside",
        }
    }
}

/// Compares every published figure with the runs that it is about.
pub fn compare(plan: &Plan, groups: &Groups<'_>) -> Vec<Comparison> {
    let mut comparisons = Vec::new();
    for published in &plan.published {
        for group in &groups.groups {
            let protocol = &groups.variants[group.variant].protocol;
            let wanted = published.protocol.as_ref().is_none_or(|wanted| wanted == protocol);
            if !wanted || !group.setting.matches(&published.only) || !own_matches(groups, group, published) {
                continue;
            }
            if published.over.is_empty() {
                comparisons.push(one(groups, group, published));
            } else if let Some(other) = divisor(groups, group, &published.over) {
                comparisons.push(ratio(groups, group, other, published));
            }
        }
    }
    comparisons
}

/// Whether the variant's own parameters are those that the published figure is about.
fn own_matches(groups: &Groups<'_>, group: &Group<'_>, published: &Published) -> bool {
    let variant = &groups.variants[group.variant];
    variant.own.iter().all(|(key, value)| {
        published
            .only
            .get(&format!("protocol.{}.{key}", variant.protocol))
            .is_none_or(|wanted| wanted == value)
    })
}

/// The group that differs from this one in the values of these keys, and in nothing else.
fn divisor<'g, 'a>(
    groups: &'g Groups<'a>,
    group: &Group<'a>,
    over: &BTreeMap<String, String>,
) -> Option<&'g Group<'a>> {
    let (mut variant, mut setting) = (groups.variants[group.variant].clone(), group.setting.clone());
    for (key, value) in over {
        let own = key.strip_prefix(&format!("protocol.{}.", variant.protocol));
        let known = match own {
            Some(own) => variant.own.iter_mut().find(|(key, _)| key == own),
            None if key == "peers" => {
                setting.peers = value.parse().ok()?;
                continue;
            }
            None => setting.shared.iter_mut().find(|(shared, _)| shared == key),
        };
        known?.1.clone_from(value);
    }
    let place = groups.variants.iter().position(|known| *known == variant)?;
    groups
        .get(place, &setting)
        .filter(|other| (other.variant, &other.setting) != (group.variant, &group.setting))
}

/// The ratio of two groups, seed by seed, beside the published one.
fn ratio(groups: &Groups<'_>, group: &Group<'_>, other: &Group<'_>, published: &Published) -> Comparison {
    let column = &published.column;
    let pairs = group.records.iter().zip(&other.records);
    let ratio =
        |(one, other): (&&Record, &&Record)| Some(one.values.get(column)? / other.values.get(column)?);
    let ratios: Vec<f64> = pairs.filter_map(ratio).filter(|ratio| ratio.is_finite()).collect();
    let (value, holds) = match &published.value {
        Expected::Number(value) => (Some(*value), holds(published, *value, &ratios)),
        // Refused when the scenario is read.
        Expected::Column(_) => (None, false),
    };
    let over: Vec<String> = published.over.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_string();
    let shown: Vec<String> =
        published.over.iter().map(|(key, value)| format!("{} {value}", last(key))).collect();
    let whole = comparison(groups, group, published, Summary::of(&ratios), value, holds);
    Comparison {
        only: format!("{}; over those with {}", whole.only, over.join(", ")),
        shown: format!("{} ÷ {}", whole.shown, shown.join(", ")),
        ..whole
    }
}

/// Whether the runs agree with a number: a bound binds every run, a figure the mean of all.
fn holds(published: &Published, value: f64, ours: &[f64]) -> bool {
    match Summary::of(ours) {
        None => false,
        Some(_) if published.at_least => ours.iter().all(|&ours| ours >= value),
        Some(_) if published.at_most => ours.iter().all(|&ours| ours <= value),
        Some(mean) => (mean.mean - value).abs() <= published.tolerance,
    }
}

fn one(groups: &Groups<'_>, group: &Group<'_>, published: &Published) -> Comparison {
    let ours = group.summary(&published.column);
    let (value, holds) = match &published.value {
        Expected::Number(value) => (Some(*value), holds(published, *value, &group.values(&published.column))),
        Expected::Column(other) => {
            // Run by run.
            let pairs = group.records.iter().map(|r| (r.values.get(&published.column), r.values.get(other)));
            let holds = pairs.clone().all(|pair| match pair {
                (Some(ours), Some(theirs)) => (ours - theirs).abs() <= published.tolerance,
                _ => false,
            });
            (group.summary(other).map(|summary| summary.mean), holds)
        }
    };
    comparison(groups, group, published, ours, value, holds)
}

fn comparison(
    groups: &Groups<'_>,
    group: &Group<'_>,
    published: &Published,
    ours: Option<Summary>,
    value: Option<f64>,
    holds: bool,
) -> Comparison {
    let setting = &group.setting;
    let only = match setting.series() {
        series if setting.peers == 0 => series,
        series if series.is_empty() => format!("peers = {}", setting.peers),
        series => format!("peers = {}, {series}", setting.peers),
    };
    Comparison {
        variant: groups.variants[group.variant].name(),
        only,
        shown: shown(setting),
        column: published.column.clone(),
        ours,
        published: value,
        tolerance: published.tolerance,
        at_least: published.at_least,
        at_most: published.at_most,
        holds,
        source: published.source.clone(),
        trust: published.trust,
    }
}

/// The runs in as few words as a table allows: `2048 peers`, `6301 peers, p2p-Gnutella08.txt.gz`, `99 peers, rate 5 /s`.
pub(super) fn shown(setting: &Setting) -> String {
    let peers = (setting.peers > 0).then(|| format!("{} peers", setting.peers));
    let parts = setting.shared.iter().map(|(key, value)| brief(key, value));
    peers.into_iter().chain(parts).collect::<Vec<String>>().join(", ")
}

/// A swept value with the last part of its key, unless the value speaks for itself.
pub(super) fn brief(key: &str, value: &str) -> String {
    match key.rsplit('.').next().unwrap_or(key) {
        "graph" => {
            let file = value.strip_prefix("file(path=").and_then(|rest| rest.strip_suffix(')'));
            file.unwrap_or(value).to_string()
        }
        "path" | "file" | "search" | "latency" => value.to_string(),
        "sample" => sample(value),
        last => format!("{last} {value}"),
    }
}

/// A sample by its file, and what its numbers are multiplied by.
fn sample(value: &str) -> String {
    let mut parts = value.split(", ");
    let path = parts.next().map_or(value, |first| first.strip_prefix("path=").unwrap_or(first));
    match parts.find_map(|part| part.strip_prefix("scale=")) {
        Some(scale) => format!("{path} × {scale}"),
        None => path.to_string(),
    }
}

/// `published.csv`.
///
/// # Errors
/// None that a user can cause.
pub fn csv(plan: &Plan, groups: &Groups<'_>) -> Result<Vec<u8>, Diagnostic> {
    let comparisons = compare(plan, groups);
    let trusted = comparisons.iter().any(|comparison| comparison.trust.is_some());
    let mut headings = vec![
        "variant",
        "runs",
        "column",
        "ours_mean",
        "ours_ci95",
        "relation",
        "published",
        "tolerance",
        "verdict",
        "source",
    ];
    if trusted {
        headings.push("trust");
    }
    let mut csv = Csv::new(headings)?;
    for c in comparisons {
        let ours = c.ours.as_ref();
        let mut row = vec![
            c.variant.clone(),
            c.only.clone(),
            c.column.clone(),
            six_or_missing(ours.map(|ours| ours.mean)),
            six_or_missing(ours.and_then(|ours| ours.ci95)),
            c.relation().to_string(),
            six_or_missing(c.published),
            six(c.tolerance),
            c.verdict().to_string(),
            c.source.clone(),
        ];
        if trusted {
            row.push(c.trust.map_or("", Trust::word).to_string());
        }
        csv.row(row)?;
    }
    csv.finish()
}
