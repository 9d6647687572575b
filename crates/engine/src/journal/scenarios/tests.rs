//! Versions from their putting to their coming back, and what an alteration looks like.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::event::scenario::{Activation, Put};
use crate::journal::testing::{NOON, empty};

const B: BusinessId = BusinessId(3);

fn decide(conn: &mut Connection, index: u64, decision: Decision) {
    let decided = Decided { by: "vera".into(), decision };
    let (record, made_us) = (RecordNo::new(B, index), NOON + index as i64);
    let body = serde_json::to_value(&decided.decision).unwrap();
    let tx = conn.transaction().unwrap();
    tx.execute(
        "INSERT INTO decisions (record, business, made_us, made_by, kind, body) VALUES (?1, ?2, ?3, 'vera', ?4, ?5)",
        params![record.as_i64(), B.0, made_us, body["decision"].as_str(), body.to_string()],
    )
    .unwrap();
    apply(&tx, record, made_us, &decided).unwrap();
    tx.commit().unwrap();
}

fn put(version: &str, text: &str) -> Decision {
    Decision::ScenarioPut(Put { name: "запись".into(), version: version.into(), text: text.into(), comment: "короче".into() })
}

fn activate(version: &str) -> Decision {
    Decision::ScenarioActivated(Activation { name: "запись".into(), version: version.into() })
}

#[test]
fn the_last_that_was_made_active_answers() {
    let mut conn = empty();
    let served = |conn: &Connection| served(conn, B, "запись").unwrap().map(|served| (served.active.version, served.text));
    decide(&mut conn, 1, put("6", "шесть"));
    assert_eq!(served(&conn), None, "nobody made it active yet");
    decide(&mut conn, 2, activate("6"));
    decide(&mut conn, 3, put("7", "семь"));
    assert_eq!(served(&conn), Some(("6".into(), "шесть".into())));
    decide(&mut conn, 4, activate("7"));
    decide(&mut conn, 5, put("7", "подменённая"));
    decide(&mut conn, 6, activate("8"));
    assert_eq!(served(&conn), Some(("7".into(), "семь".into())), "a version is put once, and one that is not there is not active");
    decide(&mut conn, 7, activate("6"));
    let all: Vec<_> = activations(&conn, B).unwrap().into_iter().map(|(active, before)| (active.version, before)).collect();
    assert_eq!(all, [("6".into(), None), ("7".into(), Some("6".into())), ("6".into(), Some("7".to_owned()))]);
    assert_eq!(versions(&conn, B, Some("запись")).unwrap().iter().map(|v| v.version.as_str()).collect::<Vec<_>>(), ["7", "6"]);
    assert_eq!(versions(&conn, BusinessId(4), None).unwrap(), []);

    assert_eq!(unlike_their_decisions(&conn, B).unwrap(), 0);
    for alteration in [
        "UPDATE scenario_versions SET digest = 'x' WHERE version = '7'",
        "UPDATE scenario_activations SET made_us = 1 WHERE version = '7'",
        "DELETE FROM scenario_versions WHERE version = '6'",
        "INSERT INTO scenario_activations SELECT record + 90, business, name, '7', made_us, made_by FROM scenario_activations LIMIT 1",
    ] {
        let tx = conn.transaction().unwrap();
        tx.execute_batch(alteration).unwrap();
        assert_eq!(unlike_their_decisions(&tx, B).unwrap(), 1, "{alteration}");
    }
}
