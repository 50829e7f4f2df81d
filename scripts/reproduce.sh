#!/usr/bin/env bash
# Regenerates every committed result. The bytes should not change: `git diff --stat results` shows what did.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked
peerlab=target/release/peerlab
"$peerlab" run compare
"$peerlab" run papers/chord-path-length
"$peerlab" run swarm
"$peerlab" run papers/bittorrent-flash-crowd
"$peerlab" run papers/bittorrent-mixed-classes
"$peerlab" run papers/bittorrent-fluid
if [ -n "${PEERLAB_DATA:-}" ] || [ -d data ]; then
  "$peerlab" run papers/gnutella-reach
else
  echo 'skipped: papers/gnutella-reach needs the measured snapshots; scripts/fetch-data.sh fetches them' >&2
fi
