//! What happened after a conversation: the client's events that belong to no conversation, until they write again.

use rusqlite::{Connection, OptionalExtension, params};

use crate::event::when::DAY_US;
use crate::journal::event_rows::{COLUMNS, from_row};
use crate::journal::projection::EventRow;
use crate::journal::session::Session;

/// What comes later has other reasons.
const LATEST_US: i64 = 90 * DAY_US;
/// More than happens to one lead.
const MOST: usize = 100;

/// What became of a conversation, in order: from its beginning (a lead may be made in the middle of it) to the client's next one, or for
/// ninety days. What became of messages stands with the messages.
///
/// # Errors
/// When the database says no.
pub fn afterwards(conn: &Connection, session: &Session) -> rusqlite::Result<Vec<EventRow>> {
    let Some(client) = session.client else { return Ok(Vec::new()) };
    let sql = "SELECT min(s.started_us) FROM clients c CROSS JOIN sessions s
               WHERE c.root = (SELECT root FROM clients WHERE id = ?1) AND s.client = c.id AND s.started_us > ?2 AND s.id <> ?3";
    let next: Option<Option<i64>> =
        conn.prepare_cached(sql)?.query_row(params![client, session.last_us, session.id], |row| row.get(0)).optional()?;
    let until = (session.last_us + LATEST_US).min(next.flatten().unwrap_or(i64::MAX));
    let mut found = conn.prepare_cached(&afterwards_sql())?;
    found.query_map(params![client, session.started_us, until], |row| Ok(from_row(row)?.row))?.collect()
}

/// The SQL of what happened outside conversations.
pub(super) fn afterwards_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM events WHERE session IS NULL AND identity IN
           (SELECT i.id FROM clients c CROSS JOIN identities i WHERE c.root = (SELECT root FROM clients WHERE id = ?1) AND i.client = c.id)
         AND ts_us >= ?2 AND ts_us < ?3 AND type NOT IN ('delivery_status', 'card_linked', 'review_labelled', 'experiment_exposed') ORDER BY ts_us, record LIMIT {MOST}"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::BusinessId;
    use crate::journal::projection::READ_BACK;
    use crate::journal::session_by_pid;
    use crate::journal::testing::{Pen, empty};

    #[test]
    fn what_came_of_a_conversation_ends_with_the_next_one_or_with_the_season() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, BusinessId(1));
        let talk = |day: &str, session: &str| {
            let client = r#""client":{"channel_id":"55"},"crm_id":"lead:5""#;
            format!(
                r#"{{"event_id":"{session}","timestamp":"{day}T12:00:00+03:00","channel":"telegram","session_id":"{session}",{client},"text":"…"}}"#
            )
        };
        let told = |day: &str, kind: &str| {
            let cards = r#""crm_id":"deal:9","client":{"crm_id":"lead:5"}"#;
            format!(
                r#"{{"event_id":"{day} {kind}","timestamp":"{day}T12:30:00+03:00","channel":"crm","source":"bitrix24","type":"{kind}",{cards}}}"#
            )
        };
        for talk in [talk("2025-01-10", "first"), talk("2025-02-10", "second")] {
            pen.event(&tx, &talk).unwrap();
        }
        let days = [
            ("2025-01-09", "deal_created"),
            ("2025-01-10", "stage_changed"),
            ("2025-01-11", "card_linked"),
            ("2025-01-20", "deal_lost"),
            ("2025-03-01", "deal_won"),
            ("2025-07-01", "visit_no_show"),
        ];
        for (day, kind) in days {
            pen.event_from(&tx, READ_BACK, &told(day, kind)).unwrap();
        }
        pen.flush(&tx);
        tx.commit().unwrap();
        let after = |pid: &str| {
            let session = session_by_pid(&conn, BusinessId(1), pid).unwrap().unwrap();
            assert_eq!(session.events, 1, "what was read back is no word of it");
            afterwards(&conn, &session).unwrap().into_iter().map(|row| row.kind).collect::<Vec<_>>()
        };
        assert_eq!(after("first"), ["stage_changed", "deal_lost"]);
        assert_eq!(after("second"), ["deal_won"]);
        let clients: i64 = conn.query_row("SELECT count(*) FROM clients", [], |row| row.get(0)).unwrap();
        assert_eq!(clients, 1, "the deal is the client's by the lead it names");
    }
}
