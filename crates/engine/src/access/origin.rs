//! An origin: scheme, host and port of a page, as browsers write it in the header `Origin`.
//!
//! `https://Салон.рф/` becomes `https://xn--80awgdm.xn--p1ai` when it is set, so that a request's header is compared byte by byte.

use std::{fmt, str::FromStr};

use url::Url;

use super::error::AccessError;

/// Longer than any name of a host with its port.
const LONGEST: usize = 300;
const WRONG: AccessError = AccessError::Invalid {
    what: "origin",
    rule: "the beginning of a page's address, https://salon.example or http://localhost:3000: without a path, a password or *",
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Origin(String);

impl Origin {
    /// As browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| WRONG)?;
        let web = text.len() <= LONGEST && matches!(url.scheme(), "http" | "https");
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && !text.contains(['@', '*', '\\']);
        if web && bare { Ok(Self(url.origin().ascii_serialization())) } else { Err(WRONG) }
    }
}

impl TryFrom<String> for Origin {
    type Error = AccessError;

    fn try_from(text: String) -> Result<Self, AccessError> {
        text.parse()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (said, meant) in [
            ("https://salon.example", "https://salon.example"),
            (" HTTPS://Salon.Example:443/ ", "https://salon.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://192.0.2.7:80", "http://192.0.2.7"),
            ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
            ("https://Салон.рф", "https://xn--80awgdm.xn--p1ai"),
        ] {
            assert_eq!(Origin::from_str(said).unwrap().as_str(), meant);
        }
    }

    #[test]
    fn what_no_browser_would_say_is_refused_when_it_is_set() {
        let long = format!("https://{}.example", "a".repeat(300));
        for said in [
            "",
            "*",
            "null",
            "salon.example",
            "//salon.example",
            "https://",
            "https://*.example",
            "https://salon.example/chat",
            "https://salon.example?a",
            "https://salon.example#a",
            "https://me:pass@salon.example",
            "https://@salon.example",
            "https://salon.example\\@other.example",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://salon.example:99999",
            &long,
        ] {
            assert!(Origin::from_str(said).is_err(), "{said}");
        }
    }
}
