//! Numbers of documents and accounts: cards, policies, SNILS, INN, OGRN, passports, licences, bank accounts.
//!
//! A control digit is not enough where every tenth number has a right one (cards, INN of firms): there the way it is written or a word before
//! it must agree. A passport has no control digit and needs its word.

use super::checksums::{inn, luhn, ogrn, snils};
use super::context::{after, before};
use super::folded::Folded;
use super::groups::{Run, Window, windows};
use super::{Kind, Seen};

/// First digits of payment systems: Mir, Visa, Mastercard, Maestro, UnionPay, American Express, JCB.
const CARD_PREFIXES: [&str; 22] = [
    "2200", "2201", "2202", "2203", "2204", "4", "51", "52", "53", "54", "55", "222", "223", "224", "225", "226", "227", "62", "34", "37",
    "35", "67",
];
const CARD: [&str; 9] = ["карт", "card", "перевод", "перевед", "сбер", "тинько", "оплат", "виза", "мир"];
const POLICY: [&str; 4] = ["полис", "омс", "енп", "страхов"];
const SNILS: [&str; 3] = ["снилс", "пенсионн", "пфр"];
const INN: [&str; 1] = ["инн"];
const OGRN: [&str; 1] = ["огрн"];
const PASSPORT: [&str; 5] = ["паспорт", "серия", "серии", "загран", "пасп"];
const ISSUED: [&str; 2] = ["выдан", "код подразделения"];
const LICENCE: [&str; 5] = ["водительск", "права", "в/у", "свидетельств", "удостоверен"];
const ACCOUNT: [&str; 5] = ["счет", "р/с", "рс", "реквизит", "бик"];

pub(super) fn find(folded: &Folded, runs: &[Run], seen: &mut Vec<Seen>) {
    for run in runs {
        for window in windows(folded, run, 9..21) {
            if let Some((kind, weight)) = read(folded, &window) {
                seen.push(Seen { kind, at: window.at, weight });
            }
        }
    }
}

fn read(folded: &Folded, window: &Window<'_>) -> Option<(Kind, u8)> {
    let digits = window.digits.as_str();
    let said = |words: &[&str]| before(folded, &window.at, words);
    match digits.len() {
        9 if window.shape() == [2, 7] || window.is_whole() => said(&PASSPORT[..4]).then_some((Kind::Passport, 85)),
        10 => {
            if is_passport_shape(window) && (said(&PASSPORT) || after(folded, &window.at, &ISSUED)) {
                return Some((Kind::Passport, 90));
            }
            if inn(digits) && said(&INN) {
                return Some((Kind::Inn, 90));
            }
            said(&LICENCE).then_some((Kind::Document, 75))
        }
        11 => snils(digits).then(|| {
            let written = window.shape() == [3, 3, 3, 2];
            (Kind::Snils, if said(&SNILS) || written { 90 } else { 60 })
        }),
        12 => inn(digits).then_some((Kind::Inn, if said(&INN) { 90 } else { 65 })),
        13 if ogrn(digits) && (said(&OGRN) || digits.starts_with(['1', '5'])) => Some((Kind::Ogrn, 80)),
        15 if ogrn(digits) && (said(&OGRN) || digits.starts_with('3')) => Some((Kind::Ogrn, 80)),
        16 if luhn(digits) && said(&POLICY) => Some((Kind::Policy, 92)),
        13..=19 if luhn(digits) && is_card(window, said(&CARD)) => Some((Kind::Card, 88)),
        20 => (digits.starts_with(['3', '4']) || said(&ACCOUNT)).then_some((Kind::BankAccount, 80)),
        _ => None,
    }
}

/// `4010 123456`, `40 10 123456`, or together.
fn is_passport_shape(window: &Window<'_>) -> bool {
    matches!(window.shape().as_slice(), [4, 6] | [2, 2, 6] | [10] | [4, 3, 3] | [2, 2, 3, 3])
}

fn is_card(window: &Window<'_>, named: bool) -> bool {
    let known = CARD_PREFIXES.iter().any(|prefix| window.digits.starts_with(prefix));
    let written = window.is_whole() || matches!(window.shape().as_slice(), [4, 4, 4, 4] | [4, 6, 5] | [4, 4, 4, 4, ..] | [8, 8]);
    known && window.digits.len() >= 15 && (named || written)
}
