//! The entry of an act: records were destroyed, lawfully, and the log says so.
//!
//! ```text
//! entry: version 01 | kind 01 erase, 02 expire | rid | com | blob
//! com  = SHA-256("letopis/act/v1\0" || rid || salt || list)      list: `0-41,44,50-52`, see `record_list`
//! blob = SHA-256(particulars)
//! ```
//!
//! Salt and list are kept beside the log for ever, the particulars (who, when, on what ground) for as long as the law asks. The salt
//! is random, and so is something in the particulars, so that neither hash can be tried out once the text is gone. Which records an
//! act names can be shown to a stranger without the particulars, and the other way round.

use sha2::{Digest, Sha256};

use crate::entry::{Entry, EntryKind};
use crate::record_list::RecordList;

/// Keeps this commitment from ever being equal to that of a record.
const ACT_DOMAIN: &[u8] = b"letopis/act/v1\0";

/// On what ground records went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActKind {
    /// A person's data was erased.
    Erase,
    /// Detail became older than it may be kept.
    Expire,
}

impl ActKind {
    /// The kind of an entry, where it is an act's.
    #[must_use]
    pub fn of(kind: EntryKind) -> Option<Self> {
        match kind {
            EntryKind::Erase => Some(Self::Erase),
            EntryKind::Expire => Some(Self::Expire),
            EntryKind::Record | EntryKind::Epoch => None,
        }
    }

    /// In words of tables and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Erase => "erase",
            Self::Expire => "expire",
        }
    }
}

impl From<ActKind> for EntryKind {
    fn from(kind: ActKind) -> Self {
        match kind {
            ActKind::Erase => Self::Erase,
            ActKind::Expire => Self::Expire,
        }
    }
}

impl std::str::FromStr for ActKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Erase, Self::Expire].into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// Why an act is not the one that an entry commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Another kind, or no act at all.
    #[error("the entry is not that of such an act")]
    Kind,
    /// The list, its salt or the rid is another.
    #[error("the list of records is not the one that the entry commits to")]
    List,
    /// The particulars are others.
    #[error("the particulars are not those that the entry commits to")]
    Particulars,
}

impl Entry {
    /// The entry of an act that destroyed the records of `list`.
    #[must_use]
    pub fn act(kind: ActKind, rid: [u8; 16], salt: &[u8; 32], list: &RecordList, particulars: &[u8]) -> Self {
        Self { kind: kind.into(), rid, com: act_commitment(&rid, salt, list), blob: Sha256::digest(particulars).into() }
    }

    /// Whether this entry commits to that act; `None` for particulars that are not kept any more.
    ///
    /// # Errors
    /// The first thing that differs.
    pub fn check_act(&self, kind: ActKind, salt: &[u8; 32], list: &RecordList, particulars: Option<&[u8]>) -> Result<(), ActError> {
        if self.kind != kind.into() {
            return Err(ActError::Kind);
        }
        if self.com != act_commitment(&self.rid, salt, list) {
            return Err(ActError::List);
        }
        match particulars {
            Some(text) if <[u8; 32]>::from(Sha256::digest(text)) != self.blob => Err(ActError::Particulars),
            _ => Ok(()),
        }
    }
}

fn act_commitment(rid: &[u8; 16], salt: &[u8; 32], list: &RecordList) -> [u8; 32] {
    // rid and salt have fixed lengths and the list comes last, so the concatenation has only one reading.
    let hash = Sha256::new().chain_update(ACT_DOMAIN).chain_update(rid).chain_update(salt);
    hash.chain_update(list.to_string()).finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::text::to_hex;

    /// Computed apart from this code, with Python's `hashlib`.
    #[test]
    fn an_act_has_known_values() {
        let list: RecordList = "0-41,44,50-52".parse().unwrap();
        let entry = Entry::act(ActKind::Erase, [0xcd; 16], &[0x0b; 32], &list, "{\"basis\":\"withdrawal\"}".as_bytes());
        assert_eq!(to_hex(&entry.com), "82205ced95277445a384face5360e5b7a03304d026f511a213eb99571dc6b8c9");
        assert_eq!(to_hex(&entry.blob), "60607c174dcf3c525d742d35888b7ec631fb0ed3e15c0281711af2c7b58e29c3");
        assert_eq!(entry.encode()[..3], [1, 1, 0xcd]);
    }

    #[test]
    fn a_forged_act_is_named_by_what_was_forged() {
        let (salt, list, told) = ([1; 32], RecordList::of([3, 4]), b"told".as_slice());
        let entry = Entry::act(ActKind::Expire, [7; 16], &salt, &list, told);
        assert_eq!(entry.check_act(ActKind::Expire, &salt, &list, Some(told)), Ok(()));
        assert_eq!(entry.check_act(ActKind::Expire, &salt, &list, None), Ok(()));
        assert_eq!(entry.check_act(ActKind::Erase, &salt, &list, None), Err(ActError::Kind));
        assert_eq!(entry.check_act(ActKind::Expire, &[2; 32], &list, None), Err(ActError::List));
        assert_eq!(entry.check_act(ActKind::Expire, &salt, &RecordList::of([3]), None), Err(ActError::List));
        assert_eq!(entry.check_act(ActKind::Expire, &salt, &list, Some(b"other")), Err(ActError::Particulars));
        let record = Entry::record([7; 16], &salt, b"R", [0; 32]);
        assert_eq!(record.check_act(ActKind::Expire, &salt, &list, None), Err(ActError::Kind));
    }
}
