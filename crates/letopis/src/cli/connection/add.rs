//! `letopis connection add`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::control::{Result, Told, choose, decide};
use super::crm::{self, Crm};
use crate::access::{
    BusinessKind, Change, ConnectionId, ConnectionKind, Mode, Name, Origin, Proof, SecretName, Settings, Slug, connection,
    connection_secrets,
};
use crate::app::{App, now_us};
use crate::upstream::Address;

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(in crate::cli) struct Add {
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
    /// Milliseconds that the bot may take before the platform is answered without it.
    #[arg(long)]
    forward_ms: Option<u32>,
    /// The header in which a sender of kind hook, avito or yclients proves itself (its secret is `sender`).
    #[arg(long)]
    sender_header: Option<String>,
    /// How: value, hmac_hex or hmac_base64 (HMAC-SHA256 of the body).
    #[arg(long)]
    sender_proof: Option<Proof>,
    /// A page that a chat of kind site takes messages from, like https://salon.example; may be repeated.
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<Origin>,
    /// Where a field of the event stands in what comes, like intent=$.tool.intent, or which field of a card holds it, like
    /// intent=UF_CRM_1747309879; may be repeated.
    #[arg(long = "field", value_name = "FIELD=PATH")]
    fields: Vec<String>,
    /// Something it needs that opens something, like sender=…; may be repeated.
    #[arg(long = "secret", value_name = "NAME=VALUE")]
    secrets: Vec<String>,
    /// What Letopis itself may do there.
    #[command(flatten)]
    crm: Crm,
}

impl Add {
    /// With what comes over standard input.
    pub(super) fn filled(mut self) -> anyhow::Result<Self> {
        self.crm = self.crm.filled()?;
        Ok(self)
    }
}

pub(super) async fn add(State(app): State<Arc<App>>, Json(add): Json<Add>) -> Told<Value> {
    let whose = choose(&app, add.business.clone()).await?.kind;
    let (business, webhook) = (add.business.clone(), add.crm.webhook.clone());
    let (draft, mut secrets) = add.wanted(whose)?;
    secrets.extend(webhook.clone().map(|url| (SecretName::Webhook, url)));
    let kind = draft.kind;
    let made = decide(&app, business, move |_, scope| {
        let (change, token) = connection::add(scope, draft, now_us(), &mut rand::rng())?;
        let Change::ConnectionAdded { connection, .. } = change else { return Err(anyhow::anyhow!("not an addition").into()) };
        Ok((vec![change], connection.to_string(), (scope.business(), connection, token)))
    });
    let (business, id, token) = made.await?;
    let keys = app.vault.keys(business).ok_or_else(|| anyhow::anyhow!("the business has no keys"))?;
    let stored = app.store.write(move |tx| {
        let mut store =
            |(name, value): &(SecretName, String)| connection_secrets::set(tx, &keys, id, *name, Some(value), now_us(), &mut rand::rng());
        secrets.iter().try_for_each(&mut store)
    });
    stored.await?;
    app.refresh()?;
    let mut told = urls(&app.base_url(), kind, id, token.reveal());
    if webhook.is_some() {
        told["probe"] = crm::probed(&app, id).await;
    }
    Ok(Json(told))
}

impl Add {
    /// The connection, and what is secret about it.
    fn wanted(self, whose: BusinessKind) -> Result<(connection::Draft, Vec<(SecretName, String)>)> {
        let kind = self.kind;
        let name = self.name.map_or_else(|| kind.as_str().parse(), Ok)?;
        let (of_cards, fields) = crm::of_cards(kind, pairs(self.fields)?);
        let mut settings = Settings {
            mode: self.mode,
            channel: self.channel,
            speaks: self.speaks,
            link_local: self.link_local,
            forward_ms: self.forward_ms,
            sender_header: self.sender_header,
            sender_proof: self.sender_proof,
            origins: self.origins,
            fields: fields.into_iter().collect(),
            ..Settings::default()
        };
        self.crm.apply(kind, whose, &of_cards, &mut settings)?;
        settings.upstream = self.upstream.map(String::from).or(settings.upstream);
        let named = pairs(self.secrets)?.into_iter().map(|(name, value)| Ok((name.parse()?, value)));
        let forward = self.forward.map(|url| Ok((SecretName::Forward, url)));
        let secrets = named.chain(forward).collect::<Result<Vec<(SecretName, String)>>>()?;
        Ok((connection::Draft { kind, name, settings }, secrets))
    }
}

/// What a new connection is reached under; shown once.
pub(super) fn urls(base: &str, kind: ConnectionKind, id: ConnectionId, token: &str) -> Value {
    let (proxy, hook) = (format!("{base}/proxy/{token}"), format!("{base}/hooks/{token}"));
    let url = if kind.is_proxied() { &proxy } else { &hook };
    let mut told = json!({ "id": id, "token": token, "url": url });
    if kind == ConnectionKind::Site {
        let script = format!("{base}/site/{token}.js");
        told["tag"] = format!("<script src=\"{script}\" defer></script>").into();
        told["url"] = script.into();
    }
    if kind.is_proxied() && kind.is_hooked() {
        told["hook_url"] = hook.into();
    }
    if kind == ConnectionKind::Bitrix24 {
        told["app_url"] = format!("{base}/bitrix24/{token}/card").into();
        told["install_url"] = format!("{base}/bitrix24/{token}/install").into();
    }
    told
}

/// `name=value`, as often as it was said.
pub(super) fn pairs(said: Vec<String>) -> Result<Vec<(String, String)>> {
    let pair = |text: String| match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err(anyhow::anyhow!("{} is not NAME=VALUE", text.split('=').next().unwrap_or_default()).into()),
    };
    said.into_iter().map(pair).collect()
}
