#![allow(clippy::unwrap_used)]

use super::super::gone;
use super::super::testing::{NOON, Pen, empty};
use super::*;

const SALON: BusinessId = BusinessId(1);

fn call(id: &str, more: &str) -> String {
    format!(
        r#"{{"event_id":"{id}","timestamp":"2025-01-01T12:00:00Z","channel":"llm","type":"llm_call","session_id":"s","model":"m",
            "tokens_in":100,"tokens_out":10{more}}}"#
    )
}

const ROUBLES: &str = r#","cost":0.25,"meta":{"cost":{"currency":"RUB"}}"#;

#[test]
fn money_is_summed_by_currency_and_calls_without_a_price_are_counted_apart() {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, SALON);
    let failed = r#"{"event_id":"f","timestamp":"2025-01-01T12:00:02Z","channel":"llm","type":"llm_call","session_id":"s","model":"m","error":"overloaded"}"#;
    pen.event(&tx, failed).unwrap();
    let told = [ROUBLES, ROUBLES, "", r#","cost":0.5,"meta":{"cost":{"currency":"USD"}}"#, r#","cost":2"#];
    let records: Vec<_> = told.iter().enumerate().map(|(at, more)| pen.event(&tx, &call(&at.to_string(), more)).unwrap()).collect();
    pen.event(&tx, r#"{"event_id":"w","timestamp":"2025-01-01T12:00:01Z","channel":"llm","session_id":"s","text":"да","cost":9}"#).unwrap();
    pen.flush(&tx);
    let session: i64 = tx.query_row("SELECT id FROM sessions", [], |row| row.get(0)).unwrap();
    let spent = of_session(&tx, session).unwrap();
    assert_eq!((spent.calls, spent.unpriced, spent.uncounted, spent.tokens_in, spent.tokens_out), (6, 1, 1, 500, 50));
    let money: Vec<_> = spent.money.iter().map(|(currency, sum)| (currency.as_str(), *sum)).collect();
    assert_eq!(money, [("", 2.0), ("RUB", 0.5), ("USD", 0.5)]);

    // What a record says goes with it.
    assert!(stored(&tx, records[0].as_i64()).unwrap().is_some());
    gone::remove(&tx, &records[..1]).unwrap();
    assert_eq!((stored(&tx, records[0].as_i64()).unwrap(), of_session(&tx, session).unwrap().calls), (None, 5));
}

#[test]
fn a_connection_s_calls_are_asked_by_the_day() {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let row = |ts_us, cost| ModelCall {
        connection: Some("c1".into()),
        ts_us,
        tokens_in: Some(5),
        tokens_out: None,
        cost,
        currency: Some("RUB".into()),
        abroad: None,
    };
    for (at, told) in [row(NOON - 1, Some(1.0)), row(NOON, Some(2.0)), row(NOON + 1, None)].iter().enumerate() {
        insert(&tx, RecordNo::new(SALON, at as u64).as_i64(), Some(told)).unwrap();
    }
    let spent = of_connection(&tx, SALON, "c1", NOON, i64::MAX).unwrap();
    assert_eq!((spent.calls, spent.unpriced, spent.money["RUB"]), (2, 1, 2.0));
    assert_eq!(of_connection(&tx, SALON, "c2", 0, i64::MAX).unwrap(), Spent::default());
    assert_eq!(of_connection(&tx, BusinessId(2), "c1", 0, i64::MAX).unwrap(), Spent::default());
}
