//! Overlays: what a scenario may ask for, and what it may not.

use super::*;
use crate::sim::World;

#[test]
fn bad_parameters_are_refused_at_every_size_and_by_their_key() {
    for (graph, key, nearest) in [
        ("power-law.exponent = -1.0", "overlay.graph.power-law.exponent", Some("0")),
        ("power-law.min_degree = 0", "overlay.graph.power-law.min_degree", Some("1")),
        ("power-law = { min_degree = 4, max_degree = 2 }", "overlay.graph.power-law.max_degree", Some("4")),
        ("barabasi-albert.links = 0", "overlay.graph.barabasi-albert.links", Some("1")),
        ("erdos-renyi.mean_degree = -0.5", "overlay.graph.erdos-renyi.mean_degree", Some("0")),
        ("watts-strogatz.degree = 3", "overlay.graph.watts-strogatz.degree", Some("2")),
    ] {
        for peers in [1, 2, 3, 50] {
            let text = format!("content.replicas = 1\noverlay.graph.{graph}");
            let error = refusal(&text, Some(peers));
            assert_eq!((error.key.as_str(), error.nearest.as_deref()), (key, nearest), "{error}");
        }
    }
    let error = refusal("overlay.graph.random-regular.degree = 3", Some(51));
    assert_eq!(
        (error.key.as_str(), error.nearest.as_deref()),
        ("overlay.graph.random-regular.degree", Some("2"))
    );
    assert_eq!(refusal("overlay.graph.complete = {}", Some(100_000)).key, "peers");
}

#[test]
fn degrees_beyond_the_network_are_cut() {
    for graph in [
        "power-law.max_degree = 4000000000",
        "barabasi-albert.links = 99",
        "erdos-renyi.mean_degree = 99.5",
        "random-regular.degree = 99",
        "watts-strogatz.degree = 98",
        "random-picks.picks = 99",
    ] {
        for peers in [1, 2, 3, 4, 7] {
            world(&format!("content.replicas = 1\noverlay.graph.{graph}"), peers, 1);
        }
    }
    let full = world("content.replicas = 1\noverlay.graph.random-regular.degree = 99", 6, 1);
    assert_eq!(full.graph().unwrap().edges(), 15);
}

#[test]
fn components_are_kept_joined_or_left() {
    let build = |policy: &str| {
        world(
            &format!("overlay = {{ components = '{policy}', graph.erdos-renyi.mean_degree = 1.5 }}"),
            1000,
            1,
        )
    };
    let (keep, join, largest) = (build("keep"), build("join"), build("largest"));
    let before = keep.applied().unwrap().components_before;
    assert!(before > 100);
    assert_eq!(join.applied().unwrap().links_added, before - 1);
    assert_eq!(join.graph().unwrap().edges(), keep.graph().unwrap().edges() + u64::from(before) - 1);
    assert!((300..900).contains(&largest.peers()));
    assert_eq!(largest.applied().unwrap().nodes_dropped, 1000 - largest.peers());
    for (world, word) in [(keep, "kept apart"), (join, "links join them"), (largest, "the largest is kept")] {
        assert!(world.remarks()[0].message.contains(word), "{:?}", world.remarks());
    }
}

#[test]
fn the_number_of_peers_is_checked() {
    let error = refusal("", None);
    assert_eq!(
        error.to_string(),
        "peers: is missing, expected the number of peers, as no overlay file decides it"
    );
    assert_eq!(refusal("", Some(0)).nearest.as_deref(), Some("1"));
    assert_eq!(refusal("", Some(u32::MAX)).nearest.as_deref(), Some("134217727"));
}
