//! A reply as words, numbers and marks, cut into sentences and their parts.
//!
//! Lower case, ё as е, Latin look-alikes inside Cyrillic words made Cyrillic. What stands in quotation marks is left out when it is more
//! than one word: it is somebody else's. After [`TOKENS`] nothing is read any more: no reply to a client is that long.

use std::ops::Range;

use super::words::{self, Form, Nouns, Sense};

/// A messenger takes 4,096 characters, some 700 pieces.
const TOKENS: usize = 800;
/// Longer words are no words.
const WORD_CHARS: usize = 40;

/// One piece.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Where, in bytes.
    pub(super) at: Range<usize>,
    /// What.
    pub(super) what: What,
    /// Which sentence.
    pub(super) sentence: usize,
    /// Which part of a sentence, counted through the whole text.
    pub(super) clause: usize,
    /// The verb that it is.
    pub(super) verb: Option<(Sense, Form)>,
    /// What it names.
    pub(super) nouns: Nouns,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Folded.
    Word(String),
    /// Digits.
    Number(String),
    /// Anything else that can be seen.
    Mark(char),
}

/// The pieces of a text.
pub(super) struct Text<'a> {
    source: &'a str,
    /// All of them, in order.
    pub(super) tokens: Vec<Token>,
}

impl<'a> Text<'a> {
    pub(super) fn of(source: &'a str) -> Self {
        let mut tokens = cut(source);
        leave_out_quotations(&mut tokens);
        number(&mut tokens);
        for token in &mut tokens {
            if let What::Word(word) = &token.what {
                (token.verb, token.nouns) = (words::verb(word), words::nouns(word));
            }
        }
        Self { source, tokens }
    }

    /// Where verbs stand.
    pub(super) fn verbs(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.tokens.len()).filter(|&at| self.tokens[at].verb.is_some())
    }

    /// The word there.
    pub(super) fn word(&self, at: usize) -> &str {
        match self.tokens.get(at).map(|token| &token.what) {
            Some(What::Word(word)) => word,
            _ => "",
        }
    }

    /// The sentence around it.
    pub(super) fn sentence(&self, at: usize) -> Range<usize> {
        self.around(at, |token| token.sentence)
    }

    /// The part of a sentence around it.
    pub(super) fn clause(&self, at: usize) -> Range<usize> {
        self.around(at, |token| token.clause)
    }

    /// What these name, together.
    pub(super) fn nouns(&self, range: Range<usize>) -> Nouns {
        self.tokens[range].iter().fold(0, |all, token| all | token.nouns)
    }

    /// Whether one of these words is there.
    pub(super) fn has(&self, range: Range<usize>, any: &[&str]) -> bool {
        range.into_iter().any(|at| any.contains(&self.word(at)))
    }

    /// Whether a mark is there.
    pub(super) fn marked(&self, range: Range<usize>, mark: char) -> bool {
        self.tokens[range].iter().any(|token| token.what == What::Mark(mark))
    }

    /// The bytes of the part of a sentence around it, without the marks at its ends.
    pub(super) fn clause_bytes(&self, at: usize) -> Range<usize> {
        let range = self.clause(at);
        let plain = |token: &&Token| !matches!(token.what, What::Mark(_));
        let tokens = &self.tokens[range];
        let first = tokens.iter().find(plain).map_or(0, |token| token.at.start);
        let last = tokens.iter().rev().find(plain).map_or(self.source.len(), |token| token.at.end);
        first..last
    }

    fn around(&self, at: usize, of: impl Fn(&Token) -> usize) -> Range<usize> {
        let Some(here) = self.tokens.get(at).map(&of) else { return at..at };
        let start = self.tokens[..at].iter().rposition(|token| of(token) != here).map_or(0, |before| before + 1);
        let end = self.tokens[at..].iter().position(|token| of(token) != here).map_or(self.tokens.len(), |after| at + after);
        start..end
    }
}

/// Words, numbers and marks.
fn cut(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = source.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if tokens.len() == TOKENS {
            break;
        }
        let mut end = start + c.len_utf8();
        let same: fn(char) -> bool = match () {
            () if c.is_ascii_digit() => |c| c.is_ascii_digit(),
            () if c.is_alphabetic() => |c| c.is_alphabetic() || c == '\u{ad}' || c == '\u{301}',
            () => |_| false,
        };
        while let Some((at, next)) = chars.next_if(|(_, next)| same(*next)) {
            end = at + next.len_utf8();
        }
        let piece = &source[start..end];
        let what = match () {
            () if c.is_ascii_digit() => What::Number(piece.to_owned()),
            () if c.is_alphabetic() => What::Word(folded(piece)),
            () if c == '\n' => What::Mark('\n'),
            () if c.is_whitespace() => continue,
            () => What::Mark(plain_mark(c)),
        };
        tokens.push(Token { at: start..end, what, sentence: 0, clause: 0, verb: None, nouns: 0 });
    }
    tokens
}

fn plain_mark(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '…' | '。' => '.',
        '“' | '„' | '”' => '"',
        _ => c,
    }
}

fn folded(word: &str) -> String {
    let lower = word.chars().filter(|c| c.is_alphabetic()).take(WORD_CHARS).flat_map(char::to_lowercase);
    let lower: String = lower.map(|c| if c == 'ё' { 'е' } else { c }).collect();
    let is_cyrillic = |c: char| ('а'..='я').contains(&c);
    if !lower.chars().any(is_cyrillic) || lower.chars().all(is_cyrillic) {
        return lower;
    }
    lower.chars().map(twin).collect()
}

/// The Cyrillic letter that looks like this Latin one.
fn twin(c: char) -> char {
    match c {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' => 'е',
        'h' => 'н',
        'k' => 'к',
        'm' => 'м',
        'o' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        _ => c,
    }
}

/// Takes out what stands between quotation marks, where it is more than one word.
fn leave_out_quotations(tokens: &mut Vec<Token>) {
    let mut out = vec![false; tokens.len()];
    let mut open: Option<usize> = None;
    for at in 0..tokens.len() {
        let What::Mark(mark) = tokens[at].what else { continue };
        match (mark, open) {
            ('«', _) | ('"', None) => open = Some(at),
            ('»' | '"', Some(from)) => {
                open = None;
                let words = tokens[from..at].iter().filter(|token| matches!(token.what, What::Word(_))).count();
                let whole = from == 0 && at + 1 == tokens.len();
                if words > 1 && !whole {
                    out[from..=at].fill(true);
                }
            }
            _ => {}
        }
    }
    let mut out = out.into_iter();
    tokens.retain(|_| !out.next().unwrap_or(false));
}

/// Numbers sentences and their parts.
fn number(tokens: &mut [Token]) {
    let (mut sentence, mut clause) = (0, 0);
    for at in 0..tokens.len() {
        let number_after = matches!(tokens.get(at + 1).map(|next| &next.what), Some(What::Number(_)));
        let number_before = at > 0 && matches!(tokens[at - 1].what, What::Number(_));
        let touching = at > 0 && tokens[at - 1].at.end == tokens[at].at.start;
        let (ends_sentence, ends_clause) = match &tokens[at].what {
            // Not the point in 14.06, nor the colon in 15:00.
            What::Mark('.' | ':') if number_before && number_after && touching => (false, false),
            What::Mark('!' | '?' | '\n' | ';') => (true, true),
            What::Mark('.') => (!shortened(tokens, at), !shortened(tokens, at)),
            What::Mark(',' | ':' | '(' | ')') => (false, true),
            What::Mark('-') => (false, !touching),
            What::Word(word) if matches!(word.as_str(), "и" | "но" | "а" | "или" | "либо") => (false, true),
            What::Mark(c) if u32::from(*c) > 0x2190 => (true, true),
            _ => (false, false),
        };
        (tokens[at].sentence, tokens[at].clause) = (sentence, clause);
        sentence += usize::from(ends_sentence);
        clause += usize::from(ends_clause);
    }
}

/// Whether the point there belongs to a shortened word: руб., тыс., г.
fn shortened(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &tokens[before].what);
    let follows = tokens.get(at + 1).is_some_and(|next| !matches!(next.what, What::Mark(_)));
    match before {
        Some(What::Word(word)) => follows && matches!(word.as_str(), "руб" | "р" | "тыс" | "ул" | "г" | "тел" | "мин" | "ч" | "д"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clauses(text: &str) -> Vec<&str> {
        let read = Text::of(text);
        let mut parts: Vec<&str> = (0..read.tokens.len()).map(|at| &text[read.clause_bytes(at)]).collect();
        parts.dedup();
        parts
    }

    #[test]
    fn sentences_are_cut_where_they_end() {
        assert_eq!(clauses("Записал на 15:00, жду 14.06. Всё!"), ["Записал на 15:00", "жду 14.06", "Всё"]);
        assert_eq!(clauses("3200 руб. за час"), ["3200 руб. за час"]);
        assert_eq!(clauses("СМС-напоминание - завтра"), ["СМС-напоминание", "завтра"]);
    }

    #[test]
    fn quotations_are_left_out_and_names_are_not() {
        assert_eq!(clauses("Вы писали: «запишите на 15:00» вчера"), ["Вы писали", "вчера"]);
        assert_eq!(clauses("Салон «Ромашка» записал вас"), ["Салон «Ромашка» записал вас"]);
    }

    #[test]
    fn letters_are_folded() {
        let read = Text::of("Пepeнёс");
        assert_eq!(read.word(0), "перенес");
    }
}
