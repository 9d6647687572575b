//! A text as words, numbers and marks, cut into sentences. Lower case, ё as е.

use crate::journal::stems::stems;

/// After so many pieces nothing is read any more: no answer to a client is that long.
const TOKENS: usize = 800;
/// Words behind which a point ends no sentence.
const SHORTENED: [&str; 10] = ["руб", "р", "тыс", "ул", "г", "тел", "мин", "ч", "д", "м"];

/// One piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Folded, and its stem.
    Word(String, String),
    /// Digits.
    Number(u64),
    /// Anything else that can be seen.
    Mark(char),
}

/// A sentence.
#[derive(Debug, Clone, Default)]
pub(super) struct Sentence {
    pub(super) tokens: Vec<Token>,
    pub(super) is_question: bool,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    pub(super) sentences: Vec<Sentence>,
}

impl Text {
    pub(super) fn of(source: &str) -> Self {
        let tokens = cut(source);
        let (mut text, mut sentence) = (Self::default(), Sentence::default());
        for (at, token) in tokens.iter().enumerate() {
            let ends = match token {
                Token::Mark('!' | '?' | '\n' | ';' | '…') => true,
                Token::Mark('.') => !is_inside(&tokens, at),
                _ => false,
            };
            if ends {
                sentence.is_question = *token == Token::Mark('?');
                text.sentences.push(std::mem::take(&mut sentence));
            } else {
                sentence.tokens.push(token.clone());
            }
        }
        text.sentences.push(sentence);
        text.sentences.retain(|sentence| !sentence.tokens.is_empty());
        text
    }

    /// Whether that stem stands anywhere in it.
    pub(super) fn has(&self, stem: &str) -> bool {
        self.sentences.iter().any(|sentence| sentence.has(stem))
    }
}

impl Sentence {
    /// Its parts between commas.
    pub(super) fn parts(&self) -> impl Iterator<Item = Self> + '_ {
        let parts = self.tokens.split(|token| *token == Token::Mark(','));
        parts.map(|tokens| Self { tokens: tokens.to_vec(), is_question: self.is_question })
    }

    /// Whether that stem stands in it.
    pub(super) fn has(&self, stem: &str) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Word(_, own) if own == stem))
    }

    /// Whether a word begins with one of these.
    pub(super) fn begins(&self, any: &[&str]) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Word(word, _) if any.iter().any(|begin| word.starts_with(begin))))
    }

    /// Whether one of these words stands in it.
    pub(super) fn says(&self, any: &[&str]) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Word(word, _) if any.contains(&word.as_str())))
    }

    /// The word there; nothing where there is none.
    pub(super) fn word(&self, at: usize) -> &str {
        match self.tokens.get(at) {
            Some(Token::Word(word, _)) => word,
            _ => "",
        }
    }

    /// The stem of the word there.
    pub(super) fn stem(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at) {
            Some(Token::Word(_, stem)) => Some(stem),
            _ => None,
        }
    }

    /// The number there.
    pub(super) fn number(&self, at: usize) -> Option<u64> {
        match self.tokens.get(at) {
            Some(Token::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The mark there.
    pub(super) fn mark(&self, at: usize) -> Option<char> {
        match self.tokens.get(at) {
            Some(Token::Mark(mark)) => Some(*mark),
            _ => None,
        }
    }
}

/// The stem of a word.
pub(super) fn stem(word: &str) -> String {
    stems(word).split(' ').next().unwrap_or_default().to_owned()
}

/// Whether a point there belongs to a number, a date or a shortened word.
fn is_inside(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    match (before, tokens.get(at + 1)) {
        (Some(Token::Number(_)), Some(Token::Number(_))) => true,
        (Some(Token::Word(word, _)), Some(_)) => SHORTENED.contains(&word.as_str()),
        _ => false,
    }
}

fn cut(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = source.chars().flat_map(char::to_lowercase).map(|c| if c == 'ё' { 'е' } else { c }).peekable();
    while let Some(c) = chars.next() {
        if tokens.len() >= TOKENS {
            break;
        }
        if c.is_ascii_digit() {
            let mut digits = String::from(c);
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            tokens.push(digits.parse().map_or(Token::Mark('#'), Token::Number));
        } else if c.is_alphabetic() {
            let mut word = String::from(c);
            while let Some(letter) = chars.next_if(|c| c.is_alphabetic()) {
                word.push(letter);
            }
            let stem = stem(&word);
            tokens.push(Token::Word(word, stem));
        } else if c == '\n' || !c.is_whitespace() {
            tokens.push(Token::Mark(c));
        }
    }
    tokens
}
