//! The bot of a connection tried: is it there, and, where a person asks for it, does it take a delivery in time.
//!
//! ```text
//! X-Letopis-Test: 1                     in no other delivery
//! X-Letopis-Delivery: test-0197…        and the platform's own proof, our signature: as in every delivery
//! ```
//! The body is one that the platform's libraries read and that tells of nobody: an update without a message, a list of no entries.

use std::time::Instant;

use axum::http::{HeaderName, HeaderValue, Method, Uri};
use bytes::Bytes;
use serde_json::json;
use uuid::Uuid;

use super::super::Capture;
use super::super::trial::{ANSWER, CONNECT, told};
use super::{forward, sender, success};
use crate::access::connection_trial::{Finding, Step, Why};
use crate::access::{ConnectionIdentity, ConnectionKind, SecretName};
use crate::upstream::{Question, Route, UpstreamError, probe};

/// A bot's answer to a test is not read.
const ANSWER_BYTES: usize = 1 << 20;

impl Capture {
    /// Whether the bot is there, and, if `deliver`, what it says to a test.
    pub(in crate::capture) async fn try_bot(&self, known: &ConnectionIdentity, deliver: bool) -> Vec<Finding> {
        let keys = self.vault.keys(known.business);
        let Some(url) = keys.and_then(|keys| known.secret(&keys, SecretName::Forward)) else {
            return vec![Finding::open(Step::Bot, Why::NoBot)];
        };
        let untried = Finding::open(Step::Delivery, Why::NotTried);
        let Some(origin) = origin(&url) else { return vec![Finding::wrong(Step::Bot, Why::BadBot), untried] };
        let route = Route { link_local: known.settings.link_local, ..Route::default() };
        match probe::connect(origin, route, self.proxying.own().clone(), CONNECT).await {
            Err(broke) => vec![Finding::wrong(Step::Bot, told(broke).1), untried],
            Ok(open) => {
                let there = Finding::well(Step::Bot, Why::Connected).took(open.took);
                let taken = if deliver { self.deliver_a_test(known, &url).await } else { Finding::open(Step::Delivery, Why::NotAsked) };
                vec![there, taken]
            }
        }
    }

    async fn deliver_a_test(&self, known: &ConnectionIdentity, url: &str) -> Finding {
        let Some(question) = self.test(known, url) else { return Finding::wrong(Step::Delivery, Why::BadBot) };
        let (asked, patience) = (Instant::now(), success::patience(known.kind, &known.settings));
        let answer = self.bots[usize::from(known.settings.link_local)].ask(question).await;
        let took = asked.elapsed();
        match answer {
            Err(UpstreamError::Slow(_)) => Finding::wrong(Step::Delivery, Why::Slow).took(took),
            Err(_) => Finding::wrong(Step::Delivery, Why::Broke),
            Ok(answer) => {
                let found = match answer.status {
                    500.. => Finding::wrong(Step::Delivery, Why::Fails),
                    300..=499 => Finding::open(Step::Delivery, Why::NotTaken),
                    _ if took > patience => Finding::wrong(Step::Delivery, Why::Late),
                    _ => Finding::well(Step::Delivery, Why::Taken),
                };
                found.status(answer.status).took(took)
            }
        }
    }

    fn test(&self, known: &ConnectionIdentity, url: &str) -> Option<Question> {
        let keys = self.vault.keys(known.business)?;
        let secret = known.secret(&keys, SecretName::Sender);
        let secret = secret.as_ref().map(|secret| secret.as_str());
        let body = body(known.kind, secret);
        let text = |name: &'static str, value: String| Some((HeaderName::from_static(name), HeaderValue::try_from(value).ok()?));
        let sign = known.secret(&keys, SecretName::Sign);
        let signature = sign.and_then(|sign| forward::signature(&sign, (self.now_us)() / 1_000_000, &body));
        let ours = [
            text("content-type", "application/json".to_owned()),
            text("x-letopis-test", "1".to_owned()),
            text(forward::DELIVERY, format!("test-{}", Uuid::now_v7())),
            text("x-letopis-attempt", "1".to_owned()),
            signature.and_then(|made| text("x-letopis-signature", made)),
            secret.and_then(|secret| sender::proof(known.kind, &known.settings, &body, secret)),
        ];
        let headers = ours.into_iter().flatten().collect();
        let url = url.trim().to_owned();
        Some(Question { method: Method::POST, url, headers, body, patience: ANSWER, answer_bytes: ANSWER_BYTES })
    }
}

fn origin(url: &str) -> Option<Uri> {
    let uri: Uri = url.trim().parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    Uri::builder().scheme(scheme).authority(uri.authority()?.clone()).path_and_query("/").build().ok()
}

/// What the platform's libraries read without doing anything.
fn body(kind: ConnectionKind, secret: Option<&str>) -> Bytes {
    let mut body = match kind {
        ConnectionKind::Telegram => json!({ "update_id": 0 }),
        ConnectionKind::Whatsapp => json!({ "object": "whatsapp_business_account", "entry": [] }),
        ConnectionKind::Instagram => json!({ "object": "instagram", "entry": [] }),
        ConnectionKind::Max => json!({ "update_type": "letopis_test", "timestamp": 0 }),
        ConnectionKind::Vk => json!({ "type": "letopis_test", "group_id": 0, "object": {}, "secret": secret }),
        _ => json!({}),
    };
    body["letopis_test"] = true.into();
    body.to_string().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::access::Settings;
    use axum::http::HeaderMap;

    #[test]
    fn a_test_proves_itself_as_the_platform_does() {
        for kind in ConnectionKind::ALL.iter().copied().filter(|kind| kind.is_channel()) {
            let (settings, body) = (Settings::default(), body(kind, Some("key")));
            let headers: HeaderMap = sender::proof(kind, &settings, &body, "key").into_iter().collect();
            assert!(sender::check(kind, &settings, &headers, &body, Some("key")).is_ok(), "{kind}");
            assert!(sender::check(kind, &settings, &headers, &body, Some("another")).is_err(), "{kind}");
        }
        assert_eq!(origin("https://user:pw@bot.example:8443/hook?token=1").unwrap().port_u16(), Some(8443));
        assert_eq!((origin("file:///etc/passwd"), origin("/hook")), (None, None));
    }
}
