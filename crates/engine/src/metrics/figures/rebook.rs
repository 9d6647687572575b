//! R13: visits that were cancelled or missed, and a week later nothing else is booked. A list of its own: these are not lost leads but clients
//! who had booked already, and whoever comes back ends it by that.

use rusqlite::{Connection, Row, params};

use crate::event::BusinessId;
use crate::event::when::DAY_US;

/// So long a client has to book again.
pub const REBOOK_US: i64 = 7 * DAY_US;
const FROM: &str = "visits v JOIN case_people p ON p.person = v.person JOIN clients c ON c.id = p.client
  LEFT JOIN sessions s ON s.id = v.session LEFT JOIN lead_work w ON w.business = v.business AND w.session = s.pid";
const WHERE: &str = "v.business = ?1 AND v.ended_us >= ?2 AND v.ended_us <= ?3 AND v.detached = 0
  AND v.outcome IN ('cancelled', 'cancelled_late', 'no_show') AND w.ended_us IS NULL
  AND NOT EXISTS (SELECT 1 FROM visits o WHERE o.person = v.person AND o.id <> v.id AND (o.made_us > v.ended_us OR o.starts_us > v.ended_us))
  AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.person = v.person AND k.left_out IN ('test', 'spam', 'staff') AND k.session = v.session)";

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct FellThrough {
    /// The conversation that the visit was booked in, by its public id; none where it was booked elsewhere.
    pub session: Option<String>,
    /// The client's public id.
    pub client: String,
    /// Their name.
    pub name: Option<String>,
    /// Their phone.
    pub phone: Option<String>,
    /// Where it was booked.
    pub channel: Option<String>,
    /// What for.
    pub service: Option<String>,
    /// `cancelled`, `cancelled_late`, `no_show`.
    pub outcome: String,
    /// When that was told.
    pub ended_us: i64,
    /// When it would have begun.
    pub starts_us: Option<i64>,
    /// The visit's number in the booking system.
    pub booking: Option<String>,
    /// Who took it in hand, and since when.
    pub taken: Option<(String, i64)>,
}

/// Those that fell through since `from_us` and at least a week before `now_us`, the youngest first.
///
/// # Errors
/// When the database says no.
pub fn fallen_through(
    conn: &Connection,
    business: BusinessId,
    from_us: i64,
    now_us: i64,
    most: usize,
) -> rusqlite::Result<Vec<FellThrough>> {
    let sql = format!(
        "SELECT s.pid, c.pid, c.name, (
           SELECT i.value FROM clients m CROSS JOIN identities i WHERE m.root = c.id AND i.client = m.id AND i.kind = 'phone' LIMIT 1),
           v.channel, v.service, v.outcome, v.ended_us, v.starts_us, v.booking, w.taken_by, w.taken_us
         FROM {FROM} WHERE {WHERE} ORDER BY v.ended_us DESC LIMIT ?4"
    );
    let read = |row: &Row<'_>| {
        Ok(FellThrough {
            session: row.get(0)?,
            client: row.get(1)?,
            name: row.get(2)?,
            phone: row.get(3)?,
            channel: row.get(4)?,
            service: row.get(5)?,
            outcome: row.get(6)?,
            ended_us: row.get(7)?,
            starts_us: row.get(8)?,
            booking: row.get(9)?,
            taken: row.get::<_, Option<String>>(10)?.zip(row.get(11)?),
        })
    };
    let values = params![business.0, from_us, now_us - REBOOK_US, most as i64];
    conn.prepare_cached(&sql)?.query_map(values, read)?.collect()
}

/// How many there are.
///
/// # Errors
/// When the database says no.
pub fn count(conn: &Connection, business: BusinessId, from_us: i64, now_us: i64) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM {FROM} WHERE {WHERE}");
    let values = params![business.0, from_us, now_us - REBOOK_US];
    conn.prepare_cached(&sql)?.query_row(values, |row| row.get::<_, i64>(0)).map(|count| count as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::journal::testing::empty;

    const NOW: i64 = 100 * DAY_US;

    fn visit(conn: &Connection, id: i64, ended_day: i64, outcome: &str, made_day: i64) {
        conn.execute(
            "INSERT INTO visits (business, id, person, at_us, made_us, outcome, ended_us, reminded, delivered, detached)
             VALUES (1, ?1, 7, ?2, ?3, ?4, ?2, 0, 0, 0)",
            params![id, ended_day * DAY_US, made_day * DAY_US, outcome],
        )
        .unwrap();
    }

    fn found(conn: &Connection) -> Vec<String> {
        let all = fallen_through(conn, BusinessId(1), NOW - 21 * DAY_US, NOW, 10).unwrap();
        assert_eq!(count(conn, BusinessId(1), NOW - 21 * DAY_US, NOW).unwrap(), all.len() as u64);
        all.into_iter().map(|one| one.outcome).collect()
    }

    #[test]
    fn a_visit_that_fell_through_waits_a_week_and_ends_with_the_next_booking() {
        let conn = empty();
        conn.execute_batch(
            "INSERT INTO clients (id, business, pid, root, first_record) VALUES (3, 1, 'anna', 3, 1); INSERT INTO case_people (person, business, client) VALUES (7, 1, 3);",
        )
        .unwrap();
        visit(&conn, 1, 94, "no_show", 90);
        assert!(found(&conn).is_empty(), "six days ago");
        conn.execute("UPDATE visits SET ended_us = ?1", [93 * DAY_US]).unwrap();
        assert_eq!(found(&conn), ["no_show"], "a week ago, to the moment");
        visit(&conn, 2, 99, "planned", 96);
        assert!(found(&conn).is_empty(), "booked again");
        conn.execute("UPDATE visits SET outcome = 'cancelled', ended_us = ?1 WHERE id = 2", [96 * DAY_US]).unwrap();
        assert!(found(&conn).is_empty(), "and that one has its own week");
        conn.execute("DELETE FROM case_people", []).unwrap();
        conn.execute("DELETE FROM visits WHERE id = 2", []).unwrap();
        assert!(found(&conn).is_empty(), "whose nobody knows any more");
    }
}
