//! Another price: a sum in roubles beside a service of the list, and none of the services that may be meant costs that.

use super::list::{Service, spaced};
use super::words::{Sentence, Text};
use super::{About, Contradiction, Facts};

/// Sums of something else than a service: what is taken off or paid before, several at once, what once was.
const OTHER_SUMS: [&str; 28] = [
    "скидк",
    "предоплат",
    "депозит",
    "бонус",
    "балл",
    "сертификат",
    "доплат",
    "штраф",
    "итог",
    "вместе",
    "всего",
    "вмест",
    "раньше",
    "аванс",
    "возврат",
    "эконом",
    "минус",
    "кэшбек",
    "кешбэк",
    "акци",
    "рассрочк",
    "оба",
    "обе",
    "сумм",
    "дмс",
    "омс",
    "полис",
    "страхов",
];
/// Words before a sum without a currency.
const COSTS: [&str; 6] = ["стоит", "стоят", "стоимость", "цена", "цене", "обойдется"];
/// Smaller ones without a currency are rather hours, rooms, minutes.
const LEAST_BARE: u64 = 300;
/// How far «бесплатно» may stand from what it speaks of.
const NEAR: usize = 3;

/// Sums that no service that may be meant costs.
pub(super) fn check(facts: &Facts, answer: &Text, asked: Option<&Text>) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for (at, sentence) in answer.sentences.iter().enumerate() {
        if sentence.begins(&OTHER_SUMS) {
            continue;
        }
        let meant = meant(facts, answer, at, asked);
        let priced: Vec<&Service> = meant.iter().copied().filter(|service| service.from.is_some()).collect();
        // One whose price is not told may cost anything.
        if priced.len() < meant.len() || priced.is_empty() {
            continue;
        }
        let listed = || priced.iter().take(3).map(|service| service.shown()).collect::<Vec<_>>().join("; ");
        for sum in sums(sentence, &facts.services) {
            if !priced.iter().any(|service| service.admits(sum)) {
                found.push(Contradiction { about: About::Price, said: format!("{} ₽", spaced(sum)), listed: listed() });
            }
        }
        if is_free(sentence, &priced) && !priced.iter().any(|service| service.admits(0)) {
            found.push(Contradiction { about: About::Price, said: "бесплатно".to_owned(), listed: listed() });
        }
    }
    found
}

/// The services that a sentence may mean: those it names whole, the most particular ones; else those of the sort that it names, told apart by
/// what was said around it; else those of the sentences before, and of what the client asked.
fn meant<'a>(facts: &'a Facts, answer: &Text, at: usize, asked: Option<&Text>) -> Vec<&'a Service> {
    let around =
        |stem: &String| answer.sentences[..=at].iter().any(|sentence| sentence.has(stem)) || asked.is_some_and(|asked| asked.has(stem));
    // A sentence that names something else speaks of that, and not of what was said before.
    let speaks_for_itself = super::services::names_something(&answer.sentences[at]);
    let before = answer.sentences[..at].iter().rev().chain(asked.into_iter().flat_map(|asked| asked.sentences.iter().rev()));
    let earlier = before.take(if speaks_for_itself { 0 } else { usize::MAX });
    for sentence in std::iter::once(&answer.sentences[at]).chain(earlier) {
        let named = |service: &&Service| {
            let stems = service.stems();
            !stems.is_empty() && stems.iter().all(|stem| sentence.has(stem))
        };
        // «Без покрытия»: which of a sort is meant is not said by the words that stand there.
        let whole = most_particular(facts.services.iter().filter(named).collect());
        if !whole.is_empty() && !sentence.says(&["без"]) {
            return whole;
        }
        let of_sort = |service: &&Service| service.head().is_some_and(|head| sentence.has(&head));
        let sort: Vec<&Service> = facts.services.iter().filter(of_sort).collect();
        let told_apart: Vec<&Service> = sort.iter().copied().filter(|service| service.stems().iter().all(around)).collect();
        if !told_apart.is_empty() && !sentence.says(&["без"]) {
            return most_particular(told_apart);
        }
        if !sort.is_empty() {
            return sort;
        }
    }
    Vec::new()
}

/// Without those whose name is part of another's: «маникюр» where «маникюр с покрытием» is named.
fn most_particular(services: Vec<&Service>) -> Vec<&Service> {
    let is_part = |one: &Service, other: &Service| {
        let (one, other) = (one.stems(), other.stems());
        one.len() < other.len() && one.iter().all(|stem| other.contains(stem))
    };
    services.iter().copied().filter(|one| !services.iter().any(|other| is_part(one, other))).collect()
}

/// The sums of a sentence, in roubles.
fn sums(sentence: &Sentence, services: &[Service]) -> Vec<u64> {
    let has_currency = (0..sentence.tokens.len()).any(|at| currency(sentence, at).is_some());
    let (mut sums, mut at) = (Vec::new(), 0);
    while at < sentence.tokens.len() {
        let Some((sum, next)) = amount(sentence, at) else {
            at += 1;
            continue;
        };
        if let Some(end) = currency(sentence, next) {
            sums.push(sum);
            at = end;
            continue;
        }
        // «1500–2500 рублей», «от 1500 до 2500 рублей»: the currency stands behind the second.
        let is_range = matches!(sentence.mark(next), Some('-' | '–' | '—')) || sentence.word(next) == "до";
        if let Some((other, end)) = amount(sentence, next + 1).filter(|(_, end)| is_range && currency(sentence, *end).is_some()) {
            sums.extend([sum, other]);
            at = end;
            continue;
        }
        // «Маникюр 1500, педикюр 2700 рублей»: the currency is said once.
        let follows = has_currency && at > 0 && services.iter().any(|service| service.head().as_deref() == sentence.stem(at - 1));
        let costs = follows || (1..=2).any(|back| at.checked_sub(back).is_some_and(|before| COSTS.contains(&sentence.word(before))));
        let is_clock =
            sentence.mark(next) == Some(':') || ["мин", "час", "дн", "раз", "%"].iter().any(|unit| sentence.word(next).starts_with(unit));
        if costs && sum >= LEAST_BARE && !is_clock && sentence.mark(next) != Some('%') {
            sums.push(sum);
        }
        at = next;
    }
    sums
}

/// A number with its thousands apart, and where it ends: `2 500`, `2,5 тыс`, `2 тысячи`, `полторы тысячи`.
fn amount(sentence: &Sentence, at: usize) -> Option<(u64, usize)> {
    if sentence.word(at) == "полторы" && sentence.word(at + 1).starts_with("тыс") {
        return Some((1500, at + 2));
    }
    let first = sentence.number(at)?;
    if let (Some(',' | '.'), Some(tenth)) = (sentence.mark(at + 1), sentence.number(at + 2))
        && tenth < 10
        && sentence.word(at + 3).starts_with("тыс")
    {
        return Some((first * 1000 + tenth * 100, after_thousand(sentence, at + 3)));
    }
    if sentence.word(at + 1).starts_with("тыс") {
        return Some((first * 1000, after_thousand(sentence, at + 1)));
    }
    // Digits of thousands are three; `0500` cannot be told from `500` here, so the second group is under a thousand.
    match sentence.number(at + 1).filter(|rest| first > 0 && first < 1000 && *rest < 1000) {
        Some(rest) => Some((first * 1000 + rest, at + 2)),
        None => Some((first, at + 1)),
    }
}

fn after_thousand(sentence: &Sentence, at: usize) -> usize {
    if sentence.mark(at + 1) == Some('.') { at + 2 } else { at + 1 }
}

/// Where a currency ends that begins there.
fn currency(sentence: &Sentence, at: usize) -> Option<usize> {
    let word = sentence.word(at);
    let named = sentence.mark(at) == Some('₽') || word.starts_with("руб") || matches!(word, "р" | "рэ" | "rub");
    named.then_some(at + 1)
}

/// Whether one of these is called free, right beside it.
fn is_free(sentence: &Sentence, meant: &[&Service]) -> bool {
    let place = |wanted: &dyn Fn(usize) -> bool| (0..sentence.tokens.len()).find(|at| wanted(*at));
    let Some(free) = place(&|at| sentence.word(at).starts_with("бесплатн")) else { return false };
    let denied = free > 0 && sentence.word(free - 1) == "не";
    let head = |service: &&Service| {
        let head = service.head();
        place(&|at| matches!(&sentence.tokens[at], super::words::Token::Word(_, stem) if Some(stem) == head.as_ref()))
    };
    !denied && !sentence.is_question && meant.iter().filter_map(head).any(|at| at.abs_diff(free) <= NEAR)
}
