//! The worked sets of the definitions, and one conversation for every rule.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::event::EventType;
use crate::event::when::MINUTE_US;

/// `01-02 10:00` of 2025, UTC.
fn at(text: &str) -> i64 {
    format!("2025-{}:00Z", text.replace(' ', "T")).parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

fn deed(when: &str, facets: Facets) -> Deed {
    Deed { us: at(when), record: at(when) / MINUTE_US, facets, ..Deed::default() }
}

fn talk(session: i64, deeds: Vec<Deed>) -> Talk {
    let started_us = deeds.iter().map(|deed| deed.us).min().unwrap();
    Talk { session, channel: "site".into(), kind: "dialogue".into(), started_us, gap_us: 30 * MINUTE_US, deeds }
}

fn of(deeds: Vec<Deed>) -> History {
    History { talks: vec![talk(1, deeds)], has_contact: true, ..History::default() }
}

fn said(when: &str, reply: &str) -> Deed {
    Deed { words: Words::of(reply), ..deed(when, Facets::REPLY) }
}

fn asked(when: &str) -> Deed {
    deed(when, Facets::INBOUND)
}

fn wants(when: &str) -> Deed {
    Deed { intent: Some("запись".into()), ..asked(when) }
}

fn reasons(history: &History, now: &str) -> Vec<&'static str> {
    let judged = judge(history, &Terms::default(), at(now));
    judged.cases[0].lost.iter().flat_map(|lost| &lost.all).map(|reason| reason.as_str()).collect()
}

#[test]
fn every_reason_speaks_when_its_time_has_come() {
    let claimed =
        of(vec![asked("01-01 12:00"), Deed { facets: Facets::REPLY | Facets::LEAD_CLAIMED, ..said("01-01 12:01", "Передам менеджеру") }]);
    assert_eq!((reasons(&claimed, "01-01 12:15"), reasons(&claimed, "01-01 12:16")), (vec![], vec!["R3"]));
    let promised = of(vec![asked("01-01 12:00"), said("01-01 12:01", "Записал вас на завтра в 15:00.")]);
    assert_eq!((reasons(&promised, "01-01 12:10"), reasons(&promised, "01-01 12:11")), (vec![], vec!["R4"]));
    let failed = of(vec![asked("01-01 12:00"), deed("01-01 12:00", Facets::FAILURE), said("01-01 12:01", "Секунду")]);
    assert_eq!(reasons(&failed, "01-01 13:00"), Vec::<&str>::new(), "something worked after");
    let failed = of(vec![asked("01-01 12:00"), said("01-01 12:00", "Секунду"), deed("01-01 12:01", Facets::FAILURE)]);
    assert_eq!((reasons(&failed, "01-01 12:30"), reasons(&failed, "01-01 12:31")), (vec![], vec!["R8"]));
    let unanswered = of(vec![said("01-01 11:59", "Здравствуйте"), asked("01-01 12:00")]);
    assert_eq!((reasons(&unanswered, "01-01 12:00"), reasons(&unanswered, "01-01 12:01")), (vec![], vec!["R1"]));
    let handed = of(vec![asked("01-01 12:00"), Deed { facets: Facets::REPLY | Facets::HANDOFF, ..said("01-01 12:01", "Зову коллегу") }]);
    assert_eq!((reasons(&handed, "01-01 12:15"), reasons(&handed, "01-01 12:16")), (vec![], vec!["R5"]));
    let undelivered = of(vec![
        asked("01-01 12:00"),
        said("01-01 12:01", "Да"),
        Deed { is_undelivered: true, kind: EventType::DeliveryStatus, ..deed("01-01 12:02", Facets::NONE) },
    ]);
    assert_eq!(reasons(&undelivered, "01-01 12:02"), ["R11"]);
    let unsure = |when| Deed { confidence: Some(0.4), ..said(when, "Уточните, пожалуйста") };
    let lost = of(vec![asked("01-01 12:00"), unsure("01-01 12:01"), asked("01-01 12:02"), unsure("01-01 12:03")]);
    assert_eq!((reasons(&lost, "01-01 13:02"), reasons(&lost, "01-01 13:03")), (vec![], vec!["R7"]));
    let full = of(vec![asked("01-01 12:00"), said("01-01 12:01", "К сожалению, свободных мест нет.")]);
    assert_eq!((reasons(&full, "01-01 13:00"), reasons(&full, "01-01 13:01")), (vec![], vec!["R9"]));
    let priced = of(vec![asked("01-01 12:00"), said("01-01 12:01", "Стрижка стоит 2500 рублей.")]);
    assert_eq!((reasons(&priced, "01-02 12:00"), reasons(&priced, "01-02 12:01")), (vec![], vec!["R12"]));
    let stalled = History {
        stalled_us: Some(at("01-01 12:05")),
        ..of(vec![asked("01-01 12:00"), Deed { is_carded: true, ..said("01-01 12:01", "Заявку принял") }])
    };
    assert_eq!((reasons(&stalled, "01-02 12:04"), reasons(&stalled, "01-02 12:05")), (vec![], vec!["R10"]));
}

#[test]
fn a_wish_to_book_that_ended_without_is_lost_and_without_a_contact_first_of_all_for_that() {
    let talked = vec![wants("01-01 12:00"), said("01-01 12:01", "На какой день?")];
    assert_eq!((reasons(&of(talked.clone()), "01-01 12:30"), reasons(&of(talked.clone()), "01-01 12:31")), (vec![], vec!["R2"]));
    let unknown = History { has_contact: false, ..of(talked) };
    assert_eq!(reasons(&unknown, "01-01 12:31"), ["R6", "R2"]);
}

#[test]
fn who_declined_or_booked_is_not_lost_and_who_booked_after_all_is_recovered() {
    let refused = of(vec![wants("01-01 12:00"), deed("01-01 12:01", Facets::REFUSED)]);
    assert_eq!(reasons(&refused, "01-03 12:00"), Vec::<&str>::new());
    let booked = of(vec![wants("01-01 12:00"), said("01-01 12:01", "Готово"), deed("01-01 12:02", Facets::BOOKING)]);
    assert_eq!(reasons(&booked, "01-03 12:00"), Vec::<&str>::new());
    let late = of(vec![wants("01-01 12:00"), said("01-01 12:01", "На какой день?"), deed("01-02 12:00", Facets::BOOKING)]);
    let judged = judge(&late, &Terms::default(), at("01-03 12:00"));
    assert_eq!((judged.cases[0].lost.is_some(), judged.cases[0].recovered_us), (false, None), "the conversation went on: it was not over");
    let mut history = of(vec![wants("01-01 12:00"), said("01-01 12:01", "На какой день?")]);
    history.outside = vec![deed("01-02 12:00", Facets::BOOKING)];
    let judged = judge(&history, &Terms::default(), at("01-03 12:00"));
    assert_eq!(
        (judged.cases[0].lost.as_ref().map(|lost| lost.reason), judged.cases[0].recovered_us),
        (Some(Reason::R2), Some(at("01-02 12:00")))
    );
}

#[test]
fn a_person_has_a_quarter_of_an_hour_while_they_work_and_half_an_hour_in_the_morning() {
    let handed =
        |when: &str| of(vec![Deed { facets: Facets::REPLY | Facets::HANDOFF | Facets::INBOUND, ..said(when, "Зову коллегу") }]);
    let due = |when: &str| judge(&handed(when), &Terms::default(), at(when)).due_us.unwrap();
    assert_eq!(due("01-01 20:59"), at("01-01 21:14"));
    assert_eq!(due("01-01 21:00"), at("01-02 10:30"));
    assert_eq!(due("01-02 03:00"), at("01-02 10:30"));
}

#[test]
fn an_old_card_is_no_created_lead() {
    let carded = Deed { is_carded: true, ..said("01-01 12:01", "Записываю") };
    let lead = |history: &History| {
        let case = judge(history, &Terms::default(), at("01-02 12:00")).cases[0].clone();
        (case.marks & marks::LEAD != 0, case.told & FunnelStep::Lead.bit() != 0)
    };
    assert_eq!(lead(&of(vec![asked("01-01 12:00"), carded.clone()])), (false, true), "they stand in the CRM, and were not created now");
    assert_eq!(lead(&of(vec![asked("01-01 12:00"), carded, deed("01-01 12:02", Facets::LEAD)])), (true, true));
    let mut told_by_crm = of(vec![asked("01-01 12:00"), said("01-01 12:01", "Да")]);
    told_by_crm.outside = vec![deed("01-01 12:05", Facets::LEAD)];
    assert_eq!(lead(&told_by_crm), (true, true), "the CRM tells of it later");
}

#[test]
fn a_person_is_waited_for_while_people_work() {
    let handed = |when: &str| Deed { facets: Facets::REPLY | Facets::HANDOFF, ..said(when, "Зову коллегу") };
    let person = |when: &str| deed(when, Facets::OPERATOR);
    let waited = |deeds: Vec<Deed>, now: &str| judge(&of(deeds), &Terms::default(), at(now)).cases[0].person_answer_ms;
    let minutes = |count: i64| Some(count * 60_000);
    let evening = vec![asked("01-01 20:50"), handed("01-01 20:50"), said("01-01 20:51", "Ждите"), person("01-02 10:05")];
    assert_eq!(waited(evening, "01-02 12:00"), minutes(15), "the night is nobody's");
    let night = vec![asked("01-01 23:00"), handed("01-01 23:00"), person("01-01 23:30")];
    assert_eq!(waited(night, "01-02 12:00"), Some(0), "who answers at night made nobody wait");
    let twice = vec![asked("01-01 12:00"), handed("01-01 12:00"), handed("01-01 12:04"), person("01-01 12:10"), person("01-01 12:20")];
    assert_eq!(waited(twice, "01-02 12:00"), minutes(10), "from the first hand-over to the first word");
    let alone = vec![person("01-01 11:00"), asked("01-01 12:00"), handed("01-01 12:00")];
    assert_eq!((waited(alone.clone(), "01-01 12:14"), waited(alone, "01-01 12:15")), (None, Some(i64::from(NEVER))));
    let by_person = vec![asked("01-01 12:00"), deed("01-01 12:01", Facets::OPERATOR | Facets::HANDOFF)];
    assert_eq!(waited(by_person, "01-01 13:00"), None, "a person is there already");
    assert_eq!(waited(vec![asked("01-01 12:00"), person("01-01 12:01")], "01-01 13:00"), None, "nobody was called");
}

#[test]
fn a_visit_is_put_together_from_what_different_hands_tell() {
    let visit = |facets, when: &str, booking: Option<&str>, starts: Option<&str>| Deed {
        booking: booking.map(str::to_owned),
        starts_us: starts.map(at),
        ..deed(when, facets)
    };
    let mut history = of(vec![asked("01-01 12:00"), visit(Facets::BOOKING, "01-01 12:01", None, Some("01-03 15:00"))]);
    history.outside = vec![
        visit(Facets::BOOKING, "01-01 12:03", Some("7"), Some("01-03 15:00")),
        visit(Facets::REMINDER, "01-02 15:00", Some("7"), None),
        visit(Facets::CONFIRMED | Facets::INBOUND, "01-02 15:05", None, None),
    ];
    let judged = judge(&history, &Terms::default(), at("01-03 16:01"));
    let [visit] = &judged.visits[..] else { panic!("{:?}", judged.visits) };
    assert_eq!(
        (visit.booking.as_deref(), visit.outcome, visit.reminded, visit.answer, visit.talk),
        (Some("7"), Outcome::Unknown, true, Some("confirmed"), Some(0))
    );
    history.outside.push(Deed { booking: Some("7".into()), ..deed("01-03 13:30", Facets::CANCELLED) });
    assert_eq!(judge(&history, &Terms::default(), at("01-04 00:00")).visits[0].outcome, Outcome::CancelledLate);
}

#[test]
fn bursts_wait_for_the_bot_and_silence_is_infinite() {
    let talked = of(vec![
        deed("01-01 12:00", Facets::INBOUND),
        Deed { us: at("01-01 12:00") + 2_000_000, ..deed("01-01 12:00", Facets::INBOUND) },
        Deed { us: at("01-01 12:00") + 4_500_000, ..said("01-01 12:00", "Да") },
        Deed { latency_ms: Some(900), ..deed("01-01 12:02", Facets::INBOUND | Facets::REPLY) },
        asked("01-01 12:10"),
    ]);
    let judged = |now| judge(&talked, &Terms::default(), at(now)).cases[0].clone();
    assert_eq!((judged("01-01 12:10").answers, judged("01-01 12:11").answers), (vec![2500, 900], vec![2500, 900, NEVER]));
    assert_eq!(judged("01-01 12:10").first_answer_ms, Some(4500));
}

#[test]
fn the_funnel_is_closed_and_what_nobody_tells_is_passed_over() {
    let told = |steps: &[FunnelStep]| steps.iter().fold(0, |all, step| all | step.bit());
    let all = told(&STEPS);
    assert!(FunnelStep::Lead.is_reached(told(&[FunnelStep::Wrote, FunnelStep::Booked]), all), "a booking implies what comes before");
    assert!(!FunnelStep::Contact.is_reached(told(&[FunnelStep::Wrote, FunnelStep::Contact]), all), "a phone alone is no step forward");
    let measured = told(&[FunnelStep::Wrote, FunnelStep::Intent, FunnelStep::Contact]);
    assert!(FunnelStep::Contact.is_reached(measured, measured), "nobody tells of offers here");
    assert!(!FunnelStep::Offered.is_reached(measured, measured));
}

#[test]
fn a_booking_in_another_conversation_is_the_same_client() {
    let first = talk(1, vec![wants("01-01 12:00"), said("01-01 12:01", "На какой день?")]);
    let soon = talk(2, vec![wants("01-01 12:20"), deed("01-01 12:25", Facets::BOOKING)]);
    let judged =
        judge(&History { talks: vec![first.clone(), soon], has_contact: true, ..History::default() }, &Terms::default(), at("01-09 12:00"));
    assert_eq!((judged.cases[0].lost.is_some(), judged.cases[0].booked_us), (false, None), "booked before it was over: in the second one");
    let later = talk(2, vec![wants("01-02 12:00"), deed("01-02 12:05", Facets::BOOKING)]);
    let judged = judge(
        &History { talks: vec![first.clone(), later], has_contact: true, ..History::default() },
        &Terms::default(),
        at("01-09 12:00"),
    );
    assert_eq!(judged.cases[0].recovered_us, Some(at("01-02 12:05")), "nobody has to call them");
    let much_later = talk(2, vec![wants("01-20 12:00"), deed("01-20 12:05", Facets::BOOKING)]);
    let judged =
        judge(&History { talks: vec![first, much_later], has_contact: true, ..History::default() }, &Terms::default(), at("01-22 12:00"));
    assert_eq!((judged.cases[0].lost.is_some(), judged.cases[0].recovered_us), (true, None), "another wish, after the window");
}

#[test]
fn only_who_said_so_wanted_to_book() {
    let judged = judge(&of(vec![asked("01-01 12:00"), deed("01-01 12:05", Facets::BOOKING)]), &Terms::default(), at("01-02 12:00"));
    assert_eq!(judged.cases[0].marks & (marks::INTENT | marks::BOOKED), marks::BOOKED, "a share of those who booked would be 100 %");
}

#[test]
fn what_tests_and_staff_book_is_nobodys_visit() {
    let trial = talk(1, vec![Deed { intent: Some("test".into()), ..asked("01-01 12:00") }, deed("01-01 12:05", Facets::BOOKING)]);
    let real = talk(2, vec![wants("01-01 11:00"), said("01-01 11:01", "На какой день?")]);
    let mut history = History { talks: vec![real, trial], has_contact: true, ..History::default() };
    history.outside = vec![Deed { left_out: Some("staff".into()), ..deed("01-01 13:00", Facets::BOOKING) }];
    let judged = judge(&history, &Terms::default(), at("01-05 12:00"));
    assert_eq!((judged.visits.len(), judged.cases[0].booked_us), (0, None));
}

#[test]
fn a_card_that_the_crm_has_not_is_a_lead_that_is_only_claimed() {
    let told = Deed { is_carded: true, ..deed("01-01 12:01", Facets::LEAD) };
    let mut history = of(vec![asked("01-01 12:00"), told.clone(), said("01-01 12:01", "Заявку принял")]);
    assert_eq!(reasons(&history, "01-01 13:00"), Vec::<&str>::new(), "nobody says otherwise");
    history.absent = [told.record].into();
    assert_eq!((reasons(&history, "01-01 12:15"), reasons(&history, "01-01 12:16")), (vec![], vec!["R3"]));
    let judged = judge(&history, &Terms::default(), at("01-01 12:16"));
    assert_eq!(judged.cases[0].lost.as_ref().map(|lost| lost.evidence.clone()), Some(vec![told.record]));
    history.absent = [9].into();
    assert_eq!(reasons(&history, "01-01 13:00"), Vec::<&str>::new(), "of another conversation");
}

#[test]
fn a_reminder_that_fails_in_march_is_not_about_the_talks_of_january() {
    let talks = vec![talk(1, vec![asked("01-01 12:00"), said("01-01 12:01", "Да")]), talk(2, vec![asked("02-01 12:00")])];
    let failed = Deed { is_undelivered: true, ..deed("03-01 12:00", Facets::REMINDER) };
    let judged =
        judge(&History { talks, outside: vec![failed], has_contact: true, ..History::default() }, &Terms::default(), at("03-02 12:00"));
    let all = |index: usize| judged.cases[index].lost.iter().flat_map(|lost| lost.all.clone()).collect::<Vec<_>>();
    assert_eq!((all(0), all(1)), (vec![], vec![Reason::R1, Reason::R11]));
}

#[test]
fn what_is_told_in_another_order_or_of_another_event_counts_too() {
    let lead_first = of(vec![
        asked("01-01 12:00"),
        deed("01-01 12:01", Facets::LEAD),
        Deed { facets: Facets::REPLY | Facets::LEAD_CLAIMED, ..said("01-01 12:02", "Создал заявку") },
    ]);
    assert_eq!(reasons(&lead_first, "01-01 13:00"), Vec::<&str>::new());
    let doubt = |when| Deed { confidence: Some(0.4), ..asked(when) };
    let unsure = of(vec![doubt("01-01 12:00"), said("01-01 12:01", "Что именно?"), doubt("01-01 12:02"), said("01-01 12:03", "А точнее?")]);
    assert_eq!(reasons(&unsure, "01-01 13:03"), ["R7"]);
}

#[test]
fn an_answer_that_is_told_with_the_question_ends_the_wait() {
    let both = Deed { latency_ms: Some(2_000), ..deed("01-01 12:01", Facets::INBOUND | Facets::REPLY) };
    let judged = judge(&of(vec![asked("01-01 12:00"), both]), &Terms::default(), at("01-01 13:00"));
    assert_eq!(judged.cases[0].answers, [2_000, 62_000]);
    let ignored = judge(&of(vec![asked("01-01 12:00")]), &Terms::default(), at("01-01 13:00"));
    assert_eq!(ignored.cases[0].first_answer_ms, Some(i64::from(NEVER)), "who is ignored waits for ever, and is counted");
}
