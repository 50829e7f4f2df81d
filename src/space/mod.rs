//! Identifier spaces that protocols share.

pub mod ring;
pub mod torus;
