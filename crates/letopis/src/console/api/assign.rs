//! `GET` and `POST /api/v1/assign`: which variant of an experiment a client is shown. For bots, with the key they send events with.
//!
//! A GET names the client in `client=…`, as often as they have names; whoever wants no phones in the logs of machines between posts them.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::{HeaderValue, header, request::Parts};
use axum::routing::{MethodRouter, get};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::ApiError;
use crate::access::{Action, Offered};
use crate::console::Console;
use crate::console::assigning::{Assigned, NotAssigned, Question};
use crate::event::BusinessId;

/// Its routes, which need another permission than the others.
pub(super) fn routes() -> [(&'static str, MethodRouter<Arc<Console>>); 1] {
    [("/api/v1/assign", get(ask).post(posted))]
}

/// A bot of a business.
pub(super) struct Bot {
    business: BusinessId,
    parameters: Vec<(String, String)>,
}

impl FromRequestParts<Arc<Console>> for Bot {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, ApiError> {
        let authorization = parts.headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        let offered = Offered::read(authorization, parts.uri.query())?;
        let scope = console.keys.admit(&offered, (console.now_us)())?.scope();
        scope.require(Action::Ingest)?;
        let Query(parameters) = Query::try_from_uri(&parts.uri).map_err(|_| ApiError::Parameters)?;
        Ok(Self { business: scope.business(), parameters })
    }
}

/// What is posted: named as in an event.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    experiment: String,
    #[serde(default)]
    channel: Option<String>,
    client: Map<String, Value>,
}

/// `GET …?experiment=greeting&client=telegram:42`
async fn ask(State(console): State<Arc<Console>>, bot: Bot) -> Result<Json<Assigned>, ApiError> {
    let mut question = Question::default();
    for (name, value) in bot.parameters {
        match name.as_str() {
            "experiment" => question.experiment = value,
            "client" => named(&mut question, &value)?,
            "key" => {}
            _ => return Err(ApiError::Parameters),
        }
    }
    answer(&console, bot.business, question).await
}

/// `POST`: the same, and nothing of the client in an address.
async fn posted(
    State(console): State<Arc<Console>>,
    bot: Bot,
    body: Result<Json<Body>, JsonRejection>,
) -> Result<Json<Assigned>, ApiError> {
    let rule = "a JSON object with experiment, client and, where the client is named by an account, channel";
    let Json(body) = body.map_err(|_| ApiError::Parameter { name: "body", rule })?;
    answer(&console, bot.business, Question { experiment: body.experiment, channel: body.channel, client: body.client }).await
}

/// `telegram:42`, `phone:+7921…`, `email:…`, `id:…`.
fn named(question: &mut Question, name: &str) -> Result<(), ApiError> {
    let rule = "channel:account, phone:number, email:address or id:number";
    let (kind, value) = name
        .split_once(':')
        .filter(|(kind, value)| !kind.is_empty() && !value.is_empty())
        .ok_or(ApiError::Parameter { name: "client", rule })?;
    let field = match kind {
        "phone" | "email" | "id" => kind,
        channel => {
            question.channel = Some(channel.to_owned());
            "channel_id"
        }
    };
    // The second would hide the first, and with it what this client was shown before.
    if question.client.contains_key(field) {
        return Err(ApiError::Parameter { name: "client", rule: "one account, one phone, one e-mail and one id of the client" });
    }
    // A plus that nobody encoded arrives as a space.
    let value = if kind == "phone" { value.replacen(' ', "+", usize::from(value.starts_with(' '))) } else { value.to_owned() };
    question.client.insert(field.to_owned(), value.into());
    Ok(())
}

async fn answer(console: &Console, business: BusinessId, question: Question) -> Result<Json<Assigned>, ApiError> {
    if question.experiment.is_empty() {
        return Err(ApiError::Parameter { name: "experiment", rule: "the name of an experiment" });
    }
    Ok(Json(console.assigning.assign(business, question, (console.now_us)()).await?))
}

impl From<NotAssigned> for ApiError {
    fn from(error: NotAssigned) -> Self {
        match error {
            NotAssigned::NoSuch => Self::NoSuch("experiment"),
            NotAssigned::Nobody => {
                Self::Parameter { name: "client", rule: "a name of the client that is no masked phone: telegram:42, phone:+7…" }
            }
            NotAssigned::Invalid(invalid) => Self::Invalid(invalid),
            NotAssigned::NotTaken(why) => Self::NotNow(why.to_string()),
            NotAssigned::NoKeys => Self::NoKeys,
            NotAssigned::Store(e) => Self::Store(e),
        }
    }
}
