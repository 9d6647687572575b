//! Takes secrets out of an exchange before anything is read from it or written of it.
//!
//! By place, for the kinds that carry a token in the path; by name, in every query and in the headers. Bodies are searched by the readers
//! of the kinds that put tokens there. A secret becomes `***`.

use super::wire::Exchange;
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
pub fn take_out(exchange: &mut Exchange, _kind: ConnectionKind) {
    let target = std::mem::take(&mut exchange.request.target);
    exchange.request.target = without(&target);
    for headers in [Some(&mut exchange.request.headers), exchange.response.as_mut().map(|response| &mut response.headers)] {
        for (_, value) in headers.into_iter().flatten().filter(|(name, _)| is_secret(name)) {
            HIDDEN.clone_into(value);
        }
    }
}

/// Whether a name is that of a secret.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '-' | '_' | '.')).flat_map(char::to_lowercase).collect();
    NAMES.contains(&plain.as_str())
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
