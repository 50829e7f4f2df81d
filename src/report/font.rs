//! The embedded font: two weights of Inter, for measuring text in an SVG and for drawing it in a PNG.
//!
//! The SVG names the family with fallbacks and does not carry the font; where Inter is missing a browser
//! takes the next.

use std::sync::{Arc, OnceLock};

use plotters::style::{FontStyle, register_font};
use resvg::usvg::fontdb;

use super::ReportError;

/// What an SVG asks for: the embedded family first, then what looks alike.
pub(crate) const FAMILY: &str = "Inter, Roboto, Helvetica Neue, Arial, sans-serif";
/// The family by which the PNG renderer knows the embedded font.
pub(crate) const EMBEDDED: &str = "Inter";

const REGULAR: &[u8] = include_bytes!("font/Inter-Regular-subset.otf");
const SEMIBOLD: &[u8] = include_bytes!("font/Inter-SemiBold-subset.otf");

/// Make the font known to plotters, once per process.
///
/// # Errors
/// [`ReportError::Font`] if the embedded bytes are not a font, which would be a bug.
pub(crate) fn register() -> Result<(), ReportError> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok()
            && register_font(FAMILY, FontStyle::Bold, SEMIBOLD).is_ok()
    });
    if *done { Ok(()) } else { Err(ReportError::Font) }
}

/// The embedded font as the only content of a font database.
pub(crate) fn database() -> Arc<fontdb::Database> {
    static DATABASE: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let database = DATABASE.get_or_init(|| {
        let mut database = fontdb::Database::new();
        database.load_font_data(REGULAR.to_vec());
        database.load_font_data(SEMIBOLD.to_vec());
        database.set_sans_serif_family(EMBEDDED);
        Arc::new(database)
    });
    Arc::clone(database)
}
