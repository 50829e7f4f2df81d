//! Snapshots of a running overlay, and a crawler beside it: files, tables, refusals.

use std::fs;

use peerlab::graph::read_edge_list;

use crate::common::{Csv, Place};

/// Churn, for half a minute.
const LIVE: &[&str] = &[
    "churn.sessions={exponential={online=\"1 min\", offline=\"1 min\"}}",
    "workload={lookups=20, rate=\"1 /s\", deadline=\"5 s\", duration=\"40 s\"}",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    LIVE.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn a_snapshot_is_a_graph_file() {
    let place = Place::new();
    place.tiny(&with(&["snapshot.at=[\"5 s\", \"30 s\"]", "snapshot.every=\"20 s\"", "replicates=2"])).well();
    let table = Csv::read(&place.path("out/snapshots.csv"));
    // Three protocols, two seeds, at 5, 20, 30 and 40 s.
    assert_eq!(table.rows.len(), 3 * 2 * 4);
    let files = place.results("out");
    let manifest = fs::read_to_string(place.path("out/manifest.toml")).expect("a manifest");
    for row in &table.rows {
        let name = format!("overlay-{}-50-{}-{}s.txt.gz", row["protocol"], row["replicate"], row["time_s"]);
        assert_eq!(row["file"], name);
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not listed");
        let rows = read_edge_list(place.path(&format!("out/{name}"))).expect("an edge list");
        assert_eq!(rows.edges.len().to_string(), row["links"]);
        let (graph, _) = rows.undirected();
        assert_eq!(graph.edges().to_string(), row["edges"]);
        assert_eq!(graph.degrees().max().unwrap_or(0).to_string(), row["degree_max"]);
        assert!(u64::from(graph.nodes()) <= row["nodes"].parse().expect("a number"));
    }
    assert_eq!(files.keys().filter(|name| name.ends_with(".txt.gz")).count(), 24);

    // The same bytes on another number of threads, and the other results as without snapshots.
    let mut arguments = vec!["run", "tiny.toml", "--out", "again", "--threads", "1"];
    let sets = with(&["snapshot.at=[\"5 s\", \"30 s\"]", "snapshot.every=\"20 s\"", "replicates=2"]);
    arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
    place.say_all(&arguments).well();
    assert_eq!(files, place.results("again"));
    place.tiny(&with(&["replicates=2"])).well();
    assert_eq!(place.results("out")["summary.csv"], files["summary.csv"], "looking changes nothing");
    assert!(place.results("out").keys().all(|name| !name.contains("overlay") && name != "snapshots.csv"));
}

#[test]
fn names_tell_the_points_of_a_sweep_apart() {
    let place = Place::new();
    let long =
        "protocol.gnutella.search=[{flooding={}}, {expanding-ring={first=1, step=2}}, {walkers={walkers=2}}]";
    let sets = [
        "protocols=[\"gnutella\", \"gnutella06\"]",
        "peers=[30, 40]",
        "churn.graceful=[\"50 %\", \"50.0 %\"]",
        long,
        "snapshot.at=\"2 s\"",
    ];
    // Shares that read alike are one value to the sweep, or two with one name: either way no file is lost.
    let said = place.tiny(&sets);
    if said.code == Some(0) {
        let table = Csv::read(&place.path("out/snapshots.csv"));
        let mut names: Vec<&String> = table.rows.iter().map(|row| &row["file"]).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), table.rows.len());
        assert!(names.iter().all(|name| place.path(&format!("out/{name}")).exists()));
    } else {
        said.refused(&["churn.graceful"]);
    }
    place.tiny(&["protocols=gnutella", "peers=[30, 40]", long, "snapshot.at=\"2 s\"", "replicates=2"]).well();
    let table = Csv::read(&place.path("out/snapshots.csv"));
    let mut names: Vec<&str> = table.rows.iter().map(|row| row["file"].as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 2 * 3 * 2);
    assert!(names.contains(&"overlay-gnutella-30-flooding-0-2s.txt.gz"), "{names:?}");
}

#[test]
fn only_some_replicates_are_exported() {
    let place = Place::new();
    place.tiny(&["snapshot={at=\"2 s\", replicates=1}", "replicates=3"]).well();
    let table = Csv::read(&place.path("out/snapshots.csv"));
    assert_eq!(table.rows.iter().map(|row| row["replicate"].as_str()).collect::<Vec<_>>(), ["0"; 3]);
}

/// The command of the issue, on the small version.
#[test]
fn the_shipped_scenario_dumps_its_overlay() {
    let place = Place::new();
    let said = place.say_all(&[
        "run",
        "gnutella-lives",
        "--quick",
        "--out",
        "out",
        "--set",
        "snapshot.at=\"1 h\"",
        "--set",
        "peers=60",
    ]);
    said.well();
    for protocol in ["gnutella", "chord", "can"] {
        let path = place.path(&format!("out/overlay-{protocol}-60-0-1h.txt.gz"));
        assert!(read_edge_list(&path).expect("an edge list").nodes() > 20);
    }
}

#[test]
fn what_is_too_late_is_said() {
    let place = Place::new();
    let said = place.tiny(&with(&["snapshot.at=\"2 h\"", "crawl.at=\"1 d\""])).well();
    assert!(said.stderr.contains("`snapshot.at`: \"2 h\" is after the end of the run"), "{}", said.stderr);
    assert!(said.stderr.contains("`crawl.at`: \"1 d\" is after the end of the run"), "{}", said.stderr);
    assert!(!place.path("out/snapshots.csv").exists());
}

#[test]
fn bad_input_is_refused() {
    let place = Place::new();
    place.tiny(&["snapshot.at=5"]).refused(&["snapshot.at", "a time such as"]);
    place.tiny(&["snapshot.at=\"5 parsec\""]).refused(&["snapshot.at", "5 parsec"]);
    place.tiny(&["snapshot.every=\"0 s\""]).refused(&["snapshot.every", "above zero"]);
    place.tiny(&["snapshot={at=\"1 s\", replicates=0}"]).refused(&["replicates", "at least 1"]);
    place.tiny(&["snapshot.when=\"1 s\""]).refused(&["when", "`at`"]);
    place.tiny(&["crawl.speed=\"0 /s\""]).refused(&["crawl.speed", "0.001 /s"]);
    place.tiny(&["crawl.speed=7"]).refused(&["crawl.speed"]);
    place.tiny(&["crawl.connections=0"]).refused(&["crawl.connections", "at least 1"]);
    place.tiny(&["crawl.timeout=\"0 s\""]).refused(&["crawl.timeout"]);
    place.tiny(&["columns=[\"crawl_ks\"]"]).refused(&["crawl_ks", "crawl.speed = "]);
    let figure = |kind: &str| format!("figures=[{{name=\"f\", kind=\"{kind}\", title=\"t\"}}]");
    place.tiny(&[&figure("crawl")]).refused(&["shows a crawl", "crawl.speed"]);
    place.tiny(&[&figure("overlay")]).refused(&["shows snapshots", "snapshot.at"]);
    place.tiny(&["churn.start=\"empty\""]).refused(&["churn.start", "sessions"]);
    place.tiny(&["churn.start=\"nobody\""]).refused(&["churn.start", "nobody"]);
    let walk = "protocol.gnutella.search={high-degree-walk={max_steps=0}}";
    place.tiny(&[walk]).refused(&["max_steps must be at least 1"]);
}

/// A sweep of crawls: all columns have values, the figures are drawn, on one thread as on two.
#[test]
fn crawls_are_the_same_on_any_number_of_threads() {
    let place = Place::new();
    let sets = with(&[
        "protocols=[\"gnutella\", \"chord\"]",
        "crawl={at=\"5 s\", speed=[\"5 /s\", \"500 /s\"], timeout=\"2 s\"}",
        "columns=[\"crawl_seconds\", \"crawl_nodes\", \"crawl_ks\", \"crawl_kappa\"]",
        "figures=[{name=\"seen\", kind=\"crawl\", title=\"t\"}, \
         {name=\"ks\", kind=\"against\", title=\"t\", x=\"crawl.speed\", y=\"crawl_ks\"}]",
    ]);
    place.tiny(&sets).well();
    let table = Csv::read(&place.path("out/summary.csv"));
    let seconds = |protocol: &str, speed: &str| -> f64 {
        let row = table.rows.iter().find(|row| row["protocol"] == protocol && row["crawl.speed"] == speed);
        row.expect("a row")["crawl_seconds"].parse().expect("a number")
    };
    for protocol in ["gnutella", "chord"] {
        let (slow, fast) = (seconds(protocol, "5 /s"), seconds(protocol, "500 /s"));
        assert!(slow > 1.2 * fast && fast > 0.0, "{protocol}: {slow} s and {fast} s");
    }
    let one = place.results("out");
    let mut arguments = vec!["run", "tiny.toml", "--out", "again", "--threads", "1"];
    arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
    place.say_all(&arguments).well();
    assert_eq!(one, place.results("again"));
}

/// Links below: of a single peer there are none, and pairs without geometry have no stretch.
#[test]
fn links_below() {
    let place = Place::new();
    let columns = "columns=[\"link_latency_ms_mean\", \"pair_latency_ms_mean\", \"link_latency_share\", \"link_stretch\", \
                   \"link_stretch_error\"]";
    place.tiny(&[columns, "underlay.latency.constant.delay=\"30 ms\""]).well();
    let table = Csv::read(&place.path("out/summary.csv"));
    assert_eq!(table.numbers("link_latency_ms_mean"), [30.0; 3]);
    assert_eq!(table.numbers("pair_latency_ms_mean"), [30.0; 3]);
    let stretch: Vec<&str> = table.rows.iter().map(|row| row["link_stretch"].as_str()).collect();
    assert!(stretch[1].parse::<f64>().is_ok_and(|stretch| stretch > 1.0), "{stretch:?}");
    let said = place.tiny(&[columns, "underlay.latency.planetlab={}"]).well();
    assert!(said.stderr.contains("no geometry"), "{}", said.stderr);
    let table = Csv::read(&place.path("out/summary.csv"));
    assert!(
        table
            .rows
            .iter()
            .all(|row| row["link_stretch"].is_empty() && !row["link_latency_ms_mean"].is_empty())
    );
    let one = ["peers=1", "content.replicas=1", "underlay.latency.plane={}", "protocols=[\"gnutella\"]"];
    place.tiny(&[columns, one[0], one[1], one[2], one[3]]).well();
    let table = Csv::read(&place.path("out/summary.csv"));
    assert!(
        ["link_latency_ms_mean", "pair_latency_ms_mean", "link_stretch"]
            .iter()
            .all(|c| table.rows[0][*c].is_empty())
    );
}

/// A protocol's own swept key as the axis: variants that differ in nothing else lie on one line.
#[test]
fn figures_against_a_key_of_the_protocol() {
    let place = Place::new();
    let sets = [
        "protocols=[\"gnutella\"]",
        "protocol.gnutella.ttl=[1, 2, 4]",
        "protocol.gnutella.search=[{flooding={}}, {high-degree-walk={max_steps=\"ttl\"}}]",
        "overlay.graph=[{random-regular={degree=4}}, {barabasi-albert={links=2}}]",
        "figures=[{name=\"all\", kind=\"against\", title=\"t\", x=\"protocol.gnutella.ttl\", y=\"messages_mean\"}, \
         {name=\"one\", kind=\"against\", title=\"t\", x=\"protocol.gnutella.ttl\", y=\"found\", \
         only={\"protocol.gnutella.search\"=\"flooding\"}}, \
         {name=\"bars\", kind=\"bars\", title=\"t\", y=\"found\", only={\"overlay.graph\"=\"random-regular(degree=4)\"}}]",
    ];
    place.tiny(&sets).well();
    let table = Csv::read(&place.path("out/summary.csv"));
    assert_eq!(table.rows.len(), 3 * 2 * 2);
    let svg = |name: &str| fs::read_to_string(place.path(&format!("out/{name}.svg"))).expect("a figure");
    let (all, one) = (svg("all"), svg("one"));
    assert!(
        all.contains("high-degree-walk") && all.contains("flooding"),
        "lines are told apart by both keys"
    );
    assert!(
        !one.contains("high-degree-walk") && one.contains("barabasi-albert"),
        "and by what differs among them"
    );
    assert!(svg("bars").contains("high-degree-walk"));
    place
        .tiny(&[sets[0], "figures=[{name=\"b\", kind=\"bars\", title=\"t\", y=\"fond\"}]"])
        .refused(&["fond", "found"]);
}
