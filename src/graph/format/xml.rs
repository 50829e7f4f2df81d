//! What GraphML and GEXF share: tags one by one, with the line that each begins on.

use std::io::BufRead;
use std::path::Path;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};

use super::super::GraphError;
use super::super::lines::{Mistake, Opened, broken};

/// An XML file, tag by tag.
pub(super) struct Tags<'a> {
    path: &'a Path,
    reader: Reader<Box<dyn BufRead>>,
    gzip: bool,
    buffer: Vec<u8>,
    /// The line that the last tag began on, and the one where it ended.
    line: u64,
    end: u64,
    /// How many elements are open.
    depth: usize,
}

/// A piece of an XML file. Names have no prefixes.
pub(super) enum Piece {
    Start(Tag),
    End(String),
    Text(String),
}

/// The start of an element.
pub(super) struct Tag {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl<'a> Tags<'a> {
    pub(super) fn new(path: &'a Path, opened: Opened) -> Tags<'a> {
        let mut reader = Reader::from_reader(opened.reader);
        reader.config_mut().expand_empty_elements = true;
        Tags { path, reader, gzip: opened.gzip, buffer: Vec::new(), line: 1, end: 1, depth: 0 }
    }

    /// The next piece; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, GraphError> {
        loop {
            self.buffer.clear();
            self.line = self.end;
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(Error::Io(source)) => {
                    let source = std::io::Error::new(source.kind(), source.to_string());
                    return Err(broken(self.path, self.gzip, self.line, source));
                }
                Err(Error::Encoding(_)) => {
                    let mistake = Mistake { found: "other bytes".to_owned(), expected: "text in UTF-8" };
                    return Err(mistake.at(self.path, self.line));
                }
                Err(error) => return Err(unreadable(error).at(self.path, self.line)),
            };
            let text: &str = match &event {
                Event::Eof if self.depth > 0 => {
                    let expected = "the end tags of all elements";
                    return Err(Mistake::new(b"the end of the file", expected).at(self.path, self.line));
                }
                Event::Eof => return Ok(None),
                Event::Start(tag) | Event::Empty(tag) => tag,
                Event::End(tag) => tag,
                Event::Text(text) | Event::Comment(text) | Event::DocType(text) => text,
                Event::CData(text) => text,
                Event::Decl(text) => text,
                Event::PI(text) => text,
                Event::GeneralRef(text) => text,
            };
            self.end += text.bytes().filter(|&byte| byte == b'\n').count() as u64;
            match event {
                Event::Start(tag) => {
                    self.depth += 1;
                    return tag_of(&tag)
                        .map(|tag| Some(Piece::Start(tag)))
                        .map_err(|error| unreadable(error).at(self.path, self.line));
                }
                Event::End(tag) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Piece::End(tag.local_name().into_inner().to_owned())));
                }
                Event::Text(text) => return Ok(Some(Piece::Text(text.to_string()))),
                _ => {}
            }
        }
    }

    /// The error of a tag at hand that is not as expected.
    pub(super) fn refuse(&self, found: &str, expected: &'static str) -> GraphError {
        Mistake::new(found.as_bytes(), expected).at(self.path, self.line)
    }

    /// The value of an attribute that the tag at hand must have.
    pub(super) fn must(&self, tag: &Tag, name: &str, expected: &'static str) -> Result<String, GraphError> {
        match tag.get(name).map(str::trim).filter(|value| !value.is_empty()) {
            Some(value) => Ok(value.to_owned()),
            None => Err(self.refuse(&format!("<{}>", tag.name), expected)),
        }
    }
}

fn tag_of(start: &BytesStart<'_>) -> Result<Tag, Error> {
    let name = start.local_name().into_inner().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
        attributes.push((attribute.key.into_inner().to_owned(), value.into_owned()));
    }
    Ok(Tag { name, attributes })
}

fn unreadable(error: Error) -> Mistake {
    Mistake { found: error.to_string(), expected: "well-formed XML" }
}

/// A text as it stands inside an attribute's quotes.
pub(super) fn quoted(text: impl std::fmt::Display) -> String {
    quick_xml::escape::escape(text.to_string().as_str()).into_owned()
}
