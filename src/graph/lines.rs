//! Opening a file, plain or gzip, and going through it line by line.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::GraphError;

/// A file's text, unpacked.
pub(super) struct Opened {
    pub(super) reader: Box<dyn BufRead>,
    /// Whether it was packed, and so may break.
    pub(super) gzip: bool,
}

/// Opens a file; whether it is packed is told by its first bytes, not by its name.
pub(super) fn open(path: &Path) -> Result<Opened, GraphError> {
    if path.is_dir() {
        return Err(GraphError::Folder { path: path.to_path_buf() });
    }
    let file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => {
            GraphError::Missing { path: path.to_path_buf(), nearest: nearest_name(path) }
        }
        _ => GraphError::reading(path, source),
    })?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let gzip =
        reader.fill_buf().map_err(|source| GraphError::reading(path, source))?.starts_with(&[0x1f, 0x8b]);
    let reader: Box<dyn BufRead> = if gzip {
        Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader)))
    } else {
        Box::new(reader)
    };
    Ok(Opened { reader, gzip })
}

/// What stopped a reader after `line` whole lines.
pub(super) fn broken(path: &Path, gzip: bool, line: u64, source: io::Error) -> GraphError {
    match source.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if gzip => {
            GraphError::Gzip { path: path.to_path_buf(), line, source }
        }
        _ => GraphError::reading(path, source),
    }
}

/// A file, line by line.
pub(super) struct Lines<'a> {
    path: &'a Path,
    opened: Opened,
    /// The longest line that is read; a file without line ends shall not fill the memory.
    limit: u64,
    /// The line at hand, from one; 0 before the first.
    line: u64,
    text: Vec<u8>,
}

impl<'a> Lines<'a> {
    /// The lines of the file at `path`, of at most `limit` bytes each.
    pub(super) fn open(path: &'a Path, limit: u64) -> Result<Lines<'a>, GraphError> {
        Ok(Lines { path, opened: open(path)?, limit, line: 0, text: Vec::new() })
    }

    /// Reads the next line, its end included; `None` after the last. `too_long` is what should have stood where a line
    /// goes on beyond the limit.
    pub(super) fn next(&mut self, too_long: &'static str) -> Result<Option<&[u8]>, GraphError> {
        self.text.clear();
        let reader = &mut self.opened.reader;
        let read = reader.by_ref().take(self.limit).read_until(b'\n', &mut self.text);
        let read = read.map_err(|source| broken(self.path, self.opened.gzip, self.line, source))?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if read as u64 == self.limit && self.text.last() != Some(&b'\n') {
            return Err(self.refuse(Mistake::new(&self.text, too_long)));
        }
        Ok(Some(&self.text))
    }

    /// The error of a mistake on the line at hand.
    pub(super) fn refuse(&self, mistake: Mistake) -> GraphError {
        mistake.at(self.path, self.line)
    }
}

/// What is wrong with a line.
pub(super) struct Mistake {
    pub(super) found: String,
    pub(super) expected: &'static str,
}

impl Mistake {
    /// Shows `text` escaped and at most forty characters of it.
    pub(super) fn new(text: &[u8], expected: &'static str) -> Mistake {
        const SHOWN: usize = 40;
        let text = String::from_utf8_lossy(&text[..text.len().min(4 * SHOWN)]);
        let text = text.trim_end();
        let cut = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
        let shown = text.chars().take(SHOWN).flat_map(char::escape_debug);
        Mistake { found: shown.chain(cut.chars()).collect(), expected }
    }

    /// The error of this mistake on `line` of the file at `path`.
    pub(super) fn at(self, path: &Path, line: u64) -> GraphError {
        GraphError::Line { path: path.into(), line, found: self.found, expected: self.expected }
    }
}

/// The text of a line without its end, and without a byte order mark, as some editors leave it.
pub(super) fn utf8(text: &[u8]) -> Result<&str, Mistake> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = str::from_utf8(text).map_err(|_| Mistake::new(text, "text in UTF-8"))?;
    Ok(text.trim_end_matches(['\r', '\n']))
}

/// What lies in the folder of `path` under the name nearest to it, if that is near enough to be meant.
fn nearest_name(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_string_lossy().to_lowercase();
    let folder = path.parent()?;
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut names: Vec<String> =
        fs::read_dir(listed).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable(); // Folders list in any order; the first name wins a tie.
    let distance = |name: &String| strsim::osa_distance(&name.to_lowercase(), &wanted);
    let (distance, nearest) = names.iter().map(|name| (distance(name), name)).min()?;
    (distance <= wanted.chars().count() / 3).then(|| folder.join(nearest))
}
