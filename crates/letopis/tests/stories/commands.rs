//! Commands: the same words and answers whether a server runs or not, with the exit status a script can rely on.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::app::{TestApp, command};
use super::{EXAMPLE, event};

/// What a command said.
pub struct Said {
    pub ok: bool,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err))
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Runs a command on a folder.
pub fn letopis(data: &Path, arguments: &[&str]) -> Said {
    command().arg("--data").arg(data).args(arguments).output().unwrap().into()
}

/// The same; it must succeed, and it answers in JSON.
pub fn json(data: &Path, arguments: &[&str]) -> Value {
    let said = letopis(data, &[arguments, &["--json"]].concat());
    assert!(said.ok, "{arguments:?}: {}", said.err);
    said.json()
}

#[test]
fn keys_work_at_once_and_until_they_are_revoked() {
    let mut app = TestApp::start();
    let data = app.data().to_owned();
    let made = json(&data, &["key", "create", "--role", "ingest", "--name", "бот"]);
    app.key = made["key"].as_str().unwrap().to_owned();
    app.post_event(&event("by the new key"));
    let listed = json(&data, &["key", "list"]);
    assert!(listed.as_array().unwrap().iter().any(|key| key["name"] == "бот" && key["revoked_us"].is_null()), "{listed}");
    assert!(!listed.to_string().contains(&app.key), "a key is shown once");
    json(&data, &["key", "revoke", made["id"].as_str().unwrap()]);
    assert_eq!(app.post(event("too late").to_string().as_bytes()).status, 401);
    assert!(!letopis(&data, &["key", "revoke", "k_000000000001"]).ok);
    // Without a server the same words do the same.
    app.stop();
    let made = json(&data, &["key", "create", "--role", "ingest"]);
    app.restart();
    app.key = made["key"].as_str().unwrap().to_owned();
    app.post_event(&event("by the newest key"));
    app.wait_recorded(2);
    app.stopped().must_verify();
}

#[test]
fn a_connection_is_a_url_that_takes_events() {
    let app = TestApp::start();
    let made = json(app.data(), &["connection", "add", "--kind", "events", "--name", "сайт"]);
    let url = made["url"].as_str().unwrap().strip_prefix(&format!("http://{}", app.address)).unwrap().to_owned();
    let send = |id: &str| app.line().request("POST", &url, &[], event(id).to_string().as_bytes()).unwrap();
    assert_eq!(send("one").status, 202);
    json(app.data(), &["connection", "revoke", made["id"].as_str().unwrap()]);
    assert_eq!(send("two").status, 404);
    assert!(!json(app.data(), &["connection", "list"])[0]["revoked_us"].is_null());
}

#[test]
fn businesses_are_apart() {
    let mut app = TestApp::start();
    let data = app.data().to_owned();
    let made = json(&data, &["business", "add", "clinic", "--name", "Клиника", "--kind", "clinic"]);
    assert!(made["vkey"].as_str().unwrap().contains("/clinic+"), "{made}");
    assert!(!letopis(&data, &["business", "add", "clinic"]).ok, "the slug is taken");
    let said = letopis(&data, &["key", "list"]);
    assert!(!said.ok && said.err.contains("main, clinic"), "with two businesses one must be named: {}", said.err);
    app.post_event(&event("of main"));
    app.key = json(&data, &["key", "create", "--role", "ingest", "--business", "clinic"])["key"].as_str().unwrap().to_owned();
    app.post_event(&event("of clinic"));
    app.wait_recorded(2);
    assert!(letopis(&data, &["proof", "of clinic", "--business", "clinic"]).ok);
    assert!(!letopis(&data, &["proof", "of clinic", "--business", "main"]).ok);
    app.stopped().must_verify();
}

#[test]
fn people_are_invited_changed_and_shown_out() {
    let app = TestApp::start();
    let data = app.data();
    let invited = json(data, &["user", "invite", "Anna@example.ru", "--role", "manager", "--name", "Анна"]);
    assert!(invited["link"].as_str().unwrap().starts_with(&format!("http://{}/welcome/ltl_", app.address)), "{invited}");
    json(data, &["user", "role", "anna@example.ru", "marketer"]);
    let role = |people: &Value| people.as_array().unwrap().iter().find(|p| p["login"] == "anna@example.ru").map(|p| p["role"].clone());
    assert_eq!(role(&json(data, &["user", "list"])), Some("marketer".into()));
    assert!(json(data, &["user", "link", "anna@example.ru"])["link"].is_string());
    json(data, &["user", "remove", "anna@example.ru"]);
    assert_eq!(role(&json(data, &["user", "list"])), None);
    let last = letopis(data, &["user", "remove", "owner"]);
    assert!(!last.ok && last.err.contains("last owner"), "{}", last.err);
}

#[test]
fn a_proof_holds_offline_and_an_altered_one_does_not() {
    let app = TestApp::start();
    assert_eq!(app.post(EXAMPLE.as_bytes()).status, 202);
    let file = app.root().join("proof.json");
    let told = json(app.data(), &["proof", "evt_20250101_001", "-o", file.to_str().unwrap()]);
    let key = told["vkey"].as_str().unwrap();
    assert_eq!(json(app.data(), &["business", "show"])["vkey"], key);
    let check = |file: &Path| letopis(Path::new("nowhere"), &["verify-proof", file.to_str().unwrap(), "--key", key]);
    let said = check(&file);
    assert!(said.ok && said.out.contains("Записал на 15:00"), "{} {}", said.out, said.err);
    let text = std::fs::read_to_string(&file).unwrap();
    let altered = app.root().join("altered.json");
    std::fs::write(&altered, text.replace("15:00", "16:00")).unwrap();
    assert!(!check(&altered).ok);
    let said = letopis(app.data(), &["proof", "evt_unknown"]);
    assert!(!said.ok && said.err.contains("no event"), "{}", said.err);
}

#[test]
fn a_dossier_holds_and_an_edited_page_does_not() {
    let app = TestApp::start();
    app.post(EXAMPLE.as_bytes());
    let mut hostile = event("evt_2");
    hostile["session_id"] = "sess_abc123".into();
    hostile["text"] = "</script><b>жирный</b>".into();
    app.post_event(&hostile);
    app.wait_recorded(2);
    let file = app.root().join("dossier.html");
    let told = json(app.data(), &["dossier", "sess_abc123", "-o", file.to_str().unwrap()]);
    assert_eq!(told["events"], 2);
    let page = std::fs::read_to_string(&file).unwrap();
    assert!(page.contains("Записал на 15:00, отправил напоминание") && !page.contains("<b>жирный"), "what people wrote is text");
    assert!(!page.contains("http://") && !page.contains("https://"), "the page loads nothing");
    let key = json(app.data(), &["business", "show"])["vkey"].as_str().unwrap().to_owned();
    let check = |file: &Path| letopis(Path::new("nowhere"), &["verify-proof", file.to_str().unwrap(), "--key", &key, "--json"]);
    let said = check(&file);
    assert!(said.ok, "{} {}", said.out, said.err);
    assert_eq!((said.json()["proofs"].as_array().unwrap().len(), &said.json()["shown_as_proved"]), (2, &Value::Bool(true)));
    let edited = app.root().join("edited.html");
    std::fs::write(&edited, page.replacen("Записал на 15:00", "Записал на 16:00", 1)).unwrap();
    assert!(!check(&edited).ok, "the proofs inside are whole, but the page shows something else");
}

#[test]
fn verify_is_a_command_with_an_exit_status() {
    let mut app = TestApp::start();
    app.post_event(&event("one"));
    app.wait_recorded(1);
    let report = json(app.data(), &["verify", "--deep"]);
    assert_eq!(report["ok"], true);
    app.stop();
    let tables = rusqlite::Connection::open(app.data().join("letopis.db")).unwrap();
    tables.execute("UPDATE events SET reply = 'завтра в 16:00'", []).unwrap();
    drop(tables);
    assert!(letopis(app.data(), &["verify"]).ok, "a shallow audit compares no rows");
    let said = letopis(app.data(), &["verify", "--deep"]);
    assert!(!said.ok && said.out.contains("reply"), "{} {}", said.out, said.err);
}

#[test]
fn a_folder_that_is_none_is_said_to_be_none() {
    let root = tempfile::tempdir().unwrap();
    let said = letopis(&root.path().join("nothing"), &["key", "list"]);
    assert!(!said.ok && said.err.contains("holds no journal"), "{}", said.err);
    assert!(!root.path().join("nothing").exists());
    let said = letopis(&root.path().join("nothing"), &["doctor", "--json"]);
    assert!(!said.ok && said.json()["ok"] == false);
    std::fs::write(root.path().join("letopis.toml"), "listn = 1").unwrap();
    let said = letopis(root.path(), &["config", "check"]);
    assert!(!said.ok && said.err.contains("listn"), "{}", said.err);
    std::fs::write(root.path().join("other"), "").unwrap();
    let said = letopis(root.path(), &["demo"]);
    assert!(!said.ok && said.err.contains("something else"), "{}", said.err);
}

#[test]
fn a_socket_that_a_killed_server_left_is_no_obstacle() {
    let mut app = TestApp::start();
    app.post_event(&event("one"));
    app.kill();
    assert!(app.data().join("letopis.sock").exists(), "a killed server leaves its socket");
    assert_eq!(json(app.data(), &["business", "list"])[0]["slug"], "main");
    app.restart();
    app.wait_recorded(1);
    assert_eq!(json(app.data(), &["doctor"])["ok"], true);
}
