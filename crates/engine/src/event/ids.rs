//! Numbers that name things across rooms.
//!
//! A record number carries its business: `business << 40 | index`, where `index` is the position in that business's Merkle tree.
//! One integer is thus the primary key of every table about records, sorts by arrival inside a business, and cannot be
//! looked up in the wrong one.

use std::fmt;

/// How many low bits of a record number are the tree index: 2^40 records a business.
const INDEX_BITS: u32 = 40;

/// One firm that uses Letopis. Nothing crosses businesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct BusinessId(pub u32);

/// The number of one sealed record: its business and its index in that business's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordNo(i64);

impl RecordNo {
    /// The record of `business` at tree index `index`.
    #[must_use]
    pub fn new(business: BusinessId, index: u64) -> Self {
        debug_assert!(index < 1 << INDEX_BITS, "a business holds at most 2^40 records");
        Self((i64::from(business.0) << INDEX_BITS) | index as i64)
    }

    /// As stored in a table.
    #[must_use]
    pub fn from_i64(stored: i64) -> Self {
        Self(stored)
    }

    /// As stored in a table.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// Whose record it is.
    #[must_use]
    pub fn business(self) -> BusinessId {
        BusinessId((self.0 >> INDEX_BITS) as u32)
    }

    /// The index in the business's tree.
    #[must_use]
    pub fn index(self) -> u64 {
        (self.0 & ((1 << INDEX_BITS) - 1)) as u64
    }
}

impl fmt::Display for RecordNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_number_holds_business_and_index() {
        let number = RecordNo::new(BusinessId(7), 123_456);
        assert_eq!((number.business(), number.index()), (BusinessId(7), 123_456));
        assert!(RecordNo::new(BusinessId(1), (1 << 40) - 1) < RecordNo::new(BusinessId(2), 0));
    }
}
