//! `peerlab list`.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{Failure, print};
use crate::experiment::columns::{COLUMNS, Family, KEYS};
use crate::experiment::json;
use crate::experiment::series::{SERIES, SeriesColumn};
use crate::experiment::shipped::SHIPPED;
use crate::experiment::subjects::Subject;
use crate::protocols::{self, NAMES, Visit};
use crate::sim::Protocol;
use crate::world::{GraphModel, LatencyModel, Mix, SessionLaw};

/// List what there is.
#[derive(Debug, Args)]
pub(super) struct List {
    /// What to list; everything by default
    what: Option<What>,
    /// Print one JSON document instead: for each list its entries with name and text
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Protocols,
    Scenarios,
    Overlays,
    Latencies,
    Populations,
    Sessions,
    Columns,
    Series,
}

impl List {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let wanted = What::value_variants().iter().filter(|&&what| self.what.is_none_or(|only| only == what));
        if self.json {
            let entry = |(name, text): (String, String)| json!({ "name": name, "text": text });
            let lists = wanted.map(|&what| {
                let name = what.to_possible_value().map_or_else(String::new, |value| value.get_name().into());
                (name, listed(what).1.into_iter().map(entry).collect())
            });
            return print(&json::document(&Value::Object(lists.collect())));
        }
        let sections: Vec<String> = wanted.map(|&what| section(what, self.what.is_none())).collect();
        print(&sections.join("\n"))
    }
}

/// What a list is about, and its entries: name and text.
fn listed(what: What) -> (&'static str, Vec<(String, String)>) {
    match what {
        What::Protocols => ("protocols", NAMES.iter().map(|name| protocol(name)).chain(subjects()).collect()),
        What::Scenarios => {
            ("scenarios", SHIPPED.iter().map(|s| (s.name.to_string(), title(s.text))).collect())
        }
        What::Overlays => ("overlays (overlay.graph)", pairs(GraphModel::LISTED)),
        What::Latencies => ("latency models (underlay.latency)", pairs(LatencyModel::LISTED)),
        What::Populations => ("mixes of peers (population.mix)", pairs(Mix::LISTED)),
        What::Sessions => ("laws of sessions (churn.sessions)", pairs(SessionLaw::LISTED)),
        What::Columns => ("columns", columns()),
        What::Series => ("columns of time series (series.csv)", series()),
    }
}

fn section(what: What, with_heading: bool) -> String {
    let (heading, lines) = listed(what);
    let widest = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let lines: String = lines.iter().map(|(name, text)| format!("  {name:widest$}  {text}\n")).collect();
    if with_heading { format!("{heading}\n{lines}") } else { lines }
}

fn pairs(listed: &[(&str, &str)]) -> Vec<(String, String)> {
    listed.iter().map(|&(name, text)| (name.to_string(), text.to_string())).collect()
}

fn protocol(name: &str) -> (String, String) {
    struct Line;
    impl Visit for Line {
        type Output = String;
        fn visit<P: Protocol>(self) -> String {
            format!("{} — {}", P::TITLE, P::PAPER)
        }
    }
    (name.to_string(), protocols::with(name, Line).unwrap_or_default())
}

fn subjects() -> impl Iterator<Item = (String, String)> {
    Subject::ALL.iter().map(|subject| (subject.name().to_string(), subject.title().to_string()))
}

/// The title in a shipped scenario's text.
fn title(text: &str) -> String {
    let table: Result<toml::Table, _> = toml::from_str(text);
    let title = table.ok().and_then(|table| Some(table.get("title")?.as_str()?.to_string()));
    title.unwrap_or_default()
}

fn series() -> Vec<(String, String)> {
    let time = ("time_s".to_string(), "when, from the start of the run [s]".to_string());
    let line = |column: &SeriesColumn| {
        let unit = if column.unit.is_empty() { String::new() } else { format!(" [{}]", column.unit) };
        (column.name.to_string(), format!("{}{unit}", column.doc))
    };
    std::iter::once(time).chain(SERIES.iter().map(line)).collect()
}

fn columns() -> Vec<(String, String)> {
    let keys = KEYS.iter().map(|&(name, doc)| (name.to_string(), doc.to_string()));
    let numbers = COLUMNS.iter().map(|column| {
        let unit = if column.unit.is_empty() { String::new() } else { format!(" [{}]", column.unit) };
        let asked = match (column.shared, column.family) {
            (true, Family::Run) => "",
            (true, Family::Graph) => " (subject `graph`; else on request: `columns`)",
            (true, Family::Fit) => " (subject `sample`; else on request: `columns`)",
            (false, _) => " (on request: `columns`)",
        };
        (column.name.to_string(), format!("{}{unit}{asked}", column.doc))
    });
    let last = ("fingerprint".to_string(), "a hash over all delivered messages of the protocol".to_string());
    keys.chain(numbers).chain([last]).collect()
}
