//! One index server and its peers, in good times and bad.

use super::*;
use crate::protocols::gnutella::test_world::{Script, TestWorld, engine, run, run_to_rest};
use crate::sim::{Account, Happening, QueueKind};

const SERVER: fn(u32) -> Happening = Happening::Crash;

/// Eight peers; objects 0 (held by 1 and 2) and 1 (held by 3).
fn eight() -> (TestWorld, ObjectId, ObjectId) {
    let mut world = TestWorld::new(8);
    let (first, second) = (world.object(vec![1, 2]), world.object(vec![3]));
    (world, first, second)
}

#[test]
fn a_lookup_costs_two_messages_and_one_hop() {
    let (world, _, second) = eight();
    let outcome =
        run_to_rest::<Napster>(&world, Script::until(10).lookup(1000, 0, second), &Params::default());
    let record = outcome.lookups[0];
    let answer = record.answer.expect("the server lists it");
    assert_eq!((record.messages, answer.hops, record.providers, answer.correct), (2, 1, 1, true));
    assert_eq!(answer.latency, Span::millis(100));
    assert_eq!(outcome.tally.fetched, 1);
    // Search 4 + 36 + 12; one result and the end.
    assert_eq!(record.bytes, 52 + (4 + 124 + 10 + 1 + 12) + 4);
}

#[test]
fn every_provider_is_named_but_the_asker() {
    let (world, first, _) = eight();
    let outcome =
        run_to_rest::<Napster>(&world, Script::until(10).lookup(1000, 1, first), &Params::default());
    assert_eq!(outcome.lookups[0].providers, 1);
    let outcome =
        run_to_rest::<Napster>(&world, Script::until(10).lookup(1000, 0, first), &Params::default());
    assert_eq!(outcome.lookups[0].providers, 2);
    let few = Params { max_results: 1, ..Params::default() };
    assert_eq!(
        run::<Napster>(&world, Script::until(10).lookup(1000, 0, first), &few).lookups[0].providers,
        1
    );
}

#[test]
fn what_nobody_has_is_not_found() {
    let (mut world, ..) = eight();
    let nothing = world.object(Vec::new());
    let record =
        run::<Napster>(&world, Script::until(10).lookup(1000, 0, nothing), &Params::default()).lookups[0];
    assert_eq!((record.answer, record.messages), (None, 2));
}

#[test]
fn a_newcomer_logs_on_and_publishes() {
    let (world, _, second) = eight();
    let mut script = Script::until(10).at(1000, Happening::Join(3)).lookup(2000, 0, second);
    script.offline = vec![3];
    let outcome = run_to_rest::<Napster>(&world, script, &Params::default());
    assert_eq!(outcome.tally.published, 1);
    assert_eq!(outcome.tally.on(Account::Join).messages, 2);
    assert_eq!(outcome.tally.on(Account::Publish).messages, 1);
    assert!(outcome.lookups[0].answer.is_some());
}

#[test]
fn who_leaves_is_off_the_list_at_once_and_who_crashes_by_and_by() {
    let (world, _, second) = eight();
    let script = Script::until(400).at(1000, Happening::Leave(3)).lookup(2000, 0, second);
    assert_eq!(run_to_rest::<Napster>(&world, script, &Params::default()).lookups[0].answer, None);
    let script =
        Script::until(400).at(1000, Happening::Crash(3)).lookup(2000, 0, second).lookup(300_000, 0, second);
    let lookups = run_to_rest::<Napster>(&world, script, &Params::default()).lookups;
    assert!(lookups[0].answer.is_some_and(|answer| !answer.correct), "a stale entry");
    assert_eq!(lookups[1].answer, None, "expired");
}

#[test]
fn with_the_server_down_nothing_is_found_and_when_it_is_back_everything_is() {
    let (world, first, second) = eight();
    let script = Script::until(600)
        .at(10_000, SERVER(8))
        .lookup(20_000, 0, first)
        .lookup(100_000, 0, second)
        .at(200_000, Happening::Join(8))
        .lookup(400_000, 0, first);
    let lookups = run_to_rest::<Napster>(&world, script, &Params::default()).lookups;
    assert_eq!((lookups[0].answer, lookups[1].answer), (None, None));
    assert_eq!(lookups[0].messages, 3, "asked, and asked again twice");
    assert_eq!(lookups[2].providers, 2);
}

#[test]
fn a_peer_that_joins_while_the_server_is_down_is_logged_on_later() {
    let (world, _, second) = eight();
    let mut script = Script::until(600)
        .at(10_000, SERVER(8))
        .at(20_000, Happening::Join(3))
        .at(100_000, Happening::Join(8))
        .lookup(400_000, 0, second);
    script.offline = vec![3];
    assert!(run_to_rest::<Napster>(&world, script, &Params::default()).lookups[0].answer.is_some());
}

#[test]
fn one_peer_and_two() {
    for peers in [1, 2] {
        let mut world = TestWorld::new(peers);
        let object = world.object(vec![peers - 1]);
        let script = Script::until(200)
            .lookup(1000, 0, object)
            .at(2000, Happening::Crash(0))
            .at(3000, Happening::Join(0))
            .lookup(4000, 0, object);
        let outcome =
            run_to_rest::<Napster>(&world, script, &Params { expiry: Span::secs(61), ..Params::default() });
        assert!(outcome.lookups.iter().all(|lookup| lookup.answer.is_some() == (peers == 2)));
    }
}

#[test]
fn churn_and_loss_leave_no_trace() {
    for seed in 0..4 {
        let mut world = TestWorld { seed, loss: 0.05, latency_ms: (20, 80), ..TestWorld::new(40) };
        for object in 0..20 {
            world.object(vec![object, object * 7 % 40, 39 - object]);
        }
        let script = Script::until(2000).churn(40, seed, 200, 1000);
        let mut engine = engine::<Napster>(&world, script, &Params::default(), QueueKind::Wheel);
        engine.run_until(Time(2_000_000_000_000));
        // A list that is lost at the very end is missed at the next sign of life; none is under way here.
        assert_eq!(engine.check_invariants(), Ok(()));
    }
}

#[test]
fn after_churn_the_lists_are_exact() {
    for seed in 0..20 {
        let mut world = TestWorld { seed, latency_ms: (20, 80), ..TestWorld::new(12) };
        for object in 0..6 {
            world.object(vec![object, 11 - object]);
        }
        let script = Script::until(1000)
            .churn(12, seed, 100, 600)
            .at(300_000, SERVER(12))
            .at(400_000, Happening::Join(12));
        run_to_rest::<Napster>(&world, script, &Params::default());
    }
}

#[test]
fn state_is_what_the_textbook_says() {
    let (world, ..) = eight();
    let entries = run::<Napster>(&world, Script::until(1), &Params::default()).entries;
    assert_eq!(entries[0], (0, 1));
    assert_eq!(entries[8], (8, 8 + 3));
}

#[test]
fn a_message_is_small() {
    assert!(size_of::<Message>() <= 20, "{}", size_of::<Message>());
}

#[test]
fn parameters_are_checked() {
    for wrong in [
        Params { max_results: 0, ..Params::default() },
        Params { keepalive: Span::ZERO, ..Params::default() },
        Params { expiry: Span::secs(60), ..Params::default() },
        Params { timeout: Span::ZERO, ..Params::default() },
    ] {
        let setup = Setup { world: &TestWorld::new(1), online: &[], participants: 2 };
        assert!(Napster::shared(&setup, &wrong).is_err(), "{wrong:?}");
    }
    assert!(toml::from_str::<Params>("max_result = 3").is_err(), "unknown key");
    assert_eq!(
        toml::from_str::<Params>("expiry = \"10 min\"").map(|params| params.expiry),
        Ok(Span::secs(600))
    );
}
