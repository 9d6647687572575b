//! What an inspector is handed, and what he believes beforehand: the two sides of every check.
//!
//! ```text
//! proof bundle   {"format":"letopis/proof@v1", …}                                        one record
//! dossier        …<script type="application/json" id="proofs">[{…},{…}]</script>…        a page; all its proofs
//! .tlog-proof    c2sp.org/tlog-proof@v1\n…                                               one leaf; the entry comes apart
//! ```
//!
//! The page around the proofs of a dossier can be edited by anybody, so nothing of it counts here. Keys come from the inspector, never from
//! what he was handed.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::{Algorithm, VerifyingKey};
use crate::note::{Note, Signed};
use crate::proof_bundle::{ProofBundle, ProofBundleError};
use crate::tlog_proof::{TlogProof, TlogProofFormError};

/// Around the proofs in a dossier.
pub const PROOFS: (&str, &str) = (r#"<script type="application/json" id="proofs">"#, "</script>");

/// What was handed over, read but not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedOver {
    /// One record.
    Bundle(Box<ProofBundle>),
    /// A page with records.
    Dossier(Vec<ProofBundle>),
    /// One leaf.
    TlogProof(TlogProof),
}

/// Bytes that are none of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandOverError {
    /// A bundle or the proofs of a dossier that cannot be read.
    #[error(transparent)]
    Bundle(#[from] ProofBundleError),
    /// A `.tlog-proof` that cannot be read.
    #[error(transparent)]
    TlogProof(#[from] TlogProofFormError),
    /// A page without proofs in it.
    #[error(
        "neither a proof nor a dossier: a proof is JSON that begins with {{\"format\":\"letopis/proof@v1\", a dossier is the whole page as it was saved"
    )]
    Neither,
    /// A dossier of nothing.
    #[error("the dossier holds no proof")]
    Empty,
}

/// Whom the inspector believes.
#[derive(Debug, Clone)]
pub struct Believed {
    /// The log's key, as its owner published it.
    pub log: VerifyingKey,
    /// Keys of witnesses.
    pub witnesses: Vec<VerifyingKey>,
    /// How many of them must have cosigned.
    pub quorum: usize,
}

/// What a proof that holds has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The record's leaf.
    pub index: u64,
    /// The checkpoint that covers it.
    pub checkpoint: Checkpoint,
    /// The believed witnesses that have cosigned that, and when.
    pub seen: Vec<Signed>,
    /// Signatures of others, about which nothing is known.
    pub unchecked: usize,
}

/// Why a proof shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotShown {
    /// A link of the chain from the record to the log's signature is broken.
    #[error(transparent)]
    Proof(#[from] ProofBundleError),
    /// A witness's signature is not over this checkpoint.
    #[error(transparent)]
    Witness(#[from] CheckpointError),
    /// Too few witnesses.
    #[error("{seen} of the witnesses that you believe have cosigned its checkpoint, not {quorum}")]
    Quorum {
        /// So many have.
        seen: usize,
        /// So many should.
        quorum: usize,
    },
}

impl HandedOver {
    /// Reads whatever it is.
    ///
    /// # Errors
    /// When it is none of the three.
    pub fn read(bytes: &[u8]) -> Result<Self, HandOverError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.starts_with(b"c2sp.org/tlog-proof@") {
            let text = std::str::from_utf8(bytes).map_err(|_| HandOverError::Neither)?;
            return Ok(Self::TlogProof(text.parse()?));
        }
        if let Some(json) = between(bytes, PROOFS) {
            let read = serde_json::from_slice(json).map_err(|error| ProofBundleError::Form(error.to_string()));
            let bundles: Vec<ProofBundle> = read?;
            return if bundles.is_empty() { Err(HandOverError::Empty) } else { Ok(Self::Dossier(bundles)) };
        }
        if bytes.trim_ascii_start().starts_with(b"{") {
            return Ok(Self::Bundle(Box::new(ProofBundle::from_json(bytes)?)));
        }
        Err(HandOverError::Neither)
    }

    /// The records in it.
    #[must_use]
    pub fn bundles(&self) -> &[ProofBundle] {
        match self {
            Self::Bundle(bundle) => std::slice::from_ref(bundle),
            Self::Dossier(bundles) => bundles,
            Self::TlogProof(_) => &[],
        }
    }
}

impl Believed {
    /// Checks one record from its bytes to the log's signature and the witnesses'.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self, bundle: &ProofBundle) -> Result<Shown, NotShown> {
        let verified = bundle.verify(&self.log)?;
        let (seen, unchecked) = self.seen(&bundle.proof.checkpoint)?;
        Ok(Shown { index: verified.index, checkpoint: verified.checkpoint, seen, unchecked })
    }

    /// Who of the believed witnesses has cosigned a checkpoint, and how many signatures are of others.
    ///
    /// # Errors
    /// When a witness's signature fails, or too few are there.
    pub fn seen(&self, checkpoint: &str) -> Result<(Vec<Signed>, usize), NotShown> {
        let keys: Vec<&VerifyingKey> = self.witnesses.iter().filter(|key| key.algorithm() == Algorithm::Cosignature).collect();
        let mut seen = Checkpoint::cosignatures(checkpoint, &keys)?;
        let signatures = checkpoint.parse::<Note>().map_or(0, |note| note.names().count());
        let unchecked = signatures.saturating_sub(1 + seen.len());
        // Twice the same witness is one witness.
        seen.sort_by(|one, other| one.name.cmp(&other.name).then(other.at_seconds.cmp(&one.at_seconds)));
        seen.dedup_by(|later, first| later.name == first.name);
        if seen.len() < self.quorum {
            return Err(NotShown::Quorum { seen: seen.len(), quorum: self.quorum });
        }
        Ok((seen, unchecked))
    }
}

/// What stands between two marks.
#[must_use]
pub fn between<'a>(page: &'a [u8], (opening, closing): (&str, &str)) -> Option<&'a [u8]> {
    let start = find(page, opening.as_bytes())? + opening.len();
    let length = find(&page[start..], closing.as_bytes())?;
    Some(&page[start..start + length])
}

fn find(page: &[u8], mark: &[u8]) -> Option<usize> {
    page.windows(mark.len()).position(|window| window == mark)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cosign::{Cosigner, add_cosignature};
    use crate::key::SigningKey;
    use crate::tree::Hash;

    #[test]
    fn what_is_nothing_of_ours_is_named() {
        for other in [&b""[..], b"<html></html>", b"hello", b"[1]", b"\xff\xfe"] {
            assert_eq!(HandedOver::read(other), Err(HandOverError::Neither));
        }
        let page = |inside: &str| format!("<html>{}{inside}{}</html>", PROOFS.0, PROOFS.1);
        assert_eq!(HandedOver::read(page("[]").as_bytes()), Err(HandOverError::Empty));
        assert!(matches!(HandedOver::read(page("[1]").as_bytes()), Err(HandOverError::Bundle(_))));
        assert!(matches!(HandedOver::read(b" {\"a\":1}"), Err(HandOverError::Bundle(_))));
        assert!(matches!(HandedOver::read(b"c2sp.org/tlog-proof@v1\n"), Err(HandOverError::TlogProof(_))));
    }

    #[test]
    fn a_witness_counts_once_and_strangers_not_at_all() {
        let log = SigningKey::from_seed("log.example", &[1; 32]).unwrap();
        let checkpoint = Checkpoint { origin: "log.example".into(), size: 1, root: Hash([1; 32]) };
        let (one, two) = (Cosigner::from_seed("w.example/1", &[2; 32]).unwrap(), Cosigner::from_seed("w.example/2", &[3; 32]).unwrap());
        let (note, _) =
            add_cosignature(&checkpoint.sign(&log).unwrap(), &one.line(&checkpoint.to_string(), 5), one.verifying_key()).unwrap();
        let note = format!("{note}{}", one.line(&checkpoint.to_string(), 9));
        let believed = |witnesses: &[&Cosigner], quorum| Believed {
            log: log.verifying_key().clone(),
            witnesses: witnesses.iter().map(|witness| witness.verifying_key().clone()).collect(),
            quorum,
        };
        let (seen, unchecked) = believed(&[&one, &two], 1).seen(&note).unwrap();
        assert_eq!((seen.len(), seen[0].at_seconds, unchecked), (1, Some(9), 0));
        assert_eq!(believed(&[&one, &two], 2).seen(&note), Err(NotShown::Quorum { seen: 1, quorum: 2 }));
        assert_eq!(believed(&[], 0).seen(&note).unwrap(), (vec![], 2));
    }
}
