//! What an inspector does with what he was handed: the page for anybody and the command say yes to what is true and name what is not.

use std::path::PathBuf;

use ledger::SigningKey;
use serde_json::Value;

use super::app::TestApp;
use super::commands::{json, letopis};
use super::event;
use super::http::Answer;

/// A server with a conversation, its dossier, a proof, and the log's key.
struct Scene {
    app: TestApp,
    dossier: PathBuf,
    proof: PathBuf,
    vkey: String,
}

impl Scene {
    fn new() -> Self {
        let app = TestApp::start();
        (0..3).for_each(|n| drop(app.post_event(&event(&format!("e-{n}")))));
        app.wait_recorded(3);
        let (dossier, proof) = (app.root().join("dossier.html"), app.root().join("proof.json"));
        for (command, id, file) in [("dossier", "sess_1", &dossier), ("proof", "e-1", &proof)] {
            let made = letopis(app.data(), &[command, id, "-o", file.to_str().unwrap()]);
            assert!(made.ok, "{}", made.err);
        }
        let vkey = json(app.data(), &["business", "show", "main"])["vkey"].as_str().unwrap().to_owned();
        Self { app, dossier, proof, vkey }
    }

    /// What the page says to a form with these fields.
    fn post(&self, fields: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let file = if *name == "file" { "; filename=\"f\"" } else { "" };
            body.extend(format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
            body.extend(*value);
            body.extend(b"\r\n");
        }
        body.extend(b"--cut--\r\n");
        let kind = ("Content-Type", "multipart/form-data; boundary=cut");
        self.app.line().request("POST", "/verify", &[kind, ("Sec-Fetch-Site", "same-origin")], &body).unwrap()
    }

    fn says(&self, fields: &[(&str, &[u8])]) -> String {
        let answer = self.post(fields);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }
}

const HOLDS: &str = "Сходится";
const BROKEN: &str = "Верить нельзя";

#[test]
fn the_page_accepts_what_is_true_and_refuses_what_was_altered() {
    let scene = Scene::new();
    let (dossier, proof) = (std::fs::read(&scene.dossier).unwrap(), std::fs::read(&scene.proof).unwrap());
    let vkey = scene.vkey.as_bytes();
    assert!(scene.app.get("/verify").unwrap().text().contains("multipart/form-data"), "nobody needs to sign in");
    let page = scene.says(&[("file", &dossier), ("key", vkey)]);
    assert!(page.contains("Сходится: проверены 3 записи") && page.contains("завтра в 15:00") && page.contains("Что не доказано"), "{page}");
    assert!(!page.contains("Ключ взят с этого же сервера"));
    let page = scene.says(&[("file", &proof)]);
    assert!(page.contains(HOLDS) && page.contains("Ключ взят с этого же сервера"), "{page}");
    // As a browser sends what was pasted.
    let pasted = String::from_utf8(proof.clone()).unwrap().replace('\n', "\r\n");
    assert!(scene.says(&[("text", pasted.as_bytes()), ("file", b"")]).contains(HOLDS));

    // The words on the page, the words in the proofs, and a number in the signed text.
    let altered = |from: &str, to: &str, first: bool| {
        let page = String::from_utf8(dossier.clone()).unwrap();
        assert!(page.contains(from), "{from}");
        if first { page.replacen(from, to, 1) } else { page.replace(from, to) }
    };
    let edited = scene.says(&[("file", altered("завтра в 15:00", "завтра в 18:00", true).as_bytes()), ("key", vkey)]);
    assert!(edited.contains("страницу изменили"), "{edited}");
    for changed in [
        altered("завтра в 15:00", "завтра в 18:00", false),
        altered("letopis/proof@v1\",\"origin\":\"", "letopis/proof@v1\",\"origin\":\"x", true),
    ] {
        let page = scene.says(&[("file", changed.as_bytes()), ("key", vkey)]);
        assert!(page.contains(BROKEN) && !page.contains(HOLDS), "{page}");
    }
    let stranger = SigningKey::from_seed(scene.vkey.split('+').next().unwrap(), &[9; 32]).unwrap().verifying_key().to_string();
    assert!(scene.says(&[("file", &dossier), ("key", stranger.as_bytes())]).contains(BROKEN));
    // A witness that is demanded and has not signed.
    let witness = letopis(&scene.app.root().join("w"), &["witness", "key"]).out;
    assert!(scene.says(&[("file", &proof), ("key", vkey), ("witnesses", witness.as_bytes())]).contains(BROKEN));
    // A script in the file is text on the page.
    let page = scene.says(&[("file", b"<script>alert(1)</script>"), ("key", b"<b>")]);
    assert!(!page.contains("<script>alert") && page.contains("Прочитать не получилось"), "{page}");
}

#[test]
fn the_page_keeps_strangers_within_limits_and_stores_nothing() {
    let scene = Scene::new();
    let before: Vec<_> = files(&scene);
    assert_eq!(scene.post(&[("file", &vec![b'x'; 9 << 20])]).status, 413);
    let outside = ("Sec-Fetch-Site", "cross-site");
    assert_eq!(scene.app.line().request("POST", "/verify", &[outside], b"").unwrap().status, 403);
    assert_eq!(scene.post(&[]).status, 422);
    let statuses: Vec<u16> = (0..30).map(|_| scene.post(&[("file", b"{}")]).status).collect();
    assert!(statuses.contains(&429) && statuses[0] == 200, "{statuses:?}");
    assert!(scene.post(&[("file", b"{}")]).header("retry-after").is_some());
    assert_eq!(files(&scene), before);
}

fn files(scene: &Scene) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> = std::fs::read_dir(scene.app.data()).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn the_command_accepts_what_is_true_and_refuses_what_was_altered() {
    let scene = Scene::new();
    let check = |file: &PathBuf, key: &str| letopis(scene.app.data(), &["verify-proof", file.to_str().unwrap(), "--key", key, "--json"]);
    for file in [&scene.dossier, &scene.proof] {
        assert!(check(file, &scene.vkey).ok);
        let altered = scene.app.root().join("altered");
        std::fs::write(&altered, std::fs::read_to_string(file).unwrap().replace("завтра в 15:00", "завтра в 18:00")).unwrap();
        let said = check(&altered, &scene.vkey);
        assert!(!said.ok && serde_json::from_str::<Value>(&said.out).unwrap()["ok"] == false, "{}", said.out);
    }
}

/// Whoever keeps a checkpoint from before sees that the log was rewritten since.
#[test]
fn a_kept_checkpoint_shows_whether_history_was_rewritten() {
    let scene = Scene::new();
    let kept = scene.app.root().join("kept");
    let shown = letopis(scene.app.data(), &["checkpoint", "show"]);
    assert!(shown.ok, "{}", shown.err);
    std::fs::write(&kept, &shown.out).unwrap();
    let check = || letopis(scene.app.data(), &["checkpoint", "check", kept.to_str().unwrap()]);
    assert!(check().ok, "{}", check().err);
    scene.app.post_event(&event("later"));
    scene.app.wait_recorded(4);
    assert!(check().ok, "{}", check().err);
    let tables = rusqlite::Connection::open(scene.app.data().join("letopis.db")).unwrap();
    tables.execute("UPDATE entries SET entry = zeroblob(82) WHERE record = (SELECT min(record) FROM entries)", []).unwrap();
    let said = check();
    assert!(!said.ok && said.err.contains("rewritten"), "{}", said.err);
}
