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
use crate::access::{Change, ConnectionId, ConnectionKind, Mode, Name, Settings, Slug, connection, connection_secrets};
use crate::app::{App, now_us};
use crate::upstream::Address;

/// The secret that holds a hook's forward URL.
const FORWARD: &str = "forward";

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
    /// What is plugged in: events, hook, http, openai, anthropic, gigachat, telegram, whatsapp, instagram, max, site, vk, avito, yclients, bitrix24.
    #[arg(long)]
    kind: ConnectionKind,
    /// What you call it.
    #[arg(long)]
    name: Option<Name>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
    /// Where the proxy sends what it gets, like https://api.openai.com.
    #[arg(long)]
    upstream: Option<Address>,
    /// Where a hook sends on what a platform delivers: the bot's own webhook.
    #[arg(long)]
    forward: Option<String>,
    /// How much may be delayed for the record: observe, confirm (usual) or strict.
    #[arg(long)]
    mode: Option<Mode>,
    /// The channel under which its messages are counted.
    #[arg(long)]
    channel: Option<String>,
    /// Whether a model's messages are a conversation of their own; usual: when no channel is connected.
    #[arg(long)]
    speaks: Option<bool>,
    /// It may point at link-local and metadata addresses.
    #[arg(long)]
    link_local: bool,
    /// Where a field of the event stands in what comes, like intent=$.tool.intent; may be repeated.
    #[arg(long = "field", value_name = "FIELD=PATH")]
    fields: Vec<String>,
    /// Something it needs that opens something, like sender=…; may be repeated.
    #[arg(long = "secret", value_name = "NAME=VALUE")]
    secrets: Vec<String>,
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
    let kind = add.kind;
    let name = add.name.map_or_else(|| kind.as_str().parse(), Ok)?;
    let settings = Settings {
        upstream: add.upstream.map(String::from),
        mode: add.mode,
        channel: add.channel,
        speaks: add.speaks,
        link_local: add.link_local,
        fields: pairs(add.fields)?.into_iter().collect(),
        ..Settings::default()
    };
    let draft = connection::Draft { kind, name, settings };
    let secrets = pairs(add.secrets)?.into_iter().chain(add.forward.map(|url| (FORWARD.to_owned(), url)));
    let secrets: Vec<_> = secrets.collect();
    let vault = app.vault.clone();
    let made = decide(&app, add.business, move |_, scope| {
        let (change, token) = connection::add(scope, draft, now_us(), &mut rand::rng())?;
        let Change::ConnectionAdded { connection, .. } = change else { return Err(anyhow::anyhow!("not an addition").into()) };
        let keys = vault.keys(scope.business()).ok_or_else(|| anyhow::anyhow!("the business has no keys"))?;
        let sealed = secrets.into_iter().map(|(name, value)| {
            let sealed = keys.seal_secret(&name, value.as_bytes(), &mut rand::rng());
            (name, sealed)
        });
        Ok((vec![change], connection.to_string(), (scope.business(), connection, token, sealed.collect::<Vec<_>>())))
    });
    let (business, id, token, secrets) = made.await?;
    let stored = app.store.write(move |tx| {
        secrets.iter().try_for_each(|(name, sealed)| connection_secrets::set(tx, business, id, name, Some(sealed), now_us()))
    });
    stored.await?;
    app.refresh()?;
    Ok(Json(urls(&app.base_url(), kind, id, token.reveal())))
}

/// What a new connection is reached under; shown once.
fn urls(base: &str, kind: ConnectionKind, id: ConnectionId, token: &str) -> Value {
    let (proxy, hook) = (format!("{base}/proxy/{token}"), format!("{base}/hooks/{token}"));
    let url = if kind.is_proxied() { &proxy } else { &hook };
    let mut told = json!({ "id": id, "token": token, "url": url });
    if kind.is_proxied() && kind.is_channel() {
        told["hook_url"] = hook.into();
    }
    told
}

/// `name=value`, as often as it was said.
fn pairs(said: Vec<String>) -> Result<Vec<(String, String)>> {
    let pair = |text: String| match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err(anyhow::anyhow!("{} is not NAME=VALUE", text.split('=').next().unwrap_or_default()).into()),
    };
    said.into_iter().map(pair).collect()
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
