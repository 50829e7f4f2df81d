//! Running the jobs of a plan side by side.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::diagnostic::Diagnostic;
use super::interrupt::Interrupt;
use super::journal::Journal;
use super::live::{self, Below, Crawler, Lookers, Snapshots};
use super::plan::{Job, Plan, blame};
use super::preflight::blame_params;
use super::progress::Progress;
use super::record::{FloodOracle, Measured, Record, Skew};
use super::series::Sampler;
use super::subjects::{self, Asked, Subject};
use crate::graph::{ComponentPolicy, Search, components};
use crate::protocols::{self, Visit};
use crate::sim::{Engine, Outcome, Protocol, QueueKind, Span, Time, World};
use crate::stats::top_share;
use crate::world::{Remark, Terrain};

/// How jobs are run. Nothing here can change a result.
#[derive(Debug)]
pub struct Options {
    /// Threads; all that the machine has if not given.
    pub threads: Option<usize>,
    /// The event queue.
    pub queue: QueueKind,
    /// No progress on stderr.
    pub quiet: bool,
    /// Stops the run between two simulated seconds.
    pub interrupt: Interrupt,
    /// The scenario's folder, where files that it names are looked for.
    pub folder: Option<PathBuf>,
}

/// What came of the jobs.
#[derive(Debug)]
pub struct Finished {
    /// In the order of the jobs.
    pub records: Vec<Record>,
    /// Odd things about the worlds, which the scenario's author may not have meant; each kind once.
    pub remarks: Vec<Diagnostic>,
}

/// Why there are no results.
#[derive(Debug)]
pub enum Stop {
    /// Ctrl-C; so many of so many jobs are done, and kept for resuming.
    Interrupted {
        /// Jobs done.
        done: usize,
        /// All jobs.
        total: usize,
    },
    /// Something is wrong.
    Failed(Diagnostic),
}

/// Runs all jobs. Those that the journal already has are not run again.
///
/// # Errors
/// Ctrl-C, or the first fault found.
pub fn run(plan: &Plan, journal: Option<&Journal>, options: &Options) -> Result<Finished, Stop> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0)).build();
    let pool =
        pool.map_err(|error| Stop::Failed(Diagnostic::new(format!("no threads could be started: {error}"))))?;
    // Large networks first, so that no thread is left alone with one at the end.
    let mut order: Vec<usize> = (0..plan.jobs.len()).collect();
    order.sort_by_key(|&job| std::cmp::Reverse(plan.jobs[job].scenario.peers));
    let kept: Vec<Option<Record>> =
        plan.jobs.iter().map(|job| journal.and_then(|journal| kept(journal, job))).collect();
    let files = journal.map(Journal::files);
    let names = live::point_names(plan);
    let done = kept.iter().flatten().count();
    let progress = Progress::start(plan.jobs.len() as u64, done as u64, options.quiet);
    let failed = AtomicBool::new(false);
    let remarks = Mutex::new(Vec::new());
    let one = |&number: &usize| -> Result<(usize, Record), Stop> {
        if failed.load(Ordering::Relaxed) {
            return Err(Stop::Interrupted { done: 0, total: 0 });
        }
        if let Some(record) = &kept[number] {
            return Ok((number, record.clone()));
        }
        let job = &plan.jobs[number];
        let keep = Keep { files: files.as_deref(), point: &names[number] };
        let record = run_job(plan, job, options, keep, |remark| note(&remarks, number, remark))
            .inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
        if let Some(journal) = journal {
            journal.append(&job.key(), &record).map_err(Stop::Failed)?;
        }
        progress.tick();
        Ok((number, record))
    };
    let results: Vec<Result<(usize, Record), Stop>> =
        pool.install(|| order.par_iter().with_max_len(1).map(one).collect());
    progress.finish();
    let total = results.len();
    let finished = results.iter().filter(|result| result.is_ok()).count();
    let mut records = Vec::with_capacity(total);
    let mut interrupted = false;
    // Of several faults, the one that comes first in the order of the jobs is told.
    let mut fault: Option<(usize, Diagnostic)> = None;
    for (&number, result) in order.iter().zip(results) {
        match result {
            Ok(record) => records.push(record),
            Err(Stop::Interrupted { .. }) => interrupted = true,
            Err(Stop::Failed(error)) => {
                if fault.as_ref().is_none_or(|&(first, _)| number < first) {
                    fault = Some((number, error));
                }
            }
        }
    }
    if let Some((_, error)) = fault {
        return Err(Stop::Failed(error));
    }
    if interrupted {
        return Err(Stop::Interrupted { done: finished, total });
    }
    records.sort_by_key(|&(number, _)| number);
    let remarks = remarks.into_inner().unwrap_or_else(PoisonError::into_inner);
    let records = records.into_iter().map(|(_, record)| record).collect();
    Ok(Finished { records, remarks: summed_up(plan, remarks) })
}

/// What the journal has of a job, if all files that belong to it are there.
fn kept(journal: &Journal, job: &Job) -> Option<Record> {
    let record: Record = journal.get(&job.key())?;
    let files = journal.files();
    record.snapshots.iter().all(|snapshot| snapshot.is_in(&files)).then_some(record)
}

/// Where the files of a run are kept, and what their names say of its point.
#[derive(Clone, Copy)]
struct Keep<'a> {
    files: Option<&'a Path>,
    point: &'a str,
}

/// What a world's builder remarked, with the number of the job.
type Remarks = Vec<(usize, Remark)>;

fn note(remarks: &Mutex<Remarks>, job: usize, remark: Remark) {
    remarks.lock().unwrap_or_else(PoisonError::into_inner).push((job, remark));
}

/// One remark a key, that of the first job, and how many runs have one like it.
fn summed_up(plan: &Plan, mut remarks: Remarks) -> Vec<Diagnostic> {
    remarks.sort_by_key(|&(job, _)| job);
    let mut keys: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for (job, remark) in &remarks {
        if keys.contains(&remark.key) {
            continue;
        }
        keys.push(remark.key.clone());
        let alike = remarks.iter().filter(|(_, other)| other.key == remark.key).count();
        let message = match alike {
            1 => remark.message.clone(),
            _ => format!("{} (in the first of {alike} such runs)", remark.message),
        };
        let job = &plan.jobs[*job];
        all.push(plan.sweep.diagnose(&job.point, &remark.key, format!("`{}`: {message}", remark.key)));
    }
    all
}

fn run_job(
    plan: &Plan,
    job: &Job,
    options: &Options,
    keep: Keep<'_>,
    note: impl Fn(Remark),
) -> Result<Record, Stop> {
    if let Some(subject) = Subject::find(&job.protocol) {
        return subject.run(plan, job, options, note);
    }
    let visitor = RunJob { plan, job, options, keep, note };
    protocols::with(&job.protocol, visitor).expect("the plan has checked the names")
}

struct RunJob<'a, N> {
    plan: &'a Plan,
    job: &'a Job,
    options: &'a Options,
    keep: Keep<'a>,
    note: N,
}

impl<N: Fn(Remark)> Visit for RunJob<'_, N> {
    type Output = Result<Record, Stop>;

    fn visit<P: Protocol>(self) -> Self::Output {
        let RunJob { plan, job, options, keep, note } = self;
        let interrupted = || Stop::Interrupted { done: 0, total: 0 };
        if options.interrupt.requested() {
            return Err(interrupted());
        }
        let path = format!("protocol.{}", P::NAME);
        let params: P::Params = plan.sweep.deserialize_at(&path, &job.point).map_err(Stop::Failed)?;
        let wants_flood = plan
            .first
            .columns
            .iter()
            .any(|column| column.starts_with("flood_") || column.starts_with("reach_share_"));
        let terrain = build(job, options.folder.as_deref(), P::OVERLAY)
            .map_err(|error| Stop::Failed(blame(&plan.sweep, &job.point, &error)))?;
        // Joining components, or keeping the largest, is what the scenario asked for.
        let kept_apart = job.scenario.overlay.components == ComponentPolicy::Keep;
        let meant = |remark: &Remark| remark.key == "overlay.components" && !kept_apart;
        terrain.remarks().into_iter().filter(|remark| !meant(remark)).for_each(&note);
        let terrain = Arc::new(terrain);
        let director = terrain.director(P::servers(&params));
        let world: Arc<dyn World> = Arc::clone(&terrain) as Arc<dyn World>;
        let mut engine = Engine::<P>::new(world, director, &params, options.queue)
            .map_err(|what| Stop::Failed(blame_params(&plan.sweep, job, &what)))?;
        if plan.first.asked().any(|column| super::columns::is_of_kinds(column)) {
            engine.count_kinds();
        }
        let end = engine.end();
        let mut looked = Instant::now();
        let mut sampler = plan.first.series.every.map(Sampler::new);
        let mut lookers = Lookers {
            snapshots: Snapshots::of(&plan.first.snapshot, job.replicate, end),
            crawler: job.scenario.crawl.as_ref().map(|settings| Crawler::new(settings, job.seed)),
        };
        job.scenario.too_late(end).into_iter().for_each(&note);
        lookers.look(&engine);
        while engine.now() < end {
            let due = sampler.as_ref().map_or(Time::NEVER, Sampler::next).min(lookers.next());
            engine.run_until((engine.now() + Span::secs(1)).min(due).min(end));
            if let Some(sampler) = &mut sampler {
                sampler.look(&engine, terrain.peers());
            }
            lookers.look(&engine);
            if looked.elapsed() > Duration::from_millis(50) {
                looked = Instant::now();
                if options.interrupt.requested() {
                    return Err(interrupted());
                }
            }
        }
        let asked = Asked::of(plan);
        let grown = asked.graph().then(|| live::overlay(&engine));
        let asks = |column: &String| column.starts_with("link_") || column == "pair_latency_ms_mean";
        let below = plan.first.asked().any(asks).then(|| Below::of(&engine, job.seed));
        let outcome = engine.finish();
        let flood = (wants_flood && P::OVERLAY).then(|| flood_oracle(&terrain, &params, &outcome)).flatten();
        let mut measured = Measured::new(&outcome, flood);
        measured.objects = terrain.popularity().ranks();
        measured.series =
            sampler.map(|sampler| sampler.finish(&outcome.lookups, &job.scenario.faults, &plan.first.series));
        let of_law = |column: &String| column.starts_with("session_") || column == "little_ratio";
        if plan.first.columns.iter().any(of_law) {
            measured.sessions = terrain.session_sample(SESSIONS);
        }
        if plan.first.columns.iter().any(|column| column == "share_nothing" || column == "answers_top1") {
            measured.skew = Some(skew(&terrain, &outcome));
        }
        measured.below = below;
        measured.crawl = lookers.crawler.and_then(Crawler::finish);
        if let Some(rows) = grown {
            let report = subjects::measure_grown(plan, job, &asked, &rows, options)?;
            measured.graph = Some(report.values);
            measured.curves = Some(Box::new(report.curves));
        }
        let mut record = measured.record(plan.first.lookups_csv);
        if let Some(snapshots) = lookers.snapshots {
            let run = (P::NAME, keep.point, job.replicate);
            let stop = || options.interrupt.requested();
            let kept = snapshots.keep(keep.files, run, &stop);
            if stop() {
                return Err(interrupted());
            }
            record.snapshots = kept.map_err(Stop::Failed)?;
        }
        if !job.scenario.underlay.latency.has_geometry() {
            // Without geometry, a round trip below says nothing about a detour above.
            for column in ["stretch_mean", "link_stretch", "link_stretch_error"] {
                record.values.remove(column);
            }
        }
        Ok(record)
    }
}

/// Who shares, and who would answer the lookups that were made.
fn skew(terrain: &Terrain, outcome: &Outcome) -> Skew {
    let peers = terrain.peers();
    let mut answers = vec![0; peers as usize];
    for lookup in &outcome.lookups {
        let others = terrain.holders(lookup.object).iter().filter(|&&holder| holder != lookup.origin);
        others.for_each(|&holder| answers[holder as usize] += 1);
    }
    let idle = (0..peers).filter(|&number| terrain.shares(number).is_empty()).count();
    Skew { share_nothing: idle as f64 / f64::from(peers), answers_top: top_share(&mut answers, peers, 0.01) }
}

/// How many sessions are drawn where their law is asked for.
const SESSIONS: u32 = 1_000_000;

/// The world of a job.
///
/// # Errors
/// What is wrong with it, with the key to blame.
pub fn build(job: &Job, folder: Option<&Path>, overlay: bool) -> Result<Terrain, crate::world::WorldError> {
    Terrain::build(&job.scenario.settings(), job.scenario.peers, job.seed, folder, overlay)
}

/// What breadth-first search says about floods from the same origins, with the protocol's `ttl`.
fn flood_oracle(terrain: &Terrain, params: &impl serde::Serialize, outcome: &Outcome) -> Option<FloodOracle> {
    let graph = terrain.graph()?;
    let params = serde_json::to_value(params).ok()?;
    let ttl = match params.get("ttl")? {
        serde_json::Value::Number(ttl) => ttl.as_u64()? as u32,
        _ => u32::MAX, // "edge"
    };
    let components = components(graph);
    let largest = components.largest()?;
    let size = f64::from(components.sizes[largest as usize]);
    let mut search = Search::new();
    let (mut messages, mut reached) = (0u64, 0u64);
    let mut least: Option<f64> = None;
    let (mut inside, mut visited) = (0u64, 0u64);
    for lookup in &outcome.lookups {
        let flood = search.flood(graph, lookup.origin, ttl);
        messages += flood.messages;
        reached += u64::from(flood.reached);
        if components.label[lookup.origin as usize] == largest {
            (inside, visited) = (inside + 1, visited + u64::from(lookup.visited));
            let share = f64::from(lookup.visited) / size;
            least = Some(least.map_or(share, |least: f64| least.min(share)));
        }
    }
    let n = outcome.lookups.len() as f64;
    (n > 0.0).then(|| FloodOracle {
        messages_mean: messages as f64 / n,
        reach_mean: reached as f64 / n,
        reach_share_mean: (inside > 0).then(|| visited as f64 / inside as f64 / size),
        reach_share_min: least,
    })
}
