//! The columns about graphs and about fits, once; [`measure`](super::super::subjects::measures::measure) computes them.

use super::{Column, Family, Value};

const fn graph(name: &'static str, unit: &'static str, doc: &'static str) -> Column {
    Column { name, unit, doc, shared: false, family: Family::Graph, value: Value::OfGraph }
}

/// A column that every result about the subject `graph` has.
const fn always(name: &'static str, unit: &'static str, doc: &'static str) -> Column {
    Column { shared: true, ..graph(name, unit, doc) }
}

/// A column about the power law of degrees or of a sample.
const fn fit(name: &'static str, unit: &'static str, doc: &'static str) -> Column {
    Column { family: Family::Fit, ..graph(name, unit, doc) }
}

/// A column that every result about the subject `sample` has.
const fn fitted(name: &'static str, unit: &'static str, doc: &'static str) -> Column {
    Column { shared: true, ..fit(name, unit, doc) }
}

/// All columns of the family, in the order in which they are written.
pub(super) const GRAPH: &[Column] = &[
    always("nodes", "", "nodes of the graph"),
    always(
        "edges",
        "",
        "links: of a measured overlay as crawled, directed, repetitions included; else undirected",
    ),
    always("degree_mean", "", "neighbours of a node; mean over the undirected graph"),
    always("degree_variance", "", "variance of the same, ⟨k²⟩ − ⟨k⟩²"),
    always("degree_sd", "", "standard deviation of the same, the root of the variance"),
    always("degree_max", "", "neighbours of the node that has most"),
    always("kappa", "", "⟨k²⟩/⟨k⟩, the mean degree at the end of a random link"),
    always("components", "", "weakly connected components"),
    always("giant_share", "fraction", "nodes in the largest component"),
    graph("wcc_nodes", "", "nodes of the largest weakly connected component"),
    graph("wcc_edges", "", "links inside it, counted as `edges`"),
    graph(
        "scc_nodes",
        "",
        "nodes of the largest strongly connected component; all links both ways if none is directed",
    ),
    graph("scc_edges", "", "links inside it, counted as `edges`"),
    graph("triangles", "", "triangles of the undirected graph"),
    graph(
        "clustering",
        "",
        "share of a node's pairs of neighbours that are linked; mean over the largest component",
    ),
    graph(
        "closed_triads",
        "fraction",
        "closed triads of all connected triads, by SNAP's count: a triangle is one triad",
    ),
    graph("transitivity", "fraction", "paths of two links whose ends are linked; a triangle has three"),
    graph("assortativity", "", "correlation of the degrees at the two ends of a link"),
    graph("core_max", "", "the largest k for which there is a k-core"),
    graph("diameter", "", "longest shortest path in the largest component, exact"),
    graph("effective_diameter", "", "hops within which 90 % of its pairs lie, interpolated"),
    graph("path_mean", "", "shortest path between two nodes of the largest component; mean over pairs"),
    graph(
        "path_mean_error",
        "",
        "standard error of the same where only some nodes were asked; none where all were",
    ),
    graph(
        "percolation_threshold",
        "fraction",
        "random removal that ends the giant component by Cohen et al.: 1 − 1/(kappa − 1)",
    ),
    graph(
        "attack_theory",
        "fraction",
        "removal by degree that ends it in a random graph of the same degrees, by Callaway et al.",
    ),
    graph(
        "random_threshold",
        "fraction",
        "random removal after which the largest component is below 1 % of the nodes",
    ),
    graph(
        "attack_threshold",
        "fraction",
        "the same for removal by degree, best connected first, ties at random",
    ),
    graph("removal_threshold", "fraction", "the same for removal by `graph.by`"),
    graph(
        "giant_left",
        "fraction",
        "largest component over all nodes, after removal of `graph.removed` by `graph.by`",
    ),
    graph("rest_left_mean", "", "nodes of the other components, after the same; mean over these components"),
    graph(
        "path_left_mean",
        "",
        "shortest path between two nodes of the largest component, after the same; mean",
    ),
    graph("law_mean", "", "mean of the degree law that the model aims at, exact"),
    graph("law_variance", "", "its variance"),
    graph("law_sd", "", "its standard deviation"),
    graph("law_kappa", "", "its ⟨k²⟩/⟨k⟩"),
    graph(
        "law_threshold",
        "fraction",
        "the random removal that ends the giant component, by Cohen et al., from the law",
    ),
    graph(
        "law_giant",
        "fraction",
        "the giant component of a large random graph of this law, by generating functions",
    ),
    fitted("values", "", "numbers that a power law is fitted to: a sample, or degrees above 0"),
    fitted("alpha", "", "exponent of the power law, by maximum likelihood (Clauset, Shalizi, Newman 2009)"),
    fitted("x_min", "", "where the tail begins, by the least Kolmogorov–Smirnov distance"),
    fitted("ks", "", "that distance between the tail and its power law"),
    fitted("n_tail", "", "numbers in the tail"),
    fitted("sigma", "", "standard error of alpha"),
    fit(
        "fit_p",
        "",
        "share of `fit.bootstrap` synthetic samples that lie farther from their power law; below .1 it is none",
    ),
    fit(
        "lognormal_r",
        "",
        "normalised log-likelihood ratio to a log-normal tail, positive for the power law (Vuong)",
    ),
    fit("lognormal_p", "", "probability of so large a ratio by chance"),
    fit("exponential_r", "", "the same against an exponential tail"),
    fit("exponential_p", "", "its probability by chance"),
    fit("stretched_r", "", "the same against a stretched exponential tail"),
    fit("stretched_p", "", "its probability by chance"),
    fit(
        "truncated_r",
        "",
        "the same against a power law with an exponential cut-off, of which the pure one is a case",
    ),
    fit("truncated_p", "", "its probability by chance"),
];
