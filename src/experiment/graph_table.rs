//! The measures of one graph as text: a table for people, one row of CSV, one JSON object.

use crate::graph::measure::{Estimate, Measures};
use crate::report::{Colour, Column, Table, count, significant};

/// One flat object: every figure by its name, `null` where there is none.
pub fn json(measures: &Measures) -> String {
    let field = |(name, figure): (&str, Option<_>)| {
        let figure =
            figure.map_or("null".to_owned(), |figure: crate::graph::measure::Figure| figure.to_string());
        format!("  \"{name}\": {figure}")
    };
    let fields: Vec<String> = measures.fields().into_iter().map(field).collect();
    format!("{{\n{}\n}}\n", fields.join(",\n"))
}

/// A line of names and a line of figures; a missing one is an empty field.
pub fn csv(measures: &Measures) -> String {
    let (names, figures): (Vec<&str>, Vec<String>) = measures
        .fields()
        .into_iter()
        .map(|(name, figure)| (name, figure.map_or(String::new(), |figure| figure.to_string())))
        .unzip();
    format!("{}\n{}\n", names.join(","), figures.join(","))
}

/// A table in at most `width` columns, of what was measured.
pub fn table(name: &str, measures: &Measures, width: usize) -> String {
    let mut table = Table::new([Column::text("measure"), Column::number(name), Column::text("what it is")]);
    let mut rows = Rows { table: &mut table, first: true };
    structure(&mut rows, measures);
    distances(&mut rows, measures);
    others(&mut rows, measures);
    table.render(width, Colour::Never)
}

/// A table that is ruled off between groups.
struct Rows<'a> {
    table: &'a mut Table,
    first: bool,
}

impl Rows<'_> {
    fn group(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.table.rule();
        }
    }

    fn row(&mut self, measure: &str, figure: impl Into<String>, what: impl Into<String>) {
        self.table.row([measure.to_owned(), figure.into(), what.into()]);
    }

    fn real(&mut self, measure: &str, figure: Option<f64>, what: &str) {
        self.row(measure, figure.map_or("–".to_owned(), |figure| significant(figure, 4)), what);
    }

    fn estimate(&mut self, measure: &str, figure: Option<Estimate>, what: &str) {
        let text = |Estimate { value, error }: Estimate| match error {
            Some(error) => format!("{} ± {}", significant(value, 4), significant(error, 1)),
            None => significant(value, 4),
        };
        self.row(measure, figure.map_or("–".to_owned(), text), what);
    }
}

fn structure(rows: &mut Rows<'_>, of: &Measures) {
    rows.group();
    rows.row("nodes", count(of.nodes.into()), "");
    rows.row("edges", count(of.edges), "as crawled");
    if let Some(degrees) = &of.degrees {
        rows.group();
        rows.real("degree mean", degrees.mean(), "⟨k⟩, of the undirected graph");
        rows.real("degree variance", degrees.variance(), "⟨k²⟩ − ⟨k⟩²");
        rows.real("degree sd", degrees.sd(), "its square root");
        let largest = degrees.max().map_or("–".to_owned(), |degree| count(degree.into()));
        rows.row("degree max", largest, "");
        rows.real("kappa", degrees.kappa(), "⟨k²⟩/⟨k⟩; giant component above 2");
    }
    if let (Some(weak), Some(strong)) = (of.weak, of.strong) {
        rows.group();
        let share = |part: u64, all: u64| match all {
            0 => String::new(),
            all => format!("largest of {{}}, {:.1} % of all", 100.0 * part as f64 / all as f64),
        };
        for (name, of_kind) in [("WCC", weak), ("SCC", strong)] {
            let what = share(of_kind.nodes.into(), of.nodes.into());
            let what = what.replace("{}", &count(of_kind.components.into()));
            rows.row(&format!("{name} nodes"), count(of_kind.nodes.into()), what);
            rows.row(&format!("{name} edges"), count(of_kind.edges), "");
        }
    }
    if let Some(triangles) = of.triangles {
        rows.group();
        rows.row("triangles", count(triangles), "");
        let clustering = of.clustering;
        rows.real("clustering", clustering.map(|c| c.local), "mean over peers, below 2 links: 0");
        rows.real("transitivity", clustering.and_then(|c| c.global), "3 × triangles / connected triples");
        rows.real("closed triads", clustering.and_then(|c| c.closed_triads), "SNAP's fraction of triangles");
    }
}

fn distances(rows: &mut Rows<'_>, of: &Measures) {
    if let Some(paths) = &of.paths {
        rows.group();
        let from = if paths.exact {
            "exact".to_owned()
        } else {
            format!("sampled: {} sources, ± se", count(paths.sources.into()))
        };
        rows.estimate("path mean", paths.mean, &from);
        rows.estimate("effective diameter", paths.effective_diameter, "90 % of pairs, interpolated");
    }
    if let Some((lower, upper)) = of.diameter {
        match lower == upper {
            true => rows.row("diameter", count(lower.into()), "exact"),
            false => rows.row("diameter", format!("{lower} to {upper}"), "bounds; --exact settles it"),
        }
    }
}

fn others(rows: &mut Rows<'_>, of: &Measures) {
    if let Some((depth, nodes)) = of.core {
        rows.group();
        rows.real("assortativity", of.assortativity, "correlation of degrees across links");
        let above =
            of.rich_club.map_or(String::new(), |(degree, _)| format!("links among degrees ≥ {degree}"));
        rows.real("rich club", of.rich_club.map(|(_, density)| density), &above);
        rows.row("deepest core", count(depth.into()), format!("k; of {} peers", count(nodes)));
    }
    if let Some(world) = of.small_world {
        rows.group();
        let against = format!("small world ≫ 1; {} random graphs", world.references);
        rows.estimate("sigma", world.sigma, &against);
        rows.estimate("omega", world.omega, "lattice −1, small world 0, random 1");
    }
    if let Some((most, sources)) = of.betweenness {
        rows.group();
        let from = match most.error {
            None => "exact".to_owned(),
            Some(_) => format!("sampled: {} sources, ± se", count(sources.into())),
        };
        rows.estimate("betweenness max", Some(most), &format!("share of pairs; {from}"));
    }
    if let Some(found) = of.spectral_gap {
        rows.group();
        rows.real("spectral gap", Some(found.gap), "of the normalised Laplacian");
    }
}
