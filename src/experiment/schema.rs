//! Dotted paths into a scenario, and what the shape of a scenario says about some of them.

use std::fmt;

/// The way to a value: the keys from the top level down, an element of a list by its number from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath(pub Vec<String>);

impl KeyPath {
    /// Reads `a.b.c`; no part may itself hold a dot.
    pub fn dotted(text: &str) -> KeyPath {
        KeyPath(text.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect())
    }

    /// This path and one part more.
    #[must_use]
    pub fn join(&self, part: impl Into<String>) -> KeyPath {
        let mut parts = self.0.clone();
        parts.push(part.into());
        KeyPath(parts)
    }

    /// The protocol whose table the path lies in: `chord` for `protocol.chord.bits`.
    pub fn protocol(&self) -> Option<&str> {
        match self.0.as_slice() {
            [first, name, ..] if first == "protocol" => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for KeyPath {
    /// As TOML writes it: parts with other characters than letters, digits, `-` and `_` in quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if !part.is_empty() && part.chars().all(bare) {
                f.write_str(part)?;
            } else {
                write!(f, "\"{}\"", part.replace('\\', "\\\\").replace('"', "\\\""))?;
            }
        }
        Ok(())
    }
}

/// A set of paths: dotted, `*` for any one part, `**` at the end for any number of parts, even none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

impl Pattern {
    /// Reads `faults.*.peers` or `figures.**`.
    pub fn new(text: &str) -> Pattern {
        Pattern(text.split('.').map(str::to_owned).collect())
    }

    /// Whether `path` is in the set.
    pub fn matches(&self, path: &KeyPath) -> bool {
        let (parts, open) = match self.0.split_last() {
            Some((last, before)) if last == "**" => (before, true),
            _ => (self.0.as_slice(), false),
        };
        let long_enough = if open { path.0.len() >= parts.len() } else { path.0.len() == parts.len() };
        long_enough && parts.iter().zip(&path.0).all(|(part, key)| part == "*" || part == key)
    }
}

/// What the document layer must know about the typed scenario: which keys are special. Everything is a [`Pattern`].
#[derive(Clone, Debug, Default)]
pub struct Schema {
    lists: Vec<Pattern>,
    variants: Vec<Pattern>,
    unsweepable: Vec<(Pattern, String)>,
}

impl Schema {
    /// Keys whose value truly is a list; a list anywhere else is a sweep axis.
    #[must_use]
    pub fn lists<'p>(mut self, patterns: impl IntoIterator<Item = &'p str>) -> Schema {
        self.lists.extend(patterns.into_iter().map(Pattern::new));
        self
    }

    /// Keys whose value is an externally tagged enum: `"word"` or `{ word = { settings } }`.
    #[must_use]
    pub fn variants<'p>(mut self, patterns: impl IntoIterator<Item = &'p str>) -> Schema {
        self.variants.extend(patterns.into_iter().map(Pattern::new));
        self
    }

    /// A key that takes one value and no sweep, with a hint at what to do instead.
    #[must_use]
    pub fn unsweepable(mut self, pattern: &str, hint: &str) -> Schema {
        self.unsweepable.push((Pattern::new(pattern), hint.to_owned()));
        self
    }

    pub(super) fn is_list(&self, path: &KeyPath) -> bool {
        self.lists.iter().any(|pattern| pattern.matches(path))
    }

    pub(super) fn is_variant(&self, path: &KeyPath) -> bool {
        self.variants.iter().any(|pattern| pattern.matches(path))
    }

    /// The hint of an unsweepable key.
    pub(super) fn why_unsweepable(&self, path: &KeyPath) -> Option<&str> {
        self.unsweepable.iter().find(|(pattern, _)| pattern.matches(path)).map(|(_, hint)| hint.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let matches = |pattern: &str, path: &str| Pattern::new(pattern).matches(&KeyPath::dotted(path));
        assert!(matches("faults.*.peers", "faults.0.peers"));
        assert!(!matches("faults.*.peers", "faults.peers"));
        assert!(matches("figures.**", "figures") && matches("figures.**", "figures.0.y"));
        assert!(!matches("figures", "figures.0"));
    }

    #[test]
    fn paths() {
        let path = KeyPath(vec!["a-b".into(), "c d".into(), "\"".into()]);
        assert_eq!(path.to_string(), "a-b.\"c d\".\"\\\"\"");
        assert_eq!(KeyPath::dotted("protocol.chord.bits").protocol(), Some("chord"));
        assert_eq!(KeyPath::dotted("protocols").protocol(), None);
    }
}
