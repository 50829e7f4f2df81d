//! `peerlab graph measure` and `graph attack`.

use std::collections::BTreeMap;

use crate::common::{Place, Said};

/// A triangle with a tail of two, crawled in one direction but for the triangle's round.
const KITE: &str = "# a kite\n1\t2\n2\t3\n3\t1\n3\t4\n4\t5\n";

fn kite() -> Place {
    let place = Place::new();
    place.write("kite.txt", KITE);
    place
}

fn object(said: &Said) -> BTreeMap<String, serde_json::Value> {
    serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}\n{}", said.stdout))
}

#[test]
fn one_flat_object() {
    let place = kite();
    let figures = object(&place.say("graph measure kite.txt --json").well());
    let expected = [
        ("nodes", 5.0),
        ("edges", 5.0),
        ("wcc_nodes", 5.0),
        ("wcc_edges", 5.0),
        ("scc_nodes", 3.0),
        ("scc_edges", 3.0),
        ("triangles", 1.0),
        ("clustering", 7.0 / 15.0),
        ("transitivity", 3.0 / 6.0),
        ("closed_triads", 1.0 / 4.0),
        ("diameter", 3.0),
        ("path_mean", 1.7),
        ("effective_diameter", 2.5),
        ("degree_mean", 2.0),
        ("degree_variance", 0.4),
        ("degree_sd", 0.632456),
        ("degree_max", 3.0),
        ("kappa", 2.2),
        ("core", 2.0),
        ("core_nodes", 3.0),
        ("betweenness_max", 4.0 / 6.0),
    ];
    for (name, figure) in expected {
        let found = figures[name].as_f64().unwrap_or_else(|| panic!("{name} is {}", figures[name]));
        assert!((found - figure).abs() < 1e-5, "{name}: {found}, expected {figure}");
    }
    assert!(figures["path_mean_error"].is_null(), "what is exact has no error");

    let csv = place.say("graph measure kite.txt --csv").well().stdout;
    let [names, row] = csv.lines().collect::<Vec<_>>().try_into().expect("two lines");
    let cells: BTreeMap<_, _> = names.split(',').zip(row.split(',')).collect();
    assert_eq!((cells.len(), cells["kappa"], cells["path_mean_error"]), (figures.len(), "2.2", ""));

    let both_ways = object(&place.say("graph measure kite.txt --json --undirected").well());
    assert_eq!((both_ways["scc_nodes"].as_u64(), both_ways["edges"].as_u64()), (Some(5), Some(5)));
}

#[test]
fn a_table_of_eighty_columns() {
    let place = kite();
    let table = place.say("graph measure kite.txt").well().stdout;
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    for word in ["kite", "kappa", "2.2", "exact", "omega", "spectral gap"] {
        assert!(table.contains(word), "`{word}` is missing in\n{table}");
    }
    let some = place.say("graph measure kite.txt --only degrees,diameter --times").well();
    assert!(some.stdout.contains("diameter") && !some.stdout.contains("triangles"), "{}", some.stdout);
    let timed: Vec<&str> = some.stderr.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(timed, ["degrees", "diameter"]);
}

#[test]
fn attacks_leave_csv_and_figures() {
    let place = kite();
    let said = place.say("graph attack kite.txt --by degree --by random --paths -o out").well();
    assert!(said.stdout.contains("falls apart"), "{}", said.stdout);
    let names: Vec<String> = place.files("out").into_keys().collect();
    assert_eq!(names, ["attack.csv", "attack.png", "attack.svg"]);
    let text =
        String::from_utf8(place.files("out").remove("attack.csv").expect("it is there")).expect("text");
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(
        rows[0],
        "attack,removed,removed_share,giant_nodes,giant_share,components,rest_mean,path_mean"
    );
    // The node of degree three goes first, and leaves a pair and a pair.
    assert_eq!(rows[1..3], ["degree,0,0,5,1,1,,1.7", "degree,1,0.2,2,0.4,2,2,1"]);
    assert_eq!(rows.len(), 1 + 2 * 6);
    assert!(rows[12].starts_with("random,5,1,0,0,0,,"));

    let again = place.say("graph attack kite.txt --by random,degree --paths -o again").well();
    let random = |folder: &str| {
        let text = place.files(folder).remove("attack.csv").expect("it is there");
        String::from_utf8(text)
            .expect("text")
            .lines()
            .filter(|row| row.starts_with("random"))
            .collect::<String>()
    };
    assert_eq!(random("out"), random("again"), "streams belong to the attack, not to its place in the list");
    assert!(again.stderr.contains("attack.png are in again"), "{}", again.stderr);
    place.say("graph attack kite.txt --quiet").well();
    assert!(place.path("results/attack/kite/attack.svg").exists());
}

#[test]
fn graphs_that_cannot_be_measured_are_refused() {
    let place = kite();
    place.write("bad.txt", "1 2\n3 x\n");
    place.write("numbers.txt", "1\n2\n");
    place.say("graph measure bad.txt").refused(&["bad.txt:2", "`x`"]);
    place.say("graph measure numbers.txt --as graph").refused(&["numbers.txt:1", "two ids"]);
    place.say("graph measure kit.txt").refused(&["kit.txt: no such file; did you mean kite.txt?"]);
    place.say("graph attack .").refused(&["folder"]);
    place.say("graph attack kite.txt -o kite.txt/sub").refused(&["kite.txt"]);
    place.say("graph measure kite.txt --only degree").refused(&["did you mean `degrees`?"]);
    place
        .say("graph attack kite.txt --by degre")
        .refused(&["did you mean `degree`?", "betweenness-recomputed"]);
    place.say("graph measure kite.txt --as snapp").refused(&["did you mean `snap`?", "graphml"]);
    place.say("graph measure kite.txt --csv --json").refused(&["cannot be used with"]);
}

/// Exact betweenness of 20,000 peers takes minutes here; Ctrl-C ends it, and leaves nothing.
#[cfg(unix)]
#[test]
fn an_interrupted_attack_leaves_nothing() {
    let place = Place::new();
    let link =
        |node: u32| format!("{node} {}\n{node} {}\n", (node + 1) % 20_000, node.wrapping_mul(7919) % 20_000);
    place.write("large.txt", &(0..20_000).map(link).collect::<String>());
    let mut command = place.command();
    command.args("graph attack large.txt --by betweenness --sample 20000 -o out".split(' '));
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = command.spawn().expect("the program starts");
    std::thread::sleep(std::time::Duration::from_secs(1));
    // SAFETY: the child has not been waited for, so the number is still its own.
    assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) }, 0);
    let said = Said::of(child.wait_with_output().expect("an end"));
    assert_eq!((said.code, said.stdout.as_str()), (Some(130), ""), "{}", said.stderr);
    assert!(said.stderr.contains("interrupted"), "{}", said.stderr);
    assert!(!place.path("out").exists());
}
