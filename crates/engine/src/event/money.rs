//! Money in whole minor units (kopecks), so that sums are exact.
//!
//! Senders write `1500`, `1500.5` or `"1500.50"`. More decimals than the currency has are rounded half away from zero.

use super::node::Node;

/// An amount as written: digits without the point, and how many of them are decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount {
    digits: i128,
    decimals: u32,
}

/// The amount that a JSON value is; at most 12 digits before the point and 9 behind.
pub(super) fn amount(node: &Node<'_>) -> Option<Amount> {
    match node {
        Node::Text(text) => decimal(text.trim()),
        Node::Int(number) => decimal(&number.to_string()),
        // The shortest decimal that reads back as the same number is what the sender wrote.
        Node::Float(number) => decimal(&number.to_string()).or_else(|| decimal(&format!("{number:.9}"))),
        _ => None,
    }
}

fn decimal(text: &str) -> Option<Amount> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let sound = (1..=12).contains(&whole.len()) && fraction.len() <= 9 && !(fraction.is_empty() && digits.contains('.'));
    if !sound || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some(Amount { digits: if negative { -digits } else { digits }, decimals: fraction.len() as u32 })
}

impl Amount {
    /// In minor units of `currency`.
    pub(super) fn minor(self, currency: &str) -> i64 {
        let wanted = decimals(currency);
        let scaled = if self.decimals <= wanted {
            self.digits * 10_i128.pow(wanted - self.decimals)
        } else {
            let unit = 10_i128.pow(self.decimals - wanted);
            (self.digits + self.digits.signum() * unit / 2) / unit
        };
        // 12 digits and at most 3 decimals fit easily.
        i64::try_from(scaled).unwrap_or_default()
    }
}

/// Decimals of a currency's minor unit (ISO 4217).
fn decimals(currency: &str) -> u32 {
    match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "PYG" | "UGX" | "XAF" | "XOF" | "XPF" | "RWF" | "GNF" | "DJF" | "KMF" | "BIF" | "VUV" => 0,
        "KWD" | "BHD" | "OMR" | "JOD" | "TND" | "IQD" | "LYD" => 3,
        _ => 2,
    }
}

/// The three letters of a currency; the usual ways to write roubles are known.
pub(super) fn currency(text: &str) -> Option<String> {
    let text = text.trim();
    if matches!(text.to_lowercase().trim_end_matches('.'), "₽" | "р" | "руб" | "рублей" | "rur") {
        return Some("RUB".to_owned());
    }
    (text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphabetic())).then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::borrow::Cow;

    use super::*;

    fn minor(text: &str, currency: &str) -> Option<i64> {
        amount(&Node::Text(Cow::Borrowed(text))).map(|amount| amount.minor(currency))
    }

    #[test]
    fn amounts_are_exact() {
        for (text, currency, expected) in [
            ("1500", "RUB", 150_000),
            ("1500.50", "RUB", 150_050),
            ("0.1", "RUB", 10),
            ("-99.99", "RUB", -9_999),
            ("10.005", "RUB", 1_001),
            ("-10.005", "RUB", -1_001),
            ("1500", "JPY", 1_500),
            ("1.2345", "KWD", 1_235),
            ("999999999999.99", "RUB", 99_999_999_999_999),
        ] {
            assert_eq!(minor(text, currency), Some(expected), "{text} {currency}");
        }
        assert_eq!(amount(&Node::Float(1500.1)).unwrap().minor("RUB"), 150_010);
        assert_eq!(amount(&Node::Float(0.1 + 0.2)).unwrap().minor("RUB"), 30);
        assert_eq!(amount(&Node::Int(-5)).unwrap().minor("RUB"), -500);
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "1,5", "1 500", "1e3", "NaN", "--1", "+1", "1500 руб", "1234567890123"] {
            assert_eq!(minor(text, "RUB"), None, "{text}");
        }
        assert_eq!(amount(&Node::Float(1e300)), None);
        assert_eq!(amount(&Node::Bool(true)), None);
    }

    #[test]
    fn currencies_have_three_letters() {
        for roubles in ["RUB", "rub", "₽", "руб", "руб.", "RUR"] {
            assert_eq!(currency(roubles).as_deref(), Some("RUB"));
        }
        assert_eq!(currency("byn").as_deref(), Some("BYN"));
        assert_eq!(currency("рубль"), None);
    }
}
