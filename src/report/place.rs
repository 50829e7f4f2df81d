//! Where the label of a marked point can stand without hiding anything.

use super::canvas::{Area, Spot};

/// What labels must keep clear of.
#[derive(Debug, Default)]
pub(crate) struct Obstacles {
    /// Places on curves, a few units apart.
    spots: Vec<Spot>,
    /// Labels that stand already.
    areas: Vec<Area>,
}

impl Obstacles {
    /// Keep clear of a curve.
    pub(crate) fn add_curve(&mut self, places: &[Spot]) {
        for pair in places.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let steps = (libm::hypot(to.0 - from.0, to.1 - from.1) / 6.0).clamp(1.0, 400.0) as usize;
            let step = |i: usize| i as f64 / steps as f64;
            let at = |share: f64| (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            self.spots.extend((0..=steps).map(|i| at(step(i))));
        }
    }

    /// Keep clear of something drawn.
    pub(crate) fn add_area(&mut self, area: Area) {
        self.areas.push(area);
    }

    /// The best area of the given size near `spot` and inside `plot`, which is taken from then on.
    pub(crate) fn place(&mut self, spot: Spot, (width, height): (f64, f64), plot: Area) -> Area {
        let mut best: Option<(f64, Area)> = None;
        for distance in [12.0, 24.0, 40.0, 60.0, 85.0, 115.0, 150.0, 190.0, 240.0] {
            for (across, down) in DIRECTIONS {
                let centre =
                    (spot.0 + across * (distance + width / 2.0), spot.1 + down * (distance + height / 2.0));
                let area = Area {
                    left: centre.0 - width / 2.0,
                    top: centre.1 - height / 2.0,
                    right: centre.0 + width / 2.0,
                    bottom: centre.1 + height / 2.0,
                };
                let cost = self.cost(&area, plot) + distance / 12.0;
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, area));
                }
            }
        }
        let area = best.map_or(plot, |(_, area)| area);
        self.areas.push(area);
        area
    }

    fn cost(&self, area: &Area, plot: Area) -> f64 {
        let hidden = self.spots.iter().filter(|&&spot| area.contains(spot)).count();
        let covered = self.areas.iter().filter(|other| area.overlaps(other)).count();
        let outside = if area.inside(&plot) { 0.0 } else { 1000.0 };
        12.0 * hidden as f64 + 200.0 * covered as f64 + outside
    }
}

/// Where the label's centre lies, in half label sizes plus the distance: the sides first, then the corners.
const DIRECTIONS: [(f64, f64); 12] = [
    (0.0, -1.0),
    (0.0, 1.0),
    (1.0, -1.0),
    (-1.0, -1.0),
    (1.0, 1.0),
    (-1.0, 1.0),
    (0.5, -1.0),
    (-0.5, -1.0),
    (0.5, 1.0),
    (-0.5, 1.0),
    (1.0, 0.0),
    (-1.0, 0.0),
];
