//! What single papers need: random probes, cached pongs, traffic by kind.

use super::test_world::{Script, TestWorld, engine, run};
use super::*;
use crate::graph::generate;
use crate::sim::random::{Purpose, stream};
use crate::sim::{Account, Happening, Outcome, QueueKind};

fn probing(max_probes: u16) -> Params {
    let search = Search::RandomProbes(RandomProbes { max_probes });
    Params { search, ping_interval: Span::ZERO, ..Params::default() }
}

/// Half of the others have it: two probes on average, each a question and an answer, each a hop.
#[test]
fn probes_go_on_until_one_finds() {
    let mut world = TestWorld::new(101);
    let object = world.object((1..=50).collect());
    let mut script = Script::until(400);
    for i in 0..200 {
        script = script.lookup(1000 * i, 0, object);
    }
    let outcome = run::<Gnutella>(&world, script, &probing(u16::MAX));
    let mut probes = 0;
    for record in &outcome.lookups {
        let answer = record.answer.expect("half of them have it");
        assert!(answer.correct);
        assert_eq!(record.messages, 2 * u64::from(record.visited - 1));
        assert_eq!(u32::from(answer.hops), record.visited - 1);
        assert_eq!(answer.latency, Span::millis(100 * u64::from(answer.hops)));
        probes += record.visited - 1;
    }
    // The number of probes has a standard deviation of √2; that of 200 lookups is 20.
    assert!((340..=460).contains(&probes), "{probes}");
}

#[test]
fn probes_end_at_most_after_so_many_and_survive_the_dead() {
    let mut world = TestWorld::new(20);
    let (nowhere, object) = (world.object(Vec::new()), world.object(vec![7]));
    let record = run::<Gnutella>(&world, Script::until(60).lookup(0, 3, nowhere), &probing(9)).lookups[0];
    assert_eq!((record.visited, record.messages, record.answer), (10, 18, None));
    // Half of them crash unseen by the bootstrap's list, which is a second old.
    let mut script = Script::until(600);
    for victim in 8..18 {
        script = script.at(10_100, Happening::Crash(victim));
    }
    let script = script.lookup(10_150, 3, object);
    let record = engine::<Gnutella>(&world, script, &probing(500), QueueKind::Wheel).run().lookups[0];
    assert!(record.answer.is_some_and(|answer| answer.correct), "{record:?}");
    let shared = Shared::new(&probing(0)).map(|_| ()).expect_err("no probes at all");
    assert!(shared.contains("max_probes must be at least 1"), "{shared}");
}

fn pings(pong_cache: u16) -> Outcome {
    let graph = generate::random_regular(200, 4, &mut stream(3, Purpose::Topology, 0)).expect("valid");
    let mut world = TestWorld::on(graph);
    let object = world.object(vec![9]);
    let params = Params { pong_cache, ping_ttl: 7, ping_interval: Span::secs(300), ..Params::default() };
    let mut script = Script::until(300);
    for i in 0..20 {
        script = script.lookup(10_000 * i, i as u32, object);
    }
    let mut engine = engine::<Gnutella>(&world, script, &params, QueueKind::Wheel);
    engine.count_kinds();
    engine.run()
}

/// A PING that is answered from a cache goes no further than the neighbour, and brings as many PONGs as that keeps.
#[test]
fn cached_pongs_spare_the_network() {
    let (flooded, cached) = (pings(0), pings(10));
    let kind = |outcome: &Outcome, kind: &str| outcome.kinds.get(kind).copied().unwrap_or(0);
    // Four connections, one PING along each, and one PONG more than the cache has.
    let sent = kind(&cached, "ping");
    assert!((780..=800).contains(&sent), "{sent}");
    let pongs = kind(&cached, "pong") as f64 / sent as f64;
    assert!((10.0..=11.0).contains(&pongs), "{pongs} a ping");
    assert!(kind(&flooded, "ping") > 100 * sent, "each goes through the whole network");
    assert!(kind(&flooded, "pong") > kind(&flooded, "ping"), "and all answer, some hops away");
    assert_eq!(kind(&flooded, "query"), kind(&cached, "query"));
    for outcome in [&flooded, &cached] {
        let counted: u64 = outcome.kinds.values().sum();
        let (tally, downloads) = (&outcome.tally, outcome.tally.on(Account::Transfer).messages);
        assert!(counted <= tally.sent && counted + downloads + tally.in_flight >= tally.sent);
    }
    assert!(run::<Gnutella>(&TestWorld::new(5), Script::until(1), &Params::default()).kinds.is_empty());
}
