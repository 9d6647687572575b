//! What one client did, read from the journal.

use rusqlite::{Connection, Row, params};

use crate::event::{BusinessId, EventType, Facets};
use crate::journal::cases::{self, Owner};
use crate::journal::sessions::Gaps;
use crate::metrics::judge::{Call, Deed, History, Talk, Words};

/// What [`deed`] reads. Facets 3 = 2: the assistant speaks in it, the client does not, so `said` are the assistant's words, as channels tell them.
const COLUMNS: &str = "e.record, e.ts_us, e.type, e.facets, e.intent, e.confidence, e.crm IS NOT NULL, e.operator, e.model, e.scenario,
  e.variant, e.latency_ms, coalesce(e.reply, CASE WHEN e.facets & 3 = 2 THEN e.said END), d.prompt, d.booking, d.starts_us, d.service, d.paid_minor, d.currency, d.utm_source, d.utm_campaign,
  d.left_out, t.status IS 'failed', m.record IS NOT NULL, m.cost, m.currency, m.tokens_in IS NOT NULL OR m.tokens_out IS NOT NULL,
  e.type = 'reminder_sent' AND EXISTS (SELECT 1 FROM deliveries o WHERE o.business = t.business AND o.provider = t.provider
    AND o.message_id = t.message_id AND o.status IN ('delivered', 'read', 'seen', 'played'))";
const TABLES: &str = "events e LEFT JOIN details d ON d.record = e.record LEFT JOIN deliveries t ON t.record = e.record
  LEFT JOIN model_calls m ON e.type = 'llm_call' AND m.record = e.record";
/// Events of one client that are judged; a bot that takes everybody for one client has more.
const MOST: i64 = 20_000;

/// Everything of one owner; a conversation is over after the silence that cuts it.
pub(super) fn of(conn: &Connection, business: BusinessId, owner: Owner, gaps: Gaps) -> rusqlite::Result<History> {
    let (sql, id) = match owner {
        Owner::Client(id) => (
            "SELECT s.id, s.channel, s.kind, s.started_us FROM clients c CROSS JOIN sessions s
             WHERE c.root = ?1 AND s.client = c.id AND s.business = ?2 ORDER BY s.started_us, s.id",
            id,
        ),
        Owner::Session(id) => ("SELECT id, channel, kind, started_us FROM sessions WHERE id = ?1 AND business = ?2 AND client IS NULL", id),
    };
    let mut talks: Vec<Talk> = conn
        .prepare_cached(sql)?
        .query_map(params![id, business.0], |row| {
            let channel: String = row.get(1)?;
            let gap_us = gaps.channel_us(&channel);
            Ok(Talk { session: row.get(0)?, gap_us, channel, kind: row.get(2)?, started_us: row.get(3)?, deeds: Vec::new() })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let inside = format!("SELECT {COLUMNS} FROM {TABLES} WHERE e.session = ?1 ORDER BY e.ts_us, e.record LIMIT ?2");
    let mut inside = conn.prepare_cached(&inside)?;
    for talk in &mut talks {
        talk.deeds = inside.query_map(params![talk.session, MOST], deed)?.collect::<rusqlite::Result<_>>()?;
    }
    let mut history = History { talks, was_here: cases::was_here(conn, owner)?, ..History::default() };
    if let Owner::Client(root) = owner {
        history.outside = outside(conn, root)?;
        history.has_contact = has_contact(conn, root)?;
        history.stalled_us = stalled(conn, business, root)?;
    }
    Ok(history)
}

fn outside(conn: &Connection, root: i64) -> rusqlite::Result<Vec<Deed>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM clients c CROSS JOIN identities i CROSS JOIN {TABLES}
         WHERE c.root = ?1 AND i.client = c.id AND e.identity = i.id AND e.session IS NULL ORDER BY e.ts_us, e.record LIMIT ?2"
    );
    conn.prepare_cached(&sql)?.query_map(params![root, MOST], deed)?.collect()
}

fn has_contact(conn: &Connection, root: i64) -> rusqlite::Result<bool> {
    let sql =
        "SELECT 1 FROM clients c CROSS JOIN identities i WHERE c.root = ?1 AND i.client = c.id AND i.kind IN ('phone', 'email') LIMIT 1";
    conn.prepare_cached(sql)?.exists([root])
}

/// Since when their lead stands in the first stage of the CRM.
fn stalled(conn: &Connection, business: BusinessId, root: i64) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT min(i.updated_us) FROM clients c CROSS JOIN crm_cards k CROSS JOIN crm_items i
               WHERE c.id = ?1 AND k.business = ?2 AND k.client = c.pid AND k.kind = 'lead'
                 AND i.connection = k.connection AND i.kind = 'lead' AND i.item = k.card AND i.stage = 'NEW' AND i.gone_us IS NULL";
    conn.prepare_cached(sql)?.query_row(params![root, business.0], |row| row.get(0))
}

fn deed(row: &Row<'_>) -> rusqlite::Result<Deed> {
    // The bits stand in the text.
    debug_assert_eq!(((Facets::INBOUND | Facets::REPLY).bits(), Facets::REPLY.bits()), (3, 2));
    let reply: Option<String> = row.get(12)?;
    Ok(Deed {
        record: row.get(0)?,
        us: row.get(1)?,
        kind: EventType::parse(row.get_ref(2)?.as_str()?).unwrap_or(EventType::Other),
        facets: Facets::from_bits(row.get(3)?),
        intent: row.get(4)?,
        confidence: row.get(5)?,
        is_carded: row.get(6)?,
        operator: row.get(7)?,
        model: row.get(8)?,
        scenario: row.get(9)?,
        variant: row.get(10)?,
        latency_ms: row.get(11)?,
        words: reply.as_deref().map(Words::of).unwrap_or_default(),
        prompt: row.get(13)?,
        booking: row.get(14)?,
        starts_us: row.get(15)?,
        service: row.get(16)?,
        paid_minor: row.get(17)?,
        currency: row.get(18)?,
        utm_source: row.get(19)?,
        utm_campaign: row.get(20)?,
        left_out: row.get(21)?,
        is_undelivered: row.get(22)?,
        is_delivered: row.get(27)?,
        call: if row.get(23)? { Some(call(row)?) } else { None },
    })
}

fn call(row: &Row<'_>) -> rusqlite::Result<Call> {
    let named = |currency: &String| currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    let currency = row.get::<_, Option<String>>(25)?.filter(named).unwrap_or_default();
    Ok(Call { cost: row.get(24)?, currency, answered: row.get(26)? })
}
