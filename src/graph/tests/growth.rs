//! The further models, against closed forms, and what becomes of self-loops and repetitions.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::generate::*;
use super::super::*;
use super::stream;

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found}, expected {expected} ± {tolerance}");
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, GraphError>, message: &str) {
    assert_eq!(result.unwrap_err().to_string(), message);
}

/// The share of nodes with this degree.
fn share(graph: &Graph, degree: u32) -> f64 {
    graph.degrees().filter(|&other| other == degree).count() as f64 / f64::from(graph.nodes())
}

fn mean(graph: &Graph) -> f64 {
    2.0 * graph.edges() as f64 / f64::from(graph.nodes())
}

/// The exponent of the degrees from `least` on, by discrete maximum likelihood in its usual approximation.
fn exponent(graph: &Graph, least: u32) -> f64 {
    let tail: Vec<f64> = graph.degrees().filter(|&d| d >= least).map(f64::from).collect();
    1.0 + tail.len() as f64 / tail.iter().map(|d| libm::log(d / (f64::from(least) - 0.5))).sum::<f64>()
}

#[test]
fn further_laws_have_their_moments() {
    let exponential = DegreeLaw::exponential(3.5, 1, u32::MAX).unwrap();
    near(exponential.mean(), 3.5, 1e-9);
    // Geometric from 1 on with q = 5/7: variance q/(1 − q)².
    near(exponential.variance(), (5.0 / 7.0) / (2.0 / 7.0 * 2.0 / 7.0), 1e-6);
    near(exponential.probability(3) / exponential.probability(2), 5.0 / 7.0, 1e-12);
    for mean in [0.0, 0.3, 4.0, 700.0] {
        let poisson = DegreeLaw::poisson(mean, u32::MAX).unwrap();
        near(poisson.mean(), mean, 1e-6 * mean);
        near(poisson.variance(), mean, 1e-6 * mean);
    }
    near(DegreeLaw::poisson(4.0, 100).unwrap().probability(0), libm::exp(-4.0), 1e-12);
    let cut = DegreeLaw::power_law_with_cutoff(2.0, 10.0, 1, 1000).unwrap();
    near(cut.probability(20) / cut.probability(10), 0.25 * libm::exp(-1.0), 1e-12);
    let nothing_cut = DegreeLaw::power_law_with_cutoff(1.4, 1e12, 1, 7).unwrap();
    near(nothing_cut.mean(), DegreeLaw::course_pure().mean(), 1e-9);
    let empirical = DegreeLaw::empirical(&[3, 1, 1, 0]).unwrap();
    assert_eq!(empirical.iter().collect::<Vec<_>>(), [(0, 0.25), (1, 0.5), (3, 0.25)]);
    assert_eq!(empirical.below(3).unwrap().max_degree(), 1);
    assert_eq!(DegreeLaw::exponential(2.0, 2, 9).unwrap().max_degree(), 2);
}

#[test]
fn impossible_laws_are_refused() {
    let at_least = "expected a finite number, at least min_degree = 2; the nearest valid value is 2";
    refused(DegreeLaw::exponential(1.5, 2, 9), &format!("mean_degree: got 1.5, {at_least}"));
    refused(
        DegreeLaw::exponential(3.0, 2, 1),
        "max_degree: got 1, expected at least min_degree = 2; the nearest valid value is 2",
    );
    refused(
        DegreeLaw::poisson(-1.0, 9),
        "mean_degree: got -1, expected within 0 and 1000000; the nearest valid value is 0",
    );
    refused(
        DegreeLaw::power_law_with_cutoff(2.0, 0.0, 1, 9),
        "cutoff: got 0, expected a finite number above 0",
    );
    refused(
        DegreeLaw::power_law_with_cutoff(2.0, 3.0, 0, 9),
        "min_degree: got 0, expected at least 1; the nearest valid value is 1",
    );
    refused(DegreeLaw::empirical(&[]), "degrees: got none, expected at least one degree");
}

#[test]
fn erased_wiring_is_the_configuration_model_and_says_what_it_lost() {
    let law = DegreeLaw::course_hybrid();
    let degrees = degrees_from_law(20_000, &law, &mut stream(1)).unwrap();
    let (graph, report) = wire(&degrees, Multiplicity::Erase, &mut stream(2)).unwrap();
    assert_eq!(graph, configuration(&degrees, &mut stream(2)).unwrap());
    assert_eq!(report.links_got, graph.edges());
    assert_eq!(report.links_asked, report.links_got + report.self_loops + report.repetitions);
    assert!(report.self_loops > 0 && report.repetitions > 0 && report.swaps == 0);
    let short = graph.degrees().zip(&degrees).filter(|(got, asked)| got < asked).count();
    assert_eq!(report.nodes_short as usize, short);
    // (κ − 1)/2 self-loops and (κ − 1)²/4 repetitions, with κ = 6.62.
    near(report.self_loops as f64, 2.81, 6.0);
    near(report.repetitions as f64, 7.9, 10.0);
    near(
        report.mean_asked() - report.mean_got(),
        (report.self_loops + report.repetitions) as f64 / 1e4,
        1e-9,
    );
}

#[test]
fn rewired_wiring_keeps_every_degree() {
    for law in [
        DegreeLaw::course_hybrid(),
        DegreeLaw::power_law(2.1, 1, 300).unwrap(),
        DegreeLaw::poisson(3.0, 99).unwrap(),
    ] {
        let degrees = degrees_from_law(5000, &law, &mut stream(3)).unwrap();
        let (graph, report) = wire(&degrees, Multiplicity::Rewire, &mut stream(4)).unwrap();
        assert!(graph.degrees().eq(degrees.iter().copied()));
        assert_eq!((report.links_asked, report.nodes_short), (report.links_got, 0));
        assert!(report.swaps >= 1 && report.swaps <= 2 * (report.self_loops + report.repetitions));
        // The graph is whole: every link from both ends, rows sorted, no fault.
        let edges: Vec<_> = graph.edge_list().collect();
        assert_eq!(Graph::from_edges(5000, &edges), (graph, Simplification::default()));
    }
}

#[test]
fn degrees_that_hardly_fit_are_built() {
    // One graph only: two hubs know everyone, who know them alone.
    let mut degrees = vec![2u32; 60];
    (degrees[0], degrees[1]) = (59, 59);
    let (graph, report) = wire(&degrees, Multiplicity::Rewire, &mut stream(5)).unwrap();
    assert!(graph.degrees().eq(degrees.iter().copied()));
    assert_eq!(report.nodes_short, 0);
    let complete_but_one = [vec![7u32; 6], vec![6; 2]].concat();
    let (graph, _) = wire(&complete_but_one, Multiplicity::Rewire, &mut stream(6)).unwrap();
    assert!(!graph.has_edge(6, 7) && graph.edges() == 27);
}

#[test]
fn degrees_that_do_not_fit_are_refused() {
    refused(
        wire(&[3, 3, 1, 1], Multiplicity::Rewire, &mut stream(0)),
        "degrees: got 6 ends of links for the 2 best connected nodes, expected at most 4, as no link may be repeated \
         (or links erased); the nearest valid value is 4",
    );
    assert_eq!(wire(&[3, 3, 1, 1], Multiplicity::Erase, &mut stream(0)).unwrap().1.links_asked, 4);
}

/// Whether a simple graph has these degrees, by trying all graphs of few nodes.
fn exists(degrees: &[u32]) -> bool {
    fn fill(left: &mut Vec<u32>, u: usize, v: usize) -> bool {
        if u + 1 >= left.len() {
            return left.iter().all(|&degree| degree == 0);
        }
        let (next_u, next_v) = if v + 1 < left.len() { (u, v + 1) } else { (u + 1, u + 2) };
        if v >= left.len() {
            return fill(left, u + 1, u + 2);
        }
        if left[u] > 0 && left[v] > 0 {
            left[u] -= 1;
            left[v] -= 1;
            let found = fill(left, next_u, next_v);
            left[u] += 1;
            left[v] += 1;
            if found {
                return true;
            }
        }
        fill(left, next_u, next_v)
    }
    fill(&mut degrees.to_vec(), 0, 1)
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(4), ..ProptestConfig::default() })]

    #[test]
    fn rewiring_succeeds_exactly_if_a_graph_exists(
        degrees in proptest::collection::vec(0u32..6, 6), seed in any::<u64>()
    ) {
        prop_assume!(degrees.iter().sum::<u32>() % 2 == 0);
        match wire(&degrees, Multiplicity::Rewire, &mut stream(seed)) {
            Ok((graph, _)) => prop_assert!(graph.degrees().eq(degrees.iter().copied())),
            Err(error) => prop_assert!(!exists(&degrees), "{}", error),
        }
    }
}

#[test]
fn chung_lu_has_the_expected_degrees() {
    let weights: Vec<f64> = (0..3000).map(|node| 1.0 + f64::from(node % 7) * 2.0).collect();
    let sum: f64 = weights.iter().sum();
    let runs = 40;
    let mut totals = vec![0u32; 3000];
    for seed in 0..runs {
        let graph = chung_lu(&weights, &mut stream(seed)).unwrap();
        graph.degrees().zip(&mut totals).for_each(|(degree, total)| *total += degree);
    }
    for (class, &weight) in weights.iter().enumerate().take(7) {
        let (mut got, mut count) = (0.0, 0.0);
        for node in (class..3000).step_by(7) {
            got += f64::from(totals[node]);
            count += f64::from(runs as u32);
        }
        let expected = weight * (1.0 - weight / sum);
        near(got / count, expected, 5.0 * libm::sqrt(expected / count));
    }
    // Certain links are made, and nobody is linked with the weightless.
    assert_eq!(chung_lu(&[9.0, 9.0, 9.0, 0.0], &mut stream(0)).unwrap().edges(), 3);
    assert_eq!(chung_lu(&[0.0; 3], &mut stream(0)).unwrap(), Graph::edgeless(3));
    assert_eq!(chung_lu(&[5.0], &mut stream(0)).unwrap(), Graph::edgeless(1));
}

#[test]
fn chung_lu_reaches_every_pair_by_its_weights() {
    let weights = [3.0, 2.0, 2.0, 1.0, 1.0];
    let mut rng = stream(9);
    let mut counts = [[0u32; 5]; 5];
    let runs = 20_000;
    for _ in 0..runs {
        let graph = chung_lu(&weights, &mut rng).unwrap();
        graph.edge_list().for_each(|(u, v)| counts[u as usize][v as usize] += 1);
    }
    for u in 0..5 {
        for v in u + 1..5 {
            let p = weights[u] * weights[v] / 9.0;
            let sd = libm::sqrt(p * (1.0 - p) / f64::from(runs));
            near(f64::from(counts[u][v]) / f64::from(runs), p, 5.0 * sd);
        }
    }
}

#[test]
fn chung_lu_weights_are_a_power_law() {
    let weights = power_law_weights(100_000, 2.5, 6.0, 500.0).unwrap();
    near(weights[0], 500.0, 1e-9);
    near(weights.iter().sum::<f64>() / 1e5, 6.0, 0.01);
    for (exponent, mean, max) in [(2.0, 4.0, 60.0), (3.0, 4.0, 4.0), (1.5, 2.0, 40.0)] {
        let weights = power_law_weights(1000, exponent, mean, max).unwrap();
        near(weights.iter().sum::<f64>() / 1e3, mean, 0.02);
        near(weights[0], max, 1e-9);
    }
    let graph = chung_lu(&weights, &mut stream(10)).unwrap();
    near(mean(&graph), weights.iter().sum::<f64>() / 1e5, 0.1);
    near(exponent(&graph, 20), 2.5, 0.15);
}

#[test]
fn attractiveness_decides_the_exponent() {
    for (m, attractiveness) in [(2, 0.0), (2, -1.0), (3, -1.5), (1, 2.0), (1, -0.5)] {
        let graph = attractive(60_000, m, attractiveness, &mut stream(11)).unwrap();
        let (n, links) = (60_000u64, u64::from(m));
        assert_eq!(graph.edges(), links * (links + 1) / 2 + links * (n - links - 1));
        assert_eq!(graph.degrees().min(), Some(m));
        // P(q more links) by the master equation: with B = m + A and 1/β = 2 + A/m, P(0) = 1/(1 + βB) and
        // P(q)/P(q − 1) = (q − 1 + B)/(q + B + 1/β), so the exponent is 1 + 1/β = 3 + A/m.
        let born = f64::from(m) + attractiveness;
        let slow = 2.0 + attractiveness / f64::from(m);
        let mut expected = 1.0 / (1.0 + born / slow);
        for further in 0..4u32 {
            near(share(&graph, m + further), expected, 0.012);
            let next = f64::from(further + 1);
            expected *= (next - 1.0 + born) / (next + born + slow);
        }
    }
    let steep = attractive(200_000, 2, -1.0, &mut stream(12)).unwrap();
    near(exponent(&steep, 20), 2.5, 0.12);
    for (n, m) in [(2, 1), (3, 2), (50, 49)] {
        assert_eq!(components(&attractive(n, m, -0.5, &mut stream(13)).unwrap()).count(), 1);
    }
}

#[test]
fn glp_as_published() {
    // Bu and Towsley's parameters for the Internet: their formula gives 2.155 as exponent.
    let (m, p, beta) = (1.13, 0.4695, 0.6447);
    let graph = glp(100_000, m, p, beta, &mut stream(14)).unwrap();
    assert_eq!(components(&graph).count(), 1);
    near(mean(&graph), 2.0 * m / (1.0 - p), 0.06);
    let formula = 1.0 + (2.0 * m - beta * (1.0 - p)) / ((1.0 + p) * m);
    near(formula, 2.155, 5e-4);
    near(exponent(&graph, 20), formula, 0.15);
    for (n, m) in [(2, 1.0), (3, 1.5), (5, 4.0)] {
        let graph = glp(n, m, 0.5, 0.99, &mut stream(15)).unwrap();
        assert_eq!((graph.nodes(), components(&graph).count()), (n, 1));
    }
    // Without steps that only add links: one chain and m links for each other node.
    assert_eq!(glp(1000, 2.0, 0.0, -3.0, &mut stream(16)).unwrap().edges(), 2 + 997 * 2);
}

#[test]
fn blocks_have_their_neighbours() {
    let graph = planted_partition(10_000, 8, 6.0, 2.0, &mut stream(17)).unwrap();
    let own = graph.edge_list().filter(|&(u, v)| u / 1250 == v / 1250).count() as f64;
    near(2.0 * own / 1e4, 6.0, 5.0 * libm::sqrt(12.0 / 1e4));
    near(mean(&graph), 8.0, 5.0 * libm::sqrt(16.0 / 1e4));
    let table = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
    let cliques = stochastic_block(&[4, 3], &table, &mut stream(18)).unwrap();
    assert_eq!(
        cliques.edge_list().collect::<Vec<_>>(),
        [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (4, 5), (4, 6), (5, 6),]
    );
    let table = vec![vec![0.0, 1.0], vec![1.0, 0.0]];
    let bipartite = stochastic_block(&[2, 3], &table, &mut stream(18)).unwrap();
    assert_eq!(bipartite.edge_list().collect::<Vec<_>>(), [(0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4)]);
    let mut counts = [[0u32; 5]; 5];
    let mut rng = stream(19);
    let table = vec![vec![0.3, 0.6], vec![0.6, 0.1]];
    for _ in 0..10_000 {
        let graph = stochastic_block(&[2, 3], &table, &mut rng).unwrap();
        graph.edge_list().for_each(|(u, v)| counts[u as usize][v as usize] += 1);
    }
    for u in 0..5 {
        for v in u + 1..5 {
            near(f64::from(counts[u][v]) / 1e4, table[usize::from(u > 1)][usize::from(v > 1)], 0.025);
        }
    }
    assert_eq!(planted_partition(1, 1, 0.0, 0.0, &mut stream(20)).unwrap(), Graph::edgeless(1));
    assert_eq!(planted_partition(2, 2, 0.0, 1.0, &mut stream(20)).unwrap().edges(), 1);
}

#[test]
fn tori_are_regular() {
    let torus = |sides: &[u32]| super::super::generate::torus(sides).unwrap();
    assert_eq!(torus(&[7]), ring(7).unwrap());
    for sides in [&[3u32, 3][..], &[4, 5, 6], &[10, 3], &[3, 3, 3, 3]] {
        let graph = torus(sides);
        assert!(graph.degrees().all(|degree| degree as usize == 2 * sides.len()), "{sides:?}");
        assert_eq!(components(&graph).count(), 1);
        let reach: u32 = sides.iter().map(|side| side / 2).sum();
        assert_eq!(distances(&graph, 0, u32::MAX).into_iter().max(), Some(reach));
    }
    assert_eq!(
        torus(&[2, 2]),
        ring(4).map(|_| Graph::from_edges(4, &[(0, 1), (2, 3), (0, 2), (1, 3)]).0).unwrap()
    );
    assert_eq!((torus(&[1, 1]).edges(), torus(&[1, 2]).edges(), torus(&[5, 1]).edges()), (0, 1, 5));
    assert_eq!(torus(&[5, 4]).neighbours(0), [1, 4, 5, 15]);
    assert_eq!(cubic_torus(1000, 3).unwrap(), torus(&[10, 10, 10]));
    assert_eq!(cubic_torus(1, 5).unwrap().nodes(), 1);
}

#[test]
fn trees_are_trees() {
    for (n, children) in [(1, 2), (2, 1), (15, 2), (100, 3), (7, 50)] {
        let graph = tree(n, children).unwrap();
        assert_eq!((graph.edges(), components(&graph).count()), (u64::from(n) - 1, 1));
    }
    assert_eq!(tree(15, 2).unwrap().neighbours(1), [0, 3, 4]);
    let graph = recursive_tree(50_000, &mut stream(21)).unwrap();
    assert_eq!((graph.edges(), components(&graph).count()), (49_999, 1));
    for degree in 1..6 {
        near(share(&graph, degree), libm::pow(2.0, -f64::from(degree)), 0.01);
    }
}

#[test]
fn impossible_parameters_are_refused_with_the_nearest_valid_one() {
    let rng = &mut stream(0);
    let no_node = "n: got 0, expected at least 1 node; the nearest valid value is 1";
    refused(attractive(0, 1, 0.0, rng), no_node);
    refused(glp(0, 1.0, 0.5, 0.5, rng), no_node);
    refused(tree(0, 2), no_node);
    refused(recursive_tree(0, rng), no_node);
    refused(cubic_torus(0, 2), no_node);
    refused(planted_partition(0, 1, 0.0, 0.0, rng), no_node);
    refused(chung_lu(&[], rng), "weights: got none, expected at least one node");
    refused(chung_lu(&[1.0, -1.0], rng), "weights: got -1 for node 1, expected finite numbers, at least 0");
    refused(attractive(1, 1, 0.0, rng), "n: got 1, expected at least 2 nodes; the nearest valid value is 2");
    refused(
        attractive(9, 2, -2.0, rng),
        "attractiveness: got -2, expected a finite number above -m = -2; the nearest valid value is -1.9",
    );
    refused(
        glp(9, 0.5, 0.5, 0.5, rng),
        "m: got 0.5, expected a finite number, at least 1; the nearest valid value is 1",
    );
    refused(glp(1, 1.0, 0.5, 0.5, rng), "m: got 1, expected below the number of nodes, 1");
    refused(
        glp(9, 1.0, 1.0, 0.5, rng),
        "p: got 1, expected a probability below 1; the nearest valid value is 0.99",
    );
    refused(
        glp(9, 1.0, 0.5, 1.0, rng),
        "beta: got 1, expected a finite number below 1; the nearest valid value is 0.99",
    );
    refused(
        cubic_torus(1000, 2),
        "n: got 1000, expected a number to the power of the dimensions, 2; the nearest valid value is 1024",
    );
    refused(cubic_torus(9, 0), "dimensions: got 0, expected within 1 and 32; the nearest valid value is 1");
    refused(torus(&[3, 0]), "sides: got 0, expected at least 1; the nearest valid value is 1");
    refused(
        torus(&[65_536, 65_536]),
        "sides: got a product above 4294967295, expected at most 4294967295 nodes",
    );
    refused(tree(9, 0), "children: got 0, expected at least 1; the nearest valid value is 1");
    refused(
        planted_partition(9, 10, 0.0, 0.0, rng),
        "blocks: got 10, expected within 1 and 9; the nearest valid value is 9",
    );
    refused(
        planted_partition(10, 2, 5.0, 0.0, rng),
        "inside: got 5, expected within 0 and 4, of whom there are as many; the nearest valid value is 4",
    );
    refused(
        stochastic_block(&[2, 2], &[vec![0.5, 0.1], vec![0.2, 0.5]], rng),
        "probabilities: got 0.1 and 0.2 for blocks 0 and 1, expected a symmetric table",
    );
    refused(
        stochastic_block(&[2, 2], &[vec![0.5, 0.1]], rng),
        "probabilities: got another shape, expected 2 rows of 2, one for each block",
    );
    refused(power_law_weights(100, 1.0, 4.0, 10.0), "exponent: got 1, expected a finite number above 1");
    refused(
        power_law_weights(100, 2.5, 4.0, 50.0),
        "max_degree: got 50, expected within the mean, 4, and the root of nodes times mean, 20.0; the nearest valid value is 20",
    );
}

#[test]
fn one_seed_one_graph() {
    let twice = |make: &dyn Fn(u64) -> Graph| {
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
    };
    let degrees: Vec<u32> = (0..500).map(|node| 1 + node % 4).collect();
    twice(&|seed| wire(&degrees, Multiplicity::Rewire, &mut stream(seed)).unwrap().0);
    twice(&|seed| chung_lu(&[3.0; 500], &mut stream(seed)).unwrap());
    twice(&|seed| attractive(500, 2, -1.0, &mut stream(seed)).unwrap());
    twice(&|seed| glp(500, 1.13, 0.4695, 0.6447, &mut stream(seed)).unwrap());
    twice(&|seed| planted_partition(500, 4, 3.0, 1.0, &mut stream(seed)).unwrap());
    twice(&|seed| recursive_tree(500, &mut stream(seed)).unwrap());
}
