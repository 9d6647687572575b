//! Saved views: a question of numbers, journal, calls or promises under a name, for oneself or for everybody in the business.
//!
//! A view is an address of ours with the filters that may stand in it; words that somebody searched for are never kept, and nothing that looks
//! like a phone or an address, because a view outlives every client. Both sorts are sealed settings (`view/…`): so they are in backups and
//! come back after a rebuild. Whoever saved one takes it away; a shared one also whoever sets up the business.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use rand::Rng;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Desk;
use super::error::PageError;
use super::form::{Nothing, Posted};
use super::frame::{in_query, safe_back};
use super::visitor::Visitor;
use crate::access::{AccessError, Action, Scope, UserId};
use crate::event::record::Decision;
use crate::event::{BusinessId, phones_in};
use crate::journal::known;
use crate::privacy::mask::{Care, Known};

/// Pages whose questions can be saved.
const PAGES: [&str; 5] = ["/numbers", "/journal", "/journal/events", "/lost", "/promises"];
/// What is no part of a question: words that were searched for, and where a page began.
const DROPPED: [&str; 6] = ["q", "cursor", "after", "back", "lang", "period_name"];
const NAME_CHARS: usize = 40;
const PAIRS: usize = 14;
const VALUE_CHARS: usize = 120;
/// Of one person, shared ones included.
const MOST: usize = 30;

/// A view as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) id: String,
    pub(super) name: String,
    /// Where it leads.
    pub(super) at: String,
    pub(super) shared: bool,
    /// Whether this person may take it away.
    pub(super) mine: bool,
}

/// As it is sealed.
#[derive(Serialize, Deserialize)]
struct Stored {
    name: String,
    at: String,
    owner: String,
    shared: bool,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Wish {
    name: String,
    at: String,
    #[serde(default)]
    shared: String,
}

/// Those that a person sees: their own, and what others share.
pub(super) fn of(conn: &Connection, business: BusinessId, user: UserId, scope: &Scope) -> rusqlite::Result<Vec<View>> {
    let (owner, sets) = (user.to_string(), scope.can(Action::ManageSettings));
    let all = known::under(conn, business, known::VIEW)?.into_iter().filter_map(|known| {
        let stored: Stored = serde_json::from_str(&known.value).ok()?;
        let mine = stored.owner == owner;
        let view = View { id: known.name, name: stored.name, at: stored.at, shared: stored.shared, mine: mine || stored.shared && sets };
        ((mine || stored.shared) && scope.can(shown_by(&view.at))).then_some(view)
    });
    Ok(all.collect())
}

/// What one must be allowed to see the page of a view.
fn shown_by(at: &str) -> Action {
    if at.starts_with("/numbers") { Action::ReadNumbers } else { Action::ReadJournal }
}

/// The question of an address, without what is never kept; none where there is none, or it cannot be saved.
pub(super) fn question(here: &str) -> Option<String> {
    let (path, query) = here.split_once('?')?;
    if !PAGES.contains(&path) {
        return None;
    }
    let pairs =
        url::form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| !value.is_empty() && !DROPPED.contains(&name.as_ref()));
    let pairs: Vec<(String, String)> = pairs.take(PAIRS).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let is_name = |name: &str| (1..=20).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let is_value = |value: &str| value.chars().count() <= VALUE_CHARS && !names_somebody(value);
    let is_fine = !pairs.is_empty() && pairs.iter().all(|(name, value)| is_name(name) && is_value(value));
    let query = pairs.iter().map(|(name, value)| format!("{name}={}", in_query(value))).collect::<Vec<_>>().join("&");
    is_fine.then(|| format!("{path}?{query}"))
}

fn names_somebody(text: &str) -> bool {
    text.contains('@') || !phones_in(text).is_empty()
}

/// `POST /views`
pub(super) async fn save(State(desk): State<Desk>, posted: Posted<Wish>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let wrong = |rule| PageError::Access(AccessError::Invalid { what: "view", rule });
    let name = form.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if !(1..=NAME_CHARS).contains(&name.chars().count()) {
        return Err(wrong("a name of up to 40 characters"));
    }
    let finds_person = !desk.masker().find(&name, &Known::default(), Care::Sure).is_empty();
    if names_somebody(&name) || finds_person {
        return Err(wrong("a name without persons, phones and addresses: views outlive clients"));
    }
    let at = question(&form.at).ok_or_else(|| wrong("a page with filters that can be kept"))?;
    if visitor.views.len() >= MOST {
        return Err(wrong("thirty are enough: take one away first"));
    }
    visitor.require(shown_by(&at))?;
    let shared = !form.shared.is_empty() && visitor.scope.can(Action::ReadNumbers);
    let stored = Stored { name, at: at.clone(), owner: visitor.signed_in.user.to_string(), shared };
    keep(&desk, &visitor, &format!("v_{:08x}", rand::rng().next_u32()), json!(stored)).await?;
    Ok(Redirect::to(safe_back(&at)).into_response())
}

/// `POST /views/{id}/remove`
pub(super) async fn remove(State(desk): State<Desk>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let visitor = posted.visitor;
    let view = visitor.views.iter().find(|view| view.id == id).ok_or(PageError::NotFound)?;
    if !view.mine {
        visitor.require(Action::ManageSettings)?;
    }
    let back = view.at.split('?').next().unwrap_or("/").to_owned();
    keep(&desk, &visitor, &id, Value::Null).await?;
    Ok(Redirect::to(safe_back(&back)).into_response())
}

async fn keep(desk: &Desk, visitor: &Visitor, id: &str, value: Value) -> Result<(), PageError> {
    let decision = Decision::KnownSet { what: format!("{}{id}", known::VIEW), value };
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_kept_and_what_names_somebody_is_not() {
        assert_eq!(question("/numbers?period=week&channel=vk&compare="), Some("/numbers?period=week&channel=vk".into()));
        assert_eq!(question("/journal?outcome=lead&q=%D0%98%D0%B2%D0%B0%D0%BD&cursor=x"), Some("/journal?outcome=lead".into()));
        let odd = [
            "/journal",
            "/journal?q=x",
            "/numbers?intent=+7+921+555-01-01",
            "/numbers?intent=a%40b.ru",
            "/clients/1?a=b",
            "//evil/numbers?a=b",
        ];
        for here in odd.into_iter().chain(["/numbers?A=b", "https://evil.example/numbers?a=b"]) {
            assert_eq!(question(here), None, "{here}");
        }
        assert_eq!(question(&format!("/numbers?intent={}", "x".repeat(121))), None);
    }
}
