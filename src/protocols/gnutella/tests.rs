//! Floods against breadth-first search, walks, hits, and connections that come and go.

use proptest::prelude::*;
use rand::RngExt;

use super::test_world::{Script, TestWorld, engine, run, run_to_rest};
use super::*;
use crate::graph::{Graph, UNREACHED, distances, flood, generate};
use crate::sim::random::{Purpose, stream};
use crate::sim::{Account, Happening, Outcome, QueueKind, Time};

/// Nothing but searches.
fn still() -> Params {
    Params { ping_interval: Span::ZERO, ..Params::default() }
}

/// Graphs of several models.
fn graphs(seed: u64) -> Vec<Graph> {
    let rng = &mut stream(seed, Purpose::Topology, 0);
    vec![
        generate::random_picks(300, 3, rng).expect("valid"),
        generate::erdos_renyi(300, 3.0, rng).expect("valid"),
        generate::barabasi_albert(300, 2, rng).expect("valid"),
        generate::watts_strogatz(300, 4, 0.1, rng).expect("valid"),
        generate::random_regular(300, 3, rng).expect("valid"),
        generate::ring(30).expect("valid"),
        generate::star(30).expect("valid"),
        generate::complete(12).expect("valid"),
    ]
}

#[test]
fn a_flood_keeps_to_the_identity_at_every_ttl() {
    for (index, graph) in (1..3).flat_map(graphs).enumerate() {
        let mut world = TestWorld::on(graph.clone());
        let nowhere = world.object(Vec::new());
        for ttl in [Ttl::Hops(1), Ttl::Hops(2), Ttl::Hops(5), Ttl::Hops(7), Ttl::Edge] {
            let origin = (index as u32 * 7) % graph.nodes();
            let script = Script::until(60).lookup(100, origin, nowhere);
            let outcome = run::<Gnutella>(&world, script, &Params { ttl, ..still() });
            let expected =
                flood(&graph, origin, if ttl == Ttl::Edge { u32::MAX } else { u32::from(ttl.byte()) });
            let record = outcome.lookups[0];
            assert_eq!(record.messages, expected.messages, "graph {index}, {ttl:?}");
            assert_eq!(record.visited, expected.reached, "graph {index}, {ttl:?}");
            assert_eq!(outcome.tally.sent, expected.messages, "a static run sends nothing else");
            assert_eq!(record.bytes, expected.messages * 38);
        }
    }
}

#[test]
fn under_unequal_latencies_a_flood_never_costs_more() {
    for graph in graphs(5) {
        let mut world = TestWorld { latency_ms: (20, 80), ..TestWorld::on(graph.clone()) };
        let nowhere = world.object(Vec::new());
        for ttl in [3, 5] {
            let script = Script::until(60).lookup(100, 0, nowhere);
            let record =
                run::<Gnutella>(&world, script, &Params { ttl: Ttl::Hops(ttl), ..still() }).lookups[0];
            let bound = flood(&graph, 0, u32::from(ttl));
            assert!(record.messages <= bound.messages && record.visited <= bound.reached);
        }
        let script = Script::until(60).lookup(100, 0, nowhere);
        let record = run::<Gnutella>(&world, script, &Params { ttl: Ttl::Edge, ..still() }).lookups[0];
        assert_eq!(record.messages, flood(&graph, 0, u32::MAX).messages, "to the edge it is the same");
    }
}

proptest! {
    #![proptest_config(crate::properties::fixed_cases(24))]

    /// A hit has made as many hops as the nearest holder is away, and goes back as many.
    #[test]
    fn hits_come_back_hop_by_hop(seed: u64, holders in prop::collection::vec(1u32..100, 1..5), direct: bool) {
        let graph = generate::erdos_renyi(100, 4.0, &mut stream(seed, Purpose::Topology, 0)).expect("valid");
        let mut world = TestWorld { seed, ..TestWorld::on(graph.clone()) };
        let object = world.object(holders.clone());
        let hits = if direct { Hits::Direct } else { Hits::Path };
        let params = Params { hits, ..still() };
        let record = run::<Gnutella>(&world, Script::until(60).lookup(100, 0, object), &params).lookups[0];
        let far = distances(&graph, 0, 7);
        let reached: Vec<u32> = world.holders[object.index()].iter().copied().filter(|&h| far[h as usize] != UNREACHED).collect();
        let nearest = reached.iter().map(|&h| far[h as usize]).min();
        prop_assert_eq!(record.answer.map(|answer| u32::from(answer.hops)), nearest);
        prop_assert_eq!(record.providers as usize, reached.len());
        let back: u64 = reached.iter().map(|&h| if direct { 1 } else { u64::from(far[h as usize]) }).sum();
        prop_assert_eq!(record.messages, flood(&graph, 0, 7).messages + back);
        let ms = nearest.map(|hops| Span::millis(u64::from(if direct { hops + 1 } else { 2 * hops }) * 50));
        prop_assert_eq!(record.answer.map(|answer| answer.latency), ms);
    }

    /// Peers come and go, messages may get lost; when it has been quiet for a while, connections are in order.
    #[test]
    fn connections_recover_from_churn(seed: u64, peers in 1u32..40, lossy: bool, given: bool, cached: bool) {
        let loss = if lossy { 0.03 } else { 0.0 };
        let mut world = TestWorld { seed, loss, latency_ms: (10, 90), ..TestWorld::new(peers) };
        if given && peers > 6 {
            world.graph = generate::random_picks(peers, 2, &mut stream(seed, Purpose::Topology, 0)).ok();
        }
        let bootstrap = if cached { Bootstrap::PeerCache } else { Bootstrap::WellKnown };
        let script = Script::until(1200).churn(peers, seed, 120, 600);
        let params = Params { bootstrap, ping_interval: Span::secs(20), discovery_ttl: 3, ..Params::default() };
        if lossy {
            // A neighbour may be given up at any time: what is at rest is all but what is under way.
            engine::<Gnutella>(&world, script, &params, QueueKind::Wheel).run();
        } else {
            run_to_rest::<Gnutella>(&world, script, &params);
        }
    }
}

#[test]
fn the_memory_of_a_flood_ages() {
    let graph = generate::random_picks(200, 3, &mut stream(3, Purpose::Topology, 0)).expect("valid");
    let mut world = TestWorld::on(graph.clone());
    let nowhere = world.object(Vec::new());
    let mut script = Script::until(400);
    for i in 0..300 {
        script = script.lookup(i * 1000, (i % 200) as u32, nowhere);
    }
    let outcome = run_to_rest::<Gnutella>(&world, script, &Params { memory: Span::secs(10), ..still() });
    for record in &outcome.lookups {
        assert_eq!(record.messages, flood(&graph, record.origin, 7).messages);
    }
}

/// A path of 60 peers; the last has the object.
fn long_path(holder: u32) -> (TestWorld, ObjectId) {
    let edges: Vec<(u32, u32)> = (1..60).map(|v| (v - 1, v)).collect();
    let mut world = TestWorld::on(Graph::from_edges(60, &edges).0);
    let object = world.object(vec![holder]);
    (world, object)
}

fn ring(first: u8, step: u8, ttl: Ttl) -> Params {
    let patience = Span::millis(101);
    Params { search: Search::ExpandingRing(Ring { first, step, patience }), ttl, ..still() }
}

#[test]
fn a_ring_expands_until_there_is_an_answer() {
    // Rings of 1, 3 and 5 hops on a path, from its end: the third reaches peer 4 and one further.
    let (world, object) = long_path(4);
    let script = Script::until(60).lookup(0, 0, object);
    let record = run_to_rest::<Gnutella>(&world, script.clone(), &ring(1, 2, Ttl::Hops(7))).lookups[0];
    assert_eq!(record.messages, 1 + 3 + 5 + 4);
    assert_eq!(record.answer.map(|answer| answer.hops), Some(4));
    assert_eq!(record.answer.map(|answer| answer.latency), Some(Span::millis(101 + 303 + 400)));
    // Found at once.
    let record = run_to_rest::<Gnutella>(&world, script.clone(), &ring(4, 1, Ttl::Hops(7))).lookups[0];
    assert_eq!(record.messages, 4 + 4);
    // Not within the last ring, which is as wide as allowed.
    let record = run_to_rest::<Gnutella>(&world, script, &ring(1, 1, Ttl::Hops(3))).lookups[0];
    assert_eq!((record.messages, record.answer), (1 + 2 + 3, None));
    // The ring beyond 7 goes to the edge.
    let (world, object) = long_path(59);
    let script = Script::until(60).lookup(0, 0, object);
    let record = run_to_rest::<Gnutella>(&world, script, &ring(1, 3, Ttl::Edge)).lookups[0];
    assert_eq!((record.messages, record.answer.map(|answer| answer.hops)), (1 + 4 + 7 + 59 + 59, Some(59)));
}

/// A path of peers 0 to 6, where 6 has two objects; 8 hangs on 7 and 7 on 1.
fn branched_path() -> (TestWorld, [ObjectId; 2]) {
    let edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (1, 7), (7, 8)];
    let mut world = TestWorld::on(Graph::from_edges(9, &edges).0);
    let objects = [world.object(vec![6]), world.object(vec![6])];
    (world, objects)
}

/// Messages and hops of each lookup.
fn costs(outcome: &Outcome) -> Vec<(u64, Option<u16>)> {
    outcome.lookups.iter().map(|record| (record.messages, record.answer.map(|answer| answer.hops))).collect()
}

#[test]
fn whoever_asks_next_is_answered_nearer() {
    let (world, [a, b]) = branched_path();
    let near = Params { cache: 1, cache_life: Span::secs(100), ..still() };
    let script = Script::until(300);
    // The second one asks on the way of the first one's hit; the third, when that has aged; the fourth remembers itself.
    let asked =
        script.clone().lookup(0, 0, a).lookup(50_000, 8, a).lookup(101_000, 8, a).lookup(150_000, 8, a);
    let outcome = run_to_rest::<Gnutella>(&world, asked.clone(), &near);
    let far = (8 + 7, Some(7));
    assert_eq!(costs(&outcome), [(8 + 6, Some(6)), (2 + 2, Some(2)), far, (0, Some(0))]);
    assert!(outcome.lookups.iter().all(|record| record.answer.is_some_and(|answer| answer.correct)));
    // Those on the third one's way remember one answer each; what 0 knew has aged before its eyes.
    let entries = |outcome: &Outcome| outcome.entries.iter().map(|&(_, entries)| entries).sum::<u64>();
    let off = run_to_rest::<Gnutella>(&world, asked, &still());
    assert_eq!(costs(&off), [(8 + 6, Some(6)), far, far, far]);
    assert_eq!(entries(&outcome) - entries(&off), 7, "8, 7, and 1 to 5");
    // Room for one: the answer about the other object has taken its place.
    let asked = script.clone().lookup(0, 0, a).lookup(10_000, 0, b).lookup(20_000, 8, a);
    assert_eq!(costs(&run_to_rest::<Gnutella>(&world, asked.clone(), &near))[2], far);
    let roomy = Params { cache: 2, ..near.clone() };
    assert_eq!(costs(&run_to_rest::<Gnutella>(&world, asked, &roomy))[2], (4, Some(2)));
    // What a cache says is not cached: 7 has relayed the second one's hit, and asks 1 again.
    let asked = script.clone().lookup(0, 0, a).lookup(10_000, 8, a).lookup(20_000, 7, a);
    assert_eq!(costs(&run_to_rest::<Gnutella>(&world, asked, &near))[2], (1 + 1 + 1, Some(1)));
    // A holder that has gone is named all the same.
    let asked = script.lookup(0, 0, a).at(10_000, Happening::Crash(6)).lookup(20_000, 8, a);
    let stale = engine::<Gnutella>(&world, asked, &near, QueueKind::Wheel).run().lookups[1];
    assert_eq!(stale.answer.map(|answer| answer.correct), Some(false));
}

#[test]
fn walkers_end_at_a_cached_answer() {
    let (world, [a, _]) = branched_path();
    let search = Search::RandomWalk(RandomWalk { max_steps: Steps::Number(200), index: false });
    let params = Params { search, cache: 5, ..still() };
    let script = Script::until(300).lookup(0, 0, a).lookup(100_000, 8, a);
    let outcome = run_to_rest::<Gnutella>(&world, script, &params);
    assert_eq!(outcome.lookups[1].answer.map(|answer| answer.hops), Some(2), "8 has no way but by 7 to 1");
}

fn walk(graph: &Graph, holders: Vec<u32>, search: Search, hits: Hits) -> Outcome {
    let mut world = TestWorld::on(graph.clone());
    let object = world.object(holders);
    let script = Script::until(200).lookup(0, 0, object);
    run_to_rest::<Gnutella>(&world, script, &Params { search, hits, ttl: Ttl::Hops(7), ..still() })
}

#[test]
fn walkers_find_and_stop() {
    for graph in graphs(9)
        .into_iter()
        .filter(|graph| distances(graph, 0, u32::MAX)[29 % graph.nodes() as usize] != UNREACHED)
    {
        let holder = 29 % graph.nodes();
        for hits in [Hits::Path, Hits::Direct] {
            let search = Search::Walkers(Walkers { walkers: 8, max_steps: 2000, ..Walkers::default() });
            let record = walk(&graph, vec![holder], search, hits).lookups[0];
            let answer = record.answer.expect("8 walkers of 2000 steps cover these graphs");
            assert!(answer.correct && record.messages < 8 * 2000, "stopped early: {}", record.messages);
            assert!(u32::from(answer.hops) >= distances(&graph, 0, u32::MAX)[holder as usize]);
        }
    }
}

#[test]
fn walkers_do_not_turn_back_and_check_with_the_source() {
    // One walker around a ring of 30 to the peer opposite: 15 steps, checks at 4, 8 and 12, and back the same way.
    let graph = generate::ring(30).expect("valid");
    let search = Search::Walkers(Walkers { walkers: 1, check_every: 4, max_steps: 100 });
    let record = walk(&graph, vec![15], search, Hits::Path).lookups[0];
    assert_eq!(record.messages, 15 + 2 * 3 + 15);
    assert_eq!(record.answer.map(|answer| answer.hops), Some(15), "checks are no hops");
    assert_eq!(record.visited, 16);
    // Two walkers, one each way; the other one hears of the answer at its next check.
    let search = Search::Walkers(Walkers { walkers: 2, check_every: 4, max_steps: 100 });
    let record = walk(&graph, vec![3], search, Hits::Path).lookups[0];
    assert_eq!(
        record.messages,
        3 + 3 + (4 + 2) + 4 + 2,
        "answered at 300 ms, too late for the first check at 250 ms"
    );
    // At the end of a path there is no other way than back.
    let (world, _) = long_path(1);
    let graph = world.graph.expect("a path");
    let random_walk = Search::RandomWalk(RandomWalk { max_steps: Steps::Number(200), index: false });
    let record = walk(&graph, Vec::new(), random_walk, Hits::Path).lookups[0];
    assert_eq!((record.messages, record.visited), (200, 60));
}

#[test]
fn hops_and_costs_of_a_newcomer() {
    let graph = generate::random_regular(20, 4, &mut stream(1, Purpose::Topology, 0)).expect("valid");
    let mut world = TestWorld::on(graph);
    let object = world.object(vec![7]);
    let mut script = Script::until(100).at(1000, Happening::Join(5)).lookup(20_000, 5, object);
    script.offline = vec![5];
    let outcome = run_to_rest::<Gnutella>(&world, script, &Params::default());
    assert!(outcome.lookups[0].answer.is_some_and(|answer| answer.correct));
    let join = outcome.tally.on(Account::Join).messages;
    // Four handshakes, a PING over at most 39 links in both directions, and a PONG from each of 19 over several hops.
    assert!((8 + 19 + 19..8 + 78 + 19 * 7).contains(&join), "{join}");
    let entries = outcome.entries.iter().find(|(number, _)| *number == 5).expect("online").1;
    assert!(entries >= 19, "its host cache has filled: {entries}");
}

#[test]
fn who_is_alone_finds_company_later() {
    for bootstrap in [Bootstrap::HostList, Bootstrap::WellKnown, Bootstrap::PeerCache] {
        let mut world = TestWorld::new(2);
        let object = world.object(vec![0]);
        let mut script = Script::until(200)
            .at(1000, Happening::Join(0))
            .lookup(2000, 0, object)
            .at(3000, Happening::Join(1))
            .lookup(10_000, 1, object)
            .at(20_000, Happening::Crash(0))
            .at(80_000, Happening::Join(0))
            .lookup(150_000, 1, object);
        script.offline = vec![0, 1];
        let lookups =
            run_to_rest::<Gnutella>(&world, script, &Params { bootstrap, ..Params::default() }).lookups;
        let found: Vec<bool> = lookups.iter().map(|lookup| lookup.answer.is_some()).collect();
        assert_eq!(found, [false, true, true], "{bootstrap:?}");
    }
}

#[test]
fn a_crash_is_noticed_and_made_good() {
    let graph = generate::random_regular(40, 4, &mut stream(2, Purpose::Topology, 0)).expect("valid");
    let world = TestWorld::on(graph);
    let mut script = Script::until(300);
    for peer in 0..10 {
        script = script.at(1000 + u64::from(peer), Happening::Crash(peer * 4));
    }
    let mut engine = engine::<Gnutella>(&world, script, &Params::default(), QueueKind::Wheel);
    engine.run_until(Time(5_000_000_000));
    assert!(engine.check_invariants().is_err(), "nobody can know yet");
    engine.run_until(Time(300_000_000_000));
    assert_eq!(engine.check_invariants(), Ok(()));
    for peer in engine.online() {
        let degree = engine.peer(peer.number()).neighbours.as_slice().len();
        assert!((4..=12).contains(&degree), "{degree}");
    }
}

#[test]
fn a_given_overlay_is_not_pruned() {
    let graph = generate::star(40).expect("valid");
    let world = TestWorld::on(graph.clone());
    let mut engine = engine::<Gnutella>(&world, Script::until(200), &Params::default(), QueueKind::Wheel);
    engine.run_until(Time(200_000_000_000));
    for peer in engine.online() {
        let mut links: Vec<u32> = engine.peer(peer.number()).links().map(|link| link.number()).collect();
        links.sort_unstable();
        assert_eq!(links, graph.neighbours(peer.number()));
    }
}

#[test]
fn a_full_peer_names_others() {
    let params =
        Params { max_degree: 2, wanted_degree: 2, bootstrap: Bootstrap::WellKnown, ..Params::default() };
    let world = TestWorld::new(6);
    let mut script = Script::until(300);
    for peer in 0..6 {
        script = script.at(1000 * u64::from(peer), Happening::Join(peer));
    }
    script.offline = (0..6).collect();
    let outcome = run_to_rest::<Gnutella>(&world, script, &params);
    assert!(outcome.tally.on(Account::Join).messages > 0);
}

#[test]
fn sizes() {
    assert_eq!((size_of::<Message>(), align_of::<Message>()), (18, 1));
    assert_eq!(size_of::<Timer>(), 5);
    assert!(size_of::<Gnutella>() <= 152, "{}", size_of::<Gnutella>());
    let shared = Shared::new(&Params::default()).expect("valid");
    let guid = Guid { origin: PeerId::new(1), serial: Serial::new(1) };
    let size = |message| Gnutella::wire_size(&shared, &message);
    assert_eq!(size(Message::Ping { guid, ttl: 1 }), 23);
    assert_eq!(size(Message::Pong { guid, host: PeerId::new(2) }), 37);
    assert_eq!(size(Message::Query(Query { guid, object: ObjectId::new(0), ttl: 7 })), 26 + 12);
    assert_eq!(size(Message::QueryHit { guid, holder: PeerId::new(2), left: Left(1) }), 23 + 11 + 76 + 16);
}

/// The way back to a provider behind a firewall is known as long as answers name it.
#[test]
fn pushes_find_their_way_as_long_as_answers_are_cached() {
    let still = still();
    assert_eq!(still.push_memory(), still.memory);
    let caching = Params { cache: 10, cache_life: Span::secs(600), ..still };
    assert_eq!(caching.push_memory(), Span::secs(600));
}

#[test]
fn parameters_read_and_refuse() {
    let read = |text: &str| toml::from_str::<Params>(text);
    assert_eq!(read(""), Ok(Params::default()));
    assert_eq!(read("ttl = \"edge\"").map(|params| params.ttl), Ok(Ttl::Edge));
    assert_eq!(read("search = { flooding = {} }").map(|params| params.search), Ok(Search::Flooding {}));
    let walkers = Search::Walkers(Walkers { walkers: 16, ..Walkers::default() });
    assert_eq!(read("search = { walkers = { walkers = 16 } }").map(|params| params.search), Ok(walkers));
    for wrong in [
        "ttl = 0",
        "ttl = 255",
        "ttl = \"far\"",
        "ttl = -1",
        "tll = 7",
        "search = { ring = {} }",
        "hits = \"both\"",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    for wrong in [
        "max_degree = 1",
        "wanted_degree = 0",
        "wanted_degree = 20",
        "ping_ttl = 0",
        "memory = \"900 ms\"",
        "patience = 0",
        "search = { expanding-ring = { step = 0 } }",
        "search = { walkers = { walkers = 0 } }",
    ] {
        let params = read(wrong).expect("it parses");
        assert!(Shared::new(&params).is_err(), "{wrong}");
    }
    let written = toml::to_string(&Params { search: Search::Walkers(Walkers::default()), ..still() })
        .expect("it writes");
    assert!(read(&written).is_ok(), "{written}");
}

#[test]
fn settled_without_an_overlay_is_connected_and_regular() {
    for peers in [1, 2, 3, 10, 200] {
        let world = TestWorld::new(peers);
        let engine = engine::<Gnutella>(&world, Script::until(1), &still(), QueueKind::Wheel);
        assert_eq!(engine.check_invariants(), Ok(()));
        let mut edges = Vec::new();
        for peer in engine.online() {
            edges.extend(engine.peer(peer.number()).links().map(|link| (peer.number(), link.number())));
        }
        let graph = Graph::from_edges(peers, &edges).0;
        assert!(distances(&graph, 0, u32::MAX).iter().all(|&hops| hops != UNREACHED));
        assert!(graph.degrees().all(|degree| degree <= 4));
    }
}

#[test]
fn a_random_history_of_everything_is_the_same_twice() {
    let mut world = TestWorld { seed: 11, latency_ms: (20, 80), loss: 0.01, ..TestWorld::new(60) };
    let mut rng = stream(11, Purpose::Placement, 0);
    let objects: Vec<ObjectId> =
        (0..10).map(|_| world.object((0..3).map(|_| rng.random_range(0..60)).collect())).collect();
    for search in [
        Search::Flooding {},
        Search::ExpandingRing(Ring::default()),
        Search::Walkers(Walkers::default()),
        Search::RandomWalk(RandomWalk::default()),
        Search::HighDegreeWalk(HighDegreeWalk::default()),
        Search::RandomProbes(RandomProbes::default()),
    ] {
        let mut script = Script::until(300).churn(60, 5, 100, 250);
        // Peers 0 to 2 stay: only they ask.
        script.keep(&[0, 1, 2]);
        for i in 0..60 {
            script = script.lookup(4000 * i, (i % 3) as u32, objects[i as usize % 10]);
        }
        let params = Params { search, ..Params::default() };
        let once = engine::<Gnutella>(&world, script.clone(), &params, QueueKind::Wheel).run();
        let twice = engine::<Gnutella>(&world, script, &params, QueueKind::Heap).run();
        assert_eq!(once, twice);
        let found = once.lookups.iter().filter(|lookup| lookup.answer.is_some()).count();
        // A single walker is lost with every hundredth step, and dies with whoever holds it: it may fail most often.
        let least =
            if matches!(params.search, Search::RandomWalk(_) | Search::HighDegreeWalk(_)) { 10 } else { 20 };
        assert!(found > least, "{:?} found {found}", params.search);
    }
}
