"""Checks a log with aics-tlog, a C2SP verifier from PyPI.

    check_aics.py DIR VKEY [PROOFS]

Every tile and every entry bundle is authenticated against the signed root; sampled leaves are proved; every checkpoint.SIZE beside
the checkpoint must be a beginning of it; every PROOFS/*.tlog-proof must hold, and every PROOFS/*.json (our proof bundle, whose
chain from the record to the entry is worked out here from its description alone) as well. Exits non-zero at the first that does not.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

import aics_tlog as tlog

EDGES = (0, 1, 254, 255, 256, 257, 65_535, 65_536)


def refuse(why):
    sys.exit(f"aics-tlog: {why}")


def opened(note_bytes, key):
    note = tlog.parse_note(note_bytes)
    result = tlog.verify_checkpoint(note, key, expected_origin=key.name)
    if not result.ok:
        refuse(f"checkpoint: {result.error}")
    return tlog.parse_checkpoint(note.text)


def check_path(leaf, index, path, checkpoint, what):
    if not tlog.verify_inclusion(leaf, index, checkpoint.size, path, checkpoint.root):
        refuse(f"{what}: leaf {index} is not in the tree")


def read_proof(text):
    """The parts of a .tlog-proof: index, path, checkpoint note."""
    head, checkpoint = text.split("\n\n", 1)
    first, index, *path = head.split("\n")
    if first != "c2sp.org/tlog-proof@v1" or not index.startswith("index "):
        refuse("not a tlog-proof")
    return int(index.removeprefix("index ")), [base64.b64decode(line, validate=True) for line in path], checkpoint


def check_bundle(text, key):
    bundle = json.loads(text)
    rid, salt, blob = (bytes.fromhex(bundle[name]) for name in ("rid", "salt", "blob_sha256"))
    record = bundle["record"].encode() if "record" in bundle else base64.b64decode(bundle["record_base64"])
    commitment = hashlib.sha256(b"letopis/record/v1\0" + rid + salt + record).digest()
    entry = bytes([1, 0]) + rid + commitment + blob
    if entry != base64.b64decode(bundle["entry"], validate=True):
        refuse("bundle: the record is not the one the entry commits to")
    index, path, note = read_proof(bundle["proof"])
    if index != bundle["index"] or bundle["origin"] != key.name:
        refuse("bundle: index or origin")
    check_path(tlog.leaf_hash(entry), index, path, opened(note, key), "bundle")


def main(folder, vkey, proofs=None):
    folder, key = Path(folder), tlog.parse_vkey(vkey)
    checkpoint = opened((folder / "checkpoint").read_bytes(), key)
    reader, size = tlog.FileSystemTileReader(folder), checkpoint.size
    if tlog.tree_root_from_tiles(reader, size) != checkpoint.root:
        refuse("the tiles do not lead to the root")
    report = tlog.audit_tiles(reader, size, checkpoint.root)
    for index in sorted({*EDGES, size // 2, size - 1}):
        if 0 <= index < size:
            leaf = tlog.leaf_hash(tlog.read_entry(reader, index, size))
            check_path(leaf, index, tlog.inclusion_proof_from_tiles(reader, index, size), checkpoint, "tiles")
    older = sorted(folder.glob("checkpoint.*"))
    for path in older:
        old = opened(path.read_bytes(), key)
        proof = tlog.consistency_proof_from_tiles(reader, old.size, size)
        if not tlog.verify_consistency(old.size, size, old.root, checkpoint.root, proof):
            refuse(f"the tree of {old.size} is not a beginning of that of {size}")
    files = sorted(Path(proofs).glob("*.tlog-proof")) if proofs else []
    for path in files:
        index, hashes, note = read_proof(path.read_bytes().decode())
        check_path(tlog.leaf_hash(tlog.read_entry(reader, index, size)), index, hashes, opened(note, key), path.name)
    bundles = sorted(Path(proofs).glob("*.json")) if proofs else []
    for path in bundles:
        check_bundle(path.read_bytes().decode(), key)
    print(
        f"aics-tlog: {size} entries, {report.tiles} tiles, {report.bundles} bundles, "
        f"{len(older)} older checkpoints, {len(files)} proof files, {len(bundles)} proof bundles"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
