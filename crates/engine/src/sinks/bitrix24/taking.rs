//! What an erasure takes away in the portal: the entries and tasks that cards were told of somebody who is not here any more.
//!
//! Deleting twice does no harm, so an unclear answer is simply asked again. Where the number of an entry was never learnt, the card is searched for
//! our reference first.

use serde_json::json;

use super::cards::is_absent;
use super::rest::{Call, Later, Said};
use super::write::{PAGES, There, Writer, list, micros, there};
use crate::event::when::HOUR_US;
use crate::journal::crm::taking::{self, Taking};
use crate::store::StoreError;

const TOGETHER: u32 = 50;

enum Done {
    Gone,
    Found(u64),
    Again(i64, String),
}

impl Writer {
    /// Takes away what is due. Says whether there was anything.
    pub(super) async fn take_away(&self) -> Result<bool, StoreError> {
        let (business, connection, now_us) = (self.business, self.connection.clone(), (self.now_us)());
        let due = self.store.read(move |conn| Ok::<_, StoreError>(taking::due(conn, business, &connection, now_us, TOGETHER)?)).await?;
        if due.is_empty() {
            return Ok(false);
        }
        let mut done = Vec::with_capacity(due.len());
        let (known, unknown): (Vec<&Taking>, Vec<&Taking>) = due.iter().partition(|taking| taking.entry.is_some());
        for taking in unknown {
            done.push((taking.id, self.find(taking).await));
        }
        let calls: Vec<Call> = known.iter().map(|taking| delete(taking)).collect();
        let said = self.portal.ask_all(&calls).await;
        self.halt_if_told(&said).await?;
        for (taking, said) in known.iter().zip(said) {
            done.push((taking.id, self.deleted(taking, said)));
        }
        let settled = self.store.write(move |tx| {
            for (id, done) in done {
                match done {
                    Done::Gone => taking::gone(tx, id)?,
                    Done::Found(entry) => taking::found(tx, id, entry)?,
                    Done::Again(due_us, why) => taking::again(tx, id, due_us, &why)?,
                }
            }
            Ok::<_, StoreError>(())
        });
        settled.await?;
        Ok(true)
    }

    async fn find(&self, taking: &Taking) -> Done {
        for page in 0..PAGES {
            let said = self.portal.ask(&list(taking.is_task, taking.card, page)).await;
            match there(&taking.reference, &said) {
                There::Yes(Some(entry)) => return Done::Found(entry),
                There::Yes(None) | There::NotHere => {}
                There::No => return Done::Gone,
                There::Unknown => return self.deleted(taking, said),
            }
        }
        Done::Gone
    }

    fn deleted(&self, taking: &Taking, said: Said) -> Done {
        let now_us = (self.now_us)();
        match said {
            Said::Done(_) => Done::Gone,
            Said::Refused(refusal) if is_absent(&refusal) => Done::Gone,
            Said::Refused(refusal) => Done::Again(now_us + HOUR_US, refusal.to_string()),
            Said::Later(later) => {
                let (pause, why) = self.pause(&later, taking.attempts);
                Done::Again(now_us + micros(pause), why)
            }
            Said::Unclear(why) => Done::Again(now_us + micros(self.pause(&Later::Limit, 0).0), why),
        }
    }
}

fn delete(taking: &Taking) -> Call {
    let method = if taking.is_task { "crm.activity.delete" } else { "crm.timeline.logmessage.delete" };
    Call::new(method, json!({ "id": taking.entry }))
}
