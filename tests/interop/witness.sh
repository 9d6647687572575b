#!/usr/bin/env bash
# Witnesses of both sides: aics-witness (PyPI) cosigns the log of a real server and aics-tlog accepts the quorum; our witness cosigns a
# log that a foreign client feeds it, and refuses its second history.
#
#   tests/interop/witness.sh [BINARY]
set -uo pipefail
cd "$(dirname "$0")/../.."
LETOPIS=$(realpath "${1:-target/release/letopis}")
VENV=${CARGO_TARGET_DIR:-$PWD/target}/interop/venv
HERE=$PWD/tests/interop
WORK=$(mktemp -d)
PIDS=()
finish() {
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
  rm -rf "$WORK"
}
trap finish EXIT

if ! "$VENV/bin/python" -c 'import aics_tlog, aics_witness' 2>/dev/null; then
  base=
  for candidate in python3.12 python3.13 python3.14 python3 "$HOME"/.pyenv/versions/3.1[2-9].*/bin/python; do
    "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1 && { base=$candidate; break; }
  done
  [ -n "$base" ] || { echo "SKIP  aics-witness: no Python 3.12 or later on this machine"; exit 0; }
  [ -x "$VENV/bin/python" ] || "$base" -m venv "$VENV"
  "$VENV/bin/python" -m pip install -q --disable-pip-version-check aics-tlog==0.2.1 tlog-scales==0.0.3 aics-witness==0.1.0 \
    || { echo "SKIP  aics-witness: could not be installed with pip (no network?)"; exit 0; }
fi

passed=0 failed=0
ok() { passed=$((passed + 1)); echo "ok    $*"; }
no() { failed=$((failed + 1)); echo "FAIL  $*"; }
accept() { local what=$1 said; shift; if said=$("$@" 2>&1); then ok "$what: $(tail -1 <<<"$said")"; else no "$what: $said"; fi; }
refuse() { local what=$1 said; shift; if said=$("$@" 2>&1); then no "$what: $said"; else ok "$what: refused: $(tail -1 <<<"$said" | cut -c1-110)"; fi; }
port() { "$VENV/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_up() { for _ in $(seq 100); do curl -sf -o /dev/null "$1" && return; sleep 0.1; done; no "$1 does not answer"; }

# --- our log, foreign witnesses and ours ---------------------------------------------------------------------------
mkdir "$WORK/data"
printf '[anchor]\nwitness_seconds = 1\n' >"$WORK/data/letopis.toml"
"$LETOPIS" serve --data "$WORK/data" --listen 127.0.0.1:0 >"$WORK/out" 2>"$WORK/err" &
PIDS+=($!)
for _ in $(seq 100); do grep -q ltp_ingest "$WORK/out" && break; sleep 0.1; done
URL=$(grep -o 'http://127[^ ]*' "$WORK/out" | head -n 1)
INGEST=$(grep -o 'ltp_ingest_[A-Za-z0-9_-]*' "$WORK/out")
until_up "$URL/readyz"
VKEY=$("$LETOPIS" business show main --data "$WORK/data" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["vkey"])')
send() { curl -s -o /dev/null -H "Authorization: Bearer $INGEST" -d "{\"timestamp\":\"2025-01-01T12:00:00+03:00\",\"channel\":\"site\",\"session_id\":\"visit\",\"text\":\"$1\"}" "$URL/api/v1/events"; }

KEYS=()
for n in 1 2; do
  home=$WORK/foreign$n at=$(port)
  mkdir "$home"
  (
    export AICS_WITNESS_CONFIG=$home/witness.json
    cd "$home" && "$VENV/bin/aics-witness" init --name foreign.example/w$n >init.out \
      && "$VENV/bin/aics-witness" add-log --origin "${VKEY%%+*}" --vkey "$VKEY" >>init.out \
      && exec "$VENV/bin/aics-witness" serve --listen 127.0.0.1:"$at"
  ) >"$home/out" 2>&1 &
  PIDS+=($!)
  until_up "http://127.0.0.1:$at/healthz"
  key=$(grep -ho "foreign.example/w$n+[^ ]*" "$home/init.out" | head -1)
  KEYS+=("$key")
  accept "aics-witness $n joins" "$LETOPIS" witness join "$key" --url "http://127.0.0.1:$at" --data "$WORK/data"
done
"$LETOPIS" witness key --name ours.example/w3 --data "$WORK/ours" >"$WORK/key3"
KEYS+=("$(cat "$WORK/key3")")
at=$(port)
"$LETOPIS" witness serve --listen 127.0.0.1:"$at" --data "$WORK/ours" >"$WORK/ours.out" 2>&1 &
PIDS+=($!)
until_up "http://127.0.0.1:$at/healthz"
accept "our witness knows the log" "$LETOPIS" witness add-log "$VKEY" --data "$WORK/ours"
accept "our witness joins" "$LETOPIS" witness join "${KEYS[2]}" --url "http://127.0.0.1:$at" --data "$WORK/data"
accept "three must agree" "$LETOPIS" witness quorum 3 --data "$WORK/data"

tlog() { "$VENV/bin/aics-tlog" verify-checkpoint --note "$WORK/note" --log-key "$VKEY" "$@"; }
cosigned() { [ "$(grep -c '^— ' "$WORK/note")" -ge 4 ]; }
size=0
for round in 1 2 3; do
  before=$size
  send "round $round"
  for _ in $(seq 100); do
    curl -s "$URL/log/main/checkpoint" >"$WORK/note"
    size=$(sed -n 2p "$WORK/note")
    [ "$size" -gt "$before" ] && cosigned && break
    sleep 0.1
  done
  accept "aics-tlog accepts the quorum of three at $size entries" tlog --witness-key "${KEYS[0]}" --witness-key "${KEYS[1]}" --witness-key "${KEYS[2]}" --quorum 3 --max-age 60
done
stranger=$("$LETOPIS" witness key --name stranger.example --data "$WORK/stranger")
refuse "a quorum with a stranger in it" tlog --witness-key "${KEYS[0]}" --witness-key "$stranger" --quorum 2
sed -i '2s/.*/999999/' "$WORK/note"
refuse "a checkpoint that was altered after it was cosigned" tlog --witness-key "${KEYS[0]}" --quorum 1

# --- a foreign log, our witness ------------------------------------------------------------------------------------
"$VENV/bin/python" "$HERE/feed_witness.py" - - "$WORK/foreign.vkey"
accept "our witness knows the foreign log" "$LETOPIS" witness add-log "$(cat "$WORK/foreign.vkey")" --data "$WORK/ours"
accept "a foreign client is served" "$VENV/bin/python" "$HERE/feed_witness.py" "http://127.0.0.1:$at" "${KEYS[2]}" "$WORK/foreign.vkey"
accept "what was seen is shown" "$LETOPIS" witness logs --data "$WORK/ours"
"$LETOPIS" witness logs --data "$WORK/ours"

# --- an inspector with a dossier: the commands of docs/verify.md ---------------------------------------------------
VERIFIER=${LEDGER_VERIFY:-$(dirname "$LETOPIS")/ledger-verify}
"$LETOPIS" dossier visit -o "$WORK/dossier.html" --data "$WORK/data" 2>/dev/null
sed 's/round 1/round 9/g' "$WORK/dossier.html" >"$WORK/altered.html"
cmp -s "$WORK/dossier.html" "$WORK/altered.html" && no "the dossier was not made"
inspect() { # NAME COMMAND…: FILE and VKEY follow
  accept "$1 on a dossier" "${@:2}" "$WORK/dossier.html" "$VKEY"
  refuse "$1 on an altered dossier" "${@:2}" "$WORK/altered.html" "$VKEY"
}
inspect "docs/verify/aics.py" "$VENV/bin/python" docs/verify/aics.py
if command -v go >/dev/null && (cd docs/verify/sumdb && GOTOOLCHAIN=local GOFLAGS=-mod=readonly go build -o "$WORK/sumdb" . 2>"$WORK/go.err"); then
  inspect "docs/verify/sumdb" "$WORK/sumdb"
else
  echo "SKIP  docs/verify/sumdb: no go, or no golang.org/x/mod"; head -3 "$WORK/go.err" 2>/dev/null
fi
if [ -x "$VERIFIER" ]; then
  ours() { "$VERIFIER" "$1" --key "$2" --witness "${KEYS[0]}" --witness "${KEYS[2]}" --lang en; }
  accept "ledger-verify on a dossier" ours "$WORK/dossier.html" "$VKEY"
  refuse "ledger-verify on an altered dossier" ours "$WORK/altered.html" "$VKEY"
else
  echo "SKIP  ledger-verify: $VERIFIER is not built"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
