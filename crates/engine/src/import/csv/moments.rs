//! Moments in the spellings of exports → RFC 3339 with an offset.
//!
//! A time without an offset gets the mapping's one (+03:00 unless told otherwise: that is Moscow and St Petersburg all year round).

use jiff::{
    Timestamp,
    civil::DateTime,
    fmt::{strtime, temporal::DateTimeParser},
    tz::Offset,
};
use serde::Deserialize;

const DEFAULT_OFFSET: Offset = Offset::constant(3);

/// Tried in order where the mapping names no format. Day before month, as the tables are Russian; `%y` before `%Y`, which would take
/// two digits for the first century.
const FORMATS: [&str; 10] = [
    "%d.%m.%y %H:%M:%S",
    "%d.%m.%y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y, %H:%M:%S",
    "%d.%m.%Y, %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
];

/// How a table writes time: `[time]` of a mapping file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Moments {
    /// A strftime pattern, when guessing is not enough.
    format: Option<String>,
    /// The offset of times that carry none, as `+03:00`.
    offset: Option<String>,
}

impl Moments {
    /// `None` when the configured offset is no offset.
    pub(super) fn default_offset(&self) -> Option<Offset> {
        match &self.offset {
            None => Some(DEFAULT_OFFSET),
            Some(text) => DateTimeParser::new().parse_pieces(&format!("2000-01-01T00:00{text}")).ok()?.to_numeric_offset(),
        }
    }

    /// Sets the offset of times without one.
    pub(super) fn set_offset(&mut self, offset: &str) {
        self.offset = Some(offset.to_owned());
    }

    /// The moment in a cell. The error does not repeat the cell: it may be anything, a phone too.
    pub(super) fn read(&self, cell: &str, offset: Offset) -> Result<String, &'static str> {
        if let Some(format) = &self.format {
            return by_format(format, cell, offset).ok_or("does not fit the time format of the mapping");
        }
        by_standard(cell, offset)
            .or_else(|| by_epoch(cell, offset))
            .or_else(|| FORMATS.iter().find_map(|format| by_format(format, cell, offset)))
            .ok_or("is no moment we can read: give `format` in [time] of the mapping; a date needs a time of day (\"Дата + Время\")")
    }
}

/// RFC 3339, or the same without an offset or with a space for the T.
fn by_standard(cell: &str, offset: Offset) -> Option<String> {
    let pieces = DateTimeParser::new().parse_pieces(cell).ok()?;
    let local = pieces.date().to_datetime(pieces.time()?);
    if cell.ends_with(['Z', 'z']) {
        return written(local, Offset::UTC);
    }
    written(local, pieces.to_numeric_offset().unwrap_or(offset))
}

/// Seconds or milliseconds since 1970, within 2001–2286, where their digits cannot be confused.
fn by_epoch(cell: &str, offset: Offset) -> Option<String> {
    let number: i64 = cell.parse().ok()?;
    let at = match cell.len() {
        10 => Timestamp::from_second(number).ok()?,
        13 => Timestamp::from_millisecond(number).ok()?,
        _ => return None,
    };
    Some(at.display_with_offset(offset).to_string())
}

fn by_format(format: &str, cell: &str, offset: Offset) -> Option<String> {
    let broken_down = strtime::parse(format, cell).ok()?;
    let local = broken_down.to_date().ok()?.to_datetime(broken_down.to_time().ok()?);
    written(local, broken_down.offset().unwrap_or(offset))
}

fn written(local: DateTime, offset: Offset) -> Option<String> {
    Some(offset.to_timestamp(local).ok()?.display_with_offset(offset).to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_usual_spellings_are_read() {
        let moments = Moments::default();
        let offset = moments.default_offset().unwrap();
        for (cell, expected) in [
            ("2025-01-01T12:34:56+05:00", "2025-01-01T12:34:56+05:00"),
            ("2025-01-01T12:34:56Z", "2025-01-01T12:34:56+00:00"),
            ("2025-01-01 12:34:56", "2025-01-01T12:34:56+03:00"),
            ("01.02.2025 9:05", "2025-02-01T09:05:00+03:00"),
            ("01.02.2025, 12:34:56", "2025-02-01T12:34:56+03:00"),
            ("01.02.25 12:34", "2025-02-01T12:34:00+03:00"),
            ("31/12/2024 23:59", "2024-12-31T23:59:00+03:00"),
            ("1735724096", "2025-01-01T12:34:56+03:00"),
            ("1735724096789", "2025-01-01T12:34:56.789+03:00"),
        ] {
            assert_eq!(moments.read(cell, offset).as_deref(), Ok(expected), "{cell}");
        }
        for cell in ["01.02.2025", "вчера", "", "79210001122", "32.01.2025 10:00"] {
            assert!(moments.read(cell, offset).is_err(), "{cell}");
        }
    }

    #[test]
    fn a_format_and_an_offset_can_be_given() {
        let mut moments = Moments { format: Some("%H:%M %d %m %Y".to_owned()), offset: None };
        moments.set_offset("+07:00");
        let offset = moments.default_offset().unwrap();
        assert_eq!(moments.read("09:30 05 06 2025", offset).as_deref(), Ok("2025-06-05T09:30:00+07:00"));
        moments.set_offset("завтра");
        assert_eq!(moments.default_offset(), None);
    }
}
