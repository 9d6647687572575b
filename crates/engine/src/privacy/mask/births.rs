//! Dates of birth. The date of a visit is no secret and must stay readable: a date counts only with a word of birth beside it, and in a
//! thorough masking when it lies so far back that nothing else was then.

use std::ops::Range;

use super::context::{after, before};
use super::folded::{Folded, Word};
use super::{Care, Kind, Seen};

const MONTHS: [&str; 12] = ["январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"];
const BORN: [&str; 9] = ["рожд", "родил", "др ", "д.р", "д/р", "др:", "г.р", "день рож", "днюх"];
const OF_YEAR: [&str; 5] = ["года рожд", "г.р", "г. р", "г/р", "гр "];
/// Whoever is booked for a visit was born before; whatever else is dated so is not about a visit.
const LONG_AGO: Range<u32> = 1920..2013;

pub(super) fn find(folded: &Folded, words: &[Word], care: Care, seen: &mut Vec<Seen>) {
    for (at, year) in dates(folded, words) {
        let named = before(folded, &at, &BORN) || after(folded, &at, &OF_YEAR);
        let old = care == Care::Thorough && year.is_some_and(|year| LONG_AGO.contains(&year));
        if named || old {
            seen.push(Seen { kind: Kind::BirthDate, at, weight: 86 });
        }
    }
}

/// `12.05.1987`, `12/5/87`, `1987-05-12`, `12 мая 1987`, `12 мая`; with the year where there is one.
fn dates(folded: &Folded, words: &[Word]) -> Vec<(Range<usize>, Option<u32>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < folded.chars.len() {
        let starts = folded.chars[at].is_ascii_digit() && !folded.before(at).is_alphanumeric();
        match starts.then(|| date_at(folded, at)).flatten() {
            Some((end, year)) => {
                found.push((at..end, Some(year)));
                at = end;
            }
            None => at += 1,
        }
    }
    found.extend(words.iter().filter_map(|word| in_words(folded, word)));
    found
}

fn number(folded: &Folded, at: usize) -> Option<(u32, usize)> {
    let end = (at..at + 5).find(|&at| !folded.char(at).is_ascii_digit())?;
    Some((folded.text(at..end).parse().ok()?, end))
}

fn date_at(folded: &Folded, start: usize) -> Option<(usize, u32)> {
    let (first, end) = number(folded, start)?;
    let separator = folded.char(end);
    if !matches!(separator, '.' | '/' | '-' | ' ') {
        return None;
    }
    let (month, end) = number(folded, end + 1)?;
    if folded.char(end) != separator {
        return None;
    }
    let (last, end) = number(folded, end + 1)?;
    let ordered = if first > 31 { (last, month, first) } else { (first, month, last) };
    let (day, month, year) = ordered;
    let year = match year {
        0..=29 => 2000 + year,
        30..=99 => 1900 + year,
        _ => year,
    };
    let sound = (1..=31).contains(&day) && (1..=12).contains(&month) && (1900..=2100).contains(&year);
    (sound && !folded.char(end).is_alphanumeric()).then_some((end, year))
}

/// A day before the name of a month, perhaps a year after it.
fn in_words(folded: &Folded, word: &Word) -> Option<(Range<usize>, Option<u32>)> {
    let month = MONTHS.iter().any(|month| {
        let ending = word.text.strip_prefix(month);
        ending.is_some_and(|ending| if *month == "ма" { ending == "я" || ending == "й" } else { ending.chars().count() <= 1 })
    });
    if !month || folded.before(word.at.start) != ' ' {
        return None;
    }
    let day_end = word.at.start - 1;
    let from = folded.chars[..day_end].iter().rposition(|c| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (day, _) = number(folded, from).filter(|(day, end)| (1..=31).contains(day) && *end == day_end)?;
    debug_assert!(day <= 31, "just checked");
    let year = number(folded, word.at.end + 1).filter(|(year, _)| (1900..=2100).contains(year) && folded.char(word.at.end) == ' ');
    Some((from..year.map_or(word.at.end, |(_, end)| end), year.map(|(year, _)| year)))
}
