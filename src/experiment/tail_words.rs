//! A fit in plain words, for the terminal.

use crate::report::{Colour, Column, Table, count, significant};
use crate::stats::plus_minus;
use crate::stats::tail::{Comparison, Fit, PValue, Remark, Verdict};

/// Below this p-value the paper rules a power law out.
const IMPLAUSIBLE: f64 = 0.1;

/// What was found, 80 columns wide: the law, its p-value if there is one, the comparisons, and what all that means.
/// `items` are what the values belong to, in the plural.
pub fn report(fit: &Fit, p_value: Option<&PValue>, rivals: &[Comparison], items: &str) -> String {
    let share = 100.0 * fit.n_tail as f64 / fit.n as f64;
    let mut rows = vec![
        ("alpha", format!("{} (one standard error)", plus_minus(fit.alpha, fit.sigma, 4))),
        ("x_min", significant(fit.x_min, 5)),
    ];
    rows.extend(fit.x_max.map(|x_max| ("x_max", significant(x_max, 5))));
    rows.push(("KS distance", significant(fit.ks, 4)));
    rows.push((
        "tail",
        format!(
            "{} of {} {items} ({} %), {} different values",
            count(fit.n_tail),
            count(fit.n),
            significant(share, 3),
            count(fit.distinct as u64)
        ),
    ));
    rows.extend(p_value.map(|p| {
        let samples = count(u64::from(p.replicates));
        let text = match p.p {
            0.0 => format!("0 (none of {samples} synthetic samples lies as far off)"),
            share => format!("{share:.2} ± {:.2} ({samples} synthetic samples)", p.error),
        };
        ("p-value", text)
    }));
    let mut text: String = rows.iter().map(|(name, value)| format!("{name:12} {value}\n")).collect();
    if !rivals.is_empty() {
        text += "\n";
        text += &comparisons(rivals);
    }
    text += &format!("\n{}", wrapped(&verdict(fit, p_value, rivals)));
    for remark in &fit.remarks {
        text += &wrapped(&format!("Mind: {remark}."));
    }
    text
}

/// The other laws, one a row.
fn comparisons(rivals: &[Comparison]) -> String {
    let mut table = Table::new([
        Column::text("against"),
        Column::number("R"),
        Column::number("p"),
        Column::text("verdict"),
    ]);
    for rival in rivals {
        let name = rival.other.alternative.title();
        let words = match rival.verdict() {
            Verdict::Undecided if rival.other.degenerate => {
                "undecided: its best fit is a power law".to_owned()
            }
            Verdict::Undecided if rival.other.alternative.is_nested() => "no cut-off to be seen".to_owned(),
            Verdict::Undecided => "undecided: fits as well".to_owned(),
            Verdict::PowerLaw => "the power law fits better".to_owned(),
            Verdict::Other if rival.other.alternative.is_nested() => "a cut-off fits better".to_owned(),
            Verdict::Other => format!("the {name} fits better"),
        };
        table.row([name.to_owned(), format!("{:.2}", rival.normalised), small(rival.p), words]);
    }
    table.render(80, Colour::Never)
}

/// A probability with two decimals, or that it is less than .01.
fn small(p: f64) -> String {
    if p < 0.005 { "< 0.01".to_owned() } else { format!("{p:.2}") }
}

/// Is it a power law? The whole in one or two sentences.
pub fn verdict(fit: &Fit, p_value: Option<&PValue>, rivals: &[Comparison]) -> String {
    let better: Vec<&str> = rivals
        .iter()
        .filter(|r| r.verdict() == Verdict::Other)
        .map(|r| r.other.alternative.title())
        .collect();
    let even: Vec<&str> = rivals
        .iter()
        .filter(|r| r.verdict() == Verdict::Undecided && !r.other.alternative.is_nested())
        .map(|r| r.other.alternative.title())
        .collect();
    let first = match p_value.map(|p| p.p >= IMPLAUSIBLE) {
        Some(false) => {
            "Not a power law: samples drawn from the fit lie closer to theirs in more than nine of ten cases."
        }
        Some(true) if better.is_empty() => "A power law is plausible for this tail.",
        Some(true) => "A power law is not ruled out by its own samples.",
        None if rivals.is_empty() => {
            "Whether it is a power law is open: `--p-value` tests it, `--compare` sets other laws beside it."
        }
        None => "The comparisons say which law is nearer, not that it is near: `--p-value` tests that.",
    };
    let second = match (better.is_empty(), even.is_empty()) {
        _ if rivals.is_empty() => String::new(),
        (false, _) => format!("Better than it: {}.", better.join(", ")),
        (true, false) => format!("The data cannot tell it from: {}.", even.join(", ")),
        (true, true) => "It is better than every other law tried.".to_owned(),
    };
    let few = if fit.n_tail < Remark::SMALL_TAIL { "But the tail is too small to say." } else { "" };
    [first, &second, few].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Lines of at most 80 characters, each with its end.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        let wide = word.chars().count();
        if length > 0 && length + 1 + wide > 80 {
            lines.push('\n');
            length = 0;
        } else if length > 0 {
            lines.push(' ');
            length += 1;
        }
        lines += word;
        length += wide;
    }
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::tail::{Kind, Options, Sample, compare, fit};

    #[test]
    fn nothing_is_wider_than_a_terminal() {
        let data: Vec<f64> = (1..=400).map(|i| libm::floor(400.0 / f64::from(i))).collect();
        let sample = Sample::new(&data, Kind::Discrete).unwrap();
        let found = fit(&sample, &Options { x_max: Some(300.0), ..Options::default() }).unwrap();
        let p = PValue { p: 0.03, error: 0.01, replicates: 1000 };
        let text = report(&found, Some(&p), &compare(&sample, &found), "numbers");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("Not a power law") && text.contains("x_max") && text.contains("0.03 ± 0.01"));
        let bare = report(&found, None, &[], "numbers");
        assert!(bare.contains("--p-value") && !bare.contains("against"), "{bare}");
    }
}
