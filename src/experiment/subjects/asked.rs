//! What a plan asks of graphs and samples: some measures are dear, and only those are taken that somebody will read.

use std::collections::BTreeSet;

use super::super::columns::{COLUMNS, Family};
use super::super::plan::Plan;
use super::super::scenario::{Expected, FigureKind};

/// The columns and curves that a plan's results need.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    columns: BTreeSet<String>,
    figures: Vec<FigureKind>,
}

impl Asked {
    /// What `plan` asks for by `columns`, `[[figures]]` and `[[published]]`.
    pub fn of(plan: &Plan) -> Asked {
        let mut columns: BTreeSet<String> = plan.first.columns.iter().cloned().collect();
        columns.extend(plan.figures.iter().map(|figure| figure.y.clone()));
        columns.extend(plan.figures.iter().flat_map(|figure| figure.columns.iter().cloned()));
        for published in &plan.published {
            columns.insert(published.column.clone());
            if let Expected::Column(other) = &published.value {
                columns.insert(other.clone());
            }
        }
        Asked { columns, figures: plan.figures.iter().map(|figure| figure.kind).collect() }
    }

    /// Everything that there is.
    pub fn everything() -> Asked {
        let columns = COLUMNS.iter().map(|column| column.name.to_owned()).collect();
        Asked { columns, figures: vec![FigureKind::Degrees, FigureKind::Hops, FigureKind::Removal] }
    }

    /// Whether any of these columns is asked for.
    pub fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|&name| self.columns.contains(name))
    }

    /// Whether there is a figure of this kind.
    pub fn draws(&self, kind: FigureKind) -> bool {
        self.figures.contains(&kind)
    }

    /// Whether a graph is asked about at all.
    pub fn graph(&self) -> bool {
        let of_graph = |column: &&super::super::columns::Column| column.family != Family::Run;
        let kinds = [FigureKind::Degrees, FigureKind::Hops, FigureKind::Removal];
        COLUMNS.iter().filter(of_graph).any(|column| self.columns.contains(column.name))
            || kinds.iter().any(|&kind| self.draws(kind))
    }
}
