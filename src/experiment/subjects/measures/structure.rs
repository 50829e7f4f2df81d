//! Components, triangles, mixing and paths of a graph.

use super::{Stopped, Work};
use crate::experiment::scenario::FigureKind;
use crate::graph::measure::{Estimate, Giant, Sources, assortativity, cores, diameter, paths, triangles};
use crate::graph::{Components, components};
use crate::sim::random::{Purpose, stream};

/// Up to so many nodes all shortest paths are searched for, unless `graph.sources` says otherwise.
const ALL_PATHS: u32 = 150_000;
/// From so many nodes they are in larger graphs.
const SOME_PATHS: u32 = 10_000;
/// Searches after which a diameter is given up.
const SEARCHES: u32 = 1_000_000;

impl Work<'_> {
    pub(super) fn components(&mut self) -> Components {
        let graph = self.subject.graph;
        let weak = components(graph);
        self.put("components", f64::from(weak.count()));
        let giant = weak.largest().map_or(0, |largest| weak.sizes[largest as usize]);
        self.put("giant_share", f64::from(giant) / f64::from(graph.nodes()));
        if self.asked.any(&["wcc_nodes", "wcc_edges"]) {
            self.put("wcc_nodes", f64::from(giant));
            self.put("wcc_edges", self.links_inside(&weak) as f64);
        }
        if self.asked.any(&["scc_nodes", "scc_edges"]) {
            // Links without a direction lead both ways.
            let directed = self.subject.rows.map(|rows| rows.directed().strong_components());
            let strong = directed.as_ref().unwrap_or(&weak);
            let largest = strong.largest().map_or(0, |largest| strong.sizes[largest as usize]);
            let inside = self.links_inside(strong);
            self.put("scc_nodes", f64::from(largest));
            self.put("scc_edges", inside as f64);
        }
        weak
    }

    /// Links between two nodes of the largest component, counted as `edges` are.
    fn links_inside(&self, components: &Components) -> u64 {
        let Some(largest) = components.largest() else { return 0 };
        let inside = |&(u, v): &(u32, u32)| {
            components.label[u as usize] == largest && components.label[v as usize] == largest
        };
        match self.subject.rows {
            Some(rows) => rows.edges.iter().filter(|edge| inside(edge)).count() as u64,
            None => self.subject.graph.edge_list().filter(inside).count() as u64,
        }
    }

    pub(super) fn triangles(&mut self, weak: &Components) {
        if !self.asked.any(&["triangles", "clustering", "closed_triads", "transitivity"]) {
            return;
        }
        let graph = self.subject.graph;
        let found = triangles(graph);
        self.put("triangles", found.total() as f64);
        let largest = weak.largest();
        let giant = (0..graph.nodes()).filter(|&node| Some(weak.label[node as usize]) == largest);
        let local = found.clustering_among(graph, giant).map(|clustering| clustering.local);
        self.put("clustering", local);
        let whole = found.clustering(graph);
        self.put("closed_triads", whole.and_then(|clustering| clustering.closed_triads));
        self.put("transitivity", whole.and_then(|clustering| clustering.global));
    }

    pub(super) fn mixing(&mut self) {
        let graph = self.subject.graph;
        if self.asked.any(&["assortativity"]) {
            self.put("assortativity", assortativity(graph));
        }
        if self.asked.any(&["core_max"]) {
            self.put("core_max", f64::from(cores(graph).deepest()));
        }
    }

    pub(super) fn paths(&mut self, weak: &Components) -> Result<(), Stopped> {
        let plot = self.asked.draws(FigureKind::Hops);
        let lengths = plot || self.asked.any(&["path_mean", "path_mean_error", "effective_diameter"]);
        let longest = self.asked.any(&["diameter"]);
        if !(lengths || longest) {
            return Ok(());
        }
        let giant = Giant::among(self.subject.graph, weak).graph;
        if lengths && giant.nodes() > 1 {
            let found = paths(
                &giant,
                self.sources(giant.nodes()),
                &mut stream(self.seed, Purpose::Graphs, 0),
                self.watch,
            )?;
            self.put("path_mean", found.mean.map(|mean| mean.value));
            self.put("path_mean_error", found.mean.and_then(|mean: Estimate| mean.error));
            self.put("effective_diameter", found.effective_diameter.map(|estimate| estimate.value));
            if plot {
                self.report.curves.hops = found.cumulative();
            }
        }
        if longest {
            // Where it takes too many searches, there is none to tell.
            self.put("diameter", diameter(&giant, SEARCHES, self.watch)?.exact().map(f64::from));
        }
        Ok(())
    }

    /// Where to search from in a component of so many nodes.
    pub(super) fn sources(&self, nodes: u32) -> Sources {
        match self.settings.sources {
            Some(sources) => Sources::Sample(sources),
            None if nodes <= ALL_PATHS => Sources::All,
            None => Sources::Sample(SOME_PATHS),
        }
    }
}
