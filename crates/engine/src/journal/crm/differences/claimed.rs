//! The assistant says that it made a lead, and a quarter of an hour later the CRM has none.
//!
//! A claim that names a card is true when that card was seen or found, or a deal that came of it. One that names none is true when the client has a
//! lead or deal; a person in the address book is no lead. What the CRM was not asked about since is not judged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{OptionalExtension, Row, params};

use super::{BACK_US, Desk, Difference, What};
use crate::event::{CrmKind, CrmRef, Facets, RecordNo};
use crate::journal::cases::Owner;
use crate::journal::crm::{cursor, reads};

/// Claims that are looked at: the newest.
const MOST: i64 = 20_000;

/// An event that says it.
struct Claim {
    record: i64,
    at_us: i64,
    received_us: i64,
    session: String,
    session_row: i64,
    /// The row of whoever is shown, and their public id.
    client: Option<(i64, String)>,
    given: Option<String>,
}

/// The card that was found or is looked for.
struct Sought {
    connection: String,
    state: String,
    card: Option<(String, i64)>,
    found_by: Option<String>,
    problem: Option<String>,
    attempts: i64,
}

/// What is known of a claim.
enum Standing {
    True,
    False {
        is_gone: bool,
        /// The CRM has answered since; else it is still being looked for, or could not be asked.
        is_answered: bool,
    },
    /// The CRM was not asked since.
    Unknown,
    /// A person set it aside.
    Ruled,
}

/// What the CRMs say of claims, by whose they are. Of everybody else they say nothing, now.
#[derive(Debug, Default)]
pub struct Answers {
    /// The records of claims that no CRM has anything for.
    pub absent: BTreeMap<Owner, BTreeSet<i64>>,
    /// Who has a card after all, or whose claim a person set aside.
    pub settled: BTreeSet<Owner>,
}

/// From where on numbers of a kind are of the time that is read: found once a look, because nothing leads there.
type Firsts = HashMap<String, Option<i64>>;

pub(super) fn of(desk: &Desk<'_>) -> rusqlite::Result<Vec<Difference>> {
    let mut newest: HashMap<String, Difference> = HashMap::new();
    each(desk, |claim, sought, standing| {
        let key = claim.client.as_ref().map_or_else(|| claim.session.clone(), |(_, pid)| pid.clone());
        match standing {
            Standing::False { is_gone, .. } => drop(newest.insert(key, told(desk, claim, is_gone, sought))),
            // A later claim of the same client came true: the earlier one was mended by it.
            Standing::True => drop(newest.remove(&key)),
            Standing::Unknown | Standing::Ruled => {}
        }
    })?;
    Ok(newest.into_values().collect())
}

/// What this CRM says of all claims. One whose card was there and is gone was true: it was made. What it could not answer says nothing.
pub(super) fn answers(desk: &Desk<'_>, all: &mut Answers) -> rusqlite::Result<()> {
    let mut here = Answers::default();
    each(desk, |claim, _, standing| {
        let owner = claim.client.map_or(Owner::Session(claim.session_row), |(root, _)| Owner::Client(root));
        match standing {
            Standing::False { is_gone: false, is_answered: true } => drop(here.absent.entry(owner).or_default().insert(claim.record)),
            Standing::True | Standing::False { is_gone: true, .. } => {
                here.absent.remove(&owner);
                here.settled.insert(owner);
            }
            Standing::Ruled => drop(here.settled.insert(owner)),
            Standing::False { .. } | Standing::Unknown => {}
        }
    })?;
    here.absent.into_iter().for_each(|(owner, records)| all.absent.entry(owner).or_default().extend(records));
    all.settled.extend(here.settled);
    Ok(())
}

/// Every claim, in the order of time, and how it stands.
fn each(desk: &Desk<'_>, mut take: impl FnMut(Claim, Vec<Sought>, Standing)) -> rusqlite::Result<()> {
    let looked_us = reads::of(desk.conn, &desk.portal.connection, "look")?.filter(|look| look.problem.is_none()).map(|look| look.at_us);
    let mut firsts = Firsts::new();
    for claim in claims(desk)? {
        if desk.rulings.claims.contains(&RecordNo::from_i64(claim.record).index()) {
            take(claim, Vec::new(), Standing::Ruled);
            continue;
        }
        let sought = match &claim.client {
            Some((root, _)) => sought(desk, *root)?,
            None => Vec::new(),
        };
        let is_read = desk.portal.reads && looked_us.is_some_and(|looked_us| looked_us >= claim.received_us);
        let standing = match claim.given.as_deref().and_then(CrmRef::parse) {
            Some(card) => named(desk, &claim, card, (&sought, is_read), &mut firsts)?,
            None => unnamed(desk, &claim, &sought, is_read)?,
        };
        take(claim, sought, standing);
    }
    Ok(())
}

fn told(desk: &Desk<'_>, claim: Claim, is_gone: bool, sought: Vec<Sought>) -> Difference {
    let record = RecordNo::from_i64(claim.record).index();
    let here = sought.into_iter().find(|sought| sought.connection == desk.portal.connection);
    let (search, problem) = here.map_or((None, None), |sought| (Some(sought.state), sought.problem));
    let what = What::Claimed { record, session: claim.session, given: claim.given, is_gone, search, problem };
    desk.difference(claim.at_us, claim.client.map(|(_, pid)| pid), None, what)
}

/// In the order of time.
fn claims(desk: &Desk<'_>) -> rusqlite::Result<Vec<Claim>> {
    // The bits stand in the text, because the index is found by them.
    debug_assert_eq!((Facets::LEAD | Facets::LEAD_CLAIMED).bits(), 384);
    let sql = "SELECT e.record, e.ts_us, e.received_us, s.pid, r.id, r.pid, e.crm, s.id
               FROM events e JOIN sessions s ON s.id = e.session LEFT JOIN clients c ON c.id = s.client LEFT JOIN clients r ON r.id = c.root
               WHERE e.business = ?1 AND e.facets & 384 <> 0 AND e.ts_us > ?2 AND e.received_us <= ?3 AND e.channel <> 'crm'
                 AND (e.record >= ?4 OR e.ts_us >= ?5) ORDER BY e.ts_us DESC, e.record DESC LIMIT ?6";
    let read = |row: &Row<'_>| {
        let client = row.get::<_, Option<i64>>(4)?.zip(row.get(5)?);
        Ok(Claim {
            record: row.get(0)?,
            at_us: row.get(1)?,
            received_us: row.get(2)?,
            session: row.get(3)?,
            client,
            given: row.get(6)?,
            session_row: row.get(7)?,
        })
    };
    let first = cursor(desk.conn, &desk.portal.connection)?.filter(|_| desk.portal.finds).map_or(i64::MAX, |cursor| cursor.first_record);
    let read_us = desk.leads_us.filter(|_| desk.portal.reads).unwrap_or(i64::MAX);
    let values = params![desk.business.0, desk.asked.now_us - BACK_US, desk.asked.now_us - desk.asked.grace_us, first, read_us, MOST];
    let mut claims: Vec<Claim> = desk.conn.prepare_cached(sql)?.query_map(values, read)?.collect::<Result<_, _>>()?;
    claims.reverse();
    Ok(claims)
}

/// In every portal: a client whose card another one has lacks nothing.
fn sought(desk: &Desk<'_>, root: i64) -> rusqlite::Result<Vec<Sought>> {
    let sql = "SELECT k.connection, k.state, k.kind, k.card, k.found_by, k.problem, k.attempts FROM clients c
               JOIN crm_cards k ON k.business = c.business AND k.client = c.pid WHERE c.root = ?1";
    let read = |row: &Row<'_>| {
        let card = row.get::<_, Option<String>>(2)?.zip(row.get(3)?);
        Ok(Sought { connection: row.get(0)?, state: row.get(1)?, card, found_by: row.get(4)?, problem: row.get(5)?, attempts: row.get(6)? })
    };
    desk.conn.prepare_cached(sql)?.query_map([root], read)?.collect()
}

impl Sought {
    fn is_found(&self) -> bool {
        self.state == "found"
    }

    /// It was looked for, and the answer was that there is none.
    fn is_missed(&self) -> bool {
        self.state == "sought" && self.attempts > 0 && self.problem.is_none()
    }

    /// Somebody saw to it that there is one.
    fn is_sure(&self) -> bool {
        self.is_found() && matches!(self.found_by.as_deref(), Some("made" | "origin" | "person" | "converted"))
    }
}

fn named(
    desk: &Desk<'_>,
    claim: &Claim,
    card: CrmRef,
    (sought, is_read): (&[Sought], bool),
    firsts: &mut Firsts,
) -> rusqlite::Result<Standing> {
    let kinds: &[&str] = if card.kind == CrmKind::Unknown { &["lead", "deal", "contact"] } else { &[card.kind.as_str()] };
    let is_it = |found: &Sought| found.card.as_ref().is_some_and(|(kind, id)| kinds.contains(&kind.as_str()) && *id == card.id as i64);
    if sought.iter().any(|found| found.is_sure() || found.is_found() && is_it(found)) {
        return Ok(Standing::True);
    }
    let mut is_gone = false;
    for kind in kinds {
        match seen(desk, kind, card.id as i64)? {
            Some(true) => return Ok(Standing::True),
            Some(false) => is_gone = true,
            None => {}
        }
    }
    if kinds.contains(&"lead") && has_open(desk, "lead", card.id as i64)? {
        return Ok(Standing::True);
    }
    if is_gone {
        return Ok(Standing::False { is_gone, is_answered: true });
    }
    let here = sought.iter().find(|sought| sought.connection == desk.portal.connection);
    let was_asked = desk.portal.finds && here.is_some_and(|here| here.state != "making");
    let was_read =
        is_read && desk.leads_us.is_some_and(|begun_us| claim.at_us >= begun_us) && !is_older(desk, kinds, card.id as i64, firsts)?;
    let is_answered = was_read || here.is_some_and(Sought::is_missed);
    Ok(if was_asked || was_read { Standing::False { is_gone, is_answered } } else { Standing::Unknown })
}

/// Whether a card that was seen in any portal is still there.
fn seen(desk: &Desk<'_>, kind: &str, id: i64) -> rusqlite::Result<Option<bool>> {
    let sql = "SELECT gone_us IS NULL FROM crm_items WHERE connection = ?1 AND kind = ?2 AND item = ?3";
    let mut find = desk.conn.prepare_cached(sql)?;
    let mut any = None;
    for portal in desk.portals {
        any = any.max(find.query_row(params![portal.connection, kind, id], |row| row.get::<_, bool>(0)).optional()?);
    }
    Ok(any)
}

/// Whether a deal came of that lead, or a lead or deal has that contact, in any portal.
fn has_open(desk: &Desk<'_>, of: &str, id: i64) -> rusqlite::Result<bool> {
    let sql = format!("SELECT 1 FROM crm_items WHERE connection = ?1 AND {of} = ?2 AND gone_us IS NULL AND kind IN ('lead', 'deal')");
    let mut find = desk.conn.prepare_cached(&sql)?;
    for portal in desk.portals {
        if find.exists(params![portal.connection, id])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Its number is from before reading began: it may be there unread.
fn is_older(desk: &Desk<'_>, kinds: &[&str], id: i64, firsts: &mut Firsts) -> rusqlite::Result<bool> {
    let sql = "SELECT min(item) FROM crm_items WHERE connection = ?1 AND kind = ?2 AND created_us >= ?3";
    for kind in kinds {
        let first = match firsts.get(*kind) {
            Some(first) => *first,
            None => {
                let values = params![desk.portal.connection, kind, desk.leads_us.unwrap_or_default()];
                let first = desk.conn.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
                firsts.insert((*kind).to_owned(), first);
                first
            }
        };
        if first.is_some_and(|first| id < first) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unnamed(desk: &Desk<'_>, claim: &Claim, sought: &[Sought], is_read: bool) -> rusqlite::Result<Standing> {
    let is_deal = |found: &Sought| found.card.as_ref().is_some_and(|(kind, _)| matches!(kind.as_str(), "lead" | "deal"));
    if sought.iter().any(|found| found.is_sure() || found.is_found() && is_deal(found)) {
        return Ok(Standing::True);
    }
    if let Some((root, _)) = &claim.client
        && has_item(desk, *root, sought)?
    {
        return Ok(Standing::True);
    }
    // Without reading nobody knows which leads a person of the address book has.
    let is_known = sought.iter().any(Sought::is_found) && !is_read;
    let missed = |sought: &Sought| sought.connection == desk.portal.connection && sought.is_missed();
    let is_answered = is_read || sought.iter().any(missed);
    Ok(if is_known || !desk.portal.finds { Standing::Unknown } else { Standing::False { is_gone: false, is_answered } })
}

/// A lead or deal that was seen is theirs: by its own number, or by its contact's.
fn has_item(desk: &Desk<'_>, root: i64, sought: &[Sought]) -> rusqlite::Result<bool> {
    let sql = "SELECT value FROM identities WHERE kind = 'crm' AND client IN (SELECT id FROM clients WHERE root = ?1)";
    let named = desk.conn.prepare_cached(sql)?.query_map([root], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let found = sought.iter().filter(|found| found.is_found()).filter_map(|found| found.card.clone());
    let cards = named.iter().filter_map(|card| CrmRef::parse(card)).map(|card| (card.kind.as_str().to_owned(), card.id as i64));
    for (kind, id) in cards.chain(found) {
        let is_there = match kind.as_str() {
            "contact" => has_open(desk, "contact", id)?,
            _ => seen(desk, &kind, id)? == Some(true),
        };
        if is_there {
            return Ok(true);
        }
    }
    Ok(false)
}
