//! Chats of open lines, as far as `imopenlines.dialog.get` tells of them: the way from a chat to its cards (section 3.5 of the reference).
use std::collections::BTreeMap;

use crate::crm::Kind;

/// A chat of an open line.
#[derive(Debug, Clone)]
pub struct Chat {
    /// `connector|line|chat|user`
    pub entity_id: String,
    /// cards it is tied to
    pub cards: Vec<(Kind, u64)>,
    /// for people
    pub name: String,
}

/// All chats by number.
#[derive(Debug, Default)]
pub struct Chats(pub BTreeMap<u64, Chat>);

impl Chat {
    /// `LEAD|0|COMPANY|0|CONTACT|42|DEAL|0`
    pub(crate) fn entity_data_2(&self) -> String {
        let of = |kind: Kind| self.cards.iter().find(|(known, _)| *known == kind).map_or(0, |(_, id)| *id);
        format!("LEAD|{}|COMPANY|{}|CONTACT|{}|DEAL|{}", of(Kind::Lead), of(Kind::Company), of(Kind::Contact), of(Kind::Deal))
    }
}
