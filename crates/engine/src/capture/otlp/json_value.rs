//! `KeyValue` and `AnyValue` of OTLP in JSON: `{"key":"k","value":{"arrayValue":{"values":[{"intValue":"1"}]}}}`.
//!
//! Read in one pass into a plain value, within a budget of values and of depth; what is beyond is skipped without being built.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::span::{Attributes, Budget, CUT, DEPTH, clean, finite};

/// One `KeyValue`; the first of two of one name stays.
pub(super) struct Pair<'b> {
    pub budget: &'b Budget,
    pub depth: usize,
    pub into: &'b mut Attributes,
}

impl<'de> DeserializeSeed<'de> for Pair<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Pair<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key and a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let room = self.budget.spend();
        let (mut key, mut value) = (String::new(), Value::Null);
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "key" if room => key = clean(&members.next_value::<String>()?),
                "value" if room => value = members.next_value_seed(Any { budget: self.budget, depth: self.depth })?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        if !key.is_empty() && !value.is_null() {
            self.into.entry(key).or_insert(value);
        }
        Ok(())
    }
}

/// One `AnyValue`.
#[derive(Clone, Copy)]
pub(super) struct Any<'b> {
    pub budget: &'b Budget,
    pub depth: usize,
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value like {\"stringValue\":\"…\"}")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut value = Value::Null;
        while let Some(name) = members.next_key::<String>()? {
            value = match name.as_str() {
                "stringValue" | "string_value" => Value::String(clean(&members.next_value::<String>()?)),
                "boolValue" | "bool_value" => Value::Bool(members.next_value()?),
                "intValue" | "int_value" => whole(members.next_value()?),
                "doubleValue" | "double_value" => double(members.next_value()?),
                "bytesValue" | "bytes_value" => Value::String(clean(&members.next_value::<String>()?)),
                "arrayValue" | "array_value" if self.depth < DEPTH => members.next_value_seed(Values { any: self, pairs: false })?,
                "kvlistValue" | "kvlist_value" if self.depth < DEPTH => members.next_value_seed(Values { any: self, pairs: true })?,
                "arrayValue" | "array_value" | "kvlistValue" | "kvlist_value" => {
                    members.next_value::<IgnoredAny>()?;
                    self.budget.cut();
                    Value::String(CUT.to_owned())
                }
                _ => {
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
        }
        Ok(value)
    }
}

fn whole(value: Value) -> Value {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number.map_or(Value::Null, Value::from)
}

fn double(value: Value) -> Value {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    number.map_or(Value::Null, finite)
}

/// `{"values":[…]}`, of an array or of pairs.
#[derive(Clone, Copy)]
struct Values<'b> {
    any: Any<'b>,
    pairs: bool,
}

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("values")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(self.empty())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut value = self.empty();
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "values" => value = members.next_value_seed(self)?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let (budget, depth) = (self.any.budget, self.any.depth + 1);
        if self.pairs {
            let mut into = Attributes::new();
            while list.next_element_seed(Pair { budget, depth, into: &mut into })?.is_some() {}
            return Ok(Value::Object(into));
        }
        let mut values = Vec::new();
        while let Some(item) = list.next_element_seed(Item(Any { budget, depth }))? {
            values.extend(item);
        }
        Ok(Value::Array(values))
    }
}

/// A value of a list; none where the budget is spent.
struct Item<'b>(Any<'b>);

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<Value>, D::Error> {
        if self.0.budget.spend() {
            return self.0.deserialize(from).map(Some);
        }
        from.deserialize_ignored_any(IgnoredAny).map(|_| None)
    }
}

impl Values<'_> {
    fn empty(self) -> Value {
        if self.pairs { Value::Object(Attributes::new()) } else { Value::Array(Vec::new()) }
    }
}
