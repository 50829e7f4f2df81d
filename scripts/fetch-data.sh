#!/usr/bin/env bash
# Fetches measured inputs from their publishers into data/, which git ignores: the Gnutella snapshots of August 2002 (SNAP,
# Stanford), a matrix of round-trip times between PlanetLab nodes (Zhu et al. 2017), and four samples to fit power laws to.
# Checksums are those of the files as published.
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

# The samples of Clauset, Shalizi and Newman (2009), as the Python package powerlaw (Alstott, Bullmore, Plenz 2014; MIT) ships
# them, each at a commit that has it. Cities are kept compressed; the checksum is of the text.
samples=https://raw.githubusercontent.com/jeffalstott/powerlaw
while read -r sum file path; do
  if [ ! -f "data/$file" ]; then
    curl --fail --location --silent --show-error --output "data/$file.part" "$samples/$path"
    case $file in
      *.gz) gzip --no-name <"data/$file.part" >"data/$file.part.gz" && mv "data/$file.part.gz" "data/$file.part" ;;
    esac
    mv "data/$file.part" "data/$file"
  fi
  echo "$sum  -" >"$sums"
  case $file in
    *.gz) gzip --decompress --stdout "data/$file" | sha256sum --check --quiet "$sums" ;;
    *) sha256sum --check --quiet "$sums" <"data/$file" ;;
  esac
  echo "data/$file"
done <<'SAMPLES'
cef3521f0f1d817df43cf35ef1f717e6f72d71f549646a51ba04acdc45a9b160 words.txt de8840cc46c8ec6dfe629ad9bd121d1132fee470/powerlaw/reference_data/words.txt
4c80c4dd91427c90e0da63db110a1326bf109e330598b6d40bebf5e95e492f80 terrorism.txt 37c2e99e9cc5c42a3c3609eca0a9186e806a6a7d/reference_data/terrorism.txt
8187543b5700a75974661dd8349e172a83ce2d0972e79a81a7fcc06eafb96728 blackouts.txt 37c2e99e9cc5c42a3c3609eca0a9186e806a6a7d/reference_data/blackouts.txt
693cbdce5d174ba5dba4d5d29a4a6e9fdb52bd470ed25af59e636263f048baca cities.txt.gz 37c2e99e9cc5c42a3c3609eca0a9186e806a6a7d/reference_data/cities.txt
SAMPLES
