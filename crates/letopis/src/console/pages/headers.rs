//! What every answer of the console carries, and where errors are drawn.
//!
//! The policy lets a page load style, script and pictures from this server and nothing else, run no inline script, be framed by nobody
//! and send its forms only here. One sort of page is different: what a CRM's portal shows inside itself may be framed, by that portal alone.
//! A report is another: it brings its own styles, and its policy allows it nothing beside them. So a client's message that looks like HTML could do nothing even if a template forgot to escape it.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use super::error::Undrawn;
use super::look::{LANGUAGE_COOKIE, Look, asked_language};
use super::portal::Framed;
use super::{Desk, cookie};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A report brings its styles along; it may do nothing else at all.
const OF_REPORTS: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/// Put into an answer that is a page of its own, made to be sent: a report.
#[derive(Clone)]
pub(super) struct SelfContained;

const FIXED: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()"),
];

/// The same policy, but for who may frame it; none where the portal's address has anything in it that an address has not.
fn policy_for(portal: &str) -> Option<HeaderValue> {
    let host = portal.strip_prefix("https://").or_else(|| portal.strip_prefix("http://"))?;
    let is_plain = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    let policy = POLICY.replace("frame-ancestors 'none'", &format!("frame-ancestors {portal}"));
    HeaderValue::from_str(&policy).ok().filter(|_| is_plain)
}

/// Around every page.
pub(super) async fn dress(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let look = Look::of(&parts);
    let asked = (parts.method == Method::GET).then(|| asked_language(parts.uri.query().unwrap_or(""))).flatten();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(Undrawn(error)) = response.extensions_mut().remove() {
        let drawn = error.draw(&desk, look);
        let kept = std::mem::replace(&mut response, drawn);
        // A cookie that the handler set (a sign-out) must not get lost with the bare answer.
        for line in kept.headers().get_all(header::SET_COOKIE) {
            response.headers_mut().append(header::SET_COOKIE, line.clone());
        }
    }
    let framed = response.extensions_mut().remove::<Framed>().and_then(|Framed(portal)| policy_for(&portal));
    let alone = response.extensions_mut().remove::<SelfContained>().is_some();
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if alone {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(OF_REPORTS));
    }
    if let Some(policy) = framed {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.remove(header::X_FRAME_OPTIONS);
    }
    // Pages show people's data: neither a proxy nor the back button of a shared computer may keep them.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(line) = asked.and_then(|language| cookie::taste(LANGUAGE_COOKIE, language.code())) {
        headers.append(header::SET_COOKIE, line);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_gets_into_the_policy() {
        let policy =
            policy_for("https://salon.bitrix24.ru").map(|policy| policy.to_str().unwrap_or_default().to_owned()).unwrap_or_default();
        assert!(policy.ends_with("frame-ancestors https://salon.bitrix24.ru; base-uri 'none'"), "{policy}");
        assert!(policy_for("http://127.0.0.1:8080").is_some());
        for portal in
            ["", "https://", "*", "https://a.example; script-src *", "https://a.example https://evil.example", "https://*", "https://a,b"]
        {
            assert!(policy_for(portal).is_none(), "{portal}");
        }
    }
}
