//! «Подключения»: what is plugged in and how it does, and plugging in something new.
//!
//! A token is on the page that answers its making and nowhere else, so those forms answer with the page itself.
//!
//! * `one` – a connection: settings, secrets, URL · `bitrix24` – a portal and what we may do there · `health` – how it fares · `forwards` – what its bot did not take · `steps` – what to do with a fresh URL · `trial` – a test
//! * `complete` – what events lack

pub(super) mod bitrix24;
mod complete;
pub(super) mod forwards;
pub(super) mod health;
pub(super) mod one;
mod steps;
pub(super) mod trial;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::form::Posted;
use super::frame::{Frame, Section, framed, page};
use super::visitor::Visitor;
use crate::access::connection::{self, Connection, Draft};
use crate::access::connection_health::Health;
use crate::access::{
    Action, Change, ConnectionId, ConnectionKind, Name, Origin, Secret, SecretName, Settings, connection_health, connection_secrets,
};
use crate::event::when::DAY_US;
use crate::journal::forwards as deferred;
use crate::upstream::Address;
use steps::Steps;

/// A connection in the list.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) state: &'static str,
    pub(super) word: String,
    pub(super) used: String,
    pub(super) day: Option<String>,
    pub(super) gone: bool,
}

/// A kind to choose.
struct Kind {
    value: &'static str,
    label: String,
    hint: String,
    chosen: bool,
}

/// Kinds that belong together.
struct Group {
    title: String,
    kinds: Vec<Kind>,
}

#[derive(Template)]
#[template(path = "connections/list.html")]
struct ListPage {
    f: Frame,
    fresh: Option<Steps>,
    rows: Vec<Row>,
    groups: Vec<Group>,
    complete: Option<complete::Table>,
}

framed!(ListPage);

/// What the form of a new connection sends.
#[derive(Deserialize)]
pub(super) struct Wish {
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    upstream: String,
    #[serde(default)]
    forward: String,
    #[serde(default)]
    origins: String,
}

/// Kinds in the order in which an owner looks for them.
const GROUPS: [(&str, &[ConnectionKind]); 4] = [
    (
        "connection-group-channels",
        &[
            ConnectionKind::Telegram,
            ConnectionKind::Max,
            ConnectionKind::Whatsapp,
            ConnectionKind::Vk,
            ConnectionKind::Avito,
            ConnectionKind::Instagram,
            ConnectionKind::Site,
        ],
    ),
    ("connection-group-models", &[ConnectionKind::Openai, ConnectionKind::Gigachat, ConnectionKind::Anthropic]),
    ("connection-group-crm", &[ConnectionKind::Bitrix24, ConnectionKind::Yclients]),
    ("connection-group-other", &[ConnectionKind::Events, ConnectionKind::Hook, ConnectionKind::Http]),
];

/// `GET /settings/connections`
pub(super) async fn list(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::ManageConnections)?;
    draw(&desk, &visitor, None).await
}

/// `POST /settings/connections`
pub(super) async fn add(State(desk): State<Desk>, posted: Posted<Wish>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let kind = if form.kind.is_empty() { ConnectionKind::Events } else { form.kind.parse()? };
    let name: Name = form.name.parse()?;
    let settings = Settings { upstream: address(&form.upstream)?, origins: origins(&form.origins)?, ..Settings::default() };
    let draft = Draft { kind, name: name.clone(), settings };
    let (decided, token) = connection::add(&visitor.scope, draft, visitor.now_us, &mut rand::rng())?;
    let Change::ConnectionAdded { connection, .. } = decided else { return Err(PageError::Broken("not an addition".to_owned())) };
    let forward = form.forward.trim();
    if !forward.is_empty() {
        one::store(&desk, &visitor, connection, SecretName::Forward, Some(forward.to_owned())).await?;
    }
    change(&desk, &visitor, &decided).await?;
    let fresh = fresh(&visitor, kind, connection, &name, &token);
    draw(&desk, &visitor, Some(fresh)).await
}

/// What to do with a URL that was just made.
fn fresh(visitor: &Visitor, kind: ConnectionKind, id: ConnectionId, name: &Name, token: &Secret) -> Steps {
    Steps::of(&visitor.t, kind, (id, name.as_str()), &visitor.origin, token.reveal())
}

/// An address, or none where nothing was written.
fn address(text: &str) -> Result<Option<String>, PageError> {
    let wrong =
        crate::access::AccessError::Invalid { what: "upstream", rule: "https://host or https://host:port/path, without ? or password" };
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { text.parse::<Address>().map(|address| Some(address.into())).map_err(|_| wrong.into()) }
}

/// The pages of a site that has a chat, one after another.
fn origins(text: &str) -> Result<Vec<Origin>, PageError> {
    text.split([' ', ',', '\n', '\r', '\t']).filter(|word| !word.is_empty()).map(|word| Ok(word.parse()?)).collect()
}

async fn draw(desk: &Desk, visitor: &Visitor, fresh: Option<Steps>) -> Result<Response, PageError> {
    let business = visitor.business.id;
    let since_us = visitor.now_us - DAY_US;
    let (zone, now_us) = (visitor.clock().zone().clone(), visitor.now_us);
    let read = desk.console.store.read(move |conn| {
        let waiting = deferred::connections(conn, business)?;
        let complete = complete::read(conn, business, &zone, now_us)?;
        Ok::<_, PageError>((connection::all(conn, business)?, connection_health::since(conn, business, since_us)?, waiting, complete))
    });
    let (mut all, faring, waiting, complete) = read.await?;
    all.sort_by_key(|connection| connection.revoked_us.is_some());
    let t = &visitor.t;
    let kind = |kind: &ConnectionKind| Kind {
        value: kind.as_str(),
        label: t.of("connection-kind", kind.as_str()),
        hint: t.of("connection-kind-hint", kind.as_str()),
        chosen: *kind == ConnectionKind::Telegram,
    };
    let groups = GROUPS.iter().map(|(title, kinds)| Group { title: t.say(title), kinds: kinds.iter().map(kind).collect() });
    page(&ListPage {
        groups: groups.collect(),
        complete: complete::table(visitor, &complete),
        rows: all.iter().map(|known| row_of(visitor, known, faring.get(&known.id), waiting.contains(&known.id.to_string()))).collect(),
        f: Frame::new(desk, visitor, Section::Settings, t.say("connections-title")),
        fresh,
    })
}

/// A connection in a list.
pub(super) fn row_of(visitor: &Visitor, known: &Connection, faring: Option<&Health>, waiting: bool) -> Row {
    let (t, clock) = (&visitor.t, visitor.clock());
    let (state, word, day) = match known.revoked_us {
        Some(us) => ("", t.of("revoked-when", &clock.when(us)), None),
        None => health::brief(t, known, faring, waiting),
    };
    Row {
        id: known.id.to_string(),
        name: known.name.to_string(),
        kind: t.of("connection-kind", known.kind.as_str()),
        state,
        word,
        day,
        used: known.last_event_us.map_or_else(|| t.say("connection-silent"), |us| t.of("connection-last", &clock.when(us))),
        gone: known.revoked_us.is_some(),
    }
}

/// Seals a change and waits until it is in effect.
async fn change(desk: &Desk, visitor: &Visitor, change: &Change) -> Result<(), PageError> {
    desk.console.decide.change(visitor.by(), change, visitor.now_us).await?;
    Ok(())
}
