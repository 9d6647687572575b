//! The piece of a text around the words that were searched, with the words marked.
//!
//! A word is marked when its stem is one of the question's, so whatever form was asked for, the form that was said is marked. Marks are
//! ranges, not markup: pages escape the parts themselves.

use std::collections::HashSet;
use std::ops::Range;

use crate::journal::stems::stems;

/// Characters before the first mark, and in all.
const BEFORE_CHARS: usize = 50;
const CHARS: usize = 200;

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// The piece, with `…` where it was cut.
    pub text: String,
    /// Byte ranges of the words that were found, in order.
    pub marks: Vec<Range<usize>>,
}

/// What is looked for in a text.
pub(super) struct Sought {
    stems: HashSet<String>,
    /// The last word, when it may not be finished yet.
    beginning: Option<String>,
}

impl Sought {
    pub(super) fn new(question: &str) -> Self {
        let open = question.ends_with(char::is_alphanumeric);
        let last = words(question).last().filter(|_| open).map(|range| fold(&question[range]));
        let stems = stems(question).split(' ').filter(|stem| !stem.is_empty()).map(str::to_owned).collect();
        Self { stems, beginning: last.filter(|word| word.chars().nth(2).is_some()) }
    }

    /// The piece of `text` around the first word that is sought; its beginning when there is none.
    pub(super) fn snippet(&self, text: &str) -> Snippet {
        let found: Vec<Range<usize>> = words(text).filter(|range| self.is_sought(&text[range.clone()])).collect();
        let first = found.first().map_or(0, |range| range.start);
        let start = back(text, first, BEFORE_CHARS);
        let end = text[start..].char_indices().nth(CHARS).map_or(text.len(), |(at, _)| start + at);
        let mut piece = String::with_capacity(end - start + 6);
        if start > 0 {
            piece.push('…');
        }
        let shift = |range: &Range<usize>| range.start - start + piece.len()..range.end - start + piece.len();
        let marks = found.iter().filter(|range| range.end <= end).map(shift).collect();
        piece.push_str(&text[start..end]);
        if end < text.len() {
            piece.push('…');
        }
        Snippet { text: piece, marks }
    }

    fn is_sought(&self, word: &str) -> bool {
        let begins = self.beginning.as_ref().is_some_and(|beginning| fold(word).starts_with(beginning.as_str()));
        begins || stems(word).split(' ').any(|stem| self.stems.contains(stem))
    }
}

impl Snippet {
    /// The text in pieces: whether it is marked, and the piece.
    pub fn parts(&self) -> impl Iterator<Item = (bool, &str)> {
        let ends = self.marks.iter().flat_map(|mark| [(false, mark.start), (true, mark.end)]).chain([(false, self.text.len())]);
        let mut from = 0;
        ends.map(move |(marked, to)| (marked, &self.text[std::mem::replace(&mut from, to)..to])).filter(|(_, piece)| !piece.is_empty())
    }
}

/// Runs of letters, digits and underscores, as the index cuts them.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || ('\u{300}'..='\u{36f}').contains(&c);
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(is_word)?;
        let end = text[start..].find(|c| !is_word(c)).map_or(text.len(), |length| start + length);
        from = end;
        Some(start..end)
    })
}

/// At most `count` characters before `at`, at the beginning of a word.
fn back(text: &str, at: usize, count: usize) -> usize {
    let start = text[..at].char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(start, _)| start);
    if start == 0 { 0 } else { text[start..at].find(' ').map_or(at, |space| start + space + 1) }
}

fn fold(word: &str) -> String {
    crate::journal::clients::fold(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(question: &str, text: &str) -> String {
        let snippet = Sought::new(question).snippet(text);
        snippet.parts().map(|(marked, piece)| if marked { format!("[{piece}]") } else { piece.to_owned() }).collect()
    }

    #[test]
    fn every_form_of_the_words_is_marked() {
        assert_eq!(
            marked("отмена записи ", "Отмените мою запись, <b>записала</b> Анна"),
            "[Отмените] мою [запись], <b>[записала]</b> Анна"
        );
        assert_eq!(marked("запи", "К записи: запишите"), "К [записи]: [запишите]");
        assert_eq!(marked("приём ", "на прие\u{306}м и приемы"), "на [прие\u{306}м] и [приемы]");
        assert_eq!(marked("нет такого", "Здравствуйте"), "Здравствуйте");
        assert_eq!(marked("", ""), "");
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_mark() {
        let text = format!("{}отмена{}", "слово ".repeat(100), " слово".repeat(100));
        let snippet = Sought::new("отмену").snippet(&text);
        assert!(snippet.text.starts_with("…слово") && snippet.text.ends_with('…'));
        assert_eq!(snippet.text.chars().count(), CHARS + 2);
        assert_eq!(&snippet.text[snippet.marks[0].clone()], "отмена");
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_cut(question in "\\PC{0,20}", text in "\\PC{0,400}") {
            let snippet = Sought::new(&question).snippet(&text);
            let parts: String = snippet.parts().map(|(_, piece)| piece).collect();
            proptest::prop_assert_eq!(parts, snippet.text);
        }
    }
}
