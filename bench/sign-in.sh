#!/usr/bin/env bash
# Signs the owner of a data folder in, as a browser would, and prints the cookie: sign-in.sh DATA URL
set -euo pipefail
LETOPIS=${BENCH_LETOPIS:-target/release/letopis}
LINK=$("$LETOPIS" user link owner --data "$1" --json | grep -o '/welcome/[A-Za-z0-9_-]*')
curl -fsS -o /dev/null -D - -d "" -H "Origin: $2" -H "Sec-Fetch-Site: same-origin" "$2$LINK" \
  | sed -n 's/^[Ss]et-[Cc]ookie: \([^;]*\);.*/\1/p' | head -n 1
