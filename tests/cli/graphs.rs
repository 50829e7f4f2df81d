//! `peerlab graph generate`, `convert` and `draw`.

use std::fs;

use crate::common::Place;

#[test]
fn a_model_is_written_and_its_effect_told() {
    let place = Place::new();
    let said = place.say("graph generate course-hybrid --peers 4000 --seed 3 -o deep/net.txt.gz").well();
    assert_eq!(said.stdout, "");
    assert!(
        said.stderr.contains("4000 peers, ") && said.stderr.contains(" components, kept as they are"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("erased; peers with fewer links than asked for: "), "{}", said.stderr);
    let bytes = fs::read(place.path("deep/net.txt.gz")).expect("the graph");
    assert!(bytes.starts_with(&[0x1f, 0x8b]));
    place.say("graph generate course-hybrid -n 4000 --seed 3 -o again.txt.gz").well();
    assert_eq!(fs::read(place.path("again.txt.gz")).expect("the graph"), bytes, "one seed, one graph");
    place.say("graph generate course-hybrid -n 4000 --seed 4 -o other.txt.gz").well();
    assert_ne!(fs::read(place.path("other.txt.gz")).expect("the graph"), bytes);
    let said = place.say("graph generate course-hybrid -n 4000 --seed 3 --multiplicity rewire").well();
    assert!(said.stderr.contains("every peer has its degree"), "{}", said.stderr);
}

#[test]
fn standard_output_is_an_edge_list() {
    let place = Place::new();
    let said = place.say("graph generate ring --peers 4").well();
    assert_eq!(
        said.stdout,
        "# Undirected graph: each edge once\n# Nodes: 4 Edges: 4\n# FromNodeId\tToNodeId\n0\t1\n0\t3\n1\t2\n2\t3\n"
    );
    assert!(
        said.stderr.contains("4 peers, 4 links; mean degree 2.0000, largest 2, kappa 2.000\nconnected"),
        "{}",
        said.stderr
    );
    let said = place.say("graph generate star --peers 3 --to dot").well();
    assert_eq!(said.stdout, "graph {\n  0;\n  1;\n  2;\n  0 -- 1;\n  0 -- 2;\n}\n");
}

#[test]
fn every_model_is_generated() {
    let place = Place::new();
    place.write("degrees.txt", "3\n3\n2\n2\n2\n0\n");
    for (name, _) in peerlab::world::GraphModel::PARAMETERS {
        let path = if *name == "empirical" { " --path degrees.txt" } else { "" };
        let said = place
            .say(&format!("graph generate {name}{path} --peers 64 --components join -o {name}.graphml"))
            .well();
        assert!(said.stderr.starts_with("64 peers, "), "{name}: {}", said.stderr);
        assert!(place.say(&format!("graph generate {name} --help")).well().stdout.contains("--peers"));
    }
    let said = place.say("graph generate empirical --path degrees.txt -o x.adj").well();
    assert!(said.stderr.starts_with("6 peers, "), "{}", said.stderr);
}

#[test]
fn components_are_kept_joined_or_left() {
    let place = Place::new();
    let told = |policy: &str| {
        let command = format!(
            "graph generate erdos-renyi --mean-degree 1.5 -n 500 --components {policy} -o {policy}.adj"
        );
        place.say(&command).well().stderr
    };
    assert!(told("keep").contains("kept as they are"));
    assert!(told("join").contains(", joined by "));
    assert!(told("largest").contains(" peers dropped"));
}

#[test]
fn a_scenario_has_the_graph_that_is_generated() {
    // A flood without bounds reaches everybody it can: as many peers as the component of the generated graph.
    let place = Place::new();
    place.say("graph generate course-pure -n 300 --seed 7 --components largest -o net.csv").well();
    let said = place.say("check tiny.toml --set overlay.graph.file.path=\"net.csv\" --set peers=300");
    let largest = fs::read_to_string(place.path("net.csv")).expect("the graph");
    let peers: std::collections::BTreeSet<&str> =
        largest.lines().skip(1).flat_map(|line| line.split(',').take(2)).collect();
    said.refused(&["`peers`", &peers.len().to_string()]);
    place
        .say(&format!(
            "check tiny.toml --set overlay.graph.file.path=\"net.csv\" --set peers={}",
            peers.len()
        ))
        .well();
}

#[test]
fn wrong_parameters_are_refused() {
    let place = Place::new();
    let refused = |arguments: &str, parts: &[&str]| {
        place.say(&format!("graph generate {arguments} -o x.txt")).refused(parts);
        assert!(!place.path("x.txt").exists());
    };
    refused("power-law", &["--peers is missing"]);
    refused("power-law --peers 0", &["--peers: got 0, expected at least 1 node", "nearest valid value is 1"]);
    refused("power-law --peers 9 --exponent -1", &["--exponent: got -1", "nearest valid value is 0"]);
    refused(
        "power-law --peers 9 --exponent steep",
        &["--exponent: invalid type: string \"steep\", expected f64"],
    );
    refused("power-law --peers 9 --max-degree 0", &["--max-degree: got 0, expected at least min_degree = 1"]);
    refused("power-law --peers 9 --multiplicity drop", &["--multiplicity: unknown variant `drop`"]);
    place.say("graph generate glp --peers 50 --beta .5 -o fine.txt").well();
    refused("torus --peers 10", &["--peers: got 10", "nearest valid value is 9"]);
    refused("empirical", &["--path is missing"]);
    refused("empirical --path absent.txt", &["absent.txt: no such file"]);
    place
        .say("graph generate ring --peers 9 -o x.pdf")
        .refused(&["x.pdf: the ending says no format, expected one of .txt"]);
    // The command line itself: unknown models and options.
    let said = place.say("graph generate powerlaw --peers 9");
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("power-law"), "{}", said.stderr);
}

#[test]
fn a_graph_goes_through_every_format() {
    let place = Place::new();
    place.say("graph generate barabasi-albert -n 200 -o a.txt").well();
    let mut before = "a.txt".to_owned();
    for name in ["b.csv", "c.adj", "d.graphml.gz", "e.gexf", "f.dot", "g.net", "h.txt"] {
        let said = place.say(&format!("graph convert {before} {name}")).well();
        assert_eq!(said.stderr, "200 nodes, 397 undirected links\n");
        before = name.to_owned();
    }
    assert_eq!(fs::read(place.path("a.txt")).expect("a"), fs::read(place.path("h.txt")).expect("h"));
}

#[test]
fn what_is_lost_is_told() {
    let place = Place::new();
    place.write("net.dot", "digraph { ann -> bob -> ann; eve [supernode=true] }");
    let said = place.say("graph convert net.dot net.txt").well();
    for part in
        ["3 nodes, 2 directed links", "1 node without links is not", "numbered from 0", "who is a supernode"]
    {
        assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
    }
    let said = place.say("graph convert net.dot --undirected --to csv").well();
    assert_eq!(said.stdout, "source,target,type\nann,bob,undirected\n");
    let said = place.say("graph convert net.dot plain --to gexf").well();
    assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    place.say("graph convert plain --from gexf back.dot").well();
    assert!(fs::read_to_string(place.path("back.dot")).expect("it").contains("\"eve\" [supernode=true];"));
}

#[test]
fn bad_files_are_refused() {
    let place = Place::new();
    place.write("net.csv", "source,target\na,b\nc\n");
    place.say("graph convert net.csv x.gexf").refused(&["net.csv:3: found `c`, expected two ids"]);
    place.say("graph convert nett.csv x.gexf").refused(&["nett.csv: no such file; did you mean net.csv?"]);
    place.say("graph draw net.csv -o x.svg").refused(&["net.csv:3: "]);
    place.write("fine.csv", "a,b\n");
    place.say("graph convert fine.csv x.pdf").refused(&["x.pdf: the ending says no format"]);
    assert!(place.files(".").keys().all(|name| name.ends_with(".csv") || name == "tiny.toml"));
}

#[test]
fn small_overlays_are_drawn() {
    let place = Place::new();
    place.say("graph generate course-pure -n 120 -o net.graphml").well();
    let said = place.say("graph draw net.graphml -o pictures/net.svg --png").well();
    assert!(said.stderr.contains("drawn in pictures/net.svg\ndrawn in pictures/net.png"), "{}", said.stderr);
    let svg = fs::read_to_string(place.path("pictures/net.svg")).expect("the picture");
    assert!(svg.contains("net.graphml: 120 nodes, ") && svg.contains("largest component: "));
    assert!(fs::read(place.path("pictures/net.png")).expect("the picture").starts_with(b"\x89PNG"));
    place.say("graph draw net.graphml -o again.svg").well();
    assert_eq!(fs::read_to_string(place.path("again.svg")).expect("the picture"), svg);
    place.say("graph generate ring -n 601 -o large.txt").well();
    place
        .say("graph draw large.txt -o x.svg")
        .refused(&["601 nodes are too many to draw, expected at most 600"]);
    place.say("graph draw net.graphml -o x.png").refused(&["expected a name that ends in .svg", "-o x.svg"]);
}

/// A signal ends generating at once, whether the graph or its file is being made, and leaves nothing.
#[cfg(unix)]
#[test]
fn an_interrupted_graph_leaves_nothing() {
    use std::process::Stdio;
    use std::time::Duration;

    for milliseconds in [100, 400, 1500] {
        let place = Place::new();
        let mut command = place.command();
        command.args("graph generate barabasi-albert --links 8 -n 4000000 -o out/net.txt.gz".split(' '));
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
        std::thread::sleep(Duration::from_millis(milliseconds));
        // SAFETY: the child has not been waited for, so the number is still its own.
        assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) }, 0);
        let output = child.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!place.path("out").exists() || place.files("out").is_empty());
    }
}
