//! A TOML document as a tree that remembers where each key and value stood.
//!
//! The `toml` crate's own tree borrows from its text, and a text is parsed once while its tree is edited by overrides
//! from other texts; hence this one, which lends itself back to `toml`'s deserialiser.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml::value::Datetime;

/// The place of what no text wrote.
pub(super) const NOWHERE: Range<usize> = usize::MAX..usize::MAX;

/// A key and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub name: String,
    pub span: Range<usize>,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub span: Range<usize>,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    /// A number in TOML's spelling, whole ones in decimal.
    Number(String),
    Boolean(bool),
    Datetime(Datetime),
    List(Vec<Node>),
    Table(Table),
}

/// Keys and values in the order in which they stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Table(pub Vec<(Key, Node)>);

impl Table {
    /// Copies `table`, whose text starts at `shift`.
    pub fn copy(table: &DeTable<'_>, shift: usize) -> Table {
        let mut entries: Vec<(Key, Node)> = table
            .iter()
            .map(|(key, value)| {
                let key = Key { name: key.get_ref().to_string(), span: shifted(key.span(), shift) };
                (key, Node::copy(value, shift))
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        Table(entries)
    }

    pub fn get(&self, name: &str) -> Option<&Node> {
        self.0.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.0.iter_mut().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    pub fn remove(&mut self, name: &str) -> Option<(Key, Node)> {
        let index = self.0.iter().position(|(key, _)| key.name == name)?;
        Some(self.0.remove(index))
    }

    /// The value at the end of `path`.
    pub fn at(&self, path: &[String]) -> Option<&Node> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.get(first)?, |node, part| match &node.value {
            Value::Table(table) => table.get(part),
            Value::List(list) => list.get(part.parse::<usize>().ok()?),
            Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Datetime(_) => None,
        })
    }

    /// The value at the end of `path`, to be changed.
    pub fn at_mut(&mut self, path: &[String]) -> Option<&mut Node> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.get_mut(first)?, |node, part| match &mut node.value {
            Value::Table(table) => table.get_mut(part),
            Value::List(list) => list.get_mut(part.parse::<usize>().ok()?),
            Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Datetime(_) => None,
        })
    }

    fn lend(&self) -> DeTable<'_> {
        self.0
            .iter()
            .map(|(key, node)| {
                (Spanned::new(key.span.clone(), Cow::Borrowed(key.name.as_str())), node.lend())
            })
            .collect()
    }
}

impl Node {
    /// Copies `value`, whose text starts at `shift`.
    pub fn copy(value: &Spanned<DeValue<'_>>, shift: usize) -> Node {
        let copied = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => Value::Number(
                i128::from_str_radix(number.as_str(), number.radix())
                    .map_or_else(|_| number.to_string(), |decimal| decimal.to_string()),
            ),
            DeValue::Float(number) => Value::Number(number.to_string()),
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Datetime(datetime) => Value::Datetime(*datetime),
            DeValue::Array(list) => Value::List(list.iter().map(|item| Node::copy(item, shift)).collect()),
            DeValue::Table(table) => Value::Table(Table::copy(table, shift)),
        };
        Node { span: shifted(value.span(), shift), value: copied }
    }

    fn lend(&self) -> Spanned<DeValue<'_>> {
        let lent = match &self.value {
            Value::Text(text) => DeValue::String(Cow::Borrowed(text)),
            // What once parsed as a number does so again; were it otherwise, the type error would name the text.
            Value::Number(text) => DeValue::parse(text)
                .map_or_else(|_| DeValue::String(Cow::Borrowed(text)), Spanned::into_inner),
            Value::Boolean(boolean) => DeValue::Boolean(*boolean),
            Value::Datetime(datetime) => DeValue::Datetime(*datetime),
            Value::List(list) => DeValue::Array(list.iter().map(Node::lend).collect()),
            Value::Table(table) => DeValue::Table(table.lend()),
        };
        Spanned::new(self.span.clone(), lent)
    }

    /// Reads the node as a `T`.
    ///
    /// # Errors
    ///
    /// As `toml` says, with spans as in this tree.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, toml::de::Error> {
        T::deserialize(ValueDeserializer::from(self.lend()))
    }

    /// The value as the `toml` crate's own; a number too large for it becomes its text.
    pub fn to_toml(&self) -> toml::Value {
        match &self.value {
            Value::Text(text) => toml::Value::String(text.clone()),
            Value::Number(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(whole), _) => toml::Value::Integer(whole),
                (Err(_), Ok(float)) => toml::Value::Float(float),
                (Err(_), Err(_)) => toml::Value::String(text.clone()),
            },
            Value::Boolean(boolean) => toml::Value::Boolean(*boolean),
            Value::Datetime(datetime) => toml::Value::Datetime(*datetime),
            Value::List(list) => toml::Value::Array(list.iter().map(Node::to_toml).collect()),
            Value::Table(table) => {
                let pairs = table.0.iter().map(|(key, node)| (key.name.clone(), node.to_toml()));
                toml::Value::Table(pairs.collect())
            }
        }
    }

    /// The value in a few words, fit for a CSV field or a legend: `128`, `80 ms`, `power-law(exponent=1.4)`.
    pub fn label(&self) -> String {
        self.spell(&|text| text.to_owned())
    }

    /// As [`Node::label`], but quantities that are equal are spelt alike: `1 s` and `1000 ms`.
    pub fn identity(&self) -> String {
        self.spell(&|text| crate::units::canonical(text).unwrap_or_else(|| text.to_owned()))
    }

    fn spell(&self, text: &dyn Fn(&str) -> String) -> String {
        let pairs = |table: &Table| {
            let pair = |(key, node): &(Key, Node)| format!("{}={}", key.name, node.spell(text));
            table.0.iter().map(pair).collect::<Vec<_>>().join(", ")
        };
        match &self.value {
            Value::Text(word) => text(word),
            Value::Number(number) => match number.parse::<f64>() {
                Ok(float) if float.is_finite() && number.contains(['.', 'e', 'E']) => float.to_string(),
                _ => number.clone(),
            },
            Value::Boolean(boolean) => boolean.to_string(),
            Value::Datetime(datetime) => datetime.to_string(),
            Value::List(list) => {
                format!("[{}]", list.iter().map(|node| node.spell(text)).collect::<Vec<_>>().join(", "))
            }
            Value::Table(table) => match table.0.as_slice() {
                [(key, Node { value: Value::Table(settings), .. })] if settings.0.is_empty() => {
                    text(&key.name)
                }
                [(key, Node { value: Value::Table(settings), .. })] => {
                    format!("{}({})", key.name, pairs(settings))
                }
                _ => pairs(table),
            },
        }
    }
}

fn shifted(span: Range<usize>, shift: usize) -> Range<usize> {
    span.start + shift..span.end + shift
}
