//! One connection's outbox, a turn at a time: what the journal has grown by, whose cards those are, what they lack.
//!
//! Noted before it is sent, looked up before it is sent again: so a card gets an entry once, whatever is lost on the way and whenever this
//! program is killed. One row of a client at a time; rows of many clients share requests.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::cards::{is_absent, type_id};
use super::entries::{Telling, entry, is_told};
use super::rest::{Call, Later, Portal, Refusal, Said};
use crate::access::{CardWords, CrmSettings};
use crate::event::{BusinessId, CrmRef, RecordNo};
use crate::journal::crm::entries::{Lacking, Outcome, Step};
use crate::journal::crm::{self, entries, feed};
use crate::store::{Store, StoreError};

/// Commands of one request.
const TOGETHER: u32 = 50;
/// Log entries on a page of the portal's list, and pages looked at for one of ours.
const PAGE: usize = 10;
pub(super) const PAGES: usize = 20;
/// A portal that lacks a scope gets it from a person, some time.
const UNTIL_SCOPE: Duration = Duration::from_secs(600);
/// So many first pauses, after 429: the portal counts by the minute.
const UNTIL_METHOD: u32 = 30;
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// What takes how long.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// So long a waiting row may still grow.
    pub gather: Duration,
    /// A card is made for whoever has none after that.
    pub make_after: Duration,
    /// The first pause after something did not work; it doubles.
    pub pause: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { gather: Duration::from_millis(1_000), make_after: Duration::from_secs(900), pause: Duration::from_secs(1) }
    }
}

/// Whether there is more to do at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Something was done: come again.
    Again,
    /// Nothing is due.
    Rest,
    /// A person has to look.
    Halted,
}

/// One connection that writes to cards.
pub struct Writer {
    /// The tables.
    pub store: Store,
    /// Whom it asks.
    pub portal: Arc<Portal>,
    /// Whose.
    pub business: BusinessId,
    /// The business's word in addresses.
    pub slug: String,
    /// The business's own time.
    pub zone: TimeZone,
    /// Nothing medical may stand on a card.
    pub is_clinic: bool,
    /// The connection's public id.
    pub connection: String,
    /// What it may do.
    pub settings: CrmSettings,
    /// Where the console is reached.
    pub base_url: String,
    /// Whether leads become deals at once in this portal.
    pub is_simple: bool,
    /// What takes how long.
    pub times: Times,
    /// The time, µs since 1970 UTC.
    pub now_us: fn() -> i64,
}

impl Writer {
    /// Once, before the first turn: what was under way when the program ended.
    ///
    /// # Errors
    /// When the database says no.
    pub async fn recover(&self) -> Result<(), StoreError> {
        let (connection, settle_us) = (self.connection.clone(), micros(self.portal.patience().settle));
        self.store.write(move |tx| Ok::<_, StoreError>(entries::recover(tx, &connection, settle_us)?)).await
    }

    /// One round: reads on, finds cards, looks up what is unclear, sends what is due.
    ///
    /// # Errors
    /// When the database says no.
    pub async fn turn(&self) -> Result<Turn, StoreError> {
        // Where nothing is written cards are found nevertheless: what becomes of them is read back.
        let (writes, finds) = (self.settings.write, self.settings.write || self.settings.read);
        while finds && self.feed().await? {}
        let connection = self.connection.clone();
        let cursor = self.store.read(move |conn| Ok::<_, StoreError>(crm::cursor(conn, &connection)?)).await?;
        if cursor.is_some_and(|cursor| cursor.halted.is_some()) {
            return Ok(Turn::Halted);
        }
        let found = finds && self.seek().await?;
        let sent = writes && self.send().await?;
        // An erasure is carried out also where nothing is written any more.
        let taken = self.take_away().await?;
        Ok(if found || sent || taken { Turn::Again } else { Turn::Rest })
    }

    async fn feed(&self) -> Result<bool, StoreError> {
        let (business, connection, writes, tasks) = (self.business, self.connection.clone(), self.settings.write, self.settings.tasks);
        let (gather_us, now_us) = (micros(self.times.gather), (self.now_us)());
        let fed = self.store.write(move |tx| {
            let outbox = feed::Outbox { business, connection: &connection, writes, tasks, is_told, gather_us };
            Ok::<_, StoreError>(feed::feed(tx, &outbox, now_us)?)
        });
        fed.await
    }

    async fn send(&self) -> Result<bool, StoreError> {
        let (business, connection, now_us) = (self.business, self.connection.clone(), (self.now_us)());
        let due = self.store.read(move |conn| Ok::<_, StoreError>(entries::due(conn, business, &connection, now_us, TOGETHER)?)).await?;
        let (unclear, waiting): (Vec<_>, Vec<_>) = due.into_iter().partition(|(row, _)| row.state == "unclear");
        let mut outcomes = self.look_up(&unclear).await;
        if !outcomes.is_empty() {
            self.settle(std::mem::take(&mut outcomes)).await?;
        }
        if waiting.is_empty() {
            return Ok(!unclear.is_empty());
        }
        let told = self.told(&waiting).await?;
        let rows: Vec<(i64, CrmRef)> = waiting.iter().map(|(row, card)| (row.id, *card)).collect();
        self.store.write(move |tx| Ok::<_, StoreError>(entries::sending(tx, &rows, now_us)?)).await?;
        let calls: Vec<Call> = told.iter().flat_map(|told| told.calls.iter().cloned()).collect();
        let said = self.portal.ask_all(&calls).await;
        self.halt_if_told(&said).await?;
        let mut said = said.into_iter();
        for ((row, _), told) in waiting.iter().zip(&told) {
            let said: Vec<Said> = said.by_ref().take(told.calls.len()).collect();
            outcomes.push((row.id, self.outcome(row, said)));
        }
        self.settle(outcomes).await?;
        Ok(true)
    }

    /// Whether those whose answers stayed away are there.
    async fn look_up(&self, unclear: &[(Lacking, CrmRef)]) -> Vec<(i64, Outcome)> {
        let mut outcomes = Vec::with_capacity(unclear.len());
        let mut open: Vec<&(Lacking, CrmRef)> = unclear.iter().collect();
        for page in 0..PAGES {
            let calls: Vec<Call> = open.iter().map(|(row, card)| list(row.what == "task", *card, page)).collect();
            let said = self.portal.ask_all(&calls).await;
            let mut deeper = Vec::new();
            for (at, said) in open.iter().zip(said) {
                let row = &at.0;
                match there(&row.reference, &said) {
                    There::Yes(entry) => outcomes.push((row.id, Outcome::Written(entry, None))),
                    There::NotHere if page + 1 < PAGES => deeper.push(*at),
                    There::NotHere | There::No => {
                        outcomes.push((row.id, Outcome::Again((self.now_us)(), "looked up: not there".to_owned())));
                    }
                    There::Unknown => outcomes.push((row.id, self.unknown(row, said))),
                }
            }
            open = deeper;
            if open.is_empty() {
                break;
            }
        }
        outcomes
    }

    /// The look-up itself had no answer: it stays unclear.
    fn unknown(&self, row: &Lacking, said: Said) -> Outcome {
        match self.outcome(row, vec![said]) {
            Outcome::Again(due_us, why) => Outcome::Unclear(due_us, why),
            outcome => outcome,
        }
    }

    fn outcome(&self, row: &Lacking, said: Vec<Said>) -> Outcome {
        let mut said = said.into_iter();
        let now_us = (self.now_us)();
        match said.next() {
            // There was nothing left to tell: the records went.
            None => Outcome::Written(None, None),
            Some(Said::Done(result)) => Outcome::Written(entry_id(&result), said.find_map(not_done)),
            Some(Said::Refused(refusal)) if is_absent(&refusal) => Outcome::NoCard(refusal.to_string()),
            Some(Said::Refused(refusal)) if lacks_scope(&refusal) => Outcome::Again(now_us + micros(UNTIL_SCOPE), refusal.to_string()),
            Some(Said::Refused(refusal)) => Outcome::Buried(refusal.to_string()),
            Some(Said::Later(later)) => {
                let (pause, why) = self.pause(&later, row.attempts);
                Outcome::Again(now_us + micros(pause), why)
            }
            Some(Said::Unclear(why)) => Outcome::Unclear(now_us + micros(self.portal.patience().settle), why),
        }
    }

    /// How long to leave it alone, and why.
    pub(super) fn pause(&self, later: &Later, attempts: u32) -> (Duration, String) {
        let growing = (self.times.pause * 2_u32.saturating_pow(attempts.min(10))).min(LONGEST_PAUSE);
        match later {
            // The pace has its own pauses.
            Later::Limit => (self.times.pause, "the portal has had enough requests".to_owned()),
            Later::Method => (self.times.pause * UNTIL_METHOD, "this method has used up its time".to_owned()),
            Later::Silent(why) => (growing, why.clone()),
            Later::Halted(halt) => (growing, halt.as_str().to_owned()),
        }
    }

    async fn settle(&self, outcomes: Vec<(i64, Outcome)>) -> Result<(), StoreError> {
        let now_us = (self.now_us)();
        self.store.write(move |tx| Ok::<_, StoreError>(entries::settle(tx, &outcomes, now_us)?)).await
    }

    /// What each row comes to.
    async fn told(&self, rows: &[(Lacking, CrmRef)]) -> Result<Vec<Told>, StoreError> {
        let (business, wanted) = (self.business, rows.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>());
        let steps = self
            .store
            .read(move |conn| wanted.iter().map(|row| Ok(entries::steps(conn, business, row)?)).collect::<Result<Vec<_>, StoreError>>());
        Ok(rows.iter().zip(steps.await?).map(|((row, card), steps)| self.tell(row, *card, &steps)).collect())
    }

    fn tell(&self, row: &Lacking, card: CrmRef, steps: &[Step]) -> Told {
        if row.what == "task" {
            return Told { calls: vec![self.task(row, card, steps)] };
        }
        let Some(last) = steps.iter().rfind(|step| is_told(&step.kind)) else { return Told { calls: Vec::new() } };
        let words = if self.is_clinic { CardWords::Steps } else { self.settings.words.unwrap_or(CardWords::Digest) };
        let [first, end] = [row.first_record, row.last_record].map(|record| RecordNo::from_i64(record).index());
        let telling = Telling {
            words,
            zone: self.zone.clone(),
            link: self.link(&row.session),
            reference: row.reference.clone(),
            proof: format!("записи {first}–{end} журнала {}", self.slug),
            channel: last.channel.clone(),
        };
        let entry = entry(steps, &telling);
        let fields = json!({ "entityTypeId": type_id(card.kind), "entityId": card.id, "title": entry.title, "text": entry.text, "iconCode": "info" });
        let mut calls = vec![Call::new("crm.timeline.logmessage.add", json!({ "fields": fields }))];
        calls.extend(self.fields(card, steps));
        Told { calls }
    }

    /// The fields of the card that the business wants filled; of a clinic none that says what for.
    fn fields(&self, card: CrmRef, steps: &[Step]) -> Option<Call> {
        let latest = |of: fn(&Step) -> Option<Value>| steps.iter().rev().find_map(of);
        let mut fields = serde_json::Map::new();
        for (what, field) in self.settings.fields.iter().filter(|_| !self.is_clinic) {
            let value = match what.as_str() {
                "intent" => latest(|step| step.intent.clone().map(Value::from)),
                "confidence" => latest(|step| step.confidence.map(Value::from)),
                "variant" => latest(|step| step.variant.clone().map(Value::from)),
                _ => None,
            };
            fields.extend(value.map(|value| (field.clone(), value)));
        }
        let params = || json!({ "entityTypeId": type_id(card.kind), "id": card.id, "fields": fields, "useOriginalUfNames": "Y" });
        (!fields.is_empty()).then(|| Call::new("crm.item.update", params()))
    }

    fn task(&self, row: &Lacking, card: CrmRef, steps: &[Step]) -> Call {
        let handed = steps.iter().any(|step| step.kind == "handoff");
        let title = if handed {
            "Ассистент передал диалог сотруднику"
        } else {
            "Заявка теряется: свяжитесь с клиентом"
        };
        let deadline = jiff::Timestamp::from_microsecond((self.now_us)()).unwrap_or_default().to_zoned(self.zone.clone());
        let deadline = deadline.checked_add(jiff::Span::new().minutes(15)).unwrap_or(deadline);
        let mut params = json!({
            "ownerTypeId": type_id(card.kind), "ownerId": card.id,
            "deadline": deadline.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "title": title,
            "description": format!("Ответьте клиенту. Диалог: {}\n{}", self.link(&row.session), row.reference),
        });
        if let Some(responsible) = self.settings.responsible {
            params["responsibleId"] = responsible.into();
        }
        Call::new("crm.activity.todo.add", params)
    }

    fn link(&self, session: &str) -> String {
        format!("{}/sessions/{session}", self.base_url)
    }
}

/// What a row comes to: the entry or task first, what goes with it after.
struct Told {
    calls: Vec<Call>,
}

pub(super) enum There {
    Yes(Option<u64>),
    /// Not on this page, and there is another.
    NotHere,
    No,
    Unknown,
}

pub(super) fn list(is_task: bool, card: CrmRef, page: usize) -> Call {
    if is_task {
        let filter = json!({ "OWNER_TYPE_ID": type_id(card.kind), "OWNER_ID": card.id });
        let params = json!({ "filter": filter, "order": { "ID": "DESC" }, "select": ["ID", "DESCRIPTION"], "start": page * 50 });
        return Call::new("crm.activity.list", params);
    }
    let params = json!({ "entityTypeId": type_id(card.kind), "entityId": card.id, "order": { "id": "desc" }, "start": page * PAGE });
    Call::new("crm.timeline.logmessage.list", params)
}

pub(super) fn there(reference: &str, said: &Said) -> There {
    let Said::Done(result) = said else { return There::Unknown };
    let list = ["logMessages", "items"].iter().map(|name| &result[*name]).find(|list| list.is_array()).unwrap_or(result);
    let Some(entries) = list.as_array() else { return There::No };
    let bears = |entry: &&Value| {
        ["text", "DESCRIPTION", "description"].iter().any(|name| entry[*name].as_str().is_some_and(|text| text.contains(reference)))
    };
    match entries.iter().find(bears) {
        Some(entry) => There::Yes(number(&entry["id"]).or_else(|| number(&entry["ID"]))),
        None if entries.len() >= PAGE => There::NotHere,
        None => There::No,
    }
}

fn entry_id(result: &Value) -> Option<u64> {
    number(&result["logMessage"]["id"]).or_else(|| number(&result["id"]))
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// What went with an entry and was not done: worth a word, not worth another entry.
fn not_done(said: Said) -> Option<String> {
    match said {
        Said::Done(_) => None,
        Said::Refused(refusal) => Some(format!("the card's fields: {refusal}")),
        Said::Later(_) | Said::Unclear(_) => Some("the card's fields were not written".to_owned()),
    }
}

pub(super) fn lacks_scope(refusal: &Refusal) -> bool {
    refusal.code.eq_ignore_ascii_case("insufficient_scope") || refusal.code.eq_ignore_ascii_case("WRONG_AUTH_TYPE")
}

pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
