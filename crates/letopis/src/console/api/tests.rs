//! The API as a program with a key sees it: a router over a journal in a folder of its own.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use ledger::{Checkpoint, LogPath, ProofBundle, Tile, TlogProof, VerifyingKey, entry_bundle, leaf_hash};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::access::connection_trial::Finding;
use crate::access::portal_visit::{Refused, Settled, Unseen, Visit};
use crate::access::{self, ConnectionId, KeyRing, KeyRole, Scope, key};
use crate::console::portals::{self, Portals};
use crate::console::replay::{NotTaken, Replay, Resend};
use crate::console::trials::Trials;
use crate::decide::Decide;
use crate::event::{BusinessId, RecordNo};
use crate::journal::log::Logs;
use crate::journal::progress::Position;
use crate::journal::testing::{NOON, Pen};
use crate::journal::{self, Progress, acts, quarantine};
use crate::privacy::{self, Vault};
use crate::store::{Migration, Store};

/// The customer's own example, with the line breaks it has in the design.
const EXAMPLE: &str = r#"{"event_id":"evt_20250101_001","timestamp":"2025-01-01T12:34:56+03:00","channel":"whatsapp",
 "client":{"phone":"+7xxxxxxxxxx","name":"Иван"},"session_id":"sess_abc123","intent":"запись_на_приём","confidence":0.87,
 "bot_response":"Записал на 15:00, отправил напоминание","action":"create_lead","crm_id":"BX_LEAD_4521"}"#;

struct Scene {
    folder: tempfile::TempDir,
    store: Store,
    router: Router,
    progress: Progress,
    verifier: VerifyingKey,
    /// By role.
    keys: HashMap<&'static str, String>,
    business: BusinessId,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// A key of every role, by its name.
fn keys(tx: &rusqlite::Transaction<'_>, business: BusinessId) -> HashMap<&'static str, String> {
    let each = KeyRole::ALL.iter().map(|&role| {
        let (change, secret) = key::create(&Scope::local(business), role, "test".parse().unwrap(), NOON, &mut rand::rng()).unwrap();
        access::apply(tx, &change).unwrap();
        (role.as_str(), secret.reveal().to_owned())
    });
    each.collect()
}

/// A salon with the customer's example, a conversation, 300 short events, two kept out, and one more after the checkpoint.
async fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let migrations = [access::SCHEMA, privacy::SCHEMA, journal::SCHEMA].map(|sql| Migration { name: "test", sql });
    let store = Store::open(&folder.path().join("db"), &migrations, journal::setup).unwrap();
    let (log_folder, written) = (folder.path().join("log"), Arc::new(OnceLock::new()));
    let kept = Arc::clone(&written);
    let made = store.write(move |tx| {
        let welcome = access::first::start(tx, NOON, &mut rand::rng()).unwrap().unwrap();
        let keys = keys(tx, welcome.business);
        let mut pen = Pen::new(tx, welcome.business);
        pen.event(tx, EXAMPLE).unwrap();
        let anna = r#""timestamp":"2025-01-01T12:40:00+03:00","channel":"telegram","client":{"phone":"89211234567","name":"Анна"}"#;
        pen.event(tx, &format!(r#"{{"event_id":"a/1",{anna},"type":"message_in","text":"Отмените запись"}}"#)).unwrap();
        pen.event(tx, &format!(r#"{{"event_id":"a/1",{anna},"text":"Другое"}}"#)).unwrap();
        for n in 0..300 {
            let moment = format!("2025-01-02T10:{:02}:{:02}+03:00", n / 60, n % 60);
            let site = format!(r#""channel":"site","session_id":"site-{}","text":"раз""#, n / 10);
            pen.event(tx, &format!(r#"{{"event_id":"n{n}","timestamp":"{moment}",{site}}}"#)).unwrap();
        }
        let reason = r#"{"code":"missing_field","field":"timestamp","message":"timestamp is missing"}"#;
        for (received_us, source, item) in [(NOON, "api", &b"{\"a\":1}"[..]), (0, "queue", b"\xff")] {
            let refusal = quarantine::Refusal { business: welcome.business, received_us, source, reason, item };
            quarantine::keep(tx, Some(&pen.keys), refusal, &mut rand::rng()).unwrap();
        }
        let log = pen.publish(tx, &log_folder);
        pen.event(tx, &format!(r#"{{"event_id":"late",{anna},"text":"позже"}}"#)).unwrap();
        pen.flush(tx);
        let _ = kept.set((pen, log));
        Ok::<_, crate::store::StoreError>((keys, welcome.business))
    });
    let (keys, business) = made.await.unwrap();
    let (pen, log) = Arc::into_inner(written).unwrap().into_inner().unwrap();
    let verifier = log.verifying_key().clone();
    let (logs, vault, ring, progress) = (Logs::default(), Vault::new(vec![(*pen.keys).clone()]), KeyRing::default(), Progress::default());
    logs.add(log);
    store.read_blocking(|conn| ring.refresh(conn)).unwrap();
    let decide = Decide::new(Arc::new(queue::memory::MemoryQueue::new(queue::Limits::default())), progress.clone());
    let console = Console {
        store: store.clone(),
        vault: vault.clone(),
        logs,
        replay: Arc::new(Replay::new(store.clone(), vault.clone(), decide.clone(), Arc::new(Nobody))),
        assigning: crate::console::assigning::Assigning::new(store.clone(), vault.clone(), Arc::new(Nobody)),
        trials: Arc::new(Nobody),
        portals: Arc::new(Nobody),
        reports: Arc::default(),
        post: crate::post::testing::silent(&store, &vault),
        retention: Arc::new(crate::audit::Retention::new(store.clone(), decide.clone(), || NOON)),
        reviews: Arc::new(crate::audit::Reviews::new(store.clone(), decide.clone(), || NOON)),
        decide,
        progress: progress.clone(),
        keys: Arc::new(ring),
        card_grace_us: 900_000_000,
        has_backup: false,
        now_us: || NOON,
        secure_cookies: false,
    };
    Scene { folder, store, router: routes(Arc::new(console)), progress, verifier, keys, business }
}

/// Takes nothing: what becomes of items is told as a story, against the real binary.
struct Nobody;

impl crate::console::assigning::Expose for Nobody {
    fn expose(&self, _: BusinessId, _: bytes::Bytes) -> futures_util::future::BoxFuture<'_, Result<(), NotTaken>> {
        Box::pin(async { Err(NotTaken::Unavailable("nobody is here".into())) })
    }
}

impl Resend for Nobody {
    fn resend(&self, _: BusinessId, _: bytes::Bytes, _: String) -> futures_util::future::BoxFuture<'_, Result<String, NotTaken>> {
        Box::pin(async { Err(NotTaken::Unavailable("nobody is here".into())) })
    }

    fn say(&self, _: BusinessId, _: bytes::Bytes) -> futures_util::future::BoxFuture<'_, Result<(), NotTaken>> {
        Box::pin(async { Ok(()) })
    }
}

impl Portals for Nobody {
    fn origin_of(&self, _: &str) -> Option<String> {
        None
    }

    fn install(&self, _: portals::Posted) -> futures_util::future::BoxFuture<'_, Result<Settled, Unseen>> {
        Box::pin(async { Err(Unseen::Unknown) })
    }

    fn visit(&self, _: portals::Posted) -> futures_util::future::BoxFuture<'_, Result<Visit, Refused>> {
        Box::pin(async { Err(Unseen::Unknown.into()) })
    }
}

impl Trials for Nobody {
    fn try_out(&self, _: BusinessId, _: ConnectionId, _: bool) -> futures_util::future::BoxFuture<'_, Option<Vec<Finding>>> {
        Box::pin(async { None })
    }
}

impl Scene {
    async fn request(&self, key: Option<&str>, path: &str) -> Answer {
        let mut request = Request::get(path);
        if let Some(key) = key {
            request = request.header("Authorization", format!("Bearer {}", self.keys.get(key).map_or(key, String::as_str)));
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes().into() }
    }

    async fn get(&self, path: &str) -> Answer {
        let answer = self.request(Some("read"), path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        answer
    }

    async fn refused(&self, path: &str) -> (u16, String) {
        let answer = self.request(Some("read"), path).await;
        (answer.status.as_u16(), answer.json()["error"]["code"].as_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn the_customers_example_comes_back_byte_for_byte() {
    let scene = scene().await;
    let answer = scene.get("/api/v1/events/evt_20250101_001").await;
    assert!(answer.text().contains(EXAMPLE));
    let event = answer.json();
    assert_eq!(event["session_id"], "sess_abc123");
    assert_eq!(event["timestamp"], "2025-01-01T12:34:56+03:00");
    assert_eq!((&event["type"], &event["type_derived"]), (&json!("lead_created"), &json!(true)));
    assert_eq!(event["flags"], json!({"masked_phone": true, "conflict": false, "clock_skew": false}));
    assert_eq!((&event["record"], &event["source"]), (&json!(0), &json!("api")));
    let session = scene.get("/api/v1/sessions/sess_abc123").await.json();
    assert_eq!(
        (&session["outcome"], &session["intent"], &session["items"][0]["event_id"]),
        (&json!("lead"), &json!("запись_на_приём"), &json!("evt_20250101_001"))
    );
}

#[tokio::test]
async fn a_key_opens_what_its_role_may() {
    let scene = scene().await;
    for (path, _) in table().into_iter().filter(|(path, _)| path.starts_with("/api/v1/") && *path != "/api/v1/schema") {
        let path = path.replace("{event_id}", "x").replace("{session_id}", "x").replace("{client_id}", "x").replace("{report_id}", "1");
        let codes = |key: Option<&'static str>| {
            let (scene, path) = (&scene, path.clone());
            async move { scene.request(key, &path).await.status.as_u16() }
        };
        assert_eq!(codes(None).await, 401, "{path}");
        assert_eq!(codes(Some("ltp_read_none")).await, 401, "{path}");
        assert_eq!(codes(Some("ingest")).await, 403, "{path}");
        assert!(![401, 403].contains(&codes(Some("read")).await), "{path}");
        assert!(![401, 403].contains(&codes(Some("admin")).await), "{path}");
    }
    let none = scene.request(None, "/api/v1/events").await;
    assert_eq!(none.headers["www-authenticate"], "Bearer");
    let in_url = scene.request(None, &format!("/api/v1/events?key={}", scene.keys["read"])).await;
    assert_eq!(in_url.status, StatusCode::UNAUTHORIZED);
    for open in ["/openapi.json", "/api/v1/schema", "/log/main/checkpoint"] {
        assert_eq!(scene.request(None, open).await.status, StatusCode::OK, "{open}");
    }
}

#[tokio::test]
async fn lists_go_on_by_cursor_and_know_their_parameters() {
    let scene = scene().await;
    let (mut seen, mut path) = (BTreeSet::new(), "/api/v1/events?limit=120".to_owned());
    let mut pages = 0;
    loop {
        let page = scene.get(&path).await.json();
        pages += 1;
        seen.extend(page["items"].as_array().unwrap().iter().map(|event| event["record"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/events?limit=120&cursor={next}");
    }
    assert_eq!((pages, seen.len()), (3, 304));
    let count = |answer: Answer| answer.json()["items"].as_array().unwrap().len();
    assert_eq!(count(scene.get("/api/v1/events?channel=telegram").await), 3);
    assert_eq!(count(scene.get("/api/v1/events?type=lead_created").await), 1);
    assert_eq!(count(scene.get("/api/v1/events?session=site-3&limit=500").await), 10);
    assert_eq!(count(scene.get("/api/v1/events?from=2025-01-02T10:04:00+03:00&to=2025-01-03").await), 50);
    assert_eq!(count(scene.get("/api/v1/sessions?limit=500").await), 32);
    assert_eq!(count(scene.get("/api/v1/sessions?outcome=lead").await), 1);
    assert_eq!(count(scene.get("/api/v1/sessions?confidence_below=0.9&channel=whatsapp").await), 1);
    assert_eq!(count(scene.get("/api/v1/sessions?q=%D0%B7%D0%B0%D0%BF%D0%B8%D1%81%D1%8C").await), 2);
    for wrong in ["limit=x", "from=tomorrow", "colour=red", "limit=1&limit=2", "after=x", "channel=a&chanel=b"] {
        assert_eq!(scene.refused(&format!("/api/v1/events?{wrong}")).await, (400, "bad_parameter".into()), "{wrong}");
    }
    assert_eq!(scene.refused("/api/v1/events?cursor=AAAA").await, (400, "bad_cursor".into()));
    assert_eq!(scene.refused("/api/v1/sessions?outcome=won").await, (400, "bad_parameter".into()));
    assert_eq!(scene.refused("/api/v1/search").await, (400, "bad_parameter".into()));
    for absent in ["/api/v1/events/none", "/api/v1/sessions/none", "/api/v1/clients/none", "/api/v1/events/none/proof"] {
        assert_eq!(scene.refused(absent).await, (404, "not_found".into()), "{absent}");
    }
}

#[tokio::test]
async fn clients_and_search_lead_to_each_other() {
    let scene = scene().await;
    let found = scene.get("/api/v1/search?q=4567").await.json();
    assert_eq!((&found["clients"][0]["by"], &found["clients"][0]["value"]), (&json!("phone"), &json!("+79211234567")));
    let id = found["clients"][0]["client_id"].as_str().unwrap();
    let client = scene.get(&format!("/api/v1/clients/{id}")).await.json();
    assert_eq!(
        (&client["name"], &client["known_by"][0]["kind"], client["sessions"].as_array().unwrap().len()),
        (&json!("Анна"), &json!("phone"), 1)
    );
    let said = scene.get("/api/v1/search?q=%D0%BE%D1%82%D0%BC%D0%B5%D0%BD%D0%B0").await.json();
    let hit = &said["items"][0];
    assert_eq!((&hit["event_id"], &hit["words_of"], &hit["marks"]), (&json!("a/1"), &json!("said"), &json!([[0, 8]])));
    assert_eq!(hit["client_id"].as_str().unwrap(), id);
}

#[tokio::test]
async fn a_conflict_shows_both_records() {
    let scene = scene().await;
    let event = scene.get("/api/v1/events/a%2F1").await.json();
    assert_eq!((&event["event"]["text"], &event["conflicts"][0]["event"]["text"]), (&json!("Другое"), &json!("Отмените запись")));
    assert_eq!((&event["flags"]["conflict"], &event["conflicts"][0]["flags"]["conflict"]), (&json!(true), &json!(true)));
    assert_eq!((&event["type_derived"], &event["conflicts"][0]["type_derived"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn refused_items_are_listed_with_their_bytes() {
    let scene = scene().await;
    let first = scene.get("/api/v1/quarantine?limit=1").await.json();
    assert_eq!((&first["items"][0]["item"], &first["items"][0]["reason"]["code"]), (&json!("{\"a\":1}"), &json!("missing_field")));
    let next = format!("/api/v1/quarantine?cursor={}", first["next"].as_str().unwrap());
    let second = scene.get(&next).await.json();
    assert_eq!(
        (&second["items"][0]["item_base64"], &second["items"][0]["received_at"], second.get("next")),
        (&json!("/w=="), &Value::Null, None)
    );
}

#[tokio::test]
async fn a_proof_convinces_whoever_has_the_key_of_the_log() {
    let scene = scene().await;
    let bundle = ProofBundle::from_json(&scene.get("/api/v1/events/evt_20250101_001/proof").await.body).unwrap();
    assert_eq!(bundle.verify(&scene.verifier).unwrap().index, 0);
    assert!(bundle.record.ends_with(EXAMPLE.as_bytes()));
    assert_eq!(bundle.event_id.as_deref(), Some("evt_20250101_001"));
    let answer = scene.get("/api/v1/events/evt_20250101_001/proof?format=tlog-proof").await;
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    let proof: TlogProof = answer.text().parse().unwrap();
    proof.verify(&leaf_hash(&bundle.entry), &scene.verifier).unwrap();
    let index = |answer: Answer| ProofBundle::from_json(&answer.body).unwrap().index;
    assert_eq!(index(scene.get("/api/v1/events/a%2F1/proof").await), 2);
    assert_eq!(index(scene.get("/api/v1/events/a%2F1/proof?record=1").await), 1);
    assert_eq!(scene.refused("/api/v1/events/a%2F1/proof?record=0").await, (404, "not_found".into()));
    assert_eq!(scene.refused("/api/v1/events/n1/proof?format=pdf").await, (400, "bad_parameter".into()));
    let late = scene.request(Some("read"), "/api/v1/events/late/proof").await;
    assert_eq!((late.status, &late.headers["retry-after"]), (StatusCode::CONFLICT, &"1".parse().unwrap()));
}

#[tokio::test]
async fn what_was_altered_or_erased_is_said() {
    let scene = scene().await;
    let (altered, erased) = (RecordNo::new(scene.business, 1), RecordNo::new(scene.business, 0));
    let edit = scene.store.write(move |tx| {
        tx.execute("UPDATE blobs SET blob = zeroblob(length(blob)) WHERE record = ?1", [altered.as_i64()])?;
        tx.execute("DELETE FROM blobs WHERE record = ?1", [erased.as_i64()])?;
        tx.execute("DELETE FROM search WHERE rowid = ?1", [erased.as_i64()])?;
        tx.execute("DELETE FROM events WHERE record = ?1", [erased.as_i64()]).map_err(crate::store::StoreError::from)
    });
    edit.await.unwrap();
    let event = scene.get("/api/v1/events/a%2F1").await.json();
    let problem = event["conflicts"][0]["problem"].as_str().unwrap();
    assert!(event["conflicts"][0]["event"].is_null() && problem.contains("altered"), "{problem}");
    assert_eq!(scene.refused("/api/v1/events/a%2F1/proof?record=1").await, (500, "altered".into()));
    let gone = ["/api/v1/events/evt_20250101_001", "/api/v1/events/evt_20250101_001/proof"];
    for gone in gone {
        assert_eq!(scene.refused(gone).await, (500, "altered".into()), "deleted by hand: {gone}");
    }
    let act = acts::Act {
        record: RecordNo::new(scene.business, 1000),
        kind: ledger::ActKind::Erase,
        made_us: NOON,
        salt: [0; 32],
        list: ledger::RecordList::of([0]),
        particulars: None,
    };
    scene.store.write(move |tx| acts::insert(tx, &act).map_err(crate::store::StoreError::from)).await.unwrap();
    for gone in gone {
        assert_eq!(scene.refused(gone).await, (410, "erased".into()), "{gone}");
        assert_eq!(scene.request(Some("read"), gone).await.json()["error"]["act"], 1000);
    }
}

#[tokio::test]
async fn a_reader_waits_for_its_own_writes_but_not_for_ever() {
    let scene = scene().await;
    let lane = queue::Lane(scene.business.0);
    let advance = async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        scene.progress.advance(HashMap::from([(lane, Position::new(7))]));
    };
    let (answer, ()) = tokio::join!(scene.get("/api/v1/events?after=7"), advance);
    assert!(!answer.headers.contains_key("letopis-position-recorded"));
    let before_the_start =
        scene.store.write(move |tx| journal::progress::store(tx, lane, Position::new(8)).map_err(crate::store::StoreError::from));
    before_the_start.await.unwrap();
    assert!(!scene.get("/api/v1/events?after=8").await.headers.contains_key("letopis-position-recorded"));
    let started = Instant::now();
    let answer = scene.get("/api/v1/sessions?after=9").await;
    assert_eq!(answer.headers["letopis-position-recorded"], "false");
    assert!(started.elapsed().as_secs_f64() > 1.9);
}

#[tokio::test]
async fn the_log_is_that_of_c2sp_up_to_the_signed_size() {
    let scene = scene().await;
    let checkpoint = scene.request(None, "/log/main/checkpoint").await;
    assert_eq!(checkpoint.headers["content-type"], "text/plain; charset=utf-8");
    let signed = Checkpoint::open(&checkpoint.text(), &scene.verifier).unwrap();
    assert_eq!(signed.size, 303);
    let get = |path: String| {
        let scene = &scene;
        async move { scene.request(None, &format!("/log/main/{path}")).await }
    };
    for (index, width) in [(0, 256), (0, 10), (1, 47), (1, 1)] {
        let tile = Tile { level: 0, index, width };
        let hashes = get(tile.path()).await;
        assert_eq!((hashes.status, hashes.body.len()), (StatusCode::OK, tile.byte_len()), "{tile}");
        assert_eq!(
            (&hashes.headers["content-type"], &hashes.headers["cache-control"]),
            (&"application/octet-stream".parse().unwrap(), &"public, max-age=31536000, immutable".parse().unwrap())
        );
        let bundle = get(tile.entries_path()).await.body;
        let leaves: Vec<u8> = entry_bundle::decode(&bundle, width).unwrap().into_iter().flat_map(|entry| leaf_hash(entry).0).collect();
        assert_eq!(leaves, hashes.body, "{tile}");
    }
    assert_eq!(get("tile/1/000.p/1".into()).await.body.len(), 32);
    for beyond in [
        "tile/0/001",
        "tile/0/001.p/48",
        "tile/entries/001.p/48",
        "tile/0/002.p/1",
        "tile/1/000",
        "tile/2/000.p/1",
        "tile/0/1",
        "tile/0/../0",
    ] {
        assert_eq!(get(beyond.into()).await.status, StatusCode::NOT_FOUND, "{beyond}");
    }
    assert_eq!(scene.request(None, "/log/none/checkpoint").await.status, StatusCode::NOT_FOUND);
    std::fs::remove_file(scene.folder.path().join("log").join(LogPath::Entries { index: 0, width: 256 }.to_string())).unwrap();
    let missing = get("tile/entries/000".into()).await;
    assert_eq!(missing.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!missing.text().contains("os error"), "what our disk says is not for strangers");
}

/// Everything else that strangers can call: other rooms answer it.
const ELSEWHERE: [(&str, &str); 19] = [
    ("/api/v1/assign", "get"),
    ("/api/v1/assign", "post"),
    ("/bitrix24/{token}/install", "post"),
    ("/bitrix24/{token}/card", "post"),
    ("/api/v1/events", "post"),
    ("/hooks/{token}", "post"),
    ("/site/{token}.js", "get"),
    ("/site/{token}/messages", "post"),
    ("/proxy/{token}/{path}", "get"),
    ("/proxy/{token}/{path}", "post"),
    ("/proxy/{token}/{path}", "put"),
    ("/proxy/{token}/{path}", "patch"),
    ("/proxy/{token}/{path}", "delete"),
    ("/v1/traces", "post"),
    ("/v1/logs", "post"),
    ("/api/public/otel/v1/traces", "post"),
    ("/healthz", "get"),
    ("/readyz", "get"),
    ("/metrics", "get"),
];

#[test]
fn every_call_is_described_and_every_description_is_a_call() {
    let openapi: Value = serde_json::from_str(description::OPENAPI).unwrap();
    let described: BTreeSet<(String, String)> = openapi["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, calls)| {
            let methods = calls.as_object().unwrap().keys().filter(|method| *method != "parameters");
            methods.map(|method| (path.clone(), method.clone())).collect::<Vec<_>>()
        })
        .collect();
    let ours = table().into_iter().map(|(path, _)| (path.replace("{*", "{"), "get".to_owned()));
    let ours = ours.chain(changes().into_iter().map(|(path, method, _)| (path.to_owned(), method.to_owned())));
    let calls: BTreeSet<(String, String)> = ours.chain(ELSEWHERE.map(|(path, method)| (path.to_owned(), method.to_owned()))).collect();
    assert_eq!(described, calls);
    let mut names = BTreeSet::new();
    for (path, method) in &described {
        let call = &openapi["paths"][path][method];
        assert!(names.insert(call["operationId"].as_str().unwrap()), "{path}: its operationId is taken");
        assert!(call["summary"].is_string() && call["responses"].is_object(), "{path}");
        for parameter in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
            let listed = openapi["paths"][path]["parameters"].as_array().unwrap();
            let known = |item: &Value| item["name"] == parameter || item["$ref"] == format!("#/components/parameters/{parameter}");
            assert!(listed.iter().any(known), "{path}: {parameter}");
        }
    }
}

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(parts) => parts.iter().for_each(|(name, part)| match part.as_str().filter(|_| name == "$ref") {
                Some(reference) => found.push(reference.to_owned()),
                None => references(part, found),
            }),
            Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
            _ => {}
        }
    }
    let openapi: Value = serde_json::from_str(description::OPENAPI).unwrap();
    let mut found = Vec::new();
    references(&openapi, &mut found);
    for reference in found {
        let local = reference.strip_prefix('#').map(|pointer| openapi.pointer(pointer).is_some());
        assert!(local.unwrap_or(reference == "/api/v1/schema"), "{reference}");
    }
}

#[tokio::test]
async fn completeness_is_told_by_channel_and_adds_up() {
    let scene = scene().await;
    let found = scene.get("/api/v1/metrics/completeness?from=2025-01-01&to=2025-02-01").await.json();
    for what in ["session", "client", "intent", "card"] {
        for field in ["part", "n"] {
            let channels = found["channels"].as_object().unwrap().values().map(|of| of[what][field].as_u64().unwrap()).sum::<u64>();
            assert_eq!(found["all"][what][field].as_u64(), Some(channels), "{what}.{field}: {found:#}");
        }
    }
    assert!(found["all"]["session"]["part"].as_u64().unwrap() > 100 && found["is_cut"] == false, "{found:#}");
    assert_eq!(scene.refused("/api/v1/metrics/completeness?channel=vk").await, (400, "bad_parameter".into()));
}

/// The parameters of the description are those that the calls take: each is accepted, and one more is refused.
#[tokio::test]
async fn every_described_parameter_is_taken() {
    let scene = scene().await;
    let openapi: Value = serde_json::from_str(description::OPENAPI).unwrap();
    for (path, _) in table().into_iter().filter(|(path, _)| path.starts_with("/api/v1/") && *path != "/api/v1/schema") {
        let of_call = openapi["paths"][path]["get"]["parameters"].as_array().unwrap().iter();
        let of_call = of_call.map(|item| item["$ref"].as_str().map_or(item, |reference| openapi.pointer(&reference[1..]).unwrap()));
        let value = |name: &str| match name {
            "from" => "2025-01-01".to_owned(),
            "to" => "2025-01-02".to_owned(),
            "limit" | "confidence_below" | "compare" => "1".to_owned(),
            "after" | "record" => "0".to_owned(),
            "at" => "2024-12-01".to_owned(),
            "weeks" => "2".to_owned(),
            "cursor" => journal::reading::Cursor { at: 0, id: 0 }.to_string(),
            "outcome" | "state" => "open".to_owned(),
            "kind" if path.contains("differences") => "double".to_owned(),
            "kind" => "booked".to_owned(),
            "queue" => "low".to_owned(),
            "format" => "json".to_owned(),
            "language" => "ru".to_owned(),
            _ => "x".to_owned(),
        };
        let query: Vec<String> = of_call.map(|item| item["name"].as_str().unwrap()).map(|name| format!("{name}={}", value(name))).collect();
        let path = path
            .replace("{event_id}", "n1")
            .replace("{session_id}", "site-1")
            .replace("{client_id}", "none")
            .replace("{cut}", "channel")
            .replace("{report_id}", "1")
            .replace("{kind}", "weekly");
        let answer = scene.request(Some("read"), &format!("{path}?{}", query.join("&"))).await;
        assert!([StatusCode::OK, StatusCode::NOT_FOUND].contains(&answer.status), "{path}: {}", answer.text());
        let more = scene.refused(&format!("{path}?{}&surely_not=1", query.join("&"))).await;
        assert_eq!(more, (400, "bad_parameter".into()), "{path}");
    }
}
