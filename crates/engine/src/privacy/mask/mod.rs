//! Personal data in Russian chat text: where it stands, and the text without it.
//!
//! Deterministic recognisers, one file a family, each a pure function over [`folded::Folded`] (the text without typographic variety).
//! What they find is settled by weight: a checksum beats a shape, a named document beats a phone, the longer beats the shorter. What was
//! found once is then masked wherever it stands again, and the text is searched anew until nothing is found, so masking twice changes
//! nothing. Each find becomes a mark of its kind: `Меня зовут [ИМЯ], звоните [ТЕЛЕФОН]`.
//!
//! * `folded`, `groups`, `context` what recognisers look at · `numerals` digits in words · `checksums`
//! * families: `phones` · `documents` (cards, SNILS, INN, passports, …) · `links` (mail, accounts, addresses of sites) · `births` ·
//!   `places` · `names` with `declension` and `first_names.txt` · `known` (what is known of the client) · `leftovers`
//!
//! It deliberately does not restore what it masked, and knows no model: the proxy's table of placeholders is built on [`Masker::find`].

mod births;
mod checksums;
mod context;
mod declension;
mod documents;
mod folded;
mod groups;
mod known;
mod leftovers;
mod links;
#[cfg(test)]
mod measured;
mod names;
mod numerals;
mod phones;
mod places;

use std::collections::BTreeMap;
use std::ops::Range;

use folded::Folded;
pub use known::Known;
use names::Names;

/// A text is searched anew after masking; what is still found after so many rounds is removed with its line.
const ROUNDS: usize = 6;

/// What sort of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the marks below say what each is")]
pub enum Kind {
    Email,
    Card,
    Policy,
    Snils,
    Inn,
    Ogrn,
    BankAccount,
    Passport,
    Document,
    Phone,
    BirthDate,
    Address,
    Link,
    Handle,
    Ip,
    Plate,
    Name,
    Number,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Email,
        Self::Card,
        Self::Policy,
        Self::Snils,
        Self::Inn,
        Self::Ogrn,
        Self::BankAccount,
        Self::Passport,
        Self::Document,
        Self::Phone,
        Self::BirthDate,
        Self::Address,
        Self::Link,
        Self::Handle,
        Self::Ip,
        Self::Plate,
        Self::Name,
        Self::Number,
    ];

    /// What stands in the text instead.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Email => "[ПОЧТА]",
            Self::Card => "[КАРТА]",
            Self::Policy => "[ПОЛИС]",
            Self::Snils => "[СНИЛС]",
            Self::Inn => "[ИНН]",
            Self::Ogrn => "[ОГРН]",
            Self::BankAccount => "[СЧЁТ]",
            Self::Passport => "[ПАСПОРТ]",
            Self::Document => "[ДОКУМЕНТ]",
            Self::Phone => "[ТЕЛЕФОН]",
            Self::BirthDate => "[ДАТА РОЖДЕНИЯ]",
            Self::Address => "[АДРЕС]",
            Self::Link => "[ССЫЛКА]",
            Self::Handle => "[АККАУНТ]",
            Self::Ip => "[IP]",
            Self::Plate => "[НОМЕР АВТО]",
            Self::Name => "[ИМЯ]",
            Self::Number => "[НОМЕР]",
        }
    }
}

/// How much is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// What is surely personal: the text goes on being used in a conversation.
    Sure,
    /// Also what may be: any long number, any date of long ago. For texts that are kept when their person's data is gone.
    Thorough,
}

/// One find: bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What sort.
    pub kind: Kind,
    /// Where.
    pub span: Range<usize>,
}

/// A find of a recogniser: characters of the folded text, and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    kind: Kind,
    at: Range<usize>,
    weight: u8,
}

/// A text without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text.
    pub text: String,
    /// How many finds were replaced.
    pub replaced: usize,
}

/// Finds and masks. Building it reads the names; keep it.
pub struct Masker {
    names: Names,
}

impl Default for Masker {
    fn default() -> Self {
        Self { names: Names::load() }
    }
}

impl Masker {
    /// Where personal data stands, from left to right, without overlaps.
    #[must_use]
    pub fn find(&self, text: &str, known: &Known, care: Care) -> Vec<Found> {
        let folded = Folded::of(text);
        self.settled(&folded, known, care).into_iter().map(|seen| Found { kind: seen.kind, span: folded.bytes(&seen.at) }).collect()
    }

    /// The text with every find replaced by its mark.
    #[must_use]
    pub fn mask(&self, text: &str, known: &Known, care: Care) -> Masked {
        let mut masked = Masked { text: text.to_owned(), replaced: 0 };
        for _ in 0..ROUNDS {
            let found = self.find(&masked.text, known, care);
            if found.is_empty() {
                return masked;
            }
            masked.replaced += found.len();
            masked.text = replaced(&masked.text, &found);
        }
        // A text that still gives something away was made to: nothing of it is kept.
        if !self.find(&masked.text, known, care).is_empty() {
            masked.text = Kind::Number.mark().to_owned();
        }
        masked
    }

    fn settled(&self, folded: &Folded, known: &Known, care: Care) -> Vec<Seen> {
        let mut seen = Vec::new();
        if folded.chars.is_empty() {
            return seen;
        }
        let words = folded.words();
        known.find(folded, &words, &self.names, &mut seen);
        if folded.has_digits || numerals::hint(&words) {
            let runs = groups::runs(folded, &words);
            phones::find(folded, &runs, &mut seen);
            documents::find(folded, &runs, &mut seen);
            births::find(folded, &words, care, &mut seen);
            places::find(folded, &words, &mut seen);
            leftovers::find(&runs, care, &mut seen);
        } else {
            places::find(folded, &words, &mut seen);
        }
        links::find(folded, &words, &mut seen);
        self.names.find(folded, &words, &mut seen);
        let settled = settle(seen);
        if settled.is_empty() { settled } else { joined(folded, everywhere(folded, settled)) }
    }
}

/// The surest first, then the longest, then the leftmost; what overlaps one of them goes.
fn settle(mut seen: Vec<Seen>) -> Vec<Seen> {
    seen.sort_by_key(|find| (std::cmp::Reverse((find.weight, find.at.len())), find.at.start));
    let mut kept: BTreeMap<usize, Seen> = BTreeMap::new();
    for find in seen {
        let before = kept.range(..find.at.end).next_back();
        if before.is_none_or(|(_, other)| other.at.end <= find.at.start) && !find.at.is_empty() {
            kept.insert(find.at.start, find);
        }
    }
    kept.into_values().collect()
}

/// What was found once is masked wherever it stands again, also where nothing around it says what it is.
fn everywhere(folded: &Folded, settled: Vec<Seen>) -> Vec<Seen> {
    let mut again = Vec::new();
    let values: BTreeMap<&[char], &Seen> = settled.iter().map(|find| (&folded.chars[find.at.clone()], find)).collect();
    for (value, find) in values.into_iter().filter(|(value, _)| value.len() > 1) {
        let mut from = 0;
        while let Some(at) = folded.position(value, from) {
            from = at + 1;
            let range = at..at + value.len();
            if folded.stands_alone(&range) {
                again.push(Seen { kind: find.kind, at: range, weight: find.weight });
            }
        }
    }
    again.extend(settled);
    settle(again)
}

/// First name and surname are one name.
fn joined(folded: &Folded, all: Vec<Seen>) -> Vec<Seen> {
    let mut joined: Vec<Seen> = Vec::with_capacity(all.len());
    for find in all {
        match joined.last_mut() {
            Some(last) if last.kind == Kind::Name && find.kind == Kind::Name && folded.text(last.at.end..find.at.start) == " " => {
                last.at.end = find.at.end;
            }
            _ => joined.push(find),
        }
    }
    joined
}

fn replaced(text: &str, found: &[Found]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for find in found {
        out.push_str(&text[from..find.span.start]);
        out.push_str(find.kind.mark());
        from = find.span.end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn masked(text: &str) -> String {
        Masker::default().mask(text, &Known::default(), Care::Sure).text
    }

    #[test]
    fn marks_stand_where_the_data_stood() {
        for (text, expected) in [
            ("Меня зовут Анна, мой номер 8 (921) 123-45-67", "Меня зовут [ИМЯ], мой номер [ТЕЛЕФОН]"),
            ("пишите на anna@mail.ru или @anna_spb", "пишите на [ПОЧТА] или [АККАУНТ]"),
            ("Запишите на 15 мая в 12:30", "Запишите на 15 мая в 12:30"),
            ("", ""),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_is_found_once_is_masked_everywhere() {
        assert_eq!(masked("Паспорт 4010 123456. Повторяю: 4010 123456"), "Паспорт [ПАСПОРТ]. Повторяю: [ПАСПОРТ]");
    }

    #[test]
    fn known_values_are_masked_in_all_cases() {
        let known = Known::new(["Зульфия Каримова"], ["+79215550101", "zulya"]);
        let masked = Masker::default().mask("Для Зульфии Каримовой, 9215550101, ник Zulya", &known, Care::Sure).text;
        assert_eq!(masked, "Для [ИМЯ], [ТЕЛЕФОН], ник [АККАУНТ]");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn masking_never_panics_and_twice_is_once(
            text in "\\PC{0,40}|([А-Яа-яё]{1,8}[ ,.-]{1,2}|[0-9+() @._-]{1,12}|меня зовут |паспорт |ул\\. |снилс ){0,8}"
        ) {
            let masker = Masker::default();
            for care in [Care::Sure, Care::Thorough] {
                let once = masker.mask(&text, &Known::default(), care).text;
                let twice = masker.mask(&once, &Known::default(), care);
                prop_assert_eq!(&twice.text, &once);
                prop_assert_eq!(twice.replaced, 0);
            }
        }

        #[test]
        fn no_found_value_survives(
            before in "[а-яА-Я ]{0,12}", value in "8 921 \\d{3}-\\d{2}-\\d{2}|[a-z]{3,9}@[a-z]{2,6}\\.ru|@[a-z]{5,9}|Мария Петровна", after in "[а-я ,.]{0,12}"
        ) {
            let text = format!("{before} {value} {after} {value}");
            let masker = Masker::default();
            for find in masker.find(&text, &Known::default(), Care::Sure) {
                let value = &text[find.span.clone()];
                let masked = masker.mask(&text, &Known::default(), Care::Sure).text;
                let plain = Kind::ALL.iter().fold(masked, |text, kind| text.replace(kind.mark(), " \u{1} "));
                let alone = |at: usize| {
                    let beside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
                    beside(plain[..at].chars().next_back()) && beside(plain[at + value.len()..].chars().next())
                };
                prop_assert!(plain.match_indices(value).all(|(at, _)| !alone(at)), "{} in {}", value, plain);
            }
        }
    }
}
