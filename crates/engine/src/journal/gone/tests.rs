//! Whatever goes, what remains is what a rebuild from the living records gives.
//!
//! The rebuild here is the shortest there can be: an empty journal with the primary rows, and every living record through the
//! same code in the order of its number. Rows are compared by public ids.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;

use proptest::prelude::*;
use rusqlite::{Connection, Transaction};

use super::super::clients::Clients;
use super::super::projection::Projected;
use super::super::sessions::{Gaps, Sessions};
use super::super::testing::{NOON, Pen, empty};
use super::super::{append, evidence, extent, merges};
use crate::event::{BusinessId, RecordNo, record};
use crate::privacy::BusinessKeys;

const SALON: BusinessId = BusinessId(1);
const HOUR: i64 = 3600;

/// Everything derived, by public ids.
const SHOWN: [&str; 7] = [
    "SELECT e.record, s.pid, hex(i.pseudonym), e.flags, e.said FROM events e
       LEFT JOIN sessions s ON s.id = e.session LEFT JOIN identities i ON i.id = e.identity ORDER BY 1",
    "SELECT s.pid, s.given, s.channel, hex(i.pseudonym), c.pid, s.kind, s.started_us, s.last_us, s.first_record, s.first_in_us, s.first_out_us,
       s.events, s.inbound, s.replies, s.facets, s.outcome, s.intent, s.name, s.name_us, s.name_record, s.snippet, s.snippet_record, s.booking
       FROM sessions s LEFT JOIN identities i ON i.id = s.identity LEFT JOIN clients c ON c.id = s.client ORDER BY 1",
    "SELECT n.pid, s.pid FROM session_names n LEFT JOIN sessions s ON s.id = n.session ORDER BY 1",
    "SELECT hex(i.pseudonym), i.kind, i.value, i.tail, c.pid, i.reminded_us FROM identities i LEFT JOIN clients c ON c.id = i.client ORDER BY 1",
    "SELECT c.pid, c.name, c.name_folded, c.first_record, r.pid, m.pid FROM clients c
       LEFT JOIN clients r ON r.id = c.root LEFT JOIN clients m ON m.id = c.merged_into ORDER BY 1",
    "SELECT min(a.pid, b.pid), max(a.pid, b.pid), l.record FROM likenesses l
       LEFT JOIN clients a ON a.id = l.one LEFT JOIN clients b ON b.id = l.other ORDER BY 1, 2",
    "SELECT rowid FROM search WHERE search MATCH 'да' ORDER BY 1",
];

fn shown(conn: &Connection) -> Vec<Vec<String>> {
    let rows = |sql: &str| {
        let mut all = conn.prepare(sql).unwrap();
        let width = all.column_count();
        let read = |row: &rusqlite::Row<'_>| Ok((0..width).map(|at| format!("{:?} ", row.get_ref_unwrap(at))).collect::<String>());
        all.query_map([], read).unwrap().map(Result::unwrap).collect()
    };
    SHOWN.iter().map(|sql| rows(sql)).collect()
}

/// The living records of `conn`, projected into an empty journal.
fn rebuilt(conn: &Connection, keys: &BusinessKeys) -> Connection {
    let mut fresh = empty();
    for table in ["openings", "links", "merges"] {
        copy(conn, &fresh, table);
    }
    let tx = fresh.transaction().unwrap();
    let (mut clients, mut sessions) = (Clients::default(), Sessions::new(Gaps::default()));
    let records: Vec<i64> = conn
        .prepare("SELECT record FROM blobs ORDER BY record")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for number in records {
        let opened = evidence::open_record(conn, keys, RecordNo::from_i64(number)).unwrap();
        let (envelope, bytes) = record::split(&opened.r).unwrap();
        let mut event = Projected::of(&envelope, bytes).unwrap();
        event.row.record = number;
        let identity = clients.resolve(&tx, keys, &event).unwrap();
        let session = sessions.place(&tx, keys, &event, identity.as_ref()).unwrap();
        append::event(&tx, &event.row, session, identity.map(|identity| identity.id)).unwrap();
        if let Some(stems) = event.row.stems() {
            append::words(&tx, opened.record, &stems).unwrap();
        }
    }
    sessions.flush(&tx).unwrap();
    tx.commit().unwrap();
    fresh
}

fn copy(from: &Connection, to: &Connection, table: &str) {
    let mut all = from.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let width = all.column_count();
    let places = vec!["?"; width].join(", ");
    let mut rows = all.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let values: Vec<rusqlite::types::Value> = (0..width).map(|at| row.get_unwrap(at)).collect();
        to.execute(&format!("INSERT INTO {table} VALUES ({places})"), rusqlite::params_from_iter(values)).unwrap();
    }
}

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Event {
        at_s: i64,
        who: [Option<u8>; 3],
        given: Option<u8>,
        site: bool,
        kind: u8,
        name: Option<u8>,
    },
    Erase(u8),
    /// Whole conversations, chosen by number.
    Expire(u64),
    Merge(u8, u8),
    Unmerge(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who =
        (proptest::option::weighted(0.6, 0_u8..3), proptest::option::weighted(0.5, 0_u8..3), proptest::option::weighted(0.2, 0_u8..2));
    let event = (0_i64..400, who, proptest::option::weighted(0.4, 0_u8..2), any::<bool>(), 0_u8..6, proptest::option::of(0_u8..3))
        .prop_map(|(hours, (channel, phone, email), given, site, kind, name)| Step::Event {
            at_s: hours * HOUR,
            who: [channel, phone, email],
            given,
            site,
            kind,
            name,
        });
    let step = prop_oneof![
        14 => event,
        1 => (0_u8..6).prop_map(Step::Erase),
        2 => any::<u64>().prop_map(Step::Expire),
        1 => (0_u8..6, 0_u8..6).prop_map(|(one, other)| Step::Merge(one, other)),
        1 => (0_u8..6).prop_map(Step::Unmerge),
    ];
    proptest::collection::vec(step, 1..60)
}

fn json(id: usize, step: &Step) -> String {
    let Step::Event { at_s, who, given, site, kind, name } = step else { panic!() };
    let at = jiff::Timestamp::from_microsecond(NOON + at_s * 1_000_000).unwrap();
    let mut client = Vec::new();
    let [channel, phone, email] = who;
    channel.inspect(|n| client.push(format!(r#""channel_id":"tg{n}""#)));
    phone.inspect(|n| client.push(format!(r#""phone":"+7921555010{n}""#)));
    email.inspect(|n| client.push(format!(r#""email":"m{n}@example.org""#)));
    name.inspect(|n| client.push(format!(r#""name":"Имя {n}""#)));
    let given = given.map(|n| format!(r#""session_id":"s{n}","#)).unwrap_or_default();
    let what = match kind {
        0 => r#""type":"reminder_sent","bot_response":"ждём вас""#.to_owned(),
        1 => r#""bot_response":"да, записал","intent":"запись""#.to_owned(),
        2 => r#""type":"booking_created","text":"да""#.to_owned(),
        n => format!(r#""text":"да {n}""#),
    };
    let channel = if *site { "site" } else { "telegram" };
    format!(r#"{{"event_id":"{id}","timestamp":"{at}","channel":"{channel}",{given}"client":{{{}}},{what}}}"#, client.join(","))
}

fn pids(tx: &Transaction<'_>) -> Vec<String> {
    tx.prepare("SELECT pid FROM clients ORDER BY pid").unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn go(tx: &Transaction<'_>, pen: &mut Pen, records: Vec<RecordNo>) {
    pen.flush(tx);
    let records = super::living(tx, records).unwrap();
    let touched = super::remove(tx, &records).unwrap();
    super::settle(tx, &pen.keys, Gaps::default(), &touched).unwrap();
    pen.forget();
}

fn carry_out(tx: &Transaction<'_>, pen: &mut Pen, id: usize, step: &Step) {
    pen.flush(tx);
    let all = pids(tx);
    let pick = |n: u8| all.get(usize::from(n) % all.len().max(1)).cloned();
    match step {
        Step::Event { .. } => drop(pen.event(tx, &json(id, step))),
        Step::Erase(n) => {
            let Some(pid) = pick(*n) else { return };
            let extent = extent::of_client(tx, &pen.keys, &pid).unwrap().unwrap();
            go(tx, pen, extent.records);
            merges::forget(tx, SALON, &pid).unwrap();
            for pid in &extent.clients {
                assert!(!pids(tx).contains(pid), "{pid} was erased and is still there");
            }
        }
        Step::Expire(chosen) => {
            let sql = "SELECT record FROM events WHERE (?1 >> ((coalesce(session, record) * 7) % 61)) & 1";
            let mut of = tx.prepare(sql).unwrap();
            let records = of.query_map([*chosen as i64 & i64::MAX], |row| row.get(0)).unwrap();
            let records = records.map(|record| RecordNo::from_i64(record.unwrap())).collect();
            drop(of);
            go(tx, pen, records);
        }
        Step::Merge(one, other) => {
            if let (Some(one), Some(other)) = (pick(*one), pick(*other)) {
                merges::merge(tx, SALON, &one, &other).unwrap();
            }
        }
        Step::Unmerge(one) => {
            if let Some(one) = pick(*one) {
                merges::unmerge(tx, SALON, &one).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn what_remains_is_what_a_rebuild_gives(steps in steps()) {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, SALON);
        for (id, step) in steps.iter().enumerate() {
            carry_out(&tx, &mut pen, id, step);
        }
        pen.flush(&tx);
        tx.commit().unwrap();
        let (ours, theirs) = (shown(&conn), shown(&rebuilt(&conn, &pen.keys)));
        for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            prop_assert_eq!(ours, theirs, "{}", SHOWN[at]);
        }
        let unused = "SELECT count(*) FROM data_keys k WHERE NOT EXISTS (SELECT 1 FROM blobs b WHERE b.data_key = k.id)";
        prop_assert_eq!(conn.query_row(unused, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    }
}

/// A journal in a file, as the store opens it.
fn in_file(path: &std::path::Path) -> Connection {
    let conn = crate::store::open_connection(path, 16 * 1024, super::super::setup).unwrap();
    for schema in [crate::privacy::SCHEMA, super::super::SCHEMA] {
        conn.execute_batch(schema).unwrap();
    }
    conn
}

/// What is personal of a client: found in no byte of the file once it is erased.
fn personal(n: u32) -> [String; 5] {
    let word = n.to_string().bytes().map(|digit| char::from(b'k' + digit - b'0')).collect::<String>();
    [
        format!("Фамилия{word}ова"),
        format!("+7921{n:07}"),
        format!("слово{word}ное"),
        format!("m{n:07}@example.org"),
        format!("беседа-{n:07}"),
    ]
}

/// Where these texts are, in one pass whatever their number: by their last eight bytes first.
fn found_in(bytes: &[u8], texts: Vec<String>) -> Vec<String> {
    let mut by_end: HashMap<[u8; 8], Vec<String>> = HashMap::new();
    for text in texts {
        by_end.entry(*text.as_bytes().last_chunk().unwrap()).or_default().push(text);
    }
    let mut found = Vec::new();
    for (at, end) in bytes.windows(8).enumerate() {
        let Some(texts) = <&[u8; 8]>::try_from(end).ok().and_then(|end| by_end.get(end)) else { continue };
        let here = texts.iter().filter(|text| bytes[..at + 8].ends_with(text.as_bytes()));
        found.extend(here.map(|text| format!("{text} in page {} at {}", at / 4096 + 1, at % 4096)));
    }
    found
}

/// Clients come in mixed, talk again and again, and some are erased; then every byte of the file is looked at.
fn erase_some_of(clients: u32, rounds: u32, every: u32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let mut conn = in_file(&path);
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, SALON);
    tx.commit().unwrap();
    for round in 0..rounds {
        let tx = conn.transaction().unwrap();
        for at in 0..clients {
            // In an order that scatters over every index.
            let n = (at.wrapping_mul(7919) + round * 13) % clients;
            let [name, phone, word, email, given] = personal(n);
            let moment = jiff::Timestamp::from_microsecond(NOON + i64::from(round * 3600 + at % 3000) * 1_000_000).unwrap();
            // Names and words grow, so that rows are written anew and pages are split.
            let more = "ещё ".repeat(((n + round) % 40) as usize);
            pen.event(
                &tx,
                &format!(
                    r#"{{"event_id":"{n}-{round}","timestamp":"{moment}","channel":"telegram","session_id":"{given}",
                    "client":{{"phone":"{phone}","email":"{email}","name":"{name} {more}"}},"text":"{word} {more}","bot_response":"{name}, да"}}"#
                ),
            );
        }
        pen.flush(&tx);
        tx.commit().unwrap();
    }
    let erased: Vec<u32> = (0..clients).step_by(every as usize).collect();
    for n in &erased {
        let tx = conn.transaction().unwrap();
        let pid = extent::known_by(&tx, &pen.keys, "phone", &personal(*n)[1]).unwrap().unwrap();
        let extent = extent::of_client(&tx, &pen.keys, &pid).unwrap().unwrap();
        assert_eq!(extent.records.len(), rounds as usize);
        go(&tx, &mut pen, extent.records);
        tx.commit().unwrap();
    }
    drop(conn);
    crate::store::testing::wipe(&path);
    let bytes = std::fs::read(&path).unwrap();
    let texts = erased.into_iter().flat_map(personal).flat_map(|text| [text.to_lowercase(), text]).collect();
    let left = found_in(&bytes, texts);
    assert!(left.is_empty(), "{} of {} bytes: {:#?}", left.len(), bytes.len(), &left[..left.len().min(20)]);
}

#[test]
fn no_byte_of_an_erased_client_is_left_in_the_file() {
    erase_some_of(400, 4, 5);
}

/// Some minutes in a dev build.
#[test]
#[ignore = "slow: ten thousand clients"]
fn no_byte_is_left_among_ten_thousand_clients() {
    erase_some_of(10_000, 4, 20);
}
