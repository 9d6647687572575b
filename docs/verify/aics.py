"""Checks a dossier (HTML) or a proof (JSON) with aics-tlog, a program that has nothing to do with Letopis.

    pip install aics-tlog==0.2.1
    python3 aics.py FILE VKEY

Only the first step is done here, as docs/verify.md describes it: from the record to the 82 bytes of its entry. That the entry is in the log and
that the log signed is aics-tlog's verdict. Prints each record; exits non-zero at the first that does not hold.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def bundles(text):
    inside = re.search(r'<script type="application/json" id="proofs">(.*?)</script>', text, re.S)
    return json.loads(inside[1]) if inside else [json.loads(text)]


def entry(bundle):
    record = bundle["record"].encode() if "record" in bundle else base64.b64decode(bundle["record_base64"])
    rid, salt, blob = (bytes.fromhex(bundle[name]) for name in ("rid", "salt", "blob_sha256"))
    commitment = hashlib.sha256(b"letopis/record/v1\0" + rid + salt + record).digest()
    return record, bytes([1, 0]) + rid + commitment + blob


def main(file, vkey):
    beside = Path(sys.executable).parent / "aics-tlog"
    program = str(beside) if beside.exists() else "aics-tlog"
    for bundle in bundles(Path(file).read_text(encoding="utf-8")):
        record, leaf = entry(bundle)
        proof, checkpoint = bundle["proof"].split("\n\n", 1)
        lines = proof.split("\n")
        handed = {
            "entry_bytes": base64.urlsafe_b64encode(leaf).decode().rstrip("="),
            "index": int(lines[1].removeprefix("index ")),
            "inclusion_proof": lines[2:],
            "checkpoint_note": base64.urlsafe_b64encode(checkpoint.encode()).decode().rstrip("="),
            "envelope": None,
            "body_or_ct": None,
        }
        with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
            json.dump(handed, out)
            out.flush()
            said = subprocess.run([program, "verify-bundle", "--offline", "--bundle", out.name, "--log-key", vkey], capture_output=True, text=True)
        if said.returncode != 0:
            sys.exit(f"record {handed['index']} DOES NOT HOLD: {(said.stdout + said.stderr).strip()}")
        print(f"record {handed['index']} holds:")
        for line in record.decode(errors="replace").split("\n"):
            print("    " + "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
