//! How long clients wait: for the bot, and for a person to whom the bot hands them over.
//!
//! A *burst* is what the client writes in one go: messages less than three seconds apart. Its time runs from its last message to the bot's
//! first one. A burst that a person answered first is none of the bot's; one that nobody answered is [`NEVER`], and counts as infinitely long.
//! A person's time runs from the first hand-over to their first word in the same conversation, and only while people work; nobody came when
//! rule R5 would say so.

use super::{Due, MINUTE_US, Talk, Terms};
use crate::event::Facets;

/// No answer came.
pub const NEVER: u32 = u32::MAX;
/// Messages closer than this are one burst.
const BURST_US: i64 = 3_000_000;
/// A burst so young is not unanswered yet.
const PATIENCE_US: i64 = MINUTE_US;

/// From the first word to the first answer by anyone; [`NEVER`] where none came at all.
pub(super) fn first(talk: &Talk, now_us: i64) -> Option<i64> {
    let asked = talk.deeds.iter().find(|deed| deed.has(Facets::INBOUND))?;
    if asked.answers() {
        return asked.latency_ms;
    }
    match talk.deeds.iter().find(|deed| deed.answers() && deed.us >= asked.us) {
        Some(answered) => Some((answered.us - asked.us) / 1_000),
        None => (asked.us + PATIENCE_US <= now_us).then_some(i64::from(NEVER)),
    }
}

/// From the first hand-over to a person's first word after it. Who hands over as a person is there already.
pub(super) fn by_person(talk: &Talk, terms: &Terms, now_us: i64, due: &mut Due) -> Option<i64> {
    let handed = talk.deeds.iter().find(|deed| deed.has(Facets::HANDOFF) && !deed.has(Facets::OPERATOR))?;
    if let Some(came) = talk.deeds.iter().find(|deed| deed.has(Facets::OPERATOR) && deed.us >= handed.us) {
        return Some(i64::from(millis(terms.worked_us(handed.us, came.us) / 1_000)));
    }
    let by_us = terms.person_by(handed.us);
    due.at(by_us, now_us);
    (by_us <= now_us).then_some(i64::from(NEVER))
}

/// Every burst's time.
pub(super) fn of(talk: &Talk, now_us: i64, due: &mut Due) -> Vec<u32> {
    let mut times = Vec::new();
    let mut waiting: Vec<i64> = Vec::new();
    let mut with_person = false;
    for deed in &talk.deeds {
        // The client's words and the answer in one event: only a measured time says how long it took.
        if deed.has(Facets::INBOUND) && !deed.answers() {
            match waiting.last_mut() {
                Some(last) if deed.us - *last < BURST_US => *last = deed.us,
                _ => waiting.push(deed.us),
            }
        } else if deed.has(Facets::REPLY) && deed.has(Facets::INBOUND) {
            times.extend(deed.latency_ms.map(millis));
            let answered_us = deed.us + deed.latency_ms.unwrap_or(0) * 1_000;
            times.extend(waiting.drain(..).map(|asked| millis((answered_us - asked) / 1_000)));
        } else if deed.has(Facets::REPLY) {
            times.extend(waiting.drain(..).map(|asked| millis((deed.us - asked) / 1_000)));
        } else if deed.has(Facets::OPERATOR) {
            waiting.clear();
        }
        with_person |= deed.has(Facets::HANDOFF) || deed.has(Facets::OPERATOR);
    }
    for asked in waiting.into_iter().filter(|_| !with_person) {
        due.at(asked + PATIENCE_US, now_us);
        if asked + PATIENCE_US <= now_us {
            times.push(NEVER);
        }
    }
    times
}

fn millis(ms: i64) -> u32 {
    u32::try_from(ms.max(0)).unwrap_or(NEVER - 1).min(NEVER - 1)
}
