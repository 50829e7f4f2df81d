//! Generators and degree laws: exact counts and published figures.

use super::super::generate::*;
use super::super::*;
use super::stream;

/// ⟨k²⟩/⟨k⟩ of a graph.
fn kappa(graph: &Graph) -> f64 {
    let (mut first, mut second) = (0u64, 0u64);
    for degree in graph.degrees().map(u64::from) {
        first += degree;
        second += degree * degree;
    }
    second as f64 / first as f64
}

/// The share of nodes in the largest component.
fn giant(graph: &Graph) -> f64 {
    let largest = components(graph).sizes.into_iter().max().unwrap_or(0);
    f64::from(largest) / f64::from(graph.nodes())
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found}, expected {expected} ± {tolerance}");
}

#[test]
fn course_laws_have_the_exact_moments() {
    let pure = DegreeLaw::course_pure();
    near(pure.mean(), 2.237, 5e-4);
    near(pure.variance(), 2.798, 5e-4);
    near(pure.standard_deviation(), 1.673, 5e-4);
    let hybrid = DegreeLaw::course_hybrid();
    near(hybrid.mean(), 2.756, 5e-4);
    near(hybrid.variance(), 10.64, 5e-3);
    near(hybrid.standard_deviation(), 3.262, 5e-4);
    near(hybrid.probability(1), 0.5149 - 0.05, 5e-5);
    near(hybrid.probability(20), 0.05 * 0.5149, 5e-5);
    for law in [pure, hybrid] {
        near(law.iter().map(|(_, p)| p).sum(), 1.0, 1e-12);
    }
}

#[test]
fn samples_follow_the_law() {
    let law = DegreeLaw::course_hybrid();
    let mut rng = stream(1);
    let draws = 200_000;
    let mut counts = [0u32; 21];
    (0..draws).for_each(|_| counts[law.sample(&mut rng) as usize] += 1);
    for (degree, &count) in counts.iter().enumerate() {
        near(f64::from(count) / f64::from(draws), law.probability(degree as u32), 0.004);
    }
}

#[test]
fn pure_course_network_as_published() {
    let graph = from_law(100_000, &DegreeLaw::course_pure(), &mut stream(2)).unwrap();
    near(kappa(&graph), 3.489, 0.02);
    near(giant(&graph), 0.833, 0.02);
    near(f64::from(graph.degrees().sum::<u32>()) / 1e5, 2.237, 0.02);
    assert_eq!(graph.degrees().max(), Some(7));
}

#[test]
fn hybrid_course_network_as_published() {
    let graph = from_law(100_000, &DegreeLaw::course_hybrid(), &mut stream(3)).unwrap();
    near(kappa(&graph), 6.62, 0.2);
    near(giant(&graph), 0.895, 0.02);
}

#[test]
fn power_law_is_the_course_law() {
    let by_parameters = power_law(1000, 1.4, 1, 7, &mut stream(4)).unwrap();
    let by_name = from_law(1000, &DegreeLaw::course_pure(), &mut stream(4)).unwrap();
    assert_eq!(by_parameters, by_name);
}

#[test]
fn configuration_gives_the_degrees_less_what_is_erased() {
    let degrees: Vec<u32> = (0..2000).map(|node| 1 + node % 4).collect();
    let graph = configuration(&degrees, &mut stream(5)).unwrap();
    assert!(graph.degrees().zip(&degrees).all(|(got, &asked)| got <= asked));
    let missing = 5000 / 2 - graph.edges() + 5000 / 2 - graph.edges();
    assert!(missing < 30, "{missing} of 5000 stubs erased");
}

#[test]
fn odd_sums_are_repaired() {
    for seed in 0..20 {
        assert_eq!(power_law(3, 0.0, 1, 2, &mut stream(seed)).unwrap().nodes(), 3);
    }
}

#[test]
fn barabasi_albert_counts() {
    for (n, m) in [(2, 1), (3, 2), (1000, 1), (1000, 2), (1000, 7), (50, 49)] {
        let graph = barabasi_albert(n, m, &mut stream(7)).unwrap();
        let (n, m) = (u64::from(n), u64::from(m));
        assert_eq!(graph.edges(), m * (m + 1) / 2 + m * (n - m - 1));
        assert_eq!(graph.degrees().min().map(u64::from), Some(m));
        assert_eq!(components(&graph).count(), 1);
    }
    // The tail falls as 2m(m + 1)/(d(d + 1)(d + 2)): for m = 2 the share of degree 2 is exactly one half.
    let graph = barabasi_albert(20_000, 2, &mut stream(8)).unwrap();
    near(graph.degrees().filter(|&d| d == 2).count() as f64 / 2e4, 0.5, 0.015);
    assert!(graph.degrees().max() > Some(100));
}

#[test]
fn erdos_renyi_is_binomial() {
    let graph = erdos_renyi(100_000, 4.0, &mut stream(9)).unwrap();
    near(graph.edges() as f64, 200_000.0, 4.0 * 447.0);
    near(graph.degrees().filter(|&d| d == 0).count() as f64 / 1e5, libm::exp(-4.0), 0.002);
    near(kappa(&graph), 5.0, 0.05);
    near(giant(&graph), 0.980, 0.003);
    assert_eq!(erdos_renyi(50, 49.0, &mut stream(10)).unwrap(), complete(50).unwrap());
    assert_eq!(erdos_renyi(50, 0.0, &mut stream(10)).unwrap(), Graph::edgeless(50));
    assert_eq!(erdos_renyi(50, 1e-320, &mut stream(10)).unwrap(), Graph::edgeless(50));
}

#[test]
fn erdos_renyi_reaches_every_pair_equally() {
    let mut rng = stream(11);
    let mut counts = [[0u32; 6]; 6];
    for _ in 0..6000 {
        let graph = erdos_renyi(6, 2.0, &mut rng).unwrap();
        graph.edge_list().for_each(|(u, v)| counts[u as usize][v as usize] += 1);
    }
    for (u, row) in counts.iter().enumerate() {
        for &count in &row[u + 1..] {
            near(f64::from(count), 2400.0, 5.0 * 38.0);
        }
    }
}

#[test]
fn random_regular_is_exactly_regular() {
    for n in 1..12 {
        for k in (0..n).filter(|k| n * k % 2 == 0) {
            for seed in 0..40 {
                let graph = random_regular(n, k, &mut stream(seed)).unwrap();
                assert!(
                    graph.nodes() == n && graph.degrees().all(|d| d == k),
                    "n = {n}, k = {k}, seed {seed}"
                );
            }
        }
    }
    for (n, k) in [(20_000, 3), (1000, 40), (301, 150), (300, 299)] {
        assert!(random_regular(n, k, &mut stream(12)).unwrap().degrees().all(|d| d == k));
    }
    assert_eq!(giant(&random_regular(20_000, 3, &mut stream(13)).unwrap()), 1.0);
}

#[test]
fn regular_graphs_recover_from_self_loops_alone() {
    // One pairing in 945 of five nodes with two stubs each is five self-loops, which only switch with one another.
    let mut rng = stream(14);
    for _ in 0..5000 {
        assert!(random_regular(5, 2, &mut rng).unwrap().degrees().all(|d| d == 2));
    }
}

#[test]
fn watts_strogatz_from_lattice_to_chance() {
    let lattice = watts_strogatz(1000, 10, 0.0, &mut stream(15)).unwrap();
    assert!(lattice.degrees().all(|d| d == 10));
    assert_eq!(lattice.neighbours(0), [1, 2, 3, 4, 5, 995, 996, 997, 998, 999]);
    let hops = |graph: &Graph| {
        let total: u64 =
            (0..1000).map(|s| distances(graph, s, u32::MAX).into_iter().map(u64::from).sum::<u64>()).sum();
        total as f64 / (1000.0 * 999.0)
    };
    near(hops(&lattice), 50.45, 0.005);
    let small_world = watts_strogatz(1000, 10, 0.1, &mut stream(15)).unwrap();
    assert_eq!(small_world.edges(), 5000);
    assert!(hops(&small_world) < 6.0);
    let moved = lattice.edge_list().filter(|&(u, v)| !small_world.has_edge(u, v)).count();
    near(moved as f64, 500.0, 5.0 * 21.2);
    let chance = watts_strogatz(1000, 10, 1.0, &mut stream(15)).unwrap();
    assert_eq!(chance.edges(), 5000);
    assert!(chance.degrees().all(|d| d >= 5), "a node keeps its own links");
    for (n, k) in [(1, 0), (3, 2), (5, 4), (6, 4)] {
        let graph = watts_strogatz(n, k, 1.0, &mut stream(16)).unwrap();
        assert_eq!(graph.edges(), u64::from(n * k / 2));
    }
}

#[test]
fn random_picks_are_distinct_and_uniform() {
    let graph = random_picks(20_000, 3, &mut stream(17)).unwrap();
    assert!(graph.degrees().all(|d| d >= 3));
    near(f64::from(graph.degrees().sum::<u32>()) / 2e4, 6.0, 0.002);
    assert_eq!(random_picks(30, 29, &mut stream(17)).unwrap(), complete(30).unwrap());
    let mut rng = stream(18);
    let mut counts = [0u32; 5];
    for _ in 0..5000 {
        let graph = random_picks(5, 1, &mut rng).unwrap();
        graph.neighbours(0).iter().for_each(|&v| counts[v as usize] += 1);
    }
    // Linked unless neither picked the other: 1 − (3/4)².
    counts[1..].iter().for_each(|&count| near(f64::from(count), 5000.0 * 0.4375, 5.0 * 35.1));
}

#[test]
fn fixed_graphs() {
    for n in 1..9u64 {
        let size = n as u32;
        assert_eq!(ring(size).unwrap().edges(), if n < 3 { n - 1 } else { n });
        assert_eq!(star(size).unwrap().edges(), n - 1);
        assert_eq!(complete(size).unwrap().edges(), n * (n - 1) / 2);
    }
    assert_eq!(ring(5).unwrap().neighbours(0), [1, 4]);
    assert_eq!(star(5).unwrap().neighbours(0), [1, 2, 3, 4]);
}
