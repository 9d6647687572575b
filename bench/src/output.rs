//! How a tool tells its figures: lines for a person, or one JSON object for `letopis-bench table`. The label names the
//! measurement (`floor/singles-64`); equal labels of several short runs are combined into a median by the table.

use clap::Args;
use serde_json::{Value, json};

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Output {
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    /// Name of this measurement, kept in the JSON object.
    #[arg(long, default_value = "")]
    pub(crate) label: String,
}

impl Output {
    /// Prints `figures` (an object); a person gets one `name  value` line each, in the given order.
    pub(crate) fn print(&self, tool: &str, figures: &[(&str, Value)]) {
        if self.json {
            let mut all = serde_json::Map::new();
            all.insert("tool".into(), json!(tool));
            all.insert("label".into(), json!(self.label));
            for (name, value) in figures {
                all.insert((*name).into(), value.clone());
            }
            println!("{}", Value::Object(all));
            return;
        }
        for (name, value) in figures {
            if value.is_null() {
                continue;
            }
            println!("{name:<24} {}", plain(value));
        }
    }
}

/// Three decimals are more than any figure here is good for.
pub(crate) fn rounded(value: f64) -> Value {
    json!((value * 1000.0).round() / 1000.0)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}
