//! `letopis crm`: what clients' cards in a CRM still lack, and where the journal and the CRM tell different things.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{ControlError, Told, choose};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::trail::{self, About, What, Who};
use crate::access::{ConnectionId, Slug};
use crate::app::{App, now_us};
use crate::audit;
use crate::journal::crm::{self, entries};

/// Rows in one answer of `list`.
const LIMIT: u32 = 500;

/// What clients' cards in a CRM still lack.
#[derive(Debug, Subcommand)]
pub(super) enum CrmCommand {
    /// How the outbox of a connection stands, and what waits or was refused, oldest first, 500 at most.
    List(Of),
    /// Send an entry again that was refused or waits; it is looked up on the card first.
    Retry(One),
    /// Do not send an entry.
    Drop(One),
    /// Ask a portal again that was left alone until a person had looked.
    Resume(Of),
    /// Where the journal and the CRMs tell different things, oldest first; the console's «Сверка с CRM» has what to do about it.
    Differences(Whose),
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Of {
    /// Its id, from `connection list`.
    connection: ConnectionId,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Whose {
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct One {
    /// Its number, from `crm list`.
    entry: i64,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

pub(super) async fn run(house: &House, command: CrmCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        CrmCommand::List(of) => {
            let told: Value = house.ask("crm/list", &of).await?;
            voice.note(format_args!("{} {}", told["standing"], told["halted"].as_str().unwrap_or_default()));
            voice.table(&told["entries"], &["id", "what", "session", "state", "made_us", "attempts", "problem"]);
        }
        CrmCommand::Retry(one) => {
            let done: Value = house.ask("crm/retry", &one).await?;
            voice.say(&done, |_| out!("entry {} is sent again", one.entry));
        }
        CrmCommand::Drop(one) => {
            let done: Value = house.ask("crm/drop", &one).await?;
            voice.say(&done, |_| out!("entry {} is not sent", one.entry));
        }
        CrmCommand::Resume(of) => {
            let done: Value = house.ask("crm/resume", &of).await?;
            voice.say(&done, |_| out!("the portal of {} is asked again", of.connection));
        }
        CrmCommand::Differences(whose) => {
            let told: Value = house.ask("crm/differences", &whose).await?;
            voice.say(&told, |told| {
                voice.note(format_args!("{} {}", told["total"], told["counts"]));
                voice.table(&told["differences"], &["kind", "since_us", "connection", "client", "card", "given", "session", "entry"]);
            });
        }
    }
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/crm/list", post(list))
        .route("/crm/retry", post(retry))
        .route("/crm/drop", post(discard))
        .route("/crm/resume", post(resume))
        .route("/crm/differences", post(differences))
}

async fn list(State(app): State<Arc<App>>, Json(of): Json<Of>) -> Told<Value> {
    let business = choose(&app, of.business).await?.id;
    let id = of.connection.to_string();
    let told = app.store.read(move |conn| {
        let mut rows = entries::listed(conn, business, &id, true, LIMIT)?;
        rows.extend(entries::listed(conn, business, &id, false, LIMIT)?);
        let halted = crm::cursor(conn, &id)?.and_then(|cursor| cursor.halted).map(|(why, _)| why);
        Ok::<_, ControlError>(json!({ "standing": entries::standing(conn, business, &id)?, "halted": halted, "entries": rows }))
    });
    Ok(Json(told.await?))
}

async fn retry(State(app): State<Arc<App>>, Json(one): Json<One>) -> Told<Value> {
    resolve(&app, one, None, "sent again").await
}

async fn discard(State(app): State<Arc<App>>, Json(one): Json<One>) -> Told<Value> {
    resolve(&app, one, Some("given up by a person"), "given up").await
}

async fn resolve(app: &Arc<App>, one: One, bury: Option<&'static str>, how: &'static str) -> Told<Value> {
    let business = choose(app, one.business).await?;
    let (id, target) = (business.id, format!("entry {} for a CRM card {how}", one.entry));
    let resolved = app.store.write(move |tx| {
        let there = entries::resolve(tx, id, one.entry, bury, now_us())?;
        if there {
            trail::audit(tx, About::Business(id), Who::Local, What::Changed, target, now_us())?;
        }
        Ok::<_, ControlError>(there)
    });
    if !resolved.await? {
        return Err(ControlError::Unknown { what: "unwritten entry", name: one.entry.to_string(), business: business.slug });
    }
    Ok(Json(json!({ "entry": one.entry })))
}

async fn differences(State(app): State<Arc<App>>, Json(whose): Json<Whose>) -> Told<Value> {
    let business = choose(&app, whose.business).await?.id;
    let asked = audit::differences::Asked { now_us: now_us(), grace_us: app.card_grace_us() };
    let found = app.store.read(move |conn| Ok::<_, ControlError>(audit::differences::differences(conn, business, asked)?)).await?;
    Ok(Json(json!({ "total": found.counts.total(), "counts": found.counts, "differences": found.list })))
}

async fn resume(State(app): State<Arc<App>>, Json(of): Json<Of>) -> Told<Value> {
    choose(&app, of.business).await?;
    let id = of.connection.to_string();
    app.store.write(move |tx| Ok::<_, ControlError>(crm::halt(tx, &id, None, now_us())?)).await?;
    Ok(Json(json!({ "connection": of.connection })))
}
