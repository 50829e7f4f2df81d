#!/bin/sh
# Sets Peerlab beside the tools that people use for graphs and power laws now: the same files, in one run, taking
# turns. Checks that the figures are equal, and writes the times into docs/compare-tools.md.
#
#     scripts/compare-tools.sh
#
# PEERLAB        the program to measure; without it, a release build is made
# PEERLAB_DATA   the folder of measured inputs (scripts/fetch-data.sh); default data/
# COMPARE_VENV   where the other tools are installed; default target/compare-tools
# COMPARE_LIMIT  seconds after which a measure of another tool is given up; default 300
# COMPARE_ROUNDS how often each is measured that takes less than ten seconds; the best counts; default 5
set -eu
cd "$(dirname "$0")/.."

venv=${COMPARE_VENV:-target/compare-tools}
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    numpy==2.4.6 networkx==3.6.1 igraph==1.0.0 powerlaw==2.0.0

if [ -z "${PEERLAB:-}" ]; then
    cargo build --release
    PEERLAB=${CARGO_TARGET_DIR:-target}/release/peerlab
fi
export PEERLAB
export PEERLAB_DATA="${PEERLAB_DATA:-data}"

"$venv/bin/python" scripts/compare-tools/graphs.py
if [ -f scripts/compare-tools/fits.py ]; then
    "$venv/bin/python" scripts/compare-tools/fits.py
fi
