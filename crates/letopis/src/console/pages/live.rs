//! Parts of pages that a browser asks for again while somebody looks at them: while nothing is new, an answer costs two look-ups and no page.
//!
//! A tag says how far the journal is recorded and counted, and the minute, because waiting times grow by themselves. The part's tag stands in
//! the page, so the first question is already answered by 304. A browser without scripts never asks.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Desk;
use super::error::PageError;
use super::visitor::Visitor;
use crate::event::when::MINUTE_US;
use crate::journal::{cases, progress};

/// What a page of this visitor is made from, as one word.
pub(super) async fn tag(desk: &Desk, visitor: &Visitor) -> Result<String, PageError> {
    let business = visitor.business.id;
    let read = desk
        .console
        .store
        .read(move |conn| Ok::<_, PageError>((progress::stored_of(conn, business)?, cases::cursor(conn, business)?.unwrap_or_default())));
    let (recorded, counted) = read.await?;
    let (minute, language) = (visitor.now_us.div_euclid(MINUTE_US), visitor.t.language().code());
    Ok(format!("{}-{recorded}-{counted}-{minute}-{language}-{}", business.0, visitor.scope.standing().as_str()))
}

/// 304, if that is what the browser has.
pub(super) fn unchanged(headers: &HeaderMap, tag: &str) -> Option<Response> {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    (known == Some(tag)).then(|| tagged(StatusCode::NOT_MODIFIED.into_response(), tag))
}

/// The answer with its tag.
pub(super) fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
