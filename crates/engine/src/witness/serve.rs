//! The routes of a witness: `POST /add-checkpoint`, and what a person or a probe may want to see.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ledger::{MAX_REQUEST_BYTES, Refusal, SIZE_TYPE};

use super::{Witness, WitnessError};

/// A request is a few kilobytes; whoever sends it drop by drop is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Its routes.
pub fn routes(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/", get(key))
        .route("/healthz", get(|| async { "ok\n" }))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(witness)
}

/// The key by which logs and verifiers know its word.
async fn key(State(witness): State<Arc<Witness>>) -> String {
    format!("{}\n", witness.verifying_key())
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, request: Request) -> Response {
    let Ok(read) = tokio::time::timeout(PATIENCE, Bytes::from_request(request, &())).await else {
        return (StatusCode::REQUEST_TIMEOUT, "the request did not arrive in time\n").into_response();
    };
    let body = match read {
        Ok(body) => body,
        Err(refused) => return refused.into_response(),
    };
    let Ok(body) = String::from_utf8(body.into()) else { return refused(&Refusal::Form("not UTF-8")) };
    let judged = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await;
    match judged {
        Ok(Ok(line)) => line.into_response(),
        Ok(Err(WitnessError::Refused(refusal))) => refused(&refusal),
        Ok(Err(e @ WitnessError::ClockWentBack { .. })) => {
            tracing::error!(error = %e, "not cosigned");
            (StatusCode::SERVICE_UNAVAILABLE, format!("{e}\n")).into_response()
        }
        Ok(Err(WitnessError::Folder(e))) => {
            tracing::error!(error = %e, "not cosigned");
            broken()
        }
        Err(e) => {
            tracing::error!(error = %e, "not cosigned");
            broken()
        }
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let Some(size) = refusal.size() else { return (status, format!("{refusal}\n")).into_response() };
    let mut response = (status, Body::from(format!("{size}\n"))).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(SIZE_TYPE));
    response
}

fn broken() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "the witness cannot store what it sees; see its log\n").into_response()
}
