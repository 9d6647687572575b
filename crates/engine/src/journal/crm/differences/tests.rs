//! Every kind of difference as it arises and as it goes.
#![allow(clippy::unwrap_used)]

use rusqlite::{Connection, Transaction};
use serde_json::{Value, json};

use super::super::cards::{self, Outcome};
use super::super::items::{self, Item};
use super::super::rulings::{Rulings, apply};
use super::super::{entries, feed, reads};
use super::*;
use crate::event::record::Decision;
use crate::event::when::{HOUR_US, MINUTE_US};
use crate::event::{Aside, CrmRef, Right};
use crate::journal::testing::{NOON, Pen, empty};

const SALON: BusinessId = BusinessId(1);
const LATER: i64 = NOON + HOUR_US;

/// With a quarter of an hour for the bot.
fn at(now_us: i64) -> Asked {
    Asked { now_us, grace_us: 900_000_000 }
}

struct Scene {
    conn: Connection,
    pen: Pen,
    portal: Portal,
    decided: i64,
}

impl Scene {
    /// A connection that writes and reads since noon, and has looked an hour later.
    fn new() -> Self {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let pen = Pen::new(&tx, SALON);
        fed(&tx);
        for what in ["leads", "deals"] {
            reads::note(&tx, SALON, "con", (what, NOON), NOON).unwrap();
        }
        reads::note(&tx, SALON, "con", ("look", 0), LATER).unwrap();
        tx.commit().unwrap();
        let portal = Portal { connection: "con".into(), finds: true, reads: true, sources: Vec::new() };
        Self { conn, pen, portal, decided: 1 << 30 }
    }

    fn tx<T>(&mut self, act: impl FnOnce(&Transaction<'_>, &mut Pen) -> T) -> T {
        let tx = self.conn.transaction().unwrap();
        let done = act(&tx, &mut self.pen);
        tx.commit().unwrap();
        done
    }

    /// Something is told of a client of the channel, by the bot or by the CRM.
    fn told(&mut self, who: &str, kind: &str, mut more: Value, by_crm: bool) {
        let at = jiff::Timestamp::from_microsecond(self.pen.now_us).unwrap().to_string();
        let id = format!("{who}-{}", self.pen.now_us);
        let channel = if by_crm { "crm" } else { "telegram" };
        let mut event = json!({ "timestamp": at, "event_id": id, "type": kind, "channel": channel });
        if !by_crm {
            event["client"] = json!({ "channel_id": who });
        }
        event.as_object_mut().unwrap().append(more.as_object_mut().unwrap());
        self.tx(|tx, pen| {
            pen.event_from(tx, if by_crm { crate::journal::projection::READ_BACK } else { "api" }, &event.to_string()).unwrap();
            pen.flush(tx);
            fed(tx);
        });
    }

    fn claims(&mut self, who: &str, crm_id: Option<&str>) {
        self.told(who, "message_out", json!({ "bot_response": "Записала", "action": "create_lead", "crm_id": crm_id }), false);
    }

    fn pid(&self, who: &str) -> String {
        let sql = "SELECT c.pid FROM identities i JOIN clients c ON c.id = i.client WHERE i.value = ?1";
        self.conn.query_row(sql, [who], |row| row.get(0)).unwrap()
    }

    fn finds(&mut self, who: &str, card: &str, by: &'static str, others: &[&str]) {
        let (client, card) = (self.pid(who), CrmRef::parse(card).unwrap());
        let others = others.iter().map(|other| CrmRef::parse(other).unwrap()).collect();
        self.tx(|tx, _| cards::settle(tx, SALON, "con", &[(client, Outcome::Found(card, by, others))]).unwrap());
    }

    /// A card as it was read, made a minute after noon.
    fn sees(&mut self, card: &str, change: impl FnOnce(&mut Item)) {
        let card = CrmRef::parse(card).unwrap();
        let mut item = Item { kind: card.kind.as_str().into(), item: card.id, created_us: Some(NOON + MINUTE_US), ..Item::default() };
        change(&mut item);
        self.tx(|tx, _| items::put(tx, SALON, "con", &item, LATER).unwrap());
    }

    fn decides(&mut self, decision: &Decision) {
        self.decided += 1;
        let (record, body) = (self.decided, serde_json::to_value(decision).unwrap());
        self.tx(|tx, _| {
            let kind = body["decision"].as_str().unwrap();
            let sql = "INSERT INTO decisions (record, business, made_us, made_by, kind, body) VALUES (?1, 1, 0, 'anna', ?2, ?3)";
            tx.execute(sql, rusqlite::params![record, kind, body.to_string()]).unwrap();
            apply(tx, SALON, decision, LATER).unwrap();
        });
    }

    fn found(&self) -> Found {
        differences(&self.conn, SALON, std::slice::from_ref(&self.portal), at(LATER)).unwrap()
    }

    fn whats(&self) -> Vec<What> {
        let found = self.found();
        assert_eq!(found.counts.total() as usize, found.list.len());
        found.list.into_iter().map(|difference| difference.what).collect()
    }
}

fn fed(tx: &Transaction<'_>) {
    let outbox = feed::Outbox { business: SALON, connection: "con", writes: true, tasks: false, is_told: |_| true, gather_us: 0 };
    while feed::feed(tx, &outbox, NOON).unwrap() {}
}

#[test]
fn a_claim_without_a_card_differs_until_there_is_a_lead() {
    let mut scene = Scene::new();
    scene.claims("anna", None);
    let early = differences(&scene.conn, SALON, std::slice::from_ref(&scene.portal), at(NOON + MINUTE_US)).unwrap();
    assert_eq!(early, Found::default(), "the bot and the search have a quarter of an hour");
    let found = scene.found();
    let What::Claimed { record, search, given, is_gone, .. } = &found.list[0].what else { panic!("{found:?}") };
    assert_eq!(
        (*record, search.as_deref(), given, *is_gone, found.list[0].client.clone()),
        (0, Some("sought"), &None, false, Some(scene.pid("anna")))
    );
    // A person of the address book is no lead; one with a lead is.
    scene.finds("anna", "contact:7", "phone", &[]);
    assert_eq!(scene.found().counts.claimed, 1);
    scene.sees("lead:5", |item| item.contact = Some(7));
    assert_eq!(scene.found(), Found::default());
    scene.sees("lead:5", |item| (item.contact, item.gone_us) = (Some(7), Some(LATER)));
    assert_eq!(scene.found().counts.claimed, 1);
    scene.finds("anna", "lead:9", "made", &[]);
    assert_eq!(scene.found(), Found::default());
}

#[test]
fn a_claim_that_names_a_card_is_held_against_it() {
    let mut scene = Scene::new();
    scene.sees("lead:3", |_| ());
    scene.claims("anna", Some("BX_LEAD_3"));
    scene.claims("boris", Some("BX_LEAD_4521"));
    scene.claims("vera", Some("BX_LEAD_2"));
    scene.sees("lead:4", |item| item.gone_us = Some(LATER));
    scene.claims("gleb", Some("4"));
    // No look-up of ours has ended: only what was read counts.
    scene.tx(|tx, _| tx.execute("UPDATE crm_cards SET state = 'making'", []).unwrap());
    let mut told: Vec<(String, bool)> = scene
        .whats()
        .into_iter()
        .map(|what| if let What::Claimed { given, is_gone, .. } = what { (given.unwrap(), is_gone) } else { panic!("{what:?}") })
        .collect();
    told.sort();
    // Lead 2 is from before reading began: nobody knows; lead 3 is there.
    assert_eq!(told, [("4".to_owned(), true), ("BX_LEAD_4521".to_owned(), false)]);
    scene.portal.reads = false;
    assert_eq!(scene.found().counts.claimed, 1, "without an answer of the portal only what it said is gone differs");
    scene.tx(|tx, _| tx.execute("UPDATE crm_cards SET state = 'sought'", []).unwrap());
    assert_eq!(scene.found().counts.claimed, 3, "it was looked for by its number, and is not there");
    scene.sees("deal:8", |item| item.lead = Some(4));
    assert_eq!(scene.found().counts.claimed, 2, "a deal came of it");
    let decision = Decision::ClaimSetAside { connection: "con".into(), record: 1, why: Aside::Test };
    scene.decides(&decision);
    assert_eq!(scene.found().counts.claimed, 1);
}

#[test]
fn a_person_orders_a_card_and_it_is_sought_at_once() {
    let mut scene = Scene::new();
    scene.claims("anna", None);
    let client = scene.pid("anna");
    scene.tx(|tx, _| cards::settle(tx, SALON, "con", &[(client.clone(), Outcome::Again(LATER * 2, None))]).unwrap());
    assert!(cards::due(&scene.conn, SALON, "con", LATER, 10).unwrap().is_empty());
    scene.decides(&Decision::CardOrdered { connection: "con".into(), client: client.clone() });
    let due = cards::due(&scene.conn, SALON, "con", LATER, 10).unwrap();
    assert_eq!((due.len(), due[0].is_ordered, due[0].attempts), (1, true, 0));
    scene.finds("anna", "lead:1", "made", &[]);
    let ordered: bool = scene.conn.query_row("SELECT ordered FROM crm_cards", [], |row| row.get(0)).unwrap();
    assert!(!ordered, "an order is for one card");
    scene.decides(&Decision::CardOrdered { connection: "con".into(), client: "c_nobody".into() });
    assert_eq!(scene.conn.query_row("SELECT count(*) FROM crm_cards", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[test]
fn a_card_of_nobody_is_linked_or_set_aside() {
    let mut scene = Scene::new();
    scene.told("anna", "message_in", json!({ "text": "Здравствуйте" }), false);
    scene.sees("lead:5", |item| (item.source, item.responsible) = (Some("WEB".into()), Some(3)));
    scene.sees("deal:6", |item| item.lead = Some(5));
    scene.sees("deal:7", |item| item.source = Some("CALL".into()));
    scene.sees("lead:1", |item| item.created_us = Some(NOON - 1));
    scene.sees("contact:2", |_| ());
    let cards = |scene: &Scene| -> Vec<String> {
        let mut cards: Vec<String> =
            scene.whats().into_iter().map(|what| if let What::Stranger { card, .. } = what { card } else { panic!("{what:?}") }).collect();
        cards.sort();
        cards
    };
    assert_eq!(cards(&scene), ["deal:7", "lead:5"], "of a lead and its deal the lead; what was there before reading is not counted");
    assert_eq!(scene.found().list.iter().find_map(|difference| difference.responsible), Some(3));
    scene.portal.sources = vec!["WEB".into()];
    assert_eq!(cards(&scene), ["lead:5"]);
    scene.portal.sources.clear();
    scene.decides(&Decision::CardSetAside { connection: "con".into(), card: "deal:7".into(), why: Aside::Elsewhere });
    scene.decides(&Decision::CardSetAside { connection: "another".into(), card: "lead:5".into(), why: Aside::Spam });
    assert_eq!(cards(&scene), ["lead:5"]);
    let anna = scene.pid("anna");
    scene.decides(&Decision::CardLinked { connection: "con".into(), card: "lead:5".into(), client: anna.clone(), beside: Vec::new() });
    assert!(cards(&scene).is_empty());
    let card = cards::of(&scene.conn, SALON, &anna).unwrap().remove(0);
    assert_eq!((card.state.as_str(), card.card, card.found_by.as_deref()), ("found", Some(5), Some("person")));
    // Erased, she has no card: it is nobody's again.
    scene.tx(|tx, _| super::super::forget(tx, SALON, &anna, LATER).unwrap());
    assert_eq!(cards(&scene), ["lead:5"]);
    scene.portal.reads = false;
    assert!(cards(&scene).is_empty(), "what is not read is not known");
}

#[test]
fn several_open_cards_of_one_client_are_doubles_until_one_is_chosen() {
    let mut scene = Scene::new();
    scene.told("anna", "message_in", json!({ "text": "Здравствуйте" }), false);
    scene.finds("anna", "lead:5", "phone", &["lead:6", "lead:7", "contact:2"]);
    scene.sees("lead:5", |item| item.responsible = Some(3));
    scene.sees("lead:6", |_| ());
    scene.sees("lead:7", |item| item.semantics = Some("F".into()));
    let What::Double { card, others, found_by } = scene.whats().remove(0) else { panic!() };
    assert_eq!(
        (card.as_str(), others, found_by.as_deref()),
        ("lead:5", vec!["lead:6".to_owned()], Some("phone")),
        "a closed lead is the past"
    );
    let anna = scene.pid("anna");
    scene.decides(&Decision::CardLinked {
        connection: "con".into(),
        card: "lead:6".into(),
        client: anna.clone(),
        beside: vec!["lead:5".into(), "lead:7".into()],
    });
    assert_eq!(scene.found(), Found::default());
    assert_eq!(cards::of(&scene.conn, SALON, &anna).unwrap()[0].card, Some(6));
    // Another one that nobody has seen yet.
    scene.tx(|tx, _| tx.execute("UPDATE crm_cards SET others = '[\"lead:5\",\"lead:8\"]'", []).unwrap());
    assert_eq!(scene.found().counts.doubles, 1);
    scene.decides(&Decision::CardSetAside { connection: "con".into(), card: "lead:8".into(), why: Aside::Double });
    assert_eq!(scene.found(), Found::default());
}

#[test]
fn an_end_that_others_tell_otherwise_differs_until_somebody_says_who_is_right() {
    let mut scene = Scene::new();
    scene.sees("deal:9", |item| (item.created_us, item.semantics, item.responsible) = (Some(NOON), Some("F".into()), Some(4)));
    scene.told("anna", "lead_created", json!({ "crm_id": "BX_DEAL_9", "text": "…" }), false);
    scene.told("anna", "deal_lost", json!({ "crm_id": "deal:9" }), true);
    assert_eq!(scene.found(), Found::default());
    scene.told("anna", "payment", json!({ "payment": { "amount": "1500", "currency": "RUB" } }), false);
    let found = scene.found();
    let What::Outcome { card, crm, told, journal, own, .. } = &found.list[0].what else { panic!("{found:?}") };
    assert_eq!((card.as_str(), crm.as_str(), journal.as_str(), found.list[0].responsible), ("deal:9", "deal_lost", "payment", Some(4)));
    let settled = |told: u64, own: u64| Decision::OutcomeSettled {
        connection: "con".into(),
        card: "deal:9".into(),
        right: Right::Journal,
        told,
        own,
    };
    scene.decides(&settled(*told, *own + 1));
    assert_eq!(scene.found().counts.outcomes, 1, "another pair was settled");
    scene.decides(&settled(*told, *own));
    assert_eq!(scene.found(), Found::default());
    scene.told("anna", "deal_won", json!({ "crm_id": "deal:9" }), true);
    assert_eq!(scene.found(), Found::default(), "now both say the same");
    scene.told("anna", "visit_no_show", json!({}), false);
    assert_eq!(scene.found().counts.outcomes, 1);
}

#[test]
fn what_the_crm_refused_is_among_them_and_other_businesses_are_not() {
    let mut scene = Scene::new();
    scene.told("anna", "message_in", json!({ "text": "Здравствуйте" }), false);
    scene.tx(|tx, _| entries::settle(tx, &[(1, entries::Outcome::Buried("ACCESS_DENIED".into()))], LATER).unwrap());
    assert!(matches!(&scene.whats()[..], [What::Buried { entry: 1, problem: Some(_), .. }]));
    let other = differences(&scene.conn, BusinessId(2), std::slice::from_ref(&scene.portal), at(LATER)).unwrap();
    assert_eq!(other, Found::default());
    assert!(Rulings::of(&scene.conn, SALON, "con").unwrap().linked.is_empty());
}
