//! `GET /api/v1/reports`, `…/{id}`, `…/make/{kind}`: what was sent, as it was sent, and a report of any days.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::asked::{Asked, keys};
use super::error::ApiError;
use super::moments;
use crate::access::{Action, business};
use crate::console::Console;
use crate::console::report::{self, zone_of};
use crate::console::{period, report::Report};
use crate::journal::reports::timetable::{last_period, midnight_us};
use crate::journal::reports::{Kind, Letter, letters};

/// A year of weekly, monthly and daily ones in two languages is fewer.
const MOST: u32 = 1000;

#[derive(Serialize)]
struct LetterJson {
    id: i64,
    kind: Kind,
    period: String,
    language: String,
    made_at: String,
}

/// What was made to be sent, the newest first.
pub(super) async fn list(State(console): State<Arc<Console>>, asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let ready = asked.ready(&console).await?;
    let kept = console.store.read(move |conn| Ok::<_, ApiError>(letters::newest(conn, ready.business, MOST)?)).await?;
    let items: Vec<LetterJson> = kept.into_iter().map(letter_json).collect();
    Ok(ready.json(&serde_json::json!({ "items": items })))
}

/// One of them, as it was sent. An audit report names people of the staff: a key is nobody of them, so it is not for keys.
pub(super) async fn one(State(console): State<Arc<Console>>, asked: Asked, Path(id): Path<i64>) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let with_access = asked.scope.can(Action::ReadTrail);
    let ready = asked.ready(&console).await?;
    let keys = keys(&console, ready.business)?;
    let found = console.store.read(move |conn| Ok::<_, ApiError>(letters::open(conn, &keys, id)?)).await?;
    let readable = |letter: &Letter| letter.kind != Kind::Alert && (letter.kind != Kind::Audit || with_access);
    let (letter, words) = found.filter(|(letter, _)| readable(letter)).ok_or(ApiError::NoSuch("report"))?;
    Ok(written(letter.kind, Report { title: words.title, text: words.text, html: words.html }))
}

/// A report of any days; without them of the last week, month or day.
pub(super) async fn make(State(console): State<Arc<Console>>, Path(kind): Path<String>, mut asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let kind = kind.parse().ok().filter(|kind| *kind != Kind::Alert).ok_or(ApiError::NoSuch("report"))?;
    let (from, to, language) = (asked.text("from"), asked.text("to"), asked.text("language").unwrap_or_else(|| "ru".to_owned()));
    if !["ru", "en"].contains(&language.as_str()) {
        return Err(ApiError::Parameter { name: "language", rule: "ru or en" });
    }
    let with_access = asked.scope.can(Action::ReadTrail);
    let ready = asked.ready(&console).await?;
    let (now_us, reports, log) = ((console.now_us)(), Arc::clone(&console.reports), console.logs.of(ready.business));
    let made = console.store.read(move |conn| {
        let known = business::by_id(conn, ready.business)?.ok_or(ApiError::NoKeys)?;
        let zone = zone_of(&known.timezone);
        let span = last_period(kind, 1, &zone, now_us).map(|(from, to)| (midnight_us(from, &zone), midnight_us(to, &zone)));
        let moment = |text: Option<String>, name, default: Option<i64>| match text {
            Some(text) => period::moment(&text, &zone).ok_or(ApiError::Parameter { name, rule: "a date" }),
            None => default.ok_or(ApiError::Parameter { name, rule: "a date" }),
        };
        let from_us = moment(from, "from", span.map(|(from_us, _)| from_us))?;
        let to_us = moment(to, "to", span.map(|(_, to_us)| to_us))?;
        if from_us >= to_us {
            return Err(ApiError::Parameter { name: "to", rule: "after from" });
        }
        let asked = report::Asked { kind, language, from_us, to_us, with_access };
        reports.make(conn, &known, log.as_deref(), &asked, now_us).map_err(|e| ApiError::NotNow(e.to_string()))
    });
    Ok(written(kind, made.await?))
}

/// A page leaves as a file: its styles are its own, and no page of ours.
fn written(kind: Kind, made: Report) -> Response {
    let (content_type, ending, body) = match made.html {
        Some(html) => ("text/html; charset=utf-8", "html", html),
        None => ("text/plain; charset=utf-8", "txt", format!("{}\n", made.text)),
    };
    let name = format!("attachment; filename=\"letopis-{}.{ending}\"", kind.as_str());
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn letter_json(letter: Letter) -> LetterJson {
    let Letter { id, kind, period, language, made_us } = letter;
    LetterJson { id, kind, period, language, made_at: moments::rfc3339(made_us) }
}
