//! Another master key: everything opens as before, the old one opens nothing; killed at any point it is one or the other. And a copy of
//! it for somebody's age key.

use std::time::Duration;

use super::app::{TestApp, command, wait_until};
use super::backed_up::{fill, keep_master, restore};
use super::commands::{json, letopis};
use super::event;

/// Made by `age-keygen` for this test.
const PUBLIC: &str = "age1x7cz9hl9yd9m5rlyf4skyarr7l0n3r98kakgvdk5vu3fhz0skd2s0rgr2m";
const SECRET: &str = "AGE-SECRET-KEY-1HTHT8FEY3YTVRNPZADX3EFJTJMP6XMVJYJZUG66E56TM2SXF473QGSXYHS";

#[test]
fn everything_opens_under_the_new_key_and_nothing_under_the_old() {
    let mut app = TestApp::start_with("[backup]\nfolder = \"../by-itself\"\n");
    let (to, kept) = (app.root().join("by-itself"), keep_master(&app));
    fill(&app, 0, 40);
    app.wait_recorded(40);
    // The server's own first run may be under way.
    wait_until("a backup with everything is there", || letopis(app.data(), &["backup", "--to", to.to_str().unwrap()]).ok);
    let vkey = json(app.data(), &["checkpoint", "show"])["vkey"].clone();
    assert!(!letopis(app.data(), &["key", "rotate-master"]).ok, "the running server holds the old key");
    // What waits in the queue is under the queue's key, which is another than the master.
    app.kill();
    let rotated = json(app.data(), &["key", "rotate-master"]);
    assert_eq!((&rotated["businesses"], &rotated["backup_keys_rewritten"]), (&1.into(), &true.into()));
    assert_ne!(std::fs::read(&kept).unwrap(), std::fs::read(app.data().join("master.key")).unwrap());
    app.restart();
    app.post_event(&event("after"));
    app.wait_recorded(41);
    assert_eq!(json(app.data(), &["checkpoint", "show"])["vkey"], vkey, "the log keeps its name and its key");
    app.stopped().must_verify();
    let refused = restore(&to, &kept, &app.root().join("by-the-old"), &[]);
    assert!(!refused.ok && refused.err.contains("master key"), "{}", refused.err);
    let said = restore(&to, &app.data().join("master.key"), &app.root().join("by-the-new"), &[]);
    assert!(said.ok, "{}", said.err);
}

#[test]
fn killed_while_rotating_one_of_the_keys_is_in_force() {
    let mut app = TestApp::start();
    fill(&app, 0, 10);
    app.wait_recorded(10);
    app.stop();
    for pause_ms in [5, 10, 15, 20, 25, 30, 40, 60] {
        let mut child = command().args(["key", "rotate-master", "--data"]).arg(app.data()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(pause_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(letopis(app.data(), &["verify", "--deep"]).ok, "after {pause_ms} ms, before anybody cleaned up");
    }
    // Between the commit and the rename, which a kill seldom meets: the next key is there and the tables are wrapped under it.
    let master = app.data().join("master.key");
    let old = std::fs::read(&master).unwrap();
    json(app.data(), &["key", "rotate-master"]);
    std::fs::rename(&master, app.data().join("master.key.next")).unwrap();
    std::fs::write(&master, &old).unwrap();
    std::fs::set_permissions(&master, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert!(letopis(app.data(), &["verify", "--deep"]).ok);
    app.restart();
    assert!(!app.data().join("master.key.next").exists());
    app.post_event(&event("after"));
    app.wait_recorded(11);
    app.stopped().must_verify();
}

#[test]
fn an_escrowed_key_comes_back() {
    let app = TestApp::start();
    let (sealed, identity, back) = (app.root().join("master.age"), app.root().join("identity"), app.root().join("back.key"));
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    json(app.data(), &["key", "escrow", "--to", PUBLIC, "-o", &text(&sealed)]);
    let key = std::fs::read(app.data().join("master.key")).unwrap();
    assert!(!std::fs::read(&sealed).unwrap().windows(16).any(|window| window == &key[..16]));
    std::fs::write(&identity, format!("# of a test\n{SECRET}\n")).unwrap();
    json(app.data(), &["key", "open", &text(&sealed), "--identity", &text(&identity), "-o", &text(&back)]);
    assert_eq!(std::fs::read(back).unwrap(), key);
    assert!(!letopis(app.data(), &["key", "escrow", "--to", "age1nobody", "-o", &text(&app.root().join("no"))]).ok);
}
