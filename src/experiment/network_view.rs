//! A small network of any architecture to look at: who is who and linked with whom, and everything that one lookup sets
//! off, by the real protocol on the real kernel.

use std::path::Path;
use std::sync::Arc;

use super::diagnostic::Diagnostic;
use super::document::Document;
use super::plan::{Job, Plan, blame};
use super::preflight::{blame_params, preflight};
use super::run::build;
use super::scenario::schema;
use crate::protocols::{self, Visit};
use crate::sim::{Engine, Happened, ObjectId, Protocol, Role, Span, Time, TraceEvent, World};

use super::one_lookup::OneLookup;

/// The most peers that are shown.
pub const MOST: u32 = 1024;

/// The tables of a scenario that say something about a settled network.
const TABLES: &[&str] = &["population", "overlay", "underlay", "content", "protocol"];

/// How long the network is followed.
const DEADLINE: Span = Span::secs(120);

/// What is to be shown.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The protocol's name.
    pub protocol: String,
    /// How many peers.
    pub peers: u32,
    /// The run's seed.
    pub seed: u64,
    /// The peer that asks; if `None`, the first one that does not have the object.
    pub from: Option<u32>,
    /// The object that it asks for; it asks for nothing if `None`.
    pub lookup: Option<u32>,
    /// Whether all the others ask for it too, at the same time.
    pub everyone: bool,
    /// When the network is looked at.
    pub at: Span,
    /// `KEY=VALUE`s to lay over the network's scenario.
    pub set: Vec<String>,
}

/// What there is to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkView {
    /// What the architecture is, in a few words.
    pub title: &'static str,
    /// The peer that asks.
    pub from: u32,
    /// The participants by number: peers, then servers.
    pub members: Vec<Member>,
    /// Who is linked with whom: pairs of numbers, the lower one first; ascending.
    pub links: Vec<(u32, u32)>,
    /// What the lookup sets off, in order of time.
    pub steps: Vec<Step>,
    /// The first answer.
    pub answer: Option<Answer>,
}

/// A participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is.
    pub part: Part,
    /// Other peers that it knows, and references to objects that it keeps for others.
    pub entries: usize,
    /// Whether it has the object that is asked for.
    pub holds: bool,
}

/// What a participant is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// One among equals, or one that others work for.
    Peer,
    /// A supernode, an ultrapeer.
    Supernode,
    /// A server.
    Server,
}

/// Something that happens on the account of the lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When, after the lookup was issued.
    pub after: Span,
    /// Who sent it.
    pub from: u32,
    /// Whom it concerns.
    pub to: u32,
    /// Hops so far.
    pub hops: u16,
    /// What it is.
    pub kind: Kind,
    /// The message, as its type prints itself.
    pub message: String,
}

/// What a step is to the lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request comes to somebody for the first time.
    Request,
    /// A request comes to somebody who had one already.
    Duplicate,
    /// An answer.
    Answer,
    /// A message is lost, or finds nobody.
    Lost,
    /// A wait is over.
    Alarm,
}

/// The first answer to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How long it took.
    pub after: Span,
    /// Who is said to have the object.
    pub provider: u32,
    /// From the origin to the participant that answered, forward by forward.
    pub route: Vec<u32>,
}

/// Builds the settled network and runs the lookup.
///
/// # Errors
/// What is wrong with the arguments: there is no such peer or object, or a key that is set fits nothing.
pub fn view(wanted: &Wanted) -> Result<NetworkView, Diagnostic> {
    if wanted.peers == 0 || wanted.peers > MOST {
        let error =
            Diagnostic::new(format!("a network to be shown has 1 to {MOST} peers, not {}", wanted.peers));
        return Err(error.with_hint(format!("the nearest that can be: {}", wanted.peers.clamp(1, MOST))));
    }
    if let Some(from) = wanted.from.filter(|&from| from >= wanted.peers) {
        let error = Diagnostic::new(format!("there is no peer {from}"));
        return Err(
            error.with_hint(format!("peers are numbered from 0; the nearest is {}", wanted.peers - 1))
        );
    }
    let plan = plan(wanted)?;
    preflight(&plan, None)?;
    let [job] = plan.jobs.as_slice() else {
        return Err(Diagnostic::new(format!("one network can be shown, not {}", plan.jobs.len()))
            .with_hint("a list makes a sweep: give one value"));
    };
    let looking = Look { wanted, plan: &plan, job };
    protocols::with(&job.protocol, looking).expect("the plan has checked the names")
}

/// The scenario of a network that fits on a page.
fn plan(wanted: &Wanted) -> Result<Plan, Diagnostic> {
    let Wanted { protocol, peers, seed, .. } = wanted;
    let fetch = wanted.everyone;
    let replicas = 2.min(*peers);
    // Downloads take their time where all want them at once.
    let mix = if fetch { "population.mix = \"bharambe-2006-homogeneous\"\n" } else { "" };
    let text = format!(
        "name = \"show\"\npeers = {peers}\nseed = {seed}\nprotocols = [\"{protocol}\"]\n{mix}\
         underlay.latency.plane = {{ width = \"100 ms\" }}\n\
         overlay = {{ components = \"join\", graph.random-regular = {{ degree = 3 }} }}\n\
         content = {{ objects = 10, replicas = {replicas} }}\nworkload.fetch = {fetch}\n\
         protocol.gnutella06 = {{ leaves = 4, min_leaves = 1, leaf_degree = 2, wanted_degree = 3 }}\n\
         protocol.kazaa = {{ cluster = 7, split = 14, merge = 2, links = 3, max_links = 6 }}\n\
         protocol.bittorrent = {{ initiate = 3, min_neighbours = 2, max_neighbours = 6, peers_wanted = 5 }}\n"
    );
    let mut document = Document::parse("show", &text, schema())?;
    for assignment in &wanted.set {
        let table = assignment.split(['.', '=']).next().unwrap_or_default().trim();
        if !TABLES.contains(&table) {
            let error =
                Diagnostic::new(format!("`{table}` says nothing about the settled network that is shown"));
            return Err(error.with_hint(format!("what can be set lies in {}", TABLES.join(", "))));
        }
        document.set(assignment)?;
    }
    Plan::new(document.into_sweep()?)
}

struct Look<'a> {
    wanted: &'a Wanted,
    plan: &'a Plan,
    job: &'a Job,
}

impl Visit for Look<'_> {
    type Output = Result<NetworkView, Diagnostic>;

    fn visit<P: Protocol>(self) -> Self::Output {
        let Look { wanted, plan, job } = self;
        let params: P::Params = plan.sweep.deserialize_at(&format!("protocol.{}", P::NAME), &job.point)?;
        let terrain =
            build(job, None::<&Path>, P::OVERLAY).map_err(|e| blame(&plan.sweep, &job.point, &e))?;
        let objects = terrain.objects();
        if let Some(object) = wanted.lookup.filter(|&object| object >= objects) {
            let error = Diagnostic::new(format!("there is no object {object}: nobody has it"));
            let last = objects.saturating_sub(1);
            return Err(error.with_hint(format!("objects are numbered from 0; the nearest is {last}")));
        }
        let object = wanted.lookup.map(ObjectId::new);
        let peers = terrain.peers();
        let holders = object.filter(|_| P::PEERS_SHARE).map_or(&[][..], |object| terrain.holders(object));
        let from = wanted.from.or_else(|| (0..peers).find(|peer| !holders.contains(peer))).unwrap_or(0);
        let others = (0..peers).filter(|&peer| wanted.everyone && peer != from);
        let lookups = std::iter::once(from).chain(others);
        let lookups = lookups.filter_map(|origin| Some((origin, object?)));
        let world: Arc<dyn World> = Arc::new(terrain);
        let network = OneLookup::<P>::in_world(Arc::clone(&world), lookups, DEADLINE.max(wanted.at), &params)
            .map_err(|what| blame_params(&plan.sweep, job, &what))?;
        let (mut members, mut links) = (Vec::new(), Vec::new());
        let events = network.events(Time::ZERO + wanted.at, |engine| {
            members = (0..peers + P::servers(&params))
                .map(|number| member(engine, &*world, number, object))
                .collect();
            links = engine.overlay();
        });
        let steps = steps(from, &events);
        let answer = events.iter().find(|event| event.happened == Happened::Answered);
        let answer = answer.map(|event| Answer {
            after: event.time.since(Time::ZERO),
            provider: event.from.number(),
            route: route(from, &steps, event),
        });
        Ok(NetworkView { title: P::TITLE, from, members, links, steps, answer })
    }
}

fn member<P: Protocol>(
    engine: &Engine<P>,
    world: &dyn World,
    number: u32,
    object: Option<ObjectId>,
) -> Member {
    let peer = engine.peer(number);
    let server = number >= world.peers();
    let part = match peer.role() {
        _ if server => Part::Server,
        Role::Supernode => Part::Supernode,
        Role::Ordinary => Part::Peer,
    };
    let holds = object.is_some_and(|object| match server {
        true => P::stocks(engine.shared(), number, object),
        false => P::PEERS_SHARE && world.holders(object).contains(&number),
    });
    Member { part, entries: peer.entries(), holds }
}

/// The events but for the first and the last, and what each is to the lookup of `from`.
fn steps(from: u32, events: &[TraceEvent]) -> Vec<Step> {
    let mut asked = vec![from];
    let mut steps = Vec::new();
    let mut answered = false;
    for event in events {
        let to = event.to.number();
        let kind = match event.happened {
            Happened::Issued => continue,
            Happened::Answered => {
                answered = true;
                continue;
            }
            // The deadline of a request that was answered passes unnoticed.
            Happened::Alarm if answered => continue,
            Happened::Alarm => Kind::Alarm,
            Happened::Lost | Happened::Dropped => Kind::Lost,
            Happened::Delivered if event.answer => Kind::Answer,
            Happened::Delivered if asked.contains(&to) => Kind::Duplicate,
            Happened::Delivered => {
                asked.push(to);
                Kind::Request
            }
        };
        steps.push(Step {
            after: event.time.since(Time::ZERO),
            from: event.from.number(),
            to,
            hops: event.hops,
            kind,
            message: event.message.clone(),
        });
    }
    steps
}

/// How the request came to whoever gave the answer, by the first request that came to each on the way.
fn route(from: u32, steps: &[Step], answer: &TraceEvent) -> Vec<u32> {
    let before = || steps.iter().filter(|step| step.after <= answer.time.since(Time::ZERO));
    let asked_by = |peer: u32| before().find(|step| step.kind == Kind::Request && step.to == peer);
    let provider = answer.from.number();
    let hops_of = |peer: u32| asked_by(peer).map_or(0, |step| step.hops);
    let mut answerer = from;
    if answer.hops > 0 && hops_of(provider) == answer.hops {
        answerer = provider; // It answered itself.
    }
    // Else back along the answers: the one that came to the origin, the one that it passes on, and so forth.
    let mut carried: Option<&Step> = None;
    for _ in steps {
        if hops_of(answerer) >= answer.hops {
            break;
        }
        let fits = |step: &&Step| {
            let (there, same) = (step.kind == Kind::Answer && step.to == answerer, step.hops == answer.hops);
            there && same && step.from != answerer
        };
        let alike = |step: &&Step| carried.is_none_or(|carried| carried.message == step.message);
        let found = before().rev().filter(fits).find(alike).or_else(|| before().rev().find(fits));
        let Some(step) = found else { break };
        carried = Some(step);
        answerer = step.from;
    }
    let mut route = vec![answerer];
    while let Some(step) = asked_by(*route.last().unwrap_or(&from)).filter(|_| route.len() <= steps.len()) {
        route.push(step.from);
    }
    route.reverse();
    route
}
