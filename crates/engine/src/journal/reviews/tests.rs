#![allow(clippy::unwrap_used)]
use rand::SeedableRng;

use super::*;
use crate::event::review::{Draw, Drawn, Fault, Label, ReviewQueue};
use crate::event::when::MINUTE_US;
use crate::event::{BusinessId, RecordNo};
use crate::journal::sessions::Gaps;
use crate::journal::testing::{NOON, Pen, empty};
use crate::journal::{extent, gone};

const SALON: BusinessId = BusinessId(1);

fn event(id: &str, session: &str, more: &str) -> String {
    format!(
        r#"{{"event_id":"{id}","timestamp":"2025-01-01T12:00:00Z","channel":"telegram","session_id":"{session}","client":{{"phone":"+7921555010{}"}}{more}}}"#,
        session.len() % 10
    )
}

fn unsure(confidence: f64) -> String {
    format!(r#","text":"сколько стоит?","bot_response":"1500","intent":"цена","confidence":{confidence}"#)
}

fn draw(queue: ReviewQueue, units: &str, sessions: Vec<Drawn>) -> Draw {
    let (from_us, to_us, frame) = (NOON, NOON + 1, String::new());
    Draw { queue, period: "2025-01".into(), from_us, to_us, seed: 7, frame, sessions, units: units.into(), rest: 2, through: None }
}

fn found(record: u64, right: bool, truth: Option<&str>) -> Label {
    Label {
        record,
        queue: ReviewQueue::Low,
        assigned: Some("цена".into()),
        right: Some(right),
        truth: truth.map(str::to_owned),
        faults: vec![Fault::Rude],
        note: None,
        design: None,
    }
}

fn decision(index: u64) -> RecordNo {
    RecordNo::new(SALON, index)
}

#[test]
fn units_are_events_with_an_intent_by_the_month_their_conversation_began() {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, SALON);
    pen.event(&tx, &event("a1", "a", &unsure(0.59)));
    pen.event(&tx, &event("a2", "a", &unsure(0.6)));
    pen.event(&tx, &event("a3", "a", r#","text":"спасибо""#));
    pen.event(&tx, &event("b1", "bb", r#","text":"да","intent":"прочее""#));
    pen.event(&tx, &event("c1", "ccc", r#","text":"да""#));
    pen.flush(&tx);
    let begun = population(&tx, SALON, NOON - MINUTE_US, NOON + MINUTE_US).unwrap();
    assert_eq!((begun.low(), begun.rest()), (vec![0], 2), "0.6 is sure enough, and no confidence is not under it");
    assert_eq!(begun.sessions.keys().copied().collect::<Vec<_>>(), [0, 3, 4], "a conversation without units counts too");
    assert_eq!((begun.rest_of(0), begun.rest_of(4), begun.rest_of(9)), (vec![1], vec![], vec![]));
    assert_eq!(population(&tx, SALON, NOON + MINUTE_US, NOON + 70_000_000).unwrap(), Population::default());
    assert_eq!(population(&tx, BusinessId(2), 0, i64::MAX).unwrap(), Population::default());
}

#[test]
fn a_draw_a_label_a_correction_a_second_opinion() {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, SALON);
    for (id, session) in [("a1", "a"), ("a2", "a"), ("b1", "bb")] {
        pen.event(&tx, &event(id, session, &unsure(0.4)));
    }
    pen.flush(&tx);
    // 7 is not there: it went before the draw was recorded.
    drawn(&tx, decision(10), &draw(ReviewQueue::Random, "0,7", vec![Drawn { session: 0, units: "1".into() }])).unwrap();
    drawn(&tx, decision(11), &draw(ReviewQueue::Random, "0", vec![Drawn { session: 2, units: String::new() }])).unwrap();
    let numbers = |queue| items(&tx, SALON, queue).unwrap().iter().map(|item| (item.record.index(), item.draw.index())).collect::<Vec<_>>();
    assert_eq!(
        (numbers(ReviewQueue::Low), numbers(ReviewQueue::Random)),
        (vec![(0, 10)], vec![(1, 10), (2, 11)]),
        "the first draw brought it"
    );
    let done = |queue| tallies(&tx, SALON).unwrap().into_iter().find(|(known, _)| *known == queue).unwrap().1;
    assert_eq!(done(ReviewQueue::Random), Tally { all: 2, done: 0, second: 0 });

    tx.execute("UPDATE review_items SET second = (record & 1099511627775 = 0)", []).unwrap();
    let shown = || item(&tx, ReviewQueue::Low, decision(0)).unwrap().unwrap();
    assert!(shown().is_for("anna") && shown().standing("anna") == Standing::Open);
    label(&tx, decision(12), "anna", 1, &found(0, false, Some("адрес"))).unwrap();
    assert_eq!((shown().standing("anna"), shown().standing("boris")), (Standing::Mine, Standing::Second));
    label(&tx, decision(13), "anna", 2, &found(0, true, None)).unwrap();
    label(&tx, decision(14), "boris", 3, &found(0, false, None)).unwrap();
    let opinions = shown().opinions;
    let said: Vec<_> = opinions.iter().map(|said| (said.reviewer.as_str(), said.right, said.truth.as_deref(), said.faults.len())).collect();
    assert_eq!(said, [("anna", Some(true), Some("цена"), 1), ("boris", Some(false), None, 1)]);
    assert_eq!((shown().standing("vera"), done(ReviewQueue::Low)), (Standing::Done, Tally { all: 1, done: 1, second: 0 }));
    // Looked at in one queue of intents is looked at in the other; a complaint is another question.
    assert_eq!(of_item(&tx, decision(0), ReviewQueue::Random).unwrap().len(), 2);
    assert_eq!(of_item(&tx, decision(0), ReviewQueue::Complaint).unwrap().len(), 0);

    assign(&tx, SALON, ReviewQueue::Random, "1-2,99", Some("boris")).unwrap();
    let one = item(&tx, ReviewQueue::Random, decision(1)).unwrap().unwrap();
    assert!(one.is_for("boris") && !one.is_for("anna"));
}

#[test]
fn a_program_tells_of_an_event_that_is_there_and_not_in_its_conversation() {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, SALON);
    let told = |id: &str, of: &str, more: &str| {
        format!(
            r#"{{"event_id":"{id}","timestamp":"2025-01-01T13:00:00Z","channel":"review","type":"review_labelled","session_id":"a","operator":"anna",
                "meta":{{"review":{{"of":"{of}","faults":["rude","of a later version"]}}}}{more}}}"#
        )
    };
    pen.event(&tx, &told("r0", "a1", r#","intent":"цена""#));
    let item = pen.event(&tx, &event("a1", "a", &unsure(0.4))).unwrap();
    pen.event(&tx, &told("r1", "a1", r#","intent":"цена""#));
    pen.event(&tx, &told("r2", "nowhere", r#","intent":"цена""#));
    pen.flush(&tx);
    let found = of_item(&tx, item, ReviewQueue::Low).unwrap();
    assert_eq!(found.len(), 1, "told before the event it speaks of, or of none: nothing");
    assert_eq!((found[0].right, found[0].truth.as_deref(), found[0].faults.as_slice()), (Some(true), Some("цена"), &[Fault::Rude][..]));
    assert_eq!(all(&tx, SALON).unwrap().keys().copied().collect::<Vec<_>>(), [item.index()]);
    let events: i64 = tx.query_row("SELECT events FROM sessions", [], |row| row.get(0)).unwrap();
    assert_eq!(events, 1, "what is said about a conversation is not said in it");
}

#[test]
fn what_is_erased_is_looked_at_by_nobody_and_a_note_goes_with_its_record() {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, SALON);
    let gone_soon = pen.event(&tx, &event("a1", "a", &unsure(0.4))).unwrap();
    let stays = pen.event(&tx, &event("b1", "bb", &unsure(0.4))).unwrap();
    pen.flush(&tx);
    drawn(&tx, decision(10), &draw(ReviewQueue::Low, "0-1", Vec::new())).unwrap();
    want(&tx, decision(11), 0).unwrap();
    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let words = "Анна жаловалась на боль";
    let sealed = |record, rng: &mut _| note::seal(&tx, &pen.keys, record, words, rng).unwrap().unwrap();
    let (one, other) = (sealed(gone_soon, &mut rng), sealed(stays, &mut rng));
    assert!(!one.contains("Анна") && note::open(&tx, &pen.keys, gone_soon, &one).unwrap().as_deref() == Some(words));
    assert_eq!(note::open(&tx, &pen.keys, stays, &one).unwrap(), None, "sealed with that record and no other");
    label(&tx, decision(12), "anna", 1, &Label { note: Some(one.clone()), ..found(0, true, None) }).unwrap();

    let pid = extent::known_by(&tx, &pen.keys, "phone", "+79215550101").unwrap().unwrap();
    let extent = extent::of_client(&tx, &pen.keys, &pid).unwrap().unwrap();
    let touched = gone::remove(&tx, &extent.records).unwrap();
    gone::settle(&tx, &pen.keys, Gaps::default(), &touched).unwrap();
    let left: Vec<u64> = items(&tx, SALON, ReviewQueue::Low).unwrap().iter().map(|item| item.record.index()).collect();
    assert_eq!((left, items(&tx, SALON, ReviewQueue::Complaint).unwrap().len()), (vec![1], 0));
    assert_eq!(note::open(&tx, &pen.keys, gone_soon, &one).unwrap(), None, "its key is gone");
    assert_eq!(note::open(&tx, &pen.keys, stays, &other).unwrap().as_deref(), Some(words));
    assert_eq!(all(&tx, SALON).unwrap()[&0].len(), 1, "that the intent was right is still counted");
}
