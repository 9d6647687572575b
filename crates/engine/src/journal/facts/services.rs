//! A service that is not on a list which says that it is whole: known by the words of the trade.

use super::words::{Sentence, Text, stem};
use super::{About, Contradiction, Facts};

/// What salons, clinics and workshops sell. A word of a list is known to that list anyway; these are what others might be named by.
const TRADE: [&str; 56] = [
    "стрижка",
    "окрашивание",
    "мелирование",
    "тонирование",
    "укладка",
    "ламинирование",
    "кератин",
    "маникюр",
    "педикюр",
    "массаж",
    "эпиляция",
    "депиляция",
    "шугаринг",
    "пилинг",
    "макияж",
    "татуаж",
    "пирсинг",
    "татуировка",
    "ботокс",
    "мезотерапия",
    "биоревитализация",
    "солярий",
    "обертывание",
    "наращивание",
    "узи",
    "мрт",
    "рентген",
    "флюорография",
    "экг",
    "эндоскопия",
    "колоноскопия",
    "гастроскопия",
    "имплантация",
    "отбеливание",
    "протезирование",
    "брекеты",
    "виниры",
    "вакцинация",
    "прививка",
    "психотерапия",
    "логопед",
    "остеопат",
    "мануальщик",
    "шиномонтаж",
    "диагностика",
    "полировка",
    "тонировка",
    "химчистка",
    "развал",
    "хиджама",
    "гирудотерапия",
    "криолиполиз",
    "плазмолифтинг",
    "дренаж",
    "карбокситерапия",
    "йога",
];
/// Beginnings of words that offer, book or price.
const OFFERS: [&str; 19] = [
    "запис",
    "запиш",
    "стоит",
    "стоимост",
    "цен",
    "руб",
    "дела",
    "предлаг",
    "есть",
    "можем",
    "можно",
    "провод",
    "оказыва",
    "выполня",
    "сдела",
    "окн",
    "свобод",
    "ждем",
    "жду",
];
const DENIES: [&str; 7] = ["не", "ли", "нет", "увы", "жаль", "жалению", "кроме"];

/// Whether a sentence names something that is sold, or paid for, on the list or not.
pub(super) fn names_something(sentence: &Sentence) -> bool {
    sentence.begins(&["такси", "парков", "доставк"]) || TRADE.iter().any(|word| sentence.has(&stem(word)))
}

/// Services that an answer offers and the list does not have.
pub(super) fn check(facts: &Facts, answer: &Text) -> Vec<Contradiction> {
    let known: Vec<String> = facts.services.iter().flat_map(super::Service::stems).collect();
    let trade: Vec<(&str, String)> = TRADE.iter().map(|word| (*word, stem(word))).filter(|(_, stem)| !known.contains(stem)).collect();
    let unknown = answer.sentences.iter().filter(|sentence| offers(sentence)).flat_map(|sentence| {
        trade.iter().filter(|(_, stem)| sentence.has(stem)).map(|(word, _)| Contradiction {
            about: About::Service,
            said: (*word).to_owned(),
            listed: String::new(),
        })
    });
    let mut found: Vec<Contradiction> = Vec::new();
    unknown.for_each(|one| {
        if !found.contains(&one) {
            found.push(one)
        }
    });
    found
}

fn offers(sentence: &Sentence) -> bool {
    let priced = sentence.tokens.contains(&super::words::Token::Mark('₽'));
    let asks = sentence.is_question && !priced && !sentence.begins(&["руб"]);
    !asks && (priced || sentence.begins(&OFFERS)) && !sentence.says(&DENIES)
}
