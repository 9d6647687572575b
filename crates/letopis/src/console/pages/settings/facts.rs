//! «Прайс и часы работы»: what the business says of itself, against which the assistant's answers are held.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::frame::{Frame, Section, framed, page};
use super::super::visitor::Visitor;
use crate::access::{AccessError, Action};
use crate::event::record::Decision;
use crate::journal::facts::Facts;
use crate::journal::{known, reviews};

#[derive(Template)]
#[template(path = "settings/facts.html")]
struct FactsPage {
    f: Frame,
    services: String,
    hours: String,
    faq: String,
    complete: bool,
    /// What was read, in short.
    read: Option<String>,
    /// Why nothing was saved.
    problem: Option<String>,
}

framed!(FactsPage);

/// As they are typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console::pages) struct Typed {
    services: String,
    hours: String,
    faq: String,
    complete: String,
}

/// `GET /settings/facts`
pub(in crate::console::pages) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::ManageSettings)?;
    let business = visitor.business.id;
    let settled = desk.console.store.read(move |conn| Ok::<_, PageError>(reviews::facts(conn, business)?)).await?;
    let t = &visitor.t;
    let read = settled.as_ref().map(|(facts, _)| t.count("facts-read", facts.services.len() as i64));
    let (facts, _) = settled.unwrap_or_else(|| (Facts::default(), crate::event::RecordNo::new(business, 0)));
    page(&FactsPage {
        f: Frame::new(&desk, &visitor, Section::Settings, t.say("facts-title")),
        services: facts.text(),
        faq: facts.faq_text(),
        hours: facts.week.map(|week| week.text()).unwrap_or_default(),
        complete: facts.complete,
        read,
        problem: None,
    })
}

/// `POST /settings/facts`: sealed, and what was answered in the last week is held against it at once.
pub(in crate::console::pages) async fn set(State(desk): State<Desk>, posted: Posted<Typed>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let read = Facts::read(&form.services, &form.hours, !form.complete.is_empty());
    let facts = match read.and_then(|facts| facts.with_faq(&form.faq)) {
        Ok(facts) => facts,
        Err(unreadable) => {
            let t = &visitor.t;
            return page(&FactsPage {
                f: Frame::new(&desk, &visitor, Section::Settings, t.say("facts-title")),
                problem: Some(t.with(unreadable.key(), &[("line", (unreadable.line() as i64).into())])),
                services: form.services,
                faq: form.faq,
                hours: form.hours,
                complete: !form.complete.is_empty(),
                read: None,
            });
        }
    };
    let value = serde_json::to_value(&facts).map_err(|e| PageError::Broken(e.to_string()))?;
    let decision = Decision::KnownSet { what: known::FACTS.to_owned(), value };
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    desk.console.reviews.check_facts(&visitor.business, visitor.by()).await.map_err(|e| {
        tracing::warn!(error = %e, "answers were not held against the new list, the next minute does it");
        PageError::Access(AccessError::Invalid { what: "facts", rule: "saved; answers are held against it within a minute" })
    })?;
    Ok(Redirect::to("/settings/facts").into_response())
}
