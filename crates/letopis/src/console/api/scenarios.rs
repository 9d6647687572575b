//! `/api/v1/scenarios`: versions of scenarios and prompts, how they did, and the one that a bot is to use now.
//!
//! `GET …/{name}/active` is asked by bots before every conversation, so it reads two rows and answers 304 where nothing changed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::asked::Asked;
use super::error::ApiError;
use super::moments::rfc3339;
use crate::access::Action;
use crate::console::Console;
use crate::console::registry::{Done, Registry, RegistryError, Wish};
use crate::journal::scenarios::{self, Active, Served};
use crate::metrics::rate::Rate;
use crate::metrics::registry::{self, Entry, Line};

#[derive(Serialize)]
struct ActiveJson {
    version: String,
    since: String,
    by: String,
}

#[derive(Serialize)]
struct EntryJson {
    name: String,
    active: Option<ActiveJson>,
    versions: Vec<VersionJson>,
}

/// A version with how it did: conversations with a booking, of all that count.
#[derive(Serialize)]
struct VersionJson {
    version: String,
    active: bool,
    put_at: Option<String>,
    put_by: Option<String>,
    comment: Option<String>,
    digest: Option<String>,
    first_seen_at: Option<String>,
    last_seen_at: Option<String>,
    booked: Rate,
}

#[derive(Serialize)]
struct TextJson {
    name: String,
    version: String,
    since: Option<String>,
    digest: String,
    text: String,
}

/// What is put.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutJson {
    #[serde(default)]
    version: Option<String>,
    /// A text, or any JSON.
    text: serde_json::Value,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    activate: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivateJson {
    version: String,
}

/// All of them.
pub(super) async fn list(State(console): State<Arc<Console>>, asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let ready = asked.ready(&console).await?;
    let all = console.store.read(move |conn| Ok::<_, ApiError>(registry::registry(conn, ready.business)?)).await?;
    let entries: Vec<EntryJson> = all.entries.into_iter().map(EntryJson::of).collect();
    let lines = |lines: Vec<Line>| lines.into_iter().map(|line| VersionJson::of(line, None)).collect::<Vec<_>>();
    Ok(ready.json(&serde_json::json!({ "items": entries, "prompts": lines(all.prompts), "models": lines(all.models) })))
}

/// One, with its versions.
pub(super) async fn one(State(console): State<Arc<Console>>, Path(name): Path<String>, asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let ready = asked.ready(&console).await?;
    let all = console.store.read(move |conn| Ok::<_, ApiError>(registry::registry(conn, ready.business)?)).await?;
    let entry = all.entries.into_iter().find(|entry| entry.name == name).ok_or(ApiError::NoSuch("scenario"))?;
    Ok(ready.json(&EntryJson::of(entry)))
}

/// The text of a version that was put here.
pub(super) async fn text(
    State(console): State<Arc<Console>>,
    Path((name, version)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let ready = asked.ready(&console).await?;
    let read = console.store.read(move |conn| {
        let known = scenarios::version(conn, ready.business, &name, &version)?.ok_or(ApiError::NoSuch("version"))?;
        let text = scenarios::text(conn, &known)?;
        Ok::<_, ApiError>(TextJson { name: known.name, version: known.version, since: None, digest: known.digest, text })
    });
    Ok(ready.json(&read.await?))
}

/// What the bot is to use now.
pub(super) async fn active(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, ApiError> {
    let ready = asked.ready(&console).await?;
    let read = console.store.read(move |conn| Ok::<_, ApiError>(scenarios::served(conn, ready.business, &name)?));
    let Served { active, text } = read.await?.ok_or(ApiError::NoSuch("active version: make one active first"))?;
    let digest = crate::event::scenario::digest(&text);
    let tag = format!("\"{}-{digest}\"", active.record.index());
    let is_known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|tags| knows(tags, &tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ready.json(&TextJson { since: Some(rfc3339(active.since_us)), name: active.name, version: active.version, digest, text })
    };
    let lines = response.headers_mut();
    lines.insert(header::ETAG, HeaderValue::from_str(&tag).map_err(|_| ApiError::NoSuch("active version"))?);
    // A copy may be kept, but is asked for again each time.
    lines.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// Whether a list of tags has this one; `W/` says only that the bytes may differ.
fn knows(tags: &str, tag: &str) -> bool {
    tags.split(',').map(|known| known.trim().trim_start_matches("W/")).any(|known| known == tag || known == "*")
}

/// `PUT …/{name}/versions`
pub(super) async fn put(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    asked: Asked,
    body: Bytes,
) -> Result<Response, ApiError> {
    asked.scope.require(Action::Decide)?;
    let by = format!("key:{}", asked.key);
    let ready = asked.ready(&console).await?;
    let rule = "one object with text, and version, comment, activate where you like";
    let put: PutJson = serde_json::from_slice(&body).map_err(|_| ApiError::Parameter { name: "body", rule })?;
    let text = match put.text {
        serde_json::Value::String(text) => text,
        other => serde_json::to_string_pretty(&other).unwrap_or_default(),
    };
    let wish = Wish { name, version: put.version, text, comment: put.comment, activate: put.activate };
    let done = hand(&console, &ready, &by).put(wish).await?;
    let status = if done.new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, ready.json(&done)).into_response())
}

/// `POST …/{name}/activate`: also an earlier one.
pub(super) async fn activate(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    asked: Asked,
    body: Bytes,
) -> Result<Response, ApiError> {
    asked.scope.require(Action::Decide)?;
    let by = format!("key:{}", asked.key);
    let ready = asked.ready(&console).await?;
    let wanted: ActivateJson =
        serde_json::from_slice(&body).map_err(|_| ApiError::Parameter { name: "body", rule: "one object with version" })?;
    let active = hand(&console, &ready, &by).activate(&name, &wanted.version).await?;
    Ok(ready.json(&Done { version: wanted.version, new: false, active }))
}

fn hand<'a>(console: &'a Console, ready: &super::asked::Ready, by: &'a str) -> Registry<'a> {
    Registry { store: &console.store, decide: &console.decide, business: ready.business, by, now_us: (console.now_us)() }
}

impl EntryJson {
    fn of(entry: Entry) -> Self {
        let current = entry.active.as_ref().map(|active| active.version.clone());
        let active = |active: Active| ActiveJson { version: active.version, since: rfc3339(active.since_us), by: active.by };
        Self {
            versions: entry.lines.into_iter().map(|line| VersionJson::of(line, current.as_deref())).collect(),
            active: entry.active.map(active),
            name: entry.name,
        }
    }
}

impl VersionJson {
    fn of(line: Line, active: Option<&str>) -> Self {
        let put = line.put.as_ref();
        Self {
            active: active == Some(line.version.as_str()),
            put_at: put.map(|put| rfc3339(put.put_us)),
            put_by: put.map(|put| put.put_by.clone()),
            comment: put.map(|put| put.comment.clone()).filter(|comment| !comment.is_empty()),
            digest: put.map(|put| put.digest.clone()),
            first_seen_at: line.seen.map(|seen| rfc3339(seen.first_us)),
            last_seen_at: line.seen.map(|seen| rfc3339(seen.last_us)),
            booked: line.seen.map(|seen| seen.booked).unwrap_or_default(),
            version: line.version,
        }
    }
}

impl From<RegistryError> for ApiError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Wrong(rule) => Self::Parameter { name: "version", rule },
            RegistryError::Unknown => Self::NoSuch("version"),
            RegistryError::Taken => Self::Conflict("this version is there with another text: a version is put once, take the next number"),
            RegistryError::NamesClient => {
                Self::Conflict("the text names a client's phone or e-mail and would be kept for ever: take it out")
            }
            RegistryError::Store(e) => Self::Store(e),
            RegistryError::Decide(e) => Self::NotNow(e.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_a_list() {
        assert!(knows("\"a\", W/\"7-x\"", "\"7-x\"") && knows("*", "\"7-x\"") && !knows("\"7\"", "\"7-x\""));
    }
}
