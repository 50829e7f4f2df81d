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
use crate::sim::{Engine, ObjectId, Protocol, Role, Span, Time, World};

use super::followed;
pub use super::followed::{Answer, Kind, Step};
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

impl Part {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Part::Peer => "peer",
            Part::Supernode => "supernode",
            Part::Server => "server",
        }
    }
}

/// Round whom a network without geometry is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Centre {
    /// By number.
    pub first: Vec<u32>,
    /// Whether they are above the others.
    pub tiers: bool,
    /// What the rings round them are.
    pub rings: &'static str,
}

impl Centre {
    /// Servers stand in the middle, or else supernodes, or else peer `from`; `asks` says whether it asks.
    pub fn of(members: &[Member], from: u32, asks: bool) -> Centre {
        let of = |part: Part| -> Vec<u32> {
            (0..).zip(members).filter(|(_, member)| member.part == part).map(|(number, _)| number).collect()
        };
        let above = |first, rings| Centre { first, tiers: true, rings };
        match (of(Part::Server), of(Part::Supernode)) {
            (servers, _) if !servers.is_empty() => above(servers, "servers in the middle"),
            (_, supernodes) if !supernodes.is_empty() => {
                above(supernodes, "supernodes inside, their peers outside")
            }
            _ => {
                let rings =
                    if asks { "ring by ring one hop further" } else { "ring by ring one link further" };
                Centre { first: vec![from], tiers: false, rings }
            }
        }
    }
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

/// A network that fits on a page, with `more` keys.
///
/// # Errors
/// A key that does not exist: a fault of ours.
pub(super) fn small(
    name: &str,
    protocol: &str,
    peers: u32,
    seed: u64,
    more: &str,
) -> Result<Document, Diagnostic> {
    let replicas = 2.min(peers);
    let text = format!(
        "name = \"{name}\"\npeers = {peers}\nseed = {seed}\nprotocols = [\"{protocol}\"]\n{more}\
         underlay.latency.plane = {{ width = \"100 ms\" }}\n\
         overlay = {{ components = \"join\", graph.random-regular = {{ degree = 3 }} }}\n\
         content = {{ objects = 10, replicas = {replicas} }}\n\
         protocol.gnutella06 = {{ leaves = 4, min_leaves = 1, leaf_degree = 2, wanted_degree = 3 }}\n\
         protocol.kazaa = {{ cluster = 7, split = 14, merge = 2, links = 3, max_links = 6 }}\n\
         protocol.bittorrent = {{ initiate = 3, min_neighbours = 2, max_neighbours = 6, peers_wanted = 5 }}\n"
    );
    Document::parse(name, &text, schema())
}

/// The scenario of a network that is shown.
fn plan(wanted: &Wanted) -> Result<Plan, Diagnostic> {
    let Wanted { protocol, peers, seed, .. } = wanted;
    let fetch = wanted.everyone;
    // Downloads take their time where all want them at once.
    let mix = if fetch { "population.mix = \"bharambe-2006-homogeneous\"\n" } else { "" };
    let mut document = small("show", protocol, *peers, *seed, &format!("{mix}workload.fetch = {fetch}\n"))?;
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
        let mut steps = followed::steps(&events, Time::ZERO);
        let answer = followed::answer(&steps);
        followed::noticed(&mut steps);
        steps.retain(|step| step.kind.is_message() || step.kind == Kind::Alarm);
        Ok(NetworkView { title: P::TITLE, from, members, links, steps, answer })
    }
}

/// Participant `number`, as it is now.
pub(super) fn member<P: Protocol>(
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
    let holds = object.is_some_and(|object| holds(engine, world, number, object));
    Member { part, entries: peer.entries(), holds }
}

/// Whether participant `number` has `object`: ground truth.
pub(super) fn holds<P: Protocol>(
    engine: &Engine<P>,
    world: &dyn World,
    number: u32,
    object: ObjectId,
) -> bool {
    match number >= world.peers() {
        true => P::stocks(engine.shared(), number, object),
        false => P::PEERS_SHARE && world.holders(object).binary_search(&number).is_ok(),
    }
}
