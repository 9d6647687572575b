//! What became of messages that left: statuses, and echoes of what was sent in the app.

use serde_json::{Value, json};

use super::super::super::About;
use super::super::super::told::Writer;
use super::super::super::wire::Exchange;
use super::super::delivered::{digest, echo, event, label, only, other, seconds, status, text};
use super::super::graph;
use super::inbound::{place, words};
use super::{NAME, PROVIDER, Person};

/// `sent`, `delivered`, `read`, `played` or `failed`.
pub(super) fn told(exchange: &Exchange, about: &About<'_>, value: &Value, said: &Value) -> Writer {
    let part = json!({ "metadata": value["metadata"], "statuses": [said] });
    let (Some(id), Some(how)) = (label(&said["id"]), label(&said["status"])) else {
        return other(exchange, about, NAME, &part);
    };
    let mut writer = event(exchange, about, NAME, &format!("{id}:{how}"), &part);
    writer.at_maybe(seconds(&said["timestamp"])).same(&digest(said));
    Person::of_status(said).write(&mut writer);
    status(&mut writer, PROVIDER, &how, &id);
    writer.meta("whatsapp", only(said, &["pricing", "conversation", "biz_opaque_callback_data"]));
    if said["errors"][0].is_object() {
        graph::error(&mut writer, &said["errors"][0]);
    }
    writer
}

/// A message that a person of the business sent from the app on the same number.
pub(super) fn echoed(exchange: &Exchange, about: &About<'_>, value: &Value, message: &Value) -> Writer {
    let part = json!({ "metadata": value["metadata"], "message_echoes": [message] });
    let Some(id) = label(&message["id"]) else { return other(exchange, about, NAME, &part) };
    let mut writer = event(exchange, about, NAME, &format!("{id}:echo"), &part);
    writer.at_maybe(seconds(&message["timestamp"])).same(&digest(message));
    let to = json!({ "recipient_id": message["to"], "recipient_user_id": message["to_user_id"] });
    Person::of_status(&to).write(&mut writer);
    let kind = text(&message["type"]);
    echo(&mut writer, PROVIDER, words(message, kind).unwrap_or_default(), &id);
    writer.meta("whatsapp", place(value, message, kind));
    writer
}
