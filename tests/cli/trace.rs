//! `peerlab trace`: one lookup as text, as JSON lines, and as a page that is driven in a real browser.

use std::path::Path;
use std::process::Command;

use peerlab::protocols::NAMES;
use serde_json::Value;

use crate::common::{Place, Said};

/// The events of `--format json`.
fn events(said: &Said) -> Vec<Value> {
    let event = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    said.stdout.lines().map(event).collect()
}

/// The events that are messages from one to another, as `from>to`.
fn sent(events: &[Value]) -> Vec<String> {
    let is_message = |event: &&Value| {
        let what = event["what"].as_str().expect("a word");
        ["request", "again", "answer", "lost"].contains(&what) && event["from"] != event["to"]
    };
    events.iter().filter(is_message).map(|event| format!("{}>{}", event["from"], event["to"])).collect()
}

#[test]
fn text_and_lines_tell_the_same() {
    let place = Place::new();
    for name in NAMES {
        let text = place.say(&format!("trace {name} --lookup 4")).well().stdout;
        let lines = events(&place.say(&format!("trace {name} --lookup 4 --format json")).well());
        let table: Vec<Vec<&str>> = text
            .lines()
            .skip_while(|line| !line.starts_with('─'))
            .skip(1)
            .take_while(|line| !line.is_empty())
            .map(|line| line.split_whitespace().take(5).collect())
            .collect();
        assert_eq!(table.len(), lines.len(), "{name}\n{text}");
        for (row, event) in table.iter().zip(&lines) {
            let after = event["after_ms"].as_f64().expect("a number");
            let numbers = ["from", "to", "hops"].map(|key| event[key].to_string());
            let account = event["account"].as_str().expect("a word");
            assert_eq!(
                row[..],
                [&format!("{after:.1}"), &numbers[0], &numbers[1], &numbers[2], account],
                "{name}"
            );
        }
        let steps: Vec<u64> = lines.iter().filter_map(|event| event["step"].as_u64()).collect();
        assert_eq!(steps, (1..=lines.len() as u64).collect::<Vec<_>>());
        assert!(text.contains("is known to have it"), "{name}\n{text}");
    }
}

/// What is followed is what is run: the record that the run keeps of the same lookup says as much.
#[test]
fn a_lookup_of_a_scenario_is_that_of_its_run() {
    let place = Place::new();
    place.say("run tiny.toml --quiet --out out --set lookups_csv=true").well();
    let rows = std::fs::read_to_string(place.path("out/lookups.csv")).expect("a row for each lookup");
    let heads: Vec<&str> = rows.lines().next().expect("a header").split(',').collect();
    let cell = |row: &str, name: &str| {
        let place =
            heads.iter().position(|head| *head == name).unwrap_or_else(|| panic!("{name} in {heads:?}"));
        row.split(',').nth(place).unwrap_or_default().to_string()
    };
    for protocol in ["napster", "gnutella", "chord"] {
        for lookup in ["0", "17"] {
            let wanted = |row: &&str| cell(row, "protocol") == protocol && cell(row, "lookup") == lookup;
            let row = rows.lines().find(wanted).expect("the lookup's row");
            let command = format!("trace tiny.toml --protocol {protocol} --lookup {lookup} --format json");
            let seen = events(&place.say(&command).well());
            let answered = seen.iter().find(|event| event["what"] == "answered");
            assert_eq!(cell(row, "hops"), answered.map_or(String::new(), |event| event["hops"].to_string()));
            let after = answered.map_or(0.0, |event| event["after_ms"].as_f64().expect("a number"));
            let latency: f64 = cell(row, "latency_ms").parse().unwrap_or(0.0);
            assert!(
                (after - latency).abs() <= 1e-5 * latency,
                "{protocol} {lookup}: {after} ms, {latency} ms"
            );
        }
    }
}

#[test]
fn bad_input_is_refused() {
    let place = Place::new();
    place.say("trace tiny.toml --lookup 30").refused(&["no lookup 30: `tiny` has 30", "the nearest is 29"]);
    place
        .say("trace tiny.toml --protocol kazaa")
        .refused(&["`tiny` has no runs of a protocol `kazaa`", "There are: napster, gnutella, chord"]);
    place.say("trace chrod").refused(&["called `chrod`", "did you mean the protocol `chord`?"]);
    place
        .say("trace chord --set protocol.chord.bitz=3")
        .refused(&["unknown key `bitz`", "did you mean `bits`?"]);
    place.say("trace degree").refused(&["`degree` has no lookups to follow"]);
    let nobody = ["trace", "tiny.toml", "--set", "workload.lookups=0", "--set", "workload.duration=10 s"];
    place.say_all(&nobody).refused(&["nobody looks up anything in `tiny`"]);
    std::fs::create_dir(place.path("folder.html")).expect("a folder");
    place.say("trace chord -o folder.html").refused(&["cannot write", "folder.html"]);
    place.say("trace chord -o tiny.toml/page.html").refused(&["cannot write", "tiny.toml/page.html"]);
    let left = std::fs::read_dir(place.path("")).expect("the folder").count();
    assert_eq!(left, 2, "something was left behind");
}

#[test]
fn pages_are_small_whole_and_the_same_each_time() {
    let place = Place::new();
    place.say("trace chord --lookup 2 -o a.html").well();
    place.say("trace chord --lookup 2 --format html -o b.html").well();
    let read = |name: &str| std::fs::read_to_string(place.path(name)).expect("a page");
    assert_eq!(read("a.html"), read("b.html"));
    let page = read("a.html").replace("http://www.w3.org/2000/svg", "");
    for outside in ["http:", "https:", "src=", "<link", "@import", "fetch("] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    // A flood of thousands, of which the page shows a part, and says so.
    let flood = "trace gnutella --set peers=3000 --set overlay.graph.random-regular.degree=6 -o flood.html";
    place.say(flood).well();
    let page = read("flood.html");
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    assert!(page.contains("Of 3,000 peers and servers 300 are shown."), "nothing is said of peers left out");
    assert!(page.contains("events 5,000 are here."), "nothing is said of events left out");
    let said = place.say("trace tiny.toml --format html").well();
    assert!(said.stderr.contains("napster with 50 peers, seed"), "{}", said.stderr);
    assert!(said.stderr.contains("the page is results/trace/tiny-napster-0.html"), "{}", said.stderr);
}

/// A browser that can be driven from here; `None`, with a word why, if there is none and none is demanded.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let works =
        |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|said| said.status.success());
    let found = names.iter().find(works).copied();
    if found.is_none() {
        assert!(
            std::env::var_os("PEERLAB_NEEDS_BROWSER").is_none(),
            "PEERLAB_NEEDS_BROWSER is set, but there is none of {names:?}"
        );
        eprintln!(
            "skipped: there is no browser ({}); `apt-get install chromium` brings one",
            names.join(", ")
        );
    }
    found
}

/// The page as it stands when its script is done, and what it said on the console.
fn opened(browser: &str, page: &Path, hash: &str) -> (String, Vec<String>) {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
        ])
        .args([
            "--enable-logging=stderr",
            "--virtual-time-budget=20000",
            "--window-size=1280,720",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}{hash}", page.display()))
        .output()
        .expect("the browser runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let console = said.lines().filter(|line| line.contains("CONSOLE")).map(String::from).collect();
    (String::from_utf8_lossy(&output.stdout).into_owned(), console)
}

/// The text of the first element with this id, which holds nothing but text.
fn text_of<'p>(page: &'p str, id: &str) -> &'p str {
    let rest = page.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("there is no {id}"));
    rest.split_once('>').and_then(|(_, rest)| rest.split_once('<')).map_or("", |(text, _)| text)
}

#[test]
fn a_browser_steps_through_every_page() {
    let Some(browser) = browser() else { return };
    let place = Place::new();
    // What goes wrong in a page does come to our ears.
    place.write("wrong.html", "<!DOCTYPE html><script>nobody.knows()</script>");
    let (_, console) = opened(browser, &place.path("wrong.html"), "");
    assert!(console.iter().any(|line| line.contains("nobody is not defined")), "{console:?}");
    for name in NAMES {
        let page = format!("{name}.html");
        place.say(&format!("trace {name} --lookup 5 -o {page}")).well();
        let text = place.say(&format!("trace {name} --lookup 5")).well().stdout;
        let seen = events(&place.say(&format!("trace {name} --lookup 5 --format json")).well());
        let (dom, console) = opened(browser, &place.path(&page), "#autoplay");
        assert!(console.is_empty(), "{name}: {console:?}");
        assert!(dom.contains("data-done=\"yes\""), "{name} did not get to the end");
        assert_eq!(text_of(&dom, "position"), format!("step {0} of {0}", seen.len()), "{name}");
        let visited = dom.split("data-visited=\"").nth(1).and_then(|rest| rest.split('"').next());
        let visited: Vec<String> =
            visited.unwrap_or_default().replace("&gt;", ">").split(' ').map(String::from).collect();
        assert_eq!(visited, sent(&seen), "{name}: other messages than in the text");
        let keys = format!("data-keys=\"0 1 0 plays 0 {}\"", seen.len());
        assert!(dom.contains(&keys), "{name}: the keys do not lead where they should");
        // The route: in words as in the text, and as many arcs as hops.
        let outcome = text_of(&dom, "outcome");
        let route = text.lines().last().expect("the outcome");
        assert!(route.contains(" → ") && outcome.contains(route), "{name}: {outcome}\n{route}");
        let hops = route.matches(" → ").count();
        let arcs = dom.matches("class=\"onroute\"").count();
        assert_eq!(arcs, hops, "{name}: {route}");
        assert!(dom.contains("class=\"here\""), "{name}: no row is marked");
    }
}
