//! Valid scenarios at the edge: the documented behaviour, no panic, and empty fields where there is nothing to say.

use crate::common::{Csv, Place};

/// Runs the tiny scenario with `sets`; its summary, and what stderr said.
#[track_caller]
fn summary(sets: &[&str]) -> (Csv, String) {
    let place = Place::new();
    let said = place.tiny(sets).well();
    (place.csv("out/summary.csv"), said.stderr)
}

/// No lookup was issued: every column about lookups is empty.
#[track_caller]
fn asks_nothing(sets: &[&str]) {
    let (summary, _) = summary(sets);
    assert_eq!(summary.rows.len(), 3);
    for row in &summary.rows {
        assert_eq!(row["lookups"], "0", "{row:?}");
        for column in
            ["found", "correct", "recall", "hops_mean", "messages_mean", "latency_ms_p99", "stretch_mean"]
        {
            assert_eq!(row[column], "", "{column} of {}", row["protocol"]);
        }
    }
}

#[test]
fn one_peer_has_nobody_to_ask() {
    asks_nothing(&["peers=1", "content.replicas=1"]);
}

#[test]
fn two_peers_ask_each_other() {
    let (summary, _) = summary(&["peers=2", "content.replicas=1"]);
    assert_eq!(summary.numbers("lookups"), [30.0; 3]);
    assert_eq!(summary.numbers("found"), [1.0; 3]);
    assert_eq!(summary.numbers("correct"), [1.0; 3]);
    assert!(summary.numbers("hops_mean").iter().all(|&hops| hops <= 1.0));
}

#[test]
fn sizes_from_one_on_in_one_sweep() {
    let (summary, _) = summary(&["peers=[1, 2, 3, 4]", "content.replicas=1"]);
    assert_eq!(summary.rows.len(), 12);
}

#[test]
fn everyone_is_offline() {
    asks_nothing(&["faults=[{at=\"0 s\", crash={everyone={}}}]"]);
    asks_nothing(&["faults=[{at=\"0 s\", crash={share=\"100 %\"}}]"]);
}

#[test]
fn everyone_crashes_and_comes_back() {
    let (summary, _) = summary(&[
        "faults=[{at=\"1 s\", crash={everyone={}}, back=\"60 s\"}]",
        "workload.lookups=2000",
        "protocols=[\"napster\", \"chord\"]",
    ]);
    assert!(summary.numbers("found").iter().all(|&found| found > 0.5));
}

#[test]
fn no_lookups() {
    asks_nothing(&["workload.lookups=0", "workload.duration=20 s"]);
}

/// Free riders hold nothing, so there must be nothing to hold.
#[test]
fn free_riders_only() {
    asks_nothing(&["population.free_riders=100 %", "content.objects=0"]);
}

/// No answer comes at once, but every lookup is issued and counted.
#[test]
fn a_deadline_of_zero() {
    let (summary, _) = summary(&["workload.deadline=0 s"]);
    assert_eq!(summary.numbers("lookups"), [30.0; 3]);
    assert_eq!(summary.numbers("found"), [0.0; 3]);
    assert!(summary.rows.iter().all(|row| row["hops_mean"].is_empty() && row["latency_ms_mean"].is_empty()));
}

#[test]
fn every_message_is_lost() {
    let (summary, _) = summary(&["underlay.loss=100 %", "content.replicas=1"]);
    assert!(summary.numbers("found").iter().all(|&found| found < 0.2));
}

#[test]
fn everything_that_is_asked_for_does_not_exist() {
    let (summary, _) = summary(&["workload.misses=100 %"]);
    assert_eq!(summary.numbers("found"), [0.0; 3]);
    assert!(summary.rows.iter().all(|row| row["recall"].is_empty()));
}

/// Kept apart, components cannot ask each other: that works, and is told.
#[test]
fn a_disconnected_overlay() {
    let place = Place::new();
    place.write("two.txt", "0 1\n1 2\n2 0\n3 4\n4 5\n5 3\n");
    let text =
        crate::common::TINY.replace("peers = 50\n", "").replace("objects = 100", "objects = 6\nreplicas = 1");
    place.write("tiny.toml", &text);
    let graph = "overlay.graph={file={path=\"two.txt\"}}";
    let run = |components: &str| {
        let said = place.tiny(&[graph, &format!("overlay.components={components}")]).well();
        (place.csv("out/summary.csv"), said.stderr)
    };
    let (kept, told) = run("keep");
    let found = kept.numbers("found");
    assert_eq!((found[0], found[2]), (1.0, 1.0), "Napster and Chord use no overlay");
    assert!(found[1] < 1.0, "Gnutella cannot reach the other component");
    assert!(told.contains("warning: `overlay.components`: the overlay has 2 components"), "{told}");
    assert_eq!(told.matches("warning").count(), 1, "{told}");
    let (joined, told) = run("join");
    assert_eq!(joined.numbers("found"), [1.0; 3]);
    assert!(!told.contains("warning"), "{told}");
    let (largest, told) = run("largest");
    assert!(largest.rows.iter().all(|row| row["peers"] == "3"));
    assert!(!told.contains("warning"), "{told}");
}

#[test]
fn a_fault_after_the_end_is_told() {
    let (_, told) = summary(&["faults=[{at=\"1 h\", crash={share=\"10 %\"}}]"]);
    assert!(told.contains("warning: `faults.0.at`") && told.contains("never strikes"), "{told}");
}

#[test]
fn quick_without_a_quick_version_is_told() {
    let said = Place::new().say("run tiny.toml --quick --out out").well();
    assert!(said.stderr.contains("no table `quick`"), "{}", said.stderr);
}

/// Figures of results in which nothing was found, or nothing ran as the figure wants.
#[test]
fn figures_without_points() {
    let place = Place::new();
    let kinds = ["against", "deadline", "load", "crossover"];
    let figures =
        kinds.map(|kind| format!("{{name=\"{kind}\", kind=\"{kind}\", title=\"t\", y=\"hops_mean\"}}"));
    let figures = format!("figures=[{}]", figures.join(", "));
    for sets in [
        &["workload.lookups=0", "workload.duration=20 s"][..],
        &["workload.deadline=0 s"],
        &["peers=1", "content.replicas=1"],
        &["underlay.loss=100 %"],
    ] {
        let sets: Vec<&str> = sets.iter().copied().chain([figures.as_str()]).collect();
        place.tiny(&sets).well();
        for kind in kinds {
            assert!(place.path(&format!("out/{kind}.svg")).exists(), "{kind} with {sets:?}");
        }
    }
}

/// A figure about one value of a sweep is drawn when that value alone is run, or another.
#[test]
fn figures_follow_overrides() {
    let place = Place::new();
    for replicas in ["10", "5", "[5, 20]"] {
        let set = format!("content.replicas={replicas}");
        place
            .say_all(&[
                "run",
                "compare",
                "--quick",
                "--set",
                "peers=[64, 128]",
                "--set",
                &set,
                "--out",
                "out",
            ])
            .well();
        let svg = std::fs::read_to_string(place.path("out/messages.svg")).expect("a figure");
        assert_eq!(svg.contains("replicas 10"), replicas == "[5, 20]", "{replicas}");
    }
}

/// Published figures are compared with the runs that they are about, and with no others.
#[test]
fn comparisons_follow_overrides() {
    let place = Place::new();
    let published =
        "published=[{column=\"found\", value=1, tolerance=1, source=\"s\", only={\"content.zipf\"=\"1\"}}]";
    for (zipf, rows) in [("1", 3), ("0.5", 0), ("[0.5, 1]", 3)] {
        place.tiny(&[published, &format!("content.zipf={zipf}")]).well();
        let path = place.path("out/published.csv");
        assert_eq!(if path.exists() { Csv::read(&path).rows.len() } else { 0 }, rows, "zipf {zipf}");
    }
}

/// A ratio is taken seed by seed, and figures that cannot be relied on are shown without a verdict.
#[test]
fn ratios_and_trust() {
    let place = Place::new();
    let row = |value: f64, trust: &str| {
        format!(
            "{{column=\"publish_messages_per_replica\", protocol=\"chord\", value={value}, tolerance=0.000001, source=\"s\", \
             only={{\"protocol.chord.replication\"=\"1\"}}, over={{\"protocol.chord.replication\"=\"2\"}}{trust}}}"
        )
    };
    let sweep = "protocol.chord.replication=[1, 2]";
    let seeds = ["replicates=3", "churn.newcomers=10 %", "protocols=[\"chord\"]"];
    let run = |rows: &[String]| {
        let published = format!("published=[{}]", rows.join(", "));
        place.tiny(&[&[published.as_str(), sweep][..], &seeds[..]].concat()).well();
        Csv::read(&place.path("out/published.csv"))
    };
    run(&[row(1.0, "")]);
    let summary = place.csv("out/summary.csv");
    let of = |replication: &str| -> Vec<f64> {
        let rows = summary.rows.iter().filter(|row| row["protocol.chord.replication"] == replication);
        rows.map(|row| row["publish_messages_per_replica"].parse().expect("a number")).collect()
    };
    let ratios: Vec<f64> = of("1").iter().zip(of("2")).map(|(one, two)| one / two).collect();
    assert_eq!(ratios.len(), 3);
    let mean = ratios.iter().sum::<f64>() / 3.0;
    assert!(mean < 0.95, "two copies cost more than one: {mean}");

    let verdicts = |rows: &[String]| -> Vec<(String, String)> {
        let csv = run(rows);
        let ours = |row: &std::collections::BTreeMap<String, String>| {
            row["ours_mean"].parse::<f64>().expect("a number")
        };
        assert!(csv.rows.iter().all(|row| (ours(row) - mean).abs() < 1e-5));
        csv.rows
            .iter()
            .map(|row| (row["verdict"].clone(), row.get("trust").cloned().unwrap_or_default()))
            .collect()
    };
    let pair = |verdict: &str, trust: &str| (verdict.to_string(), trust.to_string());
    let trusts =
        [", trust=\"M\"", ", trust=\"S\"", ", trust=\"P\"", ", trust=\"X\"", ", trust=\"theory\"", ""];
    let outside: Vec<String> = trusts.iter().map(|trust| row(2.0, trust)).collect();
    let expected = [
        pair("shown: outside", "M"),
        pair("shown: outside", "S"),
        pair("differs", "P"),
        pair("differs", "X"),
        pair("differs", "theory"),
        pair("differs", ""),
    ];
    assert_eq!(verdicts(&outside), expected);
    let near = format!("{mean:.6}").parse().expect("a number");
    let within = [row(near, ", trust=\"M\""), row(near, "")].map(|row| row.replace("0.000001", "0.00001"));
    assert_eq!(verdicts(&within), [pair("shown: within", "M"), pair("holds", "")]);
    // Without the other point there is nothing to divide by.
    let published = format!("published=[{}]", row(1.0, ""));
    place.tiny(&[&[published.as_str(), "protocol.chord.replication=1"][..], &seeds[..]].concat()).well();
    assert!(!place.path("out/published.csv").exists());
}
