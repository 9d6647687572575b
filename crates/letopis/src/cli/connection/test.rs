//! `letopis connection test`: what a person would try by hand, and what came of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::control::{ControlError, Told, choose};
use super::super::voice::out;
use crate::access::connection_trial::{self, Finding};
use crate::access::{ConnectionId, ConnectionKind, Slug, connection};
use crate::app::{App, now_us};
use crate::console::pages::trial_told;
use crate::console::trials::Trials;

#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(in crate::cli) struct Test {
    /// Its id, from `connection list`.
    pub(super) id: ConnectionId,
    /// Also send its bot a delivery that is marked as a test.
    #[arg(long)]
    deliver: bool,
    /// In which language: ru (usual) or en.
    #[arg(long, default_value = "ru", value_parser = ["ru", "en"])]
    lang: String,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

/// One step.
#[derive(Debug, Serialize)]
struct Line {
    #[serde(flatten)]
    finding: Finding,
    sign: &'static str,
    title: String,
    /// In a sentence.
    says: String,
}

/// As people read it.
pub(super) fn show(tested: &Value) {
    let word = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    for line in tested["steps"].as_array().into_iter().flatten() {
        out!("{} {}: {}", word(line, "sign"), word(line, "title"), word(line, "says"));
    }
}

pub(super) async fn test(State(app): State<Arc<App>>, Json(test): Json<Test>) -> Told<Value> {
    let Test { id, deliver, lang, business } = test;
    let business = choose(&app, business).await?;
    let all = app.store.read(move |conn| connection::all(conn, business.id).map_err(ControlError::from)).await?;
    let known = all.into_iter().find(|known| known.id == id && known.revoked_us.is_none());
    let unknown = || ControlError::Unknown { what: "connection", name: id.to_string(), business: business.slug.clone() };
    let known = known.ok_or_else(unknown)?;
    let mut steps = app.tester().try_out(business.id, id, deliver).await.ok_or_else(unknown)?;
    steps.extend(connection_trial::inside(known.kind, &app.base_url(), known.last_event_us, now_us()));
    let well = connection_trial::is_well(&steps);
    Ok(Json(json!({ "id": id, "kind": known.kind, "well": well, "steps": lines(&lang, known.kind, steps) })))
}

/// Steps with their sentences.
pub(super) fn lines(lang: &str, kind: ConnectionKind, steps: Vec<Finding>) -> Value {
    let told = trial_told(lang, kind, &steps).into_iter();
    let line = |(finding, (sign, title, says))| Line { finding, sign, title, says };
    steps.into_iter().zip(told).map(|pair| json!(line(pair))).collect()
}
