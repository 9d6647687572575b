//! Where the journal and a CRM tell different things, each with what it is known by. Asked, never stored: whatever settles one (a card that was found,
//! a decision, an erasure) takes it away by itself.
//!
//! * `claimed` – the assistant says that it made a lead, and there is none · `strangers` – a card that no dialogue leads to
//! * `doubles` – one client, several open cards · `outcomes` – the card ended otherwise than others tell; and entries that the CRM refused
//!
//! It counts what is there; what a person may do about it is the page's matter.

mod claimed;
mod doubles;
mod outcomes;
mod strangers;
#[cfg(test)]
mod tests;

use rusqlite::Connection;
use serde::Serialize;

use super::rulings::Rulings;
use super::{entries, reads};
use crate::event::BusinessId;
use crate::event::when::DAY_US;
pub use claimed::Answers;

/// What is older is history.
pub const BACK_US: i64 = 90 * DAY_US;
/// Refused entries that are named; all are counted.
const BURIED: u32 = 500;

/// A connection to a CRM, as far as its settings decide what can be a difference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Portal {
    /// Its public id.
    pub connection: String,
    /// Clients' cards are looked for there.
    pub finds: bool,
    /// What changes there is read.
    pub reads: bool,
    /// Only cards from these sources have a dialogue; of an empty list all.
    pub sources: Vec<String>,
}

/// When it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Now.
    pub now_us: i64,
    /// So long the bot, the search for a card and the reading may take: before that nothing is a difference.
    pub grace_us: i64,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Whose portal.
    pub connection: String,
    /// Since when.
    pub since_us: i64,
    /// The client's public id, where one is known.
    pub client: Option<String>,
    /// The employee who has the card, by the CRM's number.
    pub responsible: Option<u64>,
    /// What it is.
    #[serde(flatten)]
    pub what: What,
}

/// What differs, with its evidence. Cards are written `lead:12`, records by their index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// The assistant says that it made a lead: the CRM has none.
    Claimed {
        /// The record that says it.
        record: u64,
        /// In which conversation.
        session: String,
        /// The card that it names, as written.
        given: Option<String>,
        /// It was there and is not any more.
        is_gone: bool,
        /// How the search for a card stands: `sought`, `making`, `buried`, `found` (another one); nothing where none is looked for.
        search: Option<String>,
        /// Why there is none yet.
        problem: Option<String>,
    },
    /// A lead or deal of nobody whom the journal knows.
    Stranger {
        /// Which.
        card: String,
        /// Where the client came from, as the CRM names it.
        source: Option<String>,
        /// Where it stands.
        stage: Option<String>,
    },
    /// One client has several open cards of a kind.
    Double {
        /// The one that dialogues are written to.
        card: String,
        /// The rest.
        others: Vec<String>,
        /// How the first was found.
        found_by: Option<String>,
    },
    /// A card ended one way, and others tell another.
    Outcome {
        /// Which.
        card: String,
        /// What the CRM says, as a type of event.
        crm: String,
        /// The record of it.
        told: u64,
        /// When, as the CRM says.
        told_us: i64,
        /// What others say.
        journal: String,
        /// The record of it.
        own: u64,
        /// When they say it happened.
        own_us: i64,
    },
    /// The CRM does not take an entry.
    Buried {
        /// Its number in the outbox.
        entry: i64,
        /// Of which conversation.
        session: String,
        /// What the CRM says.
        problem: Option<String>,
    },
}

/// How many of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// [`What::Claimed`].
    pub claimed: u64,
    /// [`What::Stranger`].
    pub strangers: u64,
    /// [`What::Double`].
    pub doubles: u64,
    /// [`What::Outcome`].
    pub outcomes: u64,
    /// [`What::Buried`].
    pub buried: u64,
}

impl Counts {
    /// All together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.claimed + self.strangers + self.doubles + self.outcomes + self.buried
    }
}

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// How many.
    pub counts: Counts,
    /// Each, the oldest first.
    pub list: Vec<Difference>,
}

/// What every question of one connection works with.
struct Desk<'a> {
    conn: &'a Connection,
    business: BusinessId,
    portal: &'a Portal,
    /// All of the business: what another portal has is not lacking.
    portals: &'a [Portal],
    rulings: Rulings,
    /// When reading began, by what is read; nothing where it has not.
    leads_us: Option<i64>,
    deals_us: Option<i64>,
    asked: Asked,
}

/// All differences of a business with the portals that it has.
///
/// # Errors
/// When the database says no.
pub fn differences(conn: &Connection, business: BusinessId, portals: &[Portal], asked: Asked) -> rusqlite::Result<Found> {
    let mut found = Found::default();
    for portal in portals {
        let desk = Desk::at(conn, business, (portal, portals), asked)?;
        let Found { counts, list } = &mut found;
        let mut take = |count: &mut u64, mut all: Vec<Difference>| {
            *count += all.len() as u64;
            list.append(&mut all);
        };
        take(&mut counts.claimed, claimed::of(&desk)?);
        take(&mut counts.strangers, strangers::of(&desk)?);
        take(&mut counts.doubles, doubles::of(&desk)?);
        take(&mut counts.outcomes, outcomes::of(&desk)?);
        list.extend(buried(&desk)?);
        counts.buried += entries::standing(conn, business, &portal.connection)?.buried;
    }
    found.list.sort_by(|one, other| (one.since_us, &one.client).cmp(&(other.since_us, &other.client)));
    Ok(found)
}

/// What the CRMs say of leads that the assistant told of.
///
/// # Errors
/// When the database says no.
pub fn answers(conn: &Connection, business: BusinessId, portals: &[Portal], asked: Asked) -> rusqlite::Result<Answers> {
    let mut answers = Answers::default();
    for portal in portals {
        claimed::answers(&Desk::at(conn, business, (portal, portals), asked)?, &mut answers)?;
    }
    Ok(answers)
}

fn buried(desk: &Desk<'_>) -> rusqlite::Result<Vec<Difference>> {
    let rows = entries::listed(desk.conn, desk.business, &desk.portal.connection, true, BURIED)?;
    let one = |row: entries::Lacking| {
        let what = What::Buried { entry: row.id, session: row.session, problem: row.problem };
        desk.difference(row.made_us, Some(row.client), None, what)
    };
    Ok(rows.into_iter().map(one).collect())
}

impl<'a> Desk<'a> {
    /// Of one portal among those that there are.
    fn at(
        conn: &'a Connection,
        business: BusinessId,
        (portal, portals): (&'a Portal, &'a [Portal]),
        asked: Asked,
    ) -> rusqlite::Result<Self> {
        let rulings = Rulings::of(conn, business, &portal.connection)?;
        // A CRM counts in seconds.
        let begun = |what| {
            let standing = reads::of(conn, &portal.connection, what)?;
            Ok::<_, rusqlite::Error>(standing.map(|standing| standing.first - standing.first.rem_euclid(1_000_000)))
        };
        let (leads_us, deals_us) = (begun("leads")?, begun("deals")?);
        Ok(Self { conn, business, portal, portals, rulings, leads_us, deals_us, asked })
    }

    fn difference(&self, since_us: i64, client: Option<String>, responsible: Option<u64>, what: What) -> Difference {
        Difference { connection: self.portal.connection.clone(), since_us, client, responsible, what }
    }
}
