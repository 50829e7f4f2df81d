//! The subject `graph`: the overlay by itself.

use std::path::{Path, PathBuf};

use super::super::diagnostic::Diagnostic;
use super::super::plan::{Job, Plan, blame};
use super::super::record::Record;
use super::super::run::{Options, Stop};
use super::Asked;
use super::measures::{Report, Stopped, Subject, measure};
use crate::graph::{EdgeList, Graph};
use crate::sim::random::mix;
use crate::world::{LoneOverlay, Remark, find_overlay};

/// The files that the job reads.
///
/// # Errors
/// A file that is missing or malformed, no number of peers, or one that cannot be.
pub(super) fn preflight(plan: &Plan, job: &Job, folder: Option<&Path>) -> Result<Vec<PathBuf>, Diagnostic> {
    let overlay = &job.scenario.overlay;
    let blame = |error| blame(&plan.sweep, &job.point, &error);
    let file = find_overlay(overlay, job.scenario.peers, folder).map_err(blame)?;
    if file.is_some() {
        LoneOverlay::build(overlay, None, job.seed, folder).map_err(blame)?;
    }
    Ok(file.into_iter().collect())
}

/// Generates or reads the overlay, and measures what is asked for.
pub(super) fn run(plan: &Plan, job: &Job, options: &Options, note: impl Fn(Remark)) -> Result<Record, Stop> {
    let scenario = &job.scenario;
    let overlay = LoneOverlay::build(&scenario.overlay, scenario.peers, job.seed, options.folder.as_deref())
        .map_err(|error| Stop::Failed(blame(&plan.sweep, &job.point, &error)))?;
    if overlay.applied.links_added > 0 {
        let (count, added) = (overlay.applied.components_before, overlay.applied.links_added);
        let message = format!(
            "the overlay has {count} components, and {added} links that no model made join them; `keep` leaves it as it is"
        );
        note(Remark { key: "overlay.components".to_owned(), message });
    }
    let graph = &overlay.graph;
    let theory = scenario.overlay.graph.theory(graph.nodes());
    let subject = Subject { graph, rows: overlay.rows.as_ref(), theory: theory.as_ref() };
    let go_on = |_: f64| !options.interrupt.requested();
    let report = measure(&subject, &Asked::of(plan), &scenario.graph, &scenario.fit, job.seed, &go_on)
        .map_err(|stopped| stop(plan, job, stopped))?;
    heed(&report, note);
    Ok(Record::of_subject(graph.nodes(), report.values, fingerprint(graph), report.curves))
}

/// Tells what to mind about a fit, in one remark.
pub(super) fn heed(report: &Report, note: impl Fn(Remark)) {
    if !report.remarks.is_empty() {
        note(Remark { key: "fit".to_owned(), message: report.remarks.join("; ") });
    }
}

/// Measures the overlay that a job's protocol has grown: its links, directed.
pub(in crate::experiment) fn measure_grown(
    plan: &Plan,
    job: &Job,
    asked: &Asked,
    links: &EdgeList,
    options: &Options,
) -> Result<Report, Stop> {
    let (graph, _) = links.undirected();
    let subject = Subject { graph: &graph, rows: Some(links), theory: None };
    let go_on = |_: f64| !options.interrupt.requested();
    measure(&subject, asked, &job.scenario.graph, &job.scenario.fit, job.seed, &go_on)
        .map_err(|stopped| stop(plan, job, stopped))
}

/// Why a job has no record.
pub(super) fn stop(plan: &Plan, job: &Job, stopped: Stopped) -> Stop {
    match stopped {
        Stopped::Interrupted => Stop::Interrupted { done: 0, total: 0 },
        Stopped::Refused(what) => Stop::Failed(plan.sweep.diagnose(&job.point, "fit", what)),
    }
}

/// A hash over all edges: another graph, another fingerprint.
fn fingerprint(graph: &Graph) -> u64 {
    let edges = graph.edge_list().map(|(u, v)| u64::from(u) << 32 | u64::from(v));
    edges.fold(mix(u64::from(graph.nodes())), |hash, edge| mix(hash ^ edge))
}
