//! Reads what a settings type says of itself in the source: its fields or variants, and their doc comments.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A struct or an enum that a scenario can hold.
#[derive(Clone, Debug, Default)]
pub struct Type {
    /// The file it stands in, from the crate's root.
    pub file: String,
    /// Fields of a struct: name as in TOML, type, doc.
    pub fields: Vec<Field>,
    /// Variants of an enum.
    pub variants: Vec<Variant>,
}

#[derive(Clone, Debug, Default)]
pub struct Field {
    pub name: String,
    pub of: String,
    pub doc: String,
    /// Its own fields stand in the table around it.
    pub flat: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Variant {
    pub name: String,
    pub doc: String,
    pub fields: Vec<Field>,
    /// The one type that a tuple variant wraps.
    pub of: Option<String>,
}

/// All types by name; several may share one.
pub type Types = BTreeMap<String, Vec<Type>>;

/// Reads every file under `folder`.
pub fn read(root: &Path) -> Types {
    let mut types = Types::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the source") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let file = path.strip_prefix(root).expect("it lies in the crate").display().to_string();
                scan(&file, &fs::read_to_string(&path).expect("a source file"), &mut types);
            }
        }
    }
    types
}

/// What precedes an item: its doc, and its attributes.
#[derive(Default)]
struct Before {
    doc: Vec<String>,
    attributes: String,
}

impl Before {
    /// Takes a line of doc or of attributes in; false if it is neither.
    fn take(&mut self, line: &str) -> bool {
        if let Some(doc) = line.strip_prefix("///") {
            self.doc.push(doc.trim().to_string());
            return true;
        }
        if line.starts_with("#[") {
            self.attributes.push_str(line);
            return true;
        }
        false
    }

    fn doc(&self) -> String {
        let first = self.doc.iter().take_while(|line| !line.is_empty());
        first.cloned().collect::<Vec<_>>().join(" ")
    }

    fn renamed(&self) -> Option<String> {
        let rest = self.attributes.split("rename = \"").nth(1)?;
        rest.split('"').next().map(str::to_string)
    }
}

fn scan(file: &str, text: &str, types: &mut Types) {
    let lines: Vec<&str> = text.lines().collect();
    let mut before = Before::default();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        at += 1;
        if before.take(line) {
            continue;
        }
        let head = line.strip_prefix("pub ").unwrap_or(line);
        let open = head.ends_with('{') && before.attributes.contains("Deserialize");
        let name = |head: &str| head.trim_end_matches('{').trim().to_string();
        if let Some(rest) = head.strip_prefix("struct ").filter(|_| open) {
            let (fields, next) = fields(&lines, at);
            at = next;
            let one = Type { file: file.to_string(), fields, ..Type::default() };
            types.entry(name(rest)).or_default().push(one);
        } else if let Some(rest) = head.strip_prefix("enum ").filter(|_| open) {
            let (variants, next) = variants(&lines, at);
            at = next;
            let one = Type { file: file.to_string(), variants, ..Type::default() };
            types.entry(name(rest)).or_default().push(one);
        }
        before = Before::default();
    }
}

/// The fields up to the closing brace, and the line after it.
fn fields(lines: &[&str], mut at: usize) -> (Vec<Field>, usize) {
    let mut found = Vec::new();
    let mut before = Before::default();
    while at < lines.len() {
        let line = lines[at].trim();
        at += 1;
        if line.starts_with('}') {
            break;
        }
        if before.take(line) || line.starts_with("//") {
            continue;
        }
        let skipped = ["serde(skip)", "serde(skip_deserializing)"];
        if let Some((name, of)) = line.trim_end_matches(',').split_once(": ")
            && !skipped.iter().any(|skipped| before.attributes.contains(skipped))
        {
            let name = name.rsplit(' ').next().unwrap_or(name);
            found.push(Field {
                name: before.renamed().unwrap_or_else(|| name.to_string()),
                of: of.to_string(),
                doc: before.doc(),
                flat: before.attributes.contains("flatten"),
            });
        }
        before = Before::default();
    }
    (found, at)
}

fn variants(lines: &[&str], mut at: usize) -> (Vec<Variant>, usize) {
    let mut found = Vec::new();
    let mut before = Before::default();
    while at < lines.len() {
        let line = lines[at].trim();
        at += 1;
        if line.starts_with('}') {
            break;
        }
        if before.take(line) || line.is_empty() || line.starts_with("//") {
            continue;
        }
        let end = line.find(|c: char| !c.is_alphanumeric()).unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        let mut variant = Variant {
            name: before.renamed().unwrap_or_else(|| kebab(name)),
            doc: before.doc(),
            ..Variant::default()
        };
        let rest = rest.trim();
        if let Some(of) = rest.strip_prefix('(') {
            variant.of = Some(of.trim_end_matches(',').trim_end_matches(')').to_string());
        } else if rest == "{" {
            (variant.fields, at) = fields(lines, at);
        } else if let Some(inline) = rest.strip_prefix('{').filter(|rest| rest.contains(": ")) {
            let inline = inline.trim_end_matches(',').trim().trim_end_matches('}');
            for pair in inline.split(',').filter_map(|pair| pair.split_once(": ")) {
                variant.fields.push(Field {
                    name: pair.0.trim().to_string(),
                    of: pair.1.trim().to_string(),
                    ..Field::default()
                });
            }
        }
        if !before.attributes.contains("serde(skip)") {
            found.push(variant);
        }
        before = Before::default();
    }
    (found, at)
}

/// `BestConnected` as TOML has it.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for (index, c) in name.chars().enumerate() {
        if c.is_uppercase() && index > 0 {
            text.push('-');
        }
        text.extend(c.to_lowercase());
    }
    text
}

/// The type called `name` as the file `near` means it: its own, its folder's, or the only one.
pub fn find<'t>(types: &'t Types, name: &str, near: &str) -> Option<&'t Type> {
    let inner = name.trim();
    let inner =
        ["Option<", "Vec<", "Box<", "Arc<"].iter().find_map(|wrap| inner.strip_prefix(wrap)).unwrap_or(inner);
    let inner = inner.trim_end_matches('>').rsplit("::").next().unwrap_or(inner);
    let all = types.get(inner)?;
    let folder = |file: &str| file.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_string());
    let stem = |file: &str| file.trim_end_matches("/mod.rs").trim_end_matches(".rs").to_string();
    let own = all.iter().find(|one| one.file == near);
    let beside =
        || all.iter().find(|one| folder(&one.file) == folder(near) || folder(&one.file) == stem(near));
    // A protocol's words mean nothing elsewhere.
    let only = || match all.as_slice() {
        [one] if !one.file.starts_with("src/protocols/") || near.starts_with("src/protocols/") => Some(one),
        _ => None,
    };
    own.or_else(beside).or_else(only)
}
