//! The plans of all questions: no question may scan a table that grows with the journal.
//!
//! A plan that changes with the amount of data would need real data; ours must not, so an empty journal without statistics is enough.

#![allow(clippy::unwrap_used)]

use rusqlite::{Connection, params_from_iter, types::Value};

use super::{EventFilter, Page, SessionFilter, afterwards, client, conversation, events, filters, page::Cursor, search, sessions, words};
use crate::event::BusinessId;
use crate::journal::testing::{Pen, empty};

const BUSINESS: BusinessId = BusinessId(1);

fn plan(conn: &Connection, sql: &str, values: &[Value]) -> String {
    let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let missing = explain.parameter_count() - values.len();
    let values = values.iter().cloned().chain(std::iter::repeat_n(Value::Null, missing));
    let lines = explain.query_map(params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
    lines.map(|line| line.unwrap() + "\n").collect()
}

/// Every step goes through an index; the full-text table says SCAN and means its own index.
fn goes_by_index(plan: &str, sql: &str) {
    for line in plan.lines() {
        let scans = line.starts_with("SCAN") && !line.contains("VIRTUAL TABLE INDEX") && line != "SCAN p";
        assert!(!scans, "{sql}\n{plan}");
    }
}

fn page() -> Page {
    Page::new(50, Some(Cursor { at: 5, id: 5 }))
}

#[test]
fn the_list_of_conversations_reads_one_index() {
    let conn = empty();
    let some = || Some("x".to_owned());
    let all = SessionFilter {
        channel: some(),
        outcome: some(),
        intent: some(),
        from_us: Some(1),
        to_us: Some(9),
        below_confidence: Some(0.5),
        client: None,
        text: None,
    };
    for filter in [SessionFilter::default(), all.clone(), SessionFilter { intent: some(), ..SessionFilter::default() }] {
        for page in [page(), Page::new(50, None)] {
            let (sql, conditions) = sessions::by_time_sql(BUSINESS, &filter, &page);
            let plan = plan(&conn, &sql, conditions.values());
            goes_by_index(&plan, &sql);
            assert!(plan.contains("USING COVERING INDEX sessions_by_time (business=?"), "{plan}");
            let (sql, conditions) = sessions::of_client_sql(&filter, 7, &page);
            let plan = self::plan(&conn, &sql, conditions.values());
            goes_by_index(&plan, &sql);
            assert!(plan.contains("INDEX sessions_by_client (client=?"), "{plan}");
        }
    }
}

#[test]
fn the_list_of_events_reads_one_index() {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, BUSINESS);
    pen.event(&tx, r#"{"timestamp":"2025-01-01T12:00:00+03:00","channel":"tg","client":{"id":"1"},"session_id":"s","text":"а"}"#);
    pen.flush(&tx);
    let client: String = tx.query_row("SELECT pid FROM clients", [], |row| row.get(0)).unwrap();
    let kind = || Some("message_in".to_owned());
    for (filter, index) in [
        (EventFilter::default(), "events_by_time (business=? AND ts_us<?"),
        (
            EventFilter { from_us: Some(1), to_us: Some(2), channel: kind(), ..EventFilter::default() },
            "events_by_time (business=? AND ts_us>? AND ts_us<?",
        ),
        (EventFilter { kind: kind(), ..EventFilter::default() }, "events_by_type (business=? AND type=? AND ts_us<?"),
        (EventFilter { session: Some("s".into()), kind: kind(), ..EventFilter::default() }, "events_by_session (session=?"),
        (EventFilter { client: Some(client), intent: kind(), ..EventFilter::default() }, "events_by_session (session=?"),
    ] {
        let (sql, conditions) = events::sql(&tx, BUSINESS, &filter, &page()).unwrap().unwrap();
        let plan = plan(&tx, &sql, conditions.values());
        goes_by_index(&plan, &sql);
        assert!(plan.contains(index), "{sql}\n{plan}");
        let sorts = plan.contains("USE TEMP B-TREE");
        assert_eq!(sorts, filter.client.is_some(), "only one client's few events are sorted: {plan}");
    }
}

#[test]
fn the_other_questions_go_by_index() {
    let conn = empty();
    let (events, outside, after) = (conversation::events_sql(), client::outside_sql(), afterwards::afterwards_sql());
    for (sql, index) in [
        (events.as_str(), "events_by_session (session=?)"),
        (outside.as_str(), "events_outside_sessions (identity=?)"),
        (after.as_str(), "events_outside_sessions (identity=? AND ts_us>? AND ts_us<?)"),
        (client::KNOWN, "identities_by_client (client=?)"),
        (client::LIKENESSES, "likenesses_by_other (other=?)"),
        (filters::SQL, "COVERING INDEX sessions_by_time (business=?)"),
        (search::BY_TAIL, "identities_by_tail (business=? AND tail=?)"),
        (search::BY_NAME, "COVERING INDEX clients_by_name (business=?"),
        (words::NEWEST, "VIRTUAL TABLE INDEX"),
    ] {
        let plan = plan(&conn, sql, &[]);
        goes_by_index(&plan, sql);
        assert!(plan.contains(index), "{sql}\n{plan}");
    }
    let plan = plan(&conn, words::NEWEST, &[]);
    assert!(!plan.contains("TEMP B-TREE"), "the index gives the newest first: {plan}");
}
