//! What nobody understands: one event that says that something went over the wire, with the bytes.

use serde_json::Value;

use super::secrets::{HIDDEN, hide};
use super::told::{Told, Writer};
use super::wire::Exchange;
use super::{About, Ended, form};

/// The whole exchange as one event.
pub(super) fn read(exchange: &Exchange, about: &About<'_>) -> Told {
    let mut writer = Writer::new(exchange, about, &exchange.id);
    writer.set("type", "other").set("direction", "internal").whole(exchange);
    if let Some(error) = failure(exchange) {
        writer.part("error", "message", Some(error));
    }
    writer.told()
}

/// The request of a strict proxy, before anybody has answered: the exchange itself follows under its own id.
pub(super) fn asked(exchange: &Exchange, about: &About<'_>) -> Told {
    let mut writer = Writer::new(exchange, about, &format!("{}:asked", exchange.id));
    writer.set("type", "other").set("direction", "internal");
    // What models are asked is kept as it is; calls of channels and CRMs may hold tokens in their bodies.
    if about.kind.is_channel() || matches!(about.kind.channel(), "crm") {
        let (target, request) = (exchange.request.target.as_str(), &exchange.request);
        let mut params = Value::Object(form::params(target, &request.headers, &request.body));
        hide_all(&mut params, target);
        return writer.own(exchange, Some(params), None).told();
    }
    writer.whole(exchange).told()
}

/// Secrets by name; of calls that are about webhooks or tokens everything.
fn hide_all(params: &mut Value, target: &str) {
    let path = target.split('?').next().unwrap_or_default().to_ascii_lowercase();
    if path.contains("webhook") || path.contains("subscription") || path.contains("token") {
        *params = HIDDEN.into();
    }
    hide(params);
}

/// What went wrong on the wire, in words.
pub(super) fn failure(exchange: &Exchange) -> Option<String> {
    match (&exchange.ended, &exchange.response) {
        (Ended::Broken(why), _) => Some(format!("the system outside {why}")),
        (Ended::TimedOut(phase), _) => Some(format!("the system outside was too slow ({phase})")),
        (Ended::CallerGone, _) => Some("the caller went away before the answer ended".to_owned()),
        (Ended::RequestBroken, _) => Some("the caller broke off in its request".to_owned()),
        (Ended::Whole, Some(response)) if response.status >= 400 => Some(format!("answered with status {}", response.status)),
        (Ended::Whole, _) => None,
    }
}
