//! Time series: what they hold, that looking changes nothing, and what is refused.

use crate::common::Place;

const FAULT: &str =
    "faults=[{at=\"4 s\", crash={share=\"40 %\"}}, {at=\"6 s\", crash={servers={}}, back=\"2 s\"}]";

#[test]
fn a_series_has_a_row_a_run_and_instant() {
    let place = Place::new();
    let sets = ["workload.lookups=100", "replicates=2", FAULT];
    place.tiny(&sets).well();
    let without = place.results("out");
    assert!(!without.contains_key("series.csv"));
    let figure = "figures=[{name=\"f\", kind=\"over-time\", title=\"t\", y=\"found\", log=false}, \
                  {name=\"g\", kind=\"over-time\", title=\"t\", y=\"messages_per_s\"}]";
    let looking = [&sets[..], &["series.every=700 ms", figure]].concat();
    place.tiny(&looking).well();
    let with = place.results("out");
    assert_eq!(with["summary.csv"], without["summary.csv"], "looking changes nothing");
    assert!(with.contains_key("f.svg") && with.contains_key("g.png"));

    let series = place.csv("out/series.csv");
    let summary = place.csv("out/summary.csv");
    assert_eq!(series.header[..6], ["scenario", "protocol", "peers", "replicate", "seed", "time_s"]);
    for run in &summary.rows {
        let same = |key: &str, row: &std::collections::BTreeMap<String, String>| row[key] == run[key];
        let rows: Vec<_> =
            series.rows.iter().filter(|row| same("protocol", row) && same("seed", row)).collect();
        let number = |row: &std::collections::BTreeMap<String, String>, key: &str| -> f64 {
            row[key].parse().unwrap_or_else(|_| panic!("{key} is `{}`", row[key]))
        };
        assert!(rows.len() > 15, "{} rows", rows.len());
        for (place, row) in rows[..rows.len() - 1].iter().enumerate() {
            assert!((number(row, "time_s") - 0.7 * (place + 1) as f64).abs() < 1e-4);
        }
        // Every lookup has its place, and what was found adds up.
        let lookups: f64 = rows.iter().map(|row| number(row, "lookups")).sum();
        let asked = rows.iter().filter(|row| !row["found"].is_empty());
        let found: f64 = asked.map(|row| number(row, "found") * number(row, "lookups")).sum();
        assert_eq!(lookups, number(run, "lookups"));
        assert!((found / lookups - number(run, "found")).abs() < 1e-4);
        // Forty per cent go at 4 s; the row of 4.2 s is the first that shows it.
        let online: Vec<f64> = rows.iter().map(|row| number(row, "online")).collect();
        assert_eq!((online[4], online[5]), (50.0, 30.0));
        let whole = number(rows[4], "components") == 1.0 && number(rows[4], "largest_component") == 1.0;
        assert!(whole && rows[4]["invariants_hold"] == "1", "{:?}", rows[4]);
    }
    let napster = |row: &&std::collections::BTreeMap<String, String>| row["protocol"] == "napster";
    let down = series.rows.iter().filter(napster).find(|row| row["time_s"] == "7").expect("a row");
    assert_eq!(down["components"], "30", "without the server everyone is alone");
}

#[test]
fn recovery_is_a_column() {
    let place = Place::new();
    let sets = [
        "protocols=[\"napster\", \"chord\"]",
        "workload.lookups=600",
        "faults=[{at=\"20 s\", crash={servers={}}, back=\"10 s\"}]",
        "series.every=5 s",
        "columns=[\"correct_before\", \"correct_worst\", \"correct_after\", \"recovery_s\", \"repair_s\"]",
    ];
    place.tiny(&sets).well();
    let summary = place.csv("out/summary.csv");
    let (napster, chord) = (&summary.rows[0], &summary.rows[1]);
    assert_eq!((napster["correct_before"].as_str(), napster["correct_worst"].as_str()), ("1", "0"));
    let recovery: f64 = napster["recovery_s"].parse().expect("it recovers");
    assert!((10.0..=40.0).contains(&recovery), "{recovery} s: the server is away for ten");
    assert_eq!(
        (chord["correct_worst"].as_str(), chord["recovery_s"].as_str()),
        ("1", "0"),
        "it has no server"
    );
}

#[test]
fn a_crash_without_end_is_not_recovered_from() {
    let place = Place::new();
    let sets = [
        "protocols=napster",
        "faults=[{at=\"1 s\", crash={servers={}}}]",
        "series.every=1 s",
        "columns=[\"recovery_s\"]",
    ];
    place.tiny(&sets).well();
    assert_eq!(place.csv("out/summary.csv").rows[0]["recovery_s"], "");
}
