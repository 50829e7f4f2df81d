//! Comma-separated edges.

use std::io::{self, Write};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, WriterBuilder};

use super::super::GraphError;
use super::super::lines::{Mistake, Opened, broken};
use super::collect::Collector;
use super::{GraphFile, Source};

/// Words that head the columns of edges; the first of each pair is where a row leads from.
const HEADS: [(&str, &str); 9] = [
    ("source", "target"),
    ("from", "to"),
    ("src", "dst"),
    ("fromnodeid", "tonodeid"),
    ("node1", "node2"),
    ("node_1", "node_2"),
    ("id_1", "id_2"),
    ("u", "v"),
    ("peer", "neighbour"),
];

/// Which columns matter.
struct Columns {
    from: usize,
    to: usize,
    /// Gephi's `Type`: `Directed` or `Undirected`.
    direction: Option<usize>,
}

/// Reads rows of two ids, parted by commas, semicolons or tabs, with further columns or without. The first row is a header
/// if it has words of [`HEADS`], or if its first two fields are no numbers and those of the second row are. Lines that
/// start with `#` are skipped.
pub(super) fn read(path: &Path, mut opened: Opened) -> Result<GraphFile, GraphError> {
    let delimiter = {
        let start = opened.reader.fill_buf().map_err(|source| broken(path, opened.gzip, 0, source))?;
        delimiter(start)
    };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .delimiter(delimiter)
        .from_reader(opened.reader);
    let mut rows = Collector::new();
    let mut columns = None;
    let mut first: Option<StringRecord> = None;
    let mut record = StringRecord::new();
    let refuse = |error: csv::Error, line: u64| match error.into_kind() {
        csv::ErrorKind::Io(source) => broken(path, opened.gzip, line, source),
        csv::ErrorKind::Utf8 { pos, .. } => {
            let line = pos.map_or(line + 1, |pos| pos.line());
            Mistake { found: "other bytes".to_owned(), expected: "text in UTF-8" }.at(path, line)
        }
        _ => Mistake { found: "a row".to_owned(), expected: "comma-separated ids" }.at(path, line + 1),
    };
    let mut line = 0;
    while reader.read_record(&mut record).map_err(|error| refuse(error, line))? {
        line = record.position().map_or(line, csv::Position::line);
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        match (&columns, first.take()) {
            (Some(columns), _) => edge(path, &record, columns, &mut rows)?,
            (None, None) => match headed(&record) {
                Some(found) => columns = Some(found),
                None => first = Some(record.clone()),
            },
            (None, Some(one)) => {
                let plain = columns.insert(Columns { from: 0, to: 1, direction: None });
                if !is_words(&one) || is_words(&record) {
                    edge(path, &one, plain, &mut rows)?;
                }
                edge(path, &record, plain, &mut rows)?;
            }
        }
    }
    if let Some(one) = first {
        edge(path, &one, &Columns { from: 0, to: 1, direction: None }, &mut rows)?;
    }
    rows.finish(true)
}

/// What parts the fields of the first line that is no comment: a comma, unless there is none but a semicolon or a tab.
fn delimiter(start: &[u8]) -> u8 {
    let mut lines = start.split(|&byte| byte == b'\n');
    let line = lines.find(|line| !line.starts_with(b"#") && !line.is_empty()).unwrap_or(&[]);
    let parts = |delimiter: &u8| line.contains(delimiter);
    [b',', b';', b'\t'].into_iter().find(parts).unwrap_or(b',')
}

/// The columns that a header names, if it is one.
fn headed(record: &StringRecord) -> Option<Columns> {
    let names: Vec<String> = record.iter().map(|field| clean(field).to_lowercase()).collect();
    let place = |wanted: &str| names.iter().position(|name| name == wanted);
    let pair = |(from, to): (&str, &str)| Some((place(from)?, place(to)?));
    let (from, to) = HEADS.into_iter().find_map(pair)?;
    Some(Columns { from, to, direction: place("type") })
}

fn is_words(record: &StringRecord) -> bool {
    let number = |field: &str| field.parse::<u64>().is_ok();
    !record.iter().take(2).any(|field| number(clean(field)))
}

/// A field without blanks around it, or a byte order mark.
fn clean(field: &str) -> &str {
    field.trim_start_matches('\u{feff}').trim()
}

fn edge(
    path: &Path,
    record: &StringRecord,
    columns: &Columns,
    rows: &mut Collector,
) -> Result<(), GraphError> {
    let line = record.position().map_or(0, csv::Position::line);
    let shown = record.iter().collect::<Vec<_>>().join(",");
    let refuse = |expected: &'static str| Err(Mistake::new(shown.as_bytes(), expected).at(path, line));
    let field = |column: usize| record.get(column).map(clean).filter(|field| !field.is_empty());
    let (Some(from), Some(to)) = (field(columns.from), field(columns.to)) else {
        return refuse("two ids, `from,to`");
    };
    let directed = match columns.direction.and_then(field).map(str::to_ascii_lowercase).as_deref() {
        None | Some("directed") => true,
        Some("undirected") => false,
        Some(_) => return refuse("`Directed` or `Undirected` in the column `type`"),
    };
    rows.edge(from, to, directed);
    Ok(())
}

pub(super) fn write(to: &mut dyn Write, source: &Source<'_>) -> io::Result<()> {
    let mut writer = WriterBuilder::new().comment(Some(b'#')).from_writer(to);
    let undirected = (!source.directed()).then_some("undirected");
    let header = ["source", "target"].into_iter().chain(undirected.map(|_| "type"));
    writer.write_record(header)?;
    for (from, to) in source.rows() {
        let (from, to) = (source.label(from).to_string(), source.label(to).to_string());
        writer.write_record([from.as_str(), to.as_str()].into_iter().chain(undirected))?;
    }
    writer.flush()
}
