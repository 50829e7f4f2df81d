//! Rectangles side by side in a larger one.

use super::canvas::{Area, Spot};

/// The largest scale, up to `most`, at which rectangles of these sizes fit into an area, and where the left upper corner of each
/// then lies. Larger ones should come first.
pub(crate) fn packed(sizes: &[(f64, f64)], area: Area, most: f64) -> (f64, Vec<Spot>) {
    let (mut low, mut high) = (0.0, most);
    let mut best = (0.0, vec![(area.left, area.top); sizes.len()]);
    for attempt in 0..50 {
        // The first attempt is the largest scale itself.
        let scale = if attempt == 0 { most } else { (low + high) / 2.0 };
        match placed(sizes, area, scale) {
            Some(corners) => {
                best = (scale, corners);
                low = scale;
            }
            None => high = scale,
        }
        if low == most {
            break;
        }
    }
    best
}

/// Each rectangle into the free one that it leaves least of; what is left of that is free again, in two pieces.
fn placed(sizes: &[(f64, f64)], area: Area, scale: f64) -> Option<Vec<Spot>> {
    let mut free = vec![area];
    let mut corners = Vec::with_capacity(sizes.len());
    for &(width, height) in sizes {
        let (width, height) = (scale * width, scale * height);
        let left_over = |hole: &Area| (hole.right - hole.left - width).min(hole.bottom - hole.top - height);
        let fits = |hole: &Area| hole.right - hole.left >= width && hole.bottom - hole.top >= height;
        let holes = free.iter().enumerate().filter(|(_, hole)| fits(hole));
        let (at, _) = holes.min_by(|a, b| left_over(a.1).total_cmp(&left_over(b.1)))?;
        let hole = free.swap_remove(at);
        corners.push((hole.left, hole.top));
        let (right, below) = (hole.right - hole.left - width, hole.bottom - hole.top - height);
        // The larger of the two pieces as large as possible.
        let (beside_to, under_to) =
            if right > below { (hole.bottom, hole.left + width) } else { (hole.top + height, hole.right) };
        free.push(Area { left: hole.left + width, bottom: beside_to, ..hole });
        free.push(Area { top: hole.top + height, right: under_to, ..hole });
    }
    Some(corners)
}
