//! What is looked at before the first run: files, sizes and parameters at every point of a sweep.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::axes::Sweep;
use super::diagnostic::Diagnostic;
use super::plan::{Job, Plan, blame};
use super::subjects::Subject;
use crate::protocols::{self, Visit};
use crate::sim::{ObjectId, Protocol, Setup, Span, World};

/// Checks every point of the plan as far as that goes without running it; gives the measured files that its runs read.
///
/// # Errors
/// The first fault found, at its place in the scenario: a file that is missing or malformed, a number that does not go
/// with the number of peers, a protocol's parameter out of its range.
pub fn preflight(plan: &Plan, folder: Option<&Path>) -> Result<BTreeSet<PathBuf>, Diagnostic> {
    let mut files = BTreeSet::new();
    // Points that differ in the workload alone need the same world, and files may be large.
    let mut known: BTreeMap<String, Option<u32>> = BTreeMap::new();
    // So do subjects that differ in how they are measured alone.
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for job in plan.jobs.iter().filter(|job| job.replicate == 0) {
        if let Some(subject) = Subject::find(&job.protocol) {
            let parts = (&job.protocol, job.scenario.peers, &job.scenario.overlay, &job.scenario.sample);
            let key = serde_json::to_string(&parts).unwrap_or_default();
            if seen.insert(key) {
                files.extend(subject.preflight(plan, job, folder)?);
            }
            continue;
        }
        let settings = job.scenario.settings();
        let parts = (&settings.population, &settings.overlay, &settings.underlay);
        let parts = (job.scenario.peers, parts, &settings.content, &settings.churn, &settings.faults);
        let key = serde_json::to_string(&parts).unwrap_or_default();
        let peers = match known.get(&key) {
            Some(&peers) => peers,
            None => {
                let preview = settings.preview(job.scenario.peers, folder);
                let preview = preview.map_err(|error| blame(&plan.sweep, &job.point, &error))?;
                files.extend(preview.files);
                known.insert(key, preview.peers);
                preview.peers
            }
        };
        if let Some(peers) = peers {
            let checking = CheckParams { sweep: &plan.sweep, job, peers };
            protocols::with(&job.protocol, checking).expect("the plan has checked the names")?;
        }
    }
    Ok(files)
}

/// What a protocol says about its parameters, at the one that its words begin with.
pub(super) fn blame_params(sweep: &Sweep, job: &Job, what: &str) -> Diagnostic {
    let table = format!("protocol.{}", job.protocol);
    let word: String = what.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let key = format!("{table}.{word}");
    let place = if !word.is_empty() && sweep.contains(&key) { &key } else { &table };
    sweep.diagnose(&job.point, place, format!("{}: {what}", job.protocol))
}

/// Has a protocol check its parameters.
struct CheckParams<'a> {
    sweep: &'a Sweep,
    job: &'a Job,
    peers: u32,
}

impl Visit for CheckParams<'_> {
    type Output = Result<(), Diagnostic>;

    fn visit<P: Protocol>(self) -> Self::Output {
        let CheckParams { sweep, job, peers } = self;
        if job.scenario.workload.words > 0 && !P::WORDS {
            return Err(sweep.diagnose(&job.point, "workload.words", no_words(P::NAME)));
        }
        let params: P::Params = sweep.deserialize_at(&format!("protocol.{}", P::NAME), &job.point)?;
        let world = Bare { peers, seed: job.seed };
        let participants = peers.saturating_add(P::servers(&params));
        let setup = Setup { world: &world, online: &[], participants };
        P::shared(&setup, &params).map(drop).map_err(|what| blame_params(sweep, job, &what))
    }
}

/// Why a protocol does not go with questions by words.
fn no_words(name: &str) -> String {
    struct Words;
    impl Visit for Words {
        type Output = bool;
        fn visit<P: Protocol>(self) -> bool {
            P::WORDS
        }
    }
    let able = protocols::NAMES.iter().filter(|name| protocols::with(name, Words) == Some(true));
    let able: Vec<String> = able.map(|name| format!("`{name}`")).collect();
    format!(
        "`workload.words`: `{name}` cannot look for objects by words, expected only {} in `protocols`; or words = 0, for \
         questions that name the object",
        able.join(", ")
    )
}

/// A world of peers and nothing else.
struct Bare {
    peers: u32,
    seed: u64,
}

impl World for Bare {
    fn peers(&self) -> u32 {
        self.peers
    }

    fn seed(&self) -> u64 {
        self.seed
    }

    fn latency(&self, _from: u32, _to: u32, _stamp: u64) -> Span {
        self.floor()
    }

    fn floor(&self) -> Span {
        Span::millis(1)
    }

    fn objects(&self) -> u32 {
        0
    }

    fn holders(&self, _object: ObjectId) -> &[u32] {
        &[]
    }

    fn shares(&self, _number: u32) -> &[ObjectId] {
        &[]
    }

    fn object_size(&self, _object: ObjectId) -> u64 {
        0
    }

    fn neighbours(&self, _number: u32) -> Option<&[u32]> {
        None
    }
}
