//! What became of messages that left: one row for everything that was told of one, and the answer asked, not stored.
//!
//! A sending, an echo and every status is a row of its own, written and removed with its event, computed from the record alone. How a
//! message is faring is the furthest of what its rows say, so it moves only forward whatever the order of arrival, and a destruction
//! leaves nothing to repair. A message of which there is an echo or a status and no sending went past Letopis.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::{Event, EventType, RecordNo};

/// What tells of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever sent it: a call through the proxy, or the bot's own event.
    Sending,
    /// The platform, that it was sent.
    Echo,
    /// The platform, what became of it.
    Status,
}

/// What an event tells of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who carries it.
    pub provider: String,
    /// The carrier's number for it; of Telegram, which counts in every chat anew, with the chat.
    pub message_id: String,
    /// `sent`, `delivered`, …; in lower case.
    pub status: String,
    /// Who says so.
    pub by: By,
}

/// How a message is faring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Its sender does not know.
    Unknown,
    /// On its way to the carrier.
    Queued,
    /// The carrier has it.
    Sent,
    /// It did not arrive.
    Failed,
    /// On the client's device.
    Delivered,
    /// Seen.
    Read,
    /// Heard.
    Played,
}

/// How a message is faring, and who told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// The furthest.
    pub status: Status,
    /// Whether somebody says that they sent it.
    pub is_sending_known: bool,
}

impl By {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Echo => "echo",
            Self::Status => "status",
        }
    }

    fn parse(word: &str) -> Self {
        match word {
            "echo" => Self::Echo,
            "status" => Self::Status,
            _ => Self::Sending,
        }
    }
}

impl Status {
    /// What a word of some carrier's stands for.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "queued" | "pending" | "accepted" => Self::Queued,
            "sent" | "ok" => Self::Sent,
            "failed" | "error" | "rejected" | "undelivered" | "undeliverable" | "expired" => Self::Failed,
            "delivered" => Self::Delivered,
            "read" | "seen" => Self::Read,
            "played" => Self::Played,
            _ => Self::Unknown,
        }
    }

    /// Its name, as in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
        }
    }
}

/// What an event tells of a message; none where it does not name one.
#[must_use]
pub fn of(event: &Event) -> Option<Delivery> {
    let by = match event.kind {
        EventType::DeliveryStatus => By::Status,
        _ if event.is_echo() => By::Echo,
        EventType::MessageOut | EventType::OperatorReply | EventType::ReminderSent => By::Sending,
        EventType::ReminderDelivered => By::Status,
        _ => return None,
    };
    let delivery = event.delivery.as_ref()?;
    let number = delivery.message_id.clone()?;
    let provider = delivery.provider.as_deref().unwrap_or(&event.channel).trim().to_lowercase();
    let message_id = match &event.client.channel_id {
        Some(chat) if provider == "telegram" => format!("{chat}:{number}"),
        _ => number,
    };
    let status = delivery.status.as_deref().unwrap_or("sent").trim().to_lowercase();
    Some(Delivery { provider, message_id, status, by })
}

/// Stores what an event tells.
///
/// # Errors
/// When the database says no.
pub fn insert(tx: &Transaction<'_>, record: i64, told: Option<&Delivery>) -> rusqlite::Result<()> {
    let Some(Delivery { provider, message_id, status, by }) = told else { return Ok(()) };
    let sql = "INSERT INTO deliveries (record, business, provider, message_id, status, told_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let business = RecordNo::from_i64(record).business().0;
    tx.prepare_cached(sql)?.execute(params![record, business, provider, message_id, status, by.as_str()])?;
    Ok(())
}

/// Removes it.
///
/// # Errors
/// When the database says no.
pub fn remove(tx: &Transaction<'_>, record: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM deliveries WHERE record = ?1")?.execute([record]).map(drop)
}

/// What the row of a record says.
///
/// # Errors
/// When the database says no.
pub fn stored(conn: &Connection, record: i64) -> rusqlite::Result<Option<Delivery>> {
    let sql = "SELECT provider, message_id, status, told_by FROM deliveries WHERE record = ?1";
    let read = |row: &Row<'_>| {
        let by: String = row.get(3)?;
        Ok(Delivery { provider: row.get(0)?, message_id: row.get(1)?, status: row.get(2)?, by: By::parse(&by) })
    };
    conn.prepare_cached(sql)?.query_row([record], read).optional()
}

/// How the message that a record tells of is faring; none where it tells of none.
///
/// # Errors
/// When the database says no.
pub fn fate(conn: &Connection, record: i64) -> rusqlite::Result<Option<Fate>> {
    let sql = "SELECT d.status, d.told_by FROM deliveries m CROSS JOIN deliveries d
               WHERE m.record = ?1 AND d.business = m.business AND d.provider = m.provider AND d.message_id = m.message_id";
    let mut find = conn.prepare_cached(sql)?;
    let mut rows = find.query([record])?;
    let mut fate = None;
    while let Some(row) = rows.next()? {
        let (status, by): (String, String) = (row.get(0)?, row.get(1)?);
        let known = fate.get_or_insert(Fate { status: Status::Unknown, is_sending_known: false });
        known.is_sending_known |= By::parse(&by) == By::Sending;
        let told = Status::parse(&status);
        if told as u8 > known.status as u8 {
            known.status = told;
        }
    }
    Ok(fate)
}

#[cfg(test)]
mod tests;
