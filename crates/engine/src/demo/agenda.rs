//! Who is busy when, so that nobody is booked twice and offered times are really free.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{
    dice::Dice,
    hours,
    shops::{Service, Shop},
};

/// How many days ahead people book.
const AHEAD_DAYS: [(i64, f64); 8] = [(0, 1.2), (1, 3.0), (2, 2.4), (3, 1.6), (4, 1.1), (5, 0.9), (6, 0.7), (8, 0.4)];

/// A time of someone's day: the hour names it, the minute is the habit of the person ([`minute`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    pub(super) staff: usize,
    date: Date,
    hour: i8,
}

/// Free times that one answer offers: one person, one day.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) slots: Vec<Slot>,
}

/// The taken hours of a firm.
#[derive(Debug, Default)]
pub(super) struct Agenda(BTreeSet<Slot>);

impl Slot {
    /// When it begins.
    pub(super) fn starts_at(self) -> Timestamp {
        hours::at(self.date, self.hour, minute(self.staff))
    }
}

impl Offer {
    /// «11:00, 13:00 или 16:00».
    pub(super) fn times(&self) -> String {
        let times: Vec<String> = self.slots.iter().map(|slot| hours::clock(slot.starts_at())).collect();
        match times.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} или {last}", rest.join(", ")),
            _ => times.join(""),
        }
    }
}

impl Agenda {
    /// Up to three free times for a service from `now` on; `None` where the next fortnight is full.
    pub(super) fn offer(&self, shop: &Shop, service: &Service, now: Timestamp, dice: &mut Dice) -> Option<Offer> {
        let staff = *dice.pick(service.by);
        let wish = dice.weighted(&AHEAD_DAYS);
        let soonest = now + SignedDuration::from_mins(90);
        for ahead in wish..wish + 14 {
            let date = hours::plus_days(hours::date(now), ahead);
            if hours::is_closed(shop.kind, date) {
                continue;
            }
            let free = (shop.open.0..=shop.open.1)
                .map(|hour| Slot { staff, date, hour })
                .filter(|slot| hours_of(*slot, service.minutes).all(|hour| hour.hour <= shop.open.1))
                .filter(|slot| slot.starts_at() >= soonest && self.is_free(*slot, service.minutes));
            let mut free: Vec<Slot> = free.collect();
            while free.len() > 3 {
                free.remove(dice.between(0, free.len() as i64 - 1) as usize);
            }
            if !free.is_empty() {
                return Some(Offer { slots: free });
            }
        }
        None
    }

    /// Takes the hours of a visit. Nothing gives them back: a dialogue is played to its end at once, so a visit that will be cancelled next
    /// week must not free its time for somebody who books today.
    pub(super) fn take(&mut self, slot: Slot, minutes: i64) {
        self.0.extend(hours_of(slot, minutes));
    }

    fn is_free(&self, slot: Slot, minutes: i64) -> bool {
        hours_of(slot, minutes).all(|hour| !self.0.contains(&hour))
    }
}

/// Visits take whole hours; two short ones never share one.
fn hours_of(slot: Slot, minutes: i64) -> impl Iterator<Item = Slot> {
    let hours = (minutes + 59) / 60;
    (0..hours as i8).map(move |later| Slot { hour: slot.hour + later, ..slot })
}

/// Some begin on the hour, some at half past.
fn minute(staff: usize) -> i8 {
    if staff % 3 == 1 { 30 } else { 0 }
}
