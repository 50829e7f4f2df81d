//! `peerlab show`: a small network, its tables and one route.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::show_can::Can;
use super::{Failure, print, tell, width};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::folder::write_file;
use crate::experiment::ring_view::{self, RingView};
use crate::report::{Colour, Column, Ring, RingNode, Table};

/// Show how a small network works.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Chord: every finger table, and the route of a lookup
    Chord(Chord),
    /// CAN: every zone and its neighbours, and the route of a lookup
    Can(Can),
}

/// The textbook ring by default.
#[derive(Debug, Args)]
struct Chord {
    /// The nodes' identifiers
    #[arg(long, value_delimiter = ',', default_value = "1,8,14,21,32,38,42,48,51,56")]
    ids: Vec<u64>,
    /// Bits of an identifier, 1 to 64
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=64))]
    bits: u32,
    /// The node that looks up; the first one if not given
    #[arg(long)]
    from: Option<u64>,
    /// The key that it looks up; no route if not given
    #[arg(long)]
    lookup: Option<u64>,
    /// How the lookup travels
    #[arg(long, value_enum, default_value = "fingers")]
    by: By,
    /// Where the picture goes
    #[arg(long, value_name = "FILE.svg", default_value = "results/show/chord.svg")]
    svg: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// By fingers, as Chord does
    Fingers,
    /// Along successors only
    Successors,
}

impl Show {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        match &self.what {
            What::Chord(chord) => chord.execute(),
            What::Can(can) => can.execute(),
        }
    }
}

impl Chord {
    fn execute(&self) -> Result<(), Failure> {
        let from = self.from.or_else(|| self.ids.first().copied()).unwrap_or(0);
        let successors_only = self.by == By::Successors;
        let view = ring_view::view(&self.ids, self.bits, from, self.lookup, successors_only)
            .map_err(|what| Failure::User(Diagnostic::new(what)))?;
        print(&self.text(&view, from))?;
        let svg = self.picture(&view, from).render_svg();
        let svg = svg.map_err(|error| Diagnostic::new(error.to_string()))?;
        write_file(&self.svg, svg.as_bytes())?;
        tell(&format!("drawn in {}", self.svg.display()));
        Ok(())
    }

    /// Finger tables, and the route.
    fn text(&self, view: &RingView, from: u64) -> String {
        let mut text = format!("Chord ring of 2^{} identifiers, {} nodes\n\n", self.bits, view.nodes.len());
        let fingers = (0..self.bits).map(|k| Column::number(format!("+{}", 1u128 << k)));
        let headings = [Column::number("node"), Column::number("pred."), Column::number("succ.")];
        let mut table = Table::new(headings.into_iter().chain(fingers));
        for node in &view.nodes {
            let own = [node.id, node.predecessor, node.successor];
            table.row(own.iter().chain(&node.fingers).map(u64::to_string));
        }
        text += &table.render(width(), Colour::Never);
        if let (Some(key), Some(route)) = (self.lookup, &view.route) {
            let steps: Vec<String> = route.iter().map(u64::to_string).collect();
            let by = if self.by == By::Successors { "by successors" } else { "by fingers" };
            let owner = route.last().copied().unwrap_or(from);
            text += &format!(
                "\nkey {key} from {from}, {by}: {} ({} hops; {owner} owns the key)\n",
                steps.join(" → "),
                route.len() - 1
            );
        }
        text
    }

    fn picture(&self, view: &RingView, from: u64) -> Ring {
        let shown = view.nodes.iter().find(|node| node.id == from);
        let fingers = shown.map_or_else(Vec::new, |node| {
            let each = node.fingers.iter().enumerate();
            each.map(|(k, &to)| (u128::from(node.id), u128::from(to), format!("+{}", 1u128 << k))).collect()
        });
        let title = match (self.lookup, &view.route) {
            (Some(key), Some(route)) => {
                format!(
                    "Key {key} from node {from}: {} hops on a ring of {}",
                    route.len() - 1,
                    view.nodes.len()
                )
            }
            _ => format!("The fingers of node {from} on a ring of {}", view.nodes.len()),
        };
        Ring {
            title,
            subtitle: format!("{} bits · fingers of node {from}", self.bits),
            bits: self.bits,
            nodes: view
                .nodes
                .iter()
                .map(|node| RingNode { id: u128::from(node.id), label: node.id.to_string() })
                .collect(),
            fingers,
            route: view.route.iter().flatten().map(|&id| u128::from(id)).collect(),
            key: self.lookup.map(u128::from),
            notes: Vec::new(),
        }
    }
}
