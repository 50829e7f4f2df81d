#!/usr/bin/env bash
# Fetches the measured Gnutella snapshots of August 2002 (SNAP, Stanford) and a matrix of round-trip times between
# PlanetLab nodes (Zhu et al. 2017) from their publishers into data/, which git ignores. Checksums are those of the files as
# published.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p data
sums=$(mktemp)
trap 'rm -f "$sums"' EXIT
cat >"$sums" <<'SUMS'
dfa6263d89d4e0c07db45f9b3aa3125a3e3719efb746a9fa04ad453540320996 p2p-Gnutella04.txt.gz
b0f94bdf42483a1c76e73520197a0a877e27289c457ea905acf7bdf6ca225b1a p2p-Gnutella05.txt.gz
711af79f62e24e03a7157fc928c30920b52aa00165d960a886c30cb3718c8c2f p2p-Gnutella06.txt.gz
fd714a59c396de28671a62ecfb5289b373dbd7fe7c2b3e0f48609a1be042eb43 p2p-Gnutella08.txt.gz
76da4b397545c5b1c2fdc9c3b997194918cb9a3630aa8387119ed321cf947573 p2p-Gnutella09.txt.gz
43124e488392457708bd0d9ff7e820fed4f5aa618867e91af12fa1261d8965e9 p2p-Gnutella25.txt.gz
5fd22b3e3f9ffddd796722fa8d236728d029b163267a5111281dc0b5b858be7a p2p-Gnutella31.txt.gz
SUMS
while read -r sum file; do
  if [ ! -f "data/$file" ]; then
    curl --fail --location --silent --show-error --output "data/$file.part" "https://snap.stanford.edu/data/$file"
    mv "data/$file.part" "data/$file"
  fi
  echo "$sum  data/$file" | sha256sum --check --quiet -
  echo "data/$file"
done <"$sums"

matrix=data/PlanetLabData_1.gz
if [ ! -f "$matrix" ]; then
  address=https://raw.githubusercontent.com/uofa-rzhu3/NetLatency-Data/master/PlanetLab/PlanetLabData_1
  curl --fail --location --silent --show-error "$address" | gzip --no-name >"$matrix.part"
  mv "$matrix.part" "$matrix"
fi
echo "dd7fd6bb6917c55590e547d7c00a41f93175d4bda68ef0c81c8f372086165afc  -" >"$sums"
gzip --decompress --stdout "$matrix" | sha256sum --check --quiet "$sums"
echo "$matrix"
