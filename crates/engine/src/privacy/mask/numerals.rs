//! Digits in words: `восемь девятьсот двадцать один` → `8`, `921`.
//!
//! A group is what is said in one breath: hundreds, tens and units, each at most once and in this order. Ordinals and cases are not read:
//! a phone is dictated in the nominative.

use super::folded::Word;
use super::groups::Group;

const UNITS: [&str; 10] = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"];
const TEENS: [&str; 10] = [
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
];
const TENS: [&str; 8] = ["двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"];
const HUNDREDS: [&str; 9] = ["сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"];

/// A numeral word and its worth.
fn worth(word: &str) -> Option<u32> {
    let place = |list: &[&str], first: u32, step: u32| list.iter().position(|known| *known == word).map(|at| first + at as u32 * step);
    let said = match word {
        "нуль" => Some(0),
        "одна" | "одно" => Some(1),
        "две" => Some(2),
        _ => None,
    };
    said.or_else(|| place(&UNITS, 0, 1))
        .or_else(|| place(&TEENS, 10, 1))
        .or_else(|| place(&TENS, 20, 10))
        .or_else(|| place(&HUNDREDS, 100, 100))
}

/// Whether it is worth to look for numbers in words: a phone has at least four.
pub(super) fn hint(words: &[Word]) -> bool {
    words.len() >= 4 && words.iter().filter(|word| worth(&word.text).is_some()).take(4).count() == 4
}

/// The numbers in words of a text, where there are enough for a phone.
pub(super) fn groups(words: &[Word]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    if !hint(words) {
        return groups;
    }
    // What may still follow in the same group is worth less than this.
    let mut room = 0;
    let mut previous = usize::MAX;
    for (index, word) in words.iter().enumerate() {
        let Some(worth) = worth(&word.text) else { continue };
        let follows = previous.checked_add(1) == Some(index) && worth > 0 && worth < room;
        previous = index;
        match groups.last_mut() {
            Some(group) if follows => {
                let sum = group.digits.parse::<u32>().unwrap_or(0) + worth;
                group.digits = sum.to_string();
                group.at.end = word.at.end;
            }
            _ => groups.push(Group { digits: worth.to_string(), at: word.at.clone(), spoken: true }),
        }
        room = match worth {
            100.. => 100,
            20..100 => 10,
            _ => 0,
        };
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::folded::Folded;
    use super::*;

    #[test]
    fn a_dictated_phone_is_read() {
        let folded = Folded::of("восемь девятьсот двадцать один сто двадцать три сорок пять шестьдесят семь");
        let said: Vec<_> = groups(&folded.words()).into_iter().map(|group| group.digits).collect();
        assert_eq!(said, ["8", "921", "123", "45", "67"]);
    }
}
