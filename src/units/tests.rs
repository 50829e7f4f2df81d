use std::fmt::{Debug, Display};

use proptest::prelude::*;

use super::*;

fn refusal<Q: FromStr<Err = UnitError> + Debug>(text: &str) -> String {
    let error = text.parse::<Q>().unwrap_err();
    match error.hint {
        Some(hint) => format!("{} | {hint}", error.message),
        None => error.message,
    }
}

fn round_trip<Q: FromStr<Err = UnitError> + Display + PartialEq + Debug>(quantity: Q) {
    let text = quantity.to_string();
    assert_eq!(text.parse::<Q>(), Ok(quantity), "{text}");
}

#[test]
fn durations_are_read_exactly() {
    for (text, nanos) in [
        ("80 ms", 80_000_000),
        ("80ms", 80_000_000),
        (" 1.5 s ", 1_500_000_000),
        ("0.1 s", 100_000_000),
        ("1 h", 3_600_000_000_000),
        ("1_000 ns", 1_000),
        ("2 µs", 2_000),
        ("2 μs", 2_000),
        ("2 us", 2_000),
        ("0.5 min", 30_000_000_000),
        ("1 d", 86_400_000_000_000),
        ("0 s", 0),
        ("0", 0),
        ("1.000000000000000000000 ns", 1),
        ("18446744073709551615 ns", u64::MAX),
    ] {
        assert_eq!(text.parse(), Ok(Span(nanos)), "{text}");
    }
}

#[test]
fn durations_are_written_in_their_natural_unit() {
    for (nanos, text) in [
        (0, "0 s"),
        (80_000_000, "80 ms"),
        (1_500_000_000, "1.5 s"),
        (3_600_000_000_000, "1 h"),
        (5_400_000_000_000, "1.5 h"),
        (6_000_000_000_000, "100 min"),
        (1_234_567, "1234.567 us"),
        (1_001_000_000, "1.001 s"),
        (u64::MAX, "18446744073709551.615 us"),
    ] {
        assert_eq!(Span(nanos).to_string(), text);
    }
    assert_eq!(format!("{:>8}", Span::millis(80)), "   80 ms");
}

#[test]
fn bad_durations_say_what_is_wrong() {
    let expected = "expected a duration with its unit, such as \"80 ms\"";
    let units = "units: ns, us, ms, s, min, h, d";
    for (text, message) in [
        ("80", format!("{expected}, found \"80\"")),
        ("", format!("{expected}, found an empty string")),
        ("ms", format!("{expected}, found \"ms\"")),
        ("1. s", format!("{expected}, found \"1. s\"")),
        (".5 s", format!("{expected}, found \".5 s\"")),
        ("1.2.3 s", format!("{expected}, found \"1.2.3 s\"")),
        ("3 mss", format!("unknown unit `mss`; did you mean `ms`? | {expected}; {units}")),
        ("3 MS", format!("unknown unit `MS`; did you mean `ms`? | {expected}; {units}")),
        ("3 fortnights", format!("unknown unit `fortnights` | {expected}; {units}")),
        ("-3 s", "a duration cannot be negative, found \"-3 s\"".into()),
        (
            "1e3 s",
            "a duration takes no exponent, found \"1e3 s\": write the number out | such as \"80 ms\"".into(),
        ),
        ("1.5 ns", "\"1.5 ns\" is not a whole number of ns".into()),
        ("300000 d", "\"300000 d\" is out of range for a duration".into()),
        (
            "340282366920938463463374607431768211455 d",
            "\"340282366920938463463374607431768211455 d\" is out of range for a duration".into(),
        ),
        (
            "9999999999999999999999999999999999999999 s",
            "\"9999999999999999999999999999999999999999 s\" is out of range for a duration".into(),
        ),
    ] {
        assert_eq!(refusal::<Span>(text), message);
    }
}

#[test]
fn sizes_rates_and_frequencies() {
    assert_eq!("256 KiB".parse(), Ok(Bytes(262_144)));
    assert_eq!("4 MB".parse(), Ok(Bytes(4_000_000)));
    assert_eq!("23 B".parse(), Ok(Bytes(23)));
    for text in ["256 KiB", "4 MB", "23 B", "1.5 kB", "1 GiB", "512 B", "0 B"] {
        assert_eq!(text.parse::<Bytes>().unwrap().to_string(), text);
    }
    assert!(refusal::<Bytes>("4 Mb").starts_with("unknown unit `Mb`; did you mean `MB`?"));
    assert_eq!("1.5 Mbit/s".parse(), Ok(BitRate(1_500_000)));
    assert_eq!(BitRate(1_500_000).to_string(), "1.5 Mbit/s");
    assert!(refusal::<BitRate>("1.5 Mbits/s").contains("did you mean `Mbit/s`?"));
    assert_eq!("10 /s".parse(), Ok(Frequency(10.0)));
    assert_eq!("600 /h".parse(), Ok(Frequency(600.0 / 3600.0)));
    assert_eq!(Frequency(600.0 / 3600.0).to_string(), "600 /h");
    assert_eq!(Frequency(0.5).to_string(), "0.5 /s");
    assert!(refusal::<Frequency>("10").contains("found \"10\""));
    assert!(refusal::<Frequency>("10 /sec").contains("did you mean `/s`?"));
}

#[test]
fn shares_and_counts() {
    assert_eq!("0.1 %".parse(), Ok(Share(0.001)));
    assert_eq!("0.25".parse(), Ok(Share(0.25)));
    assert_eq!(Share(0.001).to_string(), "0.1 %");
    assert_eq!(Share(1.0).to_string(), "100 %");
    assert_eq!(Share(0.0).to_string(), "0 %");
    assert_eq!(
        refusal::<Share>("101 %"),
        "a share lies between 0 % and 100 %, found 101 % | the nearest valid value is \"100 %\""
    );
    assert_eq!("10".parse(), Ok(CountOrShare::Count(10)));
    assert_eq!("0.1 %".parse(), Ok(CountOrShare::Share(Share(0.001))));
    assert!(refusal::<CountOrShare>("0.1").starts_with("expected a whole number, or a share"));
    assert_eq!(CountOrShare::Share(Share(0.001)).of(4096), 4);
    assert_eq!(CountOrShare::Count(7).of(4096), 7);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    span: Span,
    bytes: Bytes,
    rate: BitRate,
    frequency: Frequency,
    share: Share,
    count: CountOrShare,
}

#[test]
fn toml_takes_texts_and_the_bare_numbers_that_mean_something() {
    let text = "span = 0\nbytes = '1 kB'\nrate = '2 bit/s'\nfrequency = 0.0\nshare = 0.5\ncount = 10\n";
    let read: Everything = toml::from_str(text).unwrap();
    assert_eq!(read.share, Share(0.5));
    assert_eq!(read.count, CountOrShare::Count(10));
    assert_eq!(toml::from_str::<Everything>(&toml::to_string(&read).unwrap()).unwrap(), read);
    let refused = |line: &str| {
        let key = line.split(' ').next().unwrap();
        let others = text.lines().filter(|other| !other.starts_with(key)).collect::<Vec<_>>().join("\n");
        toml::from_str::<Everything>(&format!("{others}\n{line}")).unwrap_err().message().to_owned()
    };
    assert!(refused("span = 80").ends_with("found the bare number 80"));
    assert!(refused("span = -80").ends_with("cannot be negative, found -80"));
    assert!(refused("span = true").contains("expected a duration with its unit"));
    assert!(refused("span = '3 mss'").contains("\nhint: expected a duration"));
    assert!(refused("share = 1.5").contains("between 0 % and 100 %"));
    assert!(refused("share = nan").contains("between 0 % and 100 %"));
    assert!(refused("count = -1").contains("found -1"));
    assert!(refused("count = 0.5").contains("found 0.5"));
}

#[test]
fn near_words() {
    assert_eq!(nearest("lookpus", &["peers", "lookups"]), Some("lookups"));
    assert_eq!(nearest("xyz", &["peers", "lookups"]), None);
    assert_eq!(nearest("", &["a"]), None);
    assert_eq!(canonical("1000 ms"), canonical("1 s"));
    assert_eq!(canonical("course-pure"), None);
}

proptest! {
    #[test]
    fn what_is_written_is_read(value: u64, digits in 0u32..20) {
        let value = value / 10u64.pow(digits);
        round_trip(Span(value));
        round_trip(Bytes(value));
        round_trip(BitRate(value));
        round_trip(CountOrShare::Count(value));
    }

    #[test]
    fn round_numbers_too(value in 0u64..100_000, unit in 0usize..9) {
        for kind in [DURATION, SIZE, BIT_RATE] {
            let (name, size) = kind.units[unit % kind.units.len()];
            let text = format!("{value} {name}");
            prop_assert_eq!(kind.parse(&text), Ok(value * size));
            prop_assert_eq!(kind.parse(&kind.write(value * size)), Ok(value * size));
        }
    }

    #[test]
    fn shares_and_frequencies_come_back_bit_for_bit(share in 0.0f64..=1.0, rate in 0.0f64..1e9, few in 0u32..=1000) {
        round_trip(Share(share));
        round_trip(Share(f64::from(few) / 1000.0));
        round_trip(CountOrShare::Share(Share(share)));
        round_trip(Share(share * 1e-60));
        round_trip(Frequency(rate));
        round_trip(Frequency(f64::from(few) / 3600.0));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,12}") {
        let _ = (text.parse::<Span>(), text.parse::<Share>(), text.parse::<Frequency>(), text.parse::<CountOrShare>());
    }
}
