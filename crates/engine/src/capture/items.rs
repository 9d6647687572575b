//! Which bytes of a body are which item: one object, an array, or one object a line.
//!
//! Items are found, not parsed: a bad line among good ones is an item that the check refuses. Only a body whose items cannot be told
//! apart is refused whole.

use std::ops::Range;

use serde_json::value::RawValue;

/// Why a body cannot be split.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotItems {
    /// Not text.
    #[error("body is not valid UTF-8 from byte {0}; send JSON in UTF-8")]
    NotUtf8(usize),
    /// An array that is not JSON: where its items end cannot be known.
    #[error("body is not a JSON array: {0}; or send one object a line as application/x-ndjson")]
    Array(String),
}

/// The body as text, and the ranges of its items. With `lines` it is NDJSON whatever it looks like.
///
/// # Errors
/// [`NotItems`] when they cannot be told apart.
pub(super) fn split(body: &[u8], lines: bool) -> Result<(&str, Vec<Range<usize>>), NotItems> {
    let text = simdutf8::compat::from_utf8(body).map_err(|e| NotItems::NotUtf8(e.valid_up_to()))?;
    Ok((text, ranges(text, lines)?))
}

fn ranges(text: &str, lines: bool) -> Result<Vec<Range<usize>>, NotItems> {
    let start = text.len() - text.trim_start().len();
    match text[start..].bytes().next() {
        None => Ok(Vec::new()),
        Some(b'[') if !lines => elements(text),
        Some(_) if lines || has_lines(&text[start..]) => Ok(self::lines(text.as_bytes())),
        Some(_) => Ok(std::iter::once(start..text.trim_end().len()).collect()),
    }
}

/// Objects one a line: the first line is whole and another one follows.
fn has_lines(text: &str) -> bool {
    let Some((first, rest)) = text.split_once('\n') else { return false };
    first.trim_end().ends_with('}') && !rest.trim().is_empty()
}

fn lines(body: &[u8]) -> Vec<Range<usize>> {
    let mut ranges = Vec::with_capacity(body.len() / 256 + 1);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', body).chain([body.len()]) {
        let line = &body[start..end];
        let blank_before = line.len() - line.trim_ascii_start().len();
        let length = line.trim_ascii().len();
        if length > 0 {
            ranges.push(start + blank_before..start + blank_before + length);
        }
        start = end + 1;
    }
    ranges
}

fn elements(text: &str) -> Result<Vec<Range<usize>>, NotItems> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|e| NotItems::Array(e.to_string()))?;
    let base = text.as_ptr().addr();
    let range = |element: &RawValue| {
        let start = element.get().as_ptr().addr() - base;
        start..start + element.get().len()
    };
    Ok(elements.into_iter().map(range).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn parts(body: &str, lines: bool) -> Vec<&str> {
        split(body.as_bytes(), lines).unwrap().1.into_iter().map(|range| &body[range]).collect()
    }

    #[test]
    fn every_usual_shape_is_split() {
        assert_eq!(parts(r#" {"a":1} "#, false), [r#"{"a":1}"#]);
        assert_eq!(parts("{\n \"a\": 1\n}\n", false), ["{\n \"a\": 1\n}"]);
        assert_eq!(parts(r#"[{"a":1}, {"b":[2]} ]"#, false), [r#"{"a":1}"#, r#"{"b":[2]}"#]);
        assert_eq!(parts("{\"a\":1}\r\n\n{\"b\":2}\n", false), ["{\"a\":1}", "{\"b\":2}"]);
        assert_eq!(parts("{\"a\":1}\noops\n", true), ["{\"a\":1}", "oops"]);
        assert_eq!(parts("[1]\n[2]", true), ["[1]", "[2]"]);
        assert_eq!(parts(" \n ", false), Vec::<&str>::new());
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        assert_eq!(split(b"{\"a\":\"\xff\"}", false), Err(NotItems::NotUtf8(6)));
        assert!(matches!(split(b"[{},", false), Err(NotItems::Array(_))));
        let deep = "[".repeat(200_000);
        assert!(matches!(split(deep.as_bytes(), false), Err(NotItems::Array(_))));
    }

    proptest! {
        #[test]
        fn ranges_are_inside_and_in_order(body: Vec<u8>, lines: bool) {
            let mut end = 0;
            for range in split(&body, lines).map(|(_, ranges)| ranges).unwrap_or_default() {
                prop_assert!(range.start >= end && range.end <= body.len() && !range.is_empty());
                end = range.end;
            }
        }
    }
}
