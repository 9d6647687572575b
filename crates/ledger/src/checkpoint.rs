//! Checkpoints: a log's signed statement that its tree has this size and this root.
//!
//! ```text
//! letopis.example/salon/1                              origin: which log, also the name of its key
//! 70000                                                size
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=         root
//!
//! — letopis.example/salon/1 base64(key id || Ed25519 signature)
//! — witness.example/w1 base64(key id || u64 seconds || signature)     a witness: "I saw no other history before this time"
//! ```
//!
//! Extension lines, which C2SP permits and advises against, are refused: whatever is signed is shown. This file does not know
//! what was signed before; never signing a smaller or a forked tree is the recorder's duty.

use std::fmt;
use std::str::FromStr;

use crate::key::{Algorithm, SigningKey, VerifyingKey};
use crate::note::{Note, NoteError, Signed};
use crate::text::decimal;
use crate::tree::Hash;

/// What a log says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is not believed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Not three lines in their one spelling.
    #[error("not the text of a checkpoint (origin, size, root hash, each on a line of its own)")]
    Form,
    /// A checkpoint of another log.
    #[error("the checkpoint is of the log {found:?}, not of {expected:?}")]
    Origin {
        /// The log that was asked about: the name of its key.
        expected: String,
        /// The log that answers.
        found: String,
    },
}

impl Checkpoint {
    /// The signed note of this checkpoint.
    ///
    /// # Errors
    /// When the key is of another log: its name is not the origin.
    pub fn sign(&self, key: &SigningKey) -> Result<String, CheckpointError> {
        self.must_be_of(key.verifying_key())?;
        Ok(Note::new(self.to_string())?.signed_by(key).to_string())
    }

    /// The checkpoint in a note that the log of `key` signed. The key, and with it the log's name, is what the verifier already
    /// believes; it never comes from where the note came from.
    ///
    /// # Errors
    /// When the note is not signed by this key, or is about something else.
    pub fn open(note: &str, key: &VerifyingKey) -> Result<Self, CheckpointError> {
        let note: Note = note.parse()?;
        note.verify(&[key])?;
        let checkpoint: Self = note.text().parse()?;
        checkpoint.must_be_of(key)?;
        Ok(checkpoint)
    }

    /// Which of these witnesses cosigned a checkpoint, and when: empty when none did. Says nothing about the log's own signature;
    /// that is [`open`](Self::open).
    ///
    /// # Errors
    /// When the text is no checkpoint note, or a cosignature by one of them is false.
    pub fn cosignatures(note: &str, witnesses: &[&VerifyingKey]) -> Result<Vec<Signed>, CheckpointError> {
        let note: Note = note.parse()?;
        let _is_a_checkpoint: Self = note.text().parse()?;
        let witnesses: Vec<&VerifyingKey> = witnesses.iter().copied().filter(|key| key.algorithm() == Algorithm::Cosignature).collect();
        match note.verify(&witnesses) {
            Err(NoteError::NoKnownKey) => Ok(Vec::new()),
            other => Ok(other?),
        }
    }

    /// The first three lines of a checkpoint's text, whatever lines follow: a witness serves logs that are not ours, and C2SP lets them
    /// add lines that it then signs without a word about them.
    #[must_use]
    pub fn of_any_log(text: &str) -> Option<Self> {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let third = ends.take(3).last()?;
        let (first, rest) = text.split_at(third);
        let sound = rest.is_empty() || rest.strip_suffix('\n')?.split('\n').all(|line| !line.is_empty());
        first.parse().ok().filter(|_| sound)
    }

    fn must_be_of(&self, key: &VerifyingKey) -> Result<(), CheckpointError> {
        if self.origin == key.name() {
            return Ok(());
        }
        Err(CheckpointError::Origin { expected: key.name().to_owned(), found: self.origin.clone() })
    }
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads the text alone, believing nothing.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let read = || {
            let mut lines = text.strip_suffix('\n')?.split('\n');
            let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
            let size = decimal(lines.next()?)?;
            let root = Hash::from_base64(lines.next()?)?;
            lines.next().is_none().then_some(Self { origin, size, root })
        };
        read().ok_or(CheckpointError::Form)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::text::to_base64;
    use ed25519_dalek::Signer;

    const ORIGIN: &str = "log.example/1";

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: ORIGIN.to_owned(), size: 70_000, root: Hash([7; 32]) }
    }

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::from_seed(name, &[seed; 32]).unwrap()
    }

    #[test]
    fn a_signed_checkpoint_opens_with_its_key_alone() {
        let note = checkpoint().sign(&key(ORIGIN, 1)).unwrap();
        assert!(note.starts_with("log.example/1\n70000\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\n— log.example/1 "), "{note}");
        assert_eq!(Checkpoint::open(&note, key(ORIGIN, 1).verifying_key()), Ok(checkpoint()));
        assert_eq!(Checkpoint::open(&note, key(ORIGIN, 2).verifying_key()), Err(NoteError::NoKnownKey.into()));
        let other = note.replacen("70000", "70001", 1);
        assert_eq!(Checkpoint::open(&other, key(ORIGIN, 1).verifying_key()), Err(NoteError::BadSignature(ORIGIN.to_owned()).into()));
    }

    #[test]
    fn a_checkpoint_of_another_log_is_refused_even_under_a_believed_key() {
        let expected = CheckpointError::Origin { expected: "log.example/2".to_owned(), found: ORIGIN.to_owned() };
        assert_eq!(checkpoint().sign(&key("log.example/2", 1)), Err(expected.clone()));
        let note = Note::new(checkpoint().to_string()).unwrap().signed_by(&key("log.example/2", 1)).to_string();
        assert_eq!(Checkpoint::open(&note, key("log.example/2", 1).verifying_key()), Err(expected));
    }

    #[test]
    fn only_the_one_spelling_is_a_checkpoint() {
        let good = checkpoint().to_string();
        assert_eq!(good.parse(), Ok(checkpoint()));
        for bad in [
            String::new(),
            "\n".to_owned(),
            good.trim_end().to_owned(),
            format!("{good}extension\n"),
            format!("{good}\n"),
            format!("\n{good}"),
            good.replace("70000", "070000"),
            good.replace("70000", "+70000"),
            good.replace("70000", ""),
            good.replace("70000", "-1"),
            good.replace("70000", "99999999999999999999"),
            good.replace("Bwc=", "Bwd="),
            good.replace("Bwc=", "Bwc"),
            good.replace(ORIGIN, ""),
            good.replace('\n', "\r\n"),
        ] {
            assert_eq!(bad.parse::<Checkpoint>(), Err(CheckpointError::Form), "{bad:?}");
        }
    }

    /// A witness's line as the cosignature specification defines it, made here by hand.
    fn cosign(note: &str, witness: &VerifyingKey, secret: &ed25519_dalek::SigningKey, seconds: u64) -> String {
        let text = format!("cosignature/v1\ntime {seconds}\n{}", checkpoint());
        let bytes = [&witness.id()[..], &seconds.to_be_bytes(), &secret.sign(text.as_bytes()).to_bytes()].concat();
        format!("{note}— {} {}\n", witness.name(), to_base64(&bytes))
    }

    #[test]
    fn a_witness_is_believed_for_the_time_it_signed() {
        let secret = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
        let plain = key("witness.example/w1", 9).verifying_key().to_string();
        let public = [&[4][..], secret.verifying_key().as_bytes()].concat();
        // The id of the 0x04 key was worked out apart from this code.
        let witness: VerifyingKey = format!("witness.example/w1+24b5d9fe+{}", to_base64(&public)).parse().unwrap();
        assert_ne!(plain, witness.to_string());

        let note = cosign(&checkpoint().sign(&key(ORIGIN, 1)).unwrap(), &witness, &secret, 1_679_315_147);
        assert_eq!(Checkpoint::open(&note, key(ORIGIN, 1).verifying_key()), Ok(checkpoint()));
        let seen = Checkpoint::cosignatures(&note, &[&witness]).unwrap();
        assert_eq!(seen, [Signed { name: "witness.example/w1".to_owned(), at_seconds: Some(1_679_315_147) }]);
        assert_eq!(Checkpoint::cosignatures(&note, &[]), Ok(Vec::new()));

        let mut parts: Vec<String> = note.lines().map(ToOwned::to_owned).collect();
        let (head, base64) = parts[5].rsplit_once(' ').unwrap();
        let mut bytes = crate::text::from_base64(base64).unwrap();
        bytes[11] ^= 1; // the last byte of the time
        parts[5] = format!("{head} {}", to_base64(&bytes));
        let redated = parts.join("\n") + "\n";
        let lie = NoteError::BadSignature("witness.example/w1".to_owned());
        assert_eq!(Checkpoint::cosignatures(&redated, &[&witness]), Err(lie.into()));
        assert!(Checkpoint::open(&redated, key(ORIGIN, 1).verifying_key()).is_ok(), "the log's own word stands");
    }
}
