//! Timestamps for dialogues that have none.
//!
//! A moment depends only on the dialogue's place in its file and the turn's place in its dialogue, so that the same file gives the
//! same bytes every time, with or without a filter. The pace is that of a calm day: a dialogue every 20 minutes, a client who thinks 35
//! seconds, an assistant who needs 2.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, civil::DateTime, fmt::temporal::DateTimeParser, tz::Offset};

const DIALOGUE_EVERY_S: i64 = 20 * 60;
const CLIENT_THINKS_S: i64 = 35;
const ASSISTANT_THINKS_S: i64 = 2;

/// When the first dialogue begins, and in which offset its times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    at: Timestamp,
    offset: Offset,
}

/// A `--start` that is no moment.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a start: give a moment with its offset, such as 2019-03-01T09:00:00+03:00")]
pub struct BadStart(String);

/// Who speaks in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    Client,
    Assistant,
}

impl Default for Start {
    /// The dialogues of Schema-Guided Dialogue take place in the first days of March 2019, and book visits in the weeks after that.
    fn default() -> Self {
        Self { at: Timestamp::constant(1_551_420_000, 0), offset: Offset::constant(3) }
    }
}

impl FromStr for Start {
    type Err = BadStart;

    fn from_str(text: &str) -> Result<Self, BadStart> {
        let wrong = || BadStart(text.to_owned());
        let at: Timestamp = text.parse().map_err(|_| wrong())?;
        let pieces = DateTimeParser::new().parse_pieces(text).map_err(|_| wrong())?;
        Ok(Self { at, offset: pieces.to_numeric_offset().unwrap_or(Offset::UTC) })
    }
}

impl Start {
    /// The moment of a turn as it goes into an event. `dialogue` counts from 0, `turn` too; a dialogue opens with its first turn.
    pub(super) fn turn(self, dialogue: u64, turn: usize, speaker: Speaker) -> String {
        let exchanges = turn as i64 / 2;
        let answered = if speaker == Speaker::Assistant { ASSISTANT_THINKS_S } else { 0 };
        let seconds = dialogue as i64 * DIALOGUE_EVERY_S + exchanges * (CLIENT_THINKS_S + ASSISTANT_THINKS_S) + answered;
        let at = self.at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        at.display_with_offset(self.offset).to_string()
    }

    /// A date and a time of day that a dialogue names, in the offset of this start.
    pub(super) fn local(self, moment: DateTime) -> Option<String> {
        Some(self.offset.to_timestamp(moment).ok()?.display_with_offset(self.offset).to_string())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_start_keeps_its_offset() {
        let start: Start = "2024-02-03T10:00:00-08:00".parse().unwrap();
        assert_eq!(start.turn(0, 0, Speaker::Client), "2024-02-03T10:00:00-08:00");
        assert_eq!(start.turn(1, 3, Speaker::Assistant), "2024-02-03T10:20:39-08:00");
        assert_eq!(Start::default().turn(0, 0, Speaker::Client), "2019-03-01T09:00:00+03:00");
        assert!("2024-02-03".parse::<Start>().is_err());
    }
}
