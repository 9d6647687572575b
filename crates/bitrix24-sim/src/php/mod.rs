//! The one value type of PHP, because the portal is a PHP program and it shows: an array is an ordered map whose keys are numbers or strings, an
//! empty map and an empty list are the same thing (`[]` in JSON), and what came from a form is a string until somebody looks at it as a number.
//!
//! * `mod.rs` — [`Value`], [`Map`], [`Key`] and how a value is looked at
//! * `json.rs` — JSON out (a list only when the keys are 0, 1, 2 …) and in (the order of keys is kept: it is the order of a batch)
//! * `query.rs` — `a[b][]=1`, both ways
mod json;
mod query;

pub use json::{from_json, to_json};
pub use query::{build_query, decode, encode, insert_pair, parse_query};

/// A PHP value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// an integer
    Int(i64),
    /// a double; whole ones are written without a fraction, as the portal does
    Float(f64),
    /// a string
    Str(String),
    /// an array, which is a list and a map at once
    Array(Map),
}

/// A key of an array: `"7"` becomes the number 7, as in PHP.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// an index
    Int(i64),
    /// a name
    Str(String),
}

/// An ordered map. Look-up walks it: the maps of an interface are short.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map(Vec<(Key, Value)>);

impl Key {
    /// PHP's rule: a string that is exactly a decimal integer is that integer.
    pub fn of(text: &str) -> Key {
        let canonical = text == "0" || (!text.trim_start_matches('-').starts_with('0') && !text.starts_with('+'));
        match text.parse::<i64>() {
            Ok(number) if canonical => Key::Int(number),
            _ => Key::Str(text.to_string()),
        }
    }

    /// The key as text.
    pub fn text(&self) -> String {
        match self {
            Key::Int(number) => number.to_string(),
            Key::Str(text) => text.clone(),
        }
    }

    fn is(&self, name: &str) -> bool {
        match self {
            Key::Str(text) => text == name,
            Key::Int(_) => *self == Key::of(name),
        }
    }
}

impl Map {
    /// An empty array.
    pub fn new() -> Map {
        Map::default()
    }

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key.is(name)).map(|(_, value)| value)
    }

    /// The value under a name, whatever the case of its letters; the exact name wins.
    pub fn get_any_case(&self, name: &str) -> Option<&Value> {
        self.get(name).or_else(|| {
            self.0.iter().find(|(key, _)| matches!(key, Key::Str(text) if text.eq_ignore_ascii_case(name))).map(|(_, value)| value)
        })
    }

    /// Sets a value; an existing key keeps its place.
    pub fn set(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some(entry) => entry.1 = value,
            None => self.0.push((key, value)),
        }
    }

    /// Appends under the next free number.
    pub fn push(&mut self, value: impl Into<Value>) {
        self.0.push((Key::Int(self.next_index()), value.into()));
    }

    /// The value under a key, made if it is missing.
    pub(super) fn entry(&mut self, key: Key) -> &mut Value {
        let place = match self.0.iter().position(|(known, _)| *known == key) {
            Some(place) => place,
            None => {
                self.0.push((key, Value::Null));
                self.0.len() - 1
            }
        };
        &mut self.0[place].1
    }

    /// The number that `[]` would take.
    pub(super) fn next_index(&self) -> i64 {
        // Fast for lists, which is nearly all: their last key is the largest.
        if let Some((Key::Int(last), _)) = self.0.last()
            && *last + 1 == i64::try_from(self.0.len()).unwrap_or(i64::MAX)
        {
            return last + 1;
        }
        self.0.iter().filter_map(|(key, _)| if let Key::Int(number) = key { Some(number + 1) } else { None }).max().unwrap_or(0).max(0)
    }

    /// Takes a key out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.0.iter().position(|(key, _)| key.is(name))?;
        Some(self.0.remove(place).1)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Values in order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `json_encode` would write a list.
    pub fn is_list(&self) -> bool {
        self.0.iter().enumerate().all(|(at, (key, _))| matches!(key, Key::Int(number) if usize::try_from(*number) == Ok(at)))
    }
}

impl Value {
    /// An empty array.
    pub fn empty() -> Value {
        Value::Array(Map::new())
    }

    /// The value as an array, if it is one.
    pub fn array(&self) -> Option<&Map> {
        if let Value::Array(map) = self { Some(map) } else { None }
    }

    /// The value under a name, if this is an array that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.array()?.get(name)
    }

    /// As PHP casts to string: `true` is `"1"`, `false` and `null` are empty.
    pub fn text(&self) -> String {
        match self {
            Value::Null | Value::Bool(false) | Value::Array(_) => String::new(),
            Value::Bool(true) => "1".to_string(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Str(text) => text.clone(),
        }
    }

    /// As PHP casts to integer: leading digits count, anything else is 0.
    #[allow(clippy::cast_possible_truncation)]
    pub fn int(&self) -> i64 {
        match self {
            Value::Null | Value::Array(_) => 0,
            Value::Bool(yes) => i64::from(*yes),
            Value::Int(number) => *number,
            Value::Float(number) => *number as i64,
            Value::Str(text) => {
                let text = text.trim_start();
                let digits = text
                    .char_indices()
                    .take_while(|(at, letter)| letter.is_ascii_digit() || (*at == 0 && matches!(letter, '-' | '+')))
                    .count();
                text[..digits].parse().unwrap_or(0)
            }
        }
    }

    /// As a number with a fraction.
    #[allow(clippy::cast_precision_loss)]
    pub fn float(&self) -> f64 {
        match self {
            Value::Int(number) => *number as f64,
            Value::Float(number) => *number,
            other => other.text().trim().parse().unwrap_or(0.0),
        }
    }

    /// PHP's `empty()`, with the portal's `"N"` as no.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(yes) => *yes,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Str(text) => !matches!(text.as_str(), "" | "0" | "N" | "n" | "false"),
            Value::Array(map) => !map.is_empty(),
        }
    }

    /// Nothing was said: `null` or an empty string.
    pub fn is_blank(&self) -> bool {
        matches!(self, Value::Null) || matches!(self, Value::Str(text) if text.is_empty())
    }

    /// The JSON text of the value, for people and tests.
    pub fn json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Key {
        Key::of(text)
    }
}
impl From<String> for Key {
    fn from(text: String) -> Key {
        Key::of(&text)
    }
}
impl From<i64> for Key {
    fn from(number: i64) -> Key {
        Key::Int(number)
    }
}
impl From<Map> for Value {
    fn from(map: Map) -> Value {
        Value::Array(map)
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Str(text.to_string())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Str(text)
    }
}
impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::Str(text.clone())
    }
}
impl From<bool> for Value {
    fn from(yes: bool) -> Value {
        Value::Bool(yes)
    }
}
impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}
impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
impl From<i32> for Value {
    fn from(number: i32) -> Value {
        Value::Int(i64::from(number))
    }
}
impl From<usize> for Value {
    fn from(number: usize) -> Value {
        Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Float(number)
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        values.into_iter().collect::<Map>().into()
    }
}
impl<T: Into<Value>> FromIterator<T> for Map {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Map {
        Map(values.into_iter().enumerate().map(|(at, value)| (Key::Int(i64::try_from(at).unwrap_or(i64::MAX)), value.into())).collect())
    }
}
impl<K: Into<Key>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Map {
        let mut map = Map::new();
        for (key, value) in pairs {
            map.set(key, value);
        }
        map
    }
}

/// `map! { "ID" => 1, "TITLE" => "Лид" }` is a [`Value`].
#[macro_export]
macro_rules! map {
    ($($key:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut map = $crate::php::Map::new();
        $( map.set($key, $value); )*
        $crate::php::Value::from(map)
    }};
}
