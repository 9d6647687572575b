#!/usr/bin/env bash
# The console in a real Chromium, over the demo's month: what people do on it, with and without JavaScript, and every page by width, theme and barriers (axe).
#
#   tests/browser/run.sh [NAME…]   all cases, or those whose name holds one of the words
#
# LETOPIS names the binary (target/release/letopis), CHROMIUM the browser, PAGES_OF a server that runs already (its sign-in link).
# Packages are pinned (package-lock.json) and installed into target/browser, where the pictures of every page are kept as well.
# Without node or Chromium everything is skipped aloud; where CI is set, that is a failure.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
work=${CARGO_TARGET_DIR:-$project/target}/browser
letopis=${LETOPIS:-$project/target/release/letopis}
mkdir -p "$work"

skip() {
    echo "skipped  everything: $1"
    [ -z "${CI:-}" ] && exit 0
    echo "CI is set: it has to be there" >&2
    exit 1
}

browser=
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$name" ] && browser=$(command -v "$name") && break
done
[ -n "$browser" ] || skip "there is no Chromium on this machine (CHROMIUM names one)"
command -v node >/dev/null && command -v npm >/dev/null || skip "there is no node on this machine"
if ! cmp -s "$here/package-lock.json" "$work/.installed" || [ ! -d "$work/node_modules" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$work/"
    (cd "$work" && npm ci --no-audit --no-fund --silent) || skip "playwright-core and axe-core could not be installed"
    cp "$here/package-lock.json" "$work/.installed"
fi
# Node finds packages beside the script.
rm -rf "$work/scripts" && mkdir "$work/scripts" && cp "$here"/*.mjs "$work/scripts/"

link=${PAGES_OF:-}
server=
data=
finish() {
    [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null; wait "$server" 2>/dev/null; }
    [ -z "$data" ] || rm -rf "$data"
}
trap finish EXIT

if [ -z "$link" ]; then
    [ -x "$letopis" ] || { echo "no binary at $letopis: build it, or name it in LETOPIS" >&2; exit 2; }
    data=$(mktemp -d)
    "$letopis" demo --data "$data/demo" --listen 127.0.0.1:0 >"$data/out" 2>"$data/err" &
    server=$!
    # Filled first: what numbers and reviews say depends on the whole month.
    for _ in $(seq 600); do
        grep -q '^filled' "$data/out" && break
        kill -0 "$server" 2>/dev/null || break
        sleep 0.2
    done
    grep -q '^filled' "$data/out" || { echo "the demo was not filled"; tail -n 20 "$data/out" "$data/err"; exit 1; }
    link=$(grep -o 'http://[^ ]*/welcome/[^ ]*' "$data/out" | head -n 1)
fi
node "$work/scripts/check.mjs" "$browser" "$work/pictures" "$link" "$@"
