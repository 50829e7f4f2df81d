//! A small overlay as a drawing: components side by side and coloured, the best connected nodes large, supernodes hexagons.

use std::f64::consts::TAU;

use plotters::style::RGBColor;

use super::ReportError;
use super::canvas::{Anchor, Area, Canvas, Spot, Type, svg};
use super::human::count;
use super::layout::{HEIGHT, MARGIN, Page, WIDTH, wrap};
use super::pack::packed;
use super::stress::relaxed;
use super::style::{GREY, INK, PAPER, look};

/// Where the key begins.
const KEY: f64 = 930.0;
/// Radius of the best connected node, and of one without links, where there is room.
const LARGEST: f64 = 17.0;
const SMALLEST: f64 = 3.0;
/// The longest that a link is drawn.
const LONGEST: f64 = 70.0;
/// The smallest disc that a name is written in.
const NAMED: f64 = 8.0;
/// Components with a colour of their own; the others are grey.
const COLOURED: usize = 5;
const LINK: RGBColor = RGBColor(178, 188, 198);

/// An overlay to draw.
#[derive(Debug, Clone, Default)]
pub struct OverlayDrawing {
    /// What the drawing shows.
    pub title: String,
    /// Under the title; may be empty.
    pub subtitle: String,
    /// What stands in each node, if it is large enough; may be empty.
    pub labels: Vec<String>,
    /// Who is linked with whom, as places in `labels`; self-loops and repetitions are not drawn.
    pub links: Vec<(usize, usize)>,
    /// Which nodes are supernodes; empty if nobody knows. Then those of outstanding degree are marked.
    pub supernodes: Vec<bool>,
    /// Lines under the key.
    pub notes: Vec<String>,
}

impl OverlayDrawing {
    /// The most nodes that are drawn: with more nobody sees anything.
    pub const MOST: usize = 600;

    /// Draw the overlay as an SVG of 1280 × 720 units.
    ///
    /// # Errors
    /// [`ReportError::TooMany`] above [`OverlayDrawing::MOST`] nodes; [`ReportError::Font`] or [`ReportError::Draw`], which would
    /// be bugs.
    pub fn render_svg(&self) -> Result<String, ReportError> {
        if self.labels.len() > OverlayDrawing::MOST {
            return Err(ReportError::TooMany { found: self.labels.len(), limit: OverlayDrawing::MOST });
        }
        super::font::register()?;
        let page = Page::new(&self.title, &self.subtitle, "", HEIGHT);
        let drawn = Drawn::new(self, page.head);
        svg((WIDTH as u32, HEIGHT as u32), &self.title, |canvas| {
            page.draw(canvas)?;
            drawn.links(canvas)?;
            drawn.nodes(canvas)?;
            drawn.key(canvas, page.head + 44.0)
        })
    }
}

struct Drawn<'a> {
    overlay: &'a OverlayDrawing,
    neighbours: Vec<Vec<usize>>,
    /// Nodes of each component, the largest first.
    components: Vec<Vec<usize>>,
    /// The component of each node.
    label: Vec<usize>,
    spots: Vec<Spot>,
    sizes: Vec<f64>,
    /// The degree from which on a node stands out, if nobody said who is a supernode.
    outstanding: Option<usize>,
}

impl Drawn<'_> {
    fn new(overlay: &OverlayDrawing, head: f64) -> Drawn<'_> {
        let neighbours = neighbours(overlay.labels.len(), &overlay.links);
        let components = components(&neighbours);
        let mut label = vec![0; neighbours.len()];
        for (number, nodes) in components.iter().enumerate() {
            nodes.iter().for_each(|&node| label[node] = number);
        }
        let area = Area { left: MARGIN, top: head + 14.0, right: KEY - 40.0, bottom: HEIGHT - 24.0 };
        let (spots, unit) = stand(&neighbours, &components, area);
        let most = neighbours.iter().map(Vec::len).max().unwrap_or(0).max(1) as f64;
        // What stands nearest decides how large discs may be.
        let room = (0.36 * usual_distance(&spots)).min(0.4 * unit).clamp(SMALLEST, LARGEST);
        let largest = (2.2 * room).clamp(11.0, LARGEST);
        let size = |row: &Vec<usize>| {
            let share = row.len() as f64 / most;
            (largest * share.sqrt()).max(SMALLEST.max(0.45 * room))
        };
        let sizes: Vec<f64> = neighbours.iter().map(size).collect();
        let outstanding = overlay.supernodes.is_empty().then(|| outstanding(&neighbours)).flatten();
        let spots = apart(spots, &sizes, area);
        Drawn { overlay, neighbours, components, label, spots, sizes, outstanding }
    }

    fn colour(&self, node: usize) -> RGBColor {
        let component = self.label[node];
        if component < COLOURED && self.components[component].len() > 1 {
            look([0, 1, 2, 3, 6][component], 0).colour
        } else {
            GREY
        }
    }

    fn supernode(&self, node: usize) -> bool {
        self.overlay.supernodes.get(node) == Some(&true)
    }

    fn stands_out(&self, node: usize) -> bool {
        self.outstanding.is_some_and(|least| self.neighbours[node].len() >= least)
    }

    fn links(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let width = if self.overlay.links.len() > 600 { 1.0 } else { 1.6 };
        for (node, row) in self.neighbours.iter().enumerate() {
            for &other in row.iter().filter(|&&other| other > node) {
                canvas.line(&[self.spots[node], self.spots[other]], LINK, width, &[])?;
            }
        }
        Ok(())
    }

    fn nodes(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        // Large ones last: what matters most lies on top.
        let mut order: Vec<usize> = (0..self.spots.len()).collect();
        order.sort_by_key(|&node| (self.supernode(node), self.neighbours[node].len(), node));
        for node in order {
            let (spot, size) = (self.spots[node], self.sizes[node]);
            body(canvas, spot, size, self.colour(node), self.supernode(node), self.stands_out(node))?;
            let text = &self.overlay.labels[node];
            let widest = Type::bold(1.0, PAPER).width(text).max(0.1);
            let font = Type::bold((1.1 * size).min(1.6 * size / widest), PAPER);
            if size >= NAMED && font.size >= 8.0 {
                canvas.text((spot.0, spot.1 + 0.36 * font.size), text, font, Anchor::Middle)?;
            }
        }
        Ok(())
    }

    /// What colours and shapes mean, as far as they occur.
    fn key(&self, canvas: &mut Canvas<'_>, top: f64) -> Result<(), ReportError> {
        let mut y = top;
        let mut line = |canvas: &mut Canvas<'_>, text: &str| {
            canvas.text((KEY + 34.0, y), text, Type::new(20.0, INK), Anchor::Start)?;
            y += 31.0;
            Ok::<Spot, ReportError>((KEY + 12.0, y - 31.0 - 7.0))
        };
        let coloured = self.components.iter().take(COLOURED).take_while(|nodes| nodes.len() > 1);
        for (number, nodes) in coloured.clone().enumerate() {
            let name = if number == 0 { "largest component" } else { "component" };
            let spot = line(canvas, &format!("{name}: {} nodes", count(nodes.len() as u64)))?;
            canvas.disc(spot, 9.0, self.colour(nodes[0]))?;
        }
        let others = &self.components[coloured.count()..];
        if !others.is_empty() {
            let nodes: usize = others.iter().map(Vec::len).sum();
            let alone = others.iter().all(|nodes| nodes.len() == 1);
            let (one, many) = if alone {
                ("node without links", "nodes without links")
            } else {
                ("small component", "small components")
            };
            let text = match (others.len(), alone) {
                (1, _) => format!("1 {one}"),
                (number, true) => format!("{} {many}", count(number as u64)),
                (number, false) => format!("{} {many}: {} nodes", count(number as u64), count(nodes as u64)),
            };
            let spot = line(canvas, &text)?;
            canvas.disc(spot, 9.0, GREY)?;
        }
        if self.overlay.supernodes.contains(&true) {
            let number = self.overlay.supernodes.iter().filter(|&&is| is).count();
            let spot = line(canvas, &format!("supernode ({})", count(number as u64)))?;
            body(canvas, spot, 10.0, INK, true, false)?;
        }
        if let Some(least) = self.outstanding {
            let spot = line(canvas, &format!("{least} links or more"))?;
            body(canvas, spot, 8.0, GREY, false, true)?;
        }
        let mut y = y + 10.0;
        let font = Type::new(20.0, GREY);
        for note in &self.overlay.notes {
            for line in wrap(note, font, WIDTH - MARGIN - KEY, 5) {
                canvas.text((KEY, y), &line, font, Anchor::Start)?;
                y += 27.0;
            }
            y += 9.0;
        }
        Ok(())
    }
}

/// A node without its name: a hexagon for a supernode, a dark rim for one that stands out.
fn body(
    canvas: &mut Canvas<'_>,
    spot: Spot,
    size: f64,
    colour: RGBColor,
    supernode: bool,
    stands_out: bool,
) -> Result<(), ReportError> {
    let rims = if stands_out || supernode {
        [(3.6, PAPER), (2.4, INK), (0.0, colour)].to_vec()
    } else {
        [(1.2, PAPER), (0.0, colour)].to_vec()
    };
    for (rim, colour) in rims {
        let size = size + rim;
        if supernode {
            let hexagon = |i: u32| {
                let angle = TAU * f64::from(i) / 6.0;
                (spot.0 + 1.1 * size * libm::cos(angle), spot.1 + 1.1 * size * libm::sin(angle))
            };
            canvas.polygon(&[0, 1, 2, 3, 4, 5].map(hexagon), colour, 1.0)?;
        } else {
            canvas.disc(spot, size, colour)?;
        }
    }
    Ok(())
}

/// By node, whom it is linked with, ascending and each once.
fn neighbours(count: usize, links: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); count];
    for &(one, other) in links.iter().filter(|(one, other)| one != other && *one.max(other) < count) {
        neighbours[one].push(other);
        neighbours[other].push(one);
    }
    for row in &mut neighbours {
        row.sort_unstable();
        row.dedup();
    }
    neighbours
}

/// The nodes of each component, ascending; larger components first.
fn components(neighbours: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; neighbours.len()];
    let mut components = Vec::new();
    for first in 0..neighbours.len() {
        if seen[first] {
            continue;
        }
        seen[first] = true;
        let (mut nodes, mut next) = (vec![first], 0);
        while next < nodes.len() {
            for &other in &neighbours[nodes[next]] {
                if !seen[other] {
                    seen[other] = true;
                    nodes.push(other);
                }
            }
            next += 1;
        }
        nodes.sort_unstable();
        components.push(nodes);
    }
    components.sort_by_key(|nodes| std::cmp::Reverse(nodes.len()));
    components
}

/// Where everybody stands inside the area, and how long a link is there.
fn stand(neighbours: &[Vec<usize>], components: &[Vec<usize>], area: Area) -> (Vec<Spot>, f64) {
    /// Room round a component, in links.
    const AROUND: f64 = 0.45;
    let mut place = vec![0; neighbours.len()];
    let mut own = Vec::new();
    for nodes in components {
        nodes.iter().enumerate().for_each(|(at, &node)| place[node] = at);
        let rows: Vec<Vec<usize>> =
            nodes.iter().map(|&node| neighbours[node].iter().map(|&other| place[other]).collect()).collect();
        let spots = relaxed(&rows);
        let least =
            spots.iter().fold((f64::MAX, f64::MAX), |least, spot| (least.0.min(spot.0), least.1.min(spot.1)));
        let moved: Vec<Spot> =
            spots.iter().map(|spot| (spot.0 - least.0 + AROUND, spot.1 - least.1 + AROUND)).collect();
        own.push(moved);
    }
    let size = |spots: &Vec<Spot>| {
        let most = spots.iter().fold((0.0f64, 0.0f64), |most, spot| (most.0.max(spot.0), most.1.max(spot.1)));
        (most.0 + AROUND, most.1 + AROUND)
    };
    let sizes: Vec<(f64, f64)> = own.iter().map(size).collect();
    let (scale, corners) = packed(&sizes, area, LONGEST);
    let mut spots = vec![(0.0, 0.0); neighbours.len()];
    for ((nodes, own), corner) in components.iter().zip(&own).zip(&corners) {
        for (&node, spot) in nodes.iter().zip(own) {
            spots[node] = (corner.0 + scale * spot.0, corner.1 + scale * spot.1);
        }
    }
    // In the middle of what the area leaves.
    let right = spots.iter().fold(area.left, |most, spot| most.max(spot.0)) + AROUND * scale;
    let bottom = spots.iter().fold(area.top, |most, spot| most.max(spot.1)) + AROUND * scale;
    let (dx, dy) = ((area.right - right).max(0.0) / 2.0, (area.bottom - bottom).max(0.0) / 2.0);
    spots.iter_mut().for_each(|spot| *spot = (spot.0 + dx, spot.1 + dy));
    (spots, scale)
}

/// The distance to the nearest other one, as it is for the tenth of the nodes that have least room.
fn usual_distance(spots: &[Spot]) -> f64 {
    let nearest = |(at, spot): (usize, &Spot)| {
        let others = spots.iter().enumerate().filter(|&(other, _)| other != at);
        others.map(|(_, other)| libm::hypot(spot.0 - other.0, spot.1 - other.1)).fold(f64::MAX, f64::min)
    };
    let mut distances: Vec<f64> = spots.iter().enumerate().map(nearest).collect();
    distances.sort_by(f64::total_cmp);
    distances.get(distances.len() / 10).copied().unwrap_or(f64::MAX)
}

/// Discs that overlap are pushed off one another, a little at a time, and not out of the area.
fn apart(mut spots: Vec<Spot>, sizes: &[f64], area: Area) -> Vec<Spot> {
    for _ in 0..80 {
        for one in 0..spots.len() {
            for other in 0..one {
                let (dx, dy) = (spots[one].0 - spots[other].0, spots[one].1 - spots[other].1);
                let wanted = sizes[one] + sizes[other] + 2.5;
                let distance = (dx * dx + dy * dy).sqrt();
                if distance >= wanted {
                    continue;
                }
                // Whoever stands on another moves sideways.
                let (dx, dy) = if distance > 1e-6 { (dx / distance, dy / distance) } else { (1.0, 0.0) };
                let push = 0.25 * (wanted - distance);
                spots[one] = (spots[one].0 + push * dx, spots[one].1 + push * dy);
                spots[other] = (spots[other].0 - push * dx, spots[other].1 - push * dy);
            }
        }
        for (spot, size) in spots.iter_mut().zip(sizes) {
            let edge = size + 4.0;
            spot.0 = spot.0.clamp(area.left + edge, area.right - edge);
            spot.1 = spot.1.clamp(area.top + edge, area.bottom - edge);
        }
    }
    spots
}

/// The degree two standard deviations above the mean, if somebody has that and at least five links.
fn outstanding(neighbours: &[Vec<usize>]) -> Option<usize> {
    let count = neighbours.len() as f64;
    let degrees = || neighbours.iter().map(|row| row.len() as f64);
    let mean = degrees().sum::<f64>() / count;
    let variance = degrees().map(|degree| (degree - mean) * (degree - mean)).sum::<f64>() / count;
    let least = (mean + 2.0 * variance.sqrt()).ceil().max(5.0) as usize;
    let most = neighbours.iter().map(Vec::len).max().unwrap_or(0);
    (variance > 0.0 && most >= least).then_some(least)
}
