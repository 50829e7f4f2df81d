//! Pajek's `.net` (Batagelj and Mrvar 1998): `*Vertices`, then any number of `*Arcs`, `*Edges`, `*Arcslist` and `*Edgeslist`.
//! Vertices are called by their labels where these are all there and different, else by their numbers; coordinates, weights and
//! colours are passed over; matrices, two-mode networks and partitions are refused.

use std::io::{self, Write};
use std::path::Path;

use super::super::GraphError;
use super::super::lines::{Lines, Mistake, utf8};
use super::collect::Collector;
use super::{GraphFile, Source};

/// A line of a list may hold many neighbours.
const LINE_LIMIT: u64 = 1 << 28;

/// A stated number of vertices is believed before they are met; a wrong one shall not fill the memory.
const MOST_VERTICES: u32 = 100_000_000;

/// Where the reader is.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    Start,
    Vertices,
    Pairs { directed: bool },
    Lists { directed: bool },
}

#[derive(Default)]
struct Pajek {
    count: u64,
    labels: Vec<(u64, String)>,
    rows: Vec<(u64, u64, bool)>,
    /// What the sections say, for a network without a row.
    directed: Option<bool>,
}

pub(super) fn read(path: &Path) -> Result<GraphFile, GraphError> {
    let mut lines = Lines::open(path, LINE_LIMIT)?;
    let mut pajek = Pajek::default();
    let mut section = Section::Start;
    while let Some(text) = lines.next("a line of two vertices")? {
        if text.starts_with(b"%") {
            continue;
        }
        let read = utf8(text).and_then(|line| match line.trim() {
            "" => Ok(section),
            line if line.starts_with('*') => pajek.section(line),
            line => pajek.line(line, section).map(|()| section),
        });
        section = read.map_err(|mistake| lines.refuse(mistake))?;
    }
    pajek.finish()
}

impl Pajek {
    fn section(&mut self, line: &str) -> Result<Section, Mistake> {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or("").to_ascii_lowercase();
        let section = match name.as_str() {
            "*network" => return Ok(Section::Start),
            "*vertices" => {
                let wrong = "`*Vertices` and their number, up to 100000000, of one mode";
                let count = words.next().and_then(|word| word.parse::<u32>().ok());
                let fits = |count: &u32| *count <= MOST_VERTICES && words.next().is_none();
                let Some(count) = count.filter(fits) else {
                    return Err(Mistake::new(line.as_bytes(), wrong));
                };
                self.count = u64::from(count);
                return Ok(Section::Vertices);
            }
            "*arcs" => Section::Pairs { directed: true },
            "*edges" => Section::Pairs { directed: false },
            "*arcslist" => Section::Lists { directed: true },
            "*edgeslist" => Section::Lists { directed: false },
            _ => {
                let expected = "`*Vertices`, `*Arcs`, `*Edges`, `*Arcslist` or `*Edgeslist`";
                return Err(Mistake::new(line.as_bytes(), expected));
            }
        };
        if let Section::Pairs { directed } | Section::Lists { directed } = section {
            self.directed = Some(directed || self.directed == Some(true));
        }
        Ok(section)
    }

    fn line(&mut self, line: &str, section: Section) -> Result<(), Mistake> {
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else { return Ok(()) };
        match section {
            Section::Start => Err(Mistake::new(line.as_bytes(), "`*Vertices` and their number first")),
            Section::Vertices => {
                let number = self.vertex(first)?;
                let rest = line[first.len()..].trim_start();
                let label = match rest.strip_prefix('"') {
                    Some(quoted) => match quoted.split_once('"') {
                        Some((label, _)) => Some(label),
                        None => return Err(Mistake::new(line.as_bytes(), "a label that ends in a quote")),
                    },
                    None => rest.split_whitespace().next(),
                };
                self.labels.extend(label.map(|label| (number, label.trim().to_owned())));
                Ok(())
            }
            Section::Pairs { directed } => {
                let Some(second) = words.next() else {
                    return Err(Mistake::new(line.as_bytes(), "two vertices"));
                };
                let row = (self.vertex(first)?, self.vertex(second)?, directed);
                self.rows.push(row);
                Ok(())
            }
            Section::Lists { directed } => {
                let from = self.vertex(first)?;
                for word in words {
                    let row = (from, self.vertex(word)?, directed);
                    self.rows.push(row);
                }
                Ok(())
            }
        }
    }

    fn vertex(&self, word: &str) -> Result<u64, Mistake> {
        let number = word.parse().ok().filter(|&number| (1..=self.count).contains(&number));
        number.ok_or_else(|| Mistake::new(word.as_bytes(), "a vertex, from 1 to their number in `*Vertices`"))
    }

    fn finish(self) -> Result<GraphFile, GraphError> {
        let labels = self.distinct_labels();
        let called = |vertex: u64| match &labels {
            Some(labels) => labels[vertex as usize - 1].to_owned(),
            None => vertex.to_string(),
        };
        let mut rows = Collector::new();
        (1..=self.count).for_each(|vertex| rows.node(&called(vertex)));
        for &(from, to, directed) in &self.rows {
            rows.edge(&called(from), &called(to), directed);
        }
        rows.finish(self.directed.unwrap_or(false))
    }

    /// The labels by vertex, if every vertex has one of its own.
    fn distinct_labels(&self) -> Option<Vec<&str>> {
        if self.labels.len() as u64 != self.count {
            return None;
        }
        let mut labels = vec![""; self.count as usize];
        for (vertex, label) in &self.labels {
            labels[*vertex as usize - 1] = label;
        }
        let mut sorted = labels.clone();
        sorted.sort_unstable();
        let distinct = sorted.windows(2).all(|pair| pair[0] != pair[1]);
        (distinct && sorted.first() != Some(&"")).then_some(labels)
    }
}

pub(super) fn write(to: &mut dyn Write, source: &Source<'_>) -> io::Result<()> {
    writeln!(to, "*Vertices {}", source.nodes())?;
    for node in 0..source.nodes() {
        writeln!(to, "{} \"{}\"", u64::from(node) + 1, source.label(node))?;
    }
    writeln!(to, "{}", if source.directed() { "*Arcs" } else { "*Edges" })?;
    for (from, target) in source.rows() {
        writeln!(to, "{} {}", u64::from(from) + 1, u64::from(target) + 1)?;
    }
    Ok(())
}
