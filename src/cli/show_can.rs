//! `peerlab show can`: a small square of zones, who is whose neighbour, and one route.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::show::Picture;
use super::{Failure, print, width};
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::space_view::{SpaceView, Square};
use crate::protocols::can::{GivenZone, Metric};
use crate::report::{self, Colour, Column, SquareZone, Table};

/// The textbook square by default.
#[derive(Debug, Args)]
pub(super) struct Can {
    /// A peer and its zone, as PEER:X,Y-X,Y with the lower left and the upper right corner; once for each peer, together the
    /// whole square, as halving it again and again would yield them. The textbook's ten if none is given
    #[arg(long = "zone", value_name = "PEER:X,Y-X,Y")]
    zones: Vec<Given>,
    /// Units of a side, a power of two
    #[arg(long, default_value_t = 8)]
    side: u64,
    /// The peer that looks up; 2, or the first one given
    #[arg(long)]
    from: Option<u64>,
    /// The point that it looks up, as X,Y; no route if not given
    #[arg(long, value_name = "X,Y")]
    lookup: Option<Place>,
    /// How far it is from a point to a zone
    #[arg(long, value_enum, default_value = "manhattan")]
    metric: Distance,
    /// The square wraps around, as CAN's torus does
    #[arg(long)]
    wrap: bool,
    /// Where the picture goes
    #[arg(long, value_name = "FILE.svg", default_value = "results/show/can.svg")]
    svg: PathBuf,
    /// Where the picture goes as a PNG; none if not given
    #[arg(long, value_name = "FILE.png")]
    png: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Distance {
    /// Along the axes
    Manhattan,
    /// As the crow flies
    Euclidean,
}

/// A point of the square.
#[derive(Clone, Copy, Debug)]
struct Place([u64; 2]);

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Place, String> {
        let point =
            text.split_once(',').and_then(|(x, y)| Some([x.trim().parse().ok()?, y.trim().parse().ok()?]));
        point.map(Place).ok_or_else(|| format!("`{text}`: expected a point such as 7,1"))
    }
}

/// A peer and its zone.
#[derive(Clone, Debug)]
struct Given {
    peer: u64,
    zone: GivenZone,
}

impl FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Given, String> {
        let parsed = || {
            let (peer, corners) = text.split_once(':')?;
            let (low, high) = corners.split_once('-')?;
            let corner = |text: &str| Some(text.parse::<Place>().ok()?.0.to_vec());
            let zone = GivenZone { low: corner(low)?, high: corner(high)? };
            Some(Given { peer: peer.trim().parse().ok()?, zone })
        };
        parsed().ok_or_else(|| format!("`{text}`: expected a peer and its zone, such as 2:2,4-4,8"))
    }
}

impl Can {
    pub(super) fn execute(&self) -> Result<(), Failure> {
        let square = self.square();
        let first = square.zones.first().map_or(0, |&(name, _)| name);
        let from = self.from.unwrap_or(if self.zones.is_empty() { 2 } else { first });
        let key = self.lookup.map(|Place(key)| key);
        let view = square.view(from, key).map_err(|what| Failure::User(Diagnostic::new(what)))?;
        print(&self.text(&square, &view, from))?;
        let picture = Picture { svg: &self.svg, png: self.png.as_deref() };
        picture.write(self.picture(&square, &view, from).render_svg())
    }

    fn square(&self) -> Square {
        let metric = match self.metric {
            Distance::Manhattan => Metric::Manhattan,
            Distance::Euclidean => Metric::Euclidean,
        };
        let given = Square { side: self.side, wraps: self.wrap, metric, ..Square::textbook() };
        if self.zones.is_empty() {
            return given;
        }
        Square { zones: self.zones.iter().map(|given| (given.peer, given.zone.clone())).collect(), ..given }
    }

    /// Zones and neighbours, and the route.
    fn text(&self, square: &Square, view: &SpaceView, from: u64) -> String {
        let (side, shape) = (square.side, if square.wraps { "torus" } else { "square" });
        let mut text = format!("CAN: {} zones of a {shape} of {side} × {side}\n\n", square.zones.len());
        let headings = [Column::number("peer"), Column::text("zone"), Column::text("neighbours")];
        let mut table = Table::new(headings);
        for ((name, zone), neighbours) in square.zones.iter().zip(&view.neighbours) {
            let corner = |at: &[u64]| at.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
            let zone = format!("({})–({})", corner(&zone.low), corner(&zone.high));
            let neighbours: Vec<String> = neighbours.iter().map(u64::to_string).collect();
            table.row([name.to_string(), zone, neighbours.join(" ")]);
        }
        text += &table.render(width(), Colour::Never);
        if let Some(route) = self.route(view, from) {
            text += &format!("\n{route}\n");
        }
        text
    }

    /// The route in words.
    fn route(&self, view: &SpaceView, from: u64) -> Option<String> {
        let (Place([x, y]), route) = (self.lookup?, view.route.as_ref()?);
        let steps: Vec<String> = route.iter().map(u64::to_string).collect();
        let by = match self.metric {
            Distance::Manhattan => "by Manhattan distance",
            Distance::Euclidean => "by Euclidean distance",
        };
        Some(format!(
            "key ({x},{y}) from {from}, {by}: {} ({} hops; {} owns the key)",
            steps.join(" → "),
            route.len() - 1,
            route.last().unwrap_or(&from)
        ))
    }

    fn picture(&self, square: &Square, view: &SpaceView, from: u64) -> report::Square {
        let place = |name: u64| square.zones.iter().position(|&(other, _)| other == name);
        let neighbours = place(from).map_or(&[][..], |from| &view.neighbours[from]);
        let names: Vec<String> = neighbours.iter().map(u64::to_string).collect();
        let title = match (&self.lookup, &view.route) {
            (Some(Place([x, y])), Some(route)) => {
                format!(
                    "Key ({x}, {y}) from peer {from}: {} hops through {} zones",
                    route.len() - 1,
                    square.zones.len()
                )
            }
            _ => format!("Peer {from} and its neighbours among {} zones", square.zones.len()),
        };
        let shape =
            if square.wraps { "a torus: the edges meet" } else { "a square that does not wrap around" };
        let corner = |at: &[u64]| [at.first().copied().unwrap_or(0), at.get(1).copied().unwrap_or(0)];
        report::Square {
            title,
            subtitle: format!("{} × {} units · {shape}", square.side, square.side),
            side: square.side,
            zones: square
                .zones
                .iter()
                .map(|(name, zone)| SquareZone {
                    low: corner(&zone.low),
                    high: corner(&zone.high),
                    label: name.to_string(),
                })
                .collect(),
            marked: neighbours.iter().filter_map(|&name| place(name)).collect(),
            route: view.route.iter().flatten().filter_map(|&name| place(name)).collect(),
            wraps: square.wraps,
            key: self.lookup.map(|Place(key)| key),
            notes: [Some(format!("neighbours of {from}: {}", names.join(", "))), self.route(view, from)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }
}
