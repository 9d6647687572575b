//! Conditions and order of list methods (section 2.5): `{">=createdTime": "…", "@stageId": ["NEW"], "0": {"logic": "OR", …}}`.
//!
//! A filter is read once into a [`Test`] with all names resolved, so that a wrong name is an error before any card is looked at (or is ignored, by the
//! old methods), and then asked of each card.
use std::cmp::Ordering;

use jiff::tz::TimeZone;

use super::{Card, Crm, Field, FieldType, Kind};
use crate::clock::Moment;
use crate::php::{Key, Map, Value};

/// Which names a filter uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// `STATUS_ID`, `PHONE`: unknown ones are ignored
    Old,
    /// `stageId`: unknown ones are an error
    Item,
}

/// What a name means.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Field(&'static Field),
    /// a multifield, perhaps of one value type only
    Multi(&'static str, Option<&'static str>),
    User(String, FieldType),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    IsNot,
    More,
    AtLeast,
    Less,
    AtMost,
    Contains,
    Like,
}

/// A filter that was read.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    One { target: Target, operator: Operators, wanted: Vec<Value> },
}

/// An operator and whether it is negated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operators(Operator, bool);

/// One key of an order.
#[derive(Debug, Clone)]
pub(crate) struct Sort {
    target: Target,
    descending: bool,
}

const PREFIXES: [(&str, Operators); 14] = [
    ("!=%", Operators(Operator::Like, true)),
    ("!%=", Operators(Operator::Like, true)),
    (">=", Operators(Operator::AtLeast, false)),
    ("<=", Operators(Operator::AtMost, false)),
    ("!@", Operators(Operator::Is, true)),
    ("=%", Operators(Operator::Like, false)),
    ("%=", Operators(Operator::Like, false)),
    ("!%", Operators(Operator::Contains, true)),
    ("!=", Operators(Operator::IsNot, false)),
    (">", Operators(Operator::More, false)),
    ("<", Operators(Operator::Less, false)),
    ("@", Operators(Operator::Is, false)),
    ("%", Operators(Operator::Contains, false)),
    ("!", Operators(Operator::IsNot, false)),
];

impl Crm {
    /// Reads a filter. The error is the name that is not allowed.
    pub(crate) fn read_filter(&self, kind: Kind, names: Names, filter: &Map) -> Result<Test, String> {
        let mut tests = Vec::new();
        let mut any = false;
        for (key, value) in filter.iter() {
            if key == &Key::Str("logic".into()) || key == &Key::Str("LOGIC".into()) {
                any = value.text().eq_ignore_ascii_case("OR");
                continue;
            }
            if let (Key::Int(_), Value::Array(inner)) = (key, value) {
                tests.push(self.read_filter(kind, names, inner)?);
                continue;
            }
            let text = key.text();
            let (operator, name) = operator_of(&text);
            let Some(target) = self.target(kind, names, name) else {
                if names == Names::Old {
                    continue;
                }
                return Err(name.to_string());
            };
            let wanted = value.array().map_or_else(|| vec![value.clone()], |list| list.values().cloned().collect());
            tests.push(Test::One { target, operator, wanted });
        }
        Ok(if any { Test::Any(tests) } else { Test::All(tests) })
    }

    /// Reads an order; the id comes last, so that pages are stable.
    pub(crate) fn read_order(&self, kind: Kind, names: Names, order: &Map) -> Result<Vec<Sort>, String> {
        let mut sorts = Vec::new();
        for (key, direction) in order.iter() {
            let name = key.text();
            match self.target(kind, names, &name) {
                Some(target) => sorts.push(Sort { target, descending: direction.text().eq_ignore_ascii_case("DESC") }),
                None if names == Names::Old => {}
                None => return Err(name),
            }
        }
        Ok(sorts)
    }

    pub(crate) fn target(&self, kind: Kind, names: Names, name: &str) -> Option<Target> {
        let field = match names {
            Names::Old => Field::by_upper(kind, name),
            Names::Item => Field::by_item_name(kind, name),
        };
        if let Some(field) = field {
            return Some(match (field.kind, field.upper) {
                (FieldType::Multi, type_id) => Target::Multi(type_id, None),
                _ => Target::Field(field),
            });
        }
        if names == Names::Item
            && kind.has_multifields()
            && let Some((_, type_id, value_type)) = crate::serial::FLAT.iter().find(|(flat, _, _)| *flat == name)
        {
            return Some(Target::Multi(type_id, *value_type));
        }
        let user = match names {
            Names::Old => self.user_field(kind, name),
            Names::Item => self.user_field_by_item_name(kind, name),
        }?;
        let field_type = match user.type_id.as_str() {
            "integer" | "enumeration" | "employee" => FieldType::Int,
            "double" => FieldType::Double,
            "date" => FieldType::Date,
            "datetime" => FieldType::Datetime,
            _ => FieldType::Text,
        };
        Some(Target::User(user.name.clone(), field_type))
    }
}

fn operator_of(key: &str) -> (Operators, &str) {
    let found = PREFIXES.iter().find_map(|(prefix, operator)| key.strip_prefix(prefix).map(|name| (*operator, name)));
    found.unwrap_or_else(|| (Operators(Operator::Is, false), key.strip_prefix('=').unwrap_or(key)))
}

impl Test {
    /// Whether a card passes.
    pub(crate) fn passes(&self, card: &Card, zone: &TimeZone) -> bool {
        match self {
            Test::All(tests) => tests.iter().all(|test| test.passes(card, zone)),
            Test::Any(tests) => tests.iter().any(|test| test.passes(card, zone)),
            Test::One { target, operator: Operators(operator, negated), wanted } => {
                let (field_type, values) = target.values(card);
                let holds = |value: &Value| wanted.iter().any(|wanted| holds(*operator, field_type, value, wanted, zone));
                let found = if values.is_empty() { holds(&Value::Null) } else { values.iter().any(holds) };
                match operator {
                    // "Is not" is true only if no value is one of those wanted.
                    Operator::IsNot => {
                        !if values.is_empty() {
                            is_any(&Value::Null, wanted, field_type, zone)
                        } else {
                            values.iter().any(|value| is_any(value, wanted, field_type, zone))
                        }
                    }
                    _ => found != *negated,
                }
            }
        }
    }

    /// The one origin id, or the ids, that a passing card must have: then an index finds it.
    pub(crate) fn pinned(&self, name: &str) -> Option<&[Value]> {
        match self {
            Test::One { target: Target::Field(field), operator: Operators(Operator::Is, false), wanted } if field.upper == name => {
                (!wanted.iter().any(Value::is_blank)).then_some(wanted)
            }
            Test::All(tests) => tests.iter().find_map(|test| test.pinned(name)),
            _ => None,
        }
    }

    /// The id that a passing card must be greater than.
    pub(crate) fn after(&self) -> Option<u64> {
        match self {
            Test::One { target: Target::Field(field), operator: Operators(Operator::More, false), wanted } if field.upper == "ID" => {
                wanted.first().and_then(|value| u64::try_from(value.int()).ok())
            }
            Test::All(tests) => tests.iter().find_map(Test::after),
            _ => None,
        }
    }
}

impl Sort {
    pub(crate) fn by_id_ascending(sorts: &[Sort]) -> bool {
        match sorts.first() {
            None => true,
            Some(Sort { target: Target::Field(field), descending }) => field.upper == "ID" && !descending,
            Some(_) => false,
        }
    }

    pub(crate) fn compare(&self, a: &Card, b: &Card, zone: &TimeZone) -> Ordering {
        let (field_type, left) = self.target.values(a);
        let (_, right) = self.target.values(b);
        let blank = Value::Null;
        let order = order_of(field_type, left.first().unwrap_or(&blank), right.first().unwrap_or(&blank), zone);
        if self.descending { order.reverse() } else { order }
    }
}

impl Target {
    fn values(&self, card: &Card) -> (FieldType, Vec<Value>) {
        match self {
            Target::Multi(type_id, value_type) => {
                let wanted = |value: &&super::Multi| value_type.is_none_or(|wanted| wanted == value.value_type);
                (FieldType::Text, card.multi_of(type_id).filter(wanted).map(|multi| Value::from(&multi.value)).collect())
            }
            Target::User(name, field_type) => {
                let value = card.values.get(name).cloned().unwrap_or(Value::Null);
                (*field_type, value.array().map_or_else(|| vec![value.clone()], |list| list.values().cloned().collect()))
            }
            Target::Field(field) => (
                field.kind,
                match field.upper {
                    "ID" => vec![Value::from(card.id)],
                    "CONTACT_ID" if matches!(card.kind, Kind::Lead | Kind::Deal) => vec![Value::from(card.contact())],
                    "CONTACT_IDS" => card.contacts.iter().map(|binding| Value::from(binding.contact)).collect(),
                    name => vec![card.values.get(name).cloned().unwrap_or(Value::Null)],
                },
            ),
        }
    }
}

fn is_any(value: &Value, wanted: &[Value], field_type: FieldType, zone: &TimeZone) -> bool {
    wanted.iter().any(|wanted| holds(Operator::Is, field_type, value, wanted, zone))
}

fn holds(operator: Operator, field_type: FieldType, value: &Value, wanted: &Value, zone: &TimeZone) -> bool {
    match operator {
        Operator::Contains => value.text().to_lowercase().contains(&wanted.text().to_lowercase()),
        Operator::Like => like(&value.text().to_lowercase(), &wanted.text().to_lowercase()),
        Operator::Is | Operator::IsNot if wanted.is_blank() => value.is_blank() || (field_type == FieldType::Ref && value.int() == 0),
        Operator::Is | Operator::IsNot => !value.is_blank() && order_of(field_type, value, wanted, zone) == Ordering::Equal,
        // SQL: a comparison with NULL is never true.
        _ if value.is_blank() => false,
        Operator::More => order_of(field_type, value, wanted, zone) == Ordering::Greater,
        Operator::AtLeast => order_of(field_type, value, wanted, zone) != Ordering::Less,
        Operator::Less => order_of(field_type, value, wanted, zone) == Ordering::Less,
        Operator::AtMost => order_of(field_type, value, wanted, zone) != Ordering::Greater,
    }
}

fn order_of(field_type: FieldType, a: &Value, b: &Value, zone: &TimeZone) -> Ordering {
    match field_type {
        FieldType::Int | FieldType::Ref | FieldType::Double | FieldType::Contacts => a.float().total_cmp(&b.float()),
        FieldType::Datetime => moment(a, zone).cmp(&moment(b, zone)),
        FieldType::Date => crate::clock::read_date(a, zone).cmp(&crate::clock::read_date(b, zone)),
        _ => a.text().to_lowercase().cmp(&b.text().to_lowercase()),
    }
}

/// Compared in whole seconds: that is what a caller was shown.
fn moment(value: &Value, zone: &TimeZone) -> i64 {
    match value {
        Value::Int(micros) => Moment(*micros).seconds(),
        other => Moment::read(&other.text(), zone).unwrap_or_default().seconds(),
    }
}

/// SQL's LIKE with `%` only.
fn like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('%');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (at, part) in parts.iter().enumerate() {
        if at + 1 == parts.len() {
            return rest.ends_with(part);
        }
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_like() {
        for (key, name) in
            [("!=%TITLE", "TITLE"), (">=ID", "ID"), ("!@ID", "ID"), ("=imol", "imol"), ("ID", "ID"), ("%=NAME", "NAME"), ("!ID", "ID")]
        {
            assert_eq!(operator_of(key).1, name, "{key}");
        }
        assert!(like("молоко", "мол%") && like("кефир мол", "%мол") && like("a-мол-b", "%мол%") && like("x", "x"));
        assert!(!like("кефир", "%мол%") && !like("молоко", "%мол") && !like("молоко", "мол"));
    }
}
