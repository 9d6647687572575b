//! Forms that people send, checked before a handler sees them.
//!
//! [`Posted`] comes from a signed-in person and carries the token of their session; [`FromGuest`] comes from the sign-in pages, where there
//! is no session to carry one. Both must come from a page of ours: the browser says so in `Sec-Fetch-Site`, older ones in `Origin`; a client
//! that sends neither has no ambient cookies to abuse, and a session's form still needs its token.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Form, FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Desk;
use super::error::PageError;
use super::look::Look;
use super::visitor::Visitor;
use crate::access::session;

/// A form of a signed-in person.
pub(super) struct Posted<T> {
    /// Who.
    pub(super) visitor: Visitor,
    /// What. Fields are text: see [`Signed`].
    pub(super) form: T,
}

/// A form of somebody who is not signed in yet.
pub(super) struct FromGuest<T> {
    /// How the answer looks.
    pub(super) look: Look,
    /// What their browser calls itself.
    pub(super) agent: String,
    /// Where they are.
    pub(super) address: IpAddr,
    /// What.
    pub(super) form: T,
}

/// The fields and the token. Flattened fields of a form are text to serde, so forms hold `String`s only.
#[derive(Deserialize)]
struct Signed<T> {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    form: T,
}

/// A form without fields of its own.
#[derive(Deserialize)]
pub(super) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<Desk> for Posted<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, desk).await?;
        from_here(&parts.headers)?;
        let read = Form::<Signed<T>>::from_request(Request::from_parts(parts, body), desk).await;
        let Form(Signed { csrf, form }) = read.map_err(|_| PageError::Form("cannot be read"))?;
        if !session::csrf_matches(visitor.token.reveal(), &csrf) {
            return Err(PageError::Form("token of another session"));
        }
        Ok(Self { visitor, form })
    }
}

impl<T: DeserializeOwned> FromRequest<Desk> for FromGuest<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        from_here(&parts.headers)?;
        let look = Look::of(&parts);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("").to_owned();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Without a peer address (a socket file, a test) everybody shares one count of attempts: stricter, never laxer.
        let address = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip());
        let read = Form::<T>::from_request(Request::from_parts(parts, body), desk).await;
        let Form(form) = read.map_err(|_| PageError::Form("cannot be read"))?;
        Ok(Self { look, agent, address, form })
    }
}

/// Whether the browser says that a page of ours sent it.
pub(super) fn from_here(headers: &HeaderMap) -> Result<(), PageError> {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return if site == "same-origin" { Ok(()) } else { Err(PageError::Form("from another site")) };
    }
    let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
    let host = origin.split_once("://").map(|(_, host)| host);
    if host.is_some() && host == text(header::HOST) { Ok(()) } else { Err(PageError::Form("from another site")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn allowed(lines: &[(&'static str, &str)]) -> bool {
        let headers = lines.iter().map(|(name, value)| (axum::http::HeaderName::from_static(name), value.parse().unwrap())).collect();
        from_here(&headers).is_ok()
    }

    #[test]
    fn forms_come_from_our_own_pages() {
        assert!(allowed(&[("sec-fetch-site", "same-origin")]));
        assert!(
            !allowed(&[("sec-fetch-site", "cross-site")])
                && !allowed(&[("sec-fetch-site", "same-site")])
                && !allowed(&[("sec-fetch-site", "none")])
        );
        assert!(allowed(&[("origin", "https://journal.example"), ("host", "journal.example")]));
        assert!(!allowed(&[("origin", "https://evil.example"), ("host", "journal.example")]));
        assert!(!allowed(&[("origin", "null"), ("host", "journal.example")]));
        assert!(allowed(&[]));
    }
}
