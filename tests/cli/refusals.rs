//! Bad input: a clear error with its place, what was expected, and the nearest valid; and nothing left behind.

use crate::common::Place;

/// Runs the tiny scenario with one thing changed, which is refused in all these words, at that argument.
#[track_caller]
fn refused(set: &str, parts: &[&str]) {
    let place = Place::new();
    let said = place.tiny(&[set]).refused(parts);
    assert!(said.stderr.contains("--> command line"), "no place in\n{}", said.stderr);
    assert!(said.stderr.contains(&format!("--set {set}")) && said.stderr.contains('^'), "{}", said.stderr);
    assert!(!place.path("out").exists(), "something was left behind");
    let checked = place.say_all(&["check", "tiny.toml", "--set", set]);
    assert_eq!(checked.code, Some(2), "`check` lets it pass: {set}");
    assert_eq!(checked.stderr, said.stderr);
}

#[test]
fn unknown_words() {
    refused("wrkload.lookups=3", &["unknown key `wrkload`; did you mean `workload`?", "valid keys here"]);
    refused("workload.lookpus=3", &["unknown key `lookpus` in `workload`; did you mean `lookups`?"]);
    refused("protocols=chrd", &["unknown protocol `chrd`", "did you mean `chord`?"]);
    refused("protocols=[\"chord\", \"chord\"]", &["protocol `chord` stands twice"]);
    refused("protocol.kazza.x=1", &["unknown protocol `kazza`; did you mean `kazaa`?"]);
    refused("protocol.usenet.x=1", &["unknown protocol `usenet`", "`napster`, `gnutella`, "]);
    refused("protocol.chord.bit=7", &["unknown key `bit` in `protocol.chord`; did you mean `bits`?"]);
    refused("columns=[\"reach_men\"]", &["unknown column `reach_men`", "did you mean `reach_mean`?"]);
    refused("overlay.graph=mesh", &["unknown value `mesh`", "`power-law`", "`file`"]);
    refused("underlay.latency=planet-lab", &["unknown value `planet-lab`", "`planetlab`"]);
    refused("content.placement=sqrt", &["unknown value `sqrt`", "`square-root`"]);
    refused("faults=[{at=\"1 s\", crash={shares=\"3 %\"}}]", &["`shares`; did you mean `share`?"]);
}

#[test]
fn figures_and_comparisons_are_checked_beforehand() {
    let figure = |rest: &str| format!("figures=[{{name=\"f\", title=\"t\", {rest}}}]");
    refused(&figure("kind=\"against\", y=\"hops\""), &["unknown column `hops`", "did you mean `hops_"]);
    refused(&figure("kind=\"against\""), &["unknown column ``"]);
    refused(&figure("kind=\"pie\""), &["unknown value `pie`", "`against`"]);
    refused(&figure("kind=\"load\", only={\"content.replica\"=\"3\"}"), &["no key `content.replica`"]);
    let name = |name: &str| format!("figures=[{{name=\"{name}\", title=\"t\", kind=\"load\"}}]");
    refused(&name("../up"), &["`../up` cannot name a file", "letters, digits"]);
    refused(&name("a.b"), &["`a.b` cannot name a file"]);
    let published = |rest: &str| format!("published=[{{source=\"s\", value=3, {rest}}}]");
    refused(&published("column=\"hop_mean\""), &["unknown column `hop_mean`", "did you mean `hops_mean`?"]);
    refused(&published("column=\"hops_mean\", protocol=\"cord\""), &["unknown protocol `cord`", "`chord`"]);
    refused(&published("column=\"hops_mean\", over={\"content.zip\"=\"1\"}"), &["no key `content.zip`"]);
    refused(&published("column=\"hops_mean\", trust=\"Q\""), &["unknown value `Q`", "`theory`"]);
    refused(
        &published("column=\"hops_mean\", at_least=true, at_most=true"),
        &["a lower bound or an upper bound, not both", "expected one of them"],
    );
    refused(
        "published=[{source=\"s\", column=\"found\", value=\"recall\", over={\"content.zipf\"=\"1\"}}]",
        &["a ratio is compared with a number, not with column `recall`"],
    );
}

#[test]
fn units_and_ranges() {
    refused(
        "workload.origins=riders",
        &["got \"riders\" where all share something", "population.free_riders", "random"],
    );
    refused("workload.rate=10 ms", &["unknown unit `ms`", "such as \"10 /s\""]);
    refused("workload.deadline=10", &["10", "unit"]);
    refused("workload.deadline=10 meters", &["unknown unit `meters`", "ms"]);
    refused("content.size=4 s", &["unknown unit `s`", "KiB"]);
    refused("workload.rate=-1 /s", &["cannot be negative"]);
    refused("workload.rate=0 /s", &["`workload.rate`: got \"0 /s\" for 30 lookups", "nearest valid value"]);
    refused(
        "content.zipf=3",
        &["`content.zipf`: got 3, expected an exponent from 0 to 2", "nearest valid value is 2"],
    );
    refused(
        "workload.lookups=0",
        &["`workload.lookups`: got 0, and no `duration`", "nearest valid value is 1"],
    );
    refused("content.zipf=nan", &["`content.zipf`: got NaN"]);
    refused(
        "underlay.loss=120 %",
        &["a share lies between 0 % and 100 %, found 120 %", "nearest valid value is \"100 %\""],
    );
    refused("underlay.loss=-1 %", &["a share cannot be negative, found \"-1 %\""]);
    refused("underlay.floor=0 s", &["`underlay.floor`", "nearest valid value"]);
    refused("peers=0", &["got 0, expected at least 1 peer"]);
    refused("peers=-1", &["a whole number from 0 to 4,294,967,295, found -1"]);
    refused("peers=2.5", &["a whole number", "2.5"]);
    refused("peers=\"50\"", &["a whole number", "leave out the quotes: 50"]);
    refused("peers=4294967295", &["`peers`: got 4294967295", "nearest valid value"]);
    refused("replicates=0", &["got 0, expected at least 1 run"]);
    refused("replicates=4000000000", &["more than a million runs"]);
    refused("seed=18446744073709551615", &["expected at most 9223372036854775807"]);
    refused("protocols=[]", &["there is none, expected at least one of client-server, napster, "]);
    refused("overlay.graph.power-law.min_degree=9", &["`overlay.graph.power-law."]);
    refused("overlay.graph.watts-strogatz.degree=3", &["an even number", "nearest valid value is 2"]);
    refused("churn.sessions.exponential.online=0 s", &["a mean session above zero"]);
    refused("protocol.chord.bits=0", &["chord: bits = 0: expected 1 to 160"]);
    refused("protocol.chord.bits=5", &["50 nodes do not fit on a ring of 2^5"]);
    refused("protocol.gnutella.ttl=0", &["a number of hops from 1 to 254, or \"edge\", found 0"]);
    refused("protocol.gnutella.wanted_degree=99", &["wanted_degree must not exceed max_degree"]);
    refused("faults=[{at=\"1 s\"}]", &["`faults.0.crash`", "whom the fault strikes"]);
    refused("faults=[{crash={peers=[3, 50]}}]", &["`faults.0.crash.peers.1`: got 50", "below 50"]);
}

#[test]
fn populations() {
    let class = |rest: &str| format!("population.classes=[{{name=\"a\", {rest}}}]");
    refused("population.mix=bharambe", &["unknown value `bharambe`", "`bharambe-2006`"]);
    refused(
        &class("share=\"80 %\""),
        &["the shares of all classes make \"80 %\"", "nearest valid value is \"100 %\""],
    );
    refused(&class("share=1, up=\"0 bit/s\""), &["`population.classes.0.up`: got 0", "a rate above zero"]);
    refused(&class("share=1, upp=\"3 bit/s\""), &["unknown key `upp`", "did you mean `up`?"]);
    refused(&class("share=1, down=\"3 MB\""), &["unknown unit `MB`", "Mbit/s"]);
    refused("population.servers.service=5", &["5", "unit"]);
    refused(
        "population.givers.answers=90 %",
        &["`population.givers.answers`", "nearest valid value is \"10 %\""],
    );
    refused("population.firewalled=101 %", &["a share lies between 0 % and 100 %"]);
}

#[test]
fn sessions_and_faults() {
    refused("churn.sessions=pareto(2)", &["unknown value `pareto(2)`", "`pareto`"]);
    refused(
        "churn.sessions.pareto.shape=0.9",
        &["`churn.sessions.pareto.shape`: got 0.9", "so that there is a mean"],
    );
    refused("churn.sessions.weibull.shap=1", &["unknown key `shap`", "did you mean `shape`?"]);
    refused(
        "churn.pauses.weibull.shape=0",
        &["`churn.pauses.weibull.shape`: got 0", "nearest valid value is 0.1"],
    );
    refused("churn.identity=other", &["unknown value `other`", "`same`", "`new`"]);
    refused("churn.crowd.peers=51", &["`churn.crowd.peers`: got 51", "nearest valid value is 50"]);
    refused(
        "churn.sessions.trace.file=nowhere.csv",
        &["there is no file nowhere.csv", "scripts/fetch-data.sh"],
    );
    refused("workload.flooder.rate=0 /s", &["`workload.flooder.rate`: got \"0 /s\"", "nearest valid value"]);
    refused(
        "faults=[{crash={best-connected=51}}]",
        &["`faults.0.crash.best-connected`: got 51", "nearest valid value is 50"],
    );
    refused("faults=[{partition=\"100 %\"}]", &["`faults.0.partition`", "so that there are two sides"]);
    refused("faults=[{partition=\"50 %\", crash={servers={}}}]", &["stands beside `crash`"]);
    let place = Place::new();
    place.write("trace.csv", "peer,start,end\na,1,9\nb,1,2\na,5,12\n");
    place
        .tiny(&["churn.sessions.trace.file=trace.csv"])
        .refused(&["trace.csv:4: the session overlaps that of line 2", "--> command line"]);
}

#[test]
fn time_series() {
    refused("series.every=0 s", &["got 0, expected a span above zero"]);
    refused("series.evry=\"1 s\"", &["unknown key `evry` in `series`; did you mean `every`?"]);
    refused(
        "series.every=[\"1 s\", \"2 s\"]",
        &["`series.every` takes one value", "all runs are looked at alike"],
    );
    refused("columns=[\"recovery_s\"]", &["`recovery_s` needs a time series", "series.every = \"10 s\""]);
    let figure = |y: &str| format!("figures=[{{name=\"f\", title=\"t\", kind=\"over-time\", y=\"{y}\"}}]");
    refused(&figure("foud"), &["unknown column `foud` of the time series", "did you mean `found`?"]);
    refused(&figure("found"), &["figure `f` shows a time series, but there is none"]);
}

#[test]
fn lists_where_no_sweep_makes_sense() {
    refused("seed=[1, 2]", &["`seed` takes one value", "use `replicates`"]);
    refused("replicates=[1, 2]", &["`replicates` takes one value"]);
    refused("name=[\"a\", \"b\"]", &["`name` takes one value"]);
    refused("peers=[]", &["the sweep over `peers` has no values"]);
    refused("peers=[8, 8]", &["the sweep over `peers` has the value 8 twice"]);
    refused("workload.deadline=[\"1 s\", \"1000 ms\"]", &["has the value 1000 ms twice"]);
    refused("peers=[[8], 9]", &["a list inside the sweep over `peers`"]);
}

#[test]
fn more_replicas_than_peers() {
    refused(
        "content.replicas=51",
        &["`content.replicas`: got 51", "of which there are 50", "nearest valid value is 50"],
    );
    let place = Place::new();
    let words =
        ["`content.replicas`: got 10", "each peer that shares, of which there are 5", "--> tiny.toml:11:"];
    place.tiny(&["population.free_riders=90 %"]).refused(&words);
    place.tiny(&["population.free_riders=100 %"]).refused(&["but all are free riders", "--> tiny.toml:11:"]);
    let said =
        place.tiny(&["peers=[100, 5]"]).refused(&["`content.replicas`: got 10", "nearest valid value is 5"]);
    assert!(said.stderr.contains("--> tiny.toml:"), "{}", said.stderr);
    assert!(!place.path("out").exists(), "it is refused before the larger network runs");
}

#[test]
fn assignments_that_are_none() {
    refused("peers", &["expected KEY=VALUE, found `peers`", "such as --set peers=500"]);
    refused("=3", &["there is no key before the `=`"]);
    refused("peers=", &["there is no value after the `=`"]);
    refused("peers=[1,", &["this is not TOML", "words need quotes"]);
    refused("a b=3", &["this is not TOML"]);
    refused("faults.0.at=1 s", &[]);
}

#[test]
fn scenarios_that_are_none() {
    let place = Place::new();
    place.say("run compair").refused(&["there is no scenario called `compair`", "did you mean `compare`?"]);
    place.say("check nothing").refused(&["There are: compare, "]);
    place.say("run tinny.toml").refused(&["cannot read `tinny.toml`", "did you mean `tiny.toml`?"]);
    place.say("run far/away.toml").refused(&["cannot read `far/away.toml`: there is no such file or folder"]);
    std::fs::create_dir(place.path("folder.toml")).expect("a folder");
    place.say("run folder.toml").refused(&["cannot read `folder.toml`"]);
    for (text, parts) in [
        ("name = \"x\"\npeers = \n", &["this is not TOML", "--> bad.toml:2:"][..]),
        ("name = \"x\"\npeers = 5\n", &["missing key `protocols`", "--> bad.toml"]),
        (
            "name = \"x\"\npeers = 5\nprotocols = [\"chord\"]\n[workload]\n\trate = \"5\"\n",
            &["--> bad.toml:5:9"],
        ),
        ("name = \"x\"\nquick = 3\n", &["a table of overrides in `quick`", "--> bad.toml:2:"]),
        ("", &["missing key `name`"]),
    ] {
        place.write("bad.toml", text);
        place.say("run bad.toml --out out").refused(parts);
    }
    std::fs::write(place.path("bad.toml"), b"name = \"\xff\"").expect("a file");
    place.say("run bad.toml --out out").refused(&["the file is not UTF-8 text", "--> bad.toml:1:9"]);
    assert!(!place.path("out").exists());
}

#[test]
fn options_that_are_none() {
    let place = Place::new();
    for arguments in
        ["run", "run tiny.toml --thread 2", "run tiny.toml --threads 0", "run tiny.toml --queue list", "fly"]
    {
        let said = place.say(arguments);
        assert_eq!(said.code, Some(2), "{arguments}");
        assert!(said.stderr.starts_with("error: ") && said.stdout.is_empty(), "{}", said.stderr);
    }
}

#[test]
fn measured_overlays() {
    const OVERLAY: &str = "overlay.graph={file={path=\"overlay.txt\"}}";
    let place = Place::new();
    let text =
        crate::common::TINY.replace("peers = 50\n", "").replace("objects = 100", "objects = 5\nreplicas = 1");
    place.write("tiny.toml", &text);
    place.tiny(&[]).refused(&["`peers`: is missing", "the number of peers"]);
    place
        .tiny(&[OVERLAY])
        .refused(&["there is no file overlay.txt; looked for overlay.txt, data/overlay.txt"]);
    place.write("overlai.txt", "0 1\n");
    std::fs::create_dir(place.path("data")).expect("a folder");
    place.write("data/overlay.txt.gz", "no gzip at all\n");
    place.tiny(&[OVERLAY]).refused(&["nearest valid value is \"overla"]);
    for (text, parts) in [
        ("0\t1\n1\tx\n", &["overlay.txt:2: found `x`, expected an id"][..]),
        ("# c\n\n0\t1\n2\n", &["overlay.txt:4: found `2`, expected two ids"]),
        ("0 1\n0 1 2\n", &["overlay.txt:2: ", "as many columns as in the rows before"]),
        ("0\t99999999999999999999\n", &["overlay.txt:1: ", "at most 18446744073709551615"]),
        ("# only comments\n", &["no edge in it"]),
        ("\u{1f}\u{8b}", &["overlay.txt:1: "]),
    ] {
        place.write("overlay.txt", text);
        place.tiny(&[OVERLAY]).refused(parts).refused_place();
        assert!(!place.path("out").exists());
    }
    std::fs::write(place.path("overlay.txt"), b"\x1f\x8b\x08\x00cut short").expect("a file");
    place.tiny(&[OVERLAY]).refused(&["the gzip stream breaks"]);
    std::fs::remove_file(place.path("overlay.txt")).expect("the file");
    std::fs::create_dir(place.path("overlay.txt")).expect("a folder");
    place.tiny(&[OVERLAY]).refused(&["overlay.txt is a folder"]);
    std::fs::remove_dir(place.path("overlay.txt")).expect("the folder");
    place.write("overlay.txt", "0 1\n1 2\n");
    place.tiny(&[OVERLAY, "peers=7"]).refused(&["`peers`: got 7, expected 3", "nearest valid value is 3"]);
    place.tiny(&[OVERLAY]).well();
}

#[test]
fn measured_latencies() {
    const MATRIX: &str = "underlay.latency={matrix={file=\"rtt.txt\"}}";
    let place = Place::new();
    place.tiny(&[MATRIX]).refused(&["there is no file rtt.txt"]).refused_place();
    for (text, parts) in [
        ("0 10\n10 x\n", &["rtt.txt:2: column 2: found `x`, expected a round-trip time"][..]),
        ("0 -1\n10 0\n", &["rtt.txt:1: column 2: found `-1`"]),
        ("0 99999\n10 0\n", &["rtt.txt:1: column 2: found `99999`", "8500 ms"]),
        ("0 1\n1\n", &["rtt.txt:2: 1 columns, expected 2"]),
        ("0 1 2\n1 0 2\n", &["2 rows of 3 columns", "a square matrix"]),
        ("0 1\n1 0\n1 1\n", &["rtt.txt:3: row 3 of 2 columns"]),
        ("", &["no row in it"]),
    ] {
        place.write("rtt.txt", text);
        place.tiny(&[MATRIX]).refused(parts).refused_place();
        assert!(!place.path("out").exists());
    }
    place.write("rtt.txt", "0 10\n10 0\n");
    place.tiny(&[MATRIX]).well();
}

trait RefusedPlace {
    fn refused_place(&self);
}

impl RefusedPlace for crate::common::Said {
    /// The argument that names the file is pointed at.
    #[track_caller]
    fn refused_place(&self) {
        assert!(self.stderr.contains("--> command line") && self.stderr.contains("^^"), "{}", self.stderr);
    }
}

#[test]
fn caches_and_words() {
    refused("protocol.chord.cache=-1", &["-1", "65,535"]);
    refused("protocol.gnutella.cache_life=0 s", &["cache_life is 0 s", "nearest"]);
    refused(
        "workload.words=2",
        &["`workload.words`: got 2, expected a table [content.words]", "nearest valid value is 0"],
    );
    let place = Place::new();
    let words = ["content.words={vocabulary=9}", "workload.words=1"];
    let said = place.tiny(&[words[0], words[1], "protocols=[\"chord\", \"can\"]"]);
    said.refused(&[
        "`can` cannot look for objects by words",
        "`napster`, `gnutella`",
        "words = 0",
        "--> command line",
    ]);
    let said = place.tiny(&[words[0], words[1], "protocols=chord", "protocol.chord.cache=7"]);
    said.refused(&["answers to questions by words are not cached", "nearest: 0"]);
    let said = place.tiny(&["content.words={vocabulary=4000000000}", words[1], "protocols=napster"]);
    said.refused(&["content.words.vocabulary", "nearest valid value is 10000000"]);
    let said = place.tiny(&[words[0], words[1], "protocols=kazaa", "protocol.kazaa.chunk=256 KiB"]);
    said.refused(&["chunk cuts the object that was asked for"]);
}
