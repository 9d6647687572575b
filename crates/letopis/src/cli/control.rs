//! The routes of the socket: what commands ask of the process that has the folder.
//!
//! `POST /control/<noun>/<verb>`, JSON in and out; never on the network. Whoever can connect is the machine's own user, so the scope is
//! [`Scope::local`]. Each noun's routes stand in its own file, beside the command that uses them.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::{
    alerts, backup, business, connection, crm, dossier, erase, experiment, forwards, import, key, proof, quarantine, rebuild, report,
    reports, requests, retention, reviews, scenario, settled, user, witness, work,
};
use crate::access::trail::{About, What, Who};
use crate::access::{AccessError, Business, Change, Scope, Slug, trail};
use crate::app::{App, now_us};
use crate::capture::Refusal;
use crate::console::replay::{NotTaken, ReplayError};
use crate::decide::DecideError;
use crate::journal::evidence::EvidenceError;
use crate::journal::witnesses::NotAWitness;
use crate::store::StoreError;

/// Who decided, in sealed decisions.
pub(super) const BY: &str = "cli";
/// Above what `capture` takes in one body by default.
const BODY_BYTES: usize = 64 << 20;

/// A question about one business.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OfBusiness {
    /// Which; none where there is only one.
    pub business: Option<Slug>,
}

/// All of them.
pub(super) fn routes(app: Arc<App>) -> Router {
    let nouns = [
        business::routes(),
        key::routes(),
        user::routes(),
        connection::routes(),
        quarantine::routes(),
        witness::routes(),
        crm::routes(),
        forwards::routes(),
        reports::routes(),
    ];
    let ways =
        [import::routes(), proof::routes(), dossier::routes(), report::routes(), erase::routes(), retention::routes(), settled::routes()];
    let care = [
        alerts::routes(),
        experiment::routes(),
        reviews::routes(),
        scenario::routes(),
        requests::routes(),
        rebuild::routes(),
        backup::routes(),
        work::routes(),
    ];
    let all = nouns.into_iter().chain(ways).chain(care).fold(Router::new(), Router::merge);
    Router::new().nest("/control", all).layer(DefaultBodyLimit::max(BODY_BYTES)).with_state(app)
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum ControlError {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Decide(#[from] DecideError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    #[error(transparent)]
    Replay(ReplayError),
    #[error(transparent)]
    Witness(#[from] NotAWitness),
    #[error("there are several businesses: name one with --business ({0})")]
    Which(String),
    #[error("no {what} {name} in business {business}")]
    Unknown { what: &'static str, name: String, business: Slug },
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl From<rusqlite::Error> for ControlError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

pub(super) type Result<T> = std::result::Result<T, ControlError>;
/// What a route answers.
pub(super) type Told<T> = Result<Json<T>>;

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let (status, retry_s) = match &self {
            Self::Access(AccessError::Forbidden { .. }) => (StatusCode::FORBIDDEN, None),
            Self::Access(AccessError::Unknown { .. }) | Self::Unknown { .. } => (StatusCode::NOT_FOUND, None),
            Self::Access(AccessError::Taken { .. } | AccessError::LastOwner) => (StatusCode::CONFLICT, None),
            Self::Access(AccessError::Invalid { .. }) | Self::Which(_) | Self::Witness(_) => (StatusCode::BAD_REQUEST, None),
            Self::Evidence(EvidenceError::NotSigned(_)) => (StatusCode::CONFLICT, Some(1)),
            Self::Refused(Refusal::Queue(queue::PublishError::TooLarge { .. })) => (StatusCode::PAYLOAD_TOO_LARGE, None),
            Self::Refused(Refusal::Queue(_)) => (StatusCode::SERVICE_UNAVAILABLE, Some(2)),
            Self::Replay(ReplayError::NotTaken(NotTaken::Unavailable(_))) => (StatusCode::SERVICE_UNAVAILABLE, Some(2)),
            Self::Replay(ReplayError::Closed) => (StatusCode::CONFLICT, None),
            Self::Refused(_) | Self::Replay(_) => (StatusCode::BAD_REQUEST, None),
            Self::Decide(_) => (StatusCode::SERVICE_UNAVAILABLE, None),
            Self::Access(_) | Self::Store(_) | Self::Evidence(_) | Self::Failed(_) => (StatusCode::INTERNAL_SERVER_ERROR, None),
        };
        let body = serde_json::json!({ "error": { "code": status.as_u16(), "message": self.to_string() } });
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = retry_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The business that is meant.
pub(super) fn chosen(conn: &rusqlite::Connection, slug: Option<&Slug>) -> Result<Business> {
    let all = crate::access::business::all(conn)?;
    match (slug, all.as_slice()) {
        (Some(slug), _) => {
            let names = || names(&all);
            let known = all.iter().find(|business| business.slug == *slug).cloned();
            Ok(known.ok_or_else(|| AccessError::Unknown { what: "business", name: format!("{slug} (there is: {})", names()) })?)
        }
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(ControlError::Which(names(&all))),
    }
}

fn names(all: &[Business]) -> String {
    all.iter().map(|business| business.slug.as_str()).collect::<Vec<_>>().join(", ")
}

/// The same, off the async threads.
pub(super) async fn choose(app: &App, slug: Option<Slug>) -> Result<Business> {
    app.store.read(move |conn| chosen(conn, slug.as_ref())).await
}

/// Works out a change, seals it, waits until it has taken effect, and notes it in the trail.
pub(super) async fn decide<T, F>(app: &App, business: Option<Slug>, work_out: F) -> Result<T>
where
    F: FnOnce(&rusqlite::Connection, &Scope) -> Result<(Vec<Change>, String, T)> + Send + 'static,
    T: Send + 'static,
{
    let decided = app.store.read(move |conn| {
        let scope = Scope::local(chosen(conn, business.as_ref())?.id);
        Ok::<_, ControlError>((scope.business(), work_out(conn, &scope)?))
    });
    let (business, (changes, target, answer)) = decided.await?;
    for change in &changes {
        app.decide.change(BY, change, now_us()).await?;
    }
    let noted = app.store.write(move |tx| trail::audit(tx, About::Business(business), Who::Local, What::Changed, target, now_us()));
    noted.await?;
    Ok(answer)
}
