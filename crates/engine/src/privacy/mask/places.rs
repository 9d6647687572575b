//! Addresses: a word for a street with its name and house, a well-known street with a house, a house with a flat.
//!
//! Written as people write in chats: `ул ленина 5 кв 3`, `Невском пр., д. 12/3`, `7-я линия В.О., 34`. The district, the metro station and
//! the city alone stay: they say where a branch is, not where somebody lives.

use std::ops::Range;

use super::folded::{Folded, Word};
use super::{Kind, Seen};

/// Short words for a street.
const STREETS: [&str; 12] = ["ул", "пр", "пр-т", "пр-кт", "просп", "наб", "пер", "ш", "б-р", "бул", "мкр", "пл"];
/// The long ones, in any case.
const STREETS_IN_FULL: [&str; 7] = ["улиц", "проспект", "набережн", "переул", "шоссе", "бульвар", "проезд"];
/// More words for a street, of which a number or a name must follow at once.
const RARE: [&str; 5] = ["аллея", "аллее", "тупик", "тупике", "микрорайон"];
/// Streets that are called by name alone.
const KNOWN: [&str; 34] = [
    "невск",
    "лиговск",
    "московск",
    "литейн",
    "загородн",
    "садов",
    "рубинштейн",
    "марат",
    "восстани",
    "жуковск",
    "некрасов",
    "чернышевск",
    "ленинск",
    "тверск",
    "арбат",
    "мясницк",
    "пятницк",
    "профсоюзн",
    "вернадск",
    "кутузовск",
    "варшавск",
    "каширск",
    "ленинградск",
    "комендантск",
    "богатырск",
    "энгельс",
    "просвещени",
    "культур",
    "науки",
    "гражданск",
    "кирочн",
    "фурштатск",
    "чайковск",
    "гороховая",
];
const HOUSES: [&str; 6] = ["д", "дом", "дома", "доме", "вл", "владение"];
const PARTS: [&str; 17] = [
    "к",
    "корп",
    "корпус",
    "стр",
    "строение",
    "лит",
    "литера",
    "кв",
    "квартира",
    "квартиру",
    "квартире",
    "оф",
    "офис",
    "пом",
    "под",
    "подъезд",
    "парадная",
];
/// What a street's name never is.
const NO_NAMES: [&str; 26] = [
    "и",
    "на",
    "в",
    "во",
    "у",
    "с",
    "по",
    "где",
    "это",
    "как",
    "мы",
    "вы",
    "я",
    "или",
    "а",
    "но",
    "до",
    "от",
    "ваш",
    "ваша",
    "наш",
    "наша",
    "есть",
    "нет",
    "там",
    "здесь",
];

pub(super) fn find(folded: &Folded, words: &[Word], seen: &mut Vec<Seen>) {
    for (index, word) in words.iter().enumerate() {
        let found =
            street(folded, words, index).or_else(|| line(folded, word)).or_else(|| known(folded, word)).or_else(|| flat(folded, word));
        if let Some(at) = found {
            seen.push(Seen { kind: Kind::Address, at, weight: 78 });
        }
    }
}

fn is_street(text: &str) -> bool {
    let in_full = |street: &str| text.strip_prefix(street).is_some_and(|ending| ending.chars().count() <= 3);
    STREETS.contains(&text) || RARE.contains(&text) || STREETS_IN_FULL.iter().any(|street| in_full(street))
}

/// A word for a street, its name after or before it, and the house.
fn street(folded: &Folded, words: &[Word], index: usize) -> Option<Range<usize>> {
    let word = &words[index];
    if !is_street(&word.text) {
        return None;
    }
    let after = skip(folded, word.at.end);
    let (mut start, mut end, mut named, mut surely) = (word.at.start, word.at.end, false, false);
    for (taken, next) in words[index + 1..].iter().enumerate() {
        let joined = next.at.start == if taken == 0 { after } else { skip_space(folded, end) };
        if !joined
            || taken == 3
            || is_house(next)
            || NO_NAMES.contains(&next.text.as_str())
            || taken > 0 && !next.capital && !is_adjective(&next.text)
        {
            break;
        }
        (end, named, surely) = (next.at.end, true, surely || next.capital);
    }
    let number_name = house_number(folded, after).filter(|_| !named);
    if let (false, Some(before)) = (named, words[..index].last().filter(|before| is_adjective(&before.text) || before.capital)) {
        let touches = skip_space(folded, before.at.end) == word.at.start;
        if touches && !is_house(before) && !before.first | is_adjective(&before.text) {
            (start, named, surely) = (before.at.start, true, surely || before.capital);
        }
    }
    let house = houses(folded, end);
    let long = word.text.chars().count() > 2;
    match (named, house) {
        (true, Some(end)) => Some(start..end),
        (true, None) if surely && long => Some(start..end),
        (false, _) => number_name.and_then(|at| houses(folded, at)).filter(|_| long).map(|end| start..end),
        _ => None,
    }
}

/// `7-я линия В.О., 34`.
fn line(folded: &Folded, word: &Word) -> Option<Range<usize>> {
    if !["линия", "линии", "линию"].contains(&word.text.as_str()) {
        return None;
    }
    let end = skip_back(folded, word.at.start);
    let from = folded.chars[..end].iter().rposition(|c| *c == ' ').map_or(0, |at| at + 1);
    if !folded.char(from).is_ascii_digit() {
        return None;
    }
    let island = ["в.о.", "в.о", "во", "васильевского острова"]
        .into_iter()
        .find(|name| folded.text(word.at.end + 1..word.at.end + 22).starts_with(name));
    let named = word.at.end + island.map_or(0, |name| 1 + name.chars().count());
    let end = houses(folded, named).or(island.map(|_| named))?;
    Some(from..end)
}

/// `на Невском 12`, `рубинштейна 5`.
fn known(folded: &Folded, word: &Word) -> Option<Range<usize>> {
    let is_known = KNOWN.iter().any(|name| word.text.strip_prefix(name).is_some_and(|ending| ending.chars().count() <= 3));
    let number = skip(folded, word.at.end);
    if !is_known || number > word.at.end + 2 {
        return None;
    }
    // «Чайковского 15:30» is a time and «Невский 20 мая» a date.
    let end = houses(folded, word.at.end)?;
    let time = folded.char(end) == ':'
        || folded.char(end) == ' ' && folded.char(end + 1).is_alphabetic() && !folded.chars[number..end].contains(&'к');
    (!time).then_some(word.at.start..end)
}

/// `дом 5 кв 12`, `д.5, кв.12`.
fn flat(folded: &Folded, word: &Word) -> Option<Range<usize>> {
    if !is_house(word) {
        return None;
    }
    let house = house_number(folded, skip(folded, word.at.end))?;
    let end = houses(folded, word.at.start)?;
    (end > house).then_some(word.at.start..end)
}

fn is_house(word: &Word) -> bool {
    HOUSES.contains(&word.text.as_str())
}

fn is_adjective(text: &str) -> bool {
    ["ий", "ый", "ой", "ая", "ом", "ую", "ого", "его", "ском", "ская", "ской"].iter().any(|ending| text.ends_with(ending))
        && text.chars().count() > 4
}

fn skip_space(folded: &Folded, at: usize) -> usize {
    at + usize::from(folded.char(at) == ' ')
}

fn skip_back(folded: &Folded, at: usize) -> usize {
    at - usize::from(folded.before(at) == ' ')
}

/// Past a dot or comma and spaces.
fn skip(folded: &Folded, at: usize) -> usize {
    let end = folded.chars.len();
    let at = (at..end).find(|&at| !matches!(folded.chars[at], '.' | ',')).unwrap_or(end);
    (at..end).find(|&at| folded.chars[at] != ' ').unwrap_or(end)
}

/// `12`, `12/3`, `12к2`, `12А`, `№ 5`: where it ends.
fn house_number(folded: &Folded, at: usize) -> Option<usize> {
    let at = if folded.char(at) == '№' { skip(folded, at + 1) } else { at };
    let digits = (at..at + 5).take_while(|&at| folded.char(at).is_ascii_digit()).count();
    if !(1..=4).contains(&digits) {
        return None;
    }
    let mut end = at + digits;
    loop {
        let next = folded.char(end + 1);
        let goes_on = match folded.char(end) {
            '/' | '-' => next.is_ascii_digit(),
            'к' | 'а' | 'б' | 'в' | 'г' => next.is_ascii_digit() || !next.is_alphanumeric(),
            _ => false,
        };
        if !goes_on {
            break;
        }
        end += 1;
        end += (end..end + 4).take_while(|&at| folded.char(at).is_ascii_digit()).count();
    }
    (!folded.char(end).is_alphanumeric()).then_some(end)
}

/// House, building, flat after a street: where the last of them ends.
fn houses(folded: &Folded, from: usize) -> Option<usize> {
    let (mut end, mut found) = (from, None);
    for _ in 0..6 {
        let mut at = skip(folded, end);
        let letters = (at..at + 10).take_while(|&at| folded.char(at).is_alphabetic()).count();
        if letters > 0 {
            let word = folded.text(at..at + letters);
            if !HOUSES.contains(&word.as_str()) && !PARTS.contains(&word.as_str()) {
                break;
            }
            at = skip(folded, at + letters);
        } else if found.is_some() && skip_space(folded, end) == at {
            // A number after a number without a comma or a word is something else.
            break;
        }
        let Some(number_end) = house_number(folded, at) else { break };
        (end, found) = (number_end, Some(number_end));
    }
    found
}
