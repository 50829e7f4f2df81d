//! A small settled network in which one peer asks once: what `peerlab show` looks at.

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::sim::{
    Director, Engine, Happened, Happening, ObjectId, PlannedLookup, Protocol, QueueKind, Span, Time, Trace,
    World,
};
use crate::units::CountOrShare;
use crate::world::{ContentSettings, Settings, Terrain};

/// The network, with its lookup to come.
pub(super) struct OneLookup<P: Protocol> {
    pub(super) engine: Engine<P>,
}

impl<P: Protocol> OneLookup<P> {
    /// Settles `peers` peers, of whom `origin` will ask for object 0 right at the start; nobody, if it is `None`.
    ///
    /// # Errors
    /// What the world or the protocol says about its settings, in a sentence.
    pub(super) fn new(peers: u32, origin: Option<u32>, params: &P::Params) -> Result<OneLookup<P>, String> {
        let content = ContentSettings {
            objects: CountOrShare::Count(1),
            replicas: CountOrShare::Count(1),
            ..ContentSettings::default()
        };
        let settings = Settings { content, ..Settings::default() };
        let terrain = Terrain::build(&settings, Some(peers), 1, None::<&Path>, false);
        let world: Arc<dyn World> = Arc::new(terrain.map_err(|error| error.to_string())?);
        let engine = Engine::new(world, Box::new(Once { origin }), params, QueueKind::Wheel)?;
        Ok(OneLookup { engine })
    }

    /// Runs, and says whom the lookup visits, by name: `from` asks, and `names` are by number.
    pub(super) fn route(mut self, from: u64, names: Vec<u64>) -> Vec<u64> {
        let visited = Arc::new(Mutex::new(vec![from]));
        let sink = Arc::clone(&visited);
        self.engine.trace(Trace::new(0, move |event| {
            // Every forward is one hop more than the last; the answer is none more.
            let mut route = sink.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if event.happened == Happened::Delivered && usize::from(event.hops) == route.len() {
                route.push(names[event.to.index()]);
            }
        }));
        self.engine.run_until(self.engine.end());
        visited.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

/// One lookup for object 0, right at the start, by whom it says, if anybody.
struct Once {
    origin: Option<u32>,
}

impl Director for Once {
    fn starts_online(&self, _number: u32) -> bool {
        true
    }

    fn next_time(&self) -> Time {
        if self.origin.is_some() { Time::ZERO } else { Time::NEVER }
    }

    fn next(&mut self) -> Option<Happening> {
        let origin = self.origin.take()?;
        let object = ObjectId::new(0);
        Some(Happening::Lookup(PlannedLookup { number: 0, origin, object, measured: true }))
    }

    fn deadline(&self) -> Span {
        Span::secs(3600)
    }

    fn end(&self) -> Time {
        Time::ZERO + Span::secs(3600)
    }
}
