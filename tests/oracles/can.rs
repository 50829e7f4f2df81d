//! CAN against cells of the space, one by one, and against breadth-first search.

use std::collections::VecDeque;

use peerlab::protocols::can::{Can, Forwarding, Metric, Params};
use peerlab::sim::random::mix;
use peerlab::sim::{Engine, LookupRecord, ObjectId, QueueKind, Span};
use peerlab::space::ring::Id;
use peerlab::space::torus::Extent;
use proptest::prelude::*;

use crate::worlds::{ThenCalm, all_correct, directed, engine_with, regains, secs, world};

/// Nobody does anything but look up.
fn still(params: Params) -> Params {
    Params { update: Span::ZERO, republish: Span::ZERO, lifetime: Span::ZERO, ..params }
}

prop_compose! {
    fn params()(
        dimensions in 1usize..5, realities in 1u8..4, peers_per_zone in 1usize..4,
        wraps: bool, manhattan: bool, rtt: bool, volume_check: bool,
    ) -> Params {
        Params {
            dimensions, realities, peers_per_zone, wraps, volume_check,
            metric: if manhattan { Metric::Manhattan } else { Metric::Euclidean },
            forwarding: if rtt { Forwarding::Rtt } else { Forwarding::Greedy },
            ..Params::default()
        }
    }
}

/// Where the zones of everybody online lie, in `reality`, by the peers' places in the engine's list.
fn extents(engine: &Engine<Can>, reality: u8) -> Vec<Vec<Extent>> {
    let torus = &engine.shared().torus;
    let of = |number: u32| {
        let own = engine.peer(number).table().own().collect::<Vec<_>>();
        own.into_iter()
            .filter(|claim| claim.reality == reality)
            .map(|claim| torus.extent(claim.zone))
            .collect()
    };
    engine.online().iter().map(|peer| of(peer.number())).collect()
}

/// Points all over the space, and the corners of all zones, belong to one zone each, which at most so many peers share.
fn partitions(engine: &Engine<Can>, seed: u64) -> Result<(), TestCaseError> {
    let (torus, params) = (&engine.shared().torus, &engine.shared().params);
    for reality in 0..params.realities {
        let extents = extents(engine, reality);
        let random = (0..400).map(|i| torus.coordinates(Id::from_aligned(mix(mix(seed) ^ i))));
        let corners = extents.iter().flatten().flat_map(|extent| [extent.low, extent.high]);
        for point in random.chain(corners) {
            let inside = |extent: &&Extent| extent.contains(&point, torus.dimensions());
            let owners: Vec<&Extent> = extents.iter().flatten().filter(inside).collect();
            prop_assert!(
                (1..=params.peers_per_zone).contains(&owners.len()),
                "{} own {:?}",
                owners.len(),
                point
            );
            prop_assert!(owners.iter().all(|owner| *owner == owners[0]));
        }
        let volume: f64 = engine
            .online()
            .iter()
            .map(|peer| {
                let own = engine.peer(peer.number()).table().own().collect::<Vec<_>>();
                own.iter()
                    .filter(|claim| claim.reality == reality)
                    .map(|claim| claim.zone.volume())
                    .sum::<f64>()
            })
            .sum();
        prop_assert!(params.peers_per_zone > 1 || volume == 1.0);
    }
    Ok(())
}

/// How many hops it is at least from each peer to one that owns `key` in any reality.
fn least_hops(engine: &Engine<Can>, key: Id, peers: u32) -> Vec<usize> {
    let owns = |number: &u32| engine.peer(*number).table().own().any(|claim| claim.zone.contains(key));
    let mut least = vec![usize::MAX; peers as usize];
    let mut open: VecDeque<u32> = (0..peers).filter(owns).collect();
    open.iter().for_each(|&owner| least[owner as usize] = 0);
    while let Some(number) = open.pop_front() {
        for contact in engine.peer(number).table().contacts() {
            if least[contact.peer.index()] == usize::MAX {
                least[contact.peer.index()] = least[number as usize] + 1;
                open.push_back(contact.peer.number());
            }
        }
    }
    least
}

proptest! {
    #![proptest_config(super::cases(64))]

    /// In a settled network, whatever its shape, zones partition the space, and greedy routing arrives: every question is
    /// answered right, on a way that is no shorter than the shortest and visits nobody twice.
    #[test]
    fn a_settled_space_finds_owners(seed: u64, peers in 2u32..120, params in params()) {
        let text = "content = { objects = 150, replicas = 1 }\nworkload = { lookups = 80, rate = '10 /s', deadline = '10 min' }";
        let world = world(text, peers, seed);
        let mut engine = engine_with::<Can>(&world, &still(params), QueueKind::Wheel);
        prop_assert_eq!(engine.check_invariants(), Ok(()));
        partitions(&engine, seed)?;
        let least: Vec<Vec<usize>> =
            (0..150).map(|rank| least_hops(&engine, engine.shared().key(ObjectId::new(rank)), peers)).collect();
        engine.run_until(engine.end());
        let outcome = engine.finish();
        all_correct(&outcome).map_err(TestCaseError::fail)?;
        for lookup in &outcome.lookups {
            let hops = usize::from(lookup.answer.unwrap().hops);
            prop_assert!(hops >= least[lookup.object.index()][lookup.origin as usize]);
            prop_assert!(hops < peers as usize);
            prop_assert_eq!(lookup.messages, hops as u64 + u64::from(hops > 0), "forwards and the answer");
        }
    }
}

proptest! {
    #![proptest_config(super::cases(16))]

    /// After any sequence of joins, departures and crashes, once repaired, zones partition the space, neighbours know each
    /// other, and when what peers share has been published again, everything is found.
    #[test]
    fn any_unrest_is_repaired(seed: u64, peers in 2u32..40, params in params(), online_s in 60u32..600) {
        let text = format!(
            "churn.newcomers = '20 %'
            churn.sessions.exponential = {{ online = '{online_s} s', offline = '60 s' }}
            content = {{ objects = 60, replicas = 2 }}
            workload = {{ lookups = 400, rate = '0.2 /s', duration = '2000 s' }}"
        );
        let world = world(&text, peers, seed);
        let minutes = |minutes: u64| Span::secs(60 * minutes);
        let params = Params {
            dimensions: params.dimensions.min(3), realities: params.realities.min(2), peers_per_zone: params.peers_per_zone.min(2),
            republish: minutes(5), lifetime: minutes(11), ..params
        };
        let calm = secs(600);
        let director = ThenCalm::over(world.director(0), peers, calm);
        let mut engine = directed::<Can>(&world, director, &params, QueueKind::Wheel);
        engine.run_until(calm + Span(1));
        let regained = regains(&mut engine, Span::secs(900));
        prop_assert!(regained.is_ok(), "{:?}", regained);
        partitions(&engine, seed)?;
        engine.run_until(engine.end());
        prop_assert_eq!(engine.check_invariants(), Ok(()), "and it stays so");
        let params = engine.shared().params.clone();
        let zones: Vec<usize> = engine.online().iter().map(|peer| engine.peer(peer.number()).table().own().count()).collect();
        if params.peers_per_zone == 1 {
            // Background reassignment: back to one zone per peer and reality.
            prop_assert!(zones.iter().all(|&zones| zones == usize::from(params.realities)), "{:?}", zones);
        }
        let outcome = engine.finish();
        let late: Vec<_> = outcome.lookups.iter().filter(|lookup| (secs(1850)..secs(1990)).contains(&lookup.issued)).collect();
        let right = late.iter().filter(|lookup| lookup.answer.is_some_and(|answer| answer.correct)).count();
        prop_assert_eq!(right, late.len());
    }
}

/// Having joined one by one is having settled, in distribution: neighbours, volumes, path lengths.
#[test]
fn having_joined_is_having_settled() {
    for params in [
        Params::default(),
        Params { dimensions: 3, volume_check: true, ..Params::default() },
        Params { peers_per_zone: 3, ..Params::default() },
        Params { realities: 2, ..Params::default() },
    ] {
        let (peers, seeds) = (200, 1..4);
        let measure = |newcomers: &str| {
            let mut sums = [0.0; 4];
            for seed in seeds.clone() {
                let text = format!(
                    "churn.newcomers = '{newcomers}'
                    content.replicas = 1
                    workload = {{ lookups = 2000, rate = '1 /s', duration = '2000 s' }}"
                );
                let world = world(&text, peers, seed);
                let mut engine = engine_with::<Can>(&world, &params, QueueKind::Wheel);
                engine.run_until(engine.end());
                assert_eq!(engine.check_invariants(), Ok(()));
                let outcome = engine.finish();
                let measured = |name: &str| outcome.measures.iter().find(|(n, _)| *n == name).unwrap().1;
                // When everybody is there.
                let late = |lookup: &&LookupRecord| (secs(1700)..secs(1970)).contains(&lookup.issued);
                let hops = outcome.lookups.iter().filter(late).map(|lookup| {
                    let answer = lookup.answer.filter(|answer| answer.correct);
                    f64::from(answer.unwrap_or_else(|| panic!("{params:?}, {newcomers}: {lookup:?}")).hops)
                });
                let hops: Vec<f64> = hops.collect();
                let hops = hops.iter().sum::<f64>() / hops.len() as f64;
                let new =
                    [measured("neighbours_mean"), measured("volume_half"), measured("volume_equal"), hops];
                sums.iter_mut().zip(new).for_each(|(sum, new)| *sum += new / 3.0);
            }
            sums
        };
        let (settled, joined) = (measure("0 %"), measure("100 %"));
        println!("{params:?}\nsettled {settled:?}\njoined  {joined:?}");
        for (i, (settled, joined)) in settled.iter().zip(joined).enumerate() {
            // Shares of peers; else within 8 %.
            let tolerance = if (1..3).contains(&i) { 0.06 } else { 0.08 * settled };
            assert!((settled - joined).abs() <= tolerance, "{i}: {settled} and {joined}");
        }
    }
}
