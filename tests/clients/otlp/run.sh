#!/usr/bin/env bash
# Lets the SDKs that others wrote send spans and log records, and reads back what the journal made of them.
#
#   run.sh URL KEY [READ_KEY]   to a running Letopis; KEY sends, READ_KEY (or KEY, where it may) reads
#   run.sh                      starts one on a folder of its own: the binary is $LETOPIS, or target/release/letopis
#
# Packages are pinned in requirements.txt and installed into target/clients/otlp. What cannot be had here is skipped aloud.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../../.." && pwd)
work=${CARGO_TARGET_DIR:-$project/target}/clients/otlp
mkdir -p "$work"

apps=(sdk json openai_v2 openllmetry openinference langfuse)
python=$work/venv/bin/python
if ! { [ -x "$python" ] && cmp -s "$here/requirements.txt" "$work/installed"; }; then
    base=
    for candidate in python3.12 python3.13 python3.11 python3.10 python3 "$HOME"/.pyenv/versions/3.1[0-9].*/bin/python; do
        if "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then base=$candidate; break; fi
    done
    [ -n "$base" ] || { echo "SKIP  otlp: no Python 3.10 or later on this machine"; exit 0; }
    rm -rf "$work/venv"
    "$base" -m venv "$work/venv"
    if ! "$python" -m pip install -q --disable-pip-version-check -r "$here/requirements.txt" >"$work/pip.log" 2>&1; then
        tail -3 "$work/pip.log"
        echo "SKIP  otlp: the packages could not be installed with pip (no network?)"
        exit 0
    fi
    cp "$here/requirements.txt" "$work/installed"
fi

server='' folder=''
finish() {
    [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
    [ -z "$folder" ] || rm -rf "$folder"
}
trap finish EXIT
if [ $# -ge 2 ]; then
    url=$1 key=$2 read=${3:-$2}
else
    letopis=$(realpath "${LETOPIS:-$project/target/release/letopis}")
    folder=$(mktemp -d)
    "$letopis" serve --data "$folder/data" --listen 127.0.0.1:0 >"$folder/out" 2>"$folder/err" &
    server=$!
    for _ in $(seq 100); do grep -q ltp_ingest "$folder/out" && break; sleep 0.1; done
    url=$(grep -o 'http://127[^ ]*' "$folder/out" | head -n 1)
    key=$(grep -o 'ltp_ingest_[A-Za-z0-9_-]*' "$folder/out")
    read=$("$letopis" key create --data "$folder/data" --role read --json | "$python" -c 'import json, sys; print(json.load(sys.stdin)["key"])')
fi

run=run-$(date +%s)-$$
ran=() failed=0
export OTEL_EXPORTER_OTLP_TIMEOUT=10 PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1
for app in "${apps[@]}"; do
    if timeout 60 "$python" "$here/app_$app.py" "$url" "$key" "$run-$app" >"$work/$app.log" 2>&1; then
        ran+=("$app")
    else
        failed=1
        echo "FAIL  $app: $(tail -1 "$work/$app.log")"
    fi
done
"$python" "$here/check.py" "$url" "$read" "$run" "${ran[@]}" || failed=1
exit $failed
