//! Which booking counts for which conversation: the last eligible one of the client that began before it, at most W earlier.
//!
//! One booking counts for one conversation at most; several in one count once. What is cancelled within a quarter of an hour was none.

use super::{Case, Deed, History, MINUTE_US, Talk, Terms, is_of_client, marks};
use crate::event::Facets;

/// Cancelled so soon it was a slip.
const SLIP_US: i64 = 15 * MINUTE_US;
/// The same visit told twice, by the bot and by the CRM, comes within this.
pub(super) const TWICE_US: i64 = 60 * MINUTE_US;

/// A booking that was made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    pub(super) us: i64,
    /// By the assistant alone: no person made it.
    pub(super) by_bot: bool,
    /// The conversation that it counts for.
    pub(super) talk: Option<usize>,
}

/// Every booking of the client with the conversation that it counts for.
pub(super) fn attribute(history: &History, cases: &[Case], terms: &Terms) -> Vec<Made> {
    let theirs = history.talks.iter().zip(cases).filter(|(_, case)| is_of_client(case.left_out.as_deref()));
    let inside = theirs.flat_map(|(talk, _)| talk.deeds.iter().map(|deed| (deed, true)));
    let all = inside.chain(history.outside.iter().map(|deed| (deed, false)));
    let mut deeds: Vec<(&Deed, bool)> = all.filter(|(deed, _)| is_of_client(deed.left_out.as_deref())).collect();
    deeds.sort_by_key(|(deed, _)| (deed.us, deed.record));
    let mut made: Vec<Made> = Vec::new();
    let mut told: Vec<&Deed> = Vec::new();
    for (at, (deed, inside)) in deeds.iter().enumerate().filter(|(_, (deed, _))| deed.has(Facets::BOOKING)) {
        let slipped = deeds[at + 1..].iter().any(|(other, _)| slips(deed, other));
        if slipped || told.iter().any(|other| is_same(other, deed)) {
            continue;
        }
        told.push(deed);
        let eligible = cases.iter().enumerate().filter(|(_, case)| case.left_out.is_none());
        let talk = eligible.filter(|(_, case)| (case.started_us..=case.started_us + terms.window_us).contains(&deed.us));
        let talk = talk.max_by_key(|(index, case)| (case.started_us, *index)).map(|(index, _)| index);
        made.push(Made { us: deed.us, by_bot: *inside && deed.operator.is_none(), talk });
    }
    made
}

fn slips(booked: &Deed, other: &Deed) -> bool {
    let same = booked.booking.is_none() || other.booking.is_none() || booked.booking == other.booking;
    other.has(Facets::CANCELLED) && same && other.us - booked.us <= SLIP_US
}

/// Two events that tell of one booking.
pub(super) fn is_same(one: &Deed, other: &Deed) -> bool {
    match (&one.booking, &other.booking) {
        (Some(a), Some(b)) => a == b,
        // One of them has no number: the same visit, if nothing says that it begins at another time.
        (None, None) => false,
        _ => {
            one.us.abs_diff(other.us) <= TWICE_US as u64
                && (one.starts_us.is_none() || other.starts_us.is_none() || one.starts_us == other.starts_us)
        }
    }
}

/// Says in the case what was booked.
pub(super) fn settle(case: &mut Case, talk: &Talk, index: usize, bookings: &[Made]) {
    let mut theirs = bookings.iter().filter(|made| made.talk == Some(index));
    let Some(first) = theirs.next() else { return };
    case.booked_us = Some(first.us);
    case.marks |= marks::BOOKED;
    let spoke = talk.deeds.iter().any(|deed| deed.has(Facets::OPERATOR) && deed.us <= first.us);
    if first.by_bot && !spoke {
        case.marks |= marks::BOT_ONLY;
    }
}
