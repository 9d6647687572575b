//! Why a page is not shown, and the one place that says how that looks.
//!
//! A handler returns the error; [`headers::dress`](super::headers::dress) draws it in the visitor's language. Nothing of the cause reaches the page:
//! it may hold data. The cause is logged there, once.

use std::sync::Arc;

use askama::Template;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::Desk;
use super::frame::{Frame, whole};
use super::look::Look;
use crate::access::AccessError;
use crate::console::replay::{NotTaken, ReplayError};
use crate::decide::DecideError;
use crate::event::RecordNo;
use crate::journal::evidence::EvidenceError;
use crate::store::StoreError;

/// Why a page is not shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    /// Nobody is signed in; afterwards they go on to `back`.
    #[error("not signed in")]
    SignIn {
        /// A path of ours.
        back: String,
    },
    /// Signed in, but a member of no business.
    #[error("member of no business")]
    NoBusiness,
    /// There is no such page or thing here.
    #[error("nothing here")]
    NotFound,
    /// What was here is destroyed; the act says why.
    #[error("destroyed by act {0}")]
    Gone(u64),
    /// A form that did not come from a page of ours, or from an old one.
    #[error("form refused: {0}")]
    Form(&'static str),
    /// A sign-in link that is used up, too old or wrong.
    #[error("sign-in link does not count")]
    Link,
    /// A proof of a record that no checkpoint covers yet.
    #[error("not signed yet")]
    NotSigned,
    /// A refused item that somebody has sent again or dropped meanwhile.
    #[error("item of quarantine is dealt with already")]
    Settled,
    /// Too much to do right now.
    #[error("busy")]
    Busy,
    /// A part of the server that the page needs does not answer.
    #[error("{0}")]
    Broken(String),
    /// `access` said no.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The database did.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The decision is not in effect.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// A template could not be filled.
    #[error("template: {0}")]
    Template(#[from] askama::Error),
}

impl PageError {
    /// Of something that is not here: gone where an act says why.
    pub(super) fn absent(act: Option<RecordNo>) -> Self {
        act.map_or(Self::NotFound, |act| Self::Gone(act.index()))
    }
}

impl From<rusqlite::Error> for PageError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<EvidenceError> for PageError {
    fn from(error: EvidenceError) -> Self {
        match error {
            EvidenceError::NotSigned(_) => Self::NotSigned,
            EvidenceError::NoEntry(_) => Self::NotFound,
            EvidenceError::Sqlite(e) => e.into(),
            wrong => Self::Broken(wrong.to_string()),
        }
    }
}

impl From<ReplayError> for PageError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::NoSuch => Self::NotFound,
            ReplayError::Closed => Self::Settled,
            ReplayError::NotTaken(NotTaken::Invalid(_)) => Self::Form("item refused again"),
            ReplayError::NotTaken(NotTaken::Unavailable(_)) => Self::Busy,
            ReplayError::Store(e) => e.into(),
            ReplayError::Decide(e) => e.into(),
        }
    }
}

/// How an error looks: status, and the key of its two texts (`error-…` and `error-…-help`).
struct Answer {
    status: StatusCode,
    key: &'static str,
    retry_after_s: Option<u32>,
}

impl PageError {
    fn answer(&self) -> Answer {
        let (status, key, retry_after_s) = match self {
            Self::SignIn { .. } => (StatusCode::UNAUTHORIZED, "error-sign-in", None),
            Self::NoBusiness => (StatusCode::FORBIDDEN, "error-no-business", None),
            Self::Gone(_) => (StatusCode::GONE, "error-gone", None),
            Self::NotFound | Self::Access(AccessError::Unknown { .. }) => (StatusCode::NOT_FOUND, "error-not-found", None),
            Self::Form(_) => (StatusCode::FORBIDDEN, "error-form", None),
            Self::NotSigned => (StatusCode::CONFLICT, "error-not-signed", Some(1)),
            Self::Settled => (StatusCode::CONFLICT, "error-settled", None),
            Self::Link => (StatusCode::GONE, "error-link", None),
            Self::Access(AccessError::Forbidden { .. }) => (StatusCode::FORBIDDEN, "error-forbidden", None),
            Self::Access(AccessError::Invalid { what: "origin", .. }) => (StatusCode::BAD_REQUEST, "error-origin", None),
            Self::Access(AccessError::Invalid { .. }) => (StatusCode::BAD_REQUEST, "error-invalid", None),
            Self::Access(AccessError::Taken { .. }) => (StatusCode::CONFLICT, "error-taken", None),
            Self::Access(AccessError::LastOwner) => (StatusCode::CONFLICT, "error-last-owner", None),
            Self::Access(AccessError::Throttled { retry_after_s }) => {
                (StatusCode::TOO_MANY_REQUESTS, "error-throttled", Some(*retry_after_s))
            }
            Self::Decide(DecideError::Behind) => (StatusCode::ACCEPTED, "error-behind", None),
            Self::Busy | Self::Decide(DecideError::Publish(_)) => (StatusCode::SERVICE_UNAVAILABLE, "error-busy", Some(2)),
            Self::Store(store) | Self::Access(AccessError::Store(store)) if store.is_busy() || store.is_full() => {
                (StatusCode::SERVICE_UNAVAILABLE, "error-busy", Some(5))
            }
            Self::Access(AccessError::Hash(_) | AccessError::Sql(_) | AccessError::Store(_))
            | Self::Store(_)
            | Self::Template(_)
            | Self::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, "error-internal", None),
        };
        Answer { status, key, retry_after_s }
    }

    /// Draws it.
    pub(super) fn draw(&self, desk: &Desk, look: Look) -> Response {
        if let Self::SignIn { back } = self {
            let query = if back == "/" { String::new() } else { format!("?back={}", super::frame::in_query(back)) };
            return Redirect::to(&format!("/sign-in{query}")).into_response();
        }
        let answer = self.answer();
        if answer.status.is_server_error() {
            tracing::error!(error = %self, "page not shown");
        }
        let f = Frame::for_guest(desk, look, answer.key);
        let act = if let Self::Gone(act) = self { Some(super::acts::url(*act)) } else { None };
        let drawn = ErrorPage { f, help: format!("{}-help", answer.key), code: answer.status.as_u16(), act };
        let mut response = whole(&drawn).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
        *response.status_mut() = answer.status;
        if let Some(seconds) = answer.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Carries an error to where it is drawn.
#[derive(Clone)]
pub(super) struct Undrawn(pub(super) Arc<PageError>);

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.answer().status.into_response();
        response.extensions_mut().insert(Undrawn(Arc::new(self)));
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    f: Frame,
    help: String,
    code: u16,
    /// Where it is told why something is gone.
    act: Option<String>,
}

/// Every address that leads nowhere. Programs get no page.
pub(super) async fn nothing_here(uri: Uri) -> Response {
    let for_programs = ["/api/", "/v1/", "/log/", "/proxy/", "/hooks/", "/site/"].iter().any(|start| uri.path().starts_with(start));
    if for_programs {
        return (
            StatusCode::NOT_FOUND,
            [(header::CONTENT_TYPE, "application/json")],
            r#"{"error":{"code":"not_found","message":"no such address"}}"#,
        )
            .into_response();
    }
    PageError::NotFound.into_response()
}
