//! `peerlab graph fit`: what it prints, draws and refuses.

use std::fs;
use std::path::PathBuf;

use crate::common::Place;

/// Numbers that follow a discrete power law from 2 on, by its quantiles, with ones below.
fn numbers() -> String {
    let tail = (0..2000).map(|i| {
        let survival = 1.0 - (f64::from(i) + 0.5) / 2000.0;
        ((1.5 * libm::pow(survival, -1.0 / 1.3)) + 0.5).floor()
    });
    tail.map(|x| format!("{x}\n")).collect()
}

fn place() -> Place {
    let place = Place::new();
    place.write("numbers.txt", &numbers());
    place
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_table_in_plain_words() {
    let said = place().say("graph fit numbers.txt --compare --p-value 50").well();
    assert!(said.stdout.lines().all(|line| line.chars().count() <= 80), "{}", said.stdout);
    for part in
        ["alpha ", "x_min ", "KS distance ", "p-value ", "against", "stretched exponential", "Poisson"]
    {
        assert!(said.stdout.contains(part), "`{part}` is missing in\n{}", said.stdout);
    }
}

#[test]
fn json_has_the_promised_keys() {
    let place = place();
    let said = place.say("graph fit numbers.txt --json").well();
    let object = json(&said.stdout);
    for key in ["alpha", "x_min", "ks", "n_tail", "sigma"] {
        assert!(object[key].is_number(), "{key} in {object}");
    }
    assert_eq!(
        (&object["discrete"], &object["as"], &object["n"]),
        (&true.into(), &"data".into(), &2000.into())
    );
    assert!((object["alpha"].as_f64().unwrap() - 2.3).abs() < 0.2, "{object}");
    assert!(object["p_value"].is_null() && object.get("comparisons").is_none());
    let compared = json(&place.say("graph fit numbers.txt --json --compare").well().stdout);
    assert_eq!(compared["comparisons"].as_array().map(Vec::len), Some(5));
    let continuous = json(&place.say("graph fit numbers.txt --continuous --scale 1e-3 --json").well().stdout);
    assert_eq!(continuous["discrete"], false);
    assert!(continuous["x_min"].as_f64().unwrap() < 1.0, "{continuous}");
}

#[test]
fn csv_is_one_row_under_its_header() {
    let said = place().say("graph fit numbers.txt --csv --compare").well();
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert_eq!(lines.len(), 2);
    let header: Vec<&str> = lines[0].split(',').collect();
    assert_eq!(header.len(), lines[1].split(',').count());
    assert!(header.contains(&"log_normal_r") && header.contains(&"truncated_power_law_p"), "{header:?}");
}

/// Two columns are edges, of which degrees are fitted; `--as` overrides.
#[test]
fn edges_have_degrees() {
    let place = Place::new();
    // A caterpillar: node i has i leaves.
    let mut edges = String::from("# a tree\n");
    let mut leaf = 1000;
    for i in 1..60 {
        for _ in 0..i {
            edges += &format!("{i}\t{leaf}\n");
            leaf += 1;
        }
    }
    place.write("edges.txt", &edges);
    let object = json(&place.say("graph fit edges.txt --json").well().stdout);
    assert_eq!((&object["as"], &object["n"]), (&"graph".into(), &(59 + 1770).into()));
    place.say("graph fit edges.txt --as data").refused(&["expected one number a line", "edges.txt:2:"]);
    place.say("graph fit edges.txt --continuous").refused(&["degrees are whole numbers", "--continuous"]);
}

#[test]
fn the_same_for_any_number_of_threads() {
    let place = place();
    let with = |threads: &str| {
        let arguments = "graph fit numbers.txt --json --p-value 30 --seed 5";
        let output = place.command().args(arguments.split(' ')).env("RAYON_NUM_THREADS", threads).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert_eq!(with("1"), with("3"));
    assert!(json(&with("2"))["p_value"].is_number());
}

#[test]
fn figures_are_drawn() {
    let place = place();
    place
        .say("graph fit numbers.txt -o fit.svg --png --compare --histogram h.svg --counter-example c.png")
        .well();
    for name in ["fit.svg", "h.svg"] {
        let svg = fs::read_to_string(place.path(name)).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("x_min"), "{name}");
    }
    for name in ["fit.png", "c.png"] {
        assert!(fs::read(place.path(name)).unwrap().starts_with(b"\x89PNG"), "{name}");
    }
    assert!(!place.path("c.svg").exists());
    let said = place.say("graph fit numbers.txt --counter-example c.svg").well();
    assert!(said.stdout.contains("standard errors off"), "{}", said.stdout);
    assert!(fs::read_to_string(place.path("c.svg")).unwrap().contains("WRONG"));
    place
        .say("graph fit numbers.txt -o fit.jpeg")
        .refused(&["expected one that ends in .svg or .png", "fit.svg"]);
}

#[test]
fn what_is_wrong_is_named() {
    let place = place();
    place.say("graph fit no.txt").refused(&["no.txt", "no such file"]);
    place.write("bad.txt", "1\n2\nthree\n");
    place.say("graph fit bad.txt").refused(&["found `three`", "bad.txt:3:"]);
    place.write("half.txt", "1\n2.5\n4\n");
    place.say("graph fit half.txt").refused(&["2.5", "whole numbers", "--continuous"]);
    place.write("equal.txt", "4\n4\n4\n");
    place.say("graph fit equal.txt").refused(&["all 3 values are 4", "two different values"]);
    place.write("empty.txt", "# nothing\n");
    place.say("graph fit empty.txt").refused(&["no number"]);
    place.say("graph fit numbers.txt --x-min 0").refused(&["`--x-min` is 0", "nearest valid value is 1"]);
    place.say("graph fit numbers.txt --x-min 1e9").refused(&["--x-min", "at least two different values"]);
    place.say("graph fit numbers.txt --scale 0").refused(&["`--scale` is 0"]);
    assert_eq!(place.say("graph fit numbers.txt --p-value 0").code, Some(2));
}

/// The published table through the command line, where the data are at hand.
#[test]
fn published_fits() {
    let folder = std::env::var_os("PEERLAB_DATA").map_or_else(|| PathBuf::from("data"), PathBuf::from);
    let place = Place::new();
    for (name, options, alpha, x_min, ks, n_tail) in [
        ("words.txt", "", 1.9527, 7.0, 0.008_25, 2958),
        ("terrorism.txt", "", 2.368, 12.0, 0.0173, 547),
        ("terrorism.txt", " --estimator exact", 2.369_95, 12.0, 0.017_69, 547),
        ("blackouts.txt", " --continuous --scale 1e-3", 2.2726, 230.0, 0.060_67, 59),
        ("cities.txt.gz", " --continuous --scale 1e-3", 2.3700, 52.457, 0.018_85, 580),
    ] {
        let path = folder.join("powerlaw").join(name);
        if !path.exists() {
            eprintln!("skipped: no {}", path.display());
            continue;
        }
        let found = json(&place.say(&format!("graph fit {} --json{options}", path.display())).well().stdout);
        let close = |key: &str, value: f64| (found[key].as_f64().unwrap() - value).abs() < 1e-3;
        assert!(close("alpha", alpha) && close("ks", ks) && close("x_min", x_min), "{found}");
        assert_eq!(found["n_tail"], n_tail);
    }
}

/// Ctrl-C ends a long bootstrap, with nothing printed and nothing drawn.
#[cfg(unix)]
#[test]
fn a_bootstrap_can_be_interrupted() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    let place = place();
    let mut command = place.command();
    command.args("graph fit numbers.txt --p-value 1000000 -o late.svg".split(' '));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    // Before the handler is installed the signal would simply end the program.
    std::thread::sleep(Duration::from_secs(1));
    let start = Instant::now();
    // SAFETY: the child has not been waited for, so the number is still its own.
    assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) }, 0);
    let said = crate::common::Said::of(child.wait_with_output().expect("an end"));
    assert_eq!((said.code, said.stdout.as_str()), (Some(130), ""), "{}", said.stderr);
    assert!(start.elapsed() < Duration::from_secs(60));
    assert!(!place.path("late.svg").exists());
}
