//! Reading and writing decimal numbers with a unit, exactly.

use std::fmt;

use serde::de;

/// Why a text is no quantity of the kind wanted, and what would be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnitError {
    /// What is wrong, in one line.
    pub message: String,
    /// What the quantity looks like, if `message` does not say so.
    pub hint: Option<String>,
}

impl UnitError {
    pub(super) fn new(message: String) -> UnitError {
        UnitError { message, hint: None }
    }

    /// As a serde error: the hint on a line of its own, where `experiment::diagnostic` finds it.
    pub(super) fn into_serde<E: de::Error>(self) -> E {
        match self.hint {
            Some(hint) => E::custom(format_args!("{}\nhint: {hint}", self.message)),
            None => E::custom(self.message),
        }
    }
}

/// One kind of quantity: how to speak of it, and its units with their size in the smallest one.
pub(super) struct Kind {
    /// With its article: "a duration".
    what: &'static str,
    /// What `what` needs beside its number: "its unit".
    with: &'static str,
    example: &'static str,
    /// Names and sizes, ascending; the first is 1.
    pub(super) units: &'static [(&'static str, u64)],
    /// Other spellings that are accepted but never written.
    aliases: &'static [(&'static str, &'static str)],
}

pub(super) const DURATION: Kind = Kind {
    what: "a duration",
    with: "its unit",
    example: "80 ms",
    units: &[
        ("ns", 1),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ],
    // The micro sign, and the Greek letter that looks like it.
    aliases: &[("\u{b5}s", "us"), ("\u{3bc}s", "us")],
};

pub(super) const SIZE: Kind = Kind {
    what: "a size",
    with: "its unit",
    example: "256 KiB",
    units: &[
        ("B", 1),
        ("kB", 1_000),
        ("KiB", 1 << 10),
        ("MB", 1_000_000),
        ("MiB", 1 << 20),
        ("GB", 1_000_000_000),
        ("GiB", 1 << 30),
        ("TB", 1_000_000_000_000),
        ("TiB", 1 << 40),
    ],
    aliases: &[],
};

pub(super) const BIT_RATE: Kind = Kind {
    what: "a bit rate",
    with: "its unit",
    example: "1.5 Mbit/s",
    units: &[
        ("bit/s", 1),
        ("kbit/s", 1_000),
        ("Mbit/s", 1_000_000),
        ("Gbit/s", 1_000_000_000),
        ("Tbit/s", 1_000_000_000_000),
    ],
    aliases: &[],
};

/// The sizes are the seconds' share in milliseconds: `600 /h` is 600 × 1,000 / 3,600,000 per second.
pub(super) const FREQUENCY: Kind = Kind {
    what: "a frequency",
    with: "its unit",
    example: "10 /s",
    units: &[("/ms", 1), ("/s", 1_000), ("/min", 60_000), ("/h", 3_600_000), ("/d", 86_400_000)],
    aliases: &[],
};

pub(super) const SHARE: Kind =
    Kind { what: "a share", with: "its `%`", example: "0.1 %", units: &[("%", 1)], aliases: &[] };

impl Kind {
    fn expected(&self) -> String {
        format!("expected {} with {}, such as \"{}\"", self.what, self.with, self.example)
    }

    fn refuse(&self, found: impl fmt::Display) -> UnitError {
        UnitError::new(format!("{}, found {found}", self.expected()))
    }

    pub(super) fn out_of_range(&self, text: &str) -> UnitError {
        UnitError::new(format!("\"{text}\" is out of range for {}", self.what))
    }

    /// Splits `text` into a plain decimal number and what follows it, trimmed.
    ///
    /// # Errors
    ///
    /// No number at the start; a sign; an exponent; a decimal point without digits on both sides.
    pub(super) fn split<'t>(&self, text: &'t str) -> Result<(Number, &'t str), UnitError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(self.refuse("an empty string"));
        }
        if text.starts_with('-') {
            return Err(self.negative(&format!("\"{text}\"")));
        }
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let exponent = unit.strip_prefix(['e', 'E']).is_some_and(|rest| {
            rest.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit())
        });
        if exponent {
            let hint = Some(format!("such as \"{}\"", self.example));
            let message = format!("{} takes no exponent, found \"{text}\": write the number out", self.what);
            return Err(UnitError { message, hint });
        }
        match Number::read(number) {
            Some(number) => Ok((number, unit.trim())),
            None => Err(self.refuse(format_args!("\"{text}\""))),
        }
    }

    /// The size of `unit`.
    ///
    /// # Errors
    ///
    /// No unit at all, or one that is not in the table, with the nearest that is.
    pub(super) fn size(&self, unit: &str, text: &str) -> Result<u64, UnitError> {
        if unit.is_empty() {
            return Err(self.refuse(format_args!("\"{}\"", text.trim())));
        }
        let canonical = self.aliases.iter().find(|(alias, _)| *alias == unit).map_or(unit, |(_, name)| name);
        if let Some((_, size)) = self.units.iter().find(|(name, _)| *name == canonical) {
            return Ok(*size);
        }
        let names: Vec<&str> = self.units.iter().map(|(name, _)| *name).collect();
        let near = nearest(unit, &names).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        Err(UnitError {
            message: format!("unknown unit `{unit}`{near}"),
            hint: Some(format!("{}; units: {}", self.expected(), names.join(", "))),
        })
    }

    /// Reads a whole number of the smallest unit.
    ///
    /// # Errors
    ///
    /// As [`Kind::split`] and [`Kind::size`]; also a value beyond `u64::MAX`, or between two whole numbers.
    pub(super) fn parse(&self, text: &str) -> Result<u64, UnitError> {
        let (number, unit) = self.split(text)?;
        if unit.is_empty() && number.is_zero() {
            return Ok(0);
        }
        let size = self.size(unit, text)?;
        let (digits, divisor) = number.as_fraction().ok_or_else(|| self.out_of_range(text))?;
        let scaled = digits.checked_mul(u128::from(size)).ok_or_else(|| self.out_of_range(text))?;
        let whole = scaled / divisor;
        if whole * divisor != scaled {
            let smallest = self.units[0].0;
            return Err(UnitError::new(format!("\"{text}\" is not a whole number of {smallest}")));
        }
        u64::try_from(whole).map_err(|_| self.out_of_range(text))
    }

    /// Writes `value` exactly: a duration in the largest unit that suits, the others in the fewest characters.
    ///
    /// Thousandths of a unit suit, but only halves of a minute, an hour, a day or a power of two.
    pub(super) fn write(&self, value: u64) -> String {
        let time = self.what == DURATION.what;
        if time && value == 0 {
            return "0 s".to_owned();
        }
        let mut best = format!("{value} {}", self.units[0].0);
        for &(name, size) in self.units[1..].iter().filter(|(_, size)| *size <= value) {
            let steps = if size.is_power_of_two() || time && size > 1_000_000_000 { 2 } else { 1000 };
            let scaled = u128::from(value) * steps;
            if !scaled.is_multiple_of(u128::from(size)) {
                continue;
            }
            let thousandths = scaled / u128::from(size) * (1000 / steps);
            let number = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            let text = format!("{} {name}", number.trim_end_matches('0').trim_end_matches('.'));
            if time || text.len() <= best.len() {
                best = text;
            }
        }
        best
    }

    /// A bare number where a unit is needed.
    pub(super) fn bare(&self, number: &str) -> UnitError {
        if number.starts_with('-') {
            return self.negative(number);
        }
        self.refuse(format_args!("the bare number {number}"))
    }

    /// A number outside 0 to 1, or its text.
    pub(super) fn outside(&self, text: &str) -> UnitError {
        let message = format!("{} lies between 0 % and 100 %, found {text}", self.what);
        let hint = match text.contains("nan") {
            true => None,
            false if text.contains('-') => Some("the nearest valid value is \"0 %\""),
            false => Some("the nearest valid value is \"100 %\""),
        };
        UnitError { message, hint: hint.map(str::to_owned) }
    }

    fn negative(&self, text: &str) -> UnitError {
        UnitError::new(format!("{} cannot be negative, found {text}", self.what))
    }
}

/// Neither a whole number nor a percentage.
pub(super) fn refuse_count_or_share(found: &str) -> UnitError {
    UnitError::new(format!("expected a whole number, or a share such as \"0.1 %\", found {found}"))
}

/// A hundred times the plain decimal `number`, by moving its point.
pub(super) fn hundredfold(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (moved, rest) = fraction.split_at(fraction.len().min(2));
    let whole = format!("{whole}{moved:0<2}");
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    if rest.is_empty() { whole.to_owned() } else { format!("{whole}.{rest}") }
}

/// The word of `words` that `word` was most likely meant to be, if any comes close.
///
/// Letters' case does not count as a difference; of equally near words the first wins.
pub(crate) fn nearest<'w>(word: &str, words: &[&'w str]) -> Option<&'w str> {
    let lower = word.to_lowercase();
    let mut best: Option<(f64, &'w str)> = None;
    for &candidate in words {
        let other = candidate.to_lowercase();
        let edits = strsim::osa_distance(&lower, &other);
        let longest = lower.chars().count().max(other.chars().count());
        // One edit in three, and always one, is a slip; beyond that only a long common beginning counts.
        let slip = edits <= (longest / 3).max(1) && edits < longest;
        let score = strsim::jaro_winkler(&lower, &other);
        if (slip || score > 0.85) && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A plain decimal number as written, without its underscores: `12`, `12.5`, `1000`.
pub(super) struct Number(String);

impl Number {
    /// Reads `12`, `12.5` or `1_000`; `None` if the text is none of these.
    fn read(text: &str) -> Option<Number> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = whole.split('_').all(digits) && digits(fraction);
        well_formed.then(|| Number(text.replace('_', "")))
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.bytes().all(|byte| matches!(byte, b'0' | b'.'))
    }

    /// The number as `(digits, divisor)`, the divisor a power of ten; `None` beyond some 38 digits.
    fn as_fraction(&self) -> Option<(u128, u128)> {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let fraction = fraction.trim_end_matches('0');
        let divisor = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let digits = format!("{whole}{fraction}").parse().ok()?;
        Some((digits, divisor))
    }

    /// The nearest `f64`; infinite beyond the largest.
    pub(super) fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::INFINITY)
    }

    /// The `f64` nearest to a hundredth of it, rounded once.
    pub(super) fn hundredth(&self) -> f64 {
        format!("{}e-2", self.0).parse().unwrap_or(f64::INFINITY)
    }
}
