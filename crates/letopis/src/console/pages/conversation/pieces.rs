//! The events of a conversation as what a person reads: days, pauses, bubbles, steps between them.
//!
//! One event may hold the client's words, the answer and what was done, in this order. Its badge and small print belong to its last piece.

use super::super::labels::{self, Chip};
use super::super::language::Texts;
use super::super::moments::Clock;
use super::fold::{self, Fold};
use super::proof::Seen;
use super::step::{self, Step};
use crate::event::when::MINUTE_US;
use crate::event::{Facets, RecordNo};
use crate::journal::deliveries::Status;
use crate::journal::projection::{CLOCK_SKEW, CONFLICT};

/// A silence longer than this is shown.
const PAUSE_US: i64 = 10 * MINUTE_US;
/// A bot that takes longer is slow; a person may take longer.
const SLOW_BOT_US: i64 = 10_000_000;
const SLOW_STAFF_US: i64 = 15 * MINUTE_US;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Bot,
    Staff,
}

/// Something said.
pub(super) struct Bubble {
    pub(super) side: &'static str,
    pub(super) speaker: String,
    pub(super) text: String,
    /// How long the client had waited for it.
    pub(super) delay: Option<Chip>,
    /// What it promises, and whether that was done.
    pub(super) promised: Vec<Chip>,
}

/// What a piece is.
pub(super) enum Body {
    Day(String),
    Pause(String),
    Bubble(Bubble),
    Step(Step),
}

/// One thing on the page, from top to bottom.
pub(super) struct Piece {
    pub(super) body: Body,
    pub(super) time: String,
    pub(super) exact: String,
    /// Marks that matter: a conflict, an unsure intent.
    pub(super) marks: Vec<Chip>,
    /// The small print with the badge; on the last piece of an event.
    pub(super) fold: Option<Fold>,
}

/// All of it.
pub(super) fn pieces(t: &Texts, clock: &Clock, client: &str, events: &[Seen]) -> Vec<Piece> {
    let mut teller = Teller { t, clock, client, pieces: Vec::with_capacity(events.len() * 2), before_us: None, asked_us: None };
    for seen in events {
        teller.tell(seen);
    }
    teller.pieces
}

/// What happened to the client afterwards: steps, each with how it is known.
pub(super) fn after(t: &Texts, clock: &Clock, events: &[Seen]) -> Vec<Piece> {
    let mut pieces = pieces(t, clock, "", events);
    // A silence of weeks is what an outcome takes; proofs are handed out from the page of a conversation's own events.
    pieces.retain(|piece| !matches!(piece.body, Body::Pause(_)));
    pieces.iter_mut().filter_map(|piece| piece.fold.as_mut()).for_each(|fold| fold.provable = false);
    pieces
}

struct Teller<'a> {
    t: &'a Texts,
    clock: &'a Clock,
    client: &'a str,
    pieces: Vec<Piece>,
    before_us: Option<i64>,
    /// Since when the client waits for an answer.
    asked_us: Option<i64>,
}

impl Teller<'_> {
    fn tell(&mut self, seen: &Seen) {
        let row = &seen.row;
        self.silence(row.ts_us);
        let mut bodies = Vec::with_capacity(3);
        if seen.is_known_echo() {
            bodies.push(Body::Step(step::echo(self.t)));
        } else if let Some(said) = row.said.as_deref().filter(|said| !said.trim().is_empty()) {
            let side = match () {
                () if row.facets.has(Facets::INBOUND) => Side::Client,
                () if row.operator.is_some() || row.facets.has(Facets::OPERATOR) => Side::Staff,
                () => Side::Bot,
            };
            bodies.push(self.bubble(seen, side, said));
        }
        if let Some(reply) = row.reply.as_ref().filter(|_| !seen.is_known_echo()) {
            let side = if row.facets.has(Facets::OPERATOR) { Side::Staff } else { Side::Bot };
            bodies.push(self.bubble(seen, side, reply));
        }
        if !seen.is_known_echo() {
            bodies.extend(step::step(self.t, self.clock, seen, bodies.is_empty()).map(Body::Step));
        }
        let last = bodies.len().saturating_sub(1);
        for (at, body) in bodies.into_iter().enumerate() {
            let ends = at == last;
            let piece = Piece {
                body,
                time: self.clock.time(row.ts_us),
                exact: self.clock.exact(row.ts_us),
                marks: if ends { marks(self.t, seen) } else { Vec::new() },
                fold: ends.then(|| fold::fold(self.t, self.clock, seen)),
            };
            self.pieces.push(piece);
        }
    }

    /// A new day, or a long silence within one.
    fn silence(&mut self, ts_us: i64) {
        let before = self.before_us.replace(ts_us);
        let body = match before {
            Some(before) if self.clock.same_day(before, ts_us) => {
                let silent_us = ts_us - before;
                if silent_us < PAUSE_US {
                    return;
                }
                Body::Pause(self.t.of("pause", &self.clock.took(silent_us)))
            }
            _ => Body::Day(self.clock.day(ts_us)),
        };
        self.pieces.push(Piece { body, time: String::new(), exact: String::new(), marks: Vec::new(), fold: None });
    }

    fn bubble(&mut self, seen: &Seen, side: Side, text: &str) -> Body {
        let row = &seen.row;
        let delay = match side {
            Side::Client => {
                self.asked_us.get_or_insert(row.ts_us);
                None
            }
            _ => self.delay(seen, side),
        };
        let promised = if side == Side::Bot { seen.promised.clone() } else { Vec::new() };
        let (side, speaker) = match side {
            Side::Client => ("client", self.client.to_owned()),
            Side::Bot => ("bot", self.t.say("speaker-bot")),
            Side::Staff => ("staff", row.operator.clone().unwrap_or_else(|| self.t.say("speaker-staff"))),
        };
        Body::Bubble(Bubble { side, speaker, text: text.to_owned(), delay, promised })
    }

    /// How long the client waited: by the clock of the events, or as the bot measured it where both are in one event.
    fn delay(&mut self, seen: &Seen, side: Side) -> Option<Chip> {
        let waited_us = seen.row.ts_us - self.asked_us.take()?;
        let measured_us = seen.row.latency_ms.map(|ms| ms.saturating_mul(1000));
        let took_us = if waited_us == 0 { measured_us? } else { waited_us };
        let slow_us = if side == Side::Bot { SLOW_BOT_US } else { SLOW_STAFF_US };
        Some(Chip::new(if took_us > slow_us { "warn" } else { "" }, self.clock.answered_in(took_us)))
    }
}

fn marks(t: &Texts, seen: &Seen) -> Vec<Chip> {
    let row = &seen.row;
    let has = |flag| row.flags & flag != 0;
    let mut marks = fate(t, seen);
    if has(CONFLICT) {
        marks.push(Chip::new("bad", t.say("mark-conflict")));
    }
    if has(CLOCK_SKEW) {
        marks.push(Chip::new("warn", t.say("mark-skew")));
    }
    let unsure = row.confidence.filter(|confidence| *confidence < super::super::journal::LOW_CONFIDENCE);
    marks.extend(unsure.map(|confidence| Chip::new("warn", t.count("unsure", labels::percent(confidence)))));
    marks
}

/// What became of a message that left, and whether it went past the journal.
fn fate(t: &Texts, seen: &Seen) -> Vec<Chip> {
    let Some(fate) = seen.fate.filter(|_| !seen.is_known_echo()) else { return Vec::new() };
    let tone = match fate.status {
        Status::Failed => "bad",
        Status::Unknown => "warn",
        Status::Delivered | Status::Read | Status::Played => "ok",
        Status::Queued | Status::Sent => "",
    };
    let mut marks = vec![Chip::new(tone, t.of("delivery-status", fate.status.as_str()))];
    if !fate.is_sending_known {
        marks.push(Chip::new("warn", t.say("mark-bypass")));
    }
    marks
}

impl Piece {
    /// The anchor of its event: the number of its record.
    pub(super) fn anchor(&self) -> Option<u64> {
        self.fold.as_ref().map(|fold| fold.index)
    }
}

/// The number of a record in its tree.
pub(super) fn index(record: i64) -> u64 {
    RecordNo::from_i64(record).index()
}
