//! Who looked at whom, for the trail: one line an hour for a person and what they looked at, not one for every refresh of a page.
//!
//! The line is written beside the answer, not before it: a page does not wait for a disk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::error::PageError;
use super::visitor::Visitor;
use crate::access::trail::{About, What, Who, audit};
use crate::event::BusinessId;
use crate::event::when::HOUR_US;
use crate::store::Store;

/// Lines remembered; beyond it the memory starts afresh, and a line is written once more.
const REMEMBERED: usize = 10_000;

/// What was noted within the last hour.
#[derive(Default)]
pub(super) struct Looked(Mutex<HashMap<(BusinessId, String, String), i64>>);

impl Looked {
    /// Notes that the visitor saw the data of `target`, a public id.
    pub(super) fn at(&self, store: &Store, visitor: &Visitor, what: What, target: &str) {
        self.by(store, (visitor.business.id, visitor.signed_in.who()), what, target, visitor.now_us);
    }

    /// The same of whoever has no account here.
    pub(super) fn by(&self, store: &Store, (business, who): (BusinessId, Who), what: What, target: &str, now_us: i64) {
        if what == What::Viewed && !self.is_news((business, who), target, now_us) {
            return;
        }
        let target = target.to_owned();
        let noted =
            move |tx: &rusqlite::Transaction<'_>| Ok::<_, PageError>(audit(tx, About::Business(business), who, what, target, now_us)?);
        if let Err(e) = store.submit(noted) {
            tracing::error!(error = %e, "a look at personal data was not noted");
        }
    }

    fn is_news(&self, (business, who): (BusinessId, Who), target: &str, now_us: i64) -> bool {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= REMEMBERED {
            recent.clear();
        }
        let noted_us = recent.entry((business, who.to_string(), target.to_owned())).or_insert(i64::MIN);
        let news = *noted_us == i64::MIN || now_us - *noted_us >= HOUR_US;
        if news {
            *noted_us = now_us;
        }
        news
    }
}
