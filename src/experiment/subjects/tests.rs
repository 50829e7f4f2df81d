//! Measures against what is known of small graphs, and the family of columns as a whole.

use std::collections::BTreeSet;

use super::measures::{Report, Stopped, Subject, measure};
use super::{Asked, FitSettings, GraphSettings};
use crate::experiment::columns::{COLUMNS, Family};
use crate::graph::resilience::Attack;
use crate::graph::{EdgeList, Graph, generate};
use crate::units::Share;
use crate::world::GraphModel;

fn report(graph: &Graph, rows: Option<&EdgeList>, settings: &GraphSettings) -> Report {
    let subject = Subject { graph, rows, theory: None };
    measure(&subject, &Asked::everything(), settings, &few(), 7, &|_| true).unwrap()
}

/// A bootstrap that does not take long.
fn few() -> FitSettings {
    FitSettings { bootstrap: super::settings::Bootstrap(20), ..FitSettings::default() }
}

#[track_caller]
fn has(report: &Report, column: &str, value: f64) {
    let found = report.values.get(column).copied();
    assert!(found.is_some_and(|found| (found - value).abs() < 1e-9), "{column}: {found:?}, not {value}");
}

/// Two triangles that share a corner, with a tail of one link, and a pair apart.
fn bow_tie() -> Graph {
    Graph::from_edges(8, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2), (4, 5), (6, 7)]).0
}

#[test]
fn counts_and_shapes_of_a_graph_by_hand() {
    let report = report(&bow_tie(), None, &GraphSettings::default());
    for (column, value) in [
        ("nodes", 8.0),
        ("edges", 8.0),
        ("degree_mean", 2.0),
        ("degree_variance", 1.0), // Degrees 2, 2, 4, 2, 3, 1, 1, 1.
        ("degree_max", 4.0),
        ("kappa", 2.5),
        ("components", 2.0),
        ("giant_share", 0.75),
        ("wcc_nodes", 6.0),
        ("wcc_edges", 7.0),
        ("scc_nodes", 6.0),
        ("scc_edges", 7.0),
        ("triangles", 2.0),
        ("clustering", (1.0 + 1.0 + 1.0 / 3.0 + 1.0 + 1.0 / 3.0) / 6.0),
        ("transitivity", 6.0 / 12.0),
        ("closed_triads", 2.0 / 8.0),
        ("core_max", 2.0),
        ("diameter", 3.0),
        ("path_mean", (7.0 + 6.0 * 2.0 + 2.0 * 3.0) / 15.0),
        ("percolation_threshold", 1.0 - 1.0 / 1.5),
        ("giant_left", 0.75),
        ("rest_left_mean", 2.0),
        ("path_left_mean", 25.0 / 15.0),
    ] {
        has(&report, column, value);
    }
    assert_eq!(report.curves.tail, [(1.0, 1.0), (2.0, 0.625), (3.0, 0.25), (4.0, 0.125)]);
    assert_eq!(report.curves.hops.len(), 4);
    assert!(!report.values.contains_key("path_mean_error"), "all nodes were asked");
    assert_eq!(report.curves.removal.first(), Some(&(0.0, 0.75)));
    assert_eq!(report.curves.removal.last(), Some(&(1.0, 0.0)));
}

#[test]
fn an_attack_takes_the_middle_first() {
    let settings = GraphSettings { removed: Share(0.125), by: Attack::Degree, sources: None };
    let report = report(&bow_tie(), None, &settings);
    // Without node 2: 3-4-5 stay together, and two pairs.
    has(&report, "giant_left", 3.0 / 8.0);
    has(&report, "rest_left_mean", 2.0);
    has(&report, "path_left_mean", 4.0 / 3.0);
}

#[test]
fn sampled_paths_say_so() {
    let graph = generate::ring(400).unwrap();
    let settings = GraphSettings { sources: Some(10), ..GraphSettings::default() };
    let report = report(&graph, None, &settings);
    // From every node of a ring the others are as far.
    has(&report, "path_mean_error", 0.0);
    has(&report, "path_mean", (2.0 * (1..200).sum::<u32>() as f64 + 200.0) / 399.0);
}

/// Of everything asked for, no column is missing in the table, and every column of the table is computed.
#[test]
fn every_column_is_computed_and_listed() {
    let graph = generate::barabasi_albert(
        2000,
        2,
        &mut crate::sim::random::stream(3, crate::sim::random::Purpose::Topology, 0),
    )
    .unwrap();
    let theory = GraphModel::ErdosRenyi { mean_degree: 4.0 }.theory(2000);
    let subject = Subject { graph: &graph, rows: None, theory: theory.as_ref() };
    let settings = GraphSettings { sources: Some(50), removed: Share(0.05), ..GraphSettings::default() };
    let report = measure(&subject, &Asked::everything(), &settings, &few(), 7, &|_| true).unwrap();
    let computed: BTreeSet<&str> = report.values.keys().copied().collect();
    let listed: BTreeSet<&str> =
        COLUMNS.iter().filter(|column| column.family != Family::Run).map(|column| column.name).collect();
    assert_eq!(computed, listed);
}

#[test]
fn nothing_dear_is_computed_unasked() {
    let subject = Subject { graph: &bow_tie(), rows: None, theory: None };
    let asked = Asked::default();
    assert!(!asked.graph());
    let never = |_: f64| -> bool { panic!("there is nothing long to watch") };
    let report =
        measure(&subject, &asked, &GraphSettings::default(), &FitSettings::default(), 7, &never).unwrap();
    for column in ["path_mean", "diameter", "triangles", "alpha", "attack_threshold", "giant_left"] {
        assert!(!report.values.contains_key(column), "{column}");
    }
    has(&report, "giant_share", 0.75);
}

#[test]
fn whoever_watches_may_stop_it() {
    let graph = generate::ring(5000).unwrap();
    let subject = Subject { graph: &graph, rows: None, theory: None };
    let stopped = measure(&subject, &Asked::everything(), &GraphSettings::default(), &few(), 7, &|_| false);
    assert_eq!(stopped.unwrap_err(), Stopped::Interrupted);
}
