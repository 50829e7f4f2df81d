//! Drawing in units of 1/1280 of the width, on plotters' SVG backend.
//!
//! The backend knows whole pixels only, so the canvas draws ten times larger and gives the SVG a `viewBox`:
//! positions are exact to a tenth of a unit. Text is placed by its baseline.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::style::{Look, PAPER, corners};
use super::{ReportError, font};

/// Backend pixels per unit.
const FINE: f64 = 10.0;
/// plotters writes a font of size s as `font-size` s / 1.24, and anchors its top 0.76 em above the baseline.
const PLOTTERS_EM: f64 = 1.24;
const PLOTTERS_TOP: f64 = 0.76;
/// ab_glyph takes a size as ascent plus descent, which are 1.21 em in Inter.
const INTER_HEIGHT: f64 = 1.21;

/// A place in units: rightwards, downwards.
pub(crate) type Spot = (f64, f64);

/// A rectangle in units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    pub(crate) fn overlaps(&self, other: &Area) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    pub(crate) fn inside(&self, outer: &Area) -> bool {
        self.left >= outer.left
            && self.right <= outer.right
            && self.top >= outer.top
            && self.bottom <= outer.bottom
    }

    pub(crate) fn contains(&self, (x, y): Spot) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }

    /// The part of a straight stretch that lies inside (Liang & Barsky 1984).
    pub(crate) fn clip(&self, from: Spot, to: Spot) -> Option<(Spot, Spot)> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut enter, mut leave) = (0.0f64, 1.0f64);
        let borders = [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ];
        for (towards, room) in borders {
            if towards == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if towards < 0.0 {
                enter = enter.max(room / towards);
            } else {
                leave = leave.min(room / towards);
            }
        }
        let at = |t: f64| (from.0 + t * dx, from.1 + t * dy);
        (enter <= leave).then(|| (at(enter), at(leave)))
    }
}

/// Which end of a text its place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Size, weight and colour of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Type {
    pub size: f64,
    pub bold: bool,
    pub colour: RGBColor,
}

impl Type {
    pub(crate) fn new(size: f64, colour: RGBColor) -> Type {
        Type { size, bold: false, colour }
    }

    pub(crate) fn bold(size: f64, colour: RGBColor) -> Type {
        Type { size, bold: true, colour }
    }

    /// Width of `text` in units, with a little slack for other fonts.
    pub(crate) fn width(&self, text: &str) -> f64 {
        let font = FontDesc::new(FontFamily::Name(font::FAMILY), INTER_HEIGHT * 1000.0, weight(self.bold));
        let ems = font
            .box_size(text)
            .map_or(0.6 * text.chars().count() as f64, |(width, _)| f64::from(width) / 1000.0);
        1.01 * ems * self.size
    }
}

fn weight(bold: bool) -> FontStyle {
    if bold { FontStyle::Bold } else { FontStyle::Normal }
}

/// Something to draw on.
pub(crate) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

/// Draw an SVG of `width` × `height` units on white, with `title` as its accessible name.
///
/// # Errors
/// [`ReportError::Draw`] or [`ReportError::Font`]; both would be bugs.
pub(crate) fn svg(
    (width, height): (u32, u32),
    title: &str,
    draw: impl FnOnce(&mut Canvas<'_>) -> Result<(), ReportError>,
) -> Result<String, ReportError> {
    font::register()?;
    let fine = FINE as u32;
    let mut text = String::new();
    let mut canvas = Canvas { backend: SVGBackend::with_string(&mut text, (width * fine, height * fine)) };
    let paper = Area { left: 0.0, top: 0.0, right: f64::from(width), bottom: f64::from(height) };
    canvas.rectangle(paper, PAPER, 1.0)?;
    draw(&mut canvas)?;
    canvas.backend.present().map_err(refused)?;
    drop(canvas);
    let body = text.split_once(">\n").map_or("", |(_, body)| body);
    let (fine_width, fine_height) = (width * fine, height * fine);
    Ok(format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {fine_width} {fine_height}\" role=\"img\" \
         stroke-linejoin=\"round\" xmlns=\"http://www.w3.org/2000/svg\">\n<title>{}</title>\n{}",
        escape(title),
        joined(body)
    ))
}

/// Join neighbouring lines of the same looks into one path: a dashed line is then one element, and the file
/// half as large.
fn joined(body: &str) -> String {
    const POINTS: &str = " points=\"";
    let mut text = String::with_capacity(body.len());
    let mut open: Option<&str> = None;
    for line in body.lines() {
        let parts = line
            .strip_prefix("<polyline fill=\"none\" opacity=\"1\" ")
            .and_then(|rest| rest.strip_suffix("\"/>")?.split_once(POINTS));
        if open.is_some() && open != parts.map(|(looks, _)| looks) {
            text.push_str("\"/>\n");
            open = None;
        }
        let Some((looks, points)) = parts else {
            text.push_str(line);
            text.push('\n');
            continue;
        };
        if open.is_none() {
            text.push_str("<path fill=\"none\" ");
            text.push_str(looks);
            text.push_str(" d=\"");
            open = Some(looks);
        }
        text.push('M');
        text.push_str(points.trim_end());
    }
    if open.is_some() {
        text.push_str("\"/>\n");
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn refused(error: impl std::fmt::Display) -> ReportError {
    ReportError::Draw(error.to_string())
}

fn fine((x, y): Spot) -> (i32, i32) {
    let pixel = |value: f64| (value * FINE).round().clamp(-1e6, 1e6) as i32;
    (pixel(x), pixel(y))
}

fn stroke(colour: RGBColor, opacity: f64, width: f64) -> ShapeStyle {
    ShapeStyle { color: colour.mix(opacity), filled: false, stroke_width: (width * FINE).round() as u32 }
}

impl Canvas<'_> {
    /// A line through the places, drawn in dashes unless `dash` is empty.
    pub(crate) fn line(
        &mut self,
        places: &[Spot],
        colour: RGBColor,
        width: f64,
        dash: &[f64],
    ) -> Result<(), ReportError> {
        let style = stroke(colour, 1.0, width);
        if dash.is_empty() {
            return self.path(places, style);
        }
        dashes(places, dash).iter().try_for_each(|stretch| self.path(stretch, style))
    }

    /// A thin line that lets what is below shine through.
    pub(crate) fn faint(&mut self, places: &[Spot], colour: RGBColor, width: f64) -> Result<(), ReportError> {
        self.path(places, stroke(colour, 0.5, width))
    }

    fn path(&mut self, places: &[Spot], style: ShapeStyle) -> Result<(), ReportError> {
        let mut pixels: Vec<(i32, i32)> = places.iter().copied().map(fine).collect();
        pixels.dedup();
        if pixels.len() < 2 {
            return Ok(());
        }
        self.backend.draw_path(pixels, &style).map_err(refused)
    }

    /// A filled polygon.
    pub(crate) fn polygon(
        &mut self,
        places: &[Spot],
        colour: RGBColor,
        opacity: f64,
    ) -> Result<(), ReportError> {
        let style = ShapeStyle { color: colour.mix(opacity), filled: true, stroke_width: 0 };
        self.backend.fill_polygon(places.iter().copied().map(fine), &style).map_err(refused)
    }

    /// A filled rectangle.
    pub(crate) fn rectangle(
        &mut self,
        area: Area,
        colour: RGBColor,
        opacity: f64,
    ) -> Result<(), ReportError> {
        let style = ShapeStyle { color: colour.mix(opacity), filled: true, stroke_width: 0 };
        let corners = (fine((area.left, area.top)), fine((area.right, area.bottom)));
        self.backend.draw_rect(corners.0, corners.1, &style, true).map_err(refused)
    }

    /// A filled circle.
    pub(crate) fn disc(&mut self, place: Spot, radius: f64, colour: RGBColor) -> Result<(), ReportError> {
        let style = ShapeStyle { color: colour.mix(1.0), filled: true, stroke_width: 0 };
        self.backend.draw_circle(fine(place), (radius * FINE).round() as u32, &style, true).map_err(refused)
    }

    /// A circle's outline.
    pub(crate) fn ring(
        &mut self,
        place: Spot,
        radius: f64,
        colour: RGBColor,
        width: f64,
    ) -> Result<(), ReportError> {
        let style = stroke(colour, 1.0, width);
        self.backend.draw_circle(fine(place), (radius * FINE).round() as u32, &style, false).map_err(refused)
    }

    /// A series' marker, with a thin white rim that keeps it apart from the lines it lies on.
    pub(crate) fn marker(&mut self, place: Spot, radius: f64, look: &Look) -> Result<(), ReportError> {
        let Some(corners) = corners(look.shape) else {
            self.disc(place, radius + 1.5, PAPER)?;
            self.disc(place, radius, look.colour)?;
            return if look.hollow { self.disc(place, 0.6 * radius, PAPER) } else { Ok(()) };
        };
        let scaled = |radius: f64| -> Vec<Spot> {
            corners.iter().map(|(x, y)| (place.0 + radius * x, place.1 + radius * y)).collect()
        };
        self.polygon(&scaled(radius + 1.8), PAPER, 1.0)?;
        self.polygon(&scaled(radius), look.colour, 1.0)?;
        if look.hollow { self.polygon(&scaled(0.55 * radius), PAPER, 1.0) } else { Ok(()) }
    }

    /// A text whose baseline starts, is centred or ends at the place.
    pub(crate) fn text(
        &mut self,
        place: Spot,
        text: &str,
        font: Type,
        anchor: Anchor,
    ) -> Result<(), ReportError> {
        if text.is_empty() {
            return Ok(());
        }
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let size = font.size * FINE * PLOTTERS_EM;
        let style = TextStyle::from(FontDesc::new(FontFamily::Name(font::FAMILY), size, weight(font.bold)))
            .color(&font.colour)
            .pos(Pos::new(horizontal, VPos::Top));
        let top = (place.0, place.1 - PLOTTERS_TOP * font.size);
        self.backend.draw_text(text, &style, fine(top)).map_err(refused)
    }
}

/// Cut a line into the drawn stretches of a dash pattern (drawn, skipped, drawn, skipped, …, in units).
fn dashes(places: &[Spot], dash: &[f64]) -> Vec<Vec<Spot>> {
    let mut stretches = Vec::new();
    let mut current: Vec<Spot> = places.first().copied().into_iter().collect();
    let (mut phase, mut left) = (0, dash[0]);
    for pair in places.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = libm::hypot(to.0 - from.0, to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            length -= left;
            if phase % 2 == 0 {
                current.push(from);
                stretches.push(std::mem::take(&mut current));
            } else {
                current = vec![from];
            }
            phase = (phase + 1) % dash.len();
            left = dash[phase];
        }
        left -= length;
        if phase % 2 == 0 {
            current.push(to);
        }
    }
    if phase % 2 == 0 && current.len() > 1 {
        stretches.push(current);
    }
    stretches
}
