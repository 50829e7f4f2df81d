"""Measures of graphs: Peerlab, igraph and networkx on the same files. Called by scripts/compare-tools.sh."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time

PAGE = "docs/compare-tools.md"
LIMIT = float(os.environ.get("COMPARE_LIMIT", "300"))
ROUNDS = int(os.environ.get("COMPARE_ROUNDS", "5"))
# What Peerlab calls the measure, and the figures that must be equal.
MEASURES = {
    "components": ["wcc_count", "wcc_nodes", "scc_count", "scc_nodes"],
    "clustering": ["triangles", "transitivity", "clustering"],
    "paths": ["path_mean"],
    "diameter": ["diameter"],
    "betweenness": ["betweenness_max"],
}
TITLES = {
    "components": "components, weak and strong",
    "clustering": "triangles and clustering",
    "paths": "mean path, exact",
    "diameter": "diameter, exact",
    "betweenness": "betweenness, exact",
}


def rows(path):
    """The links of a file, nodes numbered from 0 in ascending order of their ids."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as lines:
        links = [tuple(map(int, line.split()[:2])) for line in lines if not line.startswith("#")]
    number = {node: index for index, node in enumerate(sorted({node for link in links for node in link}))}
    return len(number), [(number[a], number[b]) for a, b in links]


def timed(work):
    print("ready", flush=True)
    start = time.perf_counter()
    figures = work()
    return time.perf_counter() - start, figures


def igraph_measure(path, measure):
    import igraph

    nodes, links = rows(path)
    directed = igraph.Graph(n=nodes, edges=links, directed=True)
    whole = igraph.Graph(n=nodes, edges=links).simplify()
    weak = whole.connected_components()
    giant = weak.giant()

    def components():
        weak, strong = whole.connected_components().sizes(), directed.connected_components("strong").sizes()
        return [len(weak), max(weak), len(strong), max(strong)]

    def clustering():
        # The three figures are three passes in igraph; the triangles come with the motifs.
        triangles = len(whole.list_triangles())
        transitivity = giant.transitivity_undirected()
        return [triangles, transitivity, giant.transitivity_avglocal_undirected(mode="zero")]

    def betweenness():
        pairs = (giant.vcount() - 1) * (giant.vcount() - 2) / 2
        return [max(giant.betweenness()) / pairs]

    work = {
        "components": components,
        "clustering": clustering,
        "paths": lambda: [giant.average_path_length()],
        "diameter": lambda: [giant.diameter()],
        "betweenness": betweenness,
    }
    return timed(work[measure])


def networkx_measure(path, measure):
    import networkx

    nodes, links = rows(path)
    directed = networkx.DiGraph(links)
    directed.add_nodes_from(range(nodes))
    whole = networkx.Graph(links)
    whole.remove_edges_from(list(networkx.selfloop_edges(whole)))
    giant = whole.subgraph(max(networkx.connected_components(whole), key=len)).copy()

    def components():
        weak = [len(component) for component in networkx.connected_components(whole)]
        strong = [len(component) for component in networkx.strongly_connected_components(directed)]
        return [len(weak), max(weak), len(strong), max(strong)]

    def clustering():
        triangles = sum(networkx.triangles(whole).values()) // 3
        return [triangles, networkx.transitivity(giant), networkx.average_clustering(giant)]

    work = {
        "components": components,
        "clustering": clustering,
        "paths": lambda: [networkx.average_shortest_path_length(giant)],
        "diameter": lambda: [networkx.diameter(giant, usebounds=True)],
        "betweenness": lambda: [max(networkx.betweenness_centrality(giant).values())],
    }
    return timed(work[measure])


def other(tool, path, measure):
    """Seconds and figures of another tool, in a process of its own; None after the limit."""
    command = [sys.executable, __file__, tool, path, measure]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    worker.stdout.readline()  # It has read the file: the clock starts.
    try:
        said, _ = worker.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.communicate()
        return None
    if worker.returncode != 0:
        sys.exit(f"{tool} cannot measure {measure} of {path}")
    seconds, figures = json.loads(said)
    return seconds, figures


def peerlab(path, measure, threads):
    """Seconds and figures of ours."""
    command = [os.environ["PEERLAB"], "graph", "measure", path, "--json", "--exact", "--times", "--only", f"components,{measure}"]
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads))
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    seconds = next(line.split()[1] for line in said.stderr.splitlines() if line.split()[0] == measure)
    figures = json.loads(said.stdout)
    return float(seconds), [figures[name] for name in MEASURES[measure]]


def equal(ours, theirs):
    """Ours have six significant digits."""
    return all(abs(a - b) <= 1e-5 * max(abs(a), abs(b)) for a, b in zip(ours, theirs, strict=True))


def compare(name, path, measures):
    """One row for each of the measures."""
    table = []
    for measure in measures:
        tools = {
            "one": lambda: peerlab(path, measure, 1),
            "two": lambda: peerlab(path, measure, 2),
            "igraph": lambda: other("igraph", path, measure),
            "networkx": lambda: other("networkx", path, measure),
        }
        seconds = {tool: [] for tool in tools}
        ours = None
        for _ in range(ROUNDS):
            for tool, run in tools.items():
                if seconds[tool] is None or (seconds[tool] and seconds[tool][0] > 10):
                    continue  # What took that long once is not measured again.
                found = run()
                if found is None:
                    seconds[tool] = None
                    continue
                seconds[tool].append(found[0])
                ours = ours or found[1]
                if not equal(ours, found[1]):
                    sys.exit(f"{measure} of {name}: {tool} finds {found[1]}, we find {ours}")
        best = {tool: times and min(times) for tool, times in seconds.items()}
        print(name, measure, ours, best, file=sys.stderr, flush=True)
        table.append((name, TITLES[measure], best))
    return table


def shown(seconds):
    if seconds is None:
        return f"> {LIMIT:.0f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds < 0.9995 else f"{seconds:.3g} s"


def ratio(theirs, ours):
    """Theirs over ours; a lower bound where theirs was stopped."""
    least = "> " if theirs is None else ""
    times = (LIMIT if theirs is None else theirs) / ours
    return least + (f"{times:.0f}" if times >= 10 else f"{times:.1f}")


def markdown(table):
    lines = [
        "| graph | measure | Peerlab, one thread | two threads | igraph | networkx | igraph / ours | networkx / ours |",
        "| --- | --- | --: | --: | --: | --: | --: | --: |",
    ]
    for name, title, best in table:
        times = [shown(best[tool]) for tool in ("one", "two", "igraph", "networkx")]
        ratios = [ratio(best[tool], best["one"]) for tool in ("igraph", "networkx")]
        lines.append("| " + " | ".join([name, title, *times, *ratios]) + " |")
    return "\n".join(lines) + "\n"


def write_between(page, marker, text):
    """Replaces what stands between the two lines of a marker."""
    begin, end = f"<!-- {marker}: begin -->\n", f"<!-- {marker}: end -->"
    with open(page, encoding="utf-8") as file:
        whole = file.read()
    head, rest = whole.split(begin)
    tail = rest.split(end)[1]
    with open(page, "w", encoding="utf-8") as file:
        file.write(head + begin + text + end + tail)


def scale_free(folder):
    """A Barabási–Albert graph of 100,000 peers, written as an edge list."""
    import random

    import igraph

    random.seed(1)
    path = os.path.join(folder, "ba.txt")
    graph = igraph.Graph.Barabasi(n=100_000, m=2)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{a}\t{b}\n" for a, b in graph.get_edgelist())
    return path


def main():
    if len(sys.argv) == 4:
        tool, path, measure = sys.argv[1:]
        measured = {"igraph": igraph_measure, "networkx": networkx_measure}[tool](path, measure)
        print(json.dumps(measured))
        return
    data = os.environ["PEERLAB_DATA"]
    table = []
    # Exact betweenness of the larger graphs takes minutes in every tool.
    most = [measure for measure in MEASURES if measure != "betweenness"]
    for number, measures in (("04", list(MEASURES)), ("31", most)):
        name = f"p2p-Gnutella{number}.txt.gz"
        places = [os.path.join(data, "gnutella", name), os.path.join(data, name)]
        path = next((path for path in places if os.path.exists(path)), places[-1])
        if os.path.exists(path):
            table += compare(f"p2p-Gnutella{number}", path, measures)
        else:
            print(f"skipped: {path} is absent (scripts/fetch-data.sh)", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        table += compare("BA, 10⁵ peers", scale_free(folder), most)
    write_between(PAGE, "graphs", markdown(table))


if __name__ == "__main__":
    main()
