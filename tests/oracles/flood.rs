//! Gnutella's floods against breadth-first search on the overlay.

use peerlab::graph::{UNREACHED, distances, flood};
use peerlab::protocols::gnutella::{Gnutella, Hits, Params, Ttl};
use peerlab::sim::{QueueKind, Span, World};
use proptest::prelude::*;

use crate::worlds::{engine_with, world};

const GRAPHS: [&str; 8] = [
    "power-law = {}",
    "barabasi-albert = { links = 2 }",
    "erdos-renyi = { mean_degree = 3.0 }",
    "random-regular = { degree = 4 }",
    "watts-strogatz = { degree = 4 }",
    "random-picks = { picks = 2 }",
    "ring = {}",
    "star = {}",
];

/// Nothing but searches, whose messages all take 50 ms.
fn still(ttl: Option<u8>, hits: Hits) -> (Params, u32) {
    let params = Params {
        ping_interval: Span::ZERO,
        hits,
        ttl: ttl.map_or(Ttl::Edge, Ttl::Hops),
        ..Params::default()
    };
    (params, ttl.map_or(u32::MAX, u32::from))
}

fn ttls() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![(1u8..9).prop_map(Some), Just(None)]
}

proptest! {
    #![proptest_config(super::cases(48))]

    /// Without a hit, a flood costs what the identity over degrees says, and reaches what is within its reach. Components
    /// may be kept apart.
    #[test]
    fn a_flood_is_a_breadth_first_search(
        seed: u64, peers in 1u32..200, graph in 0..GRAPHS.len(), ttl in ttls(), apart: bool,
    ) {
        let text = format!(
            "overlay = {{ graph.{}, components = '{}' }}
            underlay.latency.constant = {{}}
            content.replicas = 1
            workload = {{ lookups = 60, rate = '10 /s', misses = '100 %' }}",
            GRAPHS[graph], if apart { "keep" } else { "join" },
        );
        let world = world(&text, peers, seed);
        let (params, ttl) = still(ttl, Hits::Path);
        let outcome = engine_with::<Gnutella>(&world, &params, QueueKind::Wheel).run();
        prop_assert_eq!(outcome.lookups.len(), 60);
        for lookup in &outcome.lookups {
            let expected = flood(world.graph().unwrap(), lookup.origin, ttl);
            prop_assert_eq!((lookup.messages, lookup.visited), (expected.messages, expected.reached));
            prop_assert_eq!(lookup.answer, None);
        }
    }

    /// Every holder within reach answers; the nearest first, over as many hops as it is away, in twice that time.
    #[test]
    fn hits_are_the_holders_within_reach(
        seed: u64, peers in 8u32..120, graph in 0..GRAPHS.len(), ttl in ttls(), direct: bool, replicas in 1u32..6,
    ) {
        let text = format!(
            "overlay = {{ graph.{}, components = 'keep' }}
            underlay.latency.constant = {{}}
            content = {{ objects = 40, replicas = {replicas} }}
            workload = {{ lookups = 60, rate = '10 /s' }}",
            GRAPHS[graph],
        );
        let world = world(&text, peers, seed);
        let (params, ttl) = still(ttl, if direct { Hits::Direct } else { Hits::Path });
        let outcome = engine_with::<Gnutella>(&world, &params, QueueKind::Wheel).run();
        for lookup in &outcome.lookups {
            let graph = world.graph().unwrap();
            let far = distances(graph, lookup.origin, ttl);
            let holders = world.holders(lookup.object).iter().filter(|&&holder| holder != lookup.origin);
            let ways: Vec<u32> = holders.map(|&holder| far[holder as usize]).filter(|&way| way != UNREACHED).collect();
            let nearest = ways.iter().min().copied();
            prop_assert_eq!(lookup.answer.map(|answer| u32::from(answer.hops)), nearest);
            prop_assert_eq!(lookup.providers as usize, ways.len());
            prop_assert!(lookup.answer.is_none_or(|answer| answer.correct));
            let back: u64 = ways.iter().map(|&way| if direct { 1 } else { u64::from(way) }).sum();
            prop_assert_eq!(lookup.messages, flood(graph, lookup.origin, ttl).messages + back);
            let trip = nearest.map(|way| Span::millis(50 * u64::from(if direct { way + 1 } else { 2 * way })));
            prop_assert_eq!(lookup.answer.map(|answer| answer.latency), trip);
        }
    }

    /// Whatever the latencies, a flood stays within the reach, and to the edge of the network it costs the same.
    #[test]
    fn latencies_only_shorten_a_flood(seed: u64, peers in 2u32..200, graph in 0..GRAPHS.len(), ttl in ttls()) {
        let text = format!(
            "overlay.graph.{}
            content.replicas = 1
            workload = {{ lookups = 40, misses = '100 %' }}",
            GRAPHS[graph],
        );
        let world = world(&text, peers, seed);
        let (params, ttl) = still(ttl, Hits::Path);
        for lookup in engine_with::<Gnutella>(&world, &params, QueueKind::Wheel).run().lookups {
            let bound = flood(world.graph().unwrap(), lookup.origin, ttl);
            prop_assert!(lookup.messages <= bound.messages && lookup.visited <= bound.reached);
            if ttl == u32::MAX {
                prop_assert_eq!((lookup.messages, lookup.visited), (bound.messages, bound.reached));
            }
        }
    }
}
