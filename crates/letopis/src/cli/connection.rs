//! `letopis connection`: plugged-in systems, known by the token in their URL.

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
use crate::access::{Change, ConnectionId, ConnectionKind, Name, Slug, connection};
use crate::app::{App, now_us};

/// Connections.
#[derive(Debug, Subcommand)]
pub(super) enum ConnectionCommand {
    /// Plug a system in; its URL is shown once.
    Add(Add),
    /// The connections of a business, revoked ones included.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Make a connection's URL worthless, at once and for ever.
    Revoke(Revoke),
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Add {
    /// What is plugged in: events (a URL that takes events as the events API does).
    #[arg(long)]
    kind: ConnectionKind,
    /// What you call it.
    #[arg(long)]
    name: Option<Name>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Revoke {
    /// Its id, from `connection list`.
    id: ConnectionId,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

pub(super) async fn run(house: &House, command: ConnectionCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        ConnectionCommand::Add(add) => {
            let made: Value = house.ask("connection/add", &add).await?;
            voice.say(&made, |made| out!("{}", made["url"].as_str().unwrap_or_default()));
            voice.note(format_args!("connection {}; the URL is shown only now", made["id"].as_str().unwrap_or_default()));
        }
        ConnectionCommand::List { business } => {
            let connections: Value = house.ask("connection/list", &OfBusiness { business }).await?;
            voice.table(&connections, &["id", "kind", "name", "created_us", "last_event_us", "revoked_us"]);
        }
        ConnectionCommand::Revoke(revoke) => {
            let done: Value = house.ask("connection/revoke", &revoke).await?;
            voice.say(&done, |_| out!("connection {} works no more", revoke.id));
        }
    }
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/connection/add", post(add)).route("/connection/list", post(list)).route("/connection/revoke", post(revoke))
}

async fn add(State(app): State<Arc<App>>, Json(add): Json<Add>) -> Told<Value> {
    let name = add.name.map_or_else(|| add.kind.as_str().parse(), Ok)?;
    let made = decide(&app, add.business, move |_, scope| {
        let (change, token) = connection::add(scope, add.kind, name, now_us(), &mut rand::rng())?;
        let id = if let Change::ConnectionAdded { connection, .. } = &change { connection.to_string() } else { String::new() };
        Ok((vec![change], id.clone(), (id, token)))
    });
    let (id, token) = made.await?;
    let url = format!("{}/hooks/{}", app.base_url(), token.reveal());
    Ok(Json(json!({ "id": id, "token": token.reveal(), "url": url })))
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Result<Json<Vec<connection::Connection>>> {
    let business = choose(&app, about.business).await?;
    Ok(Json(app.store.read(move |conn| connection::all(conn, business.id)).await?))
}

async fn revoke(State(app): State<Arc<App>>, Json(revoke): Json<Revoke>) -> Told<Value> {
    let id = revoke.id;
    let worked_out =
        decide(&app, revoke.business, move |conn, scope| Ok((vec![connection::revoke(conn, scope, id, now_us())?], id.to_string(), ())));
    worked_out.await?;
    Ok(Json(json!({ "id": id, "revoked": true })))
}
