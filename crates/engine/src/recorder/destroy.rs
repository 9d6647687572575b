//! The only place where a sealed record goes.
//!
//! [`Scribe::destroy`] takes records of one business and the ground for their going. In the recorder's transaction it removes blobs, rows,
//! words and the data keys under which nothing is left, makes derived rows what a rebuild would make them (`journal::gone`), and enters
//! the act into the tree: an entry of kind erase or expire that commits to the list of what went and to the particulars
//! (`journal::acts`). It decides nothing: people and the retention run do.
//!
//! After the commit old pages are still in the write-ahead log; the recorder truncates it as soon as no reader needs it (`cleaning`).

use ledger::{ActKind, Entry, RecordList};
use rand::Rng;
use rusqlite::Transaction;
use serde_json::{Map, Value, json};

use super::RecordError;
use super::batch::Scribe;
use crate::event::RecordNo;
use crate::journal::acts::{self, Act};
use crate::journal::{append, forwards, gone, quarantine};
use crate::privacy::BusinessKeys;

/// What is to go, and on what ground.
pub(super) struct Order {
    /// Which kind of act.
    pub kind: ActKind,
    /// When it was decided.
    pub made_us: i64,
    /// What is to go, in any order; what is not there any more is passed over.
    pub records: Vec<RecordNo>,
    /// Items in quarantine that are to go with them.
    pub quarantined: Vec<i64>,
    /// Deliveries still to be forwarded that are to go with them.
    pub forwards: Vec<i64>,
    /// Who and why, for the act: ids and words of ours, never a name, a phone or a text. What was destroyed is added here.
    pub particulars: Map<String, Value>,
}

/// What went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destroyed {
    /// The act's own entry.
    pub act: RecordNo,
    /// The records it lists.
    pub list: RecordList,
}

impl Scribe {
    /// Carries out an order; none when nothing of it was there.
    pub(super) fn destroy(&mut self, tx: &Transaction<'_>, keys: &BusinessKeys, order: Order) -> Result<Option<Destroyed>, RecordError> {
        let Order { kind, made_us, mut records, quarantined, forwards: waiting, mut particulars } = order;
        self.sessions.flush(tx)?;
        records.sort_unstable();
        records.dedup();
        let records = gone::living(tx, records.into_iter().filter(|record| record.business() == keys.business()))?;
        if records.is_empty() {
            return Ok(None);
        }
        let touched = gone::remove(tx, &records)?;
        let quarantined = quarantine::destroy(tx, keys.business(), &quarantined)?;
        for forward in &waiting {
            forwards::remove(tx, keys.business(), *forward)?;
        }
        let settled = gone::settle(tx, keys, self.gaps, &touched)?;
        // Its memory is of rows that are not there any more, and of keys.
        self.sessions.forget();
        self.clients.forget();
        self.data_keys.clear();
        let list = RecordList::of(records.iter().map(|record| record.index()));
        particulars.insert("act".into(), json!(1));
        particulars.insert("kind".into(), json!(kind.as_str()));
        particulars.insert("made_us".into(), json!(made_us));
        let destroyed = json!({
            "records": list.len(), "events": touched.events, "data_keys": touched.data_keys,
            "conversations": settled.sessions, "clients": settled.clients, "identities": settled.identities,
            "quarantined": quarantined, "forwards": waiting.len(),
        });
        particulars.insert("destroyed".into(), destroyed);
        let act = self.enter(tx, keys, kind, made_us, &list, particulars)?;
        self.note_gone(keys.business(), &list);
        Ok(Some(Destroyed { act, list }))
    }

    /// The act's entry takes the next place in the tree, and its text the place beside it.
    fn enter(
        &mut self,
        tx: &Transaction<'_>,
        keys: &BusinessKeys,
        kind: ActKind,
        made_us: i64,
        list: &RecordList,
        mut particulars: Map<String, Value>,
    ) -> Result<RecordNo, RecordError> {
        let (mut rid, mut salt, mut nonce) = ([0; 16], [0; 32], [0; 16]);
        rand::rng().fill_bytes(&mut rid);
        rand::rng().fill_bytes(&mut salt);
        rand::rng().fill_bytes(&mut nonce);
        // Without it the hash of particulars that are gone could be tried out.
        particulars.insert("nonce".into(), json!(nonce.iter().map(|byte| format!("{byte:02x}")).collect::<String>()));
        let particulars = Value::Object(particulars).to_string();
        let record = RecordNo::new(keys.business(), self.next_index(tx, keys.business())?);
        append::entry(tx, record, &Entry::act(kind, rid, &salt, list, particulars.as_bytes()).encode())?;
        acts::insert(tx, &Act { record, kind, made_us, salt, list: list.clone(), particulars: Some(particulars) })?;
        self.next.insert(keys.business(), record.index() + 1);
        Ok(record)
    }
}
