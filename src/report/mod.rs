//! What people look at: figures as SVG and PNG, and tables on the terminal.
//!
//! A [`Figure`] says what is shown (a finding as its title, axes with units, series, references, marked
//! points); how it looks is decided here once, for a lecture hall: 16:9, large type, light ground, colours
//! that the colour-blind can tell apart, and never colour alone. Every input renders, however odd, as
//! [`render_svg`] documents.
//!
//! A figure is a pure function of its input: no date, no path, no system font, no thread.

#![allow(clippy::disallowed_methods, reason = "drawing decides no result")]

mod axis;
mod canvas;
mod crossing;
mod data;
mod figure;
mod font;
mod human;
mod image;
mod key;
mod layout;
mod network;
mod overlay;
mod pack;
mod place;
mod radial;
mod render;
mod ring;
mod square;
mod stress;
mod style;
mod table;
mod ticks;
mod trace_page;

use std::path::PathBuf;

pub use crossing::crossings;
pub use figure::{Axis, Figure, Mark, Point, Reference, Scale, Series, Style, TickFormat};
pub use human::{count, duration_ms, mean_ci, short, significant};
pub use image::{svg_to_png, write_both, write_svg_png};
pub use network::{ArrowKind, Network, NetworkNode, NodeShape, NodeState};
pub use overlay::OverlayDrawing;
pub use render::render_svg;
pub use ring::{Ring, RingNode};
pub use square::{Square, SquareZone};
pub use table::{Align, Colour, Column, Table};
pub use trace_page::{PagePeer, PagePlace, PageStep, TracePage};

/// Why a figure could not be drawn or written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The embedded font is damaged: our bug.
    #[error("the embedded font cannot be read")]
    Font,
    /// The drawing library refused: our bug.
    #[error("the figure cannot be drawn: {0}")]
    Draw(String),
    /// What was to become a PNG is not an SVG.
    #[error("the SVG cannot be read: {0}")]
    Svg(String),
    /// The PNG is too large or cannot be encoded.
    #[error("the PNG cannot be made: {0}")]
    Png(String),
    /// More nodes than a drawing holds.
    #[error("{found} nodes are too many to draw, expected at most {limit}")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many can be drawn.
        limit: usize,
    },
    /// The file system refused.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file that was to be written.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
}

#[cfg(test)]
mod overlay_tests;
#[cfg(test)]
mod tests;
