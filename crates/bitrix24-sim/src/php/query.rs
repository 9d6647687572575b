//! Forms and query strings with PHP's brackets: `fields[PHONE][0][VALUE]=%2B7921…&cmd[]=…`.
//!
//! `parse_query` follows `parse_str`: a later value replaces an earlier one, `[]` appends, a number in brackets is an index, dots and spaces of the
//! first name become `_`, a bracket that nobody closes is part of the name. `build_query` follows `http_build_query`: `null` and empty arrays are left
//! out, booleans are 1 and 0.
use super::{Key, Map, Value};

/// Deeper brackets are dropped, as by PHP (`max_input_nesting_level`).
const DEEPEST: usize = 64;

/// A query string or form body as an array.
pub fn parse_query(text: &str) -> Map {
    let mut map = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        insert_pair(&mut map, &decode(name), Value::Str(decode(value)));
    }
    map
}

/// Puts one decoded `name[with][brackets]` where it belongs.
pub fn insert_pair(map: &mut Map, name: &str, value: Value) {
    let name = name.trim_start_matches(' ');
    let open = name.find('[').filter(|&at| at > 0 && name[at..].contains(']'));
    let (first, mut rest) = open.map_or((name, ""), |at| name.split_at(at));
    if first.is_empty() {
        return;
    }
    let first: String = first.chars().map(|letter| if matches!(letter, '.' | ' ' | '[') { '_' } else { letter }).collect();
    let mut place = map.entry(Key::of(&first));
    let mut depth = 0;
    while let Some((inner, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        depth += 1;
        if depth > DEEPEST {
            return;
        }
        if !matches!(place, Value::Array(_)) {
            *place = Value::empty();
        }
        let Value::Array(level) = place else { return };
        let key = if inner.is_empty() { Key::Int(level.next_index()) } else { Key::of(inner) };
        place = level.entry(key);
        rest = after;
    }
    *place = value;
}

/// An array as a form body.
pub fn build_query(map: &Map) -> String {
    let mut text = String::new();
    for (key, value) in map.iter() {
        append(&mut text, &encode(&key.text()), value);
    }
    text
}

fn append(text: &mut String, name: &str, value: &Value) {
    let scalar = match value {
        Value::Null => return,
        Value::Array(map) => {
            for (key, inner) in map.iter() {
                append(text, &format!("{name}%5B{}%5D", encode(&key.text())), inner);
            }
            return;
        }
        Value::Bool(yes) => i32::from(*yes).to_string(),
        other => other.text(),
    };
    if !text.is_empty() {
        text.push('&');
    }
    text.push_str(name);
    text.push('=');
    text.push_str(&encode(&scalar));
}

/// `%41+b` → `A b`; what is no escape stays; bytes that are no UTF-8 are replaced.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = if bytes[at] == b'%' { bytes.get(at + 1..at + 3).and_then(hex) } else { None };
        out.push(match (escape, bytes[at]) {
            (Some(byte), _) => {
                at += 2;
                byte
            }
            (None, b'+') => b' ',
            (None, byte) => byte,
        });
        at += 1;
    }
    String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn hex(two: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(two).ok()?;
    text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u8::from_str_radix(text, 16).ok())?
}

/// As PHP's `urlencode`.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_as_php_reads_them() {
        let read = parse_query(
            "fields[PHONE][0][VALUE]=%2B7921&fields[PHONE][0][VALUE_TYPE]=WORK&a[]=1&a[]=2&a[7]=x&a[]=y&b=1&b=2&q[=z&my.name=n&=lost&e",
        );
        let json = read.clone();
        assert_eq!(
            Value::from(json).json(),
            serde_json::json!({"fields": {"PHONE": [{"VALUE": "+7921", "VALUE_TYPE": "WORK"}]}, "a": {"0": "1", "1": "2", "7": "x", "8": "y"}, "b": "2",
                "q_": "z", "my_name": "n", "e": ""})
        );
        assert_eq!(decode("100%+%zz%2"), "100% %zz%2");
        assert_eq!(parse_query(&build_query(&read)), read);
    }
}
