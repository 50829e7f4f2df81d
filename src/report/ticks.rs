//! Where ticks stand and what they say.

use super::axis::{Map, transform};
use super::figure::{Axis, Scale, TickFormat};
use super::human::grouped;

/// A tick; those without a label are short.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub value: f64,
    pub label: Option<String>,
}

/// The ticks of an axis that has room for `most` labels.
pub(crate) fn ticks(axis: &Axis, map: &Map, most: usize) -> Vec<Tick> {
    let most = most.max(2);
    let labelled = |values: Vec<f64>| -> Vec<Tick> {
        let step = smallest_step(&values);
        // Values that somebody has chosen are written as they are: 0.25 beside 0.1 is not 0.2.
        let step = if axis.ticks.is_empty() { step } else { step.min(finest(&values)) };
        let largest = values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
        let label = |value: f64| Some(label(value, axis, step, largest));
        values.into_iter().map(|value| Tick { value, label: label(value) }).collect()
    };
    let mut all = if !axis.ticks.is_empty() {
        labelled(axis.ticks.clone())
    } else {
        match axis.scale {
            Scale::Categories => named(axis),
            Scale::Linear => labelled(nice(map.low, map.high, most)),
            Scale::Log10 => {
                decades(axis, map, most).unwrap_or_else(|| labelled(nice(map.low, map.high, most)))
            }
            Scale::Log2 => {
                let doublings = doublings(map, most);
                labelled(if doublings.len() < 2 { nice(map.low, map.high, most) } else { doublings })
            }
        }
    };
    all.retain(|tick| map.shows(tick.value));
    all
}

fn named(axis: &Axis) -> Vec<Tick> {
    axis.names
        .iter()
        .enumerate()
        .map(|(i, name)| Tick { value: i as f64, label: Some(name.clone()) })
        .collect()
}

/// Multiples of 1, 2 or 5 times a power of ten, at most `most` of them.
fn nice(low: f64, high: f64, most: usize) -> Vec<f64> {
    let rough = (high - low) / most as f64;
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|&step| step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    if !(step > 0.0 && step.is_finite()) {
        return vec![low, high];
    }
    let first = libm::ceil(low / step - 1e-9);
    let count = (libm::floor(high / step + 1e-9) - first).clamp(0.0, 100.0) as usize;
    (0..=count).map(|i| (first + i as f64) * step).collect()
}

/// Powers of ten with labels, their multiples without; 1-2-5 with labels over less than two decades. `None`
/// if that leaves fewer than two labels.
fn decades(axis: &Axis, map: &Map, most: usize) -> Option<Vec<Tick>> {
    let first = libm::floor(transform(map.scale, map.low)?) as i32;
    let last = libm::ceil(transform(map.scale, map.high)?) as i32;
    let stride = (last - first) / most as i32 + 1;
    let multiples =
        |exponent: i32| (1..10).map(move |digit| (digit, f64::from(digit) * power_of_ten(exponent)));
    let inside = (first..=last).filter(|&exponent| map.shows(power_of_ten(exponent))).count();
    let few = inside < 3 && most >= 4;
    let mut all = Vec::new();
    for exponent in first..=last {
        for (digit, value) in multiples(exponent) {
            let decade = digit == 1 && exponent.rem_euclid(stride) == 0;
            let between = few && (digit == 2 || digit == 5);
            let label = (decade || between).then(|| label(value, axis, value, value));
            if label.is_some() || stride == 1 || digit == 1 {
                all.push(Tick { value, label });
            }
        }
    }
    let labels = all.iter().filter(|tick| tick.label.is_some() && map.shows(tick.value)).count();
    (labels >= 2).then_some(all)
}

/// Exact for the powers that a `f64` holds exactly.
fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(0.0)
}

fn doublings(map: &Map, most: usize) -> Vec<f64> {
    let exponent = |value: f64| transform(Scale::Log2, value).unwrap_or(0.0);
    let first = libm::ceil(exponent(map.low) - 1e-9) as i32;
    let last = libm::floor(exponent(map.high) + 1e-9) as i32;
    let stride = ((last - first) / most as i32 + 1).max(1);
    (first..=last)
        .filter(|exponent| (exponent - first) % stride == 0)
        .map(|e| libm::exp2(f64::from(e)))
        .collect()
}

fn smallest_step(values: &[f64]) -> f64 {
    values
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .filter(|&step| step > 0.0)
        .fold(f64::INFINITY, f64::min)
}

/// The place of the last digit that any of the values has, down to millionths.
fn finest(values: &[f64]) -> f64 {
    let whole = |value: f64| (value - libm::round(value)).abs() <= 1e-9 * value.abs().max(1.0);
    let places = [1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5];
    let fits = |place: &&f64| values.iter().all(|&value| whole(value / **place));
    places.iter().find(fits).copied().unwrap_or(1e-6)
}

/// A tick's label; `step` is the distance to its neighbours and `largest` the largest value on the axis.
fn label(value: f64, axis: &Axis, step: f64, largest: f64) -> String {
    match axis.format {
        TickFormat::Milliseconds => milliseconds(value),
        TickFormat::Percent => format!("{} %", plain(value, step)),
        TickFormat::Number
            if axis.scale == Scale::Log2 && is_power_of_two(value) && !(0.01..1e5).contains(&largest) =>
        {
            format!("2{}", superscript(libm::log2(value) as i32))
        }
        TickFormat::Number if axis.scale == Scale::Log2 => {
            plain(value, if axis.ticks.is_empty() { value } else { value.min(step) })
        }
        TickFormat::Number if axis.scale == Scale::Log10 => number(value),
        TickFormat::Number if largest >= 1e5 => number_like(value, step, largest),
        TickFormat::Number => plain(value, step),
    }
}

fn is_power_of_two(value: f64) -> bool {
    value > 0.0 && libm::exp2(libm::round(libm::log2(value))) == value
}

/// As many decimals as the step needs, thousands grouped: `0.25`, `1,500`.
fn plain(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if value.abs() < 1e-4 || value.abs() >= 1e15 {
        return power(value);
    }
    let exponent = if step.is_finite() && step > 0.0 { libm::floor(libm::log10(step) + 1e-9) } else { -2.0 };
    let decimals = (-exponent).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    grouped(text).replace('-', "−")
}

/// `5`, `20 k`, `1 M`, `0.01`, `10⁻⁶`.
fn number(value: f64) -> String {
    number_like(value, value, value)
}

/// The label in the unit that `largest` asks for, so that an axis does not mix k and M.
fn number_like(value: f64, step: f64, largest: f64) -> String {
    let size = largest.abs();
    let (unit, name) = match size {
        _ if size >= 1e12 => return power(value),
        _ if size >= 1e9 => (1e9, "\u{202f}G"),
        _ if size >= 1e6 => (1e6, "\u{202f}M"),
        _ if size >= 1e3 => (1e3, "\u{202f}k"),
        _ => (1.0, ""),
    };
    if value == 0.0 { "0".to_owned() } else { format!("{}{name}", plain(value / unit, step / unit)) }
}

/// `10⁻⁶`, `2·10¹²`.
fn power(value: f64) -> String {
    let exponent = libm::floor(libm::log10(value.abs()) + 1e-9);
    let mantissa = format!("{:.3}", value / libm::pow(10.0, exponent));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let tail = format!("10{}", superscript(exponent as i32));
    match mantissa {
        "1" => tail,
        "-1" => format!("−{tail}"),
        _ => format!("{}·{tail}", mantissa.replace('-', "−")),
    }
}

pub(crate) fn superscript(exponent: i32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |c: char| c.to_digit(10).map_or('⁻', |digit| digits[digit as usize]);
    exponent.to_string().chars().map(digit).collect()
}

/// `0.1 ms`, `200 ms`, `1 s`, `5 min`, `2 h`.
fn milliseconds(value: f64) -> String {
    let size = value.abs();
    let (unit, name) = match size {
        _ if size >= 3.6e6 && value % 3.6e6 == 0.0 => (3.6e6, "h"),
        _ if size >= 6e4 && value % 6e4 == 0.0 => (6e4, "min"),
        _ if size >= 1e3 => (1e3, "s"),
        _ => (1.0, "ms"),
    };
    if value == 0.0 {
        "0".to_owned()
    } else {
        format!("{}\u{202f}{name}", plain(value / unit, size / unit / 10.0))
    }
}
