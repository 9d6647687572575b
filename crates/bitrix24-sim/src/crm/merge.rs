//! `crm.entity.mergeBatch`: several cards become the first one; the others are gone, and with them the ids that somebody may have stored.
use super::{Binding, Card, Crm, Kind};
use crate::php::Value;

/// What came of a merge.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Merged {
    /// these cards are gone
    Done(Vec<u64>),
    /// a field differs in a way that people must settle; nothing was changed
    Conflict,
}

/// Fields that differ in every pair of cards and are settled by the portal itself.
const SETTLED: [&str; 15] = [
    "TITLE",
    "DATE_CREATE",
    "DATE_MODIFY",
    "MOVED_TIME",
    "MOVED_BY_ID",
    "CREATED_BY_ID",
    "MODIFY_BY_ID",
    "LAST_ACTIVITY_TIME",
    "LAST_ACTIVITY_BY",
    "DATE_CLOSED",
    "ORIGIN_ID",
    "ORIGINATOR_ID",
    "OPENED",
    "BEGINDATE",
    "CLOSEDATE",
];

impl Crm {
    /// Merges `ids` into the first. What the first one has stays; what it lacks comes from the others; two different values are a conflict.
    pub(crate) fn merge(&mut self, kind: Kind, ids: &[u64]) -> Option<Merged> {
        let mut cards: Vec<Card> = ids.iter().map(|id| self.get(kind, *id).cloned()).collect::<Option<_>>()?;
        let mut main = cards.remove(0);
        for other in &cards {
            for (name, value) in other.values.iter().filter(|(_, value)| !value.is_blank()) {
                match main.values.get(name).filter(|own| !own.is_blank() && **own != Value::Int(0) && **own != Value::Float(0.0)) {
                    Some(own) if own != value && !SETTLED.contains(&name.as_str()) && !name.starts_with("HAS_") => {
                        return Some(Merged::Conflict);
                    }
                    Some(_) => {}
                    None => main.set(name, value.clone()),
                }
            }
            for multi in &other.multi {
                if !main.multi.iter().any(|own| own.type_id == multi.type_id && own.value == multi.value) {
                    main.multi.push(multi.clone());
                }
            }
            for binding in &other.contacts {
                main.bind_contact(binding.contact, None, false);
            }
        }
        let gone: Vec<u64> = cards.iter().map(|card| card.id).collect();
        for id in &gone {
            self.take(kind, *id);
            self.adopt(kind, *id, main.id);
        }
        self.put(main);
        Some(Merged::Done(gone))
    }

    /// Gives everything that hung on one card to another of its kind.
    fn adopt(&mut self, kind: Kind, from: u64, to: u64) {
        let rows: Vec<u64> = self.rows_of(kind, from).map(|row| row.id).collect();
        for row in rows {
            self.bind_row(row, (kind, to));
            self.unbind_row(row, (kind, from));
        }
        for activity in self.activities.values_mut().filter(|activity| (activity.owner_kind, activity.owner) == (kind, from)) {
            activity.owner = to;
        }
        for step in self.history.iter_mut().filter(|step| (step.kind, step.owner) == (kind, from)) {
            step.owner = to;
        }
        if kind != Kind::Contact {
            return;
        }
        for owner in [Kind::Lead, Kind::Deal] {
            let bound: Vec<Card> =
                self.all(owner).filter(|card| card.contacts.iter().any(|binding| binding.contact == from)).cloned().collect();
            for mut card in bound {
                let known = card.contacts.iter().any(|binding| binding.contact == to);
                card.contacts.retain(|binding| !(known && binding.contact == from));
                let rename = |binding: Binding| if binding.contact == from { Binding { contact: to, ..binding } } else { binding };
                card.contacts = card.contacts.into_iter().map(rename).collect();
                self.put(card);
            }
        }
    }
}
