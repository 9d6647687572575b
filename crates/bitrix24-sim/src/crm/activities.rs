//! Activities of a card: to-do items, and the configurable ones of applications.
use super::Kind;
use crate::clock::Moment;
use crate::php::{Map, Value};

/// An activity.
#[derive(Debug, Clone)]
pub struct Activity {
    /// its number
    pub id: u64,
    /// the kind of its card
    pub owner_kind: Kind,
    /// its card
    pub owner: u64,
    /// `CRM_TODO`, `CONFIGURABLE_REST_APP`
    pub provider: &'static str,
    /// heading
    pub title: String,
    /// text
    pub description: String,
    /// until when
    pub deadline: Option<Moment>,
    /// who has to do it
    pub responsible: u64,
    /// who made it
    pub author: u64,
    /// when it was made
    pub created: Moment,
    /// done
    pub completed: bool,
    /// colour, reminders and other settings as they were given
    pub rest: Map,
    /// layout of a configurable activity
    pub layout: Value,
}

impl super::Crm {
    /// A number for a new activity.
    pub(crate) fn new_activity(&mut self) -> u64 {
        super::next(&mut self.numbers.activity)
    }
}
