//! Errors that a user can act on: what is wrong, where, and what would be right.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;

/// One error of the user's, printed in the manner of rustc.
///
/// ```text
/// error: unknown key `lookpus` in `workload`; did you mean `lookups`?
///   --> my.toml:12:1
///    |
/// 12 | lookpus = 100
///    | ^^^^^^^
/// hint: valid keys here: `deadline`, `lookups`, `rate`
/// ```
///
/// [`Display`](fmt::Display) prints this without colour and without a final newline; [`Diagnostic::render`] may colour.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Diagnostic {
    /// What is wrong, in one line.
    pub message: String,
    /// Where, if it is at some place of a file or of the command line.
    pub place: Option<Box<Place>>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A place in a file or on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it, or [`COMMAND_LINE`].
    pub file: String,
    /// The spot inside; `None` if the whole file is meant.
    pub spot: Option<Spot>,
}

/// A stretch of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The line, from 1.
    pub line: usize,
    /// The first character, from 1; characters are Unicode scalar values.
    pub column: usize,
    /// How many characters to mark, at least 1.
    pub width: usize,
    /// The whole line, without its end.
    pub text: String,
}

/// What stands for the file's name where an option of the command line is to blame.
pub const COMMAND_LINE: &str = "command line";

impl Diagnostic {
    /// An error without a place or a hint.
    pub fn new(message: impl Into<String>) -> Diagnostic {
        Diagnostic { message: message.into(), place: None, hint: None }
    }

    /// What the operating system said when asked to `action` ("read", "write", "create") the file at `path`.
    pub fn io(action: &str, path: &Path, error: &io::Error) -> Diagnostic {
        let cause = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            io::ErrorKind::StorageFull => "the disk is full".to_owned(),
            io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
            io::ErrorKind::FileTooLarge => {
                "it would be larger than the system allows (`ulimit -f`)".to_owned()
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "a part of the path is a file, not a folder".to_owned()
            }
            _ => error.to_string(),
        };
        Diagnostic::new(format!("cannot {action} `{}`: {cause}", path.display()))
    }

    /// The same error with `hint`.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// The same error at `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Diagnostic {
        self.place = Some(Box::new(place));
        self
    }

    /// The whole error as text, in ANSI colours if `colour`; without a final newline.
    ///
    /// The caller decides on `colour`: a terminal, and no `NO_COLOR` in the environment.
    pub fn render(&self, colour: bool) -> String {
        let paint = Paint { on: colour };
        let mut text = format!("{} {}", paint.red("error:"), one_line(&self.message));
        if let Some(place) = &self.place {
            place.render(&mut text, paint);
        }
        if let Some(hint) = &self.hint {
            text.push_str(&format!("\n{} {}", paint.cyan("hint:"), one_line(hint)));
        }
        text
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl Place {
    /// The bytes `span` of `text`, the content of `file`; spans beyond its end mean its end.
    ///
    /// A span of several lines is marked to the end of the first.
    pub fn in_text(file: &str, text: &str, span: Range<usize>) -> Place {
        let start = floor_char_boundary(text, span.start);
        let end = floor_char_boundary(text, span.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let line_text = text[line_start..line_end].trim_end_matches('\r');
        let marked = &text[start..end.min(line_end)];
        Place {
            file: file.to_owned(),
            spot: Some(Spot {
                line: text[..line_start].matches('\n').count() + 1,
                column: text[line_start..start].chars().count() + 1,
                width: marked.trim_end().chars().count().max(1),
                text: line_text.to_owned(),
            }),
        }
    }

    fn render(&self, out: &mut String, paint: Paint) {
        let Some(spot) = &self.spot else {
            out.push_str(&format!("\n {} {}", paint.blue("-->"), one_line(&self.file)));
            return;
        };
        let (head, number) = if self.file == COMMAND_LINE {
            (self.file.clone(), " ".to_owned())
        } else {
            (format!("{}:{}:{}", self.file, spot.line, spot.column), spot.line.to_string())
        };
        let gutter = " ".repeat(number.len());
        let (text, before) = spot.window();
        // Tabs stay tabs, so that the caret stands below what it means at any tab width.
        let lead: String = text.chars().take(before).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let width = spot.width.min(text.chars().count().saturating_sub(before)).max(1);
        let (arrow, bar) = (paint.blue("-->"), paint.blue("|"));
        out.push_str(&format!("\n{gutter}{arrow} {}\n{gutter} {bar}", one_line(&head)));
        out.push_str(&format!("\n{} {bar} {text}", paint.blue(&number)));
        out.push_str(&format!("\n{gutter} {bar} {lead}{}", paint.red(&"^".repeat(width))));
    }
}

/// Longest piece of a source line that is shown; the rest becomes an ellipsis.
const WINDOW: usize = 110;

impl Spot {
    /// The part of the line to show, control characters made visible, and how many characters precede the mark in it.
    fn window(&self) -> (String, usize) {
        let before = self.column - 1;
        let visible: Vec<char> =
            self.text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect();
        if visible.len() <= WINDOW {
            return (visible.into_iter().collect(), before);
        }
        let first = before.saturating_sub(WINDOW / 2).min(visible.len() - WINDOW);
        let last = first + WINDOW;
        let mut text = String::new();
        if first > 0 {
            text.push('…');
        }
        text.extend(&visible[first..last]);
        if last < visible.len() {
            text.push('…');
        }
        (text, before - first + usize::from(first > 0))
    }
}

/// The largest character boundary of `text` that is not above `index`.
fn floor_char_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// `text` without control characters, which a file name or a key may hold: none may move the terminal's cursor.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// ANSI colours, or none.
#[derive(Clone, Copy)]
struct Paint {
    on: bool,
}

impl Paint {
    fn red(self, text: &str) -> String {
        self.wrap("\x1b[1;31m", text)
    }

    fn blue(self, text: &str) -> String {
        self.wrap("\x1b[1;34m", text)
    }

    fn cyan(self, text: &str) -> String {
        self.wrap("\x1b[1;36m", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.on { format!("{code}{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_like_rustc() {
        let text = "seed = 1\n\tname = \"Köln\" # 東京\n";
        let start = text.find("\"K").unwrap();
        let error = Diagnostic::new("no such town")
            .at(Place::in_text("a.toml", text, start..start + 7))
            .with_hint("go");
        assert_eq!(
            error.to_string(),
            "error: no such town\n --> a.toml:2:9\n  |\n2 | \tname = \"Köln\" # 東京\n  | \t       ^^^^^^\nhint: go"
        );
        assert!(error.render(true).contains("\x1b[1;31merror:\x1b[0m"));
    }

    #[test]
    fn spans_are_cut_to_the_text_and_to_one_line() {
        let text = "a = [\n1]";
        let spot = |span| Place::in_text("f", text, span).spot.unwrap();
        assert_eq!((spot(4..8).line, spot(4..8).column, spot(4..8).width), (1, 5, 1));
        assert_eq!((spot(100..200).line, spot(100..200).column, spot(100..200).width), (2, 3, 1));
        assert_eq!(Place::in_text("f", "é", 1..1).spot.unwrap().column, 1);
        assert_eq!(Place::in_text("f", "", 0..0).spot.unwrap().text, "");
    }

    #[test]
    fn long_lines_and_control_characters() {
        let text = format!("{}X{}", "a".repeat(300), "b\x1b".repeat(100));
        let rendered = Diagnostic::new("m\x1b").at(Place::in_text("f", &text, 300..301)).to_string();
        assert!(!rendered.contains('\x1b'));
        let lines: Vec<&str> = rendered.lines().collect();
        let mark = lines[4].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[3].chars().nth(mark), Some('X'));
        assert!(lines[3].chars().count() < 120);
    }

    #[test]
    fn the_operating_system_s_words() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let error = Diagnostic::io("write", Path::new("out/a.csv"), &full);
        assert_eq!(error.to_string(), "error: cannot write `out/a.csv`: the disk is full");
    }
}
