//! Which sessions are reviewed: drawn by chance, and anybody can draw them again.
//!
//! Every id gets the number SHA-256(`letopis review draw 1` ⏎ month ⏎ seed ⏎ id), and those with the smallest are drawn. Nobody can choose what
//! is looked at, the order in which ids are given does not matter, a longer draw begins with the shorter one, and `sha256sum` checks it.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

/// A draw that has been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// The ids drawn, in the order in which they were.
    pub ids: Vec<String>,
    /// Of so many different ones.
    pub of: u64,
}

impl Draw {
    /// π: every id's chance to be drawn.
    #[must_use]
    pub fn probability(&self) -> Option<f64> {
        (self.of > 0).then(|| self.ids.len() as f64 / self.of as f64)
    }
}

/// Draws so many of these ids for a month (`2025-01`), or all where there are fewer. An id given twice is one.
#[must_use]
pub fn draw<'a>(month: &str, seed: u64, ids: impl IntoIterator<Item = &'a str>, many: usize) -> Draw {
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    let mut ranked: Vec<([u8; 32], &str)> = ids.iter().map(|id| (number(month, seed, id), *id)).collect();
    ranked.sort_unstable();
    Draw { ids: ranked.iter().take(many).map(|(_, id)| (*id).to_owned()).collect(), of: ids.len() as u64 }
}

fn number(month: &str, seed: u64, id: &str) -> [u8; 32] {
    Sha256::digest(format!("letopis review draw 1\n{month}\n{seed}\n{id}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draw_of_a_month_is_always_the_same() {
        let ids: Vec<String> = (1..=20).map(|i| format!("sess_{i:02}")).collect();
        let of = |month, seed, many| draw(month, seed, ids.iter().map(String::as_str), many);
        // Worked with sha256sum and sort.
        assert_eq!(of("2025-01", 7, 3).ids, ["sess_11", "sess_18", "sess_02"]);
        assert_ne!(of("2025-01", 8, 10), of("2025-01", 7, 10));
        assert_ne!(of("2025-02", 7, 10), of("2025-01", 7, 10));
        assert_eq!(of("2025-01", 7, 5).probability(), Some(0.25));
    }

    #[test]
    fn nothing_twice_and_nothing_of_nothing() {
        let twice = draw("2025-01", 1, ["a", "b", "a", "a"], 9);
        assert_eq!((twice.ids.len(), twice.of, twice.probability()), (2, 2, Some(1.0)));
        let nothing = draw("", 0, [], 3);
        assert_eq!((nothing.ids.len(), nothing.probability()), (0, None));
        assert_eq!(draw("2025-01", 1, ["a"], 0).probability(), Some(0.0));
    }
}
