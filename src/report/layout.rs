//! Where title, axes, plot and key stand on the page.

use super::ReportError;
use super::canvas::{Anchor, Area, Canvas, Type};
use super::style::{GREY, INK};

/// Size of a figure in units.
pub(crate) const WIDTH: f64 = 1280.0;
/// Size of a figure in units.
pub(crate) const HEIGHT: f64 = 720.0;
/// Distance of text from the page's border.
pub(crate) const MARGIN: f64 = 36.0;

const TITLE: f64 = 34.0;
const SUBTITLE: f64 = 21.0;
const CAPTION: f64 = 16.0;
/// Size of tick labels.
pub(crate) const TICK: f64 = 20.0;
/// Widest tick label of the vertical axis.
pub(crate) const TICK_WIDEST: f64 = 260.0;
/// Size of axis labels.
pub(crate) const LABEL: f64 = 21.0;

/// Break a text into lines no wider than `width`, at most `most` of them; what does not fit ends in an
/// ellipsis.
pub(crate) fn wrap(text: &str, font: Type, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // Not at no-break spaces, such as the narrow one between a number and its unit.
    let words = text.split([' ', '\t', '\n']).filter(|word| !word.is_empty());
    for word in words {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer.filter(|longer| font.width(longer) <= width) {
            Some(longer) => {
                lines.pop();
                lines.push(longer);
            }
            None if lines.len() < most => lines.push(word.to_owned()),
            None => {
                if let Some(last) = lines.last_mut() {
                    last.push('…');
                }
                break;
            }
        }
    }
    for line in &mut lines {
        if font.width(line) > width {
            shorten(line, font, width);
        }
    }
    lines
}

fn shorten(line: &mut String, font: Type, width: f64) {
    let mut kept: Vec<char> = line.trim_end_matches('…').chars().collect();
    while kept.len() > 1 {
        kept.pop();
        let candidate: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
        if font.width(&candidate) <= width {
            *line = candidate;
            return;
        }
    }
}

/// At most two lines, broken so that they are about equally long: no word is left alone.
fn balanced(text: &str, font: Type, width: f64) -> Vec<String> {
    let mut lines = wrap(text, font, width, 2);
    let mut narrower = width;
    while lines.len() == 2 && narrower > 0.5 * width {
        narrower -= 12.0;
        let candidate = wrap(text, font, narrower, 3);
        if candidate.len() > 2 || candidate.iter().any(|line| line.ends_with('…')) {
            break;
        }
        lines = candidate;
    }
    lines
}

/// The lines above and below the plot.
pub(crate) struct Page {
    title: Vec<String>,
    title_type: Type,
    subtitle: Vec<String>,
    caption: Vec<String>,
    /// Lowest point of the head.
    pub head: f64,
    /// Highest point of the foot.
    pub foot: f64,
}

impl Page {
    /// Lay out the texts on a page of the given height.
    pub(crate) fn new(title: &str, subtitle: &str, caption: &str, height: f64) -> Page {
        let width = WIDTH - 2.0 * MARGIN;
        // A title that needs a third line gets smaller type instead.
        let sizes = [TITLE, 30.0, 26.0];
        let fits = |&size: &f64| {
            let lines = wrap(title, Type::bold(size, INK), width, 3);
            lines.len() <= 2
        };
        let size = sizes.into_iter().find(fits).unwrap_or(26.0);
        let title_type = Type::bold(size, INK);
        let title = balanced(title, title_type, width);
        let subtitle = wrap(subtitle, Type::new(SUBTITLE, GREY), width, 2);
        let caption = wrap(caption, Type::new(CAPTION, GREY), width, 2);
        let head = 22.0 + 1.22 * size * title.len() as f64 + 1.35 * SUBTITLE * subtitle.len() as f64 + 6.0;
        let foot = height - 14.0 - 1.35 * CAPTION * caption.len() as f64;
        Page { title, title_type, subtitle, caption, head, foot }
    }

    /// Draw the texts.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>) -> Result<(), ReportError> {
        let mut y = 22.0;
        for line in &self.title {
            y += 1.22 * self.title_type.size;
            canvas.text((MARGIN, y - 0.25 * self.title_type.size), line, self.title_type, Anchor::Start)?;
        }
        for line in &self.subtitle {
            y += 1.35 * SUBTITLE;
            canvas.text((MARGIN, y - 0.2 * SUBTITLE), line, Type::new(SUBTITLE, GREY), Anchor::Start)?;
        }
        let mut y = self.foot;
        for line in &self.caption {
            y += 1.35 * CAPTION;
            canvas.text((MARGIN, y - 0.3 * CAPTION), line, Type::new(CAPTION, GREY), Anchor::Start)?;
        }
        Ok(())
    }

    /// The plot's area, given the width of the y tick labels and of the key.
    pub(crate) fn plot(&self, tick_width: f64, key_width: f64, x_label: bool) -> Area {
        Area {
            left: MARGIN + tick_width.min(TICK_WIDEST) + 12.0,
            top: self.head + 2.2 * LABEL,
            right: WIDTH - key_width.max(MARGIN),
            bottom: self.foot - 1.8 * TICK - if x_label { 1.5 * LABEL } else { 0.0 },
        }
    }
}
