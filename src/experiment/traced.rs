//! One lookup of a scenario, followed through the network that it meets: the same run, with a witness.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::diagnostic::Diagnostic;
use super::followed::{self, Answer, Step};
use super::network_view::{Member, holds, member, small};
use super::plan::{Job, Plan, blame};
use super::preflight::blame_params;
use super::run::{Stop, build};
use super::subjects::Subject;
use crate::protocols::{self, NAMES, Visit};
use crate::sim::{Engine, ObjectId, Protocol, QueueKind, Site, Span, Time, Trace, World};

/// How many peers a network has of which only the protocol is named.
const PEERS: u32 = 24;
/// How many lookups there are in it.
const LOOKUPS: u32 = 100;

/// What was seen of a lookup.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The scenario's name.
    pub scenario: String,
    /// The protocol's name.
    pub protocol: String,
    /// What the architecture is, in a few words.
    pub title: &'static str,
    /// How many peers there are, servers not among them.
    pub peers: u32,
    /// The run's seed.
    pub seed: u64,
    /// Its number among the workload's lookups.
    pub lookup: u32,
    /// When it was issued.
    pub issued: Time,
    /// How long an answer counts, and how long it was followed.
    pub deadline: Span,
    /// Who asks.
    pub origin: u32,
    /// What is looked for.
    pub object: ObjectId,
    /// Where in the overlay's space that belongs, if it has one.
    pub sought: Option<Site>,
    /// The participants by number, servers last, as they were when it was issued.
    pub members: Vec<Member>,
    /// Where each stands in the overlay's space, if it has one.
    pub sites: Vec<Vec<Site>>,
    /// Who would send to whom at that moment: pairs of numbers, ascending.
    pub links: Vec<(u32, u32)>,
    /// Every event, in order.
    pub steps: Vec<Step>,
    /// The first answer.
    pub answer: Option<Answer>,
}

/// The scenario of a small network of `protocol`, with `assignments` (`KEY=VALUE`) laid over it.
///
/// # Errors
/// An assignment that fits nothing.
pub fn small_plan(protocol: &str, assignments: &[String]) -> Result<Plan, Diagnostic> {
    // Identifiers that people can read, on rings of up to 1024 nodes, where fingers are of use.
    let more = format!(
        "workload = {{ lookups = {LOOKUPS}, rate = \"1 /s\", deadline = \"30 s\" }}\n\
         protocol.chord = {{ bits = 10, successors = 2 }}\n"
    );
    let mut document = small(protocol, protocol, PEERS, 1, &more)?;
    assignments.iter().try_for_each(|assignment| document.set(assignment))?;
    Plan::new(document.into_sweep()?)
}

/// The runs of a plan in which lookups can be followed: of `protocol`, or of the first one that has lookups.
///
/// # Errors
/// There is no such protocol in the plan, or nobody who asks anything.
pub fn candidates<'p>(plan: &'p Plan, protocol: Option<&str>) -> Result<Vec<&'p Job>, Diagnostic> {
    let jobs = || plan.jobs.iter().filter(|job| Subject::find(&job.protocol).is_none());
    let Some(first) = jobs().next() else {
        let what = format!("`{}` has no lookups to follow: it measures graphs or samples", plan.first.name);
        let hint = format!("what looks up is a protocol, such as {}", NAMES.join(", "));
        return Err(Diagnostic::new(what).with_hint(hint));
    };
    let wanted = protocol.unwrap_or(&first.protocol);
    let found: Vec<&Job> = jobs().filter(|job| job.protocol == wanted).collect();
    if found.is_empty() {
        let mut names: Vec<&str> = jobs().map(|job| job.protocol.as_str()).collect();
        names.dedup();
        let near = crate::units::nearest(wanted, &names).map(|name| format!("did you mean `{name}`? "));
        let error = Diagnostic::new(format!("`{}` has no runs of a protocol `{wanted}`", plan.first.name));
        return Err(error.with_hint(format!("{}There are: {}", near.unwrap_or_default(), names.join(", "))));
    }
    Ok(found)
}

/// Runs `job` until its lookup number `lookup` is issued, and follows that one to its deadline. Files that the scenario
/// names are looked for in `folder`. Asks `stop` once a simulated second whether to go on.
///
/// # Errors
/// There is no such lookup, a world that cannot be, or an interruption.
pub fn follow(
    plan: &Plan,
    job: &Job,
    folder: Option<&Path>,
    lookup: u32,
    stop: &dyn Fn() -> bool,
) -> Result<Traced, Stop> {
    let following = Follow { plan, job, folder, lookup, stop };
    protocols::with(&job.protocol, following).expect("the plan has checked the names")
}

struct Follow<'a> {
    plan: &'a Plan,
    job: &'a Job,
    folder: Option<&'a Path>,
    lookup: u32,
    stop: &'a dyn Fn() -> bool,
}

impl Visit for Follow<'_> {
    type Output = Result<Traced, Stop>;

    fn visit<P: Protocol>(self) -> Self::Output {
        let Follow { plan, job, folder, lookup, stop } = self;
        let params: P::Params =
            plan.sweep.deserialize_at(&format!("protocol.{}", P::NAME), &job.point).map_err(Stop::Failed)?;
        let terrain = build(job, folder, P::OVERLAY)
            .map_err(|error| Stop::Failed(blame(&plan.sweep, &job.point, &error)))?;
        let Some(issued) = terrain.lookups().nth(lookup as usize) else {
            return Err(Stop::Failed(no_such_lookup(&plan.first.name, lookup, terrain.lookups().count())));
        };
        let terrain = Arc::new(terrain);
        let world: Arc<dyn World> = Arc::clone(&terrain) as Arc<dyn World>;
        let director = terrain.director(P::servers(&params));
        let deadline = director.deadline();
        let mut engine = Engine::<P>::new(world, director, &params, QueueKind::Wheel)
            .map_err(|what| Stop::Failed(blame_params(&plan.sweep, job, &what)))?;
        run_until(&mut engine, issued, stop)?;
        let peers = terrain.peers();
        let participants = peers + P::servers(&params);
        let mut members: Vec<Member> =
            (0..participants).map(|number| member(&engine, &*terrain, number, None)).collect();
        let sites = (0..participants).map(|number| engine.peer(number).sites(engine.shared())).collect();
        let links = engine.links();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        engine.trace(Trace::new(lookup, move |event| {
            sink.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        }));
        let end = (issued + deadline + Span(1)).min(engine.end());
        run_until(&mut engine, end, stop)?;
        let events = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(first) = events.first() else {
            let what = format!(
                "lookup {lookup} of `{}` is never issued: nobody is online who lacks the object",
                plan.first.name
            );
            return Err(Stop::Failed(Diagnostic::new(what).with_hint("follow another with --lookup")));
        };
        let (origin, object) = (first.to.number(), first.object);
        for (number, member) in (0..).zip(&mut members) {
            member.holds = holds(&engine, &*terrain, number, object);
        }
        let by_name = job.scenario.workload.words == 0;
        let sought = by_name.then(|| P::site_of(engine.shared(), object)).flatten();
        let mut steps = followed::steps(&events, issued);
        let answer = followed::answer(&steps);
        followed::noticed(&mut steps);
        Ok(Traced {
            scenario: plan.first.name.clone(),
            protocol: P::NAME.to_string(),
            title: P::TITLE,
            peers,
            seed: job.seed,
            lookup,
            issued,
            deadline,
            origin,
            object,
            sought,
            members,
            sites,
            links,
            steps,
            answer,
        })
    }
}

fn run_until<P: Protocol>(engine: &mut Engine<P>, end: Time, stop: &dyn Fn() -> bool) -> Result<(), Stop> {
    while engine.now() < end {
        if stop() {
            return Err(Stop::Interrupted { done: 0, total: 1 });
        }
        engine.run_until((engine.now() + Span::secs(1)).min(end));
    }
    Ok(())
}

fn no_such_lookup(scenario: &str, lookup: u32, count: usize) -> Diagnostic {
    let Some(last) = count.checked_sub(1) else {
        return Diagnostic::new(format!("nobody looks up anything in `{scenario}`"))
            .with_hint("give it lookups with --set workload.lookups=100");
    };
    Diagnostic::new(format!("there is no lookup {lookup}: `{scenario}` has {count}"))
        .with_hint(format!("they are numbered from 0; the nearest is {last}"))
}

impl Traced {
    /// The participants that take part, in the order in which they come in: the origin first.
    pub fn involved(&self) -> Vec<u32> {
        let mut known = vec![false; self.members.len()];
        let each = self.steps.iter().flat_map(|step| [step.from, step.to]);
        each.filter(|&number| !std::mem::replace(&mut known[number as usize], true)).collect()
    }

    /// What came of it, line by line.
    pub fn outcome(&self) -> Vec<String> {
        use followed::Kind;
        let of = |kind: Kind| self.steps.iter().filter(|step| step.kind == kind).count();
        let (first, again) = (of(Kind::Request), of(Kind::Duplicate));
        let requests = format!(
            "requests: {}, of which {first} came to somebody new and {again} to somebody who had one; answers: {}; lost: {}",
            first + again,
            of(Kind::Answer),
            of(Kind::Lost)
        );
        let (object, origin) = (self.object.rank(), self.origin);
        let found = match &self.answer {
            Some(answer) => {
                let route: Vec<String> = answer.route.iter().map(u32::to_string).collect();
                let hops = answer.route.len() - 1;
                format!(
                    "object {object} from {origin}: {} ({hops} hop{}); after {:.1} ms {} is known to have it",
                    route.join(" → "),
                    if hops == 1 { "" } else { "s" },
                    answer.after.as_secs_f64() * 1000.0,
                    answer.provider
                )
            }
            None => format!("object {object} from {origin}: no answer within {}", self.deadline),
        };
        vec![requests, found]
    }
}

#[cfg(test)]
#[path = "traced_tests.rs"]
mod tests;
