//! What a log asks of a witness, how the witness judges it, and what it answers (C2SP tlog-witness, `POST add-checkpoint`).
//!
//! ```text
//! old 256                                              what the log believes the witness saw last
//! PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=         0 to 63 hashes: the later tree begins with the earlier one
//!
//! log.example/1                                        the signed checkpoint, verbatim
//! 70000
//! …
//! ```
//!
//! | answer | when |
//! |---|---|
//! | 200 | cosignature lines |
//! | 400 | not a request, or the old size is above the new one |
//! | 403 · 404 | not signed by a key of that log · no log of that origin |
//! | 409 | the witness saw another size last: `<size>\n`; or the same size with another root, and then the log was re-signed |
//! | 422 | the proof does not lead from what the witness saw to this checkpoint |
//!
//! Judging is pure. That the witness has stored the checkpoint before the answer leaves, and that no two requests of one log are judged
//! at once, is the caller's duty.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::Checkpoint;
use crate::key::VerifyingKey;
use crate::note::{MAX_NOTE_BYTES, Note};
use crate::proof::verify_consistency;
use crate::text::decimal;
use crate::tree::Hash;

/// Most proof lines there can be.
const MAX_PROOF: usize = 63;
/// Longest request: the note, the proof, the first line.
pub const MAX_REQUEST_BYTES: usize = MAX_NOTE_BYTES + 64 * 45 + 64;
/// The media type of a 409's body.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// A request, read but not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// What the log believes the witness saw last; 0 for nothing.
    pub old_size: u64,
    /// From there to the checkpoint.
    pub proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a request.
    #[error("not an add-checkpoint request: {0}")]
    Form(&'static str),
    /// No log of that origin.
    #[error("no log of this origin is witnessed here")]
    UnknownOrigin,
    /// Nobody we know signed it.
    #[error("the checkpoint is not signed by a known key of this log")]
    Unsigned,
    /// The log is to prove its growth from another size.
    #[error("the size seen last is {0}")]
    OtherSize(u64),
    /// The same size with another root: two histories were signed.
    #[error("another tree of {0} entries was seen before: this log has signed two histories")]
    Fork(u64),
    /// What was seen before is not the beginning of this tree.
    #[error("the proof does not show that this tree continues the one of {0} entries seen before")]
    Proof(u64),
}

impl Refusal {
    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Form(_) => 400,
            Self::Unsigned => 403,
            Self::UnknownOrigin => 404,
            Self::OtherSize(_) | Self::Fork(_) => 409,
            Self::Proof(_) => 422,
        }
    }

    /// The size that stands in the body of a 409.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        if let Self::OtherSize(size) | Self::Fork(size) = self { Some(*size) } else { None }
    }
}

impl AddCheckpoint {
    /// A request of a log.
    ///
    /// # Errors
    /// When `note` is no signed checkpoint.
    pub fn new(old_size: u64, proof: Vec<Hash>, note: &str) -> Result<Self, Refusal> {
        let note: Note = note.parse().map_err(|_| Refusal::Form("what follows the blank line is not a signed note"))?;
        let checkpoint = Checkpoint::of_any_log(note.text()).ok_or(Refusal::Form("the note is not a checkpoint"))?;
        if old_size > checkpoint.size {
            return Err(Refusal::Form("the old size is above the checkpoint's"));
        }
        Ok(Self { old_size, proof, note, checkpoint })
    }

    /// What the log says; nobody's word until [`judge`](Self::judge) has passed.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The text that a cosignature is over.
    #[must_use]
    pub fn text(&self) -> &str {
        self.note.text()
    }

    /// The signed note, verbatim.
    #[must_use]
    pub fn note(&self) -> String {
        self.note.to_string()
    }

    /// Whether a witness that trusts `keys` for this origin and saw `latest` last may cosign.
    ///
    /// # Errors
    /// Why it must not, in the order in which the specification asks.
    pub fn judge(&self, keys: &[&VerifyingKey], latest: Option<&Checkpoint>) -> Result<(), Refusal> {
        if keys.is_empty() {
            return Err(Refusal::UnknownOrigin);
        }
        self.note.verify(keys).map_err(|_| Refusal::Unsigned)?;
        let Checkpoint { size, root, .. } = &self.checkpoint;
        let nothing = (0, Hash::empty_root());
        let (seen, seen_root) = latest.map_or(nothing, |latest| (latest.size, latest.root));
        if self.old_size != seen {
            return Err(Refusal::OtherSize(seen));
        }
        if *size == seen && *root != seen_root {
            return Err(Refusal::Fork(seen));
        }
        verify_consistency(seen, &seen_root, *size, root, &self.proof).map_err(|_| Refusal::Proof(seen))
    }
}

impl FromStr for AddCheckpoint {
    type Err = Refusal;

    fn from_str(body: &str) -> Result<Self, Refusal> {
        if body.len() > MAX_REQUEST_BYTES {
            return Err(Refusal::Form("too long"));
        }
        let (head, note) = body.split_once("\n\n").ok_or(Refusal::Form("no blank line before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old_size = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old_size = old_size.ok_or(Refusal::Form("the first line is not `old` and a size"))?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == MAX_PROOF {
                return Err(Refusal::Form("more than 63 proof lines"));
            }
            proof.push(Hash::from_base64(line).ok_or(Refusal::Form("a proof line is not the base64 of a hash"))?);
        }
        Self::new(old_size, proof, note)
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.note)
    }
}

/// What a witness answered, as the log reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Signature lines, to be checked with [`add_cosignature`](crate::add_cosignature).
    Cosigned(String),
    /// It saw this size last.
    OtherSize(u64),
    /// It says that the checkpoint does not continue what it saw.
    Inconsistent,
    /// It does not know the log, or does not trust its key.
    Stranger,
    /// It did not understand, or answered something else.
    Other,
}

impl Answer {
    /// Reads status and body.
    #[must_use]
    pub fn read(status: u16, body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= MAX_NOTE_BYTES);
        match (status, text) {
            (200, Some(lines)) => Self::Cosigned(lines.to_owned()),
            (409, Some(size)) => size.strip_suffix('\n').and_then(decimal).map_or(Self::Other, Self::OtherSize),
            (422, _) => Self::Inconsistent,
            (403 | 404, _) => Self::Stranger,
            _ => Self::Other,
        }
    }
}
