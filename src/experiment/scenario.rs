//! The scenario as one typed value: what a document says at one point of its sweep.

use serde::{Deserialize, Serialize};

use super::diagnostic::Diagnostic;
use super::live::{CrawlSettings, SnapshotSettings};
use super::schema::Schema;
use super::series::SeriesSettings;
use super::subjects::{FitSettings, GraphSettings, SampleSettings};
use crate::sim::Time;
use crate::units::Span;
use crate::world::{
    ChurnSettings, ContentSettings, FaultSettings, OverlaySettings, PopulationSettings, Remark, Settings,
    UnderlaySettings, WorkloadSettings,
};

/// A scenario at one point of its sweep, without the `[protocol.*]` tables, whose types the registry knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name: that of the folder of its results.
    pub name: String,
    /// What it shows, in a line.
    #[serde(default)]
    pub title: String,
    /// What it assumes, in a few sentences; printed with the results.
    #[serde(default)]
    pub assumes: String,
    /// How many peers; may be left out where a measured overlay says so.
    #[serde(default)]
    pub peers: Option<u32>,
    /// The seed of the first replicate; the others count on from it.
    #[serde(default = "one")]
    pub seed: u64,
    /// Runs that differ in the seed alone.
    #[serde(default = "one_run")]
    pub replicates: u32,
    /// Which protocols.
    pub protocols: Vec<String>,
    /// Columns of `summary.csv` beside those that every result shares.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Whether `lookups.csv`, one row per lookup, is written.
    #[serde(default)]
    pub lookups_csv: bool,
    /// Who takes part.
    #[serde(default)]
    pub population: PopulationSettings,
    /// The graph that unstructured overlays start from.
    #[serde(default)]
    pub overlay: OverlaySettings,
    /// Latency and loss.
    #[serde(default)]
    pub underlay: UnderlaySettings,
    /// Objects and who holds them.
    #[serde(default)]
    pub content: ContentSettings,
    /// Lookups.
    #[serde(default)]
    pub workload: WorkloadSettings,
    /// Sessions.
    #[serde(default)]
    pub churn: ChurnSettings,
    /// What strikes many peers at once.
    #[serde(default)]
    pub faults: Vec<FaultSettings>,
    /// What is recorded over time.
    #[serde(default, skip_serializing_if = "SeriesSettings::is_default")]
    pub series: SeriesSettings,
    /// How graphs are measured.
    #[serde(default, skip_serializing_if = "GraphSettings::is_default")]
    pub graph: GraphSettings,
    /// How power laws are fitted.
    #[serde(default, skip_serializing_if = "FitSettings::is_default")]
    pub fit: FitSettings,
    /// The numbers that the subject `sample` is about.
    #[serde(default, skip_serializing_if = "SampleSettings::is_default")]
    pub sample: SampleSettings,
    /// When the overlay is written into the results as a graph.
    #[serde(default, skip_serializing_if = "SnapshotSettings::is_default")]
    pub snapshot: SnapshotSettings,
    /// A crawler that asks its way through the overlay; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crawl: Option<CrawlSettings>,
    /// Figures to draw.
    #[serde(default)]
    pub figures: Vec<FigureSettings>,
    /// Published figures to set beside ours.
    #[serde(default)]
    pub published: Vec<Published>,
}

fn one() -> u64 {
    1
}

fn one_run() -> u32 {
    1
}

/// A figure to draw from the results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureSettings {
    /// The file's name without its ending.
    pub name: String,
    /// What kind of figure.
    pub kind: FigureKind,
    /// The finding, as a title.
    pub title: String,
    /// For `against` and `relative`: the column on the x axis, a swept key.
    #[serde(default = "peers_key")]
    pub x: String,
    /// For `against`: what the x axis is called; the key if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub x_label: String,
    /// For `against`: the column on the y axis; for `over-time`: a column of `series.csv`.
    #[serde(default)]
    pub y: String,
    /// For `against` and `over-time`: what the y axis is called; the column's name if empty.
    #[serde(default)]
    pub y_label: String,
    /// For `relative`: the columns, each of which is drawn over its value at the least x.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// For `against` and `relative`: whether the x axis is logarithmic, without what lies at zero; by default it is unless
    /// something does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x_log: Option<bool>,
    /// For `crossover`: how long a peer stays online. One hour if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<crate::units::Span>,
    /// For `against` and `over-time`: whether the y axis is logarithmic.
    #[serde(default = "yes")]
    pub log: bool,
    /// Only runs whose swept key has this value (as `summary.csv` writes it): `{"content.replicas" = "10"}`.
    #[serde(default)]
    pub only: std::collections::BTreeMap<String, String>,
}

fn peers_key() -> String {
    "peers".to_string()
}

fn yes() -> bool {
    true
}

/// The kinds of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureKind {
    /// One column against a swept key, a line per protocol, error bars over replicates.
    Against,
    /// The share of lookups found within a time, at the largest size.
    Deadline,
    /// How the load is spread over participants, at the largest size.
    Load,
    /// One column of the time series against time, a line per protocol, means over replicates, at the largest size.
    OverTime,
    /// One column, a bar for each protocol, side by side for each value of what all share, at the largest size.
    Bars,
    /// The degree law of the overlay at each snapshot, at the largest size, pooled over replicates.
    Overlay,
    /// The degree law that a crawler saw, and the true one, at the largest size, pooled over replicates.
    Crawl,
    /// Total cost per lookup against how many lookups there are per arrival of a peer, at the largest size.
    Crossover,
    /// Several columns against a swept key, each over its own value at the least x.
    Relative,
    /// The share of peers with at least so many neighbours, or of numbers at least so large, a line per graph or sample at
    /// its largest size, with the law that it should follow.
    Degrees,
    /// The share of pairs of peers within so many hops, likewise.
    Hops,
    /// The largest component against the share of peers removed, likewise.
    Removal,
}

/// A published figure and where it belongs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The column that it is to be compared with.
    pub column: String,
    /// The runs it is about: swept keys and their values as `summary.csv` writes them.
    #[serde(default)]
    pub only: std::collections::BTreeMap<String, String>,
    /// If given, the figure is a ratio: to the same column, with the same seed, of the runs where these swept keys have
    /// these values.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub over: std::collections::BTreeMap<String, String>,
    /// The protocol, where the scenario has several.
    #[serde(default)]
    pub protocol: Option<String>,
    /// The published value, or another column that must be equalled.
    pub value: Expected,
    /// How far ours may be from it.
    #[serde(default)]
    pub tolerance: f64,
    /// Whether the value is a lower bound only.
    #[serde(default)]
    pub at_least: bool,
    /// Whether it is an upper bound only.
    #[serde(default, skip_serializing_if = "is_false")]
    pub at_most: bool,
    /// Where the figure comes from.
    pub source: String,
    /// How far it can be relied on; if not said, ours has to agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Trust>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// How far a published figure can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trust {
    /// Read in the paper itself.
    #[serde(rename = "P")]
    Printed,
    /// Computed anew from the paper's own description.
    #[serde(rename = "X")]
    Recomputed,
    /// It follows from theory.
    #[serde(rename = "theory")]
    Theory,
    /// From a secondary source: shown, without a verdict.
    #[serde(rename = "S")]
    Secondary,
    /// From memory: shown, without a verdict.
    #[serde(rename = "M")]
    Recalled,
}

impl Trust {
    /// Whether ours has to agree with such a figure.
    pub fn gates(self) -> bool {
        match self {
            Trust::Printed | Trust::Recomputed | Trust::Theory => true,
            Trust::Secondary | Trust::Recalled => false,
        }
    }

    /// As scenarios write it.
    pub fn word(self) -> &'static str {
        match self {
            Trust::Printed => "P",
            Trust::Recomputed => "X",
            Trust::Theory => "theory",
            Trust::Secondary => "S",
            Trust::Recalled => "M",
        }
    }
}

/// What a column is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    /// A number.
    Number(f64),
    /// Another column.
    Column(String),
}

impl Scenario {
    /// The tables that describe the world.
    pub fn settings(&self) -> Settings {
        Settings {
            population: self.population.clone(),
            overlay: self.overlay.clone(),
            underlay: self.underlay.clone(),
            content: self.content.clone(),
            workload: self.workload.clone(),
            churn: self.churn.clone(),
            faults: self.faults.clone(),
        }
    }

    /// Checks what the types cannot: the key to blame and what is wrong.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), (String, String)> {
        let wrong = |key: &str, what: String| Err((key.to_string(), what));
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let folder = |part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(plain);
        if !self.name.split('/').all(folder) {
            let expected = "expected letters, digits, `-`, `_` and `.`, in parts with `/` between them";
            return wrong("name", format!("`{}` cannot name a folder of results: {expected}", self.name));
        }
        if i64::try_from(self.seed).is_err() {
            return wrong("seed", format!("got {}, expected at most {}", self.seed, i64::MAX));
        }
        if self.peers == Some(0) {
            return wrong("peers", "got 0, expected at least 1 peer".to_string());
        }
        if self.replicates == 0 {
            return wrong("replicates", "got 0, expected at least 1 run per point".to_string());
        }
        self.series.check()?;
        self.fit.check()?;
        self.sample.check()?;
        if self.graph.sources == Some(0) {
            return wrong("graph.sources", "got 0, expected at least 1 peer to search from".to_string());
        }
        self.snapshot.check()?;
        self.crawl.as_ref().map_or(Ok(()), CrawlSettings::check)?;
        if self.protocols.is_empty() {
            return wrong(
                "protocols",
                format!("there is none, expected at least one of {}", super::subjects::names().join(", ")),
            );
        }
        Ok(())
    }
}

impl Scenario {
    /// The columns that somebody wants to see: in the table, in a figure, beside a published figure.
    pub fn asked(&self) -> impl Iterator<Item = &String> {
        let figures = self.figures.iter().map(|figure| &figure.y);
        self.columns.iter().chain(figures).chain(self.published.iter().map(|published| &published.column))
    }

    /// Whether what a column needs (see [`needs`](super::columns::needs)) is asked for.
    pub fn gives(&self, column: &str) -> bool {
        if column.starts_with("crawl_") { self.crawl.is_some() } else { self.series.every.is_some() }
    }

    /// What is asked for after the end of the run, and so will not be there.
    pub fn too_late(&self, end: Time) -> Vec<Remark> {
        let late = |at: Span| Time::ZERO + at > end;
        let remark = |key: &str, at: Span| Remark {
            key: key.to_owned(),
            message: format!("\"{at}\" is after the end of the run at {end}: there is nothing to look at"),
        };
        let snapshots = self.snapshot.at.0.iter().filter(|&&at| late(at)).take(1);
        let crawl = self.crawl.iter().filter(|crawl| late(crawl.at));
        snapshots
            .map(|&at| remark("snapshot.at", at))
            .chain(crawl.map(|crawl| remark("crawl.at", crawl.at)))
            .collect()
    }
}

/// Which keys are lists, which are variants, and which cannot be swept.
pub fn schema() -> Schema {
    Schema::default()
        .lists([
            "protocols",
            "columns",
            "population.classes",
            "faults",
            "faults.*.crash.peers",
            "faults.*.crash.peers.*",
            "snapshot.at",
            "figures",
            "figures.*.columns",
            "published",
            "protocol.*.ids",
            "protocol.*.keys",
            "protocol.can.keys.*",
            "protocol.can.zones",
            "protocol.can.zones.*.low",
            "protocol.can.zones.*.high",
        ])
        .variants([
            "overlay.graph",
            "underlay.latency",
            "churn.sessions",
            "churn.pauses",
            "faults.*.crash",
            "protocol.gnutella.search",
            "protocol.gnutella06.search",
            "protocol.bittorrent.seeding",
        ])
        .unsweepable("seed", "use `replicates`: runs that differ in the seed alone")
        .unsweepable("replicates", "give the number of runs per point")
        .unsweepable("name", "a scenario has one name")
        .unsweepable("title", "a scenario has one title")
        .unsweepable("assumes", "a scenario makes its assumptions once")
        .unsweepable("lookups_csv", "the file is written or not")
        .unsweepable("series.**", "all runs are looked at alike")
        .unsweepable("snapshot.**", "snapshots are taken of all runs alike")
        .unsweepable("figures.**", "a figure shows all points")
        .unsweepable("published.**", "a published figure is one number")
}

/// An error about a key that has no place in any document: for scenarios made by programs.
pub fn diagnose(key: &str, what: &str) -> Diagnostic {
    Diagnostic::new(format!("`{key}`: {what}"))
}
