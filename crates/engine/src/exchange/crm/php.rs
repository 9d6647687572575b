//! Parameters as PHP writes them: `fields[PHONE][0][VALUE]=…`, in a query or a form.
//!
//! Total: a name whose brackets do not close is a name; what nests too deep or is too many is left out.

use serde_json::{Map, Value};

/// Brackets after one name.
const DEPTH: usize = 12;
/// Parameters of one call.
const COUNT: usize = 2_000;

/// The parameters as nested objects; a level whose names are 0, 1, 2, … is a list. A name that comes again replaces what it held.
#[must_use]
pub fn parse(query: &str) -> Value {
    let mut all = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()).take(COUNT) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), decoded(value));
        let path = path(&name);
        if path.len() <= DEPTH {
            put(&mut all, &path, value);
        }
    }
    lists(Value::Object(all))
}

/// `a[b][]` → `a`, `b`, ``.
fn path(name: &str) -> Vec<&str> {
    let Some((first, rest)) = name.split_once('[').filter(|_| name.ends_with(']')) else { return vec![name] };
    let inner = rest.strip_suffix(']').unwrap_or(rest);
    std::iter::once(first).chain(inner.split("][")).collect()
}

fn put(into: &mut Map<String, Value>, path: &[&str], value: String) {
    let Some((name, rest)) = path.split_first() else { return };
    let name = if name.is_empty() { into.len().to_string() } else { (*name).to_owned() };
    if rest.is_empty() {
        into.insert(name, Value::String(value));
        return;
    }
    let inner = into.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}

/// Objects whose names count from 0 become lists.
fn lists(value: Value) -> Value {
    let Value::Object(parts) = value else { return value };
    let counted = !parts.is_empty() && (0..parts.len()).all(|index| parts.contains_key(&index.to_string()));
    if !counted {
        return Value::Object(parts.into_iter().map(|(name, part)| (name, lists(part))).collect());
    }
    let mut parts = parts;
    let items = (0..parts.len()).filter_map(|index| parts.remove(&index.to_string()).map(lists)).collect::<Vec<_>>();
    Value::Array(items)
}

/// `%41` and `+`; what is no encoding stays.
pub(super) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16)).map(|digit| digit as u8);
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            (b'+', ..) => {
                out.push(b' ');
                at += 1;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The parameters as a query; nothing is written for null and for what is empty, as PHP does.
#[must_use]
pub fn written(params: &Value) -> String {
    let mut query = String::new();
    if let Value::Object(parts) = params {
        parts.iter().for_each(|(name, part)| write(&mut query, &encoded(name), part));
    }
    query
}

fn write(query: &mut String, name: &str, value: &Value) {
    let text = match value {
        Value::Null => return,
        Value::Object(parts) => return parts.iter().for_each(|(key, part)| write(query, &format!("{name}%5B{}%5D", encoded(key)), part)),
        Value::Array(items) => {
            return (0..).zip(items).for_each(|(key, item): (usize, _)| write(query, &format!("{name}%5B{key}%5D"), item));
        }
        Value::Bool(is) => if *is { "1" } else { "0" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => encoded(text),
    };
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.push_str(&text);
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase()));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn brackets_nest_and_numbers_are_lists() {
        let read = parse("fields%5BTITLE%5D=A%26B&fields[PHONE][0][VALUE]=%2B7921&fields[PHONE][1][VALUE]=8+812&ids[]=5&ids[]=6&start=-1&");
        let told = json!({ "fields": { "TITLE": "A&B", "PHONE": [{ "VALUE": "+7921" }, { "VALUE": "8 812" }] }, "ids": ["5", "6"], "start": "-1" });
        assert_eq!(read, told);
        assert_eq!(parse("a[b=1&c]=2&x[=3"), json!({ "a[b": "1", "c]": "2", "x[": "3" }));
        assert_eq!(parse("a=1&a[b]=2"), json!({ "a": { "b": "2" } }), "the later one counts");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(title in ".{0,40}", phones in proptest::collection::vec("[+0-9 ()-]{1,20}", 1..4), name in "[A-Z_]{1,20}") {
            let params = json!({ "fields": { name.clone(): title.clone(), "PHONE": phones.clone() }, "nothing": null });
            prop_assume!(name != "PHONE");
            prop_assert_eq!(parse(&written(&params)), json!({ "fields": { name: title, "PHONE": phones } }));
        }

        #[test]
        fn no_text_makes_it_panic(text: String, brackets in "[a-z0-9=&%\\[\\]]{0,80}") {
            let _ = (parse(&text), parse(&brackets));
        }
    }
}
