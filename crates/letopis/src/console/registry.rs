//! Versions of scenarios and prompts as people put them and make them active: checked, then decided. For pages, the API and commands alike.
//!
//! A text is the business's own. Where it names a phone or address of a client whom the journal knows it is refused: decisions are never erased.

use std::collections::BTreeSet;

use crate::decide::{Decide, DecideError};
use crate::event::record::Decision;
use crate::event::scenario::{Activation, Put};
use crate::event::{BusinessId, phones_in};
use crate::journal::clients::known_contact;
use crate::journal::scenarios;
use crate::store::{Store, StoreError};

/// Why a version is not as somebody wants it.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// What is wrong with it.
    #[error("{0}")]
    Wrong(&'static str),
    /// No such version.
    #[error("no such version of that scenario: put it first")]
    Unknown,
    /// There is one of that name with another text.
    #[error("this version is there with another text: a version is put once, take the next number")]
    Taken,
    /// It names a client.
    #[error("the text has the phone or e-mail of a client in it: it would be kept for ever, so take it out")]
    NamesClient,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be decided.
    #[error(transparent)]
    Decide(#[from] DecideError),
}

impl From<rusqlite::Error> for RegistryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A version that is to be put.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Of which scenario or prompt.
    pub name: String,
    /// Its version; none: the next number.
    pub version: Option<String>,
    /// What the bot is told.
    pub text: String,
    /// What is new in it.
    pub comment: String,
    /// It is to answer at once.
    pub activate: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Done {
    /// The version.
    pub version: String,
    /// It was not there before.
    pub new: bool,
    /// It answers now.
    pub active: bool,
}

/// Whoever changes versions of a business.
pub struct Registry<'a> {
    /// The tables.
    pub store: &'a Store,
    /// How people change things.
    pub decide: &'a Decide,
    /// Whose.
    pub business: BusinessId,
    /// Who does it.
    pub by: &'a str,
    /// Now.
    pub now_us: i64,
}

impl Registry<'_> {
    /// Puts a version; the same again changes nothing.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub async fn put(&self, wish: Wish) -> Result<Done, RegistryError> {
        let Wish { name, version, text, comment, activate } = wish;
        let trimmed = |text: String| text.trim().to_owned();
        let wanted = version.map(trimmed).filter(|version| !version.is_empty());
        let put = Put { name: trimmed(name), version: wanted.clone().unwrap_or_else(|| "1".into()), text, comment: trimmed(comment) };
        if let Some(fault) = put.fault() {
            return Err(RegistryError::Wrong(fault));
        }
        let (business, asked) = (self.business, put.clone());
        let found = self.store.read(move |conn| place(conn, business, asked, wanted.is_some())).await?;
        let (put, is_new) = match found {
            Place::There(version) => (Put { version, ..put }, false),
            Place::Free(version) => (Put { version, ..put }, true),
        };
        if is_new {
            self.decide.decide(self.business, self.by, Decision::ScenarioPut(put.clone()), self.now_us).await?;
            let (asked, version) = (put.clone(), put.version.clone());
            // Two people at once: the first one's text is the version's.
            let found = self.store.read(move |conn| place(conn, business, Put { version, ..asked }, true)).await?;
            if matches!(found, Place::Free(_)) {
                return Err(DecideError::Behind.into());
            }
        }
        let active = if activate { self.activate(&put.name, &put.version).await? } else { self.answers(&put.name, &put.version).await? };
        Ok(Done { version: put.version, new: is_new, active })
    }

    /// Makes a version the one that answers; whether it does, which it did before too if nothing changed.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub async fn activate(&self, name: &str, version: &str) -> Result<bool, RegistryError> {
        let (business, asked) = (self.business, (name.to_owned(), version.to_owned()));
        let known = self.store.read(move |conn| Ok::<_, RegistryError>(scenarios::version(conn, business, &asked.0, &asked.1)?)).await?;
        if known.is_none() {
            return Err(RegistryError::Unknown);
        }
        if !self.answers(name, version).await? {
            let decision = Decision::ScenarioActivated(Activation { name: name.to_owned(), version: version.to_owned() });
            self.decide.decide(self.business, self.by, decision, self.now_us).await?;
        }
        Ok(true)
    }

    async fn answers(&self, name: &str, version: &str) -> Result<bool, RegistryError> {
        let (business, name) = (self.business, name.to_owned());
        let active = self.store.read(move |conn| Ok::<_, RegistryError>(scenarios::active(conn, business, &name)?)).await?;
        Ok(active.is_some_and(|active| active.version == version))
    }
}

/// Where a version belongs.
enum Place {
    /// It is there.
    There(String),
    /// It can be put under this.
    Free(String),
}

fn place(conn: &rusqlite::Connection, business: BusinessId, put: Put, is_named: bool) -> Result<Place, RegistryError> {
    let known = scenarios::versions(conn, business, Some(&put.name))?;
    if let Some(same) = known.iter().find(|known| is_named && known.version == put.version) {
        return if scenarios::text(conn, same)? == put.text { Ok(Place::There(put.version)) } else { Err(RegistryError::Taken) };
    }
    if let Some(newest) = known.first().filter(|_| !is_named)
        && scenarios::text(conn, newest)? == put.text
    {
        return Ok(Place::There(newest.version.clone()));
    }
    if names_client(conn, business, &put.text)? || names_client(conn, business, &put.comment)? {
        return Err(RegistryError::NamesClient);
    }
    let highest = known.iter().filter_map(|known| known.version.parse::<u64>().ok()).max().unwrap_or(0);
    Ok(Place::Free(if is_named { put.version } else { (highest + 1).to_string() }))
}

/// Addresses of a text that are looked up.
const MOST_ADDRESSES: usize = 100;

/// Whether a text has a phone or an e-mail in it that a client of this business is known by.
fn names_client(conn: &rusqlite::Connection, business: BusinessId, text: &str) -> rusqlite::Result<bool> {
    for (phone, _) in phones_in(text) {
        if known_contact(conn, business, "phone", &phone.to_string())? {
            return Ok(true);
        }
    }
    for address in addresses(text) {
        if known_contact(conn, business, "email", &address)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What stands around every `@`, whatever it is wrapped in; each once, and no more than a prompt may well hold.
fn addresses(text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let around = text.match_indices('@').map(|(at, _)| {
        let before = text[..at].rfind(|c| !is_name(c)).map_or(0, |stop| stop + text[stop..].chars().next().map_or(1, char::len_utf8));
        let after = text[at + 1..].find(|c: char| !(c.is_alphanumeric() || "-.".contains(c))).map_or(text.len(), |stop| at + 1 + stop);
        text[before..after].trim_matches(['.', '-', '_']).to_lowercase()
    });
    around.filter(|address| !address.starts_with('@') && !address.ends_with('@')).take(MOST_ADDRESSES).collect()
}
