//! Downloads past firewalls, architecture by architecture.

use super::chord::Chord;
use super::gnutella::Gnutella;
use super::gnutella::test_world::{Script, TestWorld, run};
use super::gnutella06::Gnutella06;
use super::kazaa::Kazaa;
use super::napster::Napster;
use crate::graph::generate;
use crate::sim::{Account, Happening, Outcome, Profile, Protocol, Span};

/// Peers 0 and 2 accept connections, the others do not.
fn walls(number: u32) -> Profile {
    Profile { firewalled: number != 0 && number != 2, ..Profile::default() }
}

/// In a ring of eight, `origin` asks for what `holders` have.
fn ask<P: Protocol>(profile: fn(u32) -> Profile, origin: u32, holders: &[u32]) -> Outcome {
    let graph = generate::ring(8).expect("a ring of eight");
    let mut world = TestWorld { profile, ..TestWorld::on(graph) };
    let object = world.object(holders.to_vec());
    run::<P>(&world, Script::until(60).lookup(1000, origin, object), &P::Params::default())
}

/// Downloads begun, complete, and out of reach; and messages that push.
fn counts(outcome: &Outcome) -> [u64; 4] {
    let tally = &outcome.tally;
    [tally.fetches, tally.fetched, tally.unreachable, tally.pushes]
}

fn passes_firewalls<P: Protocol>(pushes: u64) {
    let open = ask::<P>(|_| Profile::default(), 0, &[3]);
    assert_eq!(counts(&open), [1, 1, 0, 0], "{}: nobody is behind a firewall", P::NAME);
    let pushed = ask::<P>(walls, 0, &[3]);
    assert_eq!(counts(&pushed), [1, 1, 0, pushes], "{}: the provider is", P::NAME);
    let extra = |outcome: &Outcome| outcome.tally.on(Account::Transfer).messages;
    assert_eq!(extra(&pushed), extra(&open) + pushes + 1, "{}: transfers pay, for the GIV, too", P::NAME);
    assert_eq!(pushed.tally.on(Account::Lookup), open.tally.on(Account::Lookup), "{}", P::NAME);
    let neither = ask::<P>(walls, 1, &[3]);
    assert_eq!(counts(&neither), [1, 0, 1, 0], "{}: both are", P::NAME);
    assert!(neither.lookups[0].answer.is_some_and(|answer| answer.correct), "{}: it is found", P::NAME);
    let second = ask::<P>(walls, 1, &[3, 2, 5]);
    assert_eq!(counts(&second), [1, 1, 0, 0], "{}: the next provider is tried", P::NAME);
}

#[test]
fn the_server_passes_it_on() {
    passes_firewalls::<Napster>(2);
}

/// The hit came over two peers in between.
#[test]
fn a_push_goes_back_the_way_the_hit_came() {
    passes_firewalls::<Gnutella>(3);
}

/// Hits that come straight from a stranger show no way round its firewall: nobody has a connection to it.
#[test]
fn a_stranger_cannot_be_pushed() {
    let graph = generate::ring(8).expect("a ring of eight");
    let mut world = TestWorld { profile: walls, ..TestWorld::on(graph) };
    let (stranger, neighbour) = (world.object(vec![3]), world.object(vec![1]));
    let params = toml::from_str("hits = 'direct'").expect("it parses");
    let ask = |object| run::<Gnutella>(&world, Script::until(60).lookup(1000, 0, object), &params);
    assert_eq!(counts(&ask(stranger)), [1, 0, 0, 0]);
    assert_eq!(counts(&ask(neighbour)), [1, 1, 0, 1]);
}

/// The provider goes before the server's word reaches it, comes back, and is asked again: the download began then.
#[test]
fn a_push_that_failed_is_forgotten() {
    let graph = generate::ring(8).expect("a ring of eight");
    let mut world = TestWorld { profile: walls, latency_ms: (50, 50), ..TestWorld::on(graph) };
    let object = world.object(vec![3]);
    let script = Script::until(60).lookup(1000, 0, object).at(1180, Happening::Crash(3));
    let script = script.at(5000, Happening::Join(3)).lookup(30_000, 0, object);
    let outcome = run::<Napster>(&world, script, &Default::default());
    assert_eq!(counts(&outcome), [2, 1, 0, 4]);
    assert!(outcome.tally.fetch_longest < Span::secs(1), "{:?}", outcome.tally.fetch_longest);
}

/// Peers 0 and 2 lead: they alone are fit.
#[test]
fn super_peers_pass_it_on() {
    let pushed = |outcome: Outcome| {
        let [fetches, fetched, unreachable, pushes] = counts(&outcome);
        assert_eq!((fetches, fetched, unreachable), (1, 1, 0));
        assert!((1..=4).contains(&pushes), "{pushes}");
    };
    pushed(ask::<Gnutella06>(walls, 0, &[3]));
    pushed(ask::<Kazaa>(walls, 0, &[3]));
    for neither in [ask::<Gnutella06>(walls, 1, &[3]), ask::<Kazaa>(walls, 1, &[3])] {
        assert_eq!(counts(&neither), [1, 0, 1, 0]);
    }
    for second in [ask::<Gnutella06>(walls, 1, &[3, 2, 5]), ask::<Kazaa>(walls, 1, &[3, 2, 5])] {
        assert_eq!(counts(&second), [1, 1, 0, 0]);
    }
}

/// A structured overlay knows no way to have a provider connect.
#[test]
fn a_ring_finds_what_it_cannot_fetch() {
    assert_eq!(counts(&ask::<Chord>(|_| Profile::default(), 0, &[3])), [1, 1, 0, 0]);
    let walled = ask::<Chord>(walls, 0, &[3]);
    assert_eq!(counts(&walled), [1, 0, 1, 0]);
    assert!(walled.lookups[0].answer.is_some_and(|answer| answer.correct));
    assert_eq!(counts(&ask::<Chord>(walls, 0, &[2, 3])), [1, 1, 0, 0]);
}
