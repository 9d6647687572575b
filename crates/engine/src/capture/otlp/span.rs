//! What OTLP carries, in the one form that both of its encodings are read into: a span or a log record, its attributes, and where it came
//! from.
//!
//! ```text
//! resource (service.name) ─▶ scope (the instrumentation) ─▶ span: ids, moments, attributes, events, status
//!                                                        └▶ log record: ids, moment, name, body, attributes
//! ```
//! Attributes are a plain map. A dialect *takes* what it knows out of it; what nobody took is kept as it is. Readers spend a [`Budget`], so
//! that two bytes on the wire never become a hundred in memory without end.

use std::cell::Cell;

use serde_json::{Map, Value};

/// Values that one span or log record may hold, lists and their members counted each.
const VALUES: usize = 20_000;
/// How deep an attribute may nest; deeper parts are cut.
pub(super) const DEPTH: usize = 16;
/// Span events that are read.
pub(super) const NOTES: usize = 256;
/// Resources, scopes, and spans or records of one request; exporters send hundreds, collectors thousands.
pub(super) const ITEMS: usize = 50_000;
/// Attributes of a resource that are kept: more than there are fields of ours.
const OWN: usize = 32;
/// In the place of what was cut.
pub(super) const CUT: &str = "…";

/// Attributes by name.
pub(super) type Attributes = Map<String, Value>;
/// Of a trace; zero is none.
pub(super) type TraceId = [u8; 16];
/// Of a span; zero is none.
pub(super) type SpanId = [u8; 8];

/// What spans and log records come out of.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Origin {
    pub service: String,
    pub environment: String,
    /// `letopis.*` of the resource: said once for a whole process.
    pub own: Attributes,
    pub scope: String,
    pub scope_version: String,
}

impl Origin {
    /// What of a resource is of use; the rest describes the telemetry itself.
    pub(super) fn of(resource: Attributes) -> Self {
        let word = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        let environment = ["deployment.environment.name", "deployment.environment"].map(word).into_iter().find(|name| !name.is_empty());
        let service = word("service.name");
        let own = resource.into_iter().filter(|(name, _)| name.starts_with("letopis.")).take(OWN).collect();
        Self { service, environment: environment.unwrap_or_default(), own, scope: String::new(), scope_version: String::new() }
    }
}

/// One span.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Span {
    pub trace: TraceId,
    pub id: SpanId,
    pub parent: SpanId,
    pub name: String,
    pub start_ns: u64,
    pub end_ns: u64,
    pub attributes: Attributes,
    pub notes: Vec<Note>,
    /// The status says that it failed.
    pub failed: bool,
    pub status: String,
    /// Something was too much to be read.
    pub cut: bool,
}

/// A span event.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Note {
    pub name: String,
    pub at_ns: u64,
    pub attributes: Attributes,
}

/// One log record.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Log {
    pub trace: TraceId,
    pub span: SpanId,
    pub at_ns: u64,
    pub observed_ns: u64,
    pub name: String,
    pub body: Value,
    pub attributes: Attributes,
    pub cut: bool,
}

/// What of a span or log record may still be read.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<usize>,
    cut: Cell<bool>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: Cell::new(VALUES), cut: Cell::new(false) }
    }

    /// Whether one more value may be read; `false` is remembered.
    pub(super) fn spend(&self) -> bool {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                true
            }
            None => self.cut(),
        }
    }

    /// Something was left out. Gives `false`.
    pub(super) fn cut(&self) -> bool {
        self.cut.set(true);
        false
    }

    pub(super) fn was_cut(&self) -> bool {
        self.cut.get()
    }
}

/// Text as it can be stored: NUL cannot.
pub(super) fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

/// A number that JSON can hold.
pub(super) fn finite(number: f64) -> Value {
    serde_json::Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
}

/// As ids are written.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
