//! What a run prints when it is done.

use super::groups::{Group, Groups, Setting};
use super::plan::Plan;
use super::published::{self, Comparison};
use super::record::Record;
use super::results::{SCALED, points};
use super::subject_screen;
use crate::protocols::{self, Visit};
use crate::report::{Column, Table, mean_ci, significant};
use crate::sim::{Protocol, Textbook};
use crate::stats::{Law, Scaling, Summary, fit_scaling};

/// The measures of the table: column, heading, factor.
const SHOWN: &[(&str, &str, f64)] = &[
    ("messages_mean", "messages", 1.0),
    ("hops_mean", "hops", 1.0),
    ("latency_ms_mean", "latency ms", 1.0),
    ("found", "found %", 100.0),
    ("maintenance_messages_per_peer_s", "upkeep /s", 1.0),
    ("entries_max", "state at most", 1.0),
    ("load_max_share", "busiest %", 100.0),
];

/// The tables for the terminal: for each series the largest size, then how things grow, then published figures.
pub fn report(plan: &Plan, records: &[Record], width: usize) -> String {
    let groups = Groups::new(plan, records);
    let mut text = String::new();
    let title = if plan.first.title.is_empty() { &plan.first.name } else { &plan.first.title };
    text += &format!("{}\n", wrapped(title, width));
    if !plan.first.assumes.is_empty() {
        text +=
            &format!("{}\n", wrapped(&format!("Assumed, unless overridden: {}", plan.first.assumes), width));
    }
    let comparisons = published::compare(plan, &groups);
    if !comparisons.is_empty() {
        text += &format!("\n{}", published_table(&comparisons, width));
    }
    if subject_screen::only_subjects(plan) {
        return text + &subject_screen::measures(plan, &groups, width);
    }
    let mut grows = false;
    for series in groups.series() {
        let sizes = groups.groups.iter().filter(|group| group.setting.shared == series);
        let Some(largest) = sizes.map(|group| group.setting.peers).max() else { continue };
        let setting = Setting { peers: largest, shared: series.clone() };
        text += &format!("\n{}\n", wrapped(&heading(&groups, &setting, width), width));
        text += &measures(&groups, &setting, width);
        if let Some(table) = growth(&groups, &series, width) {
            grows = true;
            text += &format!(
                "\nGrowth with the number of peers n, chosen by AICc (± 95 %), beside the textbook\n{table}"
            );
        }
    }
    if grows {
        text += &format!("\n{}\n", wrapped(STATE, width));
    }
    if grows && plan.first.protocols.iter().any(|name| textbook(name).is_some_and(|book| book.hops == "O(n)"))
    {
        text += &format!("\n{}\n", wrapped(FLOODED_HOPS, width));
    }
    text
}

const STATE: &str = "State is that of the participant that keeps most, references to content included: it follows the \
textbook only where content grows with the network.";

const FLOODED_HOPS: &str = "The lectures' O(n) for the hops of a flood is a worst case (a chain of peers): on random \
overlays the nearest copy is some log n hops away, which is what is measured.";

/// Which runs a table is about; keys are named whole if there is room for them.
fn heading(groups: &Groups<'_>, setting: &Setting, width: usize) -> String {
    let replicates = groups.groups.iter().map(|group| group.records.len()).max().unwrap_or(0);
    let series = setting.series();
    let series = if series.is_empty() { String::new() } else { format!(", {series}") };
    let seeds =
        if replicates == 1 { "1 seed".to_string() } else { format!("mean ± 95 % over {replicates} seeds") };
    let whole = format!("{} peers{series}: {seeds}", setting.peers);
    if whole.chars().count() <= width { whole } else { format!("{}: {seeds}", published::shown(setting)) }
}

fn measures(groups: &Groups<'_>, setting: &Setting, width: usize) -> String {
    let headings = SHOWN.iter().map(|&(_, heading, _)| Column::number(heading));
    let mut table = Table::new(std::iter::once(Column::text("")).chain(headings));
    for (number, variant) in groups.variants.iter().enumerate() {
        let Some(group) = groups.get(number, setting) else { continue };
        let cells = SHOWN.iter().map(|&(column, _, factor)| mean_ci(scaled(group, column, factor).as_ref()));
        table.row(std::iter::once(variant.name()).chain(cells));
    }
    table.render(width, crate::report::Colour::Never)
}

fn scaled(group: &Group<'_>, column: &str, factor: f64) -> Option<Summary> {
    let values: Vec<f64> = group.values(column).iter().map(|value| value * factor).collect();
    Summary::of(&values)
}

/// How messages, hops and state grow; `None` if there are too few sizes.
fn growth(groups: &Groups<'_>, series: &[(String, String)], width: usize) -> Option<String> {
    let headings = SCALED.iter().flat_map(|&(_, what)| [Column::text(what), Column::text("book")]);
    let mut table = Table::new(std::iter::once(Column::text("")).chain(headings));
    let mut any = false;
    for (number, variant) in groups.variants.iter().enumerate() {
        let book = textbook(&variant.protocol);
        let mut cells = vec![variant.name()];
        for (column, what) in SCALED {
            let law = fit_scaling(&points(groups, number, series, column));
            any |= law.is_some();
            cells.push(law.as_ref().map_or_else(|| "–".to_string(), brief));
            let of_book = book.map_or("", |book| match *what {
                "messages" => book.messages,
                "hops" => book.hops,
                _ => book.state,
            });
            cells.push(of_book.to_string());
        }
        table.row(cells);
    }
    any.then(|| table.render(width, crate::report::Colour::Never))
}

/// A law in as few characters as a table cell allows.
fn brief(law: &Scaling) -> String {
    match law.law {
        Law::Constant { value } => format!("{} constant", significant(value.estimate, 3)),
        Law::Log { .. } | Law::Power { .. } => law.to_string().replace('N', "n"),
    }
}

/// What textbooks say about a protocol.
fn textbook(name: &str) -> Option<Textbook> {
    struct Book;
    impl Visit for Book {
        type Output = Textbook;
        fn visit<P: Protocol>(self) -> Textbook {
            P::TEXTBOOK
        }
    }
    protocols::with(name, Book)
}

fn published_table(comparisons: &[Comparison], width: usize) -> String {
    let mut table = Table::new([
        Column::text("runs"),
        Column::text("column"),
        Column::number("ours"),
        Column::number("published"),
        Column::number("tolerance"),
        Column::text("verdict"),
    ]);
    for c in comparisons {
        let bound = c.at_least || c.at_most;
        let relation = match (c.at_least, c.at_most) {
            (true, _) => "≥ ",
            (false, true) => "≤ ",
            (false, false) => "",
        };
        table.row([
            c.shown.clone(),
            c.column.clone(),
            mean_ci(c.ours.as_ref()),
            c.published.map_or_else(|| "–".to_string(), |value| format!("{relation}{}", plain(value))),
            if bound { String::new() } else { format!("± {}", significant(c.tolerance, 2)) },
            c.verdict().replace("differs", "DIFFERS"),
        ]);
    }
    table.render(width, crate::report::Colour::Never)
}

/// Five significant digits, without the zeros that stand at the end of a fraction.
fn plain(value: f64) -> String {
    let digits = significant(value, 5);
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => digits,
    }
}

/// Breaks a paragraph into lines.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_string());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n")
}
