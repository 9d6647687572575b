"""Checks a log with tlog-scales, another C2SP reader from PyPI.

    check_scales.py DIR VKEY [PROOFS]

The checkpoint's signature, the root from the tiles, leaves and their proofs (all of a small log, a sample of a large one), the
older checkpoints beside it; and every PROOFS/*.tlog-proof must be, byte for byte, the file that tlog-scales makes itself.
"""

import subprocess
import sys
from pathlib import Path

from tlog_scales import tiles
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint

SMALL = 300


def main(folder, vkey, proofs=None):
    folder, key = Path(folder).resolve(), Vkey.from_string(vkey)
    reader = TilesReader(LocalBackend(folder))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(key)
    size = checkpoint.size
    if reader.calculate_root_hash() != checkpoint.root_hash:
        sys.exit("tlog-scales: the tiles do not lead to the root")
    sample = range(size) if size <= SMALL else [0, 1, 254, 255, 256, 257, 65_535, 65_536, size // 2, size - 1]
    for index in (index for index in sample if index < size):
        reader.get_inclusion_proof(index, size).check(tiles.leaf_hash(reader.get_entry(index)), checkpoint.root_hash)
    older = sorted(folder.glob("checkpoint.*"))
    for path in older:
        old = Checkpoint.from_text(path.read_text())
        old.verify(key)
        reader.get_consistency_proof(old.size, size).check(old.root_hash, checkpoint.root_hash)
    files = sorted(Path(proofs).glob("*.tlog-proof")) if proofs else []
    for path in files:
        command = [Path(sys.executable).with_name("tlog-tiles"), "gen-proof", folder, path.stem]
        if subprocess.run(command, check=True, capture_output=True).stdout != path.read_bytes():
            sys.exit(f"tlog-scales: makes another {path.name}")
    print(f"tlog-scales: {size} entries, {len(older)} older checkpoints, {len(files)} proof files made alike")


if __name__ == "__main__":
    main(*sys.argv[1:])
