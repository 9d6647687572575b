//! A few secret bytes for somebody's `age` key (age-encryption.org/v1, recipients of kind X25519), and opened again.
//!
//! ```text
//! age-encryption.org/v1
//! -> X25519 <ephemeral public key>                       one stanza a recipient: the file key, wrapped with
//! <ChaCha20-Poly1305(HKDF(shared secret), file key)>     HKDF(X25519(ephemeral, recipient), ephemeral ‖ recipient)
//! --- <HMAC(HKDF(file key, "header"), all of the above)>
//! nonce (16) | ChaCha20-Poly1305(HKDF(file key, nonce, "payload"), bytes)
//! ```
//! Only what an escrowed key needs: one chunk (under 64 KiB), binary, X25519. The format is small, and all its parts are in this program
//! already; the library for all of it would bring a hundred more crates. The `age` tool opens what this writes, and the other way round.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use curve25519_dalek::MontgomeryPoint;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const VERSION: &str = "age-encryption.org/v1";
const STANZA: &str = "-> X25519 ";
const MAC_LINE: &str = "---";
const FILE_KEY_BYTES: usize = 16;
/// A single chunk of the payload, less its tag.
const MOST_BYTES: usize = (1 << 16) - 1;
const RECIPIENT: &str = "age";
const IDENTITY: &str = "age-secret-key-";

/// Why nothing was sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// Not `age1…`.
    #[error("not an age recipient: it looks like age1 and 58 letters and digits")]
    Recipient,
    /// Not `AGE-SECRET-KEY-1…`.
    #[error("not an age identity: it looks like AGE-SECRET-KEY-1 and 58 letters and digits")]
    Identity,
    /// Nothing that this reads.
    #[error("not an age file of one short secret for X25519 recipients")]
    Form,
    /// Sealed to others.
    #[error("this identity does not open it")]
    NotForMe,
    /// Edited.
    #[error("the file was altered")]
    Altered,
}

/// Whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

/// Who opens it.
pub struct Identity(Zeroizing<[u8; 32]>);

impl std::str::FromStr for Recipient {
    type Err = AgeError;

    fn from_str(text: &str) -> Result<Self, AgeError> {
        bech32(RECIPIENT, text).map(Self).ok_or(AgeError::Recipient)
    }
}

impl std::str::FromStr for Identity {
    type Err = AgeError;

    fn from_str(text: &str) -> Result<Self, AgeError> {
        bech32(IDENTITY, text).map(|secret| Self(Zeroizing::new(secret))).ok_or(AgeError::Identity)
    }
}

/// Seals `secret` so that each of the recipients opens it alone.
///
/// # Errors
/// When it is too long, or a recipient is no point of the curve.
pub fn seal(secret: &[u8], recipients: &[Recipient], rng: &mut impl CryptoRng) -> Result<Vec<u8>, AgeError> {
    if secret.len() > MOST_BYTES || recipients.is_empty() {
        return Err(AgeError::Form);
    }
    let mut file_key = Zeroizing::new([0; FILE_KEY_BYTES]);
    rng.fill_bytes(&mut file_key[..]);
    let mut header = format!("{VERSION}\n");
    for Recipient(theirs) in recipients {
        let mut ephemeral = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut ephemeral[..]);
        let ours = MontgomeryPoint::mul_base_clamped(*ephemeral).to_bytes();
        let key = shared_key(&ephemeral, theirs, &ours, theirs).ok_or(AgeError::Recipient)?;
        let wrapped = cipher(&key).encrypt(&Nonce::default(), &file_key[..]).map_err(|_| AgeError::Form)?;
        header += &format!("{STANZA}{}\n{}\n", BASE64_STANDARD_NO_PAD.encode(ours), BASE64_STANDARD_NO_PAD.encode(wrapped));
    }
    header += MAC_LINE;
    let mac = BASE64_STANDARD_NO_PAD.encode(header_mac(&file_key[..], &header));
    let mut nonce = [0; 16];
    rng.fill_bytes(&mut nonce);
    let payload = cipher(&derive(&file_key[..], &nonce, b"payload")).encrypt(&only_chunk(), secret).map_err(|_| AgeError::Form)?;
    Ok([format!("{header} {mac}\n").as_bytes(), &nonce, &payload].concat())
}

/// Opens what was sealed to `identity`.
///
/// # Errors
/// When it is no such file, is for others, or was altered.
pub fn open(file: &[u8], identity: &Identity) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let at = memchr::memmem::find(file, b"\n--- ").ok_or(AgeError::Form)? + 1;
    let header = std::str::from_utf8(&file[..at + MAC_LINE.len()]).map_err(|_| AgeError::Form)?;
    let after = &file[at + MAC_LINE.len() + 1..];
    let end = memchr::memchr(b'\n', after).ok_or(AgeError::Form)?;
    let (mac, body) = (decoded::<32>(&after[..end]).ok_or(AgeError::Form)?, &after[end + 1..]);
    let file_key = file_key(header, identity)?;
    if !bool::from(header_mac(&file_key, header).ct_eq(&mac)) {
        return Err(AgeError::Altered);
    }
    let (nonce, payload) = body.split_at_checked(16).ok_or(AgeError::Form)?;
    let opened = cipher(&derive(&file_key, nonce, b"payload")).decrypt(&only_chunk(), payload);
    opened.map(Zeroizing::new).map_err(|_| AgeError::Altered)
}

fn file_key(header: &str, Identity(secret): &Identity) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let mine = MontgomeryPoint::mul_base_clamped(**secret).to_bytes();
    let mut lines = header.lines();
    if lines.next() != Some(VERSION) {
        return Err(AgeError::Form);
    }
    while let Some(line) = lines.next() {
        let Some(share) = line.strip_prefix(STANZA) else { continue };
        let theirs = decoded::<32>(share.as_bytes()).ok_or(AgeError::Form)?;
        let wrapped = decoded::<32>(lines.next().unwrap_or_default().as_bytes()).ok_or(AgeError::Form)?;
        let Some(key) = shared_key(secret, &theirs, &theirs, &mine) else { continue };
        if let Ok(file_key) = cipher(&key).decrypt(&Nonce::default(), &wrapped[..]) {
            return Ok(Zeroizing::new(file_key));
        }
    }
    Err(AgeError::NotForMe)
}

/// The key that wraps the file key; none for a point that makes every secret the same.
fn shared_key(secret: &[u8; 32], point: &[u8; 32], ephemeral: &[u8; 32], recipient: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    let shared = Zeroizing::new(MontgomeryPoint(*point).mul_clamped(*secret).to_bytes());
    let salt = [ephemeral.as_slice(), recipient].concat();
    (*shared != [0; 32]).then(|| derive(&shared[..], &salt, b"age-encryption.org/v1/X25519"))
}

fn derive(key: &[u8], salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut derived = Zeroizing::new([0; 32]);
    // 32 bytes are always a valid length for HKDF-SHA256.
    let _ = Hkdf::<Sha256>::new(Some(salt), key).expand(info, &mut derived[..]);
    derived
}

fn header_mac(file_key: &[u8], header: &str) -> [u8; 32] {
    use hmac::KeyInit as _;
    let mut block = [0; 64];
    block[..32].copy_from_slice(&derive(file_key, &[], b"header")[..]);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(header.as_bytes());
    mac.finalize().into_bytes().into()
}

fn cipher(key: &[u8; 32]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.into())
}

/// The nonce of the first chunk when it is the last one too.
fn only_chunk() -> Nonce {
    let mut nonce = [0; 12];
    nonce[11] = 1;
    nonce.into()
}

fn decoded<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    BASE64_STANDARD_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// The 32 bytes of a bech32 text (BIP 173) with this prefix.
fn bech32(prefix: &str, text: &str) -> Option<[u8; 32]> {
    const LETTERS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let lower = text.to_ascii_lowercase();
    if text != lower && text != text.to_ascii_uppercase() {
        return None;
    }
    let digits = lower.strip_prefix(prefix)?.strip_prefix('1')?.bytes();
    let digits: Vec<u8> = digits.map(|letter| LETTERS.iter().position(|l| *l == letter).map(|at| at as u8)).collect::<Option<_>>()?;
    let expanded = prefix.bytes().map(|b| b >> 5).chain([0]).chain(prefix.bytes().map(|b| b & 31)).chain(digits.iter().copied());
    let checksum = expanded.fold(1_u32, |sum, value| {
        let (top, next) = (sum >> 25, (sum & 0x01ff_ffff) << 5 ^ u32::from(value));
        let generators = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        generators.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(next, |sum, (_, generator)| sum ^ generator)
    });
    let data = digits.split_last_chunk::<6>().map(|(data, _)| data).filter(|data| checksum == 1 && data.len() == 52)?;
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(32), 0_u32, 0);
    for digit in data {
        bits = bits << 5 | u32::from(*digit);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    // 52 digits are 260 bits: the last four must be zero.
    (bits & 0xf == 0).then(|| bytes.try_into().ok())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Made by the `age-keygen` of FiloSottile/age.
    const PUBLIC: &str = "age1x7cz9hl9yd9m5rlyf4skyarr7l0n3r98kakgvdk5vu3fhz0skd2s0rgr2m";
    const SECRET: &str = "AGE-SECRET-KEY-1HTHT8FEY3YTVRNPZADX3EFJTJMP6XMVJYJZUG66E56TM2SXF473QGSXYHS";
    /// `printf 'a secret\n' | age -r PUBLIC | base64`, by the same.
    const FOREIGN: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSAzOVBwdGZxTW5rYkV4eHdEaWtyZFpRZC9Uc2svTXpDVjFLa1o1SkV5VlRrCmc5MnB4d3paZjBWRlFicG10aVFLS2YvV2I0TG43RFBtTUk5akJiNlV3TmMKLS0tIHdveVk3ZWZPaHpjUWdiVmJTMm9ibGNFZWZsRExzcUxlL1VLbDZ1Wk9SRDQKNtH6khMasMmtLr2sW1VWcJj2ZndcIs8SuxEHhYoCSqOJcvLE0kc/7UM=";

    #[test]
    fn a_file_of_the_age_tool_opens() {
        let file = base64::prelude::BASE64_STANDARD.decode(FOREIGN).unwrap();
        assert_eq!(*open(&file, &SECRET.parse().unwrap()).unwrap(), b"a secret\n");
    }

    #[test]
    fn what_is_sealed_opens_for_each_recipient_and_no_flipped_byte_passes() {
        let other = Recipient(MontgomeryPoint::mul_base_clamped([7; 32]).to_bytes());
        let (recipient, identity): (Recipient, Identity) = (PUBLIC.parse().unwrap(), SECRET.parse().unwrap());
        let sealed = seal(b"key", &[other, recipient], &mut rand::rng()).unwrap();
        assert_eq!(*open(&sealed, &identity).unwrap(), b"key");
        assert_eq!(open(&seal(b"key", &[other], &mut rand::rng()).unwrap(), &identity).unwrap_err(), AgeError::NotForMe);
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert!(open(&flipped, &identity).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_mistyped_recipient_is_refused() {
        for at in 4..PUBLIC.len() {
            let mut mistyped = PUBLIC.as_bytes().to_vec();
            mistyped[at] = if mistyped[at] == b'q' { b'p' } else { b'q' };
            assert!(String::from_utf8(mistyped).unwrap().parse::<Recipient>().is_err(), "letter {at}");
        }
        assert!(SECRET.parse::<Recipient>().is_err() && PUBLIC.parse::<Identity>().is_err());
    }
}
