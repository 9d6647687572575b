//! The tamper-evident log of Letopis: a Merkle tree of commitments, in files that programs nobody here wrote can check.
//!
//! # The life of one record
//!
//! ```text
//! R ── commitment ──▶ Entry (82 bytes) ── leaf_hash ──▶ TileWriter ──▶ tiles ─┐
//!      rid, salt         │                                   └─ root ──▶ Checkpoint ── sign ──▶ note
//!                        └──▶ entry bundle                                      │
//!                                     R, salt, rid ──▶ ProofBundle ◀── inclusion_proof + note
//! ```
//!
//! The recorder seals R and makes its [`Entry`]; the entry's leaf hash goes into a [`TileWriter`], which hands out each tile as it
//! fills; the root goes into a [`Checkpoint`], signed as a C2SP note. Later anyone who holds the tiles makes an
//! [`inclusion_proof`], and anyone who holds R, its salt and that proof (a [`ProofBundle`]) checks it offline, with the log's
//! public key and nothing else. Here is all of it:
//!
//! ```
//! use ledger::{Checkpoint, Entry, ProofBundle, SigningKey, TileWriter, TlogProof, leaf_hash, salt};
//!
//! // Sealing. The random values are the caller's; k_com is the client's commitment key, which dies with the client's data.
//! let (rid, k_com, blob_sha256) = ([0xcd; 16], [0x0b; 32], [0xee; 32]);
//! let record = "Записал на 15:00".as_bytes();
//! let salt = salt(&k_com, &rid);
//! let entry = Entry::record(rid, &salt, record, blob_sha256).encode();
//! assert_eq!(entry[..4], [0x01, 0x00, 0xcd, 0xcd]); // version 1, kind 0, rid…
//!
//! // Recording.
//! let mut tree = TileWriter::new();
//! let full = tree.append([leaf_hash(&entry)]);
//! assert!(full.is_empty());
//! assert_eq!(tree.partial_tiles()[0].tile.path(), "tile/0/000.p/1");
//! let key = SigningKey::from_seed("letopis.example/salon/1", &[7; 32])?;
//! let checkpoint = Checkpoint { origin: "letopis.example/salon/1".to_owned(), size: tree.size(), root: tree.root() };
//! let note = checkpoint.sign(&key)?;
//! assert_eq!(
//!     note,
//!     "letopis.example/salon/1\n\
//!      1\n\
//!      d1QgSBLeE/KF8jXiCD2aKHRaVr02xdX5UyNFpLXIDF8=\n\
//!      \n\
//!      — letopis.example/salon/1 \
//!      vowEXOu7APUEyJrH2IuAfClhyBceXbCwZnwJpLM0mewq4JJeTP13C6pmyEDVi+PoQFySzf+sWVxtsGU8H6pyTHkehA0=\n"
//! );
//!
//! // Opening one record to a stranger, who has the public key from elsewhere. In a tree of one leaf the path is empty.
//! let proof = TlogProof { extra: None, index: 0, path: vec![], checkpoint: note };
//! let json = serde_json::to_vec(&ProofBundle::new("letopis.example/salon/1", rid, salt, record.to_vec(), blob_sha256, proof))?;
//! let believed: ledger::VerifyingKey = key.verifying_key().to_string().parse()?;
//! let verified = ProofBundle::from_json(&json)?.verify(&believed)?;
//! assert_eq!((verified.index, verified.checkpoint.size), (0, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What this crate is not
//!
//! It is pure: bytes in, bytes out. It opens no file, asks no clock, draws no random number, speaks to no network, and holds
//! nothing global, so an inspector can build and run it alone. It never sees a key that encrypts. It cannot know what was signed
//! before: not to sign a smaller or a forked tree is the recorder's duty. And a proof shows that a record was committed to before
//! a checkpoint was signed; not that it was true, nor that nothing was left out.
//!
//! # Files
//!
//! | file | what it is |
//! |---|---|
//! | `entry` | the leaf: kind, rid, commitment, blob hash |
//! | `tree` | leaf and node hashes, the compact right edge |
//! | `tile`, `path` | which tiles a tree of a size has; their names |
//! | `grow` | appending: leaves in, tiles out |
//! | `prove`, `proof` | making proofs from tiles; checking them |
//! | `entry_bundle` | 256 entries in a file |
//! | `key`, `note`, `checkpoint` | who signs, how, and what |
//! | `cosign`, `witnessing` | what a witness signs; what it is asked, how it judges, what it answers |
//! | `tlog_proof`, `proof_bundle` | the two hand-over files |
//! | `hand_over` | what an inspector is handed, and whom he believes; `bin/ledger-verify` says it in words |
//!
//! The formats are those of C2SP (tlog-tiles, signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof) over the tree of
//! RFC 6962; each file's header shows its bytes. Everything that reads outside bytes takes one canonical spelling and answers any
//! other with an error, never a panic.

mod checkpoint;
mod cosign;
mod entry;
pub mod entry_bundle;
mod grow;
pub mod hand_over;
mod key;
mod note;
mod path;
mod proof;
mod proof_bundle;
mod prove;
mod text;
mod tile;
mod tlog_proof;
mod tree;
mod witnessing;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosign::{Cosigner, add_cosignature};
pub use entry::{ENTRY_BYTES, Entry, EntryError, EntryKind, commitment, salt};
pub use grow::TileWriter;
pub use hand_over::{Believed, HandOverError, HandedOver, NotShown, Shown};
pub use key::{Algorithm, KeyError, SigningKey, VerifyingKey};
pub use note::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteError, Signed};
pub use path::{LogPath, PathError};
pub use proof::{ProofError, verify_consistency, verify_inclusion};
pub use proof_bundle::{ProofBundle, ProofBundleError, Verified};
pub use prove::{ReadError, TileSource, consistency_proof, inclusion_proof, partial_from_full, root};
pub use tile::{TILE_WIDTH, Tile, TileData, full_tile_root, tiles_between};
pub use tlog_proof::{TlogProof, TlogProofError, TlogProofFormError};
pub use tree::{Frontier, FrontierError, HASH_BYTES, Hash, leaf_hash, node_hash};
pub use witnessing::{AddCheckpoint, Answer, MAX_REQUEST_BYTES, Refusal, SIZE_TYPE};
