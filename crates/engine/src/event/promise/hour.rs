//! The hour of a visit: `15:00`, `12-30`, `на 11.00`, `на 9 утра`, `на 19 00`.

use std::fmt;
use std::ops::Range;

use super::text::{Text, What};

/// An hour of a day as it was said, minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(u16);

impl Hour {
    /// An hour and a minute of a day.
    #[must_use]
    pub fn new(hour: u16, minute: u16) -> Option<Self> {
        (hour < 24 && minute < 60).then_some(Self(hour * 60 + minute))
    }

    /// Minutes after midnight.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// As stored.
    #[must_use]
    pub fn from_minutes(minutes: i64) -> Option<Self> {
        u16::try_from(minutes).ok().filter(|minutes| *minutes < 24 * 60).map(Self)
    }
}

impl fmt::Display for Hour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// The hour that belongs to the verb there: in its part of the sentence, after it in the sentence, anywhere.
pub(super) fn near(text: &Text<'_>, at: usize) -> Option<Hour> {
    let (clause, sentence) = (text.clause(at), text.sentence(at));
    let in_next = sentence.end..text.tokens.len();
    [clause, at..sentence.end, sentence.clone(), in_next, 0..sentence.start].into_iter().find_map(|range| first(text, range))
}

/// The first hour among these.
pub(super) fn first(text: &Text<'_>, range: Range<usize>) -> Option<Hour> {
    range.into_iter().find_map(|at| read(text, at))
}

/// The hour that begins there.
fn read(text: &Text<'_>, at: usize) -> Option<Hour> {
    let hour = number(text, at)?;
    // «до 20:00», «с 9», «за 2 часа» are no moments of a visit; nor is the rest of a longer number.
    let before = at.checked_sub(1).map_or("", |before| text.word(before));
    if matches!(before, "до" | "с" | "со" | "через" | "за" | "около" | "каждые") || joined(text, at) {
        return None;
    }
    let minute = number(text, at + 2).filter(|_| digits(text, at + 2) == 2);
    match (text.tokens.get(at + 1).map(|token| &token.what), minute) {
        (Some(What::Mark(':' | '-')), Some(minute)) => Hour::new(hour, minute),
        (Some(What::Mark('.')), Some(minute)) if matches!(before, "на" | "в" | "к") => Hour::new(hour, minute),
        (Some(What::Number(_)), _) if before == "на" && digits(text, at + 1) == 2 => Hour::new(hour, number(text, at + 1)?),
        (Some(What::Word(word)), _) if matches!(before, "на" | "в" | "к") => match word.as_str() {
            "утра" | "час" | "часа" | "часов" | "ч" => Hour::new(hour, 0),
            "дня" | "вечера" if hour < 12 => Hour::new(hour + 12, 0),
            "дня" | "вечера" => Hour::new(hour, 0),
            _ => None,
        },
        _ => None,
    }
}

fn number(text: &Text<'_>, at: usize) -> Option<u16> {
    match &text.tokens.get(at)?.what {
        What::Number(digits) if digits.len() <= 2 => digits.parse().ok(),
        _ => None,
    }
}

fn digits(text: &Text<'_>, at: usize) -> usize {
    match text.tokens.get(at).map(|token| &token.what) {
        Some(What::Number(digits)) => digits.len(),
        _ => 0,
    }
}

/// Whether a number goes on from before: the 06 of 14.06, the 30 of 12:30.
fn joined(text: &Text<'_>, at: usize) -> bool {
    at >= 2 && matches!(text.tokens[at - 1].what, What::Mark('.' | ':' | '-' | '/')) && digits(text, at - 2) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        for (said, hour) in [
            ("на 15:00", Some((15, 0))),
            ("на 12-30", Some((12, 30))),
            ("на 11.00", Some((11, 0))),
            ("на 19 00", Some((19, 0))),
            ("на 9 утра", Some((9, 0))),
            ("в 7 вечера", Some((19, 0))),
            ("14.06 в 13:00", Some((13, 0))),
            ("до 20:00", None),
            ("на 25:00", None),
            ("за 2 часа", None),
            ("8 812 000-00-00", None),
            ("1500 рублей", None),
        ] {
            let text = Text::of(said);
            assert_eq!(first(&text, 0..text.tokens.len()), hour.and_then(|(h, m)| Hour::new(h, m)), "{said}");
        }
    }
}
