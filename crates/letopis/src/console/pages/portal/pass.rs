//! A link inside a frame, where there is no cookie: sealed under the business's key, good for a quarter of an hour.
//!
//! ```text
//! /inside/{business}.{base64url(sealed JSON)}        whose list, of which client, from where on, for which portal, until when
//! ```

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::access::ConnectionId;
use crate::event::BusinessId;
use crate::event::when::MINUTE_US;
use crate::privacy::{BusinessKeys, Vault};

/// How long the employee's right, once asked, counts.
const LASTS_US: i64 = 15 * MINUTE_US;
/// What it is sealed as: no other secret opens as a link.
const NAME: &str = "link inside a portal";

/// What it allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pass {
    pub(super) connection: ConnectionId,
    pub(super) client: String,
    /// Who was let in, by the portal's number.
    pub(super) employee: u64,
    /// Where the list goes on.
    pub(super) after: String,
    pub(super) portal: String,
    pub(super) language: String,
    until_us: i64,
}

impl Pass {
    pub(super) fn new(
        (connection, employee): (ConnectionId, u64),
        (client, after): (&str, &str),
        (portal, language): (&str, &str),
        now_us: i64,
    ) -> Self {
        let [client, after, portal, language] = [client, after, portal, language].map(str::to_owned);
        Self { connection, employee, client, after, portal, language, until_us: now_us + LASTS_US }
    }

    /// Its address.
    pub(super) fn url(&self, keys: &BusinessKeys) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let sealed = keys.seal_secret(NAME, &text, &mut rand::rng());
        format!("/inside/{}.{}", keys.business().0, URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Reads the last part of an address; none where it is not ours, or too old.
    pub(super) fn read(vault: &Vault, text: &str, now_us: i64) -> Option<(BusinessId, Self)> {
        let (business, sealed) = text.split_once('.')?;
        let business = BusinessId(business.parse().ok()?);
        let opened = vault.keys(business)?.open_secret(NAME, &URL_SAFE_NO_PAD.decode(sealed).ok()?)?;
        let pass: Self = serde_json::from_slice(&opened).ok()?;
        (now_us < pass.until_us).then_some((business, pass))
    }
}
