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
use crate::exchange::{Classifier, Known};
use crate::journal::known::{ALERTS, NUMBERS};
use crate::journal::labels;
use crate::metrics::alerts;
use crate::metrics::terms::Settled;

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
    Router::new().route("/settled", post(settled)).route("/intents/train", post(train))
}

/// What is learnt from: labels of the journal, and these.
#[derive(Serialize, Deserialize)]
pub(super) struct Lesson {
    pub business: Option<Slug>,
    pub examples: Vec<(String, String)>,
    /// Only say how good it would be.
    pub dry_run: bool,
}

async fn train(State(app): State<Arc<App>>, Json(lesson): Json<Lesson>) -> Told<Value> {
    let business = choose(&app, lesson.business).await?;
    let (id, intents) = (business.id, app.known.of(business.id));
    let labelled = app.store.read(move |conn| Ok::<_, ControlError>(labels::labelled(conn, id)?)).await?;
    let examples = labelled.into_iter().chain(lesson.examples);
    let normal = |label: String| intents.intents.normal(&label).map(str::to_owned).unwrap_or(label);
    let examples: Vec<(String, String)> = examples.map(|(text, label)| (text, normal(label))).collect();
    let learnt = tokio::task::spawn_blocking(move || Classifier::train(&examples)).await;
    let (model, quality) = learnt.map_err(anyhow::Error::from)?.map_err(anyhow::Error::from)?;
    let version = model.version();
    if !lesson.dry_run {
        let value = serde_json::to_value(&model).map_err(anyhow::Error::from)?;
        let decision = Decision::KnownSet { what: Known::CLASSIFIER.to_owned(), value };
        app.decide.decide(business.id, BY, decision, now_us()).await?;
    }
    Ok(Json(json!({ "version": version, "in_use": !lesson.dry_run, "quality": quality })))
}

async fn settled(State(app): State<Arc<App>>, Json(wish): Json<Wish>) -> Told<Value> {
    let business = choose(&app, wish.business).await?;
    if let Some(value) = wish.value {
        if let Some(fault) = fault(&wish.what, &value) {
            return Err(ControlError::Failed(anyhow::Error::msg(fault)));
        }
        app.decide.decide(business.id, BY, Decision::KnownSet { what: wish.what.clone(), value }, now_us()).await?;
    }
    if wish.what == NUMBERS {
        let settled = app.store.read(move |conn| Ok::<_, ControlError>(Settled::of(conn, business.id)?)).await?;
        return Ok(Json(json!(settled)));
    }
    if wish.what == ALERTS {
        let terms = app.store.read(move |conn| Ok::<_, ControlError>(alerts::Terms::of(conn, business.id)?)).await?;
        return Ok(Json(json!(terms)));
    }
    let known = app.known.of(business.id);
    Ok(Json(match wish.what.as_str() {
        Known::PRICES => json!(known.prices),
        Known::INTENTS => json!(known.intents),
        _ => json!(known.classifier.as_ref().map(|(version, _)| version)),
    }))
}

/// What is wrong with it, in words.
fn fault(what: &str, value: &Value) -> Option<String> {
    match what {
        NUMBERS => read::<Settled>(value, |settled| settled.fault().map(str::to_owned)),
        ALERTS => read::<alerts::Terms>(value, alerts::Terms::fault),
        _ => Known::fault(what, &value.to_string()),
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value, fault: impl Fn(&T) -> Option<String>) -> Option<String> {
    match serde_json::from_value::<T>(value.clone()) {
        Ok(settled) => fault(&settled),
        Err(e) => Some(e.to_string()),
    }
}
