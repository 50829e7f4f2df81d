//! Sweeps: the lists in a scenario that stand where one value is expected, and the points that they span.

use serde::de::DeserializeOwned;

use super::diagnostic::Diagnostic;
use super::document::{Document, span_of};
use super::overrides::normalise;
use super::schema::KeyPath;
use super::tree::{Key, NOWHERE, Node, Table, Value};
use super::wording;

/// The most points that a sweep may have; more is a slip.
const MOST_POINTS: usize = 1_000_000;

/// One swept key and its values, at least one.
#[derive(Clone, Debug)]
pub struct Axis {
    path: KeyPath,
    values: Vec<Node>,
}

impl Axis {
    /// The swept key.
    pub fn path(&self) -> &KeyPath {
        &self.path
    }

    /// The protocol that alone the axis multiplies, if it lies in `[protocol.NAME]`.
    pub fn protocol(&self) -> Option<&str> {
        self.path.protocol()
    }

    /// How many values the axis has.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    fn is_peers(&self) -> bool {
        self.path == KeyPath::dotted("peers")
    }

    /// The values as TOML, in order.
    pub(super) fn values(&self) -> impl Iterator<Item = toml::Value> {
        self.values.iter().map(Node::to_toml)
    }

    /// The value number `index` in a few words: `128`, `80 ms`, `power-law(exponent=1.4)`; empty if there is none.
    pub fn label(&self, index: usize) -> String {
        self.values.get(index).map_or(String::new(), Node::label)
    }
}

/// One choice from each axis that matters: `None` for axes of other protocols. In the order of [`Sweep::axes`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    choices: Vec<Option<usize>>,
}

impl Point {
    /// The number of the value chosen from axis number `axis`.
    pub fn choice(&self, axis: usize) -> Option<usize> {
        self.choices.get(axis).copied().flatten()
    }
}

/// A document whose axes are known: everything that a run needs, one point at a time.
#[derive(Clone, Debug)]
pub struct Sweep {
    document: Document,
    axes: Vec<Axis>,
}

impl Sweep {
    pub(super) fn new(document: Document) -> Result<Sweep, Diagnostic> {
        let mut axes = Vec::new();
        Finder { document: &document, axes: &mut axes }.table(&document.root, &KeyPath::default())?;
        axes.sort_by(|a, b| (!a.is_peers(), &a.path).cmp(&(!b.is_peers(), &b.path)));
        let points = axes.iter().try_fold(1usize, |points, axis| points.checked_mul(axis.len()));
        match points {
            Some(points) if points <= MOST_POINTS => Ok(Sweep { document, axes }),
            _ => {
                let lengths: Vec<String> =
                    axes.iter().map(|axis| format!("{} {}", axis.len(), axis.path)).collect();
                Err(Diagnostic::new(format!(
                    "the sweep has more than a million points: {}",
                    lengths.join(" × ")
                )))
            }
        }
    }

    /// The axes: `peers` first, then by their keys, so that it does not matter where in a scenario a list stands.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The cross product of the axes outside `[protocol]` and those of `protocol`; the last axis varies fastest.
    pub fn points_for(&self, protocol: Option<&str>) -> Vec<Point> {
        let mut points = vec![Point { choices: Vec::new() }];
        for axis in &self.axes {
            let choices: Vec<Option<usize>> = match axis.protocol() {
                Some(owner) if protocol != Some(owner) => vec![None],
                _ => (0..axis.len()).map(Some).collect(),
            };
            points = points
                .iter()
                .flat_map(|point| {
                    choices.iter().map(|&choice| {
                        let mut choices = point.choices.clone();
                        choices.push(choice);
                        Point { choices }
                    })
                })
                .collect();
        }
        points
    }

    /// The swept keys that `point` fixes, with the chosen values' labels.
    pub fn labels(&self, point: &Point) -> Vec<(&Axis, String)> {
        let chosen = self.axes.iter().zip(&point.choices);
        chosen.filter_map(|(axis, choice)| choice.map(|index| (axis, axis.label(index)))).collect()
    }

    /// The whole scenario at `point`, but for the top-level tables `without` (such as `protocol`).
    ///
    /// # Errors
    ///
    /// The document does not fit `T`: unknown or missing keys, wrong types, units or values.
    pub fn deserialize<T: DeserializeOwned>(&self, point: &Point, without: &[&str]) -> Result<T, Diagnostic> {
        let mut root = self.resolve(point);
        root.0.retain(|(key, _)| !without.contains(&key.name.as_str()));
        let node = Node { span: NOWHERE, value: Value::Table(root) };
        node.read().map_err(|error| self.document.sources.type_error(&error, &KeyPath::default()))
    }

    /// The table or value at `path` at `point`; an empty table if there is none.
    ///
    /// # Errors
    ///
    /// As [`Sweep::deserialize`].
    pub fn deserialize_at<T: DeserializeOwned>(&self, path: &str, point: &Point) -> Result<T, Diagnostic> {
        let path = KeyPath::dotted(path);
        let missing = Node { span: NOWHERE, value: Value::Table(Table::default()) };
        let root = self.resolve(point);
        let node = root.at(&path.0).unwrap_or(&missing);
        node.read().map_err(|error| self.document.sources.type_error(&error, &path))
    }

    /// Whether the document says anything at `path`.
    pub fn contains(&self, path: &str) -> bool {
        self.document.root.at(&KeyPath::dotted(path).0).is_some()
    }

    /// The value at `path` as the document writes it, in a few words; `None` if the document says nothing there.
    pub fn label_at(&self, path: &str) -> Option<String> {
        self.document.root.at(&KeyPath::dotted(path).0).map(Node::label)
    }

    /// Checks that the table at `path`, if any, has no other keys than `valid`, which are some `what` ("protocol").
    ///
    /// # Errors
    ///
    /// It has another key, or is no table.
    pub fn check_keys(&self, path: &str, what: &str, valid: &[&str]) -> Result<(), Diagnostic> {
        let Some(node) = self.document.root.at(&KeyPath::dotted(path).0) else {
            return Ok(());
        };
        let Value::Table(table) = &node.value else {
            return Err(self.document.sources.error(node.span.clone(), format!("`{path}` must be a table")));
        };
        let stranger = table.0.iter().find(|(key, _)| !valid.contains(&key.name.as_str()));
        match stranger {
            None => Ok(()),
            Some((key, _)) => Err(self.unknown_word(key, what, valid)),
        }
    }

    fn unknown_word(&self, key: &Key, what: &str, valid: &[&str]) -> Diagnostic {
        let valid: Vec<String> = valid.iter().map(|&name| name.to_owned()).collect();
        let words = wording::unknown(what, &key.name, "", &valid);
        let error = self.document.sources.error(key.span.clone(), words.message);
        Diagnostic { hint: words.hint, ..error }
    }

    /// An error about the value at `path` at `point`, or about the nearest table around it.
    pub fn diagnose(&self, point: &Point, path: &str, message: impl Into<String>) -> Diagnostic {
        let span = span_of(&self.resolve(point), &KeyPath::dotted(path));
        self.document.sources.error(span, message)
    }

    /// The document with each axis replaced by its value at `point`, and variants in their long form.
    fn resolve(&self, point: &Point) -> Table {
        let mut root = self.document.root.clone();
        for (axis, choice) in self.axes.iter().zip(&point.choices) {
            if let (Some(choice), Some(node)) = (choice, root.at_mut(&axis.path.0)) {
                *node = axis.values[*choice].clone();
            }
        }
        self.normalise_variants(&mut root, &KeyPath::default());
        root
    }

    fn normalise_variants(&self, table: &mut Table, path: &KeyPath) {
        for (key, node) in &mut table.0 {
            self.normalise_node(node, &path.join(&key.name));
        }
    }

    fn normalise_node(&self, node: &mut Node, path: &KeyPath) {
        if self.document.schema.is_variant(path) {
            normalise(node);
        }
        match &mut node.value {
            Value::Table(table) => self.normalise_variants(table, path),
            Value::List(list) => {
                for (index, element) in list.iter_mut().enumerate() {
                    self.normalise_node(element, &path.join(index.to_string()));
                }
            }
            Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Datetime(_) => {}
        }
    }
}

/// Walks a document and collects its axes.
struct Finder<'d> {
    document: &'d Document,
    axes: &'d mut Vec<Axis>,
}

impl Finder<'_> {
    fn table(&mut self, table: &Table, path: &KeyPath) -> Result<(), Diagnostic> {
        table.0.iter().try_for_each(|(key, node)| self.node(node, &path.join(&key.name)))
    }

    fn node(&mut self, node: &Node, path: &KeyPath) -> Result<(), Diagnostic> {
        match &node.value {
            Value::Table(table) => self.table(table, path),
            Value::List(list) if self.document.schema.is_list(path) => list
                .iter()
                .enumerate()
                .try_for_each(|(index, element)| self.node(element, &path.join(index.to_string()))),
            Value::List(list) => {
                self.check(list, node, path)?;
                self.axes.push(Axis { path: path.clone(), values: list.clone() });
                Ok(())
            }
            Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Datetime(_) => Ok(()),
        }
    }

    fn check(&self, list: &[Node], node: &Node, path: &KeyPath) -> Result<(), Diagnostic> {
        let error =
            |node: &Node, message: String| Err(self.document.sources.error(node.span.clone(), message));
        if let Some(hint) = self.document.schema.why_unsweepable(path) {
            let message = format!("`{path}` takes one value: a sweep makes no sense here");
            return error(node, message).map_err(|error: Diagnostic| error.with_hint(hint));
        }
        if list.is_empty() {
            return error(node, format!("the sweep over `{path}` has no values"));
        }
        let mut seen = std::collections::BTreeSet::new();
        for value in list {
            if let Some(inner) = self.list_inside(value, path) {
                return error(inner, format!("a list inside the sweep over `{path}`")).map_err(
                    |error: Diagnostic| error.with_hint("a value of a sweep is one value, not a list"),
                );
            }
            if !seen.insert(value.identity()) {
                return error(
                    value,
                    format!("the sweep over `{path}` has the value {} twice", value.label()),
                );
            }
        }
        Ok(())
    }

    /// A list in `node` that the schema does not know as one.
    fn list_inside<'n>(&self, node: &'n Node, path: &KeyPath) -> Option<&'n Node> {
        match &node.value {
            Value::List(_) if !self.document.schema.is_list(path) => Some(node),
            Value::Table(table) => {
                table.0.iter().find_map(|(key, inner)| self.list_inside(inner, &path.join(&key.name)))
            }
            _ => None,
        }
    }
}
