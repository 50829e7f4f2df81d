//! Edge lists: measured, written, damaged.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;

use super::super::*;
use super::stream;

/// The measured file of that name, or a word about its absence.
pub(super) fn measured(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("PEERLAB_DATA").map_or_else(|| PathBuf::from("data"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent (set PEERLAB_DATA to the folder of measured inputs)", path.display());
    None
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

/// What reading a file of this name and content gives: the edge list, or the message without the folder.
fn read(name: &str, content: &[u8]) -> Result<EdgeList, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    read_edge_list(&path).map_err(|error| without(folder.path(), error))
}

fn without(folder: &Path, error: GraphError) -> String {
    error.to_string().replace(&format!("{}/", folder.display()), "")
}

#[track_caller]
fn refused(content: &[u8], message: &str) {
    assert_eq!(read("x.txt", content).unwrap_err(), message);
    let packed = read("x.txt", &gzip(content));
    assert_eq!(packed.unwrap_err(), message, "packed");
}

#[test]
fn gnutella_snapshots() {
    let published = [
        ("04", 10_876, 39_994, 1),
        ("05", 8_846, 31_839, 3),
        ("06", 8_717, 31_525, 1),
        ("08", 6_301, 20_777, 2),
        ("09", 8_114, 26_013, 6),
        ("25", 22_687, 54_705, 13),
        ("31", 62_586, 147_892, 12),
    ];
    for (day, nodes, rows, parts) in published {
        let Some(path) = measured(&format!("gnutella/p2p-Gnutella{day}.txt.gz")) else {
            continue;
        };
        let crawled = read_edge_list(path).unwrap();
        let (graph, erased) = crawled.undirected();
        assert_eq!((crawled.nodes(), crawled.edges.len()), (nodes, rows), "{day}");
        assert_eq!((graph.edges(), erased), (rows as u64, Simplification::default()), "{day}");
        assert_eq!(components(&graph).count(), parts, "{day}");
    }
}

#[test]
fn floods_reach_the_gnutella_snapshots() {
    for (day, share) in [("04", 0.95), ("08", 0.95), ("31", 0.90)] {
        let Some(path) = measured(&format!("gnutella/p2p-Gnutella{day}.txt.gz")) else {
            continue;
        };
        let (graph, _) = read_edge_list(path).unwrap().undirected();
        let (graph, _) = apply(ComponentPolicy::Largest, graph, &mut stream(0)).unwrap();
        let mut search = Search::new();
        let sources = (0..graph.nodes()).step_by(graph.nodes() as usize / 100);
        let reached: Vec<u32> = sources.map(|source| search.flood(&graph, source, 7).reached).collect();
        let mean = reached.iter().map(|&r| f64::from(r)).sum::<f64>() / reached.len() as f64;
        assert!(mean / f64::from(graph.nodes()) >= share, "{day}: {mean} of {}", graph.nodes());
    }
}

#[test]
fn as_graph_with_self_loops() {
    let Some(path) = measured("asgraph/as20000102.txt.gz") else {
        return;
    };
    let routes = read_edge_list(path).unwrap();
    let (graph, erased) = routes.undirected();
    assert_eq!((graph.nodes(), graph.edges()), (6_474, 12_572));
    assert_eq!(erased, Simplification { self_loops: 1_323, duplicates: 0 });
}

#[test]
fn rows_in_every_dress() {
    let expected = EdgeList { ids: vec![3, 7, u64::MAX], edges: vec![(1, 0), (0, 0), (2, 1), (1, 0)] };
    let text = b"\xef\xbb\xbf# Nodes: 9\r\n# caf\xe9\n7\t3\r\n\r\n  3   3 \n18446744073709551615\t7\n7 3";
    assert_eq!(read("x.gz", text), Ok(expected.clone()));
    assert_eq!(read("x.txt", &gzip(text)), Ok(expected.clone()));
    let (first, second) = text.split_at(30);
    assert_eq!(read("x", &[gzip(first), gzip(second)].concat()), Ok(expected));
}

#[test]
fn bad_rows_are_named() {
    refused(b"# a\n1\t2\n1\tb\n", "x.txt:3: found `b`, expected an id, a whole number from 0 on");
    refused(b"1\t-2\n", "x.txt:1: found `-2`, expected an id, a whole number from 0 on");
    refused(b"1\t+2\n", "x.txt:1: found `+2`, expected an id, a whole number from 0 on");
    refused(b"1 2\r\n7\r\n", "x.txt:2: found `7`, expected two ids, `from<TAB>to`, but there is one word");
    refused(b"1 2 3\n", "x.txt:1: found `1 2 3`, expected two ids, `from<TAB>to`, but there are more words");
    refused(
        b"1 18446744073709551616\n",
        "x.txt:1: found `18446744073709551616`, expected an id of at most 18446744073709551615",
    );
    refused(b"1 2\n1 \xff\n", "x.txt:2: found `1 \u{fffd}`, expected text in UTF-8");
    refused(b"\x1b[2J 1\n", "x.txt:1: found `\\u{1b}[2J`, expected an id, a whole number from 0 on");
    let long = [b'5'; 100_000];
    let shown = "5".repeat(40);
    refused(&long, &format!("x.txt:1: found `{shown}…`, expected a line of two ids, `from<TAB>to`"));
    let empty = "x.txt: no edge in it, expected at least one line `from<TAB>to`";
    refused(b"", empty);
    refused(b"# Nodes: 0\n\n", empty);
}

#[test]
fn broken_gzip_is_named() {
    let whole = gzip("1\t2\n".repeat(5000).as_bytes());
    let cut = read("x.gz", &whole[..whole.len() - 9]).unwrap_err();
    assert!(cut.starts_with("x.gz: the gzip stream breaks after line "), "{cut}");
    assert!(read("x.gz", &whole[..2]).unwrap_err().starts_with("x.gz: the gzip stream breaks after line 0 "));
    let mut damaged = whole.clone();
    let end = damaged.len();
    damaged[end - 6] ^= 1; // In the checksum.
    assert!(read("x.gz", &damaged).unwrap_err().starts_with("x.gz: the gzip stream breaks after line 5000 "));
}

#[test]
fn missing_files_and_folders_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p2p-Gnutella04.txt.gz"), "1 2").unwrap();
    let message = |name: &str| without(folder.path(), read_edge_list(folder.path().join(name)).unwrap_err());
    assert_eq!(
        message("p2p-gnutella4.txt.gz"),
        "p2p-gnutella4.txt.gz: no such file; did you mean p2p-Gnutella04.txt.gz?"
    );
    assert_eq!(
        message("p2p-Gnutella04.txt"),
        "p2p-Gnutella04.txt: no such file; did you mean p2p-Gnutella04.txt.gz?"
    );
    assert_eq!(message("roads.csv"), "roads.csv: no such file");
    assert_eq!(message("absent/roads.csv"), "absent/roads.csv: no such file");
    assert!(matches!(read_edge_list(folder.path()), Err(GraphError::Folder { .. })));
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let graph = generate::erdos_renyi(2000, 9.0, &mut stream(21)).unwrap();
    let (graph, _) = apply(ComponentPolicy::Largest, graph, &mut stream(22)).unwrap();
    let crawled = EdgeList { ids: vec![4, 9, 1 << 40], edges: vec![(2, 0), (1, 1), (2, 0)] };
    for name in ["x.txt", "x.txt.gz"] {
        let path = folder.path().join(name);
        write_graph(&path, &graph, Compression::of_name(&path)).unwrap();
        let first = fs::read(&path).unwrap();
        assert_eq!(first.starts_with(&[0x1f, 0x8b]), name.ends_with(".gz"));
        assert_eq!(read_edge_list(&path).unwrap().undirected(), (graph.clone(), Simplification::default()));
        write_graph(&path, &graph, Compression::of_name(&path)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first, "same graph, same bytes");
        write_edge_list(&path, &crawled, Compression::of_name(&path)).unwrap();
        assert_eq!(read_edge_list(&path).unwrap(), crawled);
    }
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no half-written file stays: {left:?}");
}

#[test]
fn writing_into_nowhere_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error =
        write_graph(folder.path().join("absent/x.txt"), &Graph::edgeless(1), Compression::Plain).unwrap_err();
    assert!(without(folder.path(), error).starts_with("absent/x.txt: cannot write: "));
}
