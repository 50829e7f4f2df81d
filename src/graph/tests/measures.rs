//! Measures: against the counts of published snapshots, exact figures of simple graphs, and brute force.

use std::collections::BTreeSet;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use proptest::prelude::*;

use super::super::measure::*;
use super::super::*;
use super::files::measured;
use super::oracle::rows;
use super::stream;

#[track_caller]
fn near(found: impl Into<Option<f64>>, expected: f64, tolerance: f64) {
    let found = found.into().expect("a figure");
    assert!((found - expected).abs() <= tolerance, "{found}, expected {expected} ± {tolerance}");
}

/// What is published of a snapshot, and what was recomputed where the publisher sampled.
struct Snapshot {
    number: u32,
    nodes: u32,
    rows: usize,
    weak: (u32, usize),
    strong: (u32, usize),
    clustering: f64,
    triangles: u64,
    diameter: u32,
    effective_diameter: f64,
    path_mean: f64,
    degree_mean: f64,
    degree_max: u32,
    kappa: f64,
}

#[rustfmt::skip]
const SNAPSHOTS: [Snapshot; 5] = [
    Snapshot { number: 4, nodes: 10876, rows: 39994, weak: (10876, 39994), strong: (4317, 18742), clustering: 0.0062,
        triangles: 934, diameter: 10, effective_diameter: 5.39, path_mean: 4.636, degree_mean: 7.355, degree_max: 103,
        kappa: 13.97 },
    Snapshot { number: 5, nodes: 8846, rows: 31839, weak: (8842, 31837), strong: (3234, 13453), clustering: 0.0072,
        triangles: 1112, diameter: 9, effective_diameter: 5.34, path_mean: 4.596, degree_mean: 7.199, degree_max: 88,
        kappa: 14.79 },
    Snapshot { number: 6, nodes: 8717, rows: 31525, weak: (8717, 31525), strong: (3226, 13589), clustering: 0.0067,
        triangles: 1142, diameter: 10, effective_diameter: 5.29, path_mean: 4.572, degree_mean: 7.233, degree_max: 115,
        kappa: 14.40 },
    Snapshot { number: 8, nodes: 6301, rows: 20777, weak: (6299, 20776), strong: (2068, 9313), clustering: 0.0109,
        triangles: 2383, diameter: 9, effective_diameter: 5.49, path_mean: 4.643, degree_mean: 6.595, degree_max: 97,
        kappa: 17.65 },
    // The published mean path and effective diameter of this one are sampled; its diameter is "at least 11".
    Snapshot { number: 31, nodes: 62586, rows: 147_892, weak: (62561, 147_878), strong: (14149, 50916),
        clustering: 0.0055, triangles: 2024, diameter: 11, effective_diameter: 6.725, path_mean: 5.9355,
        degree_mean: 4.726, degree_max: 95, kappa: 11.60 },
];

/// The largest component's nodes, and the rows among them.
fn largest_with_rows(components: &Components, list: &EdgeList) -> (u32, usize) {
    let largest = components.largest().unwrap();
    let inside = |node: u32| components.label[node as usize] == largest;
    let rows = list.edges.iter().filter(|&&(from, to)| inside(from) && inside(to)).count();
    (components.sizes[largest as usize], rows)
}

#[test]
fn snapshots_have_the_published_figures() {
    for published in SNAPSHOTS {
        let Some(path) = measured(&format!("gnutella/p2p-Gnutella{:02}.txt.gz", published.number)) else {
            return;
        };
        let list = read_edge_list(path).unwrap();
        let (graph, erased) = list.undirected();
        assert_eq!((list.nodes(), list.edges.len()), (published.nodes, published.rows));
        assert_eq!(erased, Simplification::default(), "no link was crawled from both ends");
        let weak = components(&graph);
        assert_eq!(largest_with_rows(&weak, &list), published.weak);
        assert_eq!(largest_with_rows(&list.directed().strong_components(), &list), published.strong);

        let degrees = DegreeCounts::of(&graph);
        near(degrees.mean(), published.degree_mean, 5e-4);
        near(degrees.kappa(), published.kappa, 5e-3);
        assert_eq!(degrees.max(), Some(published.degree_max));

        let giant = Giant::among(&graph, &weak);
        let triangles = triangles(&graph);
        assert_eq!(triangles.total(), published.triangles);
        let clustering = triangles.clustering_among(&graph, giant.original.iter().copied()).unwrap();
        near(clustering.local, published.clustering, 5e-5);
        let paths = paths(&giant.graph, Sources::All, &mut stream(1), &unwatched).unwrap();
        near(paths.mean.unwrap().value, published.path_mean, 5e-4);
        near(paths.effective_diameter.unwrap().value, published.effective_diameter, 5e-3);
        assert_eq!(paths.longest(), published.diameter);
        let bounds = diameter(&giant.graph, 2000, &unwatched).unwrap();
        assert!(bounds.lower == published.diameter && bounds.upper <= published.diameter + 1);
    }
}

/// As SNAP prints them: "fraction of closed triangles" .001807, .002546, .002717, .006983, .001294.
#[test]
fn closed_triads_are_snaps() {
    for (number, share) in [(4, 0.001807), (5, 0.002546), (6, 0.002717), (8, 0.006983), (31, 0.001294)] {
        let Some(path) = measured(&format!("gnutella/p2p-Gnutella{number:02}.txt.gz")) else { return };
        let (graph, _) = read_edge_list(path).unwrap().undirected();
        near(triangles(&graph).clustering(&graph).unwrap().closed_triads, share, 5e-7);
    }
}

#[test]
fn a_small_world_before_rewiring() {
    let ring = generate::watts_strogatz(1000, 10, 0.0, &mut stream(1)).unwrap();
    let clustering = triangles(&ring).clustering(&ring).unwrap();
    near(clustering.local, 2.0 / 3.0, 1e-12);
    near(clustering.global, 2.0 / 3.0, 1e-12);
    let giant = Giant::of(&ring);
    let exact = paths(&giant.graph, Sources::All, &mut stream(1), &unwatched).unwrap();
    // The ring's mean: of 999 others, ten at each of 99 distances and nine at the hundredth.
    near(exact.mean.unwrap().value, (10.0 * 99.0 * 100.0 / 2.0 + 900.0) / 999.0, 1e-12);
    near(exact.mean.unwrap().value, 50.45, 0.5);
    assert_eq!(diameter(&giant.graph, u32::MAX, &unwatched).unwrap().exact(), Some(100));
    assert_eq!(assortativity(&ring), None);
    assert_eq!(cores(&ring).deepest(), 10);
}

#[test]
fn a_star_and_a_complete_graph() {
    let star = generate::star(101).unwrap();
    let counts = DegreeCounts::of(&star);
    assert_eq!((counts.min(), counts.max(), counts.nodes()), (Some(1), Some(100), 101));
    near(counts.kappa(), (100.0 * 100.0 + 100.0) / 200.0, 0.0);
    near(assortativity(&star), -1.0, 1e-12);
    assert_eq!(rich_club(&star), [RichClub { above: 0, nodes: 101, edges: 100, density: 100.0 / 5050.0 }]);
    assert_eq!((cores(&star).deepest(), cores(&star).size(1)), (1, 101));
    assert_eq!(diameter(&star, u32::MAX, &unwatched).unwrap().exact(), Some(2));
    let complete = generate::complete(40).unwrap();
    let clustering = triangles(&complete).clustering(&complete).unwrap();
    assert_eq!(triangles(&complete).total(), 40 * 39 * 38 / 6);
    assert_eq!((clustering.local, clustering.global, clustering.closed_triads), (1.0, Some(1.0), Some(1.0)));
    assert_eq!(cores(&complete).deepest(), 39);
    assert_eq!(rich_club(&complete).last().map(|club| club.density), Some(1.0));
    assert_eq!(diameter(&complete, u32::MAX, &unwatched).unwrap().exact(), Some(1));
}

#[test]
fn a_lone_node_and_no_node() {
    for nodes in [0, 1] {
        let graph = Graph::edgeless(nodes);
        let giant = Giant::of(&graph);
        let paths = paths(&giant.graph, Sources::All, &mut stream(1), &unwatched).unwrap();
        assert_eq!((paths.mean, paths.effective_diameter, paths.longest()), (None, None, 0));
        assert_eq!(diameter(&giant.graph, 9, &unwatched).unwrap().exact(), Some(0));
        assert_eq!((triangles(&graph).total(), cores(&graph).deepest(), rich_club(&graph).len()), (0, 0, 0));
        assert_eq!((assortativity(&graph), DegreeCounts::of(&graph).kappa()), (None, None));
        assert_eq!(triangles(&graph).clustering(&graph).is_some(), nodes == 1);
    }
}

#[test]
fn degree_distributions_add_up() {
    let graph = generate::barabasi_albert(5000, 2, &mut stream(3)).unwrap();
    let counts = DegreeCounts::of(&graph);
    let degrees: Vec<u32> = graph.degrees().collect();
    for (degree, share) in counts.ccdf() {
        let at_least = degrees.iter().filter(|&&other| other >= degree).count();
        near(share, at_least as f64 / 5000.0, 1e-12);
    }
    for (degree, share) in counts.cumulative() {
        let at_most = degrees.iter().filter(|&&other| other <= degree).count();
        near(share, at_most as f64 / 5000.0, 1e-12);
    }
    let bins = counts.log_binned();
    assert_eq!(bins.iter().map(|bin| bin.nodes).sum::<u64>(), 5000);
    assert_eq!(
        bins[..4].iter().map(|bin| (bin.from, bin.to)).collect::<Vec<_>>(),
        [(0, 0), (1, 1), (2, 3), (4, 7)]
    );
    near(bins.iter().map(|bin| bin.density * f64::from(bin.to - bin.from + 1)).sum::<f64>(), 1.0, 1e-12);
}

/// Ten samples of 200 sources: the true mean lies within two standard errors in nine or more of them, and a sample of
/// all sources is exact.
#[test]
fn samples_say_how_far_they_are_off() {
    let giant = Giant::of(&generate::erdos_renyi(3000, 4.0, &mut stream(5)).unwrap());
    let exact = paths(&giant.graph, Sources::All, &mut stream(1), &unwatched).unwrap();
    let (mean, effective) = (exact.mean.unwrap(), exact.effective_diameter.unwrap());
    assert_eq!((mean.error, exact.exact), (None, true));
    let (mut mean_hits, mut effective_hits) = (0, 0);
    for seed in 0..10 {
        let some = paths(&giant.graph, Sources::Sample(200), &mut stream(seed), &unwatched).unwrap();
        let hit = |found: Option<Estimate>, truth: f64| {
            let Estimate { value, error } = found.unwrap();
            let error = error.unwrap();
            assert!(error > 0.0 && error < 0.1, "error {error}");
            i32::from((value - truth).abs() < 2.0 * error)
        };
        assert!(!some.exact && some.sources == 200 && some.longest() <= exact.longest());
        mean_hits += hit(some.mean, mean.value);
        effective_hits += hit(some.effective_diameter, effective.value);
    }
    assert!(mean_hits >= 8 && effective_hits >= 8, "{mean_hits}, {effective_hits}");
    let whole = paths(&giant.graph, Sources::Sample(u32::MAX), &mut stream(1), &unwatched).unwrap();
    assert_eq!(whole, exact);
}

#[test]
fn long_work_can_be_stopped() {
    let giant = Giant::of(&generate::ring(3000).unwrap());
    let impatient: &Watch = &|share| share < 0.2;
    assert_eq!(paths(&giant.graph, Sources::All, &mut stream(1), impatient), Err(Stopped));
    assert_eq!(diameter(&giant.graph, u32::MAX, &|_| false), Err(Stopped));
    let bounds = diameter(&giant.graph, 10, &unwatched).unwrap();
    assert!(bounds.lower == 1500 && bounds.upper > 1500 && bounds.searches == 10, "{bounds:?}");
}

proptest! {
    #![proptest_config(crate::properties::fixed_cases(256))]

    #[test]
    fn strong_components_as_petgraph((nodes, rows) in rows()) {
        let components = Digraph::from_edges(nodes, &rows).strong_components();
        let mut graph = DiGraph::<(), ()>::new();
        (0..nodes).for_each(|_| { graph.add_node(()); });
        rows.iter().for_each(|&(from, to)| { graph.add_edge(from.into(), to.into(), ()); });
        let expected: BTreeSet<BTreeSet<u32>> = kosaraju_scc(&graph)
            .into_iter().map(|component| component.into_iter().map(|node| node.index() as u32).collect()).collect();
        let mut found = vec![BTreeSet::new(); components.sizes.len()];
        (0..nodes).for_each(|node| { found[components.label[node as usize] as usize].insert(node); });
        prop_assert!(found.iter().zip(&components.sizes).all(|(members, &size)| members.len() as u32 == size));
        let firsts: Vec<u32> = found.iter().map(|members| *members.first().unwrap()).collect();
        prop_assert!(firsts.is_sorted());
        prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn triangles_as_counted_by_hand((nodes, rows) in rows()) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let found = triangles(&graph);
        for node in 0..nodes {
            let near = graph.neighbours(node);
            let pairs = near.iter().flat_map(|&u| near.iter().map(move |&v| (u, v)));
            let linked = pairs.filter(|&(u, v)| u < v && graph.has_edge(u, v)).count();
            prop_assert_eq!(found.at[node as usize], linked as u64);
        }
    }

    #[test]
    fn hop_plots_as_single_searches((nodes, rows) in rows()) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let giant = Giant::of(&graph);
        let all = paths(&giant.graph, Sources::All, &mut stream(1), &unwatched).unwrap();
        let mut hops = vec![0; giant.graph.nodes() as usize + 1];
        for source in 0..giant.graph.nodes() {
            distances(&giant.graph, source, u32::MAX).iter().for_each(|&hop| hops[hop as usize] += 1);
        }
        hops[0] = 0;
        let longest = hops.iter().rposition(|&pairs| pairs > 0).unwrap_or(0);
        prop_assert_eq!(&all.hops, &hops[..=longest]);
        let bounds = diameter(&giant.graph, u32::MAX, &unwatched).unwrap();
        prop_assert_eq!(bounds.exact(), Some(longest as u32));
    }

    #[test]
    fn cores_as_peeled((nodes, rows) in rows()) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let found = cores(&graph);
        for k in 0..=found.deepest() + 1 {
            let mut left: BTreeSet<u32> = (0..nodes).collect();
            loop {
                let links = |node: &u32| graph.neighbours(*node).iter().filter(|to| left.contains(to)).count();
                let weak: Vec<u32> = left.iter().copied().filter(|node| links(node) < k as usize).collect();
                if weak.is_empty() { break }
                weak.iter().for_each(|node| { left.remove(node); });
            }
            let members: BTreeSet<u32> = (0..nodes).filter(|&node| found.number[node as usize] >= k).collect();
            prop_assert_eq!(members, left);
        }
    }

    #[test]
    fn mixing_as_defined((nodes, rows) in rows()) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let ends: Vec<(f64, f64)> = graph.edge_list().flat_map(|(u, v)| [(u, v), (v, u)])
            .map(|(u, v)| (f64::from(graph.degree(u)), f64::from(graph.degree(v)))).collect();
        let mean = ends.iter().map(|end| end.0).sum::<f64>() / ends.len() as f64;
        let product = |f: fn(&(f64, f64), f64) -> f64| ends.iter().map(|end| f(end, mean)).sum::<f64>();
        let covariance = product(|end, mean| (end.0 - mean) * (end.1 - mean));
        let variance = product(|end, mean| (end.0 - mean) * (end.0 - mean));
        match assortativity(&graph) {
            Some(found) => prop_assert!((found - covariance / variance).abs() < 1e-9),
            None => prop_assert!(variance.abs() < 1e-9 || ends.is_empty()),
        }
        for club in rich_club(&graph) {
            let rich = |&node: &u32| graph.degree(node) > club.above;
            let edges = graph.edge_list().filter(|(u, v)| rich(u) && rich(v)).count() as u64;
            prop_assert_eq!((club.nodes, club.edges), ((0..nodes).filter(rich).count() as u64, edges));
        }
    }
}
