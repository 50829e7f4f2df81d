//! Where two curves change places.

use super::axis::{back, transform};
use super::figure::{Axis, Point, Series};

/// The places (x, y) at which two series cross, ascending in x, where both have points; interpolated along
/// straight lines on the given axes, as the figure draws them. Points that cannot stand on the axes are
/// ignored; a stretch on which both agree counts as crossing only if they change places over it, at its
/// start.
pub fn crossings(first: &Series, second: &Series, x: &Axis, y: &Axis) -> Vec<(f64, f64)> {
    let (a, b) = (sorted(first, x, y), sorted(second, x, y));
    let mut places: Vec<f64> = a.iter().chain(&b).map(|&(x, _)| x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let gaps: Vec<(f64, f64, f64)> = places
        .into_iter()
        .filter_map(|place| {
            let (level, other) = (interpolate(&a, place)?, interpolate(&b, place)?);
            Some((place, level, level - other))
        })
        .collect();
    let mut found = Vec::new();
    let mut before: Option<(f64, f64, f64)> = None;
    let mut touch: Option<(f64, f64)> = None;
    for (place, level, gap) in gaps {
        if gap == 0.0 {
            touch = touch.or(Some((place, level)));
            continue;
        }
        if let Some((from, from_level, from_gap)) = before.filter(|&(_, _, from_gap)| from_gap * gap < 0.0) {
            let share = from_gap / (from_gap - gap);
            let straight = (from + share * (place - from), from_level + share * (level - from_level));
            found.push(touch.unwrap_or(straight));
        }
        before = Some((place, level, gap));
        touch = None;
    }
    found.into_iter().map(|(place, level)| (back(x.scale, place), back(y.scale, level))).collect()
}

/// The points on the axes' scales, ascending in x.
fn sorted(series: &Series, x: &Axis, y: &Axis) -> Vec<(f64, f64)> {
    let place = |point: &Point| Some((transform(x.scale, point.x)?, transform(y.scale, point.y)?));
    let mut points: Vec<(f64, f64)> = series.points.iter().filter_map(place).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points.dedup_by(|a, b| a.0 == b.0);
    points
}

fn interpolate(points: &[(f64, f64)], x: f64) -> Option<f64> {
    let next = points.partition_point(|&(place, _)| place < x);
    let (right, level) = *points.get(next)?;
    if right == x {
        return Some(level);
    }
    let (left, below) = *points.get(next.checked_sub(1)?)?;
    Some(below + (level - below) * (x - left) / (right - left))
}
