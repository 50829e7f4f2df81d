//! The d-dimensional unit torus that CAN halves again and again (or the plain cube, if it does not wrap around).
//!
//! A zone is a node of the tree of all halvings, and so the sequence of sides that lead to it: a prefix. A point is the
//! whole sequence, in 64 bits an [`Id`], which is its place on the Z-order curve; so the points of a zone are an interval
//! of identifiers, zones either nest or are disjoint, and halves that belong together differ in their last bit.
//! Coordinates are left-aligned in 32 bits a dimension.

mod zone;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::zone::Zone;
use super::ring::Id;

/// The most dimensions.
pub const MOST_DIMENSIONS: usize = 16;
/// Bits of a coordinate.
const COORDINATE_BITS: u8 = 32;

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
            return zone.depth() as usize % self.dimensions;
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
    ) -> Result<(), Box<Extent>> {
        if let &[only] = wanted
            && extents[only] == extent
        {
            zones[only] = zone;
            return Ok(());
        }
        let mut nobody_s = None;
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
            if parts[0].len() + parts[1].len() < wanted.len() {
                continue;
            }
            if let Some(empty) = parts.iter().position(Vec::is_empty) {
                nobody_s = Some(halves[empty]);
                continue;
            }
            self.cuts.insert(zone, axis as u8);
            for (i, part) in parts.iter().enumerate() {
                self.halve_for(children[i], halves[i], part, extents, zones)?;
            }
            return Ok(());
        }
        Err(Box::new(nobody_s.unwrap_or(extent)))
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
mod tests;
