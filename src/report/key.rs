//! The key: each series' name beside the end of its line, nudged apart, with a sample of its looks.

use super::ReportError;
use super::canvas::{Anchor, Area, Canvas, Spot, Type};
use super::layout::{MARGIN, WIDTH, wrap};
use super::style::{GREY, INK, Look};

/// Widest line of a name.
const WIDEST: f64 = 236.0;
/// From the plot's border to the sample, the sample itself, and from there to the name.
const GAP: f64 = 30.0;
const SAMPLE: f64 = 40.0;
const SPACE: f64 = 10.0;
/// A line that ends farther than this from the plot's right border gets no leader.
const REACH: f64 = 90.0;

/// Ends closer than this count as one.
const TOGETHER: f64 = 5.0;

/// How an entry's sample is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sample {
    /// A stretch of line, with a marker if the series has any.
    Line(Look),
    /// A marker alone.
    Marker(Look),
    /// A filled box, for bars.
    Box(Look),
    /// A grey dashed line.
    Reference,
}

/// A name to be placed.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub text: String,
    pub sample: Sample,
    /// Where its line ends, if it has one.
    pub end: Option<Spot>,
    /// Mean height of its line, which orders lines that end together.
    pub mean: f64,
}

/// The key, its type size chosen and its names broken into lines.
pub(crate) struct Key {
    entries: Vec<(Entry, Vec<String>)>,
    size: f64,
}

impl Key {
    /// Choose the largest type with which all names fit into `height`, if possible without being cut.
    pub(crate) fn new(entries: Vec<Entry>, height: f64) -> Key {
        let broken = |size: f64| -> Vec<Vec<String>> {
            entries.iter().map(|entry| wrap(&entry.text, Type::new(size, INK), WIDEST, 2)).collect()
        };
        let tall = |size: f64| broken(size).iter().map(|lines| block_height(lines.len(), size)).sum::<f64>();
        let whole = |size: f64| !broken(size).iter().flatten().any(|line| line.ends_with('…'));
        let high = |size: &f64| tall(*size) <= height;
        let sizes = [21.0, 19.0, 17.0, 15.0];
        let uncut = sizes.into_iter().chain([13.0]).filter(high).find(|&size| whole(size));
        let size = uncut.or_else(|| sizes.into_iter().find(high)).unwrap_or(13.0);
        let lines = broken(size);
        Key { entries: entries.into_iter().zip(lines).collect(), size }
    }

    /// Width of the column right of the plot; 0 without names.
    pub(crate) fn width(&self) -> f64 {
        let font = Type::new(self.size, INK);
        let widest =
            self.entries.iter().flat_map(|(_, lines)| lines).map(|line| font.width(line)).fold(0.0, f64::max);
        if self.entries.is_empty() { 0.0 } else { GAP + SAMPLE + SPACE + widest + 0.6 * MARGIN }
    }

    /// Tell the entries where their lines end, now that the plot's area is known.
    pub(crate) fn set_ends(&mut self, ends: &[(Option<Spot>, f64)]) {
        for ((entry, _), &(end, mean)) in self.entries.iter_mut().zip(ends) {
            (entry.end, entry.mean) = (end, mean);
        }
    }

    /// Draw the names beside the plot.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, plot: Area) -> Result<(), ReportError> {
        let wanted = |index: usize| self.entries[index].0.end.map_or(f64::NEG_INFINITY, |(_, y)| y);
        let order = self.order(wanted);
        let heights: Vec<f64> =
            order.iter().map(|&i| block_height(self.entries[i].1.len(), self.size)).collect();
        let targets: Vec<f64> = order.iter().map(|&i| wanted(i).clamp(plot.top, plot.bottom)).collect();
        let centres = spread(&targets, &heights, plot.top - 0.4 * self.size, plot.bottom + 0.4 * self.size);
        order.iter().zip(centres).try_for_each(|(&index, centre)| self.entry(canvas, index, centre, plot))
    }

    /// The entries from top to bottom: by where their lines end; where ends lie within a few units of each
    /// other, by the curves' mean height, so that of curves that all reach 100 % the quickest comes first.
    fn order(&self, wanted: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        order.sort_by(|&a, &b| wanted(a).total_cmp(&wanted(b)));
        let together = |&a: &usize, &b: &usize| wanted(b) == wanted(a) || wanted(b) - wanted(a) < TOGETHER;
        for group in order.chunk_by_mut(together) {
            group.sort_by(|&a, &b| self.entries[a].0.mean.total_cmp(&self.entries[b].0.mean).then(a.cmp(&b)));
        }
        order
    }

    fn entry(
        &self,
        canvas: &mut Canvas<'_>,
        index: usize,
        centre: f64,
        plot: Area,
    ) -> Result<(), ReportError> {
        let (entry, lines) = &self.entries[index];
        let left = plot.right + GAP;
        let place = (left + SAMPLE / 2.0, centre);
        let ends = [(left, centre), (left + SAMPLE, centre)];
        let colour = match &entry.sample {
            Sample::Line(look) | Sample::Marker(look) | Sample::Box(look) => look.colour,
            Sample::Reference => GREY,
        };
        if let Some((x, y)) = entry.end.filter(|&(x, _)| plot.right - x <= REACH) {
            canvas.faint(&[(x + 6.0, y), (plot.right.max(x + 6.0), y), (left - 4.0, centre)], colour, 1.5)?;
        }
        match &entry.sample {
            Sample::Line(look) => {
                canvas.line(&ends, colour, 3.5, look.dash)?;
                canvas.marker(place, 6.5, look)?;
            }
            Sample::Marker(look) => canvas.marker(place, 7.0, look)?,
            Sample::Box(_) => {
                let half = 0.4 * self.size;
                let area = Area {
                    left: left + 12.0,
                    top: centre - half,
                    right: left + SAMPLE,
                    bottom: centre + half,
                };
                canvas.rectangle(area, colour, 1.0)?;
            }
            Sample::Reference => canvas.line(&ends, GREY, 2.0, &[8.0, 6.0])?,
        }
        let ink = if matches!(entry.sample, Sample::Reference) { GREY } else { INK };
        let mut baseline = centre - 0.6 * self.size * (lines.len() as f64 - 1.0) + 0.36 * self.size;
        for line in lines {
            canvas.text((left + SAMPLE + SPACE, baseline), line, Type::new(self.size, ink), Anchor::Start)?;
            baseline += 1.2 * self.size;
        }
        debug_assert!(left < WIDTH);
        Ok(())
    }
}

fn block_height(lines: usize, size: f64) -> f64 {
    1.2 * size * lines as f64 + 0.35 * size
}

/// Centres for blocks of the given heights, as near to their targets (ascending) as they can be without
/// overlap, between `top` and `bottom`: blocks that touch move as one. If they do not fit, they are pressed
/// together evenly.
pub(crate) fn spread(targets: &[f64], heights: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let total: f64 = heights.iter().sum();
    let squeeze = if total > bottom - top { (bottom - top) / total } else { 1.0 };
    // Each group: members, summed heights, summed wishes for the group's upper edge.
    let mut groups: Vec<(usize, f64, f64)> = Vec::new();
    let edge = |group: &(usize, f64, f64)| {
        let (members, height, wishes) = *group;
        (wishes / members as f64).min(bottom - height).max(top)
    };
    for (target, height) in targets.iter().zip(heights.iter().map(|height| height * squeeze)) {
        groups.push((1, height, target - 0.5 * height));
        while let [.., above, below] = groups.as_slice()
            && edge(above) + above.1 > edge(below)
        {
            let joined = (above.0 + below.0, above.1 + below.1, above.2 + below.2 - below.0 as f64 * above.1);
            groups.truncate(groups.len() - 2);
            groups.push(joined);
        }
    }
    let mut centres = Vec::new();
    for group in &groups {
        let mut upper = edge(group);
        for _ in 0..group.0 {
            let height = heights[centres.len()] * squeeze;
            centres.push(upper + 0.5 * height);
            upper += height;
        }
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(names: &[&str]) -> Key {
        let entry = |&name: &&str| {
            let sample = Sample::Reference;
            Entry { text: name.to_string(), sample, end: None, mean: 0.0 }
        };
        Key::new(names.iter().map(entry).collect(), 400.0)
    }

    #[test]
    fn names_are_written_smaller_rather_than_cut() {
        let short = key_of(&["chord", "can"]);
        assert_eq!(short.size, 21.0);
        let long = key_of(&["gnutella, dynamic querying, 150 results, horizon 7", "can"]);
        let cut = long.entries.iter().flat_map(|(_, lines)| lines).any(|line| line.ends_with('…'));
        assert!(!cut && long.size < 21.0, "{} at {}", cut, long.size);
        // One that does not fit at any size is cut, and the others stay as large as they can.
        let endless = key_of(&["word ".repeat(40).as_str(), "can"]);
        assert_eq!(endless.size, 21.0);
    }
}
