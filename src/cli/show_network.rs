//! `peerlab show PROTOCOL` for architectures without geometry: who is linked with whom, and what a lookup sets off.

use std::path::PathBuf;

use clap::Args;

use super::show::Picture;
use super::{Failure, print, width};
use crate::experiment::network_view::{self, Centre, Kind, MOST, Member, NetworkView, Part, Step, Wanted};
use crate::report::{self, ArrowKind, Colour, Column, NetworkNode, NodeShape, NodeState, Table};
use crate::units::Span;

/// How many neighbours a line of the table names.
const NAMED: usize = 12;
/// Characters of a message that are printed.
const TOLD: usize = 36;

/// A small network.
#[derive(Debug, Args)]
pub(super) struct Network {
    /// How many peers
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    peers: u32,
    /// The seed of everything random
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    seed: u64,
    /// The peer that looks up, by number from 0; the first one that does not have the object if not given
    #[arg(long, value_name = "PEER")]
    from: Option<u32>,
    /// The object that it looks up, 0 to 9; no lookup if not given
    #[arg(long, value_name = "OBJECT")]
    lookup: Option<u32>,
    /// All the others look it up at the same moment, and download it; what `--from` does is shown
    #[arg(long, requires = "lookup")]
    everyone: bool,
    /// When the network is looked at, such as `20 s`
    #[arg(long, value_name = "TIME", default_value = "0 s")]
    at: Span,
    /// Lay a value over a key of the network's scenario, such as protocol.gnutella.ttl=2
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Where the picture goes; results/show/PROTOCOL.svg if not given
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
    /// Where the picture goes as a PNG; none if not given
    #[arg(long, value_name = "FILE.png")]
    png: Option<PathBuf>,
}

impl Network {
    pub(super) fn execute(&self, protocol: &str) -> Result<(), Failure> {
        let wanted = Wanted {
            protocol: protocol.to_string(),
            peers: self.peers,
            seed: self.seed,
            from: self.from,
            lookup: self.lookup,
            everyone: self.everyone,
            at: self.at,
            set: self.set.clone(),
        };
        let view = network_view::view(&wanted)?;
        let seen = Seen { wanted: &wanted, view: &view };
        print(&seen.text())?;
        let svg = self.svg.clone().unwrap_or_else(|| format!("results/show/{protocol}.svg").into());
        Picture { svg: &svg, png: self.png.as_deref() }.write(seen.picture().render_svg())
    }
}

/// What is told and drawn.
struct Seen<'a> {
    wanted: &'a Wanted,
    view: &'a NetworkView,
}

impl Seen<'_> {
    fn text(&self) -> String {
        let mut text =
            format!("{} ({}): {}", self.wanted.protocol, self.view.title, count(self.peers(), "peer"));
        for (part, what) in [(Part::Supernode, "supernode"), (Part::Server, "server")] {
            let n = self.view.members.iter().filter(|member| member.part == part).count();
            if n > 0 {
                let joint = if part == Part::Server { " and" } else { ", of them" };
                text += &format!("{joint} {}", count(n, what));
            }
        }
        text += &format!("; {}\n\n", count(self.view.links.len(), "link"));
        text += &self.members().render(width(), Colour::Never);
        if self.wanted.lookup.is_some() {
            text += "\n";
            text += &self.steps().render(width(), Colour::Never);
            text += &format!("\n{}\n", self.outcome().join("\n"));
        }
        text
    }

    fn peers(&self) -> usize {
        self.view.members.iter().filter(|member| member.part != Part::Server).count()
    }

    fn members(&self) -> Table {
        let mut headings = vec![
            Column::number("number"),
            Column::text("part"),
            Column::number("entries"),
            Column::number("links"),
            Column::text("linked with"),
        ];
        if self.wanted.lookup.is_some() {
            headings.insert(2, Column::text("object"));
        }
        let mut table = Table::new(headings);
        for (number, member) in self.view.members.iter().enumerate() {
            let neighbours = self.neighbours(number as u32);
            let mut named: Vec<String> = neighbours.iter().take(NAMED).map(u32::to_string).collect();
            if neighbours.len() > NAMED {
                named.push("…".to_string());
            }
            let mut row = vec![
                number.to_string(),
                member.part.word().to_string(),
                member.entries.to_string(),
                neighbours.len().to_string(),
                named.join(" "),
            ];
            if self.wanted.lookup.is_some() {
                row.insert(2, if member.holds { "has it" } else { "" }.to_string());
            }
            table.row(row);
        }
        table
    }

    fn neighbours(&self, number: u32) -> Vec<u32> {
        let other = |&(one, other): &(u32, u32)| match number {
            n if n == one => Some(other),
            n if n == other => Some(one),
            _ => None,
        };
        let mut neighbours: Vec<u32> = self.view.links.iter().filter_map(other).collect();
        neighbours.sort_unstable();
        neighbours
    }

    fn steps(&self) -> Table {
        let mut table = Table::new([
            Column::number("after [ms]"),
            Column::number("from"),
            Column::number("to"),
            Column::number("hops"),
            Column::text("what"),
            Column::text("message"),
        ]);
        for step in &self.view.steps {
            table.row([
                format!("{:.1}", step.after.as_secs_f64() * 1000.0),
                step.from.to_string(),
                step.to.to_string(),
                step.hops.to_string(),
                step.kind.word().to_string(),
                told(step),
            ]);
        }
        table
    }

    /// What came of the lookup, line by line.
    fn outcome(&self) -> Vec<String> {
        let Some(object) = self.wanted.lookup else { return Vec::new() };
        let of = |kind: Kind| self.view.steps.iter().filter(|step| step.kind == kind).count();
        let (first, again, answers) = (of(Kind::Request), of(Kind::Duplicate), of(Kind::Answer));
        let mut lines = vec![format!(
            "requests: {}, of which {first} came to somebody new and {again} to somebody who had one; answers: {answers}",
            first + again
        )];
        lines.push(match &self.view.answer {
            Some(answer) => {
                let route: Vec<String> = answer.route.iter().map(u32::to_string).collect();
                format!(
                    "object {object} from {}: {} ({}); after {:.1} ms {} is known to have it",
                    self.view.from,
                    route.join(" → "),
                    count(answer.route.len() - 1, "hop"),
                    answer.after.as_secs_f64() * 1000.0,
                    answer.provider
                )
            }
            None => format!("object {object} from {}: no answer", self.view.from),
        });
        lines
    }

    /// Through whom each was asked first.
    fn requests(&self) -> Vec<(usize, usize)> {
        let requests = self.view.steps.iter().filter(|step| step.kind == Kind::Request);
        requests.map(|step| (step.from as usize, step.to as usize)).collect()
    }

    fn picture(&self) -> report::Network {
        let Wanted { protocol, lookup, peers, .. } = self.wanted;
        let from = self.view.from;
        let members = &self.view.members;
        let title = match (lookup, &self.view.answer) {
            (Some(object), Some(answer)) => format!(
                "Object {object} from peer {from}: {}, answer after {}",
                count(self.view.steps.iter().filter(|step| step.kind != Kind::Alarm).count(), "message"),
                count(answer.route.len() - 1, "hop")
            ),
            (Some(object), None) => format!("Object {object} from peer {from}: no answer"),
            (None, _) => format!("Who knows whom among {peers} peers"),
        };
        let Centre { first, tiers, rings } = Centre::of(members, from, lookup.is_some());
        let asked = |number: u32| {
            let to = |step: &Step| step.to == number && step.kind == Kind::Request;
            self.view.steps.iter().any(to)
        };
        let node = |(number, member): (usize, &Member)| NetworkNode {
            label: number.to_string(),
            shape: match member.part {
                Part::Peer => NodeShape::Peer,
                Part::Supernode => NodeShape::Supernode,
                Part::Server => NodeShape::Server,
            },
            state: match number as u32 {
                number if number == from => NodeState::Origin,
                number if asked(number) => NodeState::Asked,
                _ => NodeState::Idle,
            },
            holds: member.holds,
        };
        let arrow = |step: &Step| {
            let kind = match step.kind {
                Kind::Request => ArrowKind::Request,
                Kind::Duplicate => ArrowKind::Duplicate,
                Kind::Answer => ArrowKind::Answer,
                Kind::Lost => ArrowKind::Lost,
                Kind::Alarm | Kind::Issued | Kind::Answered => return None,
            };
            Some((step.from as usize, step.to as usize, kind))
        };
        report::Network {
            title,
            subtitle: format!("{protocol}: {} · {rings}", self.view.title),
            nodes: members.iter().enumerate().map(node).collect(),
            first: first.into_iter().map(|number| number as usize).collect(),
            tree: if tiers { Vec::new() } else { self.requests() },
            links: self.view.links.iter().map(|&(one, other)| (one as usize, other as usize)).collect(),
            marked: lookup.is_none().then_some(from as usize),
            arrows: self.view.steps.iter().filter_map(arrow).collect(),
            notes: match lookup {
                Some(_) => self.outcome(),
                None => vec![format!("links of peer {from}: {}", self.neighbours(from).len())],
            },
        }
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// As much of a message as the table has room for.
fn told(step: &Step) -> String {
    let text = step.told();
    match text.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
