//! How commands speak: JSON for machines, tables for people, remarks on the error stream.

use std::fmt;

use serde_json::Value;

/// To whom a command speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voice {
    /// To a machine.
    pub json: bool,
}

impl Voice {
    /// The result, as JSON or in the way of `human`.
    pub(super) fn say(self, value: &Value, human: impl FnOnce(&Value)) {
        if self.json { println!("{value}") } else { human(value) }
    }

    /// A remark that is no result; a machine is not bothered with it.
    pub(super) fn note(self, remark: fmt::Arguments<'_>) {
        if !self.json {
            eprintln!("{remark}");
        }
    }

    /// An object, one member a line.
    pub(super) fn pairs(self, value: &Value) {
        self.say(value, |value| {
            let members = value.as_object().into_iter().flatten();
            let width = members.clone().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, member) in members {
                println!("{:width$}  {}", title(name), cell(name, member));
            }
        });
    }

    /// A list of objects, one a line, with these members as columns.
    pub(super) fn table(self, value: &Value, columns: &[&str]) {
        self.say(value, |value| {
            let rows: Vec<Vec<String>> =
                value.as_array().into_iter().flatten().map(|row| columns.iter().map(|name| cell(name, &row[*name])).collect()).collect();
            if rows.is_empty() {
                println!("none");
                return;
            }
            let titles: Vec<String> = columns.iter().map(|name| title(name).to_uppercase()).collect();
            let width = |column: usize| rows.iter().chain([&titles]).map(|row| row[column].chars().count()).max().unwrap_or(0);
            let widths: Vec<usize> = (0..columns.len()).map(width).collect();
            for row in [&titles].into_iter().chain(&rows) {
                let line: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
                println!("{}", line.join("  ").trim_end());
            }
        });
    }
}

/// A member's name without its unit: the cell is in a readable one.
fn title(name: &str) -> String {
    name.strip_suffix("_us").unwrap_or(name).replace('_', " ")
}

/// A value as people read it.
fn cell(name: &str, value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) if name.ends_with("_us") => moment(number.as_i64().unwrap_or_default()),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// In the time zone of this machine.
fn moment(us: i64) -> String {
    let moment = jiff::Timestamp::from_microsecond(us).unwrap_or_default();
    moment.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}
