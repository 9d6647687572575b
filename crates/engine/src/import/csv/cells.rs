//! One cell as the JSON value its field wants.

use serde_json::{Number, Value};

/// What a field of the event holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Integer,
    /// A list in one cell, separated by commas, semicolons or bars.
    Tags,
    Moment,
}

/// Fields of the event that a column can fill, with the short name a person would type. `meta.*`, `utm.*` and `delivery.*` are open.
const FIELDS: [(&str, &str, Kind); 38] = [
    ("event_id", "", Kind::Text),
    ("timestamp", "time", Kind::Moment),
    ("type", "", Kind::Text),
    ("direction", "", Kind::Text),
    ("channel", "", Kind::Text),
    ("client.id", "client_id", Kind::Text),
    ("client.name", "name", Kind::Text),
    ("client.phone", "phone", Kind::Text),
    ("client.email", "email", Kind::Text),
    ("client.channel_id", "channel_id", Kind::Text),
    ("session_id", "session", Kind::Text),
    ("text", "", Kind::Text),
    ("bot_response", "answer", Kind::Text),
    ("intent", "", Kind::Text),
    ("confidence", "", Kind::Number),
    ("action", "", Kind::Text),
    ("crm_id", "", Kind::Text),
    ("tags", "", Kind::Tags),
    ("model", "", Kind::Text),
    ("provider", "", Kind::Text),
    ("prompt_version", "", Kind::Text),
    ("scenario", "", Kind::Text),
    ("scenario_version", "", Kind::Text),
    ("experiment", "", Kind::Text),
    ("variant", "", Kind::Text),
    ("latency_ms", "", Kind::Integer),
    ("tokens_in", "", Kind::Integer),
    ("tokens_out", "", Kind::Integer),
    ("cost", "", Kind::Number),
    ("operator", "", Kind::Text),
    ("booking.id", "booking_id", Kind::Text),
    ("booking.starts_at", "starts_at", Kind::Moment),
    ("booking.service", "service", Kind::Text),
    ("booking.staff", "staff", Kind::Text),
    ("booking.status", "booking_status", Kind::Text),
    ("payment.amount", "amount", Kind::Number),
    ("payment.currency", "currency", Kind::Text),
    ("error", "", Kind::Text),
];

/// The full path and the kind of a field, by its path or its short name.
pub(super) fn field(name: &str) -> Option<(String, Kind)> {
    let known = FIELDS.iter().find(|(path, short, _)| *path == name || (!short.is_empty() && *short == name));
    if let Some((path, _, kind)) = known {
        return Some(((*path).to_owned(), *kind));
    }
    let (outer, inner) = name.split_once('.')?;
    (matches!(outer, "meta" | "utm" | "delivery") && !inner.is_empty()).then(|| (name.to_owned(), Kind::Text))
}

/// A cell's value; moments are read elsewhere, because they need the table's offset.
pub(super) fn value(cell: &str, kind: Kind) -> Result<Value, &'static str> {
    match kind {
        Kind::Text | Kind::Moment => Ok(cell.into()),
        Kind::Tags => Ok(cell.split([',', ';', '|']).map(str::trim).filter(|tag| !tag.is_empty()).collect()),
        Kind::Integer => number(cell).filter(|n| n.fract() == 0.0 && n.abs() < 1e15).map(|n| (n as i64).into()).ok_or("is no whole number"),
        Kind::Number => number(cell).and_then(Number::from_f64).map(Value::Number).ok_or("is no number"),
    }
}

/// `1 500,50 ₽`, `87 %`, `0.87`.
fn number(cell: &str) -> Option<f64> {
    let bare = cell.trim_end_matches("руб.").trim_end_matches(['₽', 'р', '%', '.']);
    let digits: String = bare.chars().filter(|c| !c.is_whitespace()).map(|c| if c == ',' { '.' } else { c }).collect();
    let plain =
        digits.starts_with(|c: char| c.is_ascii_digit() || c == '-') && digits.chars().all(|c| c.is_ascii_digit() || ".-".contains(c));
    let number: f64 = plain.then(|| digits.parse().ok())??;
    Some(if cell.ends_with('%') { number / 100.0 } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (cell, expected) in [("0,87", json!(0.87)), ("1 500,50 ₽", json!(1500.5)), ("87 %", json!(0.87)), ("2000 руб.", json!(2000.0))]
        {
            assert_eq!(value(cell, Kind::Number), Ok(expected), "{cell}");
        }
        assert_eq!(value("1 250", Kind::Integer), Ok(json!(1250)));
        for cell in ["", "inf", "1e9", "nan", "много", "1.2.3"] {
            assert!(value(cell, Kind::Number).is_err(), "{cell}");
        }
        assert_eq!(value("vip, новый;", Kind::Tags), Ok(json!(["vip", "новый"])));
    }

    #[test]
    fn short_names_lead_to_paths() {
        assert_eq!(field("phone").map(|(path, _)| path).as_deref(), Some("client.phone"));
        assert_eq!(field("utm.source").map(|(path, _)| path).as_deref(), Some("utm.source"));
        assert_eq!(field("фон"), None);
        assert_eq!(field("meta."), None);
    }
}
