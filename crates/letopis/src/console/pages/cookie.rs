//! Cookies: reading one of them, and writing ours.
//!
//! The session's is `__Host-letopis`, which a browser takes only over HTTPS, for this host and every path; on plain HTTP to this
//! machine it is `letopis`. Taste (language, theme, which business) lives in cookies of its own that scripts may read.

use axum::http::{HeaderMap, HeaderValue, header};

/// A year: taste does not run out.
const TASTE_S: u32 = 365 * 24 * 3600;
/// The browser keeps the session cookie this long; whether it still counts is decided by `access`.
const SESSION_S: u32 = 180 * 24 * 3600;

/// Which cookie holds the session.
pub(super) fn session_name(secure: bool) -> &'static str {
    if secure { "__Host-letopis" } else { "letopis" }
}

/// The value of the first cookie of that name.
pub(super) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The session's token.
pub(super) fn session(headers: &HeaderMap, secure: bool) -> Option<&str> {
    read(headers, session_name(secure))
}

/// `Set-Cookie` that signs the browser in.
pub(super) fn sign_in(token: &str, secure: bool) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&session_line(token, SESSION_S, secure)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `Set-Cookie` that signs the browser out.
pub(super) fn sign_out(secure: bool) -> Option<HeaderValue> {
    HeaderValue::from_str(&session_line("", 0, secure)).ok()
}

/// `Set-Cookie` of something that is no secret; `value` is a word of ours.
pub(super) fn taste(name: &str, value: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={TASTE_S}; SameSite=Lax")).ok()
}

fn session_line(token: &str, max_age_s: u32, secure: bool) -> String {
    let name = session_name(secure);
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_session_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; letopis=lts_x".parse().unwrap());
        headers.append(header::COOKIE, "__Host-letopis=lts_y".parse().unwrap());
        assert_eq!((session(&headers, false), session(&headers, true)), (Some("lts_x"), Some("lts_y")));
        assert_eq!(read(&headers, "b"), None);
    }

    #[test]
    fn only_https_gets_the_host_prefix() {
        assert_eq!(sign_in("t", true).unwrap(), "__Host-letopis=t; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(sign_out(false).unwrap(), "letopis=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }
}
