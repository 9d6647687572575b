//! `/verify`: a proof or a dossier, dropped by anybody and checked here. Nothing of it is stored, and nobody needs to be signed in.
//!
//! Whoever checks on the server of the log takes this server's word: the page says so, and names the programs that need no server. The key
//! is the visitor's own, or, where they have none, that of the log of this name here. Limits: bytes of an upload, uploads at one time,
//! checks at one time, checks of one address in a minute.
//!
//! * `asked` – reading the form · `pace` – how often · here: checking and showing

mod asked;
mod pace;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use ledger::{Algorithm, Believed, HandedOver, ProofBundle, Signed, VerifyingKey};
use tokio::sync::Semaphore;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, whole};
use super::look::Look;
use crate::console::{Console, dossier};
use crate::journal::witnesses;
use crate::store::StoreError;

use asked::Asked;
use pace::Pace;

pub(super) use asked::BODY_BYTES;

/// Uploads that are being read at one time: each may hold [`BODY_BYTES`] in memory.
const READING: usize = 6;
/// Checks at one time: they need a core that events need too.
const CHECKING: usize = 1;

/// What keeps strangers within their limits.
pub(super) struct Limits {
    reading: Semaphore,
    checking: Semaphore,
    pace: Pace,
}

impl Default for Limits {
    fn default() -> Self {
        Self { reading: Semaphore::new(READING), checking: Semaphore::new(CHECKING), pace: Pace::default() }
    }
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage {
    f: Frame,
    key: String,
    witnesses: String,
    problem: Option<String>,
    checked: Option<Checked>,
}

/// What came of a check.
struct Checked {
    ok: bool,
    verdict: String,
    origin: String,
    /// The key is this server's own, not the visitor's.
    own_key: bool,
    /// The page shows what the proofs say, which all hold; false also for a single proof.
    page_holds: bool,
    /// All proofs hold, and the page shows something else.
    edited: bool,
    witnessed: bool,
    lines: Vec<Line>,
}

struct Line {
    ok: bool,
    title: String,
    about: String,
    /// Who, and what they wrote.
    words: Vec<(String, String)>,
    seen: Vec<String>,
    problem: Option<String>,
}

/// Keys and names of the logs here.
type OurLogs = Vec<(VerifyingKey, Vec<VerifyingKey>)>;

/// `GET /verify`
pub(super) async fn ask(State(desk): State<Desk>, look: Look) -> Result<Response, PageError> {
    whole(&VerifyPage { f: frame(&desk, look), key: String::new(), witnesses: String::new(), problem: None, checked: None })
}

/// `POST /verify`
pub(super) async fn check(State(desk): State<Desk>, request: Request) -> Result<Response, PageError> {
    let limits = &desk.verifying;
    let (parts, body) = request.into_parts();
    let look = Look::of(&parts);
    if let Err(wait_s) = limits.pace.take(asked::address(&parts), (desk.console.now_us)()) {
        return again(&desk, look, "verify-pace", StatusCode::TOO_MANY_REQUESTS, Some(wait_s));
    }
    let reading = limits.reading.try_acquire().map_err(|_| PageError::Busy)?;
    let asked = match Asked::read(Request::from_parts(parts, body)).await? {
        Ok(asked) => asked,
        Err(refused) => return again(&desk, look, refused.key, refused.status, None),
    };
    let _turn = limits.checking.acquire().await.map_err(|_| PageError::Busy)?;
    let ours = our_logs(&desk.console).await?;
    let f = frame(&desk, look);
    let done = tokio::task::spawn_blocking(move || {
        let checked = examine(&f, &asked, &ours);
        (f, asked, checked)
    });
    let (f, asked, checked) = done.await.map_err(|e| PageError::Broken(e.to_string()))?;
    drop(reading);
    let (problem, checked) = match checked {
        Ok(checked) => (None, Some(checked)),
        Err(problem) => (Some(problem), None),
    };
    whole(&VerifyPage { f, key: asked.key, witnesses: asked.witnesses, problem, checked })
}

fn frame(desk: &Desk, look: Look) -> Frame {
    let mut f = Frame::for_guest(desk, look, "verify-title");
    f.here = "/verify".to_owned();
    f
}

/// The form once more, with what was wrong.
fn again(desk: &Desk, look: Look, key: &str, status: StatusCode, wait_s: Option<u32>) -> Result<Response, PageError> {
    let f = frame(desk, look);
    let problem = wait_s.map_or_else(|| f.say(key), |seconds| f.t.count(key, seconds));
    let mut response = whole(&VerifyPage { f, key: String::new(), witnesses: String::new(), problem: Some(problem), checked: None })?;
    *response.status_mut() = status;
    if let Some(seconds) = wait_s {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

/// The logs of this server and who cosigns each.
async fn our_logs(console: &Console) -> Result<OurLogs, PageError> {
    let logs = console.logs.all();
    let read = console.store.read(move |conn| {
        let mut ours = OurLogs::new();
        for log in &logs {
            let known = witnesses::of(conn, log.business)?;
            let keys = known.all.iter().filter_map(|witness| witnesses::witness_key(&witness.vkey).ok()).collect();
            ours.push((log.verifying_key().clone(), keys));
        }
        Ok::<_, StoreError>(ours)
    });
    Ok(read.await?)
}

/// The whole check; an error is a text for the visitor.
fn examine(f: &Frame, asked: &Asked, ours: &OurLogs) -> Result<Checked, String> {
    let handed = HandedOver::read(&asked.file).map_err(|e| f.of("verify-unreadable", &e.to_string()))?;
    let bundles = handed.bundles();
    let Some(first) = bundles.first() else { return Err(f.say("verify-tlog-proof")) };
    let own = ours.iter().find(|(key, _)| key.name() == first.origin);
    let (log, own_key) = match (asked.key.trim(), own) {
        ("", Some((key, _))) => (key.clone(), true),
        ("", None) => return Err(f.of("verify-needs-key", &first.origin)),
        (given, _) => (given.parse().map_err(|e: ledger::KeyError| f.of("verify-bad-key", &e.to_string()))?, false),
    };
    let mut keys = Vec::new();
    for line in asked.witnesses.split_whitespace() {
        let key: VerifyingKey = line.parse().map_err(|e: ledger::KeyError| f.of("verify-bad-key", &e.to_string()))?;
        if key.algorithm() != Algorithm::Cosignature {
            return Err(f.of("verify-bad-key", key.name()));
        }
        keys.push(key);
    }
    // Given keys must have cosigned; those that this server knows are only named when they have.
    let quorum = keys.len();
    if keys.is_empty() && own_key {
        keys = own.map(|(_, known)| known.clone()).unwrap_or_default();
    }
    let believed = Believed { log, witnesses: keys, quorum };
    let lines: Vec<Line> = bundles.iter().map(|bundle| line(f, bundle, &believed)).collect();
    let shown = match &handed {
        HandedOver::Dossier(_) => Some(dossier::shows_what_it_proves(&asked.file, bundles).unwrap_or(false)),
        _ => None,
    };
    let wrong = lines.iter().filter(|line| !line.ok).count();
    let ok = wrong == 0 && shown != Some(false);
    let verdict = match (wrong, shown) {
        (0, Some(false)) => f.say("verify-edited"),
        (0, _) => f.t.count("verify-holds", lines.len() as i64),
        _ => f.t.count("verify-broken", wrong as i64),
    };
    let (page_holds, edited) = (ok && shown == Some(true), wrong == 0 && shown == Some(false));
    let witnessed = lines.iter().all(|line| !line.seen.is_empty());
    Ok(Checked { ok, verdict, origin: believed.log.name().to_owned(), own_key, page_holds, edited, witnessed, lines })
}

fn line(f: &Frame, bundle: &ProofBundle, believed: &Believed) -> Line {
    let id = bundle.event_id.as_deref().unwrap_or("—");
    let title = f.t.with("verify-record", &[("index", bundle.index.into()), ("id", id.into())]);
    let (mut about, mut words) = (String::new(), Vec::new());
    if let Some((moment, kind, said, reply)) = dossier::spoken(bundle) {
        about = f.t.with("verify-about", &[("when", moment.into()), ("kind", f.of("kind", &kind).into())]);
        words.extend(said.map(|said| (f.say("verify-said"), said)));
        words.extend(reply.map(|reply| (f.say("verify-reply"), reply)));
    }
    match believed.check(bundle) {
        Ok(shown) => {
            let seen = shown
                .seen
                .iter()
                .map(|signed| f.t.with("verify-seen", &[("who", signed.name.as_str().into()), ("when", moment(signed).into())]));
            Line { ok: true, title, about, words, seen: seen.collect(), problem: None }
        }
        Err(why) => Line { ok: false, title, about, words, seen: Vec::new(), problem: Some(why.to_string()) },
    }
}

/// When a witness says that it saw the checkpoint.
fn moment(signed: &Signed) -> String {
    let seconds = i64::try_from(signed.at_seconds.unwrap_or_default()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), |at| at.strftime("%d.%m.%Y %H:%M:%S UTC").to_string())
}
