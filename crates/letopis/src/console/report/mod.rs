//! Reports: a week, a month or yesterday, as a page of its own that prints, and as a few lines for a messenger.
//!
//! A twin of the dossier: no script, nothing fetched, charts drawn as SVG. Every number comes from `metrics/figures` or from the room that
//! keeps what is counted; nothing is computed here but what words need. Weekly report and digest hold no personal data: whoever gets them
//! may be anybody's partner. Who sends them, when and where to is the room `post`.
//!
//! * `facts` – what is asked · `weekly` (`worth`: its money and work) `digest` `audit` (`work`: what broke, what was reviewed) – what each says · `tongue` – how numbers and dates are said

mod audit;
mod digest;
mod facts;
#[cfg(test)]
mod tests;
mod tongue;
mod weekly;
mod work;
mod worth;

use jiff::tz::{Offset, TimeZone};
use rusqlite::Connection;

use super::pages::incidents::in_words;
use super::pages::language::{Language, Library};
use super::pages::moments::Clock;
use crate::access::{AccessError, Business};
use crate::event::BusinessId;
use crate::journal::incidents::{Telling, Untold};
use crate::journal::log::Log;
use crate::journal::reports::Kind;
use tongue::Tongue;

/// What a text for a messenger may have: «утренняя сводка» is read on a phone's lock screen.
pub const TEXT_CHARS: usize = 900;

/// Which report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What it is about.
    pub kind: Kind,
    /// `ru` or `en`; anything else is Russian.
    pub language: String,
    /// From this moment.
    pub from_us: i64,
    /// Before this one.
    pub to_us: i64,
    /// Whether the receiver may know who of the staff looked at what.
    pub with_access: bool,
}

/// A finished one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One line, as the subject of a letter.
    pub title: String,
    /// At most [`TEXT_CHARS`] characters.
    pub text: String,
    /// The page; a digest has none.
    pub html: Option<String>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The database said no.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// So it did about people.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The page could not be written.
    #[error("page: {0}")]
    Page(#[from] askama::Error),
    /// There is no such report to make.
    #[error("{0} is told as it happens, not made")]
    Kind(&'static str),
}

/// Makes them.
#[derive(Debug, Default)]
pub struct Reports {
    library: Library,
}

impl Reports {
    /// What they are said with; the pages say it with the same.
    pub(in crate::console) fn library(&self) -> Library {
        self.library.clone()
    }

    /// One report about a business.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn make(
        &self,
        conn: &Connection,
        business: &Business,
        log: Option<&Log>,
        asked: &Asked,
        now_us: i64,
    ) -> Result<Report, ReportError> {
        let language = Language::named(&asked.language).unwrap_or_default();
        let t = self.library.texts(language);
        let tongue = Tongue::new(&t, zone_of(&business.timezone));
        match asked.kind {
            Kind::Weekly => weekly::make(conn, business, &tongue, asked, now_us),
            Kind::Digest => digest::make(conn, business, &tongue, asked, now_us),
            Kind::Audit => audit::make(conn, business, log, &tongue, asked, now_us),
            Kind::Alert => Err(ReportError::Kind("an alert")),
        }
    }

    /// What people are told of an incident: one line, and a few.
    #[must_use]
    pub fn incident(&self, business: &Business, language: &str, untold: &Untold, link: &str, now_us: i64) -> (String, String) {
        let t = self.library.texts(Language::named(language).unwrap_or_default());
        let clock = Clock::new(t.clone(), &business.timezone, now_us);
        let (title, says) = in_words(&t, &clock, &untold.incident);
        let key = if untold.what == Telling::Opened { "alert-opened" } else { "alert-over" };
        let began = clock.when(untold.incident.began_us);
        let values = [("business", business.name.as_str().into()), ("title", title.into())];
        let text = t.with("alert-text", &[("says", says.into()), ("began", began.into()), ("link", link.into())]);
        (t.with(key, &values), text)
    }

    /// The message of a key, for what is written around a report.
    #[must_use]
    pub fn say(&self, language: &str, key: &str, what: &str) -> String {
        self.library.texts(Language::named(language).unwrap_or_default()).of(key, what)
    }
}

/// The clock of a business, as pages take it.
#[must_use]
pub fn zone_of(timezone: &str) -> TimeZone {
    TimeZone::get(timezone).unwrap_or_else(|_| TimeZone::fixed(Offset::constant(3)))
}

/// The name of a report's file: `letopis-weekly-main-2025-01-13.html`.
#[must_use]
pub fn file_name(kind: Kind, slug: &str, day: &str) -> String {
    format!("letopis-{}-{slug}-{day}.html", kind.as_str())
}

/// Whose numbers, as the questions take it.
fn asker(conn: &Connection, business: BusinessId, zone: &TimeZone, now_us: i64) -> rusqlite::Result<crate::metrics::figures::Asker> {
    let settled = crate::metrics::terms::Settled::of(conn, business)?;
    let window_us = settled.terms(zone.clone()).window_us;
    Ok(crate::metrics::figures::Asker { business, zone: zone.clone(), now_us, window_us })
}
