//! The page that lists every published figure with ours beside it: made from the committed `published.csv` of the shipped
//! scenarios, never typed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::diagnostic::Diagnostic;
use super::shipped::SHIPPED;
use crate::report::significant;

/// One row of a `published.csv`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    variant: String,
    runs: String,
    column: String,
    ours: Option<f64>,
    ci95: Option<f64>,
    relation: String,
    published: Option<f64>,
    tolerance: Option<f64>,
    verdict: String,
    source: String,
    trust: Option<String>,
}

/// A scenario and its rows.
struct Listed {
    name: &'static str,
    rows: Vec<Row>,
}

/// The first of the headings that every `published.csv` has.
const HEADINGS: [&str; 10] = [
    "variant",
    "runs",
    "column",
    "ours_mean",
    "ours_ci95",
    "relation",
    "published",
    "tolerance",
    "verdict",
    "source",
];

/// The page, in Markdown, from the folder that holds `NAME/published.csv` for shipped scenarios.
///
/// # Errors
/// No results there, or a file that is no `published.csv`.
pub fn page(folder: &Path) -> Result<String, Diagnostic> {
    let mut listed = Vec::new();
    for name in SHIPPED.iter().map(|scenario| scenario.name) {
        let path = folder.join(name).join("published.csv");
        if path.exists() {
            listed.push(Listed { name, rows: read(&path)? });
        }
    }
    listed.sort_by_key(|listed| short(listed.name));
    if listed.is_empty() {
        let message =
            format!("{}: no results of a shipped scenario with published figures", folder.display());
        let expected = "expected a folder with papers/NAME/published.csv, as `peerlab run papers/NAME` makes it; \
                        nearest: results";
        return Err(Diagnostic::new(message).with_hint(expected));
    }
    Ok(written(&listed))
}

fn read(path: &PathBuf) -> Result<Vec<Row>, Diagnostic> {
    let bytes = std::fs::read(path).map_err(|error| Diagnostic::io("read", path, &error))?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let wrong = |line: u64, what: String| {
        let message = format!("{}:{line}: {what}", path.display());
        Diagnostic::new(message).with_hint("`peerlab run papers/NAME` writes the file anew")
    };
    let headings = reader.headers().map_err(|error| wrong(1, error.to_string()))?.clone();
    if headings.iter().take(HEADINGS.len()).ne(HEADINGS) {
        let expected = format!("these are no headings of published figures: expected {}", HEADINGS.join(","));
        return Err(wrong(1, expected));
    }
    let trust = headings.iter().position(|heading| heading == "trust");
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record
            .map_err(|error| wrong(error.position().map_or(1, csv::Position::line), error.to_string()))?;
        let line = record.position().map_or(1, csv::Position::line);
        let text = |place: usize| record.get(place).unwrap_or_default().to_string();
        let number = |place: usize| match record.get(place).unwrap_or_default() {
            "" => Ok(None),
            digits => match digits.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(wrong(line, format!("`{digits}` is no number, expected one or nothing"))),
            },
        };
        rows.push(Row {
            variant: text(0),
            runs: text(1),
            column: text(2),
            ours: number(3)?,
            ci95: number(4)?,
            relation: text(5),
            published: number(6)?,
            tolerance: number(7)?,
            verdict: text(8),
            source: text(9),
            trust: trust.map(text).filter(|word| !word.is_empty()),
        });
    }
    Ok(rows)
}

fn written(listed: &[Listed]) -> String {
    let rows = || listed.iter().flat_map(|listed| &listed.rows);
    let count = |verdict: &str| rows().filter(|row| row.verdict == verdict).count();
    let mut text = String::from(INTRODUCTION);
    let _ = write!(
        text,
        "\n{} figures from {} scenarios. With a gate: {} hold, differing: {}. Shown without a gate: {}, of which {} within.\n",
        rows().count(),
        listed.len(),
        count("holds"),
        count("differs"),
        count("shown: within") + count("shown: outside"),
        count("shown: within"),
    );
    let misses: Vec<(&Listed, &Row)> = listed
        .iter()
        .flat_map(|listed| listed.rows.iter().map(move |row| (listed, row)))
        .filter(|(_, row)| row.misses())
        .collect();
    if !misses.is_empty() {
        text += "\n## What misses, and why\n\n";
        let mut told: Vec<&str> = Vec::new();
        for (listed, row) in misses {
            let note = note(listed.name, row);
            let what = format!("`{}`, `{}`", short(listed.name), row.column);
            match note {
                Some(note) if told.contains(&note) => {}
                Some(note) => {
                    told.push(note);
                    let _ = writeln!(text, "- {what}: {note}");
                }
                None => {
                    let _ = writeln!(text, "- {what} ({}): not explained yet.", row.runs);
                }
            }
        }
    }
    text += "\n## All figures\n\n";
    text += "| scenario | runs | column | ours | published | tolerance | trust | verdict | source |\n";
    text += "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for Listed { name, rows } in listed {
        for row in rows {
            let trust = row.trust.clone().unwrap_or_else(|| usual_trust(name, row).to_string());
            let cells = [
                format!("[{}](../scenarios/{name}.toml)", short(name)),
                row.shown_runs(),
                format!("`{}`", row.column),
                row.shown_ours(),
                row.shown_published(),
                row.shown_tolerance(),
                trust,
                row.shown_verdict(),
                row.source.clone(),
            ];
            let cells = cells.map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    text
}

/// A scenario's name without the folder that most of them lie in.
fn short(name: &str) -> &str {
    name.strip_prefix("papers/").unwrap_or(name)
}

impl Row {
    /// Whether ours is not where it should be.
    fn misses(&self) -> bool {
        self.verdict == "differs" || self.verdict == "shown: outside"
    }

    fn shown_runs(&self) -> String {
        match self.variant.split_once(' ') {
            Some((_, own)) => format!("{own}; {}", self.runs),
            None => self.runs.clone(),
        }
    }

    fn shown_ours(&self) -> String {
        let digits = |value: f64| significant(value, 4);
        match (self.ours, self.ci95) {
            (None, _) => "–".to_string(),
            (Some(ours), Some(half)) if half > 1e-9 * ours.abs() => {
                format!("{} ± {}", digits(ours), significant(half, 2))
            }
            (Some(ours), _) => digits(ours),
        }
    }

    fn shown_published(&self) -> String {
        let sign = match self.relation.as_str() {
            "at least" => "≥ ",
            "at most" => "≤ ",
            _ => "",
        };
        self.published.map_or_else(|| "–".to_string(), |value| format!("{sign}{}", trimmed(value)))
    }

    fn shown_tolerance(&self) -> String {
        match (self.relation.as_str(), self.tolerance) {
            ("at least" | "at most", _) | (_, None) => String::new(),
            (_, Some(0.0)) => "exact".to_string(),
            (_, Some(tolerance)) => format!("± {}", trimmed(tolerance)),
        }
    }

    fn shown_verdict(&self) -> String {
        if self.misses() { format!("**{}**", self.verdict) } else { self.verdict.clone() }
    }
}

/// A figure as short as it can be written.
fn trimmed(value: f64) -> String {
    let digits = significant(value, 5);
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => digits,
    }
}

const INTRODUCTION: &str = "\
# What papers printed, and what we get

Made by `peerlab papers` from `results/**/published.csv`: nothing here is typed, and a test compares this page with those
files. `peerlab run papers/NAME` makes a scenario's figures again (`peerlab run free-riding` the one that is no paper's).

*Ours* is the mean over the runs with its 95 % interval. *Trust* says how far the published figure can be relied on: **P** printed in
the paper or read off its figures, **X** computed anew from the paper's own set-up, *theory* a closed form; these gate: ours *holds* or
*differs*. **S** is from a secondary source, **M** recalled: shown beside ours, *within* the tolerance or *outside*, and no gate.
Tolerances were fixed before the runs and are not tuned.
";

/// Where a row does not say how far its figure can be relied on, ours has to agree: what it is, by scenario.
fn usual_trust(name: &str, row: &Row) -> &'static str {
    match (short(name), row.column.as_str()) {
        ("bittorrent-fluid" | "churn-sessions", _) | ("gnutella-reach", "messages_mean" | "reach_mean") => {
            "theory"
        }
        ("gnutella-reach", _) => "X",
        _ => "P",
    }
}

/// Why a figure misses: a convention, our code, or the paper.
struct Note {
    name: &'static str,
    column: &'static str,
    /// What the row's runs or variant contain; all rows of the column, if empty.
    runs: &'static str,
    why: &'static str,
}

fn note(name: &str, row: &Row) -> Option<&'static str> {
    let speaks = |note: &&Note| {
        note.name == short(name)
            && note.column == row.column
            && (row.runs.contains(note.runs) || row.variant.contains(note.runs))
    };
    NOTES.iter().find(speaks).map(|note| note.why)
}

const HYBRID: &str = "the paper. The printed var(d) 3.55 is neither the hybrid law's variance, 10.64, nor its standard \
                      deviation, 3.26.";

const NOTES: &[Note] = &[
    Note {
        name: "bittorrent-flash-crowd",
        column: "last_download_s",
        runs: "",
        why: "the convention. The last is done at some 1.3 times the bound, not 1.15: those who come first have more \
              neighbours than the last, as links go both ways and seven is a minimum. With equally many for all it is 1.15; the \
              scenario has the commands.",
    },
    Note {
        name: "course-degree-model",
        column: "degree_variance",
        runs: "course-pure",
        why: "the paper. What is printed as var(d) 1.63 is the standard deviation of the law: its variance is 2.80.",
    },
    Note { name: "course-degree-model", column: "degree_sd", runs: "course-hybrid", why: HYBRID },
    Note { name: "course-degree-model", column: "degree_variance", runs: "course-hybrid", why: HYBRID },
    Note {
        name: "gnutella-unequal-latency",
        column: "flood_messages_ratio",
        runs: "uniform",
        why: "the graph, which the separate model does not name. What is lost depends on how far the TTL comes: on a random graph of \
              9,836 peers least where it reaches few, or everybody in spite of the losses, and most, a fifth, at TTL 7 and 8. On \
              the snapshots of 2002 floods keep .63 to .83 at TTL 6 and .70 to .97 at 7, the largest network least \
              (`peerlab run papers/gnutella-reach` with these latencies).",
    },
    Note {
        name: "peersim-chord",
        column: "hops_mean",
        runs: "peers = 100000",
        why: "their code. What is listed is one run of a module in which some lookups fail; a separate model of its rule, listed beside \
              it, agrees with ours at every size.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn committed() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("results")
    }

    /// What is committed: every miss has a reason, and every reason a miss.
    #[test]
    fn misses_are_explained() {
        let mut used = vec![false; NOTES.len()];
        for name in SHIPPED.iter().map(|scenario| scenario.name) {
            let path = committed().join(name).join("published.csv");
            let rows = if path.exists() { read(&path).expect("it is read") } else { Vec::new() };
            for row in rows.iter().filter(|row| row.misses()) {
                let why = note(name, row).unwrap_or_else(|| panic!("{name}: not explained: {row:?}"));
                NOTES.iter().zip(&mut used).for_each(|(note, used)| *used |= note.why == why);
            }
        }
        let idle: Vec<_> = NOTES
            .iter()
            .zip(used)
            .filter(|(_, used)| !used)
            .map(|(note, _)| (note.name, note.column))
            .collect();
        assert!(idle.is_empty(), "explained, though nothing misses: {idle:?}");
    }

    /// The page in `docs/` is what the committed results give.
    #[test]
    fn the_page_is_that_of_the_results() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let page = page(&committed()).expect("there are results");
        let written = std::fs::read_to_string(root.join("docs/papers.md")).expect("the page is there");
        assert!(page == written, "`peerlab papers > docs/papers.md` makes it anew");
        assert!(page.lines().filter(|line| line.starts_with("| [")).count() > 100);
    }

    #[test]
    fn what_is_no_result_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = page(folder.path()).expect_err("there is nothing");
        assert!(error.to_string().contains("no results of a shipped scenario"), "{error}");
        let place = folder.path().join("papers/chord-path-length");
        std::fs::create_dir_all(&place).expect("a folder");
        let put = |text: &str| std::fs::write(place.join("published.csv"), text).expect("written");
        put("variant,runs\nchord,1\n");
        assert!(page(folder.path()).expect_err("no headings").to_string().contains("expected variant,runs"));
        put(&format!("{}\nchord,peers = 1,found,nought,,equal,1,0,holds,nobody\n", HEADINGS.join(",")));
        let error = page(folder.path()).expect_err("no number").to_string();
        assert!(error.contains("published.csv:2: `nought` is no number"), "{error}");
        put(&format!("{}\nchord,peers = 1,found,.5,,at most,1,0,holds,nobody\n", HEADINGS.join(",")));
        let page = page(folder.path()).expect("one row");
        assert!(page.contains("| peers = 1 | `found` | 0.5000 | ≤ 1 |  | P | holds | nobody |"), "{page}");
    }
}
