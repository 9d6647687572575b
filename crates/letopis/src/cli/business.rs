//! `letopis business`: the firms in this folder.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{BY, ControlError, OfBusiness, Told, chosen};
use super::house::House;
use super::voice::Voice;
use crate::access::trail::{About, What, Who};
use crate::access::{Business, BusinessKind, Name, Slug, business, trail};
use crate::app::{App, now_us};
use crate::journal::append;

/// Businesses.
#[derive(Debug, Subcommand)]
pub(super) enum BusinessCommand {
    /// Make another business, with a journal and a log of its own.
    Add(Add),
    /// All of them.
    List,
    /// One of them: its log's origin and the key that verifies it.
    Show {
        /// Which; may be left out where there is one.
        business: Option<Slug>,
    },
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Add {
    /// Its word in URLs and commands: a-z, 0-9 and -.
    slug: Slug,
    /// Its name on the screen.
    #[arg(long)]
    name: Option<Name>,
    /// What sort of firm: salon, clinic, service, other.
    #[arg(long, default_value = "other")]
    kind: BusinessKind,
    /// Days and weeks in reports are this zone's.
    #[arg(long, default_value = "Europe/Moscow")]
    timezone: String,
}

impl Add {
    /// A business of the demo.
    pub(super) fn new(slug: Slug, name: Name, kind: BusinessKind) -> Self {
        Self { slug, name: Some(name), kind, timezone: "Europe/Moscow".to_owned() }
    }
}

pub(super) async fn run(house: &House, command: BusinessCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        BusinessCommand::Add(add) => {
            let made: Value = house.ask("business/add", &add).await?;
            voice.pairs(&made);
        }
        BusinessCommand::List => {
            let all: Value = house.ask("business/list", &OfBusiness { business: None }).await?;
            voice.table(&all, &["slug", "name", "kind", "timezone", "records", "signed", "created_us"]);
        }
        BusinessCommand::Show { business } => {
            let shown: Value = house.ask("business/show", &OfBusiness { business }).await?;
            voice.pairs(&shown);
        }
    }
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/business/add", post(add)).route("/business/list", post(list)).route("/business/show", post(show))
}

async fn add(State(app): State<Arc<App>>, Json(add): Json<Add>) -> Told<Value> {
    let name = add.name.map_or_else(|| add.slug.as_str().parse(), Ok)?;
    let draft = business::Draft { slug: add.slug, name, kind: add.kind, timezone: add.timezone };
    let id = app.create_business(draft, BY).await?;
    app.store.write(move |tx| trail::audit(tx, About::Business(id), Who::Local, What::Changed, "business", now_us())).await?;
    let made = app.store.read(move |conn| Ok::<_, ControlError>(business::by_id(conn, id)?)).await?;
    let made = made.ok_or_else(|| anyhow::anyhow!("the business is not there"))?;
    Ok(Json(about(&app, made).await?))
}

async fn list(State(app): State<Arc<App>>, Json(_): Json<OfBusiness>) -> Told<Vec<Value>> {
    let mut all = Vec::new();
    for business in app.store.read(|conn| Ok::<_, ControlError>(business::all(conn)?)).await? {
        all.push(about(&app, business).await?);
    }
    Ok(Json(all))
}

async fn show(State(app): State<Arc<App>>, Json(which): Json<OfBusiness>) -> Told<Value> {
    let business = app.store.read(move |conn| chosen(conn, which.business.as_ref())).await?;
    Ok(Json(about(&app, business).await?))
}

async fn about(app: &App, business: Business) -> Result<Value, ControlError> {
    let id = business.id;
    let records = app.store.read(move |conn| Ok::<_, ControlError>(append::next_index(conn, id)?)).await?;
    let log = app.logs.of(id);
    let key = log.as_ref().map(|log| log.verifying_key());
    let signed = log.as_ref().and_then(|log| log.published()).map_or(0, |published| published.checkpoint.size);
    Ok(json!({
        "id": id, "slug": business.slug, "name": business.name, "kind": business.kind, "timezone": business.timezone,
        "created_us": business.created_us, "records": records, "signed": signed,
        "origin": key.map(|key| key.name()), "vkey": key.map(ToString::to_string),
        "log": format!("{}/log/{}", app.base_url(), business.slug),
    }))
}
