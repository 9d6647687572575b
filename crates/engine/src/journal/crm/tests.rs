//! The outbox against a journal that is written as the recorder writes it.
#![allow(clippy::unwrap_used)]

use rusqlite::{Connection, Transaction};

use super::entries::{Outcome, due, settle, standing, steps};
use super::feed::{Outbox, feed};
use super::{cards, entries, taking};
use crate::event::when::{DAY_US, HOUR_US, MINUTE_US};
use crate::event::{BusinessId, CrmKind, CrmRef};
use crate::journal::testing::{NOON, Pen, empty};

const SALON: BusinessId = BusinessId(1);
const NOW: i64 = NOON + HOUR_US;

struct Desk {
    conn: Connection,
    pen: Pen,
}

impl Desk {
    /// A connection whose cursor stands at the beginning.
    fn new() -> Self {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let pen = Pen::new(&tx, SALON);
        fed(&tx);
        tx.commit().unwrap();
        Self { conn, pen }
    }

    fn said(&mut self, who: &str, kind: &str, text: &str) {
        let tx = self.conn.transaction().unwrap();
        let at = jiff::Timestamp::from_microsecond(self.pen.now_us).unwrap();
        let event = serde_json::json!({
            "timestamp": at.to_string(), "type": kind, "channel": "telegram", "client": { "channel_id": who }, "text": text, "model": "gpt",
            "event_id": format!("{who}-{}", self.pen.now_us),
        });
        self.pen.event(&tx, &event.to_string()).unwrap();
        fed(&tx);
        tx.commit().unwrap();
    }

    fn clients(&self) -> Vec<String> {
        cards::due(&self.conn, SALON, "con", i64::MAX, 10).unwrap().into_iter().map(|sought| sought.client).collect()
    }

    fn find(&mut self, client: &str, id: u64) {
        let tx = self.conn.transaction().unwrap();
        let found = cards::Outcome::Found(CrmRef { kind: CrmKind::Lead, id }, "phone", Vec::new());
        cards::settle(&tx, SALON, "con", &[(client.to_owned(), found)]).unwrap();
        tx.commit().unwrap();
    }

    fn due(&self) -> Vec<(i64, String, String)> {
        let due = due(&self.conn, SALON, "con", NOW * 2, 50).unwrap();
        due.into_iter().map(|(row, card)| (row.id, row.what, card.to_string())).collect()
    }

    fn settle(&mut self, id: i64, outcome: Outcome) {
        let tx = self.conn.transaction().unwrap();
        settle(&tx, &[(id, outcome)], NOW).unwrap();
        tx.commit().unwrap();
    }
}

fn fed(tx: &Transaction<'_>) {
    let outbox = Outbox { business: SALON, connection: "con", writes: true, tasks: true, is_told: |kind| kind != "llm_call", gather_us: 0 };
    while feed(tx, &outbox, NOW).unwrap() {}
}

#[test]
fn a_row_grows_until_it_is_sent_and_then_another_begins() {
    let mut desk = Desk::new();
    desk.said("anna", "message_in", "Здравствуйте");
    desk.said("anna", "llm_call", "");
    desk.said("anna", "message_out", "Добрый день");
    assert_eq!(standing(&desk.conn, SALON, "con").unwrap().cardless, 1);
    assert!(desk.due().is_empty(), "nobody knows whose card");
    let anna = desk.clients().remove(0);
    desk.find(&anna, 7);
    let rows = desk.due();
    assert_eq!(rows.len(), 1);
    let (row, card) = due(&desk.conn, SALON, "con", NOW * 2, 50).unwrap().remove(0);
    assert_eq!((steps(&desk.conn, SALON, &row).unwrap().len(), card.to_string().as_str()), (3, "lead:7"));
    let tx = desk.conn.transaction().unwrap();
    entries::sending(&tx, &[(row.id, card)], NOW).unwrap();
    tx.commit().unwrap();
    desk.said("anna", "message_in", "Можно завтра?");
    assert!(desk.due().is_empty(), "one at a time on a card");
    desk.settle(row.id, Outcome::Written(Some(5), None));
    let next = due(&desk.conn, SALON, "con", NOW * 2, 50).unwrap().remove(0).0;
    assert!(next.first_record > row.last_record && next.reference != row.reference);
    assert_eq!(steps(&desk.conn, SALON, &next).unwrap().len(), 1);
}

#[test]
fn a_row_that_waits_again_does_not_grow_into_the_one_behind_it() {
    let mut desk = Desk::new();
    desk.said("anna", "message_in", "Здравствуйте");
    let anna = desk.clients().remove(0);
    desk.find(&anna, 7);
    let (first, card) = due(&desk.conn, SALON, "con", NOW * 2, 50).unwrap().remove(0);
    let tx = desk.conn.transaction().unwrap();
    entries::sending(&tx, &[(first.id, card)], NOW).unwrap();
    tx.commit().unwrap();
    desk.said("anna", "message_in", "Можно завтра?");
    desk.settle(first.id, Outcome::Again(NOW, "looked up: not there".into()));
    desk.said("anna", "message_in", "Вы тут?");
    let again = due(&desk.conn, SALON, "con", NOW * 2, 50).unwrap().remove(0).0;
    assert_eq!((again.id, again.last_record), (first.id, first.last_record), "its stretch stays what it was");
    desk.settle(first.id, Outcome::Written(None, None));
    let behind = due(&desk.conn, SALON, "con", NOW * 2, 50).unwrap().remove(0).0;
    assert_eq!(steps(&desk.conn, SALON, &behind).unwrap().len(), 2);
}

#[test]
fn a_handover_is_a_task_after_the_steps_and_a_buried_row_holds_nobody_up() {
    let mut desk = Desk::new();
    desk.said("boris", "message_in", "Позовите человека");
    desk.said("boris", "handoff", "");
    let boris = desk.clients().remove(0);
    desk.find(&boris, 9);
    let first = desk.due();
    assert_eq!((first.len(), first[0].1.as_str()), (1, "steps"));
    desk.settle(first[0].0, Outcome::Buried("no".into()));
    assert_eq!(desk.due()[0].1, "task");
    let tx = desk.conn.transaction().unwrap();
    assert!(entries::resolve(&tx, SALON, first[0].0, None, NOW).unwrap());
    assert!(!entries::resolve(&tx, BusinessId(2), first[0].0, None, NOW).unwrap(), "not another business's");
    tx.commit().unwrap();
    assert_eq!(desk.due()[0].1, "steps", "replayed, it goes first again");
}

#[test]
fn what_was_being_sent_when_the_program_ended_is_looked_up() {
    let mut desk = Desk::new();
    desk.said("vera", "message_in", "Добрый день");
    let vera = desk.clients().remove(0);
    desk.find(&vera, 3);
    let (row, card) = due(&desk.conn, SALON, "con", NOW * 2, 50).unwrap().remove(0);
    let tx = desk.conn.transaction().unwrap();
    entries::sending(&tx, &[(row.id, card)], NOW).unwrap();
    entries::recover(&tx, "con", 65_000_000).unwrap();
    tx.commit().unwrap();
    assert!(due(&desk.conn, SALON, "con", NOW + 64_000_000, 50).unwrap().is_empty(), "the portal may still be at it");
    assert_eq!(due(&desk.conn, SALON, "con", NOW + 65_000_000, 50).unwrap()[0].0.state, "unclear");
}

#[test]
fn a_card_that_is_gone_is_looked_for_again_and_a_client_is_forgotten_whole() {
    let mut desk = Desk::new();
    desk.said("anna", "message_in", "Здравствуйте");
    let anna = desk.clients().remove(0);
    desk.find(&anna, 7);
    let (row, card) = due(&desk.conn, SALON, "con", NOW * 2, 50).unwrap().remove(0);
    desk.settle(row.id, Outcome::NoCard("Not found".into()));
    assert_eq!(desk.clients(), std::slice::from_ref(&anna));
    desk.find(&anna, 8);
    let tx = desk.conn.transaction().unwrap();
    entries::sending(&tx, &[(row.id, card)], NOW).unwrap();
    settle(&tx, &[(row.id, Outcome::Written(Some(77), None))], NOW).unwrap();
    let written = super::forget(&tx, SALON, &anna, NOW).unwrap();
    assert_eq!((written.len(), written[0].entry), (1, Some(77)));
    assert!(cards::of(&tx, SALON, &anna).unwrap().is_empty() && super::forget(&tx, SALON, &anna, NOW).unwrap().is_empty());
    assert_eq!(standing(&tx, SALON, "con").unwrap(), entries::Standing::default());
    let taking = taking::due(&tx, SALON, "con", NOW, 10).unwrap().remove(0);
    assert_eq!((taking.entry, taking.card.to_string().as_str(), taking.is_task), (Some(77), "lead:7", false));
    taking::gone(&tx, taking.id).unwrap();
    assert!(taking::due(&tx, SALON, "con", NOW, 10).unwrap().is_empty());
}

#[test]
fn a_lost_lead_is_a_task_once_and_one_that_was_lost_long_ago_is_none() {
    let mut desk = Desk::new();
    desk.said("anna", "message_in", "Запишите меня");
    desk.said("boris", "message_in", "Сколько стоит?");
    for (pid, lost_us) in [("anna", NOW - MINUTE_US), ("boris", NOW - 3 * DAY_US)] {
        let sql = "INSERT INTO cases (business, id, person, session, started_us, channel, marks, told, paid_minor, replies, lost, lost_all, lost_since_us, lost_us, evidence)
                   SELECT business, id, id, id, 0, channel, 0, 1, 0, 0, 'R1', 'R1', ?2, ?2, '0' FROM sessions
                   WHERE client = (SELECT client FROM identities WHERE value = ?1)";
        assert_eq!(desk.conn.execute(sql, rusqlite::params![pid, lost_us]).unwrap(), 1);
    }
    for _ in 0..2 {
        let tx = desk.conn.transaction().unwrap();
        fed(&tx);
        tx.commit().unwrap();
    }
    let tasks = "SELECT count(*), max(e.session = s.pid) FROM crm_entries e, sessions s, identities i
                 WHERE e.what = 'task' AND s.client = i.client AND i.value = 'anna'";
    let found: (i64, bool) = desk.conn.query_row(tasks, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(found, (1, true));
}

#[test]
fn what_is_marked_as_a_test_goes_to_no_card() {
    let mut desk = Desk::new();
    let tx = desk.conn.transaction().unwrap();
    let at = jiff::Timestamp::from_microsecond(desk.pen.now_us).unwrap();
    let event = serde_json::json!({
        "timestamp": at.to_string(), "type": "message_in", "channel": "test", "client": { "channel_id": "t" }, "text": "проверка", "tags": ["test"],
        "event_id": "t-1",
    });
    desk.pen.event(&tx, &event.to_string()).unwrap();
    fed(&tx);
    tx.commit().unwrap();
    assert!(desk.clients().is_empty() && standing(&desk.conn, SALON, "con").unwrap().cardless == 0);
    desk.said("anna", "message_in", "Здравствуйте");
    assert_eq!(desk.clients().len(), 1, "what comes after it does");
}
