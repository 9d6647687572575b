//! Whether clients' personal data went to a provider in another country, and of which sort: sealed with the call, and what rule A13 looks at.
//!
//! ```text
//! "meta":{"sent_abroad":{"country":"US","found":["email","phone"]}}
//! ```
//! Looked at are the client's words and what tools answered, in the whole history that was sent. What the system's words say too (the business's own
//! phone) is nobody's. Phones, e-mails and SNILS are sure by their form; names are not looked for: a name that is a word too would cry wolf daily.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::call::{Call, Role};
use crate::event::phones_in;

/// Where providers answer. Resellers pass on to models elsewhere, whatever their own address is.
const COUNTRIES: [(&str, &str); 12] = [
    ("openai", "US"),
    ("azure", "US"),
    ("anthropic", "US"),
    ("openrouter", "US"),
    ("groq", "US"),
    ("google", "US"),
    ("xai", "US"),
    ("deepseek", "CN"),
    ("mistral", "FR"),
    ("proxyapi", "reseller"),
    ("vsegpt", "reseller"),
    ("aitunnel", "reseller"),
];
/// Providers in Russia, and models of one's own.
const HOME: [&str; 4] = ["local", "yandex", "gigachat", "cloudru"];
/// What ends so is taken to be in Russia: nobody can see it from here.
const HOME_ENDS: [&str; 4] = [".ru", ".su", ".xn--p1ai", ".рф"];

/// What went where; none where it stays at home, or nothing was found.
pub(super) fn sent(call: &Call, provider: &str) -> Option<Value> {
    let country = country(provider)?;
    let system = call.system.as_deref().unwrap_or_default();
    let mut found = BTreeSet::new();
    let known = |value: &str| system.contains(value);
    let phones_at_home: Vec<String> = phones_in(system).into_iter().map(|(phone, _)| phone.to_string()).collect();
    for turn in call.messages.iter().filter(|turn| turn.role != Role::Assistant) {
        found.extend(phones_in(&turn.text).iter().any(|(phone, _)| !phones_at_home.contains(&phone.to_string())).then_some("phone"));
        found.extend(emails(&turn.text).any(|email| !known(email)).then_some("email"));
        found.extend(has_snils(&turn.text).then_some("snils"));
    }
    (!found.is_empty()).then(|| json!({ "country": country, "found": found }))
}

/// The country of a provider; none where it is at home.
fn country(provider: &str) -> Option<&'static str> {
    if HOME.contains(&provider) {
        return None;
    }
    if let Some((_, country)) = COUNTRIES.iter().find(|(known, _)| *known == provider) {
        return Some(country);
    }
    (!HOME_ENDS.iter().any(|end| provider.ends_with(end))).then_some("unknown")
}

/// Words that look like an address of mail.
fn emails(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| c.is_whitespace() || "<>()[]{},;:\"'«»".contains(c)).map(|word| word.trim_matches('.'));
    words.filter(|word| {
        let Some((who, host)) = word.split_once('@') else { return false };
        !who.is_empty()
            && !host.contains('@')
            && host.rsplit_once('.').is_some_and(|(name, end)| !name.is_empty() && end.chars().count() > 1)
    })
}

/// Eleven digits as on the card (`112-233-445 95`) whose control number is right.
fn has_snils(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(14).enumerate().any(|(at, window)| {
        let shape = window.iter().enumerate().all(|(place, byte)| match place {
            3 | 7 => *byte == b'-',
            11 => matches!(*byte, b' ' | b'-'),
            _ => byte.is_ascii_digit(),
        });
        let alone = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(|byte| !byte.is_ascii_digit());
        shape && alone(at.checked_sub(1)) && alone(Some(at + 14)) && is_snils(window)
    })
}

fn is_snils(window: &[u8]) -> bool {
    let digits: Vec<u32> = window.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0')).collect();
    let sum: u32 = digits[..9].iter().zip((1..=9).rev()).map(|(digit, weight)| digit * weight).sum();
    let control = sum % 101 % 100;
    digits[..9].iter().any(|digit| *digit != 0) && control == digits[9] * 10 + digits[10]
}

#[cfg(test)]
mod tests {
    use super::super::call::Turn;
    use super::*;

    fn found(provider: &str, system: &str, turns: &[(Role, &str)]) -> Option<String> {
        let mut call = Call::new("chat", Value::Null);
        call.system = Some(system.to_owned());
        call.messages = turns.iter().map(|(role, text)| Turn { role: *role, text: (*text).to_owned(), ..Turn::default() }).collect();
        sent(&call, provider).map(|sent| sent.to_string())
    }

    #[test]
    fn what_leaves_the_country_is_named_by_its_sort() {
        let phone = "Запишите, мой номер 8 (921) 123-45-67";
        let told = |country: &str, found: &str| Some(format!(r#"{{"country":"{country}","found":[{found}]}}"#));
        for (provider, country) in [("openai", "US"), ("deepseek", "CN"), ("proxyapi", "reseller"), ("llm.example.com", "unknown")] {
            assert_eq!(found(provider, "", &[(Role::User, phone)]), told(country, r#""phone""#), "{provider}");
        }
        for provider in ["yandex", "gigachat", "local", "llm.example.ru", "cloudru"] {
            assert_eq!(found(provider, "", &[(Role::User, phone)]), None, "{provider}");
        }
        let card = "{\"client\":{\"email\":\"anna@example.org\",\"snils\":\"112-233-445 95\"}}";
        assert_eq!(found("openai", "", &[(Role::Tool, card)]), told("US", r#""email","snils""#));
    }

    #[test]
    fn what_is_masked_or_the_business_own_is_nobodys() {
        for (system, said) in [
            ("Наш телефон +7 812 000-00-00", "Это ваш номер, 8 812 000 00 00?"),
            ("Пишите на info@salon.ru", "я написала на info@salon.ru"),
            ("", "Меня зовут [ИМЯ], номер [ТЕЛЕФОН], почта [ПОЧТА]"),
            ("", "Запишите на 15 мая в 12:30, цена 2500, @anna_spb, a@b"),
            ("", "123-456-789 65"),
        ] {
            assert_eq!(found("openai", system, &[(Role::User, said)]), None, "{said}");
        }
        assert_eq!(found("openai", "", &[(Role::Assistant, "Звоните +7 812 000-00-00")]), None, "what the assistant says of the business");
    }
}
