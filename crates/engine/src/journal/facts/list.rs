//! What is uploaded: a service and its price a line, as people keep them – a table, or plain text.
//!
//! ```text
//! Стрижка женская;2500          Маникюр — от 1 500 ₽          Окрашивание (tab) 3000–7000          Консультация: бесплатно
//! ```
//! A line without a price is a service whose price is not told. Hours are lines such as `пн–пт 9:00–21:00` (`week`).

use serde::{Deserialize, Serialize};

use super::words::{Text, Token, stem};

/// Longer lists are no price lists of a small business.
const SERVICES: usize = 2_000;
const NAME_CHARS: usize = 200;

/// A service and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// As written.
    pub name: String,
    /// From so many roubles; none where the price is not told.
    pub from: Option<u64>,
    /// Up to so many; none where there is no end.
    pub to: Option<u64>,
}

/// Why a list cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A line that says nothing.
    #[error("line {0}: write a service, then its price, as «Стрижка; 1500»")]
    Line(usize),
    /// Too long.
    #[error("a list of up to {SERVICES} services, names of up to {NAME_CHARS} characters")]
    TooLong,
    /// Hours that are none.
    #[error("hours, line {0}: write days and hours, as «пн–пт 9:00–21:00» or «вс выходной»")]
    Hours(usize),
    /// A question without an answer, or an answer without a question.
    #[error("questions, line {0}: write «Вопрос? Ответ», or «В: …» and «О: …» in two lines")]
    Question(usize),
}

impl Unreadable {
    /// The key of the words in which a page says it.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Line(_) => "facts-wrong-line",
            Self::TooLong => "facts-wrong-long",
            Self::Hours(_) => "facts-wrong-hours",
            Self::Question(_) => "facts-wrong-question",
        }
    }

    /// Which line.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::Line(line) | Self::Hours(line) | Self::Question(line) => *line,
            Self::TooLong => 0,
        }
    }
}

/// Reads a list of services.
///
/// # Errors
/// The first line that cannot be read.
pub(super) fn read(text: &str) -> Result<Vec<Service>, Unreadable> {
    let mut services = Vec::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || (at == 0 && is_heading(line)) {
            continue;
        }
        services.push(service(line).ok_or(Unreadable::Line(at + 1))?);
    }
    let too_long = services.len() > SERVICES || services.iter().any(|service| service.name.chars().count() > NAME_CHARS);
    if too_long { Err(Unreadable::TooLong) } else { Ok(services) }
}

/// The first line of a table that names its columns.
fn is_heading(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.contains("услуг") && (lower.contains("цена") || lower.contains("стоимост")) && !lower.chars().any(|c| c.is_ascii_digit())
}

fn service(line: &str) -> Option<Service> {
    let (name, price) = split(line);
    let name = name.trim().trim_matches('"').trim().to_owned();
    let (from, to) = price.map_or(Some((None, None)), range)?;
    let named = name.chars().any(char::is_alphabetic);
    named.then_some(Service { name, from, to })
}

/// Name and price: at the last mark that parts them and has a price behind it.
fn split(line: &str) -> (&str, Option<&str>) {
    for part in [";", "\t", " — ", " – ", " - ", ": ", ","] {
        if let Some((name, price)) = line.split_once(part).filter(|_| part == ";" || part == "\t") {
            // Further columns of a table are not ours.
            let price = price.split(part).next().unwrap_or_default();
            return (name, Some(price).filter(|price| !price.trim().is_empty()));
        }
        if let Some((name, price)) = line.rsplit_once(part).filter(|(_, price)| range(price).is_some()) {
            return (name, Some(price));
        }
    }
    (line, None)
}

/// `1500`, `от 1 500 ₽`, `3000–7000`, `до 5000`, `бесплатно`.
fn range(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let text = text.trim().trim_matches('"').to_lowercase();
    if text.starts_with("беспл") || text == "0" {
        return Some((Some(0), Some(0)));
    }
    let allowed = |c: char| c.is_ascii_digit() || c.is_whitespace() || ",.-–—₽".contains(c);
    let bare = ["рублей", "рубля", "руб.", "руб", "р.", "от", "до", "р"].iter().fold(text.clone(), |bare, word| bare.replace(word, " "));
    if !bare.chars().all(allowed) {
        return None;
    }
    let sums: Vec<u64> = bare.split(['-', '–', '—']).filter_map(sum).collect();
    match (sums.as_slice(), text.starts_with("от"), text.starts_with("до")) {
        ([one], true, _) => Some((Some(*one), None)),
        ([one], _, true) => Some((Some(0), Some(*one))),
        ([one], ..) => Some((Some(*one), Some(*one))),
        ([one, other], ..) if one <= other => Some((Some(*one), Some(*other))),
        _ => None,
    }
}

/// A sum with its thousands apart; kopecks are left out.
fn sum(text: &str) -> Option<u64> {
    let whole = text.split_once([',', '.']).filter(|(_, behind)| behind.trim().len() <= 2).map_or(text, |(whole, _)| whole);
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

impl Service {
    /// Whether that sum may be asked for it; what is not told rules nothing out.
    pub(super) fn admits(&self, sum: u64) -> bool {
        self.from.is_none_or(|from| from <= sum) && self.to.is_none_or(|to| sum <= to)
    }

    /// The stems of its name, without the small words.
    pub(super) fn stems(&self) -> Vec<String> {
        words(&self.name).into_iter().filter(|word| word.chars().count() > 2).map(|word| stem(&word)).collect()
    }

    /// The stem of what it is, where the rest says which: «стрижк» of «женская стрижка».
    pub(super) fn head(&self) -> Option<String> {
        let words: Vec<String> = words(&self.name).into_iter().filter(|word| word.chars().count() > 2).collect();
        let noun = words.iter().find(|word| !is_adjective(word)).or(words.first())?;
        Some(stem(noun))
    }

    /// «Стрижка женская — 2 500 ₽».
    pub(super) fn shown(&self) -> String {
        let price = match (self.from, self.to) {
            (Some(0), Some(0)) => "бесплатно".to_owned(),
            (Some(from), Some(to)) if from == to => format!("{} ₽", spaced(from)),
            (Some(0) | None, Some(to)) => format!("до {} ₽", spaced(to)),
            (Some(from), Some(to)) => format!("{}–{} ₽", spaced(from), spaced(to)),
            (Some(from), None) => format!("от {} ₽", spaced(from)),
            (None, None) => return self.name.clone(),
        };
        format!("{} — {price}", self.name)
    }
}

/// 2500 → `2 500`.
pub(super) fn spaced(sum: u64) -> String {
    if sum < 1000 { sum.to_string() } else { format!("{} {:03}", spaced(sum / 1000), sum % 1000) }
}

fn words(name: &str) -> Vec<String> {
    let word = |token| if let Token::Word(word, _) = token { Some(word) } else { None };
    Text::of(name).sentences.into_iter().flat_map(|sentence| sentence.tokens).filter_map(word).collect()
}

fn is_adjective(word: &str) -> bool {
    ["ая", "яя", "ый", "ий", "ой", "ое", "ее", "ые", "ие"].iter().any(|ending| word.ends_with(ending))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(text: &str) -> (String, Option<u64>, Option<u64>) {
        let service = read(text).unwrap().remove(0);
        (service.name, service.from, service.to)
    }

    #[test]
    fn lists_are_read_as_people_keep_them() {
        let exact = |name: &str, sum| (name.to_owned(), Some(sum), Some(sum));
        assert_eq!(of("Стрижка женская;2500"), exact("Стрижка женская", 2500));
        assert_eq!(of("Стрижка женская — 2 500 ₽"), exact("Стрижка женская", 2500));
        assert_eq!(of("Приём терапевта, первичный: 1 200,00 руб."), exact("Приём терапевта, первичный", 1200));
        assert_eq!(of("Маникюр,1500"), exact("Маникюр", 1500));
        assert_eq!(of("\"Маникюр\"\t1500\t60 мин"), exact("Маникюр", 1500));
        assert_eq!(of("Окрашивание - от 3000"), ("Окрашивание".into(), Some(3000), None));
        assert_eq!(of("Окрашивание;3000–7000"), ("Окрашивание".into(), Some(3000), Some(7000)));
        assert_eq!(of("Консультация: бесплатно"), exact("Консультация", 0));
        assert_eq!(of("Услуга;Цена\nПилинг"), ("Пилинг".into(), None, None));
        assert_eq!(read("Стрижка;1500\n\n;200"), Err(Unreadable::Line(3)));
        assert_eq!(read("Стрижка;дорого"), Err(Unreadable::Line(1)));
        assert_eq!(read(&"Стрижка;1\n".repeat(2_001)), Err(Unreadable::TooLong));
    }

    #[test]
    fn a_service_is_known_by_what_it_is() {
        let service = |name: &str| Service { name: name.into(), from: Some(1), to: Some(1) };
        assert_eq!(service("Женская стрижка").head(), service("Стрижка мужская").head());
        assert_eq!(spaced(1_234_500), "1 234 500");
        assert_eq!(Service { from: Some(2500), to: None, ..service("Маникюр") }.shown(), "Маникюр — от 2 500 ₽");
    }
}
