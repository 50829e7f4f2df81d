//! What machines read: JSON in the place of tables, completions, manual pages.

use serde_json::Value;

use crate::common::Place;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The document of a run has the figures of its `summary.csv`.
#[test]
fn a_run_as_json() {
    let place = Place::new();
    let said = place.say("run tiny.toml --quiet --json --out out --set replicates=2").well();
    assert_eq!(said.stdout.lines().count(), 1);
    let document = json(&said.stdout);
    assert_eq!(document["scenario"], "tiny");
    let runs = document["runs"].as_array().expect("a list");
    let protocols: Vec<&str> = runs.iter().filter_map(|run| run["protocol"].as_str()).collect();
    assert_eq!(protocols, ["napster", "gnutella", "chord"]);
    let summary = place.csv("out/summary.csv");
    for run in runs {
        assert_eq!((&run["peers"], &run["replicates"]), (&50.into(), &2.into()));
        let rows =
            summary.rows.iter().filter(|row| row["protocol"] == run["protocol"].as_str().expect("a name"));
        let values: Vec<f64> = rows.map(|row| row["hops_mean"].parse().expect("a number")).collect();
        let mean = values.iter().sum::<f64>() / 2.0;
        let hops = &run["columns"]["hops_mean"];
        assert!((hops["mean"].as_f64().expect("a number") - mean).abs() < 1e-4 * mean, "{hops}");
        assert!(hops["ci95"].is_number());
    }
    let alone = json(&place.say("run tiny.toml --quiet --json --out out").well().stdout);
    assert_eq!(alone["runs"][0]["columns"]["found"]["ci95"], Value::Null);
}

#[test]
fn lists_as_json() {
    let place = Place::new();
    let all = json(&place.say("list --json").well().stdout);
    let one = json(&place.say("list protocols --json").well().stdout);
    assert_eq!(all["protocols"], one["protocols"]);
    assert_eq!(one.as_object().map(serde_json::Map::len), Some(1));
    let text = place.say("list protocols").well().stdout;
    let entries = one["protocols"].as_array().expect("a list");
    assert_eq!(entries.len(), text.lines().count());
    for (entry, line) in entries.iter().zip(text.lines()) {
        assert!(line.trim_start().starts_with(entry["name"].as_str().expect("a name")));
        assert!(line.ends_with(entry["text"].as_str().expect("a text")));
    }
}

#[test]
fn measurements_as_json() {
    let place = Place::new();
    let speed = json(&place.say("bench phold --pending 1000 --json").well().stdout);
    let queues: Vec<&Value> =
        speed["phold"].as_array().expect("a list").iter().map(|row| &row["queue"]).collect();
    assert_eq!(queues, ["wheel", "heap"]);
    assert_eq!(place.say("bench phold --pending 1000 --json --csv").code, Some(2), "one or the other");
    place.write("star.txt", "0 1\n0 2\n0 3\n0 4\n");
    let attack = json(&place.say("graph attack star.txt --by degree --quiet --json").well().stdout);
    assert_eq!(attack["nodes"], 5);
    let left = attack["attacks"][0]["left"].as_array().expect("a list");
    assert_eq!(left.last().map(|last| &last["largest_share"]), Some(&0.2.into()), "the middle goes first");
}

#[test]
fn every_shell_has_its_completions() {
    let place = Place::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = place.say(&format!("completions {shell}")).well().stdout;
        for word in ["trace", "completions", "lookup", "gnutella06"] {
            assert!(script.contains(word), "{shell} does not complete {word}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let place = Place::new();
    let page = place.say("man").well().stdout;
    assert!(page.contains(".TH peerlab 1") && page.contains(".SH SUBCOMMANDS"), "{page}");
    let trace = place.say("man trace").well().stdout;
    assert!(trace.contains("SCENARIO|PROTOCOL") && trace.contains("lookup"), "{trace}");
    place.say("man graph fot").refused(&["`peerlab graph` has no subcommand `fot`", "did you mean `fit`?"]);
    place
        .say("man run fit")
        .refused(&["`peerlab run` has no subcommand `fit`", "`peerlab man run` is its page"]);
    let said = place.say("man --out pages").well();
    for name in ["peerlab", "peerlab-trace", "peerlab-graph-fit", "peerlab-show-kazaa"] {
        assert!(place.path(&format!("pages/{name}.1")).exists(), "no {name}.1: {}", said.stderr);
    }
}
