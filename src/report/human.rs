//! Numbers for people.

use crate::stats::{Summary, plus_minus_parts};

/// A count with its thousands grouped: `1,234,567`.
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// Group the integer digits of a plain decimal by commas.
pub(crate) fn grouped(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

/// At most four digits and a unit: `0.012`, `7.25`, `123`, `1,234`, `12.3 k`, `1.20 M`, `3.4e15`. For tables
/// that must fit; not for results. An empty string if the value is not finite.
pub fn short(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let size = value.abs();
    let (unit, name) = match size {
        _ if size >= 999.5e12 => return format!("{value:.1e}"),
        _ if size >= 999.5e9 => (1e12, " T"),
        _ if size >= 999.5e6 => (1e9, " G"),
        _ if size >= 999.5e3 => (1e6, " M"),
        _ if size >= 9_999.5 => (1e3, " k"),
        _ if size != 0.0 && size < 0.000_5 => return format!("{value:.1e}"),
        _ => (1.0, ""),
    };
    format!("{}{name}", significant(value / unit, 3))
}

/// A plain decimal with `digits` significant digits, but every digit of the integer part, grouped: `0.0123`,
/// `7.25`, `1,234`. Zero and whole numbers have no decimals.
pub fn significant(value: f64, digits: u32) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value == value.trunc() && value.abs() < 1e15 {
        return grouped(&format!("{value:.0}")).replace("-0", "0");
    }
    let places =
        |value: f64| (f64::from(digits) - 1.0 - libm::floor(libm::log10(value.abs()))).clamp(0.0, 12.0);
    let decimals = places(value) as usize;
    // Rounding may carry into a new digit: 9.996 is 10.0, not 10.00.
    let rounded: f64 = format!("{value:.decimals$}").parse().unwrap_or(value);
    let decimals = if rounded == 0.0 { decimals } else { places(rounded) as usize };
    grouped(&format!("{value:.decimals$}"))
}

/// A time given in milliseconds: `0.25 ms`, `87 ms`, `1.24 s`, `12.5 min`, `3.0 h`.
pub fn duration_ms(ms: f64) -> String {
    let size = ms.abs();
    let (unit, name) = match size {
        _ if size >= 7.2e6 => (3.6e6, "h"),
        _ if size >= 1.2e5 => (6e4, "min"),
        _ if size >= 999.5 => (1e3, "s"),
        _ => (1.0, "ms"),
    };
    let text = significant(ms / unit, 3);
    if text.is_empty() { text } else { format!("{text} {name}") }
}

/// `mean ± half-width` with the digits that the interval justifies; the mean alone where there is no
/// interval, a dash where there is no sample. Thousands are grouped; from a million on both are in M or G:
/// `1.21 ± 0.02 M`.
pub fn mean_ci(summary: Option<&Summary>) -> String {
    let Some(summary) = summary else {
        return "–".to_owned();
    };
    let Some(half) = summary.ci95.filter(|&half| half > 1e-9 * summary.mean.abs()) else {
        return short(summary.mean);
    };
    let size = summary.mean.abs();
    let (unit, name) = match size {
        _ if size >= 1e9 => (1e9, " G"),
        _ if size >= 1e6 => (1e6, " M"),
        _ => (1.0, ""),
    };
    let (mean, half) = plus_minus_parts(summary.mean / unit, half / unit, 4);
    format!("{} ± {}{name}", grouped(&mean), grouped(&half))
}
