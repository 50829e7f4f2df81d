//! A ring of identifiers with fingers and a route: the figure of every Chord lecture.

use std::f64::consts::{FRAC_PI_2, TAU};

use super::ReportError;
use super::canvas::{Anchor, Area, Canvas, Spot, Type, svg};
use super::layout::{HEIGHT, MARGIN, Page, WIDTH, wrap};
use super::style::{AXIS, GREY, INK, PAPER, RouteColours};

const RADIUS: f64 = 262.0;
const NODE: f64 = 11.0;

/// A peer on the ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingNode {
    /// Its identifier; reduced modulo the ring's size.
    pub id: u128,
    /// What stands beside it, such as `N8`.
    pub label: String,
}

/// A ring of 2^`bits` identifiers, clockwise from the top.
#[derive(Debug, Clone, Default)]
pub struct Ring {
    /// What the drawing shows.
    pub title: String,
    /// Under the title; may be empty.
    pub subtitle: String,
    /// Bits of an identifier, 1 to 128.
    pub bits: u32,
    /// The peers.
    pub nodes: Vec<RingNode>,
    /// Fingers: identifiers of their two ends and what they stand for, such as `+1, +2, +4`; drawn as thin
    /// chords and listed beside the ring.
    pub fingers: Vec<(u128, u128, String)>,
    /// The peers that a request visits, in order; drawn as arrows numbered from 1.
    pub route: Vec<u128>,
    /// The key that was looked up, marked on the ring.
    pub key: Option<u128>,
    /// Lines beside the ring, such as the route in words.
    pub notes: Vec<String>,
}

impl Ring {
    /// Draw the ring as an SVG of 1280 × 720 units. Labels are left out where peers stand too close (the ends
    /// of the route and of fingers come first), so any number of peers can be drawn.
    ///
    /// # Errors
    /// [`ReportError::Font`] or [`ReportError::Draw`]; both would be bugs.
    pub fn render_svg(&self) -> Result<String, ReportError> {
        super::font::register()?;
        let page = Page::new(&self.title, &self.subtitle, "", HEIGHT);
        let drawn = Drawn {
            ring: self,
            centre: (400.0, (page.head + HEIGHT) / 2.0),
            radius: RADIUS.min((HEIGHT - page.head) / 2.0 - 50.0),
        };
        svg((WIDTH as u32, HEIGHT as u32), &self.title, |canvas| {
            page.draw(canvas)?;
            drawn.circle(canvas)?;
            drawn.fingers(canvas)?;
            drawn.route(canvas)?;
            drawn.nodes(canvas)?;
            drawn.notes(canvas, page.head)
        })
    }

    /// Share of a turn, clockwise from the top.
    fn turn(&self, id: u128) -> f64 {
        let bits = self.bits.clamp(1, 128);
        let id = if bits == 128 { id } else { id % (1u128 << bits) };
        id as f64 / libm::exp2(f64::from(bits))
    }
}

struct Drawn<'a> {
    ring: &'a Ring,
    centre: Spot,
    radius: f64,
}

impl Drawn<'_> {
    fn at(&self, id: u128, radius: f64) -> Spot {
        let angle = TAU * self.ring.turn(id) - FRAC_PI_2;
        (self.centre.0 + radius * libm::cos(angle), self.centre.1 + radius * libm::sin(angle))
    }

    fn circle(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        canvas.ring(self.centre, self.radius, AXIS, 2.5)?;
        // A tick for every identifier while they can be told apart.
        if self.ring.bits <= 7 {
            for id in 0..1u128 << self.ring.bits {
                canvas.line(
                    &[self.at(id, self.radius - 4.0), self.at(id, self.radius + 4.0)],
                    AXIS,
                    1.2,
                    &[],
                )?;
            }
        }
        Ok(())
    }

    /// An arc from one peer to another, bent towards the centre, so that fingers and route between the same
    /// peers differ.
    fn arc(&self, from: u128, to: u128, bend: f64) -> Vec<Spot> {
        let (a, b) = (self.at(from, self.radius), self.at(to, self.radius));
        let middle = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
        let pull = |m: f64, c: f64| m + bend * (c - m);
        let control = (pull(middle.0, self.centre.0), pull(middle.1, self.centre.1));
        let point = |t: f64| {
            let (u, v, w) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            (u * a.0 + v * control.0 + w * b.0, u * a.1 + v * control.1 + w * b.1)
        };
        let whole: Vec<Spot> = (0..=60).map(|i| point(f64::from(i) / 60.0)).collect();
        // Arrows touch the discs, not their centres.
        let outside = |end: Spot| move |p: &Spot| libm::hypot(p.0 - end.0, p.1 - end.1) >= NODE + 3.0;
        whole.into_iter().filter(outside(a)).filter(outside(b)).collect()
    }

    fn fingers(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        // A finger that the route takes is drawn once, as the route.
        let taken =
            |from: &u128, to: &u128| self.ring.route.windows(2).any(|hop| hop[0] == *from && hop[1] == *to);
        for (from, to, _) in self.ring.fingers.iter().filter(|(from, to, _)| !taken(from, to)) {
            let arc = self.arc(*from, *to, 0.12);
            canvas.line(&arc, RouteColours::FINGER, 2.2, &[7.0, 5.0])?;
            arrow_head(canvas, &arc, RouteColours::FINGER, 10.0)?;
        }
        Ok(())
    }

    fn route(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let hops = || self.ring.route.windows(2).filter(|hop| hop[0] != hop[1]);
        let arcs: Vec<Vec<Spot>> = hops().map(|hop| self.arc(hop[0], hop[1], 0.4)).collect();
        for arc in &arcs {
            canvas.line(arc, RouteColours::ROUTE, 4.5, &[])?;
            arrow_head(canvas, arc, RouteColours::ROUTE, 17.0)?;
        }
        for (step, arc) in arcs.iter().enumerate().filter(|(_, arc)| arc.len() > 4) {
            let middle = arc[arc.len() / 2];
            canvas.disc(middle, 15.0, PAPER)?;
            canvas.disc(middle, 13.0, RouteColours::ROUTE)?;
            let font = Type::bold(17.0, PAPER);
            canvas.text((middle.0, middle.1 + 6.0), &(step + 1).to_string(), font, Anchor::Middle)?;
        }
        Ok(())
    }

    fn nodes(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let on_route = |id: u128| self.ring.route.contains(&id);
        let fingered = |id: u128| self.ring.fingers.iter().any(|&(from, to, _)| from == id || to == id);
        let many = self.ring.nodes.len() > 64;
        let mut order: Vec<&RingNode> = self.ring.nodes.iter().collect();
        order.sort_by_key(|node| (!on_route(node.id), !fingered(node.id), node.id));
        let mut last = None;
        for node in order.iter().rev() {
            let important = on_route(node.id);
            // Of many peers, those that would cover each other are drawn once.
            let spot = (2000.0 * self.ring.turn(node.id)) as u32;
            if many && !important && last.replace(spot) == Some(spot) {
                continue;
            }
            let colour = if important { RouteColours::ROUTE } else { RouteColours::NODE };
            let size = if many && !important { 4.0 } else { NODE };
            canvas.disc(self.at(node.id, self.radius), size + 2.0, PAPER)?;
            canvas.disc(self.at(node.id, self.radius), size, colour)?;
        }
        let mut labelled: Vec<Area> = Vec::new();
        for node in order.iter().filter(|node| on_route(node.id)) {
            self.name(canvas, node.id, &node.label, Type::bold(21.0, INK), &mut labelled)?;
        }
        self.key(canvas, &mut labelled)?;
        let others = order.iter().filter(|node| !on_route(node.id) && (!many || fingered(node.id)));
        for node in others {
            self.name(canvas, node.id, &node.label, Type::new(21.0, INK), &mut labelled)?;
        }
        Ok(())
    }

    /// Write a name outside the ring, unless it would touch another; says whether it was written.
    fn name(
        &self,
        canvas: &mut Canvas<'_>,
        id: u128,
        label: &str,
        font: Type,
        labelled: &mut Vec<Area>,
    ) -> Result<bool, ReportError> {
        let place = self.beside(id, label, font, 1.0);
        let half = font.width(label) / 2.0 + 3.0;
        let area =
            Area { left: place.0 - half, top: place.1 - 13.0, right: place.0 + half, bottom: place.1 + 13.0 };
        if labelled.iter().any(|other| other.overlaps(&area)) {
            return Ok(false);
        }
        labelled.push(area);
        canvas.text((place.0, place.1 + 7.5), label, font, Anchor::Middle)?;
        Ok(true)
    }

    /// The centre of a label outside (`side` 1) or inside (−1) the ring, a fixed gap away whatever its width.
    fn beside(&self, id: u128, label: &str, font: Type, side: f64) -> Spot {
        let angle = TAU * self.ring.turn(id) - FRAC_PI_2;
        let reach =
            libm::fabs(libm::cos(angle)) * font.width(label) / 2.0 + libm::fabs(libm::sin(angle)) * 9.0;
        self.at(id, self.radius + side * (22.0 + reach))
    }

    /// Mark the key; its name stands outside if there is room, else inside.
    fn key(&self, canvas: &mut Canvas<'_>, labelled: &mut Vec<Area>) -> Result<(), ReportError> {
        let Some(key) = self.ring.key else { return Ok(()) };
        let (x, y) = self.at(key, self.radius);
        let corners = [(x, y - 11.0), (x + 11.0, y), (x, y + 11.0), (x - 11.0, y)];
        canvas.polygon(&corners, RouteColours::KEY, 1.0)?;
        let label = if self.ring.bits <= 16 { format!("K{key}") } else { "key".to_owned() };
        let font = Type::bold(20.0, RouteColours::KEY);
        if self.name(canvas, key, &label, font, labelled)? {
            return Ok(());
        }
        let inside = self.beside(key, &label, font, -1.0);
        canvas.text((inside.0, inside.1 + 7.0), &label, font, Anchor::Middle)
    }

    fn notes(&self, canvas: &mut Canvas<'_>, head: f64) -> Result<(), ReportError> {
        let left = 790.0;
        let width = WIDTH - MARGIN - left;
        let mut y = head + 70.0;
        let font = Type::new(21.0, INK);
        for note in &self.ring.notes {
            for line in wrap(note, font, width, 4) {
                canvas.text((left, y), &line, font, Anchor::Start)?;
                y += 29.0;
            }
            y += 8.0;
        }
        if self.ring.fingers.is_empty() {
            return Ok(());
        }
        y += 12.0;
        canvas.line(&[(left, y - 7.0), (left + 44.0, y - 7.0)], RouteColours::FINGER, 2.2, &[7.0, 5.0])?;
        canvas.text((left + 56.0, y), "fingers", Type::bold(21.0, INK), Anchor::Start)?;
        let name = |id: u128| {
            let node = self.ring.nodes.iter().find(|node| node.id == id);
            node.map_or_else(|| id.to_string(), |node| node.label.clone())
        };
        for (from, to, what) in &self.ring.fingers {
            y += 29.0;
            if y > HEIGHT - MARGIN {
                return canvas.text((left + 56.0, y - 6.0), "…", font, Anchor::Start);
            }
            let line = format!("{what}: {} → {}", name(*from), name(*to));
            canvas.text((left + 56.0, y), &line, Type::new(21.0, GREY), Anchor::Start)?;
        }
        Ok(())
    }
}

pub(super) fn arrow_head(
    canvas: &mut Canvas<'_>,
    line: &[Spot],
    colour: plotters::style::RGBColor,
    length: f64,
) -> Result<(), ReportError> {
    let [.., before, tip] = line else { return Ok(()) };
    let angle = libm::atan2(tip.1 - before.1, tip.0 - before.0);
    let corner =
        |turn: f64| (tip.0 - length * libm::cos(angle + turn), tip.1 - length * libm::sin(angle + turn));
    canvas.polygon(&[*tip, corner(0.42), corner(-0.42)], colour, 1.0)
}
