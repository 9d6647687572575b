//! API keys: made here, shown once, revoked here.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::super::visitor::Visitor;
use super::{Fresh, Word, change, draw};
use crate::access::{KeyId, KeyRole, Name, key};

/// A key in the list.
pub(super) struct KeyRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) used: String,
    pub(super) revoked: Option<String>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Wish {
    name: String,
    role: String,
}

/// All keys, those that work first.
pub(super) async fn rows(desk: &Desk, visitor: &Visitor) -> Result<Vec<KeyRow>, PageError> {
    let business = visitor.business.id;
    let mut keys = desk.console.store.read(move |conn| Ok::<_, PageError>(key::all(conn, business)?)).await?;
    keys.sort_by_key(|key| key.revoked_us.is_some());
    let (t, clock) = (&visitor.t, visitor.clock());
    let row = |key: key::Key| KeyRow {
        id: key.id.to_string(),
        name: key.name.to_string(),
        role: t.of("key-role", key.role.as_str()),
        used: key.last_used_us.map_or_else(|| t.say("key-never-used"), |us| t.of("key-used", &clock.when(us))),
        revoked: key.revoked_us.map(|us| t.of("revoked-when", &clock.when(us))),
    };
    Ok(keys.into_iter().map(row).collect())
}

/// The roles that this person may hand out.
pub(super) fn roles(visitor: &Visitor) -> Vec<Word> {
    let may = KeyRole::ALL.iter().filter(|role| visitor.scope.covers(**role));
    may.map(|role| Word { value: role.as_str(), label: visitor.t.of("key-role", role.as_str()), chosen: false }).collect()
}

/// `POST /settings/keys`
pub(in crate::console::pages) async fn create(State(desk): State<Desk>, posted: Posted<Wish>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let (role, name): (KeyRole, Name) = (form.role.parse()?, form.name.parse()?);
    let (decided, secret) = key::create(&visitor.scope, role, name.clone(), visitor.now_us, &mut rand::rng())?;
    change(&desk, &visitor, &decided).await?;
    let t = &visitor.t;
    let fresh = Fresh { title: t.of("key-fresh", name.as_str()), secret: secret.reveal().to_owned(), note: t.say("fresh-once") };
    draw(&desk, &visitor, Some(fresh)).await
}

/// `POST /settings/keys/{id}/revoke`
pub(in crate::console::pages) async fn revoke(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    let (id, scope, now_us): (KeyId, _, _) = (id.parse()?, visitor.scope, visitor.now_us);
    let decided = desk.console.store.read(move |conn| Ok::<_, PageError>(key::revoke(conn, &scope, id, now_us)?)).await?;
    change(&desk, &visitor, &decided).await?;
    Ok(Redirect::to("/settings#keys").into_response())
}
