//! A simulated portal is read back into a journal: what became of leads, deals and bookings is told of the right client, once, whatever is lost on the
//! way and wherever the reader is killed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bitrix24_sim::shell::Options;
use bitrix24_sim::{Kind, Sim};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::rest::{Call, Credential, Patience, Portal, Rate, Said};
use super::{Looked, NotTold, Notebook, Reader, Rhythm, Tell};
use crate::access::CrmSettings;
use crate::event::{BusinessId, CrmKind, CrmRef};
use crate::journal::crm::{cards, feed, items};
use crate::journal::projection::READ_BACK;
use crate::journal::testing::Pen;
use crate::store::{Migration, Store, StoreError};
use crate::upstream::{Own, Route};
use crate::{journal, privacy};

const SALON: BusinessId = BusinessId(1);
const TABLES: &[Migration] =
    &[Migration { name: "privacy 1", sql: privacy::SCHEMA }, Migration { name: "journal 1", sql: journal::SCHEMA }];

/// The queue and the recorder in one: what is told is in the journal at once.
struct Recorded {
    store: Store,
    pen: Mutex<Option<Pen>>,
    /// The next time the answer stays away although everything was taken: the program was killed in between.
    killed_after: AtomicBool,
    /// The queue takes nothing.
    full: AtomicBool,
}

impl Recorded {
    async fn write(&self, source: &'static str, events: Vec<String>) {
        let mut pen = self.pen.lock().unwrap().take().unwrap();
        let written = self.store.write(move |tx| {
            for event in &events {
                let _ = pen.event_from(tx, source, event);
            }
            pen.flush(tx);
            Ok::<_, StoreError>(pen)
        });
        let pen = written.await.unwrap();
        *self.pen.lock().unwrap() = Some(pen);
    }
}

impl Tell for Recorded {
    fn tell(&self, business: BusinessId, _connection: String, events: Vec<String>) -> BoxFuture<'_, Result<(), NotTold>> {
        assert_eq!(business, SALON);
        async move {
            if self.full.load(Ordering::SeqCst) {
                return Err(NotTold("full".to_owned()));
            }
            self.write(READ_BACK, events).await;
            if self.killed_after.swap(false, Ordering::SeqCst) { Err(NotTold("killed".to_owned())) } else { Ok(()) }
        }
        .boxed()
    }
}

/// A journal, a portal, and what reads the one into the other.
struct Desk {
    sim: Sim,
    store: Store,
    recorded: Arc<Recorded>,
    settings: CrmSettings,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        Self::with(CrmSettings { read: true, ..CrmSettings::default() }).await
    }

    async fn with(settings: CrmSettings) -> Self {
        let sim = Sim::start_with(Options { stall: Duration::from_millis(150), seed: 7, ..Options::default() }).await.unwrap();
        sim.with(|portal| portal.settings.allowed.burst = None);
        sim.with(|portal| portal.settings.allowed.operating_s = None);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), TABLES, journal::setup).unwrap();
        let pen = store.write(|tx| Ok::<_, StoreError>(Pen::new(tx, SALON))).await.unwrap();
        let recorded =
            Recorded { store: store.clone(), pen: Mutex::new(Some(pen)), killed_after: AtomicBool::default(), full: AtomicBool::default() };
        let desk = Self { sim, store, recorded: Arc::new(recorded), settings, _folder: folder };
        assert_eq!(desk.look().await, Looked::Done, "reading begins");
        desk
    }

    fn reader(&self) -> Reader {
        let credential = Credential::webhook(&self.sim.webhook()).unwrap();
        let rate = Rate { per_second: 1e6, depth: 1e6, pause: Duration::from_millis(1) };
        let patience = Patience { connect: Duration::from_secs(2), answer: Duration::from_secs(3), settle: Duration::from_millis(10) };
        let portal = Portal::new(credential, None, (Route::default(), Own::default()), (rate, patience), Box::new(|_| {})).unwrap();
        let keys = Arc::clone(&self.recorded.pen.lock().unwrap().as_ref().unwrap().keys);
        let notebook = Notebook { keys, connection: "con".into(), settings: self.settings.clone(), zone: TimeZone::UTC };
        Reader {
            store: self.store.clone(),
            portal: Arc::new(portal),
            notebook: Arc::new(notebook),
            tell: Arc::clone(&self.recorded) as Arc<dyn Tell>,
            rhythm: Rhythm {
                every: Duration::from_secs(1),
                hints: Duration::ZERO,
                pause: Duration::from_millis(1),
                night_hour: jiff::Timestamp::now().to_zoned(TimeZone::UTC).hour(),
            },
            no_bookings: Mutex::default(),
            now_us: || jiff::Timestamp::now().as_microsecond(),
        }
    }

    async fn look(&self) -> Looked {
        self.reader().look().await.unwrap()
    }

    async fn ask(&self, method: &'static str, params: Value) -> Value {
        match self.reader().portal.ask(&Call::new(method, params)).await {
            Said::Done(result) => result,
            other => panic!("{method}: {other:?}"),
        }
    }

    async fn lead(&self) -> u64 {
        self.ask("crm.lead.add", json!({ "fields": { "TITLE": "Бот", "OPPORTUNITY": 4500 } })).await.as_u64().unwrap()
    }

    /// A client of a channel writes; the bot says that it made `crm_id`.
    async fn says(&self, who: &str, crm_id: Option<String>) {
        let at = jiff::Timestamp::now().to_string();
        let kind = if crm_id.is_some() { "lead_created" } else { "message_in" };
        let event = json!({ "timestamp": at, "type": kind, "channel": "telegram", "client": { "channel_id": who }, "text": "…", "crm_id": crm_id, "event_id": format!("{who} {at}") });
        self.recorded.write("api", vec![event.to_string()]).await;
    }

    fn moves(&self, kind: Kind, id: u64, stage: &str) {
        assert!(self.sim.with(|portal| portal.move_card(kind, id, stage, 1)), "{stage}");
    }

    /// What was told of a client of the channel: type and card, in order.
    async fn told(&self, who: &str) -> Vec<(String, String)> {
        let who = who.to_owned();
        let told = self.store.read(move |conn| {
            let sql = "SELECT e.type, e.crm FROM events e JOIN identities i ON i.id = e.identity
                       WHERE i.client = (SELECT client FROM identities WHERE kind = 'channel' AND value = ?1)
                         AND e.session IS NULL AND e.type <> 'card_linked' ORDER BY e.record";
            let rows = conn.prepare(sql)?.query_map([who], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok::<_, StoreError>(rows)
        });
        told.await.unwrap()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        self.store.read(move |conn| Ok::<_, StoreError>(conn.query_row(sql, [], |row| row.get(0))?)).await.unwrap()
    }

    async fn item(&self, kind: &'static str, id: u64) -> items::Item {
        self.store.read(move |conn| Ok::<_, StoreError>(items::of(conn, "con", kind, id)?)).await.unwrap().unwrap()
    }

    /// Client, contact and card as the writer would have found them by a phone.
    async fn found(&self, who: &str, kind: CrmKind, id: u64) {
        let who = who.to_owned();
        let found = self.store.write(move |tx| {
            let sql = "SELECT c.pid FROM identities i JOIN clients c ON c.id = i.client WHERE i.kind = 'channel' AND i.value = ?1";
            let pid: String = tx.query_row(sql, [who], |row| row.get(0))?;
            let outbox = feed::Outbox { business: SALON, connection: "con", writes: true, tasks: false, is_told: |_| true, gather_us: 0 };
            tx.execute("DELETE FROM crm_cursors", [])?;
            tx.execute("INSERT INTO crm_cursors (connection, business, first_record, record) VALUES ('con', 1, 0, -1)", [])?;
            while feed::feed(tx, &outbox, 0)? {}
            cards::settle(tx, SALON, "con", &[(pid, cards::Outcome::Found(CrmRef { kind, id }, "phone", Vec::new()))])?;
            Ok::<_, StoreError>(())
        });
        found.await.unwrap();
    }
}

fn said(list: &[(&str, String)]) -> Vec<(String, String)> {
    list.iter().map(|(kind, card)| ((*kind).to_owned(), card.clone())).collect()
}

#[tokio::test]
async fn a_lead_becomes_a_deal_and_the_deal_money() {
    let desk = Desk::new().await;
    let lead = desk.lead().await;
    desk.says("anna", Some(format!("BX_LEAD_{lead}"))).await;
    desk.says("boris", None).await;
    desk.moves(Kind::Lead, lead, "IN_PROCESS");
    assert_eq!(desk.look().await, Looked::Done);
    let deal = desk.sim.with(|portal| portal.convert_lead(lead, 1)).unwrap().deal;
    desk.look().await;
    desk.moves(Kind::Deal, deal, "WON");
    desk.look().await;
    desk.look().await;
    let (lead, deal) = (format!("lead:{lead}"), format!("deal:{deal}"));
    let mut told = desk.told("anna").await;
    told.sort();
    let mut expected = said(&[
        ("lead_created", lead.clone()),
        ("stage_changed", lead.clone()),
        ("deal_created", deal.clone()),
        ("lead_converted", lead),
        ("deal_won", deal),
    ]);
    expected.sort();
    assert_eq!(told, expected);
    assert!(desk.told("boris").await.is_empty());
    assert_eq!(
        desk.count("SELECT events FROM sessions WHERE channel = 'telegram' ORDER BY id LIMIT 1").await,
        1,
        "a dialogue stays as it was"
    );
    assert_eq!(desk.count("SELECT count(*) FROM crm_tellings").await, 0);
}

#[tokio::test]
async fn the_business_says_what_stages_and_fields_mean() {
    let words = [("deal:C1:WON", "paid"), ("deal:C1:EXECUTING", "arrived"), ("deal:LOSE", "no_show"), ("lead:JUNK", "ignore")];
    let stages = words.map(|(stage, word)| (stage.to_owned(), word.to_owned())).into();
    let desk = Desk::with(CrmSettings { read: true, stages, no_show_field: Some("UF_CRM_NOSHOW".into()), ..CrmSettings::default() }).await;
    desk.sim.with(|portal| portal.crm.add_category("Салон"));
    desk.ask("crm.deal.userfield.add", json!({ "fields": { "FIELD_NAME": "NOSHOW", "USER_TYPE_ID": "boolean" } })).await;
    let mut deals = Vec::new();
    for (who, category) in [("anna", 1), ("boris", 0), ("vera", 0), ("gleb", 0)] {
        let fields = json!({ "TITLE": "Сделка", "CATEGORY_ID": category, "OPPORTUNITY": 1500, "CURRENCY_ID": "RUB" });
        let deal = desk.ask("crm.deal.add", json!({ "fields": fields })).await.as_u64().unwrap();
        desk.says(who, Some(format!("deal:{deal}"))).await;
        deals.push(deal);
    }
    desk.look().await;
    desk.moves(Kind::Deal, deals[0], "C1:EXECUTING");
    desk.moves(Kind::Deal, deals[0], "C1:WON");
    desk.moves(Kind::Deal, deals[1], "LOSE");
    assert!(desk.sim.with(|portal| portal.edit_card(Kind::Deal, deals[2], "UF_CRM_NOSHOW", "1", 1)));
    desk.moves(Kind::Deal, deals[3], "APOLOGY");
    desk.look().await;
    desk.look().await;
    let types = |told: Vec<(String, String)>| told.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    assert_eq!(types(desk.told("anna").await), ["deal_created", "visit_arrived", "payment"]);
    assert_eq!(types(desk.told("boris").await), ["deal_created", "visit_no_show"]);
    assert_eq!(types(desk.told("vera").await), ["deal_created", "visit_no_show"]);
    assert_eq!(types(desk.told("gleb").await), ["deal_created", "deal_lost"]);
    assert_eq!(desk.item("deal", deals[0]).await.amount.as_deref(), Some("1500.00"));
}

#[tokio::test]
async fn bookings_are_told_as_they_are_made_moved_and_taken_back() {
    let desk = Desk::new().await;
    let contact = desk.ask("crm.contact.add", json!({ "fields": { "NAME": "Анна" } })).await.as_u64().unwrap();
    desk.says("anna", Some(format!("contact:{contact}"))).await;
    let resource =
        desk.ask("booking.v1.resource.add", json!({ "fields": { "name": "Мастер", "typeId": 1 } })).await["id"].as_u64().unwrap();
    let period = |hours: i64| {
        let from = jiff::Timestamp::now().as_second() + hours * 3_600;
        let end = |at: i64| json!({ "timestamp": at, "timezone": "Europe/Moscow" });
        json!({ "from": end(from), "to": end(from + 3_600) })
    };
    let add = async |hours: i64| {
        let fields = json!({ "resourceIds": [resource], "name": "Стрижка Анны", "datePeriod": period(hours) });
        desk.ask("booking.v1.booking.add", json!({ "fields": fields })).await["id"].as_u64().unwrap()
    };
    let (booking, nobodys) = (add(24).await, add(30).await);
    desk.look().await;
    assert!(desk.told("anna").await.is_empty(), "nobody knows whose it is");
    let clients = json!([{ "id": contact, "type": { "module": "crm", "code": "CONTACT" } }]);
    desk.ask("booking.v1.booking.client.set", json!({ "bookingId": booking, "clients": clients })).await;
    desk.look().await;
    desk.look().await;
    desk.ask("booking.v1.booking.update", json!({ "id": booking, "fields": { "datePeriod": period(48) } })).await;
    desk.look().await;
    desk.ask("booking.v1.booking.update", json!({ "id": booking, "fields": { "datePeriod": period(24 * 80) } })).await;
    desk.look().await;
    desk.ask("booking.v1.booking.update", json!({ "id": booking, "fields": { "datePeriod": period(24) } })).await;
    desk.look().await;
    for id in [booking, nobodys] {
        desk.ask("booking.v1.booking.delete", json!({ "id": id })).await;
    }
    desk.look().await;
    desk.look().await;
    let card = format!("contact:{contact}");
    let kinds = ["booking_created", "booking_rescheduled", "booking_rescheduled", "booking_rescheduled", "booking_cancelled"];
    assert_eq!(desk.told("anna").await, said(&kinds.map(|kind| (kind, card.clone()))));
    let names = "SELECT count(*) FROM crm_items WHERE stage LIKE '%Анн%' OR amount LIKE '%Анн%'";
    assert_eq!((desk.count(names).await, desk.count("SELECT count(*) FROM crm_items WHERE gone_us IS NOT NULL").await), (0, 2));
}

#[tokio::test]
async fn what_happened_before_it_is_known_whose_is_told_then() {
    let desk = Desk::new().await;
    let fields = json!({ "NAME": "Анна", "PHONE": [{ "VALUE": "8 (921) 123-45-67", "VALUE_TYPE": "WORK" }] });
    let contact = desk.ask("crm.contact.add", json!({ "fields": fields })).await.as_u64().unwrap();
    let deal = desk.ask("crm.deal.add", json!({ "fields": { "TITLE": "Сделка", "CONTACT_ID": contact } })).await.as_u64().unwrap();
    desk.moves(Kind::Deal, deal, "WON");
    desk.look().await;
    assert_eq!(desk.count("SELECT count(*) FROM events").await, 0, "a card of nobody is no event");
    assert!(desk.item("deal", deal).await.untold, "but it is known");
    desk.says("anna", None).await;
    desk.found("anna", CrmKind::Contact, contact).await;
    desk.look().await;
    desk.look().await;
    let deal = format!("deal:{deal}");
    assert_eq!(desk.told("anna").await, said(&[("deal_created", deal.clone()), ("deal_won", deal)]));
    assert_eq!(desk.count("SELECT count(*) FROM clients").await, 1, "the card is hers, not another client's");
    assert_eq!(desk.count("SELECT count(*) FROM events WHERE type = 'card_linked' AND session IS NULL").await, 1);
}

#[tokio::test]
async fn the_deal_of_a_lead_that_was_found_is_the_clients_card_from_then_on() {
    let desk = Desk::new().await;
    let lead = desk.lead().await;
    desk.says("anna", None).await;
    desk.found("anna", CrmKind::Lead, lead).await;
    let deal = desk.sim.with(|portal| portal.convert_lead(lead, 1)).unwrap().deal;
    desk.moves(Kind::Deal, deal, "WON");
    desk.look().await;
    desk.look().await;
    let kinds = ["lead_created", "lead_converted"].map(|kind| (kind, format!("lead:{lead}")));
    let of_deal = ["deal_created", "deal_won"].map(|kind| (kind, format!("deal:{deal}")));
    assert_eq!(desk.told("anna").await, said(&[kinds, of_deal].concat()));
    assert_eq!(desk.count("SELECT count(*) FROM clients").await, 1);
    let card = "SELECT card FROM crm_cards WHERE kind = 'deal' AND found_by = 'converted' AND linked = 1";
    assert_eq!(desk.count(card).await, deal as i64);
    assert_eq!(desk.count("SELECT count(*) FROM events WHERE type = 'card_linked'").await, 1, "the deal was named by its own events");
}

#[tokio::test]
async fn killed_before_or_after_publishing_nothing_is_lost_and_nothing_is_told_twice() {
    let desk = Desk::new().await;
    let lead = desk.lead().await;
    desk.says("anna", Some(format!("lead:{lead}"))).await;
    // Killed before: the queue takes nothing; meanwhile the card changes.
    desk.recorded.full.store(true, Ordering::SeqCst);
    assert!(desk.reader().look().await.is_err());
    desk.moves(Kind::Lead, lead, "IN_PROCESS");
    desk.recorded.full.store(false, Ordering::SeqCst);
    desk.look().await;
    // Killed after: taken, but nobody noted it; meanwhile the card is worth another sum.
    desk.moves(Kind::Lead, lead, "CONVERTED");
    desk.recorded.killed_after.store(true, Ordering::SeqCst);
    assert!(desk.reader().look().await.is_err());
    assert_eq!(desk.count("SELECT count(*) FROM crm_tellings").await, 1);
    desk.sim.with(|portal| portal.edit_card(Kind::Lead, lead, "OPPORTUNITY", "9000", 1));
    desk.look().await;
    let lead = format!("lead:{lead}");
    assert_eq!(desk.told("anna").await, said(&[("lead_created", lead.clone()), ("stage_changed", lead.clone()), ("lead_converted", lead)]));
    assert_eq!(desk.count("SELECT count(*) FROM events WHERE flags & 2").await, 0, "the same bytes, no conflict");
}

#[tokio::test]
async fn in_a_storm_every_step_of_every_lead_is_told_once_and_in_order() {
    let desk = Desk::new().await;
    let mut leads = Vec::new();
    for at in 0..60 {
        let lead = desk.lead().await;
        desk.says(&format!("c{at}"), Some(format!("lead:{lead}"))).await;
        leads.push(lead);
    }
    desk.sim.with(|portal| portal.faults.probability = 0.3);
    for stage in ["IN_PROCESS", "PROCESSED", "JUNK"] {
        leads.iter().for_each(|lead| desk.moves(Kind::Lead, *lead, stage));
        for _ in 0..4 {
            desk.recorded.killed_after.store(true, Ordering::SeqCst);
            let _ = desk.reader().look().await;
        }
    }
    desk.sim.with(|portal| portal.faults.probability = 0.0);
    desk.recorded.killed_after.store(false, Ordering::SeqCst);
    while desk.look().await != Looked::Done {}
    for (at, lead) in leads.iter().enumerate() {
        let lead = format!("lead:{lead}");
        let kinds = ["lead_created", "stage_changed", "stage_changed", "lead_lost"];
        assert_eq!(desk.told(&format!("c{at}")).await, said(&kinds.map(|kind| (kind, lead.clone()))), "c{at}");
    }
}

#[tokio::test]
async fn at_night_what_vanished_is_found_and_a_silent_portal_is_no_proof() {
    let desk = Desk::new().await;
    let (kept, lost) = (desk.lead().await, desk.lead().await);
    desk.says("anna", Some(format!("lead:{lost}"))).await;
    desk.says("boris", Some(format!("lead:{kept}"))).await;
    desk.look().await;
    desk.sim.with(|portal| portal.delete_card(Kind::Lead, lost, 1));
    let night = async || while desk.reader().night().await.unwrap() {};
    desk.sim.with(|portal| portal.settings.overloaded = true);
    night().await;
    assert!(desk.item("lead", lost).await.gone_us.is_none());
    desk.sim.with(|portal| portal.settings.overloaded = false);
    night().await;
    desk.look().await;
    assert!(desk.item("lead", lost).await.gone_us.is_some() && desk.item("lead", kept).await.gone_us.is_none());
    let told = desk.told("anna").await;
    assert_eq!(told.last().unwrap().0, "card_vanished");
    assert!(!desk.told("boris").await.iter().any(|(kind, _)| kind == "card_vanished"));
}

#[tokio::test]
async fn a_portal_without_online_booking_is_read_all_the_same() {
    let desk = Desk::new().await;
    desk.sim.with(|portal| portal.access.webhooks[0].scopes.retain(|scope| scope != "booking"));
    let lead = desk.lead().await;
    desk.says("anna", Some(format!("lead:{lead}"))).await;
    assert_eq!(desk.look().await, Looked::Done);
    assert_eq!(desk.told("anna").await.len(), 1);
    desk.sim.with(|portal| portal.dismiss(1, false));
    assert!(matches!(desk.look().await, Looked::Halted(_)));
}
