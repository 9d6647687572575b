//! Pages inside a CRM's portal: the client's conversations in a card, counts in the menu, and the page that ends an installation.
//!
//! They alone may be framed, and by that portal only. There is no cookie and no session here: the portal has just said that this employee may
//! see this card, and what follows from that (an older page of the same list) is a sealed link that lasts a quarter of an hour.
//!
//! * `card` – conversations · `board` – counts · `pass` – the link · `installed` – installation

mod board;
mod card;
mod installed;
mod pass;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, whole};
use super::language::Language;
use super::look::{Look, Theme};
use crate::access::portal_visit::{Refused, Unseen};
use crate::console::portals::Posted;
use askama::Template;

/// A form of the portal's is a few kilobytes.
const BODY_BYTES: usize = 64 << 10;

/// The portal that may frame an answer, for [`super::headers`].
#[derive(Clone)]
pub(super) struct Framed(pub(super) String);

#[derive(Template)]
#[template(path = "portal/refused.html")]
struct RefusedPage {
    f: Frame,
    says: String,
}

/// Their routes.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/bitrix24/{token}/install", post(installed::install))
        .route("/bitrix24/{token}/card", post(open))
        .route("/inside/{pass}", get(card::older))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// `POST /bitrix24/{token}/card`
async fn open(State(desk): State<Desk>, Path(token): Path<String>, RawQuery(query): RawQuery, body: Bytes) -> Result<Response, PageError> {
    let posted = Posted { token, query: query.unwrap_or_default(), body };
    let visit = match desk.console.portals.visit(posted).await {
        Ok(visit) => visit,
        Err(refused) => return refusal(&desk, refused),
    };
    let drawn = if visit.cards.is_empty() { board::draw(&desk, &visit).await? } else { card::draw(&desk, &visit).await? };
    Ok(framed(drawn, &visit.portal))
}

/// Why nothing is shown, in a page that the portal may show if it is one.
fn refusal(desk: &Desk, refused: Refused) -> Result<Response, PageError> {
    let f = Frame::for_guest(desk, look(&refused.language), "inside-title");
    let says = f.of("inside-refused", refused.why.as_str());
    let mut response = whole(&RefusedPage { f, says })?;
    *response.status_mut() = match refused.why {
        Unseen::Unknown => StatusCode::NOT_FOUND,
        Unseen::Unreadable => StatusCode::BAD_REQUEST,
        Unseen::NotInstalled => StatusCode::CONFLICT,
        Unseen::Silent => StatusCode::SERVICE_UNAVAILABLE,
        Unseen::Stranger | Unseen::OtherPortal | Unseen::OtherApp | Unseen::NoRight | Unseen::Stale => StatusCode::FORBIDDEN,
    };
    Ok(match refused.portal {
        Some(portal) => framed(response, &portal),
        None => response,
    })
}

fn framed(mut response: Response, portal: &str) -> Response {
    response.extensions_mut().insert(Framed(portal.to_owned()));
    response
}

/// What the portal's language says; a portal has no theme that we are told.
fn look(language: &str) -> Look {
    Look { language: if language == "en" { Language::En } else { Language::Ru }, theme: Theme::Auto }
}

/// An answer to an event: nobody reads it.
fn heard() -> Response {
    ([(axum::http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], "{}").into_response()
}
