use serde::Deserialize;

use super::super::axes::{Point, Sweep};
use super::*;
use crate::units::{CountOrShare, Frequency, Share, Span};

const TEXT: &str = r#"# An example.
peers = [64, 128]
seed = 7
protocols = ["chord", "gnutella"]

[workload]
rate = "10 /s"
lookups = [100, 200]   # swept

[overlay]
graph = "course-pure"

[[faults]]
at = "1 h"
peers = [1, 2]

[protocol.gnutella]
ttl = [7, 99]

[quick]
peers = 32
workload.lookups = 10
faults.0.at = "1 s"
overlay.graph.power-law.exponent = 2.5
"#;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Scenario {
    peers: u32,
    seed: u64,
    protocols: Vec<String>,
    workload: Workload,
    overlay: Overlay,
    faults: Vec<Fault>,
    content: CountOrShare,
}

impl Default for Scenario {
    fn default() -> Scenario {
        Scenario {
            peers: 1,
            seed: 1,
            protocols: vec![],
            workload: Workload { rate: Frequency(1.0), lookups: 1, deadline: Span::ZERO },
            overlay: Overlay { graph: Graph::CoursePure },
            faults: vec![],
            content: CountOrShare::Count(10),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Workload {
    rate: Frequency,
    lookups: u32,
    #[serde(default)]
    deadline: Span,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    graph: Graph,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Graph {
    CoursePure,
    PowerLaw(PowerLaw),
    ErdosRenyi { mean_degree: u32 },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
struct PowerLaw {
    exponent: f64,
    minimum: u32,
}

impl Default for PowerLaw {
    fn default() -> PowerLaw {
        PowerLaw { exponent: 1.4, minimum: 1 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    at: Span,
    peers: Vec<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Gnutella {
    ttl: u8,
}

impl Default for Gnutella {
    fn default() -> Gnutella {
        Gnutella { ttl: 7 }
    }
}

fn schema() -> Schema {
    Schema::default()
        .lists(["protocols", "faults", "faults.*.peers", "figures.**"])
        .variants(["overlay.graph"])
        .unsweepable("seed", "`replicates` vary the seed")
}

fn document(text: &str) -> Document {
    Document::parse("my.toml", text, schema()).unwrap()
}

/// The example at its first point, without `[quick]`, after `sets`.
fn example(sets: &[&str]) -> Result<Scenario, Diagnostic> {
    let mut document = document(TEXT);
    document.take("quick")?;
    sets.iter().try_for_each(|set| document.set(set))?;
    first(document)
}

fn first(document: Document) -> Result<Scenario, Diagnostic> {
    let sweep = document.into_sweep()?;
    sweep.deserialize(&sweep.points_for(None)[0], &["protocol"])
}

fn failure(text: &str) -> String {
    let read = Document::parse("my.toml", text, schema()).and_then(first);
    read.unwrap_err().to_string()
}

fn set_failure(set: &str) -> String {
    example(&[set]).unwrap_err().to_string()
}

fn labels(sweep: &Sweep, points: &[Point]) -> Vec<String> {
    let label =
        |point| sweep.labels(point).iter().map(|(_, label)| label.clone()).collect::<Vec<_>>().join(" ");
    points.iter().map(label).collect()
}

#[test]
fn axes_stand_in_order_and_multiply() {
    let mut document = document(TEXT);
    document.take("quick").unwrap();
    document.set("content=[1, \"2 %\"]").unwrap();
    document.set("peers=[8, 4]").unwrap();
    let sweep = document.into_sweep().unwrap();
    let paths: Vec<String> = sweep.axes().iter().map(|axis| axis.path().to_string()).collect();
    assert_eq!(paths, ["peers", "content", "protocol.gnutella.ttl", "workload.lookups"]);
    assert_eq!(sweep.points_for(None).len(), 8);
    assert_eq!(sweep.points_for(Some("chord")), sweep.points_for(None));
    let points = sweep.points_for(Some("gnutella"));
    assert_eq!(labels(&sweep, &points)[..3], ["8 1 7 100", "8 1 7 200", "8 1 99 100"]);
    assert_eq!(points.len(), 16);
    let scenario: Scenario = sweep.deserialize(&points[15], &["protocol"]).unwrap();
    assert_eq!((scenario.peers, scenario.workload.lookups), (4, 200));
    assert_eq!(scenario.content, CountOrShare::Share(Share(0.02)));
    assert_eq!(scenario.faults[0].peers, [1, 2]);
    assert_eq!(sweep.deserialize_at::<Gnutella>("protocol.gnutella", &points[15]).unwrap().ttl, 99);
    assert_eq!(sweep.deserialize_at::<Gnutella>("protocol.chord", &points[15]).unwrap().ttl, 7);
    assert_eq!(scenario.protocols, ["chord", "gnutella"]);
}

#[test]
fn quick_is_a_table_of_overrides() {
    let mut document = document(TEXT);
    let quick = document.take("quick").unwrap().unwrap();
    document.apply(&quick).unwrap();
    let scenario = first(document.clone()).unwrap();
    assert_eq!((scenario.peers, scenario.workload.lookups), (32, 10));
    assert_eq!(scenario.faults[0].at, Span::secs(1));
    assert_eq!(scenario.overlay.graph, Graph::PowerLaw(PowerLaw { exponent: 2.5, minimum: 1 }));
    assert_eq!(scenario.workload.rate, Frequency(10.0));
    assert!(document.take("quick").unwrap().is_none());
    assert!(document.take("seed").is_err());
}

#[test]
fn overrides_replace_merge_and_create() {
    let scenario =
        example(&["peers=9", "workload.rate=3 /s", "workload.deadline = 80 ms", "faults.0.peers=3"]).unwrap();
    assert_eq!(scenario.peers, 9);
    assert_eq!(scenario.workload.rate, Frequency(3.0));
    assert_eq!(scenario.workload.deadline, Span::millis(80));
    assert_eq!(scenario.faults[0].peers, [3]);
    assert_eq!(example(&["protocols=chord"]).unwrap().protocols, ["chord"]);
    assert_eq!(example(&["content='1 %'"]).unwrap().content, CountOrShare::Share(Share(0.01)));
    assert_eq!(example(&["\"workload\".lookups=0x10"]).unwrap().workload.lookups, 16);
}

#[test]
fn another_variant_replaces_the_former() {
    let graph = |sets: &[&str]| example(sets).unwrap().overlay.graph;
    let power_law = |exponent, minimum| Graph::PowerLaw(PowerLaw { exponent, minimum });
    assert_eq!(graph(&["overlay.graph.erdos-renyi.mean_degree=4"]), Graph::ErdosRenyi { mean_degree: 4 });
    assert_eq!(graph(&["overlay.graph=power-law"]), power_law(1.4, 1));
    let exponent = "overlay.graph.power-law.exponent=2";
    assert_eq!(graph(&[exponent]), power_law(2.0, 1));
    assert_eq!(graph(&[exponent, "overlay.graph.power-law.minimum=3"]), power_law(2.0, 3));
    assert_eq!(graph(&["overlay.graph=power-law", exponent]), power_law(2.0, 1));
    assert_eq!(graph(&[exponent, "overlay.graph=course-pure"]), Graph::CoursePure);
    assert_eq!(graph(&["overlay.graph=[\"power-law\", {power-law={exponent=3}}]"]), power_law(1.4, 1));
    assert_eq!(graph(&["overlay.graph=[\"power-law\", \"course-pure\"]", exponent]), power_law(2.0, 1));
}

#[test]
fn variants_may_be_swept() {
    let text =
        "overlay.graph = ['power-law', {power-law = {exponent = 3}}, {erdos-renyi = {mean_degree = 4}}]";
    let sweep = document(text).into_sweep().unwrap();
    let points = sweep.points_for(None);
    assert_eq!(labels(&sweep, &points), ["power-law", "power-law(exponent=3)", "erdos-renyi(mean_degree=4)"]);
    let last: Scenario = sweep.deserialize(&points[2], &[]).unwrap();
    assert_eq!(last.overlay.graph, Graph::ErdosRenyi { mean_degree: 4 });
}

#[test]
fn unknown_words_are_shown_with_their_place() {
    assert_eq!(
        failure("seed = 1\n[workload]\nrate = '1 /s'\n  lookpus = 3\n"),
        "error: unknown key `lookpus` in `workload`; did you mean `lookups`?\n --> my.toml:4:3\n  |\n4 |   lookpus = 3\n  \
         |   ^^^^^^^\nhint: valid keys here: `rate`, `lookups`, `deadline`"
    );
    assert!(
        failure("overlay.graph = 'power-lwa'")
            .contains("unknown value `power-lwa`; did you mean `power-law`?\n --> my.toml:1:17")
    );
    assert!(
        failure("overlay.graph = {power-law = {exponnet = 1}}")
            .contains("did you mean `exponent`?\n --> my.toml:1:31")
    );
    assert!(
        failure("overlay.graph = {erdos-renyi = {mean_degre = 1}}").contains("did you mean `mean_degree`?")
    );
    assert!(
        failure("[workload]\nlookups = 1")
            .starts_with("error: missing key `rate` in `workload`\n --> my.toml:1:1")
    );
}

#[test]
fn errors_in_overrides_point_into_them() {
    assert_eq!(
        set_failure("workload.deadline=80 mss"),
        "error: unknown unit `mss`; did you mean `ms`?\n --> command line\n  |\n  | --set workload.deadline=80 mss\n  \
         |                         ^^^^^^\nhint: expected a duration with its unit, such as \"80 ms\"; units: ns, us, ms, s, min, h, d"
    );
    assert!(set_failure("wrkload.rate=1").contains("unknown key `wrkload`; did you mean `workload`?"));
    assert!(set_failure("peers").starts_with("error: expected KEY=VALUE, found `peers`"));
    assert!(set_failure("=3").contains("no key before"));
    assert!(set_failure("peers=").contains("no value after"));
    assert!(set_failure("a b=3").contains("this is not TOML"));
    assert!(set_failure("peers=[1, x]").contains("words need quotes"));
    assert!(set_failure("faults.1.at=3").contains("`faults` is a list of 1: there is no element `1`"));
    assert!(
        set_failure("peers.x=3").contains("expected a whole number from 0 to 4,294,967,295, found a table")
    );
    assert!(
        set_failure("seed=x")
            .contains("found the text \"x\"\n --> command line\n  |\n  | --set seed=x\n  |            ^")
    );
}

#[test]
fn syntax_and_type_errors_have_a_place() {
    assert!(failure("seed = 1\npeers = = 2").contains(" --> my.toml:2:9\n"));
    assert!(failure("seed = 1\nseed = 2").contains(" --> my.toml:2:1\n"));
    assert!(failure("[workload\n").starts_with("error: this is not TOML: "));
    assert!(
        failure("peers = 'many'")
            .contains("expected a whole number from 0 to 4,294,967,295, found the text \"many\"")
    );
    assert!(failure("peers = -1").contains("found -1\n --> my.toml:1:9"));
    assert!(failure("workload = 3").contains("expected a table, found 3"));
    assert!(failure("overlay.graph = 3").contains("expected a word or a table\n --> my.toml:1:17"));
    assert!(failure("overlay.graph = {course-pure = {a = 1}}").contains("this choice takes no settings"));
    assert!(failure("overlay.graph = {a = {}, b = {}}").contains("expected one choice, found several"));
}

#[test]
fn senseless_sweeps_are_refused() {
    let refused = failure("seed = [1, 2]");
    assert!(refused.contains("`seed` takes one value: a sweep makes no sense here\n --> my.toml:1:8\n"));
    assert!(refused.ends_with("\nhint: `replicates` vary the seed"));
    assert!(failure("peers = []").contains("the sweep over `peers` has no values"));
    assert!(
        failure("peers = [1, 2, 1]")
            .contains("the sweep over `peers` has the value 1 twice\n --> my.toml:1:16")
    );
    assert!(failure("workload.deadline = ['1 s', '1000 ms']").contains("has the value 1000 ms twice"));
    assert!(failure("peers = [1, [2]]").contains("a list inside the sweep over `peers`\n --> my.toml:1:13"));
    assert!(
        failure("overlay.graph = [{power-law = {exponent = [1, 2]}}]").contains("a list inside the sweep")
    );
    let many: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    let many = many.join(",");
    assert!(failure(&format!("peers = [{many}]\ncontent = [{many}]")).contains("1001 peers × 1001 content"));
}

#[test]
fn callers_can_blame_a_key() {
    let document = document(TEXT);
    assert!(document.diagnose("workload.rate", "too slow").to_string().contains(" --> my.toml:7:8\n"));
    assert!(document.diagnose("nothing.here", "absent").to_string().ends_with("error: absent\n --> my.toml"));
    let sweep = document.into_sweep().unwrap();
    let point = &sweep.points_for(None)[2];
    assert!(sweep.diagnose(point, "peers", "too many").to_string().contains(" --> my.toml:2:14\n"));
    assert!(sweep.contains("protocol.gnutella") && !sweep.contains("protocol.chord"));
    assert!(sweep.check_keys("protocol", "protocol", &["gnutella"]).is_ok());
    let error = sweep.check_keys("protocol", "protocol", &["chord", "gnutela"]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("unknown protocol `gnutella`; did you mean `gnutela`?\n  --> my.toml:17:11")
    );
}

#[test]
fn files_that_cannot_be_read() {
    let missing = Document::read(Path::new("no/such.toml"), schema()).unwrap_err();
    assert_eq!(missing.to_string(), "error: cannot read `no/such.toml`: there is no such file or folder");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin1.toml");
    std::fs::write(&path, b"seed = 1\nname = '\xe9'").unwrap();
    assert!(Document::read(&path, schema()).unwrap_err().to_string().contains("latin1.toml:2:9"));
}
