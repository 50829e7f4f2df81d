//! Chord against the sorted ring.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use peerlab::protocols::chord::{Chord, Node, NodeRef, Params, Routing, Shared};
use peerlab::sim::random::mix;
use peerlab::sim::{
    Director, Engine, Happened, Happening, ObjectId, PeerId, QueueKind, Span, Time, Trace, TraceEvent, World,
};
use peerlab::space::ring::Id;
use peerlab::world::Terrain;
use proptest::prelude::*;

use crate::worlds::{Script, ThenCalm, all_correct, directed, engine_with, regains, secs, world};

const ROUTINGS: [Routing; 3] = [Routing::Iterative, Routing::Recursive, Routing::Successors];

/// All nodes in order of their identifiers: the oracle.
fn sorted(shared: &Shared, peers: impl Iterator<Item = u32>) -> Vec<(Id, NodeRef)> {
    let nodes = peers.flat_map(|number| shared.nodes(PeerId::new(number)).collect::<Vec<_>>());
    let mut ring: Vec<(Id, NodeRef)> = nodes.map(|node| (shared.id(node), node)).collect();
    ring.sort_unstable();
    ring
}

/// The place of the owner of `key`: the first node at or after it.
fn owner(ring: &[(Id, NodeRef)], key: Id) -> usize {
    ring.iter().position(|&(id, _)| id >= key).unwrap_or(0)
}

/// Nobody does anything but look up.
fn still(params: Params) -> Params {
    let never = Span::ZERO;
    Params { stabilize: never, fix_fingers: never, check_predecessor: never, republish: never, ..params }
}

/// Follows lookup `number`, and gives a place where its events will be.
fn follow(engine: &mut Engine<Chord>, number: u32) -> Arc<Mutex<Vec<TraceEvent>>> {
    let events = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&events);
    engine.trace(Trace::new(number, move |event| sink.lock().unwrap().push(event)));
    events
}

/// The virtual nodes, in order of their addresses, of everybody in the network.
fn nodes(engine: &Engine<Chord>) -> Vec<&Node> {
    engine.online().iter().flat_map(|peer| engine.peer(peer.number()).nodes()).collect()
}

/// On short rings SHA-1 gives several objects one key, under which providers of all of them are found: there, keys are
/// listed.
fn distinct_keys(bits: u32) -> Vec<u64> {
    if bits < 64 { (0..150).map(|object| (object * 211 + 17) % (1 << bits)).collect() } else { Vec::new() }
}

prop_compose! {
    fn params()(
        bits in prop_oneof![Just(9u32), Just(16), Just(64), Just(160)],
        routing in 0usize..3,
        successors in 1usize..20,
        copies in 1usize..4,
        virtual_nodes in 1u8..5,
        list_routes: bool,
    ) -> Params {
        let replication = copies.min(successors);
        let keys = distinct_keys(bits);
        Params { bits, routing: ROUTINGS[routing], successors, replication, virtual_nodes, list_routes, keys, ..Params::default() }
    }
}

proptest! {
    #![proptest_config(super::cases(64))]

    /// In a settled ring every question reaches the owner of its key, is answered right, and takes no more hops than the
    /// halving of distances allows; along successors exactly as many as there are nodes on the way.
    #[test]
    fn a_settled_ring_finds_owners(seed: u64, peers in 2u32..100, params in params(), followed in 0u32..80) {
        let text = "content = { objects = 150, replicas = 1 }\nworkload = { lookups = 80, rate = '10 /s', deadline = '10 min' }";
        let world = world(text, peers, seed);
        let mut engine = engine_with::<Chord>(&world, &still(params.clone()), QueueKind::Wheel);
        prop_assert_eq!(engine.check_invariants(), Ok(()));
        let ring = sorted(engine.shared(), 0..peers);
        let keys: Vec<Id> = (0..150).map(|rank| engine.shared().key(ObjectId::new(rank))).collect();
        let events = follow(&mut engine, followed);
        engine.run_until(engine.end());
        prop_assert_eq!(engine.lookups_under_way(), 0);
        let outcome = engine.finish();
        all_correct(&outcome).map_err(TestCaseError::fail)?;
        for lookup in &outcome.lookups {
            let hops = usize::from(lookup.answer.unwrap().hops);
            let n = ring.len();
            let place = ring.iter().position(|&(_, node)| node == NodeRef { peer: PeerId::new(lookup.origin), index: 0 });
            let way = (owner(&ring, keys[lookup.object.index()]) + n - place.unwrap()) % n;
            match params.routing {
                Routing::Successors => prop_assert!(hops == way || params.replication > 1 && hops <= way),
                Routing::Iterative | Routing::Recursive => {
                    prop_assert!(hops <= way && hops <= params.bits.min(64) as usize + 1);
                }
            }
            prop_assert!(lookup.messages <= 2 * hops as u64 + 2, "{:?}", lookup);
        }
        let lookup = outcome.lookups.iter().find(|lookup| lookup.number == followed).unwrap();
        let events = events.lock().unwrap();
        let got = events.iter().rfind(|event| event.message.contains("say: Get "));
        let reached = got.map_or(lookup.origin, |event| event.to.number());
        prop_assert_eq!(reached, ring[owner(&ring, keys[lookup.object.index()])].1.peer.number());
    }

    /// Fingers are for speed: with all of them wrong, lookups are still right.
    #[test]
    fn wrong_fingers_lead_to_right_answers(seed: u64, peers in 2u32..60, params in params(), wrong in 0u8..4) {
        let text = "content = { objects = 50, replicas = 2 }\nworkload = { lookups = 60, rate = '10 /s', deadline = '60 s' }";
        let world = world(text, peers, seed);
        let params = still(params);
        let mut engine = engine_with::<Chord>(&world, &params, QueueKind::Wheel);
        let spare = engine_with::<Chord>(&world, &params, QueueKind::Wheel);
        let shared = spare.shared();
        let ring = sorted(shared, 0..peers);
        let mut draw = seed;
        for number in 0..peers {
            for node in engine.peer_mut(number).nodes_mut() {
                let me = node.address();
                for k in 64 - shared.ring.bits()..64 {
                    draw = mix(draw + 1);
                    let random = Some(ring[draw as usize % ring.len()].1);
                    let finger = match (wrong, draw >> 62) {
                        (0, _) | (3, 0) => None,
                        (1, _) | (3, 1) => Some(me),
                        _ => random,
                    };
                    node.corrupt_finger(k, finger, shared);
                }
            }
        }
        engine.run_until(engine.end());
        all_correct(&engine.finish()).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(super::cases(24))]

    /// Having joined one by one, and maintained for long enough, is having settled: successors, predecessors, fingers, and
    /// index.
    #[test]
    fn having_joined_is_having_settled(
        seed: u64, peers in 2u32..50, bits in prop_oneof![Just(10u32), Just(160)], virtual_nodes in 1u8..4, replication in 1usize..3,
    ) {
        let text = |newcomers: &str| format!(
            "churn.newcomers = '{newcomers}'
            content = {{ objects = 100, replicas = 2 }}
            workload = {{ lookups = 0, duration = '10 h' }}",
        );
        // In the two hours after the last one has come, fingers have been refreshed, and index entries that went to nodes
        // which have lost their keys to newcomers have aged.
        let keys = distinct_keys(bits);
        let params = Params {
            bits, keys, virtual_nodes, replication, ..Params::default()
        };
        let settled = engine_with::<Chord>(&world(&text("0 %"), peers, seed), &params, QueueKind::Wheel);
        let mut joined = engine_with::<Chord>(&world(&text("100 %"), peers, seed), &params, QueueKind::Wheel);
        joined.run_until(joined.end());
        prop_assert_eq!(joined.check_invariants(), Ok(()));
        let (settled, joined) = (nodes(&settled), nodes(&joined));
        prop_assert_eq!(settled.len(), joined.len());
        for (settled, joined) in settled.into_iter().zip(joined) {
            let state = |node: &Node| {
                let successors: Vec<NodeRef> = node.successors().collect();
                let fingers: Vec<(u32, NodeRef)> = node.fingers().collect();
                (node.address(), node.id(), node.predecessor(), successors, fingers)
            };
            prop_assert_eq!(state(settled), state(joined));
            let keys = |node: &Node| node.keys().collect::<BTreeSet<Id>>();
            match replication {
                1 => {
                    let (settled, joined) = (keys(settled), keys(joined));
                    let (less, more): (Vec<_>, Vec<_>) = (settled.difference(&joined).collect(), joined.difference(&settled).collect());
                    prop_assert!(less.is_empty() && more.is_empty(), "misses {:?}, and has {:?} too much", less, more);
                }
                // Nodes that once were among the next ones keep their copies.
                _ => prop_assert!(keys(settled).is_subset(&keys(joined))),
            }
        }
    }

    /// Under churn and loss: whoever is called correct was there, in that session, and had it. When it is over and nothing
    /// gets lost, the ring is whole again.
    #[test]
    fn answers_under_churn_are_what_they_are_said_to_be(
        seed: u64, peers in 2u32..50, routing in 0usize..3, copies in 1usize..4, loss in 0u32..3, online_s in 60u32..900,
    ) {
        let text = format!(
            "churn.sessions.exponential = {{ online = '{online_s} s', offline = '60 s' }}
            underlay.loss = '{} %'
            content = {{ objects = 60, replicas = 2 }}
            workload = {{ lookups = 400, rate = '1 /s', duration = '2000 s' }}",
            4 * loss,
        );
        let world = world(&text, peers, seed);
        let params = Params { routing: ROUTINGS[routing], replication: copies, ..Params::default() };
        let calm = secs(600);
        let run = |number| {
            let director = ThenCalm::over(world.director(0), peers, calm);
            let mut engine = directed::<Chord>(&world, director, &params, QueueKind::Wheel);
            let events = follow(&mut engine, number);
            engine.run_until(calm + Span(1));
            let regained = regains(&mut engine, Span::secs(900));
            engine.run_until(engine.end());
            (regained, engine.finish(), events)
        };
        let (regained, outcome, _) = run(u32::MAX);
        if loss == 0 {
            prop_assert!(regained.is_ok(), "{:?}", regained);
        }
        let answered: Vec<_> = outcome.lookups.iter().filter(|lookup| lookup.answer.is_some()).collect();
        // Two of them are looked at more closely: one that is correct, one that is not.
        for correct in [true, false] {
            let Some(lookup) = answered.iter().find(|lookup| lookup.answer.unwrap().correct == correct) else { continue };
            let (_, again, events) = run(lookup.number);
            prop_assert_eq!(&again, &outcome, "to look changes nothing");
            let events = events.lock().unwrap();
            let answer = events.iter().find(|event| event.happened == Happened::Answered).unwrap();
            let online = online_at(&mut *ThenCalm::over(world.director(0), peers, calm), peers, answer.time);
            let there = online.contains(&answer.from) && world.holders(lookup.object).contains(&answer.from.number());
            prop_assert_eq!(there, correct, "{:?}", answer);
            prop_assert_eq!(answer.time.since(lookup.issued), lookup.answer.unwrap().latency);
        }
    }

    /// Copies on the next nodes answer for an owner that has crashed, before anybody has noticed.
    #[test]
    fn copies_survive_the_owner(seed: u64, peers in 8u32..60, crashes in 1usize..4, recursive: bool) {
        let world = world("content = { objects = 40, replicas = 2 }", peers, seed);
        let routing = if recursive { Routing::Recursive } else { Routing::Iterative };
        let found = |replication: usize| {
            let params = still(Params { replication, routing, ..Params::default() });
            let ring = sorted(&Shared::new(&setup(&world), &params).unwrap(), 0..peers);
            let shared = Shared::new(&setup(&world), &params).unwrap();
            let mut found = 0;
            let mut asked = 0;
            for object in (0..40).map(ObjectId::new) {
                let at = owner(&ring, shared.key(object));
                let dead: Vec<u32> = (0..crashes).map(|i| ring[(at + i) % ring.len()].1.peer.number()).collect();
                let alive = |number: &u32| !dead.contains(number);
                let holders = world.holders(object);
                if !holders.iter().any(alive) {
                    continue;
                }
                let Some(origin) = (0..peers).find(|number| alive(number) && !holders.contains(number)) else { continue };
                let mut script = Script::until(secs(100));
                for &number in &dead {
                    script = script.at(secs(10), Happening::Crash(number));
                }
                let script = script.lookup(secs(10) + Span(1), origin, object.rank());
                let outcome = directed::<Chord>(&world, script.ready(), &params, QueueKind::Wheel).run();
                asked += 1;
                found += usize::from(outcome.lookups[0].answer.is_some());
            }
            (found, asked)
        };
        if !recursive {
            let (found, asked) = found(crashes + 1);
            prop_assert_eq!(found, asked);
        }
        prop_assert_eq!(found(1).0, 0, "without copies it is gone");
    }
}

fn setup(world: &Arc<Terrain>) -> peerlab::sim::Setup<'_> {
    peerlab::sim::Setup { world: &**world, online: &[], participants: world.peers() }
}

/// Who is online at `time`, in which session: by what the director says, not by the engine's books.
fn online_at(director: &mut dyn Director, peers: u32, time: Time) -> Vec<PeerId> {
    let mut address: Vec<PeerId> = (0..peers).map(PeerId::new).collect();
    let mut online: Vec<bool> = (0..peers).map(|number| director.starts_online(number)).collect();
    let mut been: Vec<bool> = online.clone();
    while director.next_time() <= time {
        let Some(happening) = director.next() else { break };
        match happening {
            Happening::Join(number) | Happening::Arrive(number) => {
                let number = number as usize;
                if std::mem::replace(&mut been[number], true) {
                    address[number] = address[number].next_session();
                }
                online[number] = true;
            }
            Happening::Leave(number) | Happening::Crash(number) => online[number as usize] = false,
            Happening::Strike(_) | Happening::Part(_) | Happening::Heal(_) => {}
            Happening::Lookup(_) | Happening::Measure => {}
        }
    }
    address.into_iter().zip(online).filter(|&(_, online)| online).map(|(address, _)| address).collect()
}
