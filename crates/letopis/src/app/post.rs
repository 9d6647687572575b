//! What goes out by itself, put together: routes and letters from the tables, reports from the console, the ways from the configuration.

use std::sync::Arc;

use rusqlite::Connection;

use super::{App, now_us};
use crate::access::Business;
use crate::console::report::{Asked, Reports};
use crate::journal::incidents::Untold;
use crate::journal::log::Logs;
use crate::journal::reports::letters::Words;
use crate::post::{Make, Post, Wanted};

/// The console's reports, for the room `post`, which does not know it.
struct Maker {
    reports: Arc<Reports>,
    logs: Logs,
}

impl Make for Maker {
    fn make(&self, conn: &Connection, business: &Business, wanted: &Wanted, now_us: i64) -> Result<Words, String> {
        let Wanted { kind, language, from_us, to_us } = wanted.clone();
        // Routes are the owner's decision, and the owner may know who looked.
        let asked = Asked { kind, language, from_us, to_us, with_access: true };
        let log = self.logs.of(business.id);
        let made = self.reports.make(conn, business, log.as_deref(), &asked, now_us).map_err(|e| e.to_string())?;
        Ok(Words { title: made.title, text: made.text, html: made.html })
    }

    fn incident(&self, business: &Business, language: &str, untold: &Untold, link: &str, now_us: i64) -> Words {
        let (title, text) = self.reports.incident(business, language, untold, link, now_us);
        Words { title, text, html: None }
    }

    fn say(&self, language: &str, key: &str, what: &str) -> String {
        self.reports.say(language, key, what)
    }
}

impl App {
    /// Whoever sends reports.
    #[must_use]
    pub fn post(&self) -> Post {
        Post {
            store: self.store.clone(),
            vault: self.vault.clone(),
            logs: self.logs.clone(),
            upstream: self.outside.bots.clone(),
            config: self.config.post.clone(),
            make: Arc::new(Maker { reports: Arc::clone(&self.outside.reports), logs: self.logs.clone() }),
            base_url: self.base_url(),
            figures: Arc::clone(&self.outside.post),
            now_us,
        }
    }
}
