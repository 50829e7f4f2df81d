//! Betweenness, small worlds, spectra, and the summary of all measures.

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

fn exact_betweenness(graph: &Graph) -> Betweenness {
    betweenness(graph, Sources::All, &mut stream(1), &unwatched).unwrap()
}

#[test]
fn betweenness_of_a_star_and_a_path() {
    let star = exact_betweenness(&generate::star(6).unwrap());
    assert_eq!((star.at[0], star.at[1], star.most(), star.share(star.at[0])), (10.0, 0.0, Some(0), 1.0));
    let (path, _) = Graph::from_edges(5, &[(0, 1), (1, 2), (2, 3), (3, 4)]);
    assert_eq!(exact_betweenness(&path).at, [0.0, 3.0, 4.0, 3.0, 0.0]);
    assert_eq!(exact_betweenness(&Graph::edgeless(2)).at, [0.0, 0.0]);
}

#[test]
fn sampled_betweenness_says_how_far_it_is_off() {
    let graph = generate::barabasi_albert(2000, 2, &mut stream(1)).unwrap();
    let exact = exact_betweenness(&graph);
    let most = exact.most().unwrap() as usize;
    let mut hits = 0;
    for seed in 0..10 {
        let found = betweenness(&graph, Sources::Sample(200), &mut stream(seed), &unwatched).unwrap();
        let error = found.error.unwrap()[most];
        assert!(error > 0.0 && error < 0.1 * exact.at[most]);
        hits += i32::from((found.at[most] - exact.at[most]).abs() < 2.0 * error);
    }
    assert!(hits >= 8, "{hits}");
    assert_eq!(exact.error, None);
    assert_eq!(betweenness(&graph, Sources::All, &mut stream(1), &|share| share < 0.5), Err(Stopped));
}

#[test]
fn one_thread_measures_as_many_do() {
    let graph = generate::barabasi_albert(3000, 3, &mut stream(4)).unwrap();
    let options = Options { sample: 100, exact_nodes: 1000, references: 2, ..Options::default() };
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| summarise(&graph, None, &options, &|_| (), &unwatched).unwrap())
    };
    let one = on(1);
    assert_eq!(one, on(3));
    assert!(!one.paths.unwrap().exact);
}

#[test]
fn rewiring_keeps_degrees_and_nothing_else() {
    let lattice = generate::watts_strogatz(1000, 10, 0.0, &mut stream(1)).unwrap();
    let random = rewire(&lattice, 10.0, &mut stream(1));
    assert!(random.degrees().eq(lattice.degrees()));
    let shared = random.edge_list().filter(|&(u, v)| lattice.has_edge(u, v)).count();
    assert!(shared < 150, "{shared} of 5000 edges are still there");
    near(triangles(&random).clustering(&random).unwrap().local, 9.0 / 1000.0, 0.005);
    assert_eq!(rewire(&lattice, 10.0, &mut stream(1)), random);
    assert_eq!(rewire(&lattice, 0.0, &mut stream(1)), lattice);
    let complete = generate::complete(20).unwrap();
    assert_eq!(rewire(&complete, 10.0, &mut stream(1)), complete);
}

#[test]
fn lattices_of_the_same_degrees() {
    let lattice = generate::watts_strogatz(1000, 10, 0.0, &mut stream(1)).unwrap();
    let again = latticed(&rewire(&lattice, 10.0, &mut stream(1)));
    let clustering = triangles(&again).clustering(&again).unwrap();
    near(clustering.local, 2.0 / 3.0, 1e-12);
    let hubs = generate::barabasi_albert(5000, 3, &mut stream(1)).unwrap();
    let ordered = latticed(&hubs);
    let lost = hubs.edges() - ordered.edges();
    assert!(lost * 20 < hubs.edges(), "{lost} of {} links found no end", hubs.edges());
    assert!((0..5000).all(|node| ordered.degree(node) <= hubs.degree(node)));
    let clustered = |graph: &Graph| triangles(graph).clustering(graph).unwrap().local;
    assert!(clustered(&ordered) > 10.0 * clustered(&hubs), "{} {}", clustered(&ordered), clustered(&hubs));
}

/// Watts and Strogatz's figure 2: at p = .01 paths are short already and clustering is high still.
#[test]
fn a_small_world_is_one() {
    let of = |p: f64| {
        let giant = Giant::of(&generate::watts_strogatz(1000, 10, p, &mut stream(7)).unwrap());
        small_world(&giant.graph, 3, Sources::All, &mut stream(1), &unwatched).unwrap().unwrap()
    };
    let [lattice, small, random] = [0.0, 0.01, 1.0].map(of);
    let sigma = |world: &SmallWorld| world.sigma.unwrap().value;
    let omega = |world: &SmallWorld| world.omega.unwrap().value;
    assert!(sigma(&small) > 20.0 && sigma(&small) > 3.0 * sigma(&lattice), "{small:?}, {lattice:?}");
    near(sigma(&random), 1.0, 0.3);
    near(omega(&lattice), lattice.path_random / 50.45 - 1.0, 0.01);
    near(omega(&random), 1.0, 0.1);
    assert!(omega(&small).abs() < 0.6, "{small:?}");
    assert!(small.sigma.unwrap().error.unwrap() > 0.0);
    let tree = generate::star(50).unwrap();
    let world = small_world(&tree, 2, Sources::All, &mut stream(1), &unwatched).unwrap().unwrap();
    assert_eq!(world.sigma, None);
    assert_eq!(small_world(&Graph::edgeless(1), 2, Sources::All, &mut stream(1), &unwatched), Ok(None));
}

#[test]
fn spectral_gaps_of_known_graphs() {
    let gap = |graph: &Graph| spectral_gap(graph, &mut stream(1), &unwatched).unwrap().unwrap();
    near(gap(&generate::complete(10).unwrap()).gap, 10.0 / 9.0, 1e-9);
    near(gap(&generate::star(10).unwrap()).gap, 1.0, 1e-9);
    near(gap(&generate::complete(2).unwrap()).gap, 2.0, 1e-9);
    let ring = gap(&generate::ring(100).unwrap());
    near(ring.gap, 1.0 - libm::cos(std::f64::consts::TAU / 100.0), 1e-6);
    assert!(ring.error <= 1e-6);
    let lattice = gap(&generate::watts_strogatz(1000, 10, 0.0, &mut stream(1)).unwrap());
    let turn = std::f64::consts::TAU / 1000.0;
    near(lattice.gap, 1.0 - (1..=5).map(|j| libm::cos(turn * f64::from(j))).sum::<f64>() / 5.0, 1e-6);
    // Friedman: a random k-regular graph's second eigenvalue is near 2√(k − 1)/k.
    let regular = gap(&generate::random_regular(2000, 6, &mut stream(1)).unwrap());
    near(regular.gap, 1.0 - 2.0 * 5f64.sqrt() / 6.0, 0.01);
    assert_eq!(spectral_gap(&Graph::edgeless(1), &mut stream(1), &unwatched), Ok(None));
    let ring = generate::ring(5000).unwrap();
    assert_eq!(spectral_gap(&ring, &mut stream(1), &|_| false), Err(Stopped));
}

#[test]
fn the_summary_of_a_snapshot() {
    let Some(path) = measured("gnutella/p2p-Gnutella08.txt.gz") else { return };
    let list = read_edge_list(path).unwrap();
    let (graph, _) = list.undirected();
    let found = summarise(&graph, Some(&list.directed()), &Options::default(), &|_| (), &unwatched).unwrap();
    let fields: std::collections::BTreeMap<_, _> = found.fields().into_iter().collect();
    let expected = [
        ("nodes", "6301"),
        ("edges", "20777"),
        ("wcc_nodes", "6299"),
        ("wcc_edges", "20776"),
        ("scc_nodes", "2068"),
        ("scc_edges", "9313"),
        ("triangles", "2383"),
        ("diameter", "9"),
        ("diameter_upper", "9"),
        ("path_sources", "6299"),
        ("degree_max", "97"),
        ("clustering", "0.0108714"),
        ("path_mean", "4.64299"),
        ("core", "10"),
    ];
    for (name, figure) in expected {
        assert_eq!(fields[name].map(|found| found.to_string()).as_deref(), Some(figure), "{name}");
    }
    assert_eq!((fields["path_mean_error"], fields["betweenness_max_error"]), (None, None));
    let bare = Options { parts: vec![Part::Degrees], ..Options::default() };
    let found = summarise(&graph, None, &bare, &|_| (), &unwatched).unwrap();
    assert!(found.degrees.is_some() && found.weak.is_none() && found.paths.is_none());
    assert_eq!(summarise(&graph, None, &bare, &|_| (), &|_| false), Err(Stopped));
}

#[test]
fn the_summary_of_hardly_anything() {
    for nodes in [0, 1, 2] {
        let (graph, _) = Graph::from_edges(nodes, if nodes == 2 { &[(0, 1)] } else { &[] });
        let found = summarise(&graph, None, &Options::default(), &|_| (), &unwatched).unwrap();
        assert_eq!(found.nodes, nodes);
        let fields = found.fields();
        assert!(fields.iter().all(|(_, figure)| figure.is_none_or(|figure| figure.to_string() != "")));
    }
}

proptest! {
    #![proptest_config(crate::properties::fixed_cases(256))]

    /// The share of pairs' shortest paths through each node, by counting paths between all pairs.
    #[test]
    fn betweenness_as_defined((nodes, rows) in rows()) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let from: Vec<Vec<u32>> = (0..nodes).map(|source| distances(&graph, source, u32::MAX)).collect();
        let mut paths = vec![vec![0.0f64; nodes as usize]; nodes as usize];
        for source in 0..nodes as usize {
            let mut by_hops: Vec<u32> = (0..nodes).filter(|&to| from[source][to as usize] != UNREACHED).collect();
            by_hops.sort_by_key(|&to| from[source][to as usize]);
            paths[source][source] = 1.0;
            for &to in &by_hops[1..] {
                let before = graph.neighbours(to).iter().filter(|&&v| from[source][v as usize] + 1 == from[source][to as usize]);
                paths[source][to as usize] = before.map(|&v| paths[source][v as usize]).sum();
            }
        }
        let found = exact_betweenness(&graph);
        for node in 0..nodes as usize {
            let mut expected = 0.0;
            for s in 0..nodes as usize {
                for t in s + 1..nodes as usize {
                    let reached = from[s][t] != UNREACHED && from[s][node] != UNREACHED;
                    if reached && s != node && t != node && from[s][node] + from[node][t] == from[s][t] {
                        expected += paths[s][node] * paths[node][t] / paths[s][t];
                    }
                }
            }
            prop_assert!((found.at[node] - expected).abs() < 1e-9, "{} {}", found.at[node], expected);
        }
    }
}
