//! What a scenario can name under `protocols` without being a protocol: a *subject* that is measured and does not run.
//!
//! `graph` is the overlay by itself: it is generated or read as for a protocol, and measured. `sample` is a list of
//! numbers from a file, of which the tail is fitted. Neither has peers that send anything, so the columns about lookups
//! are left out where there are only subjects; sweeps, replicates, resuming, comparisons and figures are those of
//! protocols.
//!
//! | here | what |
//! | --- | --- |
//! | [`Subject`] | the two, by name |
//! | [`Asked`] | what columns, figures and comparisons of a plan ask for: no more is computed |
//! | [`measure`](measures::measure) | the family of columns about a graph, also for the overlay that a protocol has grown |

mod asked;
mod graph;
pub mod measures;
pub mod numbers;
mod sample;
mod settings;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use asked::Asked;
pub(super) use graph::measure_grown;
pub use settings::{FitEstimator, FitSettings, GraphSettings, SampleSettings};

use super::columns::Family;
use super::diagnostic::Diagnostic;
use super::plan::{Job, Plan};
use super::record::Record;
use super::run::{Options, Stop};
use super::scenario::Scenario;
use crate::protocols::NAMES;
use crate::world::{GraphModel, Remark};

/// Something that is measured without running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The overlay by itself.
    Graph,
    /// A list of numbers.
    Sample,
}

impl Subject {
    /// All of them, in the order in which they are listed.
    pub const ALL: &[Subject] = &[Subject::Graph, Subject::Sample];

    /// The subject called `name`.
    pub fn find(name: &str) -> Option<Subject> {
        Subject::ALL.iter().copied().find(|subject| subject.name() == name)
    }

    /// As scenarios write it.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Graph => "graph",
            Subject::Sample => "sample",
        }
    }

    /// What it is, in a line.
    pub fn title(self) -> &'static str {
        match self {
            Subject::Graph => "no protocol: the overlay by itself (overlay.graph), measured as a graph",
            Subject::Sample => "no protocol: a list of numbers (sample.path), fitted by a power law",
        }
    }

    /// The columns that every result about it has.
    pub(super) fn family(self) -> Family {
        match self {
            Subject::Graph => Family::Graph,
            Subject::Sample => Family::Fit,
        }
    }

    /// Whether `scenario` says by `peers` how many peers there are; a file decides by itself.
    pub(super) fn has_size(self, scenario: &Scenario) -> bool {
        self == Subject::Graph && !matches!(scenario.overlay.graph, GraphModel::File { .. })
    }

    /// Looks at what the job needs, and gives the files that it reads.
    ///
    /// # Errors
    /// A file that is missing or malformed, a number of peers that cannot be; at its place in the scenario.
    pub(super) fn preflight(
        self,
        plan: &Plan,
        job: &Job,
        folder: Option<&Path>,
    ) -> Result<Vec<PathBuf>, Diagnostic> {
        match self {
            Subject::Graph => graph::preflight(plan, job, folder),
            Subject::Sample => sample::preflight(plan, job, folder),
        }
    }

    /// Measures it.
    pub(super) fn run(
        self,
        plan: &Plan,
        job: &Job,
        options: &Options,
        note: impl Fn(Remark),
    ) -> Result<Record, Stop> {
        if options.interrupt.requested() {
            return Err(Stop::Interrupted { done: 0, total: 0 });
        }
        match self {
            Subject::Graph => graph::run(plan, job, options, note),
            Subject::Sample => sample::run(plan, job, options, note),
        }
    }
}

/// What may stand under `protocols`: the registry's names, then the subjects'.
pub fn names() -> Vec<&'static str> {
    NAMES.iter().copied().chain(Subject::ALL.iter().map(|subject| subject.name())).collect()
}
