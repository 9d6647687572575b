"""Lets a foreign log (aics-tlog, aics-witness's feeder) be cosigned by our witness, and sees that a second history is refused.

    feed_witness.py URL WITNESS_VKEY KEY_OUT [SEED]

Called twice: without a witness yet to write the log's key into KEY_OUT (URL is "-"), then to feed. Exits non-zero at the first surprise.
"""

import base64
import hashlib
import sys
from pathlib import Path

import aics_tlog as tlog
from aics_witness.feeder import WitnessClient, WitnessRejected, merge_cosignatures
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "foreign.example/log"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a log that is not ours").digest())


def vkey():
    public = KEY.public_key().public_bytes_raw()
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]
    return key_id, f"{ORIGIN}+{key_id.hex()}+{base64.b64encode(b'\x01' + public).decode()}"


def signed(tree, size):
    root = base64.b64encode(tree.root(size)).decode()
    text = f"{ORIGIN}\n{size}\n{root}\n"
    signature = base64.b64encode(vkey()[0] + KEY.sign(text.encode())).decode()
    return f"{text}\n\u2014 {ORIGIN} {signature}\n".encode()


class Tree:
    """A tree of given leaves, by the definition of RFC 6962."""

    def __init__(self, story, size):
        self.leaves = [tlog.leaf_hash(f"{story if n >= 40 else 'same'} {n}".encode()) for n in range(size)]

    def mth(self, low, high):
        if high - low == 1:
            return self.leaves[low]
        split = 1 << ((high - low - 1).bit_length() - 1)
        return hashlib.sha256(b"\x01" + self.mth(low, low + split) + self.mth(low + split, high)).digest()

    def root(self, size):
        return self.mth(0, size) if size else hashlib.sha256(b"").digest()

    def proof(self, old, new):
        return self.subproof(old, 0, new, True) if 0 < old < new else []

    def subproof(self, old, low, high, whole):
        if old == high:
            return [] if whole else [self.mth(low, high)]
        split = low + (1 << ((high - low - 1).bit_length() - 1))
        if old <= split:
            return self.subproof(old, low, split, whole) + [self.mth(split, high)]
        return self.subproof(old, split, high, False) + [self.mth(low, split)]


def main(url, witness_vkey, key_out):
    Path(key_out).write_text(vkey()[1] + "\n")
    if url == "-":
        return
    true, other = Tree("true", 300), Tree("other", 300)
    client = WitnessClient(url, witness_vkey, max_age_seconds=60)
    fed = 0
    for size in (1, 2, 50, 256, 257, 257):
        note = merge_cosignatures(signed(true, size), client.submit(signed(true, size), true.proof))
        assert len(tlog.parse_note(note).signatures) == 2
        fed += 1
    # One that has forgotten what it sent is told 409 and goes on from there.
    forgetful = WitnessClient(url, witness_vkey)
    forgetful.submit(signed(true, 260), true.proof)
    for size in (260, 300):
        try:
            WitnessClient(url, witness_vkey).submit(signed(other, size), other.proof)
        except WitnessRejected as refused:
            assert refused.status in (409, 422), refused
        else:
            sys.exit(f"feeder: a second history of {size} entries was cosigned")
    print(f"aics-witness's feeder: {fed + 1} checkpoints of a foreign log cosigned, a second history refused")


if __name__ == "__main__":
    main(*sys.argv[1:])
