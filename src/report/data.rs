//! The data of a figure, drawn inside the plot.

use super::ReportError;
use super::axis::Map;
use super::canvas::{Anchor, Area, Canvas, Spot, Type};
use super::figure::{Figure, Point, Reference, Scale, Series, Style};
use super::human::{grouped, short};
use super::layout::{LABEL, MARGIN, wrap};
use super::place::Obstacles;
use super::render::places;
use super::style::{GREY, INK, Look, PAPER};

const LINE: f64 = 3.4;
const MARKER: f64 = 6.5;
/// Half the width of an error bar's caps.
const CAP: f64 = 6.0;
/// Markers on one line stand at least this far apart.
const SPACING: f64 = 70.0;
const NOTE: f64 = 18.0;
/// Steps of a staircase narrower than this are drawn as straight lines.
const SMALL_STEP: f64 = 10.0;

/// A figure's data laid out in the plot.
pub(crate) struct Plot<'a> {
    figure: &'a Figure,
    looks: &'a [Look],
    area: Area,
    x: Map,
    y: Map,
    obstacles: Obstacles,
}

impl<'a> Plot<'a> {
    /// The plot in `area` with axes laid out over it.
    pub(crate) fn new(figure: &'a Figure, looks: &'a [Look], area: Area, x: Map, y: Map) -> Plot<'a> {
        Plot { figure, looks, area, x, y, obstacles: Obstacles::default() }
    }

    fn spot(&self, x: f64, y: f64) -> Option<Spot> {
        Some((self.x.place(x)?, self.y.place(y)?))
    }

    /// The line through a series as drawn, before clipping.
    fn course(&self, series: &Series) -> Vec<Spot> {
        let spots = series.points.iter().filter_map(|point| self.spot(point.x, point.y));
        let corner: fn(Spot, Spot) -> Spot = match series.style {
            Style::Line | Style::Band | Style::Points | Style::Bars => return spots.collect(),
            Style::Steps => |before, next| (next.0, before.1),
            Style::Tail => |before, next| (before.0, next.1),
        };
        let mut course: Vec<Spot> = Vec::new();
        for spot in spots {
            // Steps too small to see are drawn straight, which keeps dashes clean.
            if let Some(&before) = course.last().filter(|before| spot.0 - before.0 > SMALL_STEP) {
                course.push(corner(before, spot));
            }
            course.push(spot);
        }
        course
    }

    /// The references' names and courses, in the order of the key; verticals have none.
    fn reference_course(&self, reference: &Reference) -> Vec<Spot> {
        match reference {
            Reference::Horizontal { y, .. } => {
                let level = self.y.place(*y);
                level.map_or_else(Vec::new, |level| vec![(self.area.left, level), (self.area.right, level)])
            }
            Reference::Vertical { x, .. } => {
                let place = self.x.place(*x);
                place.map_or_else(Vec::new, |place| vec![(place, self.area.bottom), (place, self.area.top)])
            }
            Reference::Curve { points, .. } => points.iter().filter_map(|&(x, y)| self.spot(x, y)).collect(),
        }
    }

    /// Draw the references, each in grey dashes.
    pub(crate) fn references(&mut self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        for reference in &self.figure.references {
            for run in clipped(&self.reference_course(reference), self.area) {
                canvas.line(&run, GREY, 2.0, &[8.0, 6.0])?;
            }
            if let Reference::Vertical { x, label } = reference
                && let Some(place) = self.x.place(*x).filter(|_| self.x.shows(*x))
            {
                self.vertical_name(canvas, place, label)?;
            }
        }
        Ok(())
    }

    fn vertical_name(&mut self, canvas: &mut Canvas<'_>, place: f64, label: &str) -> Result<(), ReportError> {
        let font = Type::new(NOTE, GREY);
        let width = font.width(label);
        // Above the plot, unless the vertical axis's label stands there.
        let taken = MARGIN + Type::bold(LABEL, INK).width(&self.figure.y.label) + 16.0;
        if place - width / 2.0 > taken {
            return canvas.text((place, self.area.top - 7.0), label, font, Anchor::Middle);
        }
        let (left, top, right, bottom) =
            (place + 8.0, self.area.top, place + 8.0 + width, self.area.top + 1.3 * NOTE);
        self.obstacles.add_area(Area { left, top, right, bottom });
        canvas.text((left, top + NOTE), label, font, Anchor::Start)
    }

    /// Draw all series: bands and bars below, then lines, then error bars and markers.
    pub(crate) fn series(&mut self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let figure = self.figure;
        if figure.series.iter().all(|series| series.points.is_empty()) && figure.references.is_empty() {
            let middle = ((self.area.left + self.area.right) / 2.0, (self.area.top + self.area.bottom) / 2.0);
            canvas.text(middle, "no data", Type::new(28.0, GREY), Anchor::Middle)?;
        }
        let looks = self.looks;
        let all = || figure.series.iter().zip(looks).enumerate();
        for (_, (series, look)) in all().filter(|(_, (series, _))| series.style == Style::Band) {
            self.band(canvas, series, look)?;
        }
        self.bars(canvas)?;
        // The first series is the last drawn, on top.
        for (_, (series, look)) in all().rev() {
            if matches!(series.style, Style::Line | Style::Band | Style::Steps | Style::Tail) {
                for run in clipped(&self.course(series), self.area) {
                    canvas.line(&run, look.colour, LINE, look.dash)?;
                }
            }
        }
        for (index, (series, look)) in all().rev() {
            if series.style != Style::Bars {
                self.points(canvas, series, look, index)?;
            }
        }
        for series in figure.series.iter().filter(|series| series.style != Style::Bars) {
            let course = self.course(series);
            self.obstacles.add_curve(&course);
        }
        Ok(())
    }

    fn band(&self, canvas: &mut Canvas<'_>, series: &Series, look: &Look) -> Result<(), ReportError> {
        let edge = |pick: fn((f64, f64)) -> f64| -> Vec<Spot> {
            let level = |point: &Point| point.interval.map_or(point.y, pick);
            let place = |point: &Point| Some((self.x.place(point.x)?, self.level(level(point))));
            series.points.iter().filter_map(place).collect()
        };
        let mut outline = edge(|(low, _)| low);
        outline.extend(edge(|(_, high)| high).into_iter().rev());
        let clamp = |(x, y): Spot| (x.clamp(self.area.left, self.area.right), y);
        let outline: Vec<Spot> = outline.into_iter().map(clamp).collect();
        if outline.len() > 2 { canvas.polygon(&outline, look.colour, 0.18) } else { Ok(()) }
    }

    /// The height of a value, cut off at the plot's border; what cannot stand on the axis lies at its foot.
    fn level(&self, value: f64) -> f64 {
        self.y.place(value).unwrap_or(self.area.bottom).clamp(self.area.top, self.area.bottom)
    }

    fn points(
        &self,
        canvas: &mut Canvas<'_>,
        series: &Series,
        look: &Look,
        index: usize,
    ) -> Result<(), ReportError> {
        let cloud = series.style == Style::Points;
        let mut last = f64::NEG_INFINITY;
        // Markers of neighbouring series are staggered where points lie dense.
        let dense = self.dense(series);
        let mut spacing = if dense { SPACING * (0.3 + 0.17 * (index % 5) as f64) } else { 0.0 };
        let mut previous: Option<Spot> = None;
        let mut walked = 0.0;
        for point in &series.points {
            let Some(spot) = self.spot(point.x, point.y) else { continue };
            walked += previous.map_or(0.0, |(x, y)| libm::hypot(spot.0 - x, spot.1 - y));
            previous = Some(spot);
            if !self.x.shows(point.x) {
                continue;
            }
            if matches!(series.style, Style::Line | Style::Points) {
                self.whisker(canvas, spot.0, point, look)?;
            }
            if self.y.shows(point.y) && (cloud || !dense || walked - last.max(0.0) >= spacing) {
                canvas.marker(spot, if cloud && dense { 4.0 } else { MARKER }, look)?;
                (last, spacing) = (walked, SPACING);
            }
        }
        Ok(())
    }

    /// Whether markers on every point would run into each other.
    fn dense(&self, series: &Series) -> bool {
        let spots: Vec<Spot> = series.points.iter().filter_map(|point| self.spot(point.x, point.y)).collect();
        let stretch = |pair: &[Spot]| libm::hypot(pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let close = spots.windows(2).filter(|pair| stretch(pair) < 4.0 * MARKER).count();
        spots.len() > 4 && 2 * close > spots.len()
    }

    fn whisker(
        &self,
        canvas: &mut Canvas<'_>,
        x: f64,
        point: &Point,
        look: &Look,
    ) -> Result<(), ReportError> {
        let Some((low, high)) = point.interval else { return Ok(()) };
        let (foot, top) = (self.level(low), self.level(high));
        if foot - top < 2.0 {
            return Ok(());
        }
        canvas.line(&[(x, foot), (x, top)], look.colour, 2.0, &[])?;
        for end in [(low, foot), (high, top)] {
            // An end cut off by the border, or below what a log axis can show, has no cap.
            if self.y.shows(end.0) {
                canvas.line(&[(x - CAP, end.1), (x + CAP, end.1)], look.colour, 2.0, &[])?;
            }
        }
        Ok(())
    }

    fn bars(&mut self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let figure = self.figure;
        let bars: Vec<(&Series, &Look)> =
            figure.series.iter().zip(self.looks).filter(|(series, _)| series.style == Style::Bars).collect();
        let spots: Vec<f64> = places(figure).iter().filter_map(|&place| self.x.place(place)).collect();
        let room = self.area.right - self.area.left;
        let gap = spots.windows(2).map(|pair| pair[1] - pair[0]).fold(room / 3.0, f64::min);
        let width = (0.8 * gap / bars.len().max(1) as f64).clamp(0.5, 150.0);
        let count: usize = bars.iter().map(|(series, _)| series.points.len()).sum();
        let number = numbers(&bars, self.y.scale);
        let foot = if self.y.scale == Scale::Linear { self.level(0.0) } else { self.area.bottom };
        for (index, (series, look)) in bars.iter().enumerate() {
            let shift = (index as f64 - 0.5 * (bars.len() as f64 - 1.0)) * width;
            for point in &series.points {
                let Some((x, y)) = self.spot(point.x, point.y).filter(|_| self.x.shows(point.x)) else {
                    continue;
                };
                let (x, y) = (x + shift, y.clamp(self.area.top, self.area.bottom));
                let half = (0.47 * width).min(0.5 * width - 0.3).max(0.25);
                let area = Area { left: x - half, top: y.min(foot), right: x + half, bottom: y.max(foot) };
                canvas.rectangle(area, look.colour, 1.0)?;
                let dark = Look { colour: INK, ..**look };
                self.whisker(canvas, x, point, &dark)?;
                self.obstacles.add_area(area);
                let text = number(point.y);
                let font = Type::new(NOTE, INK);
                if count <= 24 && font.width(&text) < width + 8.0 {
                    let top = point.interval.map_or(y, |(_, high)| self.level(high)).min(y);
                    canvas.text((x, top - 7.0), &text, font, Anchor::Middle)?;
                }
            }
        }
        Ok(())
    }

    /// Draw the marked points with their labels where they hide least.
    pub(crate) fn marks(&mut self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let font = Type::new(NOTE, INK);
        let shown: Vec<_> = self
            .figure
            .marks
            .iter()
            .filter(|mark| self.x.shows(mark.x) && self.y.shows(mark.y))
            .filter_map(|mark| Some((mark, self.spot(mark.x, mark.y)?)))
            .collect();
        for (_, (x, y)) in &shown {
            let ring = 11.0;
            self.obstacles.add_area(Area {
                left: x - ring,
                top: y - ring,
                right: x + ring,
                bottom: y + ring,
            });
        }
        for (mark, spot) in shown {
            let lines = wrap(&mark.label, font, 250.0, 3);
            let width = lines.iter().map(|line| font.width(line)).fold(0.0, f64::max) + 12.0;
            let height = 1.2 * NOTE * lines.len() as f64 + 6.0;
            canvas.ring(spot, 10.0, INK, 2.4)?;
            if lines.is_empty() {
                continue;
            }
            let area = self.obstacles.place(spot, (width, height), self.area);
            let middle = ((area.left + area.right) / 2.0, (area.top + area.bottom) / 2.0);
            let nearest =
                (spot.0.clamp(area.left + 6.0, area.right - 6.0), spot.1.clamp(area.top, area.bottom));
            let (dx, dy) = (nearest.0 - spot.0, nearest.1 - spot.1);
            let distance = libm::hypot(dx, dy);
            if distance > 11.0 {
                let rim = (spot.0 + 10.0 * dx / distance, spot.1 + 10.0 * dy / distance);
                canvas.line(&[rim, nearest], INK, 1.5, &[])?;
            }
            canvas.rectangle(area, PAPER, 0.85)?;
            let mut baseline = area.top + 3.0 + 0.93 * NOTE;
            for line in lines {
                canvas.text((middle.0, baseline), &line, font, Anchor::Middle)?;
                baseline += 1.2 * NOTE;
            }
        }
        Ok(())
    }

    /// Where each named line of the key ends, and its mean height, in the key's order.
    pub(crate) fn ends(&self) -> Vec<(Option<Spot>, f64)> {
        let series = self.figure.series.iter().filter(|series| !series.label.is_empty()).map(|series| {
            let lines = matches!(series.style, Style::Line | Style::Band | Style::Steps | Style::Tail);
            if lines { self.course(series) } else { Vec::new() }
        });
        let references = self.figure.references.iter().filter_map(|reference| match reference {
            Reference::Horizontal { label, .. } | Reference::Curve { label, .. } if !label.is_empty() => {
                Some(self.reference_course(reference))
            }
            Reference::Horizontal { .. } | Reference::Curve { .. } | Reference::Vertical { .. } => None,
        });
        series.chain(references).map(|course| self.end(&course)).collect()
    }

    fn end(&self, course: &[Spot]) -> (Option<Spot>, f64) {
        let runs = clipped(course, self.area);
        // Over the width, not over the points: flat stretches have few.
        let (mut width, mut sum) = (1e-9, 0.0);
        for pair in runs.iter().flat_map(|run| run.windows(2)) {
            let across = (pair[1].0 - pair[0].0).abs();
            width += across;
            sum += across * 0.5 * (pair[0].1 + pair[1].1);
        }
        let mean = sum / width;
        let single = course.first().copied().filter(|&spot| self.area.contains(spot));
        (runs.last().and_then(|run| run.last()).copied().or(single), mean)
    }
}

/// How the numbers over bars are written: on a linear axis all with the decimals that the tallest bar needs
/// for three digits, so that they compare; else each by itself.
fn numbers(bars: &[(&Series, &Look)], scale: Scale) -> impl Fn(f64) -> String + use<> {
    let values =
        || bars.iter().flat_map(|(series, _)| &series.points).map(|point| point.y).filter(|y| y.is_finite());
    let most = values().fold(0.0f64, |most, y| most.max(y.abs()));
    let whole = values().all(|y| y == y.trunc());
    let alike = scale == Scale::Linear && (1e-3..1e4).contains(&most);
    let decimals =
        if whole { 0 } else { (2.0 - libm::floor(libm::log10(most.max(1e-3)))).clamp(0.0, 5.0) as usize };
    move |value| if alike { grouped(&format!("{value:.decimals$}")) } else { short(value) }
}

/// The parts of a line inside the plot, each unbroken.
fn clipped(course: &[Spot], area: Area) -> Vec<Vec<Spot>> {
    let mut runs: Vec<Vec<Spot>> = Vec::new();
    for pair in course.windows(2) {
        let Some((from, to)) = area.clip(pair[0], pair[1]) else { continue };
        match runs.last_mut().filter(|run| run.last() == Some(&from)) {
            Some(run) => run.push(to),
            None => runs.push(vec![from, to]),
        }
    }
    runs
}
