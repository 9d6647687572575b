//! Phones inside a text: where they stand, and which number each is.
//!
//! Only what [`Phone::parse`] reads as one whole number counts; dates, prices and order numbers beside it do not. The search index uses it to
//! find a phone by its tail. Long texts of digits are given up on early: this runs for every message.

use std::ops::Range;

use super::phone::Phone;

/// A phone with all its separators: `+7 (921) 123 - 45 - 67`.
const PHONE_BYTES: usize = 24;
/// How often a text is tried as a phone, so that a page of digits costs no more than a page of words.
const PHONE_TRIES: usize = 64;

/// The phones in a text and where they stand, from left to right.
#[must_use]
pub fn phones_in(text: &str) -> Vec<(Phone, Range<usize>)> {
    let mut found = Vec::new();
    let (mut at, mut tries) = (0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() && tries < PHONE_TRIES {
        let after_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'+' | b'-' | b'.'));
        if after_word || !matches!(bytes[at], b'+' | b'(' | b'7'..=b'9') {
            at += 1;
            continue;
        }
        match phone_at(text, at, &mut tries) {
            Some((phone, end)) => {
                found.push((phone, at..end));
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// The longest phone that begins there.
fn phone_at(text: &str, start: usize, tries: &mut usize) -> Option<(Phone, usize)> {
    let is_part = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}');
    let mut ends = Vec::new();
    let mut digits = 0;
    for (offset, c) in text[start..].char_indices().take_while(|(offset, c)| *offset < PHONE_BYTES && is_part(*c)) {
        digits += usize::from(c.is_ascii_digit());
        let ends_group = c.is_ascii_digit() && !text[start + offset + 1..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if ends_group && (10..=12).contains(&digits) {
            ends.push(start + offset + 1);
        }
    }
    ends.into_iter().rev().find_map(|end| {
        *tries += 1;
        Phone::parse(&text[start..end]).e164().map(|phone| (phone.clone(), end))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn phones_are_found_among_other_numbers() {
        for (text, found) in [
            ("звоните 8 (921) 123-45-67, спасибо", vec!["8 (921) 123-45-67"]),
            ("на 15 8 921 123-45-67 или +7 812 765-43-21.", vec!["8 921 123-45-67", "+7 812 765-43-21"]),
            ("12.05.2025 15:00 за 8900 руб", vec![]),
            ("заказ 89211234567890", vec![]),
            ("id_89211234567", vec![]),
            ("89211234567", vec!["89211234567"]),
            ("8 8 8 8 8 8 8 8 8 8 8 8 8", vec!["8 8 8 8 8 8 8 8 8 8 8"]),
        ] {
            let spans: Vec<&str> = phones_in(text).into_iter().map(|(_, span)| &text[span]).collect();
            assert_eq!(spans, found, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_searched_without_a_panic(text in "\\PC*|[-+0-9() .xя]{0,60}") {
            for (phone, span) in phones_in(&text) {
                let alone = Phone::parse(&text[span]);
                prop_assert_eq!(alone.e164(), Some(&phone));
            }
        }
    }
}
