//! Reports over conversations that were counted: what they say, and what they must not hold.
#![allow(clippy::unwrap_used)]

use rusqlite::{Connection, params};

use super::*;
use crate::event::BusinessId;
use crate::event::when::{DAY_US, HOUR_US};
use crate::journal::testing::empty;
use crate::metrics::judge::FunnelStep;

/// Monday, 6 January 2025, midnight in Moscow.
const MONDAY_US: i64 = 1_736_110_800_000_000;

fn journal() -> Connection {
    let conn = empty();
    conn.execute_batch(crate::access::SCHEMA).unwrap();
    conn
}

fn salon(name: &str) -> Business {
    let (slug, kind) = ("salon".parse().unwrap(), crate::access::BusinessKind::Salon);
    let timezone = "Europe/Moscow".to_owned();
    Business { id: BusinessId(1), slug, name: name.parse().unwrap(), kind, timezone, created_us: 0 }
}

/// Conversations of a week: so many, so many of them booked, so many lost by each reason.
fn week(conn: &Connection, from_us: i64, count: i64, booked: i64, lost: &[(&str, i64)]) {
    let mut reasons = lost.iter().flat_map(|(reason, count)| (0..*count).map(move |_| *reason));
    for number in 0..count {
        let is_booked = number < booked;
        let told = FunnelStep::Wrote.bit() | FunnelStep::Intent.bit() | if is_booked { FunnelStep::Booked.bit() } else { 0 };
        let reason = if is_booked { None } else { reasons.next() };
        let channel = if number % 3 == 0 { "telegram" } else { "<b>site</b>" };
        let started_us = from_us + number * 7 * DAY_US / count;
        let answers = 1_800_u32.to_le_bytes();
        let sql =
            "INSERT INTO cases (business, started_us, id, person, channel, marks, told, booked_us, paid_minor, answers, lost, replies)
                   VALUES (1, ?1, ?2, ?3, ?4, 0, ?5, ?6, 0, ?7, ?8, 1)";
        let values =
            params![started_us, number, from_us / DAY_US * 1000 + number, channel, told, is_booked.then_some(started_us), answers, reason];
        conn.execute(sql, values).unwrap();
    }
}

fn asked(kind: Kind, language: &str) -> Asked {
    Asked { kind, language: language.into(), from_us: MONDAY_US, to_us: MONDAY_US + 7 * DAY_US, with_access: true }
}

fn make(conn: &Connection, asked: &Asked) -> Report {
    Reports::default().make(conn, &salon("Салон"), None, asked, MONDAY_US + 20 * DAY_US).unwrap()
}

#[test]
fn the_week_in_words_with_its_interval_and_the_week_before() {
    let conn = journal();
    week(&conn, MONDAY_US, 48, 12, &[("R1", 5), ("R6", 2)]);
    week(&conn, MONDAY_US - 7 * DAY_US, 40, 10, &[]);
    let report = make(&conn, &asked(Kind::Weekly, "ru"));
    // Wilson of 12 in 48: 14.9 % to 38.8 %.
    let headline = "За неделю написали 48 человек, записались 12 – 25 % (от 15 % до 39 %).";
    assert!(report.text.contains(headline), "{}", report.text);
    assert!(report.text.contains("не отличить от случайности") && report.text.contains("Больше всего потерь"), "{}", report.text);
    assert_eq!(report.title, "Салон: неделя 6 – 12 января 2025");
    let html = report.html.unwrap();
    assert!(html.contains(headline) && html.contains("без ответа") && html.contains("12 из 48") && html.contains("14,9 % … 38,8 %"));
    assert!(
        !html.contains("<script") && !html.contains("http:") && !html.contains("https:") && !html.contains("url("),
        "it fetches nothing"
    );
    assert!(html.contains("&#60;b&#62;site") && !html.contains("<b>site"), "words of clients are no markup");
    let english = make(&conn, &asked(Kind::Weekly, "en"));
    assert!(english.text.contains("48 people wrote this week, 12 booked – 25% (15% to 39%)."), "{}", english.text);
    assert!(!english.html.unwrap().contains("{ $"), "every text has its values");
}

#[test]
fn few_are_called_few_and_none_are_no_zero() {
    let conn = journal();
    let quiet = make(&conn, &asked(Kind::Weekly, "ru"));
    assert!(quiet.text.contains("никто не написал") && quiet.text.contains("сравнить не с чем"), "{}", quiet.text);
    week(&conn, MONDAY_US, 7, 4, &[]);
    let few = make(&conn, &asked(Kind::Weekly, "ru"));
    assert!(few.text.contains("записались 4 – 57 % (мало данных: от 25 % до 84 %"), "{}", few.text);
    assert!(few.html.unwrap().contains("мало данных"));
}

#[test]
fn a_worse_week_is_said_to_be_worse() {
    let conn = journal();
    week(&conn, MONDAY_US, 400, 40, &[]);
    week(&conn, MONDAY_US - 7 * DAY_US, 400, 120, &[]);
    let worse = make(&conn, &asked(Kind::Weekly, "ru"));
    assert!(worse.text.contains("Стало хуже: неделей раньше записались 30 %") && worse.text.contains("−20,0 п. п."), "{}", worse.text);
}

#[test]
fn a_digest_is_short_whatever_happened() {
    let conn = journal();
    let all: Vec<(&str, i64)> = crate::metrics::judge::Reason::ALL.iter().map(|reason| (reason.as_str(), 3)).collect();
    week(&conn, MONDAY_US, 70, 20, &all);
    let day = Asked { to_us: MONDAY_US + DAY_US, ..asked(Kind::Digest, "ru") };
    let digest = make(&conn, &day);
    assert!(digest.text.starts_with("Салон, 6 января 2025\n\nНаписали: 10\nЗаписались: 10"), "{}", digest.text);
    let whole = make(&conn, &asked(Kind::Digest, "ru"));
    assert!(whole.text.contains("Потеряно диалогов: 36 (") && whole.text.contains("другое – 24"), "{}", whole.text);
    assert!(whole.html.is_none() && whole.text.chars().count() <= TEXT_CHARS);
    let long = Reports::default().make(&conn, &salon(&"Ы".repeat(120)), None, &asked(Kind::Digest, "ru"), MONDAY_US).unwrap();
    assert!(long.text.chars().count() <= TEXT_CHARS);
    let quiet = make(&conn, &Asked { from_us: MONDAY_US + 8 * DAY_US, to_us: MONDAY_US + 9 * DAY_US, ..day });
    assert!(quiet.text.contains("Никто не писал"), "{}", quiet.text);
}

#[test]
fn an_audit_names_who_looked_only_to_whom_may_know() {
    let conn = journal();
    let sql = "INSERT INTO access_trail (at_us, business_id, who, what, target) VALUES (?1, 1, 'local', 'exported', 'dossier')";
    conn.execute(sql, [MONDAY_US + HOUR_US]).unwrap();
    let open = make(&conn, &asked(Kind::Audit, "ru"));
    assert!(open.text.contains("Всё на месте") && open.text.contains("Доступно за 30 дн."), "{}", open.text);
    let html = open.html.unwrap();
    assert!(html.contains("команды на сервере") && html.contains("свидетелей нет"));
    let closed = make(&conn, &Asked { with_access: false, ..asked(Kind::Audit, "ru") });
    assert!(!closed.html.unwrap().contains("команды на сервере"));
    conn.execute(
        "INSERT INTO audits (business, started_us, ended_us, deep, entries, wrong, findings) VALUES (1, ?1, ?1, 1, 9, 2, '[]')",
        [MONDAY_US],
    )
    .unwrap();
    let wrong = make(&conn, &asked(Kind::Audit, "ru"));
    assert!(wrong.text.contains("Требует внимания. Проверки за период: 1, с находками: 1"), "{}", wrong.text);
}
