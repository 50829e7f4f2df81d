//! The language of Graphviz, as far as it says who is linked with whom: `graph` and `digraph`, chains of edges, sets of nodes as
//! their ends, subgraphs, quoted names, comments, ports (passed over). Of attributes only `supernode` of a node is read. Not
//! read: strings joined by `+`, names in HTML; `strict` and the difference between nodes in and outside of subgraphs mean
//! nothing here.

use std::io::{self, Write};
use std::path::Path;

use super::super::GraphError;
use super::super::lines::{Mistake, Opened, broken};
use super::collect::Collector;
use super::graphml::truth;
use super::source::Label;
use super::{GraphFile, Source};

/// Reads a whole file at once: a graph in DOT may be one line.
pub(super) fn read(path: &Path, mut opened: Opened) -> Result<GraphFile, GraphError> {
    let mut bytes = Vec::new();
    let read = opened.reader.read_to_end(&mut bytes);
    let lines = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
    read.map_err(|source| broken(path, opened.gzip, lines(&bytes), source))?;
    let text = str::from_utf8(&bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let mistake = Mistake::new(&bytes[error.valid_up_to()..][..1], "text in UTF-8");
        mistake.at(path, lines(before) + 1)
    })?;
    let mut parser = Parser { words: Words::new(text), rows: Collector::new(), directed: false };
    match parser.graph() {
        Ok(()) => parser.rows.finish(parser.directed),
        Err(mistake) => Err(mistake.at(path, parser.words.line)),
    }
}

/// A word of the language.
#[derive(Clone, Debug, PartialEq)]
enum Word<'a> {
    /// A name, as it stands or quoted.
    Name {
        name: std::borrow::Cow<'a, str>,
        quoted: bool,
    },
    /// `->` or `--`.
    Edge {
        directed: bool,
    },
    /// One of `{}[];,=:`.
    Sign(char),
    End,
}

/// A text, word by word.
struct Words<'a> {
    rest: &'a str,
    /// The line on which the last word began, and the one where `rest` begins.
    line: u64,
    end: u64,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Words<'a> {
        Words { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1, end: 1 }
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.end += taken.bytes().filter(|&byte| byte == b'\n').count() as u64;
        self.rest = rest;
        taken
    }

    /// Passes over blanks and comments.
    fn blanks(&mut self) -> Result<(), Mistake> {
        let mut line_start = self.line == 1 && self.end == 1;
        loop {
            let blank = self.rest.find(|c: char| !c.is_whitespace()).unwrap_or(self.rest.len());
            line_start |= self.take(blank).contains('\n');
            if self.rest.starts_with("//") || (line_start && self.rest.starts_with('#')) {
                let to_end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.take(to_end);
            } else if self.rest.starts_with("/*") {
                self.line = self.end;
                let Some(to_end) = self.rest.find("*/") else {
                    return Err(Mistake::new(b"/*", "a comment that ends"));
                };
                self.take(to_end + 2);
            } else {
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> Result<Word<'a>, Mistake> {
        self.blanks()?;
        self.line = self.end;
        let Some(first) = self.rest.chars().next() else { return Ok(Word::End) };
        let name_char = |c: char| c.is_alphanumeric() || c == '_' || (!c.is_ascii() && !c.is_whitespace());
        if self.rest.starts_with("->") || self.rest.starts_with("--") {
            return Ok(Word::Edge { directed: self.take(2) == "->" });
        }
        match first {
            '{' | '}' | '[' | ']' | ';' | ',' | '=' | ':' => {
                self.take(1);
                Ok(Word::Sign(first))
            }
            '"' => self.quoted(),
            '.' | '-' | '0'..='9' => {
                let from = usize::from(first == '-');
                let numeral = |c: char| !c.is_ascii_digit() && c != '.';
                let length = self.rest[from..].find(numeral).map_or(self.rest.len(), |at| at + from);
                let name = self.take(length);
                if name.bytes().any(|byte| byte.is_ascii_digit()) {
                    return Ok(Word::Name { name: name.into(), quoted: false });
                }
                Err(Mistake::new(name.as_bytes(), "a name, `->`, `--` or one of `{}[];,=:`"))
            }
            c if name_char(c) => {
                let length = self.rest.find(|c| !name_char(c)).unwrap_or(self.rest.len());
                Ok(Word::Name { name: self.take(length).into(), quoted: false })
            }
            _ => Err(Mistake::new(self.rest.as_bytes(), "a name, `->`, `--` or one of `{}[];,=:`")),
        }
    }

    /// A name in quotes, of which only `\"` means something else, and a line's end after a backslash nothing.
    fn quoted(&mut self) -> Result<Word<'a>, Mistake> {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|&(_, c)| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let Some((end, _)) = end else {
            return Err(Mistake::new(self.rest.as_bytes(), "a quoted name that ends"));
        };
        let inner = &self.take(end + 1)[1..end];
        let name = if inner.contains('\\') {
            inner.replace("\\\r\n", "").replace("\\\n", "").replace("\\\"", "\"").into()
        } else {
            inner.into()
        };
        Ok(Word::Name { name, quoted: true })
    }

    /// The next word, which is left where it is.
    fn peek(&mut self) -> Result<Word<'a>, Mistake> {
        let (rest, line, end) = (self.rest, self.line, self.end);
        let word = self.next()?;
        (self.rest, self.line, self.end) = (rest, line, end);
        Ok(word)
    }
}

struct Parser<'a> {
    words: Words<'a>,
    rows: Collector,
    directed: bool,
}

/// Subgraphs in subgraphs.
const DEEPEST: usize = 64;

impl Parser<'_> {
    fn graph(&mut self) -> Result<(), Mistake> {
        let expected = "`graph` or `digraph`";
        let mut word = self.keyword()?;
        if word.as_deref() == Some("strict") {
            word = self.keyword()?;
        }
        self.directed = match word.as_deref() {
            Some("graph") => false,
            Some("digraph") => true,
            Some(other) => return Err(Mistake::new(other.as_bytes(), expected)),
            None => return Err(Mistake::new(b"something else", expected)),
        };
        if let Word::Name { .. } = self.words.peek()? {
            self.words.next()?;
        }
        self.sign('{', "`{` and the graph's statements")?;
        self.statements(0)?;
        match self.words.next()? {
            Word::End => Ok(()),
            other => Err(unexpected(&other, "nothing after the first graph")),
        }
    }

    /// The next word in small letters, if it is a bare one.
    fn keyword(&mut self) -> Result<Option<String>, Mistake> {
        Ok(match self.words.next()? {
            Word::Name { name, quoted: false } => Some(name.to_ascii_lowercase()),
            _ => None,
        })
    }

    fn sign(&mut self, sign: char, expected: &'static str) -> Result<(), Mistake> {
        match self.words.next()? {
            Word::Sign(found) if found == sign => Ok(()),
            other => Err(unexpected(&other, expected)),
        }
    }

    /// Statements up to their `}`; gives the nodes that they name.
    fn statements(&mut self, depth: usize) -> Result<Vec<String>, Mistake> {
        if depth > DEEPEST {
            return Err(Mistake::new(b"{", "at most 64 subgraphs in one another"));
        }
        let mut named = Vec::new();
        loop {
            match self.words.peek()? {
                Word::Sign('}') => {
                    self.words.next()?;
                    return Ok(named);
                }
                Word::Sign(';' | ',') => {
                    self.words.next()?;
                }
                Word::End => {
                    self.words.next()?;
                    return Err(Mistake::new(b"the end of the file", "a `}`"));
                }
                _ => named.extend(self.statement(depth)?),
            }
        }
    }

    fn statement(&mut self, depth: usize) -> Result<Vec<String>, Mistake> {
        if let Word::Name { name, quoted: false } = self.words.peek()?
            && ["graph", "node", "edge"].contains(&name.to_ascii_lowercase().as_str())
        {
            self.words.next()?;
            self.attributes()?;
            return Ok(Vec::new());
        }
        let mut ends = self.end(depth)?;
        if self.words.peek()? == Word::Sign('=') {
            self.words.next()?;
            return match self.words.next()? {
                Word::Name { .. } => Ok(Vec::new()), // An attribute of the graph, no node.
                other => Err(unexpected(&other, "a value after `=`")),
            };
        }
        ends.names.iter().for_each(|name| self.rows.node(name));
        let mut named = ends.names.clone();
        let mut chained = false;
        while let Word::Edge { directed } = self.words.peek()? {
            self.words.next()?;
            if directed != self.directed {
                let (found, expected) =
                    if directed { ("->", "`--` in a `graph`") } else { ("--", "`->` in a `digraph`") };
                return Err(Mistake::new(found.as_bytes(), expected));
            }
            let next = self.end(depth)?;
            for from in &ends.names {
                next.names.iter().for_each(|to| self.rows.edge(from, to, directed));
            }
            named.extend(next.names.iter().cloned());
            (ends, chained) = (next, true);
        }
        let told = self.attributes()?;
        if let (Some(is), false, false) = (told, chained, ends.set) {
            ends.names.iter().for_each(|name| self.rows.supernode(name, is));
        }
        Ok(named)
    }

    /// One end of an edge: a node, or all that a subgraph names.
    fn end(&mut self, depth: usize) -> Result<End, Mistake> {
        match self.words.next()? {
            Word::Sign('{') => Ok(End { names: self.statements(depth + 1)?, set: true }),
            Word::Name { name, quoted: false } if name.eq_ignore_ascii_case("subgraph") => {
                if let Word::Name { .. } = self.words.peek()? {
                    self.words.next()?;
                }
                self.sign('{', "`{` and the subgraph's statements")?;
                Ok(End { names: self.statements(depth + 1)?, set: true })
            }
            Word::Name { name, .. } if !name.is_empty() => {
                while self.words.peek()? == Word::Sign(':') {
                    self.words.next()?;
                    match self.words.next()? {
                        Word::Name { .. } => {}
                        other => return Err(unexpected(&other, "a port after `:`")),
                    }
                }
                Ok(End { names: vec![name.into_owned()], set: false })
            }
            other => Err(unexpected(&other, "a node")),
        }
    }

    /// Lists of attributes, if there are any; what they say of `supernode`.
    fn attributes(&mut self) -> Result<Option<bool>, Mistake> {
        let mut told = None;
        while self.words.peek()? == Word::Sign('[') {
            self.words.next()?;
            loop {
                let key = match self.words.next()? {
                    Word::Sign(']') => break,
                    Word::Sign(';' | ',') => continue,
                    Word::Name { name, .. } => name,
                    other => return Err(unexpected(&other, "an attribute or `]`")),
                };
                if self.words.peek()? != Word::Sign('=') {
                    continue; // Short for `true`, of nothing that is read.
                }
                self.words.next()?;
                match self.words.next()? {
                    Word::Name { name, .. } if key == "supernode" => told = truth(&name),
                    Word::Name { .. } => {}
                    other => return Err(unexpected(&other, "a value after `=`")),
                }
            }
        }
        Ok(told)
    }
}

struct End {
    names: Vec<String>,
    /// Whether they are a set in braces.
    set: bool,
}

fn unexpected(word: &Word<'_>, expected: &'static str) -> Mistake {
    let found = match word {
        Word::Name { name, .. } => name.to_string(),
        Word::Edge { directed } => (if *directed { "->" } else { "--" }).to_owned(),
        Word::Sign(sign) => sign.to_string(),
        Word::End => "the end of the file".to_owned(),
    };
    Mistake::new(found.as_bytes(), expected)
}

pub(super) fn write(to: &mut dyn Write, source: &Source<'_>) -> io::Result<()> {
    let (kind, edge) = if source.directed() { ("digraph", "->") } else { ("graph", "--") };
    let called = |node: u32| match source.label(node) {
        Label::Number(number) => number.to_string(),
        Label::Name(name) => format!("\"{}\"", name.replace('"', "\\\"")),
    };
    writeln!(to, "{kind} {{")?;
    for node in 0..source.nodes() {
        match source.supernode(node) {
            Some(is) => writeln!(to, "  {} [supernode={is}];", called(node))?,
            None => writeln!(to, "  {};", called(node))?,
        }
    }
    for (from, target) in source.rows() {
        writeln!(to, "  {} {edge} {};", called(from), called(target))?;
    }
    writeln!(to, "}}")
}
