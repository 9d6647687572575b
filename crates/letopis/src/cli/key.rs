//! `letopis key`: API keys.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{OfBusiness, Result, Told, choose, decide};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::{Change, KeyId, KeyRole, Name, Slug, key};
use crate::app::{App, now_us};

/// API keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key; it is shown once.
    Create(Create),
    /// The keys of a business, revoked ones included.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Make a key worthless, at once and for ever.
    Revoke(Revoke),
    /// Make another master key and wrap every business key under it; the server must be stopped.
    RotateMaster,
    /// A copy of the master key, encrypted to age recipients.
    Escrow(super::master::Escrow),
    /// Open such a copy again.
    Open(super::master::Open),
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Create {
    /// What it may do: ingest (send events), read, admin.
    #[arg(long)]
    role: KeyRole,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
    /// What you call it.
    #[arg(long)]
    name: Option<Name>,
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Revoke {
    /// Its id, from `key list`.
    id: KeyId,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

pub(super) async fn run(house: &House, command: KeyCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        KeyCommand::Create(create) => {
            let made: Value = house.ask("key/create", &create).await?;
            voice.say(&made, |made| out!("{}", made["key"].as_str().unwrap_or_default()));
            voice.note(format_args!("key {} for {}; it is shown only now", made["id"].as_str().unwrap_or_default(), create.role));
        }
        KeyCommand::List { business } => {
            let keys: Value = house.ask("key/list", &OfBusiness { business }).await?;
            voice.table(&keys, &["id", "role", "name", "created_us", "last_used_us", "revoked_us"]);
        }
        KeyCommand::Revoke(revoke) => {
            let done: Value = house.ask("key/revoke", &revoke).await?;
            voice.say(&done, |_| out!("key {} works no more", revoke.id));
        }
        // These are about the master key, and need no house.
        KeyCommand::RotateMaster | KeyCommand::Escrow(_) | KeyCommand::Open(_) => {}
    }
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/key/create", post(create)).route("/key/list", post(list)).route("/key/revoke", post(revoke))
}

async fn create(State(app): State<Arc<App>>, Json(create): Json<Create>) -> Told<Value> {
    let name = create.name.map_or_else(|| "command line".parse(), Ok)?;
    let made = decide(&app, create.business, move |_, scope| {
        let (change, secret) = key::create(scope, create.role, name, now_us(), &mut rand::rng())?;
        let id = if let Change::KeyCreated { key, .. } = &change { key.to_string() } else { String::new() };
        Ok((vec![change], id.clone(), (id, secret)))
    });
    let (id, secret) = made.await?;
    Ok(Json(json!({ "id": id, "key": secret.reveal(), "role": create.role })))
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Result<Json<Vec<key::Key>>> {
    let business = choose(&app, about.business).await?;
    Ok(Json(app.store.read(move |conn| key::all(conn, business.id)).await?))
}

async fn revoke(State(app): State<Arc<App>>, Json(revoke): Json<Revoke>) -> Told<Value> {
    let id = revoke.id;
    decide(&app, revoke.business, move |conn, scope| Ok((vec![key::revoke(conn, scope, id, now_us())?], id.to_string(), ()))).await?;
    Ok(Json(json!({ "id": id, "revoked": true })))
}
