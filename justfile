# The verbs of this workshop. `.ci/run` calls the same ones.

# Everything in one process on ./letopis-data
run *ARGS:
    cargo run --release --locked -- serve {{ARGS}}

# A filled product on ./letopis-demo
demo *ARGS:
    cargo run --release --locked -- demo {{ARGS}}

# Quick tests: units, properties, stories
test:
    cargo test --workspace --locked

# What must be clean before a commit
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    command -v cargo-deny >/dev/null && cargo deny --locked check bans licenses sources || echo "SKIP cargo deny: not installed"

# Programs nobody here wrote check our log
interop *ARGS:
    tests/interop/run.sh {{ARGS}}

# SDKs nobody here wrote, against fake vendors, through letopis
clients *ARGS:
    tests/clients/run.sh {{ARGS}}

# Every parser of outside bytes for some seconds: fuzz [SECONDS] [TARGET…]
fuzz *ARGS:
    fuzz/smoke.sh {{ARGS}}

# A simulated Bitrix24 portal: just bitrix24 --faults 0.3 --seed 7
bitrix24 *ARGS:
    cargo run --release --locked -p bitrix24-sim -- {{ARGS}}

# Figures against the floor; table in bench/README.md
bench *ARGS:
    bench/run.sh {{ARGS}}

# Hours, not minutes: many kills, longer loads
soak:
    tests/soak.sh
