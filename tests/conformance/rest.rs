//! Networks at rest, and how they come to rest again.

use std::sync::Arc;

use peerlab::sim::{Engine, Protocol, Span, Time};
use peerlab::world::Terrain;

use crate::cases::{REST, for_every_protocol};
use crate::worlds::{engine, regains, secs, world};

/// After what happens at `unrest`, the invariants hold again within [`REST`], and still after another ten minutes.
fn comes_to_rest<P: Protocol>(world: &Arc<Terrain>, unrest: Time, what: &str) -> Engine<P> {
    let mut engine = engine::<P>(world);
    engine.run_until(unrest + Span(1));
    let took =
        regains(&mut engine, REST).unwrap_or_else(|violation| panic!("{}, {what}: {violation}", P::NAME));
    println!("{}, {what}: at rest after {took}", P::NAME);
    engine.run_until(engine.now() + Span::secs(600));
    regains(&mut engine, Span::secs(10))
        .unwrap_or_else(|violation| panic!("{}, {what}, later: {violation}", P::NAME));
    engine
}

for_every_protocol! {
    /// What has settled stays as it is.
    fn a_settled_network_is_at_rest<P>() {
        for (peers, overlay) in [(3, "power-law"), (50, "ring"), (300, "power-law"), (300, "random-regular")] {
            let text = format!(
                "overlay.graph.{overlay} = {{}}
                content.replicas = 1
                workload = {{ lookups = 0, duration = '2 h' }}"
            );
            let mut engine = engine::<P>(&world(&text, peers, 1));
            for minutes in [0, 1, 10, 30, 120] {
                engine.run_until(secs(60 * minutes));
                assert_eq!(engine.check_invariants(), Ok(()), "{peers} peers, {overlay}, after {minutes} min");
            }
        }
    }

    /// With nothing amiss, what exists is found and what does not is not. An unstructured overlay promises as much where
    /// everyone is a neighbour, and elsewhere that what it answers is right.
    fn a_settled_network_answers<P>() {
        peerlab::conformance::a_settled_network_answers::<P>();
    }

    /// Everybody comes one by one into a network that nobody is in.
    fn joining_one_by_one<P>() {
        for (peers, seed) in [(2, 1), (3, 1), (10, 1), (10, 2), (100, 1), (250, 2)] {
            let text = "churn.newcomers = '100 %'
                content.replicas = 1
                workload = { lookups = 0, duration = '2000 s' }";
            // The last of them comes before 80 % of the time are over.
            let world = world(text, peers, seed);
            let engine = comes_to_rest::<P>(&world, secs(1600), &format!("{peers} join, seed {seed}"));
            assert_eq!(engine.online().len() as u32, peers + P::servers(&P::Params::default()));
        }
    }

    /// Everybody, server and all, crashes at one instant, and comes back at another.
    fn everyone_crashes_and_comes_back<P>() {
        for (peers, back, seed) in [(2, 1, 1), (3, 60, 1), (10, 1, 1), (100, 1, 1), (100, 60, 2), (200, 3600, 3)] {
            let text = format!(
                "faults = [{{ at = '100 s', crash.everyone = {{}}, back = '{back} s' }}]
                content.replicas = 1
                workload = {{ lookups = 0, duration = '10000 s' }}"
            );
            let what = format!("{peers} back after {back} s, seed {seed}");
            let engine = comes_to_rest::<P>(&world(&text, peers, seed), secs(100 + back), &what);
            assert_eq!(engine.online().len() as u32, peers + P::servers(&P::Params::default()));
        }
    }

    /// A third of the peers crash, for good or for a while.
    fn a_third_crashes<P>() {
        for (peers, seed) in [(3, 1), (10, 1), (100, 1), (300, 1), (300, 2)] {
            for (back, after) in [("", 0), (", back = '5 s'", 5), (", back = '1 h'", 3600)] {
                let text = format!(
                    "faults = [{{ at = '100 s', crash.share = '33.4 %'{back} }}]
                    content.replicas = 1
                    workload = {{ lookups = 0, duration = '10000 s' }}"
                );
                let world = world(&text, peers, seed);
                comes_to_rest::<P>(&world, secs(100), &format!("a third of {peers} crashes{back}, seed {seed}"));
                comes_to_rest::<P>(&world, secs(100 + after), &format!("a third of {peers} is back{back}, seed {seed}"));
            }
        }
    }
}
