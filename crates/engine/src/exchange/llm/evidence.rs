//! What is kept of bodies as evidence: the text as it was, but digests in place of pictures and files.
//!
//! Files travel inside JSON as base64, and a history sends them again with every call. A run of it becomes
//! `sha256:9f86d081…;bytes=52000`: enough to prove which file it was, to whoever has the file.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest, Sha256};

/// Shorter runs may be words, ids and hashes; no picture is so short.
const SHORTEST: usize = 1024;
const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);

/// The text with every long run of base64 replaced.
pub(super) fn without_files(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while at < bytes.len() {
        let end = run(bytes, at);
        if end - at >= SHORTEST
            && let Some(digest) = digest(&text[at..end])
        {
            out.push_str(&text[copied..at]);
            out.push_str(&digest);
            copied = end;
        }
        at = end + 1;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// `sha256:<hex>;bytes=<n>` of a file.
pub(super) fn digest_of(file: &[u8]) -> String {
    let hex: String = Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex};bytes={}", file.len())
}

/// Where the run of base64 that begins at `from` ends. PHP writes `\/` for a slash.
fn run(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' | b'=' => at += 1,
            b'\\' if bytes.get(at + 1) == Some(&b'/') => at += 2,
            _ => break,
        }
    }
    at
}

/// The digest of what a run says; none where it says nothing.
fn digest(run: &str) -> Option<String> {
    let plain: Cow<'_, str> = if run.contains('\\') { Cow::Owned(run.replace("\\/", "/")) } else { Cow::Borrowed(run) };
    // A text that broke off ends anywhere: of its last letters those are taken that make whole bytes.
    let whole = plain.trim_end_matches('=');
    let whole = &whole[..whole.len() - usize::from(whole.len() % 4 == 1)];
    let file = STANDARD.decode(whole).or_else(|_| URL_SAFE.decode(whole)).ok()?;
    Some(digest_of(&file))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_picture_becomes_its_digest_and_nothing_else_changes() {
        let picture: Vec<u8> = (0..5_000_u32).map(|i| (i * i % 251) as u8).collect();
        let digest = digest_of(&picture);
        assert!(digest.ends_with(";bytes=5000"));
        for encoded in [STANDARD.encode(&picture), STANDARD.encode(&picture).replace('/', "\\/"), URL_SAFE.encode(&picture)] {
            let json = format!(r#"{{"text":"смотрите, фото","url":"data:image/png;base64,{encoded}","x":1}}"#);
            let expected = format!(r#"{{"text":"смотрите, фото","url":"data:image/png;base64,{digest}","x":1}}"#);
            assert_eq!(without_files(&json), expected);
        }
    }

    #[test]
    fn words_stay() {
        for text in ["", "привет", &"a".repeat(1_000), &"слово ".repeat(500), &"word ".repeat(500)] {
            assert_eq!(without_files(text), text);
        }
        assert!(without_files(&format!("{}\\", "A".repeat(2_001))).starts_with("sha256:"), "a half run too");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String, run in "[A-Za-z0-9+/\\\\=_-]{1000,1400}") {
            let _ = (without_files(&text), without_files(&run));
        }
    }
}
