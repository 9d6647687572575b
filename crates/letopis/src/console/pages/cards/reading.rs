//! How reading a portal stands: last look, last change there, last pass over every card, and what stands in the way in plain words.

use rusqlite::Connection as Database;

use super::super::connections::health::Problem;
use super::super::error::PageError;
use super::super::visitor::Visitor;
use crate::journal::crm::reads::{self, Overview};

/// Facts with what they are, and the problem.
pub(in crate::console::pages) struct Reading {
    pub(in crate::console::pages) facts: Vec<(String, String)>,
    pub(in crate::console::pages) problem: Option<Problem>,
}

/// What is known of a connection that reads; nothing of one that does not.
pub(in crate::console::pages) fn known(conn: &Database, connection: &str, reads: bool) -> Result<Option<Overview>, PageError> {
    if reads { Ok(Some(reads::overview(conn, connection)?)) } else { Ok(None) }
}

impl Reading {
    pub(in crate::console::pages) fn of(visitor: &Visitor, overview: Option<Overview>) -> Self {
        let (t, clock) = (&visitor.t, visitor.clock());
        let Some(overview) = overview else {
            return Self { facts: vec![(t.say("reading"), t.say("reading-off"))], problem: None };
        };
        let moment = |us: Option<i64>| us.map_or_else(|| t.say("reading-never"), |us| clock.when(us));
        let fact = |key: &str, value: String| (t.say(key), value);
        let mut facts = vec![
            fact("reading-looked", moment(overview.looked_us)),
            fact("reading-changed", moment(overview.changed_us)),
            fact("reading-night", moment(overview.night_us)),
        ];
        if overview.waiting > 0 {
            facts.push(fact("reading-waiting", overview.waiting.to_string()));
        }
        Self { facts, problem: overview.problem.map(|problem| Problem::of(t, &problem)) }
    }
}
