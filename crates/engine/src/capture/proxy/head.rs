//! Which headers pass, and which are kept.
//!
//! Hop-by-hop headers end here (those of RFC 9110, 7.6.1, and whatever `Connection` names), and our own `X-Letopis-*` never leave; everything
//! else passes, in its own spelling. Of all that only a short list is kept with the exchange: the rest may hold secrets.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version, header};

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

/// What is kept of a request's head.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    pub(super) method: Method,
    /// Path and query below our own token.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
}

/// The request as it goes on: to another host, with the same body and the same end-to-end headers.
pub(super) fn onwards<B, C>(request: Request<B>, uri: Uri, host: HeaderValue, body: impl FnOnce(B) -> C) -> Request<C> {
    let (mut parts, old) = request.into_parts();
    // Of two lengths the chunks are true (RFC 9112, 6.3); an upstream that believes the other one would be smuggled into.
    if parts.headers.contains_key(header::TRANSFER_ENCODING) {
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    let takes_trailers = parts.headers.get(header::TE).is_some_and(|te| te.as_bytes().eq_ignore_ascii_case(b"trailers"));
    end_to_end(&mut parts.headers);
    parts.headers.remove(header::EXPECT);
    if takes_trailers {
        parts.headers.insert(header::TE, HeaderValue::from_static("trailers"));
        parts.headers.insert(header::CONNECTION, HeaderValue::from_static("TE"));
    }
    parts.headers.insert(header::HOST, host);
    parts.uri = uri;
    parts.version = Version::HTTP_11;
    Request::from_parts(parts, body(old))
}

/// Takes away what is meant for one hop, and what is ours.
pub(in crate::capture) fn end_to_end(headers: &mut HeaderMap) {
    let is_named = headers.get(header::CONNECTION).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"keep-alive"));
    if is_named {
        let values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
        let named = values.flat_map(|value| value.split(',')).filter_map(|name| name.trim().parse().ok());
        // Nobody may name away what says how long the body is or where it goes.
        let named: Vec<HeaderName> = named.filter(|name| *name != header::HOST && *name != header::CONTENT_LENGTH).collect();
        for name in named {
            headers.remove(name);
        }
    }
    let mut gone: Vec<HeaderName> = Vec::new();
    gone.extend(headers.keys().filter(|name| is_hop(name)).cloned());
    for name in gone {
        headers.remove(name);
    }
}

fn is_hop(name: &HeaderName) -> bool {
    const HOPS: [HeaderName; 6] = [
        header::CONNECTION,
        header::PROXY_AUTHENTICATE,
        header::PROXY_AUTHORIZATION,
        header::TE,
        header::UPGRADE,
        header::TRANSFER_ENCODING,
    ];
    HOPS.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection") || name.as_str().starts_with(OURS)
}

/// What is kept of headers, names in lower case.
pub(in crate::capture) fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let worth = |name: &str| KEPT.contains(&name) || name.starts_with(OURS);
    headers.iter().filter(|(name, _)| worth(name.as_str())).map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

fn text(value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    if text.len() <= VALUE_CHARS { text.into_owned() } else { text.chars().take(VALUE_CHARS).collect() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn on(headers: &[(&str, &str)]) -> HeaderMap {
        let mut request = Request::builder().uri("/proxy/x/v1/chat");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let host = HeaderValue::from_static("api.example");
        onwards(request.body(()).unwrap(), "/v1/chat".parse().unwrap(), host, |()| ()).headers().clone()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn what_is_for_one_hop_ends_here_and_what_is_ours_does_not_leave() {
        let sent = on(&[
            ("Connection", "close, X-Hop"),
            ("X-Hop", "1"),
            ("Keep-Alive", "5"),
            ("TE", "gzip"),
            ("X-Letopis-Session", "s"),
            ("Authorization", "Bearer k"),
            ("Accept-Encoding", "br"),
        ]);
        assert_eq!(names(&sent), ["accept-encoding", "authorization", "host"]);
        assert_eq!(sent["host"], "api.example");
    }

    #[test]
    fn of_two_lengths_only_the_true_one_leaves_and_none_can_be_named_away() {
        let both = on(&[("Content-Length", "5"), ("Transfer-Encoding", "chunked")]);
        assert_eq!(names(&both), ["host"]);
        let named = on(&[("Connection", "Content-Length, Host"), ("Content-Length", "5")]);
        assert_eq!(names(&named), ["content-length", "host"]);
    }

    #[test]
    fn trailers_are_asked_for_and_announced() {
        let sent = on(&[("TE", "trailers"), ("Trailer", "X-Sum")]);
        assert_eq!(names(&sent), ["connection", "host", "te", "trailer"]);
    }

    #[test]
    fn of_headers_only_the_short_list_is_kept() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer k"));
        headers.insert("x-letopis-session", HeaderValue::from_static("s"));
        headers.insert("user-agent", HeaderValue::from_str(&"a".repeat(600)).unwrap());
        assert_eq!(kept(&headers), [("x-letopis-session".into(), "s".into()), ("user-agent".into(), "a".repeat(VALUE_CHARS))]);
    }
}
