//! Calls find their conversations, whatever comes in between.

#![allow(clippy::unwrap_used)]

use rusqlite::{Connection, Transaction};
use serde_json::json;

use super::append;
use super::chains::{self, Home};
use super::clients::Clients;
use super::projection::Projected;
use super::sessions::{Gaps, Sessions};
use super::testing::{NOON, Pen, empty};
use crate::event::record::Envelope;
use crate::event::{BusinessId, RecordNo};

/// A journal that only calls of models and messages are written to.
struct Desk<'a> {
    tx: Transaction<'a>,
    pen: Pen,
    clients: Clients,
    sessions: Sessions,
    next: u64,
    now_us: i64,
}

impl<'a> Desk<'a> {
    fn new(conn: &'a mut Connection) -> Self {
        let tx = conn.transaction().unwrap();
        let pen = Pen::new(&tx, BusinessId(1));
        Self { tx, pen, clients: Clients::default(), sessions: Sessions::new(Gaps::default()), next: 0, now_us: NOON }
    }

    fn write(&mut self, source: &str, event: serde_json::Value) -> (Option<Home>, Option<i64>) {
        self.now_us += 1_000_000;
        let (moment, keys) = (jiff::Timestamp::from_microsecond(self.now_us).unwrap(), &self.pen.keys);
        let mut event = event;
        event["timestamp"] = json!(moment.to_string());
        let envelope =
            Envelope { version: 1, received_at: moment, source: source.into(), connection: None, event_id: Some(self.next.to_string()) };
        let mut projected = Projected::of(&envelope, event.to_string().as_bytes()).unwrap();
        let record = RecordNo::new(BusinessId(1), self.next);
        self.next += 1;
        projected.row.record = record.as_i64();
        let home = chains::find(&self.tx, keys, &projected).unwrap();
        let theirs = home.as_ref().and_then(|home| chains::lead(&self.tx, keys, &mut self.clients, &mut projected, home).unwrap());
        let identity = self.clients.resolve(&self.tx, keys, &projected).unwrap().or(theirs);
        let session = self.sessions.place(&self.tx, keys, &projected, identity.as_ref()).unwrap();
        append::event(&self.tx, &projected.row, session, identity.map(|identity| identity.id)).unwrap();
        if let (Some(chain), Some(home)) = (&projected.chain, &home) {
            chains::remember(&self.tx, keys, record, chain, home).unwrap();
            assert!(chains::is_kept(&self.tx, keys, record, chain).unwrap());
            assert_eq!(chains::home_of(&self.tx, record.as_i64()).unwrap().as_ref(), Some(home));
        }
        (home, session)
    }

    /// A call: what it follows, what was asked, its tip; gives the name of its conversation.
    fn call(&mut self, follows: Option<&str>, asked: &str, tip: Option<&str>) -> String {
        let chain = json!({ "of": format!("x{}", self.next), "follows": follows, "asked": asked, "tip": tip, "pair": tip.map(|tip| format!("{tip}-pair")) });
        self.chained(chain)
    }

    fn chained(&mut self, chain: serde_json::Value) -> String {
        let event =
            json!({ "channel": "llm", "type": "llm_call", "model": "m", "meta": { "chain": chain, "llm": { "said": "хочу записаться" } } });
        self.write("proxy", event).0.unwrap().given.unwrap_or_default()
    }
}

/// A span: its trace, and the conversation that it names.
fn told(desk: &mut Desk<'_>, trace: &str, session: Option<&str>) -> (String, Option<i64>) {
    let mut event = json!({ "channel": "otlp", "type": "llm_call", "model": "m", "meta": { "otel": { "trace": trace } } });
    if let Some(session) = session {
        event["session_id"] = json!(session);
    }
    let (home, session) = desk.write("otlp", event);
    (home.unwrap().given.unwrap(), session)
}

#[test]
fn a_span_belongs_to_the_only_conversation_that_its_trace_named_before() {
    let mut conn = empty();
    let mut desk = Desk::new(&mut conn);
    let alone = told(&mut desk, "a", None);
    assert_eq!(alone.0, "trace-a", "nobody has named it");
    assert_eq!(told(&mut desk, "a", None), alone);
    let named = told(&mut desk, "b", Some("s"));
    assert_eq!(told(&mut desk, "b", None), named, "in another request, of another moment");
    assert_eq!(told(&mut desk, "a", Some("s")).1, named.1, "what names itself is there whatever its trace is");
    assert_eq!(told(&mut desk, "a", None), named, "from now on the trace has a name");
    assert_eq!(told(&mut desk, "a", Some("t")).0, "t");
    assert_eq!(told(&mut desk, "a", None), alone, "two names are none");
    assert_eq!(told(&mut desk, "c", None).0, "trace-c", "another trace");
    // Only what came through the door for spans is believed.
    let event = json!({ "channel": "web", "type": "message_in", "text": "x", "session_id": "v", "meta": { "otel": { "trace": "b" } } });
    assert_eq!(desk.write("api", event).0, None);
}

#[test]
fn two_that_begin_alike_stay_apart_and_a_question_asked_again_joins() {
    let mut conn = empty();
    let mut desk = Desk::new(&mut conn);
    let (one, two) = (desk.call(None, "hi", Some("A")), desk.call(None, "hi", Some("A")));
    assert_ne!(one, two);
    let first = desk.call(Some("A"), "hi A cut", Some("B"));
    let second = desk.call(Some("A"), "hi A nails", Some("C"));
    assert_eq!(
        [first.clone(), second.clone()],
        [two.clone(), one.clone()],
        "whose the words are nobody knows: but two conversations, not one"
    );
    assert_eq!(desk.call(Some("A"), "hi A cut", Some("B2")), first, "the same question again");
    assert_eq!(desk.call(Some("B2"), "hi A cut B2 yes", None), first, "goes on from the second answer");
    assert_eq!(desk.call(Some("C"), "c", Some("D")), second);
    let third = desk.call(Some("A"), "hi A brows", None);
    assert!(![one, two].contains(&third), "both ends have been gone on from");
}

#[test]
fn a_cut_history_finds_the_only_one_that_ended_with_its_pair() {
    let mut conn = empty();
    let mut desk = Desk::new(&mut conn);
    let one = desk.call(None, "a", Some("A"));
    let cut = |of: &str| json!({ "of": of, "follows": "cut", "asked": of, "after": "A-pair" });
    assert_eq!(desk.chained(cut("x-cut")), one);
    let two = desk.call(None, "a", Some("E"));
    let three = desk.call(None, "b", Some("E"));
    let lost = desk.chained(json!({ "of": "x-lost", "follows": "cut2", "asked": "lost", "after": "E-pair" }));
    assert!(![one, two, three].contains(&lost), "two ended so: nobody is guessed");
}

#[test]
fn what_failed_a_moment_ago_is_asked_again_and_what_was_answered_is_another_client() {
    let mut conn = empty();
    let mut desk = Desk::new(&mut conn);
    let failed = desk.call(None, "hi", None);
    assert_eq!(desk.call(None, "hi", Some("A")), failed);
    assert_ne!(desk.call(None, "hi", Some("A")), failed, "it has its answer: this is somebody else");
    assert_eq!(desk.chained(json!({ "of": "x-again", "retry": "x0", "asked": "hi" })), failed, "a retry that says so");
    let failed = desk.call(None, "ok", None);
    desk.now_us += 600_000_000;
    assert_ne!(desk.call(None, "ok", Some("A")), failed, "nobody retries after ten minutes");
}

#[test]
fn the_only_client_who_wrote_the_words_has_the_calls() {
    let mut conn = empty();
    let mut desk = Desk::new(&mut conn);
    let writes = |client: &str, words: &str| json!({ "channel": "telegram", "type": "message_in", "client": { "channel_id": client }, "text": words });
    let (_, talk) = desk.write("hook", writes("7", " Хочу   записаться"));
    let call = |of: &str, follows: Option<&str>, tip: &str| {
        let chain = json!({ "of": of, "asked": of, "follows": follows, "tip": tip });
        json!({ "channel": "llm", "type": "llm_call", "model": "m", "latency_ms": 900, "meta": { "chain": chain, "llm": { "said": "хочу записаться" } } })
    };
    let (home, session) = desk.write("proxy", call("x1", None, "A"));
    assert!(home.as_ref().unwrap().who.is_some() && session == talk);
    let (next, session) = desk.write("proxy", call("x2", Some("A"), "B"));
    assert_eq!((next, session), (home, talk), "what goes on from it too");
    desk.now_us += 300_000_000;
    assert!(desk.write("proxy", call("x3", None, "C")).0.unwrap().who.is_none(), "five minutes later the words are nobody's");
    for client in ["8", "9"] {
        desk.write("hook", writes(client, "хочу записаться"));
    }
    assert!(desk.write("proxy", call("x4", None, "D")).0.unwrap().who.is_none(), "two wrote them");
    // Somebody's own events cannot say that they are part of a chain.
    assert!(desk.write("api", call("x5", Some("A"), "E")).0.is_none());
}
