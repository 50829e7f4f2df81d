//! Downloads in chunks: that they come whole, from whom, in which order; who is served first; what is lost for good.

use proptest::prelude::*;

use super::*;
use crate::protocols::gnutella::test_world::{Script, TestWorld, engine, run, run_to_rest};
use crate::protocols::kazaa::Params;
use crate::sim::{Account, Engine, Happening, Outcome, Profile, QueueKind};
use crate::units::{Bytes, Share};

const CHUNK: u64 = 64 << 10;

fn chunked() -> Params {
    Params { chunk: Bytes(CHUNK), ..Params::default() }
}

/// Peers with 512 kbit/s each way, and one file of so many chunks at `holders`.
fn world(peers: u32, chunks: u64, holders: Vec<u32>) -> (TestWorld, ObjectId) {
    let profile = |_| Profile { up: 512_000, down: 4_000_000, ..Profile::default() };
    let mut world = TestWorld { profile, size: chunks * CHUNK - 1000, ..TestWorld::new(peers) };
    let object = world.object(holders);
    (world, object)
}

/// Those from 1 on ask, one a second.
fn crowd(end_s: u64, askers: std::ops::Range<u32>, object: ObjectId) -> Script {
    askers.fold(Script::until(end_s), |script, peer| script.lookup(1000 * u64::from(peer), peer, object))
}

fn have(engine: &Engine<Kazaa>, peer: u32) -> (u32, bool) {
    let transfers = engine.peer(peer).cold.transfers.as_ref().expect("it has transfers");
    (count(&transfers.downloads[0].have), transfers.downloads[0].finished.is_some())
}

fn measure(outcome: &Outcome, name: &str) -> Option<f64> {
    outcome.measures.iter().find(|(own, _)| *own == name).map(|&(_, value)| value)
}

#[test]
fn levels_are_uploaded_over_downloaded() {
    for (up, down, level) in
        [(0, 0, 10), (5, 0, 1000), (0, 5, 0), (50, 100, 50), (300, 100, 300), (u64::MAX, 1, 1000)]
    {
        assert_eq!(Level::of(up, down), Level(level), "{up} up, {down} down");
    }
}

/// Both orders, everybody online: whatever the numbers, every download comes whole, and at rest what is listed is right.
#[test]
fn downloads_come_whole_and_are_offered() {
    for order in [Order::Random, Order::Sequential] {
        let (world, object) = world(9, 11, vec![0]);
        let params = Params { order, ..chunked() };
        let outcome = run_to_rest::<Kazaa>(&world, crowd(600, 1..9, object), &params);
        assert_eq!((outcome.tally.fetches, outcome.tally.fetched), (8, 8), "{order:?}");
        assert_eq!(measure(&outcome, "missing_chunks_mean"), Some(0.0));
        assert_eq!(measure(&outcome, "fetched_honest"), Some(1.0));
        let bytes = outcome.tally.on(Account::Transfer).bytes;
        let file = 8 * world.size;
        assert!((file..file * 11 / 10).contains(&bytes), "{bytes} bytes for {file}");
        let served = (1..9).filter(|&peer| {
            let mut engine = engine::<Kazaa>(&world, crowd(600, 1..9, object), &params, QueueKind::Wheel);
            engine.run_until(Time::ZERO + Span::secs(600));
            engine.peer(peer).cold.transfers.as_ref().is_some_and(|transfers| transfers.uploaded > 0)
        });
        assert!(served.count() >= 4, "those who download serve others");
    }
}

#[test]
fn several_providers_are_faster_than_one() {
    let time = |sources| {
        let (world, object) = world(8, 32, vec![1, 2, 3, 4]);
        let script = Script::until(300).lookup(1000, 0, object);
        let outcome = run::<Kazaa>(&world, script, &Params { sources, ..chunked() });
        assert_eq!(outcome.tally.fetched, 1);
        outcome.tally.fetch_longest.as_secs_f64()
    };
    // Two mebibytes at 512 kbit/s take 33 s.
    let [one, four] = [time(1), time(4)];
    assert!((33.0..45.0).contains(&one), "{one} s");
    assert!(four < 0.4 * one, "{four} s from four, {one} s from one");
}

#[test]
fn the_first_missing_chunk_comes_first_or_any() {
    let bits = |order| {
        let (world, object) = world(3, 60, vec![0]);
        let script = Script::until(300).lookup(1000, 1, object);
        let mut engine = engine::<Kazaa>(&world, script, &Params { order, ..chunked() }, QueueKind::Wheel);
        engine.run_until(Time::ZERO + Span::secs(20));
        let transfers = engine.peer(1).cold.transfers.as_ref().expect("it downloads");
        transfers.downloads[0].have[0]
    };
    let (sequential, random) = (bits(Order::Sequential), bits(Order::Random));
    assert!(sequential.count_ones() > 5 && sequential & (sequential + 1) == 0, "{sequential:b} has no gap");
    assert!(random.count_ones() > 5 && random & (random + 1) != 0, "{random:b} has gaps");
}

/// The only owner crashes when it has sent twice the file. In order, all have the same beginning and nobody the end; at
/// random, they have the whole file between them more often.
#[test]
fn when_the_owner_leaves_early_the_end_is_missing() {
    let stuck = |order, seed| {
        let (world, object) = world(11, 8, vec![0]);
        let world = TestWorld { seed, ..world };
        let script = crowd(1200, 1..11, object).at(27_000, Happening::Crash(0));
        let outcome = run::<Kazaa>(&world, script, &Params { order, ..chunked() });
        assert_eq!(outcome.tally.fetches, 10);
        (outcome.tally.fetched, measure(&outcome, "missing_chunks_mean").expect("chunked"))
    };
    let sum = |order| (0..8).map(|seed| stuck(order, seed)).fold((0, 0.0), |(f, m), (g, n)| (f + g, m + n));
    let ((sequential, lacks), (random, lacks_less)) = (sum(Order::Sequential), sum(Order::Random));
    assert!(random > sequential + 20, "of 80 downloads {random} are whole at random, {sequential} in order");
    assert!(lacks > lacks_less, "{lacks} chunks are missing in order, {lacks_less} at random");
}

#[test]
fn a_provider_that_leaves_is_replaced() {
    for departure in [Happening::Leave(1), Happening::Crash(1)] {
        let (world, object) = world(6, 32, vec![1, 2]);
        let script = Script::until(600).lookup(1000, 0, object).at(8000, departure);
        let outcome = run_to_rest::<Kazaa>(&world, script, &chunked());
        assert_eq!(outcome.tally.fetched, 1, "{departure:?}");
    }
}

#[test]
fn who_comes_back_goes_on_with_what_it_has() {
    let (world, object) = world(4, 32, vec![2]);
    let script = Script::until(600).lookup(1000, 0, object);
    let script = script.at(20_000, Happening::Crash(0)).at(60_000, Happening::Join(0));
    let mut engine = engine::<Kazaa>(&world, script, &chunked(), QueueKind::Wheel);
    engine.run_until(Time::ZERO + Span::secs(61));
    let (before, _) = have(&engine, 0);
    assert!((5..32).contains(&before), "{before} chunks");
    engine.run_until(Time::ZERO + Span::secs(600));
    assert_eq!(have(&engine, 0), (32, true));
    let outcome = engine.finish();
    assert!(outcome.tally.on(Account::Transfer).bytes < world.size * 6 / 5, "no chunk comes twice");
}

/// Three kinds of clients, one owner, a long queue.
fn contest(participation: bool, modified: f64) -> Outcome {
    let (world, object) = world(60, 16, vec![0]);
    let params = Params {
        participation,
        modified: Share(modified),
        free_riders: Share(0.5),
        able: Share(1.0),
        ..chunked()
    };
    let script = (1..60)
        .fold(Script::until(2000), |script, peer| script.lookup(1000 + 200 * u64::from(peer), peer, object));
    run::<Kazaa>(&world, script, &params)
}

#[test]
fn who_has_uploaded_more_is_served_first_unless_others_lie() {
    let time = |outcome: &Outcome, group: &str| {
        measure(outcome, &format!("download_s_mean_{group}")).expect("some of them are complete")
    };
    let (alike, ranked, faked) = (contest(false, 0.0), contest(true, 0.0), contest(true, 0.3));
    let (a, b) = (time(&alike, "honest"), time(&alike, "riders"));
    assert!((a / b - 1.0).abs() < 0.25, "first come, first served: {a} s and {b} s");
    let (a, b) = (time(&ranked, "honest"), time(&ranked, "riders"));
    assert!(a < 0.9 * b, "who uploads waits less: {a} s and {b} s");
    let (c, liar) = (time(&faked, "honest"), time(&faked, "modified"));
    assert!(liar < 0.9 * c, "who lies waits least: {liar} s, honest ones {c} s");
    assert!(c > a, "at the cost of the honest: {c} s instead of {a} s");
}

#[test]
fn a_firewalled_provider_is_pushed_once() {
    let walls: fn(u32) -> Profile =
        |number| Profile { firewalled: number != 0 && number != 2, ..Profile::default() };
    let counts = |origin| {
        let (world, object) = world(5, 8, vec![3]);
        let world = TestWorld { profile: walls, ..world };
        let script = Script::until(300).lookup(1000, origin, object);
        let tally = run::<Kazaa>(&world, script, &chunked()).tally;
        (tally.fetches, tally.fetched, tally.pushes > 0)
    };
    assert_eq!(counts(2), (1, 1, true));
    assert_eq!(counts(1), (1, 0, false), "both are behind firewalls");
}

#[test]
fn parameters_are_checked() {
    let (world, _) = world(4, 8, vec![0]);
    let refused = |params: Params| {
        let setup = crate::sim::Setup { world: &world, online: &[], participants: 4 };
        crate::protocols::kazaa::Shared::new(&setup, &params).expect_err("it makes no sense")
    };
    let chunk = refused(Params { chunk: Bytes(100_000), ..chunked() });
    assert!(chunk.contains("nearest: \"96 KiB\""), "{chunk}");
    let chunk = refused(Params { chunk: Bytes(5 << 20), ..chunked() });
    assert!(chunk.contains("nearest: \"4096 KiB\""), "{chunk}");
    assert!(refused(Params { sources: 0, ..chunked() }).contains("sources must be at least 1"));
    assert!(refused(Params { upload_slots: 0, ..chunked() }).contains("upload_slots must be at least 1"));
    assert!(refused(Params { requery: Span::ZERO, ..chunked() }).contains("requery must be at least 1 s"));
    assert!(refused(Params { participation: true, ..Params::default() }).contains("set chunk, too"));
    assert!(refused(Params { free_riders: Share(0.1), ..Params::default() }).contains("set chunk, too"));
}

proptest! {
    #![proptest_config(crate::properties::fixed_cases(24))]

    /// Whatever happens, the network comes to rest with the right files listed, and no queue keeps who has gone.
    #[test]
    fn churn_leaves_no_trace(seed: u64, peers in 3u32..30, lossy: bool) {
        let (mut world, object) = world(peers, 6, vec![0, 1]);
        (world.seed, world.loss) = (seed, if lossy { 0.05 } else { 0.0 });
        // All ask before anybody has gone.
        let script = (2..peers).fold(Script::until(1500), |script, peer| script.lookup(0, peer, object));
        let script = script.churn(peers, seed, 100, 500);
        let mut engine = engine::<Kazaa>(&world, script, &chunked(), QueueKind::Wheel);
        engine.run_until(Time::ZERO + Span::secs(1500));
        if !lossy {
            prop_assert!(engine.check_invariants().is_ok(), "{:?}", engine.check_invariants());
        }
        let online = engine.online();
        for number in 0..peers {
            if let Some(transfers) = &engine.peer(number).cold.transfers {
                prop_assert!(transfers.serving.iter().all(|upload| online.contains(&upload.peer)));
            }
        }
        engine.finish();
    }
}
