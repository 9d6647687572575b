//! Cosignatures: what a witness signs when it has seen a checkpoint and no other history before it.
//!
//! ```text
//! cosignature/v1
//! time 1679315147                                      seconds since 1970, the witness's own clock
//! letopis.example/salon/1
//! 70000
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//! ```
//!
//! That text is signed; the line that is handed out is `— <name> base64(key id || u64 BE seconds || signature)` and is added below the
//! log's own. Whether the checkpoint deserves it is decided in `witnessing`; the time comes from the caller.

use std::fmt;

use ed25519_dalek::Signer;

use crate::key::{Algorithm, KeyError, VerifyingKey};
use crate::note::{Note, NoteError, Signed};

/// The key of a witness. Its secret is wiped when it is dropped and never printed.
pub struct Cosigner {
    key: ed25519_dalek::SigningKey,
    public: VerifyingKey,
}

impl Cosigner {
    /// The witness of this name made from 32 secret random bytes, which the caller wipes. They must sign nothing else: what is signed
    /// does not name the witness.
    ///
    /// # Errors
    /// When the name cannot stand in a signature line.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = VerifyingKey::new(name, Algorithm::Cosignature, key.verifying_key())?;
        Ok(Self { key, public })
    }

    /// What logs and verifiers are given.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The signature line over a checkpoint's text, with its newline.
    #[must_use]
    pub fn line(&self, text: &str, at_seconds: u64) -> String {
        let signature = self.key.sign(signed_text(text, at_seconds).as_bytes()).to_bytes();
        Note::line(self.public.name(), self.public.id(), &[&at_seconds.to_be_bytes()[..], &signature].concat())
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({} ***)", self.public)
    }
}

/// The bytes under a cosignature.
pub(crate) fn signed_text(text: &str, at_seconds: u64) -> String {
    format!("cosignature/v1\ntime {at_seconds}\n{text}")
}

/// Adds to `note` the line of `witness` in its `answer`; every other line there is ignored. An earlier line of the same witness is
/// replaced. The answer is bytes from a stranger: a line in the witness's name that fails is an error.
///
/// # Errors
/// When the answer is not signature lines, or none of them is of this witness over this note.
pub fn add_cosignature(note: &str, answer: &str, witness: &VerifyingKey) -> Result<(String, Signed), NoteError> {
    let note: Note = note.parse()?;
    let answered: Note = format!("{}\n{answer}", note.text()).parse()?;
    let mut signed = answered.verify(&[witness])?;
    let last = signed.pop().filter(|signed| signed.at_seconds.is_some()).ok_or(NoteError::NoKnownKey)?;
    Ok((note.with_line_of(witness, &answered).to_string(), last))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::key::SigningKey;
    use crate::tree::Hash;

    const ORIGIN: &str = "log.example/1";
    /// Worked out with another program (Python's `cryptography`) from the same seed and text.
    const KNOWN: &str =
        "— witness.example/w1 JLXZ/gAAAABkGFDL8jb9fcwP3hqkdz/vJ17eY2iL73oQeyKd6H7mXNhtgorcg7/T8jXP9ICRS3E2Wd9uwj2UiKRqV1aAug+lSVHVCw==\n";

    fn note() -> String {
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 70_000, root: Hash([7; 32]) };
        checkpoint.sign(&SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap()).unwrap()
    }

    fn witness(name: &str, seed: u8) -> Cosigner {
        Cosigner::from_seed(name, &[seed; 32]).unwrap()
    }

    fn text() -> String {
        note().parse::<Note>().unwrap().text().to_owned()
    }

    #[test]
    fn a_cosignature_is_the_one_that_another_program_makes() {
        assert_eq!(witness("witness.example/w1", 9).line(&text(), 1_679_315_147), KNOWN);
    }

    #[test]
    fn several_witnesses_stand_on_one_note_and_the_newer_word_of_one_replaces_its_older() {
        let (one, two) = (witness("w.example/1", 3), witness("w.example/2", 4));
        let (once, _) = add_cosignature(&note(), &one.line(&text(), 10), one.verifying_key()).unwrap();
        let (both, _) = add_cosignature(&once, &two.line(&text(), 11), two.verifying_key()).unwrap();
        let (newer, signed) = add_cosignature(&both, &one.line(&text(), 12), one.verifying_key()).unwrap();
        assert_eq!(signed, Signed { name: "w.example/1".to_owned(), at_seconds: Some(12) });
        assert_eq!(newer.lines().count(), both.lines().count());
        let mut seen = Checkpoint::cosignatures(&newer, &[one.verifying_key(), two.verifying_key()]).unwrap();
        seen.sort_by_key(|signed| signed.at_seconds);
        assert_eq!(seen.iter().map(|signed| signed.at_seconds).collect::<Vec<_>>(), [Some(11), Some(12)]);
        let log = SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap();
        assert!(Checkpoint::open(&newer, log.verifying_key()).is_ok());
    }

    #[test]
    fn lines_of_others_are_left_out_and_lies_refused() {
        let (one, two) = (witness("w.example/1", 3), witness("w.example/2", 4));
        let mixed = format!("{}{}", two.line(&text(), 1), one.line(&text(), 2));
        let (added, _) = add_cosignature(&note(), &mixed, one.verifying_key()).unwrap();
        assert_eq!(added, format!("{}{}", note(), one.line(&text(), 2)));

        assert_eq!(add_cosignature(&note(), &two.line(&text(), 1), one.verifying_key()), Err(NoteError::NoKnownKey));
        let over_another = one.line(&text().replace("70000", "70001"), 1);
        assert_eq!(add_cosignature(&note(), &over_another, one.verifying_key()), Err(NoteError::BadSignature("w.example/1".to_owned())));
        for junk in ["", "\n", "hello\n", "— w.example/1 AAAA\n\n"] {
            assert!(add_cosignature(&note(), junk, one.verifying_key()).is_err(), "{junk:?}");
        }
        // The log's own key is no witness, even where a caller mixes them up.
        let log = SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap();
        let own = note().lines().last().unwrap().to_owned() + "\n";
        assert_eq!(add_cosignature(&note(), &own, log.verifying_key()), Err(NoteError::NoKnownKey));
    }

    #[test]
    fn a_witness_keeps_its_secret() {
        let shown = format!("{:?}", witness("w.example/1", 0xa5));
        assert!(shown.ends_with(" ***)") && !shown.contains("a5a5"), "{shown}");
        assert!(Cosigner::from_seed("a b", &[1; 32]).is_err());
    }
}
