//! `letopis connection try`: what a delivery would become, as the connection is set now.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::Json;
use axum::extract::State;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::control::{ControlError, Told, choose};
use super::super::voice::out;
use crate::access::{ConnectionId, Slug, connection};
use crate::app::{App, now_us};
use crate::event::{Event, Limits, check};
use crate::exchange::channels::hook::faults;
use crate::exchange::{self, About, Body, Ended, Exchange, Request, Way};

/// Of an example.
const BYTES: u64 = 8 << 20;

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(in crate::cli) struct Try {
    /// Its id, from `connection list`.
    id: ConnectionId,
    /// What the platform would deliver; `-` is the standard input.
    #[serde(skip)]
    file: PathBuf,
    /// Its words.
    #[arg(skip)]
    text: String,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

impl Try {
    /// With the words of the file.
    pub(super) fn filled(mut self) -> anyhow::Result<Self> {
        if self.file.as_os_str() == "-" {
            std::io::stdin().take(BYTES).read_to_string(&mut self.text).context("standard input")?;
        } else {
            self.text = std::fs::read_to_string(&self.file).with_context(|| self.file.display().to_string())?;
        }
        Ok(self)
    }
}

/// Every event, and what is wrong with it.
pub(super) fn show(told: &Value) {
    for told in told.as_array().into_iter().flatten() {
        out!("{}", serde_json::to_string_pretty(&told["event"]).unwrap_or_default());
        out!("# type: {}", told["type"].as_str().unwrap_or_default());
        if let Some(problem) = told["problem"].as_str() {
            out!("# goes to quarantine: {problem}");
        }
    }
    if told.as_array().is_some_and(Vec::is_empty) {
        out!("# nothing");
    }
}

pub(super) async fn try_it(State(app): State<Arc<App>>, Json(try_it): Json<Try>) -> Told<Vec<Value>> {
    let business = choose(&app, try_it.business).await?;
    let (id, slug) = (try_it.id, business.slug.clone());
    let all = app.store.read(move |conn| connection::all(conn, business.id).map_err(ControlError::from)).await?;
    let known = all.into_iter().find(|known| known.id == id);
    let known = known.ok_or_else(|| ControlError::Unknown { what: "connection", name: id.to_string(), business: slug })?;
    if let Some(fault) = faults(&known.settings.fields).first() {
        return Err(anyhow::anyhow!("field {fault}").into());
    }
    let is_json = serde_json::from_str::<Value>(&try_it.text).is_ok();
    let kind = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
    let request = Request {
        method: "POST".to_owned(),
        target: String::new(),
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: Body::whole(Bytes::from(try_it.text)),
    };
    let (at, no) = (now_us(), None);
    let exchange = Exchange {
        id: "example".to_owned(),
        way: Way::Hook,
        started_us: at,
        first_byte_us: no,
        ended_us: at,
        ended: Ended::Whole,
        retry_of: None,
        request,
        response: None,
    };
    let id = id.to_string();
    let about = About { connection: &id, kind: known.kind, settings: &known.settings, speaks: false, known: &app.known.of(business.id) };
    let told = exchange::read(exchange, &about).into_iter().map(|told| {
        let event: Value = serde_json::from_slice(&told.json).unwrap_or_default();
        let kind = Event::read(&told.json).map(|event| event.kind.to_string()).unwrap_or_default();
        json!({ "event": event, "type": kind, "problem": check(&told.json, &Limits::default()).err().map(|e| e.to_string()) })
    });
    Ok(Json(told.collect()))
}
