//! The reference pages are what the code says of itself: keys with their doc comments and defaults, columns, commands.
//!
//! `PEERLAB_WRITE_REFERENCE=1 cargo test --test cli reference` writes them anew; without it the test compares.

#[path = "reference/source.rs"]
mod source;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use peerlab::experiment::columns::{COLUMNS, Family, KEYS};
use peerlab::experiment::document::Document;
use peerlab::experiment::plan::Plan;
use peerlab::experiment::scenario::schema;
use peerlab::experiment::series::SERIES;
use peerlab::protocols::{self, NAMES, Visit};
use peerlab::sim::Protocol;

use source::{Field, Types};

#[test]
fn reference_pages_are_current() {
    let write = std::env::var_os("PEERLAB_WRITE_REFERENCE").is_some();
    let folder = root().join("docs/reference");
    let mut stale = Vec::new();
    for (name, text) in [("keys.md", keys()), ("columns.md", columns()), ("commands.md", commands())] {
        let path = folder.join(name);
        if write {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&path, &text).expect("the page");
        }
        if fs::read_to_string(&path).unwrap_or_default() != text {
            stale.push(name);
        }
    }
    assert!(
        stale.is_empty(),
        "not current: {stale:?}; write them with PEERLAB_WRITE_REFERENCE=1 cargo test --test cli reference"
    );
}

/// Whatever `peerlab check` prints for a scenario with all protocols stands on the page of keys.
#[test]
fn every_key_of_a_resolved_scenario_is_explained() {
    let page = keys();
    let missing: Vec<String> = defaults()
        .into_iter()
        .map(|(key, _)| key)
        .filter(|key| {
            // What belongs to a chosen variant stands with that variant.
            let last = key.rsplit('.').next().unwrap_or(key);
            let known = [format!("`{key}`"), format!(".{last}`"), format!("`[[{key}]]`")];
            !known.iter().any(|known| page.contains(known))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The keys of a scenario with all protocols as it is resolved, dotted, with their values.
fn defaults() -> Vec<(String, String)> {
    let names: Vec<String> = NAMES.iter().map(|name| format!("\"{name}\"")).collect();
    let text = format!("name = \"keys\"\npeers = 100\nprotocols = [{}]\n", names.join(", "));
    let document = Document::parse("keys", &text, schema()).expect("a scenario");
    let plan = Plan::new(document.into_sweep().expect("no sweep")).expect("a plan");
    let mut found = Vec::new();
    flatten("", &plan.resolved().expect("it resolves"), &mut found);
    // These have none.
    found.retain(|(key, _)| !["name", "peers", "protocols"].contains(&key.as_str()));
    found
}

fn flatten(path: &str, table: &toml::Table, found: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            toml::Value::Table(inner) if !inner.is_empty() => flatten(&path, inner, found),
            toml::Value::Table(_) => {}
            _ => found.push((path, value.to_string())),
        }
    }
}

const GENERATED: &str =
    "Written by `PEERLAB_WRITE_REFERENCE=1 cargo test --test cli reference` from the code; not by hand.\n";

fn keys() -> String {
    let types = source::read(&root());
    let defaults = defaults();
    let mut page = format!(
        "# Every key of a scenario\n\n{GENERATED}\nA key stands in TOML as it stands here, in a table or dotted: `workload.rate = \"5 /s\"`. Where one of several words is \
         expected, each has a row `key = \"word\"`; its settings follow it: `overlay.graph.power-law.exponent = 1.4`. A list where one value is expected makes a \
         sweep. `peerlab check FILE` prints a scenario with everything that it leaves out.\n"
    );
    let scenario = source::find(&types, "Scenario", "src/experiment/scenario.rs").expect("the scenario");
    let mut rows = Rows { types: &types, defaults: &defaults, page: String::new() };
    let (tables, plain): (Vec<&Field>, Vec<&Field>) =
        scenario.fields.iter().partition(|field| source::find(&types, &field.of, &scenario.file).is_some());
    rows.head("At the top level");
    plain.iter().for_each(|field| rows.field("", field, &scenario.file));
    for table in tables {
        let list = table.of.starts_with("Vec<");
        let heading = if list { format!("[[{}]]", table.name) } else { format!("[{}]", table.name) };
        rows.head(&format!("`{heading}`: {}", lower(&table.doc)));
        rows.inside(&table.name, &table.of, &scenario.file, 0);
    }
    for name in NAMES {
        struct Origin;
        impl Visit for Origin {
            type Output = (&'static str, &'static str);
            fn visit<P: Protocol>(self) -> Self::Output {
                (P::PAPER, std::any::type_name::<P::Params>())
            }
        }
        let (paper, params) = protocols::with(name, Origin).expect("it is registered");
        // `peerlab::protocols::chord::params::Params` stands in src/protocols/chord/params.rs.
        let module = params.trim_start_matches("peerlab::").replace("::", "/");
        let file = format!("src/{}.rs", module.trim_end_matches("/Params"));
        rows.head(&format!("`[protocol.{name}]`: {paper}"));
        rows.inside(&format!("protocol.{name}"), "Params", &file, 0);
    }
    page += &rows.page;
    page
}

fn lower(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut characters = text.chars();
    characters
        .next()
        .map_or(String::new(), |first| first.to_lowercase().collect::<String>() + characters.as_str())
}

/// Tables of a page under way.
struct Rows<'a> {
    types: &'a Types,
    defaults: &'a [(String, String)],
    page: String,
}

impl Rows<'_> {
    fn head(&mut self, heading: &str) {
        let _ = write!(
            self.page,
            "\n## {heading}\n\n| key | value | default | what |\n| --- | --- | --- | --- |\n"
        );
    }

    fn row(&mut self, key: &str, value: &str, doc: &str) {
        let default = self.defaults.iter().find(|(known, _)| known == key);
        let default = default.map_or(String::new(), |(_, value)| format!("`{value}`"));
        let cell = |text: &str| text.replace('|', "\\|");
        let _ = writeln!(self.page, "| `{key}` | {value} | {} | {} |", cell(&default), cell(doc));
    }

    fn field(&mut self, path: &str, field: &Field, file: &str) {
        let key = match (path, field.flat) {
            (path, true) => path.to_string(),
            ("", _) => field.name.clone(),
            _ => format!("{path}.{}", field.name),
        };
        if !field.flat {
            let named = source::find(self.types, &field.of, file);
            let value = match named {
                Some(one) if !one.variants.is_empty() => "one of these words",
                Some(_) => "a table",
                None => value_of(&field.of),
            };
            self.row(&key, value, &field.doc);
        }
        self.inside(&key, &field.of, file, path.matches('.').count() + 1);
    }

    /// What lies inside the type called `of`, if it is one of ours.
    fn inside(&mut self, path: &str, of: &str, file: &str, depth: usize) {
        let Some(one) = source::find(self.types, of, file).filter(|_| depth < 8).cloned() else { return };
        for field in &one.fields {
            self.field(path, field, &one.file);
        }
        for variant in &one.variants {
            let tuple = variant.of.as_deref().filter(|of| source::find(self.types, of, &one.file).is_none());
            let inner = format!("{path}.{}", variant.name);
            match tuple {
                Some(of) => self.row(&inner, value_of(of), &variant.doc),
                None => self.row(&format!("{path} = \"{}\"", variant.name), "", &variant.doc),
            }
            for field in &variant.fields {
                self.field(&inner, field, &one.file);
            }
            if let (Some(of), None) = (&variant.of, tuple) {
                self.inside(&inner, of, &one.file, depth + 1);
            }
        }
    }
}

/// What is written for a type of the code.
fn value_of(of: &str) -> &'static str {
    let of = of.trim_start_matches("Option<").trim_end_matches('>');
    match of.rsplit("::").next().unwrap_or(of) {
        "String" => "text",
        "bool" => "`true` or `false`",
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" | "NonZero<u32" => "a whole number",
        "Span" => "a time, `\"80 ms\"`",
        "Share" => "a share, `\"1 %\"`",
        "Bytes" => "a size, `\"256 KiB\"`",
        "BitRate" => "a bit rate, `\"1.5 Mbit/s\"`",
        "Frequency" => "a rate, `\"5 /s\"`",
        "CountOrShare" => "a count, or a share `\"10 %\"`",
        "PathBuf" => "a file",
        "Times" => "a time, or a list of times",
        "Bootstrap" => "a whole number",
        _ if of.starts_with("Vec<") => "a list",
        _ if of.contains("BTreeMap<") => "a table",
        _ => "a word",
    }
}

fn columns() -> String {
    let mut page = format!(
        "# Every column\n\n{GENERATED}\nDecimal points, six significant digits, an empty field where there is no value. A row of `summary.csv` is one run.\n\n\
         ## `summary.csv`\n\n| column | unit | who has it | what |\n| --- | --- | --- | --- |\n"
    );
    for (name, doc) in KEYS {
        let _ = writeln!(page, "| `{name}` | | all | {doc} |");
    }
    for column in COLUMNS.iter() {
        let who = match (column.shared, column.family) {
            (true, Family::Run) => "all protocols",
            (true, Family::Graph) => "subject `graph`",
            (true, Family::Fit) => "subject `sample`",
            (false, _) => "on request: `columns`",
        };
        let doc = column.doc.replace('|', "\\|");
        let _ = writeln!(page, "| `{}` | {} | {who} | {doc} |", column.name, column.unit);
    }
    page += "\n## `series.csv`\n\nWritten where a scenario says `series.every`.\n\n| column | unit | what |\n| --- | --- | --- |\n";
    page += "| `time_s` | s | when, from the start of the run |\n";
    for column in SERIES {
        let _ = writeln!(page, "| `{}` | {} | {} |", column.name, column.unit, column.doc);
    }
    page
}

fn commands() -> String {
    let mut page = format!("# Every command\n\n{GENERATED}\nWhat `--help` says of each.\n");
    let mut waiting = vec![Vec::new()];
    while let Some(words) = waiting.pop() {
        let help = help(&words);
        let _ = write!(
            page,
            "\n## `{}`\n\n```text\n{}\n```\n",
            ["peerlab"].iter().copied().chain(words.iter().map(String::as_str)).collect::<Vec<_>>().join(" "),
            help.trim_end()
        );
        let below = help.split("\nCommands:\n").nth(1).map(|rest| rest.split("\n\n").next().unwrap_or(rest));
        let mut names: Vec<String> = below
            .into_iter()
            .flat_map(str::lines)
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(str::to_string)
            .collect();
        names.reverse();
        waiting.extend(names.into_iter().map(|name| words.iter().cloned().chain([name]).collect()));
    }
    page
}

fn help(words: &[String]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerlab"));
    command.args(words).arg("--help").env("COLUMNS", "100").env_remove("PEERLAB_DATA");
    let output = command.output().expect("the program");
    assert!(output.status.success(), "{words:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
