//! Numbers with their unit, as scenarios write them: `"80 ms"`, `"256 KiB"`, `"1.5 Mbit/s"`, `"10 /s"`, `"0.1 %"`.
//!
//! Every type here reads ([`FromStr`], `Deserialize`) and writes ([`Display`](fmt::Display), `Serialize`) the same
//! text, and reading back what was written gives the same value, bit for bit. Decimals are read exactly: `"0.1 s"` is
//! 100,000,000 ns, and `"1.5 ns"`, which is no whole number of nanoseconds, is refused instead of rounded.
//!
//! Bare numbers are refused where a unit is needed (except 0, which needs none), as are signs and exponents.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

#[cfg(test)]
mod tests;
mod text;

pub use text::UnitError;
pub(crate) use text::nearest;
use text::{BIT_RATE, DURATION, FREQUENCY, SHARE, SIZE};

/// A stretch of simulated time in whole nanoseconds, up to some 584 years: `"80 ms"`, `"1.5 s"`, `"1 h"`.
///
/// Units: `ns`, `us` (or `µs`), `ms`, `s`, `min`, `h`, `d`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// A span of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Span {
        Span(nanos)
    }

    /// A span of `micros` microseconds, at most `u64::MAX` nanoseconds.
    pub const fn micros(micros: u64) -> Span {
        Span(micros.saturating_mul(1_000))
    }

    /// A span of `millis` milliseconds, at most `u64::MAX` nanoseconds.
    pub const fn millis(millis: u64) -> Span {
        Span(millis.saturating_mul(1_000_000))
    }

    /// A span of `secs` seconds, at most `u64::MAX` nanoseconds.
    pub const fn secs(secs: u64) -> Span {
        Span(secs.saturating_mul(1_000_000_000))
    }

    /// The span in nanoseconds.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// The span in seconds, rounded to the nearest `f64`; for statistics, never for the clock.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The span in milliseconds, rounded to the nearest `f64`; for statistics, never for the clock.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The sum, at most `u64::MAX` nanoseconds.
    pub const fn saturating_add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }

    /// The sum, or `None` beyond `u64::MAX` nanoseconds.
    pub const fn checked_add(self, other: Span) -> Option<Span> {
        match self.0.checked_add(other.0) {
            Some(nanos) => Some(Span(nanos)),
            None => None,
        }
    }

    /// The difference, at least zero.
    pub const fn saturating_sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

/// A number of bytes: `"23 B"`, `"256 KiB"`, `"4 MB"`.
///
/// Units: `B`, by thousands `kB`, `MB`, `GB`, `TB`, and by 1,024 `KiB`, `MiB`, `GiB`, `TiB`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub u64);

/// A rate of an access link in bits per second: `"1.5 Mbit/s"`.
///
/// Units, by thousands: `bit/s`, `kbit/s`, `Mbit/s`, `Gbit/s`, `Tbit/s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BitRate(pub u64);

impl BitRate {
    /// The rate in bytes per second, rounded to the nearest `f64`.
    pub fn bytes_per_second(self) -> f64 {
        self.0 as f64 / 8.0
    }
}

/// How often something happens, in events per second, finite and at least zero: `"10 /s"`, `"600 /h"`.
///
/// Units: `/ms`, `/s`, `/min`, `/h`, `/d`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Frequency(pub f64);

impl Frequency {
    /// The rate in events per second.
    pub const fn per_second(self) -> f64 {
        self.0
    }
}

/// A share of a whole, from 0 to 1: `"0.1 %"`, or the bare number `0.001`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Share(pub f64);

/// So many, or so large a share of the whole: `10`, or `"0.1 %"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CountOrShare {
    /// An absolute number, written as a bare whole number.
    Count(u64),
    /// A share of whatever is counted, always written with its `%`.
    Share(Share),
}

impl CountOrShare {
    /// The number meant, out of `whole`: a count as it stands, a share rounded to the nearest whole number.
    pub fn of(self, whole: u64) -> u64 {
        match self {
            CountOrShare::Count(count) => count,
            CountOrShare::Share(share) => (share.0 * whole as f64).round() as u64,
        }
    }
}

/// A whole number of the kind's smallest unit, read and written exactly.
macro_rules! whole_number_text {
    ($($type:ident: $kind:expr),+ $(,)?) => { $(
        impl FromStr for $type {
            type Err = UnitError;

            fn from_str(text: &str) -> Result<$type, UnitError> {
                $kind.parse(text).map($type)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&$kind.write(self.0))
            }
        }
    )+ };
}

whole_number_text!(Span: DURATION, Bytes: SIZE, BitRate: BIT_RATE);

impl FromStr for Frequency {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Frequency, UnitError> {
        let (number, unit) = FREQUENCY.split(text)?;
        if unit.is_empty() && number.is_zero() {
            return Ok(Frequency(0.0));
        }
        // One rounding only: all units but the millisecond are whole seconds.
        let per_second = match FREQUENCY.size(unit, text)? {
            millis if millis < 1000 => number.to_f64() * (1000 / millis) as f64,
            millis => number.to_f64() / (millis / 1000) as f64,
        };
        if per_second.is_finite() { Ok(Frequency(per_second)) } else { Err(FREQUENCY.out_of_range(text)) }
    }
}

impl fmt::Display for Frequency {
    /// The unit with the shortest text that reads back as the same rate; per second, if none is shorter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut best = format!("{} /s", self.0);
        for &(name, millis) in FREQUENCY.units {
            let text = format!("{} {name}", self.0 * (millis as f64 / 1000.0));
            if text.len() < best.len() && text.parse() == Ok(*self) {
                best = text;
            }
        }
        f.pad(&best)
    }
}

impl FromStr for Share {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Share, UnitError> {
        let (number, unit) = SHARE.split(text)?;
        let share = if unit.is_empty() {
            number.to_f64()
        } else {
            SHARE.size(unit, text)?;
            number.hundredth()
        };
        Share::within(share).ok_or_else(|| SHARE.outside(text))
    }
}

impl Share {
    /// `share`, if it lies between 0 and 1.
    fn within(share: f64) -> Option<Share> {
        (0.0..=1.0).contains(&share).then_some(Share(share))
    }
}

impl fmt::Display for Share {
    /// In per cent; as a bare number where a percentage would be longer or read back as another one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = format!("{}", self.0);
        let percent = format!("{} %", text::hundredfold(&bare));
        let exact = percent.parse() == Ok(*self);
        f.pad(if exact { &percent } else { &bare })
    }
}

impl FromStr for CountOrShare {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<CountOrShare, UnitError> {
        match text.trim().parse::<u64>() {
            Ok(count) => Ok(CountOrShare::Count(count)),
            Err(_) if text.contains('%') => text.parse().map(CountOrShare::Share),
            Err(_) => Err(text::refuse_count_or_share(&format!("\"{text}\""))),
        }
    }
}

impl fmt::Display for CountOrShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CountOrShare::Count(count) => count.fmt(f),
            CountOrShare::Share(Share(share)) => {
                f.pad(&format!("{} %", text::hundredfold(&format!("{share}"))))
            }
        }
    }
}

/// What a scenario may write where a quantity stands: a text, or a bare number as far as `number` allows.
trait Quantity: FromStr<Err = UnitError> {
    const EXPECTED: &'static str;

    /// The quantity that the bare `number` means.
    ///
    /// # Errors
    ///
    /// It means none: a unit is missing, or the number is out of range.
    fn from_number(number: f64, text: &str) -> Result<Self, UnitError>;

    /// The quantity that a bare whole `number` means; differs where an `f64` would round.
    ///
    /// # Errors
    ///
    /// As [`Quantity::from_number`].
    fn from_whole(number: u64) -> Result<Self, UnitError> {
        Self::from_number(number as f64, &number.to_string())
    }
}

macro_rules! needs_unit {
    ($($type:ident: $kind:expr, $zero:expr, $expected:literal);+ $(;)?) => { $(
        impl Quantity for $type {
            const EXPECTED: &'static str = $expected;

            fn from_number(number: f64, text: &str) -> Result<$type, UnitError> {
                if number == 0.0 { Ok($type($zero)) } else { Err($kind.bare(text)) }
            }
        }
    )+ };
}

needs_unit! {
    Span: DURATION, 0, "a duration with its unit, such as \"80 ms\"";
    Bytes: SIZE, 0, "a size with its unit, such as \"256 KiB\"";
    BitRate: BIT_RATE, 0, "a bit rate with its unit, such as \"1.5 Mbit/s\"";
    Frequency: FREQUENCY, 0.0, "a frequency with its unit, such as \"10 /s\"";
}

impl Quantity for Share {
    const EXPECTED: &'static str = "a share, such as \"0.1 %\" or 0.001";

    fn from_number(number: f64, text: &str) -> Result<Share, UnitError> {
        Share::within(number).ok_or_else(|| SHARE.outside(text))
    }
}

impl Quantity for CountOrShare {
    const EXPECTED: &'static str = "a whole number, or a share such as \"0.1 %\"";

    fn from_number(_: f64, text: &str) -> Result<CountOrShare, UnitError> {
        Err(text::refuse_count_or_share(text))
    }

    fn from_whole(number: u64) -> Result<CountOrShare, UnitError> {
        Ok(CountOrShare::Count(number))
    }
}

/// Reads any [`Quantity`] from a string or a bare number.
struct QuantityVisitor<Q>(std::marker::PhantomData<Q>);

impl<Q: Quantity> Visitor<'_> for QuantityVisitor<Q> {
    type Value = Q;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Q::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Q, E> {
        text.parse().map_err(UnitError::into_serde)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Q, E> {
        Q::from_whole(number).map_err(UnitError::into_serde)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Q, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Q::from_number(number as f64, &number.to_string()).map_err(UnitError::into_serde),
        }
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Q, E> {
        Q::from_number(number, &number.to_string()).map_err(UnitError::into_serde)
    }
}

macro_rules! serde_as_text {
    ($($type:ident),+) => { $(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                deserializer.deserialize_any(QuantityVisitor(std::marker::PhantomData))
            }
        }
    )+ };
    (write $($type:ident),+) => { $(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )+ };
}

serde_as_text!(Span, Bytes, BitRate, Frequency, Share, CountOrShare);
serde_as_text!(write Span, Bytes, BitRate, Frequency, Share);

impl Serialize for CountOrShare {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            CountOrShare::Count(count) => serializer.serialize_u64(*count),
            CountOrShare::Share(_) => serializer.collect_str(self),
        }
    }
}

/// `text` in the one spelling that every quantity equal to it has, for telling whether two texts mean the same.
pub(crate) fn canonical(text: &str) -> Option<String> {
    fn respell<Q: FromStr + fmt::Display>(text: &str) -> Option<String> {
        text.parse::<Q>().ok().map(|quantity| quantity.to_string())
    }
    respell::<Span>(text)
        .or_else(|| respell::<Bytes>(text))
        .or_else(|| respell::<BitRate>(text))
        .or_else(|| respell::<Frequency>(text))
        .or_else(|| respell::<Share>(text))
}
