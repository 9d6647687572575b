//! YCLIENTS: what became of visits, by hook and through the proxy.
//!
//! ```text
//! {"company_id":…,"resource":"record","resource_id":…,"status":"create|update|delete","data":{"id","datetime","attendance","deleted","services","staff","client"}}
//! POST /api/v1/records/{company}      PUT, DELETE /api/v1/record/{company}/{record}      → {"success":true,"data":…}
//! ```
//! `attendance` says what happened: −1 did not come, 1 came, 2 confirmed. What was not answered with success did not happen. An update that
//! says nothing of it is told as such, because one delivery does not say what was otherwise before.

mod call;
#[cfg(test)]
mod tests;
mod visit;

use serde_json::{Value, json};

use super::super::About;
use super::super::told::{Told, Writer};
use super::super::wire::{Exchange, Way};
use super::delivered::{body, digest, event, label, text, told};
use super::not_taken;

const PROVIDER: &str = "yclients";
const NAME: &str = "yc";

/// What an exchange with YCLIENTS tells.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    match exchange.way {
        Way::Hook => told(Some(body(exchange)).filter(Value::is_object).map(|delivery| delivered(exchange, about, &delivery))),
        Way::Answer | Way::Deferred | Way::Late => {
            let delivery = body(exchange);
            not_taken(exchange, about, |writer| visit::client(writer, &delivery["data"]["client"])).into_iter().collect()
        }
        Way::Proxy => call::called(exchange, about),
        Way::Asked => vec![call::asked(exchange, about)],
    }
}

/// The record, or whatever else a delivery is about.
pub(super) fn chat(delivery: &Value) -> Option<String> {
    Some(format!("{}:{}", label(&delivery["resource"])?, label(&delivery["resource_id"])?))
}

/// Told once and in no order: the same state is the same event, another state another.
fn delivered(exchange: &Exchange, about: &About<'_>, delivery: &Value) -> Writer {
    let (resource, status, data) = (text(&delivery["resource"]), text(&delivery["status"]), &delivery["data"]);
    let id = format!("{}:{}", label(&delivery["resource_id"]).unwrap_or_default(), digest(delivery));
    let mut writer = event(exchange, about, NAME, &id, delivery);
    writer.meta("yclients", json!({ "resource": resource, "status": status, "company_id": label(&delivery["company_id"]) }));
    match resource {
        "record" => {
            let kind = match status {
                "create" => "booking_created",
                "delete" => "booking_cancelled",
                _ => visit::became(data),
            };
            visit::write(&mut writer, kind, data, label(&delivery["resource_id"]));
            visit::client(&mut writer, &data["client"]);
        }
        "client" => {
            writer.set("type", "other").set("direction", "internal");
            visit::client(&mut writer, data);
        }
        _ => {
            writer.set("type", "other").set("direction", "internal");
            visit::client(&mut writer, &data["client"]);
        }
    }
    writer
}
