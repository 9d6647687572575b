//! One conversation in a list: who, where, the last words, how it ended, how long they waited.

use rusqlite::Connection;

use super::super::frame::in_query;
use super::super::labels::{self, Channel, Chip};
use super::super::language::Texts;
use super::super::moments::Clock;
use super::super::who::{self, Who};
use super::filter::LOW_CONFIDENCE;
use crate::event::BusinessId;
use crate::event::when::MINUTE_US;
use crate::journal::reading::{Listed, SessionLine};

/// An answer later than this is worth a colour: people write to a chat to be answered now.
const SLOW_US: i64 = MINUTE_US;

/// A conversation in a list.
pub(in crate::console::pages) struct Line {
    pub(in crate::console::pages) url: String,
    /// A heading before it, where the day changes.
    pub(in crate::console::pages) day: Option<String>,
    pub(in crate::console::pages) who: Who,
    pub(in crate::console::pages) channel: Channel,
    pub(in crate::console::pages) time: String,
    pub(in crate::console::pages) exact: String,
    pub(in crate::console::pages) words: String,
    pub(in crate::console::pages) outcome: Chip,
    pub(in crate::console::pages) intent: Option<String>,
    /// How long the first answer took, or how long they have been waiting.
    pub(in crate::console::pages) wait: Option<Chip>,
    /// The assistant was unsure: per cent.
    pub(in crate::console::pages) unsure: Option<i64>,
}

/// A page of conversations as lines.
pub(in crate::console::pages) fn lines(
    conn: &Connection,
    business: BusinessId,
    t: &Texts,
    clock: &Clock,
    listed: Listed<SessionLine>,
) -> rusqlite::Result<Vec<Line>> {
    let mut lines: Vec<Line> = Vec::with_capacity(listed.items.len());
    let mut before_us = None;
    for found in &listed.items {
        let last_us = found.session.last_us;
        let same_day = before_us.is_some_and(|before| clock.same_day(before, last_us));
        let day = (!same_day).then(|| clock.day(last_us));
        before_us = Some(last_us);
        lines.push(line(t, clock, found, who::of_line(conn, business, t, found)?, day));
    }
    Ok(lines)
}

/// One conversation as a line.
pub(in crate::console::pages) fn line(t: &Texts, clock: &Clock, found: &SessionLine, who: Who, day: Option<String>) -> Line {
    let session = &found.session;
    Line {
        url: url(&session.pid),
        day,
        who,
        channel: labels::channel(t, &session.channel),
        time: clock.time(session.last_us),
        exact: clock.exact(session.last_us),
        words: session.snippet.as_ref().map(|snippet| snippet.value.clone()).unwrap_or_default(),
        outcome: labels::outcome(t, session.outcome()),
        intent: session.intent.as_ref().map(|intent| labels::intent(&intent.value)),
        wait: wait(t, clock, session.first_in_us, session.first_out_us),
        unsure: session.confidence.filter(|confidence| *confidence < LOW_CONFIDENCE).map(labels::percent),
    }
}

/// The page of a conversation.
pub(in crate::console::pages) fn url(pid: &str) -> String {
    format!("/sessions/{}", in_path(pid))
}

/// `text` as one part of a path: a session id is whatever the bot made up.
pub(in crate::console::pages) fn in_path(text: &str) -> String {
    in_query(text).replace('/', "%2F")
}

fn wait(t: &Texts, clock: &Clock, first_in_us: Option<i64>, first_out_us: Option<i64>) -> Option<Chip> {
    let asked_us = first_in_us?;
    match first_out_us {
        None => Some(Chip::new("bad", t.of("waits", &clock.took(clock.now_us() - asked_us)))),
        // A reminder or an operator may have spoken first: nobody waited then.
        Some(answered_us) if answered_us < asked_us => None,
        Some(answered_us) => {
            let took_us = answered_us - asked_us;
            let tone = if took_us > SLOW_US { "warn" } else { "" };
            Some(Chip::new(tone, clock.answered_in(took_us)))
        }
    }
}
