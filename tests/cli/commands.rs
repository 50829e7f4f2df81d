//! Every subcommand, and what it says where.

use std::process::{Command, Stdio};

use crate::common::{Place, Said};

/// The columns of section 8 of the design, in order, around the swept keys.
const BEFORE: &[&str] = &["scenario", "protocol", "peers"];
const AFTER: &str = "replicate, seed, lookups, found, correct, recall, hops_mean, hops_p50, hops_p99, messages_mean, \
messages_p99, bytes_mean, latency_ms_mean, latency_ms_p50, latency_ms_p99, stretch_mean, \
publish_messages_per_replica, publish_bytes_per_replica, join_messages_mean, maintenance_messages_per_peer_s, \
maintenance_bytes_per_peer_s, entries_mean, entries_max, load_max_share, load_gini, fingerprint";

#[test]
fn help_names_the_main_job_and_every_subcommand() {
    let place = Place::new();
    let help = place.say("--help").well().stdout;
    for words in ["peerlab run compare", "run ", "check ", "list ", "show ", "bench "] {
        assert!(help.contains(words), "`{words}` is missing in\n{help}");
    }
    for subcommand in ["run", "check", "list", "show", "show chord", "show can", "bench", "papers"] {
        let help = place.say(&format!("{subcommand} --help")).well();
        assert!(help.stdout.contains("Usage: peerlab"), "{}", help.stdout);
        assert_eq!(help.stderr, "");
    }
    assert!(place.say("--version").well().stdout.starts_with("peerlab "));
}

/// From the results of this project the page of `docs/`; from nothing an error that names what is wanted.
#[test]
fn papers_lists_what_was_published() {
    let place = Place::new();
    let results = concat!(env!("CARGO_MANIFEST_DIR"), "/results");
    let page = place.say_all(&["papers", results]).well().stdout;
    let written = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/papers.md"));
    assert!(page == written.expect("the page"), "`peerlab papers > docs/papers.md` makes it anew");
    place.say("papers nowhere").refused(&["nowhere: no results of a shipped scenario", "nearest: results"]);
}

#[test]
fn list_has_a_line_for_everything() {
    let place = Place::new();
    let all = place.say("list").well();
    assert_eq!(all.stderr, "");
    let sections = [
        ("protocols", &["napster", "gnutella", "chord", "Stoica"][..]),
        ("scenarios", &["compare", "server-down", "papers/chord-path-length", "papers/gnutella-reach"]),
        (
            "overlays",
            &["power-law", "barabasi-albert", "erdos-renyi", "random-regular", "watts-strogatz", "file"],
        ),
        ("latencies", &["constant", "plane", "transit-stub", "matrix", "planetlab"]),
        ("populations", &["bharambe-2006", "6000/3000"]),
        ("sessions", &["exponential", "weibull", "stutzbach-red-hat", "trace"]),
        ("series", &["time_s", "components", "invariants_hold"]),
        ("columns", &["hops_mean", "latency_ms_mean", "[ms]", "fingerprint", "path_length_mean"]),
    ];
    for (section, words) in sections {
        let one = place.say(&format!("list {section}")).well().stdout;
        for word in words {
            assert!(one.contains(word), "`{word}` is missing in\n{one}");
        }
        for line in one.lines() {
            assert!(all.stdout.contains(line), "`list` lacks the line `{line}`");
            assert!(line.starts_with("  ") && line.trim().contains("  "), "no text beside a name: `{line}`");
        }
    }
    place.say("list protcols").code.filter(|&code| code == 2).expect("an unknown section is refused");
}

/// Every column that `summary.csv` can have is documented.
#[test]
fn list_columns_knows_the_shared_columns() {
    let listed = Place::new().say("list columns").well().stdout;
    for column in BEFORE.iter().copied().chain(AFTER.split(", ")) {
        assert!(listed.lines().any(|line| line.split_whitespace().next() == Some(column)), "{column}");
    }
}

#[test]
fn check_prints_a_scenario_that_means_the_same() {
    let place = Place::new();
    let sets = [
        "content.zipf=[0.5, 1.0, 2]",
        "workload.fetch=[true, false]",
        "workload.deadline=[\"5 s\", \"500 ms\"]",
        "overlay.graph=[{power-law={exponent=2.5}}, \"star\"]",
        "protocol.gnutella.ttl=[3, \"edge\"]",
        "faults=[{at=[\"1 s\", \"2 s\"], crash={share=\"10 %\"}}]",
        "content.replicas=[3, \"10 %\"]",
    ];
    for scenario in ["compare", "server-down", "papers/chord-path-length", "tiny.toml"] {
        let mut arguments = vec!["check", scenario];
        if scenario == "tiny.toml" {
            arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
        }
        let first = place.say_all(&arguments).well();
        place.write("resolved.toml", &first.stdout);
        let second = place.say("check resolved.toml").well();
        assert_eq!(first.stdout, second.stdout, "{scenario}");
        let runs = |said: &Said| said.stderr.rsplit(' ').nth(1).map(String::from);
        assert_eq!(runs(&first), runs(&second), "{scenario}");
        assert!(first.stderr.contains(&format!("{scenario} is valid: ")), "{}", first.stderr);
    }
    assert!(!place.path("results").exists(), "`check` writes nothing");
}

/// The resolved scenario gives the same bytes, but for the manifest, which says the same of another file.
#[test]
fn a_resolved_scenario_runs_alike() {
    let place = Place::new();
    let sets = "--set workload.deadline=[\"5_s\"] --set content.replicas=[3,5]".replace('_', " ");
    let sets: Vec<&str> = sets.split(" --set ").map(|set| set.trim_start_matches("--set ")).collect();
    place.tiny(&sets).well();
    let mut arguments = vec!["check", "tiny.toml"];
    arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
    place.write("resolved.toml", &place.say_all(&arguments).well().stdout);
    place.say("run resolved.toml --out again").well();
    assert_eq!(place.results("out"), place.results("again"));
}

#[test]
fn the_main_job_in_its_small_version() {
    let place = Place::new();
    let said = place.say("run compare --quick --out DIR").well();
    for words in [
        "Assumed, unless",
        "napster",
        "gnutella ttl=7",
        "gnutella ttl=edge",
        "chord",
        "O(log n)",
        "worst case",
    ] {
        assert!(said.stdout.contains(words), "`{words}` is missing in\n{}", said.stdout);
    }
    for line in said.stdout.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
    assert!(said.stderr.contains("results in DIR"), "{}", said.stderr);

    let files = place.files("DIR");
    let figures = ["messages", "hops", "latency", "success", "load", "state", "crossover"];
    let figures = figures.iter().flat_map(|name| [format!("{name}.svg"), format!("{name}.png")]);
    let csv = ["summary.csv", "differences.csv", "scaling.csv"].map(String::from);
    let rest = ["manifest.toml", "run.log"].map(String::from);
    let mut expected: Vec<String> = figures.chain(csv).chain(rest).collect();
    expected.sort();
    assert_eq!(files.keys().cloned().collect::<Vec<_>>(), expected);
    for (name, bytes) in &files {
        let start: &[u8] = match name.rsplit('.').next() {
            Some("png") => b"\x89PNG",
            Some("svg") => b"<svg",
            _ => b"",
        };
        assert!(!bytes.is_empty() && bytes.starts_with(start), "{name}");
    }

    let summary = place.csv("DIR/summary.csv");
    let swept = ["content.replicas", "protocol.gnutella.ttl"];
    let header: Vec<&str> = BEFORE.iter().chain(&swept).copied().chain(AFTER.split(", ")).collect();
    assert_eq!(summary.header, header);
    // 4 sizes, 2 replicas, 6 seeds, every architecture, and the two TTLs of Gnutella.
    assert_eq!(summary.rows.len(), 4 * 2 * 6 * (peerlab::protocols::NAMES.len() + 1));
    assert!(summary.numbers("found").iter().all(|share| (0.0..=1.0).contains(share)));
    let ttl = |row: &std::collections::BTreeMap<String, String>| row["protocol.gnutella.ttl"].is_empty();
    assert!(summary.rows.iter().all(|row| ttl(row) == (row["protocol"] != "gnutella")));

    let differences = place.csv("DIR/differences.csv");
    let shared = ["scenario", "peers", "content.replicas", "left", "right", "column", "pairs"];
    assert_eq!(differences.header[..7], shared);
    assert_eq!(differences.header[7..], ["difference_mean", "ci95_low", "ci95_high"]);
    assert!(differences.rows.iter().any(|row| row["left"] == "napster" && row["right"] == "gnutella ttl=7"));
}

#[test]
fn overrides_threads_and_queues() {
    let place = Place::new();
    let base = "run compare --quick --set peers=500 --set seed=7 --set replicates=2 --quiet";
    let one = place.say(&format!("{base} --threads 1 --out one")).well();
    let two = place.say(&format!("{base} --threads 2 --out two")).well();
    let heap = place.say(&format!("{base} --threads 2 --queue heap --out heap")).well();
    assert_eq!((&one.stdout, &one.stdout), (&two.stdout, &heap.stdout));
    assert_eq!((one.stderr.as_str(), two.stderr.as_str()), ("", ""));
    assert_eq!(place.results("one"), place.results("two"));
    assert_eq!(place.results("one"), place.results("heap"));
    let summary = place.csv("one/summary.csv");
    assert!(summary.rows.iter().all(|row| row["peers"] == "500"));
    let mut seeds: Vec<String> = summary.rows.iter().map(|row| row["seed"].clone()).collect();
    seeds.sort();
    seeds.dedup();
    assert_eq!(seeds, ["7", "8"]);
}

/// Law: adding a protocol to a scenario leaves the rows of the others untouched.
#[test]
fn protocols_do_not_disturb_each_other() {
    let place = Place::new();
    place.tiny(&[]).well();
    let all = std::fs::read_to_string(place.path("out/summary.csv")).expect("a summary");
    place.tiny(&["protocols=chord"]).well();
    let alone = std::fs::read_to_string(place.path("out/summary.csv")).expect("a summary");
    let chord: Vec<&str> = all.lines().filter(|line| line.starts_with("tiny,chord,")).collect();
    assert_eq!(alone.lines().skip(1).collect::<Vec<_>>(), chord);
    assert!(!place.path("out/differences.csv").exists(), "one protocol has nobody to differ from");
}

#[test]
fn show_chord_is_the_textbook_s_ring() {
    let place = Place::new();
    let ring = "show chord --ids 1,8,14,21,32,38,42,48,51,56 --bits 6";
    let said = place.say(&format!("{ring} --from 8 --lookup 54")).well();
    let row = |node: &str| -> Vec<String> {
        let line = said.stdout.lines().find(|line| line.split_whitespace().next() == Some(node));
        line.unwrap_or_default().split_whitespace().map(String::from).collect()
    };
    assert_eq!(row("node"), ["node", "pred.", "succ.", "+1", "+2", "+4", "+8", "+16", "+32"]);
    assert_eq!(row("8"), ["8", "1", "14", "14", "14", "14", "21", "32", "42"]);
    assert_eq!(row("42"), ["42", "38", "48", "48", "48", "48", "51", "1", "14"]);
    assert_eq!(row("56"), ["56", "51", "1", "1", "1", "1", "1", "8", "32"]);
    assert!(said.stdout.contains("8 → 42 → 51 → 56 (3 hops"), "{}", said.stdout);
    assert!(said.stderr.contains("results/show/chord.svg"), "{}", said.stderr);
    let svg = std::fs::read_to_string(place.path("results/show/chord.svg")).expect("the picture");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));

    let routes = [
        ("fingers", "1 → 38 → 42 → 48 (3 hops"),
        ("successors", "1 → 8 → 14 → 21 → 32 → 38 → 42 → 48 (7 hops"),
    ];
    for (by, route) in routes {
        let said = place.say(&format!("{ring} --from 1 --lookup 45 --by {by} --svg {by}.svg")).well();
        assert!(said.stdout.contains(route), "{}", said.stdout);
        assert!(place.path(&format!("{by}.svg")).exists());
    }
    assert!(!place.say("show chord --svg bare.svg").well().stdout.contains("key"), "no lookup, no route");
}

#[test]
fn show_chord_refuses_what_is_no_ring() {
    let place = Place::new();
    for (arguments, part) in [
        ("--ids 1,1", "twice"),
        ("--ids 1,99", "99"),
        ("--from 9", "the nearest that is: 8"),
        ("--from 8 --lookup 64", "the largest is 63"),
    ] {
        place.say(&format!("show chord --svg x.svg {arguments}")).refused(&[part]);
    }
    for arguments in ["--bits 0", "--bits 65", "--ids x", "--ids "] {
        assert_eq!(place.say(&format!("show chord --svg x.svg {arguments}")).code, Some(2), "{arguments}");
    }
    assert!(!place.path("x.svg").exists());
}

#[test]
fn show_can_is_the_textbook_s_square() {
    let place = Place::new();
    let said = place.say("show can --from 2 --lookup 7,1").well();
    let row = |peer: &str| -> Vec<String> {
        let line = said.stdout.lines().find(|line| line.split_whitespace().next() == Some(peer));
        line.unwrap_or_default().split_whitespace().map(String::from).collect()
    };
    assert_eq!(row("2"), ["2", "(2,4)–(4,8)", "1", "3", "5", "6"]);
    assert_eq!(row("10"), ["10", "(6,0)–(8,2)", "8", "9"]);
    assert!(said.stdout.contains("2 → 5 → 9 → 10 (3 hops"), "{}", said.stdout);
    assert!(said.stderr.contains("results/show/can.svg"), "{}", said.stderr);
    let svg = std::fs::read_to_string(place.path("results/show/can.svg")).expect("the picture");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("key (7, 1)"));
    assert!(!place.say("show can --svg bare.svg").well().stdout.contains("key"), "no lookup, no route");

    // Round the edge it is one hop: the halves of a square of two are neighbours twice.
    let halves = "show can --zone 1:0,0-1,2 --zone 2:1,0-2,2 --side 2 --wrap --svg two.svg --lookup 1,1";
    assert!(place.say(halves).well().stdout.contains("1 → 2 (1 hops"));
}

#[test]
fn show_can_refuses_what_is_no_square() {
    let place = Place::new();
    for (arguments, part) in [
        ("--from 11", "the nearest name is 10"),
        ("--lookup 8,1", "from 0 to 7"),
        ("--zone 1:0,0-8,8 --zone 1:0,0-8,8", "twice"),
        ("--zone 1:0,0-4,8", "[4, 0] to [8, 8]"),
        ("--zone 1:0,0-9,8", "from 0 to 8"),
        ("--zone 1:0,0-7,7 --side 7", "a power of two"),
    ] {
        place.say(&format!("show can --svg x.svg {arguments}")).refused(&[part]);
    }
    for arguments in ["--zone 1", "--zone 1:0,0", "--lookup 7", "--metric far", "--side x"] {
        assert_eq!(place.say(&format!("show can --svg x.svg {arguments}")).code, Some(2), "{arguments}");
    }
    assert!(!place.path("x.svg").exists());
}

#[test]
fn bench_measures_both_queues() {
    let said = Place::new().say("bench phold --pending 1000 --csv").well();
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert_eq!(lines[0], "pending,queue,events,events_per_s");
    assert_eq!(lines.len(), 3);
    for (line, queue) in lines[1..].iter().zip(["wheel", "heap"]) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields[..2], ["1000", queue]);
        assert!(fields[2].parse::<u64>().is_ok_and(|events| events > 1_000_000), "{line}");
        assert!(fields[3].parse::<f64>().is_ok_and(|rate| rate > 0.0), "{line}");
    }
}

#[test]
fn bench_runs_whole_protocols() {
    let place = Place::new();
    for what in ["chord", "flood"] {
        let said = place.say(&format!("bench {what} --peers 64 --csv")).well();
        assert!(said.stdout.lines().nth(1).is_some_and(|row| row.starts_with(&format!("{what},64,"))));
    }
    assert_eq!(place.say("bench phold --pending 0").code, Some(2));
}

/// Data on stdout, talk on stderr, and colours nowhere but on a terminal.
#[test]
fn stdout_carries_data_and_stderr_talks() {
    let place = Place::new();
    let said = place.tiny(&[]).well();
    assert!(said.stdout.starts_with("Fifty peers\n") && said.stdout.contains("napster"));
    assert!(said.stderr.contains("3/3 runs") && said.stderr.contains("results in out"), "{}", said.stderr);
    assert!(!said.stdout.contains("runs in"));
    assert!(!said.stdout.contains('\x1b') && !said.stderr.contains('\x1b'));
    let quiet = place.say("run tiny.toml --out out --quiet").well();
    assert_eq!((quiet.stdout, quiet.stderr.as_str()), (said.stdout, ""));
}

/// On a terminal, which `script` lends, errors are in colour unless `NO_COLOR` asks otherwise.
#[cfg(target_os = "linux")]
#[test]
fn no_color_is_respected() {
    let place = Place::new();
    let line = format!("{} run nowhere", env!("CARGO_BIN_EXE_peerlab"));
    let on_terminal = |no_color: bool| {
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).current_dir(place.path("")).env_remove("NO_COLOR");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command
            .stdin(Stdio::null())
            .output()
            .ok()
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (Some(coloured), Some(plain)) = (on_terminal(false), on_terminal(true)) else {
        println!("skipped: `script`, which lends a terminal, is not installed");
        return;
    };
    assert!(coloured.contains("\x1b[1;31merror:"), "{coloured:?}");
    assert!(plain.contains("error: there is no scenario") && !plain.contains('\x1b'), "{plain:?}");
}

/// A reader that goes away ends the program quietly, whether it read stdout or stderr.
#[cfg(unix)]
#[test]
fn a_broken_pipe_is_no_error() {
    let place = Place::new();
    let peerlab = env!("CARGO_BIN_EXE_peerlab");
    for line in [
        format!("{{ {peerlab} list 2> err; echo $? > code; }} | head -1"),
        format!("{{ sleep 0.1; {peerlab} list 2> err; echo $? > code; }} | true"),
        format!("{{ sleep 0.1; {peerlab} check compare 2> err; echo $? > code; }} | true"),
        format!("{{ sleep 0.1; {peerlab} run tiny.toml 2>&1; echo $? > code; }} | true"),
    ] {
        place.write("err", "");
        Command::new("sh").args(["-c", &line]).current_dir(place.path("")).output().expect("a shell");
        let read = |name: &str| std::fs::read_to_string(place.path(name)).expect("a file");
        assert_eq!(read("code").trim(), "0", "{line}");
        assert!(!read("err").contains("panicked"), "{}", read("err"));
    }
    assert!(place.path("results/tiny/summary.csv").exists(), "results do not depend on who listens");
}
