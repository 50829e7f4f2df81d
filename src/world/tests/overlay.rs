//! Overlays: what a scenario may ask for, and what it may not.

use super::*;
use crate::sim::World;
use crate::world::GraphModel;

#[test]
fn bad_parameters_are_refused_at_every_size_and_by_their_key() {
    for (graph, key, nearest) in [
        ("power-law.exponent = -1.0", "overlay.graph.power-law.exponent", Some("0")),
        ("power-law.min_degree = 0", "overlay.graph.power-law.min_degree", Some("1")),
        ("power-law = { min_degree = 4, max_degree = 2 }", "overlay.graph.power-law.max_degree", Some("4")),
        ("barabasi-albert.links = 0", "overlay.graph.barabasi-albert.links", Some("1")),
        ("erdos-renyi.mean_degree = -0.5", "overlay.graph.erdos-renyi.mean_degree", Some("0")),
        ("watts-strogatz.degree = 3", "overlay.graph.watts-strogatz.degree", Some("2")),
        ("power-law.cutoff = 0.0", "overlay.graph.power-law.cutoff", None),
        ("exponential.mean_degree = 0.5", "overlay.graph.exponential.mean_degree", Some("1")),
        ("poisson.mean_degree = -1", "overlay.graph.poisson.mean_degree", Some("0")),
        ("chung-lu.exponent = 1.0", "overlay.graph.chung-lu.exponent", Some("1.1")),
        ("chung-lu.mean_degree = 0.0", "overlay.graph.chung-lu.mean_degree", Some("1")),
        ("chung-lu.max_degree = 3.0", "overlay.graph.chung-lu.max_degree", Some("4")),
        (
            "barabasi-albert.attractiveness = -2.0",
            "overlay.graph.barabasi-albert.attractiveness",
            Some("-1.9"),
        ),
        ("glp.links = 0.5", "overlay.graph.glp.links", Some("1")),
        ("glp.beta = 1", "overlay.graph.glp.beta", Some("0.99")),
        ("glp.inner = '100 %'", "overlay.graph.glp.inner", Some("0.99")),
        ("stochastic-block.blocks = 0", "overlay.graph.stochastic-block.blocks", Some("1")),
        ("stochastic-block.blocks = 5000", "overlay.graph.stochastic-block.blocks", Some("4096")),
        ("stochastic-block.outside = -1", "overlay.graph.stochastic-block.outside", Some("0")),
        ("torus.dimensions = 0", "overlay.graph.torus.dimensions", Some("1")),
        ("tree.children = 0", "overlay.graph.tree.children", Some("1")),
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
        "exponential.mean_degree = 99",
        "poisson.mean_degree = 99",
        "chung-lu = { mean_degree = 99, max_degree = 999 }",
        "barabasi-albert = { links = 99, attractiveness = -50 }",
        "glp.links = 99.5",
        "stochastic-block = { blocks = 50, inside = 99, outside = 99 }",
        "tree.children = 99",
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

#[test]
fn what_is_not_said_about_the_new_keys_is_not_written() {
    let text =
        |graph: &str| toml::to_string(&settings(&format!("overlay.graph.{graph}")).overlay.graph).unwrap();
    let plain = "[power-law]\nexponent = 1.4\nmin_degree = 1\nmax_degree = 7\n";
    assert_eq!(text("power-law = {}"), plain);
    assert_eq!(text("course-pure = {}"), "[course-pure]\n");
    assert_eq!(text("barabasi-albert = {}"), "[barabasi-albert]\nlinks = 2\n");
    assert!(text("power-law.multiplicity = 'rewire'").contains("multiplicity = \"rewire\""));
}

#[test]
fn multiplicity_is_a_choice() {
    let draw = |multiplicity: &str| {
        let graph =
            settings(&format!("overlay.graph.course-hybrid.multiplicity = '{multiplicity}'")).overlay.graph;
        graph.draw(5000, None, 3).unwrap()
    };
    let (erased, rewired) = (draw("erase"), draw("rewire"));
    let (lossy, whole) = (erased.report.unwrap(), rewired.report.unwrap());
    assert_eq!(lossy.links_asked, whole.links_asked, "the same degrees are drawn");
    assert!(lossy.links_got < lossy.links_asked && whole.links_got == whole.links_asked);
    assert_eq!(rewired.graph.edges(), whole.links_got);
}

#[test]
fn every_parameter_that_is_listed_is_one_and_every_one_is_listed() {
    let listed: Vec<&str> =
        GraphModel::LISTED.iter().map(|&(name, _)| name).filter(|&name| name != "file").collect();
    let with_parameters: Vec<&str> = GraphModel::PARAMETERS.iter().map(|&(name, _)| name).collect();
    assert_eq!(listed, with_parameters);
    for (name, parameters) in GraphModel::PARAMETERS {
        let error = toml::from_str::<GraphModel>(&format!("{name}.unknown = 1")).unwrap_err().to_string();
        let keys = error.split("available keys:").nth(1).and_then(|rest| rest.lines().next()).unwrap_or("");
        let known: Vec<String> =
            keys.split(',').map(|key| key.trim().replace('_', "-")).filter(|key| !key.is_empty()).collect();
        let options: Vec<&str> = parameters.iter().map(|&(option, _)| option).collect();
        assert_eq!(known, options, "{name}: {error}");
    }
}

#[test]
fn a_torus_needs_a_power() {
    let error = refusal("content.replicas = 1\noverlay.graph.torus.dimensions = 2", Some(1000));
    assert_eq!((error.key.as_str(), error.nearest.as_deref()), ("peers", Some("1024")));
    let world = world("content.replicas = 1\noverlay.graph.torus.dimensions = 3", 125, 1);
    assert!(world.graph().unwrap().degrees().all(|degree| degree == 6));
}
