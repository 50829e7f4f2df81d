//! Degrees from a file.

use std::path::Path;

use super::super::GraphError;
use super::super::lines::{Lines, Mistake, utf8};
use super::super::read::LINE_LIMIT;
use super::{Format, read_graph};

/// Reads a sequence of degrees: one whole number a line (`#` lines and empty ones are skipped), or else those of the undirected
/// graph in the file, of any format, plain or gzip.
///
/// # Errors
///
/// Names the line that is no degree; those of [`read_graph`].
pub fn read_degrees(path: impl AsRef<Path>) -> Result<Vec<u32>, GraphError> {
    const EXPECTED: &str = "a degree, a whole number from 0 to 4294967295, or an edge list of two columns";
    let path = path.as_ref();
    let graph = || Ok(read_graph(path, None)?.undirected().0.degrees().collect());
    if !matches!(Format::of_name(path), None | Some(Format::Snap | Format::Csv)) {
        return graph();
    }
    let mut lines = Lines::open(path, LINE_LIMIT)?;
    let mut degrees = Vec::new();
    while let Some(text) = lines.next(EXPECTED)? {
        let degree = match utf8(text).map(str::trim) {
            Ok("") => continue,
            Ok(line) if line.starts_with('#') => continue,
            Ok(line) if degrees.is_empty() && line.contains([' ', '\t', ',', ';']) => return graph(),
            Ok(line) => line.parse().map_err(|_| Mistake::new(line.as_bytes(), EXPECTED)),
            Err(mistake) => Err(mistake),
        };
        degrees.push(degree.map_err(|mistake| lines.refuse(mistake))?);
    }
    if degrees.is_empty() {
        return Err(GraphError::NoNode {
            path: path.to_path_buf(),
            format: "degrees, one a line".to_owned(),
        });
    }
    Ok(degrees)
}
