//! In whose name a portal is asked: an inbound webhook, or a local application with tokens that change.
//!
//! Both open the portal, so both are wiped from memory and have no `Debug` that shows them.

use hyper::Uri;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Where a portal is and what opens it.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// `https://portal/rest/{user}/{secret}/`.
    Webhook {
        /// Scheme and authority.
        origin: Uri,
        /// `/rest/1/secret/`.
        path: Zeroizing<String>,
    },
    /// A local application.
    App {
        /// Scheme and authority of the portal.
        origin: Uri,
        /// What it was given.
        tokens: Tokens,
    },
}

/// The secret `tokens` of a connection: what the portal gave when the application was installed, renewed after every 401.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// `https://portal/rest/`.
    pub client_endpoint: String,
    /// Of the authorization server.
    pub server_endpoint: String,
    /// An hour.
    #[serde(with = "wiped")]
    pub access_token: Zeroizing<String>,
    /// 180 days; another one comes with every use.
    #[serde(with = "wiped")]
    pub refresh_token: Zeroizing<String>,
    /// The portal, whatever its name.
    pub member_id: String,
    /// What the portal proves itself with in events and placements; empty before the first of them.
    #[serde(default, with = "wiped")]
    pub application_token: Zeroizing<String>,
}

/// Texts that are wiped from memory, as JSON has them.
mod wiped {
    use serde::{Deserialize, Deserializer, Serializer};
    use zeroize::Zeroizing;

    pub(super) fn serialize<S: Serializer>(text: &Zeroizing<String>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Zeroizing<String>, D::Error> {
        String::deserialize(from).map(Zeroizing::new)
    }
}

/// Why something pasted is no credential. The text does not repeat it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadCredential {
    /// Not an inbound webhook's URL.
    #[error("this is not the URL of an inbound webhook: it looks like https://portal.bitrix24.ru/rest/1/secret/")]
    Webhook,
    /// It would travel in the open.
    #[error("the portal takes webhooks over https only")]
    Plain,
    /// What was stored for the application cannot be used.
    #[error("the application is not installed in the portal, or what it was given is damaged: install it again")]
    Tokens,
}

impl Credential {
    /// Reads an inbound webhook's URL, as a person copies it: with or without a method and a slash at its end.
    ///
    /// # Errors
    /// When it is another thing.
    pub fn webhook(text: &str) -> Result<Self, BadCredential> {
        let uri: Uri = text.trim().parse().map_err(|_| BadCredential::Webhook)?;
        let parts: Vec<&str> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
        let at = parts.iter().position(|part| *part == "rest").ok_or(BadCredential::Webhook)?;
        let [user, secret, method @ ..] = &parts[at + 1..] else { return Err(BadCredential::Webhook) };
        let is_number = !user.is_empty() && user.bytes().all(|b| b.is_ascii_digit());
        let is_word = secret.len() >= 4 && secret.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_number || !is_word || method.len() > 1 || uri.query().is_some() {
            return Err(BadCredential::Webhook);
        }
        let before: String = parts[..at].iter().map(|part| format!("/{part}")).collect();
        let origin = origin(&uri).ok_or(BadCredential::Webhook)?;
        let is_here = matches!(origin.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if origin.scheme_str() != Some("https") && !is_here {
            return Err(BadCredential::Plain);
        }
        Ok(Self::Webhook { origin, path: Zeroizing::new(format!("{before}/rest/{user}/{secret}/")) })
    }

    /// Of an installed application.
    ///
    /// # Errors
    /// When its address is none.
    pub fn app(tokens: Tokens) -> Result<Self, BadCredential> {
        let uri: Uri = tokens.client_endpoint.parse().map_err(|_| BadCredential::Tokens)?;
        Ok(Self::App { origin: origin(&uri).ok_or(BadCredential::Tokens)?, tokens })
    }

    /// Scheme and authority.
    #[must_use]
    pub fn origin(&self) -> &Uri {
        match self {
            Self::Webhook { origin, .. } | Self::App { origin, .. } => origin,
        }
    }

    /// The target of a method.
    pub(super) fn target(&self, method: &str) -> Zeroizing<String> {
        match self {
            Self::Webhook { path, .. } => Zeroizing::new(format!("{}{method}.json", path.as_str())),
            Self::App { tokens, .. } => {
                let prefix = tokens.client_endpoint.parse::<Uri>().map(|uri| uri.path().trim_end_matches('/').to_owned());
                Zeroizing::new(format!("{}/{method}.json", prefix.unwrap_or_default()))
            }
        }
    }

    /// The access token that goes with the parameters of an application.
    pub(super) fn auth(&self) -> Option<&Zeroizing<String>> {
        match self {
            Self::Webhook { .. } => None,
            Self::App { tokens, .. } => Some(&tokens.access_token),
        }
    }

    /// The same under the portal's new name; only a host changes, never to plain HTTP.
    pub(super) fn moved(&self, location: &str) -> Option<Self> {
        let there = origin(&location.parse().ok()?)?;
        let is_safe = there.scheme() == self.origin().scheme() || there.scheme_str() == Some("https");
        let mut moved = self.clone();
        match &mut moved {
            Self::Webhook { origin, .. } => *origin = there,
            Self::App { origin, tokens } => {
                tokens.client_endpoint = format!("{}rest/", there);
                *origin = there;
            }
        }
        (is_safe && moved != *self).then_some(moved)
    }

    /// What to store so that it is known again; a webhook's is its URL.
    #[must_use]
    pub fn stored(&self) -> Zeroizing<String> {
        match self {
            Self::Webhook { origin, path } => Zeroizing::new(format!("{}{}", origin.to_string().trim_end_matches('/'), path.as_str())),
            Self::App { tokens, .. } => Zeroizing::new(serde_json::to_string(tokens).unwrap_or_default()),
        }
    }
}

fn origin(uri: &Uri) -> Option<Uri> {
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority().filter(|authority| web && !authority.as_str().contains('@'))?;
    Uri::builder().scheme(uri.scheme_str()?).authority(authority.as_str()).path_and_query("/").build().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn webhook(text: &str) -> Option<String> {
        Credential::webhook(text).ok().map(|read| read.stored().to_string())
    }

    #[test]
    fn a_webhook_is_read_as_people_copy_it() {
        let whole = Some("https://salon.bitrix24.ru/rest/1/abc123def456/".to_owned());
        for text in [
            "https://salon.bitrix24.ru/rest/1/abc123def456/",
            " https://salon.bitrix24.ru/rest/1/abc123def456\n",
            "https://salon.bitrix24.ru/rest/1/abc123def456/profile.json",
            "https://salon.bitrix24.ru/rest/1/abc123def456/crm.lead.add/",
        ] {
            assert_eq!(webhook(text), whole, "{text}");
        }
        assert_eq!(
            webhook("https://crm.firm.example:8443/b24/rest/7/secret77").unwrap(),
            "https://crm.firm.example:8443/b24/rest/7/secret77/"
        );
        for text in [
            "",
            "salon.bitrix24.ru",
            "https://salon.bitrix24.ru/",
            "https://salon.bitrix24.ru/rest/admin/abc123/",
            "https://salon.bitrix24.ru/rest/1/",
            "https://salon.bitrix24.ru/rest/1/abc123/x/y",
            "https://salon.bitrix24.ru/rest/1/abc123/?auth=1",
            "https://user:pass@salon.bitrix24.ru/rest/1/abc123/",
            "ftp://salon.bitrix24.ru/rest/1/abc123/",
            "http://salon.bitrix24.ru/rest/1/abc123/",
        ] {
            assert_eq!(webhook(text), None, "{text}");
        }
        let plain = Credential::webhook("http://salon.bitrix24.ru/rest/1/abc123/").err();
        assert_eq!(plain.map(|e| e.to_string().contains("abc123")), Some(false), "an error does not repeat the secret");
    }

    #[test]
    fn a_portal_that_moved_keeps_its_secret_and_its_scheme() {
        let here = Credential::webhook("https://old.bitrix24.ru/rest/1/abc123/").unwrap();
        let there = here.moved("https://new.bitrix24.ru/rest/1/abc123/profile.json").unwrap();
        assert_eq!(there.stored().as_str(), "https://new.bitrix24.ru/rest/1/abc123/");
        assert!(here.moved("http://new.bitrix24.ru/rest/1/abc123/").is_none(), "not to plain HTTP");
        assert!(here.moved("https://old.bitrix24.ru/elsewhere").is_none(), "not in circles");
        assert!(here.moved("/relative").is_none());
    }
}
