#!/usr/bin/env bash
# Letopis beside other gateways for models: same callers, same model, same machine, one run. Prints two Markdown tables: what a call costs, and
# what of the answered calls is left in the log when the gateway is killed (SIGKILL) in the middle.
#
#   bench/peers.sh [--seconds N] [--connections "1 32 128"] [--only speed,lost] [--ways "direct nginx …"] [--install-only]
#
# LiteLLM and TensorZero come from PyPI, Portkey from npm, pinned below, into target/peers (or $PEERS_DIR). nginx and PostgreSQL must be installed; what
# is missing is left out aloud. For TensorZero's log in PostgreSQL $TENSORZERO_MIGRATIONS names a folder with the SQL files of its repository at that tag:
# core/, auth/, stored-config/ (its wheel does not hold them). Loopback only; what this starts it stops, what it writes it removes.
set -euo pipefail
cd "$(dirname "$0")/.."

LITELLM='litellm[proxy]==1.106.2' PORTKEY='@portkey-ai/gateway@1.15.2' TENSORZERO='tensorzero==2026.4.1'
SECONDS_EACH=3 CONNECTIONS="1 32 128" ONLY=speed,lost WAYS="direct nginx observe confirm tensorzero tensorzero-pg tensorzero-sync portkey litellm" INSTALL_ONLY=
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) SECONDS_EACH=$2; shift 2 ;;
    --connections) CONNECTIONS=$2; shift 2 ;;
    --only) ONLY=$2; shift 2 ;;
    --ways) WAYS=$2; shift 2 ;;
    --install-only) INSTALL_ONLY=1; shift ;;
    *) sed -n '2,11p' "$0"; exit 2 ;;
  esac
done

PORT=${BENCH_PORT:-18600} HERE=$PWD/bench/peers
TARGET=${CARGO_TARGET_DIR:-target}/release
BENCH=${BENCH_TOOL:-$TARGET/letopis-bench} LETOPIS=${BENCH_LETOPIS:-$TARGET/letopis}
PEERS=${PEERS_DIR:-${CARGO_TARGET_DIR:-target}/peers}
mkdir -p "$PEERS"; PEERS=$(cd "$PEERS" && pwd)
say() { printf '%s\n' "$*" >&2; }

# --- the programs themselves --------------------------------------------------------------------------------------------------------------
wheel() { # FOLDER PACKAGE
  [ "$(cat "$PEERS/$1/installed" 2>/dev/null)" = "$2" ] && return 0
  rm -rf "${PEERS:?}/$1"
  python3 -m venv "$PEERS/$1" && "$PEERS/$1/bin/pip" install -q --disable-pip-version-check "$2" && printf '%s' "$2" >"$PEERS/$1/installed"
}
package() { # FOLDER PACKAGE
  [ "$(cat "$PEERS/$1/installed" 2>/dev/null)" = "$2" ] && return 0
  rm -rf "${PEERS:?}/$1"; mkdir -p "$PEERS/$1"
  (cd "$PEERS/$1" && npm init -y >/dev/null && npm install --no-audit --no-fund --silent "$2") && printf '%s' "$2" >"$PEERS/$1/installed"
}
wheel litellm "$LITELLM" || say "litellm could not be installed"
wheel tensorzero "$TENSORZERO" || say "tensorzero could not be installed"
package portkey "$PORTKEY" || say "portkey could not be installed"
[ -z "$INSTALL_ONLY" ] || exit 0

# --- what is started is stopped -----------------------------------------------------------------------------------------------------------
WORK=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/letopis-peers.XXXXXX"); chmod 755 "$WORK"
POSTGRES=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1) PG_PORT=$((PORT + 20))
declare -A PID=()
ulimit -n 30000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
family() { local child; echo "$1"; for child in $(pgrep -P "$1" || true); do family "$child"; done; }
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
stop() { # WAY
  local pid=${PID[$1]:-} each
  [ -n "$pid" ] || return 0
  for each in $(family "$pid"); do kill -TERM "$each" 2>/dev/null || true; done
  wait "$pid" 2>/dev/null || true
  unset "PID[$1]"
}
finish() {
  local way
  for way in "${!PID[@]}"; do stop "$way"; done
  [ ! -d "$WORK/pg/data" ] || as_postgres "$POSTGRES/pg_ctl" -D "$WORK/pg/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$WORK"
}
trap finish EXIT
trap 'exit 130' INT TERM
up() { # PORT PID
  for _ in $(seq 600); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    kill -0 "$2" 2>/dev/null || break
    sleep 0.2
  done
  say "nothing listens on $1"; return 1
}

"$BENCH" upstream --listen "127.0.0.1:$PORT" >/dev/null & PID[upstream]=$!
up "$PORT" "${PID[upstream]}"

# --- how each is started: sets PID[way] and URL[way] ---------------------------------------------------------------------------------------
declare -A URL=([direct]="http://127.0.0.1:$PORT") MODEL=() HEADERS=()
start_direct() { :; }
start_nginx() {
  cat >"$WORK/nginx.conf" <<CONF
worker_processes auto; daemon off; pid $WORK/nginx.pid; error_log $WORK/nginx.err; worker_rlimit_nofile 30000;
events { worker_connections 15000; }
http {
  log_format bodies escape=json '\$time_iso8601 \$request \$status \$request_time \$request_body';
  access_log $WORK/nginx.log bodies buffer=64k flush=1s;
  client_body_temp_path $WORK/nb; proxy_temp_path $WORK/np; fastcgi_temp_path $WORK/nf; uwsgi_temp_path $WORK/nu; scgi_temp_path $WORK/ns;
  client_body_buffer_size 64k; keepalive_requests 10000000;
  upstream model { server 127.0.0.1:$PORT; keepalive 256; keepalive_requests 10000000; }
  server { listen 127.0.0.1:$((PORT + 1)) backlog=4096;
    location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 300; } }
}
CONF
  "$(command -v nginx || echo /usr/sbin/nginx)" -c "$WORK/nginx.conf" -p "$WORK" & PID[nginx]=$!
  up $((PORT + 1)) "${PID[nginx]}" || return 1; URL[nginx]="http://127.0.0.1:$((PORT + 1))"
}
start_letopis() { # MODE
  mkdir -p "$WORK/$1"
  "$LETOPIS" serve --data "$WORK/$1" --listen "127.0.0.1:$((PORT + 2))" >"$WORK/letopis.out" 2>"$WORK/letopis.err" & PID[$1]=$!
  up $((PORT + 2)) "${PID[$1]}" || return 1
  [ -n "${URL[$1]:-}" ] || URL[$1]=$("$LETOPIS" connection add --data "$WORK/$1" --kind openai --upstream "http://127.0.0.1:$PORT" --mode "$1" --json \
    | sed -n 's/.*"url": *"\([^"]*\)".*/\1/p')
}
start_observe() { start_letopis observe; }
start_confirm() { start_letopis confirm; }
start_litellm() {
  cat >"$WORK/litellm.yaml" <<YAML
model_list:
  - { model_name: gpt-4o-mini, litellm_params: { model: openai/gpt-4o-mini, api_base: "http://127.0.0.1:$PORT/v1", api_key: sk-bench } }
litellm_settings: { callbacks: litellm_log.log }
YAML
  cp "$HERE/litellm_log.py" "$WORK/"
  (cd "$WORK" && LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=true PEERS_LOG=$WORK/litellm.jsonl LITELLM_LOCAL_MODEL_COST_MAP=True NO_PROXY=127.0.0.1 exec "$PEERS/litellm/bin/litellm" --config "$WORK/litellm.yaml" \
    --host 127.0.0.1 --port $((PORT + 3)) >"$WORK/litellm.out" 2>&1) & PID[litellm]=$!
  up $((PORT + 3)) "${PID[litellm]}" || { tail -3 "$WORK/litellm.out" >&2; return 1; }; URL[litellm]="http://127.0.0.1:$((PORT + 3))"
}
start_portkey() {
  (cd "$PEERS/portkey" && exec node node_modules/@portkey-ai/gateway/build/start-server.js --port=$((PORT + 4)) >"$WORK/portkey.out" 2>&1) & PID[portkey]=$!
  up $((PORT + 4)) "${PID[portkey]}" || return 1; URL[portkey]="http://127.0.0.1:$((PORT + 4))"
  HEADERS[portkey]="x-portkey-provider: openai|x-portkey-custom-host: http://127.0.0.1:$PORT/v1"
}
start_tensorzero_with() { # WAY OBSERVABILITY [DATABASE]
  cat >"$WORK/$1.toml" <<TOML
[gateway]
observability = { $2 }
[models.bench]
routing = ["stub"]
[models.bench.providers.stub]
type = "openai"
model_name = "gpt-4o-mini"
api_base = "http://127.0.0.1:$PORT/v1/"
api_key_location = "env::BENCH_KEY"
TOML
  BENCH_KEY=sk-bench "$PEERS/tensorzero/bin/python" "$HERE/tensorzero_gateway.py" "$WORK/$1.toml" ${3:+"$3"} >"$WORK/$1.out" 2>&1 & PID[$1]=$!
  for _ in $(seq 300); do ! grep -qs '^http://' "$WORK/$1.out" || break; sleep 0.2; done
  URL[$1]=$(sed -n 's|^\(http://.*\)/v1$|\1|p' "$WORK/$1.out"); MODEL[$1]=tensorzero::model_name::bench
  [ -n "${URL[$1]}" ] || { tail -3 "$WORK/$1.out" >&2; return 1; }
}
start_tensorzero() { start_tensorzero_with tensorzero "enabled = false"; }
# As it comes, a row is written after the answer; of these two the second has it write before.
start_tensorzero-pg() { start_tensorzero_with tensorzero-pg "enabled = true" "postgres://postgres@127.0.0.1:$PG_PORT/peers"; }
start_tensorzero-sync() { start_tensorzero_with tensorzero-sync "enabled = true, async_writes = false" "postgres://postgres@127.0.0.1:$PG_PORT/peers"; }

# PostgreSQL with the tables of TensorZero: an empty one, settings as they come.
postgres() {
  local pg=(psql -q -h 127.0.0.1 -p "$PG_PORT" -U postgres) room table file
  mkdir "$WORK/pg"; [ "$(id -u)" != 0 ] || chown postgres "$WORK/pg"
  as_postgres "$POSTGRES/initdb" -D "$WORK/pg/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 >/dev/null
  as_postgres "$POSTGRES/pg_ctl" -D "$WORK/pg/data" -o "-p $PG_PORT -h 127.0.0.1 -k $WORK/pg" -l "$WORK/pg/log" -w start >/dev/null
  "${pg[@]}" -c 'CREATE DATABASE peers'
  while read -r room table; do
    "${pg[@]}" peers -c "CREATE TABLE $table (version bigint PRIMARY KEY, description text NOT NULL DEFAULT '', installed_on timestamptz NOT NULL DEFAULT now(),
      success boolean NOT NULL DEFAULT true, checksum bytea NOT NULL, execution_time bigint NOT NULL DEFAULT 0)"
    for file in "$TENSORZERO_MIGRATIONS/$room"/*.sql; do
      # One of them wants an extension for queues of evaluations, which nothing here uses.
      "${pg[@]}" -v ON_ERROR_STOP=1 peers -f "$file" >/dev/null 2>>"$WORK/migrations.err" || say "not applied: ${file##*/}"
      "${pg[@]}" peers -c "INSERT INTO $table (version, checksum) VALUES ($(basename "$file" | cut -d_ -f1), decode('$(sha384sum "$file" | cut -d' ' -f1)', 'hex'))"
    done
  done <<<"core _sqlx_migrations
auth tensorzero_auth__sqlx_migrations
stored-config tensorzero_stored_config__sqlx_migrations"
}
rows() { psql -q -t -A -h 127.0.0.1 -p "$PG_PORT" -U postgres peers -c "SELECT input FROM tensorzero.chat_inference_data" "$@"; }
possible() { # WAY
  case $1 in
    nginx) [ -x "$(command -v nginx || echo /usr/sbin/nginx)" ] ;;
    litellm | portkey) [ -e "$PEERS/$1/installed" ] ;;
    tensorzero) [ -e "$PEERS/tensorzero/installed" ] ;;
    tensorzero-pg | tensorzero-sync) [ -e "$PEERS/tensorzero/installed" ] && [ -n "$POSTGRES" ] && [ -d "${TENSORZERO_MIGRATIONS:-/nowhere}" ] ;;
  esac || { say "$1: not to be had here, left out"; return 1; }
}
KEPT=()
for way in $WAYS; do case $way in direct | observe | confirm) KEPT+=("$way") ;; *) ! possible "$way" || KEPT+=("$way") ;; esac; done
case " ${KEPT[*]} " in *" tensorzero-pg "* | *" tensorzero-sync "*) postgres ;; esac

# --- the measurements ----------------------------------------------------------------------------------------------------------------------
asked() { # WAY: the arguments that its callers need besides the address
  ASKED=(); local header
  [ -z "${MODEL[$1]:-}" ] || ASKED+=(--model "${MODEL[$1]}")
  while [ -n "${HEADERS[$1]:-}" ] && read -r -d '|' header; do ASKED+=(--header "$header"); done <<<"${HEADERS[$1]:-}|"
}
memory_mib() { local pid sum=0; for pid in $(family "$1"); do sum=$((sum + $(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status" 2>/dev/null || echo 0))); done; echo $((sum / 1024)); }
ticks() { local pid; for pid in $(family "$1"); do awk '{ print $14 + $15 }' "/proc/$pid/stat" 2>/dev/null || true; done | awk '{ sum += $1 } END { print sum + 0 }'; }
# Nothing of one load may be left when the next begins.
settle() { local before; for _ in $(seq "${1:-60}"); do before=$(ticks "$2"); sleep 0.4; [ $(($(ticks "$2") - before)) -ge 3 ] || return 0; done; }
field() { sed -n "s/.*\"$2\":\([0-9.]*\).*/\1/p" <<<"$1"; }

speed() {
  local way n line before
  for way in "${KEPT[@]}"; do
    "start_$way" || { stop "$way"; continue; }
    asked "$way"
    for n in $CONNECTIONS; do
      before=$([ "$way" = direct ] || ticks "${PID[$way]}")
      line=$("$BENCH" load --chat --json --url "${URL[$way]}" --connections "$n" --seconds "$SECONDS_EACH" "${ASKED[@]}") || line='{}'
      printf '%s %s %s %s %s %s %s\n' "$way" "$n" "$(field "$line" requests_per_s)" "$(field "$line" p50_ms)" "$(field "$line" p99_ms)" \
        "$([ "$way" = direct ] && echo - || memory_mib "${PID[$way]}")" "$(sed -n 's/.*"statuses":\({[^}]*}\).*/\1/p' <<<"$line" | tr -d ' ')" >>"$WORK/speed"
      [ "$way" = direct ] || settle 50 "${PID[$way]}"
    done
    stop "$way"
  done
  printf '\n| gateway |'; for n in $CONNECTIONS; do printf ' %s: calls/s | p50, p99 ms | MiB |' "$n"; done
  printf '\n|---|'; for n in $CONNECTIONS; do printf -- '---|---|---|'; done; printf '\n'
  for way in "${KEPT[@]}"; do
    printf '| %s |' "$way"
    for n in $CONNECTIONS; do awk -v w="$way" -v n="$n" '$1 == w && $2 == n { printf " %.0f | %s, %s | %s |", $3, $4, $5, $6; if ($7 !~ /^\{"200":[0-9]+\}$/) printf " (%s)", $7 }' "$WORK/speed"; done
    printf '\n'
  done
}

# What of the answered calls the log has, after a kill and a start.
log_of() {
  case $1 in
    nginx) cat "$WORK/nginx.log" ;;
    observe | confirm) python3 - "$WORK/$1/letopis.db" <<'PY'
import sqlite3, sys
for (said,) in sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("SELECT said FROM events WHERE said IS NOT NULL"):
    print(said)
PY
      ;;
    litellm) cat "$WORK/litellm.jsonl" ;;
    portkey) cat "$WORK/portkey.out" ;;
    tensorzero-pg | tensorzero-sync) rows ;;
  esac
}
lost() {
  local way answered found before same
  printf '\n| gateway | answered before the kill | of them in its log after the next start | lost |\n|---|---|---|---|\n'
  for way in "${KEPT[@]}"; do
    case $way in direct | tensorzero) continue ;; esac # the second is told to keep nothing
    rm -rf "$WORK/$way" "$WORK/nginx.log" "$WORK/litellm.jsonl"; unset "URL[$way]"
    case $way in tensorzero-*) rows -c 'TRUNCATE tensorzero.chat_inference_data' >/dev/null ;; esac
    "start_$way" || { stop "$way"; continue; }
    asked "$way"
    python3 "$HERE/answered.py" "${URL[$way]}" "$SECONDS_EACH" 32 "${PID[$way]}" "${ASKED[@]}" | tr ' ' '\n' | sort -u >"$WORK/answered"
    { wait "${PID[$way]}" || true; } 2>/dev/null
    "start_$way" || true
    answered=$(grep -c . "$WORK/answered" || true) found=-1 same=0
    # What was taken over may still be on its way into the log: looked at until all is there, or nothing came for six seconds.
    for _ in $(seq 60); do
      before=$found
      log_of "$way" | grep -o '\[\[q[0-9]*\]\]' | tr -dc '0-9\n' | sort -u >"$WORK/found" || true
      found=$(comm -12 "$WORK/answered" "$WORK/found" | grep -c . || true)
      [ "$found" = "$before" ] && same=$((same + 1)) || same=0
      if [ "$same" = 6 ] || [ "$found" = "$answered" ]; then break; fi
      sleep 1
    done
    printf '| %s | %s | %s | %s |\n' "$way" "$answered" "$found" $((answered - found))
    stop "$way"
  done
}

printf '%s, %s cores, Linux %s; %s, %s, %s\n' "$(date -u +%Y-%m-%d)" "$(nproc)" "$(uname -r)" "$LITELLM" "$PORTKEY" "$TENSORZERO"
case ",$ONLY," in *,speed,*) speed ;; esac
case ",$ONLY," in *,lost,*) lost ;; esac
