//! A file that says who wrote it: a signed note over the hash of what follows.
//!
//! ```text
//! letopis-backup 1 287            version, bytes of the note
//! letopis/backup/v1               ┐
//! manifest                        │ what it is, the number of the run, SHA-256 of the body
//! 14                              │
//! 9f86d081884c7d65…               ┘
//!
//! — letopis.example/main Uw2QOk…  one line for the log of each business
//! {…                              the body, to the end of the file
//! ```

use ledger::{Note, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::hex;

const HEAD: &str = "letopis-backup 1 ";
const DOMAIN: &str = "letopis/backup/v1";

/// A file taken apart; its body is what the note says, who signed the note is not looked at yet.
pub(super) struct Envelope<'a> {
    pub number: u64,
    note: Note,
    pub body: &'a [u8],
}

/// Puts `body` into an envelope.
pub(super) fn seal(what: &str, number: u64, body: &[u8], keys: &[&SigningKey]) -> Vec<u8> {
    let text = format!("{DOMAIN}\n{what}\n{number}\n{}\n", hex(&Sha256::digest(body)));
    // The text is ours and has no control characters, so it can be signed; without a signature it would not open.
    let note = Note::new(text).map(|note| keys.iter().fold(note, |note, key| note.signed_by(key)).to_string()).unwrap_or_default();
    let mut file = format!("{HEAD}{}\n{note}", note.len()).into_bytes();
    file.extend_from_slice(body);
    file
}

/// Takes a file apart.
pub(super) fn open<'a>(what: &str, file: &'a [u8]) -> Result<Envelope<'a>, String> {
    let read = || {
        let head = memchr::memchr(b'\n', file)?;
        let length: usize = std::str::from_utf8(&file[..head]).ok()?.strip_prefix(HEAD)?.parse().ok()?;
        let (note, body) = file[head + 1..].split_at_checked(length)?;
        let note: Note = std::str::from_utf8(note).ok()?.parse().ok()?;
        Some((note, body))
    };
    let (note, body) = read().ok_or("not a file of a backup")?;
    let lines: Vec<&str> = note.text().lines().collect();
    let [DOMAIN, named, number, hash] = lines[..] else { return Err("not a file of a backup".into()) };
    if named != what {
        return Err(format!("it is a {named}, not a {what}"));
    }
    if hash != hex(&Sha256::digest(body)) {
        return Err("it was altered: its hash is not the signed one".into());
    }
    let number = number.parse().map_err(|_| "not a file of a backup")?;
    Ok(Envelope { number, note, body })
}

impl Envelope<'_> {
    /// Whether one of `keys` signed it, and none of them wrongly.
    pub(super) fn verify(&self, keys: &[&VerifyingKey]) -> Result<(), String> {
        self.note.verify(keys).map(drop).map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_flipped_byte_is_seen() {
        let (ours, other) = (SigningKey::from_seed("a/main", &[1; 32]).unwrap(), SigningKey::from_seed("b/main", &[2; 32]).unwrap());
        let file = seal("keys", 7, b"body", &[&ours]);
        let good = open("keys", &file).unwrap();
        assert_eq!((good.number, good.body), (7, &b"body"[..]));
        good.verify(&[ours.verifying_key()]).unwrap();
        assert!(good.verify(&[other.verifying_key()]).is_err());
        assert!(open("manifest", &file).is_err());
        for at in 0..file.len() {
            let mut flipped = file.clone();
            flipped[at] ^= 1;
            let passed = open("keys", &flipped).and_then(|envelope| envelope.verify(&[ours.verifying_key()]));
            assert!(passed.is_err(), "byte {at}");
        }
    }
}
