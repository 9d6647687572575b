//! The assistant's answers are held against what the business says of itself: prices, hours, services.
//!
//! From a list's upload on, and of the week before it. What contradicts it goes to the queue `facts` as a sealed decision; where nothing
//! does, nothing is sealed, and only this process remembers how far it came.

use std::collections::HashMap;
use std::sync::PoisonError;

use ledger::RecordList;

use super::reviews::{Reviews, ReviewsError, zone};
use crate::access::Business;
use crate::event::record::Decision;
use crate::event::review::{Draw, ReviewQueue};
use crate::event::when::DAY_US;
use crate::event::{BusinessId, RecordNo};
use crate::journal::reviews as journal;

/// Answers of one go: a fifth of a second of a reader.
const ANSWERS: usize = 1_000;
/// What was said before a list was uploaded is held against it for so long.
const BACK_US: i64 = 7 * DAY_US;

/// How far this process came with which list.
pub(super) type Checked = HashMap<BusinessId, (RecordNo, RecordNo)>;

impl Reviews {
    /// Holds what was answered since the last time against the facts; how many answers say otherwise.
    ///
    /// # Errors
    /// When the database says no, or the decision is not accepted.
    pub async fn check_facts(&self, business: &Business, by: &str) -> Result<usize, ReviewsError> {
        let (id, zone, now_us) = (business.id, zone(business), (self.now_us)());
        let Some((facts, list)) = self.store.read(move |conn| Ok::<_, ReviewsError>(journal::facts(conn, id)?)).await? else {
            return Ok(0);
        };
        let known = self.checked.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        let mut at = match known.filter(|(of, _)| *of == list) {
            Some((_, at)) => at,
            None => self.store.read(move |conn| Ok::<_, ReviewsError>(begin(conn, id, list, now_us)?)).await?,
        };
        let mut found = 0;
        loop {
            let (facts, zone, from) = (facts.clone(), zone.clone(), at);
            let held = self.store.read(move |conn| Ok::<_, ReviewsError>(journal::hold(conn, &facts, &zone, from, ANSWERS)?)).await?;
            let Some(held) = held else { break };
            if !held.wrong.is_empty() {
                found += held.wrong.len();
                self.decide.decide(id, by, Decision::ReviewsDrawn(draw(&held, now_us)), now_us).await?;
            }
            at = held.through;
            if !held.more {
                break;
            }
        }
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(id, (list, at));
        Ok(found)
    }
}

/// Behind what was held against this list before, or behind what is too old.
fn begin(conn: &rusqlite::Connection, business: BusinessId, list: RecordNo, now_us: i64) -> rusqlite::Result<RecordNo> {
    let since = journal::since(conn, business, now_us - BACK_US)?;
    let last = journal::draws(conn, business, ReviewQueue::Facts, 1)?.into_iter().next().filter(|stored| stored.record > list);
    let through = last.and_then(|stored| stored.draw.through).map(|through| RecordNo::new(business, through));
    Ok(through.map_or(since, |through| through.max(since)))
}

fn draw(held: &journal::Held, now_us: i64) -> Draw {
    let period = jiff::Timestamp::from_microsecond(now_us).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let units = RecordList::of(held.wrong.iter().map(|record| record.index())).to_string();
    Draw {
        queue: ReviewQueue::Facts,
        period,
        from_us: now_us,
        to_us: now_us,
        seed: 0,
        frame: String::new(),
        sessions: Vec::new(),
        units,
        rest: 0,
        through: Some(held.through.index()),
    }
}
