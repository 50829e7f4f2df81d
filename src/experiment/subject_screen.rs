//! The tables on the screen of runs without lookups: graphs and samples.

use super::groups::{Group, Groups};
use super::plan::Plan;
use super::published;
use super::results::columns;
use super::subjects::Subject;
use crate::report::{Colour, Column, Table, mean_ci};

/// Whether all runs of the plan are about subjects, so that there are no lookups to tell of.
pub(super) fn only_subjects(plan: &Plan) -> bool {
    plan.first.protocols.iter().all(|name| Subject::find(name).is_some())
}

/// A row for each graph or sample, a column for each column of `summary.csv` that has a value.
pub(super) fn measures(plan: &Plan, groups: &Groups<'_>, width: usize) -> String {
    let seeds = groups.groups.iter().map(|group| group.records.len()).max().unwrap_or(0);
    let heading = if seeds == 1 { "1 seed".to_string() } else { format!("mean ± 95 % over {seeds} seeds") };
    let has_value = |column: &&super::columns::Column| {
        groups.groups.iter().any(|group| !group.values(column.name).is_empty())
    };
    let shown: Vec<_> = columns(plan).into_iter().filter(has_value).collect();
    let headings = shown.iter().map(|column| Column::number(column.name.replace('_', " ")));
    let mut table = Table::new(std::iter::once(Column::text("")).chain(headings));
    for group in &groups.groups {
        let cells = shown.iter().map(|column| mean_ci(group.summary(column.name).as_ref()));
        table.row(std::iter::once(name(group)).chain(cells));
    }
    format!("\n{heading}\n{}", table.render(width, Colour::Never))
}

/// What a row is about.
fn name(group: &Group<'_>) -> String {
    published::shown(&group.setting)
}
