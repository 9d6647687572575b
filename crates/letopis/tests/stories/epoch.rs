//! After a restore one log never becomes two: a folder that is behind refuses to sign, a new log begins over the same entries, and two
//! servers of one snapshot are found out.

use std::path::Path;

use ledger::{Checkpoint, VerifyingKey, consistency_proof, verify_consistency};
use letopis::journal::log::Tiles;

use super::app::TestApp;
use super::backed_up::{backup, fill, keep_master, restore};
use super::commands::{json, letopis};
use super::event;
use super::stopped::{MAIN, Stopped};

const EVENTS: usize = 600;

fn checkpoint(data: &Path) -> (Checkpoint, VerifyingKey) {
    let told = json(data, &["checkpoint", "show"]);
    let key: VerifyingKey = told["vkey"].as_str().unwrap().parse().unwrap();
    (Checkpoint::open(told["checkpoint"].as_str().unwrap(), &key).unwrap(), key)
}

#[test]
fn a_folder_that_is_behind_refuses_and_a_new_log_continues_the_old_one() {
    let mut app = TestApp::start();
    let (to, kept) = (app.root().join("backup"), keep_master(&app));
    fill(&app, 0, EVENTS);
    app.wait_recorded(EVENTS);
    app.stop();
    backup(&app, &to);
    let (_, old_key) = checkpoint(app.data());
    // The server went on for a while before the machine died.
    app.restart();
    app.post_event(&event("after the backup"));
    app.wait_recorded(EVENTS + 1);
    app.stop();
    let newest = app.root().join("newest");
    std::fs::copy(app.data().join("log/main/checkpoint"), &newest).unwrap();
    let restored = app.root().join("restored");
    let refused = restore(&to, &kept, &restored, &["--latest-checkpoint", newest.to_str().unwrap()]);
    assert!(!refused.ok && refused.err.contains("is behind"), "{}", refused.err);
    let refused = letopis(&restored, &["key", "list"]);
    assert!(!refused.ok && refused.err.contains("--new-epoch"), "{}", refused.err);
    assert!(!letopis(&restored, &["checkpoint", "check", newest.to_str().unwrap()]).ok);
    let begun = letopis(&restored, &["restore", "--new-epoch"]);
    assert!(begun.ok, "{}", begun.err);
    let (new, new_key) = checkpoint(&restored);
    assert_eq!(new_key.name(), format!("{}@2", old_key.name()));
    let mut again = TestApp::start_restored(restored, &app.key);
    again.post_event(&event("in the new log"));
    let published = again.get("/log/main/ended/1/checkpoint").unwrap();
    let old = Checkpoint::open(&published.text(), &old_key).unwrap();
    assert!(EVENTS as u64 <= old.size && old.size < new.size, "{} {}", old.size, new.size);
    again.wait_recorded(EVENTS + 1);
    // To a stranger: the new log begins with what the old one had signed.
    let folder = again.stopped();
    folder.must_verify();
    folder.resume().unwrap();
    let log = folder.log(MAIN);
    let published = log.published().unwrap();
    let path = consistency_proof(&Tiles { log: &log, edge: &published.edge }, old.size, published.checkpoint.size).unwrap();
    let (size, root) = (published.checkpoint.size, published.checkpoint.root);
    verify_consistency(old.size, &old.root, size, &root, &path).unwrap();
}

#[test]
fn an_ended_log_that_was_edited_is_found() {
    let mut app = TestApp::start();
    let (to, kept) = (app.root().join("backup"), keep_master(&app));
    fill(&app, 0, 20);
    app.wait_recorded(20);
    app.stop();
    backup(&app, &to);
    for (number, sql) in
        ["UPDATE epochs SET note = 'x' || note", "DELETE FROM epochs", "UPDATE epochs SET record = record - 1"].iter().enumerate()
    {
        let restored = app.root().join(format!("restored-{number}"));
        let said = restore(&to, &kept, &restored, &["--new-epoch"]);
        assert!(said.ok, "{}", said.err);
        rusqlite::Connection::open(restored.join("letopis.db")).unwrap().execute(sql, []).unwrap();
        let found = Stopped::open(&restored).verify_deep();
        assert!(found[0].findings.iter().any(|finding| finding.what == "checkpoint"), "{sql}: {:?}", found[0].findings);
    }
}

#[test]
fn two_servers_of_one_snapshot_are_found_out() {
    let mut app = TestApp::start();
    fill(&app, 0, 30);
    app.wait_recorded(30);
    app.stop();
    let copy = app.root().join("copy");
    assert!(std::process::Command::new("cp").arg("-r").arg(app.data()).arg(&copy).status().unwrap().success());
    let common = app.root().join("common");
    std::fs::copy(app.data().join("log/main/checkpoint"), &common).unwrap();
    app.restart();
    fill(&app, 100, 105);
    app.wait_recorded(35);
    app.stop();
    let mut other = TestApp::start_restored(copy, &app.key);
    fill(&other, 200, 203);
    other.wait_recorded(33);
    other.stop();
    let compare = |data: &Path, with: &Path| {
        let said = letopis(data, &["checkpoint", "check", "--json", with.to_str().unwrap()]);
        (said.ok, said.json()["state"].as_str().unwrap().to_owned())
    };
    let theirs = other.data().join("log/main/checkpoint");
    let ours = app.data().join("log/main/checkpoint");
    assert_eq!(compare(app.data(), &common), (true, "ahead".to_owned()));
    assert_eq!(compare(app.data(), &ours), (true, "same".to_owned()));
    assert_eq!(compare(app.data(), &theirs), (false, "forked".to_owned()));
    assert_eq!(compare(other.data(), &ours), (false, "behind".to_owned()));
}

#[test]
fn a_rolled_back_database_refuses_to_sign() {
    let mut app = TestApp::start();
    fill(&app, 0, 30);
    app.wait_recorded(30);
    app.stop();
    let files = ["letopis.db", "letopis.db-wal"].map(|name| app.data().join(name));
    let before = files.clone().map(|path| std::fs::read(path).ok());
    app.restart();
    fill(&app, 100, 105);
    app.wait_recorded(35);
    app.stop();
    let _ = std::fs::remove_file(app.data().join("letopis.db-shm"));
    for (path, before) in files.iter().zip(before) {
        let _ = std::fs::remove_file(path);
        if let Some(bytes) = before {
            std::fs::write(path, bytes).unwrap();
        }
    }
    let refused = app.try_restart().unwrap_err();
    assert!(refused.contains("restored from an older copy"), "{refused}");
}
