//! What an answer of the portal comes to: whose it is, what it means, what was last seen. All of it inside the caller's transaction, so that
//! events and positions are stored together.

use std::collections::HashSet;

use jiff::tz::TimeZone;
use rusqlite::Transaction;

use super::meaning::Meaning;
use super::say::Teller;
use super::seen::{Card, Step};
use crate::access::CrmSettings;
use crate::event::{BusinessId, CrmKind, CrmRef};
use crate::journal::crm::items::{self, Item};
use crate::journal::crm::tellings::{self, Telling};
use crate::journal::crm::whose::{self, Owner};
use crate::privacy::BusinessKeys;

/// One connection's.
pub struct Notebook {
    /// Finds clients by their cards.
    pub keys: std::sync::Arc<BusinessKeys>,
    /// The connection's public id.
    pub connection: String,
    /// What stages mean.
    pub settings: CrmSettings,
    /// The business's own time.
    pub zone: TimeZone,
}

impl Notebook {
    pub(super) fn business(&self) -> BusinessId {
        self.keys.business()
    }

    pub(super) fn teller(&self) -> Teller<'_> {
        Teller { connection: &self.connection, zone: &self.zone }
    }

    /// Cards as they are now: what a field says is told, the rest is kept. The history tells of stages.
    pub(super) fn cards(&self, tx: &Transaction<'_>, cards: &[Card], now_us: i64) -> rusqlite::Result<()> {
        let mut told = Vec::new();
        for seen in cards {
            let before = items::of(tx, &self.connection, &seen.item.kind, seen.item.item)?;
            let mut item = Item { untold: before.as_ref().is_some_and(|before| before.untold), ..seen.item.clone() };
            let is_visit = matches!(item.kind.as_str(), "lead" | "deal");
            let is_news = is_visit && item.no_show && !before.is_some_and(|before| before.no_show);
            if let Some(card) = card_of(&item) {
                if let (CrmKind::Deal, Some(lead)) = (card.kind, item.lead) {
                    whose::converted(tx, &self.connection, lead, card.id)?;
                }
                match self.owner(tx, card, Some(&item))? {
                    Some(owner) if is_news => {
                        let body = self.teller().no_show(&owner, card, seen, now_us);
                        told.push(Telling { client: owner.client, body });
                    }
                    None if is_news => item.untold = true,
                    _ => {}
                }
            }
            items::put(tx, self.business(), &self.connection, &item, now_us)?;
        }
        tellings::add(tx, self.business(), &self.connection, &told)
    }

    /// Steps of the history, in order. Their cards were noted before, as far as they are there.
    pub(super) fn steps(&self, tx: &Transaction<'_>, steps: &[Step], now_us: i64) -> rusqlite::Result<()> {
        let mut told = Vec::new();
        for step in steps {
            let kind = step.card.kind.as_str();
            let known = items::of(tx, &self.connection, kind, step.card.id)?;
            match self.owner(tx, step.card, known.as_ref())? {
                Some(owner) => self.say(&owner, step, known.as_ref(), &mut told),
                None => {
                    let unseen = || Item {
                        kind: kind.to_owned(),
                        item: step.card.id,
                        stage: Some(step.stage.clone()),
                        semantics: step.semantics.clone(),
                        ..Item::default()
                    };
                    let item = Item { untold: true, ..known.unwrap_or_else(unseen) };
                    items::put(tx, self.business(), &self.connection, &item, now_us)?;
                }
            }
        }
        tellings::add(tx, self.business(), &self.connection, &told)
    }

    fn say(&self, owner: &Owner, step: &Step, item: Option<&Item>, told: &mut Vec<Telling>) {
        let meaning = Meaning::of(&self.settings.stages, step.card.kind, &step.stage, step.semantics.as_deref());
        let has_amount = item.is_some_and(|item| item.amount.is_some());
        for kind in meaning.types(step.card.kind, step.is_new, has_amount) {
            told.push(Telling { client: owner.client.clone(), body: self.teller().step(owner, step, kind, item) });
        }
    }

    /// Those of `waiting` whose client is known by now.
    pub(super) fn owned(&self, tx: &rusqlite::Connection, waiting: Vec<Item>) -> rusqlite::Result<Vec<(Item, Owner)>> {
        let mut owned = Vec::new();
        for item in waiting {
            let cards: Vec<CrmRef> = card_of(&item).into_iter().chain(belongs(&item)).collect();
            if let Some(owner) = whose::owner(tx, &self.keys, &self.connection, &cards)? {
                owned.push((item, owner));
            }
        }
        Ok(owned)
    }

    /// It turned out whose a card is: everything that happened to it since telling began.
    pub(super) fn late(&self, tx: &Transaction<'_>, (item, owner): (&Item, &Owner), steps: &[Step], now_us: i64) -> rusqlite::Result<()> {
        let mut told = Vec::new();
        steps.iter().for_each(|step| self.say(owner, step, Some(item), &mut told));
        if let Some(card) = card_of(item).filter(|_| item.no_show) {
            let seen = Card { item: item.clone(), updated: String::new() };
            let at_us = item.updated_us.unwrap_or(now_us);
            told.push(Telling { client: owner.client.clone(), body: self.teller().no_show(owner, card, &seen, at_us) });
        }
        tellings::add(tx, self.business(), &self.connection, &told)?;
        items::put(tx, self.business(), &self.connection, &Item { untold: false, ..item.clone() }, now_us)
    }

    /// A card is not there any more.
    pub(super) fn vanished(&self, tx: &Transaction<'_>, item: &Item, now_us: i64) -> rusqlite::Result<()> {
        if let Some(card) = card_of(item) {
            if let Some(owner) = self.owner(tx, card, Some(item))? {
                let body = self.teller().vanished(&owner, card, now_us);
                tellings::add(tx, self.business(), &self.connection, &[Telling { client: owner.client, body }])?;
            }
            whose::vanished(tx, &self.connection, card, now_us)?;
        }
        items::put(tx, self.business(), &self.connection, &Item { gone_us: Some(now_us), ..item.clone() }, now_us)
    }

    fn owner(&self, tx: &Transaction<'_>, card: CrmRef, item: Option<&Item>) -> rusqlite::Result<Option<Owner>> {
        let cards: Vec<CrmRef> = std::iter::once(card).chain(item.into_iter().flat_map(belongs)).collect();
        whose::owner(tx, &self.keys, &self.connection, &cards)
    }
}

/// The card that an item is; none of a booking.
pub(super) fn card_of(item: &Item) -> Option<CrmRef> {
    let kind = match item.kind.as_str() {
        "lead" => CrmKind::Lead,
        "deal" => CrmKind::Deal,
        "contact" => CrmKind::Contact,
        _ => return None,
    };
    Some(CrmRef { kind, id: item.item })
}

/// The cards that it belongs to, the nearest first.
pub(super) fn belongs(item: &Item) -> impl Iterator<Item = CrmRef> + use<> {
    let cards = [(CrmKind::Deal, item.deal), (CrmKind::Lead, item.lead), (CrmKind::Contact, item.contact)];
    cards.into_iter().filter_map(|(kind, id)| Some(CrmRef { kind, id: id? }))
}

/// The cards of steps that are not among those read.
pub(super) fn unread(steps: &[Step], cards: &[Card]) -> Vec<u64> {
    let read: HashSet<u64> = cards.iter().map(|card| card.item.item).collect();
    let mut ids: Vec<u64> = steps.iter().map(|step| step.card.id).filter(|id| !read.contains(id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
