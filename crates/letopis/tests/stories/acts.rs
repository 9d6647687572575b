//! Acts against forgers: every absence without an act, and every act that is not the one that was entered, is found and named.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::app::TestApp;
use super::commands::{json as json_of, letopis};
use super::{event, tampered};

/// What `letopis verify --acts` finds after `sql` was run by hand on a copy.
fn after(data: &Path, copies: &Path, sql: &str) -> Vec<Value> {
    let copy = copies.join(format!("copy-{}", copies.read_dir().unwrap().count()));
    tampered::copy_folder(data, &copy);
    let tables = Connection::open(copy.join("letopis.db")).unwrap();
    letopis::journal::setup(&tables).unwrap();
    tables.execute_batch(sql).unwrap();
    drop(tables);
    let said = letopis(&copy, &["verify", "--acts", "--json"]);
    let findings = said.json()["reports"][0]["findings"].as_array().unwrap().clone();
    assert_eq!(said.ok, findings.is_empty(), "{} {}", said.out, said.err);
    findings
}

/// A record that is still there.
const LIVING: &str = "(SELECT record FROM events ORDER BY record LIMIT 1)";

/// What somebody does by hand to two acts, which kind of finding it is, and by what words it is named.
fn forgeries(first: i64, second: i64) -> Vec<(String, &'static str, &'static str)> {
    let living = LIVING;
    vec![
        (format!("DELETE FROM blobs WHERE record = {living}"), "blob", "deleted by hand"),
        (
            format!("UPDATE acts SET particulars = replace(particulars, '№ 1', '№ 2') WHERE record = {first}"),
            "act",
            "particulars are not those",
        ),
        (format!("UPDATE acts SET list = list || ',999' WHERE record = {first}"), "act", "list of records is not the one"),
        (format!("UPDATE acts SET list = 'nothing' WHERE record = {first}"), "act", "forged: the act is not written"),
        (format!("UPDATE acts SET salt = randomblob(32) WHERE record = {first}"), "act", "list of records is not the one"),
        (format!("UPDATE acts SET kind = 'expire' WHERE record = {first}"), "act", "the entry is not that of such an act"),
        (format!("DELETE FROM acts WHERE record = {first}"), "act", "the entry of an act that is missing"),
        (
            format!("UPDATE acts SET list = (SELECT list FROM acts WHERE record = {first}) WHERE record = {second}"),
            "act",
            "an earlier act listed",
        ),
        (format!("UPDATE acts SET record = {living} WHERE record = {first}"), "act", "there is that of a record"),
        (
            format!(
                "INSERT INTO acts SELECT {first} + 100000, business, kind, made_us, salt, '7777', particulars FROM acts WHERE record = {first}"
            ),
            "act",
            "the act has no entry in the log",
        ),
        (
            format!(
                "INSERT INTO blobs SELECT (1 << 40) | CAST(list AS INTEGER), b.data_key, b.blob FROM acts a, blobs b
             WHERE a.record = {first} AND b.record = {living}"
            ),
            "act",
            "and it is still there",
        ),
    ]
}

#[test]
fn every_forgery_is_named() {
    let mut app = TestApp::start();
    for n in 0..30 {
        let mut event = event(&format!("e{n}"));
        event["client"] = json!({"phone": format!("+7921555{:04}", n % 3), "name": "Кто-то"});
        event["session_id"] = json!(format!("s{}", n % 3));
        app.post_event(&event);
    }
    app.wait_recorded(30);
    let mut acts = Vec::new();
    for n in 0..2 {
        let client = format!("+7921555{n:04}");
        let done = json_of(app.data(), &["erase", "--client", &client, "--basis", "request", "--request", "№ 1", "--yes"]);
        acts.push(done["act"].as_u64().unwrap());
    }
    app.stopped().must_verify();
    let copies = tempfile::tempdir().unwrap();
    let find = |sql: &str| after(app.data(), copies.path(), sql);
    assert_eq!(find("SELECT 1"), Vec::<Value>::new());
    let act = |index: u64| (1_i64 << 40) | index as i64;
    let (second, living) = (act(acts[1]), LIVING);
    for (sql, what, words) in forgeries(act(acts[0]), act(acts[1])) {
        let found = find(&sql);
        let named = found.iter().any(|f| f["what"] == what && f["message"].as_str().unwrap().contains(words));
        assert!(named, "{sql}: {found:#?}");
    }
    // Who covers a deletion by a forged act is found too: the entry is in the signed log.
    let cover = format!(
        "UPDATE acts SET list = list || ',' || ({living} & 1099511627775) WHERE record = {second} AND {living} & 1099511627775 > 25;
         DELETE FROM blobs WHERE record = {living}; DELETE FROM events WHERE record = {living};"
    );
    assert!(!find(&cover).is_empty());
    // Particulars that were kept long enough go, and nothing is wrong with that.
    assert_eq!(find("UPDATE acts SET particulars = NULL"), Vec::<Value>::new());
}
