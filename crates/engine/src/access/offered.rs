//! The API key that a request offers: found in its headers or its query, turned into a digest at once.
//!
//! ```text
//! Authorization: Bearer ltp_read_…          the usual way
//! Authorization: Basic base64(any:ltp_…)    for tools that know only user and password; or the key is the user
//! ?key=ltp_ingest_…                         for platforms that can store nothing but a URL; ingest keys only,
//!                                           because URLs end up in other people's logs
//! ```
//!
//! This is a parser of outside bytes: it neither panics nor echoes what it read. No text of a key leaves this file.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{Digest, key::looks_like_key};

/// Longer headers hold no key of ours; 8 times what a Basic header with a key needs.
const MAX_HEADER_BYTES: usize = 1024;

/// A well-formed key, not looked up yet.
#[derive(Debug, Clone, Copy)]
pub struct Offered {
    pub(super) digest: Digest,
    pub(super) place: Place,
}

/// Where in the request it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `Authorization`.
    Header,
    /// `?key=`.
    Query,
}

/// 401, and why, without a hint whether a key exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefused {
    /// There is no key in the request.
    #[error("no API key: send the header Authorization: Bearer ltp_…")]
    Missing,
    /// What is there has not the shape of a key.
    #[error("not an API key: it looks like ltp_<ingest|read|admin>_ and 43 characters")]
    Malformed,
    /// No living key.
    #[error("unknown or revoked API key")]
    Unknown,
    /// A key that may do more than send events stood in the URL.
    #[error("only ingest keys may be in the URL: make a new one for the header Authorization: Bearer and revoke this one, URLs get logged")]
    InUrl,
}

impl Offered {
    /// Reads the `Authorization` header and the raw query of a request. A header wins over the query.
    pub fn read(authorization: Option<&[u8]>, query: Option<&str>) -> Result<Self, KeyRefused> {
        if let Some(header) = authorization {
            return read_header(header);
        }
        let value = query.and_then(|query| parameters(query).find_map(|(name, value)| (name == "key").then_some(value)));
        let text = Zeroizing::new(percent_decoded(value.ok_or(KeyRefused::Missing)?));
        key(&text, Place::Query)
    }
}

/// The query without the values of `key`, for logs and error texts. Nothing else about it is changed.
#[must_use]
pub fn redact_query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        // A spelling such as `k%65y` is no parameter of ours, but a log should not depend on that.
        Some((name, _)) if percent_decoded(name).eq_ignore_ascii_case("key") => "key=***",
        _ => pair,
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn read_header(header: &[u8]) -> Result<Offered, KeyRefused> {
    if header.len() > MAX_HEADER_BYTES {
        return Err(KeyRefused::Malformed);
    }
    let text = std::str::from_utf8(header).map_err(|_| KeyRefused::Malformed)?;
    let (scheme, rest) = text.trim().split_once(' ').ok_or(KeyRefused::Malformed)?;
    let rest = rest.trim_start();
    if scheme.eq_ignore_ascii_case("bearer") {
        return key(rest, Place::Header);
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(KeyRefused::Malformed);
    }
    let decoded = Zeroizing::new(STANDARD.decode(rest).map_err(|_| KeyRefused::Malformed)?);
    let pair = std::str::from_utf8(&decoded).map_err(|_| KeyRefused::Malformed)?;
    let (user, password) = pair.split_once(':').ok_or(KeyRefused::Malformed)?;
    // The pair of a Langfuse SDK is public and secret key; whoever has one key only may put it first.
    key(password, Place::Header).or_else(|_| key(user, Place::Header))
}

fn key(text: &str, place: Place) -> Result<Offered, KeyRefused> {
    if looks_like_key(text) { Ok(Offered { digest: Digest::of(text), place }) } else { Err(KeyRefused::Malformed) }
}

fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Keys need no percent-encoding, but some platforms encode `_` and `-` all the same. What is no ASCII stays as it is:
/// it makes no key.
fn percent_decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, from) = rest.split_at(at);
        decoded.push_str(before);
        let byte = from.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        decoded.push(byte.map_or('%', char::from));
        rest = &from[if byte.is_some() { 3 } else { 1 }..];
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn a_key() -> String {
        format!("ltp_ingest_{}-_", "a".repeat(41))
    }

    fn header(value: &str) -> Result<Offered, KeyRefused> {
        Offered::read(Some(value.as_bytes()), None)
    }

    #[test]
    fn a_key_is_found_in_all_three_places() {
        let text = a_key();
        let basic = |pair: String| format!("Basic {}", STANDARD.encode(pair));
        let (second, first) = (basic(format!("letopis:{text}")), basic(format!("{text}:")));
        for value in [format!("Bearer {text}"), format!("bearer   {text} "), second, first] {
            let offered = header(&value).unwrap();
            assert_eq!((offered.digest, offered.place), (Digest::of(&text), Place::Header));
        }
        let encoded = text.replace('_', "%5F").replace('-', "%2d");
        for query in [format!("key={text}"), format!("a=1&key={encoded}&key=x")] {
            let offered = Offered::read(None, Some(&query)).unwrap();
            assert_eq!((offered.digest, offered.place), (Digest::of(&text), Place::Query));
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        assert_eq!(Offered::read(None, None).unwrap_err(), KeyRefused::Missing);
        assert_eq!(Offered::read(None, Some("keys=1&akey=2")).unwrap_err(), KeyRefused::Missing);
        let key = a_key();
        assert_eq!(Offered::read(Some(b"Bearer x"), Some(&format!("key={key}"))).unwrap_err(), KeyRefused::Malformed, "the header wins");
        for value in
            ["", "Bearer", "Bearer ", "Basic !!!!", "Basic bm9jb2xvbg==", "Digest x", &key, &format!("Bearer {}", "a".repeat(2000))]
        {
            assert_eq!(header(value).unwrap_err(), KeyRefused::Malformed, "{value}");
        }
        assert!(Offered::read(Some(b"Bearer \xff"), None).is_err());
    }

    #[test]
    fn a_logged_query_has_no_key() {
        assert_eq!(redact_query(&format!("from=1&key={}&x", a_key())), "from=1&key=***&x");
        assert_eq!(redact_query("k%65y=secret&KEY=secret"), "key=***&key=***");
        assert_eq!(redact_query("q=запись"), "q=запись");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            header in proptest::collection::vec(0_u8.., 0..80),
            scheme in "(Bearer |Basic )?",
            query in "(key=)?[%a-zA-Z0-9_&=я]{0,80}",
        ) {
            let header = [scheme.as_bytes(), &header].concat();
            let _ = Offered::read(Some(&header), None);
            let _ = Offered::read(None, Some(&query));
            let _ = redact_query(&query);
        }
    }
}
