//! Files of numbers, one a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::super::diagnostic::{Diagnostic, Place, Spot};

/// No number takes near so many bytes; a file without line ends shall not fill the memory.
const LONGEST: u64 = 1 << 12;

/// Reads one number a line, plain or gzip (told by its first bytes). Empty lines, and those that start with `#`, say
/// nothing; lines may end in CRLF.
///
/// # Errors
/// The file cannot be read, its gzip stream is damaged, it has no number; for a line that is none, its number, what
/// stands there and what was expected.
pub fn read_numbers(path: &Path) -> Result<Vec<f64>, Diagnostic> {
    let refused = |error: io::Error| Diagnostic::io("read", path, &error);
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path).map_err(refused)?);
    let gzip = reader.fill_buf().map_err(refused)?.starts_with(&[0x1f, 0x8b]);
    let mut reader: Box<dyn BufRead> = match gzip {
        true => Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader))),
        false => Box::new(reader),
    };
    let mut numbers = Vec::new();
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut text).map_err(refused)?;
        if read == 0 {
            break;
        }
        let line_text = String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text));
        let word = line_text.trim();
        if word.is_empty() || word.starts_with('#') {
            continue;
        }
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 => numbers.push(number),
            _ => return Err(no_number(path, line, word)),
        }
    }
    if numbers.is_empty() {
        let message = format!("there is no number in `{}`, expected one on each line", path.display());
        return Err(Diagnostic::new(message));
    }
    Ok(numbers)
}

fn no_number(path: &Path, line: usize, word: &str) -> Diagnostic {
    let shown: String = word.chars().take(40).flat_map(char::escape_debug).collect();
    let several = word.split_whitespace().count() > 1;
    let expected = if several { "one number a line" } else { "a finite number from 0 on" };
    let spot = Spot { line, column: 1, width: shown.chars().count().max(1), text: shown.clone() };
    let place = Place { file: path.display().to_string(), spot: Some(spot) };
    Diagnostic::new(format!("found `{shown}`, expected {expected}")).at(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<f64>, Diagnostic> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.txt");
        std::fs::write(&path, bytes).unwrap();
        read_numbers(&path)
    }

    #[test]
    fn numbers_comments_and_line_ends() {
        assert_eq!(read(b"\xef\xbb\xbf# two\r\n1\r\n\n 2.5e3 \n0").unwrap(), [1.0, 2500.0, 0.0]);
    }

    #[test]
    fn what_is_no_number_is_named() {
        for (bytes, line, part) in [
            (&b"1\nx\n"[..], 2, "found `x`, expected a finite number"),
            (b"1 2\n", 1, "expected one number a line"),
            (b"1\n2\n-3\n", 3, "from 0 on"),
            (b"inf\n", 1, "finite"),
            (b"1\n\xff\n", 2, "found"),
            (&[b'1'; 5000], 1, "found `1111"),
        ] {
            let error = read(bytes).unwrap_err();
            assert!(error.message.contains(part), "{}", error.message);
            assert_eq!(error.place.and_then(|place| place.spot).map(|spot| spot.line), Some(line));
        }
        assert!(read(b"# nothing\n").unwrap_err().message.contains("there is no number"));
        assert!(read(b"\x1f\x8bno gzip").unwrap_err().message.starts_with("cannot read"));
    }
}
