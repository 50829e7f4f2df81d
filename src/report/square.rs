//! A square divided into zones, with a route through it: the figure of every CAN lecture.

use super::ReportError;
use super::canvas::{Anchor, Area, Canvas, Spot, Type, svg};
use super::layout::{HEIGHT, MARGIN, Page, WIDTH, wrap};
use super::ring::arrow_head;
use super::style::{AXIS, GREY, INK, PAPER, RouteColours};

/// A zone of the square.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SquareZone {
    /// Its corner with the least coordinates, in units.
    pub low: [u64; 2],
    /// Its corner with the greatest ones.
    pub high: [u64; 2],
    /// What stands in it, such as its owner's name.
    pub label: String,
}

/// A square of zones, the origin at the lower left.
#[derive(Debug, Clone, Default)]
pub struct Square {
    /// What the drawing shows.
    pub title: String,
    /// Under the title; may be empty.
    pub subtitle: String,
    /// How many units a side has; at least 1.
    pub side: u64,
    /// The zones, which do not overlap.
    pub zones: Vec<SquareZone>,
    /// Places in `zones` that stand out a little, such as the neighbours of where the route begins.
    pub marked: Vec<usize>,
    /// Places in `zones` that a request visits, in order; drawn as arrows numbered from 1.
    pub route: Vec<usize>,
    /// Whether the square wraps around, so that a hop may leave at one edge and come back at the opposite one.
    pub wraps: bool,
    /// The point that was looked up.
    pub key: Option<[u64; 2]>,
    /// Lines beside the square, such as the route in words.
    pub notes: Vec<String>,
}

impl Square {
    /// Draw the square as an SVG of 1280 × 720 units. Labels that would not fit their zones are left out, so any number
    /// of zones can be drawn.
    ///
    /// # Errors
    /// [`ReportError::Font`] or [`ReportError::Draw`]; both would be bugs.
    pub fn render_svg(&self) -> Result<String, ReportError> {
        super::font::register()?;
        let page = Page::new(&self.title, &self.subtitle, "", HEIGHT);
        let (top, bottom) = (page.head + 24.0, HEIGHT - 56.0);
        let size = bottom - top;
        let left = 110.0;
        let drawn = Drawn { square: self, area: Area { left, top, right: left + size, bottom } };
        svg((WIDTH as u32, HEIGHT as u32), &self.title, |canvas| {
            page.draw(canvas)?;
            drawn.zones(canvas)?;
            drawn.axes(canvas)?;
            drawn.key(canvas)?;
            drawn.route(canvas)?;
            drawn.notes(canvas)
        })
    }
}

struct Drawn<'a> {
    square: &'a Square,
    area: Area,
}

impl Drawn<'_> {
    fn unit(&self) -> f64 {
        (self.area.right - self.area.left) / self.square.side.max(1) as f64
    }

    fn at(&self, x: f64, y: f64) -> Spot {
        (self.area.left + x * self.unit(), self.area.bottom - y * self.unit())
    }

    fn box_of(&self, zone: &SquareZone) -> Area {
        let (left, bottom) = self.at(zone.low[0] as f64, zone.low[1] as f64);
        let (right, top) = self.at(zone.high[0] as f64, zone.high[1] as f64);
        Area { left, top, right, bottom }
    }

    fn centre(&self, zone: &SquareZone) -> Spot {
        let area = self.box_of(zone);
        ((area.left + area.right) / 2.0, (area.top + area.bottom) / 2.0)
    }

    fn zones(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        for (i, zone) in self.square.zones.iter().enumerate() {
            let area = self.box_of(zone);
            if self.square.route.contains(&i) {
                canvas.rectangle(area, RouteColours::ROUTE, 0.22)?;
            } else if self.square.marked.contains(&i) {
                canvas.rectangle(area, RouteColours::NODE, 0.14)?;
            }
        }
        for (i, zone) in self.square.zones.iter().enumerate() {
            let Area { left, top, right, bottom } = self.box_of(zone);
            let outline = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
            canvas.line(&outline, AXIS, 1.6, &[])?;
            let font = match self.square.route.contains(&i) {
                true => Type::bold(24.0, RouteColours::ROUTE),
                false => Type::bold(24.0, RouteColours::NODE),
            };
            // In the lower left corner, out of the way of most arrows between centres.
            if font.width(&zone.label) + 12.0 < right - left && bottom - top > 34.0 {
                canvas.text((left + 8.0, bottom - 10.0), &zone.label, font, Anchor::Start)?;
            }
        }
        Ok(())
    }

    /// Numbers along the lower and the left edge, while they can be told apart.
    fn axes(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let font = Type::new(19.0, GREY);
        let side = self.square.side.max(1);
        let step = side.div_ceil(8).next_power_of_two();
        for i in (0..=side).step_by(step as usize) {
            let (x, below) = self.at(i as f64, 0.0);
            canvas.text((x, below + 26.0), &i.to_string(), font, Anchor::Middle)?;
            let (beside, y) = self.at(0.0, i as f64);
            canvas.text((beside - 12.0, y + 7.0), &i.to_string(), font, Anchor::End)?;
        }
        Ok(())
    }

    fn key(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let Some([x, y]) = self.square.key else { return Ok(()) };
        let (px, py) = self.at(x as f64, y as f64);
        let corners = [(px, py - 11.0), (px + 11.0, py), (px, py + 11.0), (px - 11.0, py)];
        canvas.polygon(&corners, RouteColours::KEY, 1.0)?;
        let font = Type::bold(20.0, RouteColours::KEY);
        canvas.text((px, py + 30.0), &format!("key ({x}, {y})"), font, Anchor::Middle)
    }

    fn route(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let zones: Vec<&SquareZone> =
            self.square.route.iter().filter_map(|&i| self.square.zones.get(i)).collect();
        let size = self.area.right - self.area.left;
        let mut numbers = Vec::new();
        for (step, hop) in zones.windows(2).enumerate() {
            let (a, b) = (self.centre(hop[0]), self.centre(hop[1]));
            // The shorter way, which may lead across an edge.
            let across = |from: f64, to: f64| match to - from {
                way if self.square.wraps && way > size / 2.0 => -size,
                way if self.square.wraps && way < -size / 2.0 => size,
                _ => 0.0,
            };
            let (dx, dy) = (across(a.0, b.0), across(a.1, b.1));
            let mut parts = vec![(a, (b.0 + dx, b.1 + dy))];
            if dx != 0.0 || dy != 0.0 {
                parts.push(((a.0 - dx, a.1 - dy), b));
            }
            for (i, &(from, to)) in parts.iter().enumerate() {
                let Some((from, to)) = self.area.clip(from, to) else { continue };
                canvas.line(&[from, to], RouteColours::ROUTE, 4.5, &[])?;
                if i + 1 == parts.len() {
                    arrow_head(canvas, &[from, to], RouteColours::ROUTE, 17.0)?;
                }
                if i == 0 {
                    numbers.push((step + 1, ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0)));
                }
            }
        }
        if let Some(zone) = zones.first() {
            canvas.disc(self.centre(zone), 8.0, RouteColours::ROUTE)?;
        }
        for (step, middle) in numbers {
            canvas.disc(middle, 15.0, PAPER)?;
            canvas.disc(middle, 13.0, RouteColours::ROUTE)?;
            let font = Type::bold(17.0, PAPER);
            canvas.text((middle.0, middle.1 + 6.0), &step.to_string(), font, Anchor::Middle)?;
        }
        Ok(())
    }

    fn notes(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let left = self.area.right + 60.0;
        let mut y = self.area.top + 30.0;
        let font = Type::new(21.0, INK);
        for note in &self.square.notes {
            for line in wrap(note, font, WIDTH - MARGIN - left, 4) {
                if y > HEIGHT - MARGIN {
                    return Ok(());
                }
                canvas.text((left, y), &line, font, Anchor::Start)?;
                y += 29.0;
            }
            y += 8.0;
        }
        Ok(())
    }
}
