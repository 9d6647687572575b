//! Numbers as they are written: groups of digits with something light between them, some of them in words.
//!
//! `8 (921) 123-45-67`, `восемь 921 сто двадцать три 45 67` and `8·9·2·1…` are each one run; what a window of its groups means is for the
//! recognisers. A run is never tried in more than [`WINDOW_DIGITS`] digits at once, so a page of digits costs no more than a page of words.

use std::ops::Range;

use super::folded::{BARRIER, Folded, Word};
use super::numerals;

/// An account number has 20.
pub(super) const WINDOW_DIGITS: usize = 20;
/// Characters that may stand between two groups of one number: `) - `.
const BETWEEN: usize = 3;

/// Digits without a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) digits: String,
    pub(super) at: Range<usize>,
    /// Written in words.
    pub(super) spoken: bool,
}

/// Groups that may be one number.
pub(super) type Run = Vec<Group>;

/// Neighbouring groups of a run.
pub(super) struct Window<'a> {
    pub(super) groups: &'a [Group],
    pub(super) digits: String,
    pub(super) at: Range<usize>,
}

impl Window<'_> {
    /// How many digits each group has: `[4, 6]` is a passport.
    pub(super) fn shape(&self) -> Vec<usize> {
        self.groups.iter().map(|group| group.digits.len()).collect()
    }

    /// Written together, or as one number in words and digits.
    pub(super) fn is_whole(&self) -> bool {
        self.groups.len() == 1
    }
}

/// All runs of a text.
pub(super) fn runs(folded: &Folded, words: &[Word]) -> Vec<Run> {
    let mut groups = written(folded);
    let spoken = numerals::groups(words);
    if !spoken.is_empty() {
        groups.extend(spoken);
        groups.sort_by_key(|group| group.at.start);
    }
    let mut runs: Vec<Run> = Vec::new();
    for group in groups {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| light(folded, last.at.end..group.at.start)) => run.push(group),
            _ => runs.push(vec![group]),
        }
    }
    runs
}

/// Every window of `run` that has one of these numbers of digits and is not a part of a longer word.
pub(super) fn windows<'a>(folded: &Folded, run: &'a [Group], lengths: Range<usize>) -> Vec<Window<'a>> {
    let mut found = Vec::new();
    for from in 0..run.len() {
        let mut digits = String::new();
        for to in from..run.len() {
            digits.push_str(&run[to].digits);
            if digits.len() > WINDOW_DIGITS.min(lengths.end.saturating_sub(1)) {
                break;
            }
            let at = run[from].at.start..run[to].at.end;
            if lengths.contains(&digits.len()) && is_free(folded, &at, digits.len()) {
                found.push(Window { groups: &run[from..=to], digits: digits.clone(), at });
            }
        }
    }
    found
}

/// No Latin letter or underscore before it (`id_8921…`), no letter after it; behind a whole phone people forget the space.
fn is_free(folded: &Folded, at: &Range<usize>, digits: usize) -> bool {
    let (before, after) = (folded.before(at.start), folded.char(at.end));
    let ends = !after.is_alphanumeric() || digits >= 10 && ('а'..='я').contains(&after);
    !before.is_ascii_alphanumeric() && before != '_' && ends
}

fn written(folded: &Folded) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < folded.chars.len() {
        if !folded.chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        // A letter o between digits was meant to be a zero.
        let is_digit = |at: usize| {
            let c = folded.char(at);
            c.is_ascii_digit()
                || (matches!(c, 'o' | 'о') && at > 0 && folded.char(at - 1).is_ascii_digit() && folded.char(at + 1).is_ascii_digit())
        };
        let end = (at..).find(|&at| !is_digit(at)).unwrap_or(at + 1);
        let digits = folded.chars[at..end].iter().map(|c| if c.is_ascii_digit() { *c } else { '0' }).collect();
        groups.push(Group { digits, at: at..end, spoken: false });
        at = end;
    }
    groups
}

/// Whether what stands between two groups does not part them: no letter, no colon of a time, no comma of a list, no line break.
fn light(folded: &Folded, between: Range<usize>) -> bool {
    let parts = |c: &char| c.is_alphanumeric() || matches!(*c, ':' | ',' | ';' | '\n' | '+' | '=' | '%' | '₽' | '$' | '№' | BARRIER);
    let chars = &folded.chars[between];
    chars.len() <= BETWEEN && !chars.iter().any(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_one_number_are_one_run() {
        let text = "в 15:30, тел. 8 (921) 123-45-67; 8о921";
        let folded = Folded::of(text);
        let shown: Vec<Vec<String>> =
            runs(&folded, &folded.words()).into_iter().map(|run| run.into_iter().map(|g| g.digits).collect()).collect();
        assert_eq!(shown, [vec!["15"], vec!["30"], vec!["8", "921", "123", "45", "67"], vec!["80921"]]);
    }
}
