//! The elements of a large JSON array, one at a time and still as bytes.
//!
//! A JSON parser would want the whole array (Schema-Guided Dialogue files have tens of megabytes). This cutter only follows brackets and
//! strings, hands over the bytes between two top-level commas, and leaves judging them to the parser of one element. So a broken element
//! costs one error and not the file. Objects that simply follow one another, without an array around them, are cut the same way.

use std::io::{self, BufRead};

use super::Input;

/// The longest dialogue of the Schema-Guided Dialogue corpus has about 60 KB; this leaves room for a hundred of them in one element.
const MAX_ELEMENT_BYTES: usize = 8 << 20;

/// One element as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Element {
    Bytes(Vec<u8>),
    TooLong,
    /// The file ends inside it.
    CutOff,
}

pub(super) struct Elements {
    input: Input,
    place: Place,
    depth: usize,
    string: InString,
    bytes: Vec<u8>,
    too_long: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Array,
    Sequence,
    End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum InString {
    No,
    Yes,
    Escaped,
}

impl Elements {
    pub(super) fn new(input: Input) -> Self {
        Self { input, place: Place::Before, depth: 0, string: InString::No, bytes: Vec::new(), too_long: false }
    }

    /// The next element; `None` behind the last one.
    pub(super) fn read(&mut self) -> io::Result<Option<Element>> {
        while self.place != Place::End {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Ok(self.end_of_file());
            }
            let chunk = chunk.to_vec(); // at most one buffer; lets `feed` borrow the rest of `self`
            let mut used = 0;
            let mut element = None;
            while used < chunk.len() && element.is_none() && self.place != Place::End {
                element = self.feed(chunk[used]);
                used += 1;
            }
            self.input.consume(used);
            if element.is_some() {
                return Ok(element);
            }
        }
        Ok(None)
    }

    /// Takes one byte in; answers with an element when that byte ended one.
    fn feed(&mut self, byte: u8) -> Option<Element> {
        if self.string != InString::No {
            self.string = match (self.string, byte) {
                (InString::Yes, b'\\') => InString::Escaped,
                (InString::Yes, b'"') => InString::No,
                _ => InString::Yes,
            };
            return self.push(byte);
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => None,
            0xef | 0xbb | 0xbf if self.place == Place::Before => None,
            b'[' if self.place == Place::Before => {
                self.place = Place::Array;
                None
            }
            _ if self.place == Place::Before => {
                self.place = Place::Sequence;
                self.feed(byte)
            }
            b',' if self.depth == 0 => self.finish(),
            b']' | b'}' if self.depth == 0 => {
                self.place = Place::End;
                if self.bytes.is_empty() { None } else { self.finish() }
            }
            b']' | b'}' => {
                self.depth -= 1;
                self.push(byte);
                if self.depth == 0 && self.place == Place::Sequence { self.finish() } else { None }
            }
            b'[' | b'{' => {
                self.depth += 1;
                self.push(byte)
            }
            b'"' => {
                self.string = InString::Yes;
                self.push(byte)
            }
            _ => self.push(byte),
        }
    }

    fn push(&mut self, byte: u8) -> Option<Element> {
        if self.bytes.len() < MAX_ELEMENT_BYTES {
            self.bytes.push(byte);
        } else {
            self.too_long = true;
        }
        None
    }

    fn finish(&mut self) -> Option<Element> {
        let bytes = std::mem::take(&mut self.bytes);
        Some(if std::mem::take(&mut self.too_long) { Element::TooLong } else { Element::Bytes(bytes) })
    }

    fn end_of_file(&mut self) -> Option<Element> {
        let open_array = self.place == Place::Array;
        self.place = Place::End;
        (open_array || !self.bytes.is_empty()).then_some(Element::CutOff)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        // A buffer of three bytes: every state has to survive the end of a chunk.
        let input = io::BufReader::with_capacity(3, io::Cursor::new(text.as_bytes().to_vec()));
        let mut elements = Elements::new(Box::new(input));
        let mut found = Vec::new();
        while let Some(element) = elements.read().unwrap() {
            found.push(match element {
                Element::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
                other => format!("{other:?}"),
            });
        }
        found
    }

    #[test]
    fn brackets_and_commas_inside_strings_cut_nothing() {
        assert_eq!(cut(r#" [ {"a":"],{\"}"} , {"b":[1,{}]} ] rest"#), [r#"{"a":"],{\"}"}"#, r#"{"b":[1,{}]}"#]);
    }

    #[test]
    fn a_sequence_of_objects_is_cut_too() {
        assert_eq!(cut("\u{feff}{\n \"a\":1\n}\n{\"b\":2}"), ["{\n \"a\":1\n}", "{\"b\":2}"]);
    }

    #[test]
    fn a_torn_file_says_so() {
        assert_eq!(cut(r#"[{"a":1},{"b":"#), [r#"{"a":1}"#, "CutOff"]);
        assert_eq!(cut(r#"[{"a":1}"#), ["CutOff"]);
        assert_eq!(cut("[]"), Vec::<String>::new());
        assert_eq!(cut(""), Vec::<String>::new());
        assert_eq!(cut("[1,,2]"), ["1", "", "2"]);
    }
}
