//! `peerlab show`: a small network, its tables and one route.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand, ValueEnum};

use super::show_can::Can;
use super::show_network::Network;
use super::{Failure, print, tell, width};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::folder::write_file;
use crate::experiment::ring_view::{self, RingView};
use crate::protocols::{self, NAMES, Visit, can, chord};
use crate::report::{Colour, Column, ReportError, Ring, RingNode, Table, svg_to_png};
use crate::sim::Protocol;

/// Show how a small network works.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(subcommand)]
    what: What,
}

/// What is shown: a protocol with a geometry in that, every other one as a network.
#[derive(Debug)]
enum What {
    /// A ring.
    Chord(Chord),
    /// A square.
    Can(Can),
    /// Members and their links, of the protocol with this name.
    Network(&'static str, Network),
}

/// A subcommand for each protocol in the registry.
impl Subcommand for What {
    fn augment_subcommands(command: Command) -> Command {
        NAMES.iter().fold(command, |command, &name| {
            let one = Command::new(name);
            command.subcommand(match name {
                chord::Chord::NAME => {
                    Chord::augment_args(one).about("Chord: every finger table, and the route of a lookup")
                }
                can::Can::NAME => Can::augment_args(one)
                    .about("CAN: every zone and its neighbours, and the route of a lookup"),
                _ => {
                    let title = protocols::with(name, Title).unwrap_or_default();
                    let about = format!("{title}: who is linked with whom, and all that a lookup sets off");
                    let about = about[..1].to_uppercase() + &about[1..];
                    Network::augment_args(one).about(about)
                }
            })
        })
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        What::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        NAMES.contains(&name)
    }
}

impl FromArgMatches for What {
    fn from_arg_matches(matches: &ArgMatches) -> Result<What, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        Ok(match NAMES.iter().find(|&&known| known == name).copied().ok_or_else(missing)? {
            chord::Chord::NAME => What::Chord(Chord::from_arg_matches(matches)?),
            can::Can::NAME => What::Can(Can::from_arg_matches(matches)?),
            name => What::Network(name, Network::from_arg_matches(matches)?),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = What::from_arg_matches(matches)?;
        Ok(())
    }
}

struct Title;

impl Visit for Title {
    type Output = &'static str;

    fn visit<P: Protocol>(self) -> &'static str {
        P::TITLE
    }
}

/// Where a picture goes.
pub(super) struct Picture<'a> {
    pub(super) svg: &'a Path,
    pub(super) png: Option<&'a Path>,
}

impl Picture<'_> {
    /// Writes it, and says so.
    pub(super) fn write(&self, drawn: Result<String, ReportError>) -> Result<(), Failure> {
        let ours = |error: ReportError| Diagnostic::new(error.to_string());
        let svg = drawn.map_err(ours)?;
        write_file(self.svg, svg.as_bytes())?;
        tell(&format!("drawn in {}", self.svg.display()));
        if let Some(png) = self.png {
            write_file(png, &svg_to_png(&svg).map_err(ours)?)?;
            tell(&format!("drawn in {}", png.display()));
        }
        Ok(())
    }
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
    /// Where the picture goes as a PNG; none if not given
    #[arg(long, value_name = "FILE.png")]
    png: Option<PathBuf>,
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
            What::Network(name, network) => network.execute(name),
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
        let picture = Picture { svg: &self.svg, png: self.png.as_deref() };
        picture.write(self.picture(&view, from).render_svg())
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
