//! `/api/v1/experiments`: what is compared, what it says, and the decisions about it.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::asked::Asked;
use super::error::ApiError;
use super::moments::rfc3339;
use super::numbers::asker;
use crate::access::Action;
use crate::console::Console;
use crate::console::comparing::{self, Decided, Unfit};
use crate::event::experiment::Experiment;
use crate::journal::experiments::{self, Kept, State as Standing};
use crate::metrics::experiments::{self as verdicts, Verdict};

/// One experiment.
#[derive(Serialize)]
struct ExperimentJson {
    #[serde(flatten)]
    what: Experiment,
    state: Standing,
    added_at: String,
    added_by: String,
    started_at: Option<String>,
    started_by: Option<String>,
    stopped_at: Option<String>,
    stopped_by: Option<String>,
    keep: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    experiment: ExperimentJson,
    clients: u64,
    verdict: Verdict,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    experiment: ExperimentJson,
    #[serde(flatten)]
    standing: verdicts::Standing,
    /// Events that came a moment ago.
    uncounted: u64,
}

/// When it began.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Started {
    from: Option<String>,
}

/// What everybody is shown from then on.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Stopped {
    keep: Option<String>,
}

/// All of them.
pub(super) async fn list(State(console): State<Arc<Console>>, asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let read = console.store.read(move |conn| {
        let asker = asker(conn, ready.business, now_us)?;
        let mut items = Vec::new();
        for one in experiments::all(conn, ready.business)? {
            let standing = verdicts::outcome(conn, &asker, &one)?;
            let clients = standing.arms.iter().map(|arm| arm.rate.n).sum();
            items.push(Listed { experiment: told(one), clients, verdict: standing.verdict });
        }
        Ok::<_, ApiError>(items)
    });
    Ok(ready.json(&serde_json::json!({ "items": read.await? })))
}

/// One with everything it says; while clients are not divided as meant, results are left out unless `anyway` is asked.
pub(super) async fn one(State(console): State<Arc<Console>>, Path(name): Path<String>, mut asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let anyway = asked.text("anyway").is_some();
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let read = console.store.read(move |conn| {
        let found = experiments::one(conn, ready.business, &name)?.ok_or(ApiError::NoSuch("experiment"))?;
        let mut standing = verdicts::standing(conn, &asker(conn, ready.business, now_us)?, &found)?;
        if standing.is_mismatch && !anyway {
            standing.comparisons.clear();
        }
        let uncounted = crate::console::period::uncounted(conn, ready.business)?;
        Ok::<_, ApiError>(Shown { experiment: told(found), standing, uncounted })
    });
    Ok(ready.json(&read.await?))
}

/// `POST /api/v1/experiments`
pub(super) async fn add(
    State(console): State<Arc<Console>>,
    asked: Asked,
    body: Result<Json<Experiment>, JsonRejection>,
) -> Result<Response, ApiError> {
    let rule = "a JSON object with name, hypothesis, variants, metric, aim and effect";
    let Json(what) = body.map_err(|_| ApiError::Parameter { name: "body", rule })?;
    decide(&console, asked, Decided::Add(what)).await
}

/// `POST /api/v1/experiments/{name}/start`
pub(super) async fn start(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    asked: Asked,
    body: Bytes,
) -> Result<Response, ApiError> {
    let from = said::<Started>(&body)?.from;
    decide(&console, asked, Decided::Start { name, from }).await
}

/// `POST /api/v1/experiments/{name}/stop`
pub(super) async fn stop(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    asked: Asked,
    body: Bytes,
) -> Result<Response, ApiError> {
    let keep = said::<Stopped>(&body)?.keep;
    decide(&console, asked, Decided::Stop { name, keep }).await
}

/// A body that may be left out; one that is there is read, whatever its sender called it.
fn said<T: Default + DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let rule = "nothing, or a JSON object as /openapi.json describes it";
    if body.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body).map_err(|_| ApiError::Parameter { name: "body", rule })
}

async fn decide(console: &Console, asked: Asked, wanted: Decided) -> Result<Response, ApiError> {
    asked.scope.require(Action::Decide)?;
    let by = format!("key:{}", asked.key);
    let (ready, now_us) = (asked.ready(console).await?, (console.now_us)());
    let one = comparing::decide(&console.store, &console.decide, (ready.business, &by), wanted, now_us).await?;
    Ok(ready.json(&told(one)))
}

fn told(one: Kept) -> ExperimentJson {
    let state = one.state();
    let (started_us, started_by) = one.started.unzip();
    let (stopped_us, stopped_by) = one.stopped.unzip();
    ExperimentJson {
        what: one.what,
        state,
        added_at: rfc3339(one.added_us),
        added_by: one.added_by,
        started_at: started_us.map(rfc3339),
        started_by,
        stopped_at: stopped_us.map(rfc3339),
        stopped_by,
        keep: one.keep,
    }
}

impl From<Unfit> for ApiError {
    fn from(error: Unfit) -> Self {
        match error {
            Unfit::NoSuch => Self::NoSuch("experiment"),
            Unfit::Store(e) => Self::Store(e),
            Unfit::Decide(e) => Self::NotNow(e.to_string()),
            Unfit::Taken | Unfit::State(_) => Self::Refused(error.to_string()),
            Unfit::Fault(_) | Unfit::Variant(_) | Unfit::Moment => Self::Unfit(error.to_string()),
        }
    }
}
