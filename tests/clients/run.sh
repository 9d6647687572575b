#!/usr/bin/env bash
# Real SDKs against fake vendors, directly and through letopis: both ends must see the same bytes, and the journal must say what happened.
#
#   tests/clients/run.sh [NAME…]            all clients, or those named as in table.py ("openai (JS)", bitrix_fast)
#   tests/clients/run.sh --direct [NAME…]   without letopis: are the fakes and the scripts the same twice?
#   tests/clients/run.sh simulator          only the Bitrix24 SDKs against our simulator of a portal (named in BITRIX24_SIM, or built)
#
# LETOPIS names the binary (target/release/letopis). Packages are pinned (requirements.txt, package-lock.json) and installed into
# target/clients from whatever registries this machine is set up for. A client that cannot be had here is skipped aloud.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
work=${CARGO_TARGET_DIR:-$project/target}/clients
mode=${LETOPIS:-$project/target/release/letopis}
[ "${1:-}" = --direct ] && { mode=--direct; shift; }
[ "$mode" = --direct ] || [ "$*" = simulator ] || [ -x "$mode" ] || { echo "no binary at $mode: build it, or name it in LETOPIS" >&2; exit 2; }
mkdir -p "$work/calls"

# Installed again only when the pins changed.
same() { cmp -s "$1" "$work/.$(basename "$1")"; }
note() { cp "$1" "$work/.$(basename "$1")"; }

python_packages() {
    local candidate
    same "$here/requirements.txt" && [ -x "$work/venv/bin/python" ] && return
    for candidate in python3.13 python3.12 python3.11 python3; do
        "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        rm -rf "$work/venv" && "$candidate" -m venv "$work/venv" || continue
        "$work/venv/bin/python" -m pip install -q --disable-pip-version-check -r "$here/requirements.txt" && note "$here/requirements.txt" && return
        # All at once does not go: what goes one by one.
        while read -r package; do "$work/venv/bin/python" -m pip install -q --no-deps --disable-pip-version-check "$package" || echo "SKIP  $package could not be installed"; done <"$here/requirements.txt"
        return
    done
    echo "no Python 3.11 or later on this machine" >&2
    return 1
}

js_packages() {
    command -v node >/dev/null && command -v npm >/dev/null || { echo "SKIP  no node on this machine: the JavaScript SDKs"; return; }
    same "$here/package-lock.json" && [ -d "$work/node_modules" ] && return
    cp "$here/package.json" "$here/package-lock.json" "$work/"
    (cd "$work" && npm ci --no-audit --no-fund --silent 2>/dev/null) && note "$here/package-lock.json" || echo "SKIP  the JavaScript SDKs could not be installed"
}

python_packages || exit 1
js_packages
# Node finds packages beside the script.
cp "$here"/calls/*.mjs "$here"/simulator/*.mjs "$work/calls/"
export PYTHONDONTWRITEBYTECODE=1

# The Bitrix24 simulator against the SDKs directly: no letopis in it.
simulator() {
    local binary=${BITRIX24_SIM:-${CARGO_TARGET_DIR:-$project/target}/release/bitrix24-sim}
    [ -x "$binary" ] || (cd "$project" && cargo build --release --locked -p bitrix24-sim) || return 1
    "$work/venv/bin/python" "$here/simulator/check.py" "$work" "$binary"
}

[ "$*" = simulator ] && { simulator; exit; }
good=0
"$work/venv/bin/python" "$here/check.py" "$work" "$mode" "$@" || good=1
[ $# -eq 0 ] && { simulator || good=1; }
exit $good
