//! What every answer of the console carries, and where errors are drawn.
//!
//! The policy lets a page load style, script and pictures from this server and nothing else, run no inline script, be framed by nobody
//! and send its forms only here. So a client's message that looks like HTML could do nothing even if a template forgot to escape it.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use super::error::Undrawn;
use super::look::{LANGUAGE_COOKIE, Look, asked_language};
use super::{Desk, cookie};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const FIXED: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()"),
];

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
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages show people's data: neither a proxy nor the back button of a shared computer may keep them.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(line) = asked.and_then(|language| cookie::taste(LANGUAGE_COOKIE, language.code())) {
        headers.append(header::SET_COOKIE, line);
    }
    response
}
