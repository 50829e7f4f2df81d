#!/usr/bin/env bash
# Regenerates every committed result. The bytes should not change: `git diff --stat results` shows what did.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked
peerlab=target/release/peerlab
for name in compare compare-churn compare-faults server-down swarm super-peers caching dynamic-querying keywords \
  free-riding participation missing-chunk gnutella-lives slow-crawler degree-laws-and-search \
  degree papers/course-degree-model papers/small-world \
  papers/chord-path-length papers/churn-sessions papers/churn-dht \
  papers/can-path-length papers/can-realities papers/can-volume-check papers/can-overloading papers/can-rtt \
  papers/kazaa-shape papers/super-peer-redundancy \
  papers/chord-path-distribution papers/chord-keys-per-node papers/chord-virtual-nodes \
  papers/chord-failures-before-repair papers/chord-failures-after-repair \
  papers/gnutella-walkers papers/gnutella-unequal-latency papers/gnutella-traffic papers/replication \
  papers/peersim-chord papers/peersim-flood \
  papers/bittorrent-flash-crowd papers/bittorrent-mixed-classes papers/bittorrent-fluid; do
  "$peerlab" run "$name"
done
if [ -n "${PEERLAB_DATA:-}" ] || [ -d data ]; then
  for name in overlay-underlay papers/{gnutella-reach,snap-gnutella,attack-tolerance,power-law-fits}; do
    "$peerlab" run "$name"
  done
else
  echo 'skipped: overlay-underlay and papers/{gnutella-reach,snap-gnutella,attack-tolerance,power-law-fits} need measured data; scripts/fetch-data.sh fetches them' >&2
fi
"$peerlab" papers >docs/papers.md.partial
mv docs/papers.md.partial docs/papers.md
