//! `letopis quarantine`: items that were refused; corrected and sent again, or dropped.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{BY, ControlError, OfBusiness, Told, choose};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::app::{App, now_us};
use crate::console::replay::ReplayError;
use crate::journal::quarantine::{self, Refused};

/// Items in one answer of `list`.
const LIMIT: u32 = 500;

/// Refused items.
#[derive(Debug, Subcommand)]
pub(super) enum QuarantineCommand {
    /// The open ones with their reasons, oldest first, 500 at most.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Send one again, corrected or as it came.
    Send {
        /// Its number, from `quarantine list`.
        id: i64,
        /// The corrected event; `-` is the standard input.
        #[arg(long)]
        file: Option<PathBuf>,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Close one that nobody wants.
    Drop {
        /// Its number, from `quarantine list`.
        id: i64,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

/// What is done with which item.
#[derive(Serialize, Deserialize)]
struct Wanted {
    business: Option<Slug>,
    id: i64,
    corrected: Option<String>,
}

pub(super) async fn run(house: &House, command: QuarantineCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        QuarantineCommand::List { business } => {
            let items: Value = house.ask("quarantine/list", &OfBusiness { business }).await?;
            voice.table(&items, &["id", "received_us", "source", "why", "item"]);
        }
        QuarantineCommand::Send { id, file, business } => {
            let corrected = file.as_deref().map(read).transpose()?;
            let sent: Value = house.ask("quarantine/send", &Wanted { business, id, corrected }).await?;
            voice.say(&sent, |sent| out!("item {id} is recorded as event {}", sent["event_id"].as_str().unwrap_or_default()));
        }
        QuarantineCommand::Drop { id, business } => {
            let done: Value = house.ask("quarantine/drop", &Wanted { business, id, corrected: None }).await?;
            voice.say(&done, |_| out!("item {id} is dropped"));
        }
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/quarantine/list", post(list)).route("/quarantine/send", post(send)).route("/quarantine/drop", post(discard))
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Vec<Value>> {
    let business = choose(&app, about.business).await?;
    let keys = app.vault.keys(business.id).ok_or_else(|| anyhow::anyhow!("business {} has no keys", business.slug))?;
    let open = app.store.read(move |conn| quarantine::open(conn, &keys, 0, LIMIT).map_err(ControlError::from)).await?;
    Ok(Json(open.iter().map(told).collect()))
}

fn told(refused: &Refused) -> Value {
    let reason: Value = serde_json::from_str(&refused.reason).unwrap_or_default();
    let item = String::from_utf8_lossy(&refused.item);
    json!({ "id": refused.id, "received_us": refused.received_us, "source": refused.source, "why": reason["message"], "reason": reason, "item": item })
}

async fn send(State(app): State<Arc<App>>, Json(wanted): Json<Wanted>) -> Told<Value> {
    let business = choose(&app, wanted.business).await?;
    let corrected = wanted.corrected.map(|text| Bytes::from(text.trim().to_owned()));
    let sent = app.replay.send(business.id, wanted.id, corrected, BY, now_us()).await;
    let event_id = sent.map_err(|error| refusal(error, wanted.id, business.slug))?;
    Ok(Json(json!({ "id": wanted.id, "event_id": event_id })))
}

async fn discard(State(app): State<Arc<App>>, Json(wanted): Json<Wanted>) -> Told<Value> {
    let business = choose(&app, wanted.business).await?;
    let done = app.replay.discard(business.id, wanted.id, BY, now_us()).await;
    done.map_err(|error| refusal(error, wanted.id, business.slug))?;
    Ok(Json(json!({ "id": wanted.id, "dropped": true })))
}

fn refusal(error: ReplayError, id: i64, business: Slug) -> ControlError {
    match error {
        ReplayError::NoSuch => ControlError::Unknown { what: "item in quarantine", name: id.to_string(), business },
        ReplayError::Store(e) => e.into(),
        ReplayError::Decide(e) => e.into(),
        ReplayError::Closed | ReplayError::NotTaken(_) => ControlError::Replay(error),
    }
}
