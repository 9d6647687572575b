//! Finding and making cards: the questions of many clients in one request, and what their answers come to.
//!
//! A card is made only where the business wants it, only for whoever had none a quarter of an hour after the first word (the bot makes its own),
//! and only after every question came back empty. It is noted before the request leaves; where the answer stays away, the client is looked
//! for again by the origin id once the portal is done, and nothing is made before that.

use super::cards::{self, Draft, Found, Question, Wanted};
use super::rest::{Call, Halt, Later, Said};
use super::write::{Writer, lacks_scope, micros};
use crate::event::CrmKind;
use crate::event::when::{HOUR_US, MINUTE_US};
use crate::journal::crm::cards::{Outcome, Sought};
use crate::journal::crm::{self, cards as table};
use crate::store::StoreError;

/// Questions of one request.
const TOGETHER: usize = 50;
/// Clients looked at in one turn.
const CLIENTS: u32 = 40;
/// Nobody is looked for longer than that without a word of theirs.
const LONGEST: i64 = 6 * HOUR_US;

impl Writer {
    /// Looks for those whose time has come. Says whether there were any.
    pub(super) async fn seek(&self) -> Result<bool, StoreError> {
        let (business, connection, now_us) = (self.business, self.connection.clone(), (self.now_us)());
        let due = self.store.read(move |conn| Ok::<_, StoreError>(table::due(conn, business, &connection, now_us, CLIENTS)?)).await?;
        let mut rest = &due[..];
        while !rest.is_empty() {
            let mut asked: Vec<(&Sought, Wanted, Vec<Question>)> = Vec::new();
            let mut count = 0;
            for sought in rest {
                let wanted = wanted(sought);
                let questions = cards::questions(&wanted);
                if count + questions.len() > TOGETHER && !asked.is_empty() {
                    break;
                }
                count += questions.len();
                asked.push((sought, wanted, questions));
            }
            rest = &rest[asked.len()..];
            self.ask_for(asked).await?;
        }
        Ok(!due.is_empty())
    }

    async fn ask_for(&self, asked: Vec<(&Sought, Wanted, Vec<Question>)>) -> Result<(), StoreError> {
        let calls: Vec<Call> = asked.iter().flat_map(|(_, _, questions)| questions.iter().map(|question| question.call.clone())).collect();
        let said = self.portal.ask_all(&calls).await;
        self.halt_if_told(&said).await?;
        let mut said = said.into_iter();
        let (mut settled, mut to_make) = (Vec::new(), Vec::new());
        for (sought, wanted, questions) in asked {
            let said: Vec<Said> = said.by_ref().take(questions.len()).collect();
            match cards::found(&questions, said) {
                // Whoever ordered one wants a lead, not a person in the address book.
                Found::Card { card, .. } if sought.is_ordered && card.kind == CrmKind::Contact => {
                    to_make.push((sought, wanted, self.is_simple.then_some(card.id)));
                }
                Found::Card { card, by, others } if self.is_whole(card.kind, by) => {
                    settled.push((sought.client.clone(), Outcome::Found(card, by.as_str(), others)));
                }
                Found::Card { card, .. } => to_make.push((sought, wanted, Some(card.id))),
                Found::Nothing if self.may_make(sought) => to_make.push((sought, wanted, None)),
                Found::Nothing => settled.push((sought.client.clone(), self.not_yet(sought))),
                Found::NotNow(said) => settled.push((sought.client.clone(), self.not_now(sought, said))),
            }
        }
        self.note(settled).await?;
        self.make(to_make).await
    }

    /// In simple mode a contact that we made is half of what we make: its deal is still to come.
    fn is_whole(&self, kind: CrmKind, by: cards::By) -> bool {
        !(self.is_simple && self.settings.create && by == cards::By::Origin && kind == CrmKind::Contact)
    }

    fn may_make(&self, sought: &Sought) -> bool {
        self.settings.write
            && (sought.is_ordered || self.settings.create && (self.now_us)() >= sought.asked_us + micros(self.times.make_after))
    }

    /// Nobody has made one yet: the next look is when we may, or later and later.
    fn not_yet(&self, sought: &Sought) -> Outcome {
        let now_us = (self.now_us)();
        let make_us = sought.asked_us + micros(self.times.make_after);
        let later = now_us + (MINUTE_US << sought.attempts.min(9)).min(LONGEST);
        Outcome::Again(if self.settings.create { make_us.min(later).max(now_us) } else { later }, None)
    }

    fn not_now(&self, sought: &Sought, said: Said) -> Outcome {
        let now_us = (self.now_us)();
        match said {
            Said::Later(later) => {
                let (pause, why) = self.pause(&later, sought.attempts);
                Outcome::Again(now_us + micros(pause), Some(why))
            }
            Said::Refused(refusal) if lacks_scope(&refusal) => Outcome::Again(now_us + 10 * MINUTE_US, Some(refusal.to_string())),
            Said::Refused(refusal) => Outcome::Buried(refusal.to_string()),
            // A question changes nothing: it is asked again.
            Said::Unclear(why) => Outcome::Again(now_us + micros(self.pause(&Later::Limit, 0).0), Some(why)),
            Said::Done(_) => Outcome::Again(now_us, None),
        }
    }

    async fn make(&self, to_make: Vec<(&Sought, Wanted, Option<u64>)>) -> Result<(), StoreError> {
        if to_make.is_empty() {
            return Ok(());
        }
        let now_us = (self.now_us)();
        let settle_us = now_us + micros(self.portal.patience().answer + self.portal.patience().settle);
        self.note(to_make.iter().map(|(sought, ..)| (sought.client.clone(), Outcome::Making(settle_us))).collect()).await?;
        let made: Vec<(CrmKind, Call)> = to_make.iter().map(|(sought, wanted, contact)| self.draft(sought, wanted, *contact)).collect();
        let calls: Vec<Call> = made.iter().map(|(_, call)| call.clone()).collect();
        let said = self.portal.ask_all(&calls).await;
        self.halt_if_told(&said).await?;
        let mut settled = Vec::with_capacity(said.len());
        for (((sought, ..), (kind, _)), said) in to_make.iter().zip(&made).zip(said) {
            let outcome = match said {
                Said::Done(result) => match cards::made(&result) {
                    // A contact's deal comes next; both are found by their origin then.
                    Some(_) if self.is_simple && *kind == CrmKind::Contact => Outcome::Again((self.now_us)(), None),
                    Some(id) => Outcome::Found(crate::event::CrmRef { kind: *kind, id }, "made", Vec::new()),
                    None => Outcome::Making((self.now_us)() + micros(self.portal.patience().settle)),
                },
                Said::Unclear(_) => Outcome::Making((self.now_us)() + micros(self.portal.patience().settle)),
                other => self.not_now(sought, other),
            };
            settled.push((sought.client.clone(), outcome));
        }
        self.note(settled).await
    }

    fn draft(&self, sought: &Sought, wanted: &Wanted, contact: Option<u64>) -> (CrmKind, Call) {
        let kind = match (self.is_simple, contact) {
            (false, _) => CrmKind::Lead,
            (true, None) => CrmKind::Contact,
            (true, Some(_)) => CrmKind::Deal,
        };
        let draft = Draft { name: sought.name.clone(), channel: sought.channel.clone(), responsible: self.settings.responsible };
        (kind, cards::make(kind, wanted, &draft, contact))
    }

    /// An answer that only a person can change: nothing is asked before they have.
    pub(super) async fn halt_if_told(&self, said: &[Said]) -> Result<(), StoreError> {
        let told = said.iter().find_map(|said| if let Said::Later(Later::Halted(halt)) = said { Some(*halt) } else { None });
        match told {
            Some(halt) => self.halt(halt).await,
            None => Ok(()),
        }
    }

    async fn halt(&self, halt: Halt) -> Result<(), StoreError> {
        let (connection, now_us) = (self.connection.clone(), (self.now_us)());
        tracing::error!(connection = self.connection, why = halt.as_str(), "the portal is not asked any more until a person has looked");
        self.store.write(move |tx| Ok::<_, StoreError>(crm::halt(tx, &connection, Some(halt.as_str()), now_us)?)).await
    }

    async fn note(&self, settled: Vec<(String, Outcome)>) -> Result<(), StoreError> {
        if settled.is_empty() {
            return Ok(());
        }
        let (business, connection) = (self.business, self.connection.clone());
        self.store.write(move |tx| Ok::<_, StoreError>(table::settle(tx, business, &connection, &settled)?)).await
    }
}

fn wanted(sought: &Sought) -> Wanted {
    Wanted {
        client: sought.client.clone(),
        cards: sought.cards.clone(),
        accounts: sought.accounts.clone(),
        phones: sought.phones.clone(),
        emails: sought.emails.clone(),
    }
}
