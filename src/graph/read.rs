//! Reading SNAP edge lists.

use std::path::Path;

use super::lines::{Lines, Mistake};
use super::{Graph, GraphError, Simplification};

/// A measured graph as its file has it: directed as crawled, self-loops and repetitions included.
///
/// Its nodes are those that appear in rows, and those that the file lists besides, numbered by ascending id, so gaps
/// in the ids leave no trace.
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
        EdgeList::with_nodes(rows, &[])
    }

    /// Numbers the nodes of `rows`, and those in `listed`, which may have no row.
    pub(super) fn with_nodes(rows: &[(u64, u64)], listed: &[u64]) -> Result<EdgeList, GraphError> {
        let fits = |what: &str, found: usize, limit: u64| {
            let error = GraphError::TooLarge { what: what.to_owned(), found: found as u64, limit };
            if found as u64 <= limit { Ok(()) } else { Err(error) }
        };
        fits("rows of an edge list", rows.len(), Graph::MAX_EDGES)?;
        let ids = ascending(rows, listed);
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

/// Every id once, ascending. Where they are dense enough a table of who has been seen is faster than sorting.
fn ascending(rows: &[(u64, u64)], listed: &[u64]) -> Vec<u64> {
    let all = || rows.iter().flat_map(|&(from, to)| [from, to]).chain(listed.iter().copied());
    let last = all().max().unwrap_or(0);
    if last / 8 <= (rows.len() + listed.len()) as u64 {
        let mut seen = vec![false; last as usize + 1];
        all().for_each(|id| seen[id as usize] = true);
        return if rows.is_empty() && listed.is_empty() {
            Vec::new()
        } else {
            (0..=last).filter(|&id| seen[id as usize]).collect()
        };
    }
    let mut ids: Vec<u64> = all().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
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
    let mut lines = Lines::open(path, LINE_LIMIT)?;
    let mut rows = Vec::new();
    while let Some(text) = lines.next("a line of two ids, `from<TAB>to`")? {
        let row = parse_row(text);
        rows.extend(row.map_err(|mistake| lines.refuse(mistake))?);
    }
    if rows.is_empty() {
        return Err(GraphError::Empty { path: path.to_path_buf() });
    }
    EdgeList::from_rows(&rows)
}

/// No line of an edge list comes near this many bytes.
pub(super) const LINE_LIMIT: u64 = 1 << 16;

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

pub(super) fn parse_id(word: &str) -> Result<u64, Mistake> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let expected =
        if digits { "an id of at most 18446744073709551615" } else { "an id, a whole number from 0 on" };
    let id = if digits { word.parse().ok() } else { None };
    id.ok_or_else(|| Mistake::new(word.as_bytes(), expected))
}
