//! Ours beside the published: what a paper printed, what we get, and whether that is within the tolerance.

use super::diagnostic::Diagnostic;
use super::groups::{Group, Groups, Setting};
use super::plan::Plan;
use super::results::Csv;
use super::scenario::{Expected, Published};
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
    /// Whether ours is where it should be.
    pub holds: bool,
    /// Where the figure comes from.
    pub source: String,
}

/// Compares every published figure with the runs that it is about.
pub fn compare(plan: &Plan, groups: &Groups<'_>) -> Vec<Comparison> {
    let mut comparisons = Vec::new();
    for published in &plan.published {
        for group in &groups.groups {
            let protocol = &groups.variants[group.variant].protocol;
            let wanted = published.protocol.as_ref().is_none_or(|wanted| wanted == protocol);
            if wanted && group.setting.matches(&published.only) && own_matches(groups, group, published) {
                comparisons.push(one(groups, group, published));
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

fn one(groups: &Groups<'_>, group: &Group<'_>, published: &Published) -> Comparison {
    let ours = group.summary(&published.column);
    let (value, holds) = match &published.value {
        Expected::Number(value) => {
            // A bound binds every run, a figure the mean of all.
            let bound = group.values(&published.column).iter().all(|ours| ours >= value);
            let holds = ours.as_ref().is_some_and(|ours| {
                if published.at_least { bound } else { (ours.mean - value).abs() <= published.tolerance }
            });
            (Some(*value), holds)
        }
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
    let setting = &group.setting;
    let only = match setting.series() {
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
        holds,
        source: published.source.clone(),
    }
}

/// The runs in as few words as a table allows: `2048 peers`, `6301 peers, p2p-Gnutella08.txt.gz`, `99 peers, rate 5 /s`.
pub(super) fn shown(setting: &Setting) -> String {
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_string();
    let part = |(key, value): &(String, String)| match last(key).as_str() {
        "path" | "file" => format!(", {value}"),
        last => format!(", {last} {value}"),
    };
    format!("{} peers{}", setting.peers, setting.shared.iter().map(part).collect::<String>())
}

/// `published.csv`.
///
/// # Errors
/// None that a user can cause.
pub fn csv(plan: &Plan, groups: &Groups<'_>) -> Result<Vec<u8>, Diagnostic> {
    let mut csv = Csv::new([
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
    ])?;
    for c in compare(plan, groups) {
        let ours = c.ours.as_ref();
        csv.row([
            c.variant.clone(),
            c.only.clone(),
            c.column.clone(),
            six_or_missing(ours.map(|ours| ours.mean)),
            six_or_missing(ours.and_then(|ours| ours.ci95)),
            if c.at_least { "at least" } else { "equal" }.to_string(),
            six_or_missing(c.published),
            six(c.tolerance),
            if c.holds { "holds" } else { "differs" }.to_string(),
            c.source.clone(),
        ])?;
    }
    csv.finish()
}
