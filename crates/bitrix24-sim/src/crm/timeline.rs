//! What stands on a card's timeline: comments that people may edit or delete later, log entries, and notes on either (section 2.7).
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Crm, Kind, next};
use crate::clock::Moment;

/// Comment or log entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// `crm.timeline.comment.*`
    Comment,
    /// `crm.timeline.logmessage.*`
    Log,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// its number, one sequence for both kinds
    pub id: u64,
    /// which kind
    pub kind: RowKind,
    /// on which cards
    pub bindings: Vec<(Kind, u64)>,
    /// who wrote it
    pub author: u64,
    /// when
    pub created: Moment,
    /// title of a log entry
    pub title: String,
    /// the text
    pub text: String,
    /// icon of a log entry
    pub icon: String,
}

/// A note on a row or an activity.
#[derive(Debug, Clone)]
pub struct Note {
    /// the text
    pub text: String,
    /// who and when, first
    pub created: (u64, Moment),
    /// who and when, last
    pub updated: (u64, Moment),
}

/// Rows by number, and which card has which.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    rows: BTreeMap<u64, Row>,
    on_card: HashMap<(Kind, u64), BTreeSet<u64>>,
}

impl Crm {
    /// Adds a row to a card.
    pub(crate) fn add_row(&mut self, kind: RowKind, owner: (Kind, u64), author: u64, created: Moment, said: [String; 3]) -> u64 {
        let id = next(&mut self.numbers.row);
        let [title, text, icon] = said;
        self.timeline.rows.insert(id, Row { id, kind, bindings: vec![owner], author, created, title, text, icon });
        self.timeline.on_card.entry(owner).or_default().insert(id);
        id
    }

    /// A row by its number and kind.
    pub(crate) fn row(&self, kind: RowKind, id: u64) -> Option<&Row> {
        self.timeline.rows.get(&id).filter(|row| row.kind == kind)
    }

    /// The same, to change; bindings are changed by [`Crm::bind_row`] and [`Crm::unbind_row`] alone.
    pub(crate) fn row_mut(&mut self, kind: RowKind, id: u64) -> Option<&mut Row> {
        self.timeline.rows.get_mut(&id).filter(|row| row.kind == kind)
    }

    /// Shows a row on one more card.
    pub(crate) fn bind_row(&mut self, id: u64, owner: (Kind, u64)) -> bool {
        let Some(row) = self.timeline.rows.get_mut(&id) else { return false };
        if !row.bindings.contains(&owner) {
            row.bindings.push(owner);
        }
        self.timeline.on_card.entry(owner).or_default().insert(id);
        true
    }

    /// Takes a row off a card; off its last one it is gone.
    pub(crate) fn unbind_row(&mut self, id: u64, owner: (Kind, u64)) -> bool {
        let Some(row) = self.timeline.rows.get_mut(&id) else { return false };
        let before = row.bindings.len();
        row.bindings.retain(|bound| *bound != owner);
        let (found, empty) = (row.bindings.len() < before, row.bindings.is_empty());
        if let Some(ids) = self.timeline.on_card.get_mut(&owner) {
            ids.remove(&id);
        }
        if empty {
            self.timeline.rows.remove(&id);
        }
        found
    }

    /// Removes a row from every card.
    pub(crate) fn remove_row(&mut self, id: u64) {
        for owner in self.timeline.rows.get(&id).map(|row| row.bindings.clone()).unwrap_or_default() {
            self.unbind_row(id, owner);
        }
    }

    /// Rows on a card, oldest first.
    pub fn rows_of(&self, kind: Kind, id: u64) -> impl DoubleEndedIterator<Item = &Row> {
        self.timeline.on_card.get(&(kind, id)).into_iter().flatten().filter_map(|row| self.timeline.rows.get(row))
    }

    /// Everything that hangs on a card goes with it.
    pub(crate) fn drop_hangers(&mut self, kind: Kind, id: u64) {
        let rows: Vec<u64> = self.rows_of(kind, id).map(|row| row.id).collect();
        for row in rows {
            self.unbind_row(row, (kind, id));
        }
        self.activities.retain(|_, activity| (activity.owner_kind, activity.owner) != (kind, id));
        self.notes.retain(|(owner_type, owner, _, _), _| (*owner_type, *owner) != (kind.number(), id));
        self.history.retain(|step| (step.kind, step.owner) != (kind, id));
    }
}
