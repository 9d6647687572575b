//! What comes of somebody opening our pages inside a CRM's portal: who may see what, or why nobody may.
//!
//! Whoever asks the portal (`sinks`) and whoever draws pages (`console`) share these; neither knows the other.

use super::word::words;
use super::{ConnectionId, SecretName};
use crate::event::{BusinessId, CrmRef};

/// An employee of the portal before a page of ours, who may see what it is about: the portal itself said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Whose journal.
    pub business: BusinessId,
    /// Through which connection.
    pub connection: ConnectionId,
    /// Scheme and host of the portal: it alone may frame the page.
    pub portal: String,
    /// The card that is open, and those that it is bound to; none: the application's own page.
    pub cards: Vec<CrmRef>,
    /// The number that the portal gives the employee; 0 where it did not say.
    pub employee: u64,
    /// The language of the portal.
    pub language: String,
    /// What was said may be shown, not only that something was.
    pub shows_words: bool,
}

/// What an installation, or its end, changed here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Whose.
    pub business: BusinessId,
    /// Which connection.
    pub connection: ConnectionId,
    /// Scheme and host of the portal.
    pub portal: String,
    /// The secrets that are others now.
    pub changed: Vec<SecretName>,
    /// Whether a person looks at the answer; if not, it is an event.
    pub is_page: bool,
    /// Under which number the portal's page knows its frame.
    pub frame: String,
    /// Whether all of our pages and events stand in the portal.
    pub is_whole: bool,
    /// The language of the portal.
    pub language: String,
}

words! {
    /// Why nothing is shown.
    Unseen, "reason" {
        /// No connection of that address.
        Unknown = "unknown",
        /// What was posted cannot be read.
        Unreadable = "unreadable",
        /// The application is not installed here.
        NotInstalled = "not_installed",
        /// It does not prove that it comes from the portal.
        Stranger = "stranger",
        /// It comes from another portal than the one that is connected.
        OtherPortal = "other_portal",
        /// It comes from another application.
        OtherApp = "other_app",
        /// The employee may not see that card.
        NoRight = "no_right",
        /// The portal does not know the employee's key any more: the page stood open too long.
        Stale = "stale",
        /// The portal does not answer.
        Silent = "silent",
    }
}

/// The same with what is needed to say it inside the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub why: Unseen,
    /// The portal that may frame the page which says so; none where it did not prove to be one.
    pub portal: Option<String>,
    /// The language of the portal.
    pub language: String,
}

impl From<Unseen> for Refused {
    fn from(why: Unseen) -> Self {
        Self { why, portal: None, language: String::new() }
    }
}
