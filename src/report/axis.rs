//! From values to places: the range that an axis shows and its mapping to units.

use super::figure::{Axis, Scale};

/// An axis laid out between two ends of the plot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Map {
    pub scale: Scale,
    /// Smallest value shown, in the axis's unit.
    pub low: f64,
    /// Largest value shown, above `low`.
    pub high: f64,
    /// Place of `low`.
    pub from: f64,
    /// Place of `high`; above `from` for x, below it for y.
    pub to: f64,
}

impl Map {
    /// The place of a value, also outside the plot; `None` if it is not finite or cannot stand on a log axis.
    pub(crate) fn place(&self, value: f64) -> Option<f64> {
        let share = (transform(self.scale, value)? - transform(self.scale, self.low)?)
            / (transform(self.scale, self.high)? - transform(self.scale, self.low)?);
        Some(self.from + share * (self.to - self.from))
    }

    /// Whether the value lies between the ends, give or take rounding.
    pub(crate) fn shows(&self, value: f64) -> bool {
        let (first, last) = (self.from.min(self.to), self.from.max(self.to));
        self.place(value).is_some_and(|place| place >= first - 0.01 && place <= last + 0.01)
    }

    /// The same axis between other ends.
    pub(crate) fn between(self, from: f64, to: f64) -> Map {
        Map { from, to, ..self }
    }
}

/// The value on the scale on which equal distances are equal; `None` where there is none.
pub(crate) fn transform(scale: Scale, value: f64) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    match scale {
        Scale::Linear | Scale::Categories => Some(value),
        Scale::Log10 => (value > 0.0).then(|| libm::log10(value)),
        Scale::Log2 => (value > 0.0).then(|| libm::log2(value)),
    }
}

/// The inverse of [`transform`].
pub(crate) fn back(scale: Scale, place: f64) -> f64 {
    match scale {
        Scale::Linear | Scale::Categories => place,
        Scale::Log10 => libm::pow(10.0, place),
        Scale::Log2 => libm::exp2(place),
    }
}

/// What the range of an axis depends on besides the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// x: as tight as the data.
    Across,
    /// y of lines: from zero on a linear axis, unless the data lie far above.
    Up,
    /// y of bars: from zero on a linear axis, from a whole decade on a log one.
    Bars,
}

/// The range for the values shown, as a map from 0 to 1. Values that cannot stand on the axis are ignored;
/// without any, the axis runs from 0 to 1, on a log scale from 1 to 10, so an empty figure still has axes.
pub(crate) fn fit(axis: &Axis, values: impl Iterator<Item = f64>, role: Role) -> Map {
    let scale = axis.scale;
    let mut least = f64::INFINITY;
    let mut most = f64::NEG_INFINITY;
    for value in values.filter(|&value| transform(scale, value).is_some()) {
        least = least.min(value);
        most = most.max(value);
    }
    let (low, high) = if let Some(range) = given(axis) {
        range
    } else if scale == Scale::Categories {
        let count = if most >= 0.0 {
            axis.names.len().max(most.min(999.0) as usize + 1)
        } else {
            axis.names.len().max(1)
        };
        (-0.5, count as f64 - 0.5)
    } else if least > most {
        if scale == Scale::Linear { (0.0, 1.0) } else { (1.0, 10.0) }
    } else if scale == Scale::Linear {
        linear(least, most, role)
    } else {
        logarithmic(scale, least, most, role)
    };
    Map { scale, low, high, from: 0.0, to: 1.0 }
}

/// The range asked for, if it makes sense.
fn given(axis: &Axis) -> Option<(f64, f64)> {
    let (low, high) = axis.range?;
    (transform(axis.scale, low)? < transform(axis.scale, high)?).then_some((low, high))
}

fn linear(least: f64, most: f64, role: Role) -> (f64, f64) {
    let from_zero = role == Role::Bars || (role == Role::Up && least >= 0.0 && least < 0.6 * most);
    let (least, most) = if from_zero { (least.min(0.0), most.max(0.0)) } else { (least, most) };
    if least == most {
        let half = if least == 0.0 { 1.0 } else { 0.5 * least.abs() };
        return (least - half, most + half);
    }
    let room = (if role == Role::Across { 0.02 } else { 0.05 }) * (most - least);
    let low = if least == 0.0 { 0.0 } else { least - room };
    let high = if most == 0.0 { 0.0 } else { most + room };
    // Values near the largest f64 would overflow the width.
    if (high - low).is_finite() { (low, high) } else { (least / 4.0, most / 4.0) }
}

fn logarithmic(scale: Scale, least: f64, most: f64, role: Role) -> (f64, f64) {
    let (first, last) = (transform(scale, least).unwrap_or(0.0), transform(scale, most).unwrap_or(1.0));
    let mut room = (if role == Role::Across { 0.03 } else { 0.05 }) * (last - first);
    if last - first < 0.3 {
        room = 0.5;
    }
    let low = if role == Role::Bars { libm::floor(first - 0.2) } else { first - room };
    (back(scale, low).max(f64::MIN_POSITIVE), back(scale, last + room).min(f64::MAX))
}
