//! From a sweep to jobs: everything is read and checked before anything runs.

use std::collections::BTreeMap;

use super::axes::{Point, Sweep};
use super::columns;
use super::diagnostic::Diagnostic;
use super::scenario::{Expected, FigureKind, FigureSettings, Published, Scenario};
use super::series;
use super::subjects::{self, Subject};
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
    /// The figures to draw, without conditions on keys that are not swept: these hold for all runs or are moot.
    pub figures: Vec<FigureSettings>,
    /// The published figures that runs of this plan can be compared with, likewise.
    pub published: Vec<Published>,
    /// The swept keys beside `peers`, as columns of `summary.csv`.
    pub swept: Vec<String>,
    /// What is to be run, in the order of the rows.
    pub jobs: Vec<Job>,
    /// Odd things about the scenario that its author may not have meant.
    pub remarks: Vec<Diagnostic>,
}

/// The most runs that a plan may have; more is a slip.
const MOST_RUNS: usize = 1_000_000;

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
        first.check().map_err(|(key, what)| sweep.diagnose(&any[0], &key, what))?;
        let known = subjects::names();
        for (number, name) in first.protocols.iter().enumerate() {
            let place = format!("protocols.{number}");
            if !known.contains(&name.as_str()) {
                let error = sweep.diagnose(&any[0], &place, format!("unknown protocol `{name}`"));
                return Err(suggest(error, name, &known));
            }
            if first.protocols[..number].contains(name) {
                return Err(sweep.diagnose(&any[0], &place, format!("protocol `{name}` stands twice")));
            }
        }
        let all: Vec<&str> = columns::COLUMNS.iter().map(|column| column.name).collect();
        for (number, name) in first.columns.iter().enumerate() {
            if columns::find(name).is_none() {
                let error =
                    sweep.diagnose(&any[0], &format!("columns.{number}"), format!("unknown column `{name}`"));
                return Err(suggest(error, name, &all));
            }
        }
        let swept = sweep.axes().iter().filter(|axis| axis.path().to_string() != "peers");
        let swept: Vec<String> = swept.map(|axis| axis.path().to_string()).collect();
        let (figures, published) = (first.figures.clone(), first.published.clone());
        let mut plan =
            Plan { first, figures, published, swept, jobs: Vec::new(), remarks: Vec::new(), sweep };
        plan.check_asked()?;
        for protocol in plan.first.protocols.clone() {
            for point in plan.sweep.points_for(Some(&protocol)) {
                plan.add(&protocol, point)?;
            }
        }
        let figures = || plan.first.figures.iter().map(|figure| &figure.y);
        let stretch = figures().any(|y| y == "stretch_mean")
            || plan.first.asked().any(|column| column.starts_with("link_stretch"));
        if !plan.first.underlay.latency.has_geometry() && stretch {
            let what = "stretch is asked for, but independent pairs have no geometry: it will be missing";
            plan.remarks.push(plan.sweep.diagnose(&any[0], "underlay.latency", what));
        }
        plan.forget_unswept()?;
        Ok(plan)
    }

    /// Checks the names of figures and the columns that figures and comparisons ask for.
    fn check_asked(&self) -> Result<(), Diagnostic> {
        let point = &self.sweep.points_for(None)[0];
        let all: Vec<&str> = columns::COLUMNS.iter().map(|column| column.name).collect();
        let column = |key: String, name: &str| match columns::find(name) {
            Some(_) => Ok(()),
            None => {
                let error = self.sweep.diagnose(point, &key, format!("unknown column `{name}`"));
                Err(suggest(error, name, &all))
            }
        };
        for (number, figure) in self.first.figures.iter().enumerate() {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
            let key = format!("figures.{number}.name");
            if figure.name.is_empty() || !figure.name.chars().all(plain) {
                let error = self.sweep.diagnose(point, &key, format!("`{}` cannot name a file", figure.name));
                return Err(error.with_hint("letters, digits, `-` and `_` can"));
            }
            if self.first.figures[..number].iter().any(|other| other.name == figure.name) {
                let message = format!("two figures are called `{}`", figure.name);
                return Err(self.sweep.diagnose(point, &key, message));
            }
            if matches!(figure.kind, FigureKind::Against | FigureKind::Relative)
                && figure.x != "peers"
                && !self.swept.contains(&figure.x)
            {
                let swept: Vec<&str> =
                    std::iter::once("peers").chain(self.swept.iter().map(String::as_str)).collect();
                let message = format!("`{}` is not swept, so nothing can be drawn against it", figure.x);
                let error = self.sweep.diagnose(point, &format!("figures.{number}.x"), message);
                return Err(suggest(error, &figure.x, &swept));
            }
            if figure.kind == FigureKind::OverTime {
                self.check_over_time(number, figure)?;
            }
            self.check_shown(number, figure)?;
            if matches!(figure.kind, FigureKind::Against | FigureKind::Bars) {
                column(format!("figures.{number}.y"), &figure.y)?;
            }
            for (place, name) in figure.columns.iter().enumerate() {
                column(format!("figures.{number}.columns.{place}"), name)?;
            }
            if figure.kind == FigureKind::Relative && figure.columns.is_empty() {
                let message = format!("figure `{}` compares columns, but names none", figure.name);
                let error = self.sweep.diagnose(point, &format!("figures.{number}.kind"), message);
                return Err(error.with_hint("say which, such as columns = [\"clustering\", \"path_mean\"]"));
            }
        }
        for (number, name) in self.first.columns.iter().enumerate() {
            let Some((what, hint)) = columns::needs(name).filter(|_| !self.first.gives(name)) else {
                continue;
            };
            let message = format!("`{name}` needs {what}, but there is none");
            let error = self.sweep.diagnose(point, &format!("columns.{number}"), message);
            return Err(error.with_hint(hint));
        }
        for (number, published) in self.first.published.iter().enumerate() {
            column(format!("published.{number}.column"), &published.column)?;
            if let Expected::Column(other) = &published.value {
                column(format!("published.{number}.value"), other)?;
                if !published.over.is_empty() {
                    let message = format!("a ratio is compared with a number, not with column `{other}`");
                    return Err(self.sweep.diagnose(point, &format!("published.{number}.value"), message));
                }
            }
            if published.at_least && published.at_most {
                let message = "a figure is a lower bound or an upper bound, not both; expected one of them";
                return Err(self.sweep.diagnose(point, &format!("published.{number}.at_most"), message));
            }
            let protocol = published.protocol.as_deref();
            let known = subjects::names();
            if let Some(stranger) = protocol.filter(|name| !known.contains(name)) {
                let key = format!("published.{number}.protocol");
                let error = self.sweep.diagnose(point, &key, format!("unknown protocol `{stranger}`"));
                return Err(suggest(error, stranger, &known));
            }
        }
        Ok(())
    }

    /// Checks that what a figure of an overlay shows is there.
    fn check_shown(&self, number: usize, figure: &FigureSettings) -> Result<(), Diagnostic> {
        let (what, hint) = match figure.kind {
            FigureKind::Overlay if self.first.snapshot.is_default() => {
                ("snapshots", "say when to take one, such as snapshot.at = \"1 h\"")
            }
            FigureKind::Crawl if self.first.crawl.is_none() => {
                ("a crawl", "say how fast it goes, such as crawl.speed = \"1000 /s\"")
            }
            _ => return Ok(()),
        };
        let point = &self.sweep.points_for(None)[0];
        let message = format!("figure `{}` shows {what}, but there is none", figure.name);
        Err(self.sweep.diagnose(point, &format!("figures.{number}.kind"), message).with_hint(hint))
    }

    /// Checks a figure of a time series.
    fn check_over_time(&self, number: usize, figure: &FigureSettings) -> Result<(), Diagnostic> {
        let point = &self.sweep.points_for(None)[0];
        if series::find(&figure.y).is_none() {
            let all: Vec<&str> = series::SERIES.iter().map(|column| column.name).collect();
            let key = format!("figures.{number}.y");
            let message = format!("unknown column `{}` of the time series", figure.y);
            return Err(suggest(self.sweep.diagnose(point, &key, message), &figure.y, &all));
        }
        if self.first.series.every.is_none() {
            let message = format!("figure `{}` shows a time series, but there is none", figure.name);
            let error = self.sweep.diagnose(point, &format!("figures.{number}.kind"), message);
            return Err(error.with_hint("say how often to look, such as series.every = \"10 s\""));
        }
        Ok(())
    }

    /// Settles the conditions on keys that are not swept, and so have one value in all runs: figures show what there is,
    /// published figures about other values are left out.
    fn forget_unswept(&mut self) -> Result<(), Diagnostic> {
        let resolved = toml::Value::Table(self.resolved()?);
        let point = &self.sweep.points_for(None)[0];
        let swept = |key: &String| key == "peers" || self.swept.contains(key);
        let check = |place: String, only: &BTreeMap<String, String>| match only.keys().find(|key| {
            !swept(key) && !known(key, &self.first.protocols) && value_at(&resolved, key).is_none()
        }) {
            None => Ok(()),
            Some(key) => Err(self.sweep.diagnose(point, &place, format!("there is no key `{key}`"))),
        };
        for (number, figure) in self.figures.iter_mut().enumerate() {
            check(format!("figures.{number}.only"), &figure.only)?;
            figure.only.retain(|key, _| swept(key));
        }
        for (number, published) in self.published.iter().enumerate() {
            check(format!("published.{number}.only"), &published.only)?;
            check(format!("published.{number}.over"), &published.over)?;
        }
        let holds = |(key, wanted): (&String, &String)| {
            swept(key)
                || self.sweep.label_at(key).is_some_and(|label| label == *wanted)
                || value_at(&resolved, key).is_some_and(|value| match value {
                    toml::Value::String(text) => text == wanted,
                    other => other.to_string() == *wanted,
                })
        };
        // Where a key does not vary there is nothing to divide by.
        let ratio = |published: &Published| published.over.keys().all(swept);
        self.published.retain(|published| published.only.iter().all(holds) && ratio(published));
        for published in &mut self.published {
            published.only.retain(|key, _| swept(key));
        }
        Ok(())
    }

    /// Adds the replicates of one protocol at one point.
    fn add(&mut self, protocol: &str, point: Point) -> Result<(), Diagnostic> {
        let mut scenario: Scenario = self.sweep.deserialize(&point, &["protocol"])?;
        scenario.check().map_err(|(key, what)| self.sweep.diagnose(&point, &key, what))?;
        scenario.settings().check().map_err(|error| blame(&self.sweep, &point, &error))?;
        match Subject::find(protocol) {
            Some(subject) if !subject.has_size(&scenario) => {
                // Once is enough for all sizes.
                let sizes = self.sweep.axes().first().filter(|axis| axis.path().to_string() == "peers");
                if sizes.is_some() && point.choice(0) != Some(0) {
                    return Ok(());
                }
                scenario.peers = None;
            }
            Some(_) => {}
            None => {
                let reading = ReadParams { sweep: &self.sweep, point: &point };
                protocols::with(protocol, reading).expect("the registry knows the names that it gave")?;
            }
        }
        let labels = self.sweep.labels(&point);
        let label = |key: &String| {
            let of_key = labels.iter().find(|(axis, _)| axis.path().to_string() == *key);
            of_key.map_or(String::new(), |(_, label)| label.clone())
        };
        let labels: Vec<String> = self.swept.iter().map(label).collect();
        if self.jobs.len() + scenario.replicates as usize > MOST_RUNS {
            let message = "the sweep and its replicates come to more than a million runs";
            return Err(self.sweep.diagnose(&point, "replicates", message));
        }
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
        let ours =
            |error: toml::ser::Error| Diagnostic::new(format!("the scenario cannot be written: {error}"));
        let mut root = toml::Table::try_from(&self.first).map_err(ours)?;
        let mut tables = toml::Table::new();
        for name in self.first.protocols.iter().filter(|name| Subject::find(name).is_none()) {
            let point = &self.sweep.points_for(Some(name))[0];
            let resolving = ResolveParams { sweep: &self.sweep, point };
            let table = protocols::with(name, resolving).expect("the plan has checked the names")?;
            tables.insert(name.clone(), toml::Value::Table(table));
        }
        root.insert("protocol".to_string(), toml::Value::Table(tables));
        for axis in self.sweep.axes() {
            put(&mut root, &axis.path().0, toml::Value::Array(axis.values().collect()));
        }
        Ok(root)
    }
}

/// A table as TOML text.
///
/// # Errors
/// As [`Plan::resolved`].
pub fn toml_text(table: &toml::Table) -> Result<String, Diagnostic> {
    toml::to_string_pretty(table)
        .map_err(|error| Diagnostic::new(format!("the scenario cannot be written: {error}")))
}

/// Sets the value at `path`, through tables and elements of lists; makes the tables that are missing.
fn put(table: &mut toml::Table, path: &[String], value: toml::Value) {
    let Some((first, rest)) = path.split_first() else { return };
    let inner = table.entry(first.clone()).or_insert_with(|| toml::Value::Table(toml::Table::new()));
    put_into(inner, rest, value);
}

fn put_into(place: &mut toml::Value, path: &[String], value: toml::Value) {
    let Some((first, rest)) = path.split_first() else {
        *place = value;
        return;
    };
    let element = first.parse::<usize>().ok();
    match place {
        toml::Value::Array(list) => {
            if let Some(inner) = element.and_then(|index| list.get_mut(index)) {
                put_into(inner, rest, value);
            }
        }
        toml::Value::Table(table) => put(table, path, value),
        // A word for a variant whose settings are swept.
        other => {
            let mut table = toml::Table::new();
            put(&mut table, path, value);
            *other = toml::Value::Table(table);
        }
    }
}

/// Whether `key` lies in the table of a protocol that is not among `wanted`.
fn known(key: &str, wanted: &[String]) -> bool {
    let protocol = key.strip_prefix("protocol.").and_then(|rest| rest.split('.').next());
    protocol.is_some_and(|name| NAMES.contains(&name) && !wanted.iter().any(|other| other == name))
}

fn value_at<'v>(value: &'v toml::Value, key: &str) -> Option<&'v toml::Value> {
    key.split('.').try_fold(value, |value, part| match value {
        toml::Value::Array(list) => list.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    })
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
