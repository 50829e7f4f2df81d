//! What lies in a results folder after one run, after another, and after one that failed.

use std::fs;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::common::{Place, Said};

/// A figure and a table of every kind.
const FULL: &[&str] = &["lookups_csv=true", "figures=[{name=\"load\", kind=\"load\", title=\"t\"}]"];

#[test]
fn the_manifest_says_what_lies_there() {
    let place = Place::new();
    place.tiny(FULL).well();
    let text = fs::read_to_string(place.path("out/manifest.toml")).expect("a manifest");
    let manifest: toml::Table = toml::from_str(&text).expect("a manifest is TOML");
    assert_eq!(manifest["peerlab"].as_str(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(manifest["scenario"]["peers"].as_integer(), Some(50));
    assert_eq!(manifest["scenario"]["seed"].as_integer(), Some(1));
    assert!(text.contains("# chord: ") && text.contains("Stoica"), "the papers are named");

    let mut files = place.results("out");
    files.remove("manifest.toml");
    for listed in manifest["files"].as_array().expect("files") {
        let name = listed["name"].as_str().expect("a name");
        let bytes = files.remove(name).unwrap_or_else(|| panic!("{name} is listed and not there"));
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(listed["sha256"].as_str(), Some(digest.as_str()), "{name}");
        assert_eq!(listed["bytes"].as_integer(), Some(bytes.len() as i64), "{name}");
    }
    assert!(files.is_empty(), "not listed: {:?}", files.keys());
}

/// The scenario in the manifest can be run again.
#[test]
fn a_manifest_s_scenario_gives_the_same_bytes() {
    let place = Place::new();
    place.tiny(FULL).well();
    let text = fs::read_to_string(place.path("out/manifest.toml")).expect("a manifest");
    let manifest: toml::Table = toml::from_str(&text).expect("a manifest is TOML");
    place.write("again.toml", &toml::to_string(&manifest["scenario"]).expect("a scenario"));
    place.say("run again.toml --out again").well();
    assert_eq!(place.results("out"), place.results("again"));
}

#[test]
fn a_second_run_replaces_its_own_files_only() {
    let place = Place::new();
    place.tiny(FULL).well();
    let first = place.results("out");
    place.write("out/notes.txt", "mine");
    fs::create_dir(place.path("out/own")).expect("a folder");
    place.write("out/own/load.svg", "mine, too");
    place.tiny(FULL).well();
    let mut second = place.results("out");
    assert_eq!(second.remove("notes.txt").as_deref(), Some(&b"mine"[..]));
    assert_eq!(second.remove("own/load.svg").as_deref(), Some(&b"mine, too"[..]));
    assert_eq!(first, second);

    // What is no longer asked for goes; what the user put there stays.
    place.tiny(&["protocols=chord"]).well();
    let names: Vec<String> = place.files("out").into_keys().collect();
    assert_eq!(names, ["manifest.toml", "notes.txt", "own/load.svg", "run.log", "summary.csv"]);
}

/// Whatever fails, the former results stay as they were.
#[test]
fn a_refused_run_leaves_former_results_alone() {
    let place = Place::new();
    place.tiny(FULL).well();
    let before = place.files("out");
    place.tiny(&["content.replicas=51"]).refused(&["content.replicas"]);
    place.tiny(&["protocol.chord.bits=5"]).refused(&["bits"]);
    assert_eq!(place.files("out"), before);
}

#[test]
fn results_go_to_a_folder_of_the_scenario_s_name() {
    let place = Place::new();
    place.say_all(&["run", "tiny.toml", "--set", "name=labs/first"]).well();
    assert!(place.path("results/labs/first/summary.csv").exists());
    for name in ["../up", "/etc/peerlab", "a//b", ".hidden", "", "a b"] {
        place
            .say_all(&["run", "tiny.toml", "--set", &format!("name=\"{name}\"")])
            .refused(&["name a folder"]);
    }
}

#[test]
fn a_folder_that_cannot_be_written() {
    let place = Place::new();
    place.write("file", "a file");
    for out in ["file", "file/below", "file/far/below", "/proc/peerlab", "/dev/null"] {
        let said = place.say(&format!("run tiny.toml --out {out}"));
        said.refused(&[out, "hint: choose another folder with --out"]);
    }
    assert_eq!(fs::read_to_string(place.path("file")).expect("the file"), "a file");
    for svg in ["file/chord.svg", "/proc/chord.svg"] {
        let said = place.say(&format!("show chord --svg {svg}"));
        assert_eq!(said.code, Some(2));
        assert!(said.stderr.contains("error: cannot write `"), "{}", said.stderr);
    }
}

/// A limit on the size of files stands for a full disk: writing fails in the midst of it.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up() {
    let place = Place::new();
    let limited = |blocks: u32, sets: &str| {
        let run = format!("{} run tiny.toml --out out {sets}", env!("CARGO_BIN_EXE_peerlab"));
        let line = format!("ulimit -f {blocks}; exec {run}");
        let output = Command::new("sh").args(["-c", &line]).current_dir(place.path("")).output();
        Said::of(output.expect("a shell"))
    };
    // Not even the journal.
    limited(1, "").refused(&["cannot write `out/", "ulimit -f"]);
    assert!(!place.path("out").exists());
    // The journal, but not the table of lookups, which is longer.
    place.write("tiny.toml", &crate::common::TINY.replace("lookups = 30", "lookups = 400"));
    let full = limited(48, "--set protocols=chord --set lookups_csv=true --set replicates=2 --quiet");
    let full = full.refused(&["cannot write `out/", "ulimit -f"]);
    let left: Vec<String> = place.files("out").into_keys().collect();
    assert!(left.is_empty() || left == [".partial/journal.jsonl"], "{left:?} after {}", full.stderr);
    // With room again, all is well.
    place
        .say("run tiny.toml --out out --set protocols=chord --set lookups_csv=true --set replicates=2")
        .well();
    let resumed = place.results("out");
    place
        .say("run tiny.toml --out new --set protocols=chord --set lookups_csv=true --set replicates=2")
        .well();
    assert_eq!(resumed, place.results("new"));
}

/// A device is written to, and stays a device.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device() {
    use std::os::unix::fs::FileTypeExt;

    let place = Place::new();
    let is_device = || fs::metadata("/dev/full").is_ok_and(|data| data.file_type().is_char_device());
    if !is_device() {
        println!("skipped: there is no /dev/full");
        return;
    }
    // By a link, lest a fault of ours replaces the device itself.
    std::os::unix::fs::symlink("/dev/full", place.path("full.svg")).expect("a link");
    let said = place.say("show chord --svg full.svg");
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("cannot write `full.svg`: the disk is full"), "{}", said.stderr);
    assert!(is_device() && place.path("full.svg").is_symlink());

    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let output = place.command().arg("list").stdout(full).output().expect("the program starts");
    let said = Said::of(output);
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("error: cannot write to standard output"), "{}", said.stderr);
}
