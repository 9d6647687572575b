//! Opening hours by days of the week: `пн–пт 9:00–21:00`, `сб 10-18`, `вс выходной`, `ежедневно с 10 до 22`.

use serde::{Deserialize, Serialize};

use super::list::Unreadable;
use super::words::{Sentence, Text, Token};

/// Minutes after midnight: from the first to the second.
pub(super) type Open = (u16, u16);

/// From Monday to Sunday; none where it is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week([Option<Open>; 7]);

/// Beginnings of the names of days, from Monday.
const DAYS: [[&str; 2]; 7] =
    [["пн", "понедельник"], ["вт", "вторник"], ["ср", "сред"], ["чт", "четверг"], ["пт", "пятниц"], ["сб", "суббот"], ["вс", "воскресен"]];

impl Week {
    /// Reads lines of days and hours; days that are not named are closed.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let mut week = Self([None; 7]);
        let lines = text.split(['\n', ';']).enumerate().map(|(at, line)| (at + 1, line.trim())).filter(|(_, line)| !line.is_empty());
        for (at, line) in lines {
            let sentence = whole(line);
            let days = days(&sentence).ok_or(Unreadable::Hours(at))?;
            let open = if sentence.begins(&["выходной", "закры"]) {
                None
            } else {
                Some(span(&sentence).ok_or(Unreadable::Hours(at))?)
            };
            days.into_iter().for_each(|day| week.0[day] = open);
        }
        Ok(week)
    }

    /// When it is open that day, counted from Monday.
    pub(super) fn on(&self, day: usize) -> Option<Open> {
        self.0[day % 7]
    }

    /// Whether somebody may come at that minute of that day.
    pub(super) fn receives(&self, day: usize, minute: u16) -> bool {
        self.on(day).is_some_and(|(from, to)| (from..to).contains(&minute))
    }

    /// The same as it can be read again.
    #[must_use]
    pub fn text(&self) -> String {
        self.shown().replace(", ", "\n")
    }

    /// As it is written: `пн–пт 9:00–21:00, сб 10:00–18:00, вс выходной`.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut from = 0;
        while from < 7 {
            let to = (from..7).take_while(|day| self.0[*day] == self.0[from]).last().unwrap_or(from);
            let days = if from == to { DAYS[from][0].to_owned() } else { format!("{}–{}", DAYS[from][0], DAYS[to][0]) };
            let open = self.0[from].map_or_else(|| "выходной".to_owned(), |(from, to)| format!("{}–{}", clock(from), clock(to)));
            parts.push(format!("{days} {open}"));
            from = to + 1;
        }
        parts.join(", ")
    }
}

/// `9:00`.
pub(super) fn clock(minutes: u16) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// A line as one sentence.
fn whole(line: &str) -> Sentence {
    let sentences = Text::of(line).sentences;
    let is_question = sentences.last().is_some_and(|last| last.is_question);
    Sentence { tokens: sentences.into_iter().flat_map(|sentence| sentence.tokens).collect(), is_question }
}

/// The days that a sentence names, from Monday; none where it names none.
pub(super) fn days(sentence: &Sentence) -> Option<Vec<usize>> {
    if sentence.begins(&["ежедневн"]) || sentence.says(&["каждый"]) && sentence.says(&["день"]) {
        return Some((0..7).collect());
    }
    let mut days: Vec<usize> = Vec::new();
    let mut through = false;
    for token in &sentence.tokens {
        match token {
            Token::Word(word, _) => {
                if let Some(day) = day_of(word) {
                    let from = days.last().copied().filter(|from| through && *from < day).map_or(day, |from| from + 1);
                    days.extend(from..=day);
                    through = false;
                } else if word.starts_with("будн") {
                    days.extend(0..5);
                } else if matches!(word.as_str(), "выходные" | "выходным") {
                    days.extend(5..7);
                }
                through = through || word == "по" && !days.is_empty();
            }
            Token::Mark('-' | '–' | '—') => through = !days.is_empty(),
            _ => through = false,
        }
    }
    (!days.is_empty()).then_some(days)
}

fn day_of(word: &str) -> Option<usize> {
    DAYS.iter().position(|[short, long]| {
        word == *short || word.starts_with(long) && !word.starts_with("средн") && !word.starts_with("средс") && !word.starts_with("среди")
    })
}

/// From when to when: `9:00–21:00`, `10-18`, `с 10 до 22`.
pub(super) fn span(sentence: &Sentence) -> Option<Open> {
    (0..sentence.tokens.len()).find_map(|at| {
        let (from, next) = hour(sentence, at)?;
        let is_apart = matches!(sentence.mark(next), Some('-' | '–' | '—')) || sentence.word(next) == "до";
        let (to, _) = hour(sentence, next + 1).filter(|_| is_apart)?;
        let to = if to == 0 { 24 * 60 } else { to };
        (from < to).then_some((from, to))
    })
}

/// An hour there, and where it ends: `9`, `9:00`, `9.30`, `9 утра`, `10 вечера`, `18 часов`.
pub(super) fn hour(sentence: &Sentence, at: usize) -> Option<(u16, usize)> {
    let hours = u16::try_from(sentence.number(at)?).ok().filter(|hours| *hours <= 24)?;
    let minutes = sentence.number(at + 2).and_then(|minutes| u16::try_from(minutes).ok()).filter(|minutes| *minutes < 60);
    if let (Some(':' | '.'), Some(minutes)) = (sentence.mark(at + 1), minutes) {
        return Some(((hours * 60 + minutes).min(24 * 60), at + 3));
    }
    Some(match sentence.word(at + 1) {
        "утра" => (hours * 60, at + 2),
        "вечера" | "дня" if hours < 12 => ((hours + 12) * 60, at + 2),
        "вечера" | "дня" | "часов" | "часа" | "час" | "ч" => (hours * 60, at + 2),
        _ => (hours * 60, at + 1),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn weeks_are_read_as_people_write_them() {
        for (text, shown) in [
            ("пн–пт 9:00–21:00\nсб 10-18\nвс выходной", "пн–пт 9:00–21:00, сб 10:00–18:00, вс выходной"),
            ("ежедневно с 10:00 до 21:00", "пн–вс 10:00–21:00"),
            ("пн–сб с 8:00 до 20:00", "пн–сб 8:00–20:00, вс выходной"),
            ("по будням с 9 утра до 8 вечера; в выходные 10–17", "пн–пт 9:00–20:00, сб–вс 10:00–17:00"),
            ("с понедельника по четверг 9-18; пт 9-17", "пн–чт 9:00–18:00, пт 9:00–17:00, сб–вс выходной"),
            ("ежедневно 0:00–24:00", "пн–вс 0:00–24:00"),
        ] {
            assert_eq!(Week::read(text).unwrap().shown(), shown, "{text}");
        }
        for wrong in ["с 9 до 18", "пн с утра", "пн 25-30", "пн 18-9"] {
            assert_eq!(Week::read(wrong), Err(Unreadable::Hours(1)), "{wrong}");
        }
    }
}
