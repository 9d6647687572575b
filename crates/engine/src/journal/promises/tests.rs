//! Promises against deeds, over the real projection.

#![allow(clippy::unwrap_used, clippy::panic)]

use rusqlite::Connection;

use super::super::reading::Page;
use super::super::testing::{Pen, empty};
use super::{Filter, State, list, of_record, stored, tally};
use crate::event::when::MINUTE_US;
use crate::event::{BusinessId, PromiseKind, RecordNo};

const BUSINESS: BusinessId = BusinessId(1);
/// 2025-01-01T15:00:00+03:00.
const THREE: i64 = 1_735_732_800_000_000;
const MINUTE: i64 = MINUTE_US;

/// A journal of these events: (client's phone or none, minutes after three, the rest of the JSON).
fn journal(events: &[(&str, i64, &str)]) -> Connection {
    let conn = empty();
    let tx = conn.unchecked_transaction().unwrap();
    let mut pen = Pen::new(&tx, BUSINESS);
    for (nth, (session, minutes, rest)) in events.iter().enumerate() {
        let at = jiff::Timestamp::from_microsecond(THREE + minutes * MINUTE).unwrap();
        let json = format!(r#"{{"event_id":"e{nth}","timestamp":"{at}","channel":"telegram",{session},{rest}}}"#);
        pen.event(&tx, &json).unwrap_or_else(|| panic!("{json}"));
    }
    pen.flush(&tx);
    tx.commit().unwrap();
    conn
}

/// How the promises of the first event stand an hour after three: `booked open`.
fn standing(events: &[(&str, i64, &str)]) -> Vec<String> {
    let conn = journal(events);
    let judged = of_record(&conn, RecordNo::new(BUSINESS, 0), THREE + 60 * MINUTE).unwrap();
    judged.into_iter().map(|judged| format!("{} {}", judged.said.kind.as_str(), judged.state.as_str())).collect()
}

const TALK: &str = r#""session_id":"s1","client":{"phone":"89211234567"}"#;
const CUSTOMERS: &str = r#""bot_response":"Записал на 15:00, отправил напоминание","action":"create_lead","crm_id":"BX_LEAD_4521""#;

#[test]
fn the_customers_own_example_promised_twice_and_did_something_else() {
    assert_eq!(standing(&[(TALK, 0, CUSTOMERS)]), ["booked open", "reminder_sent open"]);
    let conn = journal(&[(TALK, 0, CUSTOMERS)]);
    let hours: Vec<_> = stored(&conn, RecordNo::new(BUSINESS, 0).as_i64()).unwrap().into_iter().map(|said| said.hour).collect();
    assert_eq!(hours.iter().flatten().map(ToString::to_string).collect::<Vec<_>>(), ["15:00"]);
}

#[test]
fn what_was_done_before_after_or_in_the_same_event_keeps_it() {
    let booked = r#""bot_response":"Записала вас""#;
    for deed in [
        r#""type":"booking_created","booking":{"id":1}"#,
        r#""action":"create_booking""#,
        r#""type":"crm_call","action":"booking.v1.booking.add""#,
        r#""booking":{"id":1,"status":"confirmed"}"#,
        r#""type":"reminder_confirmed","text":"да""#,
    ] {
        for minutes in [-30, 1, 50] {
            assert_eq!(standing(&[(TALK, 0, booked), (TALK, minutes, deed)]), ["booked kept"], "{deed} at {minutes}");
        }
        let both = format!("{booked},{deed}");
        assert_eq!(standing(&[(TALK, 0, &both)]), ["booked kept"], "{deed}");
    }
}

#[test]
fn what_is_something_else_failed_or_is_another_clients_does_not() {
    let booked = r#""bot_response":"Записала вас""#;
    let other = r#""session_id":"s2","client":{"phone":"89210000000"}"#;
    for (whose, minutes, deed) in [
        (TALK, 1, r#""type":"crm_call","action":"booking.v1.booking.list""#),
        (TALK, 1, r#""type":"crm_call","action":"crm.lead.add","crm_id":"BX_LEAD_1""#),
        (TALK, 1, r#""action":"create_booking","booking":{"status":"failed"}"#),
        (TALK, 1, r#""action":"create_booking","error":"timeout""#),
        (TALK, 3 * 24 * 60, r#""type":"booking_created","booking":{"id":1}"#),
        (other, 1, r#""type":"booking_created","booking":{"id":1}"#),
    ] {
        assert_eq!(standing(&[(TALK, 0, booked), (whose, minutes, deed)]), ["booked open"], "{deed}");
    }
}

#[test]
fn what_the_crm_tells_of_the_client_elsewhere_keeps_it_too() {
    let crm = r#""client":{"phone":"8 921 123-45-67"}"#;
    let deed = r#""type":"booking_created","booking":{"id":1}"#;
    assert_eq!(standing(&[(TALK, 0, r#""bot_response":"Записала вас""#), (crm, 2, deed)]), ["booked kept"]);
    // A reminder alone opens no conversation, and is found all the same.
    let talk = r#""session_id":"s1","client":{"channel_id":"u1","phone":"89211234567"}"#;
    let reminded = r#""type":"reminder_sent""#;
    let alone = r#""client":{"phone":"89211234567"}"#;
    assert_eq!(standing(&[(talk, 0, r#""bot_response":"Отправила напоминание""#), (alone, 5, reminded)]), ["reminder_sent kept"]);
}

#[test]
fn each_kind_has_deeds_of_its_own() {
    for (reply, deed, stands) in [
        ("Перенёс на пятницу", r#""action":"reschedule_booking""#, "rescheduled kept"),
        ("Отменила запись", r#""type":"booking_cancelled""#, "cancelled kept"),
        ("Отменила запись", r#""type":"booking_created""#, "cancelled open"),
        ("Администратор вам перезвонит", r#""operator":"Вера","text":"Слушаю вас""#, "callback_promised kept"),
        ("Администратор вам перезвонит", r#""type":"lead_created""#, "callback_promised waiting"),
        ("Передала администратору", r#""type":"handoff""#, "handed_over kept"),
        ("Передала администратору", r#""action":"create_lead","crm_id":"BX_LEAD_1""#, "handed_over kept"),
        ("Оформила заявку", r#""action":"create_lead","crm_id":"BX_LEAD_1""#, "lead_created kept"),
        ("Оформила заявку", r#""action":"create_lead""#, "lead_created open"),
        ("Оплату получили", r#""payment":{"amount":500,"currency":"RUB"}"#, "payment_received kept"),
        ("Напомню за день", r#""type":"reminder_sent""#, "reminder_promised kept"),
        ("Напомню за день", r#""type":"message_in","text":"ок""#, "reminder_promised waiting"),
        ("Отправила адрес", r#""type":"message_in","text":"ок""#, "sent_info unchecked"),
    ] {
        let reply_json = format!(r#""bot_response":"{reply}""#);
        assert_eq!(standing(&[(TALK, 0, &reply_json), (TALK, 3, deed)]), [stands], "{reply} {deed}");
    }
}

#[test]
fn people_and_reminders_promise_nothing_and_a_plain_outgoing_text_does() {
    let silent = [
        r#""operator":"Вера","text":"Записала вас на 15:00""#,
        r#""type":"reminder_sent","text":"Ждём вас завтра в 15:00""#,
        r#""text":"Вы записали меня?""#,
    ];
    for rest in silent {
        assert_eq!(standing(&[(TALK, 0, rest)]), Vec::<String>::new(), "{rest}");
    }
    assert_eq!(standing(&[(TALK, 0, r#""type":"message_out","text":"Записала вас на 15:00""#)]), ["booked open"]);
    assert_eq!(standing(&[(TALK, 0, r#""text":"Записала?","bot_response":"Могу записать на 15:00""#)]), Vec::<String>::new());
}

#[test]
fn an_event_without_client_and_conversation_keeps_its_own_promise() {
    let nobody = r#""source":"form""#;
    assert_eq!(standing(&[(nobody, 0, r#""bot_response":"Записал вас","action":"create_booking""#)]), ["booked kept"]);
    assert_eq!(standing(&[(nobody, 0, r#""bot_response":"Записал вас""#), (nobody, 1, r#""action":"create_booking""#)]), ["booked open"]);
}

#[test]
fn a_list_is_newest_first_in_pages_and_by_kind_and_state() {
    let events: Vec<(&str, i64, &str)> = vec![
        (TALK, 0, CUSTOMERS),
        (TALK, 1, r#""bot_response":"Стрижка 1500 рублей""#),
        (r#""session_id":"s2""#, 2, r#""bot_response":"Отменила вашу запись""#),
        (r#""session_id":"s3""#, 3, r#""bot_response":"Записала вас","action":"create_booking""#),
    ];
    let conn = journal(&events);
    let now = THREE + 60 * MINUTE;
    let filter = |kind, state: Option<&str>| Filter { kind, state: state.map(str::to_owned), ..Filter::default() };
    let all = |filter: &Filter| {
        let listed = list(&conn, BUSINESS, filter, &Page::new(50, None), now).unwrap();
        listed.items.iter().map(|line| (line.record.index(), line.promises.len())).collect::<Vec<_>>()
    };
    assert_eq!(all(&filter(None, None)), [(3, 1), (2, 1), (1, 1), (0, 2)]);
    assert_eq!(all(&filter(None, Some("open"))), [(2, 1), (0, 2)]);
    assert_eq!(all(&filter(Some(PromiseKind::Booked), Some("open"))), [(0, 1)]);
    assert_eq!(all(&Filter { from_us: Some(THREE + MINUTE), to_us: Some(THREE + 3 * MINUTE), ..Filter::default() }), [(2, 1), (1, 1)]);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let listed = list(&conn, BUSINESS, &filter(None, Some("open")), &Page::new(1, after), now).unwrap();
        seen.extend(listed.items.iter().map(|line| line.record.index()));
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [2, 0]);
    let counted = tally(&conn, BUSINESS, &Filter::default(), now).unwrap();
    let tally = (counted.promises, counted.kept, counted.waiting, counted.open, counted.unchecked, counted.more);
    assert_eq!(tally, (5, 1, 0, 3, 1, false));
    assert!(list(&conn, BusinessId(2), &Filter::default(), &Page::new(50, None), now).unwrap().items.is_empty());
}

#[test]
fn a_promise_waits_until_it_is_due() {
    let conn = journal(&[(TALK, 0, r#""bot_response":"Записала вас""#)]);
    let at = |minutes| of_record(&conn, RecordNo::new(BUSINESS, 0), THREE + minutes * MINUTE).unwrap()[0].state;
    assert_eq!((at(9), at(10)), (State::Waiting, State::Open));
}

/// `cargo test -p engine -- --ignored --nocapture promises_judged_a_second`
#[test]
#[ignore = "a figure, not a test"]
fn promises_judged_a_second() {
    let talks: Vec<(String, i64, &str)> = (0..20_000)
        .map(|nth| {
            let session = format!(r#""session_id":"s{}","client":{{"phone":"8921{:07}"}}"#, nth / 8, nth / 8);
            let rest = match nth % 8 {
                6 => r#""bot_response":"Записала вас на 15:00, напомню за день""#,
                7 => r#""action":"create_booking""#,
                _ => r#""text":"Здравствуйте""#,
            };
            (session, nth, rest)
        })
        .collect();
    let events: Vec<(&str, i64, &str)> = talks.iter().map(|(session, at, rest)| (session.as_str(), *at, *rest)).collect();
    let conn = journal(&events);
    let begun = std::time::Instant::now();
    let counted = tally(&conn, BUSINESS, &Filter::default(), THREE + 30_000 * MINUTE).unwrap();
    println!("{counted:?}: {:.1} µs a promise", begun.elapsed().as_secs_f64() * 1e6 / counted.promises as f64);
}
