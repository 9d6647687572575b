//! `http://HOST:PORT[/path]` taken apart, and query text made safe for a request line.

use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::net::{SocketAddr, ToSocketAddrs};

#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// `HOST:PORT`, for the Host header.
    pub(crate) authority: String,
    pub(crate) socket: SocketAddr,
    /// As given; empty when the URL ends after the authority.
    pub(crate) path: String,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let Some(rest) = url.strip_prefix("http://") else {
            bail!("{url:?} is not an http:// address; the tools speak plain HTTP to the loopback interface");
        };
        let (authority, path) = match rest.find('/') {
            Some(at) => (&rest[..at], &rest[at..]),
            None => (rest, ""),
        };
        let socket = authority
            .to_socket_addrs()
            .with_context(|| format!("{authority:?} is not HOST:PORT"))?
            .next()
            .with_context(|| format!("{authority:?} has no address"))?;
        let path = if path == "/" { "" } else { path };
        Ok(Self { authority: authority.to_owned(), socket, path: path.to_owned() })
    }

    /// The path of the URL, or `default` when it names only a server.
    pub(crate) fn path_or<'a>(&'a self, default: &'a str) -> &'a str {
        if self.path.is_empty() { default } else { &self.path }
    }
}

/// Percent-encodes everything that may not stand in one path segment or query value.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_path() {
        let a = Address::parse("http://127.0.0.1:8080/api/v1/events").expect("valid");
        assert_eq!((a.authority.as_str(), a.path.as_str()), ("127.0.0.1:8080", "/api/v1/events"));
        assert_eq!(Address::parse("http://127.0.0.1:80/").expect("valid").path_or("/x"), "/x");
        assert!(Address::parse("https://127.0.0.1:80").is_err());
    }

    #[test]
    fn russian_words_are_percent_encoded() {
        assert_eq!(encode("я b"), "%D1%8F%20b");
    }
}
