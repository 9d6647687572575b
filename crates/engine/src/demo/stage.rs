//! One firm's month while it is being played: its clients, its calendar, its counters, and what has happened so far.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    Happening, Shop,
    agenda::Agenda,
    dice::Dice,
    era::Era,
    hours,
    people::People,
    scenes,
    shops::{self, Kind},
};

/// How many days the demo shows, the last one included.
const DAYS: i64 = 30;

pub(super) struct Stage {
    pub(super) shop: &'static shops::Shop,
    pub(super) era: Era,
    pub(super) dice: Dice,
    pub(super) agenda: Agenda,
    pub(super) people: People,
    end: Timestamp,
    leads: u32,
    bookings: u32,
    sessions: u32,
    happenings: Vec<Happening>,
}

/// Plays a firm's month. What would happen after `end` is left out, so the last visits are still to come and the last chats are open.
pub(super) fn play(shop: &'static shops::Shop, seed: u64, end: Timestamp) -> Vec<Happening> {
    let today = hours::date(end);
    let mut stage = Stage {
        shop,
        era: Era::ending(today),
        dice: Dice::new(seed, shop.slug),
        agenda: Agenda::default(),
        people: People::default(),
        end,
        leads: if shop.kind == Kind::Salon { 4520 } else { 1180 },
        bookings: 300,
        sessions: 0,
        happenings: Vec::new(),
    };
    stage.changes();
    for back in (0..DAYS).rev() {
        let date = hours::plus_days(today, -back);
        // Each day has a stream of its own: a scene that grows by one draw does not change the rest of the month.
        stage.dice = Dice::new(seed, &format!("{} {date}", shop.slug));
        let beginnings = hours::beginnings(shop.kind, date, &mut stage.dice);
        for at in beginnings {
            scenes::play(&mut stage, at);
        }
    }
    stage.happenings
}

impl Stage {
    /// Keeps an event, unless it lies in the future.
    pub(super) fn keep(&mut self, at: Timestamp, event: Value) {
        if at <= self.end {
            let shop = if self.shop.kind == Kind::Salon { Shop::Salon } else { Shop::Clinic };
            self.happenings.push(Happening { shop, at, event: event.to_string().into_bytes() });
        }
    }

    /// The id of a new session: `salon-20251115-0042`.
    pub(super) fn session(&mut self, at: Timestamp) -> String {
        self.sessions += 1;
        let date = hours::date(at);
        format!("{}-{}{:02}{:02}-{:04}", self.shop.slug, date.year(), date.month(), date.day(), self.sessions)
    }

    /// The card of a new lead.
    pub(super) fn lead(&mut self) -> String {
        self.leads += 1;
        format!("BX_LEAD_{}", self.leads)
    }

    /// The number of a new booking.
    pub(super) fn booking(&mut self) -> String {
        self.bookings += 1;
        format!("{}-b{}", self.shop.slug, self.bookings)
    }

    /// Changes of model and scenario: events of the firm, in no dialogue.
    fn changes(&mut self) {
        let started = self.end - SignedDuration::from_hours(24 * DAYS);
        for (number, (at, kind, fields)) in self.era.changes(self.shop.scenario).into_iter().enumerate() {
            let date = hours::date(at);
            let mut event = json!({
                "event_id": format!("demo_{}-{}{:02}{:02}-change{number}", self.shop.slug, date.year(), date.month(), date.day()),
                "timestamp": hours::written(at),
                "type": kind,
                "channel": "system",
                "meta": {"synthetic": true},
            });
            merge(&mut event, fields);
            if at >= started {
                self.keep(at, event);
            }
        }
    }
}

/// Lays `fields` over `event`; `meta` is joined, not replaced.
pub(super) fn merge(event: &mut Value, fields: Value) {
    let Value::Object(fields) = fields else { return };
    for (name, value) in fields {
        if name == "meta" {
            merge(&mut event["meta"], value);
        } else {
            event[name] = value;
        }
    }
}
