//! A small salon: what each question finds in it.

#![allow(clippy::unwrap_used)]

use rusqlite::Connection;

use super::*;
use crate::event::BusinessId;
use crate::journal::testing::{Pen, empty};

const SALON: BusinessId = BusinessId(1);

/// One event; `at` is minutes after noon.
fn json(id: &str, at: u32, rest: &str) -> String {
    format!(r#"{{"event_id":"{id}","timestamp":"2025-01-01T{:02}:{:02}:00+03:00",{rest}}}"#, 12 + at / 60, at % 60)
}

/// Anna on WhatsApp books, Boris on Telegram is refused, somebody on the site is not answered; another business says the same words.
fn salon() -> (Connection, Pen) {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, SALON);
    let anna = r#""channel":"whatsapp","client":{"phone":"+79211234567","name":"Анна Ёлкина"}"#;
    let boris = r#""channel":"telegram","client":{"channel_id":"777","name":"Борис"}"#;
    for json in [
        json("a1", 0, &format!(r#"{anna},"session_id":"sess_a","text":"Хочу записаться на стрижку","intent":"запись","confidence":0.9"#)),
        json("b1", 5, &format!(r#"{boris},"text":"Отмените мою запись","intent":"отмена","confidence":0.4"#)),
        json(
            "a2",
            10,
            &format!(r#"{anna},"session_id":"sess_a","bot_response":"Записал на 15:00","action":"create_booking","crm_id":"BX_LEAD_4521""#),
        ),
        json("b2", 15, &format!(r#"{boris},"type":"client_refused","text":"не приду""#)),
        json("w1", 20, r#""channel":"site","session_id":"web-1","text":"Есть кто живой?""#),
        json("r1", 600, &format!(r#"{anna},"type":"reminder_sent","bot_response":"Ждём вас завтра""#)),
        json("a1", 700, &format!(r#"{anna},"session_id":"sess_a","text":"Тот же номер, другие слова""#)),
    ] {
        pen.event(&tx, &json).unwrap();
    }
    pen.flush(&tx);
    let mut other = Pen::new(&tx, BusinessId(2));
    other
        .event(
            &tx,
            &json("a1", 0, r#""channel":"site","session_id":"web-1","client":{"phone":"+79211234567","name":"Анна"},"text":"запись""#),
        )
        .unwrap();
    other.flush(&tx);
    tx.commit().unwrap();
    (conn, pen)
}

fn pids(listed: &Listed<SessionLine>) -> Vec<&str> {
    listed.items.iter().map(|line| line.session.pid.as_str()).collect()
}

fn list(conn: &Connection, filter: &SessionFilter) -> Vec<String> {
    pids(&sessions(conn, SALON, filter, &Page::new(10, None)).unwrap()).into_iter().map(str::to_owned).collect()
}

#[test]
fn conversations_are_listed_newest_first_and_filtered() {
    let (conn, _) = salon();
    let all = list(&conn, &SessionFilter::default());
    let boris = all[2].clone();
    assert_eq!(all, ["sess_a", "web-1", &boris]);
    assert!(boris.starts_with("s_"));
    let some = |text: &str| Some(text.to_owned());
    let filters = [
        (SessionFilter { channel: some("telegram"), ..SessionFilter::default() }, vec![&*boris]),
        (SessionFilter { outcome: some("booked"), ..SessionFilter::default() }, vec!["sess_a"]),
        (SessionFilter { outcome: some("unanswered"), ..SessionFilter::default() }, vec!["web-1"]),
        (SessionFilter { intent: some("отмена"), ..SessionFilter::default() }, vec![&*boris]),
        (SessionFilter { below_confidence: Some(0.5), ..SessionFilter::default() }, vec![&*boris]),
        (SessionFilter { text: some("запись"), ..SessionFilter::default() }, vec!["sess_a", &*boris]),
        (SessionFilter { text: some("отмену записи "), ..SessionFilter::default() }, vec![&*boris]),
        (SessionFilter { text: some("запись"), outcome: some("booked"), ..SessionFilter::default() }, vec!["sess_a"]),
        (SessionFilter { text: some("!"), ..SessionFilter::default() }, vec![]),
        (SessionFilter { client: some("c_nobody"), ..SessionFilter::default() }, vec![]),
        (SessionFilter { client: some("c_nobody"), text: some("запись"), ..SessionFilter::default() }, vec![]),
    ];
    for (filter, expected) in filters {
        assert_eq!(list(&conn, &filter), expected, "{filter:?}");
    }
    let line = &sessions(&conn, SALON, &SessionFilter::default(), &Page::new(1, None)).unwrap().items[0];
    let client = line.client.as_ref().unwrap();
    assert_eq!((client.name.as_deref(), line.session.outcome()), (Some("Анна Ёлкина"), "booked"));
    let of_anna = SessionFilter { client: Some(client.pid.clone()), ..SessionFilter::default() };
    assert_eq!(list(&conn, &of_anna), ["sess_a"]);
    assert_eq!(list(&conn, &SessionFilter { text: some("стрижка"), ..of_anna }), ["sess_a"]);
    let (from_us, to_us) = (Some(line.session.last_us), Some(line.session.last_us));
    assert_eq!(list(&conn, &SessionFilter { from_us, ..SessionFilter::default() }), ["sess_a"]);
    assert_eq!(list(&conn, &SessionFilter { to_us, ..SessionFilter::default() }), ["web-1", &boris]);
}

#[test]
fn pages_go_on_where_the_one_before_ended() {
    let (conn, _) = salon();
    for filter in [SessionFilter::default(), SessionFilter { text: Some("записать".into()), ..SessionFilter::default() }] {
        let whole = list(&conn, &filter);
        let (mut pages, mut after) = (Vec::new(), None);
        for _ in 0..10 {
            let page = sessions(&conn, SALON, &filter, &Page::new(1, after)).unwrap();
            pages.extend(pids(&page).into_iter().map(str::to_owned));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, whole);
    }
}

#[test]
fn a_conversation_has_its_events_in_order() {
    let (conn, _) = salon();
    let found = session(&conn, SALON, "sess_a").unwrap().unwrap();
    let ids: Vec<&str> = found.events.iter().map(|line| line.row.event_id.as_str()).collect();
    assert_eq!((ids, found.more), (vec!["a1", "a2", "a1"], false));
    assert!(session(&conn, SALON, "sess_b").unwrap().is_none());
    assert_eq!(session(&conn, BusinessId(2), "web-1").unwrap().unwrap().events.len(), 1, "the same id in another business");
}

#[test]
fn events_are_listed_by_any_of_their_filters() {
    let (conn, pen) = salon();
    let ids = |filter: EventFilter| {
        let listed = events(&conn, SALON, &filter, &Page::new(10, None)).unwrap();
        listed.items.into_iter().map(|line| line.row.event_id).collect::<Vec<_>>().join(" ")
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(ids(EventFilter::default()), "a1 r1 w1 b2 a2 b1 a1");
    assert_eq!(ids(EventFilter { kind: some("client_refused"), ..EventFilter::default() }), "b2");
    assert_eq!(ids(EventFilter { channel: some("telegram"), ..EventFilter::default() }), "b2 b1");
    assert_eq!(ids(EventFilter { intent: some("отмена"), ..EventFilter::default() }), "b1");
    assert_eq!(ids(EventFilter { session: some("sess_a"), ..EventFilter::default() }), "a1 a2 a1");
    assert_eq!(ids(EventFilter { session: some("nowhere"), ..EventFilter::default() }), "");
    let line = event(&conn, SALON, event_by_id(&conn, &pen.keys, "b1").unwrap()[0]).unwrap().unwrap();
    let boris = line.client.unwrap().pid;
    assert_eq!(ids(EventFilter { client: Some(boris), ..EventFilter::default() }), "b2 b1");
    let two = events(&conn, SALON, &EventFilter::default(), &Page::new(2, None)).unwrap();
    let rest = events(&conn, SALON, &EventFilter::default(), &Page::new(10, two.next)).unwrap();
    assert_eq!((rest.items[0].row.event_id.as_str(), rest.items.len(), rest.next), ("w1", 5, None));
}

#[test]
fn an_event_id_with_other_bytes_is_two_records() {
    let (conn, pen) = salon();
    let records = event_by_id(&conn, &pen.keys, "a1").unwrap();
    assert_eq!(records.iter().map(|record| record.index()).collect::<Vec<_>>(), [0, 6]);
    assert!(event(&conn, BusinessId(2), records[1]).unwrap().is_none(), "not another business's");
    assert!(event_by_id(&conn, &pen.keys, "a9").unwrap().is_empty());
}

#[test]
fn a_client_has_everything_over_all_merges() {
    let (mut conn, pen) = salon();
    let found = search(&conn, &pen.keys, "Борис", &Page::new(10, None)).unwrap();
    let boris = found.clients[0].client.pid.clone();
    let anna = search(&conn, &pen.keys, "ёлк", &Page::new(10, None)).unwrap().clients[0].client.pid.clone();
    let alone = client(&conn, SALON, &anna).unwrap().unwrap();
    assert_eq!((alone.known.len(), alone.sessions.items.len(), alone.outside.len(), alone.merged.len()), (2, 1, 1, 0));
    let tx = conn.transaction().unwrap();
    super::super::merges::merge(&tx, SALON, &anna, &boris).unwrap();
    tx.commit().unwrap();
    let both = client(&conn, SALON, &boris).unwrap().unwrap();
    assert_eq!((both.client.pid.as_str(), both.merged[0].pid.as_str()), (anna.as_str(), boris.as_str()));
    assert_eq!((both.known.len(), both.sessions.items.len()), (3, 2));
    assert!(both.known.iter().any(|known| known.kind == "channel" && known.client == boris));
    assert_eq!(list(&conn, &SessionFilter { client: Some(boris), ..SessionFilter::default() }).len(), 2);
    assert!(client(&conn, BusinessId(2), &anna).unwrap().is_none());
}

#[test]
fn two_known_clients_in_one_event_are_alike_from_either_side() {
    let (mut conn, mut pen) = salon();
    let tx = conn.transaction().unwrap();
    pen.event(&tx, &json("x1", 710, r#""channel":"telegram","client":{"channel_id":"777","phone":"8 921 123-45-67"},"text":"это я""#))
        .unwrap();
    pen.flush(&tx);
    tx.commit().unwrap();
    let pid = |name: &str| search(&conn, &pen.keys, name, &Page::new(10, None)).unwrap().clients[0].client.pid.clone();
    let (anna, boris) = (pid("анна"), pid("борис"));
    for (one, other) in [(&anna, &boris), (&boris, &anna)] {
        let alike = client(&conn, SALON, one).unwrap().unwrap().likenesses;
        assert_eq!(alike.iter().map(|like| &like.client.pid).collect::<Vec<_>>(), [other]);
    }
}

#[test]
fn search_finds_people_cards_ids_and_words() {
    let (conn, pen) = salon();
    let found = |question: &str| search(&conn, &pen.keys, question, &Page::new(10, None)).unwrap();
    let by = |question: &str| found(question).clients.first().map(|hit| (hit.by, hit.value.clone()));
    for phone in ["8 (921) 123-45-67", "+79211234567"] {
        assert_eq!(by(phone), Some(("phone", "+79211234567".into())), "{phone}");
    }
    for tail in ["4567", "34567", "123-45-67"] {
        assert_eq!(by(tail).map(|(by, _)| by), Some("phone"), "{tail}");
    }
    assert_eq!(by("94567"), None);
    for card in ["BX_LEAD_4521", "4521"] {
        assert_eq!(by(card), Some(("crm", "lead:4521".into())), "{card}");
    }
    assert_eq!(by("777").map(|(by, _)| by), Some("channel"));
    assert_eq!(by("елкина"), Some(("name", "Анна Ёлкина".into())));
    assert_eq!(by("лкина"), None);
    assert_eq!(found("web-1").sessions.len(), 1);
    assert_eq!(found("b2").hits.items[0].line.row.event_id, "b2");
    assert_eq!(found("a1").hits.items.len(), 2, "both records of a conflict");
    let said = found("записями");
    let texts: Vec<&str> = said.hits.items.iter().map(|hit| hit.snippet.text.as_str()).collect();
    assert_eq!(texts, ["Записал на 15:00", "Отмените мою запись", "Хочу записаться на стрижку"]);
    assert!(said.hits.items[0].in_reply && !said.hits.items[1].in_reply);
    assert_eq!(said.hits.items[1].snippet.parts().collect::<Vec<_>>(), [(false, "Отмените мою "), (true, "запись")]);
    let page = search(&conn, &pen.keys, "записями", &Page::new(2, None)).unwrap();
    let rest = search(&conn, &pen.keys, "записями", &Page::new(2, page.hits.next)).unwrap();
    assert_eq!((page.hits.items.len(), rest.hits.items.len(), rest.hits.next), (2, 1, None));
    for nothing in ["", " ", "\"", "нетакогослова", "*"] {
        let found = found(nothing);
        assert!(found.clients.is_empty() && found.hits.items.is_empty(), "{nothing}");
    }
}

#[test]
fn select_boxes_offer_what_occurs() {
    let (conn, _) = salon();
    let found = filters(&conn, SALON).unwrap();
    assert_eq!(found.channels.into_iter().collect::<Vec<_>>(), ["site", "telegram", "whatsapp"]);
    assert_eq!(found.outcomes, ["booked", "refused", "unanswered"]);
    assert_eq!(found.intents.into_iter().collect::<Vec<_>>(), ["запись", "отмена"]);
}
