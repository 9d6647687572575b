//! `GET /openapi.json`, `GET /api/v1/schema`: what there is to call, and what an event is. For anyone.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::event::SCHEMA;

/// All calls, as OpenAPI 3.1. Written by hand, for people; the tests hold it against the routes.
pub(super) const OPENAPI: &str = include_str!("../openapi.json");

/// The description of all calls.
pub(super) async fn openapi() -> Response {
    served(OPENAPI, "application/json")
}

/// The JSON Schema of an event.
pub(super) async fn schema() -> Response {
    served(SCHEMA, "application/schema+json")
}

fn served(text: &'static str, kind: &'static str) -> Response {
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];
    (headers, text).into_response()
}
