//! How commands speak: JSON for machines, tables for people, remarks on the error stream.

use std::fmt;
use std::io::{self, Write};

use serde_json::Value;

/// A line of the result. Whoever reads it may go away (`| head`); that is no reason to end badly, least of all for a server.
pub(super) fn put(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// A remark beside it.
pub(super) fn remark(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// As `println!` and `eprintln!`, but a closed stream is no panic.
macro_rules! out { ($($text:tt)*) => { $crate::cli::voice::put(format_args!($($text)*)) }; }
macro_rules! err { ($($text:tt)*) => { $crate::cli::voice::remark(format_args!($($text)*)) }; }
pub(super) use {err, out};

/// To whom a command speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voice {
    /// To a machine.
    pub json: bool,
}

impl Voice {
    /// The result, as JSON or in the way of `human`.
    pub(super) fn say(self, value: &Value, human: impl FnOnce(&Value)) {
        if self.json { out!("{value}") } else { human(value) }
    }

    /// A remark that is no result; a machine is not bothered with it.
    pub(super) fn note(self, remark: fmt::Arguments<'_>) {
        if !self.json {
            err!("{remark}");
        }
    }

    /// An object, one member a line.
    pub(super) fn pairs(self, value: &Value) {
        self.say(value, |value| {
            let members = value.as_object().into_iter().flatten();
            let width = members.clone().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, member) in members {
                out!("{:width$}  {}", title(name), cell(name, member));
            }
        });
    }

    /// A list of objects, one a line, with these members as columns.
    pub(super) fn table(self, value: &Value, columns: &[&str]) {
        self.say(value, |value| {
            let rows: Vec<Vec<String>> =
                value.as_array().into_iter().flatten().map(|row| columns.iter().map(|name| cell(name, &row[*name])).collect()).collect();
            if rows.is_empty() {
                out!("none");
                return;
            }
            let titles: Vec<String> = columns.iter().map(|name| title(name).to_uppercase()).collect();
            let width = |column: usize| rows.iter().chain([&titles]).map(|row| row[column].chars().count()).max().unwrap_or(0);
            let widths: Vec<usize> = (0..columns.len()).map(width).collect();
            for row in [&titles].into_iter().chain(&rows) {
                let line: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
                out!("{}", line.join("  ").trim_end());
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
