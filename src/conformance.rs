//! The part of the conformance suite that a protocol of one's own can be tested with: what every protocol must do while
//! nobody comes or goes. `tests/conformance.rs` runs these same cases for every registered protocol, and many more.
//!
//! ```no_run
//! # use peerlab::protocols::chord::Chord as MyProtocol;
//! peerlab::conformance::calm::<MyProtocol>();
//! ```
//!
//! Like a test, a case panics where the protocol fails it.

use std::sync::Arc;

use crate::sim::{Director, Engine, Outcome, Protocol, QueueKind, Span, Time, World};
use crate::world::{Settings, Terrain};

/// All cases.
///
/// # Panics
/// At the first one that the protocol fails.
pub fn calm<P: Protocol>() {
    one_peer_alone::<P>();
    two_peers::<P>();
    a_settled_network_answers::<P>();
    the_same_whatever_runs_it::<P>();
}

/// The world that the tables in `text` describe.
///
/// # Panics
/// There is no such world.
pub fn world(text: &str, peers: u32, seed: u64) -> Arc<Terrain> {
    let settings: Settings = toml::from_str(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    let terrain = Terrain::build(&settings, Some(peers), seed, None, true);
    Arc::new(terrain.unwrap_or_else(|error| panic!("{text}\n{error}")))
}

/// A run of `P` in `world`, with default parameters.
///
/// # Panics
/// The parameters do not fit the world.
pub fn engine<P: Protocol>(world: &Arc<Terrain>) -> Engine<P> {
    engine_with(world, &P::Params::default(), QueueKind::Wheel)
}

/// A run of `P` in `world`.
///
/// # Panics
/// The parameters do not fit the world.
pub fn engine_with<P: Protocol>(world: &Arc<Terrain>, params: &P::Params, queue: QueueKind) -> Engine<P> {
    directed(world, world.director(P::servers(params)), params, queue)
}

/// A run of `P` in which `director` says what happens.
///
/// # Panics
/// The parameters do not fit the world.
pub fn directed<P: Protocol>(
    world: &Arc<Terrain>,
    director: Box<dyn Director>,
    params: &P::Params,
    queue: QueueKind,
) -> Engine<P> {
    let world: Arc<dyn World> = Arc::clone(world) as Arc<dyn World>;
    Engine::new(world, director, params, queue).unwrap_or_else(|error| panic!("{}: {error}", P::NAME))
}

/// This many seconds after the start.
pub fn secs(secs: u64) -> Time {
    Time::ZERO + Span::secs(secs)
}

/// Whether every question was answered, and every answer right.
///
/// # Errors
/// The first lookup of which that is not so.
pub fn all_correct(outcome: &Outcome) -> Result<(), String> {
    let wrong = outcome.lookups.iter().find(|lookup| !lookup.answer.is_some_and(|answer| answer.correct));
    wrong.map_or(Ok(()), |lookup| Err(format!("{lookup:?}")))
}

/// The share of lookups that were answered.
pub fn found(outcome: &Outcome) -> f64 {
    let found = outcome.lookups.iter().filter(|lookup| lookup.answer.is_some()).count();
    found as f64 / outcome.lookups.len() as f64
}

fn right(outcome: &Outcome) {
    all_correct(outcome).unwrap_or_else(|lookup| panic!("not answered right: {lookup}"));
}

/// Alone one has nobody to ask, and nothing to say.
///
/// # Panics
/// It is not so.
pub fn one_peer_alone<P: Protocol>() {
    let lonely = world("content.replicas = 1\nworkload = { lookups = 50, rate = '1 /s' }", 1, 1);
    let outcome = engine::<P>(&lonely).run();
    assert!(outcome.lookups.is_empty(), "nobody else holds anything");
    let text = "content.replicas = 1\nworkload = { lookups = 50, rate = '1 /s', misses = '100 %' }";
    let mut engine = engine::<P>(&world(text, 1, 1));
    engine.run_until(engine.end());
    assert_eq!(engine.check_invariants(), Ok(()));
    let outcome = engine.finish();
    assert_eq!(outcome.lookups.len(), 50);
    assert!(outcome.lookups.iter().all(|lookup| lookup.answer.is_none()), "there is no such object");
}

/// Either finds what the other has, settled from the start.
///
/// # Panics
/// It is not so.
pub fn two_peers<P: Protocol>() {
    let text = "content = { replicas = 1, objects = 20 }\nworkload = { lookups = 100, rate = '1 /s' }";
    let mut engine = engine::<P>(&world(text, 2, 1));
    assert_eq!(engine.check_invariants(), Ok(()));
    engine.run_until(engine.end());
    assert_eq!(engine.check_invariants(), Ok(()));
    let outcome = engine.finish();
    assert_eq!(outcome.lookups.len(), 100);
    right(&outcome);
}

/// With nothing amiss, what exists is found and what does not is not. An unstructured overlay promises as much where
/// everyone is a neighbour, and elsewhere that what it answers is right.
///
/// # Panics
/// It is not so.
pub fn a_settled_network_answers<P: Protocol>() {
    let workload = "workload = { lookups = 500, rate = '5 /s', fetch = true }";
    for seed in 1..4 {
        let text = format!("overlay.graph.complete = {{}}\npopulation.free_riders = '20 %'\n{workload}");
        let mut engine = engine::<P>(&world(&text, 60, seed));
        engine.run_until(engine.end() + Span::secs(600));
        assert_eq!(engine.lookups_under_way(), 0, "the ledger retires what is over");
        let outcome = engine.finish();
        assert_eq!(outcome.lookups.len(), 500);
        right(&outcome);
        assert!(outcome.lookups.iter().all(|lookup| lookup.providers <= lookup.online_holders));
        assert_eq!(outcome.tally.fetched, outcome.tally.fetches, "every download arrives");
        assert_eq!((outcome.tally.lost, outcome.tally.dropped), (0, 0));
    }
    let outcome = engine::<P>(&world(workload, 300, 1)).run();
    let mut answers = outcome.lookups.iter().filter_map(|lookup| lookup.answer);
    assert!(answers.all(|answer| answer.correct), "an answer is wrong");
    match P::OVERLAY {
        true => assert!(found(&outcome) > 0.9),
        false => right(&outcome),
    }
    let text = "workload = { lookups = 200, misses = '100 %' }";
    assert_eq!(found(&engine::<P>(&world(text, 100, 1)).run()), 0.0, "what does not exist is not found");
}

/// A bit of everything: churn, newcomers, a fault, loss, jitter, downloads, questions that have no answer.
fn eventful(seed: u64) -> Arc<Terrain> {
    let text = "churn = { newcomers = '5 %', sessions.exponential = { online = '5 min', offline = '1 min' } }
        faults = [{ at = '100 s', crash.share = '30 %', back = '60 s' }]
        underlay = { loss = '1 %', jitter = '10 ms', latency.plane = {} }
        workload = { lookups = 1000, rate = '5 /s', warm_up = '20 s', misses = '5 %', fetch = true }";
    world(text, 120, seed)
}

fn outcome<P: Protocol>(seed: u64, queue: QueueKind) -> Outcome {
    engine_with::<P>(&eventful(seed), &P::Params::default(), queue).run()
}

/// Twice, on the other queue, in steps, and with one thread or two for setting it up: the same.
///
/// # Panics
/// It is not so.
pub fn the_same_whatever_runs_it<P: Protocol>() {
    for seed in [1, 2] {
        let first = outcome::<P>(seed, QueueKind::Wheel);
        assert_eq!(first, outcome::<P>(seed, QueueKind::Wheel), "twice");
        assert_eq!(first, outcome::<P>(seed, QueueKind::Heap), "on the heap");
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.unwrap_or_else(|error| panic!("no threads: {error}"));
            let again = pool.install(|| outcome::<P>(seed, QueueKind::Wheel));
            assert_eq!(first, again, "{threads} threads");
        }
        let mut stepped = engine::<P>(&eventful(seed));
        while stepped.now() < stepped.end() {
            let step = Span(1 + stepped.now().nanos() % 777_777_777);
            stepped.run_until((stepped.now() + step).min(stepped.end()));
        }
        assert_eq!(first, stepped.finish(), "in steps");
    }
    let other = outcome::<P>(2, QueueKind::Wheel).tally.fingerprint;
    assert_ne!(outcome::<P>(1, QueueKind::Wheel).tally.fingerprint, other, "another seed is another run");
}
