//! Settings: the firm, keys for programs, connections, people, and how to connect.
//!
//! Everybody sees the parts their role may change. A secret is on the page that answers its creation and nowhere else, so those forms answer with
//! the page itself and not with a redirect.
//!
//! * `keys` · `people` · `company` · `outside` – one part each: what is shown, and its forms · `models`, `facts`, `norms`, `retention`, `trail` – pages of their own

pub(super) mod company;
pub(super) mod facts;
pub(super) mod keys;
pub(super) mod models;
pub(super) mod norms;
pub(super) mod outside;
pub(super) mod people;
pub(super) mod retention;
pub(super) mod trail;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, framed, page};
use super::hello;
use super::visitor::Visitor;
use crate::access::{Action, Change, connection};
use company::Company;
use keys::KeyRow;
use outside::Outside;
use people::PersonRow;

/// A word with its label, for select boxes.
struct Word {
    value: &'static str,
    label: String,
    chosen: bool,
}

/// A secret that was just made.
struct Fresh {
    title: String,
    secret: String,
    note: String,
}

#[derive(Template)]
#[template(path = "settings/settings.html")]
struct SettingsPage {
    f: Frame,
    fresh: Option<Fresh>,
    company: Option<Company>,
    keys: Option<Vec<KeyRow>>,
    key_roles: Vec<Word>,
    /// How many work.
    connections: Option<i64>,
    people: Option<Vec<PersonRow>>,
    outside: Option<Outside>,
    roles: Vec<Word>,
    sees_start: bool,
    sees_retention: bool,
    sets: bool,
    command: String,
    hook_command: String,
    reads_acts: bool,
    reads_trail: bool,
}

framed!(SettingsPage);

/// `GET /settings`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    draw(&desk, &visitor, None).await
}

/// The page, with a fresh secret on it if there is one.
async fn draw(desk: &Desk, visitor: &Visitor, fresh: Option<Fresh>) -> Result<Response, PageError> {
    let scope = &visitor.scope;
    let keys = if scope.can(Action::ManageKeys) { Some(keys::rows(desk, visitor).await?) } else { None };
    let connections = if scope.can(Action::ManageConnections) { Some(working(desk, visitor).await?) } else { None };
    let people = if scope.can(Action::ManageMembers) { Some(people::rows(desk, visitor).await?) } else { None };
    let outside = if scope.can(Action::ManageSettings) { Some(Outside::of(desk, visitor).await?) } else { None };
    page(&SettingsPage {
        f: Frame::new(desk, visitor, Section::Settings, visitor.t.say("nav-settings")),
        company: scope.can(Action::ManageSettings).then(|| Company::of(visitor)),
        key_roles: keys::roles(visitor),
        roles: people::roles(visitor, None),
        sets: scope.can(Action::ManageSettings),
        sees_start: super::start::may_look(visitor),
        sees_retention: scope.can(Action::ManageSettings) || scope.can(Action::Erase),
        command: hello::command(visitor),
        hook_command: format!("{}/hooks/…", visitor.origin),
        reads_acts: scope.can(Action::ReadActs),
        reads_trail: scope.can(Action::ReadTrail),
        fresh,
        keys,
        connections,
        people,
        outside,
    })
}

/// How many connections work.
async fn working(desk: &Desk, visitor: &Visitor) -> Result<i64, PageError> {
    let business = visitor.business.id;
    let all = desk.console.store.read(move |conn| Ok::<_, PageError>(connection::all(conn, business)?)).await?;
    Ok(all.iter().filter(|known| known.revoked_us.is_none()).count() as i64)
}

/// Seals a change and waits until it is in effect.
async fn change(desk: &Desk, visitor: &Visitor, change: &Change) -> Result<(), PageError> {
    desk.console.decide.change(visitor.by(), change, visitor.now_us).await?;
    Ok(())
}
