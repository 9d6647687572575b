//! What is known of the client from the record itself: the surest recogniser of all.
//!
//! A name is known in all its cases, with the short and tender forms of the dictionary, large or small, and in Latin letters; a phone by its
//! digits however they are parted; anything else letter by letter.

use std::collections::HashSet;

use super::declension::forms;
use super::folded::{Folded, Word};
use super::names::Names;
use super::{Kind, Seen};

const WEIGHT: u8 = 96;
/// A shorter value would be found in every text.
const SHORTEST: usize = 3;
/// The last digits of a phone, without the country.
const PHONE_TAIL: usize = 10;

/// Names and other values of one client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    names: Vec<String>,
    values: Vec<Vec<char>>,
    phones: Vec<String>,
}

impl Known {
    /// From names as given («Анна Петрова») and from phones, mails, accounts, numbers at other systems.
    #[must_use]
    pub fn new<N: AsRef<str>, V: AsRef<str>>(names: impl IntoIterator<Item = N>, values: impl IntoIterator<Item = V>) -> Self {
        let mut known = Self::default();
        for name in names {
            let folded = Folded::of(name.as_ref());
            known.names.extend(folded.words().into_iter().map(|word| word.text).filter(|word| word.chars().count() >= 2));
        }
        for value in values {
            let value = value.as_ref().trim().trim_start_matches('@');
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            let folded = Folded::of(value).chars;
            if value.starts_with('+') && digits.len() >= PHONE_TAIL {
                known.phones.push(digits[digits.len() - PHONE_TAIL..].to_owned());
            } else if folded.len() >= SHORTEST {
                known.values.push(folded);
            }
        }
        known.names.sort();
        known.names.dedup();
        known
    }

    /// Adds another name that the client went by.
    pub fn learn_name(&mut self, name: &str) {
        let folded = Folded::of(name);
        self.names.extend(folded.words().into_iter().map(|word| word.text).filter(|word| word.chars().count() >= 2));
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.values.is_empty() && self.phones.is_empty()
    }

    pub(super) fn find(&self, folded: &Folded, words: &[Word], names: &Names, seen: &mut Vec<Seen>) {
        if !self.names.is_empty() {
            let all = self.all_forms(names);
            seen.extend(words.iter().filter(|word| all.contains(word.text.as_str())).map(|word| Seen {
                kind: Kind::Name,
                at: word.at.clone(),
                weight: WEIGHT,
            }));
        }
        for value in &self.values {
            let mut from = 0;
            while let Some(at) = folded.position(value, from) {
                let start = if folded.before(at) == '@' { at - 1 } else { at };
                let range = at..at + value.len();
                if folded.stands_alone(&range) {
                    let kind = if value.contains(&'@') { Kind::Email } else { Kind::Handle };
                    seen.push(Seen { kind, at: start..range.end, weight: WEIGHT });
                }
                from = at + 1;
            }
        }
        for phone in &self.phones {
            seen.extend(digits_of(folded, phone).map(|at| Seen { kind: Kind::Phone, at, weight: WEIGHT }));
        }
    }

    fn all_forms(&self, names: &Names) -> HashSet<String> {
        let mut all = HashSet::new();
        for name in &self.names {
            all.extend(forms(name));
            all.extend(names.akin(name).map(str::to_owned));
            all.insert(in_latin(name));
        }
        all
    }
}

/// Where these digits stand, whatever is between them, with what belongs to a phone before them.
fn digits_of<'a>(folded: &'a Folded, wanted: &'a str) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
    let places: Vec<usize> = (0..folded.chars.len()).filter(|&at| folded.chars[at].is_ascii_digit()).collect();
    let digits: String = places.iter().map(|&at| folded.chars[at]).collect();
    let hits: Vec<usize> = digits.match_indices(wanted).map(|(at, _)| at).collect();
    hits.into_iter().filter_map(move |hit| {
        let (mut first, last) = (places[hit], places[hit + wanted.len() - 1]);
        // Ten digits spread over a page are no phone.
        if last - first > 3 * wanted.len() {
            return None;
        }
        let code = hit.checked_sub(1).map(|before| places[before]).filter(|&at| first - at <= 3 && matches!(folded.chars[at], '7' | '8'));
        first = code.unwrap_or(first);
        first -= usize::from(folded.before(first) == '+' || folded.before(first) == '(');
        Some(first..last + 1)
    })
}

/// As in a passport, roughly: `анна` → `anna`.
fn in_latin(name: &str) -> String {
    let letter = |c: char| match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'е' | 'э' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'й' | 'ы' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ю' => "iu",
        'я' => "ia",
        _ => "",
    };
    name.chars().map(letter).collect()
}
