//! The nightly audit: a night that was slept through is made up for, and what it finds is told everywhere.

use rusqlite::Connection;

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};
use super::event;

/// As if the last audit had been the day before yesterday.
fn long_ago(app: &TestApp) {
    let tables = Connection::open(app.data().join("letopis.db")).unwrap();
    let long_ago = letopis::app::now_us() - 2 * 86_400_000_000;
    tables.execute("DELETE FROM audits", []).unwrap();
    let sql = "INSERT INTO audits (business, started_us, ended_us, deep, entries, wrong, findings) VALUES (1, ?1, ?1, 1, 0, 0, '[]')";
    tables.execute(sql, [long_ago]).unwrap();
}

fn audits(app: &TestApp) -> i64 {
    app.tables().query_row("SELECT count(*) FROM audits", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_missed_night_is_made_up_for_and_a_finding_is_an_alarm() {
    let mut app = TestApp::start();
    (0..5).for_each(|n| drop(app.post_event(&event(&format!("e-{n}")))));
    app.wait_recorded(5);
    app.stop();
    assert_eq!(audits(&app), 0, "the first night has not come");
    long_ago(&app);
    app.restart();
    wait_until("the audit has run", || audits(&app) == 2);
    let metric = |app: &TestApp, line: &str| app.get("/metrics").unwrap().text().contains(line);
    wait_until("it found nothing", || metric(&app, "letopis_verify_findings{business=\"main\"} 0"));
    assert!(!app.said().contains("ALARM"), "{}", app.said());
    app.stop();
    long_ago(&app);
    let tables = Connection::open(app.data().join("letopis.db")).unwrap();
    tables.execute("DELETE FROM blobs WHERE record = (SELECT max(record) FROM events)", []).unwrap();
    tables.execute("UPDATE blobs SET blob = zeroblob(length(blob)) WHERE record = (SELECT min(record) FROM events)", []).unwrap();
    drop(tables);
    app.restart();
    wait_until("it found the missing record", || metric(&app, "letopis_verify_findings{business=\"main\"} ") && audits(&app) == 2);
    wait_until("it says so", || app.said().contains("ALARM nightly audit found"));
    wait_until("the metric counts it", || !metric(&app, "letopis_verify_findings{business=\"main\"} 0"));
    let key = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {key}");
    let kept = app.line().request("GET", "/api/v1/metrics/retention", &[("Authorization", &bearer)], b"").unwrap().json();
    let month = &kept["windows"][0];
    assert_eq!(
        (&month["accepted"], &month["full"], &month["lost"], &month["unsound"]),
        (&5.into(), &3.into(), &2.into(), &1.into()),
        "{kept}"
    );
    assert!(kept["audited_at"].is_string() && month["unchecked"] == 0, "{kept}");
    let doctor = letopis(app.data(), &["doctor"]);
    assert!(!doctor.ok && doctor.out.contains("nightly audit"), "{}", doctor.out);
    assert!(
        app.tables().query_row("SELECT findings FROM audits WHERE wrong > 0", [], |row| row.get::<_, String>(0)).unwrap().contains("blob")
    );
}
