//! What promises without a verb of `words.txt`: «ждём вас завтра в 15:00», «время за вами», «на окрашивание скидка 10%», prices.

use super::hour;
use super::text::{Text, What};
use super::words::{DISCOUNT, MONEY};
use super::{Modality, PromiseKind};

const DAYS: [&str; 16] = [
    "завтра",
    "послезавтра",
    "сегодня",
    "понедельник",
    "вторник",
    "среду",
    "четверг",
    "пятницу",
    "субботу",
    "воскресенье",
    "утром",
    "вечером",
    "января",
    "мая",
    "июня",
    "июля",
];

/// Tells of every phrase: where it stands, its kind, how surely it is said.
pub(super) fn each(text: &Text<'_>, tell: &mut dyn FnMut(usize, PromiseKind, Modality)) {
    let mut at = 0;
    while at < text.tokens.len() {
        let clause = text.clause(at);
        let asked = text.marked(text.sentence(at), '?') || text.has(text.sentence(at), &["если", "напоминаю", "напоминаем"]);
        if !asked && visit(text, at) {
            tell(at, PromiseKind::Booked, Modality::Done);
        }
        if !asked && moved(text, at) {
            tell(at, PromiseKind::Rescheduled, Modality::Done);
        }
        if !asked && call_awaited(text, at) {
            tell(at, PromiseKind::CallbackPromised, Modality::Promised);
        }
        if let Some(modality) = discount(text, at) {
            tell(at, PromiseKind::DiscountPromised, modality);
        }
        if price(text, at) {
            tell(at, PromiseKind::PriceStated, Modality::Done);
        }
        at = clause.end.max(at + 1);
    }
}

/// «Ждём вас в пятницу», «время 20:00 за вами», «вы у нас в журнале», «ваше время 13:40».
fn visit(text: &Text<'_>, at: usize) -> bool {
    let (clause, sentence) = (text.clause(at), text.sentence(at));
    let has = |any: &[&str]| text.has(clause.clone(), any);
    let named = hour::first(text, sentence.clone()).is_some();
    // «Ждём вас завтра в 15:00. Всё в силе?» is a reminder.
    let checks = text.has(sentence.end..text.tokens.len().min(sentence.end + 6), &["силе", "придете", "будете", "подтверждаете"]);
    let dated = named || text.has(sentence.clone(), &DAYS);
    let expected = has(&["ждем", "жду"]) || (has(&["ждет"]) && has(&["вас"]));
    let awaited = expected && dated && !checks && !text.has(sentence.clone(), &["ежедневно", "адресу", "всегда", "звонка"]);
    let ours = named && has(&["вы"]) && clause.clone().any(|here| text.word(here) == "у" && text.word(here + 1) == "нас");
    let kept = clause.clone().any(|here| text.word(here) == "за" && matches!(text.word(here + 1), "вами" | "тобой"));
    let denied = has(&["не", "нет", "будет", "приедет"]);
    let listed = has(&["вы"])
        && clause.clone().any(|here| text.word(here) == "в" && matches!(text.word(here + 1), "журнале" | "записи" | "расписании"));
    let yours = has(&["ваше"]) && has(&["время"]) && named;
    let verbless = !clause.clone().any(|here| text.tokens[here].verb.is_some());
    !denied && verbless && (awaited || ours || listed || yours || (kept && (named || has(&["время", "место", "окошко"]))))
}

/// «Новое время записи: 10:30», «перенос сделан».
fn moved(text: &Text<'_>, at: usize) -> bool {
    let clause = text.clause(at);
    let has = |any: &[&str]| text.has(clause.clone(), any);
    let renewed = has(&["новое", "новая"]) && has(&["время", "запись"]) && hour::near(text, at).is_some();
    renewed || (has(&["перенос"]) && has(&["сделан", "выполнен"]) && !has(&["не"]))
}

/// «Ожидайте звонка».
fn call_awaited(text: &Text<'_>, at: usize) -> bool {
    let clause = text.clause(at);
    text.has(clause.clone(), &["ожидайте", "ждите"]) && text.has(clause, &["звонка", "звонок", "ответа"])
}

/// A discount without a verb of giving.
fn discount(text: &Text<'_>, at: usize) -> Option<Modality> {
    let clause = text.clause(at);
    let named = text.nouns(clause.clone()) & DISCOUNT != 0;
    let sized = text.tokens[clause.clone()].iter().any(|token| matches!(token.what, What::Number(_)));
    let denied = text.has(clause.clone(), &["не", "нет", "без"]) || text.marked(clause.clone(), '?') && !sized;
    match () {
        () if !named || denied => None,
        () if text.has(clause.clone(), &["будет", "будут"]) => Some(Modality::Promised),
        () if sized && text.has(clause.clone(), &["вас", "вам"]) => Some(Modality::Done),
        () if sized || text.has(clause, &["даем", "действует"]) => Some(Modality::Offered),
        () => None,
    }
}

/// A sum that is neither a discount nor money that came.
fn price(text: &Text<'_>, at: usize) -> bool {
    let clause = text.clause(at);
    let nouns = text.nouns(clause.clone());
    let came = nouns & MONEY != 0 && clause.clone().any(|here| text.tokens[here].verb.is_some());
    nouns & DISCOUNT == 0 && !came && clause.clone().any(|here| is_sum(text, here))
}

/// «1500 р», «3-4 тысячи», «выйдет в 2800», «бесплатно».
fn is_sum(text: &Text<'_>, at: usize) -> bool {
    let word = text.word(at);
    if word.starts_with("бесплатн") {
        return true;
    }
    if !matches!(text.tokens[at].what, What::Number(_)) {
        return false;
    }
    let after = text.word(at + 1);
    let unit = after.starts_with("руб") || after.starts_with("тысяч") || matches!(after, "р" | "тыс" | "т" | "рэ");
    let mark = text.tokens.get(at + 1).is_some_and(|next| next.what == What::Mark('₽'));
    let before = at.saturating_sub(2)..at;
    let costs = text.has(before, &["стоит", "цена", "стоимость", "выйдет", "обойдется", "итого"]);
    unit || mark || costs
}
