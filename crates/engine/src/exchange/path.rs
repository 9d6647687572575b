//! Where something stands in a JSON value: `$.tools.set_intent.intent`. A small language of our own, after RFC 9535.
//!
//! ```text
//! $              the whole value; may be left out before a name     .name  ["name"]   a member
//! [0]  [-1]      an element, from the front or the end              [*]  .*           every element or member
//! [?name=text]   every element that has a member `name` of that text, number or truth: $.fields[?code=PHONE].value
//! ```
//!
//! Total and cheap: no recursive descent, so a search looks at every node at most once, and goes no deeper than the path is long.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// Steps of a path; more than any platform's JSON is deep.
const MOST_STEPS: usize = 32;
/// Bytes of a path.
const LONGEST: usize = 500;

/// A path that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(i64),
    Every,
    Where { name: String, text: String },
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing, or more than anyone writes by hand.
    #[error("a path has 1 to {LONGEST} bytes and at most {MOST_STEPS} steps")]
    Length,
    /// Something else than `.`, `[` or the end stands there.
    #[error("at character {0} of the path: expected .name, [\"name\"], [0], [*] or [?name=text]")]
    At(usize),
}

impl Path {
    /// Understands a path.
    ///
    /// # Errors
    /// When it is none; says where.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        let whole = path.trim();
        if whole.is_empty() || whole.len() > LONGEST {
            return Err(PathError::Length);
        }
        let mut steps = Vec::new();
        let mut rest = match whole.strip_prefix('$') {
            Some(rest) => rest,
            None if whole.starts_with(['.', '[']) => whole,
            None => named(whole, whole, &mut steps)?,
        };
        while !rest.is_empty() {
            if steps.len() == MOST_STEPS {
                return Err(PathError::Length);
            }
            rest = match (rest.strip_prefix('.'), rest.strip_prefix('[')) {
                (Some(name), _) => named(whole, name, &mut steps)?,
                (None, Some(inside)) => bracketed(whole, inside, &mut steps)?,
                (None, None) => return Err(at(whole, rest)),
            };
        }
        Ok(Self { steps })
    }

    /// The first value that stands there.
    #[must_use]
    pub fn find<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        let mut first = None;
        walk(&self.steps, value, &mut |found| {
            first = Some(found);
            true
        });
        first
    }

    /// Every value that stands there, in order.
    #[must_use]
    pub fn find_all<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        let mut all = Vec::new();
        walk(&self.steps, value, &mut |found| {
            all.push(found);
            false
        });
        all
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        Self::parse(path)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in &self.steps {
            match step {
                Step::Member(name) => write!(f, "[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\""))?,
                Step::Element(place) => write!(f, "[{place}]")?,
                Step::Every => f.write_str("[*]")?,
                Step::Where { name, text } => write!(f, "[?{name}={text}]")?,
            }
        }
        Ok(())
    }
}

/// `name` or `*`, up to the next step.
fn named<'a>(whole: &str, rest: &'a str, steps: &mut Vec<Step>) -> Result<&'a str, PathError> {
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if name.is_empty() || name.contains([']', '"']) {
        return Err(at(whole, rest));
    }
    steps.push(if name == "*" { Step::Every } else { Step::Member(name.to_owned()) });
    Ok(after)
}

/// What stands between brackets, and what comes after them.
fn bracketed<'a>(whole: &str, rest: &'a str, steps: &mut Vec<Step>) -> Result<&'a str, PathError> {
    if rest.starts_with(['"', '\'']) {
        let (name, after) = quoted(rest).ok_or_else(|| at(whole, rest))?;
        steps.push(Step::Member(name));
        return after.strip_prefix(']').ok_or_else(|| at(whole, after));
    }
    let (inside, after) = rest.split_once(']').ok_or_else(|| at(whole, rest))?;
    let step = match (inside.trim(), inside.strip_prefix('?').and_then(|test| test.split_once('='))) {
        ("*", _) => Step::Every,
        (_, Some((name, text))) if !name.trim().is_empty() => Step::Where { name: name.trim().to_owned(), text: text.trim().to_owned() },
        (place, _) => Step::Element(place.parse().map_err(|_| at(whole, rest))?),
    };
    steps.push(step);
    Ok(after)
}

/// A quoted name, a backslash before a quote or a backslash; and what comes after it.
fn quoted(rest: &str) -> Option<(String, &str)> {
    let mut letters = rest.char_indices();
    let (_, quote) = letters.next()?;
    let mut name = String::new();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\\' => name.push(letters.next()?.1),
            letter if letter == quote => return Some((name, &rest[place + letter.len_utf8()..])),
            letter => name.push(letter),
        }
    }
    None
}

/// The error at the place where `rest` begins, counted in characters as people count.
fn at(whole: &str, rest: &str) -> PathError {
    let before = whole.len().saturating_sub(rest.len());
    PathError::At(whole[..before].chars().count() + 1)
}

/// Hands every value at the end of `steps` to `found` until it has had enough.
fn walk<'a>(steps: &[Step], value: &'a Value, found: &mut dyn FnMut(&'a Value) -> bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return found(value) };
    match (step, value) {
        (Step::Member(name), Value::Object(members)) => members.get(name).is_some_and(|value| walk(rest, value, found)),
        (Step::Element(place), Value::Array(items)) => {
            let from_front = usize::try_from(*place).ok();
            let from_end = || items.len().checked_sub(usize::try_from(place.unsigned_abs()).ok()?);
            from_front.or_else(from_end).and_then(|place| items.get(place)).is_some_and(|value| walk(rest, value, found))
        }
        (Step::Every, Value::Array(items)) => items.iter().any(|value| walk(rest, value, found)),
        (Step::Every, Value::Object(members)) => members.values().any(|value| walk(rest, value, found)),
        (Step::Where { name, text }, Value::Array(items)) => {
            items.iter().filter(|item| reads(&item[name.as_str()], text)).any(|value| walk(rest, value, found))
        }
        _ => false,
    }
}

/// Whether a value written down is that text.
fn reads(value: &Value, text: &str) -> bool {
    match value {
        Value::String(said) => said == text,
        Value::Number(number) => number.to_string() == text,
        Value::Bool(truth) => truth.to_string() == text,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn found(path: &str, value: &Value) -> Vec<Value> {
        Path::parse(path).unwrap().find_all(value).into_iter().cloned().collect()
    }

    #[test]
    fn what_stands_at_a_path_is_found() {
        let value = json!({
            "message": { "text": "привет", "from user": { "id": 7 } },
            "items": [{ "code": "PHONE", "v": "+7900" }, { "code": "NAME", "v": "Анна" }, { "code": 3, "v": true }],
        });
        assert_eq!(found("$.message.text", &value), [json!("привет")]);
        assert_eq!(found("message.text", &value), [json!("привет")]);
        assert_eq!(found(r#"$.message["from user"].id"#, &value), [json!(7)]);
        assert_eq!(found("$['items'][-1].v", &value), [json!(true)]);
        assert_eq!(found("$.items[*].v", &value), [json!("+7900"), json!("Анна"), json!(true)]);
        assert_eq!(found("$.items[?code=NAME].v", &value), [json!("Анна")]);
        assert_eq!(found("$.items[?code=3].v", &value), [json!(true)]);
        assert_eq!(found("$", &json!(1)), [json!(1)]);
        assert_eq!(Path::parse("$.items[*].code").unwrap().find(&value), Some(&json!("PHONE")));
        for nowhere in ["$.message[0]", "$.items.code", "$.items[9]", "$.items[-9]", "$.no", "$.message.text.x"] {
            assert!(found(nowhere, &value).is_empty(), "{nowhere}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused_with_its_place() {
        assert_eq!(Path::parse(" "), Err(PathError::Length));
        assert_eq!(Path::parse("$.имя."), Err(PathError::At(7)));
        assert_eq!(Path::parse("$.a[x]"), Err(PathError::At(5)));
        assert_eq!(Path::parse("$a"), Err(PathError::At(2)));
        for wrong in ["$[", "$['a'", "$['a'x]", "$..a", "$.a]", "$[?=x]", "$[99999999999999999999]", "$['\\"] {
            assert!(Path::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Path::parse(&"a.".repeat(40)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_written_is_read_again(text in ".{0,60}", steps in "(\\$|a|\\.a|\\[0\\]|\\[\\*\\]|\\['b'\\]|\\[\\?c=1\\]){0,12}") {
            for path in [text, steps] {
                if let Ok(path) = Path::parse(&path) {
                    let _ = path.find_all(&json!({ "a": [{ "a": 1, "b": [2] }], "b": { "c": 1 } }));
                    let plain = path.steps.iter().all(|step| !matches!(step, Step::Where { name, .. } if name.contains(['=', ']'])));
                    if plain {
                        prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
                    }
                }
            }
        }
    }
}
