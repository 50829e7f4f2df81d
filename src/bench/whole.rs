//! Whole protocols on static networks: the workloads on which other simulators were measured.

use std::sync::Arc;
use std::time::Instant;

use crate::protocols::chord::{self, Chord};
use crate::protocols::gnutella::{self, Gnutella};
use crate::sim::{Engine, Protocol, QueueKind, Span, World};
use crate::units::{CountOrShare, Frequency, Share};
use crate::world::{
    ArrivalLaw, ContentKind, ContentSettings, GraphModel, LatencyModel, OverlaySettings, Settings, Terrain,
    UnderlaySettings, WorkloadSettings,
};

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurement {
    /// Wall-clock seconds to build the settled network, on all threads.
    pub settled_s: f64,
    /// Lookups issued.
    pub lookups: u64,
    /// Messages delivered.
    pub messages: u64,
    /// Wall-clock seconds of the run, on one thread.
    pub seconds: f64,
    /// Mean hops of found lookups.
    pub hops_mean: f64,
    /// The process's peak memory when the network had settled, where the system says so.
    pub peak_bytes: Option<u64>,
}

impl Measurement {
    /// Delivered messages per second.
    pub fn per_second(&self) -> f64 {
        self.messages as f64 / self.seconds
    }
}

/// PeerSim's static Chord: 12 successors, settled fingers, no maintenance, one recursive lookup per millisecond from a
/// random peer for the identifier of another, latency uniform in 20 to 80 ms.
///
/// # Errors
/// What is wrong with `peers`.
pub fn chord(peers: u32) -> Result<Measurement, String> {
    let content = ContentSettings { kind: ContentKind::Identities, ..ContentSettings::default() };
    let lookups = if peers > 200_000 { 1_000_000 } else { 2_000_000 };
    let settings = Settings {
        content,
        underlay: uniform(),
        workload: WorkloadSettings {
            lookups,
            rate: Frequency(1000.0),
            arrivals: ArrivalLaw::Even,
            ..WorkloadSettings::default()
        },
        ..Settings::default()
    };
    let params = chord::Params {
        successors: 12,
        routing: chord::Routing::Recursive,
        stabilize: Span::ZERO,
        fix_fingers: Span::ZERO,
        check_predecessor: Span::ZERO,
        republish: Span::ZERO,
        lifetime: Span::ZERO,
        ..chord::Params::default()
    };
    measure::<Chord>(&settings, peers, &params)
}

/// PeerSim's flooding: every peer links to three random others, TTL 7, an object on 0.1 % of the peers, one query a
/// second, latency uniform in 20 to 80 ms.
///
/// # Errors
/// What is wrong with `peers`.
pub fn flood(peers: u32) -> Result<Measurement, String> {
    let settings = Settings {
        overlay: OverlaySettings {
            graph: GraphModel::RandomPicks { picks: 3 },
            ..OverlaySettings::default()
        },
        content: ContentSettings {
            objects: CountOrShare::Count(100),
            replicas: CountOrShare::Share(Share(0.001)),
            ..ContentSettings::default()
        },
        underlay: uniform(),
        workload: WorkloadSettings {
            lookups: (200_000_000 / u64::from(peers)).clamp(100, 10_000) as u32,
            rate: Frequency(1.0),
            arrivals: ArrivalLaw::Even,
            ..WorkloadSettings::default()
        },
        ..Settings::default()
    };
    // Seven hops of at most 80 ms: a flood is over when a second has passed.
    let memory = Span::secs(1);
    let params = gnutella::Params { ping_interval: Span::ZERO, memory, ..gnutella::Params::default() };
    measure::<Gnutella>(&settings, peers, &params)
}

fn uniform() -> UnderlaySettings {
    let latency = LatencyModel::Uniform { low: Span::millis(20), high: Span::millis(80) };
    UnderlaySettings { latency, ..UnderlaySettings::default() }
}

fn measure<P: Protocol>(settings: &Settings, peers: u32, params: &P::Params) -> Result<Measurement, String> {
    let started = Instant::now();
    let terrain =
        Terrain::build(settings, Some(peers), 1, None, P::OVERLAY).map_err(|error| error.to_string())?;
    let director = terrain.director(P::servers(params));
    let world: Arc<dyn World> = Arc::new(terrain);
    let mut engine = Engine::<P>::new(world, director, params, QueueKind::Wheel)?;
    let settled_s = started.elapsed().as_secs_f64();
    let peak_bytes = peak_bytes();
    let started = Instant::now();
    engine.run_until(engine.end());
    let seconds = started.elapsed().as_secs_f64();
    let outcome = engine.finish();
    let answers = outcome.lookups.iter().filter_map(|lookup| lookup.answer);
    let (n, hops) = answers.fold((0u64, 0u64), |(n, sum), answer| (n + 1, sum + u64::from(answer.hops)));
    Ok(Measurement {
        settled_s,
        lookups: outcome.tally.lookups,
        messages: outcome.tally.delivered,
        seconds,
        hops_mean: hops as f64 / n.max(1) as f64,
        peak_bytes,
    })
}

/// The most memory that this process has had in use.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
