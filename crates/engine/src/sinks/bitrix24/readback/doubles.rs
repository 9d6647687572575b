//! First in the night: whose phone or address stands on several cards. People make doubles by hand, and no event tells of them.
//!
//! What is found is kept beside the client's own card, and read like every card that was ever seen, because a closed lead is no double. Nothing is
//! merged: that is for people, in the portal.

use std::sync::Arc;

use super::super::cards::{self, Question};
use super::super::rest::{Call, Said};
use super::ReadError;
use super::look::hindrance;
use super::reader::Reader;
use crate::event::{CrmKind, CrmRef};
use crate::journal::crm::doubles::{self, Reached};
use crate::journal::crm::items;
use crate::store::StoreError;

/// Clients of a slice: at most four questions each, in one request.
const SLICE: u32 = 12;

/// How far a slice came.
pub(super) enum Went {
    /// So far.
    To(i64),
    /// There is nobody else, or the portal does not answer such questions.
    Over,
    /// The portal is busy: the same again.
    Nowhere,
}

impl Reader {
    /// Asks about the clients after number `after`.
    pub(super) async fn doubles(&self, after: i64) -> Result<Went, ReadError> {
        let (business, connection) = (self.notebook.business(), self.notebook.connection.clone());
        let slice = self.store.read(move |conn| Ok::<_, StoreError>(doubles::reached(conn, business, &connection, after, SLICE)?)).await?;
        let Some(last) = slice.last().map(|reached| reached.at) else { return Ok(Went::Over) };
        let asked: Vec<(Reached, Vec<Question>)> = slice
            .into_iter()
            .map(|reached| {
                let questions = cards::by_reach(&reached.phones, &reached.emails);
                (reached, questions)
            })
            .collect();
        let calls: Vec<Call> = asked.iter().flat_map(|(_, questions)| questions.iter().map(|question| question.call.clone())).collect();
        let said = self.portal.ask_all(&calls).await;
        if said.iter().any(|said| matches!(said, Said::Refused(_))) {
            return Ok(Went::Over);
        }
        if hindrance(&said).is_some() {
            return Ok(Went::Nowhere);
        }
        let (book, now_us, mut said) = (Arc::clone(&self.notebook), (self.now_us)(), said.into_iter());
        let mut found = Vec::with_capacity(asked.len());
        for (reached, questions) in asked.into_iter().filter(|(_, questions)| !questions.is_empty()) {
            let named = questions.iter().zip(said.by_ref()).flat_map(|(question, said)| match said {
                Said::Done(result) => cards::named(question, &result),
                _ => Vec::new(),
            });
            let others = beside(reached.card, &named.collect::<Vec<_>>());
            found.push((reached, others));
        }
        let noted = self.store.write(move |tx| {
            for (reached, others) in &found {
                doubles::beside(tx, book.business(), &book.connection, reached, others)?;
                items::adopt_others(tx, book.business(), &book.connection, others, now_us)?;
            }
            Ok::<_, StoreError>(())
        });
        noted.await?;
        Ok(Went::To(last))
    }
}

/// Of every kind that has several cards all but the client's own.
fn beside(own: CrmRef, named: &[CrmRef]) -> Vec<CrmRef> {
    let mut beside = Vec::new();
    for kind in [CrmKind::Contact, CrmKind::Lead] {
        let mut ids: Vec<u64> = named.iter().chain([&own]).filter(|card| card.kind == kind).map(|card| card.id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > 1 {
            beside.extend(ids.into_iter().map(|id| CrmRef { kind, id }).filter(|card| *card != own));
        }
    }
    beside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_with_one_card_has_no_doubles() {
        let card = |kind, id| CrmRef { kind, id };
        let (lead, contact) = (|id| card(CrmKind::Lead, id), |id| card(CrmKind::Contact, id));
        assert!(beside(lead(5), &[lead(5), contact(7)]).is_empty());
        assert_eq!(beside(lead(5), &[lead(5), lead(6), contact(7)]), [lead(6)]);
        // Found by its contact, who has two leads: neither is the client's own card, and both are named.
        assert_eq!(beside(contact(7), &[contact(7), lead(5), lead(6), lead(6)]), [lead(5), lead(6)]);
        assert_eq!(beside(card(CrmKind::Deal, 3), &[contact(7), contact(8)]), [contact(7), contact(8)]);
    }
}
