//! Which column fills which field: the mapping a person writes, and the plan made of it for one header.
//!
//! A mapping is a TOML file, every part optional; `--map phone=Телефон,text=Сообщение` is the first part in short:
//!
//! ```toml
//! delimiter = ";"
//! [columns]                       # field = column; several columns are joined with " + "
//! timestamp = "Дата + Время"
//! client.phone = "Телефон"
//! [constants]                     # what the table does not say
//! channel = "whatsapp"
//! [values.type]                   # words of the table → words of the event
//! "Входящий звонок" = "call_in"
//! [time]
//! format = "%d.%m.%Y %H:%M"
//! offset = "+03:00"
//! ```

use std::collections::BTreeMap;

use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    cells::{self, Kind},
    headers,
    moments::Moments,
    put,
};

/// A mapping that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// Not TOML, or not this shape of it.
    #[error("the mapping cannot be read: {0}")]
    Unreadable(String),
    /// `--map` without `=`.
    #[error("{0:?} is no mapping: write field=column, for example phone=Телефон")]
    NotAPair(String),
    /// A field the event has not.
    #[error(
        "the event has no field {0:?}: name one such as timestamp, client.phone, text, bot_response, booking.starts_at or meta.anything"
    )]
    UnknownField(String),
    /// A column the header has not.
    #[error("the table has no column {0:?}: its header is {1}")]
    UnknownColumn(String, String),
    /// No column holds the moment of the event.
    #[error("no column holds the time of the event: add timestamp=… to the mapping; the header is {0}")]
    NoTimestamp(String),
    /// An offset that is none.
    #[error("offset in [time] must look like +03:00")]
    BadOffset,
}

/// A mapping as it was written, not yet held against a header.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    delimiter: Option<String>,
    columns: toml::Table,
    constants: toml::Table,
    values: BTreeMap<String, BTreeMap<String, String>>,
    time: Moments,
}

impl Columns {
    /// Reads a mapping file.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        toml::from_str(text).map_err(|error| MappingError::Unreadable(error.message().to_owned()))
    }

    /// Adds the pairs of a `--map` flag; they win over the file.
    pub fn map(&mut self, flag: &str) -> Result<(), MappingError> {
        add_pairs(&mut self.columns, flag)
    }

    /// Adds constants in the same spelling: `channel=whatsapp,meta.branch=Невский`.
    pub fn constant(&mut self, flag: &str) -> Result<(), MappingError> {
        add_pairs(&mut self.constants, flag)
    }

    /// The offset of times that carry none.
    pub fn offset(&mut self, offset: &str) {
        self.time.set_offset(offset);
    }

    pub(super) fn delimiter(&self) -> Result<Option<u8>, String> {
        match self.delimiter.as_deref().map(str::as_bytes) {
            None => Ok(None),
            Some([byte]) if byte.is_ascii() => Ok(Some(*byte)),
            Some(_) => Err("delimiter must be one ASCII character".to_owned()),
        }
    }

    /// Holds the mapping against the header of a table.
    pub(super) fn plan(&self, header: &[String], default_channel: Option<&str>) -> Result<Plan, MappingError> {
        let mut plan = Plan {
            fills: Vec::new(),
            constants: Map::new(),
            values: self.values.clone(),
            moments: self.time.clone(),
            offset: self.time.default_offset().ok_or(MappingError::BadOffset)?,
        };
        for (field, column) in pairs(&self.columns) {
            let (path, kind) = cells::field(&field).ok_or_else(|| MappingError::UnknownField(field.clone()))?;
            let cells = places(&column, header)?;
            plan.fills.push(Fill { path, kind, cells });
        }
        plan.fill_by_name(header);
        if !plan.fills("timestamp") {
            return Err(MappingError::NoTimestamp(header.join(", ")));
        }
        put(&mut plan.constants, "channel", default_channel.unwrap_or("import").into());
        put(&mut plan.constants, "source", "csv".into());
        for (field, constant) in pairs(&self.constants) {
            let (path, kind) = cells::field(&field).ok_or_else(|| MappingError::UnknownField(field.clone()))?;
            let value = cells::value(&constant, kind).map_err(|what| MappingError::Unreadable(format!("constant {field} {what}")))?;
            put(&mut plan.constants, &path, value);
        }
        Ok(plan)
    }
}

/// What to do with each row of one table.
pub(super) struct Plan {
    fills: Vec<Fill>,
    constants: Map<String, Value>,
    values: BTreeMap<String, BTreeMap<String, String>>,
    moments: Moments,
    offset: Offset,
}

struct Fill {
    path: String,
    kind: Kind,
    /// The cells that make the value, joined with a space.
    cells: Vec<usize>,
}

impl Plan {
    /// The event of a row: constants first, so that a filled cell wins over them.
    pub(super) fn event(&self, row: &[String]) -> Result<Map<String, Value>, String> {
        let mut event = self.constants.clone();
        for fill in &self.fills {
            let parts: Vec<&str> = fill.cells.iter().map(|place| row[*place].as_str()).filter(|cell| !cell.is_empty()).collect();
            if parts.is_empty() {
                continue;
            }
            let value = self.value(fill, &parts.join(" ")).map_err(|what| format!("{} {what}", fill.path))?;
            put(&mut event, &fill.path, value);
        }
        if let Some(payment) = event.get_mut("payment").and_then(Value::as_object_mut) {
            // A price column of a Russian table seldom says that it is in roubles, and a payment without a currency is no event.
            payment.entry("currency").or_insert_with(|| "RUB".into());
        }
        if !event.contains_key("timestamp") {
            return Err("timestamp is empty".to_owned());
        }
        Ok(event)
    }

    fn value(&self, fill: &Fill, cell: &str) -> Result<Value, &'static str> {
        if let Some(word) = self.values.get(&fill.path).and_then(|words| words.get(cell)) {
            return cells::value(word, fill.kind);
        }
        match fill.kind {
            Kind::Moment => self.moments.read(cell, self.offset).map(Value::String),
            Kind::Text if fill.path == "type" => Ok(headers::event_type(cell).unwrap_or(cell).into()),
            kind => cells::value(cell, kind),
        }
    }

    fn fills(&self, path: &str) -> bool {
        self.fills.iter().any(|fill| fill.path == path)
    }

    /// Gives the columns nobody claimed to the fields their names mean, and the rest to `meta`.
    fn fill_by_name(&mut self, header: &[String]) {
        let claimed: Vec<usize> = self.fills.iter().flat_map(|fill| fill.cells.clone()).collect();
        let mut free: Vec<usize> = (0..header.len()).filter(|place| !claimed.contains(place) && !header[*place].is_empty()).collect();
        for place in free.clone() {
            let Some((path, kind)) = headers::field(&header[place]).and_then(cells::field) else { continue };
            if !self.fills(&path) {
                self.fills.push(Fill { path, kind, cells: vec![place] });
                free.retain(|other| *other != place);
            }
        }
        if !self.fills("timestamp") {
            let apart = headers::date_and_time(header).map(|(date, time)| vec![date, time]);
            let lone = || header.iter().position(|name| headers::is_lone_moment(name)).map(|place| vec![place]);
            if let Some(cells) = apart.or_else(lone).filter(|cells| cells.iter().all(|place| free.contains(place))) {
                free.retain(|place| !cells.contains(place));
                self.fills.push(Fill { path: "timestamp".to_owned(), kind: Kind::Moment, cells });
            }
        }
        for place in free {
            self.fills.push(Fill { path: format!("meta.{}", header[place]), kind: Kind::Text, cells: vec![place] });
        }
    }
}

/// The places of `column`, or of several joined by `+`, in the header.
fn places(column: &str, header: &[String]) -> Result<Vec<usize>, MappingError> {
    let alike = |one: &str, other: &str| one == other || headers::normal(one) == headers::normal(other) && !headers::normal(one).is_empty();
    let place = |name: &str| header.iter().position(|other| alike(other, name));
    if let Some(whole) = place(column) {
        return Ok(vec![whole]);
    }
    let unknown = |name: &str| MappingError::UnknownColumn(name.to_owned(), header.join(", "));
    column.split('+').map(str::trim).map(|name| place(name).ok_or_else(|| unknown(name))).collect()
}

fn add_pairs(table: &mut toml::Table, flag: &str) -> Result<(), MappingError> {
    for pair in flag.split(',').filter(|pair| !pair.trim().is_empty()) {
        let (field, value) = pair.split_once('=').ok_or_else(|| MappingError::NotAPair(pair.to_owned()))?;
        table.insert(field.trim().to_owned(), toml::Value::String(value.trim().to_owned()));
    }
    Ok(())
}

/// The leaves of a table as dotted paths: `client.phone = …` is nested TOML, and `"client.phone" = …` means the same.
fn pairs(table: &toml::Table) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => found.extend(pairs(inner).into_iter().map(|(path, value)| (format!("{key}.{path}"), value))),
            toml::Value::String(text) => found.push((key.clone(), text.clone())),
            other => found.push((key.clone(), other.to_string())),
        }
    }
    found
}
