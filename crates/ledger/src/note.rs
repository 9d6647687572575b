//! Signed notes: a text and the lines of those who signed it.
//!
//! ```text
//! This is an example message.
//!
//! — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
//! ^ U+2014, space, key name, space, base64(key id || signature)
//! ```
//!
//! What is signed is the text with its final newline, without the blank line. A signature by an unknown key says nothing and is
//! passed over; one by a known key that fails rejects the note, because then somebody lied.

use std::fmt;
use std::str::FromStr;

use crate::key::{SigningKey, VerifyingKey, is_name};
use crate::text::{from_base64, to_base64};

/// Longest note that is read. A checkpoint with a hundred cosignatures is 16 KiB; sixteen post-quantum ones are 80.
pub const MAX_NOTE_BYTES: usize = 128 * 1024;
/// Most signatures that are read; the specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 100;

const LINE_START: &str = "— ";

/// A text and its signatures, not yet believed: see [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Signature {
    name: String,
    /// Key id and what the key's algorithm makes of the text.
    id: [u8; 4],
    bytes: Vec<u8>,
}

/// A signature that a known key made over the note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The key's name.
    pub name: String,
    /// When a witness says it saw the note, in seconds since 1970; none for a plain signature.
    pub at_seconds: Option<u64>,
}

/// Why a note is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Too long, or too many signatures.
    #[error("the note is longer than {MAX_NOTE_BYTES} bytes or {MAX_SIGNATURES} signatures")]
    TooLong,
    /// Not a text, a blank line and signature lines.
    #[error("not a signed note: {0}")]
    Form(&'static str),
    /// A known key did not make the signature that is given for it.
    #[error("the signature of {0} is not over this text: the note was altered")]
    BadSignature(String),
    /// Signed by others only.
    #[error("none of the known keys signed the note")]
    NoKnownKey,
}

impl Note {
    /// A note over `text`, which ends in a newline, without signatures yet.
    ///
    /// # Errors
    /// When the text cannot be signed: no final newline, or control characters.
    pub fn new(text: String) -> Result<Self, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Form("the text does not end in a newline"));
        }
        refuse_control_characters(&text)?;
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Adds the signature of `key`.
    #[must_use]
    pub fn signed_by(mut self, key: &SigningKey) -> Self {
        let public = key.verifying_key();
        let bytes = key.sign(&self.text).to_vec();
        self.signatures.push(Signature { name: public.name().to_owned(), id: public.id(), bytes });
        self
    }

    /// The text that the signatures are over. Nobody's word until [`verify`](Self::verify) has passed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names that stand in its signature lines, in their order: what the note claims, without any check.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.signatures.iter().map(|signature| signature.name.as_str())
    }

    /// One signature line.
    pub(crate) fn line(name: &str, id: [u8; 4], bytes: &[u8]) -> String {
        format!("{LINE_START}{name} {}\n", to_base64(&[&id, bytes].concat()))
    }

    /// With the last line that `other` has of `key`, in place of those that are here.
    pub(crate) fn with_line_of(mut self, key: &VerifyingKey, other: &Self) -> Self {
        let of_key = |signature: &&Signature| signature.name == key.name() && signature.id == key.id();
        self.signatures.retain(|signature| !of_key(&signature));
        self.signatures.extend(other.signatures.iter().rfind(of_key).cloned());
        self
    }

    /// Who of `keys` signed: at least one, and none of them wrongly.
    ///
    /// # Errors
    /// When no known key signed, or a known key's signature fails.
    pub fn verify(&self, keys: &[&VerifyingKey]) -> Result<Vec<Signed>, NoteError> {
        let mut signed = Vec::new();
        for signature in &self.signatures {
            for key in keys.iter().filter(|key| key.name() == signature.name && key.id() == signature.id) {
                let at_seconds = key.verify(&self.text, &signature.bytes).ok_or_else(|| NoteError::BadSignature(signature.name.clone()))?;
                signed.push(Signed { name: signature.name.clone(), at_seconds });
            }
        }
        if signed.is_empty() { Err(NoteError::NoKnownKey) } else { Ok(signed) }
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        // The last blank line: the text may hold blank lines of its own.
        let blank = note.rfind("\n\n").ok_or(NoteError::Form("no blank line before the signatures"))?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form("the last line has no newline"))?;
        let mut parsed = Self::new(text.to_owned())?;
        for line in lines.split('\n') {
            if parsed.signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::TooLong);
            }
            parsed.signatures.push(Signature::from_line(line).ok_or(NoteError::Form("a line is not a signature"))?);
        }
        Ok(parsed)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| f.write_str(&Self::line(&signature.name, signature.id, &signature.bytes)))
    }
}

impl Signature {
    fn from_line(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(LINE_START)?.split_once(' ')?;
        let bytes = from_base64(base64)?;
        let (id, bytes) = bytes.split_first_chunk()?;
        let sound = is_name(name) && !bytes.is_empty();
        sound.then(|| Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

fn refuse_control_characters(text: &str) -> Result<(), NoteError> {
    let control = |byte: u8| byte < b' ' && byte != b'\n';
    if text.bytes().any(control) { Err(NoteError::Form("a control character in the text")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The example of the signed-note specification.
    const SPEC_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const SPEC_NOTE: &str = "This is an example message.\n\n\
        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn key(number: u8) -> SigningKey {
        SigningKey::from_seed(&format!("key.example/{number}"), &[number; 32]).unwrap()
    }

    #[test]
    fn the_specification_s_note_verifies() {
        let note: Note = SPEC_NOTE.parse().unwrap();
        assert_eq!(note.text(), "This is an example message.\n");
        let signed = note.verify(&[&SPEC_KEY.parse().unwrap()]).unwrap();
        assert_eq!(signed, [Signed { name: "example.com/foo".to_owned(), at_seconds: None }]);
        assert_eq!(note.to_string(), SPEC_NOTE);
    }

    #[test]
    fn an_altered_text_is_refused() {
        let note: Note = SPEC_NOTE.replace("example message", "Example message").parse().unwrap();
        assert_eq!(note.verify(&[&SPEC_KEY.parse().unwrap()]), Err(NoteError::BadSignature("example.com/foo".to_owned())));
    }

    #[test]
    fn unknown_keys_are_passed_over_and_a_known_one_that_fails_rejects() {
        let text = "a\n\nb\n";
        let note = (1..=20).fold(Note::new(text.to_owned()).unwrap(), |note, number| note.signed_by(&key(number)));
        let note: Note = note.to_string().parse().unwrap();
        assert_eq!(note.text(), text);
        assert_eq!(note.verify(&[key(17).verifying_key()]).unwrap().len(), 1);
        assert_eq!(note.verify(&[key(1).verifying_key(), key(20).verifying_key()]).unwrap().len(), 2);
        assert_eq!(note.verify(&[key(21).verifying_key()]), Err(NoteError::NoKnownKey));
        assert_eq!(note.verify(&[]), Err(NoteError::NoKnownKey));

        let mut forged = note.clone();
        forged.signatures[4].bytes[0] ^= 1;
        assert_eq!(
            forged.verify(&[key(5).verifying_key(), key(6).verifying_key()]),
            Err(NoteError::BadSignature("key.example/5".to_owned()))
        );
        assert!(forged.verify(&[key(6).verifying_key()]).is_ok());
    }

    #[test]
    fn the_same_name_with_another_key_is_unknown() {
        let note = Note::new("a\n".to_owned()).unwrap().signed_by(&key(1));
        let namesake = SigningKey::from_seed("key.example/1", &[9; 32]).unwrap();
        assert_eq!(note.verify(&[namesake.verifying_key()]), Err(NoteError::NoKnownKey));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let line = "— a AAAAAAA=\n";
        for bad in [
            String::new(),
            "\n".to_owned(),
            "a\n".to_owned(),
            "a\n\n".to_owned(),
            format!("a\n{line}"),
            format!("\n{line}"),
            format!("a\n\n{}", line.trim_end()),
            format!("a\n\n{line}x\n"),
            "a\n\n- a AAAAAAA=\n".to_owned(),
            "a\n\n— a AAAAAAA\n".to_owned(),
            "a\n\n— a AAAAAA==\n".to_owned(),
            "a\n\n—  AAAAAAA=\n".to_owned(),
            "a\n\n— a  AAAAAAA=\n".to_owned(),
            format!("a\r\n\n{line}"),
            "a\n\n— a+b AAAAAAA=\n".to_owned(),
            format!("a\u{0}\n\n{line}"),
            format!("a\n\n{line}\n"),
        ] {
            assert!(matches!(bad.parse::<Note>(), Err(NoteError::Form(_))), "{bad:?}");
        }
        assert!(format!("a\n\n{line}").parse::<Note>().is_ok());
        assert_eq!(format!("a\n\n{}", line.repeat(101)).parse::<Note>(), Err(NoteError::TooLong));
        assert_eq!("a".repeat(MAX_NOTE_BYTES + 1).parse::<Note>(), Err(NoteError::TooLong));
    }
}
