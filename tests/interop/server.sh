#!/usr/bin/env bash
# Starts the given binary on a folder of its own, sends it events, fetches its public log over HTTP as any stranger would, and
# lets the foreign verifiers of run.sh check what came.
#
#   tests/interop/server.sh [BINARY]
set -euo pipefail
cd "$(dirname "$0")/../.."
LETOPIS=$(realpath "${1:-target/release/letopis}")
WORK=$(mktemp -d)
SERVER=
finish() {
  [ -z "$SERVER" ] || { kill -TERM "$SERVER" 2>/dev/null || true; wait "$SERVER" 2>/dev/null || true; }
  rm -rf "$WORK"
}
trap finish EXIT

"$LETOPIS" serve --data "$WORK/data" --listen 127.0.0.1:0 >"$WORK/out" 2>"$WORK/err" &
SERVER=$!
for _ in $(seq 100); do grep -q ltp_ingest "$WORK/out" && break; sleep 0.1; done
URL=$(grep -o 'http://127[^ ]*' "$WORK/out" | head -n 1)
KEY=$(grep -o 'ltp_ingest_[A-Za-z0-9_-]*' "$WORK/out")

python3 - "$URL" "$KEY" "$WORK/log" <<'PY'
import json, os, sys, time, urllib.request

url, key, folder = sys.argv[1:]
lines = [json.dumps({"event_id": f"e{n}", "timestamp": "2025-01-01T12:00:00+03:00", "channel": "site", "session_id": f"s{n // 8}",
                     "text": f"проверка {n}"}, ensure_ascii=False) for n in range(700)]
request = urllib.request.Request(url + "/api/v1/events", "\n".join(lines).encode(),
                                 {"Authorization": "Bearer " + key, "Content-Type": "application/x-ndjson"})
assert urllib.request.urlopen(request).status == 202

def get(path):
    return urllib.request.urlopen(f"{url}/log/main/{path}").read()

for _ in range(100):
    try:
        checkpoint = get("checkpoint")
        if int(checkpoint.split(b"\n")[1]) >= 700:
            break
    except urllib.error.HTTPError:
        pass
    time.sleep(0.1)
size = int(checkpoint.split(b"\n")[1])
assert size >= 700, f"the checkpoint covers {size}"

def save(path, data):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "wb").write(data)

def number(n):
    parts = [f"{n % 1000:03}"]
    while n := n // 1000:
        parts.insert(0, f"x{n % 1000:03}")
    return "/".join(parts)

save("checkpoint", checkpoint)
level, hashes = 0, size
while hashes:
    for index in range(0, (hashes + 255) // 256):
        width = min(256, hashes - index * 256)
        suffix = "" if width == 256 else f".p/{width}"
        for kind in [str(level)] + (["entries"] if level == 0 else []):
            path = f"tile/{kind}/{number(index)}{suffix}"
            save(path, get(path))
    level, hashes = level + 1, hashes >> 8
print(f"fetched a log of {size} entries over HTTP")
PY

VKEY=$("$LETOPIS" business show main --data "$WORK/data" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["vkey"])')
tests/interop/run.sh --log "$WORK/log" --vkey "$VKEY"
