//! What a figure shows: data only, no looks.

/// A figure: one plot with a title that states the finding.
///
/// ```
/// # use peerlab::report::{Axis, Figure, Point, Series, render_svg};
/// let chord = Series::line("chord", [128.0, 256.0, 512.0].map(|n: f64| Point::new(n, n.log2() / 2.0))); let
/// figure = Figure::new("Chord's hops grow like log n", Axis::log2("peers N"), Axis::linear("hops per
/// lookup"))
///     .subtitle("static ring, 10 replicates")
///     .series(chord);
/// assert!(render_svg(&figure)?.starts_with("<svg"));
/// # Ok::<(), peerlab::report::ReportError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Figure {
    /// The finding, as a sentence; wraps to two lines.
    pub title: String,
    /// What was measured, under what conditions; wraps to two lines. May be empty.
    pub subtitle: String,
    /// Small print at the foot (what error bars are, what was assumed); wraps to two lines. May be empty.
    pub caption: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The data, in the order that assigns colours, markers and dashes.
    pub series: Vec<Series>,
    /// Grey lines to compare with.
    pub references: Vec<Reference>,
    /// Points to point out.
    pub marks: Vec<Mark>,
}

impl Figure {
    /// A figure without data.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Figure {
        Figure {
            title: title.into(),
            subtitle: String::new(),
            caption: String::new(),
            x,
            y,
            series: Vec::new(),
            references: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Set the subtitle.
    #[must_use]
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Figure {
        self.subtitle = subtitle.into();
        self
    }

    /// Set the caption.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Figure {
        self.caption = caption.into();
        self
    }

    /// Add a series.
    #[must_use]
    pub fn series(mut self, series: Series) -> Figure {
        self.series.push(series);
        self
    }

    /// Add a reference line or curve.
    #[must_use]
    pub fn reference(mut self, reference: Reference) -> Figure {
        self.references.push(reference);
        self
    }

    /// Add a marked point.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> Figure {
        self.marks.push(mark);
        self
    }
}

/// How an axis maps values to distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences, equal distances.
    Linear,
    /// Decades; values of 0 and below are left out.
    Log10,
    /// Powers of two, as numbers of peers are; values of 0 and below are left out.
    Log2,
    /// Named places 0, 1, 2, … ; a value is the index of a name in [`Axis::names`].
    Categories,
}

/// How tick labels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TickFormat {
    /// `100`, `1 k`, `10 M`; `0.01`; `10⁻⁶`.
    Number,
    /// Values are milliseconds, written as `10 ms`, `1 s`, `1 min`.
    Milliseconds,
    /// Values are percent, written as `50 %`.
    Percent,
}

/// One axis.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What it measures, with the unit: `latency (ms)`.
    pub label: String,
    /// How values map to distance.
    pub scale: Scale,
    /// Where labelled ticks stand; empty to choose.
    pub ticks: Vec<f64>,
    /// Names of the places of [`Scale::Categories`].
    pub names: Vec<String>,
    /// Smallest and largest value shown, or `None` to show all the data. What lies outside is cut off.
    pub range: Option<(f64, f64)>,
    /// How tick labels are written.
    pub format: TickFormat,
}

impl Axis {
    fn new(label: impl Into<String>, scale: Scale) -> Axis {
        let (ticks, names) = (Vec::new(), Vec::new());
        Axis { label: label.into(), scale, ticks, names, range: None, format: TickFormat::Number }
    }

    /// A linear axis.
    pub fn linear(label: impl Into<String>) -> Axis {
        Axis::new(label, Scale::Linear)
    }

    /// A logarithmic axis with decades.
    pub fn log10(label: impl Into<String>) -> Axis {
        Axis::new(label, Scale::Log10)
    }

    /// A logarithmic axis with powers of two.
    pub fn log2(label: impl Into<String>) -> Axis {
        Axis::new(label, Scale::Log2)
    }

    /// An axis of named places, for bars.
    pub fn categories(label: impl Into<String>, names: impl IntoIterator<Item = impl Into<String>>) -> Axis {
        let mut axis = Axis::new(label, Scale::Categories);
        axis.names = names.into_iter().map(Into::into).collect();
        axis
    }

    /// Put labelled ticks at these values and nowhere else.
    #[must_use]
    pub fn ticks(mut self, ticks: impl IntoIterator<Item = f64>) -> Axis {
        self.ticks = ticks.into_iter().collect();
        self
    }

    /// Show the values from `low` to `high`. Ignored if they are not finite, not ascending, or not positive
    /// on a log axis.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Axis {
        self.range = Some((low, high));
        self
    }

    /// Write tick labels in this way.
    #[must_use]
    pub fn format(mut self, format: TickFormat) -> Axis {
        self.format = format;
        self
    }
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Points joined by lines, with markers and error bars.
    Line,
    /// Lines joined, with the interval as a pale band.
    Band,
    /// A staircase that keeps its value up to the next point: distribution functions ("at most x"). No error
    /// bars.
    Steps,
    /// A staircase that has the next point's value at once: complementary distribution functions ("at least
    /// x"). No error bars.
    Tail,
    /// Markers and error bars alone.
    Points,
    /// Bars from the foot of the axis, side by side where several series share an x, with error bars.
    Bars,
}

/// One value with an optional interval, in the axes' units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Place on the horizontal axis.
    pub x: f64,
    /// Place on the vertical axis.
    pub y: f64,
    /// Lower and upper end of the error bar, if there is one.
    pub interval: Option<(f64, f64)>,
}

impl Point {
    /// A point without error bar.
    pub fn new(x: f64, y: f64) -> Point {
        Point { x, y, interval: None }
    }

    /// A point with the error bar `y` ± `half`.
    pub fn with_half(x: f64, y: f64, half: f64) -> Point {
        Point { x, y, interval: Some((y - half, y + half)) }
    }

    /// A point with the error bar from `low` to `high`.
    pub fn with_interval(x: f64, y: f64, low: f64, high: f64) -> Point {
        Point { x, y, interval: Some((low, high)) }
    }
}

impl From<(f64, f64)> for Point {
    fn from((x, y): (f64, f64)) -> Point {
        Point::new(x, y)
    }
}

/// One line, staircase, cloud or set of bars.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name, shown beside its end.
    pub label: String,
    /// Its points; lines join them in the order given.
    pub points: Vec<Point>,
    /// How it is drawn.
    pub style: Style,
    /// Which colour, marker and dash it gets, counted from 0; `None` for its place among the figure's series.
    /// Set it to keep an architecture's looks from figure to figure.
    pub slot: Option<usize>,
    /// Of several series in one slot, which: they share a colour and differ in marker and dash. Counted from 0.
    pub variant: usize,
}

impl Series {
    /// A series in the given style.
    pub fn new(
        label: impl Into<String>,
        style: Style,
        points: impl IntoIterator<Item = impl Into<Point>>,
    ) -> Series {
        let points = points.into_iter().map(Into::into).collect();
        Series { label: label.into(), points, style, slot: None, variant: 0 }
    }

    /// A line with markers.
    pub fn line(label: impl Into<String>, points: impl IntoIterator<Item = impl Into<Point>>) -> Series {
        Series::new(label, Style::Line, points)
    }

    /// A staircase for a complementary distribution function, as [`crate::stats::ccdf`] gives it.
    pub fn tail(label: impl Into<String>, points: impl IntoIterator<Item = impl Into<Point>>) -> Series {
        Series::new(label, Style::Tail, points)
    }

    /// A staircase for a distribution function, as [`crate::stats::ecdf_at`] gives it.
    pub fn steps(label: impl Into<String>, points: impl IntoIterator<Item = impl Into<Point>>) -> Series {
        Series::new(label, Style::Steps, points)
    }

    /// Take the looks of this slot.
    #[must_use]
    pub fn slot(mut self, slot: usize) -> Series {
        self.slot = Some(slot);
        self
    }

    /// Take the looks of this variant of the slot.
    #[must_use]
    pub fn variant(mut self, variant: usize) -> Series {
        self.variant = variant;
        self
    }
}

/// A grey dashed line to compare the data with.
#[derive(Debug, Clone)]
pub enum Reference {
    /// A level, across the whole plot.
    Horizontal {
        /// The value on the vertical axis.
        y: f64,
        /// Its name, beside its right end.
        label: String,
    },
    /// A place, from foot to top.
    Vertical {
        /// The value on the horizontal axis.
        x: f64,
        /// Its name, beside its top.
        label: String,
    },
    /// A law, such as O(log n).
    Curve {
        /// Points (x, y) of the curve.
        points: Vec<(f64, f64)>,
        /// Its name, beside its right end.
        label: String,
    },
}

impl Reference {
    /// The curve y = `law`(x) at 65 places from `from` to `to` (positive, ascending), evenly spaced in log x.
    pub fn law(label: impl Into<String>, from: f64, to: f64, law: impl Fn(f64) -> f64) -> Reference {
        let step = libm::log(to / from) / 64.0;
        let points = (0..=64).map(|i| from * libm::exp(step * f64::from(i))).map(|x| (x, law(x))).collect();
        Reference::Curve { points, label: label.into() }
    }
}

/// A point to point out, with a ring around it and a label nearby: where two curves cross.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Place on the horizontal axis.
    pub x: f64,
    /// Place on the vertical axis.
    pub y: f64,
    /// What it means, in a few words.
    pub label: String,
}

impl Mark {
    /// A marked point.
    pub fn new(x: f64, y: f64, label: impl Into<String>) -> Mark {
        Mark { x, y, label: label.into() }
    }
}
