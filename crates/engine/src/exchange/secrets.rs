//! Takes secrets out of an exchange before anything is read from it or written of it.
//!
//! By place, for the kinds that carry a token in the path; by name, in every query and in the headers. Bodies are searched by the readers
//! of the kinds that put tokens there. A secret becomes `***`.

use bytes::Bytes;
use serde_json::Value;

use super::text::decoded;
use super::wire::{Body, Exchange};
use crate::access::ConnectionKind;

/// What stands for a secret.
pub const HIDDEN: &str = "***";
/// Names whose values are secrets wherever they stand; compared in lower case, without `-` and `_`.
const NAMES: [&str; 14] = [
    "token",
    "accesstoken",
    "refreshtoken",
    "auth",
    "authorization",
    "apikey",
    "apiid",
    "key",
    "secret",
    "clientsecret",
    "password",
    "psw",
    "signature",
    "sign",
];

/// Takes them out.
pub fn take_out(exchange: &mut Exchange, kind: ConnectionKind) {
    if kind == ConnectionKind::Gigachat && path(&exchange.request.target).ends_with("/oauth") {
        in_answer(exchange);
    }
    let target = std::mem::take(&mut exchange.request.target);
    exchange.request.target = in_path(without(&target), kind);
    for headers in [Some(&mut exchange.request.headers), exchange.response.as_mut().map(|response| &mut response.headers)] {
        for (_, value) in headers.into_iter().flatten().filter(|(name, _)| is_secret(name)) {
            HIDDEN.clone_into(value);
        }
    }
}

/// Takes them out of an answer that gives a token: by name, and where it is no JSON all of it goes.
fn in_answer(exchange: &mut Exchange) {
    let Some(response) = &mut exchange.response else { return };
    let mut said: Value = serde_json::from_slice(&decoded(&response.headers, &response.body)).unwrap_or_default();
    hide(&mut said);
    let text = if said.is_null() { HIDDEN.to_owned() } else { said.to_string() };
    response.headers.retain(|(name, _)| name != "content-encoding");
    response.body = Body::whole(Bytes::from(text));
}

/// Hides the values of secret names, wherever they stand.
pub fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if is_secret(name) { *value = HIDDEN.into() } else { hide(value) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::String(text) if has_our_token(text) => HIDDEN.clone_into(text),
        _ => {}
    }
}

/// Whether a text holds the token of one of our URLs, as calls that set a webhook up do.
fn has_our_token(text: &str) -> bool {
    let is_token =
        |rest: &str| rest.len() >= 40 && rest.as_bytes()[..40].iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    text.match_indices("ltc_").any(|(at, found)| is_token(&text[at + found.len()..]))
}

fn path(target: &str) -> &str {
    target.split('?').next().unwrap_or_default().trim_end_matches('/')
}

/// Whether a name is that of a secret.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '-' | '_' | '.')).flat_map(char::to_lowercase).collect();
    NAMES.contains(&plain.as_str())
}

/// By place: `/bot{token}/{method}` of Telegram, in any connection; `/rest/{user}/{secret}/{method}` of Bitrix24, also below `/rest/api`.
fn in_path(target: String, kind: ConnectionKind) -> String {
    let target = bot_token(target, kind);
    if kind != ConnectionKind::Bitrix24 {
        return target;
    }
    let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
    let mut parts: Vec<&str> = path.split('/').collect();
    let user = parts.iter().position(|part| *part == "rest").map(|at| at + 1);
    let user = user.map(|at| if parts.get(at) == Some(&"api") { at + 1 } else { at });
    if let Some(at) = user.filter(|at| parts.len() > at + 2 && parts[*at].bytes().all(|byte| byte.is_ascii_digit())) {
        parts[at + 1] = HIDDEN;
    }
    let path = parts.join("/");
    query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}

/// A part of the path that is `bot` and a token; in a connection with Telegram also one that does not look like a token.
fn bot_token(target: String, kind: ConnectionKind) -> String {
    let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
    let is_token = |part: &str| {
        let Some((bot, token)) = part.split_at_checked(3).filter(|(bot, token)| bot.eq_ignore_ascii_case("bot") && !token.is_empty())
        else {
            return false;
        };
        let looks = token.starts_with(|c: char| c.is_ascii_digit()) && (token.contains(':') || token.to_ascii_lowercase().contains("%3a"));
        bot.len() == 3 && (looks || kind == ConnectionKind::Telegram)
    };
    if !path.split('/').any(is_token) {
        return target;
    }
    let path =
        path.split('/').map(|part| if is_token(part) { format!("bot{HIDDEN}") } else { part.to_owned() }).collect::<Vec<_>>().join("/");
    query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}

/// A target whose query holds no secret.
fn without(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_a_query_go_whatever_their_names_look_like() {
        assert_eq!(
            without("/method/messages.send?access_token=abc&v=5.199&API-Key=x"),
            "/method/messages.send?access_token=***&v=5.199&API-Key=***"
        );
        assert_eq!(without("/v1/models"), "/v1/models");
    }
}
