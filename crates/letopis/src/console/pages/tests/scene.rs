//! The console of a salon over a journal in a folder of its own, a browser to look at it, and a stand-in for the recorder that
//! takes decisions from the queue and applies changes of access.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use ledger::RecordList;
use queue::Queue;
use queue::memory::MemoryQueue;
use tower::ServiceExt;

use super::super::{Console, routes};
use crate::access::connection_trial::{Finding, Step, Why};
use crate::access::portal_visit::{Refused, Settled, Unseen, Visit};
use crate::access::{self, Change, ConnectionId, Invitation, KeyRing, Role, Scope, link, member, trail::Who};
use crate::console::portals::{self, Portals};
use crate::console::replay::{NotTaken, Replay, Resend};
use crate::console::trials::Trials;
use crate::decide::Decide;
use crate::event::record::{Decided, Decision};
use crate::event::when::HOUR_US;
use crate::event::{self, BusinessId, CrmRef, Frame, RecordNo};
use crate::journal::log::Logs;
use crate::journal::sessions::Gaps;
use crate::journal::testing::{NOON, Pen};
use crate::journal::{
    self, Progress, acts, append, duties, experiments, extent, forwards, gone, incidents, known, lead_work, quarantine, scenarios,
    witnesses,
};
use crate::privacy::{self, BusinessKeys, Vault};
use crate::store::{Migration, Store, StoreError};

/// When pages are looked at: an hour after the first event.
pub(super) const NOW: i64 = NOON + HOUR_US;

/// The customer's own example, a conversation with everything in it, and one that nobody answered.
const EVENTS: [&str; 8] = [
    r#"{"event_id":"evt_20250101_001","timestamp":"2025-01-01T12:34:56+03:00","channel":"whatsapp","client":{"phone":"+7xxxxxxxxxx","name":"Иван"},"session_id":"sess_abc123","intent":"запись_на_приём","confidence":0.87,"bot_response":"Записал на 15:00, отправил напоминание","action":"create_lead","crm_id":"BX_LEAD_4521"}"#,
    r#"{"event_id":"a1","timestamp":"2025-01-01T14:00:00+03:00","channel":"telegram","session_id":"anna","client":{"phone":"89211234567","name":"Анна"},"text":"Можно на <b>стрижку</b> завтра?","intent":"запись","confidence":0.41}"#,
    r#"{"event_id":"a2","timestamp":"2025-01-01T14:00:02+03:00","channel":"telegram","session_id":"anna","client":{"phone":"89211234567"},"bot_response":"Да, в 15:00","model":"gpt-x","latency_ms":1800,"scenario":"запись","scenario_version":"7"}"#,
    r#"{"event_id":"a3","timestamp":"2025-01-01T14:00:40+03:00","channel":"telegram","session_id":"anna","client":{"phone":"89211234567"},"type":"booking_created","booking":{"starts_at":"2025-01-02T15:00","service":"стрижка","staff":"Егор"},"crm_id":"BX_DEAL_7"}"#,
    r#"{"event_id":"a4","timestamp":"2025-01-01T14:30:00+03:00","channel":"telegram","session_id":"anna","client":{"phone":"89211234567"},"operator":"Вера","text":"Ждём вас!"}"#,
    r#"{"event_id":"a5","timestamp":"2025-01-01T14:31:00+03:00","channel":"telegram","session_id":"anna","client":{"phone":"89211234567"},"type":"error","error":{"code":"crm_timeout","message":"CRM не ответила"}}"#,
    r#"{"event_id":"b1","timestamp":"2025-01-01T14:50:00+03:00","channel":"site","session_id":"boris","client":{"phone":"89217654321"},"text":"Есть кто живой?"}"#,
    r#"{"event_id":"c1","timestamp":"2025-01-01T13:00:00+03:00","channel":"vk","session_id":"vera","client":{"channel_id":"id5","phone":"89210000001","name":"Вера"},"text":"Сколько стоит окрашивание?","bot_response":"От 4000 ₽"}"#,
];

/// A salon with a console.
pub(super) struct Scene {
    _folder: tempfile::TempDir,
    pub(super) store: Store,
    vault: Vault,
    router: Router,
    business: BusinessId,
    pub(super) owner_link: String,
}

/// Takes what is an event, and nobody records it.
struct Gate;

impl crate::console::assigning::Expose for Gate {
    fn expose(&self, _: BusinessId, _: bytes::Bytes) -> futures_util::future::BoxFuture<'_, Result<(), NotTaken>> {
        Box::pin(async { Err(NotTaken::Unavailable("nobody is here".into())) })
    }
}

impl Resend for Gate {
    fn resend(&self, _: BusinessId, item: bytes::Bytes, spare_id: String) -> futures_util::future::BoxFuture<'_, Result<String, NotTaken>> {
        let id = event::check(&item, &event::Limits::default()).map(|checked| checked.event_id.map_or(spare_id, Into::into));
        Box::pin(async { Ok(id?) })
    }

    fn say(&self, _: BusinessId, _: bytes::Bytes) -> futures_util::future::BoxFuture<'_, Result<(), NotTaken>> {
        Box::pin(async { Ok(()) })
    }
}

/// A portal that lets in whoever says `in`, and is `https://salon.example`.
impl Portals for Gate {
    fn origin_of(&self, webhook: &str) -> Option<String> {
        webhook.trim().starts_with("https://salon.example/rest/").then(|| "https://salon.example".to_owned())
    }

    fn install(&self, posted: portals::Posted) -> futures_util::future::BoxFuture<'_, Result<Settled, Unseen>> {
        let is_in = posted.body.starts_with(b"in");
        let settled = Settled {
            business: BusinessId(1),
            connection: ConnectionId::draw(&mut rand::rng()),
            portal: "https://salon.example".to_owned(),
            changed: Vec::new(),
            is_page: !posted.body.ends_with(b"event"),
            frame: "5e1f".to_owned(),
            is_whole: true,
            language: "ru".to_owned(),
        };
        Box::pin(async move { if is_in { Ok(settled) } else { Err(Unseen::Stranger) } })
    }

    fn visit(&self, posted: portals::Posted) -> futures_util::future::BoxFuture<'_, Result<Visit, Refused>> {
        let body = String::from_utf8_lossy(&posted.body).into_owned();
        let portal = "https://salon.example".to_owned();
        Box::pin(async move {
            let Some(about) = body.strip_prefix("in:") else {
                let portal = (body == "no right").then_some(portal);
                return Err(Refused { why: Unseen::NoRight, portal, language: "ru".to_owned() });
            };
            let (language, card) = about.split_once(' ').unwrap_or((about, ""));
            Ok(Visit {
                business: BusinessId(1),
                connection: posted.token.parse().unwrap_or_else(|_| ConnectionId::draw(&mut rand::rng())),
                portal,
                employee: 7,
                cards: CrmRef::parse(card).into_iter().collect(),
                language: language.to_owned(),
                shows_words: true,
            })
        })
    }
}

impl Trials for Gate {
    fn try_out(&self, _: BusinessId, _: ConnectionId, deliver: bool) -> futures_util::future::BoxFuture<'_, Option<Vec<Finding>>> {
        let taken = if deliver { Why::Taken } else { Why::NotAsked };
        Box::pin(async move { Some(vec![Finding::wrong(Step::Tcp, Why::Refused), Finding::well(Step::Delivery, taken).status(200)]) })
    }
}

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// Somebody's browser: it keeps cookies and says where its forms come from.
pub(super) struct Browser<'a> {
    scene: &'a Scene,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Scene {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let migrations = [access::SCHEMA, privacy::SCHEMA, journal::SCHEMA].map(|sql| Migration { name: "test", sql });
        let store = Store::open(&folder.path().join("db"), &migrations, journal::setup).unwrap();
        let (log_folder, written) = (folder.path().join("log"), Arc::new(OnceLock::new()));
        let kept = Arc::clone(&written);
        let welcome = store.write(move |tx| {
            let welcome = access::first::start(tx, NOW, &mut rand::rng()).unwrap().unwrap();
            let mut pen = Pen::new(tx, welcome.business);
            for event in EVENTS {
                pen.event(tx, event).unwrap();
            }
            pen.flush(tx);
            let log = pen.publish(tx, &log_folder);
            let _ = kept.set((pen, log));
            Ok::<_, StoreError>(welcome)
        });
        let welcome = welcome.await.unwrap();
        let (pen, log) = Arc::into_inner(written).unwrap().into_inner().unwrap();
        let (logs, vault, progress) = (Logs::default(), Vault::new(vec![(*pen.keys).clone()]), Progress::default());
        logs.add(log);
        let queue: Arc<dyn Queue> = Arc::new(MemoryQueue::new(queue::Limits::default()));
        tokio::spawn(stand_in(Arc::clone(&queue), store.clone(), vault.clone(), progress.clone()));
        let decide = Decide::new(queue, progress.clone());
        let console = Console {
            store: store.clone(),
            vault: vault.clone(),
            logs,
            replay: Arc::new(Replay::new(store.clone(), vault.clone(), decide.clone(), Arc::new(Gate))),
            assigning: crate::console::assigning::Assigning::new(store.clone(), vault.clone(), Arc::new(Gate)),
            trials: Arc::new(Gate),
            portals: Arc::new(Gate),
            reports: Arc::default(),
            post: crate::post::testing::silent(&store, &vault),
            retention: Arc::new(crate::audit::Retention::new(store.clone(), decide.clone(), || NOW)),
            reviews: Arc::new(crate::audit::Reviews::new(store.clone(), decide.clone(), || NOW)),
            decide,
            progress,
            keys: Arc::new(KeyRing::default()),
            card_grace_us: 900_000_000,
            has_backup: false,
            now_us: || NOW,
            secure_cookies: false,
        };
        let router = routes(Arc::new(console));
        let owner_link = welcome.owner_link.reveal().to_owned();
        Self { _folder: folder, store, vault, router, business: welcome.business, owner_link }
    }

    /// A browser that nobody signed in with.
    pub(super) fn browser(&self) -> Browser<'_> {
        Browser { scene: self, cookies: RefCell::default() }
    }

    /// A signed-in browser of the owner.
    pub(super) async fn owner(&self) -> Browser<'_> {
        let browser = self.browser();
        let answer = browser.post(&format!("/welcome/{}", self.owner_link), "").await;
        assert_eq!(answer.location(), "/password");
        browser
    }

    /// A signed-in browser of a new member.
    pub(super) async fn member(&self, role: Role) -> Browser<'_> {
        let business = self.business;
        let token = self.store.write(move |tx| {
            let (scope, login) = (Scope::local(business), role.as_str());
            let guest = Invitation { login: login.parse().unwrap(), name: login.parse().unwrap(), role };
            let (changes, user) = member::invite(tx, &scope, &guest, NOW, &mut rand::rng()).unwrap();
            changes.iter().for_each(|change| access::apply(tx, change).unwrap());
            Ok::<_, StoreError>(link::issue(tx, &scope, Who::Local, user, NOW, &mut rand::rng()).unwrap())
        });
        let browser = self.browser();
        browser.post(&format!("/welcome/{}", token.await.unwrap().reveal()), "").await;
        browser
    }

    /// Puts an item into quarantine; gives its number.
    pub(super) async fn refuse(&self, item: &'static str) -> i64 {
        let (business, keys) = (self.business, self.vault.keys(self.business).unwrap());
        let kept = self.store.write(move |tx| {
            let reason = serde_json::to_string(&event::check(item.as_bytes(), &event::Limits::default()).unwrap_err()).unwrap();
            let refusal = quarantine::Refusal { business, received_us: NOW, source: "api", reason: &reason, item: item.as_bytes() };
            quarantine::keep(tx, Some(&keys), refusal, &mut rand::rng()).unwrap();
            Ok::<_, StoreError>(tx.last_insert_rowid())
        });
        kept.await.unwrap()
    }

    /// Two deliveries that the bot of a connection did not take; the second was given up.
    pub(super) async fn defer(&self, connection: String) {
        let keys = self.vault.keys(self.business).unwrap();
        let stored = self.store.write(move |tx| {
            for exchange in ["a", "b"] {
                let (problem, bytes) = ("cannot be reached (connection refused)".to_owned(), b"words of a client".to_vec());
                let (connection, exchange) = (connection.clone(), exchange.to_owned());
                let delivery = forwards::Delivery { connection, exchange, chat: None, delivered_us: NOW, problem, bytes };
                forwards::insert(tx, &keys, &delivery, &mut rand::rng())?;
            }
            forwards::give_up(tx, 2, "it was tried 90 times", NOW)?;
            Ok::<_, StoreError>(())
        });
        stored.await.unwrap();
    }

    /// Does something to the database behind everybody's back.
    pub(super) async fn tamper(&self, sql: &'static str) {
        self.store.write(move |tx| Ok::<_, StoreError>(tx.execute_batch(sql)?)).await.unwrap();
    }
}

impl Browser<'_> {
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "", &[]).await
    }

    /// A form as a page of ours sends it.
    pub(super) async fn post(&self, path: &str, form: &str) -> Answer {
        self.send(Method::POST, path, form, &[("sec-fetch-site", "same-origin")]).await
    }

    /// The same with the session's token in it.
    pub(super) async fn submit(&self, path: &str, form: &str) -> Answer {
        let csrf = self.csrf().await;
        self.post(path, &format!("csrf={csrf}&{form}")).await
    }

    /// The token that our forms carry.
    pub(super) async fn csrf(&self) -> String {
        let page = self.get("/settings").await.body;
        page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    pub(super) async fn send(&self, method: Method, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path).header(header::HOST, "letopis.example");
        let cookies: Vec<String> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(header::COOKIE, cookies.join("; "));
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(form.to_owned())).unwrap();
        let (head, body) = self.scene.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
        let answer = Answer { status: head.status, headers: head.headers, body };
        for line in answer.cookies() {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        answer
    }
}

impl Answer {
    pub(super) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

/// Applies what the recorder would: changes of access, items closed. Merges are tested where they are applied.
async fn stand_in(queue: Arc<dyn Queue>, store: Store, vault: Vault, progress: Progress) {
    let mut consumer = queue.consumer("test").unwrap();
    let mut decisions = 0;
    while let Ok(batch) = consumer.receive(1 << 20, Duration::from_secs(60)).await {
        for delivery in batch.iter() {
            let frame = Frame::decode(&delivery.frame).unwrap();
            let decided: Decided = serde_json::from_slice(&frame.body).unwrap();
            decisions += 1;
            match decided.decision.clone() {
                Decision::Access { change } => {
                    let change: Change = serde_json::from_value(change).unwrap();
                    store.write(move |tx| access::apply(tx, &change)).await.unwrap();
                }
                Decision::QuarantineClosed { item, replaced_by } => {
                    let close = store
                        .write(move |tx| Ok::<_, StoreError>(quarantine::close(tx, frame.business, item, NOW, replaced_by.as_deref())?));
                    close.await.unwrap();
                }
                Decision::ClientErased { client, .. } => {
                    let keys = vault.keys(frame.business).unwrap();
                    store.write(move |tx| Ok::<_, StoreError>(enter_act(tx, &keys, &client)?)).await.unwrap();
                }
                Decision::WitnessJoined { name, vkey, url } => {
                    let join = store.write(move |tx| Ok::<_, StoreError>(witnesses::join(tx, frame.business, &name, &vkey, &url, NOW)?));
                    join.await.unwrap();
                }
                Decision::LeadTaken { session } => {
                    let record = RecordNo::new(frame.business, 99);
                    store.write(move |tx| Ok::<_, StoreError>(lead_work::take(tx, record, &session, &decided.by, NOW)?)).await.unwrap();
                }
                Decision::LeadEnded { session, how } => {
                    let record = RecordNo::new(frame.business, 99);
                    store.write(move |tx| Ok::<_, StoreError>(lead_work::end(tx, record, &session, how, &decided.by, NOW)?)).await.unwrap();
                }
                Decision::KnownSet { .. }
                | Decision::IncidentOpened(_)
                | Decision::IncidentAcknowledged { .. }
                | Decision::IncidentResolved(_)
                | Decision::ExperimentAdded(_)
                | Decision::ExperimentStarted(_)
                | Decision::ExperimentStopped(_)
                | Decision::ScenarioPut(_)
                | Decision::ScenarioActivated(_)
                | Decision::RequestReceived(_)
                | Decision::RequestClosed { .. }
                | Decision::BreachMarked { .. }
                | Decision::BreachTold { .. } => {
                    let record = RecordNo::new(frame.business, 1_000 + decisions);
                    store.write(move |tx| Ok::<_, StoreError>(sealed(tx, record, &decided)?)).await.unwrap();
                }
                // What these do is told as stories, against the real binary.
                _ => {}
            }
            progress.advance(HashMap::from([(delivery.lane, delivery.position)]));
        }
        batch.ack().await.unwrap();
    }
}

/// A decision with its row, and what it makes.
fn sealed(tx: &rusqlite::Transaction<'_>, record: RecordNo, decided: &Decided) -> rusqlite::Result<()> {
    let body = serde_json::to_value(&decided.decision).unwrap();
    let sql = "INSERT INTO decisions (record, business, made_us, made_by, kind, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = rusqlite::params![record.as_i64(), record.business().0, NOW, decided.by, body["decision"].as_str(), body.to_string()];
    tx.execute(sql, values)?;
    if let Decision::KnownSet { what, value } = &decided.decision {
        known::set(tx, record, what, &value.to_string())?;
    }
    incidents::apply(tx, record, NOW, decided)?;
    experiments::apply(tx, record, NOW, decided)?;
    scenarios::apply(tx, record, NOW, decided)?;
    duties::apply(tx, record, NOW, decided)
}

/// An act as the recorder would enter it, of a client whose rows go.
fn enter_act(tx: &rusqlite::Transaction<'_>, keys: &BusinessKeys, client: &str) -> rusqlite::Result<()> {
    let extent = extent::of_client(tx, keys, client)?.unwrap();
    let touched = gone::remove(tx, &extent.records)?;
    gone::settle(tx, keys, Gaps::default(), &touched)?;
    let list = RecordList::of(extent.records.iter().map(|record| record.index()));
    let told = serde_json::json!({
        "client": client, "clients": [client], "basis": "withdrawal", "request": "вх. № 12", "by": "owner", "phones_ending": extent.tails(),
        "identities": extent.kinds(), "destroyed": {"records": list.len()}, "copies": {"files": [], "backup_keys": "no backup folder configured"},
    });
    let record = RecordNo::new(keys.business(), append::next_index(tx, keys.business())?);
    let entry = ledger::Entry::act(ledger::ActKind::Erase, [1; 16], &[2; 32], &list, told.to_string().as_bytes());
    append::entry(tx, record, &entry.encode())?;
    let (kind, made_us, salt, particulars) = (ledger::ActKind::Erase, NOW, [2; 32], Some(told.to_string()));
    acts::insert(tx, &acts::Act { record, kind, made_us, salt, list, particulars })
}
