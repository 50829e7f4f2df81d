//! How numbers are written: one float writer for every CSV file, and `value ± half-width` for people.

/// What stands in a CSV field whose value does not exist: nothing, never −1 or NaN.
pub const MISSING: &str = "";

/// The largest integer up to which every integer is a `f64`: 2^53.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// Write `value` with six significant digits, shortest form, without trailing zeros. *The* float writer of
/// all results.
///
/// - Integers up to 2^53 that six significant digits hold exactly are written plainly: `42`, `131072`,
///   `2500000`.
/// - Otherwise, from 0.0001 up to 999999.5, plain decimals: `0.1`, `12.3457`, `123457`.
/// - Otherwise scientific: `1.23457e-7`, `1.23457e6`, `1e300`. So a *float* of 1234567 loses its last digit;
///   counts are integers and are written as such elsewhere.
///
/// Rounding is of the exact binary value, ties to even, the same on every platform. Negative zero is `0`. NaN
/// and infinities are a bug of the caller: a panic in debug builds, [`MISSING`] in release builds.
pub fn six(value: f64) -> String {
    debug_assert!(value.is_finite(), "a result must be finite, not {value}");
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{value:.5e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mantissa = trim_zeros(mantissa);
    if value == value.trunc() && value.abs() <= EXACT_INTEGERS {
        let plain = format!("{value:.0}");
        let significant = plain.trim_start_matches('-').trim_end_matches('0');
        if significant.len() <= 6 {
            return plain;
        }
    }
    if (-4..6).contains(&exponent) {
        let decimals = usize::try_from(5 - exponent).unwrap_or(0);
        trim_zeros(&format!("{value:.decimals$}")).to_owned()
    } else {
        format!("{mantissa}e{exponent}")
    }
}

/// [`six`], or the empty field for a missing value.
pub fn six_or_missing(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), six)
}

/// `value ± half` with the digits that the half-width justifies: two significant digits of a half-width that
/// starts with a 1, one otherwise, never more than `most` decimals. The half-width is rounded up, so it never
/// claims too much; next to a half-width of 0 the value has up to `most` decimals.
///
/// ```
/// # use peerlab::stats::plus_minus;
/// assert_eq!(plus_minus(12.3456, 0.321, 3), "12.3 ± 0.4");
/// assert_eq!(plus_minus(0.98, 0.0123, 3), "0.980 ± 0.013");
/// ```
pub fn plus_minus(value: f64, half: f64, most: usize) -> String {
    let (value, half) = plus_minus_parts(value, half, most);
    format!("{value} ± {half}")
}

/// The two halves of [`plus_minus`], for tables that align them.
pub(crate) fn plus_minus_parts(value: f64, half: f64, most: usize) -> (String, String) {
    if half.is_nan() || half <= 0.0 {
        return (trim_zeros(&format!("{value:.most$}")).to_owned(), "0".to_owned());
    }
    let decimals = decimals_for(half).min(most);
    let scale = libm::pow(10.0, decimals as f64);
    let half = libm::ceil(half * scale - 1e-6) / scale;
    (format!("{value:.decimals$}"), format!("{half:.decimals$}"))
}

/// Decimals that a half-width above 0 justifies; 0 for half-widths of 2 and more.
fn decimals_for(half: f64) -> usize {
    if !half.is_finite() {
        return 0;
    }
    let exponent = libm::floor(libm::log10(half));
    let leading = half / libm::pow(10.0, exponent);
    let wanted = if leading < 2.0 { 1.0 - exponent } else { -exponent };
    if wanted > 0.0 { wanted as usize } else { 0 }
}

/// `12.300` → `12.3`, `5.` → `5`; digits before the point are left alone.
fn trim_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
