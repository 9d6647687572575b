#!/usr/bin/env bash
# Every fuzz target for some seconds, with the toolchain that builds the product: no nightly, no cargo-fuzz.
#
#   fuzz/smoke.sh [SECONDS] [TARGET…]     10 seconds each, all of them
#
# What it finds lies in target/fuzz/found/TARGET; README.md says how to run that again.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=${CARGO_TARGET_DIR:-$here/../target}/fuzz
seconds=${1:-10}
shift || true

# What cargo-fuzz passes, without the sanitizers: `unsafe` is forbidden here, so panics and endless loops are what there is to find.
flags="-Cpasses=sancov-module --cfg fuzzing -Cdebug-assertions -Ccodegen-units=4"
for argument in -sanitizer-coverage-level=4 -sanitizer-coverage-inline-8bit-counters -sanitizer-coverage-pc-table -sanitizer-coverage-trace-compares; do
    flags="$flags -Cllvm-args=$argument"
done
target=$(rustc -vV | sed -n 's/^host: //p')
# With --target the flags are for the targets alone, not for build scripts.
RUSTFLAGS=$flags CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=1 \
    cargo build --locked --manifest-path "$here/Cargo.toml" --target "$target" --target-dir "$work" || exit 1

[ $# -gt 0 ] || for file in "$here"/fuzz_targets/*.rs; do set -- "$@" "$(basename "$file" .rs)"; done
failed=0
for name in "$@"; do
    mkdir -p "$work/corpus/$name" "$work/found/$name"
    log=$work/found/$name.log
    if "$work/$target/debug/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="$work/found/$name/" "$work/corpus/$name" >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        echo "ok    $name: $runs inputs, $(find "$work/corpus/$name" -type f | wc -l) kept"
    else
        failed=1
        echo "FOUND $name: $(grep -m1 -E 'panicked at|ERROR:|timeout' "$log") (see $log and $work/found/$name)"
    fi
done
exit $failed
