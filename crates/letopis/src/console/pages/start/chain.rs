//! A test dialogue on the whole way that a client's goes: accepted, recorded, found by its words, proved, and in no number.
//!
//! It is marked as a test (`tags: ["test"]`), so it counts nowhere and no CRM is told of it, and its client can be erased right away, by the
//! same erasure as everybody's. Each step is looked for where people would look for it, not taken from what was sent.

use std::time::{Duration, Instant};

use bytes::Bytes;
use rand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Desk;
use super::super::error::PageError;
use super::super::visitor::Visitor;
use crate::access::Action;
use crate::access::trail::What;
use crate::event::record::{Basis, Decision};
use crate::event::{BusinessId, RecordNo};
use crate::journal::evidence::{self, Badge};
use crate::journal::reading::{self, Page};

/// The channel of test dialogues.
pub(in crate::console::pages) const CHANNEL: &str = "test";
/// The steps in their order.
pub(super) const STEPS: [&str; 5] = ["accepted", "recorded", "found", "proved", "left_out"];

/// Longer than recording, signing and counting need together on a busy machine; the person waits before an empty page.
const PATIENCE: Duration = Duration::from_secs(12);
const PAUSE: Duration = Duration::from_millis(100);

/// What came of it, as it is sealed: no words of anybody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Chained {
    /// Which one.
    pub(super) code: String,
    /// Milliseconds from the beginning to each step that was reached.
    pub(super) took_ms: Vec<u32>,
    /// Public ids of its conversation and its client.
    pub(super) session: Option<String>,
    pub(super) client: Option<String>,
}

impl Chained {
    /// Whether every step was reached.
    pub(super) fn is_whole(&self) -> bool {
        self.took_ms.len() == STEPS.len()
    }
}

/// Who goes the way.
struct Walk<'a> {
    desk: &'a Desk,
    business: BusinessId,
    began: Instant,
    chained: Chained,
}

/// Goes the whole way; a step that is not reached in time ends it.
pub(super) async fn run(desk: &Desk, visitor: &Visitor) -> Result<Chained, PageError> {
    let code: String = (0..8).map(|_| char::from(b'a' + (rand::rng().next_u32() % 26) as u8)).collect();
    let lines =
        lines(&code, &visitor.clock().rfc3339(visitor.now_us), &visitor.t.say("start-chain-name"), &visitor.t.say("start-chain-text"));
    let chained = Chained { code: code.clone(), ..Chained::default() };
    let mut walk = Walk { desk, business: visitor.business.id, began: Instant::now(), chained };
    desk.console.replay.say(visitor.business.id, Bytes::from(lines)).await.map_err(|e| PageError::Broken(e.to_string()))?;
    walk.reached();
    let Some(record) = walk.recorded(&code).await? else { return Ok(walk.chained) };
    if !walk.found(&code, record).await? || !walk.proved(record).await? {
        return Ok(walk.chained);
    }
    if walk.left_out().await? {
        walk.reached();
    }
    Ok(walk.chained)
}

fn lines(code: &str, at: &str, name: &str, text: &str) -> String {
    let id = format!("letopis-test-{code}");
    let of = |number: u8, kind: &str, words: (&str, String)| {
        let mut event = json!({
            "event_id": format!("{id}-{number}"), "timestamp": at, "channel": CHANNEL, "session_id": id, "type": kind,
            "client": { "channel_id": id, "name": name }, "tags": ["test"],
        });
        event[words.0] = words.1.into();
        event.to_string()
    };
    let asked = of(1, "message_in", ("text", format!("{text} {code}")));
    format!("{asked}\n{}", of(2, "message_out", ("bot_response", format!("{code}: OK"))))
}

impl Walk<'_> {
    fn reached(&mut self) {
        self.chained.took_ms.push(u32::try_from(self.began.elapsed().as_millis()).unwrap_or(u32::MAX));
    }

    fn has_time(&self) -> bool {
        self.began.elapsed() < PATIENCE
    }

    /// Both events are in the journal; gives the first one's record.
    async fn recorded(&mut self, code: &str) -> Result<Option<RecordNo>, PageError> {
        while self.has_time() {
            let (business, keys) = (self.business, self.desk.keys(self.business)?);
            let ids = [1, 2].map(|number| format!("letopis-test-{code}-{number}"));
            let read = self.desk.console.store.read(move |conn| {
                let records = ids.map(|id| reading::event_by_id(conn, &keys, &id).map(|records| records.first().copied()));
                let [Some(first), Some(_)] = [records[0].as_ref().ok().copied().flatten(), records[1].as_ref().ok().copied().flatten()]
                else {
                    return Ok::<_, PageError>(None);
                };
                Ok(reading::event(conn, business, first)?.map(|line| (first, line.session, line.client.map(|client| client.pid))))
            });
            if let Some((record, session, client)) = read.await? {
                (self.chained.session, self.chained.client) = (session, client);
                self.reached();
                return Ok(Some(record));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(None)
    }

    /// By its word, as somebody would look for it.
    async fn found(&mut self, code: &str, record: RecordNo) -> Result<bool, PageError> {
        let (keys, question) = (self.desk.keys(self.business)?, code.to_owned());
        let read =
            self.desk.console.store.read(move |conn| Ok::<_, PageError>(reading::search(conn, &keys, &question, &Page::new(10, None))?));
        let found = read.await?.hits.items.iter().any(|hit| hit.line.row.record == record.as_i64());
        if found {
            self.reached();
        }
        Ok(found)
    }

    /// The proof that would be handed over holds, and the row that is shown is what it proves.
    async fn proved(&mut self, record: RecordNo) -> Result<bool, PageError> {
        let Some(log) = self.desk.console.logs.of(self.business) else { return Ok(false) };
        while self.has_time() {
            let (business, keys, log) = (self.business, self.desk.keys(self.business)?, std::sync::Arc::clone(&log));
            let read = self.desk.console.store.read(move |conn| {
                let Some(line) = reading::event(conn, business, record)? else { return Ok::<_, PageError>(false) };
                let is_green = matches!(evidence::badge(conn, &keys, &log, &line.row), Badge::Proven { .. });
                let bundle = evidence::proof_bundle(conn, &keys, &log, record);
                Ok(is_green && bundle.is_ok_and(|bundle| bundle.verify(log.verifying_key()).is_ok()))
            });
            if read.await? {
                self.reached();
                return Ok(true);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(false)
    }

    /// Numbers have looked at it and left it out.
    async fn left_out(&self) -> Result<bool, PageError> {
        let Some(session) = self.chained.session.clone() else { return Ok(false) };
        while self.has_time() {
            let (business, session) = (self.business, session.clone());
            let sql =
                "SELECT 1 FROM cases k JOIN sessions s ON s.id = k.session WHERE s.business = ?1 AND s.pid = ?2 AND k.left_out = 'test'";
            let read =
                self.desk.console.store.read(move |conn| Ok::<_, PageError>(conn.prepare_cached(sql)?.exists((business.0, session))?));
            if read.await? {
                return Ok(true);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(false)
    }
}

/// Erases the client of a test dialogue, and nobody else: whoever was merged with somebody is left to people.
pub(super) async fn remove(desk: &Desk, visitor: &Visitor, chained: &Chained) -> Result<(), PageError> {
    visitor.require(Action::Erase)?;
    let (business, Some(pid)) = (visitor.business.id, chained.client.clone()) else { return Err(PageError::NotFound) };
    let wanted = pid.clone();
    let known = desk.console.store.read(move |conn| Ok::<_, PageError>(reading::client(conn, business, &wanted)?)).await?;
    let known = known.ok_or(PageError::NotFound)?;
    if known.client.pid != pid || !known.merged.is_empty() || known.known.iter().any(|one| one.channel.as_deref() != Some(CHANNEL)) {
        return Err(PageError::Form("this client is somebody else too by now: erase them on their own page"));
    }
    let request = format!("letopis-test-{}", chained.code);
    desk.console
        .decide
        .decide(business, visitor.by(), Decision::ClientErased { client: pid.clone(), basis: Basis::Purpose, request }, visitor.now_us)
        .await?;
    desk.looked.at(&desk.console.store, visitor, What::Changed, &format!("erased {pid}"));
    Ok(())
}
