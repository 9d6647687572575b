//! Stems for the full-text index, and search expressions over them: whatever the case or spelling, a word finds itself.
//!
//! A text becomes words in lower case with ё as е; the trade's own words go through `stems.txt`, because the Snowball stemmer alone splits
//! запись from записи and отмена from отмену; other Russian and English words go through Snowball; numbers and ids stay whole.
//! A phone in the text is also found by its whole number, its last seven and its last four digits.
//! The index holds the result of [`stems`], a search asks with [`query`]; both must come from the same [`VERSION`].

use std::borrow::Cow;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};

use crate::event::phones_in;

/// Grows whenever the same text would give other stems; the index is then rebuilt.
pub const VERSION: u32 = 1;

/// Longer "words" are encoded data, of which the beginning is enough.
const WORD_CHARS: usize = 64;
/// From а to я; ё is written as е.
const LETTERS: usize = 32;
/// Words that a search does not insist on.
const SMALL_WORDS: [&str; 24] = [
    "и", "а", "в", "во", "на", "с", "со", "к", "ко", "о", "об", "у", "за", "по", "из", "от", "до", "для", "ли", "the", "a", "to", "of",
    "in",
];

/// The stems of a text, separated by spaces: what the index holds.
#[must_use]
pub fn stems(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    each_word(text, |word| push(&mut out, &stem(word)));
    for (phone, _) in phones_in(text) {
        for count in [11, 7, 4] {
            push(&mut out, phone.tail(count));
        }
    }
    out
}

/// The FTS5 expression for what somebody typed; `None` when nothing in it can be searched.
///
/// All words must occur. `"words in quotes"` must stand side by side in any of their forms. The last word counts as not yet
/// finished while no space follows it.
#[must_use]
pub fn query(text: &str) -> Option<String> {
    let mut terms = Vec::new();
    let mut pieces = text.split('"').enumerate().peekable();
    while let Some((nth, piece)) = pieces.next() {
        // Every second piece is inside quotes; a quote still open counts as closed at the end.
        if nth % 2 == 1 {
            let phrase = stems_of(piece);
            if !phrase.is_empty() {
                terms.push(format!("\"{}\"", phrase.join(" ")));
            }
        } else {
            let open = pieces.peek().is_none() && piece.ends_with(|c: char| c.is_alphanumeric());
            loose(piece, open, &mut terms);
        }
    }
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

/// Adds the terms of words outside quotes.
fn loose(piece: &str, open: bool, terms: &mut Vec<String>) {
    let mut rest = piece.to_owned();
    for (phone, span) in phones_in(piece) {
        rest.replace_range(span.clone(), &" ".repeat(span.len()));
        terms.push(format!("\"{}\"", phone.tail(11)));
    }
    let open = open && rest.ends_with(|c: char| c.is_alphanumeric());
    let mut words = Vec::new();
    each_word(&rest, |word| words.push(word.to_owned()));
    let last = words.len().saturating_sub(1);
    let insists = |word: &String| !SMALL_WORDS.contains(&word.as_str());
    let only_small = terms.is_empty() && !words.iter().any(insists);
    for (nth, word) in words.iter().enumerate() {
        // Two letters begin so many words that joining their lists costs more than a search may.
        let unfinished = open && nth == last && word.chars().nth(2).is_some();
        if !only_small && !insists(word) && !unfinished {
            continue;
        }
        let stem = stem(word);
        terms.push(match unfinished {
            false => format!("\"{stem}\""),
            true if stem == *word => format!("\"{word}\" *"),
            true => format!("(\"{stem}\" OR \"{word}\" *)"),
        });
    }
}

fn stems_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_word(text, |word| found.push(stem(word).into_owned()));
    found
}

fn push(out: &mut String, stem: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(stem);
}

/// Cuts a text into words in their plain form.
fn each_word(text: &str, mut take: impl FnMut(&str)) {
    let mut word = String::new();
    let mut chars = 0;
    for c in text.chars() {
        match c {
            // Some keyboards send й and ё as two characters.
            '\u{306}' if word.ends_with('и') => {
                word.pop();
                word.push('й');
            }
            '\u{300}'..='\u{36f}' | '\u{ad}' => {}
            _ if is_letter(c) || c == '_' => {
                if chars < WORD_CHARS {
                    push_lower(&mut word, c);
                }
                chars += 1;
            }
            _ if !word.is_empty() => {
                take(&word);
                word.clear();
                chars = 0;
            }
            _ => {}
        }
    }
    if !word.is_empty() {
        take(&word);
    }
}

/// Letters and digits of any script; those of nearly all texts are known without a look into the tables of Unicode.
pub fn is_letter(c: char) -> bool {
    matches!(c, 'а'..='я' | 'А'..='Я' | 'a'..='z' | 'A'..='Z' | '0'..='9') || !c.is_ascii() && c.is_alphanumeric()
}

fn push_lower(word: &mut String, c: char) {
    match c {
        'а'..='я' | 'a'..='z' | '0'..='9' => word.push(c),
        _ => word.extend(c.to_lowercase().map(|c| if c == 'ё' { 'е' } else { c }).filter(|c| *c != '\u{307}')),
    }
}

/// The stem of one plain word.
fn stem(word: &str) -> Cow<'_, str> {
    if word.chars().all(|c| matches!(c, 'а'..='я')) {
        WORDS.stem(word).map_or_else(|| Stemmer::new(Algorithm::Russian).stem(word), Cow::Borrowed)
    } else if word.bytes().all(|b| b.is_ascii_lowercase()) {
        Stemmer::new(Algorithm::English).stem(word)
    } else {
        Cow::Borrowed(word)
    }
}

/// `stems.txt`, by the first two letters of a word.
static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(include_str!("stems.txt")));

struct Words(Vec<Vec<Form>>);

struct Form {
    text: &'static str,
    /// Whether it stands for every word that begins with it.
    open: bool,
    /// `None`: an exception, left to the stemmer.
    stem: Option<&'static str>,
}

impl Words {
    fn read(list: &'static str) -> Self {
        let mut words: Vec<Vec<Form>> = std::iter::repeat_with(Vec::new).take(LETTERS * LETTERS).collect();
        for line in list.lines() {
            let Some((stem, forms)) = line.split_once(':').filter(|_| !line.starts_with('#')) else { continue };
            for form in forms.split_whitespace() {
                let (form, stem) = form.strip_prefix('!').map_or((form, Some(stem)), |form| (form, None));
                let (text, open) = form.strip_suffix('*').map_or((form, false), |text| (text, true));
                if let Some(start) = start(text) {
                    words[start].push(Form { text, open, stem });
                }
            }
        }
        for forms in &mut words {
            // The longest match is the first; a whole word comes before the beginning of one.
            forms.sort_by_key(|form| (std::cmp::Reverse(form.text.len()), form.open));
        }
        Self(words)
    }

    fn stem(&self, word: &str) -> Option<&'static str> {
        let forms = self.0.get(start(word)?)?;
        forms.iter().find(|form| if form.open { word.starts_with(form.text) } else { word == form.text })?.stem
    }
}

/// The place of a word's first two letters among all pairs of them.
fn start(word: &str) -> Option<usize> {
    let mut letters =
        word.chars().map(|c| usize::try_from(u32::from(c).checked_sub(u32::from('а'))?).ok().filter(|letter| *letter < LETTERS));
    Some(letters.next()?? * LETTERS + letters.next()??)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::*;

    /// Forms written out, independently of the patterns in `stems.txt`: each line is one word for whoever searches.
    const PARADIGMS: [&str; 36] = [
        "запись записи записью записей записям записями записях записать записаться записался записалась записались запишите запишусь записываю записана",
        "отмена отмены отмене отмену отменой отмен отменам отменить отменил отменила отменили отменю отменяю отмените отменено отменён",
        "приём приема приёму приёмом приеме прием приемы приемов приёмам приёмами",
        "отзыв отзыва отзыву отзывом отзыве отзывы отзывов отзывам отзывами отзывах",
        "перенос переноса переносу переносом переносы перенести перенесли перенесите перенёс перенесу переносить перенесена",
        "напоминание напоминания напоминанию напоминанием напоминаний напомнить напомните напомнил напоминаю напоминайте",
        "подтверждение подтвердить подтверждаю подтвердила подтвердите подтверждения подтверждено",
        "стрижка стрижки стрижку стрижкой стрижек стрижкам стричь стричься подстричь подстричься подстригите подстригли стригусь",
        "окрашивание окрашивания окрашиванию окрашиванием окрасить окраска окраску покраска покраску покрасить покрасили",
        "маникюр маникюра маникюру маникюром маникюре маникюры",
        "врач врача врачу врачом враче врачи врачей врачам врачами врачах",
        "доктор доктора доктору доктором докторе докторов докторам",
        "цена цены цене цену ценой цен ценам ценами ценах",
        "стоимость стоимости стоимостью",
        "оплата оплаты оплате оплату оплатой оплатить оплатил оплатила оплачу оплатите оплачено оплачивать",
        "скидка скидки скидке скидку скидкой скидок скидкам скидками скидках",
        "бронь брони бронью броней бронирование забронировать забронируйте забронировал бронирую",
        "посещение посещения посещению посетить посетил посещать посещений",
        "опоздать опоздаю опаздываю опоздание опоздала опоздания",
        "прийти приду придёт придете пришёл пришла пришли приходить прихожу",
        "наращивание наращивания нарастить нарастили наращивать",
        "ноготь ногтя ногтю ногтем ногти ногтей ногтям ногтями",
        "зуб зуба зубу зубом зубы зубов зубам зубами зубной",
        "лечение лечения лечить лечит вылечить лечу лечили вылечили",
        "анализ анализа анализы анализов анализам анализами",
        "консультация консультации консультацию консультацией консультаций проконсультировать проконсультируйте",
        "услуга услуги услугу услугой услуг услугам",
        "заявка заявки заявку заявкой заявок заявкам",
        "возврат возврата вернуть верните вернули возвращаете возвратом",
        "ребёнок ребенка ребёнку ребенком дети детей детям детьми",
        "мастер мастера мастеру мастером мастеров мастерам",
        "жалоба жалобы жалобу жалоб жалуюсь пожаловаться жаловаться",
        "звонок звонка звонки звонить позвонить позвоните перезвоните перезвонить",
        "отказ отказа отказаться отказался отказалась откажусь",
        "согласие согласия согласен согласна соглашаюсь согласиться",
        "ошибка ошибки ошибку ошибок ошибиться ошиблась ошибочно",
    ];

    #[test]
    fn all_forms_of_a_word_have_one_stem() {
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for paradigm in PARADIGMS {
            let found: BTreeMap<String, &str> = paradigm.split(' ').map(|form| (stems(form), form)).collect();
            assert_eq!(found.len(), 1, "{found:?}");
            let stem = found.into_keys().next().unwrap();
            assert_eq!(stem.split(' ').count(), 1);
            assert!(owners.insert(stem, paradigm).is_none(), "{paradigm}");
        }
    }

    #[test]
    fn other_words_are_not_drawn_in() {
        for (word, other) in [
            ("запись", "записка"),
            ("приём", "приемлемо"),
            ("мастер", "мастерская"),
            ("бот", "ботокс"),
            ("перенос", "переносица"),
            ("снять", "снимок"),
            ("бронь", "бронхит"),
            ("отзыв", "отзывчивый"),
            ("боль", "больница"),
            ("час", "часто"),
        ] {
            assert_ne!(stems(word), stems(other), "{word} {other}");
        }
    }

    #[test]
    fn the_list_is_sound() {
        let mut seen = BTreeMap::new();
        for line in include_str!("stems.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (stem, forms) = line.split_once(": ").unwrap();
            for form in std::iter::once(stem).chain(forms.split(' ')) {
                assert!(form.trim_start_matches('!').trim_end_matches('*').chars().all(|c| matches!(c, 'а'..='я')), "{line}");
            }
            for form in forms.split(' ') {
                if let Some(other) = seen.insert(form, stem) {
                    assert_eq!(other, stem, "{form} stands twice");
                }
            }
        }
        assert!(seen.len() > 400, "{}", seen.len());
    }

    #[test]
    fn numbers_and_ids_stay_whole() {
        assert_eq!(stems("BX_LEAD_4521, evt_20250101_001: 15:00"), "bx_lead_4521 evt_20250101_001 15 00");
        assert_eq!(stems("Е\u{308}лка и\u{306}од"), "елк йод");
        assert_eq!(stems("bookings running"), "book run");
        assert_eq!(stems(" —!?\"* "), "");
    }

    #[test]
    fn a_phone_is_found_by_its_number_and_its_tails() {
        let index = stems("звоните 8 (921) 123-45-67 или приходите 12.05.2025 15:00");
        for tail in ["79211234567", "1234567", "4567"] {
            assert!(index.split(' ').any(|word| word == tail), "{index}");
        }
        assert_eq!(query("+7 921 123-45-67").unwrap(), "\"79211234567\"");
        assert!(stems("12.05.2025 15:00, заказ 89211234567890").split(' ').all(|word| word.len() < 16 && !word.contains("7921")));
    }

    #[test]
    fn a_search_insists_on_every_word_and_lets_the_last_one_grow() {
        assert_eq!(query("отмену записи ").unwrap(), "\"отмен\" AND \"запис\"");
        assert_eq!(query("запись на завтра ").unwrap(), "\"запис\" AND \"завтр\"");
        assert_eq!(query("запи").unwrap(), "(\"зап\" OR \"запи\" *)");
        assert_eq!(query("к врачам").unwrap(), "(\"врач\" OR \"врачам\" *)");
        assert_eq!(query("\"запись на приём\" завтра ").unwrap(), "\"запис на прием\" AND \"завтр\"");
        assert_eq!(query("на").unwrap(), "\"на\"");
        assert_eq!(query("на ").unwrap(), "\"на\"");
        assert_eq!(query(" \" * () \" -"), None);
    }

    fn fts() -> Connection {
        let sql = Connection::open_in_memory().unwrap();
        sql.execute_batch("CREATE VIRTUAL TABLE search USING fts5 (stems, tokenize = \"unicode61 remove_diacritics 0\")").unwrap();
        sql
    }

    fn finds(text: &str, asked: &str) -> bool {
        let sql = fts();
        sql.execute("INSERT INTO search VALUES (?1)", [stems(text)]).unwrap();
        let count: i64 =
            sql.query_row("SELECT count(*) FROM search WHERE search MATCH ?1", [query(asked).unwrap()], |row| row.get(0)).unwrap();
        count == 1
    }

    #[test]
    fn sqlite_finds_what_was_said() {
        let said = "Здравствуйте! Хочу отменить запись к врачу на завтра, лид BX_LEAD_4521, тел. 8-921-123-45-67";
        for asked in [
            "отмена записи",
            "ОТМЕНУ",
            "врачам",
            "запи",
            "\"запись к врачам\"",
            "BX_LEAD_4521",
            "4521",
            "bx_lead_45",
            "4567",
            "+79211234567",
            "здравств",
            "отмен*",
            "записями AND",
            "NEAR(врач)",
        ] {
            let found = finds(said, asked);
            assert_eq!(found, !matches!(asked, "записями AND" | "NEAR(врач)"), "{asked}");
        }
        assert!(!finds(said, "\"врач запись\""));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_search_is_an_expression_that_sqlite_takes(text in "\\PC*|[а-яё \"*():^+-]{0,40}", said in "\\PC*") {
            if let Some(expression) = query(&text) {
                let sql = fts();
                sql.execute("INSERT INTO search VALUES (?1)", [stems(&said)]).unwrap();
                sql.query_row("SELECT count(*) FROM search WHERE search MATCH ?1", [&expression], |row| row.get::<_, i64>(0)).unwrap();
            }
        }

        #[test]
        fn what_was_said_is_found_by_its_own_words(words in proptest::collection::vec("[а-яё]{3,12}|[a-z]{3,9}|[0-9]{2,6}", 1..6)) {
            let said = words.join(" ");
            prop_assert!(finds(&said, &said));
            let finished = said.clone() + " ";
            prop_assert!(finds(&said.to_uppercase(), &finished));
        }
    }
}
