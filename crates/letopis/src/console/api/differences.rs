//! `GET /api/v1/crm/differences`: where the journal and the CRM tell different things, each with what it is known by.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::asked::Asked;
use super::error::ApiError;
use super::moments::rfc3339;
use crate::audit;
use crate::console::Console;
use crate::journal::crm::differences::Difference;

const KINDS: [&str; 5] = ["claimed", "stranger", "double", "outcome", "buried"];
/// Items of one answer when nobody says how many, and at most.
const LIMIT: usize = 100;
const MOST: usize = 500;

/// Counts of all, and the oldest of those that are asked for.
pub(super) async fn list(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let kind = asked.text("kind");
    if kind.as_deref().is_some_and(|kind| !KINDS.contains(&kind)) {
        return Err(ApiError::Parameter { name: "kind", rule: "claimed, stranger, double, outcome or buried" });
    }
    let limit = asked.read("limit", "a number from 1 to 500")?.unwrap_or(LIMIT).clamp(1, MOST);
    let ready = asked.ready(&console).await?;
    let moment = audit::differences::Asked { now_us: (console.now_us)(), grace_us: console.card_grace_us };
    let found = console.store.read(move |conn| Ok::<_, ApiError>(audit::differences::differences(conn, ready.business, moment)?)).await?;
    let items = found.list.iter().map(told).filter(|item| kind.is_none() || item["kind"].as_str() == kind.as_deref());
    let items: Vec<Value> = items.take(limit).collect();
    Ok(ready.json(&json!({ "total": found.counts.total(), "counts": found.counts, "items": items })))
}

/// With moments as everywhere in the API.
fn told(difference: &Difference) -> Value {
    let mut item = serde_json::to_value(difference).unwrap_or_default();
    if let Some(fields) = item.as_object_mut() {
        for (name, written) in [("since_us", "since"), ("told_us", "told_at"), ("own_us", "own_at")] {
            let moment = fields.remove(name).and_then(|us| us.as_i64());
            fields.extend(moment.map(|us| (written.to_owned(), rfc3339(us).into())));
        }
    }
    item
}
