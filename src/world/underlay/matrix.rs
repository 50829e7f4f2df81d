//! Reading a measured matrix of round-trip times.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::world::WorldError;

/// The key that names the file.
pub(in crate::world) const KEY: &str = "underlay.latency.matrix.file";

/// The most rows that are read: the table then takes 1 GiB.
const MAX_ROWS: usize = 16_384;

/// No line of so many rows comes near this many bytes; a file without line ends shall not fill the memory.
const LINE_LIMIT: u64 = 1 << 20;

/// The longest round-trip time, in ms: half of it fits 32 bits of nanoseconds.
const MAX_RTT_MS: f64 = 8_500.0;

/// Reads a square matrix of round-trip times: one line a row, times in ms separated by white space; plain or gzip (told
/// by its first bytes); empty lines and lines that start with `#` are skipped.
///
/// Gives the number of rows, and one-way latencies in nanoseconds, row by row: half the mean of both directions.
///
/// # Errors
/// Names the file and the line, and the column (counted from 1) of a value that is no number, negative, or above 8,500;
/// also a row of another length than the first, a matrix that is not square, no row at all, a damaged gzip stream.
pub(super) fn read(path: &Path) -> Result<(u64, Box<[u32]>), WorldError> {
    let failed = |error: io::Error| WorldError::new(KEY, format!("{}: cannot read: {error}", path.display()));
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let gzip = reader.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let (rows, rtt) = if gzip {
        parse(path, BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader)))?
    } else {
        parse(path, reader)?
    };
    let one_way = |index: usize| {
        let (row, column) = (index / rows, index % rows);
        let both = f64::from(rtt[row * rows + column]) + f64::from(rtt[column * rows + row]);
        (both * 250_000.0 + 0.5) as u32
    };
    Ok((rows as u64, (0..rows * rows).map(one_way).collect()))
}

/// The number of rows, and all times in ms.
fn parse(path: &Path, mut reader: impl BufRead) -> Result<(usize, Vec<f32>), WorldError> {
    let at =
        |line: usize, message: String| WorldError::new(KEY, format!("{}:{line}: {message}", path.display()));
    let (mut columns, mut rows) = (0, 0);
    let mut values = Vec::new();
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let read = reader.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut text).map_err(|error| {
            let read = line - 1;
            WorldError::new(KEY, format!("{}: cannot read on after line {read}: {error}", path.display()))
        })?;
        if read == 0 {
            break;
        }
        if read as u64 == LINE_LIMIT {
            return Err(at(line, format!("a line of {LINE_LIMIT} bytes or more"))
                .expected(format!("a row of at most {MAX_ROWS} times")));
        }
        if text.starts_with(b"#") || text.trim_ascii().is_empty() {
            continue;
        }
        let before = values.len();
        for (word, column) in text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).zip(1..) {
            let value = parse_rtt(word).map_err(|found| {
                at(line, format!("column {column}: found `{found}`"))
                    .expected(format!("a round-trip time from 0 to {MAX_RTT_MS} ms"))
            })?;
            values.push(value);
        }
        let width = values.len() - before;
        if rows == 0 {
            columns = width;
        }
        if width != columns {
            return Err(
                at(line, format!("{width} columns")).expected(format!("{columns}, as in the first row"))
            );
        }
        rows += 1;
        if rows > columns || columns > MAX_ROWS {
            let most = columns.min(MAX_ROWS);
            return Err(at(line, format!("row {rows} of {columns} columns"))
                .expected(format!("a square matrix of at most {most} rows")));
        }
    }
    if rows == 0 {
        return Err(WorldError::new(KEY, format!("{}: no row in it", path.display()))
            .expected("a square matrix of round-trip times in ms, one line a row"));
    }
    if rows < columns {
        return Err(WorldError::new(KEY, format!("{}: {rows} rows of {columns} columns", path.display()))
            .expected("a square matrix"));
    }
    Ok((rows, values))
}

/// The time in ms; the offending text, escaped and cut, if it is none.
fn parse_rtt(word: &[u8]) -> Result<f32, String> {
    let value = str::from_utf8(word).ok().and_then(|word| word.parse::<f64>().ok());
    match value {
        Some(rtt) if (0.0..=MAX_RTT_MS).contains(&rtt) => Ok(rtt as f32),
        Some(_) | None => {
            let text = String::from_utf8_lossy(&word[..word.len().min(40)]);
            Err(text.chars().flat_map(char::escape_debug).collect())
        }
    }
}
