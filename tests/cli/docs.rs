//! The documentation: a page for every experiment, and commands that work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use peerlab::experiment::shipped;
use peerlab::lab::LABS;

use crate::common::{Place, Said};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

#[test]
fn every_shipped_experiment_has_its_page() {
    let index = fs::read_to_string(docs().join("README.md")).expect("the index");
    for name in shipped::names().into_iter().filter(|name| !name.contains('/')) {
        let page = format!("scenarios/{name}.md");
        let text = fs::read_to_string(docs().join(&page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.contains(&format!("peerlab run {name}")), "{page} lacks its command");
        assert!(index.contains(&format!("({page})")), "the index lacks {page}");
    }
}

/// Figures and pages that a page refers to are there.
#[test]
fn links_of_pages_lead_somewhere() {
    for (page, text) in pages().into_iter().filter(|(page, _)| page.parent() != Some(docs().as_path())) {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = page.parent().expect("it lies in a folder").join(link);
            assert!(link.contains("://") || target.exists(), "{}: {link}", page.display());
        }
    }
}

/// Every command in a block of shell is run, scenarios in their quick form.
#[cfg(unix)]
#[test]
fn commands_of_pages_work() {
    let place = Place::new();
    let mut commands = 0;
    for (page, text) in pages() {
        for command in shell(&text) {
            commands += 1;
            works(&place, "", &page, &command);
        }
    }
    assert!(commands >= 8, "only {commands} commands were found");
}

/// A lab's first command starts it, its last one checks what is still blank, and those between work in its folder.
#[cfg(unix)]
#[test]
fn commands_of_handouts_work() {
    for lab in LABS {
        let place = Place::new();
        let page = docs().join("labs").join(lab.name).join("handout.md");
        let text = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        assert_eq!(text, lab.handout);
        let mut commands = shell(&text);
        let start = commands.remove(0);
        let check = commands.pop().expect("several commands");
        works(&place, "", &page, &start);
        let folder = start.split(' ').nth(4).unwrap_or_else(|| panic!("no folder: {start}"));
        assert!(commands.len() >= 3, "{}", lab.name);
        for command in commands {
            works(&place, folder, &page, &command);
        }
        let said = say(&place, folder, &check);
        assert!(check.contains(" lab check ") && said.stdout.contains("missing"), "{check}\n{}", said.stderr);
        let teacher = fs::read_to_string(page.with_file_name("teacher.md")).expect("the teacher's page");
        let points = format!("**Points**: {}.", lab.points());
        assert!(teacher.contains(&points), "{}: {points}", lab.name);
        for part in ["**Aims.**", "**Expected", "common mistake"] {
            assert!(teacher.contains(part), "{}: {part}", lab.name);
        }
        let index = fs::read_to_string(docs().join("labs/README.md")).expect("the index of labs");
        assert!(index.contains(&format!("({}/handout.md)", lab.name)), "{}", lab.name);
    }
}

/// Every block of TOML is a whole scenario that is valid.
#[test]
fn scenarios_of_pages_are_valid() {
    let place = Place::new();
    let mut scenarios = 0;
    let readme = docs().join("../README.md");
    let text = fs::read_to_string(&readme).expect("the README");
    for (page, text) in pages().into_iter().chain([(readme, text)]) {
        for block in blocks(&text, "toml") {
            scenarios += 1;
            place.write("block.toml", &block);
            let said = place.say("check block.toml");
            assert_eq!(said.code, Some(0), "{}:\n{block}\n{}", page.display(), said.stderr);
        }
    }
    assert!(scenarios >= 3, "only {scenarios} scenarios were found");
}

#[cfg(unix)]
fn works(place: &Place, folder: &str, page: &Path, command: &str) {
    let said = say(place, folder, command);
    assert_eq!(said.code, Some(0), "{}: `{command}` says\n{}", page.display(), said.stderr);
}

/// Says a command of a page in `folder`. Shipped scenarios are run in their quick form, handouts' as they are.
#[cfg(unix)]
fn say(place: &Place, folder: &str, command: &str) -> Said {
    let arguments = command.strip_prefix("peerlab ").unwrap_or_else(|| panic!("no peerlab: {command}"));
    let quick = if folder.is_empty() && !arguments.contains("--quick") { " --quick" } else { "" };
    let quiet = if arguments.contains("--quiet") { "" } else { " --quiet" };
    let more = if arguments.starts_with("run ") { format!("{quick}{quiet}") } else { String::new() };
    let line = format!("exec {} {arguments}{more}", env!("CARGO_BIN_EXE_peerlab"));
    let output = Command::new("sh").args(["-c", &line]).current_dir(place.path(folder)).output();
    Said::of(output.expect("a shell"))
}

/// All pages, with their text; handouts have a test of their own.
fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = Vec::new();
    for folder in ["", "scenarios", "labs", "tutorial", "how-to", "explanation", "reference"] {
        for entry in fs::read_dir(docs().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&path).expect("a page");
                pages.push((path, text));
            }
        }
    }
    pages.sort();
    pages
}

/// The bodies of blocks in this language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let parts = text.split("\n```").skip(1).step_by(2);
    let of = |part: &str| {
        part.split_once('\n').filter(|(name, _)| *name == language).map(|(_, body)| format!("{body}\n"))
    };
    parts.filter_map(of).collect()
}

/// The lines of blocks marked `sh`, and those with a prompt of blocks marked `console`.
fn shell(text: &str) -> Vec<String> {
    let blocks = text.split("\n```").collect::<Vec<_>>();
    let mut lines = Vec::new();
    for block in blocks.iter().skip(1).step_by(2) {
        match block.split_once('\n') {
            Some(("sh", body)) => lines.extend(body.lines().map(String::from)),
            Some(("console", body)) => {
                lines.extend(body.lines().filter_map(|line| line.strip_prefix("$ ")).map(String::from));
            }
            _ => {}
        }
    }
    lines.retain(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
}
