//! Bytes of a table as text: its separator and its encoding.

use std::borrow::Cow;

/// Bytes 0x80–0xBF of windows-1251; 0xC0–0xFF are А–я in order. 0x98 is unassigned.
const WINDOWS_1251_LOW: [char; 64] = [
    'Ђ', 'Ѓ', '‚', 'ѓ', '„', '…', '†', '‡', '€', '‰', 'Љ', '‹', 'Њ', 'Ќ', 'Ћ', 'Џ', 'ђ', '‘', '’', '“', '”', '•', '–', '—', '\u{fffd}',
    '™', 'љ', '›', 'њ', 'ќ', 'ћ', 'џ', '\u{a0}', 'Ў', 'ў', 'Ј', '¤', 'Ґ', '¦', '§', 'Ё', '©', 'Є', '«', '¬', '\u{ad}', '®', 'Ї', '°', '±',
    'І', 'і', 'ґ', 'µ', '¶', '·', 'ё', '№', 'є', '»', 'ј', 'Ѕ', 'ѕ', 'ї',
];

/// A cell as text: UTF-8, else windows-1251, which spreadsheets on Russian Windows still write. Cell by cell, because Russian text in
/// windows-1251 is practically never valid UTF-8, and a file may hold its first Russian letter anywhere.
pub(super) fn decode(cell: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(cell.iter().map(|byte| windows_1251(*byte)).collect()),
    }
}

fn windows_1251(byte: u8) -> char {
    match byte {
        0..=0x7f => char::from(byte),
        0x80..=0xbf => WINDOWS_1251_LOW[usize::from(byte - 0x80)],
        0xc0..=0xff => char::from_u32(u32::from('А') + u32::from(byte - 0xc0)).unwrap_or('\u{fffd}'),
    }
}

/// The separator that stands most often in the header outside quotes; `;` where none stands, as Russian spreadsheets have it.
pub(super) fn delimiter(header: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b';', 0), (b'\t', 0), (b',', 0)];
    for byte in header {
        quoted ^= *byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| !quoted && delimiter == byte) {
            *count += 1;
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b';', |(delimiter, _)| *delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_1251_and_utf8_are_told_apart() {
        assert_eq!(decode(b"\xc7\xe0\xef\xe8\xf1\xfc \xb9 5, \xb8\xeb\xea\xe0"), "Запись № 5, ёлка");
        assert_eq!(decode("Запись".as_bytes()), "Запись");
        assert_eq!(decode(b"plain"), "plain");
    }

    #[test]
    fn the_separator_is_read_off_the_header() {
        assert_eq!(delimiter("Дата;Имя, фамилия;Телефон".as_bytes()), b';');
        assert_eq!(delimiter(b"date\tname\tphone, or mail"), b'\t');
        assert_eq!(delimiter(b"date,\"a;b;c;d\",phone"), b',');
        assert_eq!(delimiter(b"date"), b';');
    }
}
