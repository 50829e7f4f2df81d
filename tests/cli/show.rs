//! `peerlab show` for architectures without geometry.

use peerlab::protocols::NAMES;

use crate::common::{Place, Said};

/// The rows of the table of steps: from, to, hops, what.
fn steps(said: &Said) -> Vec<[String; 4]> {
    let rows = said.stdout.lines().skip_while(|line| !line.contains("[ms]")).skip(2);
    let words = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
    let rows = rows.map(words).take_while(|row| row.len() >= 5 && row[0].parse::<f64>().is_ok());
    rows.map(|row| [row[1].clone(), row[2].clone(), row[3].clone(), row[4].clone()]).collect()
}

#[test]
fn every_protocol_can_be_shown() {
    let place = Place::new();
    for name in NAMES {
        let said = place.say(&format!("show {name}")).well();
        assert!(said.stderr.contains(&format!("results/show/{name}.svg")), "{}", said.stderr);
        let svg =
            std::fs::read_to_string(place.path(&format!("results/show/{name}.svg"))).expect("the picture");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert!(place.say(&format!("show {name} --help")).well().stdout.contains("--lookup"));
    }
    place.say("show napster --svg a.svg --png a.png").well();
    let png = std::fs::read(place.path("a.png")).expect("the picture");
    assert!(png.starts_with(b"\x89PNG"));
}

#[test]
fn an_index_answers_in_one_hop() {
    let place = Place::new();
    let said = place.say("show napster --peers 8 --lookup 3 --from 2").well();
    let [asked, answered] = steps(&said).try_into().expect("a question and an answer");
    assert_eq!(asked, ["2", "8", "1", "request"]);
    assert_eq!(answered, ["8", "2", "1", "answer"]);
    assert!(said.stdout.contains("object 3 from 2: 2 → 8 (1 hop)"), "{}", said.stdout);
    assert_eq!(said.stdout.matches("has it").count(), 2, "as many as there are replicas");
    assert!(!place.say("show napster --peers 8").well().stdout.contains("object"), "no lookup, no route");
}

/// Round a ring both ways, to whoever stands opposite.
#[test]
fn a_flood_goes_both_ways_round_a_ring() {
    let place = Place::new();
    let ring = "show gnutella --peers 6 --from 0 --lookup 0 --set overlay.graph.ring={} --set protocol.gnutella.ttl=3";
    let said = place.say(ring).well();
    let mut sent: Vec<(String, String, String)> = Vec::new();
    for [from, to, _, what] in steps(&said).into_iter().filter(|step| step[3] != "answer") {
        sent.push((from, to, what));
    }
    let pair =
        |from: &str, to: &str| sent.iter().filter(|(f, t, _)| (f.as_str(), t.as_str()) == (from, to)).count();
    for (from, to) in [("0", "1"), ("1", "2"), ("2", "3"), ("0", "5"), ("5", "4"), ("4", "3")] {
        assert_eq!(pair(from, to), 1, "{from} to {to} in\n{}", said.stdout);
    }
    assert_eq!(sent.len(), 6, "TTL 3 goes no further\n{}", said.stdout);
    let again: Vec<_> = sent.iter().filter(|(_, _, what)| what == "again").collect();
    assert!(matches!(again.as_slice(), [(_, to, _)] if to == "3"), "{}", said.stdout);
    assert!(
        said.stdout.contains("requests: 6, of which 5 came to somebody new and 1 to somebody who had one")
    );
    // The same seed, the same text; another one, another network.
    assert_eq!(place.say(ring).well().stdout, said.stdout);
    let other = |seed: u32| place.say(&format!("show gnutella --seed {seed} --svg x.svg")).well().stdout;
    assert_ne!(other(1), other(2));
}

#[test]
fn two_tiers_are_told_apart() {
    let place = Place::new();
    for name in ["gnutella06", "kazaa"] {
        let said = place.say(&format!("show {name} --peers 40 --lookup 0")).well();
        let supernodes = said.stdout.lines().filter(|line| line.contains(" supernode ")).count();
        assert!((2..=20).contains(&supernodes), "{}", said.stdout);
        assert!(said.stdout.contains(" is known to have it"), "{}", said.stdout);
    }
}

#[test]
fn a_swarm_grows_from_the_tracker() {
    let place = Place::new();
    let links = |options: &[&str]| {
        let said =
            place.say_all(&[&["show", "bittorrent", "--peers", "12", "--lookup", "0"][..], options].concat());
        let said = said.well().stdout;
        let first = said.lines().next().unwrap_or_default();
        let links = first.rsplit("; ").next().and_then(|links| links.split(' ').next()?.parse::<u32>().ok());
        links.unwrap_or_else(|| panic!("so many links: {first}"))
    };
    assert_eq!(links(&[]), 12, "everyone and the tracker");
    assert!(links(&["--everyone", "--at", "20 s"]) > 24, "and one another");
}

#[test]
fn show_refuses_what_there_is_not() {
    let place = Place::new();
    for (arguments, parts) in [
        ("gnutella --from 24", &["there is no peer 24", "the nearest is 23"][..]),
        ("napster --peers 3 --from 9", &["there is no peer 9", "the nearest is 2"]),
        ("kazaa --lookup 10", &["there is no object 10", "nobody has it", "the nearest is 9"]),
        ("gnutella --set protocol.gnutella.tll=3", &["tll", "did you mean `ttl`?"]),
        ("gnutella --set churn.graceful=1", &["`churn` says nothing about the settled network", "overlay"]),
        ("gnutella --set content.objects=[1,2]", &["one network can be shown, not 2"]),
        ("gnutella --set protocol.gnutella.ttl=0", &["ttl"]),
    ] {
        place.say(&format!("show {arguments} --svg x.svg")).refused(parts);
    }
    for arguments in
        ["gnutela", "gnutella --peers 0", "gnutella --peers 1025", "napster --at 3", "kazaa --everyone"]
    {
        assert_eq!(place.say(&format!("show {arguments}")).code, Some(2), "{arguments}");
    }
    assert!(!place.path("x.svg").exists());
    // Nobody else there: it has everything itself, or the server has.
    for name in ["client-server", "napster", "gnutella", "gnutella06", "kazaa", "bittorrent"] {
        place.say(&format!("show {name} --peers 1 --lookup 0 --svg one.svg")).well();
    }
}
