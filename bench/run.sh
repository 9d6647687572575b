#!/usr/bin/env bash
# Measures this machine's floor and Letopis on it, and prints one Markdown table.
#
#   bench/run.sh [--only PART,PART…] [--seconds N] [--rounds N] [--events N] [--keep]
#
# Parts: singles half-rate ndjson end-to-end store. Runs of the floor and of the product alternate (ABAB), so both see the
# same machine; a figure is the median of the rounds. Loopback only; what it starts it stops, what it writes it removes.
set -euo pipefail
cd "$(dirname "$0")/.."

ONLY=singles,half-rate,ndjson,end-to-end,store SECONDS_EACH=5 NDJSON_SECONDS=30 ROUNDS=3 EVENTS=1000000 KEEP=
while [ $# -gt 0 ]; do
  case $1 in
    --only) ONLY=$2; shift 2 ;;
    --seconds) SECONDS_EACH=$2 NDJSON_SECONDS=$2; shift 2 ;;
    --rounds) ROUNDS=$2; shift 2 ;;
    --events) EVENTS=$2; shift 2 ;;
    --keep) KEEP=1; shift ;;
    *) sed -n '2,8p' "$0"; exit 2 ;;
  esac
done

# What may differ between machines, without an edit of this file.
BUSINESS=${BENCH_BUSINESS:-main} PORT=${BENCH_PORT:-18480} END_TO_END_SECONDS=${BENCH_END_TO_END_SECONDS:-60}
TARGET=${CARGO_TARGET_DIR:-target}/release
BENCH=$TARGET/letopis-bench LETOPIS=${BENCH_LETOPIS:-$TARGET/letopis}
WORK=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/letopis-bench.XXXXXX")
RESULTS=$WORK/results.jsonl
FLOOR_PID= PRODUCT_PID=

say() { printf '%s\n' "$*" >&2; }
wanted() { case ",$ONLY," in *",$1,"*) true ;; *) false ;; esac; }
# Stops a child and waits for it; a child that has already ended is as good.
stop() { [ -z "$1" ] || { kill -TERM "$1" 2>/dev/null || true; wait "$1" 2>/dev/null || true; }; }
finish() {
  stop "$FLOOR_PID"; stop "$PRODUCT_PID"
  # Also of a run that was cut short: what was measured is worth reading.
  if [ -s "$RESULTS" ]; then
    printf '%s, %s cores, Linux %s\n\n' "$(date -u +%Y-%m-%d)" "$(nproc)" "$(uname -r)"
    "$BENCH" table "$RESULTS"
  fi
  if [ -n "$KEEP" ]; then say "kept: $WORK"; else rm -rf "$WORK"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

# value LABEL NUMBER: a figure that no tool printed.
value() { printf '{"label":"%s","value":%s}\n' "$1" "$2" >>"$RESULTS"; }
median() { "$BENCH" table "$RESULTS" --median "$1" --figure "$2"; }
rss_mib() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status"; }

start_floor() { # [--no-sync]
  : >"$WORK/floor.out"
  "$BENCH" floor --file "$WORK/floor.log" "$@" >"$WORK/floor.out" &
  FLOOR_PID=$!
  until grep -q '^listening' "$WORK/floor.out"; do
    kill -0 "$FLOOR_PID" 2>/dev/null || { say "the floor did not start"; exit 1; }
    sleep 0.1
  done
  FLOOR_URL=$(sed -n 's/^listening on //p' "$WORK/floor.out")
}
stop_floor() { # LABEL
  stop "$FLOOR_PID"; FLOOR_PID=
  sed -n "s|^{|{\"label\":\"$1\",|p" "$WORK/floor.out" >>"$RESULTS"
}

# The product is measured when it can serve; before that the floor alone is.
has_product() { "$LETOPIS" serve --help 2>/dev/null | grep -q -- --data; }
start_product() { # DATA
  "$LETOPIS" serve --data "$1" --listen "127.0.0.1:$PORT" >"$WORK/product.out" 2>"$WORK/product.err" &
  PRODUCT_PID=$!
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then break; fi
    kill -0 "$PRODUCT_PID" 2>/dev/null || { say "the product did not start:"; tail -5 "$WORK/product.err" >&2; exit 1; }
    sleep 0.1
  done
  PRODUCT_URL=http://127.0.0.1:$PORT
  INGEST_KEY=$(new_key "$1" ingest)
}
stop_product() { stop "$PRODUCT_PID"; PRODUCT_PID=; }
new_key() { "$LETOPIS" key create --data "$1" --role "$2" --json | sed -n 's/.*"key": *"\([^"]*\)".*/\1/p'; }

load_floor() { # LABEL ARGS…
  local label=$1; shift
  "$BENCH" load --json --label "floor/$label" --url "$FLOOR_URL" --server-pid "$FLOOR_PID" "$@" >>"$RESULTS"
}
load_product() { # LABEL ARGS…
  local label=$1; shift
  # The recorder's lag, from the product's Prometheus page.
  set -- "$@" --lag-url "$PRODUCT_URL/metrics" --lag-metric letopis_queue_pending_bytes
  "$BENCH" load --json --label "product/$label" --url "$PRODUCT_URL" --key "$INGEST_KEY" --server-pid "$PRODUCT_PID" "$@" >>"$RESULTS"
}
# Nothing of the last load may be left when the floor has its turn: the recorder would take its cores.
settle() {
  [ -n "$PRODUCT_PID" ] || return 0
  "$BENCH" fill --json --url "$PRODUCT_URL" --key "$INGEST_KEY" --business "$BUSINESS" --connections 1 --events 1 --patience-s 60 >/dev/null
  wait_idle "$PRODUCT_PID"
}
# Less than 3 ticks (30 ms) of CPU time within half a second.
wait_idle() {
  local before after
  for _ in $(seq 240); do
    before=$(awk '{ print $14 + $15 }' "/proc/$1/stat"); sleep 0.5; after=$(awk '{ print $14 + $15 }' "/proc/$1/stat")
    [ $((after - before)) -ge 3 ] || return 0
  done
  say "the product is still busy after two minutes"
}

alternate() { # LABEL SECONDS ARGS… : the same load on floor and product in turn
  local label=$1 seconds=$2; shift 2
  for _ in $(seq "$ROUNDS"); do
    load_floor "$label" --seconds "$seconds" "$@"
    if [ -n "$PRODUCT_PID" ]; then load_product "$label" --seconds "$seconds" "$@"; settle; fi
  done
}

part_singles() {
  say "singles on 64 and 128 connections"
  start_floor
  for n in 64 128; do alternate "singles-$n" "$SECONDS_EACH" --connections "$n"; done
  stop_floor floor/syncs-of-singles
  start_floor --no-sync
  for n in 64 128; do load_floor "no-sync-singles-$n" --seconds "$SECONDS_EACH" --connections "$n"; done
  stop_floor floor/no-sync
}

part_half_rate() {
  say "acknowledgement at half the rate"
  local family=product
  [ -n "$PRODUCT_PID" ] || family=floor
  start_floor
  for n in 64 128; do
    if ! grep -q "\"label\":\"$family/singles-$n\"" "$RESULTS"; then alternate "singles-$n" "$SECONDS_EACH" --connections "$n"; fi
    local rate; rate=$(median "$family/singles-$n" requests_per_s | awk '{ print $1 / 2 }')
    alternate "half-rate-$n" "$SECONDS_EACH" --connections "$n" --rate "$rate"
  done
  stop_floor floor/syncs-at-half-rate
}

part_ndjson() {
  say "NDJSON, batches of 100, $NDJSON_SECONDS s each"
  start_floor
  alternate ndjson-100 "$NDJSON_SECONDS" --connections 16 --batch 100
  stop_floor floor/syncs-of-ndjson
}

part_end_to_end() {
  [ -n "$PRODUCT_PID" ] || { say "end to end: no product yet, skipped"; return 0; }
  say "end to end, $END_TO_END_SECONDS s, then the bare SQL loop on the same rows"
  stop_product
  local data=$WORK/end-to-end
  start_product "$data"
  "$BENCH" fill --json --label product/end-to-end --url "$PRODUCT_URL" --key "$INGEST_KEY" --business "$BUSINESS" \
    --connections 8 --batch 100 --seconds "$END_TO_END_SECONDS" --window 50000 --server-pid "$PRODUCT_PID" >>"$RESULTS"
  stop_product
  bare_loop "$data"
  rm -rf "$data"
  start_product "$WORK/data"
}
bare_loop() { # DATA : its largest database is the journal
  local db; db=$(find "$1" -name '*.db' -printf '%s %p\n' | sort -rn | head -n 1 | cut -d' ' -f2-)
  [ -n "$db" ] || { say "no database in $1: the bare loop is skipped"; return 0; }
  for _ in $(seq "$ROUNDS"); do
    "$BENCH" sql --json --label bare/end-to-end --from "$db" --dir "$WORK/sql" --events 300000 >>"$RESULTS"
  done
}

# Numbers are judged beside recording and rest for it: pages are timed once they have caught up.
counted() { # KEY
  local from=$SECONDS
  until curl -fsS -H "Authorization: Bearer $1" "$PRODUCT_URL/api/v1/metrics/summary" | grep -q '"uncounted":0[,}]'; do sleep 1; done
  value product/counted-after-filling-s $((SECONDS - from))
}
part_store() {
  [ -n "$PRODUCT_PID" ] || { say "store: no product yet, skipped"; return 0; }
  say "a store of $EVENTS events: cost per event, pages, memory, disk"
  stop_product
  local data=$WORK/store stored=0 json_bytes=0 upto accepted bytes
  start_product "$data"
  sleep 2; value product/idle-memory-mib "$(rss_mib "$PRODUCT_PID")"
  for upto in $((EVENTS / 100)) $((EVENTS / 10)) "$EVENTS"; do
    "$BENCH" fill --json --label "product/fill-to-$upto" --url "$PRODUCT_URL" --key "$INGEST_KEY" --business "$BUSINESS" \
      --connections 8 --batch 100 --events $((upto - stored)) --window 50000 --server-pid "$PRODUCT_PID" >"$WORK/fill.json"
    cat "$WORK/fill.json" >>"$RESULTS"
    accepted=$(sed -n 's/.*"accepted":\([0-9]*\).*/\1/p' "$WORK/fill.json")
    bytes=$(sed -n 's/.*"event_bytes":\([0-9.]*\).*/\1/p' "$WORK/fill.json")
    stored=$upto json_bytes=$(awk -v a="$json_bytes" -v n="$accepted" -v b="$bytes" 'BEGIN { printf "%.0f", a + n * b }')
  done
  value product/memory-after-filling-mib "$(rss_mib "$PRODUCT_PID")"
  local reader; reader=$(new_key "$data" read)
  counted "$reader"
  "$BENCH" pages --json --label product/page- --url "$PRODUCT_URL" --key "$reader" --paths-file bench/api.txt >>"$RESULTS"
  "$BENCH" pages --json --label product/page- --requests 150 --url "$PRODUCT_URL" --key "$reader" \
    --cookie "$(BENCH_LETOPIS=$LETOPIS bench/sign-in.sh "$data" "$PRODUCT_URL")" --paths-file bench/pages.txt >>"$RESULTS"
  value product/memory-after-pages-mib "$(rss_mib "$PRODUCT_PID")"
  stop_product
  value product/disk-to-json-ratio "$(du -sb "$data" | awk -v j="$json_bytes" '{ printf "%.2f", $1 / j }')"
  start_product "$WORK/data"
}

say "building (release)"
cargo build --release --locked --quiet -p letopis -p letopis-bench
: >"$RESULTS"
if has_product; then start_product "$WORK/data"; else say "letopis cannot serve yet: the floor alone is measured"; fi
if wanted singles; then part_singles; fi
if wanted half-rate; then part_half_rate; fi
if wanted ndjson; then part_ndjson; fi
if wanted end-to-end; then part_end_to_end; fi
if wanted store; then part_store; fi
