//! A file of one number a line, or of edges: what a law is fitted to.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::diagnostic::{Diagnostic, Place, Spot};

/// No line with a number comes near this many bytes.
const LINE_LIMIT: u64 = 1 << 12;

/// How many columns the first line with something on it has; 0 if there is none. Comments (`#`, `%`) do not count;
/// columns are parted by white space, commas or semicolons.
///
/// # Errors
///
/// The file cannot be read.
pub fn columns(path: &Path) -> Result<usize, Diagnostic> {
    let mut columns = 0;
    each_line(path, |_, text| {
        columns = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|w| !w.is_empty()).count();
        Ok(columns == 0)
    })?;
    Ok(columns)
}

/// The numbers of a file, one a line, plain or gzip (told by its first bytes), each times `scale`. Empty lines and comments
/// (`#`, `%`) are skipped. With `whole`, fractions are refused.
///
/// # Errors
///
/// The file cannot be read or holds no number; a line, named with what stands there, is not one number from 0 to 1e100
/// (times the scale), or a fraction where whole numbers are wanted.
pub fn read(path: &Path, scale: f64, whole: bool) -> Result<Vec<f64>, Diagnostic> {
    let mut numbers = Vec::new();
    each_line(path, |line, text| {
        let refuse = |message: String| Diagnostic::new(message).at(place(path, line, text));
        let mut words = text.split_whitespace();
        let (Some(word), None) = (words.next(), words.next()) else {
            let hint = "a file of two or more columns is read as edges with `--as graph`";
            return Err(refuse(format!("found `{}`, expected one number", shown(text))).with_hint(hint));
        };
        let number = word.parse::<f64>().ok().filter(|number| !number.is_nan());
        let Some(number) = number else {
            return Err(refuse(format!("found `{}`, expected a number", shown(word))));
        };
        let scaled = number * scale;
        if !(scaled == 0.0 && number == 0.0 || (1e-100..=1e100).contains(&scaled)) {
            let nearest = if scaled > 1e100 { "1e100" } else { "0" };
            let message = format!("found `{}`, expected 0 or a number from 1e-100 to 1e100", shown(word));
            return Err(refuse(format!("{message}; the nearest valid value is {nearest}")));
        }
        if whole && scaled.fract() != 0.0 {
            let nearest = scaled.round();
            let message = format!("found `{}`, expected a whole number; the nearest is {nearest}", shown(word));
            return Err(refuse(message).with_hint("data that are no counts are fitted with `--continuous`"));
        }
        numbers.push(scaled);
        Ok(true)
    })?;
    if numbers.is_empty() {
        let message = format!("`{}` holds no number, expected one a line", path.display());
        return Err(Diagnostic::new(message));
    }
    Ok(numbers)
}

/// Calls `take` with the number and the text of every line that is not empty and no comment, until it says `false`.
fn each_line(
    path: &Path,
    mut take: impl FnMut(usize, &str) -> Result<bool, Diagnostic>,
) -> Result<(), Diagnostic> {
    if path.is_dir() {
        return Err(Diagnostic::new(format!("`{}` is a folder, expected a file", path.display())));
    }
    let failed = |error: io::Error| Diagnostic::io("read", path, &error);
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let gzip = reader.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let mut reader: Box<dyn BufRead> =
        if gzip { Box::new(BufReader::new(MultiGzDecoder::new(reader))) } else { Box::new(reader) };
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = reader.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut bytes);
        let broken = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if gzip => {
                let lines = line - 1;
                Diagnostic::new(format!("`{}`: the gzip stream breaks after line {lines} ({error})", path.display()))
                    .with_hint("fetch the file again")
            }
            _ => failed(error),
        };
        if read.map_err(broken)? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{feff}').trim();
        if !text.is_empty() && !text.starts_with(['#', '%']) && !take(line, text)? {
            return Ok(());
        }
    }
    Ok(())
}

/// At most forty characters, escaped.
fn shown(text: &str) -> String {
    let cut = if text.chars().nth(40).is_some() { "…" } else { "" };
    text.chars().take(40).flat_map(char::escape_debug).chain(cut.chars()).collect()
}

fn place(path: &Path, line: usize, text: &str) -> Place {
    let text = shown(text);
    let spot = Spot { line, column: 1, width: text.chars().count().max(1), text };
    Place { file: path.display().to_string(), spot: Some(spot) }
}
