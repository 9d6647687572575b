#!/usr/bin/env bash
# Lets programs nobody here wrote check our log, and sees that they refuse every altered copy.
#
#   run.sh                                  a synthetic log (crates/ledger/examples/write_log.rs) at sizes 1, 255, 256, 257, 70,000
#   run.sh --log DIR --vkey KEY [--proofs DIR]   a log that a server wrote: KEY is the key's text or a file that holds it
#
# Verifiers: aics-tlog, tlog-scales and the witness aics-witness (PyPI, Python 3.12 or later), golang.org/x/mod/sumdb (Go). One that cannot be had on this
# machine is skipped aloud; anything that is refused but should pass, or passes but should be refused, is a failure.
# Nothing is written outside target/interop.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
work=${CARGO_TARGET_DIR:-$project/target}/interop
log='' vkey='' proofs=''
while [ $# -gt 0 ]; do
    case $1 in
        --log) log=$2; shift 2 ;;
        --vkey) vkey=$2; shift 2 ;;
        --proofs) proofs=$2; shift 2 ;;
        *) echo "usage: run.sh [--log DIR --vkey KEY [--proofs DIR]]" >&2; exit 2 ;;
    esac
done
[ -z "$log" ] || [ -n "$vkey" ] || { echo "--log needs --vkey: a verifier does not take its key from the log" >&2; exit 2; }
[ -f "$vkey" ] && vkey=$(cat "$vkey")
mkdir -p "$work"

passed=0 failed=0 skipped=0
pass() { passed=$((passed + 1)); echo "ok    $*"; }
fail() { failed=$((failed + 1)); echo "FAIL  $*"; }
skip() { skipped=$((skipped + 1)); echo "SKIP  $*"; }

# --- the verifiers -------------------------------------------------------------------------------------------------

find_python() {
    local candidate
    for candidate in python3.12 python3.13 python3.14 python3 "$HOME"/.pyenv/versions/3.1[2-9].*/bin/python; do
        if "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

python="$work/venv/bin/python"
prepare_python() {
    "$python" -c 'import aics_tlog, tlog_scales' 2>/dev/null && return
    local base
    base=$(find_python) || { skip "aics-tlog, tlog-scales: no Python 3.12 or later on this machine"; return 1; }
    rm -rf "$work/venv"
    "$base" -m venv "$work/venv" && "$python" -m pip install -q --disable-pip-version-check aics-tlog==0.2.1 tlog-scales==0.0.3 \
        || { skip "aics-tlog, tlog-scales: could not be installed with pip (no network?)"; return 1; }
}

prepare_go() {
    command -v go >/dev/null || { skip "golang.org/x/mod/sumdb: no go on this machine"; return 1; }
    (cd "$here/go" && GOTOOLCHAIN=local GOFLAGS=-mod=readonly go build -o "$work/check-log" . 2>"$work/go.err") && return
    # Without the module proxy: Debian's golang-golang-x-mod-dev, in the old mode that finds it.
    (cd "$here/go" && GO111MODULE=off GOPATH=/usr/share/gocode go build -o "$work/check-log" main.go 2>>"$work/go.err") && return
    sed 's/^/      /' "$work/go.err"
    skip "golang.org/x/mod/sumdb: neither the Go module proxy nor Debian's golang-golang-x-mod-dev gave it"
    return 1
}

verifiers=()
prepare_python && verifiers+=(aics scales)
prepare_go && verifiers+=(go)

# verify WHO DIR [PROOFS]: the verifier's last line; its exit status is the verdict.
verify() {
    local who=$1; shift
    case $who in
        aics) "$python" "$here/check_aics.py" "$1" "$vkey" ${2:+"$2"} ;;
        scales) "$python" "$here/check_scales.py" "$1" "$vkey" ${2:+"$2"} ;;
        go) "$work/check-log" "$1" "$vkey" ${2:+"$2"} ;;
    esac 2>&1 | tail -1
}

accepts() {
    local who=$1 what=$2 said; shift 2
    if said=$(verify "$who" "$@"); then pass "$what: $said"; else fail "$what: $who refuses it: $said"; fi
}

refuses() {
    local who=$1 what=$2 said; shift 2
    if said=$(verify "$who" "$@"); then fail "$what: $who accepts it: $said"; else pass "$what: $who refuses: ${said:0:110}"; fi
}

# The program itself, as an inspector would run it, its key given apart from the log.
command_line() {
    local dir=$1 size=$2 index=$3 aics="$work/venv/bin/aics-tlog" bundle="$work/aics-bundle.json"
    [ -x "$aics" ] || return
    run() { if "$aics" "$@" --log-key "$vkey" >"$work/aics.out" 2>&1; then pass "aics-tlog $1, $size entries"; else fail "aics-tlog $1, $size entries: $(tail -1 "$work/aics.out")"; fi; }
    run verify-checkpoint --tiles "$dir"
    run verify-inclusion --index "$index" --tiles "$dir" --bundle-out "$bundle"
    run verify-bundle --bundle "$bundle" --offline
    [ -f "$dir/checkpoint.255" ] && run verify-consistency --old-checkpoint "$dir/checkpoint.255" --tiles "$dir"
    return 0
}

# --- altered copies ------------------------------------------------------------------------------------------------

# turn_byte FILE OFFSET
turn_byte() {
    local byte
    byte=$(od -An -tu1 -j"$2" -N1 "$1" | tr -d ' ')
    printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# make_copy DIR PROOFS: the copy that is altered and restored, and must pass as it is.
copy="$work/altered"
make_copy() {
    local dir=$1 proofs=$2 who
    rm -rf "$copy" && cp -r "$dir" "$copy"
    [ -n "$proofs" ] && [ ! -e "$copy/proof" ] && cp -r "$proofs" "$copy/proof"
    for who in "${verifiers[@]}"; do accepts "$who" "unaltered copy" "$copy" ${proofs:+"$copy/proof"}; done
}

# altered PROOFS FILE WHO…: each WHO must refuse the copy while one byte in the middle of FILE is another.
altered() {
    local proofs=$1 file=$2 who middle; shift 2
    middle=$(($(stat -c %s "$copy/$file") / 2))
    turn_byte "$copy/$file" $middle
    for who in "$@"; do
        refuses "$who" "altered $file" "$copy" ${proofs:+"$copy/proof"}
    done
    turn_byte "$copy/$file" $middle
}

# The files that a checkpoint of SIZE promises and that are worth altering: the first and the last of each kind.
files_of() {
    local size=$1 level=0 hashes=$1 name
    group() { name=$(printf %03d $(($1 % 1000))); local rest=$(($1 / 1000)); while [ $rest -gt 0 ]; do name=$(printf x%03d/%s $((rest % 1000)) "$name"); rest=$((rest / 1000)); done; }
    while [ "$hashes" -gt 0 ]; do
        [ "$hashes" -ge 256 ] && { echo "tile/$level/000"; [ $level = 0 ] && echo "tile/entries/000"; }
        if [ $((hashes % 256)) -gt 0 ]; then
            group $((hashes / 256))
            echo "tile/$level/$name.p/$((hashes % 256))"
            [ $level = 0 ] && echo "tile/entries/$name.p/$((hashes % 256))"
        fi
        hashes=$((hashes / 256)) level=$((level + 1))
    done
    echo checkpoint
}

# check DIR PROOFS: everything above, on one log.
check() {
    local dir=$1 proofs=$2 size who file
    size=$(sed -n 2p "$dir/checkpoint")
    echo "--- $dir: $size entries"
    for who in "${verifiers[@]}"; do accepts "$who" "$size entries" "$dir" ${proofs:+"$proofs"}; done
    [ "$size" -gt 0 ] || return
    command_line "$dir" "$size" $((size - 1))
    make_copy "$dir" "$proofs"
    for file in $(files_of "$size"); do altered '' "$file" "${verifiers[@]}"; done
    [ -n "$proofs" ] || return
    file=$(cd "$proofs" && ls -- *.tlog-proof 2>/dev/null | tail -1)
    [ -n "$file" ] && altered proofs "proof/$file" "${verifiers[@]}"
    file=$(cd "$proofs" && ls -- *.json 2>/dev/null | tail -1)
    [ -n "$file" ] && [[ " ${verifiers[*]} " == *" aics "* ]] && altered proofs "proof/$file" aics
    rm -rf "$copy"
}

# --- a witness -----------------------------------------------------------------------------------------------------

# witness DIR SIZE…: a real witness on loopback sees the log grow through our consistency proofs, refuses what it must, and its
# cosignature is read by our code and by aics-tlog.
witness() {
    local dir=$1 home="$work/witness" port url size answer pid name=witness.example/w1; shift
    port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    url=http://127.0.0.1:$port
    "$python" -c 'import aics_witness' 2>/dev/null || "$python" -m pip install -q --disable-pip-version-check aics-witness==0.1.0 \
        || { skip "aics-witness: could not be installed with pip"; return; }
    rm -rf "$home" && mkdir -p "$home"
    (
        cd "$home" && export AICS_WITNESS_CONFIG="$home/witness.json"
        "$work/venv/bin/aics-witness" init --name $name >init.out && "$work/venv/bin/aics-witness" add-log --origin "${vkey%%+*}" --vkey "$vkey" >>init.out \
            && exec "$work/venv/bin/aics-witness" serve --listen 127.0.0.1:$port
    ) >"$home/serve.out" 2>&1 &
    pid=$!
    for _ in $(seq 50); do curl -sf -o /dev/null $url/healthz && break; sleep 0.2; done
    post() { curl -s -m 10 -o "$home/answer" -w '%{http_code}' --data-binary @"$1" $url/add-checkpoint; }
    says() { answer=$(post "$2"); if [ "$answer" = "$1" ]; then pass "witness answers $1: $3"; else fail "witness answers $answer, not $1: $3: $(head -1 "$home/answer")"; fi; }
    for size in "$@"; do
        if [ "$size" = 257 ]; then
            # The same request with a byte of its proof turned, before the true one.
            sed '2s/^./#/' "$dir/add-checkpoint.$size" | sed '2s/^#/A/' >"$home/forged"
            cmp -s "$home/forged" "$dir/add-checkpoint.$size" && sed -i '2s/^./B/' "$home/forged"
            says 422 "$home/forged" "the proof to $size altered"
        fi
        says 200 "$dir/add-checkpoint.$size" "the log grows to $size"
    done
    cat "$dir/checkpoint" "$home/answer" >"$home/cosigned"
    says 409 "$dir/add-checkpoint.256" "the log seems to shrink to 256"
    local key
    key=$(grep -ho "$name+[^ ]*" "$home"/init.out | head -1)
    if answer=$("$examples/open_note" "$vkey" "$key" <"$home/cosigned" 2>&1); then pass "our code reads the cosignature: $answer"; else fail "our code refuses the cosignature: $answer"; fi
    if answer=$("$work/venv/bin/aics-tlog" verify-checkpoint --note "$home/cosigned" --log-key "$vkey" --witness-key "$key" --quorum 1 2>&1); then pass "aics-tlog reads the cosignature"; else fail "aics-tlog refuses the cosignature: $answer"; fi
    kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null
}

# --- the logs ------------------------------------------------------------------------------------------------------

if [ ${#verifiers[@]} -gt 0 ] && [ -n "$log" ]; then
    check "$log" "$proofs"
elif [ ${#verifiers[@]} -gt 0 ]; then
    (cd "$project" && cargo build -q --locked -p ledger --examples) || { echo "the examples of crate ledger do not build" >&2; exit 1; }
    examples=${CARGO_TARGET_DIR:-$project/target}/debug/examples
    # The last log was published at all sizes in turn, so each is also a beginning of it.
    for sizes in 1 255 256 257 "1 255 256 257 70000"; do
        dir="$work/log-${sizes##* }"
        rm -rf "$dir"
        # shellcheck disable=SC2086
        "$examples/write_log" "$dir" $sizes || { fail "write_log $sizes"; continue; }
        vkey=$(cat "$dir/vkey")
        check "$dir" "$dir/proof"
    done
    [[ " ${verifiers[*]} " == *" aics "* ]] && witness "$dir" 1 255 256 257 70000
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
