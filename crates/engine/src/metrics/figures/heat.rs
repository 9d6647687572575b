//! The week by hours: when clients write, when they book, when leads are lost and when the bot is late. By the business's own clock.

use rusqlite::Connection;
use serde::Serialize;

use super::answers::PROMISED_MS;
use super::{Asker, Clock, Question, walk};
use crate::metrics::judge::NEVER;
use crate::metrics::rate::Rate;
use crate::metrics::sheets::Line;

/// What one hour of the week is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Measure {
    /// How many conversations began.
    #[default]
    Wrote,
    /// Which share of them was booked.
    Booked,
    /// Which share was lost.
    Lost,
    /// Which share of the client's words the bot did not answer within three seconds.
    Late,
}

impl Measure {
    /// In the order of the select box.
    pub const ALL: [Self; 4] = [Self::Wrote, Self::Booked, Self::Lost, Self::Late];

    /// Its name, as in a link.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wrote => "wrote",
            Self::Booked => "booked",
            Self::Lost => "lost",
            Self::Late => "late",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.as_str() == name)
    }
}

/// What began in one hour of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Hour {
    /// Conversations.
    pub conversations: u64,
    /// Of them booked.
    pub booked: Rate,
    /// Of them lost, and not booked after all.
    pub lost: Rate,
    /// Not answered by the bot within three seconds, of the client's words that waited for it.
    pub late: Rate,
}

/// Weekdays, Monday first, and their hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Week(pub [[Hour; 24]; 7]);

impl Week {
    pub(super) fn add(&mut self, clock: &mut Clock<'_>, line: &Line<'_>) {
        let weekday = clock.weekday(line.started_us()) as usize;
        let hour = &mut self.0[weekday][clock.hour(line.started_us()) as usize % 24];
        hour.conversations += 1;
        for (rate, holds) in [(&mut hour.booked, line.is_booked()), (&mut hour.lost, line.is_lost())] {
            rate.n += 1;
            rate.part += u64::from(holds);
        }
        for ms in line.waits() {
            hour.late.n += 1;
            hour.late.part += u64::from(*ms == NEVER || f64::from(*ms) > PROMISED_MS);
        }
    }
}

/// The week of a question.
///
/// # Errors
/// When the database says no.
pub fn week(conn: &Connection, asker: &Asker, question: &Question) -> rusqlite::Result<Week> {
    let (mut week, mut clock) = (Week::default(), Clock::new(&asker.zone));
    walk(conn, asker, question, |line| {
        if line.is_counted() {
            week.add(&mut clock, line);
        }
    })?;
    Ok(week)
}
