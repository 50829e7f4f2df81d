//! The columns of `summary.csv`: what a column is, and which there are ([`COLUMNS`]).

mod graph;
mod live;
mod papers;
mod table;

use std::sync::LazyLock;

use super::record::Measured;
use crate::protocols::bittorrent::BY_CLASS;

/// A column of `summary.csv`.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name, with its unit at the end where it has one.
    pub name: &'static str,
    /// Its unit; empty for pure numbers.
    pub unit: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Whether every result of its family has it, or only those that ask for it by `columns`.
    pub shared: bool,
    /// What it is about.
    pub family: Family,
    value: Value,
}

/// What columns are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// A protocol's run: lookups and what they cost.
    Run,
    /// A graph.
    Graph,
    /// The tail of a distribution.
    Fit,
}

/// All columns with a number, in the order in which they are written.
pub static COLUMNS: LazyLock<Vec<Column>> =
    LazyLock::new(|| [table::RUN, papers::PAPERS, live::LIVE, graph::GRAPH].concat());

/// What a column needs that a scenario has to ask for: the columns, the key without which they are empty, and an example.
pub fn needs(name: &str) -> Option<(&'static str, &'static str)> {
    const RECOVERY: &[&str] = &["correct_before", "correct_worst", "correct_after", "recovery_s", "repair_s"];
    match name {
        _ if RECOVERY.contains(&name) => {
            Some(("a time series", "say how often to look, such as series.every = \"10 s\""))
        }
        _ if name.starts_with("crawl_") => {
            Some(("a crawl", "say how fast, such as crawl.speed = \"1000 /s\""))
        }
        _ => None,
    }
}

/// Whether a column is about the kinds of messages, which are counted only where that is asked for.
pub fn is_of_kinds(name: &str) -> bool {
    ["query_share", "hit_share", "ping_pong_share", "pong_share"].contains(&name)
}

/// Where a column's value comes from.
#[derive(Clone, Copy)]
enum Value {
    Computed(fn(&Measured<'_>) -> Option<f64>),
    /// The protocol itself says it under the column's name ([`Protocol::measures`](crate::sim::Protocol::measures)).
    Measured,
    /// It stands under the column's name among the measures of a graph.
    OfGraph,
}

impl Column {
    /// Its value for one run; `None` where it has none, which is written as an empty field.
    pub fn value(&self, run: &Measured<'_>) -> Option<f64> {
        match self.value {
            Value::Computed(compute) => compute(run),
            Value::Measured => own(run, self.name),
            Value::OfGraph => run.graph.as_ref()?.get(self.name).copied(),
        }
    }
}

/// The columns that say which run a row is about; their values are text.
pub const KEYS: &[(&str, &str)] = &[
    ("scenario", "the scenario's name"),
    ("protocol", "the protocol's name"),
    ("peers", "peers in the run, servers not counted"),
    (
        "(swept keys)",
        "one column for each other key that is swept, empty where it does not concern the protocol",
    ),
    ("replicate", "the number of the replicate, from 0"),
    ("seed", "the run's seed"),
];

const fn shared(
    name: &'static str,
    unit: &'static str,
    doc: &'static str,
    value: fn(&Measured<'_>) -> Option<f64>,
) -> Column {
    Column { name, unit, doc, shared: true, family: Family::Run, value: Value::Computed(value) }
}

const fn extra(
    name: &'static str,
    unit: &'static str,
    doc: &'static str,
    value: fn(&Measured<'_>) -> Option<f64>,
) -> Column {
    Column { name, unit, doc, shared: false, family: Family::Run, value: Value::Computed(value) }
}

/// A column whose value the protocol itself says.
const fn measured(name: &'static str, unit: &'static str, doc: &'static str) -> Column {
    Column { name, unit, doc, shared: false, family: Family::Run, value: Value::Measured }
}

/// The column of `class` in that family of those that every class has.
const fn of_class(family: usize, class: usize) -> Column {
    let (unit, columns) = BY_CLASS[family];
    let (name, doc) = columns[class];
    measured(name, unit, doc)
}

/// What the protocol itself says under this name.
fn own(m: &Measured<'_>, name: &str) -> Option<f64> {
    m.outcome.measures.iter().find(|(own, _)| *own == name).map(|&(_, value)| value)
}

/// The column called `name`.
pub fn find(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Column").field(&self.name).finish()
    }
}
