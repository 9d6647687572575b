//! Whether a delivery comes from the platform: by the secret that it was given, in the way that it proves it.
//!
//! Where no secret is stored the token in our URL is the only one. Comparisons take the same time whatever differs.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::access::{ConnectionKind, Proof, Settings};

/// Why a delivery is not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(in crate::capture) enum NotTheSender {
    #[error("the delivery does not prove its sender: {0} is missing")]
    Missing(String),
    #[error("the delivery does not prove its sender: {0} is wrong; store the secret that the platform was given")]
    Wrong(String),
}

/// Holds a delivery against the stored secret.
///
/// # Errors
/// [`NotTheSender`], naming where the proof should stand.
pub(super) fn check(
    kind: ConnectionKind,
    settings: &Settings,
    headers: &HeaderMap,
    body: &[u8],
    secret: Option<&str>,
) -> Result<(), NotTheSender> {
    let Some(secret) = secret else { return Ok(()) };
    match place(kind, settings) {
        Some((header, Proof::Value)) => plain(headers, header, secret),
        Some((header, proof)) => signed(headers, header, proof, secret, body),
        None => {
            let told: Value = serde_json::from_slice(body).unwrap_or_default();
            let told = told["secret"].as_str().ok_or_else(|| NotTheSender::Missing("secret in the body".to_owned()))?;
            same(told.as_bytes(), secret.as_bytes(), "secret in the body")
        }
    }
}

fn plain(headers: &HeaderMap, name: &str, secret: &str) -> Result<(), NotTheSender> {
    same(value(headers, name)?, secret.as_bytes(), name)
}

/// The header in which a kind proves itself, and how; none where the proof stands in the body.
fn place(kind: ConnectionKind, settings: &Settings) -> Option<(&str, Proof)> {
    Some(match kind {
        ConnectionKind::Telegram => ("x-telegram-bot-api-secret-token", Proof::Value),
        ConnectionKind::Max => ("x-max-bot-api-secret", Proof::Value),
        ConnectionKind::Whatsapp | ConnectionKind::Instagram => ("x-hub-signature-256", Proof::HmacHex),
        ConnectionKind::Vk => return None,
        // These prove nothing of themselves, but whoever stands before us may.
        _ => (settings.sender_header.as_deref().unwrap_or("x-letopis-secret"), settings.sender_proof.unwrap_or(Proof::Value)),
    })
}

/// The proof that the platform would send with this body, for a test of ours.
pub(super) fn proof(kind: ConnectionKind, settings: &Settings, body: &[u8], secret: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, proof) = place(kind, settings)?;
    let value = match proof {
        Proof::Value => secret.to_owned(),
        Proof::HmacHex => format!("sha256={}", made(proof, secret, body)?),
        Proof::HmacBase64 => made(proof, secret, body)?,
    };
    Some((name.parse().ok()?, value.try_into().ok()?))
}

/// HMAC-SHA256 of the body as it came, perhaps behind `sha256=`.
fn signed(headers: &HeaderMap, name: &str, proof: Proof, secret: &str, body: &[u8]) -> Result<(), NotTheSender> {
    let told = value(headers, name)?;
    let told = told.strip_prefix(b"sha256=").unwrap_or(told);
    let Some(made) = made(proof, secret, body) else { return Err(NotTheSender::Wrong(name.to_owned())) };
    let told = if proof == Proof::HmacHex { told.to_ascii_lowercase() } else { told.to_vec() };
    same(&told, made.as_bytes(), name)
}

fn made(proof: Proof, secret: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(body);
    let made = mac.finalize().into_bytes();
    Some(match proof {
        Proof::HmacBase64 => STANDARD.encode(made),
        Proof::HmacHex | Proof::Value => made.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a [u8], NotTheSender> {
    headers.get(name).map(HeaderValue::as_bytes).ok_or_else(|| NotTheSender::Missing(name.to_owned()))
}

fn same(told: &[u8], expected: &[u8], place: &str) -> Result<(), NotTheSender> {
    if bool::from(told.ct_eq(expected)) { Ok(()) } else { Err(NotTheSender::Wrong(place.to_owned())) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn try_it(kind: ConnectionKind, settings: &Settings, header: Option<(&str, &str)>, body: &str) -> bool {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(axum::http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        check(kind, settings, &headers, body.as_bytes(), Some("key")).is_ok()
    }

    #[test]
    fn each_platform_proves_itself_in_its_own_way() {
        // RFC-style value: HMAC-SHA256 of the sentence under "key".
        let (body, hex) =
            ("The quick brown fox jumps over the lazy dog", "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
        let usual = Settings::default();
        let kinds = ConnectionKind::ALL;
        for kind in kinds.iter().copied().filter(|kind| kind.is_channel()) {
            assert!(!try_it(kind, &usual, None, body), "{kind} without a proof");
            assert!(check(kind, &usual, &HeaderMap::new(), body.as_bytes(), None).is_ok(), "{kind} without a secret");
        }
        assert!(try_it(ConnectionKind::Telegram, &usual, Some(("X-Telegram-Bot-Api-Secret-Token", "key")), ""));
        assert!(!try_it(ConnectionKind::Telegram, &usual, Some(("X-Telegram-Bot-Api-Secret-Token", "keY")), ""));
        assert!(try_it(ConnectionKind::Max, &usual, Some(("X-Max-Bot-Api-Secret", "key")), ""));
        for kind in [ConnectionKind::Whatsapp, ConnectionKind::Instagram] {
            assert!(try_it(kind, &usual, Some(("X-Hub-Signature-256", &format!("sha256={hex}"))), body));
            assert!(!try_it(kind, &usual, Some(("X-Hub-Signature-256", &format!("sha256={hex}"))), "another body"));
        }
        assert!(try_it(ConnectionKind::Vk, &usual, None, r#"{"type":"message_new","secret":"key"}"#));
        assert!(!try_it(ConnectionKind::Vk, &usual, None, r#"{"type":"message_new","secret":["key"]}"#));
        let own = |proof| Settings { sender_header: Some("X-Sign".into()), sender_proof: Some(proof), ..Settings::default() };
        assert!(try_it(ConnectionKind::Hook, &own(Proof::Value), Some(("x-sign", "key")), body));
        assert!(try_it(ConnectionKind::Hook, &own(Proof::HmacHex), Some(("x-sign", &hex.to_uppercase())), body));
        let base64 = "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=";
        assert!(try_it(ConnectionKind::Hook, &own(Proof::HmacBase64), Some(("x-sign", base64)), body));
        assert!(!try_it(ConnectionKind::Hook, &own(Proof::HmacBase64), Some(("x-sign", hex)), body));
    }
}
