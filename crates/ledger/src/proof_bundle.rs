//! The proof bundle: one record opened to a third party, with everything needed to check it offline.
//!
//! ```json
//! {"format":"letopis/proof@v1", "origin":"letopis.example/salon/1", "event_id":"evt_20250101_001",
//!  "rid":"<32 hex>", "salt":"<64 hex>", "record":"<R as text>", "blob_sha256":"<64 hex>", "entry":"<base64 of 82 bytes>",
//!  "index":4521, "proof":"c2sp.org/tlog-proof@v1\nindex 4521\n…"}
//! ```
//!
//! R that is not UTF-8 stands as base64 in `record_base64` in place of `record`. No key leaves with it and no other record is
//! revealed. What [`verify`](ProofBundle::verify) shows: this very R was committed to by leaf `index` of the log, before the
//! checkpoint was signed. It does not show that R is true, nor that nothing was left out; and `event_id` is a label for the
//! reader, proved only as far as R itself names it. The key comes from the caller, never from the bundle.

use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::entry::{Entry, EntryError, EntryKind, commitment};
use crate::key::VerifyingKey;
use crate::proof::ProofError;
use crate::text::{array_from_hex, from_base64, to_base64, to_hex};
use crate::tlog_proof::{TlogProof, TlogProofError, TlogProofFormError};
use crate::tree::leaf_hash;

const FORMAT: &str = "letopis/proof@v1";

/// A record and its proof, not yet believed. Reads and writes the JSON above through serde.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct ProofBundle {
    /// Which log it is from, for a reader who must find the key.
    pub origin: String,
    /// The event's id, for the reader.
    pub event_id: Option<String>,
    /// The entry's random id.
    pub rid: [u8; 16],
    /// What opens the commitment of this record and of no other.
    pub salt: [u8; 32],
    /// R, byte for byte.
    pub record: Vec<u8>,
    /// SHA-256 of the sealed blob in the store.
    pub blob_sha256: [u8; 32],
    /// The encoded entry.
    pub entry: Vec<u8>,
    /// The leaf's index.
    pub index: u64,
    /// The entry's inclusion in a signed checkpoint.
    pub proof: TlogProof,
}

/// What a bundle that passed has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The record's leaf in the log.
    pub index: u64,
    /// The signed checkpoint that covers it.
    pub checkpoint: Checkpoint,
}

/// Why a bundle is not believed; each link of the chain from R to the signature has its own name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofBundleError {
    /// Not the JSON of a bundle.
    #[error("not a proof bundle: {0}")]
    Form(String),
    /// The bundle says it is of another log than the one whose key the caller gave.
    #[error("the bundle is of the log {found:?}, the key is of {expected:?}")]
    Origin {
        /// The name of the caller's key.
        expected: String,
        /// What the bundle says.
        found: String,
    },
    /// The entry cannot be read.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The entry is of an erasure, an expiry or a new epoch.
    #[error("the entry is not that of a record but {0:?}")]
    Kind(EntryKind),
    /// The entry is another record's.
    #[error("the entry has another rid than the bundle")]
    Rid,
    /// R or the salt is not what the entry commits to: the record was altered.
    #[error("the record is not the one that the entry commits to")]
    Commitment,
    /// The hash of the blob is not the one in the entry.
    #[error("the entry has another blob hash than the bundle")]
    Blob,
    /// The bundle and the proof inside it speak of two leaves.
    #[error("the bundle is about leaf {bundle}, its proof about leaf {proof}")]
    Index {
        /// Index in the bundle.
        bundle: u64,
        /// Index in the proof.
        proof: u64,
    },
    /// The entry is not in the tree that was signed.
    #[error(transparent)]
    Inclusion(#[from] ProofError),
    /// The tree was not signed by the log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl ProofBundle {
    /// Puts a bundle together. The entry is worked out from the rest, so that it cannot contradict it.
    #[must_use]
    pub fn new(origin: &str, rid: [u8; 16], salt: [u8; 32], record: Vec<u8>, blob_sha256: [u8; 32], proof: TlogProof) -> Self {
        let entry = Entry::record(rid, &salt, &record, blob_sha256).encode().to_vec();
        Self { origin: origin.to_owned(), event_id: None, rid, salt, record, blob_sha256, entry, index: proof.index, proof }
    }

    /// The same, labelled with the event's id.
    #[must_use]
    pub fn with_event_id(self, event_id: impl Into<String>) -> Self {
        Self { event_id: Some(event_id.into()), ..self }
    }

    /// Reads the JSON of a bundle.
    ///
    /// # Errors
    /// When it is anything else, or has a member that this version does not know and therefore could not check.
    pub fn from_json(json: &[u8]) -> Result<Self, ProofBundleError> {
        serde_json::from_slice(json).map_err(|error| ProofBundleError::Form(error.to_string()))
    }

    /// Checks the whole chain: R → commitment → entry → tree → the signature of the log whose key the caller believes.
    ///
    /// # Errors
    /// The first link that does not hold.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Verified, ProofBundleError> {
        if self.origin != key.name() {
            return Err(ProofBundleError::Origin { expected: key.name().to_owned(), found: self.origin.clone() });
        }
        let entry = Entry::decode(&self.entry)?;
        self.verify_record(&entry)?;
        if self.index != self.proof.index {
            return Err(ProofBundleError::Index { bundle: self.index, proof: self.proof.index });
        }
        let checkpoint = self.proof.verify(&leaf_hash(&self.entry), key)?;
        Ok(Verified { index: self.index, checkpoint })
    }

    fn verify_record(&self, entry: &Entry) -> Result<(), ProofBundleError> {
        if entry.kind != EntryKind::Record {
            return Err(ProofBundleError::Kind(entry.kind));
        }
        if entry.rid != self.rid {
            return Err(ProofBundleError::Rid);
        }
        if entry.com != commitment(&self.rid, &self.salt, &self.record) {
            return Err(ProofBundleError::Commitment);
        }
        if entry.blob != self.blob_sha256 {
            return Err(ProofBundleError::Blob);
        }
        Ok(())
    }
}

impl From<TlogProofError> for ProofBundleError {
    fn from(error: TlogProofError) -> Self {
        match error {
            TlogProofError::Checkpoint(error) => Self::Checkpoint(error),
            TlogProofError::Inclusion(error) => Self::Inclusion(error),
        }
    }
}

/// The JSON, member by member in the order in which it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format: String,
    origin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    rid: String,
    salt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_base64: Option<String>,
    blob_sha256: String,
    entry: String,
    index: u64,
    proof: String,
}

/// A member that cannot be read; becomes serde's error text.
#[derive(Debug, thiserror::Error)]
enum WireError {
    #[error("{0} is missing or malformed")]
    Member(&'static str),
    #[error("format {0:?} is unknown; this program reads {FORMAT:?}")]
    Format(String),
    #[error(transparent)]
    Proof(#[from] TlogProofFormError),
}

impl From<ProofBundle> for Wire {
    fn from(bundle: ProofBundle) -> Self {
        let (record, record_base64) = match String::from_utf8(bundle.record) {
            Ok(text) => (Some(text), None),
            Err(error) => (None, Some(to_base64(error.as_bytes()))),
        };
        Self {
            format: FORMAT.to_owned(),
            origin: bundle.origin,
            event_id: bundle.event_id,
            rid: to_hex(&bundle.rid),
            salt: to_hex(&bundle.salt),
            record,
            record_base64,
            blob_sha256: to_hex(&bundle.blob_sha256),
            entry: to_base64(&bundle.entry),
            index: bundle.index,
            proof: bundle.proof.to_string(),
        }
    }
}

impl TryFrom<Wire> for ProofBundle {
    type Error = WireError;

    fn try_from(wire: Wire) -> Result<Self, WireError> {
        use WireError::Member;
        if wire.format != FORMAT {
            return Err(WireError::Format(wire.format));
        }
        let record = match (wire.record, wire.record_base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(base64)) => from_base64(&base64).ok_or(Member("record_base64"))?,
            _ => return Err(Member("record (or record_base64, not both)")),
        };
        Ok(Self {
            origin: wire.origin,
            event_id: wire.event_id,
            rid: array_from_hex(&wire.rid).ok_or(Member("rid"))?,
            salt: array_from_hex(&wire.salt).ok_or(Member("salt"))?,
            record,
            blob_sha256: array_from_hex(&wire.blob_sha256).ok_or(Member("blob_sha256"))?,
            entry: from_base64(&wire.entry).ok_or(Member("entry"))?,
            index: wire.index,
            proof: wire.proof.parse()?,
        })
    }
}
