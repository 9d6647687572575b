//! What an event tells beside its words: of a visit, of money paid, where the client came from, which prompt answered, and whether it is to be
//! left out of numbers. One row an event that tells any of it, written and removed with it and computed from its record alone.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, Transaction};

use crate::event::{Event, RecordNo};

/// Tags that leave an event's conversation out of every number, and what they mean.
const LEFT_OUT: [(&str, &[&str]); 3] =
    [("test", &["test", "тест"]), ("spam", &["spam", "спам"]), ("staff", &["staff", "internal", "сотрудник", "свои"])];

/// What one event tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    /// The visit's number in the booking system.
    pub booking: Option<String>,
    /// When the visit begins.
    pub starts_us: Option<i64>,
    /// What for.
    pub service: Option<String>,
    /// With whom.
    pub staff: Option<String>,
    /// Money, in minor units; negative when it was given back.
    pub paid_minor: Option<i64>,
    /// Of the money.
    pub currency: Option<String>,
    /// Where the client came from: `utm_source`.
    pub utm_source: Option<String>,
    /// `utm_campaign`.
    pub utm_campaign: Option<String>,
    /// Which version of the prompt answered.
    pub prompt: Option<String>,
    /// `test`, `spam`, `staff`.
    pub left_out: Option<String>,
}

const COLUMNS: &str = "booking, starts_us, service, staff, paid_minor, currency, utm_source, utm_campaign, prompt, left_out";

/// What an event tells; none where it tells nothing of this.
#[must_use]
pub fn of(event: &Event) -> Option<Details> {
    let booking = event.booking.clone().unwrap_or_default();
    let utm = |name: &str| event.utm.get(name).or_else(|| event.utm.get(&format!("utm_{name}"))).cloned();
    let tagged = |words: &&[&str]| event.tags.iter().any(|tag| words.contains(&tag.trim().to_lowercase().as_str()));
    let details = Details {
        booking: booking.id,
        starts_us: booking.starts_at.map(|when| when.utc_us),
        service: booking.service,
        staff: booking.staff,
        paid_minor: event.payment.as_ref().map(|payment| payment.minor),
        currency: event.payment.as_ref().map(|payment| payment.currency.clone()),
        utm_source: utm("source"),
        utm_campaign: utm("campaign"),
        prompt: event.prompt_version.clone(),
        left_out: LEFT_OUT.iter().find(|(_, words)| tagged(words)).map(|(name, _)| (*name).to_owned()),
    };
    (details != Details::default()).then_some(details)
}

/// Stores what an event tells.
///
/// # Errors
/// When the database says no.
pub fn insert(tx: &Transaction<'_>, record: i64, details: Option<&Details>) -> rusqlite::Result<()> {
    let Some(d) = details else { return Ok(()) };
    let sql = format!("INSERT INTO details (record, business, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    let business = RecordNo::from_i64(record).business().0;
    let values: [&dyn ToSql; 12] = [
        &record,
        &business,
        &d.booking,
        &d.starts_us,
        &d.service,
        &d.staff,
        &d.paid_minor,
        &d.currency,
        &d.utm_source,
        &d.utm_campaign,
        &d.prompt,
        &d.left_out,
    ];
    tx.prepare_cached(&sql)?.execute(values).map(drop)
}

/// Removes it.
///
/// # Errors
/// When the database says no.
pub fn remove(tx: &Transaction<'_>, record: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM details WHERE record = ?1")?.execute([record]).map(drop)
}

/// What is stored of one event.
///
/// # Errors
/// When the database says no.
pub fn stored(conn: &Connection, record: i64) -> rusqlite::Result<Option<Details>> {
    let sql = format!("SELECT {COLUMNS} FROM details WHERE record = ?1");
    conn.prepare_cached(&sql)?.query_row([record], read).optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Details> {
    Ok(Details {
        booking: row.get(0)?,
        starts_us: row.get(1)?,
        service: row.get(2)?,
        staff: row.get(3)?,
        paid_minor: row.get(4)?,
        currency: row.get(5)?,
        utm_source: row.get(6)?,
        utm_campaign: row.get(7)?,
        prompt: row.get(8)?,
        left_out: row.get(9)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::BusinessId;
    use crate::journal::testing::{Pen, empty};

    #[test]
    fn a_row_says_what_its_event_tells_and_most_events_have_none() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, BusinessId(1));
        let mut stored_of = |json: &str| stored(&tx, pen.event(&tx, json).unwrap().as_i64()).unwrap();
        assert_eq!(stored_of(r#"{"event_id":"a","timestamp":"2025-01-01T12:00:00Z","channel":"site","text":"да"}"#), None);
        let told = stored_of(
            r#"{"event_id":"b","timestamp":"2025-01-01T12:00:00Z","channel":"site","tags":["Тест"],"utm":{"utm_source":"yandex","campaign":"осень"},
                "type":"booking_created","booking":{"id":"7","starts_at":"2025-01-02T15:00:00+03:00","service":"стрижка","staff":"Ольга"}}"#,
        );
        let wanted = Details {
            booking: Some("7".into()),
            starts_us: Some(1_735_819_200_000_000),
            service: Some("стрижка".into()),
            staff: Some("Ольга".into()),
            utm_source: Some("yandex".into()),
            utm_campaign: Some("осень".into()),
            left_out: Some("test".into()),
            ..Details::default()
        };
        assert_eq!(told, Some(wanted));
        let paid =
            stored_of(r#"{"event_id":"c","timestamp":"2025-01-01T12:00:00Z","channel":"site","payment":{"amount":2500,"currency":"RUB"}}"#);
        assert_eq!(paid.map(|paid| (paid.paid_minor, paid.currency)), Some((Some(250_000), Some("RUB".into()))));
    }
}
