//! `letopis connection`: plugged-in systems, known by the token in their URL.
//!
//! * `add` – a new one · `crm` – what Letopis does in a portal · `example` – what a delivery would become · `tend` – how it behaves, its secrets, its URL · `test` – tried

mod add;
mod crm;
mod example;
mod tend;
mod test;

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
use crate::access::{self, ConnectionId, Slug, connection, connection_health};
use crate::app::{App, now_us};
use crate::event::when::DAY_US;
use add::Add;

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
    /// Let it behave otherwise from now on; what is not named stays.
    Set(tend::Set),
    /// Replace one of its secrets, or take it away.
    Secret(tend::Replace),
    /// Give it another URL; the old one is worthless at once.
    Rotate(Which),
    /// Show what a delivery would become, and record nothing.
    Try(example::Try),
    /// Try it as one would by hand, step by step; fails when something has to be done.
    Test(test::Test),
    /// Make a connection's URL worthless, at once and for ever.
    Revoke(Which),
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Which {
    /// Its id, from `connection list`.
    id: ConnectionId,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

pub(super) async fn run(house: &House, command: ConnectionCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        ConnectionCommand::Add(add) => {
            let made: Value = house.ask("connection/add", &add.filled()?).await?;
            urls(voice, &made);
            crm::warn(voice, &made);
            voice.note(format_args!("connection {}; what stands above is shown only now", made["id"].as_str().unwrap_or_default()));
        }
        ConnectionCommand::List { business } => {
            let connections: Value = house.ask("connection/list", &OfBusiness { business }).await?;
            voice.table(&connections, &["id", "kind", "name", "created_us", "last_event_us", "revoked_us"]);
        }
        ConnectionCommand::Set(set) => {
            let done: Value = house.ask("connection/set", &set.filled()?).await?;
            voice.say(&done, |done| out!("{}", done["settings"]));
            crm::warn(voice, &done);
        }
        ConnectionCommand::Secret(replace) => {
            let done: Value = house.ask("connection/secret", &replace.filled()?).await?;
            voice.say(&done, |done| {
                out!("{} of connection {}", done["secret"].as_str().unwrap_or_default(), done["id"].as_str().unwrap_or_default())
            });
        }
        ConnectionCommand::Rotate(which) => {
            let made: Value = house.ask("connection/rotate", &which).await?;
            urls(voice, &made);
            voice.note(format_args!("the old URL of {} works no more; this one is shown only now", which.id));
        }
        ConnectionCommand::Try(try_it) => {
            let told: Value = house.ask("connection/try", &try_it.filled()?).await?;
            voice.say(&told, example::show);
        }
        ConnectionCommand::Test(asked) => {
            let tested: Value = house.ask("connection/test", &asked).await?;
            voice.say(&tested, test::show);
            anyhow::ensure!(tested["well"] == true, "connection {} needs something done", asked.id);
        }
        ConnectionCommand::Revoke(revoke) => {
            let done: Value = house.ask("connection/revoke", &revoke).await?;
            voice.say(&done, |_| out!("connection {} works no more", revoke.id));
        }
    }
    Ok(())
}

/// What it is reached under: one line for scripts, the proxy or the hook; beside it, for people, the hook of what has both.
fn urls(voice: Voice, made: &Value) {
    voice.say(made, |made| out!("{}", made["url"].as_str().unwrap_or_default()));
    if let Some(hook) = made["hook_url"].as_str() {
        voice.note(format_args!("for its webhook: {hook}"));
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/connection/add", post(add::add))
        .route("/connection/list", post(list))
        .route("/connection/set", post(tend::set))
        .route("/connection/secret", post(tend::replace))
        .route("/connection/rotate", post(tend::rotate))
        .route("/connection/try", post(example::try_it))
        .route("/connection/test", post(test::test))
        .route("/connection/revoke", post(revoke))
}

/// A connection, and how it fared in the last day.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    connection: connection::Connection,
    health: Option<connection_health::Health>,
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Result<Json<Vec<Listed>>> {
    let business = choose(&app, about.business).await?;
    let listed = app.store.read(move |conn| {
        let mut health = connection_health::since(conn, business.id, now_us() - DAY_US)?;
        let all = connection::all(conn, business.id)?.into_iter();
        Ok::<_, access::AccessError>(all.map(|connection| Listed { health: health.remove(&connection.id), connection }).collect())
    });
    Ok(Json(listed.await?))
}

async fn revoke(State(app): State<Arc<App>>, Json(revoke): Json<Which>) -> Told<Value> {
    let id = revoke.id;
    let worked_out =
        decide(&app, revoke.business, move |conn, scope| Ok((vec![connection::revoke(conn, scope, id, now_us())?], id.to_string(), ())));
    worked_out.await?;
    Ok(Json(json!({ "id": id, "revoked": true })))
}
