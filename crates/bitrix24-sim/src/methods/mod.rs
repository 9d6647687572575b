//! The methods by name. Each family is a file with its own list; here is what they have in common.
//!
//! * `system.rs` — profile, scope, app.info, method.get · `settings.rs` — crm.settings, crm.status, crm.category, crm.stagehistory
//! * `cards.rs` — crm.lead, crm.contact, crm.deal, crm.company · `items.rs` — crm.item · `bindings.rs` — crm.lead.contact and its like
//! * `duplicates.rs` — crm.duplicate, crm.entity · `timeline.rs` — comments, log entries, notes · `activities.rs` — to-do, configurable
//! * `userfields.rs` — crm.*.userfield, userfieldconfig · `booking.rs` — booking.v1 · `chats.rs` — imopenlines
//! * `events.rs` — event.*, event.offline.* · `placements.rs` — placement.*
mod activities;
mod bindings;
mod booking;
mod cards;
mod chats;
mod duplicates;
mod events;
mod items;
mod listing;
mod placements;
mod settings;
mod system;
mod timeline;
mod userfields;

use std::collections::HashMap;

use crate::access::{Caller, CrmRight};
use crate::clock::Moment;
use crate::crm::Kind;
use crate::error::ApiError;
use crate::php::Value;
use crate::portal::Portal;
use crate::request::Args;

/// How many rows a page has, always.
pub(crate) const PAGE: usize = 50;

/// What a method is asked.
pub(crate) struct Asked<'a> {
    /// of which kind of card, where the name says it
    pub(crate) kind: Option<Kind>,
    pub(crate) caller: &'a Caller,
    pub(crate) args: &'a Args,
    pub(crate) now: Moment,
}

/// What a method answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) result: Value,
    pub(crate) total: Option<usize>,
    pub(crate) next: Option<usize>,
}

/// Which authorisation a method takes (section 1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    Any,
    /// an application's token
    App,
}

/// A method.
pub(crate) struct Method {
    pub(crate) scope: Option<&'static str>,
    pub(crate) context: Context,
    /// for administrators of the portal only
    pub(crate) admin: bool,
    /// what the employee must be allowed in the CRM
    pub(crate) crm: CrmRight,
    /// an old method: its refusals have an empty code
    pub(crate) old: bool,
    pub(crate) kind: Option<Kind>,
    pub(crate) run: Run,
}

/// How a method is run.
pub(crate) type Run = fn(&mut Portal, &Asked<'_>) -> Result<Outcome, ApiError>;

/// All methods by their name in lower case.
pub(crate) struct Table(HashMap<String, Method>);

impl Outcome {
    /// A result that is no list.
    pub(crate) fn of(result: impl Into<Value>) -> Outcome {
        Outcome { result: result.into(), total: None, next: None }
    }

    /// The common case of a result.
    pub(crate) fn ok(result: impl Into<Value>) -> Result<Outcome, ApiError> {
        Ok(Outcome::of(result))
    }
}

impl Asked<'_> {
    /// The kind that the name says.
    pub(crate) fn kind(&self) -> Result<Kind, ApiError> {
        self.kind.ok_or_else(|| ApiError::new(404, "ERROR_METHOD_NOT_FOUND", "Method not found!"))
    }
}

impl Table {
    pub(crate) fn new() -> Table {
        let mut table = Table(HashMap::new());
        system::list(&mut table);
        settings::list(&mut table);
        cards::list(&mut table);
        items::list(&mut table);
        bindings::list(&mut table);
        duplicates::list(&mut table);
        timeline::list(&mut table);
        activities::list(&mut table);
        userfields::list(&mut table);
        booking::list(&mut table);
        chats::list(&mut table);
        events::list(&mut table);
        placements::list(&mut table);
        table
    }

    /// A method by its name in lower case.
    pub(crate) fn find(&self, lower: &str) -> Option<&Method> {
        self.0.get(lower)
    }

    /// Names in lower case.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Adds a method that anybody may call.
    fn add(&mut self, name: &str, scope: Option<&'static str>, run: Run) -> &mut Method {
        let method = Method { scope, context: Context::Any, admin: false, crm: CrmRight::Nothing, old: false, kind: None, run };
        let place = self.0.entry(name.to_ascii_lowercase());
        place.insert_entry(method).into_mut()
    }

    /// Adds a method of the CRM with the right it needs.
    fn crm(&mut self, name: &str, right: CrmRight, run: Run) -> &mut Method {
        let method = self.add(name, Some("crm"), run);
        method.crm = right;
        method
    }
}
