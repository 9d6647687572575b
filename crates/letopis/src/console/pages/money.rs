//! Money and counts of what models cost, in words. Without a price it says so: never zero, never a guess.

use std::collections::BTreeMap;

use super::language::Texts;
use crate::journal::model_calls::Spent;

/// «12,40 ₽ · $0,03 · цена не задана: 5 вызовов»; none where no call was made.
pub(super) fn spent(t: &Texts, spent: &Spent) -> Option<String> {
    let mut parts: Vec<String> = spent.money.iter().map(|(currency, sum)| amount(t, *sum, currency)).collect();
    if spent.unpriced > 0 {
        let tokens = if spent.money.is_empty() { spent.tokens_in + spent.tokens_out } else { 0 };
        let values = [("count", spent.unpriced.into()), ("tokens", grouped(tokens).into()), ("all", tokens.into())];
        parts.push(t.with("cost-unpriced", &values));
    }
    if spent.uncounted > 0 {
        parts.push(t.count("cost-uncounted", spent.uncounted));
    }
    (spent.calls > 0).then(|| parts.join(" · "))
}

/// A number with its currency: «45 000 ₽».
pub(in crate::console) fn named(t: &Texts, number: String, currency: &str) -> String {
    match currency {
        "RUB" => format!("{number}\u{a0}₽"),
        "USD" => format!("{number}\u{a0}$"),
        "EUR" => format!("{number}\u{a0}€"),
        "" => format!("{number} ({})", t.say("cost-no-currency")),
        other => format!("{number}\u{a0}{other}"),
    }
}

/// A sum as people write it: two decimals, more where there would be nothing to see.
pub(in crate::console) fn amount(t: &Texts, sum: f64, currency: &str) -> String {
    let decimals = match sum.abs() {
        0.0 | 0.01.. => 2,
        0.0001.. => 4,
        _ => 6,
    };
    let text = format!("{sum:.decimals$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let number = format!("{}{}{part}", grouped(whole.parse().unwrap_or_default()), t.say("decimal"));
    named(t, number, currency)
}

/// Every currency for itself, because they are never added: «2 500 ₽ + 12,40 $»; a dash where there is none.
pub(in crate::console) fn amounts(t: &Texts, money: &BTreeMap<String, f64>) -> String {
    if money.is_empty() {
        return "—".into();
    }
    money.iter().map(|(currency, sum)| amount(t, *sum, currency)).collect::<Vec<_>>().join(" + ")
}

/// `1234567` → `1 234 567`.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digit != '-' && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::language::{Language, Library};
    use super::*;

    #[test]
    fn a_call_without_a_price_is_never_free() {
        let t = Library::default().texts(Language::Ru);
        let said = |money: &[(&str, f64)], unpriced: i64| {
            let money: std::collections::BTreeMap<_, _> = money.iter().map(|(name, sum)| ((*name).to_owned(), *sum)).collect();
            let calls = unpriced + money.len() as i64;
            spent(&t, &Spent { calls, unpriced, uncounted: 0, tokens_in: 1200, tokens_out: 34, money })
                .map(|text| text.replace('\u{a0}', " "))
        };
        assert_eq!(said(&[("RUB", 1234.5)], 0).as_deref(), Some("1 234,50 ₽"));
        assert_eq!(said(&[("RUB", 0.0), ("USD", 0.00051)], 0).as_deref(), Some("0,00 ₽ · 0,0005 $"));
        assert_eq!(said(&[("RUB", 2.0)], 3).as_deref(), Some("2,00 ₽ · цена не задана: 3 вызова"));
        assert_eq!(said(&[], 1).as_deref(), Some("цена не задана: 1 вызов, 1 234 токена"));
        assert_eq!(said(&[("", 2.0)], 0).as_deref(), Some("2,00 (валюта не названа)"));
        assert_eq!(said(&[], 0), None);
        let failed = Spent { calls: 2, uncounted: 2, ..Spent::default() };
        assert_eq!(spent(&t, &failed).as_deref(), Some("расход неизвестен: 2 вызова"));
    }
}
