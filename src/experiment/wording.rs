//! What serde and the TOML parser say, said to a human.

use crate::units::nearest;

/// An error's message and hint, made readable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wording {
    pub message: String,
    pub hint: Option<String>,
}

/// Rewords the `raw` message of a deserialisation error inside the table `table` ("" at the top level).
///
/// Messages of our own types pass as they are; a last line `hint: …` becomes the hint.
pub(super) fn reword(raw: &str, table: &str) -> Wording {
    let within = if table.is_empty() { String::new() } else { format!(" in `{table}`") };
    if let Some((message, hint)) = raw.split_once("\nhint: ") {
        return Wording { message: message.to_owned(), hint: Some(hint.to_owned()) };
    }
    if let Some(rest) = raw.strip_prefix("unknown field ") {
        let (word, valid) = quoted_words(rest);
        return unknown("key", &word, &within, &valid);
    }
    if let Some(rest) = raw.strip_prefix("unknown variant ") {
        let (word, valid) = quoted_words(rest);
        return unknown("value", &word, "", &valid);
    }
    if let Some(rest) = raw.strip_prefix("unexpected keys in table: ") {
        let (words, valid) = rest.split_once(", available keys: ").unwrap_or((rest, ""));
        let valid: Vec<String> = valid.split(", ").map(str::to_owned).collect();
        let word = words.split(", ").next().unwrap_or(words);
        return unknown("key", word, &within, &valid);
    }
    let message = if let Some(rest) = raw.strip_prefix("missing field ") {
        format!("missing key {rest}{within}")
    } else if let Some(rest) = raw.strip_prefix("duplicate field ") {
        format!("the key {rest} stands here twice")
    } else if let Some(rest) = raw.strip_prefix("invalid length ") {
        let (found, expected) = rest.split_once(", expected ").unwrap_or((rest, "another number"));
        format!("expected {}, found {found} values", plain_type(expected))
    } else if let Some((found, expected)) = mismatch(raw) {
        return type_error(found, expected);
    } else {
        plain_toml(raw)
    };
    Wording { message, hint: None }
}

/// "unknown key `x` in `table`; did you mean `y`?", with the valid ones as a hint.
pub(super) fn unknown(what: &str, word: &str, within: &str, valid: &[String]) -> Wording {
    let names: Vec<&str> = valid.iter().map(String::as_str).collect();
    let near = nearest(word, &names).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let hint = if valid.is_empty() {
        format!("no {what} is valid here")
    } else {
        let list: Vec<String> = valid.iter().map(|name| format!("`{name}`")).collect();
        format!("valid {what}s here: {}", list.join(", "))
    };
    Wording { message: format!("unknown {what} `{word}`{within}{near}"), hint: Some(hint) }
}

/// The first word between backticks, and the others.
///
/// The first may itself hold backticks, so it ends where serde's own words go on.
fn quoted_words(rest: &str) -> (String, Vec<String>) {
    let end = ["`, expected ", "`, there are no "].iter().filter_map(|end| rest.rfind(end)).min();
    let (word, list) = match end {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let valid = list.split('`').skip(2).step_by(2).map(str::to_owned).collect();
    (word.trim_matches('`').to_owned(), valid)
}

/// The parts of "invalid type: FOUND, expected EXPECTED" and "invalid value: …".
fn mismatch(raw: &str) -> Option<(&str, &str)> {
    let rest = raw.strip_prefix("invalid type: ").or_else(|| raw.strip_prefix("invalid value: "))?;
    // A string found may hold ", expected " itself; a type wanted does not.
    rest.rfind(", expected ").map(|at| (&rest[..at], &rest[at + ", expected ".len()..]))
}

fn type_error(found: &str, expected: &str) -> Wording {
    if matches!(found, "unit variant" | "newtype variant" | "struct variant" | "tuple variant") {
        let message = match expected {
            "unit variant" => "this choice takes no settings".to_owned(),
            _ => "this choice needs a table of settings: `{ NAME = { … } }`".to_owned(),
        };
        return Wording { message, hint: None };
    }
    let message = format!("expected {}, found {}", plain_type(expected), plain_found(found));
    let number = found.strip_prefix("string \"").and_then(|text| text.strip_suffix('"'));
    let wants_number = plain_type(expected).contains("number");
    let hint = match number {
        Some(text) if wants_number && text.parse::<f64>().is_ok() => {
            Some(format!("leave out the quotes: {text}"))
        }
        _ => None,
    };
    Wording { message, hint }
}

/// A type as serde names it.
fn plain_type(expected: &str) -> String {
    let words = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65,535",
        "u32" => "a whole number from 0 to 4,294,967,295",
        "u64" | "usize" | "u128" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" | "i128" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a map" => "a table",
        "a sequence" => "a list",
        "string or table" => "a word or a table",
        _ if expected.starts_with("a nonzero ") => "a whole number from 1",
        _ if expected.starts_with("struct ") || expected.starts_with("struct variant ") => "a table",
        _ if expected.starts_with("enum ") => "a word or a table",
        _ => {
            return expected
                .replace("a tuple of size", "a list of")
                .replace("an array of length", "a list of");
        }
    };
    words.to_owned()
}

/// A value as serde names it.
fn plain_found(found: &str) -> String {
    // Numbers that need more than 64 bits come as "integer `N` as i128".
    let found = found.strip_suffix(" as i128").or_else(|| found.strip_suffix(" as u128")).unwrap_or(found);
    let quoted = |prefix: &str| found.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('`'));
    if let Some(number) = quoted("integer `").or_else(|| quoted("floating point `")) {
        return number.to_owned();
    }
    if let Some(boolean) = quoted("boolean `") {
        return format!("`{boolean}`");
    }
    match found {
        "map" => "a table".to_owned(),
        "sequence" => "a list".to_owned(),
        _ => {
            found.strip_prefix("string ").map_or_else(|| found.to_owned(), |text| format!("the text {text}"))
        }
    }
}

/// What the `toml` crate says in its own words.
fn plain_toml(raw: &str) -> String {
    match raw {
        "wanted string or table" => "expected a word or a table".to_owned(),
        "wanted exactly 1 element, found 0 elements" => "expected one choice, found none".to_owned(),
        "wanted exactly 1 element, more than 1 element" => "expected one choice, found several".to_owned(),
        "expected empty table" => "this choice takes no settings".to_owned(),
        "integer number overflowed" | "floating-point number overflowed" => {
            "the number is too large".to_owned()
        }
        _ => raw.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(raw: &str) -> String {
        reword(raw, "").message
    }

    #[test]
    fn unknown_words_get_their_nearest() {
        let words = reword("unknown field `lookpus`, expected one of `deadline`, `lookups`", "workload");
        assert_eq!(words.message, "unknown key `lookpus` in `workload`; did you mean `lookups`?");
        assert_eq!(words.hint.unwrap(), "valid keys here: `deadline`, `lookups`");
        let words = reword("unknown variant `a, expected b`, expected `x` or `y`", "t");
        assert_eq!(words.message, "unknown value `a, expected b`");
        assert_eq!(words.hint.unwrap(), "valid values here: `x`, `y`");
        let words = reword("unknown field `x`, there are no fields", "");
        assert_eq!(
            (words.message.as_str(), words.hint.as_deref()),
            ("unknown key `x`", Some("no key is valid here"))
        );
    }

    #[test]
    fn types_are_named_for_a_human() {
        let whole = "a whole number from 0 to 4,294,967,295";
        assert_eq!(
            message("invalid value: integer `-1`, expected u32"),
            format!("expected {whole}, found -1")
        );
        let long = "invalid value: integer `99999999999999999999` as i128, expected u32";
        assert_eq!(message(long), format!("expected {whole}, found 99999999999999999999"));
        assert_eq!(message("invalid type: map, expected a string"), "expected a string, found a table");
        let words = reword("invalid type: string \"12\", expected u64", "");
        assert_eq!(words.message, "expected a whole number from 0, found the text \"12\"");
        assert_eq!(words.hint.unwrap(), "leave out the quotes: 12");
        assert_eq!(reword("missing field `rate`", "workload").message, "missing key `rate` in `workload`");
        assert_eq!(
            message("invalid length 3, expected a tuple of size 2"),
            "expected a list of 2, found 3 values"
        );
        assert_eq!(message("wanted string or table"), "expected a word or a table");
    }

    #[test]
    fn our_own_messages_pass_with_their_hint() {
        let words = reword("too few peers\nhint: take 2", "x");
        assert_eq!((words.message.as_str(), words.hint.as_deref()), ("too few peers", Some("take 2")));
    }
}
