//! Who has seen the log from outside: witnesses, copies of checkpoints, the nightly audit.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::visitor::Visitor;
use crate::access::{AccessError, Action};
use crate::event::record::Decision;
use crate::journal::audits::{self, Run};
use crate::journal::copies::{CopyState, copies_of};
use crate::journal::witnesses::{self, NotAWitness, Witness, Witnesses, witness_key};
use crate::upstream::Address;

/// The part of the page.
pub(super) struct Outside {
    /// What a witness's owner must know.
    pub(super) log_key: String,
    pub(super) witnesses: Vec<Row>,
    /// To choose from, and which is chosen.
    pub(super) quorums: Vec<(usize, bool)>,
    pub(super) summary: String,
    pub(super) copies: Vec<Row>,
    pub(super) audit: Row,
    pub(super) findings: Vec<String>,
}

/// A line: of a witness, a way, an audit.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) state: &'static str,
    pub(super) word: String,
    pub(super) about: String,
    pub(super) problem: Option<String>,
}

/// What the form of a new witness sends.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Join {
    vkey: String,
    url: String,
}

/// What the button beside a witness sends.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Leave {
    name: String,
}

/// What the form of the quorum sends.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Wish {
    quorum: String,
}

impl Outside {
    pub(super) async fn of(desk: &Desk, visitor: &Visitor) -> Result<Self, PageError> {
        let business = visitor.business.id;
        let read = desk.console.store.read(move |conn| {
            Ok::<_, PageError>((witnesses::of(conn, business)?, copies_of(conn, business)?, audits::latest(conn, business)?))
        });
        let (known, copies, audit) = read.await?;
        let (t, clock) = (&visitor.t, visitor.clock());
        let when = |us: Option<i64>, never: &str| us.map_or_else(|| t.say(never), |us| clock.when(us));
        let summary = match known.agreed_us {
            _ if known.all.is_empty() => t.say("witness-none"),
            None => t.say("witness-not-yet"),
            Some(us) => t.with("witness-agreed", &[("when", clock.when(us).into()), ("size", known.agreed_size.into())]),
        };
        let findings: Vec<Found> = audit.as_ref().and_then(|run| serde_json::from_str(&run.findings).ok()).unwrap_or_default();
        let found = |found: &Found| format!("{}: {}", found.place, found.message);
        Ok(Self {
            log_key: desk.console.logs.of(business).map(|log| log.verifying_key().to_string()).unwrap_or_default(),
            witnesses: known.all.iter().map(|witness| of_witness(visitor, witness, when(witness.cosigned_us, "witness-silent"))).collect(),
            quorums: (1..=known.all.len()).map(|quorum| (quorum, quorum == known.quorum)).collect(),
            summary,
            copies: copies.iter().map(|copy| of_copy(visitor, copy, when(copy.sent_us, "copy-never"))).collect(),
            audit: of_audit(visitor, audit.as_ref()),
            findings: findings.iter().take(5).map(found).collect(),
        })
    }
}

/// A finding as it is kept.
#[derive(Deserialize)]
struct Found {
    place: String,
    message: String,
}

fn of_witness(visitor: &Visitor, witness: &Witness, cosigned: String) -> Row {
    let (state, word) = match (witness.alarm_us, &witness.problem, witness.cosigned_us) {
        (Some(_), ..) => ("bad", "witness-alarm"),
        (None, Some(_), _) => ("warn", "witness-away"),
        (None, None, Some(_)) => ("ok", "witness-fine"),
        (None, None, None) => ("", "witness-new"),
    };
    let about = visitor.t.with("witness-about", &[("url", witness.url.as_str().into()), ("when", cosigned.into())]);
    Row { name: witness.name.clone(), state, word: visitor.t.say(word), about, problem: witness.problem.clone() }
}

fn of_copy(visitor: &Visitor, copy: &CopyState, sent: String) -> Row {
    let (state, word) = if copy.problem.is_some() { ("warn", "copy-failed") } else { ("ok", "copy-fine") };
    let about = visitor.t.of("copy-about", &sent);
    Row { name: visitor.t.of("copy-way", &copy.way), state, word: visitor.t.say(word), about, problem: copy.problem.clone() }
}

fn of_audit(visitor: &Visitor, run: Option<&Run>) -> Row {
    let (t, name) = (&visitor.t, visitor.t.say("audit-nightly"));
    let Some(run) = run else {
        return Row { name, state: "", word: t.say("audit-none"), about: t.say("audit-none-help"), problem: None };
    };
    let (state, word) = if run.wrong == 0 { ("ok", t.say("audit-fine")) } else { ("bad", t.count("audit-wrong", run.wrong)) };
    let about = t.with("audit-about", &[("when", visitor.clock().when(run.ended_us).into()), ("entries", run.entries.into())]);
    Row { name, state, word, about, problem: (run.wrong > 0).then(|| t.say("audit-wrong-help")) }
}

/// `POST /settings/witnesses`
pub(in crate::console::pages) async fn join(State(desk): State<Desk>, posted: Posted<Join>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let key = witness_key(&form.vkey).map_err(refused)?;
    let url: Address = form.url.parse().map_err(|_| AccessError::Invalid { what: "url", rule: "https://witness.example" })?;
    witnesses::may_join(&known(&desk, &visitor).await?, &key).map_err(refused)?;
    let decision = Decision::WitnessJoined { name: key.name().to_owned(), vkey: key.to_string(), url: url.to_string() };
    decide(&desk, &visitor, decision).await
}

/// `POST /settings/witnesses/leave`: the name stands in the form, because it may hold a slash.
pub(in crate::console::pages) async fn leave(State(desk): State<Desk>, posted: Posted<Leave>) -> Result<Response, PageError> {
    let Posted { visitor, form: Leave { name } } = posted;
    let known = known(&desk, &visitor).await?;
    if !known.all.iter().any(|witness| witness.name == name) {
        return Err(PageError::NotFound);
    }
    decide(&desk, &visitor, Decision::WitnessLeft { name }).await
}

/// `POST /settings/quorum`
pub(in crate::console::pages) async fn quorum(State(desk): State<Desk>, posted: Posted<Wish>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let known = known(&desk, &visitor).await?;
    let quorum = form.quorum.parse().ok().filter(|quorum| (1..=known.all.len()).contains(&(*quorum as usize)));
    let quorum: u32 = quorum.ok_or(PageError::NotFound)?;
    decide(&desk, &visitor, Decision::WitnessQuorumSet { quorum }).await
}

async fn known(desk: &Desk, visitor: &Visitor) -> Result<Witnesses, PageError> {
    visitor.require(Action::ManageSettings)?;
    let business = visitor.business.id;
    desk.console.store.read(move |conn| Ok::<_, PageError>(witnesses::of(conn, business)?)).await
}

async fn decide(desk: &Desk, visitor: &Visitor, decision: Decision) -> Result<Response, PageError> {
    visitor.require(Action::ManageSettings)?;
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to("/settings#outside").into_response())
}

fn refused(why: NotAWitness) -> PageError {
    let rule = match why {
        NotAWitness::Taken(_) => "a witness of this name is there already",
        NotAWitness::TooMany => "sixteen are enough",
        NotAWitness::Log(_) => "this is the key of a log: the witness has one of its own",
        NotAWitness::Key(_) | NotAWitness::Unknown(_) | NotAWitness::Quorum { .. } => "copy the witness's whole key line",
    };
    AccessError::Invalid { what: "witness", rule }.into()
}
