//! Which headers pass, and which are kept.
//!
//! Hop-by-hop headers end here (those of RFC 9110, 7.6.1, and whatever `Connection` names), and our own `X-Letopis-*` never leave; everything
//! else passes, in its own spelling. Of all that only a short list is kept with the exchange: the rest may hold secrets.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, Version, header};

/// Ours.
const OURS: &str = "x-letopis-";
/// Kept of a request or an answer, in lower case.
const KEPT: [&str; 15] = [
    "content-type",
    "content-encoding",
    "user-agent",
    "x-request-id",
    "x-client-request-id",
    "request-id",
    "x-stainless-retry-count",
    "openai-project",
    "openai-processing-ms",
    "anthropic-version",
    "idempotency-key",
    "retry-after",
    "x-api-version",
    "rquid",
    "x-session-id",
];
/// Longer values are cut.
const VALUE_CHARS: usize = 500;

/// The request as it goes on: to another host, with the same body and the same end-to-end headers.
pub(super) fn onwards(request: Request, uri: Uri, body: impl FnOnce(Body) -> Body) -> axum::http::Request<Body> {
    let (mut parts, old) = request.into_parts();
    let host = uri.authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    end_to_end(&mut parts.headers);
    parts.headers.remove(header::EXPECT);
    let ours: Vec<HeaderName> = parts.headers.keys().filter(|name| name.as_str().starts_with(OURS)).cloned().collect();
    for name in ours {
        parts.headers.remove(name);
    }
    if let Some(host) = host {
        parts.headers.insert(header::HOST, host);
    }
    parts.uri = uri;
    parts.version = Version::HTTP_11;
    axum::http::Request::from_parts(parts, body(old))
}

/// Takes away what is meant for one hop.
pub(in crate::capture) fn end_to_end(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in [header::CONNECTION, header::PROXY_AUTHENTICATE, header::PROXY_AUTHORIZATION, header::TE, header::TRAILER, header::UPGRADE]
    {
        headers.remove(name);
    }
    for name in ["keep-alive", "proxy-connection", "transfer-encoding"] {
        headers.remove(name);
    }
}

/// What is kept of headers, names in lower case.
pub(in crate::capture) fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let worth = |name: &str| KEPT.contains(&name) || name.starts_with(OURS);
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).chars().take(VALUE_CHARS).collect();
    headers.iter().filter(|(name, _)| worth(name.as_str())).map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_for_one_hop_ends_here_and_what_is_ours_does_not_leave() {
        let request = Request::builder()
            .uri("/proxy/x/v1/chat")
            .header("Connection", "close, X-Hop")
            .header("X-Hop", "1")
            .header("TE", "trailers")
            .header("X-Letopis-Session", "s")
            .header("Authorization", "Bearer k")
            .header("Accept-Encoding", "br")
            .body(Body::empty())
            .unwrap();
        assert_eq!(kept(request.headers()), [("x-letopis-session".to_owned(), "s".to_owned())]);
        let on = onwards(request, "https://api.example/v1/chat".parse().unwrap(), |body| body);
        let mut names: Vec<_> = on.headers().keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept-encoding", "authorization", "host"]);
        assert_eq!(on.headers()["host"], "api.example");
    }
}
