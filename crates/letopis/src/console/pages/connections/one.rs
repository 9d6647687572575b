//! One connection: how it does, how it behaves, its secrets, its URL.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::cards::reading::{self, Reading};
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::super::frame::{Frame, Section, framed, page};
use super::super::labels;
use super::super::visitor::Visitor;
use super::bitrix24::Crm;
use super::forwards::{self, Waiting};
use super::health::{self, Faring};
use super::steps::Steps;
use super::trial::Tried;
use super::{address, change, connection_secrets, fresh, origins};
use crate::access::connection::{self, Connection};
use crate::access::{AccessError, Action, ConnectionId, ConnectionKind, Mode, Name, Origin, SecretName, Settings};
use crate::console::measured::{Picture, channel_of};
use crate::metrics::measured::By;

/// A secret: whether it is there, never what it is.
struct SecretRow {
    name: &'static str,
    label: String,
    hint: String,
    since: Option<String>,
}

/// A choice of the form.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: String,
    pub(super) chosen: bool,
}

#[derive(Template)]
#[template(path = "connections/one.html")]
struct OnePage {
    f: Frame,
    id: String,
    name: String,
    kind: String,
    faring: Faring,
    measured: Vec<(String, String)>,
    channel: String,
    since: String,
    settings: Settings,
    modes: Vec<Choice>,
    speaks: Vec<Choice>,
    is_proxied: bool,
    is_model: bool,
    is_site: bool,
    origins: String,
    fields: String,
    secrets: Vec<SecretRow>,
    fresh: Option<Steps>,
    waiting: Waiting,
    tried: Option<Tried>,
    has_bot: bool,
    crm: Option<Crm>,
    reading: Option<Reading>,
}

framed!(OnePage);

/// What the form of the settings sends.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Wish {
    name: String,
    #[serde(default)]
    upstream: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    speaks: String,
    #[serde(default)]
    fields: String,
    origins: Option<String>,
}

/// What the form of a secret sends; an empty one takes it away.
#[derive(Deserialize)]
pub(in crate::console::pages) struct NewSecret {
    secret: String,
    value: String,
}

/// `GET /settings/connections/{id}`
pub(in crate::console::pages) async fn show(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    visitor: Visitor,
) -> Result<Response, PageError> {
    draw(&desk, &visitor, id.parse()?, None, None).await
}

/// `POST /settings/connections/{id}`
pub(in crate::console::pages) async fn set(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Wish>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let (id, name): (ConnectionId, Name) = (id.parse()?, form.name.parse()?);
    let known = find(&desk, &visitor, id).await?;
    let mut settings = known.settings;
    settings.upstream = address(&form.upstream)?;
    settings.mode = if form.mode.is_empty() { None } else { Some(form.mode.parse()?) };
    settings.channel = Some(form.channel.trim().to_owned()).filter(|channel| !channel.is_empty());
    settings.speaks = form.speaks.parse().ok();
    if let Some(said) = form.origins {
        settings.origins = origins(&said)?;
    }
    let lines = form.fields.lines().filter_map(|line| line.split_once('='));
    settings.fields =
        lines.map(|(field, path)| (field.trim().to_owned(), path.trim().to_owned())).filter(|(field, _)| !field.is_empty()).collect();
    let (scope, now_us) = (visitor.scope, visitor.now_us);
    let decided =
        desk.console.store.read(move |conn| Ok::<_, PageError>(connection::change(conn, &scope, id, name, settings, now_us)?)).await?;
    change(&desk, &visitor, &decided).await?;
    Ok(Redirect::to(&format!("/settings/connections/{id}")).into_response())
}

/// `POST /settings/connections/{id}/secret`
pub(in crate::console::pages) async fn replace(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<NewSecret>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let (id, secret): (ConnectionId, SecretName) = (id.parse()?, form.secret.parse()?);
    let (scope, now_us, value) = (visitor.scope, visitor.now_us, form.value.trim().to_owned());
    let there = desk.console.portals.origin_of(&value).filter(|_| secret == SecretName::Webhook);
    if secret == SecretName::Webhook && !value.is_empty() && there.is_none() {
        return Err(AccessError::Invalid { what: "webhook", rule: "https://portal.bitrix24.ru/rest/1/secret/" }.into());
    }
    let decided = desk.console.store.read(move |conn| {
        let decided = connection_secrets::decide(conn, &scope, id, secret, now_us)?;
        // Where the portal is goes with its webhook: another portal's is set on the portal's own form.
        let named = connection::one(conn, &scope, id)?.settings.upstream;
        if there.zip(named).is_some_and(|(there, named)| named.trim_end_matches('/') != there) {
            return Err(AccessError::Invalid { what: "webhook", rule: "the webhook of the portal that is connected" }.into());
        }
        Ok::<_, PageError>(decided)
    });
    let decided = decided.await?;
    store(&desk, &visitor, id, secret, Some(value).filter(|value| !value.is_empty())).await?;
    change(&desk, &visitor, &decided).await?;
    Ok(Redirect::to(&format!("/settings/connections/{id}#secrets")).into_response())
}

/// `POST /settings/connections/{id}/rotate`
pub(in crate::console::pages) async fn rotate(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    let id: ConnectionId = id.parse()?;
    let known = find(&desk, &visitor, id).await?;
    let (scope, now_us) = (visitor.scope, visitor.now_us);
    let decided = desk.console.store.read(move |conn| Ok::<_, PageError>(connection::rotate(conn, &scope, id, now_us, &mut rand::rng())?));
    let (decided, token) = decided.await?;
    change(&desk, &visitor, &decided).await?;
    let fresh = fresh(&visitor, known.kind, id, &known.name, &token);
    draw(&desk, &visitor, id, Some(fresh), None).await
}

/// `POST /settings/connections/{id}/revoke`
pub(in crate::console::pages) async fn revoke(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    let (id, scope, now_us): (ConnectionId, _, _) = (id.parse()?, visitor.scope, visitor.now_us);
    let decided = desk.console.store.read(move |conn| Ok::<_, PageError>(connection::revoke(conn, &scope, id, now_us)?)).await?;
    change(&desk, &visitor, &decided).await?;
    Ok(Redirect::to("/settings/connections").into_response())
}

/// Stores a secret, or takes it away; the decision that says so follows.
pub(super) async fn store(
    desk: &Desk,
    visitor: &Visitor,
    id: ConnectionId,
    secret: SecretName,
    value: Option<String>,
) -> Result<(), PageError> {
    visitor.require(Action::ManageConnections)?;
    let keys = desk.console.vault.keys(visitor.business.id).ok_or(PageError::NotFound)?;
    let now_us = visitor.now_us;
    let stored = desk
        .console
        .store
        .write(move |tx| Ok::<_, PageError>(connection_secrets::set(tx, &keys, id, secret, value.as_deref(), now_us, &mut rand::rng())?));
    stored.await
}

pub(super) async fn find(desk: &Desk, visitor: &Visitor, id: ConnectionId) -> Result<Connection, PageError> {
    let scope = visitor.scope;
    desk.console.store.read(move |conn| Ok::<_, PageError>(connection::one(conn, &scope, id)?)).await
}

pub(super) async fn draw(
    desk: &Desk,
    visitor: &Visitor,
    id: ConnectionId,
    fresh: Option<Steps>,
    tried: Option<Tried>,
) -> Result<Response, PageError> {
    let known = find(desk, visitor, id).await?;
    let stored = desk.console.store.read(move |conn| Ok::<_, PageError>(connection_secrets::known(conn, id)?)).await?;
    let waiting = forwards::of(desk, visitor, id).await?;
    let (t, clock) = (&visitor.t, visitor.clock());
    // What an application was given comes from its portal, not from a person.
    let secrets = known.kind.secrets().iter().filter(|secret| **secret != SecretName::Tokens).map(|secret| SecretRow {
        name: secret.as_str(),
        label: t.of("connection-secret", secret.as_str()),
        hint: t.with("connection-secret-hint", &[("what", secret.as_str().into()), ("kind", known.kind.as_str().into())]),
        since: stored.get(secret).map(|us| t.of("connection-secret-since", &clock.when(*us))),
    });
    let mode = |mode: &Mode| Choice {
        value: mode.as_str(),
        label: t.of("connection-mode", mode.as_str()),
        chosen: *mode == known.settings.mode(),
    };
    let speaks = [("", None), ("true", Some(true)), ("false", Some(false))].map(|(value, said)| Choice {
        value,
        label: t.of("connection-speaks", if value.is_empty() { "usual" } else { value }),
        chosen: known.settings.speaks == said,
    });
    let fields: Vec<String> = known.settings.fields.iter().map(|(field, path)| format!("{field} = {path}")).collect();
    page(&OnePage {
        f: Frame::new(desk, visitor, Section::Settings, known.name.to_string()),
        id: id.to_string(),
        kind: t.of("connection-kind", known.kind.as_str()),
        faring: health::of(desk, visitor, &known, waiting.behind).await?,
        measured: measured(desk, visitor, &known).await?,
        channel: labels::channel(t, channel_of(&known)).name,
        since: t.of("connection-since", &clock.when(known.created_us)),
        modes: Mode::ALL.iter().map(mode).collect(),
        speaks: speaks.into(),
        is_proxied: known.kind.is_proxied(),
        is_model: known.kind.is_model(),
        is_site: known.kind == ConnectionKind::Site,
        origins: known.settings.origins.iter().map(Origin::as_str).collect::<Vec<_>>().join(" "),
        fields: fields.join("\n"),
        secrets: secrets.collect(),
        reading: reading(desk, visitor, &known).await?,
        crm: (known.kind == ConnectionKind::Bitrix24).then(|| Crm::of(visitor, &known.settings.crm)),
        name: known.name.to_string(),
        settings: known.settings,
        fresh,
        tried,
        has_bot: stored.contains_key(&SecretName::Forward),
        waiting,
    })
}

/// How its portal is read back.
async fn reading(desk: &Desk, visitor: &Visitor, known: &Connection) -> Result<Option<Reading>, PageError> {
    if known.kind != ConnectionKind::Bitrix24 {
        return Ok(None);
    }
    let (id, reads) = (known.id.to_string(), known.settings.crm.read);
    let overview = desk.console.store.read(move |conn| reading::known(conn, &id, reads)).await?;
    Ok(Some(Reading::of(visitor, overview)))
}

/// What can be known of conversations on its channel, and by what.
async fn measured(desk: &Desk, visitor: &Visitor, known: &Connection) -> Result<Vec<(String, String)>, PageError> {
    if !known.kind.is_channel() && !known.kind.is_model() {
        return Ok(Vec::new());
    }
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let picture = desk.console.store.read(move |conn| Ok::<_, PageError>(Picture::of(conn, business, now_us)?)).await?;
    let t = &visitor.t;
    let row = |(name, by): (&str, Option<By>)| (t.of("measured-name", name), labels::measured(t, by));
    Ok(picture.on(channel_of(known)).named().map(row).into())
}
