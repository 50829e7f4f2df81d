//! Tables for the terminal: aligned, headers wrapped, 80 columns wide at most.

use std::fmt::{self, Write};
use std::io::IsTerminal;

/// How many columns of characters a table may take unless told otherwise.
const SCREEN: usize = 80;

/// Whether escape sequences may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Never,
    /// Headers in bold, rules dimmed.
    Always,
}

impl Colour {
    /// Colour for a stream: only if it is a terminal, `NO_COLOR` is unset or empty (<https://no-color.org>)
    /// and `TERM` is not `dumb`.
    pub fn for_stream(stream: &impl IsTerminal) -> Colour {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if stream.is_terminal() && !set("NO_COLOR") && !dumb { Colour::Always } else { Colour::Never }
    }

    fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Colour::Never => text.to_owned(),
            Colour::Always => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

/// On which side a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers; in `mean ± half-width` the signs stand below each other.
    Right,
}

/// A column's header and alignment.
#[derive(Debug, Clone)]
pub struct Column {
    /// The header; wraps at spaces, so short words make narrow columns.
    pub header: String,
    /// Where cells stand.
    pub align: Align,
}

impl Column {
    /// A column of text.
    pub fn text(header: impl Into<String>) -> Column {
        Column { header: header.into(), align: Align::Left }
    }

    /// A column of numbers.
    pub fn number(header: impl Into<String>) -> Column {
        Column { header: header.into(), align: Align::Right }
    }
}

/// A table, shown by `Display` in 80 columns without colour, or by [`Table::render`].
///
/// ```
/// # use peerlab::report::{Column, Table};
/// let mut table = Table::new([Column::text("protocol"), Column::number("messages")]);
/// table.row(["chord", "6.51 ± 0.02"]);
/// table.row(["gnutella", "30,121 ± 210"]);
/// assert!(table.to_string().contains("30,121 ± 210"));
/// ```
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Line>,
}

#[derive(Debug, Clone)]
enum Line {
    Cells(Vec<String>),
    Rule,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Table {
        Table { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Add a row; missing cells are empty, surplus ones are dropped, line breaks become spaces.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) -> &mut Table {
        let clean = |cell: String| cell.replace(|c: char| c.is_control(), " ");
        let mut cells: Vec<String> = cells.into_iter().map(Into::into).map(clean).collect();
        cells.resize(self.columns.len(), String::new());
        self.rows.push(Line::Cells(cells));
        self
    }

    /// Add a rule between the rows so far and the next.
    pub fn rule(&mut self) -> &mut Table {
        self.rows.push(Line::Rule);
        self
    }

    /// The table in at most `width` columns of characters. What does not fit side by side is continued below,
    /// the first column repeated; a cell wider than the screen is cut with an ellipsis. Lines end without
    /// spaces.
    pub fn render(&self, width: usize, colour: Colour) -> String {
        let width = width.max(20);
        let blocks: Vec<Block> = (0..self.columns.len()).map(|index| self.block(index, width)).collect();
        let mut text = String::new();
        let mut next = 1;
        loop {
            let mut shown: Vec<&Block> = blocks.first().into_iter().collect();
            let mut used = shown.iter().map(|block| block.width).sum::<usize>();
            while let Some(block) =
                blocks.get(next).filter(|block| used + 2 + block.width <= width || shown.len() < 2)
            {
                used += 2 + block.width;
                shown.push(block);
                next += 1;
            }
            self.part(&mut text, &shown, width, colour);
            if next >= blocks.len() {
                return text;
            }
            text.push('\n');
        }
    }

    /// Lay out one column by itself.
    fn block(&self, index: usize, width: usize) -> Block {
        let column = &self.columns[index];
        let cells: Vec<&str> = self.rows.iter().map(|row| row.cell(index)).collect();
        // No column may take more than half of the screen, so that any two fit side by side.
        let most = (width - 2) / 2;
        let cells = match column.align {
            Align::Left => cells.into_iter().map(str::to_owned).collect(),
            Align::Right => align_signs(&cells),
        };
        let widest = |cells: &[String]| cells.iter().map(|cell| display_width(cell)).max().unwrap_or(0);
        let longest_word = column.header.split_whitespace().map(display_width).max().unwrap_or(0);
        let inner = widest(&cells).max(longest_word).min(most);
        let cells: Vec<String> = cells.into_iter().map(|cell| cut(&cell, inner)).collect();
        let header: Vec<String> = wrap(&column.header, inner);
        Block { header, cells, width: inner, align: column.align }
    }

    fn part(&self, text: &mut String, blocks: &[&Block], width: usize, colour: Colour) {
        let tall = blocks.iter().map(|block| block.header.len()).max().unwrap_or(0);
        for line in 0..tall {
            // Headers stand on the rule: short ones leave their upper lines empty.
            let word = |block: &Block| {
                (line + block.header.len()).checked_sub(tall).map(|i| block.header[i].clone())
            };
            let cells: Vec<String> =
                blocks.iter().map(|block| block.pad(&word(block).unwrap_or_default())).collect();
            push_line(text, &colour.bold(cells.join("  ").trim_end()));
        }
        let ruled = (blocks.iter().map(|block| block.width + 2).sum::<usize>()).saturating_sub(2).min(width);
        let rule = colour.dim(&"─".repeat(ruled));
        push_line(text, &rule);
        for (index, row) in self.rows.iter().enumerate() {
            match row {
                Line::Rule => push_line(text, &rule),
                Line::Cells(_) => {
                    let cells: Vec<String> =
                        blocks.iter().map(|block| block.pad(&block.cells[index])).collect();
                    push_line(text, cells.join("  ").trim_end());
                }
            }
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(SCREEN, Colour::Never))
    }
}

impl Line {
    fn cell(&self, index: usize) -> &str {
        match self {
            Line::Cells(cells) => cells.get(index).map_or("", String::as_str),
            Line::Rule => "",
        }
    }
}

/// A column laid out: header lines and cells, all of one width.
struct Block {
    header: Vec<String>,
    cells: Vec<String>,
    width: usize,
    align: Align,
}

impl Block {
    fn pad(&self, text: &str) -> String {
        let spaces = " ".repeat(self.width.saturating_sub(display_width(text)));
        match self.align {
            Align::Left => format!("{text}{spaces}"),
            Align::Right => format!("{spaces}{text}"),
        }
    }
}

fn push_line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

/// Bring the signs of `mean ± half` below each other; cells without one end where the means end.
fn align_signs(cells: &[&str]) -> Vec<String> {
    let tail = |cell: &str| cell.split_once(" ± ").map_or(0, |(_, half)| 3 + display_width(half));
    let longest = cells.iter().map(|cell| tail(cell)).max().unwrap_or(0);
    let pad = |cell: &&str| {
        let spaces = if cell.is_empty() { 0 } else { longest - tail(cell) };
        format!("{cell}{}", " ".repeat(spaces))
    };
    cells.iter().map(pad).collect()
}

/// Break a header at spaces into lines of at most `width`; words too long for it are cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if display_width(line) + 1 + display_width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(cut(word, width)),
        }
    }
    lines
}

fn cut(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if display_width(&short) + char_width(c) + 1 > width {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

/// How many columns of a terminal a text takes.
pub(crate) fn display_width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// 0 for combining marks and joiners, 2 for East Asian wide characters and emoji, else 1 (after Unicode's UAX
/// #11).
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x200B..=0x200F | 0x20D0..=0x20F0 | 0xFE00..=0xFE0F | 0xFEFF => 0,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF => 2,
        0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}
