//! The looks of a series: colour, marker and dash, each enough on its own to tell it from its neighbours.

use plotters::style::RGBColor;

/// Title, labels and numbers.
pub(crate) const INK: RGBColor = RGBColor(26, 26, 26);
/// Subtitle, caption and references.
pub(crate) const GREY: RGBColor = RGBColor(95, 95, 95);
/// Axis lines and ticks.
pub(crate) const AXIS: RGBColor = RGBColor(120, 120, 120);
/// Grid lines.
pub(crate) const GRID: RGBColor = RGBColor(226, 226, 226);
/// The ground.
pub(crate) const PAPER: RGBColor = RGBColor(255, 255, 255);

/// The palette of Okabe & Ito (2008), the pale ones darkened for a beamer: sky blue, orange, purple; yellow
/// became olive. Four more follow, which differ from their likes in lightness.
const COLOURS: [RGBColor; 12] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 136, 102),
    RGBColor(176, 74, 140),
    RGBColor(20, 20, 20),
    RGBColor(62, 160, 220),
    RGBColor(217, 148, 0),
    RGBColor(128, 116, 0),
    RGBColor(98, 62, 186),
    RGBColor(128, 62, 20),
    RGBColor(0, 170, 175),
    RGBColor(190, 16, 48),
];

/// Lengths in units of drawn and skipped stretches; empty for a solid line.
const DASHES: [&[f64]; 4] = [&[], &[15.0, 6.0], &[5.0, 5.0], &[17.0, 5.0, 4.0, 5.0]];

/// The shape of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Circle,
    Square,
    TriangleUp,
    Diamond,
    TriangleDown,
    Pentagon,
    Star,
}

const SHAPES: [Shape; 7] = [
    Shape::Circle,
    Shape::Square,
    Shape::TriangleUp,
    Shape::Diamond,
    Shape::TriangleDown,
    Shape::Pentagon,
    Shape::Star,
];

/// How one series looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub colour: RGBColor,
    pub shape: Shape,
    pub hollow: bool,
    pub dash: &'static [f64],
}

/// The looks of a variant of a slot. Colours repeat after 12 slots, markers after 7, dashes after 4, so that 84 slots
/// differ; variants of a slot share its colour and have the next dash, hollow markers every other time, then other ones.
pub(crate) fn look(slot: usize, variant: usize) -> Look {
    let (slot, variant) = (slot % 84, variant % 28);
    Look {
        colour: COLOURS[slot % COLOURS.len()],
        shape: SHAPES[(slot + variant / 4) % SHAPES.len()],
        hollow: variant % 2 == 1,
        dash: DASHES[(slot + variant) % DASHES.len()],
    }
}

/// Corners of a marker of radius 1 around the origin; `None` for a circle.
pub(crate) fn corners(shape: Shape) -> Option<Vec<(f64, f64)>> {
    let ring = |count: usize, start: f64, radius: f64| -> Vec<(f64, f64)> {
        (0..count)
            .map(|i| start + std::f64::consts::TAU * i as f64 / count as f64)
            .map(|angle| (radius * libm::cos(angle), radius * libm::sin(angle)))
            .collect()
    };
    let up = -std::f64::consts::FRAC_PI_2;
    match shape {
        Shape::Circle => None,
        Shape::Square => Some(ring(4, std::f64::consts::FRAC_PI_4, 1.2)),
        Shape::TriangleUp => Some(ring(3, up, 1.3)),
        Shape::Diamond => Some(ring(4, up, 1.3)),
        Shape::TriangleDown => Some(ring(3, -up, 1.3)),
        Shape::Pentagon => Some(ring(5, up, 1.15)),
        Shape::Star => {
            let (outer, inner) = (ring(5, up, 1.45), ring(5, up + std::f64::consts::PI / 5.0, 0.65));
            Some(outer.into_iter().zip(inner).flat_map(|(a, b)| [a, b]).collect())
        }
    }
}

/// Colours of the ring drawing.
pub(crate) struct RouteColours;

impl RouteColours {
    /// A peer.
    pub(crate) const NODE: RGBColor = COLOURS[0];
    /// The route and the peers on it.
    pub(crate) const ROUTE: RGBColor = COLOURS[1];
    /// Fingers.
    pub(crate) const FINGER: RGBColor = RGBColor(110, 140, 165);
    /// The key looked up.
    pub(crate) const KEY: RGBColor = COLOURS[2];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &Look, other: &Look) -> bool {
        one.colour == other.colour
            && (one.shape, one.hollow, one.dash) == (other.shape, other.hollow, other.dash)
    }

    #[test]
    fn looks_differ() {
        let slots: Vec<Look> = (0..84).map(|slot| look(slot, 0)).collect();
        let variants: Vec<Look> = (0..28).map(|variant| look(3, variant)).collect();
        for all in [slots, variants] {
            for (i, one) in all.iter().enumerate() {
                assert!(all[..i].iter().all(|other| !same(one, other)), "look {i} is there already");
            }
        }
        let colours: Vec<_> = (0..12).map(|slot| look(slot, 0).colour).collect();
        assert!((0..12).all(|i| !colours[..i].contains(&colours[i])), "twelve series, twelve colours");
        assert!(look(3, 1).colour == look(3, 0).colour && !same(&look(3, 1), &look(3, 0)));
        look(usize::MAX, usize::MAX);
    }
}
