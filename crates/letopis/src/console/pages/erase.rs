//! Erasing a client: what would go, counted; why; and a word typed by hand, because it cannot be undone.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Desk;
use super::client;
use super::error::PageError;
use super::form::Posted;
use super::frame::{Frame, Section, framed, page};
use super::visitor::Visitor;
use super::who::{self, Who};
use crate::access::Action;
use crate::access::trail::What;
use crate::event::record::{Basis, Decision};
use crate::journal::extent::{self, Extent};
use crate::journal::{acts, erasing, reading};

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    basis: String,
    request: String,
    word: String,
}

/// A ground, as it is offered.
struct Ground {
    value: &'static str,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "acts/erase.html")]
struct ErasePage {
    f: Frame,
    who: Who,
    url: String,
    counts: Vec<(String, String)>,
    /// Others who share an identity or a conversation with them.
    shared: Option<String>,
    grounds: Vec<Ground>,
    request: String,
    /// Which word is to be typed.
    confirm: String,
    /// What is wrong with what was typed.
    problem: Option<String>,
}

framed!(ErasePage);

/// `GET /clients/{pid}/erase`
pub(super) async fn ask(State(desk): State<Desk>, visitor: Visitor, Path(pid): Path<String>) -> Result<Response, PageError> {
    form(&desk, &visitor, pid, &Typed::default(), None).await
}

/// `POST /clients/{pid}/erase`
pub(super) async fn carry_out(State(desk): State<Desk>, Path(pid): Path<String>, posted: Posted<Typed>) -> Result<Response, PageError> {
    let Posted { visitor, form: typed } = posted;
    visitor.require(Action::Erase)?;
    let basis: Option<Basis> = typed.basis.parse().ok();
    let problem = match basis {
        None => Some("erase-which-ground"),
        Some(_) if erasing::check_request(&typed.request).is_err() => Some("erase-request-wrong"),
        Some(_) if typed.word.trim().to_lowercase() != visitor.t.say("erase-word").to_lowercase() => Some("erase-word-wrong"),
        Some(_) => None,
    };
    let (Some(basis), None) = (basis, problem) else { return form(&desk, &visitor, pid, &typed, problem).await };
    let business = visitor.business.id;
    let known = pid.clone();
    let root = desk.console.store.read(move |conn| Ok::<_, PageError>(reading::client(conn, business, &known)?)).await?;
    let client = root.ok_or(PageError::NotFound)?.client.pid;
    let decision = Decision::ClientErased { client: client.clone(), basis, request: typed.request.trim().to_owned() };
    desk.console.decide.decide(business, visitor.by(), decision, visitor.now_us).await?;
    desk.looked.at(&desk.console.store, &visitor, What::Changed, &format!("erased {client}"));
    let act = desk.console.store.read(move |conn| Ok::<_, PageError>(acts::erasing(conn, business, &client)?)).await?;
    let to = act.map_or_else(|| "/acts".to_owned(), |act| super::acts::url(act.index()));
    Ok(Redirect::to(&to).into_response())
}

async fn form(desk: &Desk, visitor: &Visitor, pid: String, typed: &Typed, problem: Option<&str>) -> Result<Response, PageError> {
    visitor.require(Action::Erase)?;
    let (business, keys) = (visitor.business.id, desk.keys(visitor.business.id)?);
    let found = desk.console.store.read(move |conn| {
        let detail = reading::client(conn, business, &pid)?.ok_or(PageError::NotFound)?;
        let extent = extent::of_client(conn, &keys, &detail.client.pid)?.ok_or(PageError::NotFound)?;
        Ok::<_, PageError>((detail.client, extent))
    });
    let (client, extent) = found.await?;
    let t = &visitor.t;
    let shared = extent.shared > 0 || !extent.alike.is_empty();
    let grounds = Basis::ALL.map(|basis| Ground {
        value: basis.as_str(),
        label: t.of("basis", basis.as_str()),
        chosen: typed.basis == basis.as_str(),
    });
    let drawn = ErasePage {
        f: Frame::new(desk, visitor, Section::Journal, t.say("erase-title")),
        who: who::of_client(t, &client),
        url: client::url(&client.pid),
        counts: counts(visitor, &extent),
        shared: shared.then(|| t.say("erase-shared")),
        grounds: grounds.into(),
        request: typed.request.clone(),
        confirm: t.of("erase-type", &t.say("erase-word")),
        problem: problem.map(|key| t.say(key)),
    };
    let mut response = page(&drawn)?;
    if problem.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn counts(visitor: &Visitor, extent: &Extent) -> Vec<(String, String)> {
    let (t, clock) = (&visitor.t, visitor.clock());
    let mut counts = vec![
        (t.say("erase-records"), extent.records.len().to_string()),
        (t.say("erase-conversations"), extent.sessions.to_string()),
        (t.say("erase-identities"), extent.marks.len().to_string()),
        (t.say("erase-quarantined"), extent.quarantined.len().to_string()),
    ];
    if let Some((first_us, last_us)) = extent.first_us.zip(extent.last_us) {
        counts.push((t.say("erase-since"), format!("{} – {}", clock.day(first_us), clock.day(last_us))));
    }
    counts
}
