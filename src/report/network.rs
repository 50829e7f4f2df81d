//! A network without geometry, its members on rings round the first ones, with what a lookup sends through it.

use std::f64::consts::{FRAC_PI_2, TAU};

use plotters::style::RGBColor;

use super::ReportError;
use super::canvas::{Anchor, Area, Canvas, Spot, Type, svg};
use super::layout::{HEIGHT, MARGIN, Page, WIDTH, wrap};
use super::radial::{Place, places};
use super::ring::arrow_head;
use super::style::{GREY, INK, PAPER, RouteColours};

/// Where the notes begin.
const NOTES: f64 = 880.0;
/// Radius of the largest member.
const LARGEST: f64 = 19.0;
/// The smallest disc that a name is written in.
const NAMED: f64 = 8.0;
/// With more arrows than this they are not numbered.
const NUMBERED: usize = 12;
const LINK: RGBColor = RGBColor(198, 206, 214);

/// A member of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkNode {
    /// What stands in it.
    pub label: String,
    /// Its shape.
    pub shape: NodeShape,
    /// What it is to the lookup.
    pub state: NodeState,
    /// Whether it has what is looked for.
    pub holds: bool,
}

/// The shape of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeShape {
    /// A disc.
    Peer,
    /// A hexagon.
    Supernode,
    /// A square.
    Server,
}

/// What a member is to the lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeState {
    /// Nothing.
    Idle,
    /// It asks.
    Origin,
    /// It is asked.
    Asked,
}

/// What an arrow stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArrowKind {
    /// A message that came to nothing.
    Lost,
    /// A request that its receiver had already.
    Duplicate,
    /// An answer.
    Answer,
    /// A request.
    Request,
}

/// A network.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// What the drawing shows.
    pub title: String,
    /// Under the title; may be empty.
    pub subtitle: String,
    /// The members.
    pub nodes: Vec<NetworkNode>,
    /// Places in `nodes` round which the others stand: one in the centre, several on the innermost ring. The others
    /// follow by how many links they are away.
    pub first: Vec<usize>,
    /// Who is linked with whom, as places in `nodes`.
    pub links: Vec<(usize, usize)>,
    /// Links along which the others follow as far as they lead, such as the way that a request took; may be empty.
    pub tree: Vec<(usize, usize)>,
    /// Links of this member, by its place in `nodes`, stand out.
    pub marked: Option<usize>,
    /// Who sends to whom, in order; numbered if they are few.
    pub arrows: Vec<(usize, usize, ArrowKind)>,
    /// Lines beside the network, such as the route in words.
    pub notes: Vec<String>,
}

impl Network {
    /// Draw the network as an SVG of 1280 × 720 units. Members grow smaller as they grow many, and lose their names when
    /// these cannot be read any more, so any number of them can be drawn.
    ///
    /// # Errors
    /// [`ReportError::Font`] or [`ReportError::Draw`]; both would be bugs.
    pub fn render_svg(&self) -> Result<String, ReportError> {
        super::font::register()?;
        let page = Page::new(&self.title, &self.subtitle, "", HEIGHT);
        let drawn = Drawn::new(self, page.head);
        svg((WIDTH as u32, HEIGHT as u32), &self.title, |canvas| {
            page.draw(canvas)?;
            drawn.rings(canvas)?;
            drawn.links(canvas)?;
            drawn.arrows(canvas)?;
            drawn.nodes(canvas)?;
            drawn.numbers(canvas)?;
            let y = drawn.legend(canvas, page.head + 40.0)?;
            drawn.notes(canvas, y + 22.0)
        })
    }
}

struct Drawn<'a> {
    network: &'a Network,
    places: Vec<Place>,
    spots: Vec<Spot>,
    /// Half the drawing's width and height, and how many rings that is.
    reach: Spot,
    rings: usize,
    centre: Spot,
    /// The radius of a peer.
    size: f64,
}

impl Drawn<'_> {
    fn new(network: &Network, head: f64) -> Drawn<'_> {
        let places = places(network.nodes.len(), &network.first, &network.tree, &network.links);
        let rings = places.iter().map(|place| place.ring).max().unwrap_or(0);
        let (top, bottom) = (head + 34.0, HEIGHT - 40.0);
        let (left, right) = (MARGIN + 14.0, NOTES - 50.0);
        let centre = ((left + right) / 2.0, (top + bottom) / 2.0);
        let reach = ((right - left) / 2.0, (bottom - top) / 2.0);
        let mut drawn = Drawn { network, places, spots: Vec::new(), reach, rings, centre, size: LARGEST };
        drawn.spots = drawn.places.iter().map(|&place| drawn.at(place)).collect();
        drawn.size = (0.4 * drawn.least_distance()).clamp(2.5, LARGEST);
        drawn
    }

    fn at(&self, place: Place) -> Spot {
        let share = place.ring as f64 / self.rings.max(1) as f64;
        let angle = TAU * place.turn - FRAC_PI_2;
        let (x, y) = (share * self.reach.0 * libm::cos(angle), share * self.reach.1 * libm::sin(angle));
        (self.centre.0 + x, self.centre.1 + y)
    }

    fn least_distance(&self) -> f64 {
        let mut least = f64::INFINITY;
        for (i, one) in self.spots.iter().enumerate() {
            for other in &self.spots[..i] {
                least = least.min(libm::hypot(one.0 - other.0, one.1 - other.1));
            }
        }
        least
    }

    fn rings(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        for ring in 1..=self.rings {
            let round: Vec<Spot> =
                (0..=120).map(|i| self.at(Place { ring, turn: f64::from(i) / 120.0 })).collect();
            canvas.line(&round, RGBColor(232, 232, 232), 1.2, &[3.0, 4.0])?;
        }
        Ok(())
    }

    fn links(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let marked = |&(one, other): &(usize, usize)| {
            self.network.marked.is_some_and(|member| one == member || other == member)
        };
        for strong in [false, true] {
            for &(one, other) in self.network.links.iter().filter(|link| marked(link) == strong) {
                let (Some(&from), Some(&to)) = (self.spots.get(one), self.spots.get(other)) else { continue };
                let (colour, width) = if strong { (RouteColours::NODE, 3.0) } else { (LINK, 1.8) };
                canvas.line(&[from, to], colour, width, &[])?;
            }
        }
        Ok(())
    }

    /// What is drawn: of arrows with the same ends and meaning only one; from below to above.
    fn shown(&self) -> Vec<(usize, usize, ArrowKind)> {
        let there =
            |&&(from, to, _): &&(usize, usize, ArrowKind)| from != to && from.max(to) < self.spots.len();
        let mut arrows: Vec<_> = self.network.arrows.iter().filter(there).copied().collect();
        arrows.sort_by_key(|&(from, to, kind)| (kind, from, to));
        arrows.dedup();
        arrows
    }

    fn arrows(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        for (from, to, kind) in self.shown() {
            let (colour, width, dash, head) = looks(kind);
            let arc = self.arc(from, to);
            canvas.line(&arc, colour, width, dash)?;
            arrow_head(canvas, &arc, colour, head)?;
        }
        Ok(())
    }

    /// From rim to rim, bent to the left of the way, so that there and back differ.
    fn arc(&self, from: usize, to: usize) -> Vec<Spot> {
        let (a, b) = (self.spots[from], self.spots[to]);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = libm::hypot(dx, dy).max(1.0);
        let bend = (0.09 * length).clamp(5.0, 26.0);
        let control =
            ((a.0 + b.0) / 2.0 + 2.0 * bend * dy / length, (a.1 + b.1) / 2.0 - 2.0 * bend * dx / length);
        let point = |t: f64| {
            let (u, v, w) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            (u * a.0 + v * control.0 + w * b.0, u * a.1 + v * control.1 + w * b.1)
        };
        let whole: Vec<Spot> = (0..=40).map(|i| point(f64::from(i) / 40.0)).collect();
        let outside = |member: usize| {
            let (end, size) = (self.spots[member], self.size_of(member) + 2.0);
            move |p: &Spot| libm::hypot(p.0 - end.0, p.1 - end.1) >= size
        };
        whole.into_iter().filter(outside(from)).filter(outside(to)).collect()
    }

    fn numbers(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        if self.network.arrows.len() > NUMBERED {
            return Ok(());
        }
        for (step, &(from, to, kind)) in self.network.arrows.iter().enumerate() {
            if from == to || from.max(to) >= self.spots.len() {
                continue;
            }
            let arc = self.arc(from, to);
            let Some(&middle) = arc.get(arc.len() / 2) else { continue };
            canvas.disc(middle, 13.0, PAPER)?;
            canvas.disc(middle, 11.5, looks(kind).0)?;
            let font = Type::bold(15.0, PAPER);
            canvas.text((middle.0, middle.1 + 5.3), &(step + 1).to_string(), font, Anchor::Middle)?;
        }
        Ok(())
    }

    fn size_of(&self, member: usize) -> f64 {
        match self.network.nodes[member].shape {
            NodeShape::Peer => self.size,
            NodeShape::Supernode => 1.2 * self.size,
            NodeShape::Server => (1.5 * self.size).max(18.0),
        }
    }

    fn nodes(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        for (member, node) in self.network.nodes.iter().enumerate() {
            let (spot, size) = (self.spots[member], self.size_of(member));
            body(canvas, spot, size, node)?;
            let widest = Type::bold(1.0, PAPER).width(&node.label).max(0.1);
            let font = Type::bold((1.1 * size).min(1.6 * size / widest), PAPER);
            if size >= NAMED {
                canvas.text((spot.0, spot.1 + 0.36 * font.size), &node.label, font, Anchor::Middle)?;
            }
        }
        Ok(())
    }

    /// What the signs mean, as far as they occur; gives where it ends.
    fn legend(&self, canvas: &mut Canvas<'_>, top: f64) -> Result<f64, ReportError> {
        let mut y = top;
        let font = Type::new(20.0, INK);
        let nodes = &self.network.nodes;
        let mut line = |canvas: &mut Canvas<'_>, text: &str| {
            canvas.text((NOTES + 58.0, y), text, font, Anchor::Start)?;
            y += 29.0;
            Ok::<f64, ReportError>(y - 29.0 - 7.0)
        };
        let idle = |shape: NodeShape, state: NodeState, holds: bool| NetworkNode {
            label: String::new(),
            shape,
            state,
            holds,
        };
        let has = |wanted: NodeShape| nodes.iter().any(|node| node.shape == wanted);
        let is = |wanted: NodeState| nodes.iter().any(|node| node.state == wanted);
        let signs = [
            (has(NodeShape::Server), idle(NodeShape::Server, NodeState::Idle, false), "server"),
            (has(NodeShape::Supernode), idle(NodeShape::Supernode, NodeState::Idle, false), "supernode"),
            (has(NodeShape::Peer), idle(NodeShape::Peer, NodeState::Idle, false), "peer"),
            (is(NodeState::Origin), idle(NodeShape::Peer, NodeState::Origin, false), "who asks"),
            (is(NodeState::Asked), idle(NodeShape::Peer, NodeState::Asked, false), "who is asked"),
            (
                nodes.iter().any(|node| node.holds),
                idle(NodeShape::Peer, NodeState::Idle, true),
                "has the object",
            ),
        ];
        for (_, node, text) in signs.iter().filter(|(occurs, _, _)| *occurs) {
            let middle = line(canvas, text)?;
            body(canvas, (NOTES + 22.0, middle), 9.0, node)?;
        }
        let arrows = [
            (ArrowKind::Request, "request"),
            (ArrowKind::Duplicate, "request that its receiver had"),
            (ArrowKind::Answer, "answer"),
            (ArrowKind::Lost, "lost"),
        ];
        for (kind, text) in arrows {
            if self.network.arrows.iter().any(|arrow| arrow.2 == kind) {
                let middle = line(canvas, text)?;
                let (colour, width, dash, head) = looks(kind);
                let way = [(NOTES, middle), (NOTES + 44.0, middle)];
                canvas.line(&way, colour, width, dash)?;
                arrow_head(canvas, &way, colour, head)?;
            }
        }
        Ok(y)
    }

    fn notes(&self, canvas: &mut Canvas<'_>, top: f64) -> Result<(), ReportError> {
        let mut y = top;
        let font = Type::new(20.0, GREY);
        for note in &self.network.notes {
            for line in wrap(note, font, WIDTH - MARGIN - NOTES, 5) {
                if y > HEIGHT - MARGIN {
                    return Ok(());
                }
                canvas.text((NOTES, y), &line, font, Anchor::Start)?;
                y += 27.0;
            }
            y += 9.0;
        }
        Ok(())
    }
}

/// Colour, width, dashes and the length of its head.
fn looks(kind: ArrowKind) -> (RGBColor, f64, &'static [f64], f64) {
    match kind {
        ArrowKind::Request => (RouteColours::ROUTE, 3.4, &[], 13.0),
        ArrowKind::Duplicate => (RouteColours::ROUTE, 1.7, &[5.0, 4.0], 9.0),
        ArrowKind::Answer => (RouteColours::KEY, 3.0, &[], 12.0),
        ArrowKind::Lost => (GREY, 1.7, &[2.0, 4.0], 9.0),
    }
}

/// A member without its name.
fn body(canvas: &mut Canvas<'_>, spot: Spot, size: f64, node: &NetworkNode) -> Result<(), ReportError> {
    let colour = match node.state {
        NodeState::Idle => RouteColours::NODE,
        NodeState::Origin => INK,
        NodeState::Asked => RouteColours::ROUTE,
    };
    let rims = if node.holds {
        [(5.5, PAPER), (4.5, RouteColours::KEY), (1.5, PAPER), (0.0, colour)].to_vec()
    } else {
        [(2.0, PAPER), (0.0, colour)].to_vec()
    };
    for (rim, colour) in rims {
        let size = size + rim;
        let hexagon = |i: u32| {
            let angle = TAU * f64::from(i) / 6.0;
            (spot.0 + 1.1 * size * libm::cos(angle), spot.1 + 1.1 * size * libm::sin(angle))
        };
        match node.shape {
            NodeShape::Peer => canvas.disc(spot, size, colour)?,
            NodeShape::Supernode => canvas.polygon(&[0, 1, 2, 3, 4, 5].map(hexagon), colour, 1.0)?,
            NodeShape::Server => {
                let half = 0.9 * size;
                let area = Area {
                    left: spot.0 - half,
                    top: spot.1 - half,
                    right: spot.0 + half,
                    bottom: spot.1 + half,
                };
                canvas.rectangle(area, colour, 1.0)?;
            }
        }
    }
    Ok(())
}
