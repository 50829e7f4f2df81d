//! `peerlab trace`: one lookup, event by event, as text, as JSON lines, or as a page to step through.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::check::Which;
use super::{Failure, print, tell, warn, width};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::folder::write_file;
use crate::experiment::interrupt::Interrupt;
use crate::experiment::plan::{Job, Plan};
use crate::experiment::preflight::preflight;
use crate::experiment::run::Stop;
use crate::experiment::traced::{self, Traced};
use crate::experiment::traced_page;
use crate::protocols::NAMES;
use crate::report::{Colour, Column, Table, count};

/// Columns that the table takes beside its widest numbers and the message.
const OTHERS: usize = 47;

/// Follow one lookup.
#[derive(Debug, Args)]
pub(super) struct Trace {
    /// A scenario (a file, or the name of a shipped one), or a protocol for a small network of it
    #[arg(value_name = "SCENARIO|PROTOCOL")]
    what: String,
    /// Which of the workload's lookups, by number from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    lookup: u32,
    /// The protocol, where a scenario has several; the first one that looks up if not given
    #[arg(long, value_name = "NAME")]
    protocol: Option<String>,
    /// Lay a value over a key of the scenario, such as peers=64: one value where the scenario sweeps
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The scenario's small version
    #[arg(long)]
    quick: bool,
    /// The form; by the ending of the output file if not given (.json, .jsonl, .html), else text
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where it goes; standard output for text and JSON lines, results/trace/NAME-N.html for a page if not given
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table of all events
    Text,
    /// One JSON object a line, for each event
    Json,
    /// One HTML page to step through, which needs no network
    Html,
}

impl Trace {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let (plan, folder) = self.plan()?;
        preflight(&plan, folder.as_deref())?;
        let jobs = traced::candidates(&plan, self.protocol.as_deref())?;
        let job = jobs[0];
        let interrupt = Interrupt::install()?;
        let stop = || interrupt.requested();
        let seen = match traced::follow(&plan, job, folder.as_deref(), self.lookup, &stop) {
            Ok(seen) => seen,
            Err(Stop::Failed(error)) => return Err(error.into()),
            Err(Stop::Interrupted { .. }) => return Err(Failure::Interrupted),
        };
        if jobs.len() > 1 || plan.jobs.iter().any(|other| other.protocol != job.protocol) {
            tell(&format!(
                "this is {}; choose another run with --protocol and --set",
                run(&plan, job, &seen)
            ));
        }
        let (text, told) = match self.format() {
            Format::Text => (text(&seen), "written to"),
            Format::Json => (traced_page::json_lines(&seen), "written to"),
            Format::Html => (traced_page::page(&seen).html(), "the page is"),
        };
        let usual = || {
            let name = seen.scenario.replace('/', "-");
            PathBuf::from(format!("results/trace/{name}-{}-{}.html", seen.protocol, seen.lookup))
        };
        match self.output.clone().or_else(|| (self.format() == Format::Html).then(usual)) {
            Some(path) => {
                write_file(&path, text.as_bytes())?;
                tell(&format!("{told} {}", path.display()));
                Ok(())
            }
            None => print(&text),
        }
    }

    fn plan(&self) -> Result<(Plan, Option<PathBuf>), Diagnostic> {
        if NAMES.contains(&self.what.as_str()) {
            if self.quick {
                tell("warning: a small network has no table `quick`: it stays as it is");
            }
            return Ok((traced::small_plan(&self.what, &self.set)?, None));
        }
        let which = Which { scenario: self.what.clone(), set: self.set.clone(), quick: self.quick };
        let plan = which.plan().map_err(|error| self.or_protocol(error))?;
        warn(&plan.remarks);
        Ok((plan, which.folder()))
    }

    /// What is neither a scenario nor a file may be meant for a protocol.
    fn or_protocol(&self, error: Diagnostic) -> Diagnostic {
        let is_word = self.what.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        match crate::units::nearest(&self.what, NAMES).filter(|_| is_word && !Path::new(&self.what).exists())
        {
            Some(near) => Diagnostic::new(format!(
                "there is no scenario, no file and no protocol called `{}`",
                self.what
            ))
            .with_hint(format!("did you mean the protocol `{near}`? There are: {}", NAMES.join(", "))),
            None => error,
        }
    }

    fn format(&self) -> Format {
        let ending = self.output.as_ref().and_then(|path| path.extension()?.to_str());
        self.format.unwrap_or(match ending {
            Some("html" | "htm") => Format::Html,
            Some("json" | "jsonl" | "ndjson") => Format::Json,
            _ => Format::Text,
        })
    }
}

/// Which run it is.
fn run(plan: &Plan, job: &Job, seen: &Traced) -> String {
    let mut text = format!("{} with {} peers", job.protocol, count(seen.peers.into()));
    for (key, label) in plan.swept.iter().zip(&job.labels).filter(|(_, label)| !label.is_empty()) {
        text += &format!(", {key} = {label}");
    }
    text + &format!(", seed {}", job.seed)
}

fn text(seen: &Traced) -> String {
    let mut text = format!(
        "{} ({}): {} peers, seed {}\nlookup {} of {}: peer {} looks for object {}, at {}\n\n",
        seen.protocol,
        seen.title,
        count(seen.peers.into()),
        seen.seed,
        seen.lookup,
        seen.scenario,
        seen.origin,
        seen.object.rank(),
        seen.issued
    );
    text += &table(seen).render(width(), Colour::Never);
    text + &format!("\n{}\n", seen.outcome().join("\n"))
}

fn table(seen: &Traced) -> Table {
    let mut table = Table::new([
        Column::number("after [ms]"),
        Column::number("from"),
        Column::number("to"),
        Column::number("hops"),
        Column::text("account"),
        Column::text("what"),
        Column::text("message"),
    ]);
    // The message takes what the numbers leave.
    let digits = seen.members.len().to_string().len().saturating_sub(4);
    let room = width() - OTHERS - 2 * digits;
    for step in &seen.steps {
        let message = step.told();
        let told = match message.char_indices().nth(room - 1) {
            Some((end, _)) if message.chars().count() > room => format!("{}…", &message[..end]),
            _ => message,
        };
        table.row([
            format!("{:.1}", step.after.as_secs_f64() * 1000.0),
            step.from.to_string(),
            step.to.to_string(),
            step.hops.to_string(),
            step.account.name().to_string(),
            step.kind.word().to_string(),
            told,
        ]);
    }
    table
}
