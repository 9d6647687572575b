//! The form of `/verify`: a file or pasted text, the key, keys of witnesses. Read within limits of size and time.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::super::error::PageError;
use super::super::form::from_here;

/// A dossier of a thousand events is two megabytes.
pub(in crate::console::pages) const BODY_BYTES: usize = 8 << 20;
/// A key line is a hundred bytes; sixteen witnesses are enough.
const KEYS_BYTES: usize = 16 << 10;
const PATIENCE: Duration = Duration::from_secs(60);

/// What is to be checked.
pub(super) struct Asked {
    pub(super) file: Vec<u8>,
    /// The log's; empty for the one of this server.
    pub(super) key: String,
    /// Of witnesses, one a line.
    pub(super) witnesses: String,
}

/// A form that cannot be checked.
pub(super) struct Refused {
    /// Of the text.
    pub(super) key: &'static str,
    pub(super) status: StatusCode,
}

impl Asked {
    /// Reads it; the inner error is for the visitor.
    pub(super) async fn read(request: Request) -> Result<Result<Self, Refused>, PageError> {
        from_here(request.headers())?;
        let read = tokio::time::timeout(PATIENCE, Self::fields(request)).await;
        read.map_err(|_| PageError::Busy)
    }

    async fn fields(request: Request) -> Result<Self, Refused> {
        let bad = Refused { key: "verify-form", status: StatusCode::BAD_REQUEST };
        let Ok(mut form) = Multipart::from_request(request, &()).await else { return Err(bad) };
        let (mut asked, mut pasted) = (Self { file: Vec::new(), key: String::new(), witnesses: String::new() }, Vec::new());
        while let Some(field) = form.next_field().await.map_err(|e| refused(&e))? {
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|e| refused(&e))?;
            let text = || String::from_utf8_lossy(&bytes[..bytes.len().min(KEYS_BYTES)]).trim().to_owned();
            match name.as_str() {
                "file" => asked.file = bytes.into(),
                "text" => pasted = bytes.trim_ascii().to_owned(),
                "key" => asked.key = text(),
                "witnesses" => asked.witnesses = text(),
                _ => {}
            }
        }
        if asked.file.is_empty() {
            // Forms send line ends as two characters; what was signed has one.
            asked.file = String::from_utf8_lossy(&pasted).replace("\r\n", "\n").into_bytes();
        }
        if asked.file.is_empty() { Err(Refused { key: "verify-nothing", status: StatusCode::UNPROCESSABLE_ENTITY }) } else { Ok(asked) }
    }
}

fn refused(error: &axum::extract::multipart::MultipartError) -> Refused {
    let status = error.status();
    let key = if status == StatusCode::PAYLOAD_TOO_LARGE { "verify-too-long" } else { "verify-form" };
    Refused { key, status }
}

/// Where the visitor is; behind a proxy all share one address and its pace.
pub(super) fn address(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip())
}
