#!/bin/sh
# The long faults: 200 rounds of SIGKILL (LETOPIS_SOAK rounds, each start with a seed of its own) against the real binary.
#
#   tests/soak.sh [ROUNDS] [STARTS]
#
# Prints the seed of each start; a failure is repeated with LETOPIS_SEED=… LETOPIS_SOAK=… cargo test --test stories killed.
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-200}
starts=${2:-1}
cargo test --locked --package letopis --test stories --no-run
n=0
while [ "$n" -lt "$starts" ]; do
    seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
    echo "start $((n + 1)) of $starts: $rounds rounds, LETOPIS_SEED=$seed"
    LETOPIS_SOAK=$rounds LETOPIS_SEED=$seed cargo test --locked --package letopis --test stories -- killed --nocapture
    n=$((n + 1))
done
