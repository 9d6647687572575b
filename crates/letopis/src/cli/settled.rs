//! What a business settles about what exchanges say: the part of `prices` and `intents` that asks and decides.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{BY, ControlError, Told, choose};
use super::house::House;
use crate::access::Slug;
use crate::app::{App, now_us};
use crate::event::record::Decision;
use crate::exchange::Known;

#[derive(Serialize, Deserialize)]
struct Wish {
    business: Option<Slug>,
    what: String,
    /// None to ask.
    value: Option<Value>,
}

/// What is settled now.
pub(super) async fn ask(house: &House, business: Option<Slug>, what: &str) -> anyhow::Result<Value> {
    house.ask("settled", &Wish { business, what: what.to_owned(), value: None }).await
}

/// Settles it anew, as a whole.
pub(super) async fn settle(house: &House, business: Option<Slug>, what: &str, value: Value) -> anyhow::Result<Value> {
    house.ask("settled", &Wish { business, what: what.to_owned(), value: Some(value) }).await
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/settled", post(settled))
}

async fn settled(State(app): State<Arc<App>>, Json(wish): Json<Wish>) -> Told<Value> {
    let business = choose(&app, wish.business).await?;
    if let Some(value) = wish.value {
        if let Some(fault) = Known::fault(&wish.what, &value.to_string()) {
            return Err(ControlError::Failed(anyhow::Error::msg(fault)));
        }
        app.decide.decide(business.id, BY, Decision::KnownSet { what: wish.what.clone(), value }, now_us()).await?;
    }
    let known = app.known.of(business.id);
    Ok(Json(if wish.what == Known::PRICES { json!(known.prices) } else { json!(known.intents) }))
}
