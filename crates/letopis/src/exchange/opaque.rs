//! What nobody understands: one event that says that something went over the wire, with the bytes.

use super::told::{Told, Writer};
use super::wire::Exchange;
use super::{About, Ended};

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
    writer.set("type", "other").set("direction", "internal").whole(exchange).told()
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
