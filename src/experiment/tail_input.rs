//! What a law is fitted to: a file of one number a line, or a graph, of which the degrees are taken.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::diagnostic::Diagnostic;
use super::subjects::numbers::read_numbers;
use crate::graph::{Format, read_graph};
use crate::stats::tail::{Kind, Sample, TailError};

/// What a file is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Numbers, one a line.
    Data,
    /// Edges: the degrees of the simple undirected graph below them.
    Graph,
}

impl Taken {
    /// What a file looks like: a graph if its name ends like one of the formats that hold nothing else, or if its first
    /// line with something on it (comments aside) has two columns or more, parted by white space, commas or semicolons.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn from_file(path: &Path) -> Result<Taken, Diagnostic> {
        match Format::of_name(path) {
            Some(Format::GraphMl | Format::Gexf | Format::Dot | Format::Pajek | Format::Adjacency) => {
                return Ok(Taken::Graph);
            }
            Some(Format::Snap | Format::Csv) | None => {}
        }
        let failed = |error| Diagnostic::io("read", path, &error);
        let mut reader = BufReader::new(File::open(path).map_err(failed)?);
        let gzip = reader.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
        let mut reader: Box<dyn BufRead> =
            if gzip { Box::new(BufReader::new(MultiGzDecoder::new(reader))) } else { Box::new(reader) };
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            // A line without end shall not fill the memory; its columns show at its start.
            let read = reader.by_ref().take(1 << 12).read_until(b'\n', &mut bytes).map_err(failed)?;
            let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
            if read > 0 && (text.trim().is_empty() || text.starts_with(['#', '%'])) {
                continue;
            }
            let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
            let columns = words.filter(|word| !word.is_empty()).count();
            return Ok(if columns < 2 { Taken::Data } else { Taken::Graph });
        }
    }
}

/// Reads a sample; numbers are multiplied by `scale`.
///
/// # Errors
///
/// The file cannot be read, or a line of it is wrong; the numbers do not suit the kind of law. Degrees are discrete.
pub fn read(path: &Path, taken: Taken, kind: Kind, scale: f64) -> Result<Sample, Diagnostic> {
    let located = |error: TailError| {
        let diagnostic = Diagnostic::new(format!("`{}`: {error}", path.display()));
        match error {
            TailError::Fraction(_) => {
                diagnostic.with_hint("numbers that are no counts are fitted with `--continuous`")
            }
            _ => diagnostic,
        }
    };
    match taken {
        Taken::Data => {
            let numbers = read_numbers(path)?;
            let scaled: Vec<f64> = numbers.into_iter().map(|number| number * scale).collect();
            Sample::new(&scaled, kind).map_err(located)
        }
        Taken::Graph => {
            let file = read_graph(path, None).map_err(|error| Diagnostic::new(error.to_string()))?;
            let (graph, _) = file.undirected();
            Sample::of_degrees(graph.degrees()).map_err(located)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn columns_tell_what_a_file_is() {
        for (name, bytes, taken) in [
            ("a.txt", &b"# 1 2\n\n3\n4\n"[..], Taken::Data),
            ("b.txt", b"# numbers\r\n1\t2\r\n", Taken::Graph),
            ("c.csv", b"from,to\n1,2\n", Taken::Graph),
            ("d.csv", b"1\n2\n", Taken::Data),
            ("e.graphml", b"<graphml>", Taken::Graph),
            ("f.txt", b"", Taken::Data),
        ] {
            let (_folder, path) = file(name, bytes);
            assert_eq!(Taken::from_file(&path).unwrap(), taken, "{name}");
        }
        assert!(Taken::from_file(Path::new("no/such")).is_err());
    }

    #[test]
    fn degrees_are_those_of_the_simple_graph() {
        let (_folder, path) = file("g.txt", b"1 2\n2 1\n2 3\n3 3\n");
        let sample = read(&path, Taken::Graph, Kind::Discrete, 1.0).unwrap();
        assert_eq!((sample.values(), sample.counts()), (&[1.0, 2.0][..], &[2, 1][..]));
    }

    #[test]
    fn fractions_need_another_kind_of_law() {
        let (_folder, path) = file("n.txt", b"1500\n2000\n");
        let error = read(&path, Taken::Data, Kind::Discrete, 1e-3).unwrap_err();
        assert!(error.message.contains("found the value 1.5"), "{error}");
        assert!(error.hint.is_some_and(|hint| hint.contains("--continuous")));
        assert_eq!(read(&path, Taken::Data, Kind::Continuous, 1e-3).unwrap().values(), [1.5, 2.0]);
    }
}
