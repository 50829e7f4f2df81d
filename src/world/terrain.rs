//! The world of one run: everything that holds for the whole of it.

use std::path::Path;
use std::sync::Arc;

use super::churn::{Replay, TRACE_FILE, Trace};
use super::classes::Classes;
use super::content::{self, Content, Words, Zipf};
use super::director::{Play, Schedule};
use super::locate::Places;
use super::overlay;
use super::underlay::Underlay;
use super::workload::Arrivals;
use super::{Remark, SessionSample, Settings, WorldError, faults};
use crate::graph::{Applied, Graph};
use crate::sim::{Director, Keywords, ObjectId, Profile, Span, Time, World};

/// The world of one run: peers, latencies, content, overlay; and, by its [`director`](Self::director), what happens in it.
///
/// A function of the settings and the seed. Every part has a random stream of its own, so that changing the one leaves
/// the others untouched, and every architecture meets the same.
///
/// Memory: content takes 8 bytes a replica and 4 a peer and object, the overlay 4 a peer and 8 a link, the underlay
/// nothing (a matrix its table), classes 1 a peer if there are any.
#[derive(Debug)]
pub struct Terrain {
    settings: Arc<Settings>,
    seed: u64,
    peers: u32,
    classes: Classes,
    underlay: Underlay,
    content: Arc<Content>,
    /// Where questions are asked by words.
    words: Option<Box<Words>>,
    graph: Option<Graph>,
    applied: Option<Applied>,
    schedule: Schedule,
    /// What the participants of a trace do.
    replay: Option<Arc<Replay>>,
}

impl Terrain {
    /// Builds the world.
    ///
    /// How many peers there are: with a generated overlay, `peers`, of which `components = "largest"` keeps what it
    /// keeps. An overlay file decides by itself; then `peers` must be `None`, or as many as the file has, before or after
    /// components were dropped. `needs_overlay` says whether the overlay's graph will be used; it changes nothing but
    /// [`graph`](Self::graph) and the neighbours. Without it, no graph is generated unless it decides the number of peers.
    ///
    /// Files that settings name are looked for as given, then in `folder` (the scenario's), then in the folder that the
    /// environment variable `PEERLAB_DATA` names and in its subfolders, then likewise in `data`.
    ///
    /// # Errors
    /// The first value that fits nothing, with its key: see [`Settings::check`]; also no peers or more than one run
    /// holds, more replicas than peers that share, a fault of a peer that there is not, a graph that cannot be, and
    /// files that are missing or malformed.
    pub fn build(
        settings: &Settings,
        peers: Option<u32>,
        seed: u64,
        folder: Option<&Path>,
        needs_overlay: bool,
    ) -> Result<Terrain, WorldError> {
        Terrain::build_in(&Places::usual(folder), settings, peers, seed, needs_overlay)
    }

    pub(super) fn build_in(
        places: &Places,
        settings: &Settings,
        peers: Option<u32>,
        seed: u64,
        needs_overlay: bool,
    ) -> Result<Terrain, WorldError> {
        settings.check()?;
        let overlay = overlay::build(&settings.overlay, peers, seed, places, needs_overlay)?;
        let peers = overlay.peers;
        // Cheap checks before long work.
        content::check(&settings.content, &settings.population, Some(peers))?;
        settings.churn.check(Some(peers))?;
        faults::check(&settings.faults, Some(peers), Some(content::count(&settings.content, peers)))?;
        let replay = match settings.churn.trace() {
            Some((file, from)) => {
                let trace = Trace::read(&places.find(TRACE_FILE, file)?)?;
                trace.check(peers)?;
                Some(Arc::new(trace.replay(from, peers, seed)))
            }
            None => None,
        };
        let underlay = Underlay::build(&settings.underlay, seed, places)?;
        let content = Content::build(&settings.content, &settings.population, peers, seed)?;
        let words = Words::build(&settings.content, settings.workload.words, content.objects(), seed);
        Ok(Terrain {
            words: words.map(Box::new),
            seed,
            peers,
            classes: Classes::build(&settings.population, peers, seed),
            underlay,
            content: Arc::new(content),
            graph: overlay.graph,
            applied: overlay.applied,
            schedule: Schedule::of(settings, seed),
            replay,
            settings: Arc::new(settings.clone()),
        })
    }

    /// What happens in this world from outside, with `servers` servers, whom only faults concern.
    ///
    /// Independent of the protocol: the same for every architecture.
    pub fn director(&self, servers: u32) -> Box<dyn Director> {
        let (settings, content) = (Arc::clone(&self.settings), Arc::clone(&self.content));
        let replay = self.replay.as_ref();
        Box::new(Play::new(settings, content, replay, self.seed, self.peers, servers, self.schedule))
    }

    /// The lookups that the workload plans, by number from 0: when each is issued. Those of a flooder are not among them.
    pub fn lookups(&self) -> impl Iterator<Item = Time> {
        Arrivals::new(&self.settings.workload, self.seed).map(|arrival| arrival.time)
    }

    /// The names of the classes of the population, in the order that [`Profile::class`] counts them; empty if all peers
    /// are alike.
    pub fn classes(&self) -> Vec<&str> {
        self.classes.names()
    }

    /// `n` sessions as the law of sessions draws them, and `n` rests; `None` if sessions follow no law.
    pub fn session_sample(&self, n: u32) -> Option<SessionSample> {
        SessionSample::draw(&self.settings.churn, n, self.seed)
    }

    /// What the world was built from.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The overlay, if it was asked for.
    pub fn graph(&self) -> Option<&Graph> {
        self.graph.as_ref()
    }

    /// How many components the overlay had, and what was done about them; `None` if no graph was made.
    pub fn applied(&self) -> Option<&Applied> {
        self.applied.as_ref()
    }

    /// The popularity of objects.
    pub fn popularity(&self) -> &Zipf {
        self.content.zipf()
    }

    /// When the run ends: as its director says.
    pub fn end(&self) -> Time {
        self.schedule.end
    }

    /// What the author of the scenario may not have meant.
    pub fn remarks(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for (number, fault) in self.settings.faults.iter().enumerate() {
            if Time::ZERO + fault.at > self.schedule.end {
                let end = self.schedule.end;
                let message =
                    format!("\"{}\" is after the end of the run at {end}: it never strikes", fault.at);
                remarks.push(Remark { key: format!("faults.{number}.at"), message });
            }
        }
        if let Some(applied) = self.applied.as_ref().filter(|applied| applied.components_before > 1) {
            let Applied { components_before, links_added, nodes_dropped, .. } = applied;
            let done = match (links_added, nodes_dropped) {
                (0, 0) => "they are kept apart".to_owned(),
                (0, dropped) => format!("the largest is kept, {dropped} peers are dropped"),
                (added, _) => format!("{added} links join them"),
            };
            let message = format!("the overlay has {components_before} components; {done}");
            remarks.push(Remark { key: "overlay.components".to_owned(), message });
        }
        remarks
    }
}

impl World for Terrain {
    fn peers(&self) -> u32 {
        self.peers
    }

    fn seed(&self) -> u64 {
        self.seed
    }

    #[inline]
    fn latency(&self, from: u32, to: u32, stamp: u64) -> Span {
        self.underlay.latency(from, to, stamp)
    }

    fn floor(&self) -> Span {
        self.underlay.floor()
    }

    fn loss(&self) -> f64 {
        self.underlay.loss()
    }

    #[inline]
    fn profile(&self, number: u32) -> Profile {
        self.classes.profile(number)
    }

    fn objects(&self) -> u32 {
        self.content.objects()
    }

    #[inline]
    fn holders(&self, object: ObjectId) -> &[u32] {
        self.content.holders(object)
    }

    #[inline]
    fn answerers(&self, object: ObjectId) -> &[u32] {
        match &self.words {
            None => self.content.holders(object),
            Some(words) => words.answerers(&self.content, object),
        }
    }

    fn answers(&self, number: u32, object: ObjectId) -> bool {
        match &self.words {
            None => self.content.holds(number, object),
            Some(_) => self.answerers(object).binary_search(&number).is_ok(),
        }
    }

    fn keywords(&self) -> Option<&Arc<Keywords>> {
        self.words.as_ref().map(|words| &words.keywords)
    }

    #[inline]
    fn shares(&self, number: u32) -> &[ObjectId] {
        self.content.shares(number)
    }

    fn object_size(&self, _: ObjectId) -> u64 {
        self.content.size()
    }

    /// Servers are no part of the overlay: they have no neighbours in it.
    #[inline]
    fn identities(&self) -> bool {
        self.settings.content.kind == super::ContentKind::Identities
    }

    fn fetches(&self) -> bool {
        self.settings.workload.fetch
    }

    fn neighbours(&self, number: u32) -> Option<&[u32]> {
        let graph = self.graph.as_ref()?;
        Some(if number < graph.nodes() { graph.neighbours(number) } else { &[] })
    }
}
