//! What is said around a number: `паспорт`, `СНИЛС`, `дата рождения`.

use std::ops::Range;

use super::folded::{BARRIER, Folded};

/// How far a word may stand before what it explains: «мой паспорт (серия и номер) — …».
const BEFORE: usize = 48;
/// How far after: «4010 123456 выдан …».
const AFTER: usize = 24;

/// Whether one of these beginnings of words stands before `at`, nothing else that is masked between.
pub(super) fn before(folded: &Folded, at: &Range<usize>, beginnings: &[&str]) -> bool {
    let from = at.start.saturating_sub(BEFORE);
    let near = &folded.chars[from..at.start];
    let from_mark = near.iter().rposition(|c| matches!(*c, BARRIER | '\n')).map_or(0, |mark| mark + 1);
    has(&near[from_mark..], beginnings)
}

/// Whether one stands after it.
pub(super) fn after(folded: &Folded, at: &Range<usize>, beginnings: &[&str]) -> bool {
    let to = folded.chars.len().min(at.end + AFTER);
    let near = &folded.chars[at.end..to];
    let to_mark = near.iter().position(|c| matches!(*c, BARRIER | '\n')).unwrap_or(near.len());
    has(&near[..to_mark], beginnings)
}

fn has(near: &[char], beginnings: &[&str]) -> bool {
    let text: String = near.iter().collect();
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric());
    beginnings.iter().any(|word| text.match_indices(word).any(|(at, _)| begins(at)))
}
