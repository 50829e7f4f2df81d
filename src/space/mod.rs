//! Identifier spaces that protocols share.

pub mod places;
pub mod ring;
pub mod torus;
