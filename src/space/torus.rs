//! The d-dimensional unit torus that CAN halves again and again (or the plain cube, if it does not wrap around).
//!
//! A zone is a node of the tree of all halvings, and so the sequence of sides that lead to it: a prefix. A point is the
//! whole sequence, in 64 bits an [`Id`], which is its place on the Z-order curve; so the points of a zone are an interval
//! of identifiers, zones either nest or are disjoint, and halves that belong together differ in their last bit.
//! Coordinates are left-aligned in 32 bits a dimension.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::ring::Id;

/// The most dimensions.
pub const MOST_DIMENSIONS: usize = 16;
/// Bits of a coordinate.
const COORDINATE_BITS: u8 = 32;

/// A zone: the first `len` sides that halving took. Alignment 1, so that messages pack tightly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed)]
pub struct Zone {
    /// Left-aligned; what follows the first `len` bits is 0.
    path: u64,
    len: u8,
}

impl Zone {
    /// All of the space.
    pub const WHOLE: Zone = Zone { path: 0, len: 0 };

    /// How often the space has been halved to get it: its volume is 2^−len.
    #[inline]
    pub const fn len(self) -> u32 {
        self.len as u32
    }

    /// Whether it is all of the space.
    pub const fn is_whole(self) -> bool {
        self.len == 0
    }

    /// Its share of the space.
    pub fn volume(self) -> f64 {
        libm::scalbn(1.0, -i32::from(self.len))
    }

    /// The bits of a path that are its own.
    #[inline]
    const fn mask(self) -> u64 {
        if self.len == 0 { 0 } else { u64::MAX << (64 - self.len as u32) }
    }

    /// Its least point.
    #[inline]
    pub const fn first(self) -> Id {
        Id::from_aligned(self.path)
    }

    /// Its greatest point.
    #[inline]
    pub const fn last(self) -> Id {
        Id::from_aligned(self.path | !self.mask())
    }

    /// Whether the point lies in it.
    #[inline]
    pub const fn contains(self, point: Id) -> bool {
        point.aligned() & self.mask() == self.path
    }

    /// Whether all of `other` lies in it; it contains itself.
    #[inline]
    pub const fn covers(self, other: Zone) -> bool {
        self.len <= other.len && self.contains(other.first())
    }

    /// Whether they have points in common: then one covers the other.
    #[inline]
    pub const fn overlaps(self, other: Zone) -> bool {
        self.covers(other) || other.covers(self)
    }

    /// The point inside it whose further sides are those of `inner`, a random number or any other.
    pub const fn point(self, inner: u64) -> Id {
        Id::from_aligned(self.path | inner & !self.mask())
    }

    /// Its halves, the lower one first; `None` if it cannot be halved any more.
    pub fn halves(self) -> Option<[Zone; 2]> {
        if self.len >= 64 {
            return None;
        }
        let (path, len) = (self.path, self.len + 1);
        Some([Zone { path, len }, Zone { path: path | 1 << (64 - u32::from(len)), len }])
    }

    /// The other half of what it is a half of; `None` for the whole.
    pub fn sibling(self) -> Option<Zone> {
        (self.len > 0).then(|| Zone { path: self.path ^ 1 << (64 - u32::from(self.len)), len: self.len })
    }

    /// What it is a half of; `None` for the whole.
    pub fn parent(self) -> Option<Zone> {
        let len = self.len.checked_sub(1)?;
        let mask = if len == 0 { 0 } else { u64::MAX << (64 - u32::from(len)) };
        Some(Zone { path: self.path & mask, len })
    }

    /// What is left of it without `inner`, in as few zones as possible.
    pub fn without(self, inner: Zone) -> Vec<Zone> {
        if !self.overlaps(inner) {
            return vec![self];
        }
        let mut left = Vec::new();
        let mut zone = inner;
        while zone.len > self.len {
            left.extend(zone.sibling());
            let Some(parent) = zone.parent() else { break };
            zone = parent;
        }
        left
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bit in 0..u32::from(self.len) {
            f.write_str(if self.path >> (63 - bit) & 1 == 1 { "1" } else { "0" })?;
        }
        if self.len == 0 { f.write_str("whole") } else { Ok(()) }
    }
}

/// A point's coordinates.
pub type Point = [u32; MOST_DIMENSIONS];

/// A zone's extent: the least and the greatest coordinate in every dimension, both inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The least.
    pub low: Point,
    /// The greatest.
    pub high: Point,
}

impl Extent {
    const WHOLE: Extent = Extent { low: [0; MOST_DIMENSIONS], high: [u32::MAX; MOST_DIMENSIONS] };

    /// How often it has been halved along `axis`.
    fn bits(&self, axis: usize) -> u8 {
        (self.high[axis] - self.low[axis]).leading_zeros() as u8
    }

    /// The half on `side` of `axis`.
    fn half(mut self, axis: usize, upper: bool) -> Extent {
        let middle = self.low[axis] + ((self.high[axis] - self.low[axis]) >> 1);
        if upper {
            self.low[axis] = middle + 1;
        } else {
            self.high[axis] = middle;
        }
        self
    }

    /// Whether the point lies in it, in the first `dimensions`.
    pub fn contains(&self, point: &Point, dimensions: usize) -> bool {
        (0..dimensions).all(|i| self.low[i] <= point[i] && point[i] <= self.high[i])
    }
}

/// How far it is from a point to a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// As the crow flies.
    Euclidean,
    /// Along the axes.
    Manhattan,
}

/// The space and the order in which its dimensions are halved.
#[derive(Clone, Debug)]
pub struct Torus {
    dimensions: usize,
    wraps: bool,
    /// Zones that are halved along another axis than the fixed order says.
    cuts: BTreeMap<Zone, u8>,
}

impl Torus {
    /// A space of `dimensions` dimensions, 1 to [`MOST_DIMENSIONS`], halved in fixed order; a torus if it `wraps` around.
    ///
    /// # Panics
    /// If the number of dimensions is out of range.
    pub fn new(dimensions: usize, wraps: bool) -> Torus {
        assert!((1..=MOST_DIMENSIONS).contains(&dimensions));
        Torus { dimensions, wraps, cuts: BTreeMap::new() }
    }

    /// How many dimensions it has.
    #[inline]
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Whether it wraps around.
    #[inline]
    pub fn wraps(&self) -> bool {
        self.wraps
    }

    /// The axis along which `zone`, which extends so far, is halved: the first of those halved least, which from the
    /// whole space on is the fixed order.
    fn axis(&self, zone: Zone, extent: &Extent) -> usize {
        if let Some(&axis) = self.cuts.get(&zone) {
            return usize::from(axis);
        }
        if self.cuts.is_empty() {
            return zone.len() as usize % self.dimensions;
        }
        (0..self.dimensions).min_by_key(|&axis| extent.bits(axis)).unwrap_or(0)
    }

    /// The halves of `zone`, with their extents; `None` if coordinates are not fine enough.
    pub fn halves(&self, zone: Zone, extent: &Extent) -> Option<[(Zone, Extent); 2]> {
        let axis = self.axis(zone, extent);
        if extent.bits(axis) >= COORDINATE_BITS {
            return None;
        }
        let [lower, upper] = zone.halves()?;
        Some([(lower, extent.half(axis, false)), (upper, extent.half(axis, true))])
    }

    /// The whole space.
    pub fn whole(&self) -> (Zone, Extent) {
        (Zone::WHOLE, Extent::WHOLE)
    }

    /// How far `zone` extends.
    pub fn extent(&self, zone: Zone) -> Extent {
        let (mut at, mut extent) = self.whole();
        while at.len < zone.len {
            let Some(halves) = self.halves(at, &extent) else { break };
            let upper = halves[1].0.covers(zone);
            (at, extent) = halves[usize::from(upper)];
        }
        extent
    }

    /// The coordinates of a point.
    #[inline]
    pub fn coordinates(&self, point: Id) -> Point {
        let mut coordinates = [0; MOST_DIMENSIONS];
        let path = point.aligned();
        if !self.cuts.is_empty() {
            return self.extent(Zone { path, len: 64 }).low;
        }
        if self.dimensions == 2 {
            coordinates[0] = every_second_bit(path >> 1);
            coordinates[1] = every_second_bit(path);
            return coordinates;
        }
        let (mut axis, mut bit) = (0, 31);
        for i in (0..64).rev() {
            coordinates[axis] |= ((path >> i & 1) as u32) << bit;
            axis += 1;
            if axis == self.dimensions {
                axis = 0;
                if bit == 0 {
                    break;
                }
                bit -= 1;
            }
        }
        coordinates
    }

    /// The point with these coordinates, as far as its bits go.
    pub fn point(&self, coordinates: &Point) -> Id {
        let (mut zone, mut extent) = self.whole();
        while let Some([lower, upper]) = self.halves(zone, &extent) {
            let inside = lower.1.contains(coordinates, self.dimensions);
            (zone, extent) = if inside { lower } else { upper };
        }
        zone.first()
    }

    /// Whether two zones are neighbours: they abut along one dimension and overlap along all others.
    pub fn abut(&self, a: &Extent, b: &Extent) -> bool {
        let mut abutting = 0;
        for i in 0..self.dimensions {
            if a.low[i] <= b.high[i] && b.low[i] <= a.high[i] {
                continue;
            }
            let touches = |a: u32, b: u32| {
                let next = a.checked_add(1);
                next == Some(b) || self.wraps && next.is_none() && b == 0
            };
            if !touches(a.high[i], b.low[i]) && !touches(b.high[i], a.low[i]) {
                return false;
            }
            abutting += 1;
        }
        abutting == 1
    }

    /// Whether two zones abut or overlap or are the same, or meet at a corner.
    pub fn touch(&self, a: &Extent, b: &Extent) -> bool {
        (0..self.dimensions).all(|i| {
            let next = |a: u32, b: u32| a.checked_add(1) == Some(b) || self.wraps && a == u32::MAX && b == 0;
            a.low[i] <= b.high[i] && b.low[i] <= a.high[i]
                || next(a.high[i], b.low[i])
                || next(b.high[i], a.low[i])
        })
    }

    /// The layers of points just outside a zone, one for each side of it that does not meet the edge of the space or the
    /// zone itself.
    pub fn shell(&self, extent: &Extent) -> Vec<Extent> {
        let mut layers = Vec::new();
        for i in 0..self.dimensions {
            let below =
                if self.wraps { Some(extent.low[i].wrapping_sub(1)) } else { extent.low[i].checked_sub(1) };
            let above =
                if self.wraps { Some(extent.high[i].wrapping_add(1)) } else { extent.high[i].checked_add(1) };
            for at in [below, above].into_iter().flatten() {
                if at < extent.low[i] || at > extent.high[i] {
                    let mut layer = *extent;
                    layer.low[i] = at;
                    layer.high[i] = at;
                    layers.push(layer);
                }
            }
        }
        layers
    }

    /// Whether two extents have points in common.
    pub fn intersect(&self, a: &Extent, b: &Extent) -> bool {
        (0..self.dimensions).all(|i| a.low[i] <= b.high[i] && b.low[i] <= a.high[i])
    }

    /// The way along one axis from `at` to the interval from `low` to `high`.
    #[inline]
    pub fn gap(&self, low: u32, high: u32, at: u32) -> u32 {
        if low <= at && at <= high {
            return 0;
        }
        let (up, down) = (low.wrapping_sub(at), at.wrapping_sub(high));
        if self.wraps || at < low && at > high {
            up.min(down)
        } else if at < low {
            up
        } else {
            down
        }
    }

    /// How far it is from `point` to a zone, squared where the metric is Euclidean: for comparing. 0 inside only.
    #[inline]
    pub fn distance(&self, metric: Metric, low: &[u32], high: &[u32], point: &Point) -> f64 {
        let mut sum = 0.0;
        for i in 0..self.dimensions {
            let gap = f64::from(self.gap(low[i], high[i], point[i]));
            sum += match metric {
                Metric::Euclidean => gap * gap,
                Metric::Manhattan => gap,
            };
        }
        sum
    }

    /// A space in which the given boxes are zones, and those zones, in their order. Coordinates count from 0 to `side`, a
    /// power of two; a box reaches from its `low` corner, inside, to its `high` one, outside.
    ///
    /// # Errors
    /// Why they cannot all come from halving the space, in a sentence.
    pub fn from_boxes(
        dimensions: usize,
        wraps: bool,
        side: u64,
        boxes: &[(Vec<u64>, Vec<u64>)],
    ) -> Result<(Torus, Vec<Zone>), String> {
        let mut torus = Torus::new(dimensions, wraps);
        if !side.is_power_of_two() || side > 1 << COORDINATE_BITS {
            return Err(format!("side = {side}: expected a power of two, up to 2^32"));
        }
        let unit = (1u64 << COORDINATE_BITS) / side;
        let mut extents = Vec::new();
        for (low, high) in boxes {
            if low.len() != dimensions || high.len() != dimensions {
                return Err(format!("zones: {low:?} to {high:?} is no box in {dimensions} dimensions"));
            }
            let mut extent = Extent::WHOLE;
            for i in 0..dimensions {
                if low[i] >= high[i] || high[i] > side {
                    return Err(format!(
                        "zones: {low:?} to {high:?}: expected corners from 0 to {side}, the lower one first"
                    ));
                }
                extent.low[i] = (low[i] * unit) as u32;
                extent.high[i] = (high[i] * unit - 1) as u32;
            }
            extents.push(extent);
        }
        let mut zones = vec![Zone::WHOLE; boxes.len()];
        let all: Vec<usize> = (0..boxes.len()).collect();
        let (zone, extent) = torus.whole();
        torus.halve_for(zone, extent, &all, &extents, &mut zones).map_err(|extent| {
            let coordinate = |at: u32| u64::from(at) / unit;
            let low: Vec<u64> = (0..dimensions).map(|i| coordinate(extent.low[i])).collect();
            let high: Vec<u64> = (0..dimensions).map(|i| coordinate(extent.high[i]) + 1).collect();
            format!("zones: {low:?} to {high:?} cannot be halved into those given, or not all of it is given just once")
        })?;
        Ok((torus, zones))
    }

    /// Halves `zone` until the `wanted` extents inside are zones; says where that is impossible.
    fn halve_for(
        &mut self,
        zone: Zone,
        extent: Extent,
        wanted: &[usize],
        extents: &[Extent],
        zones: &mut [Zone],
    ) -> Result<(), Extent> {
        if let &[only] = wanted
            && extents[only] == extent
        {
            zones[only] = zone;
            return Ok(());
        }
        let fixed = (0..self.dimensions).min_by_key(|&axis| extent.bits(axis)).unwrap_or(0);
        let axes = std::iter::once(fixed).chain((0..self.dimensions).filter(|&axis| axis != fixed));
        for axis in axes.filter(|&axis| extent.bits(axis) < COORDINATE_BITS) {
            let halves = [extent.half(axis, false), extent.half(axis, true)];
            let inside = |half: &Extent, at: usize| {
                let e = &extents[at];
                (0..self.dimensions).all(|i| half.low[i] <= e.low[i] && e.high[i] <= half.high[i])
            };
            let parts =
                halves.map(|half| wanted.iter().copied().filter(|&at| inside(&half, at)).collect::<Vec<_>>());
            let Some(children) = zone.halves() else { break };
            if parts[0].len() + parts[1].len() < wanted.len() || parts.iter().any(Vec::is_empty) {
                continue;
            }
            self.cuts.insert(zone, axis as u8);
            for (i, part) in parts.iter().enumerate() {
                self.halve_for(children[i], halves[i], part, extents, zones)?;
            }
            return Ok(());
        }
        Err(extent)
    }
}

/// Bits 0, 2, 4, … of `x`, moved together.
#[inline]
fn every_second_bit(x: u64) -> u32 {
    let mut x = x & 0x5555_5555_5555_5555;
    for shift in [1, 2, 4, 8, 16] {
        let mask = [
            0x3333_3333_3333_3333,
            0x0f0f_0f0f_0f0f_0f0f,
            0x00ff_00ff_00ff_00ff,
            0x0000_ffff_0000_ffff,
            0xffff_ffff,
        ][(shift as u32).ilog2() as usize];
        x = (x | x >> shift) & mask;
    }
    x as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A zone with its extent, found by halving `len` times towards `point`.
    fn zone_at(torus: &Torus, point: u64, len: u32) -> Zone {
        let mut at = torus.whole();
        while at.0.len() < len {
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
}
