//! People: inviting, roles, fresh links, letting go.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::super::visitor::Visitor;
use super::{Fresh, Word, change, draw};
use crate::access::{Invitation, Member, Role, UserId, link, member};

/// A person in the list.
pub(super) struct PersonRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) login: String,
    /// Invited, but never chose a password.
    pub(super) waiting: bool,
    /// The visitor themself: nobody changes their own role by mistake.
    pub(super) is_me: bool,
    pub(super) role: String,
    pub(super) roles: Vec<Word>,
}

/// Whom to invite.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Guest {
    login: String,
    name: String,
    role: String,
}

/// As what.
#[derive(Deserialize)]
pub(in crate::console::pages) struct AsWhat {
    role: String,
}

/// All members.
pub(super) async fn rows(desk: &Desk, visitor: &Visitor) -> Result<Vec<PersonRow>, PageError> {
    let business = visitor.business.id;
    let members = desk.console.store.read(move |conn| Ok::<_, PageError>(member::all(conn, business)?)).await?;
    let row = |Member { user, role, .. }: Member| PersonRow {
        is_me: user.id == visitor.signed_in.user,
        id: user.id.to_string(),
        name: user.name.to_string(),
        login: user.login.to_string(),
        waiting: !user.has_password,
        role: visitor.t.of("role", role.as_str()),
        roles: roles(visitor, Some(role)),
    };
    Ok(members.into_iter().map(row).collect())
}

/// All roles; the one somebody has is chosen.
pub(super) fn roles(visitor: &Visitor, has: Option<Role>) -> Vec<Word> {
    let chosen = has.unwrap_or(Role::Manager);
    let word = |role: &Role| Word { value: role.as_str(), label: visitor.t.of("role", role.as_str()), chosen: *role == chosen };
    Role::ALL.iter().map(word).collect()
}

/// `POST /settings/people`: invites, and shows the link once.
pub(in crate::console::pages) async fn invite(State(desk): State<Desk>, posted: Posted<Guest>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let name = if form.name.trim().is_empty() { &form.login } else { &form.name };
    let invitation = Invitation { login: form.login.parse()?, name: name.parse()?, role: form.role.parse()? };
    let (scope, now_us) = (visitor.scope, visitor.now_us);
    let invited =
        desk.console.store.read(move |conn| Ok::<_, PageError>(member::invite(conn, &scope, &invitation, now_us, &mut rand::rng())?));
    let (changes, user) = invited.await?;
    for decided in &changes {
        change(&desk, &visitor, decided).await?;
    }
    with_link(&desk, &visitor, user).await
}

/// `POST /settings/people/{id}/link`: another link, for who lost the first.
pub(in crate::console::pages) async fn new_link(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    with_link(&desk, &posted.visitor, id.parse()?).await
}

/// `POST /settings/people/{id}/role`
pub(in crate::console::pages) async fn set_role(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<AsWhat>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let (user, role): (UserId, Role) = (id.parse()?, form.role.parse()?);
    let (scope, now_us) = (visitor.scope, visitor.now_us);
    let decided = desk.console.store.read(move |conn| Ok::<_, PageError>(member::set_role(conn, &scope, user, role, now_us)?)).await?;
    change(&desk, &visitor, &decided).await?;
    Ok(Redirect::to("/settings#people").into_response())
}

/// `POST /settings/people/{id}/remove`
pub(in crate::console::pages) async fn remove(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    let (user, scope, now_us): (UserId, _, _) = (id.parse()?, visitor.scope, visitor.now_us);
    let decided = desk.console.store.read(move |conn| Ok::<_, PageError>(member::remove(conn, &scope, user, now_us)?)).await?;
    change(&desk, &visitor, &decided).await?;
    Ok(Redirect::to("/settings#people").into_response())
}

async fn with_link(desk: &Desk, visitor: &Visitor, user: UserId) -> Result<Response, PageError> {
    let (scope, who, now_us) = (visitor.scope, visitor.signed_in.who(), visitor.now_us);
    let issued = desk.console.store.write(move |tx| Ok::<_, PageError>(link::issue(tx, &scope, who, user, now_us, &mut rand::rng())?));
    let secret = format!("{}/welcome/{}", visitor.origin, issued.await?.reveal());
    let fresh = Fresh { title: visitor.t.say("link-fresh"), secret, note: visitor.t.say("link-fresh-note") };
    draw(desk, visitor, Some(fresh)).await
}
