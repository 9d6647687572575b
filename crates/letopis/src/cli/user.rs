//! `letopis user`: people, and what they may do in a business.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{ControlError, OfBusiness, Result, Told, choose, chosen, decide};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::trail::Who;
use crate::access::{Invitation, Login, Member, Name, Role, Scope, Slug, User, link, member, user};
use crate::app::{App, now_us};

/// People.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Let somebody in; prints their one-time sign-in link.
    Invite(Invite),
    /// The people of a business.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// Give a member another role.
    Role(SetRole),
    /// Take a member's role in a business away.
    Remove(Person),
    /// Make another one-time sign-in link; earlier ones are void.
    Link(Person),
    /// Shut a person out everywhere.
    Disable(Person),
    /// Let a disabled person in again.
    Enable(Person),
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Invite {
    /// What they sign in with: an e-mail address or a word.
    login: String,
    /// owner, manager, marketer, integrator, compliance.
    #[arg(long)]
    role: Role,
    /// What they are called.
    #[arg(long)]
    name: Option<Name>,
    /// Where; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct SetRole {
    /// Who.
    login: String,
    /// owner, manager, marketer, integrator, compliance.
    role: Role,
    /// Where; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Person {
    /// Who.
    login: String,
    /// Where; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

impl Invite {
    /// The owner of the demo.
    pub(super) fn new(login: &str, role: Role, name: Name, business: Slug) -> Self {
        Self { login: login.to_owned(), role, name: Some(name), business: Some(business) }
    }
}

impl Person {
    /// Somebody in one business.
    pub(super) fn new(login: &str, business: Slug) -> Self {
        Self { login: login.to_owned(), business: Some(business) }
    }
}

pub(super) async fn run(house: &House, command: UserCommand, voice: Voice) -> anyhow::Result<()> {
    let (what, done): (_, Value) = match command {
        UserCommand::List { business } => {
            let all: Value = house.ask("user/list", &OfBusiness { business }).await?;
            voice.table(&all, &["login", "name", "role", "has_password", "since_us", "disabled_us", "id"]);
            return Ok(());
        }
        UserCommand::Invite(invite) => ("link", house.ask("user/invite", &invite).await?),
        UserCommand::Link(person) => ("link", house.ask("user/link", &person).await?),
        UserCommand::Role(set) => ("role", house.ask("user/role", &set).await?),
        UserCommand::Remove(person) => ("removed", house.ask("user/remove", &person).await?),
        UserCommand::Disable(person) => ("disabled", house.ask("user/disable", &person).await?),
        UserCommand::Enable(person) => ("enabled", house.ask("user/enable", &person).await?),
    };
    voice.say(&done, |done| match done[what].as_str() {
        Some(text) => out!("{text}"),
        None if what == "link" => out!("added; they sign in with their password as before"),
        None => out!("{what}"),
    });
    if done["link"].is_string() {
        voice.note(format_args!("the link works once, for 24 hours"));
    }
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/user/invite", post(invite))
        .route("/user/list", post(list))
        .route("/user/role", post(role))
        .route("/user/remove", post(remove))
        .route("/user/link", post(fresh_link))
        .route("/user/disable", post(disable))
        .route("/user/enable", post(enable))
}

async fn invite(State(app): State<Arc<App>>, Json(invite): Json<Invite>) -> Told<Value> {
    let login: Login = invite.login.parse()?;
    let name = invite.name.map_or_else(|| invite.login.parse(), Ok)?;
    let business = invite.business.clone();
    let invited = decide(&app, invite.business, move |conn, scope| {
        let before = user::by_login(conn, &login)?;
        let (changes, id) = member::invite(conn, scope, &Invitation { login, name, role: invite.role }, now_us(), &mut rand::rng())?;
        Ok((changes, id.to_string(), (id, before.is_some_and(|user| user.has_password))))
    });
    let (id, has_password) = invited.await?;
    let link = if has_password { None } else { Some(issue(&app, business, id).await?) };
    Ok(Json(json!({ "id": id.to_string(), "role": invite.role, "link": link })))
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Result<Json<Vec<Member>>> {
    let business = choose(&app, about.business).await?;
    Ok(Json(app.store.read(move |conn| member::all(conn, business.id)).await?))
}

async fn role(State(app): State<Arc<App>>, Json(set): Json<SetRole>) -> Told<Value> {
    let changed = decide(&app, set.business, move |conn, scope| {
        let id = known(conn, &set.login, scope)?.id;
        Ok((vec![member::set_role(conn, scope, id, set.role, now_us())?], id.to_string(), id))
    });
    Ok(Json(json!({ "id": changed.await?.to_string(), "role": set.role })))
}

async fn remove(State(app): State<Arc<App>>, Json(person): Json<Person>) -> Told<Value> {
    let removed = decide(&app, person.business, move |conn, scope| {
        let id = known(conn, &person.login, scope)?.id;
        Ok((vec![member::remove(conn, scope, id, now_us())?], id.to_string(), id))
    });
    Ok(Json(json!({ "id": removed.await?.to_string(), "removed": true })))
}

async fn fresh_link(State(app): State<Arc<App>>, Json(person): Json<Person>) -> Told<Value> {
    let (business, login) = (person.business.clone(), person.login);
    let id = app.store.read(move |conn| {
        let scope = Scope::local(chosen(conn, business.as_ref())?.id);
        Ok::<_, ControlError>(known(conn, &login, &scope)?.id)
    });
    let id = id.await?;
    Ok(Json(json!({ "id": id.to_string(), "link": issue(&app, person.business, id).await? })))
}

async fn disable(State(app): State<Arc<App>>, Json(person): Json<Person>) -> Told<Value> {
    set_enabled(&app, person, false).await
}

async fn enable(State(app): State<Arc<App>>, Json(person): Json<Person>) -> Told<Value> {
    set_enabled(&app, person, true).await
}

async fn set_enabled(app: &App, person: Person, enabled: bool) -> Told<Value> {
    let set = decide(app, person.business, move |conn, scope| {
        let id = known(conn, &person.login, scope)?.id;
        Ok((vec![user::set_enabled(conn, scope, id, enabled, now_us())?], id.to_string(), id))
    });
    Ok(Json(json!({ "id": set.await?.to_string(), "enabled": enabled })))
}

/// A one-time link, as a URL of this server.
async fn issue(app: &App, business: Option<Slug>, user: crate::access::UserId) -> Result<String> {
    let business = choose(app, business).await?;
    let scope = Scope::local(business.id);
    let link = app.store.write(move |tx| link::issue(tx, &scope, Who::Local, user, now_us(), &mut rand::rng())).await?;
    Ok(format!("{}/welcome/{}", app.base_url(), link.reveal()))
}

/// The person of that login.
fn known(conn: &Connection, login: &str, scope: &Scope) -> Result<User> {
    let login: Login = login.parse()?;
    let business = crate::access::business::by_id(conn, scope.business())?;
    let found = user::by_login(conn, &login)?;
    found.ok_or_else(|| match business {
        Some(business) => ControlError::Unknown { what: "user", name: "of that login".to_owned(), business: business.slug },
        None => ControlError::Which(String::new()),
    })
}
