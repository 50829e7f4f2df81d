//! The figures of one graph by their names, as CSV and JSON have them.

use super::{DegreeCounts, Estimate, Measures};
use crate::stats::six;

impl Measures {
    /// Every figure by its name, in the order in which it is shown; `None` where there is none.
    pub fn fields(&self) -> Vec<(&'static str, Option<Figure>)> {
        let mut fields = Vec::with_capacity(50);
        self.structure(&mut fields);
        self.distances(&mut fields);
        self.mixing(&mut fields);
        fields
    }

    fn structure(&self, fields: &mut Fields) {
        let degrees = self.degrees.as_ref();
        fields.extend([
            ("nodes", Some(Figure::Count(self.nodes.into()))),
            ("edges", Some(Figure::Count(self.edges))),
            ("degree_mean", degrees.and_then(DegreeCounts::mean).map(Figure::Real)),
            ("degree_variance", degrees.and_then(DegreeCounts::variance).map(Figure::Real)),
            ("degree_sd", degrees.and_then(DegreeCounts::sd).map(Figure::Real)),
            ("degree_min", degrees.and_then(DegreeCounts::min).map(Figure::from)),
            ("degree_max", degrees.and_then(DegreeCounts::max).map(Figure::from)),
            ("kappa", degrees.and_then(DegreeCounts::kappa).map(Figure::Real)),
            ("wcc_count", self.weak.map(|weak| weak.components.into())),
            ("wcc_nodes", self.weak.map(|weak| weak.nodes.into())),
            ("wcc_edges", self.weak.map(|weak| Figure::Count(weak.edges))),
            ("scc_count", self.strong.map(|strong| strong.components.into())),
            ("scc_nodes", self.strong.map(|strong| strong.nodes.into())),
            ("scc_edges", self.strong.map(|strong| Figure::Count(strong.edges))),
            ("triangles", self.triangles.map(Figure::Count)),
            ("clustering", self.clustering.map(|clustering| Figure::Real(clustering.local))),
            ("transitivity", self.clustering.and_then(|clustering| clustering.global).map(Figure::Real)),
            (
                "closed_triads",
                self.clustering.and_then(|clustering| clustering.closed_triads).map(Figure::Real),
            ),
        ]);
    }

    fn distances(&self, fields: &mut Fields) {
        let paths = self.paths.as_ref();
        let mean = paths.and_then(|paths| paths.mean);
        let effective = paths.and_then(|paths| paths.effective_diameter);
        fields.extend([
            ("path_mean", mean.map(Figure::value)),
            ("path_mean_error", mean.and_then(Figure::error)),
            ("effective_diameter", effective.map(Figure::value)),
            ("effective_diameter_error", effective.and_then(Figure::error)),
            ("path_sources", paths.map(|paths| paths.sources.into())),
            ("diameter", self.diameter.map(|(lower, _)| lower.into())),
            ("diameter_upper", self.diameter.map(|(_, upper)| upper.into())),
        ]);
    }

    fn mixing(&self, fields: &mut Fields) {
        let world = self.small_world;
        let (sigma, omega) = (world.and_then(|world| world.sigma), world.and_then(|world| world.omega));
        let between = self.betweenness;
        fields.extend([
            ("assortativity", self.assortativity.map(Figure::Real)),
            ("rich_club_degree", self.rich_club.map(|(degree, _)| degree.into())),
            ("rich_club", self.rich_club.map(|(_, density)| Figure::Real(density))),
            ("core", self.core.map(|(depth, _)| depth.into())),
            ("core_nodes", self.core.map(|(_, nodes)| Figure::Count(nodes))),
            ("sigma", sigma.map(Figure::value)),
            ("sigma_error", sigma.and_then(Figure::error)),
            ("omega", omega.map(Figure::value)),
            ("omega_error", omega.and_then(Figure::error)),
            ("clustering_random", world.map(|world| Figure::Real(world.clustering_random))),
            ("path_random", world.map(|world| Figure::Real(world.path_random))),
            ("clustering_lattice", world.map(|world| Figure::Real(world.clustering_lattice))),
            ("random_graphs", world.map(|world| world.references.into())),
            ("betweenness_max", between.map(|(most, _)| Figure::value(most))),
            ("betweenness_max_error", between.and_then(|(most, _)| Figure::error(most))),
            ("betweenness_sources", between.map(|(_, sources)| sources.into())),
            ("spectral_gap", self.spectral_gap.map(|found| Figure::Real(found.gap))),
            ("spectral_gap_error", self.spectral_gap.map(|found| Figure::Real(found.error))),
        ]);
    }
}

type Fields = Vec<(&'static str, Option<Figure>)>;

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A whole number.
    Count(u64),
    /// A fraction.
    Real(f64),
}

impl Figure {
    fn value(estimate: Estimate) -> Figure {
        Figure::Real(estimate.value)
    }

    fn error(estimate: Estimate) -> Option<Figure> {
        estimate.error.map(Figure::Real)
    }
}

impl From<u32> for Figure {
    fn from(count: u32) -> Figure {
        Figure::Count(count.into())
    }
}

/// As in every result: whole numbers in full, fractions to six significant digits.
impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Figure::Count(count) => write!(f, "{count}"),
            Figure::Real(value) => f.write_str(&six(*value)),
        }
    }
}
