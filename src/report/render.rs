//! From a figure to an SVG: page, axes, then the data.

use super::axis::{Map, Role, fit, transform};
use super::canvas::{Anchor, Area, Canvas, Type, svg};
use super::data::Plot;
use super::figure::{Axis, Figure, Point, Reference, Scale, Style};
use super::key::{Entry, Key, Sample};
use super::layout::{HEIGHT, LABEL, MARGIN, Page, TICK, TICK_WIDEST, WIDTH, wrap};
use super::style::{AXIS, GREY, GRID, INK, Look, look};
use super::ticks::{Tick, ticks};
use super::{ReportError, font};

/// Draw a figure as an SVG of 1280 × 720 units. The same figure gives the same bytes.
///
/// Whatever the data, something sensible comes out:
/// - An empty series keeps its name and looks, with "(no data)"; a figure without data has axes all the same.
/// - A single point is a marker; equal values get an axis around them.
/// - Values that are not finite, or not positive on a log axis, are left out, and the caption says how many.
///   An error bar that reaches zero or below on a log axis runs down to the axis.
/// - What lies outside a given range is cut off at the plot's border.
/// - With many series the names get smaller; after 12 series colours repeat with other markers
///   and dashes.
/// - Long texts wrap, then end in an ellipsis.
///
/// # Errors
/// [`ReportError::Font`] or [`ReportError::Draw`]; both would be bugs.
pub fn render_svg(figure: &Figure) -> Result<String, ReportError> {
    font::register()?;
    let series = figure.series.iter().enumerate();
    let looks: Vec<Look> =
        series.map(|(index, series)| look(series.slot.unwrap_or(index), series.variant)).collect();
    let (x, y) = ranges(figure);
    let caption = with_omissions(figure);
    let page = Page::new(&figure.title, &figure.subtitle, &caption, HEIGHT);
    let mut key = Key::new(entries(figure, &looks), 430.0);
    let x_label = !figure.x.label.is_empty();
    // Room for ticks depends on the plot's area, which depends on the ticks' width: the guess need not be
    // exact.
    let rough = page.plot(60.0, key.width(), x_label);
    let y_ticks = ticks(&figure.y, &y, ((rough.bottom - rough.top) / (2.6 * TICK)) as usize);
    let tick_type = Type::new(TICK, INK);
    let widest = |ticks: &[Tick]| {
        ticks
            .iter()
            .filter_map(|tick| tick.label.as_ref())
            .map(|label| tick_type.width(label))
            .fold(0.0, f64::max)
    };
    let area = page.plot(widest(&y_ticks), key.width(), x_label);
    let x = x.between(area.left, area.right);
    let y = y.between(area.bottom, area.top);
    let x_ticks = fitting(&figure.x, &x, area.right - area.left, widest);

    svg((WIDTH as u32, HEIGHT as u32), &figure.title, |canvas| {
        page.draw(canvas)?;
        axes(canvas, figure, area, (&x, &x_ticks), (&y, &y_ticks))?;
        let mut plot = Plot::new(figure, &looks, area, x, y);
        plot.references(canvas)?;
        plot.series(canvas)?;
        plot.marks(canvas)?;
        key.set_ends(&plot.ends());
        key.draw(canvas, area)
    })
}

/// The ranges of both axes, so that everything in the figure shows.
fn ranges(figure: &Figure) -> (Map, Map) {
    let points = || figure.series.iter().flat_map(|series| &series.points);
    let shown =
        |x: f64, y: f64| transform(figure.x.scale, x).is_some() && transform(figure.y.scale, y).is_some();
    let points = || points().filter(move |point| shown(point.x, point.y));
    let marks = || figure.marks.iter().map(|mark| (mark.x, mark.y));
    // Curves to compare with only widen the vertical axis if there is nothing else: they must not squeeze the
    // data.
    let curves: Vec<(f64, f64)> = figure
        .references
        .iter()
        .filter(|_| points().next().is_none())
        .flat_map(|reference| match reference {
            Reference::Curve { points, .. } => points.clone(),
            Reference::Horizontal { .. } | Reference::Vertical { .. } => Vec::new(),
        })
        .collect();
    let verticals = figure.references.iter().filter_map(|reference| match reference {
        Reference::Vertical { x, .. } => Some(*x),
        Reference::Horizontal { .. } | Reference::Curve { .. } => None,
    });
    let horizontals = figure.references.iter().filter_map(|reference| match reference {
        Reference::Horizontal { y, .. } => Some(*y),
        Reference::Vertical { .. } | Reference::Curve { .. } => None,
    });
    let bars = figure.series.iter().any(|series| series.style == Style::Bars);
    let xs = points().map(|p| p.x).chain(marks().map(|m| m.0)).chain(verticals);
    let mut x = fit(&figure.x, xs.chain(curves.iter().map(|c| c.0)), Role::Across);
    if bars && figure.x.scale == Scale::Linear && figure.x.range.is_none() {
        let places = places(figure);
        let gap = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let room = if gap.is_finite() { 0.6 * gap } else { 0.0 };
        (x.low, x.high) = (x.low - room, x.high + room);
    }
    let ends = points().flat_map(|p| p.interval.map_or([p.y, p.y], |(low, high)| [low, high]));
    let ys = points().map(|p| p.y).chain(ends).chain(marks().map(|m| m.1)).chain(horizontals);
    let role = if bars { Role::Bars } else { Role::Up };
    (x, fit(&figure.y, ys.chain(curves.iter().map(|c| c.1)), role))
}

/// The different x of all bars, ascending.
pub(crate) fn places(figure: &Figure) -> Vec<f64> {
    let bars = figure.series.iter().filter(|series| series.style == Style::Bars);
    let mut places: Vec<f64> = bars.flat_map(|series| series.points.iter().map(|point| point.x)).collect();
    places.retain(|place| place.is_finite());
    places.sort_by(f64::total_cmp);
    places.dedup();
    places
}

/// The caption, with a sentence about values that the axes cannot show.
fn with_omissions(figure: &Figure) -> String {
    let points = || figure.series.iter().flat_map(|series| &series.points);
    let cannot =
        |x: f64, y: f64| transform(figure.x.scale, x).is_none() || transform(figure.y.scale, y).is_none();
    let (finite, wild): (Vec<&Point>, Vec<&Point>) =
        points().filter(|p| cannot(p.x, p.y)).partition(|p| p.x.is_finite() && p.y.is_finite());
    let mut sentences: Vec<String> = Vec::new();
    sentences.extend((!figure.caption.is_empty()).then(|| figure.caption.clone()));
    let mut add = |count: usize, what: &str| {
        let values = if count == 1 { "value" } else { "values" };
        sentences.extend((count > 0).then(|| format!("Not shown: {count} {values} {what}.")));
    };
    add(finite.len(), "of zero or below, impossible on a log axis");
    add(wild.len(), "without a number");
    sentences.join(" · ")
}

/// The names for the key, series first, then references that are drawn across the plot.
fn entries(figure: &Figure, looks: &[Look]) -> Vec<Entry> {
    let series = figure.series.iter().zip(looks).map(|(series, &look)| {
        let sample = match series.style {
            Style::Line | Style::Band | Style::Steps | Style::Tail => Sample::Line(look),
            Style::Points => Sample::Marker(look),
            Style::Bars => Sample::Box(look),
        };
        let note = if series.points.is_empty() { " (no data)" } else { "" };
        (format!("{}{note}", series.label), series.label.is_empty(), sample)
    });
    let references = figure.references.iter().map(|reference| match reference {
        Reference::Horizontal { label, .. } | Reference::Curve { label, .. } => {
            (label.clone(), label.is_empty(), Sample::Reference)
        }
        Reference::Vertical { label, .. } => (label.clone(), true, Sample::Reference),
    });
    series
        .chain(references)
        .filter(|(_, hidden, _)| !hidden)
        .map(|(text, _, sample)| Entry { text, sample, end: None, mean: 0.0 })
        .collect()
}

/// The ticks of the horizontal axis, as many as fit side by side.
fn fitting(axis: &Axis, map: &Map, width: f64, widest: impl Fn(&[Tick]) -> f64) -> Vec<Tick> {
    let mut most = 14;
    loop {
        let ticks = ticks(axis, map, most);
        let labels = ticks.iter().filter(|tick| tick.label.is_some()).count().max(1);
        let fixed = !axis.ticks.is_empty() || axis.scale == Scale::Categories;
        if fixed || most <= 2 || (widest(&ticks) + 1.1 * TICK) * (labels as f64) <= width {
            return ticks;
        }
        most -= 1;
    }
}

/// Height of the vertical axis's label over the plot.
pub(crate) const Y_LABEL: f64 = 0.95 * LABEL;

type Ruled<'a> = (&'a Map, &'a [Tick]);

fn axes(
    canvas: &mut Canvas<'_>,
    figure: &Figure,
    area: Area,
    (x, x_ticks): (&Map, &Vec<Tick>),
    (y, y_ticks): (&Map, &Vec<Tick>),
) -> Result<(), ReportError> {
    across(canvas, figure, area, (x, x_ticks))?;
    up(canvas, area, (y, y_ticks))?;
    let frame = [(area.left, area.top), (area.left, area.bottom), (area.right, area.bottom)];
    canvas.line(&frame, AXIS, 2.0, &[])?;
    let label = Type::bold(LABEL, INK);
    canvas.text((MARGIN, area.top - Y_LABEL), &figure.y.label, label, Anchor::Start)?;
    let middle = ((area.left + area.right) / 2.0, area.bottom + 1.75 * TICK + LABEL);
    canvas.text(middle, &figure.x.label, label, Anchor::Middle)
}

fn across(
    canvas: &mut Canvas<'_>,
    figure: &Figure,
    area: Area,
    (map, ticks): Ruled<'_>,
) -> Result<(), ReportError> {
    let font = Type::new(TICK, INK);
    let slots = ticks.len().max(1) as f64;
    for (tick, place) in ticks.iter().filter_map(|tick| Some((tick, map.place(tick.value)?))) {
        let Some(label) = &tick.label else {
            canvas.line(&[(place, area.bottom), (place, area.bottom + 5.0)], AXIS, 1.2, &[])?;
            continue;
        };
        if figure.x.scale != Scale::Categories {
            canvas.line(&[(place, area.top), (place, area.bottom)], GRID, 1.2, &[])?;
            canvas.line(&[(place, area.bottom), (place, area.bottom + 8.0)], AXIS, 2.0, &[])?;
        }
        // Names of places share the width evenly and shrink to it.
        let room = (area.right - area.left) / slots - 6.0;
        let shrink = if figure.x.scale == Scale::Categories {
            (room / font.width(label)).clamp(0.5, 1.0)
        } else {
            1.0
        };
        let font = Type::new(TICK * shrink, INK);
        canvas.text((place, area.bottom + 1.45 * TICK), label, font, Anchor::Middle)?;
    }
    Ok(())
}

fn up(canvas: &mut Canvas<'_>, area: Area, (map, ticks): Ruled<'_>) -> Result<(), ReportError> {
    let font = Type::new(TICK, INK);
    for (tick, place) in ticks.iter().filter_map(|tick| Some((tick, map.place(tick.value)?))) {
        let Some(label) = &tick.label else {
            canvas.line(&[(area.left - 5.0, place), (area.left, place)], AXIS, 1.2, &[])?;
            continue;
        };
        canvas.line(&[(area.left, place), (area.right, place)], GRID, 1.2, &[])?;
        canvas.line(&[(area.left - 8.0, place), (area.left, place)], AXIS, 2.0, &[])?;
        let line = wrap(label, font, TICK_WIDEST, 1).concat();
        canvas.text((area.left - 12.0, place + 0.36 * TICK), &line, font, Anchor::End)?;
    }
    let zero = map.place(0.0).filter(|_| map.scale == Scale::Linear && map.low < 0.0 && map.high > 0.0);
    zero.map_or(Ok(()), |place| canvas.line(&[(area.left, place), (area.right, place)], GREY, 1.5, &[]))
}
