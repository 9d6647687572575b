//! An hour outside the timetable: a visit offered or booked when nobody receives, and opening hours told otherwise.

use jiff::civil::{Date, Weekday};

use super::week::{Week, clock, days, hour, span};
use super::words::{Sentence, Text};
use super::{About, Contradiction};

/// Beginnings of words that speak of a visit.
const VISIT: [&str; 19] = [
    "запис",
    "запиш",
    "окн",
    "окош",
    "свобод",
    "прийти",
    "приход",
    "приезж",
    "подойти",
    "подойд",
    "ждем",
    "визит",
    "прием",
    "перенес",
    "перенос",
    "предлож",
    "подход",
    "брон",
    "время",
];
/// Beginnings of words that speak of opening hours.
const OPENING: [&str; 7] = ["работа", "открыт", "график", "режим", "принима", "закры", "выходн"];
/// An hour behind these is no beginning of a visit.
const BOUNDS: [&str; 9] = ["до", "с", "со", "после", "за", "через", "позже", "раньше", "около"];
const MONTHS: [&str; 12] = ["январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"];

/// What contradicts the week.
pub(super) fn check(week: &Week, answer: &Text, today: Date) -> Vec<Contradiction> {
    let found = answer.sentences.iter().filter(|sentence| !sentence.is_question || sentence.begins(&VISIT)).filter_map(|sentence| {
        let said = if sentence.begins(&OPENING) { openings(week, sentence, today) } else { visit(week, sentence, today) }?;
        Some(Contradiction { about: About::Hour, said, listed: week.shown() })
    });
    found.collect()
}

/// A visit at an hour at which nobody receives that day, or, where no day is named, on any.
fn visit(week: &Week, sentence: &Sentence, today: Date) -> Option<String> {
    let denied = sentence.says(&["не", "нет", "нельзя", "занято", "заняты"]);
    if !sentence.begins(&VISIT) || denied {
        return None;
    }
    let day = day(sentence, today);
    (0..sentence.tokens.len()).find_map(|at| {
        let minute = moment(sentence, at)?;
        let receives = match &day {
            Some(days) => days.iter().any(|day| week.receives(*day, minute)),
            None => (0..7).any(|day| week.receives(day, minute)),
        };
        (!receives).then(|| clock(minute))
    })
}

/// The hour of a visit that begins there: `22:00`, `в 22`, `на 9 вечера`.
fn moment(sentence: &Sentence, at: usize) -> Option<u16> {
    let before = at.checked_sub(1).map_or("", |before| sentence.word(before));
    // The rest of another number, of a date, of a span, or of a bound.
    let goes_on = at > 0 && matches!(sentence.mark(at - 1), Some(':' | '.' | '-' | '–' | '—' | '/'));
    if BOUNDS.contains(&before) || goes_on || at > 0 && sentence.number(at - 1).is_some() {
        return None;
    }
    let (minute, next) = hour(sentence, at)?;
    let is_span = matches!(sentence.mark(next), Some('-' | '–' | '—')) && sentence.number(next + 1).is_some();
    let is_clock = sentence.mark(at + 1) == Some(':');
    let is_named =
        matches!(before, "в" | "на" | "к") && matches!(sentence.word(at + 1), "утра" | "вечера" | "дня" | "часов" | "часа" | "час");
    ((is_clock || is_named) && !is_span && minute < 24 * 60).then_some(minute)
}

/// Opening hours, part by part where each part of a sentence has its own: «с 8 до 20, в воскресенье с 9 до 15».
fn openings(week: &Week, sentence: &Sentence, today: Date) -> Option<String> {
    let parts: Vec<Sentence> = sentence.parts().collect();
    if parts.iter().filter(|part| span(part).is_some()).count() < 2 {
        return opening(week, sentence, today, sentence);
    }
    parts.iter().filter(|part| span(part).is_some()).find_map(|part| opening(week, part, today, sentence))
}

/// Opening hours, days off, told otherwise; `whole` is the sentence that it is part of.
fn opening(week: &Week, sentence: &Sentence, today: Date, whole: &Sentence) -> Option<String> {
    let named = day(sentence, today);
    let all: Vec<usize> = (0..7).collect();
    if sentence.begins(&["круглосуточн"]) {
        let is_so = all.iter().all(|day| week.on(*day) == Some((0, 24 * 60)));
        return (!is_so && !sentence.says(&["не"])).then(|| "круглосуточно".to_owned());
    }
    // A doctor, a laboratory receives for a part of the hours.
    let of_all = whole.begins(&["работа", "открыт", "график", "режим"]);
    let closed = sentence.begins(&["закры", "выходной"]) || sentence.says(&["не"]);
    if let Some((from, to)) = span(sentence) {
        let told = |day: &usize| match week.on(*day) {
            Some((open, close)) if !of_all => open <= from && to <= close,
            open => open == Some((from, to)),
        };
        let is_so = match &named {
            Some(days) => days.iter().all(told),
            None => all.iter().any(told),
        };
        return (!is_so && !closed).then(|| format!("{}–{}", clock(from), clock(to)));
    }
    if sentence.says(&["без"]) && sentence.begins(&["выходных"]) {
        return all.iter().any(|day| week.on(*day).is_none()).then(|| "без выходных".to_owned());
    }
    let days = named?;
    if closed {
        return days.iter().all(|day| week.on(*day).is_some()).then(|| "выходной".to_owned());
    }
    // «В воскресенье работаем» of a day off.
    days.iter().all(|day| week.on(*day).is_none()).then(|| "открыто".to_owned())
}

/// The days that a sentence speaks of: by name, as today or tomorrow, by date.
fn day(sentence: &Sentence, today: Date) -> Option<Vec<usize>> {
    let on = |date: Date| Some(vec![index(date.weekday())]);
    if let Some(named) = days(sentence) {
        return Some(named);
    }
    for at in 0..sentence.tokens.len() {
        let ahead = match sentence.word(at) {
            "сегодня" => Some(0),
            "завтра" => Some(1),
            "послезавтра" => Some(2),
            _ => None,
        };
        if let Some(date) = ahead.and_then(|days| today.checked_add(jiff::Span::new().days(days)).ok()) {
            return on(date);
        }
        let month = MONTHS.iter().position(|month| sentence.word(at + 1).starts_with(month) && sentence.word(at + 1).chars().count() < 10);
        let dated = sentence.number(at).zip(month.map(|month| month as i8 + 1));
        if let Some(date) = dated.and_then(|(day, month)| dated_from(today, i8::try_from(day).ok()?, month)) {
            return on(date);
        }
    }
    None
}

/// That day and month, next year where it is long past.
fn dated_from(today: Date, day: i8, month: i8) -> Option<Date> {
    let date = Date::new(today.year(), month, day).ok()?;
    let is_past = date.checked_add(jiff::Span::new().days(180)).ok()? < today;
    if is_past { Date::new(today.year() + 1, month, day).ok() } else { Some(date) }
}

fn index(day: Weekday) -> usize {
    day.to_monday_zero_offset().max(0) as usize
}
