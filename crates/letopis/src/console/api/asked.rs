//! What is asked: by whose key, about which business, with which parameters.
//!
//! Extracting [`Asked`] from a request checks the key, so no handler can forget it. A parameter that no handler has taken is refused: a
//! misspelt filter must not answer with everything.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Query};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, request::Parts};
use axum::response::{IntoResponse, Response};
use axum::Json;

use super::error::ApiError;
use super::moments;
use crate::access::{Action, KeyId, Offered, Scope};
use crate::console::Console;
use crate::event::BusinessId;
use crate::journal::progress::{self, Position};
use crate::journal::reading::{Listed, Page};
use crate::privacy::BusinessKeys;

/// Items of a page when nobody says how many.
const LIMIT: usize = 50;
/// How long `?after=position` waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// Says, when it did not wait in vain, nothing; else that the answer may lack what was asked to be in it.
const POSITION_RECORDED: HeaderName = HeaderName::from_static("letopis-position-recorded");

/// A question by somebody who may read the journal of one business.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) scope: Scope,
    pub(super) key: KeyId,
    parameters: Vec<(String, String)>,
}

/// A question whose parameters are all read, and which has waited for what it is to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ready {
    pub(super) business: BusinessId,
    behind: bool,
}

impl FromRequestParts<Arc<Console>> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, ApiError> {
        let authorization = parts.headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        let offered = Offered::read(authorization, parts.uri.query())?;
        let identity = console.keys.admit(&offered, (console.now_us)())?;
        let scope = identity.scope();
        scope.require(Action::ReadJournal)?;
        let Query(parameters) = Query::try_from_uri(&parts.uri).map_err(|_| ApiError::Parameters)?;
        Ok(Self { scope, key: identity.key, parameters })
    }
}

impl Asked {
    /// Takes a parameter; an empty one is one that was not given.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let at = self.parameters.iter().position(|(known, _)| known == name)?;
        Some(self.parameters.swap_remove(at).1).filter(|value| !value.is_empty())
    }

    /// Takes a moment.
    pub(super) fn moment(&mut self, name: &'static str) -> Result<Option<i64>, ApiError> {
        let rule = "a moment such as 2025-01-01T12:34:56Z, or a date";
        self.text(name).map(|text| moments::read(&text).ok_or(ApiError::Parameter { name, rule })).transpose()
    }

    /// Takes whatever can be read from a text.
    pub(super) fn read<T: std::str::FromStr>(&mut self, name: &'static str, rule: &'static str) -> Result<Option<T>, ApiError> {
        self.text(name).map(|text| text.parse().map_err(|_| ApiError::Parameter { name, rule })).transpose()
    }

    /// Takes `limit` and `cursor`.
    pub(super) fn page(&mut self) -> Result<Page, ApiError> {
        let limit = self.read("limit", "a number from 1 to 500")?.unwrap_or(LIMIT);
        let after = self.text("cursor").map(|text| text.parse()).transpose()?;
        Ok(Page::new(limit, after))
    }

    /// Takes `after`, refuses what nobody took, and waits until that position is recorded, but not for ever.
    pub(super) async fn ready(mut self, console: &Console) -> Result<Ready, ApiError> {
        let after: Option<Position> = self.read("after", "the `position` of an accepted request")?;
        // Every call takes `key`, and here it is never what let somebody in.
        self.parameters.retain(|(name, _)| name != "key");
        if !self.parameters.is_empty() {
            return Err(ApiError::Parameters);
        }
        let business = self.scope.business();
        let behind = match after {
            Some(position) => !is_recorded(console, business, position).await?,
            None => false,
        };
        Ok(Ready { business, behind })
    }
}

impl Ready {
    /// JSON with what there is.
    pub(super) fn json(self, value: &impl serde::Serialize) -> Response {
        let mut response = Json(value).into_response();
        self.mark(&mut response);
        response
    }

    /// A page of a list: `{"items":[…],"next":"…"}`.
    pub(super) fn list<T: serde::Serialize>(self, listed: Listed<T>) -> Response {
        self.json(&ListJson { items: listed.items, next: listed.next.map(|cursor| cursor.to_string()) })
    }

    fn mark(self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.behind {
            headers.insert(POSITION_RECORDED, HeaderValue::from_static("false"));
        }
    }
}

async fn is_recorded(console: &Console, business: BusinessId, position: Position) -> Result<bool, ApiError> {
    let stored = console.store.read(move |conn| Ok::<_, ApiError>(progress::stored_of(conn, business)?)).await?;
    Ok(stored >= position || console.progress.has_recorded(business, position, PATIENCE).await)
}

/// A page as it is written.
#[derive(serde::Serialize)]
pub(super) struct ListJson<T> {
    pub(super) items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

/// The keys that open a business's records.
pub(super) fn keys(console: &Console, business: BusinessId) -> Result<Arc<BusinessKeys>, ApiError> {
    console.vault.keys(business).ok_or(ApiError::NoKeys)
}
