//! `letopis forwards`: deliveries that a bot did not take in time.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{ControlError, OfBusiness, Told, choose};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::access::trail::{self, About, What, Who};
use crate::app::{App, now_us};
use crate::journal::forwards::{self, Forward};

/// Deliveries in one answer of `list`.
const LIMIT: u32 = 500;

/// Deliveries that wait for a bot.
#[derive(Debug, Subcommand)]
pub(super) enum ForwardsCommand {
    /// Those that wait and those that were given up, oldest first, 500 at most.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Try one again now, and for another day.
    Retry(One),
    /// Forget one; the bot never gets it.
    Drop(One),
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct One {
    /// Its number, from `forwards list`.
    id: i64,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

pub(super) async fn run(house: &House, command: ForwardsCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        ForwardsCommand::List { business } => {
            let items: Value = house.ask("forwards/list", &OfBusiness { business }).await?;
            voice.table(&items, &["id", "connection", "delivered_us", "attempts", "due_us", "failed_us", "problem"]);
        }
        ForwardsCommand::Retry(one) => {
            let done: Value = house.ask("forwards/retry", &one).await?;
            voice.say(&done, |_| out!("delivery {} is tried again", one.id));
        }
        ForwardsCommand::Drop(one) => {
            let done: Value = house.ask("forwards/drop", &one).await?;
            voice.say(&done, |_| out!("delivery {} is dropped", one.id));
        }
    }
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/forwards/list", post(list)).route("/forwards/retry", post(retry)).route("/forwards/drop", post(discard))
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Vec<Forward>> {
    let business = choose(&app, about.business).await?;
    Ok(Json(app.store.read(move |conn| forwards::of(conn, business.id, LIMIT).map_err(ControlError::from)).await?))
}

async fn retry(State(app): State<Arc<App>>, Json(one): Json<One>) -> Told<Value> {
    change(&app, one, "retried").await
}

async fn discard(State(app): State<Arc<App>>, Json(one): Json<One>) -> Told<Value> {
    change(&app, one, "dropped").await
}

async fn change(app: &App, one: One, how: &'static str) -> Told<Value> {
    let business = choose(app, one.business).await?;
    let (id, target) = (one.id, format!("delivery {} {how}", one.id));
    let changed = app.store.write(move |tx| {
        let there = match how {
            "retried" => forwards::retry(tx, business.id, id, now_us())?,
            _ => forwards::remove(tx, business.id, id)?,
        };
        if there {
            trail::audit(tx, About::Business(business.id), Who::Local, What::Changed, target, now_us())?;
        }
        Ok::<_, ControlError>((there, business.slug))
    });
    let (there, business) = changed.await?;
    if !there {
        return Err(ControlError::Unknown { what: "delivery", name: id.to_string(), business });
    }
    Ok(Json(json!({ "id": id, how: true })))
}
