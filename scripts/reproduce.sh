#!/usr/bin/env bash
# Regenerates every committed result. The bytes should not change: `git diff --stat results` shows what did.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked
peerlab=target/release/peerlab
for name in compare compare-churn compare-faults server-down swarm super-peers caching dynamic-querying keywords \
  free-riding participation missing-chunk papers/chord-path-length papers/churn-sessions papers/churn-dht \
  papers/can-path-length papers/can-realities papers/can-volume-check papers/can-overloading papers/can-rtt \
  papers/kazaa-shape papers/super-peer-redundancy \
  papers/bittorrent-flash-crowd papers/bittorrent-mixed-classes papers/bittorrent-fluid; do
  "$peerlab" run "$name"
done
if [ -n "${PEERLAB_DATA:-}" ] || [ -d data ]; then
  "$peerlab" run papers/gnutella-reach
else
  echo 'skipped: papers/gnutella-reach needs the measured snapshots; scripts/fetch-data.sh fetches them' >&2
fi
