//! Writes a log of synthetic entries as C2SP files, for programs nobody here wrote to check (`tests/interop`).
//!
//! ```text
//! cargo run -p ledger --example write_log -- DIR SIZE [SIZE…]
//!
//! DIR/checkpoint  DIR/tile/…  DIR/tile/entries/…     the log, at the last size; every earlier size was published too
//! DIR/checkpoint.SIZE                                the checkpoint of each size
//! DIR/add-checkpoint.SIZE                            what a witness is asked when the log has grown to SIZE
//! DIR/vkey                                           the key a verifier is to believe
//! DIR/proof/INDEX.json  DIR/proof/INDEX.tlog-proof   proof bundles of some records, in the last checkpoint
//! ```
//!
//! The key is a test key with a published seed. Entries are made up from their index, so that two runs write equal files.

use std::borrow::Cow;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use ledger::{
    Checkpoint, ENTRY_BYTES, Entry, ProofBundle, SigningKey, Tile, TileData, TileSource, TileWriter, TlogProof, consistency_proof,
    entry_bundle, inclusion_proof, leaf_hash, salt,
};

const ORIGIN: &str = "letopis.example/interop";
const SEED: [u8; 32] = [42; 32];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("usage: write_log DIR SIZE [SIZE…]")?);
    let sizes = arguments.map(|size| size.parse()).collect::<Result<Vec<u64>, _>>()?;
    let key = SigningKey::from_seed(ORIGIN, &SEED)?;
    let mut log = Log { folder, writer: TileWriter::new() };
    log.write("vkey", format!("{}\n", key.verifying_key()))?;
    for size in sizes {
        let old = log.writer.size();
        let note = log.grow_to(size, &key)?;
        log.write(&format!("checkpoint.{size}"), &note)?;
        log.write("checkpoint", &note)?;
        let proof: String = consistency_proof(&log, old, size)?.iter().map(|hash| format!("{hash}\n")).collect();
        log.write(&format!("add-checkpoint.{size}"), format!("old {old}\n{proof}\n{note}"))?;
    }
    log.write_proofs()
}

struct Log {
    folder: PathBuf,
    writer: TileWriter,
}

impl Log {
    /// Tiles first, then the checkpoint that promises them.
    fn grow_to(&mut self, size: u64, key: &SigningKey) -> Result<String, Box<dyn Error>> {
        let full = self.writer.append((self.writer.size()..size).map(|index| leaf_hash(&entry(index))));
        for TileData { tile, bytes } in full.into_iter().chain(self.writer.partial_tiles()) {
            self.write(&tile.path(), bytes)?;
            if tile.level == 0 {
                let first = tile.index * 256;
                let entries = (first..first + u64::from(tile.width)).map(entry);
                self.write(&tile.entries_path(), entry_bundle::encode(entries)?)?;
            }
        }
        Ok(Checkpoint { origin: ORIGIN.to_owned(), size, root: self.writer.root() }.sign(key)?)
    }

    /// Bundles of the records at the edges of tiles.
    fn write_proofs(&self) -> Result<(), Box<dyn Error>> {
        let size = self.writer.size();
        let checkpoint = fs::read_to_string(self.folder.join("checkpoint"))?;
        for index in [0, 1, 254, 255, 256, 257, 65_535, 65_536, size.saturating_sub(1)].into_iter().filter(|index| *index < size) {
            let path = inclusion_proof(self, index, size)?;
            let proof = TlogProof { extra: None, index, path, checkpoint: checkpoint.clone() };
            self.write(&format!("proof/{index}.tlog-proof"), proof.to_string())?;
            let (rid, salt, record, blob) = parts(index);
            let bundle = ProofBundle::new(ORIGIN, rid, salt, record, blob, proof).with_event_id(format!("evt_{index}"));
            self.write(&format!("proof/{index}.json"), serde_json::to_string_pretty(&bundle)?)?;
        }
        Ok(())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        fs::write(path, bytes)
    }
}

impl TileSource for Log {
    type Error = io::Error;

    fn tile(&self, tile: Tile) -> io::Result<Cow<'_, [u8]>> {
        fs::read(self.folder.join(tile.path())).map(Cow::Owned)
    }
}

/// The record with this index, and all that its entry commits to.
fn parts(index: u64) -> ([u8; 16], [u8; 32], Vec<u8>, [u8; 32]) {
    let mut rid = [0; 16];
    rid[..8].copy_from_slice(&index.to_be_bytes());
    let record = format!("{{\"event_id\":\"evt_{index}\",\"bot_response\":\"Записал на 15:00\"}}").into_bytes();
    (rid, salt(&[9; 32], &rid), record, leaf_hash(&index.to_be_bytes()).0)
}

fn entry(index: u64) -> [u8; ENTRY_BYTES] {
    let (rid, salt, record, blob) = parts(index);
    Entry::record(rid, &salt, &record, blob).encode()
}
