//! The same seed gives the same world; parts do not touch each other.

use super::*;
use crate::sim::{ObjectId, World};

/// Parts of a world as comparable values: overlay, latencies, holders, sessions and the like, lookups.
#[derive(Debug, PartialEq)]
struct Parts {
    overlay: Vec<(u32, u32)>,
    latencies: Vec<u64>,
    holders: Vec<Vec<u32>>,
    departures: Vec<(Time, Happening)>,
    lookups: Vec<(Time, Happening)>,
}

fn parts(world: &Terrain, servers: u32) -> Parts {
    let mut director = world.director(servers);
    let (lookups, others) =
        story(&mut *director).into_iter().partition(|(_, what)| matches!(what, Happening::Lookup(_)));
    let pairs = (0..50).flat_map(|a| (0..50).map(move |b| (a, b)));
    Parts {
        overlay: world.graph().unwrap().edge_list().collect(),
        latencies: pairs.map(|(a, b)| world.latency(a, b, 9).nanos()).collect(),
        holders: (0..world.objects()).map(|rank| world.holders(ObjectId::new(rank)).to_vec()).collect(),
        departures: others,
        lookups,
    }
}

const BASE: &str = "
    population.free_riders = '20 %'
    churn.sessions.exponential = { online = '100 s', offline = '50 s' }
    churn.newcomers = '2 %'
    workload = { lookups = 200, duration = '60 s' }
    faults = [{ at = '10 s', crash = { share = '10 %' }, back = '5 s' }]
";

#[test]
fn a_world_is_a_function_of_settings_and_seed() {
    let base = parts(&world(BASE, 300, 5), 1);
    assert_eq!(base, parts(&world(BASE, 300, 5), 1));
    let other = parts(&world(BASE, 300, 6), 1);
    assert!(
        base.overlay != other.overlay && base.latencies != other.latencies && base.holders != other.holders
    );
    assert!(base.departures != other.departures && base.lookups != other.lookups);
}

#[test]
fn servers_change_nothing_that_no_fault_concerns() {
    let world = world(BASE, 300, 5);
    assert_eq!(parts(&world, 0), parts(&world, 7));
    assert!((300..307).all(|server| world.director(7).starts_online(server)));
}

#[test]
fn changing_one_part_leaves_the_others() {
    let base = parts(&world(BASE, 300, 5), 1);
    let changed = |from: &str, to: &str| {
        assert!(BASE.contains(from));
        parts(&world(&BASE.replace(from, to), 300, 5), 1)
    };
    // The duration holds the run's end, and thereby the newcomers, in place.
    let workload =
        changed("lookups = 200", "lookups = 100, rate = '5 /s', misses = '50 %', deadline = '1 s'");
    assert_eq!(
        (&workload.overlay, &workload.latencies, &workload.holders),
        (&base.overlay, &base.latencies, &base.holders)
    );
    assert_eq!(workload.departures, base.departures);
    assert_ne!(workload.lookups, base.lookups);

    let content = changed("workload", "content.objects = 77\n workload");
    assert_eq!(content.holders, base.holders[..77], "objects keep their holders");
    assert_eq!((content.overlay, content.departures), (base.overlay, base.departures));
    let origins = |lookups: &[(Time, Happening)]| -> Vec<_> {
        lookups
            .iter()
            .map(|&(time, what)| match what {
                Happening::Lookup(planned) => (time, planned.origin),
                _ => unreachable!(),
            })
            .collect()
    };
    assert_eq!(origins(&content.lookups), origins(&base.lookups));

    let graph = changed("workload", "overlay.graph.ring = {}\n workload");
    assert_eq!((graph.lookups, graph.holders), (base.lookups, base.holders));
}

#[test]
fn the_overlay_is_built_only_if_needed_and_decides_nothing_else() {
    for text in ["", "overlay.components = 'largest'"] {
        let settings = settings(text);
        let with = Terrain::build(&settings, Some(500), 3, None, true).unwrap();
        let without = Terrain::build(&settings, Some(500), 3, None, false).unwrap();
        assert_eq!(with.peers(), without.peers(), "{text}");
        assert!(without.graph().is_none() && without.neighbours(0).is_none());
        assert_eq!(with.neighbours(0).unwrap(), with.graph().unwrap().neighbours(0));
        assert_eq!(with.neighbours(500), Some(&[][..]));
        assert_eq!(story(&mut *with.director(1)), story(&mut *without.director(1)));
    }
}

#[test]
fn settings_come_back_as_they_were_written() {
    for text in [
        "",
        BASE,
        "overlay.graph.file.path = 'x'",
        "churn.sessions.none = {}",
        "underlay.latency.transit-stub.core = 'complete'",
    ] {
        let read = settings(text);
        assert_eq!(settings(&toml::to_string(&read).unwrap()), read, "{text}");
        assert_eq!(read, serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap());
    }
    for text in [
        "content.zipff = 1",
        "overlay.graph.ring.x = 1",
        "underlay.latency.plane.x = 1",
        "churn.sessions.none.x = 1",
    ] {
        let error = toml::from_str::<Settings>(text).unwrap_err();
        // What `toml` itself says of variants without keys.
        let said = |words| error.message().contains(words);
        assert!(said("unknown field") || said("unexpected keys"), "{text}: {error}");
    }
    for graph in [
        "course-pure",
        "course-hybrid",
        "barabasi-albert",
        "erdos-renyi",
        "random-regular",
        "watts-strogatz",
        "random-picks",
        "ring",
        "star",
        "complete",
        "power-law",
        "exponential",
        "poisson",
        "chung-lu",
        "glp",
        "stochastic-block",
        "tree",
        "random-tree",
    ] {
        for peers in [1, 2, 3, 4, 5, 8, 21, 100] {
            let world = world(&format!("overlay.graph.{graph} = {{}}\ncontent.replicas = 1"), peers, 1);
            let graph = world.graph().unwrap();
            assert_eq!((graph.nodes(), world.peers()), (peers, peers));
            assert!(crate::graph::components(graph).count() == 1);
        }
    }
}

#[test]
fn a_million_peers_take_seconds() {
    let text = "content = { objects = 100_000, replicas = 10 }\nworkload.lookups = 100
        churn.sessions.exponential = {}\npopulation.free_riders = '25 %'";
    let world = world(text, 1_000_000, 1);
    let mut director = world.director(1);
    assert!(story(&mut *director).len() > 100);
    assert_eq!(world.graph().unwrap().nodes(), 1_000_000);
}
