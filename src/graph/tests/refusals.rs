//! Parameters that no model takes.

use super::super::generate::*;
use super::super::*;
use super::stream;

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, GraphError>, message: &str) {
    assert_eq!(result.unwrap_err().to_string(), message);
}

#[test]
fn impossible_parameters_are_refused_with_the_nearest_valid_one() {
    let rng = &mut stream(0);
    let no_node = "n: got 0, expected at least 1 node; the nearest valid value is 1";
    refused(ring(0), no_node);
    refused(star(0), no_node);
    refused(complete(0), no_node);
    refused(erdos_renyi(0, 0.0, rng), no_node);
    refused(random_regular(0, 0, rng), no_node);
    refused(random_picks(0, 0, rng), no_node);
    refused(watts_strogatz(0, 0, 0.0, rng), no_node);
    refused(barabasi_albert(0, 1, rng), no_node);
    refused(power_law(0, 2.0, 1, 7, rng), no_node);
    refused(from_law(0, &DegreeLaw::course_pure(), rng), no_node);
    refused(configuration(&[], rng), "degrees: got none, expected at least one node");

    refused(
        power_law(5, 2.0, 1, 7, rng),
        "max_degree: got 7, expected below the number of nodes, 5; the nearest valid value is 4",
    );
    refused(
        power_law(5, 2.0, 3, 2, rng),
        "max_degree: got 2, expected at least min_degree = 3; the nearest valid value is 3",
    );
    refused(
        power_law(5, 2.0, 0, 2, rng),
        "min_degree: got 0, expected at least 1; the nearest valid value is 1",
    );
    refused(
        power_law(5, -1.0, 1, 2, rng),
        "exponent: got -1, expected a finite number, at least 0; the nearest valid value is 0",
    );
    refused(power_law(5, f64::NAN, 1, 2, rng), "exponent: got NaN, expected a finite number, at least 0");
    refused(
        configuration(&[1, 1, 1], rng),
        "degrees: got a sum of 3, expected an even sum; the nearest valid value is 2",
    );
    refused(
        configuration(&[1, 3, 0], rng),
        "degrees: got 3 for node 1, expected degrees below the number of nodes, 3; the nearest valid value is 2",
    );
    refused(barabasi_albert(1, 1, rng), "n: got 1, expected at least 2 nodes; the nearest valid value is 2");
    refused(barabasi_albert(3, 0, rng), "m: got 0, expected at least 1; the nearest valid value is 1");
    refused(
        barabasi_albert(3, 3, rng),
        "m: got 3, expected below the number of nodes, 3; the nearest valid value is 2",
    );
    refused(
        erdos_renyi(5, 4.5, rng),
        "mean_degree: got 4.5, expected within 0 and n - 1 = 4; the nearest valid value is 4",
    );
    refused(
        random_regular(5, 3, rng),
        "k: got 3, expected an even number, as n = 5 is odd; the nearest valid value is 2",
    );
    refused(
        watts_strogatz(9, 3, 0.5, rng),
        "k: got 3, expected an even number; the nearest valid value is 2",
    );
    refused(
        watts_strogatz(9, 2, 1.5, rng),
        "p: got 1.5, expected a probability, within 0 and 1; the nearest valid value is 1",
    );
    refused(
        random_picks(2, 2, rng),
        "k: got 2, expected below the number of nodes, 2; the nearest valid value is 1",
    );
    refused(
        complete(100_000),
        "n: got 100000, expected at most 2147483647 edges, not 4999950000; the nearest valid value is 65536",
    );
    refused(
        DegreeLaw::from_weights(&[(1, 0.5), (1, 0.5)]),
        "weights: got degree 1 twice, expected each degree once",
    );
    refused(DegreeLaw::from_weights(&[]), "weights: got none, expected at least one degree");
    refused(
        power_law(5, 2.0, 3, 3, rng),
        "n: got 5, expected an even number of nodes, as all degrees of the law are odd; the nearest valid value is 4",
    );
}
