//! Lost leads that wait for a person: who to call now, why, how long they have been waiting, with the records that show it.

use rusqlite::{Connection, Row, params};

use crate::event::{BusinessId, RecordNo};
use crate::metrics::judge::Reason;

/// Nobody has ended them, and nobody won them back.
const WAITING: &str = "cases k JOIN sessions s ON s.id = k.session LEFT JOIN lead_work w ON w.business = k.business AND w.session = s.pid
  WHERE k.business = ?1 AND k.lost IS NOT NULL AND k.recovered_us IS NULL AND k.session IS NOT NULL
    AND k.lost_us >= ?2 AND k.lost_us <= ?3 AND w.ended_us IS NULL";

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The conversation's public id.
    pub session: String,
    /// The client's; none where nobody knows who it is.
    pub client: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their phone.
    pub phone: Option<String>,
    /// Where.
    pub channel: String,
    /// What they wanted.
    pub intent: Option<String>,
    /// Why.
    pub reason: Reason,
    /// Every reason.
    pub all: Vec<Reason>,
    /// Since when they wait.
    pub since_us: i64,
    /// The records that show it.
    pub evidence: Vec<RecordNo>,
    /// What was said last.
    pub snippet: Option<String>,
    /// Who took it in hand, and since when.
    pub taken: Option<(String, i64)>,
    /// Which steps of the funnel were told.
    pub told: u32,
}

/// Those that count as lost since `from_us`, whoever waits longest first among equal reasons: the reasons' own order says what is urgent.
///
/// # Errors
/// When the database says no.
pub fn waiting(conn: &Connection, business: BusinessId, from_us: i64, now_us: i64, most: usize) -> rusqlite::Result<Vec<Waiting>> {
    let sql = "SELECT s.pid, root.pid, coalesce(root.name, s.name), (
                 SELECT i.value FROM clients c CROSS JOIN identities i WHERE c.root = root.id AND i.client = c.id AND i.kind = 'phone' LIMIT 1),
                 k.channel, k.intent, k.lost, k.lost_all, k.lost_since_us, k.evidence, s.snippet, w.taken_by, w.taken_us, k.told
               FROM cases k JOIN sessions s ON s.id = k.session LEFT JOIN clients c ON c.id = s.client LEFT JOIN clients root ON root.id = c.root
                 LEFT JOIN lead_work w ON w.business = k.business AND w.session = s.pid
               WHERE k.business = ?1 AND k.lost IS NOT NULL AND k.recovered_us IS NULL AND k.session IS NOT NULL
                 AND k.lost_us >= ?2 AND k.lost_us <= ?3 AND w.ended_us IS NULL ORDER BY k.lost_us DESC LIMIT ?4";
    let read = |row: &Row<'_>| {
        let reasons = |text: &str| text.split(',').filter_map(Reason::parse).collect::<Vec<_>>();
        let evidence: Option<String> = row.get(9)?;
        let records = evidence.iter().flat_map(|text| text.split(',')).filter_map(|index| index.parse().ok());
        Ok(Waiting {
            session: row.get(0)?,
            client: row.get(1)?,
            name: row.get(2)?,
            phone: row.get(3)?,
            channel: row.get(4)?,
            intent: row.get(5)?,
            reason: reasons(row.get_ref(6)?.as_str()?).first().copied().unwrap_or(Reason::R2),
            all: reasons(row.get_ref(7)?.as_str()?),
            since_us: row.get(8)?,
            evidence: records.map(|index| RecordNo::new(business, index)).collect(),
            snippet: row.get(10)?,
            taken: row.get::<_, Option<String>>(11)?.zip(row.get(12)?),
            told: row.get(13)?,
        })
    };
    conn.prepare_cached(sql)?.query_map(params![business.0, from_us, now_us, most as i64], read)?.collect()
}

/// How far each of them came, as bits of what was told.
///
/// # Errors
/// When the database says no.
pub fn told(conn: &Connection, business: BusinessId, from_us: i64, now_us: i64, most: usize) -> rusqlite::Result<Vec<u32>> {
    let sql = format!("SELECT k.told FROM {WAITING} LIMIT ?4");
    conn.prepare_cached(&sql)?.query_map(params![business.0, from_us, now_us, most as i64], |row| row.get(0))?.collect()
}

/// How many there are, and how many of them nobody has taken in hand.
///
/// # Errors
/// When the database says no.
pub fn count(conn: &Connection, business: BusinessId, from_us: i64, now_us: i64) -> rusqlite::Result<(u64, u64)> {
    let sql = format!("SELECT count(*), count(*) FILTER (WHERE w.taken_us IS NULL) FROM {WAITING}");
    let count = |row: &Row<'_>| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64));
    conn.prepare_cached(&sql)?.query_row(params![business.0, from_us, now_us], count)
}
