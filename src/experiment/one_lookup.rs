//! A small settled network in which one peer asks once: what `peerlab show` looks at.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::sim::{
    Director, Engine, Happened, Happening, ObjectId, PlannedLookup, Protocol, QueueKind, Span, Time, Trace,
    TraceEvent, World,
};
use crate::units::CountOrShare;
use crate::world::{ContentSettings, Settings, Terrain};

/// The network, with its lookup to come.
pub(crate) struct OneLookup<P: Protocol> {
    pub(super) engine: Engine<P>,
}

impl<P: Protocol> OneLookup<P> {
    /// Settles `peers` peers, of whom `origin` will ask for object 0 right at the start; nobody, if it is `None`.
    ///
    /// # Errors
    /// What the world or the protocol says about its settings, in a sentence.
    pub(crate) fn new(peers: u32, origin: Option<u32>, params: &P::Params) -> Result<OneLookup<P>, String> {
        let content = ContentSettings {
            objects: CountOrShare::Count(1),
            replicas: CountOrShare::Count(1),
            ..ContentSettings::default()
        };
        let settings = Settings { content, ..Settings::default() };
        let terrain = Terrain::build(&settings, Some(peers), 1, None::<&Path>, false);
        let world: Arc<dyn World> = Arc::new(terrain.map_err(|error| error.to_string())?);
        let lookups = origin.into_iter().map(|origin| (origin, ObjectId::new(0)));
        OneLookup::in_world(world, lookups, Span::secs(3600), params)
    }

    /// Settles the peers of `world`, who will ask right at the start: for each lookup its origin, and what is wanted. The
    /// first lookup is the one that is followed. It is over after `deadline`.
    ///
    /// # Errors
    /// What the protocol says about its parameters, in a sentence.
    pub(super) fn in_world(
        world: Arc<dyn World>,
        lookups: impl Iterator<Item = (u32, ObjectId)>,
        deadline: Span,
        params: &P::Params,
    ) -> Result<OneLookup<P>, String> {
        let planned = |(number, (origin, object)): (usize, (u32, ObjectId))| PlannedLookup {
            number: number as u32,
            origin,
            object,
            measured: true,
        };
        let lookups = lookups.enumerate().map(planned).collect();
        let engine = Engine::new(world, Box::new(AtOnce { lookups, deadline }), params, QueueKind::Wheel)?;
        Ok(OneLookup { engine })
    }

    /// Runs to the end, and gives every event of the lookup that is followed. Half way, at `at`, `look` sees the network.
    pub(super) fn events(mut self, at: Time, look: impl FnOnce(&Engine<P>)) -> Vec<TraceEvent> {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        self.engine.trace(Trace::new(0, move |event| {
            sink.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        }));
        let end = self.engine.end();
        self.engine.run_until(at.min(end));
        look(&self.engine);
        self.engine.run_until(end);
        drop(self.engine);
        std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs, and says whom the lookup visits, by name: `from` asks, and `names` are by number.
    pub(crate) fn route(self, from: u64, names: Vec<u64>) -> Vec<u64> {
        let mut route = vec![from];
        for event in self.events(Time::ZERO, |_| ()) {
            // Every forward is one hop more than the last; the answer is none more.
            if event.happened == Happened::Delivered && usize::from(event.hops) == route.len() {
                route.push(names[event.to.index()]);
            }
        }
        route
    }
}

/// Lookups right at the start, and nothing else.
struct AtOnce {
    lookups: VecDeque<PlannedLookup>,
    deadline: Span,
}

impl Director for AtOnce {
    fn starts_online(&self, _number: u32) -> bool {
        true
    }

    fn next_time(&self) -> Time {
        if self.lookups.is_empty() { Time::NEVER } else { Time::ZERO }
    }

    fn next(&mut self) -> Option<Happening> {
        self.lookups.pop_front().map(Happening::Lookup)
    }

    fn deadline(&self) -> Span {
        self.deadline
    }

    fn end(&self) -> Time {
        Time::ZERO + self.deadline
    }
}
