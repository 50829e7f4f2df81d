//! The ring of every lecture: m = 6, nodes 1, 8, 14, 21, 32, 38, 42, 48, 51, 56.

use std::sync::{Arc, Mutex};

use peerlab::protocols::chord::{Chord, Node, Params, Routing};
use peerlab::sim::{Engine, Happened, QueueKind, Span, Trace};

use crate::worlds::{Script, directed, secs, world};

const IDS: [u64; 10] = [1, 8, 14, 21, 32, 38, 42, 48, 51, 56];
/// Those of objects 0 and 1.
const KEYS: [u64; 2] = [54, 45];

fn params(routing: Routing) -> Params {
    Params {
        bits: 6,
        ids: IDS.to_vec(),
        keys: KEYS.to_vec(),
        routing,
        successors: 3,
        // The textbook routes by fingers, and its nodes rest.
        list_routes: false,
        stabilize: Span::ZERO,
        fix_fingers: Span::ZERO,
        check_predecessor: Span::ZERO,
        republish: Span::ZERO,
        ..Params::default()
    }
}

/// Node `id` of the settled ring.
fn node(engine: &Engine<Chord>, id: u64) -> &Node {
    let number = IDS.iter().position(|&other| other == id).unwrap();
    engine.peer(number as u32).nodes().next().unwrap()
}

#[test]
fn nodes_know_whom_the_textbook_says() {
    let world = world("content = { objects = 2, replicas = 1 }", 10, 1);
    let engine = directed::<Chord>(
        &world,
        Script::until(secs(1)).ready(),
        &params(Routing::Recursive),
        QueueKind::Wheel,
    );
    assert_eq!(engine.check_invariants(), Ok(()));
    let ring = engine.shared().ring;
    let id = |node| ring.number(engine.shared().id(node));
    let n8 = node(&engine, 8);
    assert_eq!(n8.predecessor().map(id), Some(1));
    assert_eq!(n8.successors().map(id).collect::<Vec<_>>(), [14, 21, 32]);
    // Those that are not kept are the successor.
    let finger = |k: u32| {
        n8.fingers().find(|&(exponent, _)| exponent == 58 + k).map_or(n8.successor(), |(_, node)| node)
    };
    assert_eq!((0..6).map(|k| id(finger(k))).collect::<Vec<_>>(), [14, 14, 14, 21, 32, 42]);
    assert_eq!(node(&engine, 1).predecessor().map(id), Some(56));
    assert_eq!(node(&engine, 56).successors().map(id).collect::<Vec<_>>(), [1, 8, 14]);
}

/// The nodes that the question for object `object` from node `from` passes.
fn route(from: u64, object: u32, routing: Routing) -> Vec<u64> {
    // Seeds differ in who holds the objects; the asker must not.
    let world = (1..).map(|seed| world("content = { objects = 2, replicas = 1 }", 10, seed));
    let origin = IDS.iter().position(|&id| id == from).unwrap() as u32;
    let asks_somebody = |world: &Arc<peerlab::world::Terrain>| {
        use peerlab::sim::{ObjectId, World};
        !world.holders(ObjectId::new(object)).contains(&origin)
    };
    let world = world.take(100).find(asks_somebody).unwrap();
    let script = Script::until(secs(60)).lookup(secs(1), origin, object);
    let mut engine = directed::<Chord>(&world, script.ready(), &params(routing), QueueKind::Wheel);
    let passed = Arc::new(Mutex::new(vec![from]));
    let notes = Arc::clone(&passed);
    engine.trace(Trace::new(0, move |event| {
        let asks = ["FindSuccessor", "Closest", "Get"]
            .iter()
            .any(|say| event.message.contains(&format!("say: {say} ")));
        if event.happened == Happened::Delivered && asks {
            notes.lock().unwrap().push(IDS[event.to.index()]);
        }
    }));
    engine.run_until(engine.end());
    let outcome = engine.finish();
    let passed = passed.lock().unwrap().clone();
    let answer = outcome.lookups[0].answer.unwrap();
    assert!(answer.correct);
    assert_eq!(usize::from(answer.hops), passed.len() - 1, "hops are the forwards");
    passed
}

#[test]
fn key_54_from_8() {
    assert_eq!(route(8, 0, Routing::Recursive), [8, 42, 51, 56]);
    assert_eq!(route(8, 0, Routing::Iterative), [8, 42, 51, 56]);
}

#[test]
fn key_45_from_1() {
    assert_eq!(route(1, 1, Routing::Successors), [1, 8, 14, 21, 32, 38, 42, 48]);
    assert_eq!(route(1, 1, Routing::Recursive), [1, 38, 42, 48]);
    assert_eq!(route(1, 1, Routing::Iterative), [1, 38, 42, 48]);
}
