//! Questions and answers of a business (FAQ): what is uploaded, and where an answer says otherwise.
//!
//! ```text
//! В: Есть ли парковка?                     Есть ли парковка;Да, во дворе          Есть ли парковка? Да, во дворе
//! О: Да, бесплатная, во дворе.
//! ```
//! Held against it are phones, addresses, sites (`contacts`), and what stands beside the subject of a question: a time, a share, a sum, years of age, yes
//! or no. What the list does not speak of decides nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::list::Unreadable;
use super::words::{Sentence, Text, Token};
use super::{About, Contradiction};

/// Longer lists are no FAQ.
const QUESTIONS: usize = 300;
const CHARS: usize = 2_000;
const ASKS: [&str; 4] = ["в:", "вопрос:", "q:", "question:"];
const ANSWERS: [&str; 4] = ["о:", "ответ:", "a:", "answer:"];
/// Beginnings of words that say nothing of what a question is about.
const EMPTY: [&str; 47] = [
    "есть",
    "можно",
    "мож",
    "нужн",
    "надо",
    "как",
    "скольк",
    "где",
    "когда",
    "куда",
    "что",
    "кто",
    "почему",
    "зачем",
    "вас",
    "ваш",
    "вам",
    "вы",
    "нас",
    "наш",
    "мне",
    "мой",
    "моя",
    "для",
    "при",
    "или",
    "если",
    "это",
    "быть",
    "буд",
    "стоит",
    "сдела",
    "дела",
    "какие",
    "под",
    "без",
    "про",
    "его",
    "они",
    "нам",
    "все",
    "уже",
    "еще",
    "тут",
    "там",
    "раз",
    "час",
];
/// Words that say yes, and no.
const YES: [&str; 9] = ["да", "есть", "можно", "конечно", "имеется", "принимаем", "разрешено", "можете", "возможно"];
const NO: [&str; 6] = ["нет", "нельзя", "невозможно", "отсутствует", "запрещено", "увы"];
/// Behind «не»: what is not done here.
const NOT: [&str; 16] = [
    "принима",
    "предостав",
    "предусмотр",
    "разреша",
    "возвраща",
    "возвращ",
    "можем",
    "можно",
    "дела",
    "работа",
    "требу",
    "нужн",
    "бер",
    "име",
    "оказыва",
    "выезжа",
];

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// As written.
    pub question: String,
    /// As written.
    pub answer: String,
}

/// What stands beside a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    /// In minutes.
    Time,
    PerCent,
    Roubles,
    Years,
}

/// A question as it is looked for.
pub(super) struct Topic<'a> {
    entry: &'a Question,
    /// Stems that few other questions have.
    own: Vec<String>,
    says: BTreeMap<Unit, Vec<u64>>,
    yes: Option<bool>,
}

/// Reads a list of questions.
///
/// # Errors
/// The first line that is none.
pub(super) fn read(text: &str) -> Result<Vec<Question>, Unreadable> {
    let mut all: Vec<Question> = Vec::new();
    // A question in a line of its own waits for its answer.
    let mut asked: Option<(usize, String)> = None;
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(question) = behind(line, &ASKS) {
            asked = Some((at, question.to_owned()));
        } else if let Some(answer) = behind(line, &ANSWERS) {
            let (_, question) = asked.take().ok_or(Unreadable::Question(at + 1))?;
            all.push(Question { question, answer: answer.to_owned() });
        } else if let Some((question, answer)) = split(line).filter(|_| asked.is_none()) {
            all.push(Question { question: question.to_owned(), answer: answer.to_owned() });
        } else if let Some(last) = all.last_mut().filter(|_| asked.is_none()) {
            // An answer of several lines.
            last.answer = format!("{}\n{line}", last.answer);
        } else {
            return Err(Unreadable::Question(at + 1));
        }
    }
    if let Some((at, _)) = asked {
        return Err(Unreadable::Question(at + 1));
    }
    let long = |text: &str| text.chars().count() > CHARS;
    let too_long = all.len() > QUESTIONS || all.iter().any(|one| long(&one.question) || long(&one.answer));
    if too_long { Err(Unreadable::TooLong) } else { Ok(all) }
}

fn behind<'a>(line: &'a str, any: &[&str]) -> Option<&'a str> {
    let lower = line.to_lowercase();
    let begin = any.iter().find(|begin| lower.starts_with(**begin))?;
    line.char_indices().nth(begin.chars().count()).map(|(at, _)| line[at..].trim()).filter(|rest| !rest.is_empty())
}

/// Question and answer in one line: a table, or a question mark between them.
fn split(line: &str) -> Option<(&str, &str)> {
    let parted =
        line.split_once(['\t', ';']).map(|(question, answer)| (question.trim_matches(['"', ' ']), answer.trim_matches(['"', ' '])));
    let asked = || line.find('?').map(|at| (&line[..=at], line[at + 1..].trim_start_matches(['—', '–', '-', ' ']).trim()));
    parted.or_else(asked).filter(|(question, answer)| !question.is_empty() && !answer.is_empty())
}

impl Question {
    /// As it can be read again.
    pub(super) fn shown(&self) -> String {
        format!("В: {}\nО: {}", self.question, self.answer)
    }
}

/// What the questions are about.
pub(super) fn topics(all: &[Question]) -> Vec<Topic<'_>> {
    let stems: Vec<Vec<String>> = all.iter().map(|entry| subject(&Text::of(&entry.question))).collect();
    let common = |stem: &String| stems.iter().filter(|other| other.contains(stem)).count() > 2;
    let own = |stems: &Vec<String>| stems.iter().filter(|stem| !common(stem)).cloned().collect();
    all.iter().zip(&stems).map(|(entry, stems)| Topic::of(entry, own(stems))).collect()
}

impl<'a> Topic<'a> {
    fn of(entry: &'a Question, own: Vec<String>) -> Self {
        let answer = Text::of(&entry.answer);
        let mut says: BTreeMap<Unit, Vec<u64>> = BTreeMap::new();
        for (unit, value) in answer.sentences.iter().flat_map(quantities) {
            says.entry(unit).or_default().push(value);
        }
        Self { entry, own, says, yes: answer.sentences.first().and_then(polarity) }
    }

    /// Half of what it is about stands in the sentence, or in what it answers.
    fn is_of(&self, sentence: &Sentence, asked: Option<&Text>) -> bool {
        let stands = |stem: &&String| sentence.has(stem) || asked.is_some_and(|asked| asked.has(stem));
        let standing = self.own.iter().filter(stands).count();
        standing > 0 && standing * 2 >= self.own.len()
    }
}

/// The stems of what a question is about.
fn subject(text: &Text) -> Vec<String> {
    let tokens = text.sentences.iter().flat_map(|sentence| &sentence.tokens);
    let word = |token: &Token| match token {
        Token::Word(word, stem) if word.chars().count() > 2 && !EMPTY.iter().any(|empty| word.starts_with(empty)) => Some(stem.clone()),
        _ => None,
    };
    tokens.filter_map(word).collect()
}

/// Where an answer says otherwise beside the subject of a question.
pub(super) fn check(topics: &[Topic<'_>], answer: &Text, asked: Option<&Text>) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for sentence in answer.sentences.iter().filter(|sentence| !sentence.is_question) {
        let about: Vec<&Topic<'_>> = topics.iter().filter(|topic| topic.is_of(sentence, asked)).collect();
        let is_named = about.iter().any(|topic| topic.own.iter().any(|stem| sentence.has(stem)));
        found.extend(numbers(&about, sentence));
        // Without its subject, yes or no answers the question only at the beginning of a sentence.
        if is_named || matches!(sentence.word(0), "да" | "нет" | "можно" | "нельзя" | "конечно") {
            found.extend(yes_or_no(&about, sentence));
        }
    }
    found
}

fn numbers(about: &[&Topic<'_>], sentence: &Sentence) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for (unit, value) in quantities(sentence) {
        let told: Vec<&&Topic<'_>> = about.iter().filter(|topic| topic.says.contains_key(&unit)).collect();
        let admits = |topic: &&&Topic<'_>| topic.says[&unit].iter().min() <= Some(&value) && topic.says[&unit].iter().max() >= Some(&value);
        if let Some(first) = told.first().filter(|_| !told.iter().any(admits)) {
            found.push(Contradiction { about: About::Condition, said: shown(unit, value), listed: listed(first.entry) });
        }
    }
    found
}

fn yes_or_no(about: &[&Topic<'_>], sentence: &Sentence) -> Option<Contradiction> {
    let said = polarity(sentence)?;
    let told: Vec<&&Topic<'_>> = about.iter().filter(|topic| topic.yes.is_some()).collect();
    let first = told.first().filter(|_| told.iter().all(|topic| topic.yes == Some(!said)))?;
    Some(Contradiction { about: About::Condition, said: if said { "да" } else { "нет" }.to_owned(), listed: listed(first.entry) })
}

fn listed(entry: &Question) -> String {
    let short = |text: &str| text.chars().take(160).collect::<String>().replace('\n', " ");
    format!("{} — {}", short(&entry.question), short(&entry.answer))
}

fn shown(unit: Unit, value: u64) -> String {
    match unit {
        Unit::Time if value.is_multiple_of(1440) => format!("{} дн.", value / 1440),
        Unit::Time if value.is_multiple_of(60) => format!("{} ч", value / 60),
        Unit::Time => format!("{value} мин"),
        Unit::PerCent => format!("{value} %"),
        Unit::Roubles => format!("{} ₽", super::list::spaced(value)),
        Unit::Years => format!("{value} лет"),
    }
}

/// The first word that says yes or no.
fn polarity(sentence: &Sentence) -> Option<bool> {
    (0..sentence.tokens.len()).find_map(|at| match sentence.word(at) {
        "не" if NOT.iter().any(|begin| sentence.word(at + 1).starts_with(begin)) => Some(false),
        word if NO.contains(&word) => Some(false),
        // «можно не приходить раньше», «есть ли»: neither.
        word if YES.contains(&word)
            && !matches!(sentence.word(at + 1), "не" | "ли")
            && at.checked_sub(1).is_none_or(|before| sentence.word(before) != "не") =>
        {
            Some(true)
        }
        _ => None,
    })
}

/// Numbers with what they count.
fn quantities(sentence: &Sentence) -> Vec<(Unit, u64)> {
    let mut found = Vec::new();
    for at in 0..sentence.tokens.len() {
        if let Some(number) = sentence.number(at) {
            // «2–3 дня», «2 500 ₽», «30 минут».
            let group = sentence.number(at + 1).filter(|_| number < 1000);
            if group.is_some_and(|group| group < 1000) && at.checked_sub(1).is_none_or(|before| sentence.number(before).is_none()) {
                let whole = number * 1000 + group.unwrap_or_default();
                found.extend(unit(sentence, at + 2).map(|(unit, times)| (unit, whole * times)));
                continue;
            }
            let range = matches!(sentence.mark(at + 1), Some('-' | '–' | '—')) && sentence.number(at + 2).is_some();
            let next = if range { at + 3 } else { at + 1 };
            let is_group = at.checked_sub(1).is_some_and(|before| sentence.number(before).is_some());
            found.extend(unit(sentence, next).filter(|_| !is_group).map(|(unit, times)| (unit, number.saturating_mul(times))));
        } else {
            let after = at.checked_sub(1).map_or("", |before| sentence.word(before));
            let lone = match sentence.word(at) {
                "сутки" => Some(1440),
                "полчаса" => Some(30),
                "полтора" => sentence.word(at + 1).starts_with("час").then_some(90),
                "час" if matches!(after, "за" | "через" | "на") => Some(60),
                "день" | "неделю" if matches!(after, "за") => Some(if sentence.word(at) == "день" { 1440 } else { 10_080 }),
                _ => None,
            };
            let counted = at.checked_sub(1).is_some_and(|before| sentence.number(before).is_some());
            found.extend(lone.filter(|_| !counted).map(|minutes| (Unit::Time, minutes)));
        }
    }
    found
}

fn unit(sentence: &Sentence, at: usize) -> Option<(Unit, u64)> {
    match sentence.mark(at) {
        Some('%') => return Some((Unit::PerCent, 1)),
        Some('₽') => return Some((Unit::Roubles, 1)),
        _ => {}
    }
    let word = sentence.word(at);
    let begins = |any: &[&str]| any.iter().any(|begin| word.starts_with(begin));
    match () {
        () if begins(&["минут"]) || word == "мин" => Some((Unit::Time, 1)),
        () if begins(&["час"]) || word == "ч" => Some((Unit::Time, 60)),
        () if begins(&["сут", "дней", "дня", "день"]) => Some((Unit::Time, 1440)),
        () if begins(&["недел"]) => Some((Unit::Time, 10_080)),
        () if begins(&["месяц"]) => Some((Unit::Time, 43_200)),
        () if begins(&["процент"]) => Some((Unit::PerCent, 1)),
        () if begins(&["руб"]) || word == "р" => Some((Unit::Roubles, 1)),
        () if begins(&["лет", "год"]) => Some((Unit::Years, 1)),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_faq_is_read_as_people_keep_it() {
        let one = |text: &str| read(text).map(|all| all.into_iter().map(|one| (one.question, one.answer)).collect::<Vec<_>>());
        let parking = ("Есть ли парковка?".to_owned(), "Да, во дворе".to_owned());
        assert_eq!(one("В: Есть ли парковка?\nО: Да, во дворе"), Ok(vec![parking.clone()]));
        assert_eq!(one("Есть ли парковка? Да, во дворе"), Ok(vec![parking.clone()]));
        assert_eq!(one("Есть ли парковка?;Да, во дворе\n\n# дальше"), Ok(vec![parking.clone()]));
        let long = one("Вопрос: Есть ли парковка?\nОтвет: Да, во дворе\nВъезд с улицы Мира").unwrap();
        assert_eq!(long[0].1, "Да, во дворе\nВъезд с улицы Мира");
        for wrong in ["Просто текст", "О: ответ", "В: один вопрос"] {
            assert_eq!(one(wrong), Err(Unreadable::Question(1)), "{wrong}");
        }
        assert_eq!(read(&read("Есть ли парковка? Да").unwrap()[0].shown()).unwrap().len(), 1);
    }

    #[test]
    fn numbers_are_read_with_what_they_count() {
        let of = |text: &str| quantities(&Text::of(text).sentences[0]);
        assert_eq!(of("за 24 часа"), [(Unit::Time, 1440)]);
        assert_eq!(of("за сутки"), [(Unit::Time, 1440)]);
        assert_eq!(of("анализы готовы через 2–3 дня"), [(Unit::Time, 2880), (Unit::Time, 4320)]);
        assert_eq!(of("предоплата 30 % или 1 500 рублей"), [(Unit::PerCent, 30), (Unit::Roubles, 1500)]);
        assert_eq!(of("с 14 лет, приём в 15:30"), [(Unit::Years, 14)]);
    }
}
