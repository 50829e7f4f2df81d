"""Power-law fits: Peerlab and the Python package powerlaw on the same files. Called by scripts/compare-tools.sh.

Prints one JSON object a line: measure, file, theirs_s, ours_s, ratio, equal, and what was found. Where the page has the
markers of a table of fits, writes that too.

The package has no bootstrap of its own: the loop of Clauset, Shalizi and Newman is done here with its Fit. As many
replicates as fit into COMPARE_LIMIT seconds (at least three) are measured, and the time is scaled to 1,000;
`replicates` says how many there were. Both sides take the short form of alpha from x_min = 10 on, as the package does.
"""

import gzip
import json
import math
import os
import statistics
import subprocess
import sys
import time
import warnings

import numpy
import powerlaw
from scipy.special import zeta

PAGE = "docs/compare-tools.md"
LIMIT = float(os.environ.get("COMPARE_LIMIT", "300"))
ROUNDS = int(os.environ.get("COMPARE_ROUNDS", "3"))
REPLICATES = 1000
FILES = [
    ("powerlaw/words.txt", True, 1.0),
    ("powerlaw/terrorism.txt", True, 1.0),
    ("powerlaw/blackouts.txt", False, 1e-3),
    ("powerlaw/cities.txt.gz", False, 1e-3),
]


def numbers(path, scale):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as lines:
        return numpy.array([float(line) for line in lines if line.strip()]) * scale


def timed(work):
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def their_fit(data, discrete):
    return powerlaw.Fit(data, discrete=discrete, verbose=0)


def distance(fit):
    return fit.D if hasattr(fit, "D") else fit.power_law.D


def quantile(fit, discrete):
    """The fitted law's inverse, exactly: the package's own draws of counts are rounded ones of a continuous law."""
    alpha, x_min = fit.alpha, fit.xmin
    if not discrete:
        return lambda uniform: x_min * uniform ** (-1 / (alpha - 1))
    values = numpy.arange(x_min, x_min + 1_000_000)
    survival = zeta(alpha, values) / zeta(alpha, x_min)
    return lambda uniform: values[numpy.searchsorted(-survival, -uniform, side="right") - 1]


def their_replicate(rng, body, law, size, tail):
    """A sample like the data below x_min that follows the fitted law above."""
    above = rng.binomial(size, tail / size)
    drawn = law(1 - rng.random(above))
    below = rng.choice(body, size - above) if size > above else numpy.array([])
    return numpy.concatenate([below, drawn])


def their_bootstrap(data, fit, discrete):
    """Seconds for 1,000 replicates (scaled), the p-value, and how many replicates were measured."""
    rng = numpy.random.default_rng(1)
    law = quantile(fit, discrete)
    body, tail = data[data < fit.xmin], int((data >= fit.xmin).sum())
    observed, beyond, done = distance(fit.power_law), 0, 0
    start = time.perf_counter()
    while done < REPLICATES and (done < 3 or time.perf_counter() - start < LIMIT):
        synthetic = their_replicate(rng, body, law, len(data), tail)
        beyond += distance(their_fit(synthetic, discrete).power_law) >= observed
        done += 1
    seconds = time.perf_counter() - start
    return seconds * REPLICATES / done, float(beyond / done), done


def ours(path, discrete, scale, *more):
    """Seconds by what took them, and what was found."""
    command = [os.environ["PEERLAB"], "graph", "fit", path, "--json", "--times", "--estimator", "short", *more]
    if not discrete:
        command += ["--continuous", "--scale", repr(scale)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = dict(line.split() for line in said.stderr.splitlines() if line.startswith(("fit ", "p-value ")))
    return {name: float(value) for name, value in seconds.items()}, json.loads(said.stdout)


def compare(name, discrete, scale):
    path = os.path.join(os.environ["PEERLAB_DATA"], name)
    data = numbers(path, scale)
    theirs_s, ours_s = [], []
    for _ in range(ROUNDS):
        seconds, fit = timed(lambda: their_fit(data, discrete))
        theirs_s.append(seconds)
        seconds, found = ours(path, discrete, scale)
        ours_s.append(seconds["fit"])
    tail = int((data >= fit.xmin).sum())
    pairs = [(fit.alpha, found["alpha"], 1e-3), (fit.xmin, found["x_min"], 1e-5 * fit.xmin)]
    pairs += [(distance(fit.power_law), found["ks"], 1e-3), (tail, found["n_tail"], 0)]
    equal = all(abs(theirs - own) <= tolerance for theirs, own, tolerance in pairs)
    yield {
        "measure": "fit with search for x_min",
        "file": name,
        "theirs_s": statistics.median(theirs_s),
        "ours_s": statistics.median(ours_s),
        "equal": bool(equal),
        "theirs": [float(theirs) for theirs, _, _ in pairs],
        "ours": [float(own) for _, own, _ in pairs],
    }
    seconds, p, done = their_bootstrap(data, fit, discrete)
    own_seconds, found = ours(path, discrete, scale, "--p-value", str(REPLICATES))
    error = math.sqrt(found["p_value_error"] ** 2 + max(p * (1 - p), 0.25 / done) / done)
    yield {
        "measure": "bootstrap p-value of 1,000",
        "file": name,
        "theirs_s": seconds,
        "ours_s": own_seconds["p-value"],
        "equal": bool(abs(p - found["p_value"]) <= 3 * error),
        "theirs": [float(p)],
        "ours": [found["p_value"]],
        "replicates": done,
    }


def shown(seconds):
    return f"{seconds * 1e3:.3g} ms" if seconds < 0.9995 else f"{seconds:,.3g} s" if seconds < 1000 else f"{seconds:,.0f} s"


def markdown(rows):
    lines = [
        "| data | measure | Peerlab | powerlaw | powerlaw / ours | results |",
        "| --- | --- | --: | --: | --: | --- |",
    ]
    for row in rows:
        file = os.path.basename(row["file"])
        theirs = shown(row["theirs_s"])
        if row.get("replicates", REPLICATES) < REPLICATES:
            theirs += f" (scaled from {row['replicates']})"
        equal = "equal" if row["equal"] else "DIFFER"
        cells = [file, row["measure"], shown(row["ours_s"]), theirs, f"{row['ratio']:,.0f}", equal]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write_between(page, marker, text):
    """Replaces what stands between the two lines of a marker, if the page has them."""
    begin, end = f"<!-- {marker}: begin -->\n", f"<!-- {marker}: end -->"
    if not os.path.exists(page):
        return
    with open(page, encoding="utf-8") as file:
        whole = file.read()
    if begin not in whole:
        return
    head, rest = whole.split(begin)
    with open(page, "w", encoding="utf-8") as file:
        file.write(head + begin + text + end + rest.split(end)[1])


def main():
    warnings.filterwarnings("ignore")
    rows = []
    for name, discrete, scale in FILES:
        for row in compare(name, discrete, scale):
            row["ratio"] = row["theirs_s"] / row["ours_s"]
            print(json.dumps(row), flush=True)
            rows.append(row)
    write_between(PAGE, "fits", markdown(rows))
    if not all(row["equal"] for row in rows):
        sys.exit("results differ")


if __name__ == "__main__":
    main()
