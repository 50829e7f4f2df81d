//! Files that a scenario names: overlays and matrices.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::sim::World;
use crate::world::locate::Places;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn build(places: &Places, text: &str, peers: Option<u32>) -> Result<Terrain, WorldError> {
    Terrain::build_in(places, &settings(text), peers, 1, true)
}

fn beside(folder: &Path) -> Places {
    Places { scenario: Some(folder.to_path_buf()), data: Vec::new() }
}

/// Where the publishers' files are, if they are.
fn measured() -> Option<Places> {
    let places = Places::usual(None);
    let there = places.find("", Path::new("PlanetLabData_1.gz")).is_ok();
    if !there {
        eprintln!("skipped: no measured data under PEERLAB_DATA or data/ (scripts/fetch-data.sh)");
    }
    there.then_some(places)
}

/// Two components: a path of four peers and a pair; ids with a gap.
const EDGES: &[u8] = b"# from\tto\n1\t2\r\n2 3\n3 1\n3 4\n100 101\n";

#[test]
fn an_overlay_file_decides_the_number_of_peers() {
    let folder = folder(&[("net.txt", EDGES)]);
    let places = beside(folder.path());
    let text = |policy: &str| {
        format!("content.replicas = 1\noverlay = {{ graph.file.path = 'net.txt', components = '{policy}' }}")
    };
    for (policy, peers, edges) in [("keep", 6, 5), ("join", 6, 6), ("largest", 4, 4)] {
        for given in [None, Some(6), Some(peers)] {
            let world = build(&places, &text(policy), given).unwrap();
            assert_eq!((world.peers(), world.graph().unwrap().edges()), (peers, edges), "{policy} {given:?}");
        }
        let error = build(&places, &text(policy), Some(5)).unwrap_err();
        assert_eq!((error.key, error.nearest), ("peers".to_owned(), Some(peers.to_string())));
        let unused = Terrain::build_in(&places, &settings(&text(policy)), None, 1, false).unwrap();
        assert_eq!(unused.peers(), peers);
        assert!(unused.graph().is_none());
    }
}

#[test]
fn files_are_looked_for_in_order() {
    let data = folder(&[("net.txt", b"0 1\n"), ("deep/net.txt", b"0 1\n1 2\n"), ("deep/other.txt", EDGES)]);
    let near = folder(&[("net.txt", b"0 1\n1 2\n2 3\n")]);
    let places = Places {
        scenario: Some(near.path().into()),
        data: vec![PathBuf::from("/nowhere"), data.path().into()],
    };
    let peers = |places: &Places, path: &str| {
        build(places, &format!("content.replicas = 1\noverlay.graph.file.path = '{path}'"), None)
            .map(|world| world.peers())
    };
    assert_eq!(peers(&places, "net.txt"), Ok(4));
    assert_eq!(peers(&Places { scenario: None, ..places.clone() }, "net.txt"), Ok(2));
    assert_eq!(peers(&places, "other.txt"), Ok(6));
    assert_eq!(peers(&places, "deep/net.txt"), Ok(3));
    assert_eq!(peers(&places, &near.path().join("net.txt").display().to_string()), Ok(4));
    let error = peers(&places, "absent.txt").unwrap_err().to_string();
    assert!(
        error.starts_with("overlay.graph.file.path: there is no file absent.txt; looked for absent.txt, "),
        "{error}"
    );
    assert!(error.contains("/nowhere/*/absent.txt") && error.contains("scripts/fetch-data.sh"), "{error}");
    assert_eq!(peers(&places, "othr.txt").unwrap_err().nearest.as_deref(), Some("\"other.txt\""));
    assert!(peers(&places, "deep").unwrap_err().message.contains("is a folder"));
    assert!(peers(&places, "").unwrap_err().message.contains("no file is named"));
}

#[test]
fn a_malformed_overlay_names_its_line() {
    let folder = folder(&[("bad.txt", b"0 1\n1 x\n")]);
    let error = build(&beside(folder.path()), "overlay.graph.file.path = 'bad.txt'", None).unwrap_err();
    assert_eq!(error.key, "overlay.graph.file.path");
    assert!(error.message.contains("bad.txt:2: found `x`"), "{error}");
}

#[test]
fn overlays_come_in_every_format() {
    let folder = folder(&[
        ("net.csv", b"a,b\nb,c\n"),
        ("net.dot", b"graph { a -- b -- c; d }"),
        ("net.net", b"*Vertices 4\n*Edges\n1 2\n2 3\n"),
        ("bad.gexf", b"<gexf><graph>\n<edge source='a'/></graph></gexf>"),
    ]);
    let text = |name: &str| {
        format!("content.replicas = 1\noverlay = {{ graph.file.path = '{name}', components = 'keep' }}")
    };
    for (name, peers) in [("net.csv", 3), ("net.dot", 4), ("net.net", 4)] {
        let world = build(&beside(folder.path()), &text(name), None).unwrap();
        assert_eq!((world.peers(), world.graph().unwrap().edges()), (peers, 2), "{name}");
    }
    let error = build(&beside(folder.path()), &text("bad.gexf"), None).unwrap_err();
    assert!(error.message.contains("bad.gexf:2: found `<edge>`"), "{error}");
}

#[test]
fn degrees_come_from_a_file() {
    let degrees = "# by peer\n3\n3\n2\n2\n2\n0\n";
    let folder = folder(&[
        ("degrees.txt", degrees.as_bytes()),
        ("net.txt", EDGES),
        ("odd.txt", b"1\n1\n1\n"),
        ("bad.txt", b"1\n1.5\n"),
    ]);
    let text = |name: &str| {
        format!(
            "content.replicas = 1\noverlay = {{ graph.empirical = {{ path = '{name}', multiplicity = 'rewire' }}, components = 'keep' }}"
        )
    };
    let places = beside(folder.path());
    let graph =
        |name: &str, peers: Option<u32>| build(&places, &text(name), peers).unwrap().graph().unwrap().clone();
    for peers in [None, Some(6)] {
        assert!(graph("degrees.txt", peers).degrees().eq([3, 3, 2, 2, 2, 0]), "{peers:?}");
    }
    assert!(graph("net.txt", None).degrees().eq([2, 2, 3, 1, 1, 1]), "of a graph: its own");
    let other = graph("degrees.txt", Some(400));
    assert_eq!(other.nodes(), 400);
    assert!(other.degrees().all(|degree| [0, 2, 3].contains(&degree)), "of another size: drawn from it");
    let refused = |name: &str| build(&places, &text(name), None).unwrap_err();
    let odd = refused("odd.txt");
    assert_eq!((odd.key.as_str(), odd.message.as_str()), ("overlay.graph.empirical.path", "got a sum of 3"));
    let bad = refused("bad.txt");
    assert!(
        bad.key == "overlay.graph.empirical.path" && bad.message.contains("bad.txt:2: found `1.5`"),
        "{bad}"
    );
    assert!(refused("absent.txt").message.contains("there is no file absent.txt"));
}

#[test]
fn a_matrix_is_halved_and_made_symmetric() {
    // Times of 10, 20 and 40 ms, one way 5, 10 and 20; the second pair differs by direction.
    let folder = folder(&[("rtt.txt", b"# ms\n0 10 19\r\n\n10 0 40\n21\t40 0\n")]);
    let world = build(
        &beside(folder.path()),
        "underlay = { floor = '2 ms', latency.matrix.file = 'rtt.txt' }",
        Some(60),
    )
    .unwrap();
    let mut seen: Vec<u64> = (0..60)
        .flat_map(|a| (0..60).map(move |b| (a, b)))
        .inspect(|&(a, b)| assert_eq!(world.latency(a, b, 0), world.latency(b, a, 0)))
        .map(|(a, b)| world.latency(a, b, 0).nanos())
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, [2_000_000, 5_000_000, 10_000_000, 20_000_000]);
}

#[test]
fn a_malformed_matrix_names_line_and_column() {
    let mut cut = Vec::new();
    {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(&mut cut, flate2::Compression::default());
        gzip.write_all(b"0 1\n1 0\n").unwrap();
    }
    cut.truncate(cut.len() - 6);
    for (bytes, message) in [
        (&b"0 1\n1 -2\n"[..], "m.txt:2: column 2: found `-2`"),
        (b"0 1\nx 0\n", "m.txt:2: column 1: found `x`"),
        (b"0 nan\n1 0\n", "m.txt:1: column 2: found `nan`"),
        (b"0 9000\n1 0\n", "m.txt:1: column 2: found `9000`"),
        (b"0 1\n\n1 0 3\n", "m.txt:3: 3 columns, expected 2, as in the first row"),
        (b"0 1\n1\n", "m.txt:2: 1 columns, expected 2"),
        (b"0 1\n1 0\n1 1\n", "m.txt:3: row 3 of 2 columns, expected a square matrix"),
        (b"0 1\n", "m.txt: 1 rows of 2 columns, expected a square matrix"),
        (b"# nothing\n", "m.txt: no row in it"),
        (b"0 \xff\n1 0\n", "m.txt:1: column 2: found `\u{fffd}`"),
        (&vec![b' '; 2 << 20], "m.txt:1: a line of 1048576 bytes or more"),
        (&cut, "m.txt: cannot read on after line"),
    ] {
        let folder = folder(&[("m.txt", bytes)]);
        let error =
            build(&beside(folder.path()), "underlay.latency.matrix.file = 'm.txt'", Some(10)).unwrap_err();
        assert_eq!(error.key, "underlay.latency.matrix.file");
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn the_measured_matrix_and_overlays_can_be_read() {
    let Some(places) = measured() else { return };
    let text = "underlay = { floor = '1 us', latency.matrix.file = 'PlanetLabData_1.gz' }
        overlay = { graph.file.path = 'p2p-Gnutella06.txt.gz', components = 'keep' }";
    // The subfolder that the archive of overlays lies in is not named.
    let world = build(&places, text, None).unwrap();
    assert_eq!((world.peers(), world.graph().unwrap().edges()), (8717, 31525));
    let pairs = (0..1000).flat_map(|a| (0..a).map(move |b| (a, b)));
    let (sum, count) = pairs
        .fold((0.0, 0.0), |(sum, count), (a, b)| (sum + world.latency(a, b, 0).as_millis_f64(), count + 1.0));
    let rtt = 2.0 * sum / count;
    assert!((rtt - 146.5).abs() < 5.0, "mean round trip {rtt} ms");
}

/// The script that made the embedded table, and its check.
#[test]
fn the_table_is_that_of_the_file() {
    use std::io::Read;
    let Some(places) = measured() else { return };
    let path = places.find("", Path::new("PlanetLabData_1.gz")).unwrap();
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut times: Vec<u64> = text
        .lines()
        .enumerate()
        .flat_map(|(row, line)| {
            line.split_whitespace()
                .take(row)
                .map(|word| (word.parse::<f64>().unwrap() * 1000.0).round() as u64)
        })
        .collect();
    times.sort_unstable();
    assert_eq!(times.len(), 119_805);
    let last = times.len() as u64 - 1;
    let mut knots: Vec<u64> = (0..=256)
        .map(|knot| {
            let (place, rest) = ((knot * last / 256) as usize, knot * last % 256);
            let above = times[(place + 1).min(times.len() - 1)];
            (times[place] * (256 - rest) + above * rest + 128) / 256
        })
        .collect();
    let tail = &times[(255 * last / 256) as usize + 1..];
    let (sum, count) = (tail.iter().sum::<u64>(), tail.len() as u64);
    knots[256] = (2 * sum + count / 2) / count - knots[255];
    assert_eq!(knots, crate::world::underlay::RTT_US.map(u64::from), "the table is {knots:?}");
}
