//! The model, run for a question: scenarios of the lab, small rings and small networks, each once.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Found, Lab};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::document::Document;
use crate::experiment::interrupt::Interrupt;
use crate::experiment::network_view::{self, Kind, NetworkView, Wanted};
use crate::experiment::one_lookup::OneLookup;
use crate::experiment::plan::Plan;
use crate::experiment::preflight::preflight;
use crate::experiment::record::Record;
use crate::experiment::ring_view::{self, RingView};
use crate::experiment::run::{self, Options, Stop};
use crate::experiment::scenario::schema;
use crate::sim::{Outcome, Protocol, QueueKind, Span};
use crate::world::Settings;

/// Runs the model of one lab with one student's seed.
#[derive(Debug)]
pub struct Bench<'l> {
    lab: &'l Lab,
    seed: u64,
    runs: BTreeMap<String, Rc<Vec<Run>>>,
}

/// One run of a scenario.
#[derive(Debug)]
pub struct Run {
    /// The protocol, or the subject.
    pub protocol: String,
    /// What came of it.
    pub record: Record,
}

impl<'l> Bench<'l> {
    /// A bench for `lab`.
    pub fn new(lab: &'l Lab, seed: u64) -> Bench<'l> {
        Bench { lab, seed, runs: BTreeMap::new() }
    }

    /// The student's seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// All runs of the lab's scenario `file`, with `set` laid over it as `--set` would.
    ///
    /// # Errors
    /// The scenario cannot be run so.
    pub fn run(&mut self, file: &str, set: &[&str]) -> Found<Rc<Vec<Run>>> {
        let key = format!("{file}|{}", set.join("|"));
        if let Some(runs) = self.runs.get(&key) {
            return Ok(Rc::clone(runs));
        }
        let text = self.lab.files.iter().find(|(name, _)| *name == file).map(|&(_, text)| text);
        let text = text.ok_or_else(|| Diagnostic::new(format!("the lab has no scenario `{file}`")))?;
        let mut document = Document::parse(file, text, schema())?;
        document.set(&format!("seed={}", self.seed))?;
        // Nothing is drawn, and an axis of a figure may be a key that is set to one value here.
        document.set("figures=[]")?;
        for assignment in set {
            document.set(assignment)?;
        }
        let plan = Plan::new(document.into_sweep()?)?;
        preflight(&plan, None)?;
        let options = Options {
            threads: None,
            queue: QueueKind::Wheel,
            quiet: true,
            interrupt: Interrupt::manual(),
            folder: None,
        };
        let finished = run::run(&plan, None, &options).map_err(|stop| match stop {
            Stop::Failed(error) => error,
            Stop::Interrupted { .. } => Diagnostic::new("interrupted"),
        })?;
        let jobs = plan.jobs.iter().map(|job| job.protocol.clone());
        let runs = jobs.zip(finished.records).map(|(protocol, record)| Run { protocol, record });
        let runs = Rc::new(runs.collect::<Vec<_>>());
        self.runs.insert(key, Rc::clone(&runs));
        Ok(runs)
    }

    /// The mean of `column` over the replicates of `protocol`, as the table on the screen has it.
    ///
    /// # Errors
    /// The scenario cannot be run so, or no run has such a value.
    pub fn mean(&mut self, file: &str, set: &[&str], protocol: &str, column: &str) -> Found<f64> {
        let runs = self.run(file, set)?;
        let values = runs.iter().filter(|run| run.protocol == protocol);
        let values: Vec<f64> = values.filter_map(|run| run.record.values.get(column).copied()).collect();
        if values.is_empty() {
            return Err(Diagnostic::new(format!("no run of `{protocol}` in `{file}` has a `{column}`")));
        }
        Ok(values.iter().sum::<f64>() / values.len() as f64)
    }

    /// Whichever of `protocols` has the greatest mean of `column`.
    ///
    /// # Errors
    /// As [`Bench::mean`].
    pub fn most(
        &mut self,
        file: &str,
        set: &[&str],
        protocols: &[&'static str],
        column: &str,
    ) -> Found<&'static str> {
        let mut best: Option<(&'static str, f64)> = None;
        for &protocol in protocols {
            let value = self.mean(file, set, protocol, column)?;
            if best.is_none_or(|(_, most)| value > most) {
                best = Some((protocol, value));
            }
        }
        best.map(|(protocol, _)| protocol).ok_or_else(|| Diagnostic::new("there is nothing to choose from"))
    }

    /// A small ring with given identifiers.
    ///
    /// # Errors
    /// There is no such ring or node.
    pub fn ring(&self, ring: &Ring, from: u64, key: Option<u64>, successors: bool) -> Found<RingView> {
        ring_view::view(ring.ids, ring.bits, from, key, successors).map_err(Diagnostic::new)
    }

    /// Whom a lookup of object 0 visits, by name, on the way from `from`, in a settled network of `P`.
    ///
    /// # Errors
    /// There is no such peer, or the parameters do not fit.
    pub fn route<P: Protocol>(&self, names: &[u32], from: u32, params: &P::Params) -> Found<Vec<u64>> {
        let origin = names.iter().position(|&name| name == from).map(|origin| origin as u32);
        let network = OneLookup::<P>::new(names.len() as u32, origin, params).map_err(Diagnostic::new)?;
        Ok(network.route(from.into(), names.iter().copied().map(u64::from).collect()))
    }

    /// So many lookups in the default world of so many peers, with the student's seed.
    ///
    /// # Errors
    /// The parameters do not fit.
    pub fn simulate<P: Protocol>(&self, peers: u32, lookups: u32, params: &P::Params) -> Found<Outcome> {
        let mut settings = Settings::default();
        settings.workload.lookups = lookups;
        settings.workload.deadline = Span::secs(600);
        crate::simulate::<P>(&settings, peers, self.seed, params).map_err(Diagnostic::new)
    }

    /// The small network of `peerlab show`, with the student's seed, and a lookup of object 0.
    ///
    /// # Errors
    /// There is no such network.
    pub fn network(&self, protocol: &str, peers: u32, set: &[&str]) -> Found<NetworkView> {
        network_view::view(&Wanted {
            protocol: protocol.to_string(),
            peers,
            seed: self.seed,
            from: None,
            lookup: Some(0),
            everyone: false,
            at: Span::ZERO,
            set: set.iter().map(|&assignment| assignment.to_string()).collect(),
        })
    }
}

/// A ring of the handouts.
#[derive(Debug)]
pub struct Ring {
    /// The nodes' identifiers.
    pub ids: &'static [u64],
    /// Their bits.
    pub bits: u32,
}

/// How many steps of a lookup are of one of these kinds.
pub fn steps(view: &NetworkView, kinds: &[Kind]) -> f64 {
    view.steps.iter().filter(|step| kinds.contains(&step.kind)).count() as f64
}
