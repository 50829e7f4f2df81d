//! From a sweep to jobs: everything is read and checked before anything runs.

use super::axes::{Point, Sweep};
use super::columns;
use super::diagnostic::Diagnostic;
use super::scenario::Scenario;
use crate::protocols::{self, NAMES, Visit};
use crate::sim::Protocol;
use crate::units::nearest;

/// A scenario, checked, with everything there is to run.
#[derive(Debug)]
pub struct Plan {
    /// The sweep.
    pub sweep: Sweep,
    /// The scenario at its first point: what does not vary.
    pub first: Scenario,
    /// The swept keys beside `peers`, as columns of `summary.csv`.
    pub swept: Vec<String>,
    /// What is to be run, in the order of the rows.
    pub jobs: Vec<Job>,
    /// Odd things about the scenario that its author may not have meant.
    pub remarks: Vec<Diagnostic>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Job {
    /// The protocol's name.
    pub protocol: String,
    /// The scenario at this job's point.
    pub scenario: Scenario,
    /// The point.
    pub point: Point,
    /// By swept key (in the order of [`Plan::swept`]): the value's label, empty where it does not concern the protocol.
    pub labels: Vec<String>,
    /// The number of the replicate, from 0.
    pub replicate: u32,
    /// The run's seed.
    pub seed: u64,
}

impl Job {
    /// Names the job among those of its plan.
    pub fn key(&self) -> String {
        let peers = self.scenario.peers.map_or(String::new(), |peers| peers.to_string());
        format!("{}|{peers}|{}|{}", self.protocol, self.labels.join("|"), self.replicate)
    }
}

impl Plan {
    /// Reads every point of the sweep and checks it.
    ///
    /// # Errors
    /// The first fault found, at its place in the scenario.
    pub fn new(sweep: Sweep) -> Result<Plan, Diagnostic> {
        sweep.check_keys("protocol", "protocol", NAMES)?;
        let any = sweep.points_for(None);
        let first: Scenario = sweep.deserialize(&any[0], &["protocol"])?;
        for (number, name) in first.protocols.iter().enumerate() {
            let place = format!("protocols.{number}");
            if !NAMES.contains(&name.as_str()) {
                let error = sweep.diagnose(&any[0], &place, format!("unknown protocol `{name}`"));
                return Err(suggest(error, name, NAMES));
            }
            if first.protocols[..number].contains(name) {
                return Err(sweep.diagnose(&any[0], &place, format!("protocol `{name}` stands twice")));
            }
        }
        let all: Vec<&str> = columns::COLUMNS.iter().map(|column| column.name).collect();
        for (number, name) in first.columns.iter().enumerate() {
            if columns::find(name).is_none() {
                let error = sweep.diagnose(&any[0], &format!("columns.{number}"), format!("unknown column `{name}`"));
                return Err(suggest(error, name, &all));
            }
        }
        let swept = sweep.axes().iter().filter(|axis| axis.path().to_string() != "peers");
        let swept: Vec<String> = swept.map(|axis| axis.path().to_string()).collect();
        let mut plan = Plan { first, swept, jobs: Vec::new(), remarks: Vec::new(), sweep };
        for protocol in plan.first.protocols.clone() {
            for point in plan.sweep.points_for(Some(&protocol)) {
                plan.add(&protocol, point)?;
            }
        }
        let stretch = |figure: &super::scenario::FigureSettings| figure.y == "stretch_mean";
        if !plan.first.underlay.latency.has_geometry() && plan.first.figures.iter().any(stretch) {
            let what = "stretch is asked for, but independent pairs have no geometry: it will be missing";
            plan.remarks.push(plan.sweep.diagnose(&any[0], "underlay.latency", what));
        }
        Ok(plan)
    }

    /// Adds the replicates of one protocol at one point.
    fn add(&mut self, protocol: &str, point: Point) -> Result<(), Diagnostic> {
        let scenario: Scenario = self.sweep.deserialize(&point, &["protocol"])?;
        scenario.check().map_err(|(key, what)| self.sweep.diagnose(&point, &key, what))?;
        scenario.settings().check().map_err(|error| blame(&self.sweep, &point, &error))?;
        let reading = ReadParams { sweep: &self.sweep, point: &point };
        protocols::with(protocol, reading).expect("the registry knows the names that it gave")?;
        let labels = self.sweep.labels(&point);
        let label = |key: &String| {
            let of_key = labels.iter().find(|(axis, _)| axis.path().to_string() == *key);
            of_key.map_or(String::new(), |(_, label)| label.clone())
        };
        let labels: Vec<String> = self.swept.iter().map(label).collect();
        for replicate in 0..scenario.replicates {
            self.jobs.push(Job {
                protocol: protocol.to_string(),
                scenario: scenario.clone(),
                point: point.clone(),
                labels: labels.clone(),
                replicate,
                seed: scenario.seed.wrapping_add(u64::from(replicate)),
            });
        }
        Ok(())
    }

    /// The scenario as resolved: every default written out, swept keys with their lists.
    ///
    /// # Errors
    /// A value that TOML cannot hold, which is a fault of ours.
    pub fn resolved(&self) -> Result<toml::Table, Diagnostic> {
        let ours = |error: toml::ser::Error| Diagnostic::new(format!("the scenario cannot be written: {error}"));
        let mut root = toml::Table::try_from(&self.first).map_err(ours)?;
        let mut tables = toml::Table::new();
        for name in &self.first.protocols {
            let point = &self.sweep.points_for(Some(name))[0];
            let resolving = ResolveParams { sweep: &self.sweep, point };
            let table = protocols::with(name, resolving).expect("the plan has checked the names")?;
            tables.insert(name.clone(), toml::Value::Table(table));
        }
        root.insert("protocol".to_string(), toml::Value::Table(tables));
        for axis in self.sweep.axes() {
            let labels = (0..axis.len()).map(|i| toml::Value::String(axis.label(i)));
            let number = |value: toml::Value| match value {
                toml::Value::String(text) => {
                    text.parse::<i64>().map(toml::Value::Integer).unwrap_or(toml::Value::String(text))
                }
                other => other,
            };
            put(&mut root, &axis.path().0, toml::Value::Array(labels.map(number).collect()));
        }
        Ok(root)
    }
}

/// A table as TOML text.
///
/// # Errors
/// As [`Plan::resolved`].
pub fn toml_text(table: &toml::Table) -> Result<String, Diagnostic> {
    toml::to_string_pretty(table).map_err(|error| Diagnostic::new(format!("the scenario cannot be written: {error}")))
}

/// Sets the value at `path`.
fn put(table: &mut toml::Table, path: &[String], value: toml::Value) {
    match path {
        [] => {}
        [last] => {
            table.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let inner = table.entry(first.clone()).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if !inner.is_table() {
                *inner = toml::Value::Table(toml::Table::new());
            }
            if let toml::Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// What the world says about one of its keys, at that key's place.
pub fn blame(sweep: &Sweep, point: &Point, error: &crate::world::WorldError) -> Diagnostic {
    let mut message = format!("`{}`: {}", error.key, error.message);
    if let Some(expected) = &error.expected {
        message += &format!(", expected {expected}");
    }
    let diagnostic = sweep.diagnose(point, &error.key, message);
    match &error.nearest {
        Some(nearest) => diagnostic.with_hint(format!("the nearest valid value is {nearest}")),
        None => diagnostic,
    }
}

fn suggest(error: Diagnostic, word: &str, valid: &[&str]) -> Diagnostic {
    match nearest(word, valid) {
        Some(near) => error.with_hint(format!("did you mean `{near}`? There are: {}", valid.join(", "))),
        None => error.with_hint(format!("there are: {}", valid.join(", "))),
    }
}

/// Reads a protocol's parameters, to see whether they can be read.
struct ReadParams<'a> {
    sweep: &'a Sweep,
    point: &'a Point,
}

impl Visit for ReadParams<'_> {
    type Output = Result<(), Diagnostic>;

    fn visit<P: Protocol>(self) -> Self::Output {
        let path = format!("protocol.{}", P::NAME);
        self.sweep.deserialize_at::<P::Params>(&path, self.point).map(|_| ())
    }
}

/// Reads a protocol's parameters and writes them out with their defaults.
struct ResolveParams<'a> {
    sweep: &'a Sweep,
    point: &'a Point,
}

impl Visit for ResolveParams<'_> {
    type Output = Result<toml::Table, Diagnostic>;

    fn visit<P: Protocol>(self) -> Self::Output {
        let path = format!("protocol.{}", P::NAME);
        let params = self.sweep.deserialize_at::<P::Params>(&path, self.point)?;
        toml::Table::try_from(&params)
            .map_err(|error| Diagnostic::new(format!("the parameters cannot be written: {error}")))
    }
}
