//! Identifier spaces that protocols share.

pub mod ring;
