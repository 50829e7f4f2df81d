//! Reading SNAP edge lists.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::{Graph, GraphError, Simplification};

/// A measured graph as its file has it: directed as crawled, self-loops and repetitions included.
///
/// Its nodes are those that appear in rows, numbered by ascending id, so gaps in the ids leave no trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EdgeList {
    /// The id in the file of each node, ascending.
    pub ids: Vec<u64>,
    /// The rows in the file's order, by node number.
    pub edges: Vec<(u32, u32)>,
}

impl EdgeList {
    /// Numbers the nodes of `rows`, pairs of ids.
    ///
    /// # Errors
    ///
    /// [`GraphError::TooLarge`] for more rows than [`Graph::MAX_EDGES`], or more nodes than 32 bits number.
    pub fn from_rows(rows: &[(u64, u64)]) -> Result<EdgeList, GraphError> {
        let fits = |what: &str, found: usize, limit: u64| {
            let error = GraphError::TooLarge { what: what.to_owned(), found: found as u64, limit };
            if found as u64 <= limit { Ok(()) } else { Err(error) }
        };
        fits("rows of an edge list", rows.len(), Graph::MAX_EDGES)?;
        let mut ids: Vec<u64> = rows.iter().flat_map(|&(from, to)| [from, to]).collect();
        ids.sort_unstable();
        ids.dedup();
        fits("nodes of an edge list", ids.len(), u64::from(u32::MAX))?;
        let numbers = Numbers::of(&ids);
        let edges = rows.iter().map(|&(from, to)| (numbers.of_id(from), numbers.of_id(to))).collect();
        Ok(EdgeList { ids, edges })
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> u32 {
        self.ids.len() as u32
    }

    /// The simple undirected graph below it, on the same node numbers; says how many rows were erased. A link that
    /// was crawled from both ends counts as one duplicate.
    ///
    /// # Panics
    ///
    /// If the rows name other nodes than `ids` numbers, which no reader makes.
    pub fn undirected(&self) -> (Graph, Simplification) {
        Graph::from_edges(self.nodes(), &self.edges)
    }
}

/// From id to node number: a table where ids are dense enough, else a binary search.
enum Numbers<'a> {
    Table(Vec<u32>),
    Sorted(&'a [u64]),
}

impl Numbers<'_> {
    fn of(ids: &[u64]) -> Numbers<'_> {
        match ids.last() {
            Some(&last) if last / 8 < ids.len() as u64 => {
                let mut table = vec![0; last as usize + 1];
                for (number, &id) in ids.iter().enumerate() {
                    table[id as usize] = number as u32;
                }
                Numbers::Table(table)
            }
            Some(_) | None => Numbers::Sorted(ids),
        }
    }

    fn of_id(&self, id: u64) -> u32 {
        match self {
            Numbers::Table(table) => table[id as usize],
            Numbers::Sorted(ids) => ids.partition_point(|&other| other < id) as u32,
        }
    }
}

/// Reads a SNAP edge list, plain or gzip (told by its first bytes, not by its name): lines of `from<whitespace>to`,
/// ids from 0 to 2⁶⁴ − 1, with gaps or without; lines that start with `#` and empty lines are skipped, lines may
/// end in CRLF. Counts that a header states are not looked at: the rows count.
///
/// # Errors
///
/// Names the file and, for a bad row, its line, what stands there and what was expected: not two ids, an id that is
/// no number or too large, text that is not UTF-8, a gzip stream cut short or damaged, no row at all, no such file
/// (with the nearest name in that folder), a folder.
pub fn read_edge_list(path: impl AsRef<Path>) -> Result<EdgeList, GraphError> {
    let path = path.as_ref();
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
    let rows = if gzip {
        read_rows(path, BufReader::with_capacity(1 << 16, MultiGzDecoder::new(reader)), gzip)?
    } else {
        read_rows(path, reader, gzip)?
    };
    if rows.is_empty() {
        return Err(GraphError::Empty { path: path.to_path_buf() });
    }
    EdgeList::from_rows(&rows)
}

/// No line of an edge list comes near this many bytes; a file without line ends shall not fill the memory.
const LINE_LIMIT: u64 = 1 << 16;

fn read_rows(path: &Path, mut reader: impl BufRead, gzip: bool) -> Result<Vec<(u64, u64)>, GraphError> {
    let mut rows = Vec::new();
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let read = reader.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut text).map_err(|source| {
            let path = path.to_path_buf();
            match source.kind() {
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
                    if gzip =>
                {
                    GraphError::Gzip { path, line: line - 1, source }
                }
                _ => GraphError::reading(&path, source),
            }
        })?;
        if read == 0 {
            break;
        }
        let cut = read as u64 == LINE_LIMIT && text.last() != Some(&b'\n');
        let row =
            if cut { Err(Mistake::new(&text, "a line of two ids, `from<TAB>to`")) } else { parse_row(&text) };
        let located =
            |Mistake { found, expected }| GraphError::Line { path: path.into(), line, found, expected };
        rows.extend(row.map_err(located)?);
    }
    Ok(rows)
}

/// What is wrong with a line.
struct Mistake {
    found: String,
    expected: &'static str,
}

impl Mistake {
    /// Shows `text` escaped and at most forty characters of it.
    fn new(text: &[u8], expected: &'static str) -> Mistake {
        const SHOWN: usize = 40;
        let text = String::from_utf8_lossy(&text[..text.len().min(4 * SHOWN)]);
        let text = text.trim_end();
        let cut = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
        let shown = text.chars().take(SHOWN).flat_map(char::escape_debug);
        Mistake { found: shown.chain(cut.chars()).collect(), expected }
    }
}

/// The row on a line, `None` for a comment or an empty line.
fn parse_row(text: &[u8]) -> Result<Option<(u64, u64)>, Mistake> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text); // A byte order mark, as some editors leave it.
    if text.starts_with(b"#") {
        return Ok(None); // In whatever encoding.
    }
    let line = str::from_utf8(text).map_err(|_| Mistake::new(text, "text in UTF-8"))?;
    let mut words = line.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (None, ..) => Ok(None),
        (Some(from), Some(to), None) => Ok(Some((parse_id(from)?, parse_id(to)?))),
        (Some(_), None, _) => Err(Mistake::new(text, "two ids, `from<TAB>to`, but there is one word")),
        (Some(_), Some(_), Some(_)) => {
            Err(Mistake::new(text, "two ids, `from<TAB>to`, but there are more words"))
        }
    }
}

fn parse_id(word: &str) -> Result<u64, Mistake> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let expected =
        if digits { "an id of at most 18446744073709551615" } else { "an id, a whole number from 0 on" };
    let id = if digits { word.parse().ok() } else { None };
    id.ok_or_else(|| Mistake::new(word.as_bytes(), expected))
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
