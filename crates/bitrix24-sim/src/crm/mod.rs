//! The CRM behind the methods: cards, stages and their history, timeline, activities, custom fields. It knows nothing of how methods name or write
//! values: the two serialisers (`serial`) do that.
//!
//! * `card.rs` — a card and its parts · `kind.rs` — leads, deals, contacts, companies
//! * `fields.rs` — which fields each kind has, with both names · `userfields.rs` — custom ones
//! * `store.rs` — cards with their indexes · `filter.rs` — conditions of lists · `write.rs` — fields into a card
//! * `stages.rs` — directories, stages, history · `duplicates.rs` — findbycomm · `merge.rs` — mergeBatch
//! * `timeline.rs` — comments, log entries, notes · `activities.rs` — to-do items
mod activities;
mod card;
mod duplicates;
mod fields;
mod filter;
mod kind;
mod merge;
mod stages;
mod store;
mod timeline;
mod userfields;
mod write;

pub use activities::Activity;
pub use card::{Binding, Card, Multi};
pub use fields::{Field, FieldType, fields};
pub(crate) use filter::{Names, Sort, Test};
pub use kind::Kind;
pub(crate) use merge::Merged;
pub(crate) use stages::How;
pub use stages::{Category, Move, Semantics, Status};
pub use timeline::{Note, Row, RowKind};
pub use userfields::UserField;
pub(crate) use write::Style;

use std::collections::{BTreeMap, HashMap};

use crate::portal::Settings;

/// Everything the CRM holds.
#[derive(Debug)]
pub struct Crm {
    cards: BTreeMap<Kind, BTreeMap<u64, Card>>,
    last_id: BTreeMap<Kind, u64>,
    by_origin: HashMap<(Kind, String), Vec<u64>>,
    by_comm: HashMap<(Kind, String, String), Vec<u64>>,
    /// custom fields
    pub user_fields: Vec<UserField>,
    /// rows of all directories: stages, sources, types
    pub statuses: Vec<Status>,
    /// pipelines of deals
    pub categories: Vec<Category>,
    /// moves between stages
    pub history: Vec<Move>,
    timeline: timeline::Timeline,
    /// notes by owner type, owner, item type, item
    pub notes: BTreeMap<(u64, u64, u64, u64), Note>,
    /// to-do items and other activities
    pub activities: BTreeMap<u64, Activity>,
    /// the last number given to a multifield, a timeline row, a directory row, a custom field
    pub(crate) numbers: Numbers,
}

/// Numbers of things that are no cards.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) multi: u64,
    pub(crate) row: u64,
    pub(crate) status: u64,
    pub(crate) user_field: u64,
    pub(crate) history: u64,
    pub(crate) activity: u64,
}

impl Crm {
    /// An empty CRM with the default stages.
    pub(crate) fn new(_settings: &Settings) -> Crm {
        let mut crm = Crm {
            cards: BTreeMap::new(),
            last_id: BTreeMap::new(),
            by_origin: HashMap::new(),
            by_comm: HashMap::new(),
            user_fields: Vec::new(),
            statuses: Vec::new(),
            categories: Vec::new(),
            history: Vec::new(),
            timeline: timeline::Timeline::default(),
            notes: BTreeMap::new(),
            activities: BTreeMap::new(),
            numbers: Numbers::default(),
        };
        crm.found();
        crm
    }
}

/// Takes the next number.
pub(crate) fn next(number: &mut u64) -> u64 {
    *number += 1;
    *number
}
