//! The files of a result: CSV, figures, manifest, and a log of what varies from run to run.

use std::time::Duration;

use super::columns::{COLUMNS, Column, Family};
use super::diagnostic::Diagnostic;
use super::figures;
use super::folder::ResultFolder;
use super::groups::Groups;
use super::journal::FILES;
use super::plan::{Plan, toml_text};
use super::published;
use super::record::Record;
use super::series::SERIES;
use super::subjects::Subject;
use crate::protocols::NAMES;
use crate::stats::{fit_scaling, paired, six, six_or_missing};

/// The columns in which architectures are compared pair by pair.
const COMPARED: &[&str] = &[
    "found",
    "hops_mean",
    "messages_mean",
    "bytes_mean",
    "latency_ms_mean",
    "publish_messages_per_replica",
    "join_messages_mean",
    "maintenance_messages_per_peer_s",
    "entries_mean",
    "entries_max",
    "load_max_share",
];

/// With more variants than this there are no differences of all pairs: nobody reads a hundred thousand rows.
const MOST_COMPARED: usize = 20;

/// The columns whose growth with the number of peers is fitted, with what they stand for.
pub const SCALED: &[(&str, &str)] =
    &[("messages_mean", "messages"), ("hops_mean", "hops"), ("entries_max", "state")];

/// Writes everything into the folder and makes it final.
///
/// # Errors
/// Anything that cannot be written or drawn; the folder's former content stays.
pub fn write(
    plan: &Plan,
    records: &[Record],
    mut folder: ResultFolder,
    elapsed: Duration,
) -> Result<(), Diagnostic> {
    let groups = Groups::new(plan, records);
    folder.write("summary.csv", &summary(plan, records)?)?;
    if (2..=MOST_COMPARED).contains(&groups.variants.len()) {
        folder.write("differences.csv", &differences(plan, &groups)?)?;
    }
    if let Some(scaling) = scaling(plan, &groups)? {
        folder.write("scaling.csv", &scaling)?;
    }
    if plan.first.lookups_csv {
        folder.write("lookups.csv", &lookups(plan, records)?)?;
    }
    if plan.first.series.every.is_some() {
        folder.write("series.csv", &series(plan, records)?)?;
    }
    if records.iter().any(|record| !record.snapshots.is_empty()) {
        folder.write("snapshots.csv", &snapshots(plan, records)?)?;
        copy_files(records, &mut folder)?;
    }
    if !plan.published.is_empty() {
        folder.write("published.csv", &published::csv(plan, &groups)?)?;
    }
    for figure in &plan.figures {
        let drawn = figures::draw(&groups, figure)?;
        folder.write(&format!("{}.svg", figure.name), drawn.svg.as_bytes())?;
        folder.write(&format!("{}.png", figure.name), &drawn.png)?;
    }
    folder.write_log(&log(plan, records, elapsed))?;
    folder.commit(&manifest(plan)?)
}

/// What `manifest.toml` says before the list of files.
fn manifest(plan: &Plan) -> Result<String, Diagnostic> {
    let papers: Vec<String> = NAMES
        .iter()
        .filter(|name| plan.first.protocols.iter().any(|wanted| wanted == *name))
        .map(|name| format!("# {name}: {}\n", paper(name)))
        .collect();
    let mut table = toml::Table::new();
    table.insert("peerlab".to_string(), toml::Value::String(env!("CARGO_PKG_VERSION").to_string()));
    table.insert("scenario".to_string(), toml::Value::Table(plan.resolved()?));
    Ok(format!(
        "# What made the files of this folder. Running the scenario again gives the same bytes.\n{}\n{}",
        papers.concat(),
        toml_text(&table)?
    ))
}

/// The paper of a protocol.
pub fn paper(name: &str) -> &'static str {
    struct Paper;
    impl crate::protocols::Visit for Paper {
        type Output = &'static str;
        fn visit<P: crate::sim::Protocol>(self) -> &'static str {
            P::PAPER
        }
    }
    crate::protocols::with(name, Paper).unwrap_or("")
}

/// A CSV file in memory.
pub(super) struct Csv {
    writer: csv::Writer<Vec<u8>>,
}

impl Csv {
    pub(super) fn new(header: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Csv, Diagnostic> {
        let mut csv = Csv { writer: csv::WriterBuilder::new().from_writer(Vec::new()) };
        csv.row(header)?;
        Ok(csv)
    }

    pub(super) fn row(
        &mut self,
        fields: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<(), Diagnostic> {
        self.writer.write_record(fields).map_err(|error| Diagnostic::new(format!("a CSV row: {error}")))
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, Diagnostic> {
        self.writer.into_inner().map_err(|error| Diagnostic::new(format!("a CSV file: {error}")))
    }
}

/// The columns that `summary.csv` has: those that all results about these protocols and subjects share, and those asked for.
pub(super) fn columns(plan: &Plan) -> Vec<&'static Column> {
    let family = |name: &String| Subject::find(name).map_or(Family::Run, Subject::family);
    let families: Vec<Family> = plan.first.protocols.iter().map(family).collect();
    let asked = |column: &Column| plan.first.columns.iter().any(|wanted| wanted == column.name);
    let wanted = |column: &&Column| column.shared && families.contains(&column.family) || asked(column);
    COLUMNS.iter().filter(wanted).collect()
}

/// How many peers a run had; a sample has none.
fn peers(record: &Record) -> String {
    if record.peers == 0 { String::new() } else { record.peers.to_string() }
}

fn summary(plan: &Plan, records: &[Record]) -> Result<Vec<u8>, Diagnostic> {
    let columns = columns(plan);
    let mut header: Vec<String> = ["scenario", "protocol", "peers"].map(String::from).to_vec();
    header.extend(plan.swept.iter().cloned());
    header.extend(["replicate", "seed"].map(String::from));
    header.extend(columns.iter().map(|column| column.name.to_string()));
    header.push("fingerprint".to_string());
    let mut csv = Csv::new(&header)?;
    for (job, record) in plan.jobs.iter().zip(records) {
        let mut row = vec![job.scenario.name.clone(), job.protocol.clone(), peers(record)];
        row.extend(job.labels.iter().cloned());
        row.extend([job.replicate.to_string(), job.seed.to_string()]);
        row.extend(columns.iter().map(|column| six_or_missing(record.values.get(column.name).copied())));
        row.push(format!("{:016x}", record.fingerprint));
        csv.row(&row)?;
    }
    csv.finish()
}

/// Paired differences between all variants at every setting: replicates of one seed share everything but the
/// architecture.
fn differences(plan: &Plan, groups: &Groups<'_>) -> Result<Vec<u8>, Diagnostic> {
    let shared: Vec<&String> = plan.swept.iter().filter(|key| !key.starts_with("protocol.")).collect();
    let mut header: Vec<&str> = vec!["scenario", "peers"];
    header.extend(shared.iter().map(|key| key.as_str()));
    header.extend(["left", "right", "column", "pairs", "difference_mean", "ci95_low", "ci95_high"]);
    let mut csv = Csv::new(&header)?;
    for setting in groups.settings() {
        for left in 0..groups.variants.len() {
            for right in left + 1..groups.variants.len() {
                let (Some(a), Some(b)) = (groups.get(left, setting), groups.get(right, setting)) else {
                    continue;
                };
                for column in COMPARED {
                    let pairs = a.records.iter().zip(&b.records);
                    let both =
                        pairs.filter_map(|(x, y)| Some((*x.values.get(*column)?, *y.values.get(*column)?)));
                    let (x, y): (Vec<f64>, Vec<f64>) = both.unzip();
                    let Some(difference) = paired(&x, &y) else { continue };
                    let half = difference.ci95;
                    let mut row = vec![plan.first.name.clone(), setting.peers.to_string()];
                    row.extend(setting.shared.iter().map(|(_, value)| value.clone()));
                    row.extend([
                        groups.variants[left].name(),
                        groups.variants[right].name(),
                        column.to_string(),
                    ]);
                    row.extend([difference.n.to_string(), six(difference.mean)]);
                    row.push(six_or_missing(half.map(|half| difference.mean - half)));
                    row.push(six_or_missing(half.map(|half| difference.mean + half)));
                    csv.row(&row)?;
                }
            }
        }
    }
    csv.finish()
}

/// How messages, hops and state grow with the number of peers; `None` if the sweep has too few sizes to say.
fn scaling(plan: &Plan, groups: &Groups<'_>) -> Result<Option<Vec<u8>>, Diagnostic> {
    let shared: Vec<&String> = plan.swept.iter().filter(|key| !key.starts_with("protocol.")).collect();
    let mut header: Vec<&str> = vec!["scenario"];
    header.extend(shared.iter().map(|key| key.as_str()));
    header.extend([
        "variant",
        "column",
        "law",
        "parameter",
        "parameter_ci95",
        "weight_constant",
        "weight_log",
        "weight_power",
    ]);
    let mut csv = Csv::new(&header)?;
    let mut any = false;
    for series in groups.series() {
        for (number, variant) in groups.variants.iter().enumerate() {
            for (column, _) in SCALED {
                let Some(law) = fit_scaling(&points(groups, number, &series, column)) else { continue };
                any = true;
                let parameter = law.parameter();
                let mut row = vec![plan.first.name.clone()];
                row.extend(series.iter().map(|(_, value)| value.clone()));
                row.extend([
                    variant.name(),
                    column.to_string(),
                    law.name().to_string(),
                    six(parameter.estimate),
                ]);
                row.push(six_or_missing(Some(parameter.half).filter(|half| half.is_finite())));
                row.extend([law.weights.constant, law.weights.log, law.weights.power].map(six));
                csv.row(&row)?;
            }
        }
    }
    if any { csv.finish().map(Some) } else { Ok(None) }
}

/// (peers, value) of every run of a variant in a series.
pub fn points(
    groups: &Groups<'_>,
    variant: usize,
    series: &[(String, String)],
    column: &str,
) -> Vec<(f64, f64)> {
    let of_variant =
        groups.groups.iter().filter(|group| group.variant == variant && group.setting.shared == series);
    of_variant
        .flat_map(|group| {
            group.values(column).into_iter().map(|value| (f64::from(group.setting.peers), value))
        })
        .collect()
}

fn lookups(plan: &Plan, records: &[Record]) -> Result<Vec<u8>, Diagnostic> {
    let mut header: Vec<&str> = vec!["scenario", "protocol", "peers"];
    header.extend(plan.swept.iter().map(String::as_str));
    header.extend([
        "replicate",
        "seed",
        "lookup",
        "origin",
        "object",
        "issued_s",
        "found",
        "correct",
        "hops",
    ]);
    header.extend(["latency_ms", "messages", "bytes", "providers", "visited"]);
    let mut csv = Csv::new(&header)?;
    for (job, record) in plan.jobs.iter().zip(records) {
        let mut start = vec![job.scenario.name.clone(), job.protocol.clone(), record.peers.to_string()];
        start.extend(job.labels.iter().cloned());
        start.extend([job.replicate.to_string(), job.seed.to_string()]);
        for row in &record.rows {
            let mut fields = start.clone();
            fields.extend([row.lookup, row.origin, row.object].map(|number| number.to_string()));
            fields.push(six(row.issued_ns as f64 * 1e-9));
            fields.push(u8::from(row.latency_ns.is_some()).to_string());
            fields.push(row.correct.map_or(String::new(), |correct| u8::from(correct).to_string()));
            fields.push(row.hops.map_or(String::new(), |hops| hops.to_string()));
            fields.push(six_or_missing(row.latency_ns.map(|ns| ns as f64 * 1e-6)));
            fields.extend([row.messages, row.bytes].map(|number| number.to_string()));
            fields.extend([row.providers, row.visited].map(|number| number.to_string()));
            csv.row(&fields)?;
        }
    }
    csv.finish()
}

/// `series.csv`: one row a run and instant.
fn series(plan: &Plan, records: &[Record]) -> Result<Vec<u8>, Diagnostic> {
    let mut header: Vec<&str> = vec!["scenario", "protocol", "peers"];
    header.extend(plan.swept.iter().map(String::as_str));
    header.extend(["replicate", "seed", "time_s"]);
    header.extend(SERIES.iter().map(|column| column.name));
    let mut csv = Csv::new(&header)?;
    for (job, record) in plan.jobs.iter().zip(records) {
        let mut start = vec![job.scenario.name.clone(), job.protocol.clone(), record.peers.to_string()];
        start.extend(job.labels.iter().cloned());
        start.extend([job.replicate.to_string(), job.seed.to_string()]);
        for moment in &record.series {
            let mut row = start.clone();
            row.push(six(moment.at_ns as f64 * 1e-9));
            row.extend(SERIES.iter().map(|column| six_or_missing((column.value)(moment))));
            csv.row(&row)?;
        }
    }
    csv.finish()
}

/// `snapshots.csv`: one row a run and snapshot.
fn snapshots(plan: &Plan, records: &[Record]) -> Result<Vec<u8>, Diagnostic> {
    let mut header: Vec<&str> = vec!["scenario", "protocol", "peers"];
    header.extend(plan.swept.iter().map(String::as_str));
    header.extend(["replicate", "seed", "time_s", "file", "nodes", "links", "edges", "components"]);
    header.extend(["largest_component", "degree_mean", "degree_sd", "degree_max", "kappa"]);
    header.extend(["alpha", "sigma", "x_min", "ks", "n_tail"]);
    let mut csv = Csv::new(&header)?;
    for (job, record) in plan.jobs.iter().zip(records) {
        let mut start = vec![job.scenario.name.clone(), job.protocol.clone(), record.peers.to_string()];
        start.extend(job.labels.iter().cloned());
        start.extend([job.replicate.to_string(), job.seed.to_string()]);
        for snapshot in &record.snapshots {
            let degrees = &snapshot.degrees;
            let file = snapshot.file.as_ref().map_or(String::new(), |(name, _)| name.clone());
            let mut row = start.clone();
            row.extend([six(snapshot.at_ns as f64 * 1e-9), file, degrees.nodes.to_string()]);
            row.extend([snapshot.links, snapshot.edges].map(|number| number.to_string()));
            row.push(snapshot.components.to_string());
            let nodes = f64::from(degrees.nodes);
            row.push(six_or_missing((nodes > 0.0).then(|| f64::from(snapshot.largest) / nodes)));
            row.extend([six(degrees.mean), six(degrees.sd), degrees.max.to_string()]);
            row.push(six_or_missing(degrees.kappa));
            let tail = degrees.tail.as_ref();
            row.extend(
                [tail.map(|t| t.alpha), tail.map(|t| t.sigma), tail.map(|t| t.x_min)].map(six_or_missing),
            );
            row.extend([tail.map(|t| t.ks), tail.map(|t| t.n_tail as f64)].map(six_or_missing));
            csv.row(&row)?;
        }
    }
    csv.finish()
}

/// Takes over the files that finished runs have left beside the journal.
fn copy_files(records: &[Record], folder: &mut ResultFolder) -> Result<(), Diagnostic> {
    let kept = folder.partial().join(FILES);
    let files = records.iter().flat_map(|record| &record.snapshots).filter_map(|s| s.file.as_ref());
    for (name, _) in files {
        let path = kept.join(name);
        let bytes = std::fs::read(&path).map_err(|error| Diagnostic::io("read", &path, &error))?;
        folder.write(name, &bytes)?;
    }
    Ok(())
}

/// What varies from run to run, and so is not committed with the results.
fn log(plan: &Plan, records: &[Record], elapsed: Duration) -> String {
    let events: u64 = records.iter().map(|record| record.events).sum();
    let seconds = elapsed.as_secs_f64();
    format!(
        "runs {}\nevents {events}\nseconds {seconds:.2}\nevents_per_second {:.0}\nhost {} {}\n",
        plan.jobs.len(),
        events as f64 / seconds.max(1e-9),
        std::env::consts::OS,
        std::env::consts::ARCH,
    )
}
