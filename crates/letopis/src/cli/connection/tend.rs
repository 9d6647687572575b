//! How a connection behaves, its secrets, its URL: `letopis connection set`, `secret`, `rotate`.

use std::io::Read;
use std::sync::Arc;

use anyhow::Context;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::control::{ControlError, Told, decide};
use super::Which;
use super::add::{pairs, urls};
use super::crm::{self, Crm};
use crate::access::{
    BusinessKind, Change, ConnectionId, ConnectionKind, Mode, Name, Origin, Proof, Scope, SecretName, Settings, Slug, connection,
    connection_secrets,
};
use crate::app::{App, now_us};
use crate::upstream::Address;

/// What is to be otherwise.
#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(in crate::cli) struct Set {
    /// Its id, from `connection list`.
    id: ConnectionId,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
    /// What you call it.
    #[arg(long)]
    name: Option<Name>,
    /// Where the proxy sends what it gets.
    #[arg(long)]
    upstream: Option<Address>,
    /// observe, confirm or strict.
    #[arg(long)]
    mode: Option<Mode>,
    /// The channel under which its messages are counted.
    #[arg(long)]
    channel: Option<String>,
    /// Whether a model's messages are a conversation of their own.
    #[arg(long)]
    speaks: Option<bool>,
    /// Whether it may point at link-local and metadata addresses.
    #[arg(long)]
    link_local: Option<bool>,
    /// Certificates to trust beside the common ones, a PEM file; an empty file takes them away.
    #[arg(long, value_name = "FILE", value_parser = pem)]
    ca: Option<String>,
    /// Bytes of a body that are kept.
    #[arg(long)]
    keep_bytes: Option<u32>,
    /// Seconds until the first byte of an answer.
    #[arg(long)]
    first_byte_seconds: Option<u32>,
    /// Seconds of silence inside a body.
    #[arg(long)]
    idle_seconds: Option<u32>,
    /// Milliseconds that the bot may take before the platform is answered without it.
    #[arg(long)]
    forward_ms: Option<u32>,
    /// The header in which a sender proves itself.
    #[arg(long)]
    sender_header: Option<String>,
    /// How: value, hmac_hex or hmac_base64.
    #[arg(long)]
    sender_proof: Option<Proof>,
    /// The pages that a chat of kind site takes messages from, instead of those before; may be repeated.
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<Origin>,
    /// Where a field of the event stands in what comes, or which field of a card holds it; FIELD= takes it away; may be repeated.
    #[arg(long = "field", value_name = "FIELD=PATH")]
    fields: Vec<String>,
    /// What Letopis itself may do there.
    #[command(flatten)]
    crm: Crm,
}

/// Which secret, and what it is from now on.
#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(in crate::cli) struct Replace {
    /// Its id, from `connection list`.
    id: ConnectionId,
    /// forward, sender, verify, sign or proxy; of a portal also webhook and app (ID:SECRET of a local application).
    secret: SecretName,
    /// What it is from now on; left out or `-`: read from standard input, so that it stands in no history of commands.
    value: Option<String>,
    /// Take it away instead.
    #[arg(long, conflicts_with = "value")]
    remove: bool,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

impl Replace {
    /// With the value from standard input, where it was not said.
    pub(super) fn filled(mut self) -> anyhow::Result<Self> {
        if !self.remove && self.value.as_deref().is_none_or(|value| value == "-") {
            let mut value = String::new();
            std::io::stdin().take(16 << 10).read_to_string(&mut value).context("reading the secret from standard input")?;
            self.value = Some(value.trim().to_owned());
        }
        Ok(self)
    }
}

/// Read here: the server may stand elsewhere.
fn pem(file: &str) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))
}

impl Set {
    /// With what comes over standard input.
    pub(super) fn filled(mut self) -> anyhow::Result<Self> {
        self.crm = self.crm.filled()?;
        Ok(self)
    }

    fn into_settings(self, mut settings: Settings, kind: ConnectionKind, whose: BusinessKind) -> anyhow::Result<Settings> {
        settings.mode = self.mode.or(settings.mode);
        settings.channel = self.channel.or(settings.channel);
        settings.speaks = self.speaks.or(settings.speaks);
        settings.link_local = self.link_local.unwrap_or(settings.link_local);
        settings.keep_bytes = self.keep_bytes.or(settings.keep_bytes);
        settings.first_byte_seconds = self.first_byte_seconds.or(settings.first_byte_seconds);
        settings.forward_ms = self.forward_ms.or(settings.forward_ms);
        settings.sender_header = self.sender_header.or(settings.sender_header);
        settings.sender_proof = self.sender_proof.or(settings.sender_proof);
        if !self.origins.is_empty() {
            settings.origins = self.origins;
        }
        settings.idle_seconds = self.idle_seconds.or(settings.idle_seconds);
        if let Some(pem) = self.ca {
            settings.ca = Some(pem).filter(|pem| !pem.trim().is_empty());
        }
        let (of_cards, fields) = crm::of_cards(kind, pairs(self.fields).map_err(|e| anyhow::anyhow!("{e}"))?);
        for (field, path) in fields {
            if path.is_empty() {
                settings.fields.remove(&field);
                settings.crm.fields.remove(&field);
            } else {
                settings.fields.insert(field, path);
            }
        }
        self.crm.apply(kind, whose, &of_cards, &mut settings)?;
        settings.upstream = self.upstream.map(String::from).or(settings.upstream);
        Ok(settings)
    }
}

pub(super) async fn set(State(app): State<Arc<App>>, Json(set): Json<Set>) -> Told<Value> {
    let (id, business, webhook) = (set.id, set.business.clone(), set.crm.webhook.clone());
    let whose = super::choose(&app, business.clone()).await?;
    let (keys, kind) = (app.vault.keys(whose.id).ok_or_else(|| anyhow::anyhow!("the business has no keys"))?, whose.kind);
    let worked_out = app.store.read(move |conn| {
        let scope = Scope::local(whose.id);
        let known = connection::one(conn, &scope, id)?;
        let name = set.name.clone().unwrap_or(known.name);
        let settings = set.into_settings(known.settings, known.kind, kind)?;
        Ok::<_, ControlError>((connection::change(conn, &scope, id, name, settings.clone(), now_us())?, settings))
    });
    let (change, settings) = worked_out.await?;
    let mut changes = vec![change];
    let is_new = webhook.is_some();
    if let Some(url) = webhook {
        changes.push(Change::ConnectionSecretSet { business: whose.id, connection: id, secret: SecretName::Webhook, at_us: now_us() });
        let stored =
            app.store.write(move |tx| connection_secrets::set(tx, &keys, id, SecretName::Webhook, Some(&url), now_us(), &mut rand::rng()));
        stored.await?;
    }
    decide(&app, business, move |_, _| Ok((changes, id.to_string(), ()))).await?;
    let mut told = json!({ "id": id, "settings": settings });
    if is_new {
        told["probe"] = crm::probed(&app, id).await;
    }
    Ok(Json(told))
}

pub(super) async fn replace(State(app): State<Arc<App>>, Json(replace): Json<Replace>) -> Told<Value> {
    let Replace { id, secret, value, remove, business } = replace;
    let value = value.filter(|_| !remove);
    let (store, vault) = (app.store.clone(), app.vault.clone());
    let chosen = super::choose(&app, business.clone()).await?;
    let keys = vault.keys(chosen.id).ok_or_else(|| anyhow::anyhow!("the business has no keys"))?;
    if let (SecretName::Webhook, Some(url)) = (secret, &value) {
        // Where the portal is goes with it, so another portal's webhook is set, not replaced.
        let (origin, named) = (crate::sinks::bitrix24::origin_of(url).map_err(anyhow::Error::from)?, upstream_of(&app, id));
        if named.is_some_and(|named| named.trim_end_matches('/') != origin) {
            return Err(anyhow::anyhow!("this is the webhook of another portal: say `connection set {id} --webhook URL`").into());
        }
    }
    let decided = app.store.read(move |conn| {
        let scope = Scope::local(chosen.id);
        connection_secrets::decide(conn, &scope, id, secret, now_us())
    });
    let decided = decided.await?;
    let stored = store.write(move |tx| connection_secrets::set(tx, &keys, id, secret, value.as_deref(), now_us(), &mut rand::rng()));
    stored.await?;
    decide(&app, business, move |_, _| Ok((vec![decided], id.to_string(), ()))).await?;
    Ok(Json(json!({ "id": id, "secret": secret, "set": !remove })))
}

/// Where a connection's proxy or portal is.
fn upstream_of(app: &App, id: ConnectionId) -> Option<String> {
    app.connections.named(id)?.settings.upstream.clone()
}

pub(super) async fn rotate(State(app): State<Arc<App>>, Json(which): Json<Which>) -> Told<Value> {
    let id = which.id;
    let rotated = decide(&app, which.business, move |conn, scope| {
        let kind = connection::one(conn, scope, id)?.kind;
        let (change, token) = connection::rotate(conn, scope, id, now_us(), &mut rand::rng())?;
        Ok((vec![change], id.to_string(), (kind, token)))
    });
    let (kind, token) = rotated.await?;
    Ok(Json(urls(&app.base_url(), kind, id, token.reveal())))
}
