//! A text as recognisers see it: one character for every way to type it, and the way back to the bytes.
//!
//! Lower case, ё as е, every dash `-`, every space a space, digits of every script `0`–`9`; invisible characters are left out. Our own marks
//! become [`BARRIER`], so that nothing is recognised in or across them.

use std::ops::Range;

use super::Kind;

/// Stands for a mark of an earlier masking.
pub(super) const BARRIER: char = '\u{1}';

/// The folded text.
pub(super) struct Folded {
    /// Its characters.
    pub(super) chars: Vec<char>,
    /// Whether each was a capital letter.
    capital: Vec<bool>,
    /// Where each begins in the text, and where the text ends.
    starts: Vec<usize>,
    /// Whether there is any digit.
    pub(super) has_digits: bool,
}

/// A word: letters, with hyphens inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Its characters in the folded text.
    pub(super) at: Range<usize>,
    /// It, with Latin look-alikes in a Cyrillic word made Cyrillic.
    pub(super) text: String,
    /// First letter large, the second not: `Анна`, not `анна` or `АННА`.
    pub(super) capital: bool,
    /// Whether it opens a sentence.
    pub(super) first: bool,
}

impl Folded {
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self { chars: Vec::new(), capital: Vec::new(), starts: Vec::new(), has_digits: false };
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let start = text.len() - rest.len();
            if c == '['
                && let Some(mark) = Kind::ALL.iter().map(|kind| kind.mark()).find(|mark| rest.starts_with(mark))
            {
                folded.push(BARRIER, false, start);
                rest = &rest[mark.len()..];
                continue;
            }
            if let Some(plain) = plain(c) {
                folded.has_digits |= plain.is_ascii_digit();
                folded.push(plain, c.is_uppercase(), start);
            }
            rest = &rest[c.len_utf8()..];
        }
        folded.starts.push(text.len());
        folded
    }

    fn push(&mut self, c: char, capital: bool, start: usize) {
        self.chars.push(c);
        self.capital.push(capital);
        self.starts.push(start);
    }

    /// The bytes of the text that these characters stand for; invisible ones between them belong to the one before.
    pub(super) fn bytes(&self, at: &Range<usize>) -> Range<usize> {
        self.starts[at.start]..self.starts[at.end]
    }

    /// The character there; beyond the ends every line has ended.
    pub(super) fn char(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or('\n')
    }

    /// The one before.
    pub(super) fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\n', |at| self.char(at))
    }

    /// Characters as text.
    pub(super) fn text(&self, at: Range<usize>) -> String {
        self.chars[at.start.min(self.chars.len())..at.end.min(self.chars.len())].iter().collect()
    }

    /// Where `value` stands next.
    pub(super) fn position(&self, value: &[char], from: usize) -> Option<usize> {
        let last = self.chars.len().checked_sub(value.len())?;
        (from..=last).find(|&at| self.chars[at] == value[0] && self.chars[at..at + value.len()] == *value)
    }

    /// Whether no letter or digit touches it.
    pub(super) fn stands_alone(&self, at: &Range<usize>) -> bool {
        !self.before(at.start).is_alphanumeric() && !self.char(at.end).is_alphanumeric()
    }

    /// Its words.
    pub(super) fn words(&self) -> Vec<Word> {
        let mut words = Vec::new();
        let mut at = 0;
        while at < self.chars.len() {
            if !self.chars[at].is_alphabetic() {
                at += 1;
                continue;
            }
            let inside = |at: usize| {
                let c = self.char(at);
                c.is_alphabetic() || (matches!(c, '-' | '\'') && self.char(at + 1).is_alphabetic())
            };
            let end = (at..).find(|&at| !inside(at)).unwrap_or(at + 1);
            words.push(self.word(at..end));
            at = end;
        }
        words
    }

    fn word(&self, at: Range<usize>) -> Word {
        let chars = &self.chars[at.clone()];
        let cyrillic = chars.iter().filter(|c| ('а'..='я').contains(*c)).count();
        let text =
            if cyrillic > 0 && cyrillic < chars.len() { chars.iter().map(|c| cyrillic_twin(*c)).collect() } else { chars.iter().collect() };
        let capital = self.capital[at.start] && (at.len() == 1 || !self.capital[at.start + 1]);
        let beside = self.chars[..at.start].iter().rev().find(|c| !matches!(c, ' ' | '"' | '«' | '('));
        let first = beside.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, ',' | '-' | ')'));
        Word { at, text, capital, first }
    }
}

/// One character without variety; none for what cannot be seen.
fn plain(c: char) -> Option<char> {
    let c = match c {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{fe0e}'
        | '\u{fe0f}'
        | '\u{20e3}' => {
            return None;
        }
        '0'..='9' | 'a'..='z' | 'а'..='я' => return Some(c),
        '\n' | '\r' => '\n',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => '-',
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xff01 + 0x21).unwrap_or(c),
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((u32::from(c) - 0x1d7ce) % 10, 10).unwrap_or(c),
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10).unwrap_or(c),
        '⁰' | '₀' => '0',
        '¹' | '₁' | '①' => '1',
        '²' | '₂' | '②' => '2',
        '³' | '₃' | '③' => '3',
        '\u{2074}'..='\u{2079}' => char::from_digit(u32::from(c) - 0x2070, 10).unwrap_or(c),
        '\u{2084}'..='\u{2089}' => char::from_digit(u32::from(c) - 0x2080, 10).unwrap_or(c),
        '\u{2463}'..='\u{2468}' => char::from_digit(u32::from(c) - 0x2460 + 1, 10).unwrap_or(c),
        BARRIER => ' ',
        _ if c.is_whitespace() => ' ',
        _ => c,
    };
    let lower = c.to_lowercase().next().unwrap_or(c);
    Some(if lower == 'ё' { 'е' } else { lower })
}

/// The Cyrillic letter that looks like this Latin one.
pub(super) fn cyrillic_twin(c: char) -> char {
    match c {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' => 'е',
        'h' => 'н',
        'k' => 'к',
        'm' => 'м',
        'o' | '0' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        '3' => 'з',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variety_is_folded_and_the_bytes_are_found_again() {
        let text = "Ёж\u{200b} ８９ [ИМЯ] — Аnna";
        let folded = Folded::of(text);
        assert_eq!(folded.text(0..folded.chars.len()), format!("еж 89 {BARRIER} - аnna"));
        assert_eq!(&text[folded.bytes(&(0..2))], "Ёж\u{200b}");
        assert_eq!(&text[folded.bytes(&(3..5))], "８９");
    }

    #[test]
    fn words_know_their_capitals_and_places() {
        let folded = Folded::of("Анна-Мария пишет. ДА, Пётр");
        let words: Vec<_> = folded.words().into_iter().map(|w| (w.text, w.capital, w.first)).collect();
        let word = |text: &str, capital, first| (text.to_owned(), capital, first);
        assert_eq!(
            words,
            [word("анна-мария", true, true), word("пишет", false, false), word("да", false, true), word("петр", true, false)]
        );
    }
}
