//! Any graph, compared with what others compute.

use std::collections::{BTreeSet, VecDeque};

use petgraph::algo::{connected_components, dijkstra};
use petgraph::graph::NodeIndex;
use proptest::prelude::*;

use super::super::*;
use super::stream;

/// Up to 40 nodes and 80 rows, self-loops and repetitions included; sparse enough to fall apart.
pub(super) fn rows() -> impl Strategy<Value = (u32, Vec<(u32, u32)>)> {
    (1u32..40).prop_flat_map(|nodes| (Just(nodes), prop::collection::vec((0..nodes, 0..nodes), 0..80)))
}

/// A flood with equal latencies, one message at a time, as a protocol would do it.
fn flood_by_messages(graph: &Graph, source: u32, ttl: u32) -> Flood {
    let mut seen = BTreeSet::from([source]);
    let mut in_flight = VecDeque::new(); // First in, first out is the order of arrival.
    let mut messages = 0;
    if ttl > 0 {
        in_flight.extend(graph.neighbours(source).iter().map(|&to| (source, to, ttl - 1)));
    }
    while let Some((from, to, ttl)) = in_flight.pop_front() {
        messages += 1;
        if seen.insert(to) && ttl > 0 {
            let onward = graph.neighbours(to).iter().filter(|&&next| next != from);
            in_flight.extend(onward.map(|&next| (to, next, ttl - 1)));
        }
    }
    Flood { messages, reached: seen.len() as u32 }
}

proptest! {
    #![proptest_config(crate::properties::fixed_cases(256))]

    #[test]
    fn building_keeps_each_edge_once((nodes, rows) in rows()) {
        let (graph, erased) = Graph::from_edges(nodes, &rows);
        let distinct: BTreeSet<_> = rows.iter().filter(|(u, v)| u != v).map(|&(u, v)| (u.min(v), u.max(v))).collect();
        let self_loops = rows.iter().filter(|(u, v)| u == v).count() as u64;
        prop_assert_eq!(graph.edge_list().collect::<Vec<_>>(), distinct.iter().copied().collect::<Vec<_>>());
        prop_assert_eq!(graph.edges(), distinct.len() as u64);
        prop_assert_eq!(erased.self_loops, self_loops);
        prop_assert_eq!(erased.duplicates, rows.len() as u64 - self_loops - graph.edges());
        prop_assert_eq!(graph.nodes(), nodes);
        prop_assert_eq!(graph.degrees().map(u64::from).sum::<u64>(), 2 * graph.edges());
        for node in 0..nodes {
            let neighbours = graph.neighbours(node);
            prop_assert!(neighbours.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(neighbours.len() as u32, graph.degree(node));
            prop_assert!(neighbours.iter().all(|&other| graph.has_edge(other, node)));
        }
    }

    #[test]
    fn petgraph_bridge_is_lossless((nodes, rows) in rows()) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let (back, erased) = Graph::from_petgraph(&graph.to_petgraph());
        prop_assert_eq!(back, graph);
        prop_assert_eq!(erased, Simplification::default());
    }

    #[test]
    fn components_as_petgraph((nodes, rows) in rows()) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let components = components(&graph);
        prop_assert_eq!(components.count() as usize, connected_components(&graph.to_petgraph()));
        for (label, &size) in components.sizes.iter().enumerate() {
            let members = components.label.iter().filter(|&&l| l as usize == label).count();
            prop_assert_eq!(size as usize, members);
        }
        prop_assert!(graph.edge_list().all(|(u, v)| components.label[u as usize] == components.label[v as usize]));
        let mut firsts: Vec<u32> = Vec::new();
        components.label.iter().for_each(|&label| if !firsts.contains(&label) { firsts.push(label) });
        prop_assert!(firsts.is_sorted());
    }

    #[test]
    fn distances_as_petgraph((nodes, rows) in rows(), max_depth in 0u32..8, source in 0u32..40) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let source = source % nodes;
        let expected = dijkstra(&graph.to_petgraph(), NodeIndex::from(source), None, |_| 1u32);
        let found = distances(&graph, source, max_depth);
        for node in 0..nodes {
            let distance = expected.get(&NodeIndex::from(node)).copied().filter(|&d| d <= max_depth);
            prop_assert_eq!(found[node as usize], distance.unwrap_or(UNREACHED));
        }
    }

    #[test]
    fn flood_as_message_by_message((nodes, rows) in rows(), ttl in 0u32..8) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let mut reused = Search::new();
        for source in 0..nodes {
            let expected = flood_by_messages(&graph, source, ttl);
            prop_assert_eq!(reused.flood(&graph, source, ttl), expected);
            prop_assert_eq!(flood(&graph, source, ttl), expected);
        }
    }

    #[test]
    fn policies_do_what_they_say((nodes, rows) in rows(), seed: u64) {
        let (graph, _) = Graph::from_edges(nodes, &rows);
        let before = components(&graph);
        let largest = before.sizes.iter().copied().max().unwrap_or(0);

        let (kept, applied) = apply(ComponentPolicy::Keep, graph.clone(), &mut stream(seed)).unwrap();
        prop_assert_eq!(&kept, &graph);
        prop_assert_eq!(applied.components_before, before.count());

        let (joined, applied) = apply(ComponentPolicy::Join, graph.clone(), &mut stream(seed)).unwrap();
        prop_assert_eq!(components(&joined).count(), 1);
        prop_assert_eq!(joined.edges(), graph.edges() + u64::from(applied.links_added));
        prop_assert_eq!(applied.links_added, before.count() - 1);
        prop_assert!(graph.edge_list().all(|(u, v)| joined.has_edge(u, v)));

        let (giant, applied) = apply(ComponentPolicy::Largest, graph.clone(), &mut stream(seed)).unwrap();
        prop_assert_eq!(components(&giant).count(), 1);
        prop_assert_eq!(giant.nodes(), largest);
        prop_assert_eq!(applied.nodes_dropped, nodes - largest);
        let original = applied.original.unwrap_or_else(|| (0..nodes).collect());
        for node in 0..giant.nodes() {
            let row: Vec<u32> = giant.neighbours(node).iter().map(|&v| original[v as usize]).collect();
            prop_assert_eq!(row.as_slice(), graph.neighbours(original[node as usize]));
        }
    }
}

#[test]
fn largest_component_is_the_first_on_a_tie() {
    let (graph, _) = Graph::from_edges(5, &[(1, 2), (3, 4)]);
    assert_eq!(components(&graph).largest(), Some(1));
    let (_, applied) = apply(ComponentPolicy::Largest, graph, &mut stream(0)).unwrap();
    assert_eq!(applied.original, Some(vec![1, 2]));
}

#[test]
fn graph_without_nodes_has_no_component() {
    for policy in [ComponentPolicy::Keep, ComponentPolicy::Largest, ComponentPolicy::Join] {
        let (graph, applied) = apply(policy, Graph::default(), &mut stream(0)).unwrap();
        assert_eq!((graph.nodes(), applied), (0, Applied::default()));
    }
}

#[test]
fn searches_on_graphs_of_different_size_do_not_disturb_each_other() {
    let (long, _) = Graph::from_edges(6, &[(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]);
    let (short, _) = Graph::from_edges(2, &[(0, 1)]);
    let mut search = Search::new();
    assert_eq!(search.distances(&long, 5, u32::MAX), [5, 4, 3, 2, 1, 0]);
    assert_eq!(search.distances(&short, 0, u32::MAX), [0, 1]);
    assert_eq!(search.distances(&long, 0, 2), [0, 1, 2, UNREACHED, UNREACHED, UNREACHED]);
    assert_eq!(search.visited(), [0, 1, 2]);
}

#[test]
fn policies_are_spelt_in_kebab_case() {
    assert_eq!(serde_json::to_string(&ComponentPolicy::default()).unwrap(), "\"join\"");
    assert_eq!(serde_json::from_str::<ComponentPolicy>("\"largest\"").unwrap(), ComponentPolicy::Largest);
}
