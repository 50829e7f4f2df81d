//! What can be wrong with a world that a scenario asks for.

use std::fmt;

use crate::graph::GraphError;

/// Why there is no such world: the key of the scenario that is to blame, what is wrong with its value, what would be
/// right and, where there is one, the nearest valid value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldError {
    /// The dotted path of the key, an element of a list by its number from 0: `content.replicas`, `faults.0.at`.
    pub key: String,
    /// What is wrong, in one line, without the key.
    pub message: String,
    /// What was expected, if the message does not say so.
    pub expected: Option<String>,
    /// The valid value next to the one found, as a scenario would write it.
    pub nearest: Option<String>,
}

impl WorldError {
    pub(super) fn new(key: impl Into<String>, message: impl Into<String>) -> WorldError {
        WorldError { key: key.into(), message: message.into(), expected: None, nearest: None }
    }

    /// Adds what was expected.
    pub(super) fn expected(mut self, expected: impl Into<String>) -> WorldError {
        self.expected = Some(expected.into());
        self
    }

    /// Adds the nearest valid value.
    pub(super) fn nearest(mut self, value: impl fmt::Display) -> WorldError {
        self.nearest = Some(value.to_string());
        self
    }

    /// What the graph module says, about `key`.
    pub(super) fn graph(key: impl Into<String>, error: GraphError) -> WorldError {
        match error {
            GraphError::Parameter { name: _, found, expected, nearest } => {
                let error = WorldError::new(key, format!("got {found}")).expected(expected);
                WorldError { nearest, ..error }
            }
            other => WorldError::new(key, other.to_string()),
        }
    }
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, ", expected {expected}")?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "; the nearest valid value is {nearest}")?;
        }
        Ok(())
    }
}

impl std::error::Error for WorldError {}

/// Something about a valid world that its author may not have meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The dotted path of the key, as in [`WorldError`].
    pub key: String,
    /// What is odd, in one line, without the key.
    pub message: String,
}
