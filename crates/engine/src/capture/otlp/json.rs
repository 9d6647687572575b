//! OTLP in JSON, as the protocol buffers mapping has it: `{"resourceSpans":[{"resource":…,"scopeSpans":[{"spans":[…]}]}]}`.
//!
//! Numbers of 64 bits come as strings or numbers, ids in hex (or base64, as plain protobuf JSON has them), names in camelCase (or as in the
//! proto files), enums as numbers (or names). Lists are walked item by item over the text, and one span at a time is built.

use std::fmt;

use base64::Engine;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::Value;
use serde_json::value::RawValue;

use super::json_value::{Any, Pair};
use super::span::{Attributes, Budget, ITEMS, Log, NOTES, Note, Origin, Span, clean};

/// Why a text is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotRead {
    /// It is not the message that it should be.
    #[error("body is not OTLP in JSON: {0}")]
    NotOtlp(#[from] serde_json::Error),
    /// There are more than [`ITEMS`] things in it.
    #[error("too many items")]
    TooMany,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow, alias = "resource_spans", alias = "resourceLogs", alias = "resource_logs")]
    resource_spans: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
    #[serde(borrow, alias = "scope_spans", alias = "scopeLogs", alias = "scope_logs")]
    scope_spans: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scope<'a> {
    scope: Option<ScopeName>,
    #[serde(borrow, alias = "logRecords", alias = "log_records")]
    spans: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ScopeName {
    name: Option<String>,
    version: Option<String>,
}

#[derive(Deserialize)]
struct Described<'a> {
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct SpanText<'a> {
    #[serde(alias = "trace_id")]
    trace_id: Option<String>,
    #[serde(alias = "span_id")]
    span_id: Option<String>,
    #[serde(alias = "parent_span_id")]
    parent_span_id: Option<String>,
    name: Option<String>,
    #[serde(alias = "start_time_unix_nano")]
    start_time_unix_nano: Number,
    #[serde(alias = "end_time_unix_nano")]
    end_time_unix_nano: Number,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow)]
    events: Option<&'a RawValue>,
    status: Option<Status>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    message: Option<String>,
    code: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct NoteText<'a> {
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Number,
    name: Option<String>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct LogText<'a> {
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Number,
    #[serde(alias = "observed_time_unix_nano")]
    observed_time_unix_nano: Number,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(alias = "trace_id")]
    trace_id: Option<String>,
    #[serde(alias = "span_id")]
    span_id: Option<String>,
    #[serde(alias = "event_name")]
    event_name: Option<String>,
}

/// Reads every span.
///
/// # Errors
/// When the text is not that; what was seen until then must be forgotten.
pub(super) fn spans(body: &[u8], mut see: impl FnMut(&Origin, Span)) -> Result<(), NotRead> {
    items(body, |origin, text| {
        see(origin, span(text)?);
        Ok(())
    })
}

/// Reads every log record.
///
/// # Errors
/// When the text is not that.
pub(super) fn logs(body: &[u8], mut see: impl FnMut(&Origin, Log)) -> Result<(), NotRead> {
    items(body, |origin, text| {
        see(origin, log(text)?);
        Ok(())
    })
}

fn items(body: &[u8], mut see: impl FnMut(&Origin, &RawValue) -> serde_json::Result<()>) -> Result<(), NotRead> {
    let request: Request<'_> = serde_json::from_slice(body)?;
    let mut seen = 0;
    let mut count = || {
        seen += 1;
        if seen > ITEMS { Err(de::Error::custom("too many")) } else { Ok::<_, serde_json::Error>(()) }
    };
    let read = each(request.resource_spans, |resource| {
        count()?;
        let resource: Resource<'_> = serde_json::from_str(resource.get())?;
        let mut origin = Origin::default();
        if let Some(described) = resource.resource {
            let described: Described<'_> = serde_json::from_str(described.get())?;
            origin = Origin::of(attributes(described.attributes, &Budget::new())?);
        }
        each(resource.scope_spans, |scope| {
            count()?;
            let scope: Scope<'_> = serde_json::from_str(scope.get())?;
            let name = scope.scope.unwrap_or_default();
            (origin.scope, origin.scope_version) = (name.name.unwrap_or_default(), name.version.unwrap_or_default());
            each(scope.spans, |item| {
                count()?;
                see(&origin, item)
            })
        })
    });
    if seen > ITEMS { Err(NotRead::TooMany) } else { Ok(read?) }
}

fn span(text: &RawValue) -> serde_json::Result<Span> {
    let read: SpanText<'_> = serde_json::from_str(text.get())?;
    let budget = Budget::new();
    let mut notes = Vec::new();
    each(read.events, |event| {
        if notes.len() < NOTES {
            let event: NoteText<'_> = serde_json::from_str(event.get())?;
            let attributes = attributes(event.attributes, &budget)?;
            notes.push(Note { name: cleaned(event.name), at_ns: event.time_unix_nano.0, attributes });
        } else {
            budget.cut();
        }
        Ok(())
    })?;
    let attributes = attributes(read.attributes, &budget)?;
    let status = read.status.unwrap_or_default();
    Ok(Span {
        trace: id(read.trace_id.as_deref()),
        id: id(read.span_id.as_deref()),
        parent: id(read.parent_span_id.as_deref()),
        name: cleaned(read.name),
        start_ns: read.start_time_unix_nano.0,
        end_ns: read.end_time_unix_nano.0,
        attributes,
        notes,
        failed: status.code.is_some_and(|code| code == 2 || code == "2" || code == "STATUS_CODE_ERROR"),
        status: cleaned(status.message),
        cut: budget.was_cut(),
    })
}

fn log(text: &RawValue) -> serde_json::Result<Log> {
    let read: LogText<'_> = serde_json::from_str(text.get())?;
    let budget = Budget::new();
    let body = match read.body {
        Some(body) => Any { budget: &budget, depth: 0 }.deserialize(&mut serde_json::Deserializer::from_str(body.get()))?,
        None => Value::Null,
    };
    let attributes = attributes(read.attributes, &budget)?;
    Ok(Log {
        trace: id(read.trace_id.as_deref()),
        span: id(read.span_id.as_deref()),
        at_ns: read.time_unix_nano.0,
        observed_ns: read.observed_time_unix_nano.0,
        name: cleaned(read.event_name),
        body,
        attributes,
        cut: budget.was_cut(),
    })
}

fn cleaned(text: Option<String>) -> String {
    text.as_deref().map(clean).unwrap_or_default()
}

/// An id in hex, or in base64; anything else is none.
fn id<const N: usize>(text: Option<&str>) -> [u8; N] {
    let text = text.unwrap_or("");
    if text.len() == 2 * N && text.is_ascii() {
        let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).ok();
        let mut bytes = [0; N];
        for (n, byte) in bytes.iter_mut().enumerate() {
            match digits(2 * n) {
                Some(digit) => *byte = digit,
                None => return [0; N],
            }
        }
        return bytes;
    }
    base64::engine::general_purpose::STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; N])
}

/// Walks a list without building it. Nothing, and `null`, are empty lists.
fn each<'a>(list: Option<&'a RawValue>, see: impl FnMut(&'a RawValue) -> serde_json::Result<()>) -> serde_json::Result<()> {
    struct Each<F>(F);
    impl<'de, F: FnMut(&'de RawValue) -> serde_json::Result<()>> Visitor<'de> for Each<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
            while let Some(item) = list.next_element()? {
                (self.0)(item).map_err(de::Error::custom)?;
            }
            Ok(())
        }
    }
    let Some(list) = list else { return Ok(()) };
    serde_json::Deserializer::from_str(list.get()).deserialize_seq(Each(see))
}

fn attributes(list: Option<&RawValue>, budget: &Budget) -> serde_json::Result<Attributes> {
    let mut members = Attributes::new();
    each(list, |attribute| {
        Pair { budget, depth: 0, into: &mut members }.deserialize(&mut serde_json::Deserializer::from_str(attribute.get()))
    })?;
    Ok(members)
}

/// A whole number of 64 bits: a number or a string of digits; anything else is 0.
#[derive(Default, Clone, Copy)]
struct Number(u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        Ok(Self(value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or(0)))
    }
}
