//! A caller's fields into a card, in either style. Unknown fields and read-only ones are ignored, as by the portal; nothing is stored before all of it
//! could be read.
use jiff::tz::TimeZone;

use super::{Card, Crm, Field, FieldType, Multi, next};
use crate::clock::{Moment, read_date};
use crate::error::ApiError;
use crate::php::{Key, Map, Value};

/// Whose names and shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `crm.lead.*`
    Old,
    /// `crm.item.*`
    Item,
}

impl Crm {
    /// Writes fields into a card that is not stored yet.
    pub(crate) fn write(&mut self, card: &mut Card, style: Style, fields: &Map, zone: &TimeZone) -> Result<(), ApiError> {
        // The pipeline first: a stage is looked up in it.
        let category = if style == Style::Old { "CATEGORY_ID" } else { "categoryId" };
        let first = fields.get(category).map(|value| (Key::of(category), value.clone()));
        for (key, value) in first.iter().map(|(key, value)| (key, value)).chain(fields.iter()) {
            let name = key.text();
            let field = match style {
                Style::Old => Field::by_upper(card.kind, &name),
                Style::Item => Field::by_item_name(card.kind, &name),
            };
            match field {
                Some(field) if field.read_only => {}
                Some(field) if field.kind == FieldType::Multi => self.write_multi_old(card, field.upper, value)?,
                Some(field) => self.write_field(card, style, field, value, zone)?,
                None if style == Style::Item && name == "fm" => self.write_multi_item(card, value)?,
                None => self.write_user_field(card, style, &name, value)?,
            }
        }
        Ok(())
    }

    fn write_field(&self, card: &mut Card, style: Style, field: &Field, value: &Value, zone: &TimeZone) -> Result<(), ApiError> {
        let stored = match (field.kind, field.upper) {
            (_, "CONTACT_ID") if !card.kind.has_own_contacts() => {
                let contact = u64::try_from(value.int()).unwrap_or(0);
                card.bind_contacts([contact]);
                return Ok(());
            }
            (FieldType::Contacts, _) => {
                let Value::Array(list) = value else { return Err(not_iterable(value)) };
                card.bind_contacts(list.values().filter_map(|id| u64::try_from(id.int()).ok()));
                return Ok(());
            }
            (FieldType::Status(_), name) if card.kind.stage_field() == Some(name) => match self.stage_value(card, style, value)? {
                Some(stage) => stage,
                None => return Ok(()),
            },
            (FieldType::Int | FieldType::Ref, _) if value.is_blank() => Value::Null,
            (FieldType::Int | FieldType::Ref, _) => Value::Int(value.int()),
            (FieldType::Double, _) => Value::Float(value.float()),
            (FieldType::Char, _) => Value::from(if value.is_true() { "Y" } else { "N" }),
            (FieldType::Date, _) => Value::Str(read_date(value, zone)),
            (FieldType::Datetime, _) => Moment::read(&value.text(), zone).map_or(Value::Null, |at| Value::Int(at.0)),
            _ => Value::Str(value.text()),
        };
        card.set(field.upper, stored);
        Ok(())
    }

    /// A stage that is none: an error of the new interface, silence of the old one.
    fn stage_value(&self, card: &Card, style: Style, value: &Value) -> Result<Option<Value>, ApiError> {
        let category = card.values.get("CATEGORY_ID").map_or(0, |id| u64::try_from(id.int()).unwrap_or(0));
        let stage = value.text();
        if self.stage(card.kind, category, &stage).is_some() {
            return Ok(Some(stage.into()));
        }
        match style {
            Style::Old => Ok(None),
            Style::Item => Err(ApiError::bad("CRM_FIELD_ERROR_VALUE_NOT_VALID", "Неверное значение поля \"Стадия\"")),
        }
    }

    fn write_user_field(&self, card: &mut Card, style: Style, name: &str, value: &Value) -> Result<(), ApiError> {
        let field = match style {
            Style::Old => self.user_field(card.kind, name),
            Style::Item => self.user_field_by_item_name(card.kind, name),
        };
        let Some(field) = field else { return Ok(()) };
        if field.multiple && value.array().is_none() && !value.is_blank() {
            return Err(not_iterable(value));
        }
        let one = |value: &Value| match field.type_id.as_str() {
            _ if value.is_blank() => Value::Null,
            "integer" | "employee" | "enumeration" => Value::Int(value.int()),
            "double" => Value::Float(value.float()),
            "boolean" => Value::Bool(value.is_true()),
            _ => Value::Str(value.text()),
        };
        let stored = match value {
            Value::Array(list) if field.multiple => list.values().map(one).collect::<Map>().into(),
            other => one(other),
        };
        card.set(&field.name, stored);
        Ok(())
    }

    /// `"PHONE":[{"VALUE":"+7…","VALUE_TYPE":"WORK"}]`; with `ID` an existing value is changed, or removed when it is empty or `DELETE` is `Y`.
    fn write_multi_old(&mut self, card: &mut Card, type_id: &'static str, value: &Value) -> Result<(), ApiError> {
        let Value::Array(list) = value else { return Ok(()) };
        for given in list.values().filter_map(Value::array) {
            let text = given.get("VALUE").map(Value::text).unwrap_or_default().trim().to_string();
            let value_type = given.get("VALUE_TYPE").map(Value::text).unwrap_or_default();
            if type_id == "EMAIL" && !text.is_empty() && !text.contains('@') {
                return Err(ApiError::bad("ERROR_CORE", format!("Поле \"E-mail\" содержит некорректный адрес: {text}")));
            }
            let id = given.get("ID").map_or(0, |id| u64::try_from(id.int()).unwrap_or(0));
            let removed = given.get("DELETE").is_some_and(Value::is_true);
            self.put_multi(card, type_id, id, &value_type, if removed { "" } else { &text });
        }
        Ok(())
    }

    /// `"fm":[{"typeId":"PHONE","valueType":"WORK","value":"+7…"}]`; keys `n0` add, a number changes, a number with an empty value removes.
    fn write_multi_item(&mut self, card: &mut Card, value: &Value) -> Result<(), ApiError> {
        let Value::Array(list) = value else { return Err(not_iterable(value)) };
        let adds = list.is_list();
        for (key, given) in list.iter() {
            let Some(given) = given.array() else { continue };
            let text = |name: &str| given.get(name).map(Value::text).unwrap_or_default();
            let named = given.get("id").map_or(0, |id| u64::try_from(id.int()).unwrap_or(0));
            let id = match key {
                Key::Int(number) if !adds => u64::try_from(*number).unwrap_or(0),
                _ => named,
            };
            let known = card.multi.iter().find(|multi| multi.id == id).map(|multi| multi.type_id.clone());
            let type_id = known.unwrap_or_else(|| text("typeId").to_ascii_uppercase());
            self.put_multi(card, &type_id, id, &text("valueType"), text("value").trim());
        }
        Ok(())
    }

    /// A number for a value of a multifield.
    pub(crate) fn new_multi(&mut self) -> u64 {
        next(&mut self.numbers.multi)
    }

    fn put_multi(&mut self, card: &mut Card, type_id: &str, id: u64, value_type: &str, value: &str) {
        let place = card.multi.iter().position(|multi| multi.id == id && multi.type_id == type_id);
        match place {
            Some(at) if value.is_empty() => {
                card.multi.remove(at);
            }
            Some(at) => {
                card.multi[at].value = value.to_string();
                if !value_type.is_empty() {
                    card.multi[at].value_type = value_type.to_string();
                }
            }
            None if value.is_empty() || !card.kind.has_multifields() => {}
            None => {
                let value_type = if value_type.is_empty() { "WORK" } else { value_type }.to_string();
                card.multi.push(Multi {
                    id: next(&mut self.numbers.multi),
                    type_id: type_id.to_string(),
                    value_type,
                    value: value.to_string(),
                });
            }
        }
    }
}

fn not_iterable(value: &Value) -> ApiError {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "integer",
        Value::Float(_) => "double",
        Value::Str(_) => "string",
        Value::Array(_) => "array",
    };
    ApiError::bad(100, format!("Expected iterable value for multiple field, but got `{kind}` instead"))
}
