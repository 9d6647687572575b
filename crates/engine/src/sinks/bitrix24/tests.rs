//! Dialogues onto cards of a simulated portal that does everything a real one does to its callers: each client has one card, each card each entry once,
//! in order, whatever is lost on the way and whenever the writer is killed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bitrix24_sim::shell::Options;
use bitrix24_sim::{Kind, Mode, Sim};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::rest::{Call, Credential, Patience, Portal, Rate, Said};
use super::write::{Times, Turn, Writer};
use crate::access::CrmSettings;
use crate::event::BusinessId;
use crate::journal::crm::{self, entries, taking};
use crate::journal::testing::Pen;
use crate::store::{Migration, Store, StoreError};
use crate::upstream::{Own, Route};
use crate::{journal, privacy};

const SALON: BusinessId = BusinessId(1);
const TABLES: &[Migration] =
    &[Migration { name: "privacy 1", sql: privacy::SCHEMA }, Migration { name: "journal 1", sql: journal::SCHEMA }];

/// A journal, a portal, and what writes from the one to the other.
struct Desk {
    sim: Sim,
    store: Store,
    pen: Option<Pen>,
    settings: CrmSettings,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new(settings: CrmSettings) -> Self {
        let sim = Sim::start_with(Options { stall: Duration::from_millis(150), seed: 7, ..Options::default() }).await.unwrap();
        sim.with(|portal| portal.settings.allowed.burst = None);
        sim.with(|portal| portal.settings.allowed.operating_s = None);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), TABLES, journal::setup).unwrap();
        let pen = store.write(|tx| Ok::<_, StoreError>(Pen::new(tx, SALON))).await.unwrap();
        let mut desk = Self { sim, store, pen: Some(pen), settings, _folder: folder };
        desk.turn().await;
        desk
    }

    fn portal(&self) -> Arc<Portal> {
        let credential = Credential::webhook(&self.sim.webhook()).unwrap();
        let rate = Rate { per_second: 1e6, depth: 1e6, pause: Duration::from_millis(1) };
        let patience = Patience { connect: Duration::from_secs(2), answer: Duration::from_secs(3), settle: Duration::from_millis(200) };
        Arc::new(Portal::new(credential, None, (Route::default(), Own::default()), (rate, patience), Box::new(|_| {})).unwrap())
    }

    fn writer(&self) -> Writer {
        Writer {
            store: self.store.clone(),
            portal: self.portal(),
            business: SALON,
            slug: "salon".into(),
            zone: TimeZone::UTC,
            is_clinic: false,
            connection: "con".into(),
            settings: self.settings.clone(),
            base_url: "https://letopis.example".into(),
            is_simple: self.sim.with(|portal| portal.settings.mode == Mode::Simple),
            times: Times { gather: Duration::ZERO, make_after: Duration::ZERO, pause: Duration::from_millis(1) },
            now_us: || jiff::Timestamp::now().as_microsecond(),
        }
    }

    async fn turn(&mut self) -> Turn {
        let writer = self.writer();
        writer.recover().await.unwrap();
        writer.turn().await.unwrap()
    }

    async fn says(&mut self, events: Vec<Value>) {
        let mut pen = self.pen.take().unwrap();
        let written = self.store.write(move |tx| {
            for mut event in events {
                event["timestamp"] = jiff::Timestamp::from_microsecond(pen.now_us).unwrap().to_string().into();
                event["event_id"] = format!("e{}", pen.now_us).into();
                pen.event(tx, &event.to_string()).unwrap();
            }
            pen.flush(tx);
            Ok::<_, StoreError>(pen)
        });
        self.pen = Some(written.await.unwrap());
    }

    /// Until nothing is to be done any more.
    async fn written(&mut self, deadline: Duration) {
        let (writer, until) = (self.writer(), Instant::now() + deadline);
        writer.recover().await.unwrap();
        loop {
            let _ = writer.turn().await.unwrap();
            let standing = self.store.read(|conn| Ok::<_, StoreError>(entries::standing(conn, SALON, "con")?)).await.unwrap();
            if standing.waiting + standing.cardless == 0 {
                return;
            }
            assert!(Instant::now() < until, "not written in time: {standing:?}, {:?}", self.listed().await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn listed(&self) -> Vec<entries::Lacking> {
        self.store.read(|conn| Ok::<_, StoreError>(entries::listed(conn, SALON, "con", false, 5)?)).await.unwrap()
    }

    async fn ask(&self, method: &'static str, params: Value) -> Value {
        match self.portal().ask(&Call::new(method, params)).await {
            Said::Done(result) => result,
            other => panic!("{method}: {other:?}"),
        }
    }

    /// Text of every entry on a card, the oldest first.
    fn card(&self, kind: Kind, id: u64) -> Vec<String> {
        self.sim.with(|portal| portal.crm.rows_of(kind, id).map(|row| row.text.clone()).collect())
    }

    fn all(&self, kind: Kind) -> Vec<u64> {
        self.sim.with(|portal| portal.crm.all(kind).map(|card| card.id).collect())
    }
}

fn creating() -> CrmSettings {
    CrmSettings { write: true, create: true, tasks: true, ..CrmSettings::default() }
}

fn event(who: &str, kind: &str, more: Value) -> Value {
    let mut event = json!({ "type": kind, "channel": "telegram", "client": { "channel_id": who }, "text": "…" });
    more.as_object().into_iter().flatten().for_each(|(name, value)| event[name] = value.clone());
    event
}

#[tokio::test]
async fn who_only_reads_finds_the_card_and_writes_nothing() {
    let mut desk = Desk::new(CrmSettings { read: true, create: true, tasks: true, ..CrmSettings::default() }).await;
    let fields = json!({ "fields": { "NAME": "Анна", "PHONE": [{ "VALUE": "8 (921) 123-45-67", "VALUE_TYPE": "WORK" }] } });
    let contact = desk.ask("crm.contact.add", fields).await.as_u64().unwrap();
    let anna = json!({ "client": { "channel_id": "anna", "phone": "+79211234567" } });
    desk.says(vec![event("anna", "message_in", anna), event("boris", "handoff", json!({}))]).await;
    for _ in 0..4 {
        desk.turn().await;
    }
    let sql = "SELECT card FROM crm_cards WHERE state = 'found' AND found_by = 'phone'";
    let found = desk.store.read(move |conn| Ok::<_, StoreError>(conn.query_row(sql, [], |row| row.get::<_, i64>(0))?)).await.unwrap();
    assert_eq!(found as u64, contact);
    assert!(desk.card(Kind::Contact, contact).is_empty() && desk.all(Kind::Lead).is_empty(), "nothing is written");
    assert_eq!(desk.listed().await.len(), 0, "nothing waits to be written");
}

#[tokio::test]
async fn a_client_is_found_by_phone_however_it_is_typed_and_told_once() {
    let mut desk = Desk::new(CrmSettings { write: true, ..CrmSettings::default() }).await;
    let contact = desk
        .ask("crm.contact.add", json!({ "fields": { "NAME": "Анна", "PHONE": [{ "VALUE": "8 (921) 123-45-67", "VALUE_TYPE": "WORK" }] } }))
        .await;
    desk.says(vec![event("anna", "message_in", json!({ "client": { "channel_id": "anna", "phone": "+79211234567" } }))]).await;
    desk.written(Duration::from_secs(5)).await;
    let told = desk.card(Kind::Contact, contact.as_u64().unwrap());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("клиент написал")
            && told[0].contains("https://letopis.example/sessions/")
            && told[0].contains("записи 0–0 журнала salon")
    );
    assert!(desk.all(Kind::Lead).is_empty(), "nothing is made where the business did not ask for it");
    assert_eq!(desk.turn().await, Turn::Rest);
}

#[tokio::test]
async fn a_lead_of_the_bots_own_is_used_and_a_claim_is_not_believed() {
    let mut desk = Desk::new(creating()).await;
    let lead = desk.ask("crm.lead.add", json!({ "fields": { "TITLE": "Бот" } })).await.as_u64().unwrap();
    desk.says(vec![
        event("anna", "lead_created", json!({ "crm_id": format!("BX_LEAD_{lead}") })),
        event("boris", "lead_created", json!({ "crm_id": "BX_LEAD_99999" })),
    ])
    .await;
    desk.written(Duration::from_secs(5)).await;
    assert_eq!(desk.card(Kind::Lead, lead).len(), 1);
    let leads = desk.all(Kind::Lead);
    assert_eq!(leads.len(), 2, "the one that was only claimed is made");
}

#[tokio::test]
async fn a_handover_gives_a_task_once_and_a_gone_card_another_one() {
    let mut desk = Desk::new(creating()).await;
    desk.says(vec![event("anna", "message_in", json!({})), event("anna", "handoff", json!({}))]).await;
    desk.written(Duration::from_secs(5)).await;
    let lead = desk.all(Kind::Lead)[0];
    assert_eq!(desk.sim.with(|portal| portal.crm.activities.len()), 1);
    desk.sim.with(|portal| portal.delete_card(Kind::Lead, lead, 1));
    desk.says(vec![event("anna", "message_in", json!({}))]).await;
    desk.written(Duration::from_secs(5)).await;
    let leads = desk.all(Kind::Lead);
    assert!(leads.len() == 1 && leads[0] != lead);
    assert_eq!(desk.card(Kind::Lead, leads[0]).len(), 1);
}

#[tokio::test]
async fn without_leads_a_client_has_a_contact_and_a_deal_once() {
    let mut desk = Desk::new(creating()).await;
    desk.sim.with(|portal| portal.settings.mode = Mode::Simple);
    desk.says(vec![event("anna", "message_in", json!({ "client": { "channel_id": "anna", "phone": "+79211234567", "name": "Анна" } }))])
        .await;
    desk.written(Duration::from_secs(5)).await;
    desk.says(vec![event("anna", "message_in", json!({}))]).await;
    desk.written(Duration::from_secs(5)).await;
    let (contacts, deals) = (desk.all(Kind::Contact), desk.all(Kind::Deal));
    assert_eq!((contacts.len(), deals.len()), (1, 1));
    assert_eq!(desk.card(Kind::Deal, deals[0]).len(), 2);
    assert_eq!(desk.sim.with(|portal| portal.crm.get(Kind::Deal, deals[0]).unwrap().contact()), Some(contacts[0]));
}

#[tokio::test]
async fn a_dead_webhook_stops_everything_until_a_person_looked() {
    let mut desk = Desk::new(creating()).await;
    desk.sim.with(|portal| portal.dismiss(1, false));
    desk.says(vec![event("anna", "message_in", json!({}))]).await;
    let _ = desk.turn().await;
    assert_eq!(desk.turn().await, Turn::Halted);
    let asked = desk.sim.with(|portal| portal.requests);
    assert_eq!(desk.turn().await, Turn::Halted);
    assert_eq!(desk.sim.with(|portal| portal.requests), asked, "a halted portal is left alone");
    desk.sim.with(|portal| portal.access.users.get_mut(&1).unwrap().active = true);
    desk.store.write(|tx| Ok::<_, StoreError>(crm::halt(tx, "con", None, 0)?)).await.unwrap();
    desk.written(Duration::from_secs(5)).await;
    assert_eq!(desk.all(Kind::Lead).len(), 1);
}

#[tokio::test]
async fn what_an_erased_client_left_on_cards_is_taken_away() {
    let mut desk = Desk::new(creating()).await;
    desk.says(vec![event("anna", "message_in", json!({})), event("anna", "handoff", json!({})), event("boris", "message_in", json!({}))])
        .await;
    desk.written(Duration::from_secs(5)).await;
    let leads = desk.all(Kind::Lead);
    let anna = desk.listed_clients().await.into_iter().find(|(_, tasks)| *tasks > 0).unwrap().0;
    desk.store.write(move |tx| Ok::<_, StoreError>(crm::forget(tx, SALON, &anna, 0)?)).await.unwrap();
    while desk.turn().await == Turn::Again {}
    let left = leads.iter().map(|lead| desk.card(Kind::Lead, *lead).len()).sum::<usize>();
    assert_eq!((left, desk.sim.with(|portal| portal.crm.activities.len())), (1, 0));
    let due = desk.store.read(|conn| Ok::<_, StoreError>(taking::due(conn, SALON, "con", i64::MAX, 10)?)).await.unwrap();
    assert!(due.is_empty());
}

impl Desk {
    /// Clients, and how many tasks were given for each.
    async fn listed_clients(&self) -> Vec<(String, i64)> {
        let all = self.store.read(|conn| {
            let sql = "SELECT client, sum(what = 'task') FROM crm_entries GROUP BY client";
            let rows = conn.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok::<_, StoreError>(rows)
        });
        all.await.unwrap()
    }

    /// Runs the writer for a random while and drops it wherever it is, as a kill would.
    async fn killed_after(&mut self, ms: u64) {
        let writer = self.writer();
        let work = async {
            writer.recover().await.unwrap();
            loop {
                let _ = writer.turn().await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let _: Result<(), _> = tokio::time::timeout(Duration::from_millis(ms), work).await;
    }
}

/// `sessions` dialogues of as many clients, some of whom the portal knows, in waves, with faults and kills in between.
async fn storm(sessions: usize, kills: u64, deadline: Duration) {
    let mut desk = Desk::new(creating()).await;
    let phone = |at: usize| format!("+7921{at:07}");
    for at in (0..sessions).step_by(5) {
        let local = format!("8 (921) {}-{}-{}", &phone(at)[5..8], &phone(at)[8..10], &phone(at)[10..12]);
        desk.ask("crm.contact.add", json!({ "fields": { "NAME": "Свой", "PHONE": [{ "VALUE": local, "VALUE_TYPE": "MOBILE" }] } })).await;
    }
    desk.sim.with(|portal| portal.faults.probability = 0.3);
    for wave in 0..3 {
        let mut events = Vec::new();
        for at in 0..sessions {
            let who = format!("c{at}");
            let client = if at % 5 < 3 { json!({ "channel_id": who, "phone": phone(at) }) } else { json!({ "channel_id": who }) };
            events.push(event(&who, "message_in", json!({ "client": client })));
            events.push(event(&who, if at % 10 == 9 && wave == 1 { "handoff" } else { "message_out" }, json!({ "bot_response": "…" })));
        }
        desk.says(events).await;
        for kill in 0..kills {
            desk.killed_after(20 + kill * 37 % 400).await;
        }
    }
    desk.written(deadline).await;
    let faults: u64 = desk.sim.with(|portal| portal.faults.injected.values().sum());
    assert!(faults > sessions as u64 / 20, "the storm was a storm: {faults}");
    desk.must_be_whole(sessions).await;
}

impl Desk {
    async fn must_be_whole(&self, sessions: usize) {
        assert_eq!(self.sim.with(|portal| portal.crm.doubles(Kind::Lead)), [], "no card twice");
        let known = self.all(Kind::Contact).len();
        assert_eq!(self.all(Kind::Lead).len(), sessions - known, "one lead for each whom the portal did not know");
        assert_eq!(known, sessions.div_ceil(5), "and no contact was made");
        let rows = self.store.read(|conn| {
            let sql = "SELECT reference, kind, card, first_record, session, what, last_record, state FROM crm_entries ORDER BY id";
            let read = |row: &rusqlite::Row<'_>| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, i64>(2)? as u64,
                    row.get::<_, i64>(3)?,
                    row.get::<_, String>(4)?,
                    row.get::<_, String>(5)?,
                    row.get::<_, i64>(6)?,
                    row.get::<_, String>(7)?,
                ))
            };
            Ok::<_, StoreError>(conn.prepare(sql)?.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>()?)
        });
        let rows = rows.await.unwrap();
        let mut references = BTreeMap::new();
        let mut told = BTreeMap::<String, i64>::new();
        for (reference, kind, card, first, session, what, last, state) in &rows {
            assert_eq!(state, "written");
            references.insert(reference.clone(), (kind.clone(), *card, *first));
            if what == "steps" {
                assert!(
                    told.insert(session.clone(), *last).is_none_or(|before| before < *first),
                    "stretches of a dialogue follow each other"
                );
            }
        }
        assert_eq!(told.len(), sessions, "every dialogue is told");
        let texts: Vec<(String, u64, String)> = self.sim.with(|portal| {
            let mut all = Vec::new();
            for (kind, name) in [(Kind::Lead, "lead"), (Kind::Contact, "contact")] {
                for card in portal.crm.all(kind) {
                    all.extend(portal.crm.rows_of(kind, card.id).map(|row| (name.to_owned(), card.id, row.text.clone())));
                }
            }
            all.extend(portal.crm.activities.values().map(|task| ("task".to_owned(), 0, task.description.clone())));
            all
        });
        let mut seen = BTreeSet::new();
        let mut last = BTreeMap::<(String, u64), i64>::new();
        for (kind, card, text) in texts {
            let reference = text.rsplit(['·', '\n']).next().unwrap().trim().to_owned();
            let (_, _, first) = references.get(&reference).unwrap_or_else(|| panic!("{text:?} is nobody's"));
            assert!(seen.insert(reference), "twice: {text}");
            if kind != "task" {
                assert!(last.insert((kind, card), *first).is_none_or(|before| before < *first), "entries of a card in order");
            }
        }
        assert_eq!(seen.len(), references.len(), "every entry is there");
    }
}

#[tokio::test]
async fn in_a_storm_every_client_has_one_card_and_every_card_each_entry_once() {
    storm(150, 3, Duration::from_secs(60)).await;
}

/// The long one: `LETOPIS_CRM_SESSIONS=10000 cargo test --release -p engine --lib -- --ignored ten_thousand`.
#[tokio::test]
#[ignore = "minutes; `just soak` runs it"]
async fn ten_thousand_dialogues_in_a_storm() {
    let sessions = std::env::var("LETOPIS_CRM_SESSIONS").ok().and_then(|said| said.parse().ok()).unwrap_or(10_000);
    storm(sessions, 40, Duration::from_secs(1_800)).await;
}
