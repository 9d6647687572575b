#!/usr/bin/env bash
# The demo as the README says it: a filled page within seconds, and nothing wrong with what is behind it.
#
#   tests/demo.sh [BINARY]
set -euo pipefail
cd "$(dirname "$0")/.."
LETOPIS=$(realpath "${1:-target/release/letopis}")
WORK=$(mktemp -d)
SERVER=
finish() {
  [ -z "$SERVER" ] || { kill -TERM "$SERVER" 2>/dev/null || true; wait "$SERVER" 2>/dev/null || true; }
  rm -rf "$WORK"
}
trap finish EXIT

cd "$WORK"
"$LETOPIS" demo --listen 127.0.0.1:0 >out 2>err &
SERVER=$!
for _ in $(seq 300); do grep -q '/welcome/' out && break; sleep 0.1; done
LINK=$(grep -o 'http://127[^ ]*/welcome/[^ ]*' out | head -n 1)
URL=${LINK%%/welcome/*}
# The demo is filled while it is served: wait until nothing is queued and the count stands still.
COUNT=0
for _ in $(seq 120); do
  sleep 1
  NOW=$(curl -fs "$URL/metrics" | awk '/^letopis_recorded_total/ { print $2 }')
  [ "$NOW" = "$COUNT" ] && [ "$NOW" -gt 5000 ] && break
  COUNT=$NOW
done
[ "$COUNT" -gt 5000 ] || { echo "the demo holds only $COUNT records"; cat err; exit 1; }
curl -fs "$URL/readyz" >/dev/null
"$LETOPIS" verify --deep --data letopis-demo >verify || { cat verify; exit 1; }
echo "demo: $COUNT records, verified"
