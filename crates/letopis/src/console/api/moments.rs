//! Moments in JSON and in parameters.

use jiff::Timestamp;

use crate::event::When;

/// `2025-01-01T09:34:57.123456Z`.
pub(super) fn rfc3339(us: i64) -> String {
    Timestamp::from_microsecond(us).unwrap_or_default().to_string()
}

/// A moment in a parameter: RFC 3339, or a date, which begins at midnight UTC. A plus that nobody encoded arrives as a space.
pub(super) fn read(text: &str) -> Option<i64> {
    let text = text.replace(' ', "+");
    let whole = if text.len() == "2025-01-01".len() { text + "T00:00:00Z" } else { text };
    When::parse(&whole).map(|when| when.utc_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let midnight = Some(1_735_689_600_000_000);
        for text in ["2025-01-01", "2025-01-01T00:00:00Z", "2025-01-01T03:00:00+03:00", "2025-01-01T03:00:00 03:00"] {
            assert_eq!(read(text), midnight, "{text}");
        }
        for text in ["", "2025-13-01", "yesterday", "2025-01-01T00:00:00"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(rfc3339(1_735_689_600_000_001), "2025-01-01T00:00:00.000001Z");
    }
}
