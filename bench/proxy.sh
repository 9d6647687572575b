#!/usr/bin/env bash
# Measures the proxy beside nginx, with the same callers and the same model behind both, and prints one Markdown table.
#
#   bench/proxy.sh [--seconds N] [--rounds N] [--connections "1 32 128"] [--only json,rate,sse,idle] [--direct-only]
#
# The model is `letopis-bench upstream`. nginx must be installed (stock; it can log request bodies, not answers, so its access log with
# $request_body is what it is compared with). What this starts it stops, what it writes it removes. Loopback only.
set -euo pipefail
cd "$(dirname "$0")/.."

SECONDS_EACH=4 ROUNDS=3 CONNECTIONS="1 32 128" ONLY=json,rate,sse,idle
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) SECONDS_EACH=$2; shift 2 ;;
    --rounds) ROUNDS=$2; shift 2 ;;
    --connections) CONNECTIONS=$2; shift 2 ;;
    --only) ONLY=$2; shift 2 ;;
    *) sed -n '2,8p' "$0"; exit 2 ;;
  esac
done

PORT=${BENCH_PORT:-18490} IDLE_STREAMS=${BENCH_IDLE_STREAMS:-5000}
TARGET=${CARGO_TARGET_DIR:-target}/release
BENCH=$TARGET/letopis-bench LETOPIS=${BENCH_LETOPIS:-$TARGET/letopis}
WORK=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/letopis-proxy.XXXXXX")
RESULTS=$WORK/results.jsonl
PIDS=()
ulimit -n 30000 2>/dev/null || ulimit -n "$(ulimit -Hn)"

say() { printf '%s\n' "$*" >&2; }
wanted() { case ",$ONLY," in *",$1,"*) true ;; *) false ;; esac; }
finish() {
  for pid in "${PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
  if [ -s "$RESULTS" ]; then
    printf '%s, %s cores, Linux %s\n\n' "$(date -u +%Y-%m-%d)" "$(nproc)" "$(uname -r)"
    "$BENCH" table "$RESULTS"
    [ -z "${BENCH_RAW:-}" ] || cp "$RESULTS" "$BENCH_RAW"
  fi
  rm -rf "$WORK"
}
trap finish EXIT
trap 'exit 130' INT TERM
up() { for _ in $(seq 100); do if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi; sleep 0.1; done; say "nothing listens on $1"; exit 1; }

"$BENCH" upstream --listen "127.0.0.1:$PORT" >/dev/null & PIDS+=($!)
up "$PORT"

NGINX_PORT=$((PORT + 1)) NGINX=$(command -v nginx || echo /usr/sbin/nginx) NGINX_PID=
if [ -x "$NGINX" ]; then
  cat >"$WORK/nginx.conf" <<CONF
worker_processes auto; daemon off; pid $WORK/nginx.pid; error_log $WORK/nginx.err; worker_rlimit_nofile 30000;
events { worker_connections 15000; }
http {
  log_format bodies escape=json '\$time_iso8601 \$request \$status \$request_time \$request_body';
  access_log $WORK/nginx.log bodies buffer=64k flush=1s;
  client_body_temp_path $WORK/nb; proxy_temp_path $WORK/np; fastcgi_temp_path $WORK/nf; uwsgi_temp_path $WORK/nu; scgi_temp_path $WORK/ns;
  client_body_buffer_size 64k; keepalive_requests 10000000;
  upstream model { server 127.0.0.1:$PORT; keepalive 256; keepalive_requests 10000000; }
  server { listen 127.0.0.1:$NGINX_PORT backlog=4096;
    location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 300; } }
}
CONF
  "$NGINX" -c "$WORK/nginx.conf" -p "$WORK" & NGINX_PID=$!; PIDS+=($!)
  up "$NGINX_PORT"
else
  say "nginx is not installed: measured without it"
fi

LETOPIS_PORT=$((PORT + 2)) DATA=$WORK/data
mkdir -p "$DATA"; printf 'connections = 12000\n' >"$DATA/letopis.toml"
"$LETOPIS" serve --data "$DATA" --listen "127.0.0.1:$LETOPIS_PORT" >"$WORK/letopis.out" 2>"$WORK/letopis.err" & LETOPIS_PID=$!; PIDS+=($!)
up "$LETOPIS_PORT"
plug() { "$LETOPIS" connection add --data "$DATA" --kind openai --upstream "http://127.0.0.1:$PORT" --mode "$1" --json | sed -n 's/.*"url": *"\([^"]*\)".*/\1/p'; }
declare -A URL=([direct]="http://127.0.0.1:$PORT" [observe]="$(plug observe)" [confirm]="$(plug confirm)")
declare -A PID=([observe]=$LETOPIS_PID [confirm]=$LETOPIS_PID)
WAYS="direct observe confirm"
if [ -n "$NGINX_PID" ]; then URL[nginx]="http://127.0.0.1:$NGINX_PORT"; WAYS="direct nginx observe confirm"; fi

# Nothing of the last load may be left when the next has its turn.
settle() {
  local before after
  for _ in $(seq 240); do
    before=$(awk '{ print $14 + $15 }' "/proc/$LETOPIS_PID/stat"); sleep 0.4; after=$(awk '{ print $14 + $15 }' "/proc/$LETOPIS_PID/stat")
    [ $((after - before)) -ge 3 ] || return 0
  done
}
load() { # WAY LABEL ARGS…
  local way=$1 label=$2; shift 2
  set -- "$@" ${PID[$way]:+--server-pid "${PID[$way]}"}
  "$BENCH" load --chat --json --label "$way/$label" --url "${URL[$way]}" --seconds "$SECONDS_EACH" "$@" >>"$RESULTS"
  case $way in observe | confirm) settle ;; esac
}
median() { "$BENCH" table "$RESULTS" --median "$1" --figure "$2"; }

if wanted json; then
  for n in $CONNECTIONS; do for _ in $(seq "$ROUNDS"); do for way in $WAYS; do load "$way" "json-$n" --connections "$n"; done; done; done
fi
if wanted rate; then
  for n in 32; do
    for way in $WAYS; do
      grep -q "\"label\":\"$way/json-$n\"" "$RESULTS" || load "$way" "json-$n" --connections "$n"
      load "$way" "half-rate-$n" --connections "$n" --rate "$(median "$way/json-$n" requests_per_s | awk '{ print $1 / 2 }')"
    done
  done
fi
if wanted sse; then
  for n in $CONNECTIONS; do for way in $WAYS; do
    "$BENCH" streams --json --label "$way/sse-$n" --url "${URL[$way]}" --streams "$n" --seconds "$SECONDS_EACH" ${PID[$way]:+--server-pid "${PID[$way]}"} >>"$RESULTS"
    case $way in observe | confirm) settle ;; esac
  done; done
fi
if wanted idle; then
  "$BENCH" streams --idle --json --label "confirm/idle-$IDLE_STREAMS" --url "${URL[confirm]}" --streams "$IDLE_STREAMS" --seconds 12 --server-pid "$LETOPIS_PID" >>"$RESULTS"
fi
