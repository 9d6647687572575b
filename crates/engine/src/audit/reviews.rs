//! What people are to look at is drawn: the unsure intents of a week, conversations of a month.
//!
//! It asks the journal what there was, draws by a seed (`statistics::sample::draw`), and decides; the draw is sealed as a whole, so that
//! anybody can repeat it. A month that was drawn already is drawn further by the same seed when more conversations are asked for.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use jiff::tz::TimeZone;
use ledger::RecordList;
use rand::Rng;
use serde::Serialize;
use statistics::sample::draw::draw;

use super::facts::Checked;
use super::periods::{self, Period};
use crate::access::Business;
use crate::decide::{Decide, DecideError};
use crate::event::BusinessId;
use crate::event::record::Decision;
use crate::event::review::{Draw, Drawn, ReviewQueue, SESSIONS_A_MONTH};
use crate::journal::known;
use crate::journal::reviews::{self as journal, Population, Stored};
use crate::store::{Store, StoreError};

/// Seeds stay below what every JSON reader can hold.
const SEED_BITS: u32 = 53;

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum ReviewsError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The draw was not accepted.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// No such week or month.
    #[error("{0}: name a week as 2026-W46, or a month as 2026-11")]
    NoPeriod(String),
    /// It is not over.
    #[error("{0} is not over yet: what comes in it would not be drawn")]
    NotOver(String),
    /// There is nothing to draw from.
    #[error("nothing to look at in {0}")]
    Nothing(String),
    /// It was, and no more is asked for.
    #[error("{0} is drawn already; --sessions with a higher number draws further")]
    Drawn(String),
}

impl From<rusqlite::Error> for ReviewsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What is wanted.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// `2026-W46` or `2026-11`.
    pub period: String,
    /// Conversations of a month; as settled where nothing is said.
    pub sessions: Option<u32>,
    /// Drawn where nothing is said.
    pub seed: Option<u64>,
}

/// What was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `low` or `random`.
    pub queue: ReviewQueue,
    /// Week or month.
    pub period: String,
    /// Of the draw.
    pub seed: u64,
    /// Unsure units.
    pub low: u64,
    /// The other units.
    pub rest: u64,
    /// Conversations.
    pub sessions: u64,
    /// Of them drawn.
    pub drawn: u64,
}

/// Draws.
pub struct Reviews {
    pub(super) store: Store,
    pub(super) decide: Decide,
    pub(super) now_us: fn() -> i64,
    /// Weeks and months that were looked at, and when it is worth looking again: what is drawn never, what was empty in an hour.
    pub(super) settled: Mutex<HashMap<(BusinessId, String), i64>>,
    /// How far answers were held against the facts.
    pub(super) checked: Mutex<Checked>,
}

impl Reviews {
    /// Over this store, deciding through `decide`.
    #[must_use]
    pub fn new(store: Store, decide: Decide, now_us: fn() -> i64) -> Self {
        Self { store, decide, now_us, settled: Mutex::default(), checked: Mutex::default() }
    }

    /// Draws a week or a month.
    ///
    /// # Errors
    /// When there is nothing to draw, or it was drawn.
    pub async fn draw(&self, business: &Business, by: &str, wish: Wish) -> Result<Report, ReviewsError> {
        let zone = zone(business);
        let week = periods::week(&zone, &wish.period);
        let queue = if week.is_some() { ReviewQueue::Low } else { ReviewQueue::Random };
        let period = week.or_else(|| periods::month(&zone, &wish.period));
        let period = period.ok_or_else(|| ReviewsError::NoPeriod(wish.period.clone()))?;
        if period.to_us > (self.now_us)() {
            return Err(ReviewsError::NotOver(period.name));
        }
        let seed = wish.seed.unwrap_or_else(|| rand::rng().next_u64() >> (64 - SEED_BITS));
        let id = business.id;
        let drawn = self.store.read(move |conn| {
            let earlier = journal::draws(conn, id, queue, usize::MAX)?.into_iter().find(|stored| stored.draw.period == period.name);
            let population = journal::population(conn, id, period.from_us, period.to_us)?;
            let sessions = match wish.sessions {
                Some(sessions) => sessions,
                None => settled_sessions(conn, id)?,
            };
            match (queue, earlier) {
                (ReviewQueue::Low, None) => of_week(&period, &population, seed),
                (ReviewQueue::Low, Some(_)) => Err(ReviewsError::Drawn(period.name)),
                (_, None) => of_month(&period, &population, seed, sessions),
                (_, Some(earlier)) => further(earlier, &population, sessions),
            }
        });
        let drawn = drawn.await?;
        let report = Report::of(&drawn);
        self.decide.decide(id, by, Decision::ReviewsDrawn(drawn), (self.now_us)()).await?;
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).insert((id, report.period.clone()), i64::MAX);
        Ok(report)
    }
}

impl Report {
    /// Of a draw.
    #[must_use]
    pub fn of(draw: &Draw) -> Self {
        let count = |list: &str| list.parse::<RecordList>().map_or(0, |list| list.len());
        let (low, sessions) = (count(&draw.units), count(&draw.frame));
        let (queue, period) = (draw.queue, draw.period.clone());
        Self { queue, period, seed: draw.seed, low, rest: draw.rest, sessions, drawn: draw.sessions.len() as u64 }
    }
}

/// How many conversations a month the business wants drawn.
///
/// # Errors
/// When the database says no.
pub fn settled_sessions(conn: &rusqlite::Connection, business: BusinessId) -> rusqlite::Result<u32> {
    let settled = known::of(conn, business)?.into_iter().find(|(what, _)| what == known::REVIEWS);
    let value: Option<serde_json::Value> = settled.and_then(|(_, value)| serde_json::from_str(&value).ok());
    Ok(value.and_then(|value| u32::try_from(value["sessions"].as_u64()?).ok()).unwrap_or(SESSIONS_A_MONTH))
}

pub(super) fn zone(business: &Business) -> TimeZone {
    TimeZone::get(&business.timezone).unwrap_or(TimeZone::UTC)
}

fn of_week(period: &Period, population: &Population, seed: u64) -> Result<Draw, ReviewsError> {
    let low = population.low();
    if low.is_empty() {
        return Err(ReviewsError::Nothing(period.name.clone()));
    }
    let Period { name, from_us, to_us } = period.clone();
    let (units, rest) = (RecordList::of(low).to_string(), population.rest());
    let (frame, sessions) = (String::new(), Vec::new());
    Ok(Draw { queue: ReviewQueue::Low, period: name, from_us, to_us, seed, frame, sessions, units, rest, through: None })
}

fn of_month(period: &Period, population: &Population, seed: u64, many: u32) -> Result<Draw, ReviewsError> {
    if population.sessions.is_empty() {
        return Err(ReviewsError::Nothing(period.name.clone()));
    }
    let Period { name, from_us, to_us } = period.clone();
    let frame = RecordList::of(population.sessions.keys().copied());
    let sessions = chosen(&name, seed, &frame, population, many);
    let (units, rest) = (RecordList::of(population.low()).to_string(), population.rest());
    Ok(Draw {
        queue: ReviewQueue::Random,
        period: name,
        from_us,
        to_us,
        seed,
        frame: frame.to_string(),
        sessions,
        units,
        rest,
        through: None,
    })
}

/// The same draw with more conversations: a longer one begins with the shorter one. What went meanwhile cannot be looked at, and is left out.
fn further(earlier: Stored, population: &Population, many: u32) -> Result<Draw, ReviewsError> {
    let draw = earlier.draw;
    let frame: RecordList = draw.frame.parse().unwrap_or_default();
    let there = chosen(&draw.period, draw.seed, &frame, population, many);
    let known: HashSet<u64> = draw.sessions.iter().map(|drawn| drawn.session).collect();
    let more: Vec<Drawn> = there.into_iter().filter(|drawn| !known.contains(&drawn.session)).collect();
    if more.is_empty() {
        return Err(ReviewsError::Drawn(draw.period));
    }
    let sessions = draw.sessions.iter().cloned().chain(more).collect();
    Ok(Draw { sessions, ..draw })
}

/// Those of the lowest ranks that are there.
fn chosen(period: &str, seed: u64, frame: &RecordList, population: &Population, many: u32) -> Vec<Drawn> {
    let names: Vec<String> = frame.iter().map(|record| record.to_string()).collect();
    let drawn = draw(period, seed, names.iter().map(String::as_str), many as usize);
    let numbers = drawn.ids.iter().filter_map(|id| id.parse::<u64>().ok());
    let there = numbers.filter(|session| population.sessions.contains_key(session));
    there.map(|session| Drawn { session, units: RecordList::of(population.rest_of(session)).to_string() }).collect()
}
