//! Events as they are: one per line, or in an array.
//!
//! The bytes of an event go on unchanged. Only an event without `event_id` gets one put in front (`{"event_id":"jsonl_…",`), because
//! without it a repeated import would store everything twice. Whether the event is a good one is the API's to say.

use serde::{Deserialize, de::IgnoredAny};

use super::{
    ImportError, Input, Item, bad,
    elements::{Element, Elements},
    ids::Ids,
    lines::{Line, Lines, MAX_LINE_BYTES},
};

/// One event per line. Blank lines are passed over.
pub(super) fn lines(input: Input) -> impl Iterator<Item = Result<Item, ImportError>> + Send {
    let mut lines = Lines::new(input);
    let mut ids = Ids::new("jsonl");
    std::iter::from_fn(move || {
        loop {
            return Some(match lines.read() {
                Ok(None) => return None,
                Ok(Some((_, Line::Bytes(bytes)))) if bytes.trim_ascii().is_empty() => continue,
                Ok(Some((position, Line::Bytes(bytes)))) => {
                    event(bytes, &mut ids).map(|event| Item { position, event }).map_err(|reason| bad("line", position, reason))
                }
                Ok(Some((position, Line::TooLong))) => Err(bad("line", position, format!("longer than {MAX_LINE_BYTES} bytes"))),
                Err(error) => Err(ImportError::Stopped(error.to_string())),
            });
        }
    })
    .fuse_on_stop()
}

/// The elements of a JSON array, or objects that follow one another.
pub(super) fn elements(input: Input) -> impl Iterator<Item = Result<Item, ImportError>> + Send {
    let mut elements = Elements::new(input);
    let mut ids = Ids::new("json");
    let mut position = 0;
    std::iter::from_fn(move || {
        let read = elements.read();
        position += 1;
        Some(match read {
            Ok(None) => return None,
            Ok(Some(Element::Bytes(bytes))) => {
                event(bytes, &mut ids).map(|event| Item { position, event }).map_err(|reason| bad("element", position, reason))
            }
            Ok(Some(Element::TooLong)) => Err(bad("element", position, "too long for an event")),
            Ok(Some(Element::CutOff)) => Err(bad("element", position, "the file ends inside it")),
            Err(error) => Err(ImportError::Stopped(error.to_string())),
        })
    })
    .fuse_on_stop()
}

/// The event with an id: as given, or with a drawn one in front.
fn event(bytes: Vec<u8>, ids: &mut Ids) -> Result<Vec<u8>, String> {
    #[derive(Deserialize)]
    struct Peek {
        event_id: Option<IgnoredAny>,
    }
    let object = bytes.trim_ascii();
    if !object.starts_with(b"{") {
        return Err("not a JSON object: an event looks like {\"timestamp\":…,\"channel\":…}".to_owned());
    }
    // serde names the place of an error, never the value, because nothing but `event_id` is looked at.
    let peek: Peek = serde_json::from_slice(object).map_err(|error| format!("not valid JSON: {error}"))?;
    if peek.event_id.is_some() {
        return Ok(bytes);
    }
    let rest = &object[1..];
    let comma = if rest.trim_ascii_start().starts_with(b"}") { "" } else { "," };
    let mut with_id = format!("{{\"event_id\":\"{}\"{comma}", ids.next(object)).into_bytes();
    with_id.extend_from_slice(rest);
    Ok(with_id)
}

/// Ends an iterator behind the first [`ImportError::Stopped`]: asking a broken disk again and again helps nobody.
pub(super) trait FuseOnStop: Iterator<Item = Result<Item, ImportError>> + Sized {
    fn fuse_on_stop(mut self) -> impl Iterator<Item = Result<Item, ImportError>> {
        let mut stopped = false;
        std::iter::from_fn(move || {
            if stopped {
                return None;
            }
            let item = self.next();
            stopped = matches!(item, None | Some(Err(ImportError::Stopped(_))));
            item
        })
    }
}

impl<I: Iterator<Item = Result<Item, ImportError>>> FuseOnStop for I {}
