#![allow(clippy::unwrap_used)]

use super::super::gone;
use super::super::testing::{Pen, empty};
use super::*;
use crate::event::BusinessId;

const SALON: BusinessId = BusinessId(1);

fn event(id: &str, kind: &str, status: &str, more: &str) -> String {
    format!(
        r#"{{"event_id":"{id}","timestamp":"2026-05-28T20:10:00Z","channel":"whatsapp","type":"{kind}","client":{{"channel_id":"79215550101"}},
            "delivery":{{"status":"{status}","provider":"WhatsApp","message_id":"wamid.1"}}{more}}}"#
    )
}

const SAID: &str = r#","bot_response":"Ждём вас""#;
const ECHO: &str = r#","bot_response":"Ждём вас","meta":{"echo":true}"#;

/// Rows of these events in this order; the fate of the message.
fn after(events: &[String]) -> Fate {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, SALON);
    for event in events {
        let _ = pen.event(&tx, event);
    }
    pen.flush(&tx);
    fate(&tx, RecordNo::new(SALON, 0).as_i64()).unwrap().unwrap()
}

#[test]
fn a_message_moves_only_forward_whatever_the_order() {
    let sent = event("a", "message_out", "sent", SAID);
    let status = |name: &str| event(name, "delivery_status", name, "");
    let reached = |statuses: &[&str]| {
        let mut events = vec![sent.clone()];
        events.extend(statuses.iter().map(|name| status(name)));
        let there = after(&events).status;
        events.reverse();
        assert_eq!(after(&events).status, there, "{statuses:?}");
        there.as_str()
    };
    assert_eq!(reached(&[]), "sent");
    assert_eq!(reached(&["read", "sent", "delivered"]), "read");
    assert_eq!(reached(&["played", "read"]), "played");
    assert_eq!(reached(&["failed", "sent"]), "failed");
    assert_eq!(reached(&["failed", "delivered"]), "delivered", "what arrived did not fail");
    assert_eq!(reached(&["warehoused"]), "sent", "a word that nobody knows says nothing");
}

#[test]
fn what_nobody_says_they_sent_went_past() {
    let (sent, echo) = (event("a", "message_out", "sent", SAID), event("b", "message_out", "sent", ECHO));
    assert!(!after(std::slice::from_ref(&echo)).is_sending_known);
    assert!(!after(&[event("c", "delivery_status", "delivered", "")]).is_sending_known);
    assert!(after(&[echo.clone(), sent.clone()]).is_sending_known && after(&[sent, echo]).is_sending_known);
}

#[test]
fn telegrams_numbers_are_of_a_chat() {
    let of = |chat: &str, provider: &str| {
        let json = format!(
            r#"{{"timestamp":"2026-05-28T20:10:00Z","channel":"telegram","bot_response":"Да","client":{{"channel_id":"{chat}"}},"delivery":{{"provider":"{provider}","message_id":7}}}}"#
        );
        super::of(&Event::read(json.as_bytes()).unwrap()).unwrap().message_id
    };
    assert_eq!((of("1", "telegram"), of("2", "telegram"), of("1", "max")), ("1:7".into(), "2:7".into(), "7".into()));
}

#[test]
fn a_status_is_in_no_conversation_and_goes_with_its_record() {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, SALON);
    pen.event(&tx, &event("a", "message_out", "sent", SAID));
    pen.event(&tx, &event("b", "delivery_status", "read", ""));
    pen.flush(&tx);
    let count = |sql: &str| tx.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((count("SELECT events FROM sessions"), count("SELECT count(*) FROM events WHERE session IS NULL")), (1, 1));
    let of = |index: u64| fate(&tx, RecordNo::new(SALON, index).as_i64()).unwrap();
    assert_eq!(of(0).unwrap().status, Status::Read);
    gone::remove(&tx, &[RecordNo::new(SALON, 1)]).unwrap();
    assert_eq!((of(0).unwrap().status, of(1)), (Status::Sent, None));
}
