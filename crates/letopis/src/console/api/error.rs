//! Why a question was not answered: one enum, one match, one shape.
//!
//! ```json
//! {"error":{"code":"forbidden","message":"key:ingest may not read-journal here: ask an owner of the business"}}
//! ```
//! Texts name parameters, ids of ours and rules; never what was searched, said or sent, because answers end up in other people's logs.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::access::{AccessError, KeyRefused};
use crate::console::replay::{NotTaken, ReplayError};
use crate::event::{Invalid, RecordNo};
use crate::journal::evidence::EvidenceError;
use crate::journal::reading::BadCursor;
use crate::store::StoreError;

/// A refusal.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    #[error(transparent)]
    Key(#[from] KeyRefused),
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error("{name}: {rule}")]
    Parameter { name: &'static str, rule: &'static str },
    #[error("unknown or repeated parameter: see /openapi.json for the parameters of this call")]
    Parameters,
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    #[error("no such {0} here")]
    NoSuch(&'static str),
    #[error("erased or expired by act {0}: the commitment stays in the log, the content is gone")]
    Gone(u64),
    #[error(transparent)]
    Evidence(EvidenceError),
    #[error("this business has no keys: the server was not started on the folder that they are in")]
    NoKeys,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("file of the log: {0}")]
    LogFile(#[from] std::io::Error),
    #[error(transparent)]
    Invalid(Invalid),
    #[error("{0}")]
    Closed(ReplayError),
    #[error("{0}")]
    Conflict(&'static str),
    #[error("{0}")]
    NotNow(String),
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Unfit(String),
}

impl ApiError {
    /// Of something that is not here: 410 where an act says why, else `absent`.
    pub(super) fn absent(act: Option<RecordNo>, absent: Self) -> Self {
        act.map_or(absent, |act| Self::Gone(act.index()))
    }
}

impl From<ReplayError> for ApiError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::NoSuch => Self::NoSuch("item in quarantine"),
            ReplayError::Closed => Self::Closed(error),
            ReplayError::NotTaken(NotTaken::Invalid(invalid)) => Self::Invalid(invalid),
            ReplayError::NotTaken(NotTaken::Unavailable(why)) => Self::NotNow(why),
            ReplayError::Store(e) => Self::Store(e),
            ReplayError::Decide(e) => Self::NotNow(e.to_string()),
        }
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<EvidenceError> for ApiError {
    fn from(error: EvidenceError) -> Self {
        match error {
            EvidenceError::Sqlite(e) => e.into(),
            EvidenceError::NoEntry(_) => Self::NoSuch("event"),
            other => Self::Evidence(other),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code, retry_s) = match &self {
            Self::Key(_) => (StatusCode::UNAUTHORIZED, "unauthorized", None),
            Self::Access(AccessError::Forbidden { .. }) => (StatusCode::FORBIDDEN, "forbidden", None),
            Self::Parameter { .. } | Self::Parameters => (StatusCode::BAD_REQUEST, "bad_parameter", None),
            Self::Cursor(_) => (StatusCode::BAD_REQUEST, "bad_cursor", None),
            Self::NoSuch(_) => (StatusCode::NOT_FOUND, "not_found", None),
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "not_an_event", None),
            Self::Unfit(_) => (StatusCode::BAD_REQUEST, "unfit", None),
            Self::Refused(_) => (StatusCode::CONFLICT, "refused", None),
            Self::Closed(_) => (StatusCode::CONFLICT, "closed", None),
            Self::Conflict(_) => (StatusCode::CONFLICT, "conflict", None),
            Self::NotNow(_) => (StatusCode::SERVICE_UNAVAILABLE, "not_now", Some(2)),
            Self::Gone(_) => (StatusCode::GONE, "erased", None),
            Self::Evidence(EvidenceError::NotSigned(_)) => (StatusCode::CONFLICT, "not_signed_yet", Some(1)),
            Self::Evidence(_) => (StatusCode::INTERNAL_SERVER_ERROR, "altered", None),
            Self::Store(e) if e.is_busy() || e.is_full() => (StatusCode::SERVICE_UNAVAILABLE, "busy", Some(1)),
            Self::Access(_) | Self::NoKeys | Self::Store(_) | Self::LogFile(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", None),
        };
        // What an altered record is wrong about may be told to who asked; what our disk says is for our log.
        let internal = code == "internal" || code == "busy";
        if status.is_server_error() {
            tracing::error!(error = %self, code, "question not answered");
        }
        let message = if internal { "this could not be read now; the server's log says why".to_owned() } else { self.to_string() };
        let mut told = serde_json::json!({ "error": { "code": code, "message": message } });
        if let Self::Gone(act) = &self {
            told["error"]["act"] = serde_json::json!(act);
        }
        if let Self::Invalid(reason) = &self {
            told["error"]["reason"] = serde_json::json!(reason);
        }
        let mut response = (status, Json(told)).into_response();
        if let Some(seconds) = retry_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
