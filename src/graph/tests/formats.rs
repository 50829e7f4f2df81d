//! Every format, both ways: what is written is read, what others wrote is read, and what is damaged is named.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::*;

fn formats() -> impl Iterator<Item = (Format, &'static str)> {
    Format::LISTED.iter().map(|&(format, _, endings)| (format, endings[0]))
}

/// What reading a file of this name and content gives: the graph, or the message without the folder.
fn read(name: &str, content: &[u8]) -> Result<GraphFile, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    read_graph(&path, None)
        .map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

#[track_caller]
fn refused(name: &str, content: &str, message: &str) {
    assert_eq!(read(name, content.as_bytes()).unwrap_err(), message);
}

/// Direction, nodes, rows and supernodes.
type Bare = (bool, Vec<String>, Vec<(String, String)>, Vec<String>);

/// The graph without what its node numbers depend on: names of lone nodes and of rows, ascending.
fn bare(file: &GraphFile) -> Bare {
    let name = |node: u32| match file.names.get(node as usize) {
        Some(name) => name.clone(),
        None => file.list.ids[node as usize].to_string(),
    };
    let mut nodes: Vec<String> = (0..file.nodes()).map(name).collect();
    let mut rows: Vec<_> = file.list.edges.iter().map(|&(from, to)| (name(from), name(to))).collect();
    let supernodes = (0..file.nodes()).filter(|&node| file.supernodes.get(node as usize) == Some(&true));
    let mut supernodes: Vec<String> = supernodes.map(name).collect();
    nodes.sort();
    rows.sort();
    supernodes.sort();
    (file.directed, nodes, rows, supernodes)
}

/// Graphs with numbers or odd names, repeated rows, self-loops, lone nodes, and supernodes or not.
fn graphs() -> impl Strategy<Value = GraphFile> {
    let rows = proptest::collection::vec((0u32..12, 0u32..12), 1..40);
    let name = "[a-zA-Zäß0-9 ,;\"'<>&=:#/*-]{0,8}";
    let names = proptest::collection::btree_set(name, 12);
    (any::<bool>(), rows, names, any::<bool>(), any::<bool>(), any::<u64>()).prop_map(
        |(directed, edges, names, named, with_supernodes, bits)| {
            let mut names: Vec<String> =
                names.into_iter().enumerate().map(|(number, name)| format!("x{name}{number}")).collect();
            if !named {
                names.clear();
            }
            let ids: Vec<u64> =
                if named { (0..12).collect() } else { (0..12).map(|id| 3 * id * id).collect() };
            let supernodes = (0..12).map(|node| bits >> node & 1 == 1).collect();
            let supernodes = if with_supernodes { supernodes } else { Vec::new() };
            GraphFile { directed, list: EdgeList { ids, edges }, names, supernodes }
        },
    )
}

/// `file` as a format keeps it that has said so.
fn as_kept(mut file: GraphFile, kept: Kept) -> GraphFile {
    if kept.names_lost {
        file.names.clear();
        file.list.ids = (0..u64::from(file.nodes())).collect();
    }
    if kept.supernodes_lost {
        file.supernodes.clear();
    }
    if kept.lone_nodes_lost > 0 {
        let linked: std::collections::BTreeSet<u32> =
            file.list.edges.iter().flat_map(|&(from, to)| [from, to]).collect();
        assert_eq!(file.nodes() - kept.lone_nodes_lost, linked.len() as u32);
        let number = |node: u32| linked.iter().position(|&other| other == node).unwrap() as u32;
        file.list.edges = file.list.edges.iter().map(|&(from, to)| (number(from), number(to))).collect();
        file.list.ids = linked.iter().map(|&node| file.list.ids[node as usize]).collect();
        if !file.names.is_empty() {
            file.names = linked.iter().map(|&node| file.names[node as usize].clone()).collect();
        }
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: RngSeed::Fixed(4), ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(file in graphs()) {
        let folder = tempfile::tempdir().unwrap();
        for (format, ending) in formats() {
            for packed in ["", ".gz"] {
                let path = folder.path().join(format!("x.{ending}{packed}"));
                let kept = write_graph_as(&path, &file, None, &|| false).unwrap();
                prop_assert_eq!(fs::read(&path).unwrap().starts_with(&[0x1f, 0x8b]), !packed.is_empty());
                let expected = as_kept(file.clone(), kept);
                prop_assert_eq!(bare(&read_graph(&path, None).unwrap()), bare(&expected), "{:?}", format);
            }
        }
    }

    #[test]
    fn no_file_makes_a_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for (_, ending) in formats() {
            let _ = read(&format!("x.{ending}"), &bytes);
        }
    }

    #[test]
    fn no_damage_makes_a_reader_fall(file in graphs(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for (format, ending) in formats() {
            let mut text = Vec::new();
            write_graph_to(&mut text, &file, format).unwrap();
            let at = at.index(text.len());
            text[at] = byte;
            let _ = read(&format!("x.{ending}"), &text);
            let _ = read(&format!("x.{ending}"), &text[..at]);
        }
    }
}

#[test]
fn what_each_format_keeps() {
    let file = GraphFile {
        directed: true,
        list: EdgeList { ids: vec![0, 1, 2], edges: vec![(0, 1)] },
        names: vec!["a b".to_owned(), "c".to_owned(), "d".to_owned()],
        supernodes: vec![true, false, false],
    };
    let kept = |format| write_graph_to(Vec::new(), &file, format).unwrap();
    let lost =
        |lone_nodes_lost, names_lost, supernodes_lost| Kept { lone_nodes_lost, names_lost, supernodes_lost };
    assert_eq!(kept(Format::Snap), lost(1, true, true));
    assert_eq!(kept(Format::Csv), lost(1, false, true));
    assert_eq!(kept(Format::Adjacency), lost(0, true, true));
    assert_eq!(kept(Format::Pajek), lost(0, false, true));
    for format in [Format::GraphMl, Format::Gexf, Format::Dot] {
        assert_eq!(kept(format), lost(0, false, false));
    }
}

#[test]
fn graphs_are_written_like_their_files() {
    let (graph, _) = Graph::from_edges(4, &[(0, 1), (2, 1)]);
    for (format, ending) in formats() {
        let mut text = Vec::new();
        let kept = write_graph_to(&mut text, &graph, format).unwrap();
        let back = read(&format!("x.{ending}"), &text).unwrap();
        assert!(!back.directed && back.nodes() + kept.lone_nodes_lost == 4, "{ending}");
        assert_eq!(back.undirected().0.edge_list().collect::<Vec<_>>(), [(0, 1), (1, 2)], "{ending}");
    }
}

#[test]
fn files_of_networkx() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/graph/tests/networkx");
    let folder = if folder.exists() { folder } else { PathBuf::from(file!()).with_file_name("networkx") };
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let pair = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
    for ending in ["graphml", "gexf", "dot", "net"] {
        let friends = read_graph(folder.join(format!("friends.{ending}")), None).unwrap();
        let names = ["ada", "bob", "carl & co", "eve", "zoë alone"];
        assert_eq!(friends.names, names, "{ending}");
        let (directed, _, rows, supernodes) = bare(&friends);
        let expected = [("ada", "bob"), ("ada", "carl & co"), ("ada", "eve"), ("bob", "carl & co")].map(pair);
        assert_eq!((directed, rows), (false, expected.to_vec()), "{ending}");
        assert_eq!(supernodes, owned(if ending == "net" { &[] } else { &["ada"] }), "{ending}");
    }
    for ending in ["graphml", "gexf", "net", "adjlist", "edgelist"] {
        let crawl = read_graph(folder.join(format!("crawl.{ending}")), None).unwrap();
        let ids: &[u64] = if ending == "edgelist" { &[3, 7, 12] } else { &[3, 7, 12, 40] };
        assert_eq!((crawl.directed, crawl.list.ids.as_slice()), (true, ids), "{ending}");
        let mut rows = crawl.list.edges.clone();
        rows.sort_unstable();
        assert_eq!(rows, [(0, 1), (1, 0), (1, 2), (2, 0)], "{ending}");
    }
}

#[test]
fn formats_by_name() {
    let of = |name: &str| Format::of_name(name);
    assert_eq!(of("a/b.GraphML.GZ"), Some(Format::GraphMl));
    assert_eq!(of("p2p-Gnutella04.txt.gz"), Some(Format::Snap));
    assert_eq!(
        (of("x.gv"), of("x.net"), of("x.adjlist")),
        (Some(Format::Dot), Some(Format::Pajek), Some(Format::Adjacency))
    );
    assert_eq!((of("x"), of("x.gz"), of("x.pdf"), of(".csv")), (None, None, None, Some(Format::Csv)));
    let error = write_graph_as("x.pdf", &Graph::edgeless(1), None, &|| false).unwrap_err().to_string();
    assert!(error.starts_with("x.pdf: the ending says no format, expected one of .txt .tsv"), "{error}");
    assert_eq!(read("links", b"1 2").unwrap().list.edges, [(0, 1)], "unknown endings are edge lists");
    assert_eq!(Format::Pajek.name(), "pajek");
}

#[test]
fn csv_in_every_dress() {
    let rows = |text: &str| bare(&read("x.csv", text.as_bytes()).unwrap());
    let pairs = |directed: bool, pairs: &[(&str, &str)]| {
        let mut nodes: Vec<String> =
            pairs.iter().flat_map(|(a, b)| [(*a).to_owned(), (*b).to_owned()]).collect();
        nodes.sort();
        nodes.dedup();
        let mut rows: Vec<_> = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        rows.sort();
        (directed, nodes, rows, Vec::new())
    };
    assert_eq!(rows("1,2\n2,3\n"), pairs(true, &[("1", "2"), ("2", "3")]));
    assert_eq!(rows("\u{feff}Source,Target\r\n1,2\r\n"), pairs(true, &[("1", "2")]));
    assert_eq!(rows("weight,to,from\n.5,1,2\n"), pairs(true, &[("2", "1")]));
    assert_eq!(rows("left,right\n1,2\n3,4\n"), pairs(true, &[("1", "2"), ("3", "4")]));
    assert_eq!(rows("left,right\n"), pairs(true, &[("left", "right")]));
    assert_eq!(rows("# a crawl\n\na;b\n\"c;d\";a\n"), pairs(true, &[("a", "b"), ("c;d", "a")]));
    assert_eq!(rows("Source\tTarget\tType\n1\t2\tUndirected\n"), pairs(false, &[("1", "2")]));
    let both = pairs(true, &[("1", "2"), ("2", "1"), ("3", "1")]);
    assert_eq!(rows("source,target,type\n1,2,Undirected\n3,1,Directed\n"), both);
    refused("x.csv", "a,b\nc\n", "x.csv:2: found `c`, expected two ids, `from,to`");
    refused("x.csv", "source,target\n1,\n", "x.csv:2: found `1,`, expected two ids, `from,to`");
    refused(
        "x.csv",
        "source,target,type\n1,2,both\n",
        "x.csv:2: found `1,2,both`, expected `Directed` or `Undirected` in the column `type`",
    );
    assert_eq!(
        read("x.csv", b"1,2\n\xff,3\n").unwrap_err(),
        "x.csv:2: found `other bytes`, expected text in UTF-8"
    );
}

#[test]
fn edge_lists_with_further_columns() {
    let file = read("x.txt", b"# Undirected graph\n1 2 0.5\n2 3 1\n").unwrap();
    assert_eq!((file.directed, file.list.edges.len()), (false, 2));
    refused(
        "x.txt",
        "1 2\n2 3 4\n",
        "x.txt:2: found `2 3 4`, expected as many columns as in the rows before (or is it a list of neighbours, `adjacency`?)",
    );
    refused("x.txt", "1\n", "x.txt:1: found `1`, expected two ids, `from<TAB>to`, but there is one word");
    refused("x.txt", "# none\n", "x.txt: no edge in it, expected at least one line `from<TAB>to`");
}

#[test]
fn xml_is_named_where_it_breaks() {
    refused(
        "x.graphml",
        "<graphml>\n<graph edgedefault=\"both\">\n</graph></graphml>",
        "x.graphml:2: found `both`, expected `directed` or `undirected` as `edgedefault`",
    );
    let edge = |line: &str| format!("<graphml>\n<graph>\n<!-- two\nlines -->\n{line}\n</graph></graphml>");
    let expected = "expected an edge with `source` and `target`";
    refused("x.graphml", &edge("<edge source='1'/>"), &format!("x.graphml:5: found `<edge>`, {expected}"));
    refused("x.graphml", &edge("<node/>"), "x.graphml:5: found `<node>`, expected a node with an `id`");
    refused(
        "x.graphml",
        &edge("<hyperedge>\n</hyperedge>"),
        "x.graphml:5: found `<hyperedge>`, expected edges between two nodes",
    );
    refused(
        "x.gexf",
        "<gexf><graph>\n<edges><edge source='1' target='2' type='odd'/></edges></graph></gexf>",
        "x.gexf:2: found `odd`, expected `directed`, `undirected` or `mutual` as `type` of an edge",
    );
    for broken in ["<graphml>\n<graph>\n</graphml>", "<graphml>\n<graph", "<graphml>\n<graph>"] {
        let error = read("x.graphml", broken.as_bytes()).unwrap_err();
        assert!(error.starts_with("x.graphml:") && error.contains("expected "), "{error}");
    }
    refused("x.gexf", "<gexf/>", "x.gexf: no node in it, expected a graph in the format gexf");
    let packed = {
        let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all("<graphml><graph><node id='1'/></graph></graphml>".repeat(300).as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    let error = read("x.graphml.gz", &packed[..packed.len() - 9]).unwrap_err();
    assert!(error.starts_with("x.graphml.gz: the gzip stream breaks after line"), "{error}");
}

#[test]
fn mixed_directions_become_two_rows() {
    let xml = "<graphml><graph edgedefault='undirected'><node id='a'/>
        <edge source='a' target='b'/><edge source='c' target='c'/>
        <edge source='b' target='c' directed='true'/><edge source='d' target='a'/></graph></graphml>";
    let file = read("x.graphml", xml.as_bytes()).unwrap();
    assert!(file.directed);
    assert_eq!(file.names, ["a", "b", "c", "d"]);
    assert_eq!(file.list.edges, [(0, 1), (1, 0), (2, 2), (1, 2), (3, 0), (0, 3)]);
    let net = "*Vertices 3\n*Edges\n1 2\n*Arcslist\n2 3 1\n";
    let file = read("x.net", net.as_bytes()).unwrap();
    assert_eq!((file.directed, file.list.ids), (true, vec![1, 2, 3]));
    assert_eq!(file.list.edges, [(0, 1), (1, 0), (1, 2), (1, 0)]);
}

#[test]
fn names_are_numbered_by_first_appearance() {
    let file = read("x.adj", b"10 2 7\n2 b # what is not read\n\n5\n").unwrap();
    assert_eq!(file.names, ["10", "2", "7", "b", "5"]);
    assert_eq!(file.list.edges, [(0, 1), (0, 2), (1, 3)]);
    let file = read("x.adj", b"10 2 7\n2 5\n").unwrap();
    assert_eq!((file.names.len(), file.list.ids), (0, vec![2, 5, 7, 10]));
    // 007 is no number that could be written back.
    assert_eq!(read("x.csv", b"007,2\n").unwrap().names, ["007", "2"]);
}

#[test]
fn dot_as_people_write_it() {
    let text = r#"
# a comment of the preprocessor
/* the
   network */ strict digraph "my net" {
  graph [rankdir=LR]; node [shape=box, label="a -> b"] ; edge [weight=2]
  rankdir = LR // an attribute
  a -> b -> {c d; "e \"f\""} [color=red];
  subgraph cluster_0 { x; y -> x }
  a:port:n -> -1.5
  hub [supernode=true label="hub"]
}
"#;
    let file = read("x.dot", text.as_bytes()).unwrap();
    assert!(file.directed);
    assert_eq!(file.names, ["a", "b", "c", "d", "e \"f\"", "x", "y", "-1.5", "hub"]);
    assert_eq!(file.list.edges, [(0, 1), (1, 2), (1, 3), (1, 4), (6, 5), (0, 7)]);
    assert_eq!(file.supernodes.iter().position(|&is| is), Some(8));
    assert_eq!(read("x.dot", b"graph{1--2--3}").unwrap().list.edges, [(0, 1), (1, 2)]);

    refused("x.dot", "graph {\na -> b }", "x.dot:2: found `->`, expected `--` in a `graph`");
    refused("x.dot", "digraph {\na -- b }", "x.dot:2: found `--`, expected `->` in a `digraph`");
    refused("x.dot", "graph {\na --\n }", "x.dot:3: found `}`, expected a node");
    refused("x.dot", "graph {\na\n", "x.dot:3: found `the end of the file`, expected a `}`");
    refused("x.dot", "tree { }", "x.dot:1: found `tree`, expected `graph` or `digraph`");
    refused("x.dot", "graph {\n\n\"a }", "x.dot:3: found `\\\"a }`, expected a quoted name that ends");
    refused("x.dot", "graph { /* a }", "x.dot:1: found `/*`, expected a comment that ends");
    let deep = format!("graph {} a {}", "{".repeat(100_000), "}".repeat(100_000));
    refused("x.dot", &deep, "x.dot:1: found `{`, expected at most 64 subgraphs in one another");
}

#[test]
fn pajek_is_checked() {
    let vertex = "expected a vertex, from 1 to their number in `*Vertices`";
    refused("x.net", "*Vertices 2\n*Edges\n1 3\n", &format!("x.net:3: found `3`, {vertex}"));
    refused("x.net", "*Vertices 2\n0 \"a\"\n", &format!("x.net:2: found `0`, {vertex}"));
    refused("x.net", "1 2\n", "x.net:1: found `1 2`, expected `*Vertices` and their number first");
    refused(
        "x.net",
        "*Vertices 2\n1 \"a\n",
        "x.net:2: found `1 \\\"a`, expected a label that ends in a quote",
    );
    refused("x.net", "*Vertices 2\n*Edges\n1\n", "x.net:3: found `1`, expected two vertices");
    let sections = "expected `*Vertices`, `*Arcs`, `*Edges`, `*Arcslist` or `*Edgeslist`";
    refused("x.net", "*Vertices 2\n*Matrix\n0 1\n", &format!("x.net:2: found `*Matrix`, {sections}"));
    let twice = read("x.net", b"*Network x\n*Vertices 2\n1 a\n2 a\n*Arcs\n1 2 3\n").unwrap();
    assert_eq!((twice.names.len(), twice.list.ids), (0, vec![1, 2]), "labels that are not distinct");
}

#[test]
fn whoever_stops_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let graph = generate::ring(100_000).unwrap();
    for ending in ["txt", "graphml", "txt.gz"] {
        let asked = std::cell::Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            asked.get() > 2
        };
        let stopped = write_graph_as(folder.path().join(format!("x.{ending}")), &graph, None, &stop);
        assert!(matches!(stopped, Err(GraphError::Stopped)), "{ending}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
