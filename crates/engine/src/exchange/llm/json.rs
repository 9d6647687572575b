//! JSON as strangers send it: read whole, or as far as it goes.

use serde_json::Value;

/// Levels of a text that broke off which are still closed; serde reads no deeper than 128.
const DEEPEST: usize = 100;

/// The value that the bytes are. Of a text that broke off (a body beyond the limit, a half answer) what came before; `null` of what is none.
pub(super) fn read(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).ok().or_else(|| broken_off(bytes)).unwrap_or_default()
}

/// Closes what was open: with the half string that was being written, else back at the last comma.
fn broken_off(bytes: &[u8]) -> Option<Value> {
    let bytes = whole_letters(bytes);
    let (mut open, mut in_string, mut escaped) = (Vec::new(), false, false);
    let mut comma = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (true, _) => {}
            (false, b'"') => in_string = true,
            (false, b'{') => open.push(b'}'),
            (false, b'[') => open.push(b']'),
            (false, b'}' | b']') => drop(open.pop()?),
            (false, b',') => comma = Some((at, open.len())),
            (false, _) => {}
        }
        if open.len() > DEEPEST {
            return None;
        }
        // A comma of a level that was closed since is no place to go back to.
        comma = comma.filter(|(_, depth)| *depth <= open.len());
    }
    let closing = |end: usize, quote: &[u8], depth: usize| {
        let closers = open[..depth].iter().rev().copied();
        let text: Vec<u8> = bytes[..end].iter().chain(quote).copied().chain(closers).collect();
        serde_json::from_slice(&text).ok()
    };
    if in_string {
        let end = bytes.len() - usize::from(escaped);
        // A half `\u04` goes with its backslash.
        let tail = &bytes[end.saturating_sub(6)..end];
        let half = tail.windows(2).rposition(|pair| pair == b"\\u").map(|at| tail.len() - at).filter(|length| *length < 6);
        if let Some(value) = closing(end - half.unwrap_or(0), b"\"", open.len()) {
            return Some(value);
        }
    }
    closing(bytes.len(), b"", open.len()).or_else(|| comma.and_then(|(at, depth)| closing(at, b"", depth)))
}

/// Without a letter of which only some bytes came.
fn whole_letters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(e) if e.error_len().is_none() => &bytes[..e.valid_up_to()],
        _ => bytes,
    }
}

/// A text with something in it.
pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// A text, or a number that stands for one, cut to what schema v1 takes for an id.
pub(super) fn label(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => short(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id of at most 200 characters.
pub(super) fn short(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(200).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn of_a_text_that_broke_off_what_came_is_read() {
        let whole = r#"{"model":"m","n":[1,{"a":"б\u0432\"г"}],"messages":[{"role":"user","content":"привет"}]}"#.as_bytes();
        for end in 0..whole.len() {
            let value = read(&whole[..end]);
            if end > 12 {
                assert_eq!(value["model"], "m", "cut at {end}");
            }
        }
        let end = whole.len() - 11;
        assert_eq!(read(&whole[..end])["messages"][0], json!({ "role": "user", "content": "пр" }));
        assert_eq!(read(b"not json"), Value::Null);
        assert_eq!(read("[".repeat(100_000).as_bytes()), Value::Null);
        assert_eq!(read(b"}"), Value::Null);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[\\[\\]{}\",:\\\\u0-9a]{0,40}") {
            let _ = (read(&bytes), read(text.as_bytes()));
        }
    }
}
