//! The words that mean something here, read from `words.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a verb is about; with the words beside it that gives the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    Book,
    Put,
    Make,
    Confirm,
    Move,
    Change,
    Cancel,
    Remove,
    Send,
    Arrive,
    Remind,
    Call,
    Dial,
    Answer,
    Tell,
    Hand,
    Join,
    Pay,
    Paid,
    Give,
}

/// The form of a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Past.
    Did,
    /// Participle: записаны, отменена.
    Done,
    /// Present of the first person: what is said is done with it.
    Now,
    /// Future.
    Will,
    /// Infinitive.
    To,
}

/// Nouns and pronouns, as a set of bits.
pub(super) type Nouns = u16;
pub(super) const BOOKING: Nouns = 1;
pub(super) const CAR: Nouns = 1 << 1;
pub(super) const REQUEST: Nouns = 1 << 2;
pub(super) const REMINDER: Nouns = 1 << 3;
pub(super) const STAFF: Nouns = 1 << 4;
pub(super) const MONEY: Nouns = 1 << 5;
pub(super) const DISCOUNT: Nouns = 1 << 6;
pub(super) const INFO: Nouns = 1 << 7;
pub(super) const NOTE: Nouns = 1 << 8;
pub(super) const OTHER: Nouns = 1 << 9;
pub(super) const YOU: Nouns = 1 << 10;
pub(super) const TALK: Nouns = 1 << 11;

const SENSES: [(&str, Sense); 20] = [
    ("book", Sense::Book),
    ("put", Sense::Put),
    ("make", Sense::Make),
    ("confirm", Sense::Confirm),
    ("move", Sense::Move),
    ("change", Sense::Change),
    ("cancel", Sense::Cancel),
    ("remove", Sense::Remove),
    ("send", Sense::Send),
    ("arrive", Sense::Arrive),
    ("remind", Sense::Remind),
    ("call", Sense::Call),
    ("dial", Sense::Dial),
    ("answer", Sense::Answer),
    ("tell", Sense::Tell),
    ("hand", Sense::Hand),
    ("join", Sense::Join),
    ("pay", Sense::Pay),
    ("paid", Sense::Paid),
    ("give", Sense::Give),
];
const FORMS: [(&str, Form); 5] = [("did", Form::Did), ("done", Form::Done), ("now", Form::Now), ("will", Form::Will), ("to", Form::To)];
const NOUNS: [(&str, Nouns); 12] = [
    ("booking", BOOKING),
    ("car", CAR),
    ("request", REQUEST),
    ("reminder", REMINDER),
    ("staff", STAFF),
    ("money", MONEY),
    ("discount", DISCOUNT),
    ("info", INFO),
    ("note", NOTE),
    ("other", OTHER),
    ("you", YOU),
    ("talk", TALK),
];
/// Verbs that are often mistyped and too long for another word to be one letter away.
const OFTEN: [&str; 10] =
    ["записал", "записала", "записали", "записаны", "перенесла", "перенесли", "отправил", "отправила", "передал", "передала"];

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(include_str!("words.txt")));

#[derive(Default)]
struct Words {
    verbs: HashMap<&'static str, (Sense, Form)>,
    nouns: HashMap<&'static str, Nouns>,
    /// Beginnings of nouns, by their own first [`STEM_BYTES`].
    stems: HashMap<&'static str, Vec<(&'static str, Nouns)>>,
}

/// What a beginning is found by: three letters of two bytes; no beginning in the list is shorter.
const STEM_BYTES: usize = 6;

impl Words {
    fn read(text: &'static str) -> Self {
        let mut words = Self::default();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut parts = line.split(' ');
            let (head, second) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            if let Some((_, noun)) = NOUNS.iter().find(|(name, _)| head == "noun" && *name == second) {
                parts.for_each(|part| words.noun(part, *noun));
                continue;
            }
            let sense = SENSES.iter().find(|(name, _)| *name == head);
            let form = FORMS.iter().find(|(name, _)| *name == second);
            if let (Some((_, sense)), Some((_, form))) = (sense, form) {
                words.verbs.extend(parts.map(|word| (word, (*sense, *form))));
            }
        }
        words
    }

    fn noun(&mut self, part: &'static str, noun: Nouns) {
        if let Some(whole) = part.strip_prefix('=') {
            *self.nouns.entry(whole).or_default() |= noun;
        } else if let Some(head) = part.get(..STEM_BYTES) {
            self.stems.entry(head).or_default().push((part, noun));
        }
    }
}

/// The verb that a word is, a common one also with one letter wrong.
pub(super) fn verb(word: &str) -> Option<(Sense, Form)> {
    if let Some(verb) = WORDS.verbs.get(word) {
        return Some(*verb);
    }
    if nouns(word) != 0 {
        return None;
    }
    let near = OFTEN.iter().find(|often| one_letter_off(word, often))?;
    WORDS.verbs.get(near).copied()
}

/// What a word names.
pub(super) fn nouns(word: &str) -> Nouns {
    let whole = WORDS.nouns.get(word).copied().unwrap_or(0);
    let stems = word.get(..STEM_BYTES).and_then(|head| WORDS.stems.get(head));
    let begun = stems.into_iter().flatten().filter(|(stem, _)| word.starts_with(stem));
    begun.fold(whole, |all, (_, noun)| all | noun)
}

/// Whether one letter more, less or other makes one word of the other. The first two letters must be right.
fn one_letter_off(word: &str, right: &str) -> bool {
    if word.len().abs_diff(right.len()) > 2 || word.get(..4) != right.get(..4) {
        return false;
    }
    let same: usize = word.chars().zip(right.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (word, right) = (&word[same..], &right[same..]);
    let tail = |text: &str| text.chars().next().map_or(0, char::len_utf8);
    let (after, right_after) = (&word[tail(word)..], &right[tail(right)..]);
    after == right_after || after == right || word == right_after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_understood() {
        for line in include_str!("words.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(words.len() > 2 && words.iter().all(|word| !word.is_empty()), "{line}");
            for word in &words[2..] {
                let word = word.trim_start_matches('=');
                assert!(!word.contains('ё') && word.chars().all(|c| ('а'..='я').contains(&c)), "{word}");
                assert!(if words[0] == "noun" { nouns(word) != 0 } else { verb(word).is_some() }, "{line}: {word}");
            }
        }
    }

    #[test]
    fn one_wrong_letter_is_forgiven_and_another_word_is_not_taken() {
        assert_eq!(verb("записл"), Some((Sense::Book, Form::Did)));
        assert_eq!(verb("перенисла"), Some((Sense::Move, Form::Did)));
        for other in ["записка", "записи", "описал", "запас", "продал", "", "з"] {
            assert_eq!(verb(other), None, "{other}");
        }
    }
}
