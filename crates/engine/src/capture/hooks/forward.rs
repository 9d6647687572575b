//! The request to the bot: the platform's end-to-end headers and the same bytes, with a signature of ours, and the bot's answer.
//!
//! ```text
//! X-Letopis-Delivery: 0197…            the same when it is tried again
//! X-Letopis-Attempt: 1
//! X-Letopis-Signature: t=1767225600,v1=hex(hmac-sha256(sign, "1767225600." + body))      where a signing secret is stored
//! ```

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::super::Capture;
use super::super::proxy::head;
use crate::access::connection_health::Failure;
use crate::access::{ConnectionIdentity, SecretName};
use crate::exchange::{self, Ended, Request};
use crate::upstream::{Question, UpstreamError};

/// How long a bot may think when no platform waits for it.
pub(super) const LONGEST: Duration = Duration::from_secs(60);
/// Names a delivery; whoever sees it at our own door stands in a circle.
pub(super) const DELIVERY: &str = "x-letopis-delivery";
/// Bytes of a bot's answer.
const ANSWER_BYTES: usize = 8 << 20;

/// What the bot said.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Its status.
    pub status: StatusCode,
    headers: HeaderMap,
    /// Its words.
    pub body: Bytes,
}

/// Why there is no answer of the bot's. The text names no address.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotTaken {
    /// The connection has no forward URL, or one that is none.
    #[error("there is no forward URL: store one as its secret forward")]
    Nowhere,
    /// It cannot be reached, or broke off.
    #[error("{0}")]
    Unreachable(String),
    /// It takes too long.
    #[error("gives no answer in {} s", .0.as_secs())]
    Slow(Duration),
    /// Deliveries of its chat wait.
    #[error("earlier deliveries of the chat wait")]
    Behind,
}

impl NotTaken {
    /// As an exchange ends.
    #[must_use]
    pub fn ended(&self) -> Ended {
        match self {
            Self::Slow(_) => Ended::TimedOut("first byte".to_owned()),
            other => Ended::Broken(other.to_string()),
        }
    }
}

impl Answered {
    /// Whether a platform that got this would deliver again.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.status.is_client_error() || self.status.is_server_error()
    }

    /// As it goes back to the platform.
    pub(super) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// As it is recorded.
    #[must_use]
    pub fn recorded(&self) -> exchange::Response {
        exchange::Response {
            status: self.status.as_u16(),
            headers: head::kept(&self.headers),
            body: exchange::Body::whole(self.body.clone()),
        }
    }
}

/// Every header that goes on, for a later attempt.
pub(super) fn onward_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut headers = headers.clone();
    head::end_to_end(&mut headers);
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().take(200).map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// What went wrong, for the connection's health.
fn failure(answer: &Result<crate::upstream::Answered, UpstreamError>) -> Option<(Failure, String)> {
    Some(match answer {
        Ok(answer) if answer.status >= 500 => (Failure::Failed, format!("the bot answered with status {}", answer.status)),
        Ok(answer) if answer.status >= 400 => (Failure::Refused, format!("the bot answered with status {}", answer.status)),
        Ok(_) => return None,
        Err(UpstreamError::Slow(_)) => (Failure::Slow, "the bot gave no answer in time".to_owned()),
        Err(e) => (Failure::Unreachable, format!("the bot {e}")),
    })
}

impl Capture {
    /// Forwards a delivery, and waits for the bot as long as anybody would.
    ///
    /// # Errors
    /// [`NotTaken`]; the bot may have got it all the same.
    pub async fn forward(&self, known: &ConnectionIdentity, request: &Request, delivery: &str, attempt: u32) -> Result<Answered, NotTaken> {
        let keys = self.vault.keys(known.business).ok_or(NotTaken::Nowhere)?;
        let forward = known.secret(&keys, SecretName::Forward).ok_or(NotTaken::Nowhere)?;
        let url = address(&forward, &request.target).ok_or(NotTaken::Nowhere)?;
        let mut headers: Vec<(HeaderName, HeaderValue)> = request.headers.iter().filter_map(onward).collect();
        let mut ours = vec![(DELIVERY, delivery.to_owned()), ("x-letopis-attempt", attempt.to_string())];
        if let Some(sign) = known.secret(&keys, SecretName::Sign) {
            let made = signature(&sign, (self.now_us)() / 1_000_000, &request.body.bytes);
            ours.extend(made.map(|made| ("x-letopis-signature", made)));
        }
        headers.extend(ours.into_iter().filter_map(|(name, value)| Some((HeaderName::from_static(name), value.try_into().ok()?))));
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::POST);
        let question = Question { method, url, headers, body: request.body.bytes.clone(), patience: LONGEST, answer_bytes: ANSWER_BYTES };
        let asked_us = (self.now_us)();
        let answer = self.bots[usize::from(known.settings.link_local)].ask(question).await;
        let now_us = (self.now_us)();
        self.pulses.of(known).call(now_us, Some(now_us - asked_us), failure(&answer));
        let answer = answer.map_err(|e| match e {
            UpstreamError::Slow(patience) => NotTaken::Slow(patience),
            other => NotTaken::Unreachable(other.to_string()),
        })?;
        let mut headers = answer.headers;
        head::end_to_end(&mut headers);
        headers.remove(header::CONTENT_LENGTH);
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
        Ok(Answered { status, headers, body: answer.body })
    }
}

/// A header of the platform's that goes on: not what is for us alone, and none that says it was ours.
fn onward((name, value): &(String, String)) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::try_from(name).ok()?;
    let stays = name == header::HOST || name == header::EXPECT || name == header::CONTENT_LENGTH || name.as_str().starts_with("x-letopis-");
    if stays { None } else { Some((name, HeaderValue::try_from(value).ok()?)) }
}

/// Where it goes: the stored URL, with what the platform put behind ours.
fn address(forward: &str, target: &str) -> Option<String> {
    let more = target.split_once('?').map(|(_, query)| query).filter(|query| !query.is_empty());
    let whole = match (more, forward.contains('?')) {
        (None, _) => forward.to_owned(),
        (Some(more), false) => format!("{forward}?{more}"),
        (Some(more), true) => format!("{forward}&{more}"),
    };
    let uri: Uri = whole.trim().parse().ok()?;
    (matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()).then(|| whole.trim().to_owned())
}

pub(super) fn signature(sign: &str, seconds: i64, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(sign.as_bytes()).ok()?;
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("t={seconds},v1={hex}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_the_platform_put_behind_our_url_goes_behind_the_bots() {
        let to = address;
        assert_eq!(to("https://bot.example/h", "").unwrap(), "https://bot.example/h");
        assert_eq!(to("https://bot.example/h?k=1", "?a=b").unwrap(), "https://bot.example/h?k=1&a=b");
        assert_eq!((to("file:///etc/passwd", ""), to("/h", "")), (None, None));
    }
}
