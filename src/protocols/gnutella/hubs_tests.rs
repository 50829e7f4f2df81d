//! Walks to hubs, step by step, and what neighbours know of each other.

use proptest::prelude::*;

use super::super::params::{HighDegreeWalk, Hits, Params, RandomWalk};
use super::super::test_world::{Script, TestWorld, engine, run_to_rest};
use super::super::{Gnutella, Ttl};
use super::*;
use crate::graph::{Graph, generate};
use crate::protocols::gnutella::Bootstrap;
use crate::sim::random::{Purpose, stream};
use crate::sim::{Account, LookupRecord, Outcome, QueueKind, Span};

fn hubs(max_steps: u16, index: bool) -> Search {
    Search::HighDegreeWalk(HighDegreeWalk { max_steps: Steps::Number(max_steps), index })
}

/// Two hubs, of which 0 has eight leaves (2 to 9) and 1 four (10 to 13), linked by 14; and a tail 2 - 15 - 16.
fn two_hubs() -> Graph {
    let leaves = (2..10).map(|leaf| (0, leaf)).chain((10..14).map(|leaf| (1, leaf)));
    let edges: Vec<(u32, u32)> = leaves.chain([(0, 14), (14, 1), (2, 15), (15, 16)]).collect();
    Graph::from_edges(17, &edges).0
}

fn asked(graph: &Graph, origin: u32, holder: u32, search: Search) -> LookupRecord {
    let mut world = TestWorld::on(graph.clone());
    let object = world.object(vec![holder]);
    let params = Params { search, ping_interval: Span::ZERO, hits: Hits::Path, ..Params::default() };
    let script = Script::until(100).lookup(0, origin, object);
    run_to_rest::<Gnutella>(&world, script, &params).lookups[0]
}

#[test]
fn the_query_goes_to_hubs_first_and_nowhere_twice() {
    let graph = two_hubs();
    // From 16 by 15 and 2 to the hub 0, by 14, which has two neighbours where the leaves have one, to the hub 1, which
    // answers for its leaf: five hops, and as many back.
    let record = asked(&graph, 16, 12, hubs(100, true));
    assert_eq!((record.messages, record.answer.map(|a| (a.hops, a.correct))), (10, Some((5, true))));
    assert_eq!(record.visited, 6, "16, 15, 2, 0, 14, 1");
    // Without the index it goes on to the leaves one by one, each of which sends it back, from 10 on.
    let record = asked(&graph, 16, 12, hubs(100, false));
    assert_eq!(record.answer.map(|a| a.hops), Some(5 + 2 * 2 + 1));
    // One step too few.
    assert_eq!(asked(&graph, 16, 12, hubs(4, true)).answer, None);
    assert!(asked(&graph, 16, 12, hubs(5, true)).answer.is_some());
    // What the neighbour has is known without asking; and a random walk may know it too.
    for search in [hubs(9, true), Search::RandomWalk(RandomWalk { max_steps: Steps::Number(9), index: true })]
    {
        let record = asked(&graph, 0, 7, search);
        assert_eq!((record.messages, record.answer.map(|a| (a.hops, a.correct))), (0, Some((0, true))));
    }
}

/// The query carries whom it has been to: four bytes for each.
#[test]
fn the_query_grows_on_its_way() {
    let graph = two_hubs();
    let [to_hub, further] = [0, 14].map(|holder| asked(&graph, 16, holder, hubs(100, false)));
    assert_eq!(further.messages, to_hub.messages + 2, "one hop more, and back");
    let hit = 23 + 11 + 76 + 16;
    assert_eq!(further.bytes - to_hub.bytes, 23 + 2 + 12 + 1 + 4 * 4 + hit, "16, 15, 2 and 0 have had it");
}

/// With as many steps as hops, the TTL of a query is that of a walk.
#[test]
fn a_walk_may_go_as_far_as_its_ttl() {
    let search = |steps| Search::HighDegreeWalk(HighDegreeWalk { max_steps: steps, index: true });
    for (ttl, steps) in [(Ttl::Hops(9), 9), (Ttl::Edge, u16::MAX)] {
        assert_eq!(search(Steps::Ttl).steps(ttl), Some(steps));
        assert_eq!(search(Steps::Number(3)).steps(ttl), Some(3));
    }
    let read = |text: &str| toml::from_str::<Params>(text);
    let ttl = read("search.random-walk = { max_steps = 'ttl', index = true }").expect("it can be read");
    assert_eq!(ttl.search, Search::RandomWalk(RandomWalk { max_steps: Steps::Ttl, index: true }));
    assert_eq!(read(&toml::to_string(&ttl).expect("TOML")).expect("again"), ttl);
    for wrong in ["'for ever'", "-1", "70000"] {
        let text = format!("search.high-degree-walk = {{ max_steps = {wrong} }}");
        let error = read(&text).expect_err("no steps").to_string();
        assert!(error.contains("\"ttl\""), "{error}");
    }
    let usual = toml::to_string(&read("search.random-walk = {}").expect("defaults")).expect("TOML");
    assert!(!usual.contains("index"), "what is not asked for is not written: {usual}");
}

/// What peers know of their neighbours is what is so.
fn check_cards(outcome: &crate::sim::Engine<Gnutella>) -> Result<usize, TestCaseError> {
    let mut known = 0;
    for peer in outcome.online() {
        let me = outcome.peer(peer.number());
        for &neighbour in me.neighbours.as_slice() {
            let other = outcome.peer(neighbour.number());
            let card = me.cold.iter().flat_map(|cold| &cold.known).find(|known| known.peer == neighbour);
            let card =
                card.ok_or_else(|| TestCaseError::fail(format!("{peer} knows nothing of {neighbour}")))?;
            prop_assert_eq!(card.degree as usize, other.neighbours.as_slice().len());
            prop_assert_eq!(&*card.objects, outcome.world().shares(neighbour.number()));
            known += 1;
        }
    }
    Ok(known)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Peers come and go; when it has been quiet for a while, everybody knows its neighbours' degrees and objects.
    #[test]
    fn neighbours_know_each_other(seed: u64, peers in 2u32..40, given: bool) {
        let mut world = TestWorld { seed, latency_ms: (10, 90), ..TestWorld::new(peers) };
        for place in 0..peers {
            world.object(vec![place, (place * 7 + 3) % peers]);
        }
        if given && peers > 6 {
            world.graph = generate::random_picks(peers, 2, &mut stream(seed, Purpose::Topology, 0)).ok();
        }
        let params = Params {
            search: hubs(64, true),
            bootstrap: Bootstrap::HostList,
            ping_interval: Span::secs(20),
            discovery_ttl: 2,
            ..Params::default()
        };
        let script = Script::until(1200).churn(peers, seed, 120, 600);
        let mut engine = engine::<Gnutella>(&world, script, &params, QueueKind::Wheel);
        check_cards(&engine)?;
        let end = engine.end();
        engine.run_until(end);
        prop_assert!(check_cards(&engine)? > 0 || engine.online().len() < 2);
    }
}

/// Cards are published, degrees are upkeep; who does not search by hubs sends neither.
#[test]
fn cards_have_their_price() {
    let mut world = TestWorld::new(30);
    (0..30).for_each(|peer| {
        world.object(vec![peer]);
    });
    let run = |search: Search| -> Outcome {
        let script = Script::until(600).churn(30, 5, 100, 400);
        engine::<Gnutella>(&world, script, &Params { search, ..Params::default() }, QueueKind::Wheel).run()
    };
    let (with, without) = (run(hubs(64, true)), run(Search::Flooding {}));
    assert_eq!(without.tally.on(Account::Publish).messages, 0);
    assert!(with.tally.on(Account::Publish).messages > 100 && with.tally.published > 100);
    let upkeep = |outcome: &Outcome| outcome.tally.on(Account::Maintenance).messages;
    assert!(upkeep(&with) > upkeep(&without));
    assert!(
        with.entries.iter().map(|&(_, n)| n).sum::<u64>() > without.entries.iter().map(|&(_, n)| n).sum()
    );
}
