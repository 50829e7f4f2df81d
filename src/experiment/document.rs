//! A scenario's text, the overrides of the command line, and errors that point into both.
//!
//! ```text
//! Document::parse ── take("quick") ── apply ── set ── … ── into_sweep ──► Sweep: axes, points, typed tables
//! ```

use std::ops::Range;
use std::path::Path;

use toml::de::DeTable;

use super::axes::Sweep;
use super::diagnostic::{COMMAND_LINE, Diagnostic, Place};
use super::overrides::{self, Overrides};
use super::schema::{KeyPath, Schema};
use super::tree::{Table, Value};
use super::wording;

/// A scenario as written, with the overrides that have been laid over it.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) sources: Sources,
    pub(super) schema: Schema,
    pub(super) root: Table,
}

impl Document {
    /// Reads and parses the scenario file at `path`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not UTF-8, or is not TOML.
    pub fn read(path: &Path, schema: Schema) -> Result<Document, Diagnostic> {
        let bytes = std::fs::read(path).map_err(|error| Diagnostic::io("read", path, &error))?;
        let name = path.display().to_string();
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid =
                String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
            Diagnostic::new("the file is not UTF-8 text").at(Place::in_text(
                &name,
                &valid,
                valid.len()..valid.len(),
            ))
        })?;
        Document::parse(&name, &text, schema)
    }

    /// Parses the scenario `text`; errors will name it `name`.
    ///
    /// # Errors
    ///
    /// The text is not TOML.
    pub fn parse(name: &str, text: &str, schema: Schema) -> Result<Document, Diagnostic> {
        // A byte order mark is no column.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut sources = Sources::default();
        let start = sources.add(name, text);
        let table = DeTable::parse(text).map_err(|error| sources.syntax_error(&error, start))?;
        Ok(Document { root: Table::copy(table.get_ref(), start), sources, schema })
    }

    /// Lays one `KEY=VALUE` of the command line over the document.
    ///
    /// `KEY` is dotted, parts in quotes if need be; an element of a list goes by its number from 0. `VALUE` is read as
    /// TOML, else as a string. Scalars replace, tables merge, a list makes or replaces a sweep axis. Another variant of
    /// an enum (see [`Schema::variants`]) replaces the former. A scalar for a true list becomes its only element.
    ///
    /// # Errors
    ///
    /// No `=`, a malformed key, a value that starts like a TOML list, table or string and is none.
    pub fn set(&mut self, assignment: &str) -> Result<(), Diagnostic> {
        let text = format!("--set {assignment}");
        let start = self.sources.add(COMMAND_LINE, &text);
        let table = overrides::parse(&text, start, &self.sources)?;
        overrides::merge(self, table)
    }

    /// Takes the top-level table `key` out of the document, such as `quick`, to be applied or forgotten.
    ///
    /// # Errors
    ///
    /// There is something at `key` which is not a table.
    pub fn take(&mut self, key: &str) -> Result<Option<Overrides>, Diagnostic> {
        match self.root.remove(key) {
            None => Ok(None),
            Some((_, node)) => match node.value {
                Value::Table(table) => Ok(Some(Overrides(table))),
                _ => Err(self.sources.error(node.span, format!("expected a table of overrides in `{key}`"))),
            },
        }
    }

    /// Lays a whole table of overrides over the document, by the rules of [`Document::set`].
    ///
    /// # Errors
    ///
    /// An element of a list is named that does not exist.
    pub fn apply(&mut self, overrides: &Overrides) -> Result<(), Diagnostic> {
        overrides::merge(self, overrides.0.clone())
    }

    /// Finds the sweep axes; no more overrides after this.
    ///
    /// # Errors
    ///
    /// A list where no sweep makes sense, an empty one, one with a value twice or with another list inside, and sweeps
    /// of more than a million points.
    pub fn into_sweep(self) -> Result<Sweep, Diagnostic> {
        Sweep::new(self)
    }

    /// An error about the value at `path` ("peers", "overlay.graph"), or about the nearest table around it.
    pub fn diagnose(&self, path: &str, message: impl Into<String>) -> Diagnostic {
        self.sources.error(span_of(&self.root, &KeyPath::dotted(path)), message)
    }
}

/// Where the value at `path` stands in `root`, or the nearest table around it.
pub(super) fn span_of(root: &Table, path: &KeyPath) -> Range<usize> {
    let known = (1..=path.0.len()).rev().find_map(|length| root.at(&path.0[..length]));
    known.map_or(super::tree::NOWHERE, |node| node.span.clone())
}

/// The texts that a document came from, laid end to end, so that one number says which text and where in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources(Vec<Source>);

#[derive(Clone, Debug)]
struct Source {
    name: String,
    text: String,
    start: usize,
}

impl Sources {
    /// Adds a text and returns where it starts.
    fn add(&mut self, name: &str, text: &str) -> usize {
        // One place more than bytes: errors at the end of a text belong to it.
        let start = self.0.last().map_or(0, |last| last.start + last.text.len() + 1);
        self.0.push(Source { name: name.to_owned(), text: text.to_owned(), start });
        start
    }

    /// An error at `span`; about the scenario file as a whole if `span` lies in no text.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(message).at(self.place(span))
    }

    fn place(&self, span: Range<usize>) -> Place {
        let holds =
            |source: &&Source| (source.start..=source.start + source.text.len()).contains(&span.start);
        match self.0.iter().find(holds) {
            Some(source) => {
                let within = span.start - source.start..span.end.saturating_sub(source.start);
                Place::in_text(&source.name, &source.text, within)
            }
            None => {
                Place { file: self.0.first().map_or(String::new(), |file| file.name.clone()), spot: None }
            }
        }
    }

    /// An error of the TOML parser in the text that starts at `start`.
    pub fn syntax_error(&self, error: &toml::de::Error, start: usize) -> Diagnostic {
        let span = error.span().map_or(super::tree::NOWHERE, |span| span.start + start..span.end + start);
        self.error(span, format!("this is not TOML: {}", error.message()))
    }

    /// An error of serde's while it read the value at `path`.
    pub fn type_error(&self, error: &toml::de::Error, path: &KeyPath) -> Diagnostic {
        // `toml` shows the keys on the way only in its own rendering.
        let shown = error.to_string();
        let keys = shown.strip_prefix(error.message()).and_then(|rest| rest.trim().strip_prefix("in `"));
        let inner = keys.and_then(|keys| keys.strip_suffix('`')).unwrap_or("");
        let table = [path.to_string().as_str(), inner]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(".");
        let wording = wording::reword(error.message(), &table);
        let diagnostic = self.error(error.span().unwrap_or(super::tree::NOWHERE), wording.message);
        Diagnostic { hint: wording.hint, ..diagnostic }
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
