//! What was last seen of a CRM's cards and bookings: numbers, stages, sums and moments. No name, phone or word of anybody: cards of people
//! whom nobody here knows are among them, because a reconciliation has to count them.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::{BusinessId, CrmRef};

/// One card or booking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// `lead`, `deal`, `contact`, `booking`.
    pub kind: String,
    /// Its number there.
    pub item: u64,
    /// Its stage, as the CRM names it.
    pub stage: Option<String>,
    /// `P`, `S` or `F`.
    pub semantics: Option<String>,
    /// What it is worth.
    pub amount: Option<String>,
    /// In what.
    pub currency: Option<String>,
    /// The lead it came from.
    pub lead: Option<u64>,
    /// The person.
    pub contact: Option<u64>,
    /// The deal of a booking.
    pub deal: Option<u64>,
    /// Its field says that nobody came.
    pub no_show: bool,
    /// When a booking begins.
    pub starts_us: Option<i64>,
    /// When it was changed, by the CRM's clock.
    pub updated_us: Option<i64>,
    /// When it came into being, by the same; nothing of what was never read.
    pub created_us: Option<i64>,
    /// Where the client came from, as the CRM names it.
    pub source: Option<String>,
    /// The employee who has it, by number.
    pub responsible: Option<u64>,
    /// Something happened to it when nobody knew whose it is.
    pub untold: bool,
    /// Since when it is not there any more.
    pub gone_us: Option<i64>,
}

const COLUMNS: &str = "kind, item, stage, semantics, amount, currency, lead, contact, deal, no_show, starts_us, updated_us, untold, gone_us, created_us, source,
     responsible";

fn read(row: &Row<'_>) -> rusqlite::Result<Item> {
    let number = |at: usize| row.get::<_, Option<i64>>(at).map(|id| id.map(|id| id as u64));
    Ok(Item {
        kind: row.get(0)?,
        item: row.get::<_, i64>(1)? as u64,
        stage: row.get(2)?,
        semantics: row.get(3)?,
        amount: row.get(4)?,
        currency: row.get(5)?,
        lead: number(6)?,
        contact: number(7)?,
        deal: number(8)?,
        no_show: row.get(9)?,
        starts_us: row.get(10)?,
        updated_us: row.get(11)?,
        untold: row.get(12)?,
        gone_us: row.get(13)?,
        created_us: row.get(14)?,
        source: row.get(15)?,
        responsible: number(16)?,
    })
}

/// What was last seen of one.
///
/// # Errors
/// When the database says no.
pub fn of(conn: &Connection, connection: &str, kind: &str, item: u64) -> rusqlite::Result<Option<Item>> {
    let sql = format!("SELECT {COLUMNS} FROM crm_items WHERE connection = ?1 AND kind = ?2 AND item = ?3");
    conn.prepare_cached(&sql)?.query_row(params![connection, kind, item as i64], read).optional()
}

/// Keeps what was seen.
///
/// # Errors
/// When the database says no.
pub fn put(tx: &Transaction<'_>, business: BusinessId, connection: &str, seen: &Item, now_us: i64) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT OR REPLACE INTO crm_items (connection, business, seen_us, {COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
    );
    let number = |id: Option<u64>| id.map(|id| id as i64);
    tx.prepare_cached(&sql)?.execute(params![
        connection,
        business.0,
        now_us,
        seen.kind,
        seen.item as i64,
        seen.stage,
        seen.semantics,
        seen.amount,
        seen.currency,
        number(seen.lead),
        number(seen.contact),
        number(seen.deal),
        seen.no_show,
        seen.starts_us,
        seen.updated_us,
        seen.untold,
        seen.gone_us,
        seen.created_us,
        seen.source,
        number(seen.responsible),
    ])?;
    Ok(())
}

/// Those to which something happened when nobody knew whose they are; the one changed last first.
///
/// # Errors
/// When the database says no.
pub fn untold(conn: &Connection, connection: &str, limit: u32) -> rusqlite::Result<Vec<Item>> {
    let sql = format!("SELECT {COLUMNS} FROM crm_items WHERE connection = ?1 AND untold = 1 ORDER BY seen_us DESC LIMIT ?2");
    conn.prepare_cached(&sql)?.query_map(params![connection, limit], read)?.collect()
}

/// The bookings that are to come in a stretch of time.
///
/// # Errors
/// When the database says no.
pub fn bookings(conn: &Connection, connection: &str, (from_us, to_us): (i64, i64)) -> rusqlite::Result<Vec<Item>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM crm_items WHERE connection = ?1 AND kind = 'booking' AND gone_us IS NULL AND starts_us BETWEEN ?2 AND ?3"
    );
    conn.prepare_cached(&sql)?.query_map(params![connection, from_us, to_us], read)?.collect()
}

/// Cards of a kind that are still there, from a number on.
///
/// # Errors
/// When the database says no.
pub fn after(conn: &Connection, connection: &str, kind: &str, item: u64, limit: u32) -> rusqlite::Result<Vec<Item>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM crm_items WHERE connection = ?1 AND kind = ?2 AND item > ?3 AND gone_us IS NULL ORDER BY item LIMIT ?4"
    );
    conn.prepare_cached(&sql)?.query_map(params![connection, kind, item as i64, limit], read)?.collect()
}

/// Cards that were found for clients and never read are looked at by the nightly pass too.
///
/// # Errors
/// When the database says no.
pub fn adopt(tx: &Transaction<'_>, connection: &str, now_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO crm_items (connection, kind, item, business, seen_us)
               SELECT connection, kind, card, business, ?2 FROM crm_cards WHERE connection = ?1 AND state = 'found'
               GROUP BY kind, card ON CONFLICT (connection, kind, item) DO NOTHING";
    tx.prepare_cached(sql)?.execute(params![connection, now_us])?;
    Ok(())
}

/// So are cards that may be doubles: whether they are closed decides it.
///
/// # Errors
/// When the database says no.
pub fn adopt_others(tx: &Transaction<'_>, business: BusinessId, connection: &str, cards: &[CrmRef], now_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO crm_items (connection, kind, item, business, seen_us) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (connection, kind, item) DO NOTHING";
    let mut insert = tx.prepare_cached(sql)?;
    for card in cards {
        insert.execute(params![connection, card.kind.as_str(), card.id as i64, business.0, now_us])?;
    }
    Ok(())
}
