//! Event ids for files whose rows have none.
//!
//! The id follows from the row's content, so importing the same file twice gives the same ids, wherever the row stands by then. Rows that
//! are equal byte for byte are told apart by counting them (two «да» of one client in one minute are two messages); the count looks back
//! over a bounded window, so memory stays flat.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

/// Equal rows further apart than this are taken for one event. Exports are sorted by time, so true repeats stand close together.
const WINDOW_ROWS: usize = 1024;

/// 80 bits: a collision among a hundred million rows has a chance of about 1 in 200 million.
const ID_BYTES: usize = 10;

/// Draws ids for one file.
pub(super) struct Ids {
    prefix: &'static str,
    recent: VecDeque<([u8; ID_BYTES], u32)>,
}

impl Ids {
    pub(super) fn new(prefix: &'static str) -> Self {
        Self { prefix, recent: VecDeque::with_capacity(WINDOW_ROWS) }
    }

    /// The id of the next row: `csv_` + 20 hex digits, and `_2`, `_3` for repeats.
    pub(super) fn next(&mut self, content: &[u8]) -> String {
        let digest = Sha256::digest(content);
        let mut key = [0; ID_BYTES];
        key.copy_from_slice(&digest[..ID_BYTES]);
        let seen = self.recent.iter().rev().find(|(other, _)| *other == key).map_or(0, |(_, count)| *count);
        if self.recent.len() == WINDOW_ROWS {
            self.recent.pop_front();
        }
        self.recent.push_back((key, seen + 1));

        let mut id = format!("{}_", self.prefix);
        for byte in key {
            id.push_str(&format!("{byte:02x}"));
        }
        if seen > 0 {
            id.push_str(&format!("_{}", seen + 1));
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_are_counted_and_a_second_run_gives_the_same() {
        let draw = || {
            let mut ids = Ids::new("csv");
            ["да", "нет", "да"].map(|row| ids.next(row.as_bytes()))
        };
        let ids = draw();
        assert_eq!(ids[2], format!("{}_2", ids[0]));
        assert_ne!(ids[0], ids[1]);
        assert_eq!(ids, draw());
    }
}
