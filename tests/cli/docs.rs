//! The documentation: a page for every experiment, and commands that work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use peerlab::experiment::shipped;

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

/// Every command in a block of shell; of `run` the scenario is checked, and not run.
#[cfg(unix)]
#[test]
fn commands_of_pages_work() {
    let place = Place::new();
    let mut commands = 0;
    for (page, text) in pages() {
        for command in shell(&text) {
            let arguments =
                command.strip_prefix("peerlab ").unwrap_or_else(|| panic!("no peerlab: {command}"));
            let checked = match arguments.strip_prefix("run ") {
                Some(scenario) => format!("check {scenario}"),
                None => arguments.to_string(),
            };
            let line = format!("exec {} {checked}", env!("CARGO_BIN_EXE_peerlab"));
            let output = Command::new("sh").args(["-c", &line]).current_dir(place.path("")).output();
            let said = Said::of(output.expect("a shell"));
            assert_eq!(said.code, Some(0), "{}: `{command}` says\n{}", page.display(), said.stderr);
            commands += 1;
        }
    }
    assert!(commands >= 8, "only {commands} commands were found");
}

/// All pages, with their text.
fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = Vec::new();
    for folder in [docs(), docs().join("scenarios")] {
        for entry in fs::read_dir(folder).expect("a folder") {
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
