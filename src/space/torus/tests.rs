//! The torus against cells on a grid, and its zones against what they are halves of.

use super::*;
use proptest::prelude::*;

/// A zone with its extent, found by halving `len` times towards `point`.
fn zone_at(torus: &Torus, point: u64, len: u32) -> Zone {
    let mut at = torus.whole();
    while at.0.depth() < len {
        let Some(halves) = torus.halves(at.0, &at.1) else { break };
        at = halves[usize::from(halves[1].0.contains(Id::from_aligned(point)))];
    }
    assert_eq!(torus.extent(at.0), at.1);
    at.0
}

prop_compose! {
    fn torus()(dimensions in 1usize..6, wraps: bool) -> Torus {
        Torus::new(dimensions, wraps)
    }
}

proptest! {
    #[test]
    fn points_are_where_their_coordinates_are(torus in torus(), point: u64, len in 0u32..40) {
        let id = Id::from_aligned(point);
        let coordinates = torus.coordinates(id);
        let zone = zone_at(&torus, point, len);
        prop_assert!(zone.contains(id));
        prop_assert!(torus.extent(zone).contains(&coordinates, torus.dimensions()));
        prop_assert!(zone.first() <= id && id <= zone.last());
        prop_assert_eq!(torus.coordinates(torus.point(&coordinates)), coordinates);
        let walked = torus.extent(Zone { path: point, len: 64 }).low;
        prop_assert_eq!(walked, coordinates, "the quick way is the slow way");
    }

    #[test]
    fn what_is_left_of_a_zone_completes_it(point: u64, inner in 0u32..40, outer in 0u32..40, other: u64) {
        let torus = Torus::new(2, true);
        let (inner, outer) = (inner.max(outer), inner.min(outer));
        let (small, large) = (zone_at(&torus, point, inner), zone_at(&torus, point, outer));
        prop_assert!(large.covers(small));
        let left = large.without(small);
        let volume: f64 = left.iter().map(|zone| zone.volume()).sum();
        prop_assert_eq!(volume + small.volume(), large.volume());
        let parts: Vec<Zone> = left.into_iter().chain([small]).collect();
        let at = large.point(other);
        prop_assert_eq!(parts.iter().filter(|part| part.contains(at)).count(), 1);
    }

    #[test]
    fn halves_know_each_other(torus in torus(), point: u64, len in 1u32..40) {
        let zone = zone_at(&torus, point, len.min(32 * torus.dimensions() as u32));
        let (parent, sibling) = (zone.parent().unwrap(), zone.sibling().unwrap());
        prop_assert!(parent.covers(zone) && parent.covers(sibling) && !zone.overlaps(sibling));
        prop_assert_eq!(parent.halves().unwrap()[usize::from(zone > sibling)], zone);
        prop_assert!(torus.abut(&torus.extent(zone), &torus.extent(sibling)));
    }

    /// Against the definition, on a grid of 8 × 8 or 4 × 4 × 4 cells: zones are neighbours if a cell of one has a cell of the
    /// other beside it.
    #[test]
    fn neighbours_share_a_face(
        dimensions in 2usize..4, wraps: bool, a: u64, b: u64, lens in (0u32..6, 0u32..6)
    ) {
        let torus = Torus::new(dimensions, wraps);
        let (a, b) = (zone_at(&torus, a, lens.0), zone_at(&torus, b, lens.1));
        let (ea, eb) = (torus.extent(a), torus.extent(b));
        let shift = if dimensions == 2 { 29 } else { 30 };
        let side = 1i64 << (32 - shift);
        let cells = |e: &Extent| {
            let ranges: Vec<_> = (0..dimensions).map(|i| i64::from(e.low[i] >> shift)..=i64::from(e.high[i] >> shift)).collect();
            let mut cells = vec![vec![]];
            for range in ranges {
                cells = cells.iter().flat_map(|cell: &Vec<i64>| range.clone().map(move |x| [cell.clone(), vec![x]].concat())).collect();
            }
            cells
        };
        let beside = |x: &[i64], y: &[i64]| {
            let apart: Vec<i64> = x.iter().zip(y).map(|(x, y)| {
                let gap = (x - y).abs();
                if wraps { gap.min(side - gap) } else { gap }
            }).collect();
            apart.iter().sum::<i64>() == 1
        };
        let theirs = cells(&eb);
        let expected = !a.overlaps(b) && cells(&ea).iter().any(|x| theirs.iter().any(|y| beside(x, y)));
        prop_assert_eq!(torus.abut(&ea, &eb), expected);
        prop_assert_eq!(torus.abut(&eb, &ea), expected);
        if expected || a.overlaps(b) {
            prop_assert!(torus.touch(&ea, &eb));
        }
        // The layers outside a zone meet exactly its neighbours, among the zones that do not overlap it.
        if !a.overlaps(b) {
            prop_assert_eq!(torus.shell(&ea).iter().any(|layer| torus.intersect(layer, &eb)), expected);
        }
    }

    /// Against a walk along a line of 64 places, from which coordinates are drawn.
    #[test]
    fn gaps_are_what_a_walk_takes(wraps: bool, low in 0u32..64, len in 0u32..64, at in 0u32..64) {
        let torus = Torus::new(1, wraps);
        let high = (low + len).min(63);
        let shift = |x: u32| x << 26;
        let walk = |step: i64| {
            let (mut x, mut steps) = (i64::from(at), 0i64);
            while !(i64::from(low)..=i64::from(high)).contains(&x) {
                x += step;
                if wraps { x = x.rem_euclid(64) } else if !(0..64).contains(&x) { return i64::MAX }
                steps += 1;
            }
            steps
        };
        let expected = walk(1).min(walk(-1));
        prop_assert_eq!(i64::from(torus.gap(shift(low), shift(high), shift(at)) >> 26), expected);
        let point = { let mut point = [0; MOST_DIMENSIONS]; point[0] = shift(at); point };
        let distance = torus.distance(Metric::Manhattan, &[shift(low)], &[shift(high)], &point);
        prop_assert_eq!(distance, (expected << 26) as f64);
    }
}

#[test]
fn boxes_become_zones() {
    let square = |x: u64, y: u64, w: u64, h: u64| (vec![x, y], vec![x + w, y + h]);
    let boxes = [square(0, 0, 4, 1), square(0, 1, 4, 1), square(0, 2, 2, 2), square(2, 2, 2, 2)];
    let (torus, zones) = Torus::from_boxes(2, false, 4, &boxes).unwrap();
    for (zone, (low, high)) in zones.iter().zip(&boxes) {
        let extent = torus.extent(*zone);
        for i in 0..2 {
            assert_eq!(u64::from(extent.low[i]), low[i] << 30);
            assert_eq!(u64::from(extent.high[i]) + 1, high[i] << 30);
        }
        assert_eq!(torus.coordinates(zone.first())[..2], extent.low[..2]);
    }
    let pinwheel = [
        square(0, 0, 2, 1),
        square(2, 0, 1, 2),
        square(1, 2, 2, 1),
        square(0, 1, 1, 2),
        square(1, 1, 1, 1),
        square(3, 0, 1, 4),
        square(0, 3, 3, 1),
    ];
    let hole = [square(0, 0, 4, 2), square(0, 2, 2, 2)];
    let twice = [square(0, 0, 4, 4), square(0, 0, 4, 4)];
    for bad in [&pinwheel[..], &hole, &twice, &[square(0, 0, 4, 5)], &[], &[(vec![0], vec![4])]] {
        Torus::from_boxes(2, true, 4, bad).unwrap_err();
    }
    Torus::from_boxes(2, true, 3, &[square(0, 0, 3, 3)]).unwrap_err();
}
