//! JSON as PHP writes and the portal reads it.
//!
//! Out: an array whose keys are 0, 1, 2 … is a list, every other one an object; hence an empty result is `[]` whatever was meant (sections 1.4 and
//! 1.7 of the reference warn of it). In: the order of an object's keys is kept, since the commands of a batch run in it.
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Key, Map, Value};

/// Whole doubles up to here are written without a fraction: beyond, a double no longer knows its units.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The JSON text of a value.
pub fn to_json(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// Reads JSON; `None` if it is none.
pub fn from_json(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

impl Serialize for Value {
    #[allow(clippy::cast_possible_truncation)]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(yes) => serializer.serialize_bool(*yes),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) if number.fract() == 0.0 && number.abs() < LARGEST_EXACT => serializer.serialize_i64(*number as i64),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Str(text) => serializer.serialize_str(text),
            Value::Array(map) => map.serialize(serializer),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_list() {
            let mut list = serializer.serialize_seq(Some(self.len()))?;
            for value in self.values() {
                list.serialize_element(value)?;
            }
            return list.end();
        }
        let mut object = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            match key {
                Key::Int(number) => object.serialize_entry(&number.to_string(), value)?,
                Key::Str(text) => object.serialize_entry(text, value)?,
            }
        }
        object.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, yes: bool) -> Result<Value, E> {
        Ok(Value::Bool(yes))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }
    #[allow(clippy::cast_precision_loss)]
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Str(text.to_string()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Map::new();
        while let Some(item) = items.next_element::<Value>()? {
            list.push(item);
        }
        Ok(list.into())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = entries.next_entry::<String, Value>()? {
            map.set(key, value);
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_map_is_a_list_and_order_is_kept() {
        let read = from_json(br#"{"b":1,"a":{},"0":"x","f":1.5,"w":2.0}"#).unwrap();
        assert_eq!(String::from_utf8(to_json(&read)).unwrap(), r#"{"b":1,"a":[],"0":"x","f":1.5,"w":2}"#);
        assert_eq!(to_json(&from_json(br#"{"0":"x","1":"y"}"#).unwrap()), br#"["x","y"]"#);
        assert_eq!(to_json(&from_json(br#"{"1":"y"}"#).unwrap()), br#"{"1":"y"}"#);
    }
}
