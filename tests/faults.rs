//! Faults that need a network: strikes at the overlay, partitions, and peers that come back as somebody else.

mod worlds;

use peerlab::protocols::gnutella::Gnutella;
use peerlab::protocols::{NAMES, Visit, with};
use peerlab::sim::{Protocol, QueueKind, Role};

use crate::worlds::{engine, engine_with, found, secs, world};

/// In a star the centre goes first; then all have lost their only neighbour, and who goes next is a matter of chance.
#[test]
fn the_best_connected_go() {
    let fault = |count: u32| {
        let text = format!(
            "overlay.graph.star = {{}}\ncontent.replicas = 1\nworkload = {{ lookups = 0, duration = '20 s' }}
            faults = [{{ at = '10 s', crash = {{ best-connected = {count} }} }}]"
        );
        let mut engine = engine::<Gnutella>(&world(&text, 50, 1));
        engine.run_until(secs(10));
        assert_eq!(engine.overlay(), (1..50).map(|leaf| (0, leaf)).collect::<Vec<_>>());
        engine.run_until(secs(11));
        let online: Vec<u32> = engine.online().iter().map(|peer| peer.number()).collect();
        online
    };
    assert_eq!(fault(0).len(), 50);
    assert!(fault(1).iter().copied().eq(1..50));
    let left = fault(26);
    assert!(left.len() == 24 && !left.contains(&0));
    assert!(left[0] < 15 && left[23] > 35, "ties do not go by number: {left:?}");
}

/// By the degrees that the overlay has at that moment, and not by those it started from: the two hubs of the start are gone
/// by then.
#[test]
fn the_best_connected_are_those_of_that_moment() {
    let text = "overlay.graph.barabasi-albert = { links = 2 }\nworkload = { lookups = 0, duration = '1 h' }
        faults = [{ at = '10 s', crash.share = '30 %' }, { at = '900 s', crash.best-connected = 5 }]";
    let mut engine = engine::<Gnutella>(&world(text, 200, 1));
    engine.run_until(secs(900));
    let mut degrees = [0u32; 200];
    for (one, other) in engine.overlay() {
        degrees[one as usize] += 1;
        degrees[other as usize] += 1;
    }
    let before: Vec<u32> = engine.online().iter().map(|peer| peer.number()).collect();
    engine.run_until(secs(900) + peerlab::sim::Span(1));
    let after: Vec<u32> = engine.online().iter().map(|peer| peer.number()).collect();
    let struck: Vec<u32> = before.iter().copied().filter(|peer| !after.contains(peer)).collect();
    assert_eq!((before.len(), struck.len()), (140, 5));
    let least = struck.iter().map(|&peer| degrees[peer as usize]).min().unwrap();
    assert!(after.iter().all(|&peer| degrees[peer as usize] <= least));
}

struct Tiers;

impl Visit for Tiers {
    type Output = usize;

    /// How many of 300 peers a strike at all supernodes takes: those who were, and nobody else.
    fn visit<P: Protocol>(self) -> usize {
        let text = "workload = { lookups = 0, duration = '20 s' }\nfaults = [{ at = '10 s', crash.supernodes = {} }]";
        let mut engine = engine::<P>(&world(text, 300, 1));
        engine.run_until(secs(10));
        let (above, ordinary): (Vec<u32>, Vec<u32>) =
            (0..300).partition(|&peer| engine.peer(peer).role() == Role::Supernode);
        engine.run_until(secs(10) + peerlab::sim::Span(1));
        let left: Vec<u32> = engine.online().iter().map(|peer| peer.number()).filter(|&n| n < 300).collect();
        assert_eq!(left, ordinary, "{}", P::NAME);
        above.len()
    }
}

/// Only architectures with two tiers have supernodes, and a few of them.
#[test]
fn the_supernodes_go() {
    for name in NAMES {
        let struck = with(name, Tiers).unwrap();
        if ["kazaa", "gnutella06"].contains(name) {
            assert!((2..100).contains(&struck), "{name}: {struck}");
        } else {
            assert_eq!(struck, 0, "{name}");
        }
    }
}

struct Struck;

impl Visit for Struck {
    type Output = ();

    /// Whatever strikes, the run goes on, the accounts balance, and both queues agree on every byte.
    fn visit<P: Protocol>(self) {
        let text = "churn = { identity = 'new', sessions.weibull = { shape = 0.6, scale = '5 min', offline = '2 min' } }
            content.replicas = 3
            workload = { lookups = 600, rate = '1 /s' }
            faults = [
                { at = '100 s', crash.best-connected = '10 %', back = '60 s' },
                { at = '200 s', crash.supernodes = {}, back = '30 s' },
                { at = '300 s', partition = '40 %', back = '60 s' },
            ]";
        let world = world(text, 80, 5);
        let run = |queue| {
            let mut engine = engine_with::<P>(&world, &P::Params::default(), queue);
            engine.run_until(secs(100));
            let before = engine.online().iter().filter(|peer| peer.number() < 80).count();
            engine.run_until(secs(100) + peerlab::sim::Span(1));
            let after = engine.online().iter().filter(|peer| peer.number() < 80).count();
            assert_eq!(before - after, (before as f64 * 0.1 + 0.5) as usize, "{}", P::NAME);
            engine.run_until(secs(299));
            assert_eq!(engine.tally().lost, 0);
            engine.run_until(secs(360));
            let lost = engine.tally().lost;
            assert!(lost > 0, "{}: messages between the parts are lost", P::NAME);
            engine.run_until(secs(500));
            assert_eq!(engine.tally().lost, lost, "{}: it has healed", P::NAME);
            engine.run()
        };
        let outcome = run(QueueKind::Wheel);
        assert_eq!(outcome, run(QueueKind::Heap), "{}", P::NAME);
        assert!(found(&outcome) > 0.3, "{}: {}", P::NAME, found(&outcome));
    }
}

#[test]
fn every_protocol_survives_strikes_partitions_and_strangers() {
    for name in NAMES {
        with(name, Struck).unwrap();
    }
}

struct Parted;

impl Visit for Parted {
    type Output = ();

    /// While the network is parted, nothing that one side sends reaches the other.
    fn visit<P: Protocol>(self) {
        let text = "content.replicas = 3\nworkload = { lookups = 900, rate = '3 /s' }
            faults = [{ at = '100 s', partition = '50 %', back = '100 s' }]";
        let engine = engine::<P>(&world(text, 60, 2));
        let outcome = engine.run();
        let share = |from: u64, to: u64| {
            let own = outcome.lookups.iter().filter(|l| (secs(from)..secs(to)).contains(&l.issued));
            own.clone().filter(|lookup| lookup.answer.is_some()).count() as f64 / own.count() as f64
        };
        let (before, during) = (share(0, 90), share(110, 170));
        println!(
            "{}: found {before} before, {during} during the partition, {} after",
            P::NAME,
            share(250, 300)
        );
        assert!(before > 0.8 && during < before - 0.1, "{}: {before}, then {during}", P::NAME);
    }
}

#[test]
fn a_partition_shows() {
    for name in NAMES {
        with(name, Parted).unwrap();
    }
}
