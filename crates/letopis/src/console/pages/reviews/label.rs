//! What is decided when somebody has looked: a label, sealed with the design of its draw; and that a conversation is to be looked at.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use ledger::RecordList;
use rusqlite::Connection;
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::queue::url;
use super::{invalid, named};
use crate::access::Action;
use crate::event::RecordNo;
use crate::event::record::Decision;
use crate::event::review::{Design, Draw, Fault, Label, ReviewQueue, Stratum};
use crate::journal::reviews::{self, Item, note};
use crate::journal::{days, session_by_pid};

/// Longer intents are none.
const INTENT_CHARS: usize = 100;

/// The form: what of several of one name is a field each, because forms hold texts.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    /// `right`, `wrong`, `=intent`, or nothing.
    intent: String,
    /// An intent that was typed; it goes before a chosen one.
    other: String,
    wrong_answer: String,
    unkept_promise: String,
    rude: String,
    #[serde(rename = "other_fault")]
    other_fault: String,
    note: String,
}

/// What somebody says of an intent: whether it was right, and what it was.
type Verdict = (Option<bool>, Option<String>);

impl Answer {
    fn verdict(&self, assigned: Option<&str>) -> Result<Verdict, PageError> {
        let typed = self.other.trim().replace(' ', "_");
        let named = if typed.is_empty() { self.intent.strip_prefix('=').unwrap_or_default().to_owned() } else { typed };
        if named.chars().count() > INTENT_CHARS {
            return Err(invalid("an intent of up to 100 characters"));
        }
        Ok(match self.intent.as_str() {
            // Whoever names the same says that it was right.
            _ if !named.is_empty() && Some(named.as_str()) == assigned => (Some(true), None),
            _ if !named.is_empty() => (Some(false), Some(named)),
            "right" => (Some(true), None),
            "wrong" => (Some(false), None),
            _ => (None, None),
        })
    }

    fn faults(&self) -> Vec<Fault> {
        let ticked = [&self.wrong_answer, &self.unkept_promise, &self.rude, &self.other_fault];
        Fault::ALL.into_iter().zip(ticked).filter(|(_, ticked)| !ticked.is_empty()).map(|(fault, _)| fault).collect()
    }
}

/// `POST /reviews/{queue}/{record}`: seals a label and goes on to the next.
pub(super) async fn decide(
    State(desk): State<Desk>,
    Path((queue, record)): Path<(String, u64)>,
    posted: Posted<Answer>,
) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    let (queue, business, by) = (named(&queue)?, visitor.business.id, visitor.by().to_owned());
    let record = RecordNo::new(business, record);
    let keys = desk.keys(business)?;
    let shared = desk.clone();
    let read = desk.console.store.read(move |conn| {
        let item = reviews::item(conn, queue, record)?.ok_or(PageError::NotFound)?;
        let judges = matches!(queue, ReviewQueue::Low | ReviewQueue::Random) && item.intent.is_some();
        let harmless = |word: String| days::harmless(shared.masker(), word);
        let (right, truth) = if judges { form.verdict(item.intent.as_deref())? } else { (None, None) };
        if judges && right.is_none() {
            return Err(invalid("whether the intent was right"));
        }
        let words = form.note.trim();
        let sealed = if words.is_empty() { None } else { note::seal(conn, &keys, record, words, &mut rand::rng())? };
        Ok::<_, PageError>(Label {
            record: record.index(),
            queue,
            assigned: item.intent.clone().filter(|_| judges).map(harmless),
            right,
            truth: truth.map(harmless),
            faults: form.faults(),
            note: sealed,
            design: design(conn, &item)?,
        })
    });
    let label = read.await?;
    desk.console.decide.decide(business, visitor.by(), Decision::ReviewLabelled(label), visitor.now_us).await?;
    let next = desk.console.store.read(move |conn| Ok::<_, PageError>(next(&reviews::items(conn, business, queue)?, record, &by)));
    let next = next.await?.unwrap_or_else(|| format!("/reviews/{}", queue.as_str()));
    Ok(Redirect::to(&next).into_response())
}

/// `POST /sessions/{pid}/complain`: somebody is to look at it.
pub(super) async fn complain(State(desk): State<Desk>, Path(pid): Path<String>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    visitor.require(Action::Decide)?;
    let business = visitor.business.id;
    let found = desk.console.store.read(move |conn| {
        let session = session_by_pid(conn, business, &pid)?.ok_or(PageError::NotFound)?;
        let record = RecordNo::from_i64(session.first_record);
        Ok::<_, PageError>((record.index(), reviews::item(conn, ReviewQueue::Complaint, record)?.is_some()))
    });
    let (record, is_there) = found.await?;
    if !is_there {
        desk.console.decide.decide(business, visitor.by(), Decision::ReviewWanted { record }, visitor.now_us).await?;
    }
    Ok(Redirect::to(&format!("/reviews/complaint/{record}")).into_response())
}

/// The next that this person may look at: after this one, or else the first.
fn next(items: &[Item], record: RecordNo, by: &str) -> Option<String> {
    let at = items.iter().position(|item| item.record == record).map_or(0, |at| at + 1);
    let open = |item: &&Item| item.is_for(by);
    items[at..].iter().find(open).or_else(|| items.iter().find(open)).map(url)
}

/// How it came to be looked at, by the sealed draw; none for what no chance chose.
fn design(conn: &Connection, item: &Item) -> rusqlite::Result<Option<Design>> {
    let drawn = matches!(item.queue, ReviewQueue::Low | ReviewQueue::Random);
    let stored = if drawn { reviews::draw_of(conn, item.draw)? } else { None };
    Ok(stored.map(|stored| design_of(&stored.draw, item.queue)))
}

fn design_of(draw: &Draw, queue: ReviewQueue) -> Design {
    let count = |list: &str| list.parse::<RecordList>().map_or(0, |list| list.len());
    let (sessions, sessions_drawn) = (count(&draw.frame), draw.sessions.len() as u64);
    let (stratum, units, drawn, probability) = match queue {
        ReviewQueue::Random => {
            let units = draw.sessions.iter().map(|drawn| count(&drawn.units)).sum();
            (Stratum::Rest, draw.rest, units, if sessions == 0 { 0.0 } else { sessions_drawn as f64 / sessions as f64 })
        }
        _ => (Stratum::Low, count(&draw.units), count(&draw.units), 1.0),
    };
    Design { period: draw.period.clone(), stratum, units, drawn, sessions, sessions_drawn, seed: draw.seed, probability }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn answer(intent: &str, other: &str) -> Answer {
        Answer { intent: intent.into(), other: other.into(), rude: "on".into(), ..Answer::default() }
    }

    #[test]
    fn an_answer_is_what_was_typed_before_what_was_chosen() {
        let of = |intent, other| answer(intent, other).verdict(Some("цена")).unwrap();
        assert_eq!(of("right", ""), (Some(true), None));
        assert_eq!(of("=цена", ""), (Some(true), None), "the same is right");
        assert_eq!(of("=адрес", ""), (Some(false), Some("адрес".into())));
        assert_eq!(of("right", "запись на приём"), (Some(false), Some("запись_на_приём".into())));
        assert_eq!((of("wrong", ""), of("", ""), of("nonsense", "")), ((Some(false), None), (None, None), (None, None)));
        assert!(answer("", &"я".repeat(101)).verdict(None).is_err());
        assert_eq!(answer("", "").faults(), [Fault::Rude]);
    }
}
