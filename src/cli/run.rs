//! `peerlab run`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::check::Which;
use super::{Failure, print, tell, warn, width};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::folder::{ResultFolder, digest};
use crate::experiment::interrupt::Interrupt;
use crate::experiment::journal::Journal;
use crate::experiment::plan::{Plan, toml_text};
use crate::experiment::preflight::preflight;
use crate::experiment::run::{self, Finished, Options, Stop};
use crate::experiment::{json, results, screen};
use crate::sim::QueueKind;

/// Run a scenario.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    which: Which,
    /// Threads to use; all by default. Results do not depend on it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=4096))]
    threads: Option<u16>,
    /// The folder for the results; `results/NAME` by default
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The event queue: for comparing them. Results do not depend on it
    #[arg(long, value_enum, default_value = "wheel", hide = true)]
    queue: Queue,
    /// Print one JSON document instead of tables: every column of every group of runs
    #[arg(long)]
    json: bool,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Queue {
    Wheel,
    Heap,
}

impl Run {
    /// What is run without any arguments.
    pub(super) fn main_job() -> Run {
        let which = Which { scenario: "compare".to_string(), set: Vec::new(), quick: false };
        Run { which, threads: None, out: None, queue: Queue::Wheel, json: false, quiet: false }
    }

    pub(super) fn execute(&self) -> Result<(), Failure> {
        let started = Instant::now();
        let plan = self.which.plan()?;
        warn(&plan.remarks);
        let files = preflight(&plan, self.which.folder().as_deref())?;
        // A small version does not take the place of the whole result.
        let small = if self.which.quick { "-quick" } else { "" };
        let usual = || Path::new("results").join(format!("{}{small}", plan.first.name));
        let out = self.out.clone().unwrap_or_else(usual);
        let folder = ResultFolder::create(&out)?;
        let journal = self.journal(&plan, &files, &folder)?;
        if journal.resumed() > 0 && !self.quiet {
            tell(&format!("resuming: {} of {} runs are done", journal.resumed(), plan.jobs.len()));
        }
        let options = Options {
            threads: self.threads.map(usize::from),
            queue: match self.queue {
                Queue::Wheel => QueueKind::Wheel,
                Queue::Heap => QueueKind::Heap,
            },
            quiet: self.quiet,
            interrupt: Interrupt::install()?,
            folder: self.which.folder(),
        };
        let Finished { records, remarks } = match run::run(&plan, Some(&journal), &options) {
            Ok(finished) => finished,
            Err(Stop::Failed(error)) => {
                journal.forget_if_empty();
                return Err(error.into());
            }
            Err(Stop::Interrupted { done, total }) => {
                journal.forget_if_empty();
                tell(&match done {
                    0 => format!("interrupted: none of {total} runs was done"),
                    _ => format!(
                        "interrupted: {done} of {total} runs are kept; the same command goes on from there"
                    ),
                });
                return Err(Failure::Interrupted);
            }
        };
        warn(&remarks);
        results::write(&plan, &records, folder, started.elapsed())?;
        print(&match self.json {
            true => json::document(&json::run(&plan, &records)),
            false => screen::report(&plan, &records, width()),
        })?;
        if !self.quiet {
            let seconds = started.elapsed().as_secs_f64();
            tell(&format!("{} runs in {seconds:.1} s; results in {}", records.len(), out.display()));
        }
        Ok(())
    }

    /// The journal of this scenario, this version and these input files.
    fn journal(
        &self,
        plan: &Plan,
        files: &BTreeSet<PathBuf>,
        folder: &ResultFolder,
    ) -> Result<Journal, Diagnostic> {
        let scenario = toml_text(&plan.resolved()?)?;
        let read = |path: &PathBuf| fs::read(path).map_err(|error| Diagnostic::io("read", path, &error));
        let inputs = files.iter().map(|path| Ok(digest(&[&read(path)?]))).collect::<Result<Vec<_>, _>>()?;
        let version = env!("CARGO_PKG_VERSION");
        let key = digest(&[scenario.as_bytes(), version.as_bytes(), inputs.concat().as_bytes()]);
        Journal::open(&folder.partial(), &key)
    }
}
