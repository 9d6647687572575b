//! The `.tlog-proof` file: one leaf's inclusion in one signed checkpoint, checkable offline by any C2SP program.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 73894
//! gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=        the leaf's sibling, then upwards
//! B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
//!
//! letopis.example/salon/1                              the checkpoint, verbatim
//! 109482
//! …
//! ```
//!
//! A line `extra BASE64` may stand second. Nobody signed it, so it is kept and never consulted.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::VerifyingKey;
use crate::proof::{MAX_PATH, ProofError, verify_inclusion};
use crate::text::{decimal, from_base64, to_base64};
use crate::tree::Hash;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// More is no proof but an attempt to make somebody allocate: 64 hashes and a note of the longest kind, with room for `extra`.
const MAX_BYTES: usize = 256 * 1024;

/// A proof as it is handed over, not yet believed: see [`TlogProof::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Unsigned bytes of the one who made the file.
    pub extra: Option<Vec<u8>>,
    /// The leaf's index.
    pub index: u64,
    /// The inclusion path, the leaf's sibling first.
    pub path: Vec<Hash>,
    /// The signed note of the checkpoint, verbatim.
    pub checkpoint: String,
}

/// A text that is no `.tlog-proof`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a tlog-proof: {0}")]
pub struct TlogProofFormError(&'static str);

/// Why a proof is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Its checkpoint is not the log's word.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The leaf is not under that checkpoint.
    #[error(transparent)]
    Inclusion(#[from] ProofError),
}

impl TlogProof {
    /// Checks that the log of `key` signed a tree in which `leaf` is leaf [`index`](Self::index); returns the signed checkpoint.
    ///
    /// # Errors
    /// When the checkpoint or the path does not hold.
    pub fn verify(&self, leaf: &Hash, key: &VerifyingKey) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, key)?;
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = TlogProofFormError;

    fn from_str(text: &str) -> Result<Self, TlogProofFormError> {
        let error = TlogProofFormError;
        if text.len() > MAX_BYTES {
            return Err(error("too long"));
        }
        // The first blank line ends the proof; what follows is the checkpoint, with a blank line of its own.
        let (head, checkpoint) = text.split_once("\n\n").ok_or(error("no blank line before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(error("the first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => Some(line.strip_prefix("extra ").and_then(from_base64).ok_or(error("extra is not base64"))?),
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal).ok_or(error("no index"))?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() == MAX_PATH {
                return Err(error("more hashes than any tree is high"));
            }
            path.push(Hash::from_base64(line).ok_or(error("a line is not the base64 of a hash"))?);
        }
        Ok(Self { extra, index, path, checkpoint: checkpoint.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn proof() -> TlogProof {
        TlogProof { extra: None, index: 5, path: vec![Hash([1; 32]), Hash([2; 32])], checkpoint: "a\n6\n\n— a AAAAAAA=\n".to_owned() }
    }

    #[test]
    fn a_proof_is_its_text_and_back() {
        let text = proof().to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 5\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\nAgIC"), "{text}");
        assert_eq!(text.parse(), Ok(proof()));
        let with_extra = TlogProof { extra: Some(b"note".to_vec()), ..proof() };
        assert_eq!(with_extra.to_string().parse(), Ok(with_extra));
        let alone = TlogProof { index: 0, path: Vec::new(), ..proof() };
        assert_eq!(alone.to_string().parse(), Ok(alone));
    }

    #[test]
    fn what_is_no_proof_is_refused() {
        let text = proof().to_string();
        for bad in [
            String::new(),
            "\n\n".to_owned(),
            text.replace("@v1", "@v2"),
            text.replace("index 5", "index 05"),
            text.replace("index 5\n", ""),
            text.replace("index 5", "index 5 "),
            text.replace("index 5", "extra !\nindex 5"),
            text.replace("index 5", "index 5\nextra AA=="),
            text.replace("AQE=", "AQF="),
            text.replace("\n\n", "\n"),
            text.replace('\n', "\r\n"),
            text.replace("index 5", "index 18446744073709551616"),
            text.replace("index 5", &format!("index 5{}", "\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=".repeat(63))),
            "x".repeat(MAX_BYTES + 1),
        ] {
            assert!(bad.parse::<TlogProof>().is_err(), "{bad:.200}");
        }
    }
}
