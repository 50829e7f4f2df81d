//! Laying overrides over a document: `--set KEY=VALUE`, and whole tables such as `[quick]`.

use toml::de::{DeTable, DeValue};

use super::diagnostic::Diagnostic;
use super::document::{Document, Sources};
use super::schema::{KeyPath, Schema};
use super::tree::{Key, Node, Table, Value};

/// A table of overrides that was part of a scenario.
#[derive(Clone, Debug)]
pub struct Overrides(pub(super) Table);

/// What precedes KEY=VALUE in an override's text.
const OPTION: &str = "--set ";

/// Parses `--set KEY=VALUE`, the text at `start` of `sources`, into nested tables around the one value.
///
/// # Errors
///
/// See [`Document::set`].
pub(super) fn parse(text: &str, start: usize, sources: &Sources) -> Result<Table, Diagnostic> {
    let assignment = &text[OPTION.len()..];
    let shift = start + OPTION.len();
    let error = |from: usize, message: String| sources.error(start + from..start + text.len(), message);
    let Some(equals) = split_at_equals(assignment) else {
        return Err(error(OPTION.len(), format!("expected KEY=VALUE, found `{assignment}`"))
            .with_hint("such as --set peers=500, or --set 'underlay.latency.constant.delay=\"80 ms\"'"));
    };
    let (key, value) = (&assignment[..equals], &assignment[equals + 1..]);
    let value_at = OPTION.len() + equals + 1 + (value.len() - value.trim_start().len());
    if key.trim().is_empty() {
        return Err(error(OPTION.len(), "there is no key before the `=`".to_owned()));
    }
    if value.trim().is_empty() {
        return Err(error(OPTION.len() + equals, "there is no value after the `=`".to_owned())
            .with_hint("an empty string is written '\"\"'"));
    }
    // The key is parsed with a stand-in for its value, which the real one then replaces.
    let stand_in = format!("{key}=0");
    let keys = DeTable::parse(&stand_in).map_err(|error| sources.syntax_error(&error, shift))?;
    let mut table = Table::copy(keys.get_ref(), shift);
    replace_only_leaf(&mut table, parse_value(value.trim(), start + value_at, sources)?);
    Ok(table)
}

/// The first `=` outside quotes.
fn split_at_equals(assignment: &str) -> Option<usize> {
    let mut quote = None;
    for (index, c) in assignment.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(index),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

/// Reads `text`, which stands at `start`, as TOML, else as a string.
fn parse_value(text: &str, start: usize, sources: &Sources) -> Result<Node, Diagnostic> {
    match DeValue::parse(text) {
        Ok(value) => Ok(Node::copy(&value, start)),
        Err(error) if text.starts_with(['[', '{', '"', '\'']) => Err(sources
            .syntax_error(&error, start)
            .with_hint("inside lists and tables words need quotes: '[\"a\", \"b\"]'")),
        Err(_) => Ok(Node { span: start..start + text.len(), value: Value::Text(text.to_owned()) }),
    }
}

fn replace_only_leaf(table: &mut Table, leaf: Node) {
    if let Some((_, node)) = table.0.first_mut() {
        match &mut node.value {
            Value::Table(inner) => replace_only_leaf(inner, leaf),
            _ => *node = leaf,
        }
    }
}

/// Lays `overrides` over the document.
///
/// # Errors
///
/// An element of a list is named that does not exist.
pub(super) fn merge(document: &mut Document, overrides: Table) -> Result<(), Diagnostic> {
    let Document { sources, schema, root } = document;
    Merge { sources, schema }.tables(root, overrides, &KeyPath::default())
}

struct Merge<'d> {
    sources: &'d Sources,
    schema: &'d Schema,
}

impl Merge<'_> {
    fn tables(&self, old: &mut Table, new: Table, path: &KeyPath) -> Result<(), Diagnostic> {
        for (key, node) in new.0 {
            let path = path.join(&key.name);
            match old.get_mut(&key.name) {
                Some(former) => self.values(former, node, &path)?,
                None => old.0.push((key, node)),
            }
        }
        Ok(())
    }

    fn values(&self, old: &mut Node, new: Node, path: &KeyPath) -> Result<(), Diagnostic> {
        if self.schema.is_variant(path) {
            return self.variants(old, new, path);
        }
        match (&mut old.value, new.value) {
            (Value::Table(former), Value::Table(table)) => self.tables(former, table, path),
            (Value::List(former), Value::Table(table)) if self.schema.is_list(path) => {
                self.elements(former, table, path)
            }
            (Value::List(former), scalar @ (Value::Text(_) | Value::Number(_) | Value::Boolean(_)))
                if self.schema.is_list(path) =>
            {
                *former = vec![Node { span: new.span, value: scalar }];
                Ok(())
            }
            (_, value) => {
                *old = Node { span: new.span, value };
                Ok(())
            }
        }
    }

    /// Settings of the variant that is chosen already merge; anything else replaces it.
    fn variants(&self, old: &mut Node, new: Node, path: &KeyPath) -> Result<(), Diagnostic> {
        if let (Some(former), Value::Table(table)) = (variant(old), &new.value)
            && let [(key, Node { value: Value::Table(_), .. })] = table.0.as_slice()
            && key.name == former
        {
            normalise(old);
            if let (Value::Table(former), Value::Table(table)) = (&mut old.value, new.value) {
                self.tables(former, table, path)?;
            }
            return Ok(());
        }
        *old = new;
        Ok(())
    }

    /// Elements of a true list, by their numbers.
    fn elements(&self, old: &mut [Node], new: Table, path: &KeyPath) -> Result<(), Diagnostic> {
        let count = old.len();
        for (key, node) in new.0 {
            let element = key.name.parse::<usize>().ok().and_then(|index| old.get_mut(index));
            let Some(element) = element else {
                let message = format!("`{path}` is a list of {count}: there is no element `{}`", key.name);
                return Err(self.sources.error(key.span, message).with_hint("elements are numbered from 0"));
            };
            self.values(element, node, &path.join(&key.name))?;
        }
        Ok(())
    }
}

/// The variant chosen by `"word"` or `{ word = … }`.
fn variant(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(word) => Some(word.clone()),
        Value::Table(table) => match table.0.as_slice() {
            [(key, _)] => Some(key.name.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Turns `"word"` into `{ word = {} }`, so that a variant with settings, all at their defaults, may be a word.
pub(super) fn normalise(node: &mut Node) {
    if let Value::Text(word) = &node.value {
        let key = Key { name: word.clone(), span: node.span.clone() };
        let settings = Node { span: node.span.clone(), value: Value::Table(Table::default()) };
        node.value = Value::Table(Table(vec![(key, settings)]));
    }
}
