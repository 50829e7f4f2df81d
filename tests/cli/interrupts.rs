//! Ctrl-C: what stays, and what the same command makes of it.

#![cfg(unix)]

use std::fs;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{Place, Said};

/// Two dozen runs of a twentieth of a second each or so, on one thread.
const LONG: &str = "run compare --set peers=1024 --set replicates=12 --set content.replicas=10 \
--set protocols=[\"napster\",\"chord\"] --set workload.lookups=1000 --threads 1";

fn start(place: &Place, out: &str) -> Child {
    let mut command = place.command();
    command.args(LONG.split(' ')).args(["--out", out]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

fn signal(child: &Child, signal: libc::c_int) {
    // SAFETY: the child has not been waited for, so the number is still its own.
    assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, signal) }, 0);
}

/// How many runs the journal in `out` holds.
fn kept(place: &Place, out: &str) -> usize {
    let journal = fs::read_to_string(place.path(&format!("{out}/.partial/journal.jsonl")));
    journal.map_or(0, |text| text.lines().count().saturating_sub(1))
}

/// Waits until the journal holds `runs`; says whether the program was still at it.
fn wait_for(place: &Place, child: &mut Child, out: &str, runs: usize) -> bool {
    let start = Instant::now();
    while kept(place, out) < runs {
        assert!(start.elapsed() < Duration::from_secs(60), "no run within a minute");
        if child.try_wait().expect("a state").is_some() {
            return false;
        }
        sleep(Duration::from_millis(2));
    }
    true
}

#[test]
fn an_interrupted_sweep_resumes() {
    let place = Place::new();
    let mut child = start(&place, "out");
    assert!(wait_for(&place, &mut child, "out", 3), "the sweep is too short to be interrupted");
    signal(&child, libc::SIGINT);
    let said = Said::of(child.wait_with_output().expect("an end"));
    assert_eq!(said.code, Some(130), "{}", said.stderr);
    assert_eq!(said.stdout, "");
    assert!(said.stderr.contains("of 24 runs are kept; the same command goes on"), "{}", said.stderr);
    let names: Vec<String> = place.files("out").into_keys().collect();
    assert_eq!(names, [".partial/journal.jsonl"]);
    let done = kept(&place, "out");
    assert!((3..24).contains(&done));

    let resumed = Said::of(start(&place, "out").wait_with_output().expect("an end")).well();
    assert!(resumed.stderr.contains(&format!("resuming: {done} of 24 runs are done")), "{}", resumed.stderr);
    assert!(!place.path("out/.partial").exists());
    let whole = Said::of(start(&place, "whole").wait_with_output().expect("an end")).well();
    assert_eq!(resumed.stdout, whole.stdout);
    assert_eq!(place.results("out"), place.results("whole"));
}

/// The snapshots of finished runs are kept with the journal, and go where they belong in the end; one that has gone meanwhile is
/// made again with its run.
#[test]
fn an_interrupted_sweep_keeps_its_snapshots() {
    let place = Place::new();
    let start = |out: &str| {
        let mut command = place.command();
        command.args(LONG.split(' ')).args(["--set", "snapshot.at=\"20 s\"", "--out", out]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let mut child = start("out");
    assert!(wait_for(&place, &mut child, "out", 3), "the sweep is too short to be interrupted");
    signal(&child, libc::SIGINT);
    assert_eq!(Said::of(child.wait_with_output().expect("an end")).code, Some(130));
    let left = place.files("out");
    let snapshots: Vec<&String> = left.keys().filter(|name| name.ends_with(".txt.gz")).collect();
    assert!(
        snapshots.len() >= 3 && left.keys().all(|name| name.starts_with(".partial/")),
        "{:?}",
        left.keys()
    );
    fs::remove_file(place.path(&format!("out/{}", snapshots[0]))).expect("it was there");
    let resumed = Said::of(start("out").wait_with_output().expect("an end")).well();
    assert!(resumed.stderr.contains("resuming: "), "{}", resumed.stderr);
    assert!(!place.path("out/.partial").exists());
    Said::of(start("whole").wait_with_output().expect("an end")).well();
    assert_eq!(place.results("out"), place.results("whole"));
}

/// Even `kill -9` leaves nothing but the journal, and nothing else with a final name.
#[test]
fn a_killed_sweep_resumes() {
    let place = Place::new();
    let mut child = start(&place, "out");
    assert!(wait_for(&place, &mut child, "out", 2), "the sweep is too short to be killed");
    signal(&child, libc::SIGKILL);
    child.wait().expect("an end");
    assert!(place.files("out").keys().all(|name| name.starts_with(".partial/")));
    // A crash of the machine may tear the last line.
    let journal = place.path("out/.partial/journal.jsonl");
    let text = fs::read(&journal).expect("a journal");
    fs::write(&journal, &text[..text.len() - 7]).expect("a shorter journal");
    let resumed = Said::of(start(&place, "out").wait_with_output().expect("an end")).well();
    assert!(resumed.stderr.contains("resuming: "), "{}", resumed.stderr);
    let whole = Said::of(start(&place, "whole").wait_with_output().expect("an end")).well();
    assert_eq!(resumed.stdout, whole.stdout);
    assert_eq!(place.results("out"), place.results("whole"));
}

/// An interrupted run of another scenario is nothing to resume from.
#[test]
fn another_scenario_starts_afresh() {
    let place = Place::new();
    let mut child = start(&place, "out");
    assert!(wait_for(&place, &mut child, "out", 1), "the sweep is too short to be interrupted");
    signal(&child, libc::SIGTERM);
    assert_eq!(Said::of(child.wait_with_output().expect("an end")).code, Some(130));
    let said = place.tiny(&[]).well();
    assert!(!said.stderr.contains("resuming"), "{}", said.stderr);
    assert!(!place.path("out/.partial").exists());
}

/// A measured overlay that has changed meanwhile is another scenario, too.
#[test]
fn changed_inputs_start_afresh() {
    let place = Place::new();
    let star: String = (1..2000).map(|peer| format!("0\t{peer}\n")).collect();
    place.write("overlay.txt", &star);
    // Some twenty runs of a fiftieth of a second.
    let text = crate::common::TINY.replace("peers = 50\n", "replicates = 40\n").replace("= 30", "= 300");
    place.write("tiny.toml", &format!("{text}\n[overlay]\ngraph.file.path = \"overlay.txt\"\n"));
    let run = || {
        let mut command = place.command();
        command.args(["run", "tiny.toml", "--out", "out", "--threads", "1"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let mut child = run();
    assert!(wait_for(&place, &mut child, "out", 1), "the sweep is too short to be interrupted");
    signal(&child, libc::SIGINT);
    assert_eq!(Said::of(child.wait_with_output().expect("an end")).code, Some(130));
    place.write("overlay.txt", &star.replace("0\t7\n", "1\t7\n"));
    let said = Said::of(run().wait_with_output().expect("an end")).well();
    assert!(!said.stderr.contains("resuming"), "{}", said.stderr);
}
