//! What a CRM's own events are good for: "look now".
//!
//! Bitrix24 tells an id, once, form-encoded, and neither what changed nor who did it; an event that is lost is never repeated. So nothing of it is
//! kept: whoever reads the portal is woken, and everything that counts comes from there. `auth[application_token]` proves the sender:
//! it is what the secret `sender` says, or what an installed application was given; where neither is known, the token in our URL is the proof.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::super::api::DoorError;
use super::super::{Capture, Counters, body};
use super::{NotTheSender, discard};
use crate::access::{ConnectionIdentity, SecretName};
use crate::exchange;
use crate::privacy::BusinessKeys;

/// Where the proof stands.
const PROOF: &str = "auth[application_token]";

/// Takes an event of a portal; the answer does not wait for anything, because slow handlers are told less.
pub(super) async fn take(capture: &Arc<Capture>, known: &Arc<ConnectionIdentity>, request: Request) -> Result<Response, DoorError> {
    let (head, mut rest) = request.into_parts();
    let keys = capture.vault.keys(known.business).ok_or(DoorError::Hook)?;
    let read = body::raw(&mut rest, &capture.config, &capture.room).await;
    if read.is_err() {
        discard(capture, &head, &mut rest).await;
    }
    let (bytes, _share) = read?;
    if let Some(proof) = proof(known, &keys) {
        prove(&bytes, &proof)?;
    }
    Counters::add(&capture.counters.hints);
    (capture.hint)(known.connection);
    Ok(StatusCode::OK.into_response())
}

/// What the portal proves itself with, as far as it is known.
fn proof(known: &ConnectionIdentity, keys: &BusinessKeys) -> Option<zeroize::Zeroizing<String>> {
    known.secret(keys, SecretName::Sender).or_else(|| {
        let tokens: Value = serde_json::from_str(&known.secret(keys, SecretName::Tokens)?).ok()?;
        let token = tokens["application_token"].as_str().filter(|token| !token.is_empty())?;
        Some(zeroize::Zeroizing::new(token.to_owned()))
    })
}

fn prove(form: &[u8], expected: &str) -> Result<(), NotTheSender> {
    let form = String::from_utf8_lossy(form);
    let told = form.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| exchange::unescaped(name) == PROOF);
    let told = told.map(|(_, value)| exchange::unescaped(value)).ok_or_else(|| NotTheSender::Missing(PROOF.to_owned()))?;
    if bool::from(told.as_bytes().ct_eq(expected.as_bytes())) { Ok(()) } else { Err(NotTheSender::Wrong(PROOF.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portal_proves_itself_by_its_application_token() {
        let form = "event=ONCRMDEALUPDATE&data%5BFIELDS%5D%5BID%5D=759&auth%5Bdomain%5D=p&auth%5Bapplication_token%5D=s%2Fcret";
        assert_eq!(prove(form.as_bytes(), "s/cret"), Ok(()));
        assert_eq!(prove(b"auth[application_token]=s/cret", "s/cret"), Ok(()));
        assert_eq!(prove(form.as_bytes(), "other"), Err(NotTheSender::Wrong(PROOF.to_owned())));
        for form in ["", "event=X", "data[bot][auth][application_token]=s/cret", r#"{"auth":{"application_token":"s/cret"}}"#] {
            assert_eq!(prove(form.as_bytes(), "s/cret"), Err(NotTheSender::Missing(PROOF.to_owned())), "{form}");
        }
    }
}
