//! Phones, mail, sites and addresses that an answer gives, against those of the FAQ. Only a sort that the FAQ has decides: where it names no phone,
//! none is wrong. What the client said before is theirs, and what stands beside «ваш» too.

use std::collections::BTreeSet;

use super::words::{Text, Token, stem};
use super::{About, Contradiction};
use crate::event::phones_in;

/// Beginnings of words that say whose an address is: ours.
const OURS: [&str; 16] = [
    "звон",
    "позвон",
    "телефон",
    "связ",
    "свяж",
    "пиш",
    "напиш",
    "контакт",
    "наход",
    "адрес",
    "располож",
    "приезж",
    "приход",
    "жду",
    "ждем",
    "сайт",
];
/// Words that say that it is the client's.
const THEIRS: [&str; 6] = ["ваш", "вашего", "вашему", "перезвоним", "перезвонит", "вышлем"];
const STREETS: [&str; 22] = [
    "ул",
    "улица",
    "улице",
    "улицы",
    "улицу",
    "проспект",
    "проспекте",
    "проспекта",
    "пр",
    "просп",
    "наб",
    "набережная",
    "набережной",
    "пер",
    "переулок",
    "переулке",
    "бульвар",
    "бульваре",
    "шоссе",
    "площадь",
    "площади",
    "линия",
];
/// Words behind which a point ends no sentence.
const SHORTENED: [&str; 11] = ["ул", "д", "пр", "просп", "наб", "пер", "тел", "г", "стр", "корп", "им"];
/// Ends of names of sites, so that «т.е» and «д.5» are none.
const ENDS: [&str; 14] = ["ru", "рф", "com", "net", "org", "su", "me", "info", "site", "online", "pro", "app", "salon", "clinic"];

/// Everything of one text.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    phones: BTreeSet<String>,
    mails: BTreeSet<String>,
    sites: BTreeSet<String>,
    /// Stem of the street, and the house.
    places: BTreeSet<(String, u64)>,
}

impl Contacts {
    /// What a text names.
    pub(super) fn of(text: &str) -> Self {
        let phones = phones_in(text).into_iter().map(|(phone, _)| phone.to_string()).collect();
        let (mails, sites) = (words(text).filter(|word| is_mail(word)).collect(), words(text).filter_map(|word| site(&word)).collect());
        let places = Text::of(text).sentences.iter().flat_map(|sentence| places(&sentence.tokens)).collect();
        Self { phones, mails, sites, places }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.phones.extend(other.phones);
        self.mails.extend(other.mails);
        self.sites.extend(other.sites);
        self.places.extend(other.places);
    }

    fn shown(&self, sort: Sort) -> String {
        let places = || self.places.iter().map(|(street, house)| format!("{street}…, {house}")).collect::<Vec<_>>();
        let all: Vec<String> = match sort {
            Sort::Phone => self.phones.iter().cloned().collect(),
            Sort::Mail => self.mails.iter().cloned().collect(),
            Sort::Site => self.sites.iter().cloned().collect(),
            Sort::Place => places(),
        };
        all.into_iter().take(3).collect::<Vec<_>>().join("; ")
    }
}

#[derive(Debug, Clone, Copy)]
enum Sort {
    Phone,
    Mail,
    Site,
    Place,
}

/// What an answer gives and the FAQ does not have.
pub(super) fn check(known: &Contacts, answer: &str, asked: Option<&str>) -> Vec<Contradiction> {
    let theirs = asked.map(Contacts::of).unwrap_or_default();
    let mut found = Vec::new();
    let mut wrong = |sort: Sort, said: String| found.push(Contradiction { about: About::Contact, said, listed: known.shown(sort) });
    for line in sentences(answer) {
        let text = Text::of(line);
        let ours = text.sentences.iter().any(|sentence| sentence.begins(&OURS));
        if text.sentences.iter().any(|sentence| sentence.says(&THEIRS)) {
            continue;
        }
        let given = Contacts::of(line);
        if !known.phones.is_empty() && ours {
            given
                .phones
                .iter()
                .filter(|phone| !known.phones.contains(*phone) && !theirs.phones.contains(*phone))
                .for_each(|phone| wrong(Sort::Phone, phone.clone()));
        }
        if !known.mails.is_empty() {
            given
                .mails
                .iter()
                .filter(|mail| !known.mails.contains(*mail) && !theirs.mails.contains(*mail))
                .for_each(|mail| wrong(Sort::Mail, mail.clone()));
        }
        if !known.sites.is_empty() {
            given
                .sites
                .iter()
                .filter(|site| !known.sites.contains(*site) && !theirs.sites.contains(*site))
                .for_each(|site| wrong(Sort::Site, site.clone()));
        }
        if !known.places.is_empty() {
            let same_street = |street: &String| known.places.iter().any(|(other, _)| other == street);
            let other = given.places.iter().filter(|place| !known.places.contains(*place) && !theirs.places.contains(*place));
            other
                .filter(|(street, _)| ours || same_street(street))
                .for_each(|(street, house)| wrong(Sort::Place, format!("{street}…, {house}")));
        }
    }
    found
}

/// Parts of a text that each say one thing; a point inside a number, a site or a shortened word ends none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '!', '?']).flat_map(|part| {
        let mut from = 0;
        let ends = part.match_indices(". ").filter(|(at, _)| {
            let before = part[..*at].rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            !SHORTENED.contains(&before.to_lowercase().as_str())
        });
        let mut parts: Vec<&str> = Vec::new();
        for (at, end) in ends {
            parts.push(&part[from..at]);
            from = at + end.len();
        }
        parts.push(&part[from..]);
        parts
    })
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| c.is_whitespace() || "<>()[]{},;\"'«»".contains(c));
    words.map(|word| word.trim_matches(['.', ':', '!', '?']).to_lowercase())
}

fn is_mail(word: &str) -> bool {
    word.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !host.contains('@'))
}

/// The name of a site; of a messenger's page that page too.
fn site(word: &str) -> Option<String> {
    let rest = word.split_once("://").map_or(word, |(_, rest)| rest);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let (name, end) = host.rsplit_once('.')?;
    let is_site =
        ENDS.contains(&end) && !name.is_empty() && !word.contains('@') && name.chars().all(|c| c.is_alphanumeric() || "-._".contains(c));
    let shared = matches!(host, "t.me" | "wa.me" | "vk.com" | "vk.me" | "max.ru" | "instagram.com");
    let page = rest.split('/').nth(1).filter(|page| shared && !page.is_empty());
    is_site.then(|| page.map_or_else(|| host.to_owned(), |page| format!("{host}/{page}")))
}

/// Streets with a house: «ул. Мира, 5», «Невский проспект, д. 10», «на Ленинском проспекте 7».
fn places(tokens: &[Token]) -> Vec<(String, u64)> {
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(word, _)) => word.as_str(),
        _ => "",
    };
    let is_name = |at: usize| word(at).chars().count() > 2 && !STREETS.contains(&word(at)) && !matches!(word(at), "дом" | "нас");
    let skips = |at: usize| matches!(tokens.get(at), Some(Token::Mark('.' | ','))) || matches!(word(at), "д" | "дом" | "дома" | "доме");
    let mut found = Vec::new();
    for at in (0..tokens.len()).filter(|at| STREETS.contains(&word(*at))) {
        // The name stands behind the kind, or before it.
        let behind = at + 1 + usize::from(matches!(tokens.get(at + 1), Some(Token::Mark('.'))));
        let name = if is_name(behind) { Some(behind) } else { at.checked_sub(1).filter(|before| is_name(*before)) };
        let Some(name) = name else { continue };
        let mut next = name.max(at) + 1;
        // «ул. Большая Морская, 5»: the last word before the house is the one that counts.
        let mut last = name;
        while name > at && is_name(next) {
            last = next;
            next += 1;
        }
        while skips(next) {
            next += 1;
        }
        if let Some(Token::Number(house)) = tokens.get(next) {
            found.push((stem(word(last)), *house));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_sites_are_read_as_people_write_them() {
        let of = |text: &str| Contacts::of(text).places.into_iter().collect::<Vec<_>>();
        let mira = of("ул. Мира, 5");
        assert_eq!(mira.len(), 1);
        for same in ["мы на улице Мира, дом 5", "улица Мира 5", "Ул.Мира д. 5"] {
            assert_eq!(of(same), mira, "{same}");
        }
        assert_eq!(of("Невский проспект, 10"), of("на Невском проспекте, д. 10"));
        assert_eq!(of("в 15:00, 2 этаж"), []);
        for (word, site_of) in [
            ("https://www.salon.ru/price", Some("salon.ru")),
            ("t.me/salon_spb", Some("t.me/salon_spb")),
            ("а.б", None),
            ("info@salon.ru", None),
            ("15.30", None),
        ] {
            assert_eq!(site(word).as_deref(), site_of, "{word}");
        }
    }
}
