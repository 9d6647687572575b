//! A version is put, or made the one that answers: sealed, and seen on every chart.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::visitor::Visitor;
use super::{Typed, list, url};
use crate::access::Action;
use crate::console::registry::{Registry, RegistryError, Wish};

/// Which version.
#[derive(Debug, Deserialize)]
pub(in crate::console::pages) struct Chosen {
    version: String,
}

/// `POST /scenarios`
pub(in crate::console::pages) async fn put(State(desk): State<Desk>, posted: Posted<Typed>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    let wish = Wish {
        name: form.name.clone(),
        version: Some(form.version.clone()),
        // A browser sends CR LF; a bot's prompt has line feeds, and a digest of its own.
        text: form.text.replace("\r\n", "\n"),
        comment: form.comment.clone(),
        activate: !form.activate.is_empty(),
    };
    let name = wish.name.trim().to_owned();
    let refused = match hand(&desk, &visitor).put(wish).await {
        Ok(_) => return Ok(Redirect::to(&url(&name)).into_response()),
        Err(refused) => refused,
    };
    let key = match refused {
        RegistryError::Wrong(rule) => match rule.split(':').next() {
            Some("name") => "scenario-wrong-name",
            Some("version") => "scenario-wrong-version",
            Some("comment") => "scenario-wrong-comment",
            _ => "scenario-wrong-text",
        },
        RegistryError::Taken => "scenario-taken",
        RegistryError::NamesClient => "scenario-names-client",
        other => return Err(other.into()),
    };
    let problem = visitor.t.say(key);
    list(&desk, &visitor, form, Some(problem)).await
}

/// `POST /scenarios/{name}/activate`
pub(in crate::console::pages) async fn activate(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    posted: Posted<Chosen>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    hand(&desk, &visitor).activate(&name, &form.version).await?;
    Ok(Redirect::to(&url(&name)).into_response())
}

fn hand<'a>(desk: &'a Desk, visitor: &'a Visitor) -> Registry<'a> {
    let (store, decide) = (&desk.console.store, &desk.console.decide);
    Registry { store, decide, business: visitor.business.id, by: visitor.by(), now_us: visitor.now_us }
}

impl From<RegistryError> for PageError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Unknown => Self::NotFound,
            RegistryError::Store(e) => e.into(),
            RegistryError::Decide(e) => e.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}
