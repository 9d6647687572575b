//! One item as a tree that borrows from its bytes, built in one pass under limits.
//!
//! Everything that can be wrong with an item *as JSON* is found here: UTF-8, syntax, depth, number of keys, escaped NUL, numbers that are
//! not finite. What the fields mean is not known here. Strings without escapes are slices of the item; nothing is copied that need not be.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::check::Limits;
use super::invalid::{Code, Invalid, safe_key};

/// The members of an object, in the order they were written.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

/// One JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Whole numbers above `i64::MAX`.
    Big(u64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Members<'a>),
}

/// Reads an item, which must be one JSON object.
pub(super) fn parse<'a>(item: &'a [u8], limits: &Limits) -> Result<Members<'a>, Invalid> {
    too_large(item.len(), limits)?;
    let text = simdutf8::compat::from_utf8(item)
        .map_err(|error| Invalid::new(Code::NotUtf8, "", format!("byte {} is not UTF-8; encode the item as UTF-8", error.valid_up_to())))?;
    parse_text(text, limits)
}

/// The same for what is known to be text.
pub(super) fn parse_text<'a>(text: &'a str, limits: &Limits) -> Result<Members<'a>, Invalid> {
    too_large(text.len(), limits)?;
    let guard = Guard { limits, fault: Cell::new(None) };
    let mut json = serde_json::Deserializer::from_str(text);
    let read = Seed { guard: &guard, depth: 0 }.deserialize(&mut json).and_then(|node| json.end().map(|()| node));
    match read {
        Ok(Node::Object(members)) => Ok(members),
        Ok(_) => Err(Invalid::new(Code::NotAnObject, "", "the item is not a JSON object; send one object for each event")),
        Err(error) => Err(guard.fault.take().map_or_else(|| bad_json(&error), |fault| *fault)),
    }
}

fn too_large(bytes: usize, limits: &Limits) -> Result<(), Invalid> {
    if bytes <= limits.item_bytes {
        return Ok(());
    }
    let most = limits.item_bytes;
    let message = format!("the item has {bytes} bytes, at most {most} are allowed; move large content elsewhere and send a reference");
    Err(Invalid::new(Code::TooLarge, "", message))
}

fn bad_json(error: &serde_json::Error) -> Invalid {
    // Syntax messages name the expected token and the place, never a value.
    Invalid::new(Code::BadJson, "", format!("not valid JSON: {error}; check how the item is built"))
}

impl Node<'_> {
    /// The same value, owned. Of keys written twice the last one stays.
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(yes) => Value::Bool(yes),
            Self::Int(number) => Value::Number(number.into()),
            Self::Big(number) => Value::Number(number.into()),
            Self::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            Self::Text(text) => Value::String(text.into_owned()),
            Self::List(items) => Value::Array(items.into_iter().map(Node::into_value).collect()),
            Self::Object(members) => Value::Object(into_map(members)),
        }
    }
}

/// An object's members as an owned map.
pub(super) fn into_map(members: Members<'_>) -> Map<String, Value> {
    members.into_iter().map(|(key, node)| (key.into_owned(), node.into_value())).collect()
}

/// The limits, and the first fault against them (a serde error could only carry text).
struct Guard<'l> {
    limits: &'l Limits,
    fault: Cell<Option<Box<Invalid>>>,
}

impl Guard<'_> {
    fn fail<E: serde::de::Error>(&self, code: Code, message: String) -> E {
        self.fault.set(Some(Box::new(Invalid::new(code, "", message))));
        E::custom("limit")
    }

    fn text<'a, E: serde::de::Error>(&self, text: &str) -> Result<Cow<'a, str>, E> {
        // A raw control character is a syntax error, so only a string with escapes can hold NUL.
        if memchr::memchr(0, text.as_bytes()).is_some() {
            return Err(self.fail(Code::NulCharacter, "a string holds \\u0000, which cannot be stored or shown; remove it".to_owned()));
        }
        Ok(Cow::Owned(text.to_owned()))
    }

    /// Names the top-level field in which the fault happened.
    fn blame(&self, key: &str) {
        if let Some(mut fault) = self.fault.take() {
            if fault.field.is_empty() {
                fault.field = safe_key(key);
            }
            self.fault.set(Some(fault));
        }
    }
}

#[derive(Clone, Copy)]
struct Seed<'g> {
    guard: &'g Guard<'g>,
    depth: usize,
}

impl Seed<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let most = self.guard.limits.depth;
        if self.depth >= most {
            return Err(self.guard.fail(Code::TooDeep, format!("nested deeper than {most} levels; flatten the item")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Node<'de>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(yes))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node<'de>, E> {
        Ok(Node::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node<'de>, E> {
        Ok(i64::try_from(number).map_or(Node::Big(number), Node::Int))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Node<'de>, E> {
        if number.is_finite() { Ok(Node::Float(number)) } else { Err(E::custom("number out of range")) }
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Node<'de>, E> {
        self.guard.text(text).map(Node::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node<'de>, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node<'de>, A::Error> {
        let inner = self.deeper()?;
        let most = self.guard.limits.keys;
        let mut members = Vec::with_capacity(if self.depth == 0 { 16 } else { 4 });
        while let Some(key) = object.next_key_seed(Key(self.guard))? {
            if members.len() >= most {
                return Err(self.guard.fail(Code::TooManyKeys, format!("an object with more than {most} keys; send a list instead")));
            }
            match object.next_value_seed(inner) {
                Ok(value) => members.push((key, value)),
                Err(error) => {
                    if self.depth == 0 {
                        self.guard.blame(&key);
                    }
                    return Err(error);
                }
            }
        }
        Ok(Node::Object(members))
    }
}

/// An object's key.
struct Key<'g>(&'g Guard<'g>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        self.0.text(key)
    }
}
