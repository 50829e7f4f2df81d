//! From an SVG to a PNG, and from a figure to files.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use resvg::{tiny_skia, usvg};

use super::{Figure, ReportError, font, render_svg};

/// PNG pixels per SVG unit: figures are 1280 × 720 units, PNGs 1920 × 1080 pixels.
const ZOOM: f32 = 1.5;

/// Draw an SVG as a PNG at 1.5 pixels a unit, with the embedded font only: no system font is ever looked at,
/// so the same SVG gives the same bytes.
///
/// # Errors
/// [`ReportError::Svg`] if the text is not an SVG; [`ReportError::Png`] if it is too large to draw or to
/// encode.
pub fn svg_to_png(svg: &str) -> Result<Vec<u8>, ReportError> {
    let options = usvg::Options {
        font_family: font::EMBEDDED.to_owned(),
        fontdb: font::database(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| ReportError::Svg(error.to_string()))?;
    let size = tree.size();
    let (width, height) = ((size.width() * ZOOM).ceil(), (size.height() * ZOOM).ceil());
    let mut pixmap = tiny_skia::Pixmap::new(width as u32, height as u32)
        .ok_or_else(|| ReportError::Png(format!("cannot draw {width} × {height} pixels")))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(ZOOM, ZOOM), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| ReportError::Png(error.to_string()))
}

/// Write `figure` as `STEM.svg` and `STEM.png` into the folder `dir`, which must exist. Each file appears
/// whole or not at all: it is written beside its place and renamed. Gives back the two paths, the SVG first.
///
/// # Errors
/// Those of [`render_svg`] and [`svg_to_png`], and [`ReportError::Write`] with the path.
pub fn write_svg_png(figure: &Figure, dir: &Path, stem: &str) -> Result<[PathBuf; 2], ReportError> {
    write_both(&render_svg(figure)?, dir, stem)
}

/// Like [`write_svg_png`], for an SVG that is already drawn, such as a [`super::Ring`].
///
/// # Errors
/// Those of [`svg_to_png`], and [`ReportError::Write`] with the path.
pub fn write_both(svg: &str, dir: &Path, stem: &str) -> Result<[PathBuf; 2], ReportError> {
    let png = svg_to_png(svg)?;
    let paths = [dir.join(format!("{stem}.svg")), dir.join(format!("{stem}.png"))];
    for (path, bytes) in paths.iter().zip([svg.as_bytes(), &png]) {
        write_whole(path, dir, bytes).map_err(|source| ReportError::Write { path: path.clone(), source })?;
    }
    Ok(paths)
}

fn write_whole(path: &Path, dir: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".peerlab-").tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    // A temporary file is private to its owner; a result is for everyone, as far as the umask of the folder's
    // user allows.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map(drop).map_err(|error| error.error)
}
