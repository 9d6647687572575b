//! OTLP in protobuf (opentelemetry-proto 1.x), read in place.
//!
//! ```text
//! ExportTraceServiceRequest  1 ResourceSpans ┐
//! ResourceSpans   1 Resource{1 attributes}   2 ScopeSpans
//! ScopeSpans      1 Scope{1 name 2 version}  2 Span
//! Span            1 trace_id 2 span_id 4 parent 5 name 7 start 8 end 9 attributes 11 events 15 status{2 message 3 code}
//! LogRecord       1 time 5 body 6 attributes 9 trace_id 10 span_id 11 observed 12 event_name
//! AnyValue        1 string 2 bool 3 int 4 double 5 array{1} 6 pairs{1} 7 bytes
//! ```
//! The tags and varints are prost's. Its generated structs are deliberately not used: they would be built whole, and two bytes of an empty
//! attribute become a hundred in memory; here one span at a time exists.

use base64::Engine;
use prost::encoding::{WireType, decode_key, decode_varint};
use serde_json::Value;

use super::span::{Attributes, Budget, CUT, DEPTH, ITEMS, Log, NOTES, Note, Origin, Span, clean, finite};

/// Why bytes are not read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum NotRead {
    /// They are not the message that they should be.
    #[error("body is not an OTLP protobuf message")]
    NotProtobuf,
    /// There are more than [`ITEMS`] things in them.
    #[error("too many items")]
    TooMany,
}

use NotRead::NotProtobuf;

/// One field as it is on the wire.
#[derive(Clone, Copy)]
enum Field<'a> {
    Number(u64),
    Fixed(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, in order.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Field<'a>), NotRead>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<(u32, Field<'a>), NotRead> {
        let (tag, wire) = decode_key(&mut self.0).map_err(|_| NotProtobuf)?;
        let field = match wire {
            WireType::Varint => Field::Number(self.varint()?),
            WireType::SixtyFourBit => Field::Fixed(self.take(8)?.try_into().map(u64::from_le_bytes).map_err(|_| NotProtobuf)?),
            WireType::ThirtyTwoBit => Field::Fixed(self.take(4)?.try_into().map(u32::from_le_bytes).map_err(|_| NotProtobuf)?.into()),
            WireType::LengthDelimited => {
                let length = usize::try_from(self.varint()?).map_err(|_| NotProtobuf)?;
                Field::Bytes(self.take(length)?)
            }
            // Groups were gone before OTLP began.
            WireType::StartGroup | WireType::EndGroup => return Err(NotProtobuf),
        };
        Ok((tag, field))
    }

    fn varint(&mut self) -> Result<u64, NotRead> {
        decode_varint(&mut self.0).map_err(|_| NotProtobuf)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], NotRead> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(NotProtobuf)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// Reads every span of an `ExportTraceServiceRequest`.
///
/// # Errors
/// When it is none; what was seen until then must be forgotten.
pub(super) fn spans(body: &[u8], mut see: impl FnMut(&Origin, Span)) -> Result<(), NotRead> {
    items(body, |origin, bytes| {
        see(origin, span(bytes)?);
        Ok(())
    })
}

/// Reads every record of an `ExportLogsServiceRequest`.
///
/// # Errors
/// When it is none.
pub(super) fn logs(body: &[u8], mut see: impl FnMut(&Origin, Log)) -> Result<(), NotRead> {
    items(body, |origin, bytes| {
        see(origin, log(bytes)?);
        Ok(())
    })
}

/// Both requests are built alike: resources, in them scopes, in them what matters.
fn items<'a>(body: &'a [u8], mut see: impl FnMut(&Origin, &'a [u8]) -> Result<(), NotRead>) -> Result<(), NotRead> {
    let mut seen = 0;
    let mut count = || {
        seen += 1;
        if seen > ITEMS { Err(NotRead::TooMany) } else { Ok(()) }
    };
    for resource in messages(body, 1) {
        count()?;
        let resource = resource?;
        let (mut described, budget) = (Attributes::new(), Budget::new());
        for part in messages(resource, 1) {
            attributes(part?, &mut described, &budget)?;
        }
        let mut origin = Origin::of(described);
        for scope in messages(resource, 2) {
            count()?;
            let scope = scope?;
            (origin.scope, origin.scope_version) = (String::new(), String::new());
            for described in messages(scope, 1) {
                for field in Fields(described?) {
                    match field? {
                        (1, Field::Bytes(name)) => origin.scope = text(name),
                        (2, Field::Bytes(version)) => origin.scope_version = text(version),
                        _ => {}
                    }
                }
            }
            for item in messages(scope, 2) {
                count()?;
                see(&origin, item?)?;
            }
        }
    }
    Ok(())
}

/// The embedded messages of one field. Other fields are passed over; broken ones end it with an error.
fn messages(body: &[u8], wanted: u32) -> impl Iterator<Item = Result<&[u8], NotRead>> {
    Fields(body).filter_map(move |field| match field {
        Ok((tag, Field::Bytes(bytes))) if tag == wanted => Some(Ok(bytes)),
        // A message there can be nothing else: this is another kind of request, or none.
        Ok((tag, _)) if tag == wanted => Some(Err(NotProtobuf)),
        Ok(_) => None,
        Err(broken) => Some(Err(broken)),
    })
}

fn span(bytes: &[u8]) -> Result<Span, NotRead> {
    let (mut span, budget) = (Span::default(), Budget::new());
    for field in Fields(bytes) {
        match field? {
            (1, Field::Bytes(id)) => span.trace = id.try_into().unwrap_or_default(),
            (2, Field::Bytes(id)) => span.id = id.try_into().unwrap_or_default(),
            (4, Field::Bytes(id)) => span.parent = id.try_into().unwrap_or_default(),
            (5, Field::Bytes(name)) => span.name = text(name),
            (7, Field::Fixed(ns)) => span.start_ns = ns,
            (8, Field::Fixed(ns)) => span.end_ns = ns,
            (9, Field::Bytes(attribute)) => pair(attribute, &mut span.attributes, &budget, 0)?,
            (11, Field::Bytes(event)) if span.notes.len() < NOTES => span.notes.push(note(event, &budget)?),
            (11, Field::Bytes(_)) => drop(budget.cut()),
            (15, Field::Bytes(status)) => {
                for field in Fields(status) {
                    match field? {
                        (2, Field::Bytes(message)) => span.status = text(message),
                        (3, Field::Number(code)) => span.failed = code == 2,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    span.cut = budget.was_cut();
    Ok(span)
}

fn note(bytes: &[u8], budget: &Budget) -> Result<Note, NotRead> {
    let mut note = Note::default();
    for field in Fields(bytes) {
        match field? {
            (1, Field::Fixed(ns)) => note.at_ns = ns,
            (2, Field::Bytes(name)) => note.name = text(name),
            (3, Field::Bytes(attribute)) => pair(attribute, &mut note.attributes, budget, 0)?,
            _ => {}
        }
    }
    Ok(note)
}

fn log(bytes: &[u8]) -> Result<Log, NotRead> {
    let (mut log, budget) = (Log::default(), Budget::new());
    for field in Fields(bytes) {
        match field? {
            (1, Field::Fixed(ns)) => log.at_ns = ns,
            (5, Field::Bytes(body)) => log.body = any(body, &budget, 0)?,
            (6, Field::Bytes(attribute)) => pair(attribute, &mut log.attributes, &budget, 0)?,
            (9, Field::Bytes(id)) => log.trace = id.try_into().unwrap_or_default(),
            (10, Field::Bytes(id)) => log.span = id.try_into().unwrap_or_default(),
            (11, Field::Fixed(ns)) => log.observed_ns = ns,
            (12, Field::Bytes(name)) => log.name = text(name),
            _ => {}
        }
    }
    log.cut = budget.was_cut();
    Ok(log)
}

fn attributes(bytes: &[u8], into: &mut Attributes, budget: &Budget) -> Result<(), NotRead> {
    messages(bytes, 1).try_for_each(|attribute| pair(attribute?, into, budget, 0))
}

/// One `KeyValue`. The first of two of one name stays.
fn pair(bytes: &[u8], into: &mut Attributes, budget: &Budget, depth: usize) -> Result<(), NotRead> {
    if !budget.spend() {
        return Ok(());
    }
    let (mut key, mut value) = (String::new(), Value::Null);
    for field in Fields(bytes) {
        match field? {
            (1, Field::Bytes(name)) => key = text(name),
            (2, Field::Bytes(any_value)) => value = any(any_value, budget, depth)?,
            _ => {}
        }
    }
    if !key.is_empty() && !value.is_null() {
        into.entry(key).or_insert(value);
    }
    Ok(())
}

/// One `AnyValue`; of several the last counts, as protobuf has it.
fn any(bytes: &[u8], budget: &Budget, depth: usize) -> Result<Value, NotRead> {
    let mut value = Value::Null;
    for field in Fields(bytes) {
        value = match field? {
            (1, Field::Bytes(string)) => Value::String(text(string)),
            (2, Field::Number(yes)) => Value::Bool(yes != 0),
            (3, Field::Number(number)) => Value::from(number.cast_signed()),
            (4, Field::Fixed(bits)) => finite(f64::from_bits(bits)),
            (5 | 6, Field::Bytes(_)) if depth >= DEPTH => {
                budget.cut();
                Value::String(CUT.to_owned())
            }
            (5, Field::Bytes(list)) => {
                let mut values = Vec::new();
                for item in messages(list, 1).take_while(|_| budget.spend()) {
                    values.push(any(item?, budget, depth + 1)?);
                }
                Value::Array(values)
            }
            (6, Field::Bytes(pairs)) => {
                let mut members = Attributes::new();
                for member in messages(pairs, 1) {
                    pair(member?, &mut members, budget, depth + 1)?;
                }
                Value::Object(members)
            }
            (7, Field::Bytes(raw)) => Value::String(base64::engine::general_purpose::STANDARD.encode(raw)),
            _ => continue,
        };
    }
    Ok(value)
}

/// Strings of protobuf are UTF-8; some senders forget it, and one bad byte must not cost a batch.
fn text(bytes: &[u8]) -> String {
    clean(&String::from_utf8_lossy(bytes))
}
