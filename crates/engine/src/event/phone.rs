//! Phone numbers as people write them, read into E.164: `8 (812) 123-45-67`, `921 123-45-67`, `tel:+7…` → `+78121234567`, `+79211234567`, …
//!
//! The way: wrappers off (`tel:`, `@c.us`), extension off (`доб. 12`), then either hidden digits (`+7921***4567`), which identify nobody, or the
//! rules of the Russian numbering plan and of the neighbours, or plain E.164 after a plus. Where a spelling can mean two numbers it is
//! unreadable: a wrong match would show one client the card of another. A city number without its code needs the business's own `area`.

use std::fmt;

/// Words before a number.
const LABELS: [&str; 14] =
    ["телефон", "тел", "моб", "сот", "раб", "дом", "т", "phone", "mobile", "mob", "tel", "whatsapp", "viber", "telegram"];
/// Words that begin an extension.
const EXTENSIONS: [&str; 8] = ["доб", "вн", "ext", "extension", "добавочный", "внутр", "внутренний", "ext="];
/// Country codes of neighbours, and how many digits their numbers have with it.
const NEIGHBOURS: [(&str, usize); 11] = [
    ("375", 12),
    ("380", 12),
    ("998", 12),
    ("996", 12),
    ("992", 12),
    ("994", 12),
    ("995", 12),
    ("972", 12),
    ("374", 11),
    ("373", 11),
    ("993", 11),
];

/// A phone number in E.164: `+79211234567`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

/// What a written phone turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneReading {
    /// A whole number: it identifies a client.
    E164(Phone),
    /// Digits hidden on purpose; kept as written, matches nobody.
    Masked(String),
    /// Not a phone that we can read with certainty; kept as written, matches nobody.
    Unreadable(String),
}

impl Phone {
    /// Reads a phone that has its code.
    #[must_use]
    pub fn parse(text: &str) -> PhoneReading {
        Self::parse_in(text, None)
    }

    /// Reads a phone; `area` is the code for city numbers written without one (`812` with seven digits).
    #[must_use]
    pub fn parse_in(text: &str, area: Option<&str>) -> PhoneReading {
        let plain: String = text.chars().map(plain).collect::<String>().to_lowercase();
        let number = without_extension(without_wrapper(plain.trim()));
        if is_masked(number) {
            return PhoneReading::Masked(text.to_owned());
        }
        match digits(number).and_then(|digits| e164(&digits, number.starts_with('+'), area)) {
            Some(digits) => PhoneReading::E164(Self(format!("+{digits}"))),
            None => PhoneReading::Unreadable(text.to_owned()),
        }
    }

    /// With the plus.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last `count` digits, by which people look clients up.
    #[must_use]
    pub fn tail(&self, count: usize) -> &str {
        let digits = &self.0[1..];
        &digits[digits.len().saturating_sub(count)..]
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PhoneReading {
    /// The number, if it is one.
    #[must_use]
    pub fn e164(&self) -> Option<&Phone> {
        match self {
            Self::E164(phone) => Some(phone),
            _ => None,
        }
    }

    /// Whether digits were hidden on purpose.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        matches!(self, Self::Masked(_))
    }
}

/// One character without typographic variety: every space is a space, every dash a `-`, every hidden digit a `*`.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{ff0b}' => '+',
        '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(c) - 0xff10 + 0x30).unwrap_or(c),
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' => ' ',
        '•' | '●' | '∗' | '█' | '·' => '*',
        _ if c.is_whitespace() => ' ',
        _ => c,
    }
}

/// Takes off what is around a number: a label before it, the host of a messenger id behind it.
fn without_wrapper(text: &str) -> &str {
    let text = text.split_once('@').map_or(text, |(number, host)| match host {
        "c.us" | "s.whatsapp.net" | "whatsapp" => number,
        _ => text,
    });
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(0);
    let (word, rest) = text.split_at(end);
    if LABELS.contains(&word) { rest.trim_start_matches(['.', ':', ' ']) } else { text }
}

/// Cuts off an extension and a second number.
fn without_extension(text: &str) -> &str {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            seen += 1;
        }
        let rest = &text[at..];
        let begins = match c {
            ',' | ';' => seen > 4,
            // After a whole number these begin an extension; inside one they hide a digit.
            '#' | 'x' | 'х' => seen >= 10 && rest.chars().skip(1).all(|c| c.is_ascii_digit() || c == ' '),
            _ => c.is_alphabetic() && EXTENSIONS.iter().any(|word| rest.starts_with(word)),
        };
        if begins {
            return text[..at].trim_end_matches([' ', '(', '-', '.']);
        }
    }
    text
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '+')
}

/// Digits with some of them hidden, and nothing else.
fn is_masked(number: &str) -> bool {
    let (mut all, mut hidden) = (0, 0);
    for c in number.chars().filter(|c| !is_separator(*c)) {
        let hides = matches!(c, 'x' | 'х' | '*' | '#' | '_' | '?' | '…' | 'n' | 'y');
        if !hides && !c.is_ascii_digit() {
            return false;
        }
        all += 1;
        hidden += usize::from(hides);
    }
    hidden > 0 && (5..=20).contains(&all)
}

/// The digits, when there is nothing but them and separators, and a plus only in front.
fn digits(number: &str) -> Option<String> {
    let behind = number.strip_prefix('+').unwrap_or(number);
    if !behind.chars().all(|c| c.is_ascii_digit() || is_separator(c)) || behind.contains('+') {
        return None;
    }
    // `+44 (0)20 …`: the zero is dialled only inside the country.
    let behind = if number.starts_with('+') { behind.replacen("(0)", "", 1) } else { behind.to_owned() };
    Some(behind.chars().filter(char::is_ascii_digit).collect())
}

fn e164(digits: &str, plus: bool, area: Option<&str>) -> Option<String> {
    if plus {
        // `+8 921 …`: the domestic 8 behind a plus. No country code begins with 89 or 83.
        if digits.len() == 11 && (digits.starts_with("89") || digits.starts_with("83")) {
            return russian(&digits[1..]);
        }
        return international(digits);
    }
    if let Some(abroad) = digits.strip_prefix("00").or_else(|| digits.strip_prefix("810").filter(|rest| rest.len() >= 10)) {
        return international(abroad);
    }
    match digits.len() {
        11 if digits.starts_with("80") => belarusian(&digits[2..]),
        11 if digits.starts_with(['7', '8']) => russian(&digits[1..]),
        // Ten digits from 89 are a mobile number that lost its last digit, and from 7 one that lost any.
        10 if !digits.starts_with("89") && !digits.starts_with('7') => russian(digits),
        11 | 12 if NEIGHBOURS.iter().any(|(code, length)| digits.starts_with(code) && digits.len() == *length) => Some(digits.to_owned()),
        5..=7 => area.filter(|area| area.len() + digits.len() == 10).and_then(|area| russian(&format!("{area}{digits}"))),
        _ => None,
    }
}

/// Ten digits of the plan that Russia (3, 4, 8, 9) and Kazakhstan (6, 7) share.
fn russian(national: &str) -> Option<String> {
    (national.len() == 10 && national.starts_with(['3', '4', '6', '7', '8', '9'])).then(|| format!("7{national}"))
}

/// `8 029 123-45-67`, as dialled inside Belarus.
fn belarusian(national: &str) -> Option<String> {
    ["25", "29", "33", "44", "17"].iter().any(|code| national.starts_with(code)).then(|| format!("375{national}"))
}

fn international(digits: &str) -> Option<String> {
    if let Some(national) = digits.strip_prefix('7') {
        return russian(national);
    }
    let neighbour = NEIGHBOURS.iter().find(|(code, _)| digits.starts_with(code));
    let fits = neighbour.map_or((8..=15).contains(&digits.len()), |(_, length)| digits.len() == *length);
    (fits && !digits.starts_with('0')).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_usual_spelling_is_one_number() {
        for (number, spellings) in [
            (
                "+78121234567",
                vec![
                    "8 (812) 123-45-67",
                    "+7 812 123 45 67",
                    "812 123-45-67",
                    "78121234567",
                    "(812)123-45-67",
                    "8-812-123-45-67 доб. 12",
                    "8(812)1234567,12",
                ],
            ),
            (
                "+79211234567",
                vec![
                    "+7 921 123-45-67",
                    "+79211234567",
                    "9211234567",
                    "921 123 45 67",
                    "79211234567",
                    "8-921-123-45-67",
                    "+7(921)123-45-67",
                    "+7 (921) 123‑45‑67",
                    "8\u{a0}921\u{a0}123\u{2009}45\u{202f}67",
                    "tel:+79211234567",
                    "Тел.: 8 921 123 45 67",
                    "тел 89211234567",
                    "8.921.123.45.67",
                    "  +7-921-1234567  ",
                    "\u{202a}+7 921 123-45-67\u{202c}",
                    "79211234567@c.us",
                    "79211234567@s.whatsapp.net",
                    "whatsapp:+79211234567",
                    "007 921 123 45 67",
                    "+8 921 123 45 67",
                    "８９２１１２３４５６７",
                    "+7 921 123-45-67 ext 5",
                    "+7 921 123-45-67 x12",
                    "89211234567; 89110000000",
                    "+7 921 123–45–67 (доб. 3)",
                ],
            ),
            ("+78005553535", vec!["8 800 555-35-35", "8(800)5553535", "+7 800 555 35 35", "800 555 35 35"]),
            ("+77011234567", vec!["+7 701 123 45 67", "8 701 123 45 67", "77011234567"]),
            ("+375291234567", vec!["+375 29 123-45-67", "375291234567", "8 029 123-45-67", "8 10 375 29 123 45 67", "00375 29 1234567"]),
            ("+998901234567", vec!["+998 90 123 45 67", "998901234567"]),
            ("+442079460958", vec!["+44 (0)20 7946 0958", "+44 20 7946 0958", "0044 20 7946 0958"]),
            ("+12025550123", vec!["+1 (202) 555-0123"]),
        ] {
            for spelling in spellings {
                let read = Phone::parse(spelling);
                assert_eq!(read.e164().map(Phone::as_str), Some(number), "{spelling:?} gave {read:?}");
            }
        }
    }

    #[test]
    fn hidden_digits_are_kept_and_match_nobody() {
        for masked in [
            "+7xxxxxxxxxx",
            "+7XXXXXXXXXX",
            "+7хххххххххх",
            "+7ХХХ1234567",
            "+7921***4567",
            "+7 (9XX) XXX-XX-XX",
            "8 921 *** ** 67",
            "+7 921 •••‑••‑67",
            "***4567",
            "+7_________",
            "8 (9хх) ххх-хх-67",
            "7921#####67",
        ] {
            assert_eq!(Phone::parse(masked), PhoneReading::Masked(masked.to_owned()));
        }
    }

    #[test]
    fn what_is_not_surely_one_number_is_unreadable() {
        for dirt in [
            "",
            " ",
            "нет",
            "Иван",
            "x",
            "123",
            "1234567",
            "8921123456",
            "7921123456",
            "892112345678",
            "+7 921 123-45-6",
            "+7 021 123 45 67",
            "+375 29 123-45-6",
            "+0123456789",
            "12.05.2025",
            "921+1234567",
            "ivan@example.org",
            "+1234567890123456",
            "8-800-ЦВЕТЫ",
            "<script>",
            "+",
            "++",
            "00",
            "810",
            "()",
            "доб. 12",
            "٠١٢٣٤٥٦٧٨٩",
        ] {
            assert_eq!(Phone::parse(dirt), PhoneReading::Unreadable(dirt.to_owned()));
        }
    }

    #[test]
    fn a_city_number_needs_the_area() {
        assert_eq!(Phone::parse_in("123-45-67", Some("812")).e164().unwrap().as_str(), "+78121234567");
        assert_eq!(Phone::parse_in("12-34-56", Some("8442")).e164().unwrap().as_str(), "+78442123456");
        assert!(Phone::parse_in("123-45-67", Some("8442")).e164().is_none());
        assert_eq!(Phone::parse_in("921 123-45-67", Some("812")).e164().unwrap().tail(4), "4567");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC*|[-+0-9()xх* .,;@#добext]{0,24}") {
            let read = Phone::parse_in(&text, Some("812"));
            if let PhoneReading::E164(phone) = read {
                let digits = &phone.as_str()[1..];
                prop_assert!((8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
                prop_assert_eq!(Phone::parse(phone.as_str()), PhoneReading::E164(phone.clone()));
                prop_assert_eq!(phone.tail(99), digits);
            }
        }
    }
}
