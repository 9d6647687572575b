//! The published description of an event: JSON Schema, draft 2020-12, served at `GET /api/v1/schema`.
//!
//! It is written by hand, for people; the tests hold it against the list of fields and let every example through [`super::check`].
//! A few things JSON Schema cannot say well (what each type needs, the offset in `timestamp`) are in `docs/event.md`.

/// The schema as it is served.
pub const SCHEMA: &str = include_str!("schema.json");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::Value;

    use super::*;
    use crate::event::fields::{Field, NAMES};
    use crate::event::{Event, EventType, Limits, check};

    fn schema() -> Value {
        serde_json::from_str(SCHEMA).unwrap()
    }

    #[test]
    fn it_lists_the_fields_that_are_read() {
        let schema = schema();
        let properties = schema["properties"].as_object().unwrap();
        for (number, name) in NAMES.iter().enumerate() {
            assert_eq!(Field::named(name).unwrap().0 as usize, number);
            let property = &properties.get(*name).unwrap_or(&Value::Null);
            assert!(property.is_object(), "{name} is not in schema.json");
            for part in property["properties"].as_object().into_iter().flatten() {
                assert!(Field::named(name).unwrap().0.part(part.0).is_some(), "{name}.{} is in schema.json alone", part.0);
            }
        }
        assert_eq!(properties.len(), NAMES.len());
        let parts: usize = properties.values().filter_map(|property| property["properties"].as_object()).map(serde_json::Map::len).sum();
        assert_eq!(parts, super::super::fields::PARTS);
    }

    #[test]
    fn it_lists_the_types_that_are_known() {
        let schema = schema();
        let listed: Vec<&str> =
            schema["properties"]["type"]["anyOf"][0]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let known: Vec<&str> = EventType::known().map(EventType::as_str).collect();
        assert_eq!(listed, known);
    }

    #[test]
    fn its_examples_are_events() {
        for example in schema()["examples"].as_array().unwrap() {
            let bytes = serde_json::to_vec(example).unwrap();
            check(&bytes, &Limits::default()).unwrap();
            assert!(Event::read(&bytes).unwrap().meta.is_empty());
        }
    }

    #[test]
    fn the_documentation_names_every_field_and_type_and_its_examples_are_events() {
        let page = include_str!("../../../../docs/event.md");
        for name in NAMES.into_iter().chain(EventType::known().map(EventType::as_str)) {
            assert!(page.contains(&format!("`{name}`")), "docs/event.md does not name {name}");
        }
        let examples: Vec<&str> = page.split("```json\n").skip(1).filter_map(|block| block.split("```").next()).collect();
        assert_eq!(examples.len(), 6);
        for example in examples {
            check(example.as_bytes(), &Limits::default()).unwrap();
        }
        // The table of derivation stands in two places, word for word but for the longer lists of words.
        for kind in ["`operator_reply` |", "`message_in`; `message_out` where `direction` is out |", "`llm_call` |", "`other` |"] {
            assert!(page.contains(kind) && include_str!("derive.rs").contains(kind), "{kind}");
        }
    }
}
